/* test_halves.c - racks cut right before their last limiter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/halves.h"

#include "daemon/rack/param.h"
#include "tests/support/config_text.h"

#include <unistd.h>

static char path[] = "/tmp/lathe-halves-XXXXXX";

static double value(const struct rack *rack, const char *node, const char *param)
{
	const int n = rack_find(rack, node);

	return n < 0 ? (double)NAN
		     : (double)rack->nodes[n]
			       .values[param_find(rack->nodes[n].module, true, param)];
}

static bool has(const struct rack *rack, const char *node)
{
	return rack && rack_find(rack, node) >= 0;
}

static struct halves cut(const char *text, const char *output)
{
	struct rack *rack = config_text_good(path, text);
	struct halves halves;

	halves_make(&halves, rack, rack_find(rack, output));
	CHECK(strcmp(halves.back->nodes[halves.back_output].name, output) == 0,
	      "the output");
	rack_destroy(rack);
	return halves;
}

static void test_chain(void)
{
	struct halves h =
		cut("nodes = ( { module = \"leveller\"; name = \"level\"; },"
		    "  { module = \"limiter\"; name = \"first\"; target = -14.0; },"
		    "  { module = \"eq\"; name = \"tone\"; },"
		    "  { module = \"limiter\"; name = \"last\"; target = -14.0; "
		    "ceiling = -2.0; },"
		    "  { module = \"loudness\"; name = \"after\"; } );"
		    "outputs = ( { name = \"main\"; } );",
		    "main");

	CHECK(has(h.front, "level") && has(h.front, "first") && has(h.front, "tone") &&
		      !has(h.front, "last") && !has(h.front, "after"),
	      "the front");
	CHECK(!has(h.back, "tone") && has(h.back, "last") && has(h.back, "after"),
	      "the back");
	CHECK(value(h.front, "level", "hold") == 1, "levellers hold");
	CHECK(value(h.front, "first", "target") == 0 &&
		      value(h.back, "last", "target") == 0,
	      "no target");
	CHECK_NEAR(halves_ceiling(&h), -2, 1e-6, "ceiling");
	halves_set(&h, 3.25, -1.5);
	CHECK_NEAR(halves_ceiling(&h), -1.5, 1e-6, "ceiling");
	CHECK_NEAR(value(h.back, h.back->nodes[h.gain].name, "gain"), 3.25, 1e-6,
		   "gain");
	halves_set(&h, -40, -1.5);
	CHECK_NEAR(value(h.back, h.back->nodes[h.gain].name, "gain"), -36, 1e-6,
		   "gain");
	CHECK_NEAR(value(h.back, h.back->nodes[h.more].name, "gain"), -4, 1e-6, "more");
	const struct node *gain = &h.back->nodes[h.gain];
	CHECK(gain->source_count[0] == 1 && gain->sources[0][0].kind == FROM_INPUT &&
		      gain->sources[0][0].index == 0,
	      "the gain takes the front's audio");
	halves_finish(&h);
}

static void test_graphs(void)
{
	/* What goes past the limiter: nothing is cut. */
	struct halves h = cut("inputs = ( { name = \"in\"; channels = 2; } );"
			      "nodes = ( { module = \"limiter\"; name = \"last\"; },"
			      "  { module = \"trim\"; name = \"dry\"; from = \"in\"; },"
			      "  { module = \"trim\"; name = \"sum\"; from = "
			      "[\"last\", \"dry\"]; } );"
			      "outputs = ( { name = \"main\"; from = \"sum\"; } );",
			      "main");

	CHECK(!h.front && has(h.back, "dry") && has(h.back, "last"), "whole");
	CHECK(h.limiter >= 0 && h.gain >= 0, "with its gain");
	halves_finish(&h);
	/* Another output's nodes are left out. */
	h = cut("inputs = ( { name = \"in\"; channels = 2; } );"
		"nodes = ( { module = \"trim\"; name = \"one\"; from = \"in\"; },"
		"  { module = \"limiter\"; name = \"other\"; from = \"in\"; } );"
		"outputs = ( { name = \"a\"; from = \"one\"; },"
		"  { name = \"b\"; from = \"other\"; } );",
		"a");
	CHECK(h.limiter < 0 && !has(h.back, "other"), "no limiter");
	CHECK(has(h.front, "one") && !has(h.back, "one"), "the gain is last");
	CHECK(halves_ceiling(&h) == 0, "no ceiling");
	halves_set(&h, -6, -1);
	halves_finish(&h);
}

int main(void)
{
	const int fd = mkstemp(path);

	close(fd);
	test_chain();
	test_graphs();
	unlink(path);
	return test_result();
}
