/* loudness.h - what the loudness meter's two files share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LOUDNESS_H
#define LATHE_LOUDNESS_H

#include "dsp/kweight.h"
#include "dsp/truepeak.h"
#include "modules/module.h"

enum loudness_param {
	LOUDNESS_CLEAR,
	LOUDNESS_TARGET,
	LOUDNESS_TOLERANCE,
	LOUDNESS_MAX_TRUE_PEAK,
	LOUDNESS_PARAMS
};

/* Places of the meters; true_peak takes one for each channel, and is last. */
enum loudness_meter {
	LOUDNESS_MOMENTARY,
	LOUDNESS_SHORT_TERM,
	LOUDNESS_INTEGRATED,
	LOUDNESS_RANGE,
	LOUDNESS_MOMENTARY_MAX,
	LOUDNESS_MOMENTARY_MAX_AT,
	LOUDNESS_SHORT_TERM_MAX,
	LOUDNESS_SHORT_TERM_MAX_AT,
	LOUDNESS_TRUE_PEAK_MAX,
	LOUDNESS_PLR,
	LOUDNESS_PSR,
	LOUDNESS_PSR_MIN,
	LOUDNESS_DR, /* measure()'s */
	LOUDNESS_CORRELATION,
	LOUDNESS_CORRELATION_MIN,
	LOUDNESS_BALANCE,
	LOUDNESS_REFERENCE, /* measure()'s */
	LOUDNESS_DISTANCE,
	LOUDNESS_ON_TARGET,
	LOUDNESS_PEAK_LIMIT,
	LOUDNESS_TRUE_PEAK,
};

/* Readings of LOUDNESS_ON_TARGET. Beyond the tolerance by up to 1 LU it is just off. */
enum loudness_on_target {
	LOUDNESS_MEASURING, /* nothing above the gate yet */
	LOUDNESS_RIGHT,
	LOUDNESS_JUST_OFF,
	LOUDNESS_FAR_OFF
};

/* Readings of LOUDNESS_PEAK_LIMIT: over max_true_peak within the last 3 s, or only before, since
 * the clear. */
enum loudness_peak_limit { LOUDNESS_UNDER, LOUDNESS_WAS_OVER, LOUDNESS_OVER };

#define LOUDNESS_FLOOR (-100.0f)    /* LUFS; the reading of silence */
#define LOUDNESS_GATE (-70.0)       /* LUFS; the absolute gate */
#define LOUDNESS_BALANCE_MOST 40.0f /* dB */
#define LOUDNESS_JUST_OFF_LU 1.0f
#define LOUDNESS_OVER_DB 0.0009f /* over the limit by less is rounding */

enum {
	/* Windows are whole numbers of 10 ms bins. */
	LOUDNESS_MOMENTARY_BINS = 40,
	LOUDNESS_SHORT_TERM_BINS = 300,
	LOUDNESS_BALANCE_BINS = 30,
	LOUDNESS_STEP_BINS = 10, /* between gating blocks: overlap 75 % */
	LOUDNESS_BINS = LOUDNESS_SHORT_TERM_BINS,
	/* Histograms from the gate up to +10 LUFS. Fine for the blocks, because a block
	 * near the relative gate is in or out as a whole. */
	LOUDNESS_BLOCK_STEPS = 40, /* per LU */
	LOUDNESS_RANGE_STEPS = 20,
	LOUDNESS_SPAN = 80, /* LU */
};

/* Statistics since the last clear. The steps of an LU are valid only if the LU's count
 * is not 0: so a sum reads the LUs, and the steps of the first one only, and a clear
 * does not reset the steps. Nothing is ever subtracted, so nothing drifts. */
struct loudness_history {
	long bins, momentary_max_bins, short_term_max_bins;
	float psr_min; /* dB; 0: nothing yet */
	float momentary_max, short_term_max, integrated, range, peak_max;
	int old_frames; /* frames from before the clear, in the peak detector */
	/* Gating blocks of 0.4 s, by their loudness: how many, and their power. */
	uint32_t lu_blocks[LOUDNESS_SPAN];
	double lu_powers[LOUDNESS_SPAN];
	double block_power;
	uint64_t block_count;
	/* Short-term values, for the range. */
	uint32_t lu_ranges[LOUDNESS_SPAN];
	double range_power;
	uint64_t range_count;
};

struct loudness_steps {
	uint32_t blocks[LOUDNESS_SPAN][LOUDNESS_BLOCK_STEPS];
	double powers[LOUDNESS_SPAN][LOUDNESS_BLOCK_STEPS];
	uint32_t ranges[LOUDNESS_SPAN][LOUDNESS_RANGE_STEPS];
};

struct loudness {
	bool warm;
	int channels;
	float clears; /* triggers seen */
	float momentary, short_term, correlation, correlation_min, balance, plr, psr;
	float distance;              /* LU; 0 while measuring */
	float on_target, peak_limit; /* of the enums above */
	int bin_frames, bin_filled, bin;
	int product_bin; /* index of the oldest product, which the next one replaces */
	float bin_peak;  /* highest true peak in the present bin */
	double weight[CHANNELS_MAX];
	struct kweight filter;
	struct kweight_state state[CHANNELS_MAX / KWEIGHT_LANES];
	/* The present bin: K-weighted energy per channel; left x left, right x
	 * right, left x right. */
	double energy[CHANNELS_MAX], products[3];
	double power[LOUDNESS_BINS], product[3][LOUDNESS_MOMENTARY_BINS];
	/* The last 3 s, bin by bin. */
	float peaks[LOUDNESS_BINS], correlations[LOUDNESS_BINS];
	struct truepeak peak[CHANNELS_MAX];
	struct loudness_history history;
	struct loudness_steps steps;
};

#endif
