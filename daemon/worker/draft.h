/* draft.h - the order of a rack's steps: what each reads, and which paths are delayed.
 * Worker thread; no audio memory yet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_WORKER_DRAFT_H
#define LATHE_WORKER_DRAFT_H

#include "daemon/rack/rack.h"

enum { NO_SIGNAL = -1 };

/* The audio of a step or a rack input. Rack inputs are the first signals. */
struct signal {
	int channels;
	int latency;     /* frames since the rack's inputs */
	int origin;      /* >= 0: index of a module node; < 0: rack input -1 - origin */
	uint64_t inputs; /* rack inputs in it (the 64th and all later share a bit) */
};

enum draft_kind { DRAFT_SUM, DRAFT_DELAY, DRAFT_NODE };

struct draft_step {
	enum draft_kind kind;
	int node;            /* DRAFT_NODE: index in the rack */
	int frames;          /* DRAFT_DELAY */
	int in[SOURCES_MAX]; /* signals: the terms of a sum; else [0], or NO_SIGNAL */
	int in_count;
	int side[SIDES_MAX];
	int out;
};

struct draft {
	struct signal *signals;
	int signal_count;
	struct draft_step *steps;
	int step_count;
	int *latency; /* [nodes] latency of the module itself */
	int *out;     /* [nodes] its output signal, or NO_SIGNAL */
};

void draft_init(struct draft *draft, const struct rack *rack, int rate);
void draft_finish(struct draft *draft);

#endif
