/* clipper.c - the audio thread's part of clipper.
 *
 *   in --+-> up -> gain -> c(x) - x, antiderivative -> down --+-> out
 *        '-> delay -> gain -----------------------------------'
 *
 * The curve is straight up to a = start, bends as a parabola over w = width, and is flat
 * beyond. What it takes away is r(x) = c(x) - x = -(p^2 - q^2) / 2w with p = max(|x| - a, 0)
 * and q = max(p - w, 0): nothing at all below the bend, so the programme passes bit for bit.
 * Antiderivative anti-aliasing, first order: Parker, Zavalishin and Le Bivic, "Reducing the
 * aliasing of nonlinear waveshaping using continuous-time convolution", DAFx 2016.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/clipper/clipper.h"

/* p, q, and the share of the bend that lies below |x|. */
struct bend {
	vd p, q, share;
};

static struct bend bend_at(const struct clipper_numbers *numbers, vd x)
{
	const vd width = vd_all(numbers->width);
	struct bend b;

	b.p = vd_max(vd_abs(x) - vd_all(numbers->start), vd_all(0));
	b.q = vd_max(b.p - width, vd_all(0));
	b.share = vd_min(b.p, width) / width;
	return b;
}

/* r(x), for x >= 0; and its antiderivative, the same for x and -x. */
static vd bend_value(struct bend b)
{
	return -0.5 * b.share * (b.p + b.q);
}

static vd bend_antiderivative(struct bend b)
{
	return (-1.0 / 6) * b.share * (b.p * b.p + b.p * b.q + b.q * b.q);
}

static vd vd_from(const float *from)
{
	vd v;

	for (int i = 0; i < VEC_DOUBLES; i++)
		v[i] = (double)from[i];
	return v;
}

static vd with_sign(vd size, vd sign)
{
	const vl bit = INT64_MIN - (vl) { 0 };

	return (vd)((vl)size ^ ((vl)sign & bit));
}

/* slope[n]: the mean of r between before[n] and x[n], gain applied. */
static void mean_slope(const struct clipper_numbers *numbers, const float *before,
		       const float *x, float *slope, int frames)
{
	const vd gain = vd_all((double)numbers->gain);

	for (int n = 0; n < frames; n += VEC_DOUBLES) {
		const vd a = gain * vd_from(before + n), b = gain * vd_from(x + n);
		const vd step = b - a;
		const vd middle = 0.5 * (a + b);
		const vl near = vd_abs(step) < vd_all(1e-5);
		const vd rise = bend_antiderivative(bend_at(numbers, b)) -
				bend_antiderivative(bend_at(numbers, a));
		const vd here = with_sign(bend_value(bend_at(numbers, middle)), middle);
		const vd mean = rise / vd_select(near, vd_all(1), step);
		const vd out = vd_select(near, here, mean);
		for (int i = 0; i < VEC_DOUBLES; i++)
			slope[n + i] = (float)out[i];
	}
}

static bool reaches_bend(const struct clipper_numbers *numbers, const float *x,
			 int frames)
{
	float most = 0;

	for (int n = 0; n < frames; n++) {
		const float size = x[n] < 0 ? -x[n] : x[n];
		most = size > most ? size : most;
	}
	return (double)most * (double)numbers->gain > numbers->start;
}

/* Phases of the input -> phases of what clipping takes away. */
static void clip_phases(const struct clipper_numbers *numbers,
			const struct oversample_rows *x,
			const struct oversample_rows *y, int phases, int frames)
{
	/* The last phase of the frame before, which precedes the first phase. */
	const float *late = x->row[phases - 1] - 1;
	bool bent = reaches_bend(numbers, late, 1);

	for (int p = 0; p < phases; p++)
		bent |= reaches_bend(numbers, x->row[p], frames);
	if (!bent) {
		for (int p = 0; p < phases; p++)
			memset(y->row[p], 0, (OVERSAMPLE_FRAMES + 16) * sizeof(float));
		return;
	}
	for (int p = 0; p < phases; p++)
		mean_slope(numbers, p ? x->row[p - 1] : late, x->row[p], y->row[p],
			   frames);
}

