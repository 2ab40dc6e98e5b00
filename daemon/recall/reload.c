/* reload.c - the config file read anew while the rack plays. Control thread, but for run_load(),
 * which is the disk thread's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/reload.h"

#include "daemon/base/clock.h"
#include "daemon/base/hash.h"
#include "daemon/base/memory.h"
#include "daemon/config/contents.h"
#include "daemon/config/source.h"
#include "daemon/disk/disk.h"
#include "daemon/recall/good.h"
#include "daemon/recall/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reload {
	struct desk *desk;
	struct follower follower;
	struct good *good; /* or NULL */
	struct disk *disk;
	struct outcomes outcomes;
	int64_t looked_ms;     /* when the file was looked at last */
	bool looking;          /* a look is under way */
	uint64_t seen, judged; /* what it held at the last look; when it was judged */
};

struct reload_job {
	struct disk_job job; /* first: disk.h hands it back */
	struct reload *reload;
	uint64_t ticket;
	char *path;
	bool check;
	unsigned how;       /* of RELOAD_... */
	struct rack *rack;  /* NULL: the file has a fault */
	struct rack *known; /* a copy of what plays: its files need not be read again */
	struct config_files files;
	struct complaints complaints;
};

/* ---- the disk thread -------------------------------------------------------------------- */

static void run_load(struct disk_job *disk_job)
{
	struct reload_job *job = (struct reload_job *)disk_job;

	job->rack = config_load_files(job->path, NULL, &job->files, &job->complaints);
	if (job->rack)
		contents_read(job->rack, job->known);
}

static void run_files(struct disk_job *disk_job)
{
	struct reload_job *job = (struct reload_job *)disk_job;

	contents_read(job->rack, job->known);
}

struct look_job {
	struct disk_job job; /* first */
	struct reload *reload;
	char *path;
	uint64_t held; /* a hash of the file and of what it includes */
};

static void run_look(struct disk_job *disk_job)
{
	struct look_job *job = (struct look_job *)disk_job;
	struct config_source source = { .file_count = 0 };
	struct complaints complaints = { .count = 0 };

	if (config_source_read(&source, job->path, &complaints))
		job->held = hash64(1, source.text.bytes, source.text.length);
	else if (complaints.text.bytes)
		job->held = hash64(2, complaints.text.bytes, complaints.text.length);
	config_source_finish(&source);
	text_finish(&complaints.text);
}

/* ---- the control thread ----------------------------------------------------------------- */

static void job_destroy(struct reload_job *job)
{
	rack_destroy(job->rack);
	rack_destroy(job->known);
	config_files_finish(&job->files);
	text_finish(&job->complaints.text);
	free(job->path);
	free(job);
}

static void tell_check(const struct reload_job *job, struct text *result)
{
	int count = 0;

	for (int i = 0; i < job->rack->node_count; i++)
		count += job->rack->nodes[i].kind == NODE_MODULE;
	text_add(result, "%s has no faults: %d node%s\n", job->path, count,
		 count == 1 ? "" : "s");
	contents_complain(job->rack, result);
}

static void load(struct reload_job *job, struct text *result)
{
	struct desk *desk = job->reload->desk;
	struct good *good = job->reload->good;

	if (good) {
		good_play(good, job->rack);
		good_keep(good, job->path, &job->files);
	}
	desk_replace(desk, job->rack, job->how & RELOAD_FRESH, result);
	job->rack = NULL;
	alarm_clear(desk->alarms, ALARM_CONFIG_LAST, "");
	event_post(desk->events, EVENT_NOTICE, "reload", "loaded %.200s", job->path);
	free(desk->config_path);
	desk->config_path = job->path;
	job->path = NULL;
}

static void refuse(struct reload_job *job, struct text *result)
{
	const char *why = job->complaints.text.bytes;

	text_add(result, "%s", why ? why : "can't be read");
	if (!job->check)
		event_post(job->reload->desk->events, EVENT_WARNING, "reload",
			   "reload refused, the rack plays on: %.*s",
			   (int)strcspn(result->bytes, "\n"), result->bytes);
}

/* True after complaints. */
static bool is_loss(struct reload_job *job)
{
	const struct good *good = job->reload->good;

	return good && !(job->how & RELOAD_FORCE) &&
	       good_loses(good, job->path, &job->files, job->rack, &job->complaints);
}

/* Whether lathed would start again with the config that it plays. */
static void judge(const struct reload_job *job, bool good)
{
	const struct desk *desk = job->reload->desk;
	const char *why = job->complaints.text.bytes;

	const bool is_ours =
		desk->config_path && strcmp(job->path, desk->config_path) == 0;
	const bool becomes_ours = good && !job->check;

	if (!is_ours && !becomes_ours)
		return;
	if (good)
		alarm_clear(desk->alarms, ALARM_CONFIG, "");
	else
		alarm_raise(desk->alarms, ALARM_CONFIG, "", "the file is refused: %.*s",
			    why ? (int)strcspn(why, "\n") : 0, why ? why : "");
}

static void on_loaded(struct disk_job *disk_job, bool abandoned)
{
	struct reload_job *job = (struct reload_job *)disk_job;
	struct text result = { 0 };
	bool good = false;

	if (!abandoned)
		good = job->rack && !is_loss(job);
	if (!abandoned)
		judge(job, good);
	if (!abandoned && job->ticket) {
		if (!good)
			refuse(job, &result);
		else if (job->check)
			tell_check(job, &result);
		else
			load(job, &result);
		outcome_close(&job->reload->outcomes, job->ticket, good, &result);
	}
	job_destroy(job);
}

