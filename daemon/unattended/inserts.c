/* inserts.c - outboard gear: sets a node's latency to what a ping measured, and raises alarms
 * about its returns. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/inserts.h"
#include "daemon/base/memory.h"

#include "daemon/rack/param.h"
#include "modules/insert/insert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the last tick saw of a node, by its place in the rack. */
struct seen {
	char name[NAME_BYTES];
	bool pinging;
};

struct inserts {
	struct desk *desk;
	struct follower follower;
	const struct module *module;
	struct seen seen[NODES_MAX];
};

static const char *const troubles[INSERT_ALARMS] = {
	[INSERT_FINE] = "",
	[INSERT_UNCONNECTED] = "a return is not connected",
	[INSERT_SILENT] = "the return is silent while the send is not",
	[INSERT_NO_AUDIO] = "the return is no audio",
};

/* ---- the ping ---------------------------------------------------------------------------- */

static void take_latency(struct inserts *inserts, int place, int frames)
{
	struct desk *desk = inserts->desk;
	struct change changes[] = {
		{ .node = place, .param = INSERT_LATENCY, .value = (float)frames },
		{ .node = place,
		  .param = INSERT_PERIOD,
		  .value = (float)desk->status.block },
		{ .node = place,
		  .param = INSERT_RATE,
		  .value = (float)desk->status.rate },
	};

	desk_apply(desk, changes, sizeof(changes) / sizeof(changes[0]));
}

/* The longest way becomes the latency; a warning says when the channels differ. */
static void end_ping(struct inserts *inserts, int place, const float *readings)
{
	const struct node *node = &inserts->desk->rack->nodes[place];
	struct event_log *events = inserts->desk->events;
	const float *found = readings + INSERT_METER_LATENCY;
	int longest = INSERT_NOT_HEARD, shortest = INSERT_LATENCY_MAX;
	int rate = inserts->desk->status.rate;

	for (int c = 0; c < node->channels; c++) {
		longest = (int)found[c] > longest ? (int)found[c] : longest;
		shortest = (int)found[c] < shortest ? (int)found[c] : shortest;
		if (found[c] < 0)
			event_post(events, EVENT_WARNING, "ping",
				   "%s: nothing of the ping came back on return %d",
				   node->path, c + 1);
	}
	if (longest < 0)
		return;
	if (shortest >= 0 && shortest < longest)
		event_post(
			events, EVENT_WARNING, "ping",
			"%s: the returns are %d to %d frames late; the latest counts",
			node->path, shortest, longest);
	take_latency(inserts, place, longest);
	event_post(events, EVENT_NOTICE, "ping",
		   "%s: %d frames out and back (%.2f ms) at periods of %d", node->path,
		   longest, rate > 0 ? 1e3 * longest / rate : 0.0,
		   inserts->desk->status.block);
}

/* ---- alarms ------------------------------------------------------------------------------ */

static void look_at_return(struct inserts *inserts, const struct node *node,
			   const float *readings)
{
	int alarm = (int)readings[INSERT_METER_ALARM];

	if (alarm > INSERT_FINE && alarm < INSERT_ALARMS)
		alarm_raise(inserts->desk->alarms, ALARM_INSERT, node->name, "%s",
			    troubles[alarm]);
	else
		alarm_clear(inserts->desk->alarms, ALARM_INSERT, node->name);
}

static void look_at_latency(struct inserts *inserts, const struct node *node)
{
	const struct status *world = &inserts->desk->status;
	struct alarms *alarms = inserts->desk->alarms;
	int period = (int)node->values[INSERT_PERIOD];
	int rate = (int)node->values[INSERT_RATE];

	if (!world->block)
		return;
	if ((period && period != world->block) || (rate && rate != world->rate))
		alarm_raise(alarms, ALARM_INSERT_LATENCY, node->name,
			    "its latency is of another rate or period: %d Hz and "
			    "periods of %d, JACK plays %d and %d",
			    rate, period, world->rate, world->block);
	else
		alarm_clear(alarms, ALARM_INSERT_LATENCY, node->name);
}

/* Alarms end with their node. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct inserts *inserts = context;

	for (int i = 0; i < from->node_count; i++) {
		const struct node *node = &from->nodes[i];
		if (node->module != inserts->module || rack_same(from, i, to) >= 0)
			continue;
		alarm_clear(inserts->desk->alarms, ALARM_INSERT, node->name);
		alarm_clear(inserts->desk->alarms, ALARM_INSERT_LATENCY, node->name);
	}
}

static void on_tick(void *context)
{
	struct inserts *inserts = context;
	const struct rack *rack = inserts->desk->rack;

	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];
		struct seen *seen = &inserts->seen[i];
		const float *readings =
			inserts->desk->player->meters(inserts->desk->engine, i);

		if (strcmp(seen->name, node->name) != 0) {
			memset(seen, 0, sizeof(*seen));
			memcpy(seen->name, node->name, sizeof(seen->name));
		}
		if (node->module != inserts->module || !readings)
			continue;
		bool pinging = readings[INSERT_METER_PINGING] > 0.5f;
		look_at_return(inserts, node, readings);
		look_at_latency(inserts, node);
		if (seen->pinging && !pinging)
			end_ping(inserts, i, readings);
		seen->pinging = pinging;
	}
}

/* ---- make and end ------------------------------------------------------------------------ */

struct inserts *inserts_create(struct desk *desk)
{
	struct inserts *inserts = memory_zeroed(1, sizeof(*inserts));

	inserts->desk = desk;
	inserts->module = module_of_role(MODULE_INSERT);
	inserts->follower = (struct follower) { .context = inserts,
						.moved = on_moved,
						.tick = on_tick };
	follow_add(&desk->followers, &inserts->follower);
	return inserts;
}

void inserts_destroy(struct inserts *inserts)
{
	if (!inserts)
		return;
	follow_drop(&inserts->desk->followers, &inserts->follower);
	free(inserts);
}
