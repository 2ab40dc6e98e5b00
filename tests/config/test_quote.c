/* test_quote.c - strings as a config says them read back as they were. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/quote.h"

#include <libconfig.h>

#include "tests/support/test.h"

static void reads_back(const char *string, const char *wanted)
{
	struct text text = { .length = 0 };
	const char *found = NULL;
	config_t config;

	text_add(&text, "a = ");
	text_add_quoted(&text, string);
	CHECK_TEXT(text.bytes + 4, wanted);
	text_add(&text, ";\n");
	config_init(&config);
	CHECK(config_read_string(&config, text.bytes), "%s", text.bytes);
	config_lookup_string(&config, "a", &found);
	CHECK(found && strcmp(found, string) == 0, "found %s, wanted %s",
	      found ? found : "nothing", string);
	config_destroy(&config);
	text_finish(&text);
}

int main(void)
{
	reads_back("", "\"\"");
	reads_back("plain", "\"plain\"");
	reads_back("a \"b\" c", "\"a \\\"b\\\" c\"");
	reads_back("back\\slash", "\"back\\\\slash\"");
	reads_back("line\n\ttab\x1f", "\"line\\x0A\\x09tab\\x1F\"");
	reads_back("caf\xc3\xa9", "\"caf\xc3\xa9\"");
	return test_result();
}
