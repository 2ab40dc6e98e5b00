/* emphasis.h - what emphasis' two files share: where the values are, numbers and state. */
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

/* What design() makes of the values; equal serials mean equal numbers. */
struct emphasis_numbers {
	uint64_t serial;
	float ceiling;                /* of what is judged */
	float unit;                   /* g of acceleration for 1 of it */
	float sibilance, turn;        /* threshold; (w time)^2 of its frequency */
	struct ballistics fast, slow; /* of the release */
	struct cascade band;          /* that sibilants are looked for in */
};

/* The two ways to turn down: of the treble, then of everything. */
enum { EMPHASIS_TREBLE, EMPHASIS_ALL, EMPHASIS_WAYS };

/* A whole setting at work; two of them, to fade from one to the other. */
struct emphasis_deck {
	struct emphasis_numbers numbers;
	float now[EMPHASIS_WAYS]; /* most that was needed in this grid block */
	float blocks[EMPHASIS_HOLD_MAX][EMPHASIS_WAYS];
	float held[EMPHASIS_WAYS]; /* in the blocks before */
	double reduction[EMPHASIS_WAYS], lasting[EMPHASIS_WAYS];
	struct box box;
	struct cascade_state band[CHANNELS_MAX];
};

/* Windows begin with as many frames of the past as their name's `past` says. */
struct emphasis_channel {
	float *x, *h, *judged, *taken;
	float *below; /* vinyl: of judged, what r turns down; FM has it in h */
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
	int taken_age; /* frames since something was last taken away */
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
