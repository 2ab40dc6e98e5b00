/* desk.c - what a client may ask of the control thread. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/desk.h"

#include "daemon/desk/glide.h"
#include "daemon/desk/limit.h"
#include "daemon/desk/pending.h"
#include "daemon/rack/param.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stores the values. What was there already is no change and leaves the list: else two
 * clients that send back what they are told would go on for ever. Returns how many are
 * left. */
static int store(struct desk *desk, struct change *changes, int count)
{
	int kept = 0;

	for (int i = 0; i < count; i++) {
		struct change change = changes[i];
		const float *now = &desk->rack->nodes[change.node].values[change.param];
		float before = *now;
		change.value =
			rack_set(desk->rack, change.node, change.param, change.value);
		if (before != change.value)
			changes[kept++] = change;
	}
	return kept;
}

/* Gives what was stored to the audio as one, and tells the followers. */
static void publish(struct desk *desk, const struct change *changes, int count)
{
	if (!count)
		return;
	desk->serial = desk->player->apply(desk->engine, desk->rack, changes, count);
	follow_changed(desk->followers, changes, count);
}

static uint64_t apply(struct desk *desk, struct change *changes, int count)
{
	publish(desk, changes, store(desk, changes, count));
	return desk->serial;
}

/* Ends glides and pending recalls of these params. */
static void hold(struct desk *desk, const struct change *changes, int count)
{
	if (glide_count(desk->glides))
		for (int i = 0; i < count; i++)
			glide_end(desk->glides, changes[i].node, changes[i].param);
	if (pending_count(desk->pending))
		for (int i = 0; i < count; i++)
			pending_drop(desk->pending, changes[i].node, changes[i].param);
}

uint64_t desk_apply(struct desk *desk, struct change *changes, int count)
{
	struct action action = { .changes = changes, .count = count };

	hold(desk, changes, count);
	follow_before(desk->followers, &action);
	if (!count)
		return desk->player->played(desk->engine);
	count = store(desk, changes, count);
	publish(desk, changes, count);
	if (count)
		follow_after(desk->followers, changes, count);
	return desk->serial; /* of what followed, if anything did */
}

bool desk_ramp(struct desk *desk, const struct change *target, double seconds,
	       char *error, size_t error_size)
{
	const struct node *node = &desk->rack->nodes[target->node];
	const struct param *param = param_row(node->module, target->param);

	if (!glide_allowed(node, param, error, error_size))
		return false;
	if (!(seconds > 0.0)) {
		struct change now = *target;
		desk_apply(desk, &now, 1);
		return true;
	}
	if (!desk->glides)
		desk->glides = glides_create();
	follow_before(desk->followers,
		      &(struct action) { .changes = target, .count = 1 });
	glide_start(desk->glides, desk->rack, target, seconds);
	return true;
}

struct rack *desk_goal(const struct desk *desk)
{
	struct rack *goal = rack_copy_whole(desk->rack);

	glide_goal(desk->glides, goal);
	pending_goal(desk->pending, goal);
	return goal;
}

int desk_fade_ticks(double seconds)
{
	/* 0.05f is a little more than 0.05; it takes five ticks, not six. */
	double ticks = ceil(fmin(seconds, (double)GLIDE_SECONDS_MAX) *
				    (double)GLIDE_STEPS_PER_SECOND -
			    1e-3);

	return ticks > 0.0 ? (int)ticks : 0;
}

/* Starts what takes time. The changes to make now come first; returns how many. */
static int start_fade(struct desk *desk, struct change *changes, int count,
		      double seconds)
{
	int ticks = desk_fade_ticks(seconds), now = 0;
	char why[256];

	for (int i = 0; i < count; i++) {
		struct change change = changes[i];
		const struct node *node = &desk->rack->nodes[change.node];
		const struct param *param = param_row(node->module, change.param);
		if (node->values[change.param] == param_clamp(param, change.value))
			continue;
		if (!ticks)
			changes[now++] = change;
		else if (glide_allowed(node, param, why, sizeof(why)))
			glide_start(desk->glides, desk->rack, &change, seconds);
		else
			pending_add(desk->pending, &change, (ticks + 1) / 2);
	}
	return now;
}

uint64_t desk_recall(struct desk *desk, struct recall *recall)
{
	struct action action = { recall->changes, recall->count, recall->scene_before,
				 recall->scene_after };

	if (recall->scene_after)
		follow_before(desk->followers, &action);
	recall->held = limit_changes(desk->rack, recall->changes, recall->count);
	hold(desk, recall->changes, recall->count);
	if (!desk->glides)
		desk->glides = glides_create();
	if (!desk->pending)
		desk->pending = pending_create();
	int now = start_fade(desk, recall->changes, recall->count, recall->seconds);
	return now ? apply(desk, recall->changes, now) : desk->serial;
}

void desk_replace(struct desk *desk, struct rack *rack, bool fresh, struct text *result)
{
	struct rack *old = desk->rack;
	struct text report = { .length = 0 };

	rack_merge(rack, old, fresh, &report);
	if (strcmp(rack->osc->listen, old->osc->listen) != 0 ||
	    rack->osc->port != old->osc->port)
		text_add(&report,
			 "osc: the new address takes effect at the next start\n");
	glide_move(desk->glides, old, rack);
	pending_move(desk->pending, old, rack);
	desk->rack = rack;
	desk->player->rebuild(desk->engine, rack);
	follow_moved(desk->followers, old, rack);
	rack_destroy(old);
	text_add(result, "%s",
		 report.length ? report.bytes : "loaded; no value differs\n");
	text_finish(&report);
}

void desk_tick(struct desk *desk)
{
	struct change *changes;
	int count = glide_step(desk->glides, desk->rack, &changes);

	if (count)
		apply(desk, changes, count);
	count = pending_step(desk->pending, &changes);
	if (count)
		apply(desk, changes, count);
	desk->player->tick(desk->engine);
	follow_tick(desk->followers);
}

bool desk_busy(const struct desk *desk)
{
	return glide_count(desk->glides) || pending_count(desk->pending) ||
	       desk->player->busy(desk->engine) || follow_busy(desk->followers);
}

void desk_finish(struct desk *desk)
{
	glides_destroy(desk->glides);
	pending_destroy(desk->pending);
	desk->glides = NULL;
	desk->pending = NULL;
}
