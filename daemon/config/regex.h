/* regex.h - bounds what a regular expression of the config may cost. Pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_REGEX_H
#define LATHE_CONFIG_REGEX_H

enum {
	REGEX_ATOMS_MAX = 400, /* with every repetition written out */
	REGEX_DEPTH_MAX = 8,   /* groups in groups */
};

/* NULL: regcomp() and regexec() of this POSIX extended expression need at most some megabytes
 * and milliseconds, or the pattern is not an expression. Else what was found and what would be
 * accepted. */
const char *regex_refusal(const char *pattern);

#endif
