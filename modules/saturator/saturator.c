/* saturator.c - the audio thread's part of saturator.
 *
 *   in --+-> range -> emphasis -> up -> f(x) - x -> down -> 1/emphasis -> 5 Hz -> mix --+-> level -> out
 *        '-> delay ---------------------------------------------------------------------'
 *
 * Only what the curve adds passes the resampling filters: the programme itself is merely
 * delayed, so that it stays flat, and bit-exact without drive.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "modules/saturator/saturator.h"

/* The curve is P(s) = (315 s - 420 s^3 + 378 s^5 - 180 s^7 + 35 s^9) / 128 for |s| <= 1
 * and flat beyond: nearly a hyperbolic tangent, smooth to the fourth derivative. Being
 * a polynomial, its mean between two neighbours a and b, the antiderivative's slope
 * (Parker, Zavalishin and Le Bivic, DAFx 2016), needs no difference of antiderivatives:
 * with h(n) the sum of all products of n factors a^2 or b^2,
 *     mean of s^(2n + 1) = (a + b) h(n) / (2n + 2),    h(n) = (a^2 + b^2) h(n-1) - a^2 b^2 h(n-2).
 * Where the way from a to b leaves -1..1, its parts inside, above and below weigh by
 * their lengths, which are exact however short the way is. */
struct place {
	vf x, inside, above, below, square;
};

static inline struct place place_of(vf x)
{
	const vf one = vf_all(1.0f);
	struct place p = { .x = x };

	p.above = vf_max(x, one);
	p.below = vf_min(x, -one);
	p.inside = vf_max(vf_min(x, one), -one);
	p.square = p.inside * p.inside;
	return p;
}

static inline vf mean_inside(const struct place *a, const struct place *b)
{
	const vf h1 = a->square + b->square, product = a->square * b->square;
	const vf h2 = h1 * h1 - product;
	const vf h3 = h1 * h2 - product * h1;
	const vf h4 = h1 * h3 - product * h2;
	vf sum = (float)(-420.0 / 128 / 4) * h1 + (float)(315.0 / 128 / 2);

	sum = (float)(378.0 / 128 / 6) * h2 + sum;
	sum = (float)(-180.0 / 128 / 8) * h3 + sum;
	sum = (float)(35.0 / 128 / 10) * h4 + sum;
	return (a->inside + b->inside) * sum;
}

static inline vf mean_between(const struct place *a, const struct place *b)
{
	const vf way = b->x - a->x, inside = b->inside - a->inside;
	const vf outside = (b->above - a->above) - (b->below - a->below);
	const vf mean = mean_inside(a, b);
	const vi still = way == vf_all(0.0f);
	const vf sum = inside * mean + outside;

	return vf_select(still, mean, sum) / vf_select(still, vf_all(1.0f), way);
}

/* Phase by phase the mean of f(x) - x since the phase before, f(x) = scale (P(slope x +
 * offset) - P(offset)): slope 1 at rest; the offset brings even harmonics. */
static inline __attribute__((always_inline)) void
shape_phases(const struct saturator_curve *curve, float *const *in, float *const *out,
	     int frames, const int phases)
{
	const vf slope = vf_all(curve->slope), offset = vf_all(curve->offset);
	const vf scale = vf_all(curve->scale);
	const struct place rest = place_of(offset);
	const vf still = mean_inside(&rest, &rest);

	for (int n = 0; n < frames; n += VEC_FLOATS) {
		vf x = vf_load(in[phases - 1] + n - 1);
		struct place before = place_of(slope * x + offset);
#pragma GCC unroll 4
		for (int p = 0; p < phases; p++) {
			const vf next = vf_load(in[p] + n);
			const struct place now = place_of(slope * next + offset);
			const vf bent = mean_between(&before, &now) - still;
			vf_store(out[p] + n, scale * bent - 0.5f * (x + next));
			before = now;
			x = next;
		}
	}
}

static void shape(const struct saturator_curve *curve, const struct oversample_rows *in,
		  const struct oversample_rows *out, int phases, int frames)
{
	if (phases == 4)
		shape_phases(curve, in->row, out->row, frames, 4);
	else
		shape_phases(curve, in->row, out->row, frames, 2);
}

static double filter_run(const struct saturator_filter *f, double s[2], double x)
{
	const double y = f->b0 * x + s[0];

	s[0] = (f->b1 * x + s[1]) - f->a1 * y;
	s[1] = f->b2 * x - f->a2 * y;
	return y;
}

