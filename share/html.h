/* html.h - text in HTML and SVG. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_HTML_H
#define LATHE_SHARE_HTML_H

#include <stdio.h>

/* Prints a text so that it is text, in elements and in quoted attributes, whatever is in
 * it: & < > " ' and control characters are replaced. */
void html_text(FILE *to, const char *text);

#endif
