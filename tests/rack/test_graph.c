/* test_graph.c - the rows of a rack's graph, and its master. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/graph.h"

#include "daemon/config/config.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct rack *rack_of(const char *config)
{
	struct complaints complaints = { 0 };
	char path[] = "/tmp/lathe-test-graph-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, config, strlen(config)) != (ssize_t)strlen(config))
		return NULL;
	close(fd);
	struct rack *rack = config_load(path, &complaints);
	if (complaints.text.bytes)
		fputs(complaints.text.bytes, stdout);
	text_finish(&complaints.text);
	unlink(path);
	return rack;
}

static void add_line(void *context, const struct graph_row *row)
{
	graph_line(row, context);
	text_add(context, "\n");
}

static void check_graph(const char *config, const char *wanted)
{
	struct rack *rack = rack_of(config);
	struct text text = { 0 };

	CHECK(rack != NULL, "%s", config);
	if (!rack)
		return;
	graph_rack(rack, add_line, &text);
	CHECK(text.bytes && strcmp(text.bytes, wanted) == 0, "%s", text.bytes);
	text_finish(&text);
	rack_destroy(rack);
}

static void test_rows(void)
{
	check_graph("nodes = ( { module = \"trim\"; name = \"in_gain\"; } );",
		    "in input label=\"Input\" from=\"\" channels=2 marks=\"\"\n"
		    "in_gain trim label=\"Trim\" from=\"in\" channels=2 marks=\"\"\n"
		    "rack/output/out output label=\"Output\" from=\"in_gain\" "
		    "channels=2 marks=\"master\"\n");
	check_graph(
		"inputs = ( { name = \"a\"; }, { name = \"b\"; channels = 1; } );\n"
		"nodes = ( { module = \"comp\"; name = \"c\"; from = [\"a\"]; key = "
		"[\"b\"]; } );\n"
		"outputs = ( { name = \"x\"; from = [\"c\", \"a\"]; monitor = "
		"true; },\n"
		"  { name = \"y\"; from = [\"c\"]; master = true; monitor = true; "
		"} );",
		"a input label=\"Input\" from=\"\" channels=2 marks=\"\"\n"
		"b input label=\"Input\" from=\"\" channels=1 marks=\"\"\n"
		"c comp label=\"Glue compressor\" from=\"a key:b\" channels=2 "
		"marks=\"\"\n"
		"rack/output/x output label=\"Output\" from=\"c a\" channels=2 "
		"marks=\"monitor\"\n"
		"rack/output/y output label=\"Output\" from=\"c\" channels=2 "
		"marks=\"master monitor\"\n");
}

/* 7 sides with 16 sources each need more than a row holds. */
static struct graph_row longest;

static void keep_longest(void *context, const struct graph_row *row)
{
	(void)context;
	if (strlen(row->from) > strlen(longest.from))
		longest = *row;
}

static void test_room(void)
{
	struct text config = { 0 };
	static const char *const sides[] = { "from", "second", "third" };

	text_add(&config, "nodes = (");
	for (int i = 0; i < SOURCES_MAX; i++)
		text_add(&config,
			 "{ module = \"trim\"; name = "
			 "\"a_name_of_thirty_one_letters_%d\"; "
			 "from = [\"in\"]; },",
			 10 + i);
	text_add(&config, "{ module = \"failover\"; name = \"f\";");
	for (size_t side = 0; side < sizeof(sides) / sizeof(*sides); side++) {
		text_add(&config, "%s = [", sides[side]);
		for (int i = 0; i < SOURCES_MAX; i++)
			text_add(&config, "%s\"a_name_of_thirty_one_letters_%d\"",
				 i ? "," : "", 10 + i);
		text_add(&config, "];");
	}
	text_add(&config, "} );");
	struct rack *rack = rack_of(config.bytes);
	CHECK(rack != NULL, "many sources");
	if (rack)
		graph_rack(rack, keep_longest, NULL);
	const size_t length = strlen(longest.from);
	CHECK(length > 900 && strcmp(longest.from + length - 4, " ...") == 0,
	      "a row that is cut says so: %zu", length);
	rack_destroy(rack);
	text_finish(&config);
}

int main(void)
{
	test_rows();
	test_room();
	return test_result();
}
