/* test_file.c - files as a whole: what was there stays there until the new one is whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/disk/file.h"

#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], error[FILE_ERROR_BYTES];

static const char *in_folder(const char *name)
{
	static char paths[4][200];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static bool write_words(const char *name, const char *words)
{
	struct text text = { 0 };

	text_add(&text, "%s", words);
	bool good = file_write(in_folder(name), &text, error);
	text_finish(&text);
	return good;
}

static bool holds(const char *name, const char *words)
{
	struct text text;
	bool missing, good = file_read(in_folder(name), 100, &text, &missing, error);

	good = good && strcmp(text.bytes ? text.bytes : "", words) == 0;
	text_finish(&text);
	return good;
}

static void test_write(void)
{
	CHECK(write_words("a", "one") && holds("a", "one") && !error[0], "said \"%s\"",
	      error);
	CHECK(write_words("a", "two") && holds("a", "two"), "said \"%s\"", error);
	/* The new file can't be begun: the old one stays. */
	mkdir(in_folder("a.new"), 0755);
	CHECK(!write_words("a", "three"), "written");
	CHECK(strstr(error, "can't be written") != NULL, "said \"%s\"", error);
	CHECK(holds("a", "two"), "said \"%s\"", error);
	rmdir(in_folder("a.new"));
	CHECK(!write_words("nowhere/a", "x") && strstr(error, "nowhere/a"),
	      "said \"%s\"", error);
}

static void test_read(void)
{
	struct text text;
	bool missing;
	char long_words[102];

	memset(long_words, 'x', 101);
	long_words[101] = '\0';
	write_words("long", long_words);
	CHECK(!file_read(in_folder("long"), 100, &text, &missing, error) && !missing,
	      "said \"%s\"", error);
	CHECK(file_read(in_folder("long"), 101, &text, &missing, error), "said \"%s\"",
	      error);
	CHECK(text.length == 101, "said \"%s\"", error);
	text_finish(&text);
	CHECK(!file_read(in_folder("none"), 100, &text, &missing, error) && missing,
	      "said \"%s\"", error);
	CHECK(!file_read(folder, 100, &text, &missing, error) && !missing,
	      "said \"%s\"", error);
	CHECK(strstr(error, "not a regular file") != NULL, "said \"%s\"", error);
	mkfifo(in_folder("fifo"), 0600);
	CHECK(!file_read(in_folder("fifo"), 100, &text, &missing, error) && !missing,
	      "said \"%s\"", error);
	unlink(in_folder("fifo"));
}

static void test_folder(void)
{
	struct text names;
	bool missing, taken;

	write_words("b.scene", "b");
	write_words("a.scene", "a");
	CHECK(file_list(folder, ".scene", &names, error), "said \"%s\"", error);
	CHECK(names.bytes && strcmp(names.bytes, "a\nb\n") == 0, "said \"%s\"", error);
	text_finish(&names);
	CHECK(file_list(in_folder("none"), ".scene", &names, error) && !names.length,
	      "said \"%s\"", error);
	CHECK(!file_rename(in_folder("a.scene"), in_folder("b.scene"), &taken, error),
	      "said \"%s\"", error);
	CHECK(taken && holds("a.scene", "a") && holds("b.scene", "b"), "said \"%s\"",
	      error);
	CHECK(file_rename(in_folder("a.scene"), in_folder("c.scene"), &taken, error),
	      "said \"%s\"", error);
	CHECK(holds("c.scene", "a") && !holds("a.scene", "a"), "said \"%s\"", error);
	CHECK(!file_rename(in_folder("a.scene"), in_folder("d.scene"), &taken, error),
	      "said \"%s\"", error);
	CHECK(!taken && strstr(error, "No such file"), "said \"%s\"", error);
	CHECK(file_remove(in_folder("c.scene"), &missing, error), "said \"%s\"", error);
	CHECK(!file_remove(in_folder("c.scene"), &missing, error) && missing,
	      "said \"%s\"", error);
	file_make_folder(in_folder("made"));
	CHECK(rmdir(in_folder("made")) == 0, "said \"%s\"", error);
}

int main(void)
{
	snprintf(folder, sizeof(folder), "/tmp/lathe-test-file-%d", (int)getpid());
	mkdir(folder, 0755);
	test_write();
	test_read();
	test_folder();
	static const char *const left[] = { "a", "long", "b.scene" };
	for (int i = 0; i < 3; i++)
		unlink(in_folder(left[i]));
	CHECK(rmdir(folder) == 0, "said \"%s\"", error);
	return test_result();
}
