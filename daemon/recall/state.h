/* state.h - what outlives a restart: values that differ from the config's, the active scene,
 * the steps of undo. Written at most 1 s behind, by the writer's thread. Control thread.
 *
 * At start the rule of a reload holds: what the config says differently from when the state
 * was saved takes the config's value, all else the saved one. A mute stays in any case. */
#ifndef LATHE_RECALL_STATE_H
#define LATHE_RECALL_STATE_H

#include "daemon/desk/desk.h"

struct history;
struct lock;
struct scenes;
struct state;

/* What is saved beside the rack's values; each may be NULL. */
struct state_parts {
	struct history *history;
	struct scenes *scenes;
	struct lock *lock;
};

/* The file of this rack in a folder; "" when the path is too long. */
void state_path(const char *folder, const struct rack *rack, char *path, size_t size);
/* Reads the file, if there is one, into the rack and the parts, and says what it did. A file
 * that is not whole is renamed to *.broken, one of a newer Lathe to *.version-N. */
void state_restore(struct desk *desk, const struct state_parts *parts, const char *path,
		   struct text *report);
/* Follows the desk: saves what changes from now on. */
struct state *state_create(struct desk *desk, const struct state_parts *parts,
			   const char *path);
/* Saves what is not saved yet, and waits until it is on the disk. */
void state_destroy(struct state *state);

#endif
