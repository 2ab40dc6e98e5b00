/* test_json.c - strings and numbers as JSON: escapes, and numbers that read back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/json.h"

#include <float.h>
#include <stdlib.h>

#include "tests/support/test.h"

static char printed[400];

static const char *string(const char *text)
{
	FILE *file = fmemopen(printed, sizeof(printed), "w");

	json_string(file, text);
	fclose(file);
	return printed;
}

static const char *number(double value)
{
	FILE *file = fmemopen(printed, sizeof(printed), "w");

	json_number(file, value);
	fclose(file);
	return printed;
}

int main(void)
{
	static const double values[] = { 0.1,     -14.2,   1.0 / 3, 1e-30, 6.02e23,
					 DBL_MAX, DBL_MIN, 0.053,   1e15,  -1e16 };

	CHECK_TEXT(string("plain"), "\"plain\"");
	CHECK_TEXT(string("a \"b\" \\ c"), "\"a \\\"b\\\" \\\\ c\"");
	CHECK_TEXT(string("one\ntwo\t\x1f"), "\"one\\ntwo\\u0009\\u001f\"");
	CHECK_TEXT(string("\xc3\xa9"), "\"\xc3\xa9\"");
	CHECK_TEXT(number(0), "0");
	CHECK_TEXT(number(-3), "-3");
	CHECK_TEXT(number((double)0.1f), "0.1");
	CHECK_TEXT(number((double)NAN), "null");
	CHECK_TEXT(number(-(double)INFINITY), "null");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		CHECK(strtod(number(values[i]), NULL) == values[i], "%s", printed);
	return test_result();
}
