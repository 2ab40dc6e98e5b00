/* scene.c - named sets of values. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/scene.h"

#include "daemon/base/memory.h"
#include "daemon/desk/limit.h"
#include "daemon/rack/param.h"
#include "daemon/recall/outcome.h"
#include "daemon/recall/scene_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_TICKS = 5 }; /* between two comparisons of scene and rack */

struct scenes {
	struct desk *desk;
	struct follower follower;
	struct disk *disk;
	struct outcomes outcomes;
	char active[SCENE_NAME_BYTES];
	struct settings goal; /* of the active scene */
	enum scene_state told;
	bool touched;
	int look_ticks;
	int fade_ticks;  /* of the load under way; -1: none */
	uint64_t serial; /* of its last change; 0: not made yet */
	struct scene_news news[SCENE_NEWS_KEPT]; /* serial s at s % SCENE_NEWS_KEPT */
	uint64_t newest;
};

static void tell(struct scenes *scenes, bool done, const char *name, int state)
{
	uint64_t serial = ++scenes->newest;
	struct scene_news *news = &scenes->news[serial % SCENE_NEWS_KEPT];

	*news = (struct scene_news) { .serial = serial, .done = done, .state = state };
	snprintf(news->name, sizeof(news->name), "%s", name);
}

const struct scene_news *scenes_news(const struct scenes *scenes, uint64_t after)
{
	uint64_t next = after + 1;

	if (scenes->newest > SCENE_NEWS_KEPT &&
	    next <= scenes->newest - SCENE_NEWS_KEPT)
		next = scenes->newest - SCENE_NEWS_KEPT + 1;
	return next <= scenes->newest ? &scenes->news[next % SCENE_NEWS_KEPT] : NULL;
}

char *scenes_folder(const struct desk *desk)
{
	const char *config = desk->config_path ? desk->config_path : "";
	const char *slash = strrchr(config, '/');

	if (desk->rack->scenes[0])
		return memory_string(desk->rack->scenes);
	if (desk->state_folder)
		return memory_print("%s/scenes", desk->state_folder);
	if (*config)
		return memory_print("%.*sscenes", slash ? (int)(slash + 1 - config) : 0,
				    config);
	return memory_string("");
}

/* ---- which is active -------------------------------------------------------------------- */

const char *scene_active(const struct scenes *scenes)
{
	return scenes ? scenes->active : "";
}

static bool is_changed(const struct scenes *scenes)
{
	const struct rack *rack = scenes->desk->rack;

	for (int i = 0; i < scenes->goal.count; i++) {
		const struct change *goal = &scenes->goal.changes[i];
		if (rack->nodes[goal->node].values[goal->param] != goal->value)
			return true;
	}
	return false;
}

enum scene_state scene_state(const struct scenes *scenes, const char *name)
{
	if (!scenes || !*name || strcmp(name, scenes->active) != 0)
		return SCENE_OFF;
	return is_changed(scenes) ? SCENE_CHANGED : SCENE_ACTIVE;
}

static void tell_state(struct scenes *scenes)
{
	enum scene_state state = scene_state(scenes, scenes->active);

	scenes->touched = false;
	if (state == scenes->told)
		return;
	scenes->told = state;
	tell(scenes, false, scenes->active, state);
}

/* Takes the settings over. */
static void activate(struct scenes *scenes, const char *name, struct settings *goal)
{
	if (scenes->fade_ticks >= 0 && scenes->active[0])
		tell(scenes, true, scenes->active, false);
	scenes->fade_ticks = -1;
	if (scenes->active[0] && strcmp(scenes->active, name) != 0)
		tell(scenes, false, scenes->active, SCENE_OFF);
	snprintf(scenes->active, sizeof(scenes->active), "%s", name);
	settings_finish(&scenes->goal);
	scenes->goal = *goal;
	*goal = (struct settings) { .count = 0 };
	scenes->told = SCENE_OFF;
	scenes->touched = true;
	follow_touched(scenes->desk->followers);
}

/* ---- what is asked of the disk ---------------------------------------------------------- */

static void on_done(struct disk_job *disk_job, bool abandoned);

