/* state.h - what outlives a restart: values that differ from the config's, the active scene,
 * the steps of undo. Written at most 1 s behind, by the writer's thread. Control thread.
 *
 * At start the rule of a reload holds: what the config says differently from when the state
 * was saved takes the config's value, all else the saved one. A mute stays in any case. */
#ifndef LATHE_RECALL_STATE_H
#define LATHE_RECALL_STATE_H

#include "daemon/desk/desk.h"

struct state;

/* The file of this rack in a folder; "" when the path is too long. */
void state_path(const char *folder, const struct rack *rack, char *path, size_t size);
/* Reads the file, if there is one, into desk->rack and what else the desk has; says what
 * it did. A broken file is put aside, and so is one of a newer Lathe. */
void state_restore(struct desk *desk, const char *path, struct text *report);
struct state *state_create(struct desk *desk, const char *path);
/* Writes what is not yet written. */
void state_destroy(struct state *state);
/* Something is another. */
void state_touch(struct state *state);
void state_tick(struct state *state);
bool state_busy(const struct state *state); /* it counts the ticks */

#endif
