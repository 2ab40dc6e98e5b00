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
static uint64_t apply(struct host *host, struct change *changes, int count)
{
	if (count == 0)
		return engine_played(host->engine);
	for (int i = 0; i < count; i++)
		changes[i].value = rack_set(host->rack, changes[i].node,
					    changes[i].param, changes[i].value);
	uint64_t serial = engine_apply(host->engine, host->rack, changes, count);
	host->serial = serial;
	scenes_touch(host->scenes);
	state_touch(host->state);
	for (int i = 0; i < count && host->changed; i++)
		host->changed(host->context, &changes[i]);
	return serial;
}

/* What is under way to another value goes there no more. */
static void hold(struct host *host, const struct change *changes, int count)
{
	if (glide_count(host->glides))
		for (int i = 0; i < count; i++)
			glide_end(host->glides, changes[i].node, changes[i].param);
	if (recall_count(host->recalls))
		for (int i = 0; i < count; i++)
			recall_drop(host->recalls, changes[i].node, changes[i].param);
}

static void note(struct host *host, const struct change *changes, int count)
{
	struct timespec now;
	if (!host->history)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	history_note(host->history, host->rack, changes, count,
		     (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
}

uint64_t host_apply(struct host *host, struct change *changes, int count)
{
	hold(host, changes, count);
	note(host, changes, count);
	uint64_t serial = apply(host, changes, count);
	return compare_heed(host->compare, changes, count) ? host->serial : serial;
}

bool host_ramp(struct host *host, const struct change *target, double seconds,
	       char *error, size_t error_size)
{
	const struct node *node = &host->rack->nodes[target->node];
	const struct param *param = param_row(node->module, target->param);
	if (!glide_allowed(node, param, error, error_size))
		return false;
	if (!(seconds > 0.0)) {
		struct change now = *target;
		host_apply(host, &now, 1);
		return true;
	}
	if (!host->glides)
		host->glides = glides_create();
	note(host, target, 1);
	glide_start(host->glides, host->rack, target, seconds);
	return true;
}

void host_exchange(struct host *host)
{
	glide_exchange(host->glides, host->rack);
	recall_exchange(host->recalls, host->rack);
}

int host_fade_ticks(double seconds)
{
	/* 0.05f is a little more than 0.05, but no sixth tick. */
	double ticks = ceil(fmin(seconds, (double)GLIDE_SECONDS_MAX) *
				    (double)GLIDE_STEPS_PER_SECOND -
			    1e-3);
	return ticks > 0.0 ? (int)ticks : 0;
}

uint64_t host_recall(struct host *host, struct change *changes, int count,
		     double seconds)
{
	int ticks = host_fade_ticks(seconds), now = 0;
	char why[256];

	host->limited += limit_changes(host->rack, host->role, changes, count);
	hold(host, changes, count);
	if (!host->glides)
		host->glides = glides_create();
	if (!host->recalls)
		host->recalls = recalls_create();
	for (int i = 0; i < count; i++) {
		struct change change = changes[i];
		const struct node *node = &host->rack->nodes[change.node];
		const struct param *param = param_row(node->module, change.param);
		if (node->values[change.param] == param_clamp(param, change.value))
			continue;
		if (!ticks)
			changes[now++] = change;
		else if (glide_allowed(node, param, why, sizeof why))
			glide_start(host->glides, host->rack, &change, seconds);
		else
			recall_later(host->recalls, &change, (ticks + 1) / 2);
	}
	return now ? apply(host, changes, now) : host->serial;
}

/* A client's NAME becomes a file beside the loaded config; a path is refused. NULL: the
 * result says why. The caller frees it. */
static char *config_beside(const struct host *host, const char *name,
			   struct text *result)
{
	if (!host->config_path) {
		text_add(result,
			 "no config file was loaded; start lathed --config FILE");
		return NULL;
	}
	if (!name)
		return strdup(host->config_path);
	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > 200) {
		text_add(result,
			 "\"%.200s\" is not a file name: give a name inside the folder "
			 "of "
			 "the loaded config, never a path",
			 name);
		return NULL;
	}
	const char *slash = strrchr(host->config_path, '/');
	int folder = slash ? (int)(slash + 1 - host->config_path) : 0;
	size_t size = (size_t)folder + strlen(name) + 1;
	char *path = malloc(size);
	snprintf(path, size, "%.*s%s", folder, host->config_path, name);
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

static void replace_rack(struct host *host, struct rack *rack, bool fresh,
			 struct text *result)
{
	struct rack *old = host->rack;
	struct text report = { .length = 0 };
	rack_merge(rack, old, fresh, &report);
	if (strcmp(rack->osc.listen, old->osc.listen) != 0 ||
	    rack->osc.port != old->osc.port)
		text_add(&report,
			 "osc: the new address takes effect at the next start\n");
	glide_move(host->glides, old, rack);
	recall_move(host->recalls, old, rack);
	scenes_move(host->scenes, old, rack);
	history_move(host->history, old, rack);
	compare_move(host->compare, old, rack);
	state_touch(host->state);
	host->rack = rack;
	lock_reloaded(host);
	engine_rebuild(host->engine, rack);
	rack_destroy(old);
	text_add(result, "%s",
		 report.length ? report.bytes : "loaded; no value differs\n");
	text_finish(&report);
	if (host->reshaped)
		host->reshaped(host->context);
}

bool host_reload(struct host *host, const char *file, bool fresh, struct text *result)
{
	char *path = config_beside(host, file, result);
	struct rack *rack = path ? load(path, result) : NULL;
	if (!rack) {
		event_post(host->events, EVENT_WARNING, "reload",
			   "reload refused, the rack plays on: %.*s",
			   result->bytes ? (int)strcspn(result->bytes, "\n") : 0,
			   result->bytes ? result->bytes : "");
		free(path);
		return false;
	}
	replace_rack(host, rack, fresh, result);
	event_post(host->events, EVENT_NOTICE, "reload", "loaded %.200s", path);
	free(host->config_path);
	host->config_path = path;
	return true;
}

bool host_check(struct host *host, const char *file, struct text *result)
{
	char *path = config_beside(host, file, result);
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

void host_tick(struct host *host)
{
	struct change *changes;
	int count = glide_step(host->glides, host->rack, &changes);
	if (count)
		apply(host, changes, count);
	count = recall_step(host->recalls, &changes);
	if (count)
		apply(host, changes, count);
	engine_tick(host->engine);
	inserts_tick(host->inserts);
	if (host->rack->schedule_count)
		schedule_tick(host, (int64_t)time(NULL));
	compare_tick(host->compare);
	scenes_tick(host->scenes);
	state_tick(host->state);
}

bool host_busy(const struct host *host)
{
	return glide_count(host->glides) || recall_count(host->recalls) ||
	       engine_busy(host->engine) || compare_busy(host->compare) ||
	       scenes_busy(host->scenes) || state_busy(host->state);
}