/* A job that is not put yet, or NULL: the result says why. */
static struct scene_job *job_for(struct scenes *scenes, enum scene_job_kind kind,
				 const char *name, const char *to, struct text *result)
{
	struct scene_job *job = NULL;
	char *folder = scenes_folder(scenes->desk);

	if (!*folder)
		text_add(result, "there is no folder for scenes: start lathed with "
				 "--config or --state");
	else if (disk_busy(scenes->disk) == DISK_JOBS_MAX)
		text_add(result, "%d requests wait for the disk already; try again",
			 DISK_JOBS_MAX);
	else
		job = scene_job_create(kind, folder, name, to, on_done, scenes);
	free(folder);
	return job;
}

/* The ticket of the outcome. */
static uint64_t put(struct scenes *scenes, struct scene_job *job)
{
	job->ticket = outcome_open(&scenes->outcomes);
	disk_put(scenes->disk, &job->job);
	return job->ticket;
}

/* ---- what the desk tells ---------------------------------------------------------------- */

static void on_changed(void *context, const struct change *changes, int count)
{
	struct scenes *scenes = context;

	(void)changes, (void)count;
	scenes->touched = true;
}

/* The settings lose the params that the new rack does not have. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct scenes *scenes = context;

	settings_move(&scenes->goal, from, to);
	scenes->touched = true;
}

/* Undo and a restart recall the values of a scene by themselves; its file says which values
 * those are. A scene that can't be read is not active. */
static void on_named(void *context, const char *name)
{
	struct scenes *scenes = context;
	struct text why = { 0 };

	struct scene_job *job = NULL;

	if (*name && scene_name_is_good(name, &why))
		job = job_for(scenes, SCENE_JOB_NAMED, name, NULL, &why);
	if (job)
		put(scenes, job);
	else
		activate(scenes, "", &(struct settings) { 0 });
	text_finish(&why);
}

static void on_tick(void *context)
{
	struct scenes *scenes = context;

	disk_tick(scenes->disk);
	if (scenes->fade_ticks > 0 && --scenes->fade_ticks == 0)
		scenes->serial = scenes->desk->serial;
	if (scenes->fade_ticks == 0 &&
	    scenes->desk->player->played(scenes->desk->engine) >= scenes->serial) {
		scenes->fade_ticks = -1;
		tell_state(scenes);
		tell(scenes, true, scenes->active, true);
	}
	if (scenes->touched && ++scenes->look_ticks >= LOOK_TICKS) {
		scenes->look_ticks = 0;
		if (scenes->active[0])
			tell_state(scenes);
	}
}

static bool is_busy(const void *context)
{
	const struct scenes *scenes = context;

	return disk_busy(scenes->disk) || scenes->fade_ticks >= 0 ||
	       (scenes->touched && scenes->active[0]);
}

/* ---- save ------------------------------------------------------------------------------- */

uint64_t scene_save(struct scenes *scenes, const char *name,
		    const struct pattern *pattern, enum role role, struct text *result)
{
	struct scene_job *job;

	if (!scene_name_is_good(name, result))
		return 0;
	job = job_for(scenes, SCENE_JOB_SAVE, name, NULL, result);
	if (!job)
		return 0;
	job->most = role == ROLE_NONE || role == ROLE_ADMIN ? SCENES_MAX
							    : SCENES_MAX - SCENES_KEPT;
	text_add(&job->text,
		 "# A scene of Lathe: lathectl scene load '%s'\n"
		 "# What is not said here keeps its value.\n",
		 name);
	struct rack *goal = desk_goal(scenes->desk);
	scene_gather(goal, pattern, &job->settings);
	scene_print(goal, &job->settings, &job->text);
	rack_destroy(goal);
	if (job->settings.count)
		return put(scenes, job);
	scene_job_destroy(job);
	text_add(result, "the pattern covers nothing that a scene holds");
	return 0;
}

/* A save that failed leaves what was active. */
static void save_done(struct scenes *scenes, struct scene_job *job, struct text *result)
{
	if (!job->good) {
		if (!job->full)
			event_post(scenes->desk->events, EVENT_ERROR, "scene", "%s",
				   job->error);
		text_add(result, "%s", job->error);
		return;
	}
	text_add(result, "saved %s: %d values\n", job->name, job->settings.count);
	activate(scenes, job->name, &job->settings);
	tell_state(scenes);
}

/* ---- load ------------------------------------------------------------------------------- */

