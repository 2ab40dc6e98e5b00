/* history.h - what was changed, step by step, and the way back. Control thread.
 *
 * A step is what a person does in one go: a fader's whole gesture (same client, same param,
 * pauses under a second), a bundle, a scene. Mutes and all else that is safe from recall are
 * in no step: nobody's undo opens a mute. */
#ifndef LATHE_RECALL_HISTORY_H
#define LATHE_RECALL_HISTORY_H

#include "daemon/desk/desk.h"

enum {
	HISTORY_STEPS = 256,
	HISTORY_CHANGES = 16384, /* of all steps */
};

struct history;

struct history *history_create(const struct rack *rack);
void history_destroy(struct history *history);
/* These changes are about to be made. `now`: seconds, monotonic. */
void history_note(struct history *history, const struct rack *rack,
		  const struct change *changes, int count, double now);
/* The same as one step: a scene is loaded, after another. */
void history_note_scene(struct history *history, const struct rack *rack,
			const struct change *changes, int count, const char *before,
			const char *after);
/* The rack is another one: what it hasn't got is forgotten. */
void history_move(struct history *history, const struct rack *from,
		  const struct rack *to);

/* One step, or (since >= 0) all of the last so many seconds. False: there is none; the
 * result says what was done. */
bool history_undo(struct desk *desk, double since, struct text *result);
bool history_redo(struct desk *desk, struct text *result);
/* The newest `count` steps, newest first: "TIME done|undone WHAT" each. */
void history_tell(const struct history *history, const struct rack *rack, int count,
		  struct text *text);

/* Puts steps into words that history_print() will take, about `budget` changes of them.
 * False: there are more. */
bool history_prepare(struct history *history, const struct rack *rack, int budget);
/* As lines of the saved state, and back: true when it was one of them. */
void history_print(struct history *history, const struct rack *rack, struct text *text);
bool history_take(struct history *history, const struct rack *rack, const char *line);

#endif
