/* html.c - text in HTML and SVG. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/html.h"

void html_text(FILE *to, const char *text)
{
	for (const char *at = text; *at; at++) {
		const unsigned char byte = (unsigned char)*at;
		if (byte == '&')
			fputs("&amp;", to);
		else if (byte == '<')
			fputs("&lt;", to);
		else if (byte == '>')
			fputs("&gt;", to);
		else if (byte == '"')
			fputs("&quot;", to);
		else if (byte == '\'')
			fputs("&#39;", to);
		else if (byte >= ' ' || byte == '\n' || byte == '\t')
			putc(byte, to);
		else
			fputs("&#65533;", to);
	}
}