static double shelf_run(const struct saturator_shelf *f, double *s, double x)
{
	const double y = f->b0 * x + *s;

	*s = f->b1 * x - f->a1 * y;
	return y;
}

/* The input of the curve: the range, emphasised. */
static void feed(const struct saturator_numbers *numbers,
		 struct saturator_channel *channel, const float *in, float *out,
		 int frames)
{
	if (!numbers->filters && !numbers->emphasised) {
		memcpy(out, in, (size_t)frames * sizeof(float));
		return;
	}
	for (int n = 0; n < frames; n++) {
		double x = (double)in[n];
		for (int f = 0; f < numbers->filters; f++)
			x = filter_run(&numbers->filter[f], channel->filter[f], x);
		if (numbers->emphasised)
			x = shelf_run(&numbers->emphasis, &channel->emphasis, x);
		out[n] = (float)x;
	}
}

/* The output of the curve: undoes the emphasis, removes an asymmetric offset. */
static void finish(const struct saturator *saturator,
		   const struct saturator_numbers *numbers,
		   struct saturator_channel *channel, float *added, int frames)
{
	const bool lopsided = numbers->lopsided;

	if (!numbers->emphasised && !lopsided)
		return;
	for (int n = 0; n < frames; n++) {
		double x = (double)added[n];
		if (numbers->emphasised)
			x = shelf_run(&numbers->inverse, &channel->inverse, x);
		if (lopsided) {
			const double seen = ++channel->blocked;
			const double mean = seen < 1 ? 1 : 1 / seen;
			const double slow = saturator->blocker_rate;
			channel->blocker +=
				(x - channel->blocker) * (mean > slow ? mean : slow);
			x -= channel->blocker;
		}
		added[n] = (float)x;
	}
}

static void channel_rest(struct saturator_channel *channel)
{
	const double quiet = 1e-10;
	double *const memory[] = { &channel->emphasis,     &channel->inverse,
				   &channel->blocker,      &channel->filter[0][0],
				   &channel->filter[0][1], &channel->filter[1][0],
				   &channel->filter[1][1] };

	for (size_t i = 0; i < sizeof(memory) / sizeof(*memory); i++)
		if (fabs(*memory[i]) < quiet)
			*memory[i] = 0;
}

/* One channel through one half: out = level (dry + wet * added). Returns the peak added. */
static float half_run(const struct saturator *saturator, struct saturator_half *half,
		      int c, const float *in, const float *dry, float *out, int frames)
{
	const struct saturator_numbers *numbers = &half->numbers;
	struct saturator_channel *channel = &half->channel[c];
	float added[GRID_FRAMES + 16];
	struct oversample_work raised, bent;

	if (!numbers->driven) {
		for (int n = 0; n < frames; n += VEC_FLOATS)
			vf_store(out + n, numbers->level * vf_load(dry + n));
		return 0;
	}
	feed(numbers, channel, in, added, frames);
	const struct oversample_rows from = oversample_raise(&channel->oversample,
							     &saturator->design, added,
							     &raised, frames),
				     to = oversample_room(&saturator->design, &bent);
	shape(&numbers->curve, &from, &to, 1 << saturator->design.stages, frames);
	oversample_lower(&channel->oversample, &saturator->design, &bent, added,
			 frames);
	finish(saturator, numbers, channel, added, frames);
	vf most = { 0 };
	memset(added + frames, 0, VEC_BYTES);
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		const vf x = numbers->wet * vf_load(added + n);
		most = vf_max(most, vf_abs(x));
		vf_store(out + n, numbers->level * (vf_load(dry + n) + x));
	}
	return vf_peak(most);
}

/* ---- the piece ------------------------------------------------------------------- */

static void take_values(struct saturator *saturator, const struct piece *piece)
{
	const struct saturator_numbers *numbers = piece->numbers;
	struct saturator_half *playing = &saturator->half[saturator->fade.playing];

	for (int c = 0; saturator->cell_silent && c < piece->channels; c++)
		channel_rest(&playing->channel[c]);
	saturator->cell_silent = true;
	if (!saturator->started) {
		saturator->started = true;
		playing->numbers = *numbers;
	} else if (!saturator->fade.running &&
		   memcmp(&playing->numbers, numbers, sizeof(*numbers)) != 0) {
		/* The offset of an asymmetric curve settles before it is heard. */
		const int wait = numbers->lopsided ? saturator->settle_frames : 0;
		struct saturator_half *next =
			&saturator->half[crossfade_start(&saturator->fade, wait)];
		memcpy(next->channel, playing->channel,
		       (size_t)piece->channels * sizeof(next->channel[0]));
		next->numbers = *numbers;
		for (int c = 0; c < piece->channels; c++)
			next->channel[c].blocked = -0.25 * wait;
	}
	match_aim(&saturator->match, numbers->match);
}

