/* announced.c - keeps the service file of Avahi. Control thread, but for run_write(), which is
 * the disk thread's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/announced.h"

#include "daemon/base/memory.h"
#include "daemon/disk/disk.h"
#include "daemon/net/announce.h"

#include <stdlib.h>

struct announced {
	struct disk *disk;
	char *path;
};

struct announce_job {
	struct disk_job job; /* first: disk.h hands it back */
	char *path;
	struct text text;
};

static void run_write(struct disk_job *disk_job)
{
	struct announce_job *job = (struct announce_job *)disk_job;

	announce_file(job->path, &job->text);
}

static void on_written(struct disk_job *disk_job, bool abandoned)
{
	struct announce_job *job = (struct announce_job *)disk_job;

	(void)abandoned;
	text_finish(&job->text);
	free(job->path);
	free(job);
}

struct announced *announced_create(const char *path, int wake, struct alarms *alarms)
{
	struct announced *announced = memory_zeroed(1, sizeof(*announced));

	announced->path = memory_string(path);
	announced->disk = disk_create("announcement", wake, alarms);
	return announced;
}

void announced_show(struct announced *announced, const struct rack *rack, int port)
{
	if (!announced)
		return;
	struct announce_job *job = memory_zeroed(1, sizeof(*job));
	job->job = (struct disk_job) { .run = run_write, .done = on_written };
	job->path = memory_string(announced->path);
	announce_print(rack, port, &job->text);
	/* A full queue means that the disk hangs: the newest file comes with a later reload. */
	if (!disk_put(announced->disk, &job->job))
		on_written(&job->job, true);
}

void announced_tick(struct announced *announced)
{
	if (announced)
		disk_tick(announced->disk);
}

void announced_settle(struct announced *announced, int wait_ms)
{
	if (announced)
		disk_settle(announced->disk, wait_ms);
}

bool announced_waiting(const struct announced *announced)
{
	return announced && disk_busy(announced->disk) > 0;
}

void announced_destroy(struct announced *announced)
{
	if (!announced)
		return;
	disk_destroy(announced->disk);
	free(announced->path);
	free(announced);
}
