/* desk.c - what a client may ask of the control thread. Control thread only. */
#include "daemon/desk/desk.h"

#include "daemon/recall/compare.h"
#include "daemon/desk/glide.h"
#include "daemon/recall/history.h"
#include "daemon/unattended/inserts.h"
#include "daemon/desk/limit.h"
#include "daemon/desk/lock.h"
#include "daemon/rack/param.h"
#include "daemon/desk/pending.h"
#include "daemon/recall/scene.h"
#include "daemon/unattended/schedule.h"
#include "daemon/recall/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Stores and publishes as one, and tells the listeners. */
static uint64_t apply(struct desk *desk, struct change *changes, int count)
{
	if (count == 0)
		return engine_played(desk->engine);
	for (int i = 0; i < count; i++)
		changes[i].value = rack_set(desk->rack, changes[i].node,
					    changes[i].param, changes[i].value);
	uint64_t serial = engine_apply(desk->engine, desk->rack, changes, count);
	desk->serial = serial;
	scenes_touch(desk->scenes);
	state_touch(desk->state);
	for (int i = 0; i < count && desk->changed; i++)
		desk->changed(desk->context, &changes[i]);
	return serial;
}

/* What is under way to another value goes there no more. */
static void hold(struct desk *desk, const struct change *changes, int count)
{
	if (glide_count(desk->glides))
		for (int i = 0; i < count; i++)
			glide_end(desk->glides, changes[i].node, changes[i].param);
	if (pending_count(desk->pending))
		for (int i = 0; i < count; i++)
			pending_drop(desk->pending, changes[i].node, changes[i].param);
}

