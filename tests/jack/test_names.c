/* test_names.c - how patchbays call our ports. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/names.h"
#include "tests/support/test.h"

static void check(const char *port, int channels, const char *wanted)
{
	char found[PRETTY_BYTES];

	names_pretty(port, channels, found);
	CHECK_TEXT(found, wanted);
}

int main(void)
{
	check("in_1", 2, "Lathe in 1 (left)");
	check("main_2", 2, "Lathe main 2 (right)");
	check("talk_1", 1, "Lathe talk");
	check("on_air_2", 2, "Lathe on_air 2 (right)");
	check("film_3", 5, "Lathe film 3 (centre)");
	check("film_4", 5, "Lathe film 4 (left surround)");
	check("film_4", 6, "Lathe film 4 (LFE)");
	check("film_8", 8, "Lathe film 8 (right back)");
	check("odd_7", 7, "Lathe odd 7");
	check("abcdefghijklmnopqrstuvwxyz-12345_5", 6,
	      "Lathe abcdefghijklmnopqrstuvwxyz-12345 5 (left surround)");
	return test_result();
}