/* Plays one channel through one half. Returns the largest amount taken away. */
static float half_run(const struct clipper *clipper, struct clipper_half *half, int c,
		      const float *in, const float *dry, float *out, int frames)
{
	const struct clipper_numbers *numbers = &half->numbers;
	struct clipper_channel *channel = &half->channel[c];
	float work[GRID_FRAMES + 16];
	struct oversample_work raised, clipped;
	const struct oversample_rows from = oversample_raise(&channel->oversample,
							     &clipper->design, in,
							     &raised, frames),
				     to = oversample_room(&clipper->design, &clipped);

	clip_phases(numbers, &from, &to, 1 << clipper->design.stages, frames);
	oversample_lower(&channel->oversample, &clipper->design, &clipped, work,
			 frames);
	vf most = { 0 };
	memset(work + frames, 0, VEC_BYTES);
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		const vf taken = vf_load(work + n);
		most = vf_max(most, vf_abs(taken));
		vf_store(out + n, numbers->gain * vf_load(dry + n) + taken);
	}
	return vf_peak(most);
}

static void take_values(struct clipper *clipper, const struct piece *piece)
{
	const struct clipper_numbers *numbers = piece->numbers;
	struct clipper_half *playing = &clipper->half[clipper->fade.playing];

	if (!clipper->started) {
		clipper->started = true;
		playing->numbers = *numbers;
	} else if (!clipper->fade.running &&
		   memcmp(&playing->numbers, numbers, sizeof(*numbers)) != 0) {
		struct clipper_half *next =
			&clipper->half[crossfade_start(&clipper->fade, 0)];
		memcpy(next->channel, playing->channel,
		       (size_t)piece->channels * sizeof(next->channel[0]));
		next->numbers = *numbers;
	}
}

static void clipper_process(void *state, const struct piece *piece) REALTIME;
static void clipper_process(void *state, const struct piece *piece)
{
	struct clipper *clipper = state;
	const int frames = piece->frames, delay = clipper->design.latency;

	if (piece->frame % GRID_FRAMES == 0 || !clipper->started)
		take_values(clipper, piece);
	struct clipper_half *playing = &clipper->half[clipper->fade.playing];
	struct clipper_half *coming = &clipper->half[1 - clipper->fade.playing];
	const bool fading = clipper->fade.running;
	float weight[GRID_FRAMES], line[CLIPPER_DELAY + GRID_FRAMES],
		other[GRID_FRAMES + 16];
	if (fading)
		crossfade_run(&clipper->fade, clipper->fade_frames, weight, frames);
	float most = 0;
	for (int c = 0; c < piece->channels; c++) {
		float in[GRID_FRAMES], out[GRID_FRAMES + 16];
		memcpy(in, piece->in[c], (size_t)frames * sizeof(float));
		memcpy(line, clipper->dry[c], (size_t)delay * sizeof(float));
		memcpy(line + delay, in, (size_t)frames * sizeof(float));
		memcpy(clipper->dry[c], line + frames, (size_t)delay * sizeof(float));
		const float taken =
			half_run(clipper, playing, c, in, line, out, frames);
		most = taken > most ? taken : most;
		if (fading) {
			half_run(clipper, coming, c, in, line, other, frames);
			crossfade_mix(weight, other, out, frames);
		}
		memcpy(piece->out[c], out, (size_t)frames * sizeof(float));
	}
	const float ceiling = playing->numbers.ceiling;
	piece->meters[CLIPPER_METER_GR] = (ceiling + most) / ceiling;
	piece->meters[CLIPPER_METER_CLIPPED] = most;
}

static void clipper_adopt(void *state, const void *old) REALTIME;
static void clipper_adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct clipper));
}

_Static_assert(sizeof(struct clipper) <= ADOPT_BYTES_MAX, "adopt() copies it all");
MODULE_KERNEL(clipper) = { .process = clipper_process, .adopt = clipper_adopt };
