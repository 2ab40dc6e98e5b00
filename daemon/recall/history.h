/* history.h - undo: what was changed, step by step, and the way back. Control thread.
 *
 * A step is what a person does in one go: a fader's whole gesture (same client, same param,
 * pauses under a second), a bundle, a scene. Params that are safe from recall, such as mutes,
 * are in no step: undo never opens a mute. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_HISTORY_H
#define LATHE_RECALL_HISTORY_H

#include "daemon/desk/desk.h"

enum {
	HISTORY_STEPS = 256,
	HISTORY_CHANGES = 16384, /* of all steps */
};

struct history;

/* Follows the desk: from now on each action is noted. */
struct history *history_create(struct desk *desk);
void history_destroy(struct history *history);
/* Notes changes that are about to be made. `now`: seconds, monotonic. The desk's followers
 * do this by themselves; tests choose the time. */
void history_note(struct history *history, const struct change *changes, int count,
		  double now);

/* Undoes one step, or (since >= 0) all steps of the last `since` seconds, on behalf of
 * `role`. False: there was none; the result says what was done. */
bool history_undo(struct history *history, double since, enum role role,
		  struct text *result);
bool history_redo(struct history *history, enum role role, struct text *result);
/* The newest `count` steps, newest first: "TIME done|undone WHAT" each. */
void history_tell(const struct history *history, int count, struct text *text);

/* Prepares the text of steps for history_print(), about `budget` changes of them, so that no
 * tick takes long. False: there are more. */
bool history_prepare(struct history *history, int budget);
/* Prints the steps as lines of the saved state. */
void history_print(struct history *history, struct text *text);
/* Takes back one such line. False: the line is not a step. */
bool history_take(struct history *history, const char *line);

#endif
