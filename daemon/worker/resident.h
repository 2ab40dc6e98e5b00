/* resident.h - what belongs to a node while plans come and go: its identity, its foreign
 * handle, its tap and what measure() reads.
 *
 * The worker makes and ends residents and counts the plans that refer to them; the audio
 * thread writes the tap, the meter thread reads it, the control thread takes the readings.
 */
#ifndef LATHE_WORKER_RESIDENT_H
#define LATHE_WORKER_RESIDENT_H

#include "daemon/base/fold.h"
#include "daemon/rack/rack.h"
#include "daemon/base/tap.h"

struct resident {
	struct resident *next;
	int plans;         /* worker: how many refer to it */
	int watched;       /* meter thread: the same, as far as it has heard */
	uint32_t identity; /* equal: the same node, whose memory may be adopted */
	char name[64];
	const struct module *module; /* NULL: a rack input */
	int channels;
	uint64_t
		form; /* of the rebuild params and files: the handle is made for them */
	void *handle;
	bool failed;         /* create() refused: the node passes its input */
	struct tap *tap;     /* NULL: nothing measures */
	struct arena *arena; /* the tap's memory */
	float *meters;       /* meter thread's, as measure() wrote them */
	struct folds measured;
};

/* Worker's list of all of them. */
struct residents {
	int rate;
	uint32_t last_identity;
	struct resident *first;
};

/* What only a rebuild changes about a node: its rebuild params and files. */
uint64_t resident_form(const struct module *module, const struct setup *setup);

/* Finds or makes the resident for a node (or, module NULL, a rack input) and counts one
 * plan more. `error` gets a text when create() refuses, else "". */
struct resident *resident_join(struct residents *residents, const char *name,
			       int channels, const struct module *module,
			       const struct setup *setup, char *error,
			       size_t error_size);
/* One plan less; the last one ends it. */
void resident_leave(struct residents *residents, struct resident *resident);

#endif
