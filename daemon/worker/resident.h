/* resident.h - what a node keeps when its plan is replaced: its identity, its foreign
 * handle, its tap and the readings of measure().
 *
 * The worker creates and destroys residents and counts the plans that refer to them;
 * the audio thread writes the tap, the meter thread reads it, control takes the
 * readings.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_WORKER_RESIDENT_H
#define LATHE_WORKER_RESIDENT_H

#include "daemon/base/fold.h"
#include "daemon/rack/rack.h"
#include "daemon/base/tap.h"

struct resident {
	struct resident *next;
	int plans;         /* worker: number of plans that refer to it */
	int watched;       /* meter thread: number of plans with it that are measured */
	uint32_t identity; /* equal: the same node, whose memory may be adopted */
	char name[64];
	const struct module *module; /* NULL: a rack input */
	int channels;
	uint64_t form; /* hash of rebuild params and files; the handle fits these */
	void *handle;
	bool failed;         /* true: create() refused, the node passes its input */
	struct tap *tap;     /* NULL: the node has no measure() */
	struct arena *arena; /* the tap's memory */
	float *meters;       /* meter thread: as measure() wrote them */
	struct folds measured;
};

/* The worker's list of all residents. */
struct residents {
	int rate;
	uint32_t last_identity;
	struct resident *first;
};

/* A hash of what only a rebuild changes: the node's rebuild params and files. */
uint64_t resident_form(const struct module *module, const struct setup *setup);

/* Finds or creates the resident of a node (module NULL: of a rack input) and counts one
 * plan more. If create() refuses, `error` gets a text, else "". */
struct resident *resident_join(struct residents *residents, const char *name,
			       int channels, const struct module *module,
			       const struct setup *setup, char *error,
			       size_t error_size);
/* Counts one plan less; destroys the resident after the last one. */
void resident_leave(struct residents *residents, struct resident *resident);

#endif
