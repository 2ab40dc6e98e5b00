/* scene_job.h - what scenes ask of the disk: each request is a job of the scenes' disk thread.
 * The control thread makes it and takes what came of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_SCENE_JOB_H
#define LATHE_RECALL_SCENE_JOB_H

#include "daemon/config/scene_file.h"
#include "daemon/config/source.h"
#include "daemon/disk/disk.h"

enum scene_job_kind {
	SCENE_JOB_SAVE,
	SCENE_JOB_LOAD,
	SCENE_JOB_NAMED, /* the values are in force already: what does the file say? */
	SCENE_JOB_DELETE,
	SCENE_JOB_RENAME,
	SCENE_JOB_LIST,
};

struct scene_job {
	struct disk_job job; /* first: disk.h hands it back */
	void *context;       /* of done() */
	enum scene_job_kind kind;
	uint64_t ticket; /* of the outcome, or 0: nobody waits for it */
	char name[SCENE_NAME_BYTES], to[SCENE_NAME_BYTES];
	char *folder;
	struct text text; /* to be written; of a list: the names, one on a line */
	struct settings settings; /* SAVE: what the text says */
	int most;                 /* SAVE: scenes that the folder may hold */
	/* LOAD */
	double seconds;
	enum role role;
	bool some; /* only what the pattern covers */
	struct pattern pattern;
	/* What came of it. */
	bool good, missing, taken, full;
	char error[FILE_ERROR_BYTES];
	struct config_source source;
	struct complaints complaints;
};

/* A name is a name, never a path. False: the result says what would be accepted. */
bool scene_name_is_good(const char *name, struct text *result);
/* Both names must be good. `done` runs on the control thread. */
struct scene_job *scene_job_create(enum scene_job_kind kind, const char *folder,
				   const char *name, const char *to,
				   void (*done)(struct disk_job *job, bool abandoned),
				   void *context);
void scene_job_destroy(struct scene_job *job);

#endif
