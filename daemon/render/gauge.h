/* gauge.h - measures a programme: loudness and its range (ITU-R BS.1770-5, EBU Tech 3341
 * and 3342), true peak, how both move in time, and the spectrum in thirds. lathe-render.
 *
 * What was measured is plain data of a fixed size, whatever the programme's length: it
 * lies in memory that processes share, and programmes of an album can be added up.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_GAUGE_H
#define LATHE_RENDER_GAUGE_H

#include "dsp/bands.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	GAUGE_LOWEST = -70, /* LUFS: what is quieter is gated */
	GAUGE_PER_LU = 100,
	GAUGE_STEPS = 90 * GAUGE_PER_LU,
	GAUGE_POINTS = 1000, /* of the curves, at most */
};

struct gauge {
	int rate, channels;
	int64_t frames;
	/* Blocks of 0.4 s, and windows of 3 s, by their loudness. */
	uint32_t blocks[GAUGE_STEPS], windows[GAUGE_STEPS];
	double powers[GAUGE_STEPS]; /* sums of the blocks' powers */
	double window_power;        /* of all windows */
	uint64_t window_count;
	float true_peak; /* linear */
	int64_t overs;   /* stretches whose true peak passes full scale */
	double momentary_max, short_term_max; /* LUFS */
	/* In time: `points` points, each of `per_point` tenths of a second. */
	int points, per_point;
	float short_term[GAUGE_POINTS]; /* LUFS, highest of the point */
	float peak[GAUGE_POINTS];       /* true peak, linear */
	double thirds[BANDS_THIRDS];    /* mean power; empty unless asked for */
};

struct gauging;

/* `spectrum`: measures the thirds, too. Clears the gauge, which stays the caller's. */
struct gauging *gauge_begin(struct gauge *gauge, int rate, int channels, bool spectrum);
/* Interleaved frames in the rack's order of channels. */
void gauge_add(struct gauging *gauging, const float *audio, int frames);
/* Call after the last frame. */
void gauge_end(struct gauging *gauging);

/* Integrated loudness, LUFS; -INFINITY if nothing passes the gates. */
double gauge_integrated(const struct gauge *gauge);
double gauge_range(const struct gauge *gauge);     /* LU */
double gauge_true_peak(const struct gauge *gauge); /* dBTP; -INFINITY in silence */
/* Highest true peak over integrated loudness, LU. */
double gauge_plr(const struct gauge *gauge);
/* Adds what was measured of another programme: loudness and peaks, no curves. */
void gauge_join(struct gauge *gauge, const struct gauge *other);

#endif