/* Channels that the match measures together. */
struct saturator_pair {
	float dry[2][SATURATOR_DELAY + GRID_FRAMES];
	float wet[2][GRID_FRAMES + 16];
};

/* One channel, into the pair's places; `playing` as it was before the fade went on.
 * Returns the peak of what the curve added. */
static float channel_run(struct saturator *saturator, const struct piece *piece, int c,
			 int playing, const float *weight, struct saturator_pair *pair)
{
	const int frames = piece->frames, delay = saturator->design.latency;
	float in[GRID_FRAMES], other[GRID_FRAMES + 16];
	float *line = pair->dry[c & 1], *out = pair->wet[c & 1];

	memcpy(in, piece->in[c], (size_t)frames * sizeof(float));
	memcpy(line, saturator->dry[c], (size_t)delay * sizeof(float));
	memcpy(line + delay, in, (size_t)frames * sizeof(float));
	memcpy(saturator->dry[c], line + frames, (size_t)delay * sizeof(float));
	const float most = half_run(saturator, &saturator->half[playing], c, in, line,
				    out, frames);
	if (weight) {
		half_run(saturator, &saturator->half[1 - playing], c, in, line, other,
			 frames);
		crossfade_mix(weight, other, out, frames);
	}
	memcpy(piece->out[c], out, (size_t)frames * sizeof(float));
	return most;
}

/* `levels` of the playing and the coming half: the match corrects what drive adds, not
 * the level that is set. `last` is the newer channel of the pair. */
static void pair_hear(struct saturator *saturator, int last, int channels,
		      const float levels[2], const float *weight,
		      struct saturator_pair *pair, int frames)
{
	const int count = 1 + (last & 1);

	for (int n = 0; n < frames; n++) {
		const float level =
			weight ? levels[0] + weight[n] * (levels[1] - levels[0])
			       : levels[0];
		for (int c = 0; c < count; c++)
			pair->wet[c][n] /= level;
	}
	const float *const four[KWEIGHT_QUAD] = { pair->dry[0], pair->dry[count - 1],
						  pair->wet[0], pair->wet[count - 1] };
	match_hear(&saturator->match, last - (last & 1), channels, four, frames);
}

static void saturator_process(void *state, const struct piece *piece) REALTIME;
static void saturator_process(void *state, const struct piece *piece)
{
	struct saturator *saturator = state;
	const int frames = piece->frames, channels = piece->channels;

	if (piece->frame % GRID_FRAMES == 0 || !saturator->started)
		take_values(saturator, piece);
	const int heard = saturator->fade.playing;
	const struct saturator_numbers *playing = &saturator->half[heard].numbers;
	const struct saturator_numbers *coming = &saturator->half[1 - heard].numbers;
	const bool matched = playing->match || coming->match;
	const float levels[2] = { playing->level, coming->level };
	float weights[GRID_FRAMES], most = 0;
	const float *weight = saturator->fade.running ? weights : NULL;
	struct saturator_pair pair;
	if (weight)
		crossfade_run(&saturator->fade, saturator->fade_frames, weights,
			      frames);
	for (int c = 0; c < channels; c++) {
		most = fmaxf(most,
			     channel_run(saturator, piece, c, heard, weight, &pair));
		if (matched && (c & 1 || c == channels - 1))
			pair_hear(saturator, c, channels, levels, weight, &pair,
				  frames);
	}
	piece->meters[SATURATOR_METER_MATCH] = saturator->match.gain;
	piece->meters[SATURATOR_METER_HARMONICS] = most;
	match_apply(&saturator->match, piece);
	saturator->cell_silent = saturator->cell_silent && piece->silent;
}

static void saturator_adopt(void *state, const void *old) REALTIME;
static void saturator_adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct saturator));
}

_Static_assert(sizeof(struct saturator) <= ADOPT_BYTES_MAX, "adopt() copies it all");
MODULE_KERNEL(saturator) = { .process = saturator_process, .adopt = saturator_adopt };
