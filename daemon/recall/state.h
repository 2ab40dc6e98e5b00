/* state.h - what outlives a restart: values that differ from the config's, the active scene,
 * the steps of undo. Written at most 1 s behind, by a disk thread. Control thread.
 *
 * At start the rule of a reload holds: what the config says differently from when the state
 * was saved takes the config's value, all else the saved one. A mute stays in any case.
 *
 * Nothing is written before the file was read: a state that cannot be read, or comes so late
 * that values were set in the meantime, stays as it is.
 *
 * The state of a rack with a schedule is also written once a minute and at the end: its line
 * "saved" tells the next start when lathed ran last. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_STATE_H
#define LATHE_RECALL_STATE_H

#include "daemon/desk/desk.h"

enum { STATE_START_MS = 500 }; /* that a start waits for the file */

struct history;
struct lock;
struct scenes;
struct state;

/* What is saved beside the rack's values; each may be NULL. */
struct state_parts {
	struct history *history;
	struct scenes *scenes;
	struct lock *lock;
	/* Called once the values of a saved state are restored. `saved`: when it was written,
	 * seconds since 1970; states of 0.1 do not say it, and nothing is called. */
	void (*restored)(void *context, int64_t saved);
	void *context; /* of restored() */
};

/* Follows the desk, and asks the disk for the rack's file in `folder` (made if the folder above
 * is there). When it has come, its values are in the rack; at a tick, if they come after
 * state_settle(). An event says what was found. `wake`: as for disk_create(). */
struct state *state_create(struct desk *desk, const struct state_parts *parts,
			   const char *folder, int wake);
/* Waits at most `wait_ms` (-1: for ever) until what was asked of the disk is done: at start,
 * before the first plan, and at the end. */
void state_settle(struct state *state, int wait_ms);
/* Whether the disk has not done all that was asked. */
bool state_waiting(const struct state *state);
/* Asks the disk to write what is not written yet. */
void state_flush(struct state *state);
/* Waits for no disk. NULL: nothing. */
void state_destroy(struct state *state);

#endif
