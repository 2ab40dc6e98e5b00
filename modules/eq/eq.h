/* eq.h - what eq's two files share: the params' places, designed numbers, the state. */
#ifndef LATHE_EQ_H
#define LATHE_EQ_H

#include "dsp/cascade.h"
#include "dsp/fade.h"
#include "modules/module.h"

enum { EQ_BANDS = 8 };
enum { EQ_ON, EQ_TYPE, EQ_FREQ, EQ_GAIN, EQ_Q, EQ_CHANNELS, EQ_ROWS };
enum eq_type {
	EQ_BELL,
	EQ_LOW_SHELF,
	EQ_HIGH_SHELF,
	EQ_HIGH_PASS,
	EQ_LOW_PASS,
	EQ_NOTCH,
	EQ_TILT,
};
enum eq_channels { EQ_STEREO, EQ_MID, EQ_SIDE, EQ_LEFT, EQ_RIGHT };

/* The ways through the equaliser. Channels 3..8 are all alike. */
enum eq_way {
	EQ_WAY_LEFT,
	EQ_WAY_RIGHT,
	EQ_WAY_REST,
	EQ_WAY_MID,
	EQ_WAY_SIDE,
	EQ_WAYS
};

/* What design() makes of the values; equal serials mean equal numbers. */
struct eq_numbers {
	uint64_t serial;
	struct cascade way[EQ_WAYS];
};

/* One complete equaliser. A change is a fade from one deck to the other. */
struct eq_deck {
	struct eq_numbers numbers;
	struct cascade_state state[CHANNELS_MAX]; /* left, right, rest ... */
	struct cascade_state mid, side;
};

struct eq {
	int rate;
	bool started;
	struct fade fade;
	bool cell_silent;
	int silent_frames; /* whole silent grid cells, in frames */
	struct eq_deck deck[2];
};

#endif
