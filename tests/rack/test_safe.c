/* test_safe.c - the rack of safe mode: which inputs reach which output, and what is kept. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/safe.h"

#include "daemon/rack/param.h"
#include "tests/support/config_text.h"
#include "tests/support/test.h"

#include <string.h>
#include <unistd.h>

static const char text[] =
	"rack = { name = \"air\"; dim = true; };\n"
	"inputs = ( { name = \"mic\"; channels = 1; }, { name = \"music\";\n"
	"  connect = [\"player:l\", \"player:r\"]; }, { name = \"spare\"; } );\n"
	"nodes = (\n"
	"  { module = \"failover\"; name = \"source\"; from = [\"music\"];\n"
	"    second = [\"spare\"]; },\n"
	"  { module = \"trim\"; name = \"mix\"; from = [\"source\", \"mic\"]; },\n"
	"  { module = \"limiter\"; name = \"limit\"; } );\n"
	"outputs = ( { name = \"main\"; connect = [\"card:1\", \"card:2\"];\n"
	"    mute = true; }, { name = \"feed\"; from = [\"music\"]; } );\n"
	"schedule = ( { at = \"06:00\"; scene = \"day\"; } );\n";

int main(void)
{
	char path[] = "/tmp/lathe-safe-XXXXXX";

	close(mkstemp(path));
	struct rack *rack = config_text_good(path, text);
	struct rack *safe = rack_safe(rack);
	const int main_out = rack_find(safe, "rack/output/main");
	const struct node *limiter = &safe->nodes[0];

	CHECK_TEXT(safe->name, "air");
	CHECK(safe->node_count == 5 && safe->input_count == 3, "%d nodes, %d inputs",
	      safe->node_count, safe->input_count);
	CHECK(limiter->module == module_of_role(MODULE_LIMITER) &&
		      limiter->source_count[0] == 2 &&
		      limiter->sources[0][0].index == 0 &&
		      limiter->sources[0][1].index == 1,
	      "mic and music, and no side");
	CHECK(safe->nodes[1].source_count[0] == 1 &&
		      safe->nodes[1].sources[0][0].index == 1,
	      "music alone");
	CHECK(main_out == 2 && safe->nodes[main_out].sources[0][0].index == 0 &&
		      safe->nodes[3].sources[0][0].index == 1,
	      "each output has its limiter");
	CHECK_TEXT(safe->inputs[1].connect[1], "player:r");
	CHECK_TEXT(safe->nodes[main_out].connect[0], "card:1");
	CHECK(safe->nodes[main_out].values[param_find(safe->nodes[main_out].module,
						      false, "mute")] == 1.0f,
	      "a mute stays");
	CHECK(!safe->schedule_count && safe->osc, "no schedule");
	rack_destroy(safe);
	rack_destroy(rack);
	unlink(path);
	return test_result();
}