uint64_t scene_load(struct scenes *scenes, const char *name, double seconds,
		    const struct pattern *pattern, enum role role, struct text *result)
{
	struct scene_job *job;

	if (!scene_name_is_good(name, result))
		return 0;
	job = job_for(scenes, SCENE_JOB_LOAD, name, NULL, result);
	if (!job)
		return 0;
	job->seconds = seconds;
	job->role = role;
	job->some = pattern != NULL;
	if (pattern)
		job->pattern = *pattern;
	return put(scenes, job);
}

/* Keeps what the pattern covers. */
static void keep_covered(const struct rack *rack, const struct pattern *pattern,
			 struct settings *settings)
{
	char path[192];
	int count = settings->count;

	settings->count = 0;
	for (int i = 0; i < count; i++) {
		struct change change = settings->changes[i];
		const struct node *node = &rack->nodes[change.node];
		int length = snprintf(path, sizeof(path), "/%s/", node->path);
		param_path(node->module, change.param, path + length,
			   sizeof(path) - (size_t)length);
		if (pattern_covers(pattern, path))
			settings->changes[settings->count++] = change;
	}
}

/* The values that the job read. False: the result says why there are none. */
static bool take_settings(struct scenes *scenes, struct scene_job *job,
			  struct settings *settings, struct text *result)
{
	const struct rack *rack = scenes->desk->rack;

	if (job->missing) {
		text_add(result, "there is no scene \"%s\"", job->name);
		return false;
	}
	if (!job->good ||
	    !scene_parse(&job->source, rack, settings, result, &job->complaints)) {
		text_add(result, "%s",
			 job->complaints.text.bytes ? job->complaints.text.bytes : "");
		return false;
	}
	if (!job->some)
		return true;
	keep_covered(rack, &job->pattern, settings);
	if (!settings->count)
		text_add(result, "the pattern covers nothing of %s", job->name);
	return settings->count > 0;
}

/* The settings come into force, with the fade. */
static void recall_scene(struct scenes *scenes, const struct scene_job *job,
			 struct settings *settings, struct text *result)
{
	struct desk *desk = scenes->desk;
	char before[SCENE_NAME_BYTES];
	struct recall recall = { .count = settings->count,
				 .seconds = job->seconds,
				 .scene_before = before,
				 .scene_after = job->name };

	recall.changes =
		memory_zeroed((size_t)settings->count, sizeof(*recall.changes));
	for (int i = 0; i < settings->count; i++) {
		recall.changes[i] = settings->changes[i];
		recall.changes[i].role = job->role;
	}
	memcpy(before, scenes->active, sizeof(before));
	activate(scenes, job->name, settings);
	scenes->serial = desk_recall(desk, &recall);
	scenes->fade_ticks = desk_fade_ticks(job->seconds);
	limit_tell(job->role, recall.held, result);
	free(recall.changes);
	event_post(desk->events, EVENT_NOTICE, "scene", "%s, fade %g s", job->name,
		   job->seconds);
}

static bool load_done(struct scenes *scenes, struct scene_job *job, struct text *result)
{
	struct settings settings = { .count = 0 };
	bool good = take_settings(scenes, job, &settings, result);

	if (good) {
		text_add(result, "loaded %s: %d values\n", job->name, settings.count);
		recall_scene(scenes, job, &settings, result);
	}
	settings_finish(&settings);
	return good;
}

static void named_done(struct scenes *scenes, struct scene_job *job,
		       struct text *result)
{
	struct settings settings = { .count = 0 };
	bool good = take_settings(scenes, job, &settings, result);

	activate(scenes, good ? job->name : "", &settings);
	settings_finish(&settings);
}

/* ---- delete, rename, list --------------------------------------------------------------- */

uint64_t scene_delete(struct scenes *scenes, const char *name, struct text *result)
{
	struct scene_job *job;

	if (!scene_name_is_good(name, result))
		return 0;
	job = job_for(scenes, SCENE_JOB_DELETE, name, NULL, result);
	return job ? put(scenes, job) : 0;
}

static void delete_done(struct scenes *scenes, const struct scene_job *job,
			struct text *result)
{
	if (!job->good) {
		text_add(result, "%s: %s", job->name,
			 job->missing ? "there is no such scene" : job->error);
		return;
	}
	if (strcmp(job->name, scenes->active) == 0)
		activate(scenes, "", &(struct settings) { .count = 0 });
	tell(scenes, false, job->name, SCENE_GONE);
	text_add(result, "deleted %s\n", job->name);
}

