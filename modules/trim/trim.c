/* trim.c - gain, balance, swap, polarity, DC blocker. Audio thread.
 *
 *   in 1 --own-->(+)-- blocker --> out 1      every arrow is one smoothed gain, so a
 *       \_other_/ \                           swap or a polarity is a fade as well
 *   in 2 --own-->(+)-- blocker --> out 2
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "modules/trim/trim.h"

#define TINY 1e-10 /* -200 dBFS */

/* The target gains: own[] and other[] of each output. */
static void trim_targets(const float *values, int channels, double *own, double *other)
{
	const double gain = db_gain((double)values[TRIM_GAIN]);
	const double balance = (double)values[TRIM_BALANCE] / 100.0;
	const bool swap = values[TRIM_SWAP] != 0.0f && channels >= 2;

	other[0] = other[1] = 0.0;
	for (int c = 0; c < channels; c++) {
		double g = gain;
		if (channels >= 2 && c == 0 && balance > 0.0)
			g *= 1.0 - balance;
		if (c == 1 && balance < 0.0)
			g *= 1.0 + balance;
		if (values[TRIM_POLARITY + c] != 0.0f)
			g = -g;
		own[c] = swap && c < 2 ? 0.0 : g;
		if (swap && c < 2)
			other[c] = g;
	}
}

static void trim_aim(struct trim *trim, const struct piece *piece)
{
	double own[CHANNELS_MAX], other[2];

	trim_targets(piece->values, piece->channels, own, other);
	const double blocker = piece->values[TRIM_DC_BLOCK] != 0.0f ? 1.0 : 0.0;
	const int length = smooth_frames(trim->rate);
	if (!trim->started) {
		for (int c = 0; c < piece->channels; c++)
			smooth_jump(&trim->own[c], own[c]);
		for (int c = 0; c < 2; c++)
			smooth_jump(&trim->other[c], other[c]);
		smooth_jump(&trim->blocker, blocker);
		trim->started = true;
		return;
	}
	for (int c = 0; c < piece->channels; c++)
		smooth_aim(&trim->own[c], own[c], length);
	for (int c = 0; c < 2; c++)
		smooth_aim(&trim->other[c], other[c], length);
	/* Its low-pass must settle before it is heard. */
	if (blocker == 0.0 || trim->warm >= length)
		smooth_aim(&trim->blocker, blocker, length);
}

/* to = a gain(n) + b gain_b(n), the second only when it is there. */
static void trim_mix(struct trim *trim, int channel, const float *a, const float *b,
		     float *to, int frames)
{
	struct smooth *own = &trim->own[channel];
	struct smooth *other = channel < 2 ? &trim->other[channel] : NULL;
	const bool crossed = other && (other->moving || other->settled != 0.0);
	const int length = smooth_frames(trim->rate);

	if (!own->moving && !crossed) {
		const float gain = (float)own->settled;
		for (int n = 0; n < frames; n++)
			to[n] = a[n] * gain;
		return;
	}
	double gain[GRID_FRAMES], gain_b[GRID_FRAMES];
	smooth_run(own, length, gain, frames);
	if (!crossed) {
		for (int n = 0; n < frames; n++)
			to[n] = (float)((double)a[n] * gain[n]);
		return;
	}
	smooth_run(other, length, gain_b, frames);
	for (int n = 0; n < frames; n++) {
		const double direct = (double)a[n] * gain[n];
		to[n] = (float)((double)b[n] * gain_b[n] + direct);
	}
}

/* A one-pole high-pass: y = x - low(x). */
static void trim_block(struct trim *trim, const double *amount, float *x, double *dc,
		       const struct piece *piece)
{
	const double rate = trim->blocker_rate;
	double low = *dc;

	for (int n = 0; n < piece->frames; n++) {
		low += rate * ((double)x[n] - low);
		/* Sample by sample: the cut of silence must not change the result. */
		if (x[n] == 0.0f && fabs(low) < TINY)
			low = 0.0;
		x[n] = (float)((double)x[n] - amount[n] * low);
	}
	*dc = low;
}

static void trim_process(void *state, const struct piece *piece) REALTIME
{
	struct trim *trim = state;
	const int frames = piece->frames;

	if (piece->frame % GRID_FRAMES == 0 || !trim->started)
		trim_aim(trim, piece);
	/* Outputs may be the inputs: the first two are mixed from a copy. */
	float first[GRID_FRAMES];
	memcpy(first, piece->in[0], (size_t)frames * sizeof(*first));
	for (int c = 0; c < piece->channels; c++) {
		const float *b = NULL;
		if (c < 2 && piece->channels >= 2)
			b = c == 0 ? piece->in[1] : first;
		trim_mix(trim, c, c == 0 ? first : piece->in[c], b ? b : first,
			 piece->out[c], frames);
	}
	const bool wanted = piece->values[TRIM_DC_BLOCK] != 0.0f;
	if (!wanted && !trim->blocker.moving && trim->blocker.settled == 0.0) {
		memset(trim->dc, 0, sizeof(trim->dc));
		trim->warm = 0;
		return;
	}
	if (trim->warm < trim->rate)
		trim->warm += frames;
	double amount[GRID_FRAMES];
	smooth_run(&trim->blocker, smooth_frames(trim->rate), amount, frames);
	for (int c = 0; c < piece->channels; c++)
		trim_block(trim, amount, piece->out[c], &trim->dc[c], piece);
}

static void trim_adopt(void *state, const void *old) REALTIME
{
	memcpy(state, old, sizeof(struct trim));
}

MODULE_KERNEL(trim) = { .process = trim_process, .adopt = trim_adopt };
