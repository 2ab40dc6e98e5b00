/* scene.h - named sets of values: saved, loaded with a fade, told to who listens. Control
 * thread; files are written by the writer's thread.
 *
 *   load --> settings --> desk_recall(): glides, and switches at the middle --> done
 */
#ifndef LATHE_RECALL_SCENE_H
#define LATHE_RECALL_SCENE_H

#include "daemon/desk/desk.h"
#include "daemon/config/scene_file.h"

enum {
	SCENES_MAX = 256,
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

/* Follows the desk: knows whether the active scene's values are still in force. */
struct scenes *scenes_create(struct desk *desk);
void scenes_destroy(struct scenes *scenes);
/* The first news with a serial greater than `after`, or NULL. */
const struct scene_news *scenes_news(const struct scenes *scenes, uint64_t after);

/* Each writes to `result` what it did, or why not. A name is a name, never a path. */

/* Saves what the pattern sees (NULL: all). The number of the write, whose outcome
 * scenes_written() tells; 0: refused. */
uint64_t scene_save(struct scenes *scenes, const char *name,
		    const struct pattern *pattern, struct text *result);
/* `role`: on whose behalf; ROLE_NONE for lathed's own. */
bool scene_load(struct scenes *scenes, const char *name, double seconds,
		const struct pattern *pattern, enum role role, struct text *result);
bool scene_delete(struct scenes *scenes, const char *name, struct text *result);
bool scene_rename(struct scenes *scenes, const char *from, const char *to,
		  struct text *result);
/* What became of a write; false: it is not known yet. error "": it is on the disk. */
bool scenes_written(struct scenes *scenes, uint64_t serial, char *error, size_t size);

/* Names in order, at most SCENES_MAX; the caller frees *names in one go. */
int scene_list(struct scenes *scenes, char (**names)[SCENE_NAME_BYTES]);
const char *scene_active(const struct scenes *scenes); /* "": none */
enum scene_state scene_state(const struct scenes *scenes, const char *name);

#endif
