/* disk.c - a thread for one folder. The thread runs disk_main() and the jobs' run(); all else
 * is the control thread's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/disk/disk.h"

#include "daemon/base/clock.h"
#include "daemon/base/mail.h"
#include "daemon/base/memory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DISK_RUN, DISK_QUIT };

struct disk {
	struct mail to, from;
	pthread_t thread;
	char name[32];
	int wake;
	struct alarms *alarms;
	bool told; /* that it hangs */
	int busy;
	_Atomic int64_t began_ns; /* of the job in hand; 0: none */
};

/* ---- the disk thread --------------------------------------------------------------------- */

static void *disk_main(void *context)
{
	struct disk *disk = context;
	struct letter letter;

	char name[16]; /* the kernel keeps no more */

	snprintf(name, sizeof(name), "lathe-%.9s", disk->name);
	pthread_setname_np(pthread_self(), name);
	while (mail_take(&disk->to, &letter, -1) && letter.what == DISK_RUN) {
		struct disk_job *job = letter.item;
		atomic_store(&disk->began_ns, clock_ns());
		job->run(job);
		atomic_store(&disk->began_ns, 0);
		mail_post(&disk->from, DISK_RUN, job);
		if (disk->wake >= 0) {
			ssize_t written =
				write(disk->wake, &(uint64_t) { 1 }, sizeof(uint64_t));
			(void)written; /* a full counter wakes as well */
		}
	}
	return NULL;
}

/* ---- the control thread's part ------------------------------------------------------------ */

struct disk *disk_create(const char *name, int wake, struct alarms *alarms)
{
	struct disk *disk = memory_zeroed(1, sizeof(*disk));

	snprintf(disk->name, sizeof(disk->name), "%s", name);
	disk->wake = wake;
	disk->alarms = alarms;
	mail_init(&disk->to);
	mail_init(&disk->from);
	if (pthread_create(&disk->thread, NULL, disk_main, disk) != 0)
		memory_out("a disk thread");
	return disk;
}

bool disk_put(struct disk *disk, struct disk_job *job)
{
	if (disk->busy == DISK_JOBS_MAX)
		return false;
	disk->busy++;
	mail_post(&disk->to, DISK_RUN, job);
	return true;
}

/* Takes one job that is through; waits for it for `wait_ms`. */
static bool take_done(struct disk *disk, int wait_ms)
{
	struct letter letter;

	if (!disk->busy || !mail_take(&disk->from, &letter, wait_ms))
		return false;
	struct disk_job *job = letter.item;
	disk->busy--;
	job->done(job, false);
	return true;
}

int64_t disk_hung_ms(const struct disk *disk)
{
	int64_t began = atomic_load(&disk->began_ns);

	return began ? (clock_ns() - began) / 1000000 : 0;
}

static void tell_hung(struct disk *disk)
{
	bool hung = disk_hung_ms(disk) > DISK_HUNG_MS;

	if (hung == disk->told)
		return;
	disk->told = hung;
	if (hung)
		alarm_raise(disk->alarms, ALARM_DISK, disk->name,
			    "the disk that holds the %s does not answer; the audio "
			    "plays on, %d requests wait",
			    disk->name, disk->busy);
	else
		alarm_clear(disk->alarms, ALARM_DISK, disk->name);
}

void disk_tick(struct disk *disk)
{
	while (take_done(disk, 0))
		;
	tell_hung(disk);
}

int disk_busy(const struct disk *disk)
{
	return disk->busy;
}

void disk_settle(struct disk *disk, int wait_ms)
{
	int64_t until = clock_ms() + wait_ms;

	while (disk->busy) {
		int64_t left = wait_ms < 0 ? -1 : until - clock_ms();
		if (wait_ms >= 0 && left < 0)
			left = 0;
		if (!take_done(disk, (int)left))
			return;
	}
}

void disk_destroy(struct disk *disk)
{
	struct letter letter;

	if (!disk)
		return;
	disk_tick(disk);
	/* What was not begun is taken back, so that the thread ends after the job in hand. */
	while (mail_take(&disk->to, &letter, 0)) {
		struct disk_job *job = letter.item;
		disk->busy--;
		job->done(job, true);
	}
	mail_post(&disk->to, DISK_QUIT, NULL);
	disk_settle(disk, 0);
	if (disk->busy) {
		pthread_detach(disk->thread);
		return; /* it hangs: its memory must stay */
	}
	pthread_join(disk->thread, NULL);
	mail_finish(&disk->to);
	mail_finish(&disk->from);
	free(disk);
}
