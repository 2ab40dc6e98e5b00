/* subjects.h - what the benchmark runs: racks and plug-ins, read from a file of
 * "group | who | host | what" lines; subjects.txt says how they are written. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BENCH_SUBJECTS_H
#define LATHE_BENCH_SUBJECTS_H

#include <stdbool.h>

enum {
	RATE = 48000,
	SUBJECTS_MAX = 80,
	STAGES_MAX = 12,
	REPS_MAX = 64,
	WORST_BLOCK = 2 /* over the median one, unless the row says otherwise */
};

struct subject {
	char group[32], name[64];
	struct play *play; /* Lathe, or */
	struct lv2_plugin *stages[STAGES_MAX];
	int stage_count;
	bool empty;              /* the empty rack, taken off Lathe's modules */
	bool whole;              /* a rack, nothing is taken off */
	bool cabled;             /* a node has ports of its own, with a cable on them */
	double goal;             /* ns per frame, or 0 */
	double worst;            /* block over the median one, at most */
	float *blocks;           /* [block] the fastest of the reps, ns */
	double busy[REPS_MAX];   /* mean ns per frame of each rep, music */
	double silent[REPS_MAX]; /* the same in the digital silence after it */
	double aside; /* ns per frame of music, in other threads: measure() */
	double count; /* instructions per frame */
};

/* Opens what the file names, for blocks of `block` frames; `only`: this group or name. With
 * peers false plug-ins are left alone. Says on stdout what could not be opened. */
int subjects_open(struct subject *subjects, const char *path, const char *only,
		  int block, bool peers);
/* The same for the nth line of the file that is a subject of Lathe's, counted from 0: 1, 0 for
 * one that isn't wanted, -1 after the last. */
int subjects_open_nth(struct subject *subject, const char *path, const char *only,
		      int nth);

#endif
