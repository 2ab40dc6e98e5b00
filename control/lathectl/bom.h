/* bom.h - the three bytes that some editors put before UTF-8 text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_BOM_H
#define LATHE_LATHECTL_BOM_H

#include <string.h>

/* The text behind a byte order mark; the text itself if it has none. */
static inline char *bom_skip(char *text)
{
	return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
}

#endif
