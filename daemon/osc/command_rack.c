/* command_rack.c - the rack as a whole: /rack/describe, /rack/status, /rack/reload, ... Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_rack.h"

#include "daemon/base/clock.h"
#include "daemon/config/print.h"
#include "daemon/desk/lock.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"
#include "daemon/recall/reload.h"
#include "daemon/rack/describe.h"
#include "daemon/rack/graph.h"

#include <stdio.h>
#include <string.h>

static const char text_wanted[] = "a text (s) is wanted";

/* ---- the tree of addresses --------------------------------------------------------------- */

static void describe(const struct request *request)
{
	struct answers *answers = request->dispatch->answers;
	struct message arguments = request_arguments(request);
	struct pattern pattern;
	const char *text = message_next(&arguments).text, *why;

	if (request->message->count && !text)
		request_complain(request, "bad_argument", text_wanted);
	else if (text && !pattern_compile(&pattern, text, strlen(text), &why))
		request_complain(request, "bad_argument", "%s", why);
	else if (!answer_describe(answers, request->sender, text ? &pattern : NULL))
		request_complain(request, "busy", "%s", answer_busy);
}

struct graphing {
	const struct request *request;
	struct packet *packet;
	int count;
};

static void graph_add(void *context, const struct graph_row *row)
{
	struct graphing *graphing = context;

	for (int attempt = 0; attempt < 2; attempt++) {
		if (packet_add(graphing->packet, "/rack/graph/node", "ssssis",
			       row->path, row->module, row->label, row->from,
			       row->channels, row->marks))
			break;
		answer_send(graphing->request->dispatch->answers);
	}
	graphing->count++;
}

static void graph(const struct request *request)
{
	struct answers *answers = request->dispatch->answers;
	struct packet *packet = answer_packet(answers, request->sender);
	struct graphing graphing = { request, packet, 0 };

	graph_rack(request->dispatch->desk->rack, graph_add, &graphing);
	if (packet_add(packet, "/rack/graph/listed", "i", graphing.count))
		return;
	answer_send(answers);
	packet_add(packet, "/rack/graph/listed", "i", graphing.count);
}

static void hash(const struct request *request)
{
	struct answers *answers = request->dispatch->answers;
	struct packet *packet = answer_packet(answers, request->sender);
	int value = (int)describe_hash(request->dispatch->desk->rack);

	if (packet_add(packet, "/rack/hash", "i", value))
		return;
	answer_send(answers);
	packet_add(packet, "/rack/hash", "i", value);
}

/* A line for each slot of /rack/meters: address, unit. */
static void meters_map(const struct request *request)
{
	const struct addresses *addresses = request->dispatch->addresses;
	struct text text = { .length = 0 };
	int count = address_count(addresses);

	for (int i = 0; i < count; i++) {
		const struct leaf *leaf = address_leaf(addresses, i);
		if (leaf->meter && !leaf_is_apart(leaf))
			text_add(&text, "%s %s\n", leaf->path, leaf->meter->unit);
	}
	request_text(request, &text);
}

/* ---- the state --------------------------------------------------------------------------- */

