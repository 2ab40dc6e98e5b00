/* emphasis.h - what emphasis' two files share: where the values are, numbers and state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_EMPHASIS_H
#define LATHE_EMPHASIS_H

#include "dsp/box.h"
#include "dsp/cascade.h"
#include "dsp/crossfade.h"
#include "dsp/gain.h"
#include "dsp/truepeak.h"
#include "modules/module.h"

enum {
	EMPHASIS_MODE,
	EMPHASIS_TIME,
	EMPHASIS_CEILING,
	EMPHASIS_OUTPUT,
	EMPHASIS_RELEASE,
	EMPHASIS_ACCELERATION,
	EMPHASIS_LEVEL,
	EMPHASIS_SIBILANCE,
	EMPHASIS_SIBILANCE_FREQ,
	EMPHASIS_PARAMS
};
enum { EMPHASIS_FM, EMPHASIS_VINYL };
enum { EMPHASIS_HF, EMPHASIS_GR, EMPHASIS_SPEED, EMPHASIS_PEAK };
enum { EMPHASIS_HOLD_MAX = 16 /* blocks of GRID_FRAMES */ };

/* The result of design(); equal serials mean equal numbers. */
struct emphasis_numbers {
	uint64_t serial;
	float ceiling;         /* of the pre-emphasised peak, or of the acceleration */
	float unit;            /* g of acceleration for full scale */
	float sibilance, turn; /* threshold; (w time)^2 of its frequency */
	struct ballistics fast, slow; /* of the release */
	struct cascade band;          /* in which sibilants are detected */
};

/* The two reductions: of the treble, and of everything. */
enum { EMPHASIS_TREBLE, EMPHASIS_ALL, EMPHASIS_WAYS };

/* One complete setting; there are two, to fade from one to the other. */
struct emphasis_deck {
	struct emphasis_numbers numbers;
	float now[EMPHASIS_WAYS]; /* the largest need in this grid block */
	float blocks[EMPHASIS_HOLD_MAX][EMPHASIS_WAYS];
	float held[EMPHASIS_WAYS]; /* in the earlier blocks */
	double reduction[EMPHASIS_WAYS], lasting[EMPHASIS_WAYS];
	struct box box;
	struct cascade_state band[CHANNELS_MAX];
};

/* Each window begins with frames of the past; how many, says its `..._past`. */
struct emphasis_channel {
	float *x, *h, *judged, *taken;
	float *below; /* vinyl: the part that r turns down; in FM that is h */
	struct truepeak flat, lifted, out;
	double pole;
};

struct emphasis {
	bool started, vinyl, cell_silent;
	int rate, channels, latency;
	int half;  /* of the two filters, frames */
	int reach; /* of the boxes */
	int late;  /* frames from a sample's entry into the detectors to its gain */
	int judged_late; /* frames from the input to the detectors */
	int past_x, past_h, past_judged, past_taken;
	float *slope; /* 2 half + 1 taps: time x d/dt */
	float *bend;  /* vinyl, half + 1 taps from the middle: (time x d/dt)^2 */
	float *fall;  /* 2 half + 2 taps: before the pole, they take the emphasis off */
	double pole;
	float swing; /* (2 pi 15 kHz x time)^2 */
	struct ballistics hurry;
	struct box_lengths lengths;
	uint32_t box_mask, box_at;
	int hold_blocks, block;
	float *whole; /* window with `half` frames of the past: w, where it is a gain */
	int taken_age; /* frames since the last reduction */
	struct smooth output;
	struct crossfade fade;
	struct emphasis_deck deck[2];
	struct emphasis_channel channel[CHANNELS_MAX];
};

static inline size_t emphasis_adopt_bytes(const struct emphasis *m)
{
	const size_t ring = (m->box_mask + 1) * BOX_LANES * sizeof(uint64_t);
	const int pasts = m->past_x + m->past_h + 2 * m->past_judged + m->past_taken;
	const size_t channel = 3 * TRUEPEAK_ADOPT_BYTES + (size_t)pasts * sizeof(float);

	return 2 * (sizeof(struct emphasis_deck) + BOX_COUNT * ring) +
	       (size_t)m->channels * channel;
}

#endif
