/* tone.h - what tone's two files share: where the values are, numbers and state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TONE_MODULE_H
#define LATHE_TONE_MODULE_H

#include "dsp/cascade.h"
#include "dsp/crossfade.h"
#include "modules/module.h"

enum {
	TONE_SIGNAL,
	TONE_REFERENCE,
	TONE_LEVEL,
	TONE_FREQ,
	TONE_DURATION,
	TONE_MODE,
	TONE_CHANNELS,
	TONE_PARAMS
};
enum tone_signal {
	TONE_OFF,
	TONE_EBU,
	TONE_GLITS,
	TONE_PINK,
	TONE_WHITE,
	TONE_SWEEP,
	TONE_SINE
};
enum { TONE_BREAKS_MAX = 2 };

/* Breaks of one channel within a cycle, in frames. */
struct tone_breaks {
	int count, at[TONE_BREAKS_MAX];
};

/* The result of design(); equal serials mean equal numbers. */
struct tone_numbers {
	uint64_t serial;
	enum tone_signal signal;
	bool adds;       /* added to the programme, instead of replacing it */
	int only;        /* channel; -1: all */
	uint64_t turn;   /* of the sine per frame, in 2^-64 turns */
	double gain;     /* peak of a sine; of noise as it is made */
	int cycle, edge; /* frames of an ident's cycle, of a break's edges */
	int broken;      /* frames of a break */
	struct tone_breaks breaks[2];     /* of the first two channels */
	int sweep_frames, sweep_cycle;    /* without and with the pause behind */
	double sweep_growth, sweep_turns; /* of turns, sweep_turns (e^(growth n) - 1) */
	struct cascade pink;
};

/* One complete setting; there are two, to fade from one to the other. */
struct tone_half {
	struct tone_numbers numbers;
	uint64_t start; /* frame where its sweep began */
	struct cascade_state pink[CHANNELS_MAX];
};

struct tone {
	bool started;
	int fade_frames;
	struct crossfade fade;
	struct tone_half half[2];
};

#endif