static void note(struct desk *desk, const struct change *changes, int count)
{
	struct timespec now;
	if (!desk->history)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	history_note(desk->history, desk->rack, changes, count,
		     (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
}

uint64_t desk_apply(struct desk *desk, struct change *changes, int count)
{
	hold(desk, changes, count);
	note(desk, changes, count);
	uint64_t serial = apply(desk, changes, count);
	return compare_heed(desk->compare, changes, count) ? desk->serial : serial;
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
	note(desk, target, 1);
	glide_start(desk->glides, desk->rack, target, seconds);
	return true;
}

void desk_exchange(struct desk *desk)
{
	glide_exchange(desk->glides, desk->rack);
	pending_exchange(desk->pending, desk->rack);
}

int desk_fade_ticks(double seconds)
{
	/* 0.05f is a little more than 0.05, but no sixth tick. */
	double ticks = ceil(fmin(seconds, (double)GLIDE_SECONDS_MAX) *
				    (double)GLIDE_STEPS_PER_SECOND -
			    1e-3);
	return ticks > 0.0 ? (int)ticks : 0;
}

uint64_t desk_recall(struct desk *desk, struct change *changes, int count,
		     double seconds)
{
	int ticks = desk_fade_ticks(seconds), now = 0;
	char why[256];

	desk->limited += limit_changes(desk->rack, desk->role, changes, count);
	hold(desk, changes, count);
	if (!desk->glides)
		desk->glides = glides_create();
	if (!desk->pending)
		desk->pending = pending_create();
	for (int i = 0; i < count; i++) {
		struct change change = changes[i];
		const struct node *node = &desk->rack->nodes[change.node];
		const struct param *param = param_row(node->module, change.param);
		if (node->values[change.param] == param_clamp(param, change.value))
			continue;
		if (!ticks)
			changes[now++] = change;
		else if (glide_allowed(node, param, why, sizeof why))
			glide_start(desk->glides, desk->rack, &change, seconds);
		else
			pending_add(desk->pending, &change, (ticks + 1) / 2);
	}
	return now ? apply(desk, changes, now) : desk->serial;
}

/* A client's NAME becomes a file beside the loaded config; a path is refused. NULL: the
 * result says why. The caller frees it. */
static char *config_beside(const struct desk *desk, const char *name,
			   struct text *result)
{
	if (!desk->config_path) {
		text_add(result,
			 "no config file was loaded; start lathed --config FILE");
		return NULL;
	}
	if (!name)
		return strdup(desk->config_path);
	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > 200) {
		text_add(result,
			 "\"%.200s\" is not a file name: give a name inside the folder "
			 "of "
			 "the loaded config, never a path",
			 name);
		return NULL;
	}
	const char *slash = strrchr(desk->config_path, '/');
	int folder = slash ? (int)(slash + 1 - desk->config_path) : 0;
	size_t size = (size_t)folder + strlen(name) + 1;
	char *path = malloc(size);
	snprintf(path, size, "%.*s%s", folder, desk->config_path, name);
	return path;
}

static struct rack *load(const char *path, struct text *result)
{
	struct complaints complaints = { .count = 0 };
	struct rack *rack = config_load(path, &complaints);
	if (!rack)
		text_add(result, "%s",
			 complaints.text.bytes ? complaints.text.bytes
					       : "can't be read");
	text_finish(&complaints.text);
	return rack;
}

static void replace_rack(struct desk *desk, struct rack *rack, bool fresh,
			 struct text *result)
{
	struct rack *old = desk->rack;
	struct text report = { .length = 0 };
	rack_merge(rack, old, fresh, &report);
	if (strcmp(rack->osc.listen, old->osc.listen) != 0 ||
	    rack->osc.port != old->osc.port)
		text_add(&report,
			 "osc: the new address takes effect at the next start\n");
	glide_move(desk->glides, old, rack);
	pending_move(desk->pending, old, rack);
	scenes_move(desk->scenes, old, rack);
	history_move(desk->history, old, rack);
	compare_move(desk->compare, old, rack);
	state_touch(desk->state);
	desk->rack = rack;
	lock_reloaded(desk);
	engine_rebuild(desk->engine, rack);
	rack_destroy(old);
	text_add(result, "%s",
		 report.length ? report.bytes : "loaded; no value differs\n");
	text_finish(&report);
	if (desk->reshaped)
		desk->reshaped(desk->context);
}

bool desk_reload(struct desk *desk, const char *file, bool fresh, struct text *result)
{
	char *path = config_beside(desk, file, result);
	struct rack *rack = path ? load(path, result) : NULL;
	if (!rack) {
		event_post(desk->events, EVENT_WARNING, "reload",
			   "reload refused, the rack plays on: %.*s",
			   result->bytes ? (int)strcspn(result->bytes, "\n") : 0,
			   result->bytes ? result->bytes : "");
		free(path);
		return false;
	}
	replace_rack(desk, rack, fresh, result);
	event_post(desk->events, EVENT_NOTICE, "reload", "loaded %.200s", path);
	free(desk->config_path);
	desk->config_path = path;
	return true;
}

bool desk_check(struct desk *desk, const char *file, struct text *result)
{
	char *path = config_beside(desk, file, result);
	struct rack *rack = path ? load(path, result) : NULL;
	int count = 0;
	for (int i = 0; rack && i < rack->node_count; i++)
		count += rack->nodes[i].kind == NODE_MODULE;
	if (rack)
		text_add(result, "%s has no faults: %d node%s\n", path, count,
			 count == 1 ? "" : "s");
	free(path);
	bool good = rack != NULL;
	rack_destroy(rack);
	return good;
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
	engine_tick(desk->engine);
	inserts_tick(desk->inserts);
	if (desk->rack->schedule_count)
		schedule_tick(desk, (int64_t)time(NULL));
	compare_tick(desk->compare);
	scenes_tick(desk->scenes);
	state_tick(desk->state);
}

bool desk_busy(const struct desk *desk)
{
	return glide_count(desk->glides) || pending_count(desk->pending) ||
	       engine_busy(desk->engine) || compare_busy(desk->compare) ||
	       scenes_busy(desk->scenes) || state_busy(desk->state);
}
