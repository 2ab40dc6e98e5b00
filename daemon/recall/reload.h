/* reload.h - the config file read anew while the rack plays. Control thread; a disk thread
 * reads the file and makes a rack of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_RELOAD_H
#define LATHE_RECALL_RELOAD_H

#include "daemon/desk/desk.h"

enum {
	FILES_START_MS = 2000, /* that a start waits for the files of nodes */
	RELOAD_LOOK_MS = 5000, /* between two looks at the file that plays */
};

struct good;
struct reload;

enum {
	RELOAD_FRESH = 1, /* every value is the file's */
	RELOAD_FORCE = 2, /* even if it takes away what good_loses() names */
};

/* Follows the desk. `good` (or NULL) gets what was loaded, and says what would be lost. `wake`:
 * as for disk_create(). */
struct reload *reload_create(struct desk *desk, struct good *good, int wake);
/* Waits for no disk. NULL: nothing. */
void reload_destroy(struct reload *reload);

/* Asks for a config file: NULL for the one in use, else a name in the same folder. Returns a
 * ticket for reload_outcome(), or 0: refused at once, and `result` says why. */

/* The rack becomes that of the file. `how`: of RELOAD_...; 0: none. A file with a fault changes
 * nothing. */
uint64_t reload_start(struct reload *reload, const char *file, unsigned how,
		      struct text *result);
/* Says only what is wrong with the file. */
uint64_t reload_check(struct reload *reload, const char *file, struct text *result);
/* Asks for the files of nodes that are not read yet; their nodes play them as soon as the disk
 * has answered. */
void reload_read_files(struct reload *reload);
/* False: not known yet. The text becomes the caller's. */
bool reload_outcome(struct reload *reload, uint64_t ticket, bool *good,
		    struct text *result);
/* What a tick does: the file that plays is read now and then, and when it has changed and lathed
 * is refused, an alarm stands until it is good again. `now_ms`: monotonic. */
void reload_look(struct reload *reload, int64_t now_ms);
/* Waits at most `wait_ms` (-1: for ever) until what was asked is done. */
void reload_settle(struct reload *reload, int wait_ms);
/* Whether the disk has not done all that was asked. */
bool reload_waiting(const struct reload *reload);

#endif
