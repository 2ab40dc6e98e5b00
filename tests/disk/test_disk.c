/* test_disk.c - jobs in order on a thread of their own, and one that hangs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/disk/disk.h"

#include "daemon/base/memory.h"
#include "tests/support/test.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static int told[8], told_count, abandoned_count;
static atomic_bool let_go;

struct numbered {
	struct disk_job job;
	int number;
	bool hangs;
};

static void run(struct disk_job *job)
{
	const struct numbered *numbered = (struct numbered *)job;

	while (numbered->hangs && !atomic_load(&let_go))
		usleep(1000);
}

static void done(struct disk_job *job, bool abandoned)
{
	struct numbered *numbered = (struct numbered *)job;

	if (abandoned)
		abandoned_count++;
	else
		told[told_count++ % 8] = numbered->number;
	free(numbered);
}

static bool put(struct disk *disk, int number, bool hangs)
{
	struct numbered *job = memory_zeroed(1, sizeof(*job));

	*job = (struct numbered) { { run, done }, number, hangs };
	if (disk_put(disk, &job->job))
		return true;
	free(job);
	return false;
}

static void test_order(void)
{
	struct disk *disk = disk_create("test", -1, NULL);

	told_count = 0;
	for (int i = 1; i <= 5; i++)
		put(disk, i, false);
	CHECK(disk_busy(disk) == 5, "told %d, abandoned %d", told_count,
	      abandoned_count);
	CHECK(told_count == 0, "told %d, abandoned %d", told_count,
	      abandoned_count); /* only a tick tells */
	disk_settle(disk, -1);
	CHECK(told_count == 5 && told[0] == 1 && told[4] == 5, "told %d, abandoned %d",
	      told_count, abandoned_count);
	CHECK(disk_busy(disk) == 0 && disk_hung_ms(disk) == 0, "told %d, abandoned %d",
	      told_count, abandoned_count);
	disk_destroy(disk);
}

static void test_hang(void)
{
	struct disk *disk = disk_create("test", -1, NULL);
	int room = 0;

	told_count = abandoned_count = 0;
	atomic_store(&let_go, false);
	put(disk, 1, true);
	while (disk_hung_ms(disk) == 0)
		usleep(1000);
	disk_tick(disk); /* does not wait */
	disk_settle(disk, 1);
	CHECK(told_count == 0, "told %d, abandoned %d", told_count, abandoned_count);
	while (put(disk, 2, false))
		room++;
	CHECK(room == DISK_JOBS_MAX - 1, "told %d, abandoned %d", told_count,
	      abandoned_count);
	disk_destroy(disk); /* neither does this */
	CHECK(abandoned_count == room, "told %d, abandoned %d", told_count,
	      abandoned_count);
	atomic_store(&let_go, true);
}

static void test_back(void)
{
	struct disk *disk = disk_create("test", -1, NULL);

	told_count = 0;
	atomic_store(&let_go, false);
	put(disk, 1, true);
	put(disk, 2, false);
	atomic_store(&let_go, true);
	disk_settle(disk, -1);
	CHECK(told_count == 2 && told[1] == 2, "told %d, abandoned %d", told_count,
	      abandoned_count);
	disk_destroy(disk);
}

int main(void)
{
	test_order();
	test_back();
	test_hang();
	return test_result();
}
