/* plan.h - a rack compiled for the audio thread: a flat array of steps, in one arena.
 *
 * The worker builds and frees it, the audio thread plays it, the control thread gives
 * it values. Each field says which thread uses it while the plan exists.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_PLAN_H
#define LATHE_AUDIO_PLAN_H

#include "daemon/audio/guard.h"
#include "daemon/base/fold.h"
#include "daemon/base/latest.h"
#include "daemon/base/text.h"
#include "daemon/rack/port.h"

struct arena;
struct rack;
struct resident;

/* Meter slots that the host adds after the node's own, for the control thread. */
enum hidden { HIDDEN_TRIPPED, HIDDEN_LATCHED, HIDDEN_DROPPED, HIDDEN_COUNT };

/* Audio thread. One step: a node, a sum or a delay. */
struct step {
	void (*process)(void *state, const struct piece *piece) REALTIME;
	void *state;
	struct piece piece;
	struct guard *guard; /* NULL: a sum, a delay, an output */
	int latency;         /* frames from in to out */
	int source_latency;  /* frames from the rack's inputs to its input */
	struct step **from;  /* steps that feed it */
	int from_count;
	/* A hash of this step and of all that feeds it, from the rack's inputs on:
	 * equal in two plans if only values have changed. */
	uint64_t past;
	/* In the next plan, until it is heard (warm.c). */
	struct step *old; /* the other plan's step whose state it takes over, or NULL */
	struct step *lender,
		*heir; /* the step whose audio it uses; the step that uses its audio */
	float **lent;  /* [channels] that audio; of modules only */
	bool waits;    /* it does not run yet */
	/* Frames before the plan is heard: when the step must run, when its audio must
	 * be right, and when it is right, whether its own or lent. */
	int lead, due, ready;
	/* Of nodes only. */
	const struct kernel *kernel;
	size_t values_at, numbers_at; /* offset in a snapshot */
	uint32_t identity;
	const struct resident *resident;
	bool external;     /* only one plan at a time may run its handle */
	struct step *twin; /* the other plan's step that uses the same foreign handle */
	int warmup, rewarm; /* frames: of a new node, of a kept one */
	/* Of delays only; its identity is that of its source. */
	struct delay *delay;
};

/* The values of all nodes, and the numbers designed from them, published together. */
struct snapshot {
	uint64_t serial;
	unsigned char *bytes;
	uint32_t *versions; /* [nodes] version of the master's part that it holds */
};

/* Control thread. A node's part of a snapshot. */
struct place {
	size_t at, bytes; /* offsets: values, the count of sets of bypass, numbers */
	size_t numbers_at;
	int value_count;
	uint32_t version;
	bool stale; /* values changed, design() has not run yet */
};

/* A node's own ports: what its process() gets, and from which ports. */
struct loop {
	struct outside outside;
	int channels;
	int node;                /* worker, control: index in the rack */
	int slots[CHANNELS_MAX]; /* slots of the returns */
	uint64_t looked; /* audio: frame + 1 of the block that was examined last */
	int zero_from;   /* audio: the returns are zero from here to the block's end */
	float *send[CHANNELS_MAX], *back[CHANNELS_MAX];
};

struct plan {
	uint64_t id; /* one more than the plan built before */
	struct arena *arena;
	int rate;

	/* Audio */
	struct step *steps;
	int step_count;
	struct step **kept; /* steps of nodes, sorted by identity */
	int kept_count;
	int input_count; /* channels of the rack's inputs: slot and buffer */
	int *input_slots;
	float **input_buffers;
	struct loop *loops; /* nodes with ports of their own */
	int loop_count;
	const float *output[PORTS_MAX]; /* by slot, or NULL */
	float *readings;                /* every meter slot of one piece */
	struct folds meters;

	/* From control to audio. */
	struct latest latest;
	struct snapshot snapshots[LATEST_BUFFERS];

	/* Control */
	uint64_t
		withheld; /* serial of the first change that needs a later plan, or 0 */
	int node_count;
	struct rack *rack;    /* the rack it was built from, with the values it plays */
	struct place *places; /* [nodes] */
	unsigned char *master;
	int *meters_at; /* [nodes] first slot in readings, -1: none */
	int *latency;   /* [nodes] from the rack's inputs to the node's output */
	int *same;      /* [nodes] index in the newest rack, or -1 */
	struct resident **residents; /* [nodes] or NULL */
	struct resident **input_residents;
	struct port *ports;
	float **port_buffers; /* of outputs: the audio of the slot */
	int port_count;
	struct text problems; /* lines of text: what create() refused */
	struct plan *next;    /* in the engine's list */
};

#endif
