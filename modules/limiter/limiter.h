/* limiter.h - what the limiter's two halves share: places in the tables, state, numbers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LIMITER_H
#define LATHE_LIMITER_H

#include "dsp/box.h"
#include "dsp/crossfade.h"
#include "dsp/truepeak.h"
#include "modules/limiter/bass.h"
#include "modules/limiter/lift.h"
#include "modules/module.h"

enum limiter_param {
	LIMITER_CEILING,
	LIMITER_GAIN,
	LIMITER_MODE,
	LIMITER_LOOK_AHEAD,
	LIMITER_RELEASE,
	LIMITER_AUTO,
	LIMITER_LINK,
	LIMITER_STYLE,
	LIMITER_TARGET,
	LIMITER_MAX_LIFT,
	LIMITER_PARAMS,
};

enum limiter_mode { LIMITER_LIVE, LIMITER_DEFAULT, LIMITER_STRICT };

/* true_peak takes a place for each channel, and is last. */
enum limiter_meter { LIMITER_GR, LIMITER_LIFT, LIMITER_MISSING, LIMITER_TRUE_PEAK };

#define LIMITER_TARGET_OFF 0.0f /* LUFS; the top of its range */

enum {
	LIMITER_PAIRS_MAX = CHANNELS_MAX / BOX_LANES,
	LIMITER_HOLD_MAX = 128, /* blocks of GRID_FRAMES: 17 ms at 384 kHz and more */
	LIMITER_GROUP_MAX = 32, /* frames; at 384 kHz */
	LIMITER_GROUPS = 16,    /* most that end in a piece */
	LIMITER_LANES = 16,
	LIMITER_GUARD_MAX = 96, /* half the guard's taps */
};

/* The gain is worked out for groups of frames, 12 thousand a second, and interpolated.
 * Levels and reductions are in octaves (1 = 6.02 dB); 0 of reduction is "none". */
struct limiter_numbers {
	uint64_t serial;                        /* of the values */
	double keep_fast, keep_slow, keep_fill; /* share left after a group */
	float gain, ceiling;                    /* linear */
	float threshold;                        /* level before the gain */
	float link;                             /* 0..1 */
	int hold_blocks;
	int bass_blocks; /* how long the lows are held; 0: as everything */
	bool lifts;      /* the lift is a part of the gain */
	float target_lufs, max_lift_db;
};

struct limiter_pair {
	double rest[BOX_LANES]; /* what was needed, but for the least changes */
	double fast[BOX_LANES], filled[BOX_LANES];
	double above[BOX_LANES]; /* the slow follower, from filled */
	struct box box;
};

/* A whole setting at work; two of them, to fade from one to the other. */
struct limiter_deck {
	struct limiter_numbers numbers;
	_Alignas(64) float held[LIMITER_LANES]; /* highest level in the blocks before */
	struct limiter_pair pair[LIMITER_PAIRS_MAX];
	float reduced[CHANNELS_MAX][2]; /* the last two groups', as gains */
};

struct limiter_channel {
	struct truepeak in, out;
	float peaks[LIMITER_GROUP_MAX]; /* of the frames before */
	float *delay;                   /* ring of what waits for its gain */
	float *raw;                     /* strict: ring of what came before the guard */
	float *window;                  /* strict: the guard's input, in order */
};

struct limiter {
	bool warm; /* has run, or taken over */
	int channels, rate;
	bool strict;
	int look_frames;               /* between a peak's detection and its gain */
	int ring_frames;               /* of delay and raw, whole grid blocks */
	int at;                        /* where the next frame goes in them */
	int group;                     /* frames */
	float ramp[LIMITER_GROUP_MAX]; /* 1/group, 2/group ... 1 */
	uint32_t box_mask, box_at;
	struct box_lengths lengths;
	int guard_half; /* the guard is 2 * guard_half + 1 taps long */
	float guard[LIMITER_GUARD_MAX + 1]; /* from the middle outwards */
	/* Highest level per channel: of this grid block so far, and of those before. */
	_Alignas(64) float now[LIMITER_LANES];
	_Alignas(64) float blocks[LIMITER_HOLD_MAX][LIMITER_LANES];
	int block;      /* which of them is next */
	int block_most; /* how many of them a hold needs at this rate */
	/* The same of the lows, with the punchy style only. */
	bool punchy;
	struct bass_setup bass_setup;
	struct bass bass[CHANNELS_MAX];
	int bass_most;                              /* of bass_blocks */
	_Alignas(64) float bass_now[LIMITER_LANES]; /* linear */
	_Alignas(64) float bass_blocks[LIMITER_HOLD_MAX][LIMITER_LANES];
	struct limiter_channel channel[CHANNELS_MAX];
	struct crossfade fade;
	struct limiter_deck deck[2];
	struct lift_setup lift_setup;
	struct lift lift;
};

/* What adopt() copies at most, in the middle of a fade, beside the rings; and with them. */
static inline size_t limiter_deck_bytes(const struct limiter *l)
{
	const size_t boxes = box_adopt_bytes(&l->lengths) * LIMITER_PAIRS_MAX;

	return sizeof(l->now) + (size_t)l->block_most * sizeof(*l->blocks) +
	       (size_t)l->bass_most * sizeof(*l->bass_blocks) + sizeof(l->bass_now) +
	       (size_t)l->channels * sizeof(*l->bass) + sizeof(l->lift) +
	       2 * (sizeof(struct limiter_deck) + boxes);
}

static inline size_t limiter_all_bytes(const struct limiter *l)
{
	const size_t channel =
		(size_t)l->ring_frames * sizeof(float) + TRUEPEAK_ADOPT_BYTES;

	return limiter_deck_bytes(l) + (size_t)l->channels * channel;
}

/* Rings of many channels at a high rate are too large to copy: rewarm() fills them. */
static inline bool limiter_keeps_rings(const struct limiter *l)
{
	return limiter_all_bytes(l) <= ADOPT_BYTES_MAX;
}

#endif
