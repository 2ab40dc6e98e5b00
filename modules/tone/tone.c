/* tone.c - the audio thread's part of tone.
 *
 *   in --(programme: all, or what the tone leaves)--(+)--> out
 *   frame number --> sine, noise or sweep --> gain --'
 *
 * Everything except the filter of pink noise is a function of the frame number, so that
 * a render repeats what was played, wherever it begins.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/tone/tone.h"

#include <math.h>
#include <string.h>

#include "dsp/noise.h"

typedef double tone_row[GRID_FRAMES];

/* sin(2 pi x) for -1/2 <= x < 1/2, by the sine's series up to a quarter turn: 5e-14. */
static double sine(double x)
{
	const double half = x < 0 ? -0.5 : 0.5;
	const double y = fabs(x) > 0.25 ? half - x : x;
	const double z = 6.283185307179586477 * y;
	const double q = z * z;
	double s = 2.8114572543455206e-15;

	s = s * q - 7.6471637318198164e-13;
	s = s * q + 1.6059043836821613e-10;
	s = s * q - 2.5052108385441720e-8;
	s = s * q + 2.7557319223985893e-6;
	s = s * q - 1.9841269841269841e-4;
	s = s * q + 8.3333333333333333e-3;
	s = s * q - 1.6666666666666667e-1;
	s = s * q + 1.0;
	return s * z;
}

static void sine_run(const struct tone_numbers *t, uint64_t frame, double *x,
		     int frames)
{
	const double scale = 0x1p-64;

	for (int n = 0; n < frames; n++) {
		const int64_t phase = (int64_t)((frame + (uint64_t)n) * t->turn);
		x[n] = t->gain * sine((double)phase * scale);
	}
}

/* 1; 0 within the breaks; 1/2 at their borders. */
static void break_run(const struct tone_numbers *t, const struct tone_breaks *breaks,
		      uint64_t frame, double *x, int frames)
{
	const double step = 1.0 / t->edge;
	int at = (int)(frame % (uint64_t)t->cycle);

	for (int n = 0; n < frames; n++) {
		for (int b = 0; b < breaks->count; b++) {
			const int in = at - breaks->at[b];
			const int out = t->broken - in;
			const double p = 0.5 + (in < out ? in : out) * step;
			if (p > 0)
				x[n] *= 1 - smooth_shape(p < 1 ? p : 1);
		}
		at = at + 1 < t->cycle ? at + 1 : 0;
	}
}

/* The sum of four uniform numbers is nearly normal. */
static void noise_run(uint64_t frame, int channel, double gain, double *x, int frames)
{
	for (int n = 0; n < frames; n++) {
		const uint64_t z = noise_bits(frame + (uint64_t)n, channel, NOISE_TONE);
		const int64_t sum = (int64_t)(z & 0xffff) +
				    (int64_t)(z >> 16 & 0xffff) +
				    (int64_t)(z >> 32 & 0xffff) + (int64_t)(z >> 48);
		x[n] = gain * (double)(sum - 131070);
	}
}

static void sweep_run(const struct tone_half *half, uint64_t frame, double *x,
		      int frames)
{
	const struct tone_numbers *t = &half->numbers;
	const double step = 1.0 / t->edge;
	int at = (int)((frame - half->start) % (uint64_t)t->sweep_cycle);

	for (int n = 0; n < frames; n++) {
		const int left = t->sweep_frames - at;
		const double p = (at < left ? at : left) * step;
		x[n] = 0;
		if (p > 0) {
			const double turns =
				t->sweep_turns * (exp(t->sweep_growth * at) - 1);
			const double size = t->gain * smooth_shape(p < 1 ? p : 1);
			x[n] = size * sine(turns - rint(turns));
		}
		at = at + 1 < t->sweep_cycle ? at + 1 : 0;
	}
}