uint64_t scene_rename(struct scenes *scenes, const char *from, const char *to,
		      struct text *result)
{
	struct scene_job *job;

	if (!scene_name_is_good(from, result) || !scene_name_is_good(to, result))
		return 0;
	job = job_for(scenes, SCENE_JOB_RENAME, from, to, result);
	return job ? put(scenes, job) : 0;
}

static void rename_done(struct scenes *scenes, const struct scene_job *job,
			struct text *result)
{
	if (!job->good) {
		text_add(result, "%s: %s", job->taken ? job->to : job->name,
			 job->taken ? "there is a scene of this name already"
				    : job->error);
		return;
	}
	tell(scenes, false, job->name, SCENE_GONE);
	if (strcmp(job->name, scenes->active) == 0) {
		snprintf(scenes->active, sizeof(scenes->active), "%s", job->to);
		scenes->told = SCENE_OFF;
		follow_touched(scenes->desk->followers);
		tell_state(scenes);
	} else {
		tell(scenes, false, job->to, SCENE_OFF);
	}
	text_add(result, "renamed %s to %s\n", job->name, job->to);
}

uint64_t scene_list(struct scenes *scenes, struct text *result)
{
	struct scene_job *job = job_for(scenes, SCENE_JOB_LIST, "", NULL, result);

	return job ? put(scenes, job) : 0;
}

static void list_done(struct scene_job *job, struct text *result)
{
	struct text why = { 0 };
	int count = 0;

	if (!job->good)
		text_add(result, "%s", job->error);
	for (char *rest = job->text.bytes, *name;
	     rest && (name = strsep(&rest, "\n")) && count < SCENES_MAX;)
		if (*name && scene_name_is_good(name, &why)) {
			text_add(result, "%s\n", name);
			count++;
		}
	text_finish(&why);
}

/* ---- what came of it -------------------------------------------------------------------- */

static void on_done(struct disk_job *disk_job, bool abandoned)
{
	struct scene_job *job = (struct scene_job *)disk_job;
	struct scenes *scenes = job->context;
	struct text result = { 0 };
	bool good = job->good;

	if (abandoned) {
		scene_job_destroy(job);
		return;
	}
	switch (job->kind) {
	case SCENE_JOB_SAVE:
		save_done(scenes, job, &result);
		break;
	case SCENE_JOB_LOAD:
		good = load_done(scenes, job, &result);
		break;
	case SCENE_JOB_NAMED:
		named_done(scenes, job, &result);
		break;
	case SCENE_JOB_DELETE:
		delete_done(scenes, job, &result);
		break;
	case SCENE_JOB_RENAME:
		rename_done(scenes, job, &result);
		break;
	case SCENE_JOB_LIST:
		list_done(job, &result);
		break;
	}
	outcome_close(&scenes->outcomes, job->ticket, good, &result);
	scene_job_destroy(job);
}

bool scene_outcome(struct scenes *scenes, uint64_t ticket, bool *good,
		   struct text *result)
{
	disk_tick(scenes->disk);
	return outcome_take(&scenes->outcomes, ticket, good, result);
}

void scenes_settle(struct scenes *scenes, int wait_ms)
{
	disk_settle(scenes->disk, wait_ms);
}

bool scenes_waiting(const struct scenes *scenes)
{
	return disk_busy(scenes->disk) > 0;
}

/* ---- make and end ----------------------------------------------------------------------- */

struct scenes *scenes_create(struct desk *desk, int wake)
{
	struct scenes *scenes = memory_zeroed(1, sizeof(*scenes));

	scenes->desk = desk;
	scenes->fade_ticks = -1;
	scenes->disk = disk_create("scenes", wake, desk->alarms);
	scenes->follower = (struct follower) { .context = scenes,
					       .changed = on_changed,
					       .moved = on_moved,
					       .named = on_named,
					       .tick = on_tick,
					       .busy = is_busy };
	follow_add(&desk->followers, &scenes->follower);
	return scenes;
}

void scenes_destroy(struct scenes *scenes)
{
	if (!scenes)
		return;
	follow_drop(&scenes->desk->followers, &scenes->follower);
	disk_destroy(scenes->disk);
	outcomes_finish(&scenes->outcomes);
	settings_finish(&scenes->goal);
	free(scenes);
}
