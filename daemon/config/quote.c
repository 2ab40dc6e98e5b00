/* quote.c - strings as a config says them. Pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/quote.h"

void text_add_quoted(struct text *text, const char *string)
{
	text_add(text, "\"");
	for (const char *at = string; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if (c == '"' || c == '\\')
			text_add(text, "\\%c", c);
		else if (c < ' ')
			text_add(text, "\\x%02X", c);
		else
			text_add_bytes(text, at, 1);
	}
	text_add(text, "\"");
}
