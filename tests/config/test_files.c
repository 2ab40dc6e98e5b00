/* test_files.c - a config's bytes: kept as one text, and compared with what they were. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/files.h"

#include "daemon/config/config.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config_files files_of(const char *one, const char *two)
{
	struct config_files files = { 0 };

	config_files_add(&files, "studio.conf", one, strlen(one));
	if (two)
		config_files_add(&files, "parts/eq one.conf", two, strlen(two));
	return files;
}

static void test_names(void)
{
	CHECK_TEXT(config_file_name("/etc/lathe/a.conf", "/etc/lathe/a.conf"),
		   "a.conf");
	CHECK_TEXT(config_file_name("/etc/lathe/a.conf", "/etc/lathe/parts/b"),
		   "parts/b");
	CHECK_TEXT(config_file_name("/etc/lathe/a.conf", "/srv/b"), "/srv/b");
	CHECK_TEXT(config_file_name("a.conf", "parts/b"), "parts/b");
}

/* What is printed parses back; with any byte less, or one that differs, it does not. */
static void test_round_trip(void)
{
	struct config_files files = files_of("a\nb\n", "no end"), again;
	struct text text = { 0 };

	config_files_print(&files, &text);
	CHECK(config_files_parse(text.bytes, text.length, &again) && again.count == 2,
	      "%s", text.bytes);
	CHECK(config_files_equal(&files, &again), "the same");
	CHECK_TEXT(again.list[1].name, "parts/eq one.conf");
	config_files_finish(&again);
	for (size_t length = 0; length < text.length; length++)
		CHECK(!config_files_parse(text.bytes, length, &again),
		      "the first %zu bytes", length);
	for (size_t i = 0; i < text.length; i++) {
		text.bytes[i] ^= 1;
		CHECK(!config_files_parse(text.bytes, text.length, &again), "byte %zu",
		      i);
		text.bytes[i] ^= 1;
	}
	text_finish(&text);
	config_files_finish(&files);
}

static void test_cut(void)
{
	struct config_files before = files_of("a\nb\n", "c\nd\n");

	static const struct {
		const char *one, *two, *cut;
	} cases[] = {
		{ "a\nb\n", "c\nd\n", NULL },
		{ "a\n", "c\nd\n", "studio.conf" },
		{ "", "c\nd\n", "studio.conf" },
		{ "a\nb\n", "c\n", "parts/eq one.conf" },
		{ "a\nb\ne\n", "c\nd\n", NULL },
		{ "b\n", "c\nd\n", NULL },
		{ "a\nb\n", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct config_files now = files_of(cases[i].one, cases[i].two);
		const struct config_file *cut = config_files_cut(&now, &before);

		CHECK_TEXT(cut ? cut->name : "none",
			   cases[i].cut ? cases[i].cut : "none");
		CHECK(config_files_equal(&now, &before) == (i == 0), "%zu", i);
		config_files_finish(&now);
	}
	config_files_finish(&before);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

/* A config that includes a file loads from what was kept, once both are gone. */
static void test_load_kept(void)
{
	char folder[] = "/tmp/lathe-files-XXXXXX", path[128], part[128];
	struct complaints complaints = { 0 };
	struct config_files files = { 0 };

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/a.conf", folder);
	snprintf(part, sizeof(part), "%s/part.conf", folder);
	write_file(path, "nodes = (\n@include \"part.conf\"\n);\n");
	write_file(part, "{ module = \"trim\"; name = \"kept\"; gain = -7.0; }\n");
	rack_destroy(config_load_files(path, NULL, &files, &complaints));
	CHECK(files.count == 2 && !complaints.count, "%d files", files.count);
	unlink(path);
	unlink(part);
	rmdir(folder);
	struct rack *rack = config_load_files(path, &files, NULL, &complaints);
	CHECK(rack && rack_find(rack, "kept") >= 0, "%s", complaints.text.bytes);
	rack_destroy(rack);
	text_finish(&complaints.text);
	config_files_finish(&files);
}

int main(void)
{
	test_names();
	test_round_trip();
	test_cut();
	test_load_kept();
	return test_result();
}
