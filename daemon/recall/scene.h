/* scene.h - named sets of values: saved, loaded with a fade, told to who listens. Control
 * thread; the disk thread reads and writes.
 *
 *   load --> disk thread --> settings --> desk_recall(): glides, and switches at the middle
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_SCENE_H
#define LATHE_RECALL_SCENE_H

#include "daemon/desk/desk.h"
#include "daemon/config/scene_file.h"

enum {
	SCENES_MAX = 256,      /* in the folder */
	SCENES_KEPT = 32,      /* of these, for admins */
	SCENE_FADE_MAX = 3600, /* seconds */
	SCENE_NEWS_KEPT = 32,
};

/* As OSC says it. */
enum scene_state {
	SCENE_GONE = -1,
	SCENE_OFF = 0,
	SCENE_ACTIVE = 2,
	SCENE_CHANGED = 3, /* active, and something was changed since */
};

/* What happened, for those who listen. */
struct scene_news {
	uint64_t serial; /* 1, 2, ... */
	bool done;       /* a load is through: `state` says whether all the way */
	char name[SCENE_NAME_BYTES];
	int state;
};

struct scenes;

/* Follows the desk: knows whether the active scene's values are still in force. `wake`: an
 * eventfd to write to when the disk has answered, or -1. */
struct scenes *scenes_create(struct desk *desk, int wake);
/* The folder of scenes, "" when there is none; the caller frees it. Also without JACK: it
 * needs the desk's rack, config_path and state_folder. */
char *scenes_folder(const struct desk *desk);
/* Waits for no disk: call scenes_settle() before, if what was asked is to be done. */
void scenes_destroy(struct scenes *scenes);
/* Waits at most `wait_ms` (-1: for ever) until what was asked is done. Not while audio runs. */
void scenes_settle(struct scenes *scenes, int wait_ms);
/* Whether the disk has not done all that was asked. */
bool scenes_waiting(const struct scenes *scenes);
/* The first news with a serial greater than `after`, or NULL. */
const struct scene_news *scenes_news(const struct scenes *scenes, uint64_t after);

/* Requests: a disk is asked, so that each takes effect at a later tick, in the order of the
 * requests. Each returns a ticket for scene_outcome(), or 0: refused at once, and `result`
 * says why. A name is a name, never a path. */

/* `role`: on whose behalf; ROLE_NONE for lathed's own. */

/* Saves what the pattern covers (NULL: all). It is the active scene once it is on the disk.
 * A new name is refused when the folder holds as many scenes as the role may fill. */
uint64_t scene_save(struct scenes *scenes, const char *name,
		    const struct pattern *pattern, enum role role, struct text *result);
uint64_t scene_load(struct scenes *scenes, const char *name, double seconds,
		    const struct pattern *pattern, enum role role, struct text *result);
uint64_t scene_delete(struct scenes *scenes, const char *name, struct text *result);
uint64_t scene_rename(struct scenes *scenes, const char *from, const char *to,
		      struct text *result);
/* The outcome's text: at most SCENES_MAX names, one on a line, sorted. */
uint64_t scene_list(struct scenes *scenes, struct text *result);
/* False: not known yet. Else what was done, or why not; the text becomes the caller's. */
bool scene_outcome(struct scenes *scenes, uint64_t ticket, bool *good,
		   struct text *result);

const char *scene_active(const struct scenes *scenes); /* "": none */
enum scene_state scene_state(const struct scenes *scenes, const char *name);

#endif
