/* test_contents.c - files of nodes are read once, shared by copies of the rack, and read again
 * when they have changed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/contents.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/support/config_text.h"
#include "tests/support/test.h"

static char folder[] = "/tmp/lathe-test-contents-XXXXXX";

static char *path_in(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void curve_write(const char *text)
{
	FILE *file = fopen(path_in("curve.txt"), "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static struct rack *rack_of_curve(void)
{
	return config_text_good(path_in("rack.conf"),
				"rack = { files = \".\"; };\n"
				"nodes = ( { module = \"tonematch\"; name = \"a\";\n"
				"  file = \"curve.txt\"; } );\n");
}

static const struct file *file_in(const struct rack *rack)
{
	for (int p = 0; p < node_params(&rack->nodes[0]); p++)
		if (rack->nodes[0].files[p])
			return rack->nodes[0].files[p];
	abort();
}

static void test_shared(void)
{
	curve_write("100 0\n1000 -3\n");
	struct rack *first = rack_of_curve();
	CHECK(!file_in(first)->content && *file_in(first)->error, "not read yet");
	contents_read(first, NULL);
	CHECK(file_in(first)->content != NULL, "read: %s", file_in(first)->error);
	struct rack *copy = rack_copy(first);
	CHECK(file_in(copy) == file_in(first), "a copy shares it");
	struct rack *same = rack_of_curve();
	contents_read(same, copy);
	CHECK(file_in(same) == file_in(first), "what has not changed is shared");
	curve_write("100 0\n1000 -3\n2000 -4\n");
	struct rack *other = rack_of_curve();
	contents_read(other, copy);
	CHECK(file_in(other) != file_in(first) && file_in(other)->content,
	      "what has changed is read");
	CHECK(content_stamp(file_in(other)) != content_stamp(file_in(first)),
	      "and has another stamp");
	rack_destroy(first);
	CHECK(file_in(copy)->content != NULL, "the last holder frees it");
	rack_destroy(copy);
	rack_destroy(same);
	rack_destroy(other);
}

static void test_late(void)
{
	curve_write("100 0\n1000 -3\n");
	struct rack *rack = rack_of_curve();
	struct rack *missing = contents_missing(rack);
	CHECK(missing && file_in(missing) != file_in(rack), "its own file to read");
	contents_read(missing, NULL);
	CHECK(!file_in(rack)->content, "the rack's is as it was");
	CHECK(contents_take(rack, missing), "taken");
	CHECK(file_in(rack)->content != NULL, "the node has it now");
	CHECK(!contents_take(rack, missing), "once");
	CHECK(!contents_missing(rack), "nothing is missing");
	rack_destroy(missing);
	rack_destroy(rack);
}

static void test_refused(void)
{
	struct text text = { 0 };

	curve_write("100 0\nnonsense\n");
	struct rack *rack = rack_of_curve();
	CHECK(contents_complain(rack, &text) == 0, "not read: no complaint");
	contents_read(rack, NULL);
	CHECK(contents_complain(rack, &text) == 1, "refused");
	CHECK(text.bytes && strstr(text.bytes, "curve.txt: line 2: would accept"), "%s",
	      text.bytes ? text.bytes : "");
	text_finish(&text);
	rack_destroy(rack);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	test_shared();
	test_late();
	test_refused();
	unlink(path_in("curve.txt"));
	unlink(path_in("rack.conf"));
	rmdir(folder);
	return test_result();
}
