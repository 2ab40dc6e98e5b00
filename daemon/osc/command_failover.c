/* command_failover.c - which input plays, by hand: /rack/failover. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_failover.h"

#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"
#include "daemon/rack/param.h"
#include "modules/failover/failover.h"

#include <stdio.h>
#include <string.h>

/* Place of the failover with this name, or -1 after a complaint. */
static int find_node(const struct request *request, const char *name)
{
	const struct rack *rack = request->dispatch->desk->rack;
	const struct module *module = module_of_role(MODULE_FAILOVER);
	char known[160] = "";
	size_t used = 0;

	for (int i = 0; i < rack->node_count && used < sizeof(known); i++) {
		if (rack->nodes[i].module != module)
			continue;
		if (strcmp(rack->nodes[i].path, name) == 0)
			return i;
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "", rack->nodes[i].path);
	}
	if (*known)
		request_complain(request, "bad_argument",
				 "found no failover \"%.40s\", would accept %s", name,
				 known);
	else
		request_complain(request, "bad_argument",
				 "this rack has no node of the module failover");
	return -1;
}

/* True after a complaint: nothing is linked to the input that is asked for. */
static bool is_missing(const struct request *request, const struct node *node, int hold)
{
	const int source = hold - 1;
	static const char *const names[] = { "main", "second", "third", "last" };

	if (hold == 0)
		return false;
	if (source == FAILOVER_FILE ? *node_file(node, FAILOVER_LAST)
				    : node->source_count[source] > 0)
		return false;
	request_complain(request, "bad_argument", "%s has no `%s` in the config",
			 node->path, names[source]);
	return true;
}

static void hold(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct desk *desk = request->dispatch->desk;
	const char *name = message_next(&arguments).text;
	const char *word = message_next(&arguments).text;
	char error[200];
	float value;

	if (!name || !word) {
		request_complain(request, "bad_argument",
				 "wanted: a node (s), and main, second, third, file or "
				 "auto (s)");
		return;
	}
	const int place = find_node(request, name + (*name == '/'));
	if (place < 0)
		return;
	const struct node *node = &desk->rack->nodes[place];
	if (!param_parse(param_row(node->module, FAILOVER_HOLD), word, &value, error,
			 sizeof(error))) {
		request_complain(request, "bad_argument", "%s", error);
		return;
	}
	if (is_missing(request, node, (int)value))
		return;
	struct change change = { .node = place,
				 .param = FAILOVER_HOLD,
				 .value = value,
				 .origin = request->sender->client,
				 .role = request->sender->role };
	struct text result = { .length = 0 };
	desk_apply(desk, &change, 1);
	text_add(&result, "%s: %s\n", node->path,
		 (int)value ? "held by hand; `auto` lets it choose again"
			    : "it chooses");
	request_result(request, true, &result);
}

static const struct command commands[] = {
	{ .path = "/rack/failover",
	  .arguments = "s node, s main|second|third|file|auto",
	  .role = ROLE_CONTROL,
	  .help = "a failover plays this source, alive or not, until it is told "
		  "`auto`; "
		  "the same as setting its `hold`, but refuses a source that the "
		  "config "
		  "does not have; then `/rack/result`",
	  .run = hold },
	{ .path = NULL },
};

const struct command_set failover_commands = { .commands = commands };
