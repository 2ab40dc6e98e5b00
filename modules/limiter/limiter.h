/* limiter.h - what the limiter's two halves share: places in the tables, state, numbers. */
#ifndef LATHE_LIMITER_H
#define LATHE_LIMITER_H

#include "dsp/box.h"
#include "dsp/smooth.h"
#include "dsp/truepeak.h"
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
	LIMITER_PARAMS,
};

enum limiter_mode { LIMITER_LIVE, LIMITER_DEFAULT, LIMITER_STRICT };

enum limiter_meter { LIMITER_GR, LIMITER_TRUE_PEAK };

enum {
	LIMITER_PAIRS_MAX = CHANNELS_MAX / BOX_LANES,
	LIMITER_HOLD_MAX = 64,  /* blocks of GRID_FRAMES: 17 ms at 192 kHz and more */
	LIMITER_GROUP_MAX = 16, /* frames; at 192 kHz */
	LIMITER_GROUPS = 16,    /* most that end in a piece */
	LIMITER_LANES = 16,
	LIMITER_CEILING_LANE = CHANNELS_MAX,
	LIMITER_GUARD_MAX = 96, /* half the guard's taps */
};

/* The gain is worked out for groups of frames, 12 thousand a second, and interpolated.
 * Reductions are positive and in octaves of gain (1 = 6.02 dB): 0 is "none". */
struct limiter_numbers {
	float gain;
	float ceiling, ceiling_octaves;
	float link;                             /* 0..1 */
	double keep_fast, keep_slow, keep_fill; /* share left after a group */
	int hold_blocks;
};

struct limiter_pair {
	double fast[BOX_LANES], filled[BOX_LANES];
	double above[BOX_LANES]; /* the slow follower, from filled */
	struct box box;
};

struct limiter_channel {
	struct truepeak in, out;
	float peaks[LIMITER_GROUP_MAX]; /* of the frames before */
	float gain[2];                  /* the last two groups' */
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
	struct smooth gain, ceiling, link;
	/* A lane for each channel's largest need, and one for the ceiling in octaves, as the
	 * block began; of this grid block so far, of those before, and of each of them. */
	_Alignas(64) float now[LIMITER_LANES], held[LIMITER_LANES];
	_Alignas(64) float blocks[LIMITER_HOLD_MAX][LIMITER_LANES];
	int block; /* which of them is next */
	struct limiter_channel channel[CHANNELS_MAX];
	struct limiter_pair pair[LIMITER_PAIRS_MAX];
};

#endif
