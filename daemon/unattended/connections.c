/* connections.c - raises the alarms about JACK connections. Control thread only.
 *
 *   JACK thread --status.cables, by slot--> inputs and outputs --> alarms
 *
 * Without audio nothing is known, and the alarms stay as they are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/connections.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/unattended/lasting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Inputs by their place, then outputs by theirs. */
enum { ENDS_MAX = PORTS_MAX + NODES_MAX };

/* An input or an output of the rack. */
struct end {
	char path[ALARM_NODE_BYTES]; /* as /rack/graph says it; "": none is here */
	struct lasting none, half;
};

struct connections {
	struct desk *desk;
	struct follower follower;
	struct end ends[ENDS_MAX];
	double last; /* the last look, seconds; 0: none yet */
	double dt;
	const struct port *ports; /* of the playing plan */
	int port_count, next;     /* next: where the search goes on */
};

/* What is read of an end in one look. */
struct reading {
	bool known, any, all;
	char text[EVENT_TEXT_BYTES]; /* what is missing */
};

/* ---- what an end is connected to ----------------------------------------------------------- */

/* Plans list their ports in the rack's order, so the search goes on where the last ended. */
static enum cables cables_of(struct connections *connections, const char *name,
			     int channel)
{
	char wanted[PORT_NAME_BYTES];

	snprintf(wanted, sizeof(wanted), "%s_%d", name, channel + 1);
	for (int i = 0; i < connections->port_count; i++) {
		const int at = (connections->next + i) % connections->port_count;
		const struct port *port = &connections->ports[at];

		if (port->of_node || strcmp(port->name, wanted) != 0)
			continue;
		connections->next = at + 1;
		return port->slot < 0
			       ? CABLES_UNKNOWN
			       : (enum cables)
					 connections->desk->status.cables[port->slot];
	}
	return CABLES_UNKNOWN;
}

/* "channel 2 is connected to nobody; connect asks for system:capture_2" */
static void add_missing(struct reading *reading, int channel, enum cables cables,
			const char *asked)
{
	const size_t used = strlen(reading->text);
	const bool has = asked && *asked;

	snprintf(reading->text + used, sizeof(reading->text) - used,
		 "%schannel %d is %s%s%.100s", used ? "; " : "", channel + 1,
		 cables == CABLES_NONE ? "connected to nobody" : "not connected to all",
		 !has                    ? ""
		 : cables == CABLES_NONE ? "; connect asks for "
					 : " that connect asks for: ",
		 has ? asked : "");
}

static struct reading read_end(struct connections *connections, const char *name,
			       int channels, char *const *asked)
{
	struct reading reading = { .known = true, .all = true };

	for (int c = 0; c < channels; c++) {
		const enum cables cables = cables_of(connections, name, c);

		reading.known &= cables != CABLES_UNKNOWN;
		reading.any |= cables > CABLES_NONE;
		reading.all &= cables == CABLES_WHOLE;
		if (cables != CABLES_WHOLE)
			add_missing(&reading, c, cables, asked ? asked[c] : NULL);
	}
	return reading;
}

/* ---- alarms ---------------------------------------------------------------------------------- */

static void judge(struct connections *connections, struct lasting *lasting,
		  enum alarm_code code, const char *path, bool is_bad, const char *text)
{
	struct alarms *alarms = connections->desk->alarms;

	switch (lasting_look(lasting, is_bad, connections->dt, CONNECTIONS_SECONDS)) {
	case LASTING_RAISE:
		if (text)
			alarm_raise(alarms, code, path, "%s", text);
		else
			alarm_raise(alarms, code, path, NULL);
		break;
	case LASTING_CLEAR:
		alarm_clear(alarms, code, path);
		break;
	case LASTING_SHORT:
		break;
	}
}

static void look_at_end(struct connections *connections, int place, const char *path,
			const char *name, int channels, char *const *asked)
{
	struct end *end = &connections->ends[place];
	const struct reading reading = read_end(connections, name, channels, asked);

	if (strcmp(end->path, path) != 0) {
		*end = (struct end) { .path = "" };
		snprintf(end->path, sizeof(end->path), "%s", path);
	}
	if (!reading.known)
		return;
	judge(connections, &end->none, ALARM_UNCONNECTED, path, !reading.any, NULL);
	judge(connections, &end->half, ALARM_HALF_CONNECTED, path,
	      reading.any && !reading.all, reading.text);
}

void connections_look(struct connections *connections, double now)
{
	const struct desk *desk = connections->desk;
	const struct rack *rack = desk->rack;

	connections->dt = connections->last > 0.0 ? now - connections->last : 0.0;
	connections->last = now;
	if (!desk->status.block)
		return;
	connections->port_count =
		desk->player->ports(desk->engine, &connections->ports);
	connections->next = 0;
	for (int i = 0; i < rack->input_count && i < PORTS_MAX; i++) {
		const struct input *input = &rack->inputs[i];
		look_at_end(connections, i, input->name, input->name, input->channels,
			    input->connect);
	}
	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];
		if (node->kind == NODE_OUTPUT)
			look_at_end(connections, PORTS_MAX + i, node->path, node->name,
				    node->channels, node->connect);
	}
}

/* ---- what the desk tells --------------------------------------------------------------------- */

static bool has_input(const struct rack *rack, const char *name)
{
	for (int i = 0; i < rack->input_count; i++)
		if (strcmp(rack->inputs[i].name, name) == 0)
			return true;
	return false;
}

static void end_alarms(struct connections *connections, const char *path)
{
	alarm_clear(connections->desk->alarms, ALARM_UNCONNECTED, path);
	alarm_clear(connections->desk->alarms, ALARM_HALF_CONNECTED, path);
}

/* Alarms end with their input or output. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct connections *connections = context;

	for (int i = 0; i < from->input_count; i++)
		if (!has_input(to, from->inputs[i].name))
			end_alarms(connections, from->inputs[i].name);
	for (int i = 0; i < from->node_count; i++)
		if (from->nodes[i].kind == NODE_OUTPUT && rack_same(from, i, to) < 0)
			end_alarms(connections, from->nodes[i].path);
}

static void on_tick(void *context)
{
	connections_look(context, clock_seconds());
}

struct connections *connections_create(struct desk *desk)
{
	struct connections *connections = memory_zeroed(1, sizeof(*connections));

	connections->desk = desk;
	connections->follower = (struct follower) { .context = connections,
						    .moved = on_moved,
						    .tick = on_tick };
	follow_add(&desk->followers, &connections->follower);
	return connections;
}

void connections_destroy(struct connections *connections)
{
	if (!connections)
		return;
	follow_drop(&connections->desk->followers, &connections->follower);
	free(connections);
}
