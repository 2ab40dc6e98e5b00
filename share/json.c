/* json.c - strings and numbers as JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

void json_string(FILE *to, const char *text)
{
	putc('"', to);
	for (const char *at = text; *at; at++) {
		unsigned char byte = (unsigned char)*at;
		if (byte == '"' || byte == '\\')
			fprintf(to, "\\%c", byte);
		else if (byte == '\n')
			fputs("\\n", to);
		else if (byte < 0x20)
			fprintf(to, "\\u%04x", byte);
		else
			putc(byte, to);
	}
	putc('"', to);
}

void json_number(FILE *to, double value)
{
	char text[40];

	if (!isfinite(value)) {
		fputs("null", to);
		return;
	}
	if (value == rint(value) && fabs(value) < 1e15) {
		fprintf(to, "%.0f", value);
		return;
	}
	bool is_float = (double)(float)value == value;
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (is_float ? strtof(text, NULL) == (float)value
			     : strtod(text, NULL) == value)
			break;
	}
	fputs(text, to);
}
