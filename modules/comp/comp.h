/* comp.h - the glue compressor's state, its derived numbers and the places of its params. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_COMP_H
#define LATHE_COMP_H

#include "dsp/gain.h"
#include "dsp/quadrature.h"
#include "modules/module.h"

enum comp_param {
	COMP_THRESHOLD,
	COMP_RATIO,
	COMP_KNEE,
	COMP_ATTACK,
	COMP_RELEASE,
	COMP_AUTO,
	COMP_DETECTOR,
	COMP_TOPOLOGY,
	COMP_LINK,
	COMP_HIGHPASS,
	COMP_HIGHPASS_FREQ,
	COMP_LOOKAHEAD,
	COMP_MAKEUP,
	COMP_MIX,
	COMP_PARAMS,
};

enum comp_detector { COMP_PEAK, COMP_RMS };
enum comp_topology { COMP_FORWARD, COMP_FEEDBACK };

/* What design() makes of the values; levels in log2 units. Whole 64-bit words without
 * padding: it is compared as such. */
struct comp_numbers {
	struct ballistics fast, slow;
	double highpass[2][5]; /* b0 b1 b2 a1 a2 of each section */
	float threshold, slope, knee;
	float link, makeup, mix; /* makeup as a gain; link and mix 0..1 */
	float average;           /* share of the mean square made in a frame */
	int32_t automatic;
};

/* A gain computer with its numbers and its memory of each channel. */
struct comp_voice {
	struct comp_numbers numbers;
	double reduction[CHANNELS_MAX], lasting[CHANNELS_MAX];
};

struct comp_state {
	int rate, channels;
	int highpass_sections; /* 0, 1 or 2 */
	enum comp_detector detector;
	enum comp_topology topology;
	bool started;
	uint64_t next_frame;          /* the ring holds the frames before it */
	int lookahead, lookahead_max; /* frames */
	uint32_t ring_mask;
	/* The voice that is heard, and the one that takes over while fading. */
	struct comp_voice voice, next;
	bool fading;
	int faded; /* frames */
	/* After a change of the high-pass's slope: frames until the new one is full, and how
	 * far from its curve each channel was. */
	int cold;
	double carried[CHANNELS_MAX];
	bool highpass_ready;
	double highpass[2][5]; /* gliding towards the designed ones */
	double highpass_memory[CHANNELS_MAX][2][2];
	struct quadrature_design quadrature;
	struct quadrature envelope[CHANNELS_MAX];
	float average[CHANNELS_MAX];
	float *ring[CHANNELS_MAX]; /* the newest input, ready for any look-ahead */
};

static inline int comp_cold(int rate)
{
	return rate / 4 / GRID_FRAMES * GRID_FRAMES;
}

#endif
