/* config_text.h - loads a config's text in a test, through a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_TEXT_H
#define LATHE_CONFIG_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/config.h"
#include "tests/support/test.h"

/* The complaints of config_load() about a file with this text. A text about something else than
 * nodes need not say that there are none. */
static inline struct rack *config_text(const char *path, const char *text,
				       struct complaints *complaints)
{
	FILE *file = fopen(path, "w");

	const char *end = strstr(text, "nodes") || strstr(text, "rack ")
				  ? "\n"
				  : "\nrack = { empty = true; };\n";
	if (!file || fputs(text, file) < 0 || fputs(end, file) < 0 || fclose(file) != 0)
		abort();
	return config_load(path, complaints);
}

/* Loads a text that must load; complaints are failures. */
static inline struct rack *config_text_good(const char *path, const char *text)
{
	struct complaints complaints = { 0 };
	struct rack *rack = config_text(path, text, &complaints);

	CHECK(rack && complaints.count == 0, "%s", complaints.text.bytes);
	text_finish(&complaints.text);
	return rack ? rack : rack_create();
}

#endif
