/* good.c - the last good config, kept and compared with. Control thread, but for the run_...()
 * functions, which are the disk thread's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/good.h"

#include "daemon/base/memory.h"
#include "daemon/disk/disk.h"

#include <stdlib.h>
#include <string.h>

enum {
	GOOD_BYTES_MAX = 1 << 20,
	RETRY_TICKS = 500, /* after a write that failed */
};

/* A config that was loaded. */
struct copy {
	char *name; /* of its file */
	struct config_files files;
	bool unsaved; /* its last write failed */
};

struct good {
	struct disk *disk; /* or NULL: nothing is written */
	struct alarms *alarms;
	char *folder;
	struct copy *copies;
	int count;
	struct rack *played; /* what is compared with, or NULL */
	enum good_found found;
	int wait; /* ticks before the next try */
};

struct good_job {
	struct disk_job job; /* first: disk.h hands it back */
	struct good *good;
	char *name, *folder, *path;
	struct text text;
	struct config_files files;
	bool missing, done;
	char error[FILE_ERROR_BYTES];
};

/* ---- the disk thread -------------------------------------------------------------------- */

static void run_read(struct disk_job *disk_job)
{
	struct good_job *job = (struct good_job *)disk_job;
	struct text *text = &job->text;

	job->done =
		file_read(job->path, GOOD_BYTES_MAX, text, &job->missing, job->error);
	if (job->done && !config_files_parse(text->bytes ? text->bytes : "",
					     text->length, &job->files))
		job->missing = true;
}

static void run_write(struct disk_job *disk_job)
{
	struct good_job *job = (struct good_job *)disk_job;

	file_make_folder(job->folder);
	job->done = file_write(job->path, &job->text, job->error);
}

/* ---- copies ------------------------------------------------------------------------------ */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static struct copy *copy_find(const struct good *good, const char *name)
{
	for (int i = 0; i < good->count; i++)
		if (strcmp(good->copies[i].name, name) == 0)
			return &good->copies[i];
	return NULL;
}

/* Takes the files over. */
static struct copy *copy_put(struct good *good, const char *name,
			     struct config_files *files)
{
	struct copy *copy = copy_find(good, name);

	if (!copy) {
		good->copies = memory_resize(good->copies, (size_t)good->count + 1,
					     sizeof(*good->copies));
		copy = &good->copies[good->count++];
		*copy = (struct copy) { .name = memory_string(name) };
	}
	config_files_finish(&copy->files);
	copy->files = *files;
	*files = (struct config_files) { 0 };
	return copy;
}

/* ---- the disk is asked ------------------------------------------------------------------- */

static void job_destroy(struct good_job *job)
{
	text_finish(&job->text);
	config_files_finish(&job->files);
	free(job->name);
	free(job->folder);
	free(job->path);
	free(job);
}

static bool put(struct good *good, const char *name, void (*run)(struct disk_job *),
		void (*done)(struct disk_job *, bool), struct text *text)
{
	struct good_job *job = memory_zeroed(1, sizeof(*job));

	*job = (struct good_job) { .job = { .run = run, .done = done },
				   .good = good,
				   .name = memory_string(name),
				   .folder = memory_string(good->folder),
				   .path = memory_print("%s/%s.good", good->folder,
							name) };
	if (text)
		job->text = *text;
	bool taken = disk_put(good->disk, &job->job);
	if (!taken)
		job_destroy(job);
	return taken;
}

static void on_read(struct disk_job *disk_job, bool abandoned)
{
	struct good_job *job = (struct good_job *)disk_job;
	struct good *good = job->good;

	if (!abandoned) {
		good->found = job->missing ? GOOD_NONE
			      : job->done  ? GOOD_KEPT
					   : GOOD_UNREADABLE;
		/* What came too late must not replace what was loaded meanwhile. */
		if (good->found == GOOD_KEPT && !copy_find(good, job->name))
			copy_put(good, job->name, &job->files);
	}
	job_destroy(job);
}

static void on_written(struct disk_job *disk_job, bool abandoned)
{
	struct good_job *job = (struct good_job *)disk_job;
	struct good *good = job->good;
	struct copy *copy = abandoned ? NULL : copy_find(good, job->name);

	if (copy && job->done) {
		alarm_clear(good->alarms, ALARM_CONFIG_KEPT, "");
	} else if (copy) {
		copy->unsaved = true;
		good->wait = RETRY_TICKS;
		alarm_raise(good->alarms, ALARM_CONFIG_KEPT, "", "%s", job->error);
	}
	job_destroy(job);
}

static void save(struct good *good, struct copy *copy)
{
	struct text text = { 0 };

	config_files_print(&copy->files, &text);
	copy->unsaved = !put(good, copy->name, run_write, on_written, &text);
}

