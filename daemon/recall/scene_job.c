/* scene_job.c - what scenes ask of the disk. The run_...() functions are the disk thread's, all
 * else the control thread's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/scene_job.h"

#include "daemon/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ending[] = ".scene";

/* ---- names ------------------------------------------------------------------------------ */

static bool is_utf8(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		int more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
		if ((*at >= 0x80 && *at < 0xc2) || *at > 0xf4)
			return false;
		for (at++; more > 0; more--)
			if ((*at++ & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* Text that is a file's name anywhere, and harmless on a terminal. */
bool scene_name_is_good(const char *name, struct text *result)
{
	size_t length = strlen(name);
	bool good = length > 0 && length < SCENE_NAME_BYTES && name[0] != '.' &&
		    name[0] != ' ' && name[length ? length - 1 : 0] != ' ' &&
		    is_utf8(name);

	for (const char *at = name; good && *at; at++)
		good = (unsigned char)*at >= ' ' && *at != 0x7f &&
		       !strchr("/\\\"*?[]{}#", *at);
	if (!good)
		text_add(result,
			 "\"%.80s\" is not a scene's name: 1 to %d bytes of UTF-8 "
			 "without / \\ \" * ? [ ] { } #, no dot or space first, never "
			 "a path",
			 name, SCENE_NAME_BYTES - 1);
	return good;
}

/* ---- the disk thread --------------------------------------------------------------------- */

static char *path_of(const struct scene_job *job, const char *name)
{
	return memory_print("%s/%s%s", job->folder, name, ending);
}

static int count_scenes(const struct scene_job *job)
{
	struct text names = { .length = 0 };
	char why[FILE_ERROR_BYTES];
	int count = 0;

	if (file_list(job->folder, ending, &names, why))
		for (size_t i = 0; i < names.length; i++)
			count += names.bytes[i] == '\n';
	text_finish(&names);
	return count;
}

static void run_save(struct disk_job *disk_job)
{
	struct scene_job *job = (struct scene_job *)disk_job;
	char *path = path_of(job, job->name);

	file_make_folder(job->folder);
	job->full = !file_exists(path) && count_scenes(job) >= job->most;
	if (job->full)
		snprintf(job->error, sizeof(job->error),
			 "%s: there are %d scenes already, as many as you may fill: "
			 "delete one, or save under the name of one that is there",
			 job->name, job->most);
	else
		job->good = file_write(path, &job->text, job->error);
	free(path);
}

static void run_read(struct disk_job *disk_job)
{
	struct scene_job *job = (struct scene_job *)disk_job;
	char *path = path_of(job, job->name);

	job->missing = !file_exists(path);
	job->good = !job->missing &&
		    config_source_read(&job->source, path, &job->complaints);
	free(path);
}

static void run_delete(struct disk_job *disk_job)
{
	struct scene_job *job = (struct scene_job *)disk_job;
	char *path = path_of(job, job->name);

	job->good = file_remove(path, &job->missing, job->error);
	free(path);
}

static void run_rename(struct disk_job *disk_job)
{
	struct scene_job *job = (struct scene_job *)disk_job;
	char *from = path_of(job, job->name), *to = path_of(job, job->to);

	job->good = file_rename(from, to, &job->taken, job->error);
	free(from);
	free(to);
}

static void run_list(struct disk_job *disk_job)
{
	struct scene_job *job = (struct scene_job *)disk_job;

	job->good = file_list(job->folder, ending, &job->text, job->error);
}

/* ---- make and end ------------------------------------------------------------------------ */

struct scene_job *scene_job_create(enum scene_job_kind kind, const char *folder,
				   const char *name, const char *to,
				   void (*done)(struct disk_job *job, bool abandoned),
				   void *context)
{
	static void (*const run[])(struct disk_job *) = {
		[SCENE_JOB_SAVE] = run_save,     [SCENE_JOB_LOAD] = run_read,
		[SCENE_JOB_NAMED] = run_read,    [SCENE_JOB_DELETE] = run_delete,
		[SCENE_JOB_RENAME] = run_rename, [SCENE_JOB_LIST] = run_list,
	};
	struct scene_job *job = memory_zeroed(1, sizeof(*job));

	job->job = (struct disk_job) { .run = run[kind], .done = done };
	job->context = context;
	job->kind = kind;
	job->folder = memory_string(folder);
	snprintf(job->name, sizeof(job->name), "%s", name);
	snprintf(job->to, sizeof(job->to), "%s", to ? to : "");
	return job;
}

void scene_job_destroy(struct scene_job *job)
{
	text_finish(&job->text);
	settings_finish(&job->settings);
	config_source_finish(&job->source);
	text_finish(&job->complaints.text);
	free(job->folder);
	free(job);
}
