/* disk.h - a thread for one folder that may hang: its jobs run in order, and what came of each
 * is told to the control thread by a tick. The control thread never waits for a disk.
 *
 *   control: disk_put(job) --> disk thread: job->run() --> control: disk_tick(), job->done()
 *
 * A folder that hangs holds up its own jobs and nobody else's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DISK_DISK_H
#define LATHE_DISK_DISK_H

#include "daemon/base/alarm.h"
#include "daemon/disk/file.h"

#include <stdint.h>

enum {
	DISK_JOBS_MAX = 64,  /* of one folder, under way */
	DISK_HUNG_MS = 1000, /* a job that takes longer is told of */
};

/* What is to be done. Lies at the start of a larger struct that holds what run() needs and
 * what done() tells. */
struct disk_job {
	/* Disk thread. May hang. */
	void (*run)(struct disk_job *job);
	/* Control thread, in disk_tick(). Frees the job. `abandoned`: lathed ends and run()
	 * may not have been called, or not be through: free what done() would. */
	void (*done)(struct disk_job *job, bool abandoned);
};

struct disk;

/* All functions below: control thread. `name` says what lies there ("scenes"). `wake`: an
 * eventfd to write to when a job is done, or -1. `alarms`, or NULL: one is raised when a job
 * takes longer than DISK_HUNG_MS. */
struct disk *disk_create(const char *name, int wake, struct alarms *alarms);
/* False: DISK_JOBS_MAX jobs are under way; the caller keeps the job. */
bool disk_put(struct disk *disk, struct disk_job *job);
/* Calls done() of what is through, in order. */
void disk_tick(struct disk *disk);
int disk_busy(const struct disk *disk); /* jobs whose done() was not called */
/* For how long the job in hand has run, ms; 0: there is none. */
int64_t disk_hung_ms(const struct disk *disk);
/* Waits at most `wait_ms` (-1: for ever) for the jobs under way; done() is called for each
 * that is through. */
void disk_settle(struct disk *disk, int wait_ms);
/* Ends the thread. If it hangs, its memory and the thread are left behind, and done() is
 * called with `abandoned` for every job but the one in hand. NULL: nothing. */
void disk_destroy(struct disk *disk);

#endif
