/* plan.h - a rack compiled for the audio thread: a flat array of steps, in one arena.
 *
 * The worker builds and frees it, the audio thread plays it, the control thread feeds it
 * values; each field says whose it is while the plan lives.
 */
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

/* Audio. One thing to do: a node, a sum or a delay. */
struct step {
	void (*process)(void *state, const struct piece *piece) REALTIME;
	void *state;
	struct piece piece;
	struct guard *guard; /* NULL: a sum, a delay, an output */
	int latency;         /* frames from in to out */
	int source_latency;  /* frames from the rack's inputs to in */
	struct step **from;  /* steps that it hears */
	int from_count;
	/* What it is and all that it hears, down to the rack's inputs: the same in two plans
	 * when nothing of it has changed but values. */
	uint64_t past;
	/* Of the next plan, until it is heard (warm.c). */
	struct step *old; /* the other plan's step that it goes on from, or NULL */
	struct step *lender,
		*heir; /* whose audio stands for its own; and whom it lends it */
	float **lent;  /* [channels] that audio; a module's only */
	bool waits;    /* it does not run yet */
	/* Frames before it is heard: it must run, its audio must be right; and those until it
	 * is, whoever plays. */
	int lead, due, ready;
	/* A node's only. */
	const struct kernel *kernel;
	size_t values_at, numbers_at; /* in a snapshot */
	uint32_t identity;
	const struct resident *resident;
	bool external;     /* its handle is one of its kind: only one plan may run it */
	struct step *twin; /* the other plan's step that uses the same foreign handle */
	int warmup, rewarm; /* frames: of a cold node, of a kept one */
	/* A delay's only; its identity is its source's. */
	struct delay *delay;
};

/* Values and the numbers designed from them, of all nodes, as one. */
struct snapshot {
	uint64_t serial;
	unsigned char *bytes;
	uint32_t *versions; /* [nodes] what of the master it holds */
};

/* Control. Where a node's part of a snapshot lies. */
struct place {
	size_t at, bytes; /* values, the release count, numbers */
	size_t numbers_at;
	int value_count;
	uint32_t version;
	bool stale; /* values changed, numbers not yet designed */
};

/* A node's own ports: what its process() sees of them, and where it comes from. */
struct loop {
	struct outside outside;
	int channels;
	int node;                /* worker, control: place in the rack */
	int slots[CHANNELS_MAX]; /* of the returns */
	uint64_t looked; /* audio: the block that was looked at: its frame + 1 */
	int zero_from;   /* audio: from here to its end the returns are zero */
	float *send[CHANNELS_MAX], *back[CHANNELS_MAX];
};

struct plan {
	uint64_t id; /* counts up with every build */
	struct arena *arena;
	int rate;

	/* Audio */
	struct step *steps;
	int step_count;
	struct step **kept; /* nodes' steps, by identity */
	int kept_count;
	int input_count; /* channels of rack inputs: slot and buffer */
	int *input_slots;
	float **input_buffers;
	struct loop *loops; /* of the nodes with ports of their own */
	int loop_count;
	const float *output[PORTS_MAX]; /* by slot, or NULL */
	float *readings;                /* every meter slot of one piece */
	struct folds meters;

	/* From control to audio. */
	struct latest latest;
	struct snapshot snapshots[LATEST_BUFFERS];

	/* Control */
	uint64_t
		withheld; /* serial of the first change that waits for a later plan, or 0 */
	int node_count;
	struct rack *rack;    /* what it was built from, with the values it plays */
	struct place *places; /* [nodes] */
	unsigned char *master;
	int *meters_at; /* [nodes] first slot in readings, -1: none */
	int *latency;   /* [nodes] from the rack's inputs to the node's output */
	int *same;      /* [nodes] place in the newest rack, or -1 */
	struct resident **residents; /* [nodes] or NULL */
	struct resident **input_residents;
	struct port *ports;
	float **port_buffers; /* outputs: what the slot plays */
	int port_count;
	struct text problems; /* lines: what create() refused */
	struct plan *next;    /* in the engine's list */
};

#endif
