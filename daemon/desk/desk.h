/* desk.h - what the control thread holds, and what a client may ask of it. OSC, signals
 * and lathe-render all speak to the rack through these few functions. */
#ifndef LATHE_DESK_DESK_H
#define LATHE_DESK_DESK_H

#include "daemon/config/config.h"
#include "daemon/engine/engine.h"
#include "daemon/engine/status.h"

struct compare;
struct glides;
struct history;
struct inserts;
struct pending;
struct scenes;
struct state;

struct desk {
	struct rack *rack;
	struct engine *engine;
	struct event_log *events;
	struct glides *glides;
	struct pending *pending;
	struct scenes *scenes;   /* or NULL: none are kept */
	struct history *history; /* or NULL: there is no undo */
	struct state *state;     /* or NULL: nothing is saved */
	struct compare *compare; /* or NULL */
	struct inserts *inserts; /* or NULL: pings and alarms go unheard */
	uint64_t serial;         /* of the newest change */
	uint32_t lock_holder;    /* the host that locked the rack, network byte order */
	enum role role;          /* on whose behalf this is done; ROLE_NONE: our own */
	int limited;             /* values of pending since that were held at limits */
	int64_t schedule_seen;   /* seconds since 1970; 0: not yet */
	struct status status;
	char *config_path;
	char *state_folder; /* or NULL */
	/* Called after each accepted change, so that subscribers hear of it. */
	void (*changed)(void *context, const struct change *change);
	/* Called when the tree of addresses is another (load, reload). */
	void (*reshaped)(void *context);
	void *context;
};

/* Checks, clamps, stores and publishes as one. Ends glides on these params. Returns the
 * serial that engine_played() will reach. */
uint64_t desk_apply(struct desk *desk, struct change *changes, int count);
/* Moves a value along its curve at 100 steps a second. False for choices, rebuilds etc.:
 * `error` says why. */
bool desk_ramp(struct desk *desk, const struct change *target, double seconds,
	       char *error, size_t error_size);
/* Many values at once: those that can glide do so for `seconds`, all others change together
 * at the middle. 0 s: all of them now, as one. Returns the serial of what changed at once. */
uint64_t desk_recall(struct desk *desk, struct change *changes, int count,
		     double seconds);
/* Calls of desk_tick() after which a recall of `seconds` is through. */
int desk_fade_ticks(double seconds);
/* Puts in the rack's values what they are on the way to, for what is kept and read back; a
 * second call puts them back. Nothing may change in between. */
void desk_exchange(struct desk *desk);
/* file NULL: the config that was loaded. False: nothing changed, result says why. */
bool desk_reload(struct desk *desk, const char *file, bool fresh, struct text *result);
bool desk_check(struct desk *desk, const char *file, struct text *result);
void desk_tick(struct desk *desk); /* glides, engine_tick() */
/* Something counts on the next tick in 10 ms. Else it may come later. */
bool desk_busy(const struct desk *desk);

#endif
