/* state.c - what outlives a restart. Control thread, but for the run_...() functions, which are
 * the disk thread's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/state.h"

#include "daemon/base/memory.h"
#include "daemon/config/scene_file.h"
#include "daemon/desk/lock.h"
#include "daemon/disk/disk.h"
#include "daemon/recall/history.h"
#include "daemon/recall/scene.h"
#include "daemon/recall/state_file.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	WRITE_TICKS = 50,  /* between two writes */
	RETRY_TICKS = 500, /* after one that failed */
	PREPARE_TICKS = 30,
	ALIVE_SECONDS = 60,    /* between two writes of a rack with a schedule */
	PREPARE_CHANGES = 500, /* put into words in one tick */
};
static const double late_fade = 1.0; /* seconds, of values that come after the start */

struct state {
	struct desk *desk;
	struct state_parts parts;
	struct follower follower;
	struct disk *disk;
	char *folder, *path;
	bool saves;   /* the file was read, and may be written */
	bool set;     /* a value was changed since the start */
	bool touched; /* something is not saved yet */
	int wait;     /* ticks before the next write */
	int tries;    /* ticks in which steps were put into words */
	int64_t told; /* the time in the text written last, seconds since 1970 */
};

/* ---- jobs of the disk thread ---------------------------------------------------------------- */

struct state_job {
	struct disk_job job; /* first: disk.h hands it back */
	struct state *state;
	char *folder, *path;
	struct text text;
	struct text report;
	enum state_found found;
	bool good;
	char error[FILE_ERROR_BYTES];
};

static void run_read(struct disk_job *disk_job)
{
	struct state_job *job = (struct state_job *)disk_job;

	file_make_folder(job->folder);
	job->found = state_file_read(job->path, &job->text, &job->report);
}

static void run_write(struct disk_job *disk_job)
{
	struct state_job *job = (struct state_job *)disk_job;

	job->good = state_file_write(job->path, &job->text, job->error);
}

static void run_put_aside(struct disk_job *disk_job)
{
	const struct state_job *job = (const struct state_job *)disk_job;

	state_file_put_aside(job->path);
}

static void job_destroy(struct state_job *job)
{
	text_finish(&job->text);
	text_finish(&job->report);
	free(job->folder);
	free(job->path);
	free(job);
}

static void put(struct state *state, void (*run)(struct disk_job *),
		void (*done)(struct disk_job *, bool), struct text *text)
{
	struct state_job *job = memory_zeroed(1, sizeof(*job));

	*job = (struct state_job) { .job = { .run = run, .done = done },
				    .state = state,
				    .folder = memory_string(state->folder),
				    .path = memory_string(state->path) };
	if (text)
		job->text = *text;
	/* Few jobs are ever under way here: there is room. */
	if (!disk_put(state->disk, &job->job))
		job_destroy(job);
}

static void on_put_aside(struct disk_job *job, bool abandoned)
{
	(void)abandoned;
	job_destroy((struct state_job *)job);
}

/* ---- saving ----------------------------------------------------------------------------- */

static void on_written(struct disk_job *disk_job, bool abandoned)
{
	struct state_job *job = (struct state_job *)disk_job;
	struct state *state = job->state;
	struct alarms *alarms = state->desk->alarms;

	if (!abandoned && job->good) {
		alarm_clear(alarms, ALARM_STATE, "");
	} else if (!abandoned) {
		alarm_raise(alarms, ALARM_STATE, "", "%s", job->error);
		state->touched = true;
		state->wait = RETRY_TICKS;
	}
	job_destroy(job);
}

static void save(struct state *state)
{
	const struct state_parts *parts = &state->parts;
	struct text text = { .length = 0 };

	state->told = (int64_t)time(NULL);
	state_file_begin(&text);
	text_add(&text, "saved %lld\n", (long long)state->told);
	if (*scene_active(parts->scenes))
		text_add(&text, "scene %s\n", scene_active(parts->scenes));
	struct rack *goal = desk_goal(state->desk);
	state_file_print(goal, &text);
	rack_destroy(goal);
	if (lock_holder(parts->lock))
		text_add(&text, "lock %08x\n", ntohl(lock_holder(parts->lock)));
	if (parts->history)
		history_print(parts->history, &text);
	state_file_end(&text);
	state->touched = false;
	state->wait = WRITE_TICKS;
	put(state, run_write, on_written, &text);
}

/* A long step's words are found a little at a time; in a storm the save comes first. */
static bool is_prepared(struct state *state)
{
	struct history *history = state->parts.history;

	if (!history || ++state->tries > PREPARE_TICKS ||
	    history_prepare(history, PREPARE_CHANGES)) {
		state->tries = 0;
		return true;
	}
	return false;
}

/* ---- restoring -------------------------------------------------------------------------- */

/* Before the engine is there the values go into the rack; later they are recalled. */
static void recall(struct state *state, struct settings *settings)
{
	struct desk *desk = state->desk;

	if (desk->engine) {
		struct recall recall = { .changes = settings->changes,
					 .count = settings->count,
					 .seconds = late_fade };
		desk_recall(desk, &recall);
		return;
	}
	for (int i = 0; i < settings->count; i++)
		desk->rack->nodes[settings->changes[i].node]
			.values[settings->changes[i].param] =
			settings->changes[i].value;
}

