/* output.h - what the output's two files share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OUTPUT_H
#define LATHE_OUTPUT_H

#include "modules/module.h"

#include "dsp/kweight.h"
#include "dsp/smooth.h"

enum {
	OUTPUT_MUTE,
	OUTPUT_DIM,
	OUTPUT_DIM_LEVEL,
	OUTPUT_BYPASS,
	OUTPUT_COMPARE,
	OUTPUT_MATCH,
	OUTPUT_MATCH_TO,
	OUTPUT_PARAMS
};
enum { OUTPUT_DRY }; /* side */
/* Meters: the peaks, then these. */
enum { OUTPUT_LOUDER, OUTPUT_HEARD, OUTPUT_METERS };

enum { OUTPUT_BINS = 30 }; /* of 100 ms: a short-term window */

/* A value that moves along a raised cosine. */
struct output_glide {
	float from, to;
	int at; /* frames so far; == length: arrived */
};

/* The output's loudness relative to the input, over the newest bins with programme. */
struct output_match {
	struct kweight_quad states[CHANNELS_MAX / 2]; /* two channels, wet and dry */
	double wet_now, dry_now;                      /* energy of the present bin */
	double wet[OUTPUT_BINS], dry[OUTPUT_BINS];
	int filled; /* frames of the present bin */
	int bins;   /* so far, at most OUTPUT_BINS */
	int bin;    /* the next */
	int slot;   /* A or B */
	int skip;   /* frames that still come from the other slot */
	float louder_db;
};

/* What a new plan takes over. */
struct output_memory {
	bool begun;
	struct output_glide gain; /* linear: mute and dim */
	struct output_glide dry;  /* 1: the dry side is heard */
	struct smooth wet_part, dry_part;
	struct output_match match;
};

struct output {
	int length;         /* of a fade, frames */
	const float *curve; /* [length + 1], 0 to 1 */
	int smooth_length, bin_frames;
	struct kweight filter;
	struct output_memory m;
};

#endif
