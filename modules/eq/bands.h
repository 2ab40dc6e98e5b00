/* bands.h - the bands that the equalisers share: table rows, curves, channels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_EQ_BANDS_H
#define LATHE_EQ_BANDS_H

#include <math.h>

#include "dsp/match.h"
#include "modules/module.h"

enum { EQ_BANDS = 8 };
enum {
	EQ_ON,
	EQ_TYPE,
	EQ_FREQ,
	EQ_GAIN,
	EQ_Q,
	EQ_CHANNELS,
	EQ_STATIC_ROWS,
};
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

/* The paths through the equaliser; channels 3..8 share one. */
enum eq_way {
	EQ_WAY_LEFT,
	EQ_WAY_RIGHT,
	EQ_WAY_REST,
	EQ_WAY_MID,
	EQ_WAY_SIDE,
	EQ_WAYS
};

/* In eq_control.c; all equalisers use the first EQ_STATIC_ROWS of them. */
extern const struct param eq_band_rows[];

/* An array of BAND(type, freq, q) by band; all are on, stereo and flat. */
#define EQ_BANDS_AT_FIRST \
	{ \
		BAND(EQ_LOW_SHELF, 80, 0.71f), BAND(EQ_BELL, 160, 1), \
			BAND(EQ_BELL, 400, 1), BAND(EQ_BELL, 1000, 1), \
			BAND(EQ_BELL, 2500, 1), BAND(EQ_BELL, 5000, 1), \
			BAND(EQ_BELL, 8000, 1), BAND(EQ_HIGH_SHELF, 12000, 0.71f), \
	}

/* The analogue prototypes, s in units of the frequency. Bell and shelves: R. Bristow-Johnson,
 * "Cookbook formulae for audio equalizer biquad filter coefficients". */
static inline struct section eq_analogue(enum eq_type type, double gain_db, double q)
{
	const double a = pow(10.0, gain_db / 40.0), root = sqrt(a);

	switch (type) {
	case EQ_LOW_SHELF:
		return (struct section) { { a, root / q, 1.0 },
					  { 1.0 / a, 1.0 / (root * q) } };
	case EQ_HIGH_SHELF:
		return (struct section) { { a, a * root / q, a * a }, { a, root / q } };
	case EQ_HIGH_PASS:
		return (struct section) { { 0.0, 0.0, 1.0 }, { 1.0, 1.0 / q } };
	case EQ_LOW_PASS:
		return (struct section) { { 1.0, 0.0, 0.0 }, { 1.0, 1.0 / q } };
	case EQ_NOTCH:
		return (struct section) { { 1.0, 0.0, 1.0 }, { 1.0, 1.0 / q } };
	case EQ_TILT:
		return (struct section) { { 1.0, root / q, a }, { a, root / q } };
	case EQ_BELL:
	default:
		return (struct section) { { 1.0, a / q, 1.0 }, { 1.0, 1.0 / (a * q) } };
	}
}

static inline bool eq_needs_gain(enum eq_type type)
{
	return type == EQ_BELL || type == EQ_LOW_SHELF || type == EQ_HIGH_SHELF ||
	       type == EQ_TILT;
}

/* The paths that a band with this setting of `channels` works on. */
static inline bool eq_takes(enum eq_way way, enum eq_channels where, int channel_count)
{
	/* One channel has no side and no right; mid and left are the signal itself. */
	const bool stereo = channel_count >= 2;

	switch (way) {
	case EQ_WAY_LEFT:
		return where == EQ_STEREO || where == EQ_LEFT ||
		       (where == EQ_MID && !stereo);
	case EQ_WAY_RIGHT:
		return stereo && (where == EQ_STEREO || where == EQ_RIGHT);
	case EQ_WAY_REST:
		return channel_count > 2 && where == EQ_STEREO;
	case EQ_WAY_MID:
		return stereo && where == EQ_MID;
	case EQ_WAY_SIDE:
		return stereo && where == EQ_SIDE;
	default:
		return false;
	}
}

#endif
