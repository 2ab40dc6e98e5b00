/* linear.h - multiband's linear phase: what the gains change in the delayed input. Audio
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MULTIBAND_LINEAR_H
#define LATHE_MULTIBAND_LINEAR_H

#include "modules/multiband/work.h"

/* The input's last frames, for all voices. */
static inline void past_keep(struct multiband_state *s, const struct piece *piece)
{
	for (int c = 0; c < s->channels; c += 2) {
		const int d = c + 1 < s->channels ? c + 1 : c;
		const float *left = piece->in[c], *right = piece->in[d];
		lowpass_v *past = s->past[c / 2];
		for (int i = 0; i < piece->frames; i++)
			past[((uint32_t)piece->frame + (uint32_t)i) & s->mask] =
				(lowpass_v) { (double)left[i], (double)right[i] };
	}
}

/* Rows of four bands of two channels. */
static inline void rows_of_four(lowpass_v to[BANDS_MAX][GRID_FRAMES], float *row,
				int stride, int frames)
{
	typedef float two __attribute__((vector_size(8)));

	for (int i = 0; i < frames; i++, row += stride) {
		const lowpass_v b = to[1][i] - to[0][i], c = to[2][i] - to[1][i],
				d = to[3][i] - to[2][i];
		const two first = __builtin_convertvector(to[0][i], two);
		const two second = __builtin_convertvector(b, two);
		const two third = __builtin_convertvector(c, two);
		const two fourth = __builtin_convertvector(d, two);
		const quad low = __builtin_shufflevector(first, second, 0, 2, 1, 3);
		const quad high = __builtin_shufflevector(third, fourth, 0, 2, 1, 3);
		quad_store(row, __builtin_shufflevector(low, high, 0, 1, 4, 5));
		quad_store(row + 4, __builtin_shufflevector(low, high, 2, 3, 6, 7));
	}
}

/* What the low-passes leave of the delayed input between each other. */
static inline void lowpasses_run(struct multiband_state *s,
				 struct multiband_voice *voice, struct work *w,
				 int pair)
{
	const struct multiband_numbers *n = &voice->numbers;
	const uint32_t at = (uint32_t)w->piece->frame;
	const int top = w->bands - 1;

	lowpass_v to[BANDS_MAX][GRID_FRAMES];
	float *row = w->band + w->stride + 2 * pair * w->lanes;

	for (int lane = 0; lane < top; lane++)
		lowpass_run(&n->lowpass[lane], &voice->lowpass[pair][lane],
			    s->past[pair], s->mask, at, to[lane], w->frames);
	for (int i = 0; i < w->frames; i++) {
		const uint32_t then = at + (uint32_t)i - (uint32_t)s->delay;
		to[top][i] = s->past[pair][then & s->mask];
	}
	if (w->bands == 4 && 2 * pair + 1 < s->channels) {
		rows_of_four(to, row, w->stride, w->frames);
		return;
	}
	for (int lane = 0; lane < w->bands; lane++, row++)
		for (int i = 0; i < w->frames; i++) {
			const lowpass_v none = { 0 };
			const lowpass_v below = lane ? to[lane - 1][i] : none;
			const lowpass_v band = to[lane][i] - below;
			row[i * w->stride] = (float)band[0];
			if (2 * pair + 1 < s->channels)
				row[i * w->stride + w->lanes] = (float)band[1];
		}
}

static inline void change_sum(const struct multiband_state *s,
			      const struct multiband_numbers *n, const struct work *w,
			      int channel, float *out)
{
	const float *band = w->band + w->stride;
	const int own = channel * w->lanes, other = (1 - channel) * w->lanes;

	for (int i = 0; i < w->frames; i++) {
		const uint32_t then =
			(uint32_t)w->piece->frame + (uint32_t)i - (uint32_t)s->delay;
		const lowpass_v in = s->past[channel / 2][then & s->mask];
		quad sum = { 0 };
		for (int lane = 0; lane < w->lanes; lane += 4) {
			const float *row = band + i * w->stride + lane;
			const quad gain = quad_load(w->gain + i * w->lanes + lane);
			const quad less = gain * quad_load(n->straight + lane) - 1;
			sum = quad_load(row + own) * less + sum;
			if (n->wide) {
				const quad far = gain * quad_load(n->across + lane);
				sum = quad_load(row + other) * far + sum;
			}
		}
		out[i] = (float)(in[channel & 1] + (double)quad_sum(sum));
	}
}

/* The same for up to four bands whose sides are as wide as they come, four frames at a
 * time. */
static inline void change_sum_plain(const struct multiband_state *s,
				    const struct multiband_numbers *n,
				    const struct work *w, int channel, float *out)
{
	const float *band = w->band + w->stride + channel * 4;

	const quad straight = quad_load(n->straight);

	for (int i = 0; i < w->frames; i += 4) {
		quad x[4], in;
#pragma GCC unroll 4
		for (int k = 0; k < 4; k++) {
			const uint32_t then = (uint32_t)w->piece->frame +
					      (uint32_t)(i + k) - (uint32_t)s->delay;
			const quad gain = quad_load(w->gain + (i + k) * 4);
			in[k] = (float)s->past[channel / 2][then & s->mask]
					      [channel & 1];
			x[k] = quad_load(band + (i + k) * w->stride) *
			       (gain * straight - 1);
		}
		quad_store(out + i, in + quad_sums(x[0], x[1], x[2], x[3]));
	}
}

static inline void linear_run(const struct multiband_state *s,
			      struct multiband_voice *voice, struct work *w,
			      channel_row *out)
{
	gains_run(w);
	for (int c = 0; c < s->channels; c++)
		if (w->lanes == 4 && !voice->numbers.wide)
			change_sum_plain(s, &voice->numbers, w, c, out[c]);
		else
			change_sum(s, &voice->numbers, w, c, out[c]);
}

#endif
