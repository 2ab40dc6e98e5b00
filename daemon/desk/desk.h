/* desk.h - what the control thread holds, and the one way a value changes: OSC, signals and
 * recalls all go through these few functions. Control thread.
 *
 * When a client sets values, this happens, in this order:
 *   1. glides and pending recalls of these params end;
 *   2. followers hear before(): undo notes the step;
 *   3. the values are clamped, stored in the rack, and given to the audio as one change;
 *      a value that was there already is no change, and nobody hears of it;
 *   4. followers hear changed(): scenes, the saved state, OSC's subscribers;
 *   5. followers hear after(): comparison matches the loudness of its slots.
 *
 * lathed adds the followers in this order, which is also the order of their ticks: lock,
 * history, inserts, health, air, connections, scenes, reload,
 * schedule, compare, state, OSC. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_DESK_H
#define LATHE_DESK_DESK_H

#include "daemon/base/alarm.h"
#include "daemon/config/config.h"
#include "daemon/desk/follow.h"
#include "daemon/desk/player.h"
#include "daemon/engine/status.h"

struct glides;
struct pending;

struct desk {
	struct rack *rack;
	struct engine *engine;
	const struct player *player; /* plays the rack; a test may have its own */
	struct event_log *events;
	struct alarms *alarms; /* or NULL: none are kept */
	struct follower *followers;
	struct glides *glides;   /* or NULL: made when first needed */
	struct pending *pending; /* the same */
	uint64_t serial;         /* of the newest change */
	struct status status;
	char *config_path;  /* absolute, or NULL: no config was loaded from a file */
	char *state_folder; /* or NULL: nothing is saved */
};

/* Many values at once. */
struct recall {
	struct change *changes; /* limited, and put in another order, in place */
	int count;
	double seconds; /* of the fade; 0: all of them now, as one */
	/* When a scene is loaded: the scenes active before and after. Else NULL, and the recall
	 * is in no step of undo. */
	const char *scene_before, *scene_after;
	int held; /* the result: values held at the limits of their change's role */
};

/* Clamps, stores and publishes the changes as one. Ends glides and pending recalls of these
 * params. Returns the serial that engine_played() will reach. Roles are not looked at: who
 * asks for a client calls limit_changes() first. */
uint64_t desk_apply(struct desk *desk, struct change *changes, int count);
/* Moves a value along its curve, 100 steps a second. False for a choice, a switch, a trigger,
 * a file or a param that rebuilds: `error` says which. */
bool desk_ramp(struct desk *desk, const struct change *target, double seconds,
	       char *error, size_t error_size);
/* What can glide does so for the recall's seconds; all else changes together at the middle.
 * Values are held at the limits of their change's role. Returns the serial of what changed at
 * once. */
uint64_t desk_recall(struct desk *desk, struct recall *recall);
/* Calls of desk_tick() after which a recall of `seconds` is done. */
int desk_fade_ticks(double seconds);
/* A copy of the rack with the values that glides and pending recalls lead to: what is saved
 * or printed is where the rack goes, not a step on the way. The caller destroys it. */
struct rack *desk_goal(const struct desk *desk);
/* The desk takes the rack over, in place of its own: values of the old one stay wherever both
 * files said the same; `fresh`: none of them. `result`: a line for each difference. */
void desk_replace(struct desk *desk, struct rack *rack, bool fresh,
		  struct text *result);
/* Moves glides, pending recalls, the engine and followers along. */
void desk_tick(struct desk *desk);
/* Whether something counts on a tick in 10 ms. */
bool desk_busy(const struct desk *desk);
/* Frees the glides and pending recalls. */
void desk_finish(struct desk *desk);

#endif