/* What was read goes to the nodes that still want it. */
static void on_files(struct disk_job *disk_job, bool abandoned)
{
	struct reload_job *job = (struct reload_job *)disk_job;
	struct desk *desk = job->reload->desk;

	if (!abandoned && contents_take(desk->rack, job->rack) && desk->engine)
		desk->player->rebuild(desk->engine, desk->rack);
	job_destroy(job);
}

/* A client's NAME becomes a file beside the loaded config; a path is refused. NULL: the
 * result says why. The caller frees it. */
static char *path_of(const struct desk *desk, const char *name, struct text *result)
{
	if (!desk->config_path) {
		text_add(result,
			 "no config file was loaded; start lathed --config FILE");
		return NULL;
	}
	if (!name)
		return memory_string(desk->config_path);
	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > 200) {
		text_add(result,
			 "\"%.200s\" is not a file name: give a name inside the folder "
			 "of the loaded config, never a path",
			 name);
		return NULL;
	}
	const char *slash = strrchr(desk->config_path, '/');
	return memory_print("%.*s%s", slash ? (int)(slash + 1 - desk->config_path) : 0,
			    desk->config_path, name);
}

/* The caller gives the job a ticket, if somebody waits for it; NULL after a complaint. */
static struct reload_job *put_load(struct reload *reload, const char *file, bool check,
				   unsigned how, struct text *result)
{
	char *path = path_of(reload->desk, file, result);

	if (!path)
		return NULL;
	struct reload_job *job = memory_zeroed(1, sizeof(*job));
	*job = (struct reload_job) { .job = { .run = run_load, .done = on_loaded },
				     .reload = reload,
				     .path = path,
				     .known = rack_copy(reload->desk->rack),
				     .check = check,
				     .how = how };
	if (!disk_put(reload->disk, &job->job)) {
		text_add(result, "%d files wait to be read already; try again",
			 DISK_JOBS_MAX);
		job_destroy(job);
		return NULL;
	}
	return job;
}

static uint64_t ask(struct reload *reload, const char *file, bool check, unsigned how,
		    struct text *result)
{
	struct reload_job *job = put_load(reload, file, check, how, result);

	return job ? job->ticket = outcome_open(&reload->outcomes) : 0;
}

/* ---- the file that plays ---------------------------------------------------------------- */

/* What has changed is judged once it has stayed as it is for a look, so that a file is not
 * judged while it is written. */
static void on_seen(struct disk_job *disk_job, bool abandoned)
{
	struct look_job *job = (struct look_job *)disk_job;
	struct reload *reload = job->reload;
	struct text none = { .length = 0 };

	if (!abandoned) {
		reload->looking = false;
		if (job->held == reload->seen && job->held != reload->judged &&
		    put_load(reload, NULL, true, 0, &none))
			reload->judged = job->held;
		reload->seen = job->held;
	}
	text_finish(&none);
	free(job->path);
	free(job);
}

void reload_look(struct reload *reload, int64_t now_ms)
{
	const char *path = reload->desk->config_path;

	if (!path || reload->looking || now_ms - reload->looked_ms < RELOAD_LOOK_MS)
		return;
	reload->looked_ms = now_ms;
	struct look_job *job = memory_zeroed(1, sizeof(*job));
	*job = (struct look_job) { .job = { .run = run_look, .done = on_seen },
				   .reload = reload,
				   .path = memory_string(path) };
	reload->looking = disk_put(reload->disk, &job->job);
	if (!reload->looking) {
		free(job->path);
		free(job);
	}
}

uint64_t reload_start(struct reload *reload, const char *file, unsigned how,
		      struct text *result)
{
	uint64_t ticket = ask(reload, file, false, how, result);

	if (!ticket)
		event_post(reload->desk->events, EVENT_WARNING, "reload",
			   "reload refused, the rack plays on: %.*s",
			   (int)strcspn(result->bytes, "\n"), result->bytes);
	return ticket;
}

uint64_t reload_check(struct reload *reload, const char *file, struct text *result)
{
	return ask(reload, file, true, 0, result);
}

void reload_read_files(struct reload *reload)
{
	struct rack *missing = contents_missing(reload->desk->rack);

	if (!missing)
		return;
	struct reload_job *job = memory_zeroed(1, sizeof(*job));
	*job = (struct reload_job) { .job = { .run = run_files, .done = on_files },
				     .reload = reload,
				     .rack = missing };
	if (!disk_put(reload->disk, &job->job))
		job_destroy(job);
}

bool reload_outcome(struct reload *reload, uint64_t ticket, bool *good,
		    struct text *result)
{
	disk_tick(reload->disk);
	return outcome_take(&reload->outcomes, ticket, good, result);
}

void reload_settle(struct reload *reload, int wait_ms)
{
	disk_settle(reload->disk, wait_ms);
}

bool reload_waiting(const struct reload *reload)
{
	return disk_busy(reload->disk) > 0;
}

static void on_tick(void *context)
{
	struct reload *reload = context;

	disk_tick(reload->disk);
	reload_look(reload, clock_ms());
}

static bool is_busy(const void *context)
{
	const struct reload *reload = context;

	return disk_busy(reload->disk) > 0;
}

struct reload *reload_create(struct desk *desk, struct good *good, int wake)
{
	struct reload *reload = memory_zeroed(1, sizeof(*reload));

	reload->desk = desk;
	reload->good = good;
	reload->disk = disk_create("configs", wake, desk->alarms);
	reload->follower = (struct follower) { .context = reload,
					       .tick = on_tick,
					       .busy = is_busy };
	follow_add(&desk->followers, &reload->follower);
	return reload;
}

void reload_destroy(struct reload *reload)
{
	if (!reload)
		return;
	follow_drop(&reload->desk->followers, &reload->follower);
	disk_destroy(reload->disk);
	outcomes_finish(&reload->outcomes);
	free(reload);
}
