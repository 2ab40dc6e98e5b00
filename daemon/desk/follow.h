/* follow.h - followers: clients of the desk that are told what happens. Control thread.
 *
 * The desk does not know its clients. A client (history, scenes, OSC, ...) holds a struct
 * follower, fills in the functions that it needs, and adds it in its own _create(). Followers
 * are called in the order in which they were added; desk.h says what that order is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_FOLLOW_H
#define LATHE_DESK_FOLLOW_H

#include "daemon/rack/rack.h"

/* What a client does in one go: one step of undo. */
struct action {
	const struct change *changes;
	int count;
	/* When a scene is loaded: the scenes active before and after ("": none). Else NULL. */
	const char *scene_before, *scene_after;
};

/* Any function may be NULL. Any but before() may itself change values. */
struct follower {
	struct follower *next; /* set by follow_add() */
	void *context;         /* handed to each function */
	/* A client is about to change these values; the rack still has the old ones. */
	void (*before)(void *context, const struct action *action);
	/* The rack has these values now, and the audio will have them: after every change, each
	 * step of a glide included. */
	void (*changed)(void *context, const struct change *changes, int count);
	/* What a client changed is done. What follows from it may be changed now. */
	void (*after)(void *context, const struct change *changes, int count);
	/* Something that is saved changed, but no value did. */
	void (*touched)(void *context);
	/* The values that are recalled next are those of this scene ("": of none). */
	void (*named)(void *context, const char *scene);
	/* A config was loaded: desk->rack is `to`, and `from` is about to be freed. */
	void (*moved)(void *context, const struct rack *from, const struct rack *to);
	/* Every 10 ms while something is busy, else every 50 ms. */
	void (*tick)(void *context);
	/* Whether it counts on a tick in 10 ms. */
	bool (*busy)(const void *context);
};

/* The follower must live, at this address, until follow_drop(). */
void follow_add(struct follower **first, struct follower *follower);
void follow_drop(struct follower **first, struct follower *follower);

/* Each of these calls one function of all followers. */
void follow_before(const struct follower *first, const struct action *action);
void follow_changed(const struct follower *first, const struct change *changes,
		    int count);
void follow_after(const struct follower *first, const struct change *changes,
		  int count);
void follow_touched(const struct follower *first);
void follow_named(const struct follower *first, const char *scene);
void follow_moved(const struct follower *first, const struct rack *from,
		  const struct rack *to);
void follow_tick(const struct follower *first);
bool follow_busy(const struct follower *first); /* any of them is */

#endif
