/* good.h - the last good config: what was loaded last without a complaint. A copy is kept in the
 * state folder by a disk thread; at start it plays when the file is bad. A file that takes
 * away what played before is found by comparison with it. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_GOOD_H
#define LATHE_RECALL_GOOD_H

#include "daemon/base/alarm.h"
#include "daemon/config/config.h"

enum { GOOD_START_MS = 500 }; /* that a start waits for the copy */

enum good_found {
	GOOD_KEPT,
	GOOD_NONE,       /* nothing was kept yet */
	GOOD_UNREADABLE, /* it can't be read, or the disk has not answered */
};

struct good;

/* `folder`: of the state, or NULL: copies are in memory alone. `wake`: as for disk_create(). */
struct good *good_create(const char *folder, int wake, struct alarms *alarms);
/* Waits for no disk. NULL: nothing. */
void good_destroy(struct good *good);

/* `path`: of the config; its file name is the name of its copy. Asks for the copy, and waits at
 * most `wait_ms` (-1: for ever). */
enum good_found good_read(struct good *good, const char *path, int wait_ms);
/* The rack of the copy, for rack_destroy(). NULL: there is none, or it has mistakes. */
struct rack *good_rack(const struct good *good, const char *path,
		       struct complaints *complaints);
/* This is played from now on, and is compared with. */
void good_play(struct good *good, const struct rack *rack);
/* Whether the rack takes away every output or every limiter that played before, or one of the
 * files is only the beginning of what it was: complains of each. */
bool good_loses(const struct good *good, const char *path,
		const struct config_files *files, const struct rack *rack,
		struct complaints *complaints);
/* Keeps these files as the last good ones. Takes them over. */
void good_keep(struct good *good, const char *path, struct config_files *files);

/* Each tick: a copy that could not be written is written again. */
void good_tick(struct good *good);
/* Waits at most `wait_ms` (-1: for ever) until what was asked is done. */
void good_settle(struct good *good, int wait_ms);
/* Whether the disk has not done all that was asked. */
bool good_waiting(const struct good *good);

#endif