/* The tone of one channel, without the programme. */
static void channel_run(struct tone_half *half, uint64_t frame, int c, double *x,
			int frames)
{
	const struct tone_numbers *t = &half->numbers;

	switch (t->signal) {
	case TONE_PINK:
	case TONE_WHITE:
		noise_run(frame, c, t->gain, x, frames);
		if (t->signal == TONE_PINK) {
			const struct cascade *const pink[1] = { &t->pink };
			struct cascade_state *const state[1] = { &half->pink[c] };
			double *const rows[1] = { x };
			cascade_run(pink, state, rows, frames, 1);
		}
		break;
	case TONE_SWEEP:
		sweep_run(half, frame, x, frames);
		break;
	case TONE_EBU:
	case TONE_GLITS:
	case TONE_SINE:
		sine_run(t, frame, x, frames);
		if (t->signal != TONE_SINE && c < 2)
			break_run(t, &t->breaks[c], frame, x, frames);
		break;
	case TONE_OFF:
	default:
		memset(x, 0, (size_t)frames * sizeof(*x));
	}
}

/* Plays one channel with this setting. */
static void half_run(struct tone_half *half, const struct piece *piece, int c,
		     const float *in, float *out)
{
	const struct tone_numbers *t = &half->numbers;
	const bool sounds = t->only < 0 || t->only == c;
	const int frames = piece->frames;

	tone_row x;
	if (t->signal == TONE_OFF) {
		memcpy(out, in, (size_t)frames * sizeof(*out));
		return;
	}
	if (sounds)
		channel_run(half, piece->frame, c, x, frames);
	for (int n = 0; n < frames; n++) {
		const float made = sounds ? (float)x[n] : 0;
		out[n] = t->adds ? in[n] + made : made;
	}
}

static void take_values(struct tone *tone, const struct piece *piece)
{
	const struct tone_numbers *numbers = piece->numbers;
	struct tone_half *playing = &tone->half[tone->fade.playing];

	if (!tone->started) {
		tone->started = true;
		playing->numbers = *numbers;
		playing->start = piece->frame;
	} else if (!tone->fade.running && playing->numbers.serial != numbers->serial) {
		struct tone_half *next = &tone->half[crossfade_start(&tone->fade, 0)];
		const bool goes_on =
			playing->numbers.signal == TONE_SWEEP &&
			playing->numbers.sweep_frames == numbers->sweep_frames;
		*next = *playing;
		next->numbers = *numbers;
		next->start = goes_on ? playing->start : piece->frame;
	}
}

static void tone_process(void *state, const struct piece *piece) REALTIME;
static void tone_process(void *state, const struct piece *piece)
{
	struct tone *tone = state;
	const int frames = piece->frames;

	if (piece->frame % GRID_FRAMES == 0 || !tone->started)
		take_values(tone, piece);
	struct tone_half *playing = &tone->half[tone->fade.playing];
	struct tone_half *coming = &tone->half[1 - tone->fade.playing];
	const bool fading = tone->fade.running;
	float weight[GRID_FRAMES], in[GRID_FRAMES], other[GRID_FRAMES];
	piece->meters[0] = playing->numbers.signal != TONE_OFF ||
			   (fading && coming->numbers.signal != TONE_OFF);
	if (fading)
		crossfade_run(&tone->fade, tone->fade_frames, weight, frames);
	for (int c = 0; c < piece->channels; c++) {
		memcpy(in, piece->in[c], (size_t)frames * sizeof(float));
		half_run(playing, piece, c, in, piece->out[c]);
		if (fading) {
			half_run(coming, piece, c, in, other);
			crossfade_mix(weight, other, piece->out[c], frames);
		}
	}
}

static void tone_adopt(void *state, const void *old) REALTIME;
static void tone_adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct tone));
}

_Static_assert(sizeof(struct tone) <= ADOPT_BYTES_MAX, "adopt() copies it all");
MODULE_KERNEL(tone) = { .process = tone_process, .adopt = tone_adopt };
