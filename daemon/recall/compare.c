/* compare.c - honest comparison. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/compare.h"
#include "daemon/base/memory.h"

#include "daemon/rack/param.h"
#include "daemon/config/scene_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	SLOTS = 2,
	LOOK_TICKS = 10,
	SETTLE_TICKS = 30, /* after a switch, until the meters are of the new slot */
};
/* Seconds of programme that are enough to measure a slot for the first time, and enough to
 * replace what is remembered of it. */
static const float heard_least = 0.35f, heard_well = 2.95f;
static const float step_db = 0.05f; /* smaller corrections are not made */

/* How much louder than its input an output is with each slot. */
struct louder {
	bool known[SLOTS];
	float db[SLOTS];
};

struct compare {
	struct desk *desk;
	struct follower follower;
	int slot; /* 0 or 1 */
	struct settings kept[SLOTS];
	struct louder louder[NODES_MAX];
	int ticks, settling;
	bool on; /* as of the last look */
};

/* The choice in force, of the rack. */
static int mode_of(const struct rack *rack)
{
	const struct node *node = &rack->nodes[rack->node_count - 1];

	return (int)node->values[param_of_role(node->module, PARAM_COMPARE)];
}

/* ---- loudness --------------------------------------------------------------------------- */

/* Remembers the measured loudness for the slot that plays. */
static void listen(struct compare *compare, int place)
{
	const struct node *node = &compare->desk->rack->nodes[place];
	const float *meters =
		compare->desk->player->meters(compare->desk->engine, place);
	struct louder *louder = &compare->louder[place];
	int db = meter_of_role(node->module, node->channels, METER_LOUDER);
	int heard = meter_of_role(node->module, node->channels, METER_HEARD);
	float least = louder->known[compare->slot] ? heard_well : heard_least;

	if (!meters || db < 0 || heard < 0 || meters[heard] < least)
		return;
	louder->known[compare->slot] = true;
	louder->db[compare->slot] = meters[db];
}

static int set_param(const struct rack *rack, int place, unsigned role, float value,
		     struct change *change)
{
	const struct node *node = &rack->nodes[place];
	int param = param_of_role(node->module, role);

	if (param < 0 || fabsf(node->values[param] - value) < step_db)
		return 0;
	*change = (struct change) { .node = place, .param = param, .value = value };
	return 1;
}

/* Brings all that is compared to the loudness of the quietest: the input, or a slot. */
static void match(struct compare *compare)
{
	const struct rack *rack = compare->desk->rack;
	struct change changes[2 * NODES_MAX];
	int count = 0;

	for (int i = 0; i < rack->node_count; i++) {
		const struct louder *louder = &compare->louder[i];
		float now = 0.0f, least = 0.0f;
		if (rack->nodes[i].kind != NODE_OUTPUT)
			continue;
		for (int s = 0; s < SLOTS; s++) {
			least = louder->known[s] ? fminf(least, louder->db[s]) : least;
			/* A slot that was not measured yet counts as loud as the other. */
			if (louder->known[s] &&
			    (s == compare->slot || !louder->known[compare->slot]))
				now = louder->db[s];
		}
		count += set_param(rack, i, PARAM_MATCH, now, &changes[count]);
		count += set_param(rack, i, PARAM_MATCH_TO, least, &changes[count]);
	}
	if (count)
		desk_apply(compare->desk, changes, count);
}

/* Whether a comparison is on: of the rack or of one output. */
static bool is_on(const struct rack *rack)
{
	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];
		int param = param_of_role(node->module, PARAM_COMPARE);
		if (node->kind != NODE_MODULE && param >= 0 && node->values[param] > 0)
			return true;
	}
	return false;
}

static void on_tick(void *context)
{
	struct compare *compare = context;

	if (compare->settling > 0)
		compare->settling--;
	if (++compare->ticks < LOOK_TICKS)
		return;
	compare->ticks = 0;
	const struct rack *rack = compare->desk->rack;
	for (int i = 0; i < rack->node_count && !compare->settling; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT)
			listen(compare, i);
	compare->on = is_on(rack);
	if (compare->on)
		match(compare);
}

static bool is_busy(const void *context)
{
	const struct compare *compare = context;

	return compare->on || compare->settling > 0;
}

/* ---- slots ------------------------------------------------------------------------------ */

static void switch_slot(struct compare *compare, int slot, enum role role)
{
	struct desk *desk = compare->desk;
	struct settings *old = &compare->kept[compare->slot];
	const struct settings *new = &compare->kept[slot];

	settings_finish(old);
	scene_gather(desk->rack, NULL, old);
	compare->slot = slot;
	compare->settling = SETTLE_TICKS;
	if (!new->count)
		return;
	/* Another client's slot may hold more than this role may set. */
	for (int i = 0; i < new->count; i++)
		new->changes[i].role = role;
	struct recall recall = { .changes = new->changes, .count = new->count };
	desk_recall(desk, &recall);
}

static void on_after(void *context, const struct change *changes, int count)
{
	struct compare *compare = context;
	const struct rack *rack = compare->desk->rack;
	bool heeded = false;

	for (int i = 0; i < count; i++) {
		const struct node *node = &rack->nodes[changes[i].node];
		if (node->kind == NODE_MODULE ||
		    (param_row(node->module, changes[i].param)->flags & PARAM_ROLE) !=
			    PARAM_COMPARE)
			continue;
		int slot = mode_of(rack) - COMPARE_A;
		if (node->kind == NODE_RACK && slot >= 0 && slot < SLOTS &&
		    slot != compare->slot)
			switch_slot(compare, slot, changes[i].role);
		heeded = true;
	}
	if (heeded)
		compare->on = is_on(rack);
	if (heeded && compare->on)
		match(compare);
}

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct compare *compare = context;

	for (int s = 0; s < SLOTS; s++)
		settings_move(&compare->kept[s], from, to);
	memset(compare->louder, 0, sizeof(compare->louder));
	compare->settling = SETTLE_TICKS;
}

/* ---- make and end ----------------------------------------------------------------------- */

struct compare *compare_create(struct desk *desk)
{
	struct compare *compare = memory_zeroed(1, sizeof(*compare));
	compare->desk = desk;
	compare->follower = (struct follower) { .context = compare,
						.after = on_after,
						.moved = on_moved,
						.tick = on_tick,
						.busy = is_busy };
	follow_add(&desk->followers, &compare->follower);
	return compare;
}

void compare_destroy(struct compare *compare)
{
	if (!compare)
		return;
	follow_drop(&compare->desk->followers, &compare->follower);
	for (int i = 0; i < SLOTS; i++)
		settings_finish(&compare->kept[i]);
	free(compare);
}
