/* transparent.h - multiband's shelves between neighbouring gains. Audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MULTIBAND_TRANSPARENT_H
#define LATHE_MULTIBAND_TRANSPARENT_H

#include "modules/multiband/work.h"

/* For each shelf: a quarter of the step in gain between the bands above and below it,
 * in log2 units. For the highest band: its gain, which applies to all. */
static inline float step_of(const float *reduction, const float *lift, int lane,
			    bool top)
{
	return top ? lift[lane] - reduction[lane]
		   : 0.25f * (lift[lane] - lift[lane + 1] + reduction[lane + 1] -
			      reduction[lane]);
}

/* Transposes four frames of up to four bands. */
static inline void steps_of_four(const struct work *w, const float *lift, int n,
				 channel_row *steps)
{
	const float *from = w->gain + n * 4;

	const quad a = quad_load(from), b = quad_load(from + 4);
	const quad c = quad_load(from + 8), d = quad_load(from + 12);
	const quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
	const quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
	const quad ef = __builtin_shufflevector(a, b, 2, 6, 3, 7);
	const quad gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
	const quad band[4] = { __builtin_shufflevector(ab, cd, 0, 1, 4, 5),
			       __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
			       __builtin_shufflevector(ef, gh, 0, 1, 4, 5),
			       __builtin_shufflevector(ef, gh, 2, 3, 6, 7) };
	const int top = w->bands - 1;

	for (int lane = 0; lane < top; lane++) {
		const quad down = (lift[lane] - lift[lane + 1]) + band[lane + 1];
		quad_store(steps[lane] + n, 0.25f * (down - band[lane]));
	}
	quad_store(steps[top] + n, lift[top] - band[top]);
}

static inline void steps_run(const struct work *w, const float *lift,
			     channel_row *steps)
{
	for (int n = 0; n < w->frames && w->lanes == 4; n += 4)
		steps_of_four(w, lift, n, steps);
	for (int lane = 0; lane < w->bands; lane++) {
		for (int n = 0; n < w->frames && w->lanes != 4; n++)
			steps[lane][n] = step_of(w->gain + n * w->lanes, lift, lane,
						 lane == w->bands - 1);
		for (int n = w->frames; n % VEC_FLOATS; n++)
			steps[lane][n] = 0;
	}
}

/* change[]: two channels, or mid and side, side with its own steps. */
static inline void shelves_run(struct multiband_voice *voice, const struct work *w,
			       int pair, channel_row *mid, channel_row *side,
			       const shelves_v *x, shelves_v *change)
{
	const struct multiband_numbers *n = &voice->numbers;
	struct shelves_path path[2];

	memset(change, 0, (size_t)w->frames * sizeof(*change));
	for (int shelf = w->bands - 2; shelf >= 0; shelf--) {
		const float g = n->shelves.g[shelf];
		shelves_follow(g, mid[shelf], &path[0], w->frames);
		if (side != mid)
			shelves_follow(g, side[shelf], &path[1], w->frames);
		shelves_one(&voice->shelves[pair], shelf, &path[0],
			    side != mid ? &path[1] : &path[0], x, change, w->frames);
	}
}

/* Applies the gain of the highest band. */
static inline void top_run(const struct work *w, const float *mid, const float *side,
			   const shelves_v *x, shelves_v *change)
{
	channel_row gain[2];

	for (int i = 0; i < w->frames; i += VEC_FLOATS) {
		vf_store(gain[0] + i, vf_exp2(vf_load(mid + i)) - 1.0f);
		vf_store(gain[1] + i, vf_exp2(vf_load(side + i)) - 1.0f);
	}
	for (int i = 0; i < w->frames; i++) {
		const shelves_v top = { (double)gain[0][i], (double)gain[1][i] };
		const shelves_v y = x[i] + change[i];
		change[i] = top * y + change[i];
	}
}

static inline void transparent_run(const struct multiband_state *s,
				   struct multiband_voice *voice, struct work *w,
				   channel_row *out)
{
	const bool stereo = s->channels == 2;

	shelves_v x[GRID_FRAMES], change[GRID_FRAMES];
	channel_row mid[BANDS_MAX], apart[BANDS_MAX];
	channel_row *const side = voice->numbers.wide ? apart : mid;
	const int top = w->bands - 1;

	steps_run(w, voice->numbers.lift, mid);
	if (side != mid)
		steps_run(w, voice->numbers.side_lift, side);
	for (int c = 0; c < s->channels; c += 2) {
		const int d = c + 1 < s->channels ? c + 1 : c;
		const float *left = w->piece->in[c], *right = w->piece->in[d];
		for (int n = 0; n < w->frames; n++) {
			const double l = (double)left[n], r = (double)right[n];
			x[n] = stereo ? (shelves_v) { 0.5 * (l + r), 0.5 * (l - r) }
				      : (shelves_v) { l, r };
		}
		shelves_run(voice, w, c / 2, mid, side, x, change);
		top_run(w, mid[top], side[top], x, change);
		for (int n = 0; n < w->frames; n++) {
			const double a = change[n][0], b = change[n][1];
			const double l = stereo ? a + b : a, r = stereo ? a - b : b;
			out[c][n] = (float)((double)left[n] + l);
			out[d][n] = (float)((double)right[n] + r);
		}
	}
}

#endif