static void restore(struct state *state, char *bytes, struct text *report)
{
	struct desk *desk = state->desk;
	const struct state_parts *parts = &state->parts;
	struct settings settings = { .count = 0 };
	int taken = 0, overruled = 0;
	unsigned holder;
	long long saved = 0;
	char scene[SCENE_NAME_BYTES] = "";

	for (char *rest = bytes, *line; (line = strsep(&rest, "\n"));) {
		struct change change = { .node = -1 };
		if (strncmp(line, "value ", 6) == 0)
			change = state_file_value(desk->rack, line, &taken, &overruled);
		else if (strncmp(line, "scene ", 6) == 0)
			snprintf(scene, sizeof(scene), "%s", line + 6);
		else if (sscanf(line, "saved %lld", &saved) == 1)
			continue;
		else if (sscanf(line, "lock %x", &holder) == 1 && parts->lock)
			lock_hold(parts->lock, htonl(holder));
		else if (parts->history)
			history_take(parts->history, line);
		if (change.node >= 0)
			settings_add(&settings, change.node, change.param,
				     change.value);
	}
	recall(state, &settings);
	settings_finish(&settings);
	follow_named(desk->followers, scene);
	text_add(report, "%s%d values restored, %d overruled by the config",
		 report->length ? "; " : "", taken, overruled);
	if (*scene)
		text_add(report, ", scene \"%s\"", scene);
	if (saved > 0 && parts->restored)
		parts->restored(parts->context, saved);
}

/* The file came after values had been set: what was saved would undo them. */
static void keep_aside(struct state *state)
{
	put(state, run_put_aside, on_put_aside, NULL);
	event_post(
		state->desk->events, EVENT_WARNING, "state",
		"the saved state came after values had been set: they stay, and it is "
		"kept as %.200s.late",
		state->path);
}

static void on_read(struct disk_job *disk_job, bool abandoned)
{
	struct state_job *job = (struct state_job *)disk_job;
	struct state *state = job->state;
	struct text *report = &job->report;
	bool bad = report->length > 0;

	if (!abandoned) {
		state->saves = job->found != STATE_UNREADABLE;
		if (job->found == STATE_WHOLE && state->set)
			keep_aside(state);
		else if (job->found == STATE_WHOLE)
			restore(state, job->text.bytes, report);
		else
			text_add(report, "%s",
				 !state->saves ? "; the config's values are taken, and "
						 "nothing is saved over it"
				 : bad         ? ""
					       : "nothing saved yet");
		if (!state->saves)
			alarm_raise(state->desk->alarms, ALARM_STATE_READ, "", "%s",
				    report->bytes);
		else if (report->length)
			event_post(state->desk->events,
				   bad ? EVENT_WARNING : EVENT_INFO, "state", "%s",
				   report->bytes);
	}
	job_destroy(job);
}

/* ---- what the desk tells ------------------------------------------------------------------ */

static void on_touched(void *context)
{
	struct state *state = context;

	state->touched = true;
}

static void on_changed(void *context, const struct change *changes, int count)
{
	struct state *state = context;

	(void)changes, (void)count;
	state->set = true;
	on_touched(context);
}

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	(void)from, (void)to;
	on_touched(context);
}

/* A rack with a schedule keeps the time of its state fresh, so that the next start knows when
 * it ran last. */
static void keep_time(struct state *state)
{
	int64_t age = (int64_t)time(NULL) - state->told;

	if (state->desk->rack->schedule_count && (age < 0 || age >= ALIVE_SECONDS))
		state->touched = true;
}

static void on_tick(void *context)
{
	struct state *state = context;

	disk_tick(state->disk);
	keep_time(state);
	if (state->wait > 0)
		state->wait--;
	else if (state->saves && state->touched && !disk_busy(state->disk) &&
		 is_prepared(state))
		save(state);
}

static bool is_busy(const void *context)
{
	const struct state *state = context;

	return (state->saves && state->touched) || disk_busy(state->disk);
}

/* ---- make and end ----------------------------------------------------------------------- */

struct state *state_create(struct desk *desk, const struct state_parts *parts,
			   const char *folder, int wake)
{
	struct state *state = memory_zeroed(1, sizeof(*state));

	state->desk = desk;
	state->parts = *parts;
	state->folder = memory_string(folder);
	state->path = memory_print("%s/%s.state", folder, desk->rack->name);
	state->disk = disk_create("state", wake, desk->alarms);
	state->follower = (struct follower) { .context = state,
					      .changed = on_changed,
					      .touched = on_touched,
					      .moved = on_moved,
					      .tick = on_tick,
					      .busy = is_busy };
	follow_add(&desk->followers, &state->follower);
	put(state, run_read, on_read, NULL);
	return state;
}

void state_settle(struct state *state, int wait_ms)
{
	disk_settle(state->disk, wait_ms);
}

bool state_waiting(const struct state *state)
{
	return disk_busy(state->disk) > 0;
}

void state_flush(struct state *state)
{
	if (state->saves && (state->touched || state->desk->rack->schedule_count))
		save(state);
}

void state_destroy(struct state *state)
{
	if (!state)
		return;
	follow_drop(&state->desk->followers, &state->follower);
	disk_destroy(state->disk);
	free(state->folder);
	free(state->path);
	free(state);
}