/* "main 256, radio 128" */
static void latency_text(const struct desk *desk, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; i < desk->rack->node_count && used < size; i++) {
		const struct node *node = &desk->rack->nodes[i];
		if (node->kind != NODE_OUTPUT)
			continue;
		int wrote = snprintf(text + used, size - used, "%s%s %d",
				     used ? ", " : "", node->name,
				     desk->player->output_latency(desk->engine, i));
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* Words and their values in turn. */
static void status(const struct request *request)
{
	const struct dispatch *dispatch = request->dispatch;
	const struct desk *desk = dispatch->desk;
	const struct status *world = &desk->status;
	char latency[400], alarms[300], lock[LOCK_TEXT_BYTES];

	lock_text(dispatch->parts.lock, lock);
	latency_text(desk, latency, sizeof(latency));
	alarms_text(desk->alarms, alarms, sizeof(alarms));
	const char *state = !world->block                      ? "no audio"
			    : desk->player->busy(desk->engine) ? "building"
							       : "playing";
	for (int attempt = 0; attempt < 2; attempt++) {
		struct packet *packet =
			answer_packet(dispatch->answers, request->sender);
		if (packet_add(packet, "/rack/status",
			       "ss"
			       "ss"
			       "ss"
			       "si"
			       "si"
			       "ss"
			       "sf"
			       "sf"
			       "sh"
			       "sh"
			       "si"
			       "sh"
			       "ss"
			       "ss"
			       "ss"
			       "sh"
			       "sh"
			       "sh"
			       "ss"
			       "ss"
			       "sd"
			       "sh",
			       "state", state, "jack", world->jack, "server",
			       world->server, "rate", world->rate, "block",
			       world->block, "latency", latency, "load",
			       (double)desk->player->load(desk->engine, false), "worst",
			       (double)desk->player->load(desk->engine, true), "xruns",
			       (int64_t)world->xruns, "late",
			       (int64_t)desk->player->late(desk->engine), "clients",
			       watch_subscribers(dispatch->watch), "lost",
			       (int64_t)world->lost, "config",
			       desk->config_path ? desk->config_path : "", "lock", lock,
			       "alarms", alarms, "unsent", (int64_t)world->unsent,
			       "refused", (int64_t)world->refused, "challenges",
			       (int64_t)world->challenges, "name", desk->rack->name,
			       "version", LATHE_VERSION, "uptime",
			       1e-9 * (double)(clock_ns() - world->started_ns),
			       "reconnects", (int64_t)world->reconnects))
			return;
		answer_send(dispatch->answers);
	}
}

/* ---- the config ------------------------------------------------------------------------- */

static bool reload_outcome_of(void *of, uint64_t ticket, bool *good,
			      struct text *result)
{
	return reload_outcome(of, ticket, good, result);
}

/* True after a complaint. */
static bool no_reload(const struct request *request)
{
	if (request->dispatch->parts.reload)
		return request_is_busy(request);
	request_complain(request, "unknown_address", "no config file is read here");
	return true;
}

static void check(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct text text = { .length = 0 };
	const char *file = message_next(&arguments).text;

	if (request->message->count && !file) {
		request_complain(request, "bad_argument", text_wanted);
		return;
	}
	if (no_reload(request))
		return;
	struct reload *of = request->dispatch->parts.reload;
	uint64_t ticket = reload_check(of, file && *file ? file : NULL, &text);
	request_later(
		request,
		&(struct later) { reload_outcome_of, of, ticket, request_outcome },
		&text);
}

/* False: there is no such word. */
static bool how_takes(unsigned *how, const char *word)
{
	unsigned flag = !word                        ? 0
			: strcmp(word, "fresh") == 0 ? RELOAD_FRESH
			: strcmp(word, "force") == 0 ? RELOAD_FORCE
						     : 0;

	*how |= flag;
	return flag != 0;
}

static void reload(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct text text = { .length = 0 };
	int count = request->message->count;
	const char *file = message_next(&arguments).text;
	unsigned how = 0;
	bool known = !count || file;

	for (int i = 1; known && i < count; i++)
		known = how_takes(&how, message_next(&arguments).text);
	if (!known) {
		request_complain(
			request, "bad_argument",
			"wanted: a file name (or \"\"), then perhaps \"fresh\" and "
			"\"force\"");
		return;
	}
	if (no_reload(request))
		return;
	struct reload *of = request->dispatch->parts.reload;
	uint64_t ticket = reload_start(of, file && *file ? file : NULL, how, &text);
	request_later(
		request,
		&(struct later) { reload_outcome_of, of, ticket, request_outcome },
		&text);
}

static void config(const struct request *request)
{
	struct rack *goal = desk_goal(request->dispatch->desk);
	struct text text = { .length = 0 };

	config_print(goal, &text);
	rack_destroy(goal);
	request_text(request, &text);
}

/* ---- the table --------------------------------------------------------------------------- */

static const struct command commands[] = {
	{ .path = "/rack/describe",
	  .arguments = "[s pattern]",
	  .role = ROLE_VIEW,
	  .help = "`/rack/description ,sssssffffsssi` per param, meter and "
		  "vector: path, type (`param`, `meter`; `b`: a vector), access, "
		  "unit, curve, min, max, default, step, choices, label, help, "
		  "count of values; then `/rack/described ,i count`",
	  .run = describe },
	{ .path = "/rack/graph",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "`/rack/graph/node ,ssssis` for each input, node and output, in "
		  "the order of the config: path (`tone`, `rack/output/main`; an "
		  "input's name), module (`input` of an input), label, from (the "
		  "names that it hears, separated by spaces; of a side `key:drums`), "
		  "channels, marks (of an output: `master`, `monitor`, both, or "
		  "`\"\"`); then `/rack/graph/listed ,i count`",
	  .run = graph },
	{ .path = "/rack/hash",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "`/rack/hash ,i`: the number changes when the tree of "
		  "addresses changes",
	  .run = hash },
	{ .path = "/rack/status",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "`/rack/status`: words and values in turn: state, jack, "
		  "server, rate, block, latency of each output, load and "
		  "worst load (1 is a whole period), xruns, late cycles, "
		  "clients, datagrams lost for want of room, config, lock, "
		  "alarms; then counts: datagrams that could not be sent, that "
		  "came from senders who are not allowed, challenges sent; name of "
		  "the rack, version, uptime (seconds), how often JACK was lost and "
		  "found again",
	  .run = status },
	{ .path = "/rack/check",
	  .arguments = "[s file]",
	  .role = ROLE_ADMIN,
	  .help = "`/rack/result`: every complaint about the file, with its "
		  "line",
	  .run = check },
	{ .path = "/rack/reload",
	  .arguments = "[s file] [s `fresh`] [s `force`]",
	  .role = ROLE_ADMIN,
	  .help = "the same, and the file becomes the rack: what it says "
		  "differently from before is taken, all else keeps its "
		  "present value; `fresh`: all from the file; `force`: even if the "
		  "file takes away every output or every limiter, or is only the "
		  "beginning of what it was",
	  .run = reload },
	{ .path = "/rack/config",
	  .arguments = "",
	  .role = ROLE_ADMIN,
	  .help = "`/rack/config ,iis` part, parts, text: the running rack "
		  "as a config that loads back to the same values",
	  .run = config },
	{ .path = "/rack/meters/map",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "the slots of the meters as bytes, see below",
	  .run = meters_map },
	{ .path = NULL },
};

const struct command_set rack_commands = { .commands = commands };
