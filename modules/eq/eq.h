/* eq.h - what eq's files share: the indices of params, designed numbers, the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_EQ_H
#define LATHE_EQ_H

#include "dsp/cascade.h"
#include "dsp/crossfade.h"
#include "modules/eq/bands.h"
#include "modules/module.h"

/* These follow the rows that all equalisers have. */
enum {
	EQ_DYNAMIC = EQ_STATIC_ROWS,
	EQ_THRESHOLD,
	EQ_RANGE,
	EQ_ATTACK,
	EQ_RELEASE,
	EQ_ROWS
};

enum { EQ_MID_SIGNAL = CHANNELS_MAX, EQ_SIDE_SIGNAL, EQ_SIGNALS };

static inline enum eq_way eq_way_of(int signal)
{
	if (signal >= EQ_MID_SIGNAL)
		return signal == EQ_MID_SIGNAL ? EQ_WAY_MID : EQ_WAY_SIDE;
	return signal < 2 ? (enum eq_way)(EQ_WAY_LEFT + signal) : EQ_WAY_REST;
}

/* The dynamic bands, one per lane. Each has two detectors with its own filter, for the
 * first two channels or for those that its `channels` says. */
struct eq_dynamics {
	int lanes;
	int band[EQ_BANDS];
	struct cascade listen;      /* side by side, not in series */
	double turned[3][EQ_BANDS]; /* c1 c2 d of its output shifted by 90 degrees */
	double first[2][EQ_BANDS], second[2][EQ_BANDS]; /* [ear]: of channels 1, 2 */
	float threshold[EQ_BANDS];                      /* log2 of amplitude */
	float range[EQ_BANDS];                          /* log2 of gain, 0.. */
	float sign[EQ_BANDS];                           /* -1: turns down */
	float whole[EQ_BANDS];                      /* 1 / (gain at full range - 1) */
	double attack[EQ_BANDS], release[EQ_BANDS]; /* shares per frame */
	struct cascade way[EQ_WAYS];                /* at full range; d less 1 */
	int source[EQ_WAYS][EQ_BANDS]; /* the dynamic lane that moves this one */
};

/* The result of design(); equal serials mean equal numbers. */
struct eq_numbers {
	uint64_t serial;
	struct cascade way[EQ_WAYS];
	struct eq_dynamics dynamics;
};

/* One complete equaliser. A change is a fade from one deck to the other. */
struct eq_deck {
	struct eq_numbers numbers;
	struct cascade_state state[EQ_SIGNALS], moved[EQ_SIGNALS], ear[2];
	double move[EQ_BANDS]; /* present gain of each dynamic lane, log2, 0..range */
	bool fresh[EQ_BANDS];  /* lanes that have no gain yet */
};

struct eq {
	int rate;
	bool started;
	struct crossfade fade;
	bool cell_silent;
	int silent_frames; /* whole silent grid cells, in frames */
	double hurry[2];   /* attack and release of fresh lanes */
	struct eq_deck deck[2];
};

#endif