void good_tick(struct good *good)
{
	if (!good->disk)
		return;
	disk_tick(good->disk);
	if (good->wait > 0) {
		good->wait--;
		return;
	}
	for (int i = 0; i < good->count; i++)
		if (good->copies[i].unsaved)
			save(good, &good->copies[i]);
}

/* ---- what is asked of it ----------------------------------------------------------------- */

enum good_found good_read(struct good *good, const char *path, int wait_ms)
{
	if (!good->disk)
		return GOOD_NONE;
	good->found = GOOD_UNREADABLE;
	put(good, name_of(path), run_read, on_read, NULL);
	disk_settle(good->disk, wait_ms);
	return good->found;
}

struct rack *good_rack(const struct good *good, const char *path,
		       struct complaints *complaints)
{
	const struct copy *copy = copy_find(good, name_of(path));

	return copy ? config_load_files(path, &copy->files, NULL, complaints) : NULL;
}

void good_play(struct good *good, const struct rack *rack)
{
	rack_destroy(good->played);
	good->played = rack_copy(rack);
}

void good_keep(struct good *good, const char *path, struct config_files *files)
{
	const char *name = name_of(path);
	const struct copy *before = copy_find(good, name);

	if (before && !before->unsaved && config_files_equal(&before->files, files)) {
		config_files_finish(files);
		return;
	}
	struct copy *copy = copy_put(good, name, files);
	if (good->disk)
		save(good, copy);
}

/* ---- what would be lost ------------------------------------------------------------------ */

static int count_limiters(const struct rack *rack)
{
	int count = 0;

	for (int i = 0; i < rack->node_count; i++)
		count += rack->nodes[i].kind == NODE_MODULE &&
			 (rack->nodes[i].module->flags & MODULE_ROLE) == MODULE_LIMITER;
	return count;
}

/* Whether the file names outputs of its own: the one that a file without them gets has no
 * line. */
static bool names_outputs(const struct rack *rack)
{
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT && rack->nodes[i].line > 0)
			return true;
	return false;
}

/* The outputs of `before`, "main, radio"; empty if one of them is still there, or others were
 * put in their place. */
static void lost_outputs(const struct rack *before, const struct rack *rack,
			 struct text *names)
{
	if (names_outputs(rack))
		return;
	for (int i = 0; i < before->node_count; i++) {
		const struct node *node = &before->nodes[i];

		if (node->kind != NODE_OUTPUT)
			continue;
		if (rack_find(rack, node->path) >= 0) {
			text_clear(names);
			return;
		}
		text_add(names, "%s%s", names->length ? ", " : "", node->name);
	}
}

static void complain_of_cut(const struct copy *copy, const char *path,
			    const struct config_files *files,
			    struct complaints *complaints)
{
	const struct config_file *cut = config_files_cut(files, &copy->files);

	if (!cut)
		return;
	const struct config_file *whole = config_files_find(&copy->files, cut->name);
	complain(complaints, path, 0,
		 "found only the first %zu of %zu bytes of %s as it was loaded before, "
		 "as in a file that was cut; would accept the whole file, or force",
		 cut->text.length, whole->text.length, cut->name);
}

bool good_loses(const struct good *good, const char *path,
		const struct config_files *files, const struct rack *rack,
		struct complaints *complaints)
{
	const struct copy *copy = copy_find(good, name_of(path));
	const struct rack *before = good->played;
	const int count = complaints->count;
	struct text outputs = { 0 };

	if (copy)
		complain_of_cut(copy, path, files, complaints);
	if (before)
		lost_outputs(before, rack, &outputs);
	if (outputs.length)
		complain(complaints, path, 0,
			 "found none of the outputs that play now (%s), would accept "
			 "one of them, others under `outputs`, or force",
			 outputs.bytes);
	if (before && count_limiters(before) && !count_limiters(rack))
		complain(complaints, path, 0,
			 "found no limiter, and the rack that plays has %d; would "
			 "accept one, or force",
			 count_limiters(before));
	text_finish(&outputs);
	return complaints->count > count;
}

/* ---- make and end ------------------------------------------------------------------------ */

struct good *good_create(const char *folder, int wake, struct alarms *alarms)
{
	struct good *good = memory_zeroed(1, sizeof(*good));

	good->alarms = alarms;
	if (folder) {
		good->folder = memory_string(folder);
		good->disk = disk_create("last good config", wake, alarms);
	}
	return good;
}

void good_settle(struct good *good, int wait_ms)
{
	if (good->disk)
		disk_settle(good->disk, wait_ms);
}

bool good_waiting(const struct good *good)
{
	return good->disk && disk_busy(good->disk) > 0;
}

void good_destroy(struct good *good)
{
	if (!good)
		return;
	disk_destroy(good->disk);
	for (int i = 0; i < good->count; i++) {
		free(good->copies[i].name);
		config_files_finish(&good->copies[i].files);
	}
	free(good->copies);
	rack_destroy(good->played);
	free(good->folder);
	free(good);
}
