/* stereo.c - the stereo image. Audio thread.
 *
 *   left, right --> side = (left - right) / 2 --> sections --> width --> side'
 *   left  + (side' - side) --.
 *   right - (side' - side) --'--> rotation, balance, mono (a 2 x 2 matrix) --> out
 *
 * Only the difference is added, so the middle never changes, and at rest all is exact.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/vec.h"
#include "modules/stereo/stereo.h"

#define TINY 1e-10 /* -200 dBFS */

static void stereo_start(struct stereo *stereo, const struct stereo_numbers *numbers)
{
	stereo->deck[0].serial = numbers->serial;
	stereo->deck[0].side = numbers->side;
	smooth_jump(&stereo->width, numbers->width);
	for (int i = 0; i < 4; i++)
		smooth_jump(&stereo->matrix[i / 2][i % 2],
			    numbers->matrix[i / 2][i % 2]);
	stereo->started = true;
}

static void stereo_grid(struct stereo *stereo, const struct stereo_numbers *numbers)
{
	const int length = smooth_frames(stereo->rate);

	smooth_aim(&stereo->width, numbers->width, length);
	for (int i = 0; i < 4; i++)
		smooth_aim(&stereo->matrix[i / 2][i % 2], numbers->matrix[i / 2][i % 2],
			   length);
	const struct stereo_deck *from = &stereo->deck[stereo->fade.playing];
	if (!stereo->fade.running && numbers->serial != from->serial) {
		const double memory = cascade_memory(&numbers->side);
		const int settling = crossfade_settling(memory, stereo->rate);
		struct stereo_deck *to =
			&stereo->deck[crossfade_start(&stereo->fade, settling)];
		to->serial = numbers->serial;
		to->side = numbers->side;
		cascade_carry(&from->side, &from->state, &to->side, &to->state);
		if (cascade_has_moved(&from->side, &to->side,
				      crossfade_long_memory(stereo->rate))) {
			crossfade_begin_cold(&stereo->fade, memory, stereo->rate);
			memset(&to->state, 0, sizeof(to->state));
		}
	}
	if (stereo->cell_silent)
		for (int d = 0; d < 2; d++)
			cascade_settle(&stereo->deck[d].side, &stereo->deck[d].state,
				       1.0, TINY);
	stereo->cell_silent = true;
}

/* The side through the sections, in place. */
static void stereo_sections(struct stereo *stereo, double *side, int frames)
{
	struct stereo_deck *playing = &stereo->deck[stereo->fade.playing];
	struct stereo_deck *coming = &stereo->deck[1 - stereo->fade.playing];
	const bool fading = stereo->fade.running;
	double next[GRID_FRAMES];

	if (fading) {
		memcpy(next, side, (size_t)frames * sizeof(*next));
		crossfade_lead_in(&stereo->fade, next, frames);
		cascade_run((const struct cascade *const[]) { &coming->side },
			    (struct cascade_state *const[]) { &coming->state },
			    (double *const[]) { next }, frames, 1);
	}
	cascade_run((const struct cascade *const[]) { &playing->side },
		    (struct cascade_state *const[]) { &playing->state },
		    (double *const[]) { side }, frames, 1);
	if (!fading)
		return;
	float weight[GRID_FRAMES];
	crossfade_run(&stereo->fade, smooth_frames(stereo->rate), weight, frames);
	crossfade_mix_doubles(weight, next, side, frames);
}

/* Sections and width, if any of them is moving. */
static void stereo_side(struct stereo *stereo, float *left, float *right, int frames)
{
	double side[GRID_FRAMES], plain[GRID_FRAMES], width[GRID_FRAMES];

	for (int n = 0; n < frames; n++)
		plain[n] = side[n] = 0.5 * ((double)left[n] - (double)right[n]);
	stereo_sections(stereo, side, frames);
	smooth_run(&stereo->width, smooth_frames(stereo->rate), width, frames);
	for (int n = 0; n < frames; n++) {
		const double change = width[n] * side[n] - plain[n];
		left[n] = (float)((double)left[n] + change);
		right[n] = (float)((double)right[n] - change);
	}
}

/* Powers of vectors of frames, on their way to the sums. */
struct stereo_powers {
	vf ll, rr, lr;
};

static inline void powers_add(struct stereo_powers *powers, vf l, vf r)
{
	powers->ll = l * l + powers->ll;
	powers->rr = r * r + powers->rr;
	powers->lr = l * r + powers->lr;
}

static inline void powers_end(const struct stereo_powers *powers,
			      struct stereo_sums *sums)
{
	sums->cell[0] += (double)vf_sum(powers->ll);
	sums->cell[1] += (double)vf_sum(powers->rr);
	sums->cell[2] += (double)vf_sum(powers->lr);
}

static inline void stereo_listen_frame(struct stereo_sums *sums, float l, float r)
{
	sums->cell[0] += (double)(l * l);
	sums->cell[1] += (double)(r * r);
	sums->cell[2] += (double)(l * r);
}

static void stereo_listen(struct stereo_sums *sums, const float *left,
			  const float *right, int frames)
{
	struct stereo_powers powers = { 0 };
	int n = 0;

	for (; n + VEC_FLOATS <= frames; n += VEC_FLOATS)
		powers_add(&powers, vf_load(left + n), vf_load(right + n));
	powers_end(&powers, sums);
	for (; n < frames; n++)
		stereo_listen_frame(sums, left[n], right[n]);
}

/* Nothing but a constant width: all in one go. */
static void stereo_width(struct stereo *stereo, float *left, float *right, int frames)
{
	const float half = 0.5f * ((float)stereo->width.settled - 1.0f);
	struct stereo_powers before = { 0 }, after = { 0 };
	int n = 0;

	for (; n + VEC_FLOATS <= frames; n += VEC_FLOATS) {
		vf l = vf_load(left + n), r = vf_load(right + n);
		const vf difference = l - r;
		powers_add(&before, l, r);
		l = half * difference + l;
		r = r - half * difference;
		powers_add(&after, l, r);
		vf_store(left + n, l);
		vf_store(right + n, r);
	}
	powers_end(&before, &stereo->before);
	powers_end(&after, &stereo->after);
	for (; n < frames; n++) {
		const float difference = left[n] - right[n];
		stereo_listen_frame(&stereo->before, left[n], right[n]);
		left[n] = half * difference + left[n];
		right[n] = right[n] - half * difference;
		stereo_listen_frame(&stereo->after, left[n], right[n]);
	}
}

static bool stereo_matrix_is(const struct stereo *stereo, bool identity)
{
	for (int i = 0; i < 4; i++) {
		const struct smooth *m = &stereo->matrix[i / 2][i % 2];
		if (m->moving ||
		    (identity && m->settled != (i == 0 || i == 3 ? 1.0 : 0.0)))
			return false;
	}
	return true;
}

static void stereo_mix(struct stereo *stereo, float *left, float *right, int frames)
{
	if (stereo_matrix_is(stereo, true))
		return;
	double m[4][GRID_FRAMES];
	if (!stereo_matrix_is(stereo, false)) {
		for (int i = 0; i < 4; i++)
			smooth_run(&stereo->matrix[i / 2][i % 2],
				   smooth_frames(stereo->rate), m[i], frames);
		for (int n = 0; n < frames; n++) {
			const double l = (double)left[n], r = (double)right[n];
			const double a = m[1][n] * r, b = m[2][n] * l;
			left[n] = (float)(m[0][n] * l + a);
			right[n] = (float)(m[3][n] * r + b);
		}
		return;
	}
	/* The same arithmetic with constants. */
	const double ll = stereo->matrix[0][0].settled,
		     lr = stereo->matrix[0][1].settled;
	const double rl = stereo->matrix[1][0].settled,
		     rr = stereo->matrix[1][1].settled;
	for (int n = 0; n < frames; n++) {
		const double l = (double)left[n], r = (double)right[n];
		const double a = lr * r, b = rl * l;
		left[n] = (float)(ll * l + a);
		right[n] = (float)(rr * r + b);
	}
}

static void stereo_forget(struct stereo_sums *sums, double forget)
{
	for (int i = 0; i < 3; i++) {
		sums->past[i] = forget * sums->past[i] + sums->cell[i];
		sums->cell[i] = 0.0;
		if (sums->past[i] < 1e-20 && sums->past[i] > -1e-20)
			sums->past[i] = 0.0;
	}
}

/* -1..1; 0 in silence. */
static float stereo_correlation(const struct stereo_sums *sums)
{
	const double power = sums->past[0] * sums->past[1];

	return power > 1e-30 ? (float)(sums->past[2] / sqrt(power)) : 0.0f;
}

static void stereo_image(struct stereo *stereo, float *left, float *right, int frames)
{
	const bool sections = stereo->fade.running ||
			      stereo->deck[stereo->fade.playing].side.lanes > 0;

	if (!sections && !stereo->width.moving && stereo->width.settled != 1.0 &&
	    stereo_matrix_is(stereo, true)) {
		stereo_width(stereo, left, right, frames);
		return;
	}
	stereo_listen(&stereo->before, left, right, frames);
	if (sections || stereo->width.moving || stereo->width.settled != 1.0)
		stereo_side(stereo, left, right, frames);
	stereo_mix(stereo, left, right, frames);
	stereo_listen(&stereo->after, left, right, frames);
}

static void stereo_process(void *state, const struct piece *piece) REALTIME
{
	struct stereo *stereo = state;
	const int frames = piece->frames;
	const struct stereo_numbers *numbers = piece->numbers;

	if (!stereo->started)
		stereo_start(stereo, numbers);
	if (piece->frame % GRID_FRAMES == 0) {
		stereo_grid(stereo, numbers);
		stereo_forget(&stereo->before, stereo->forget);
		stereo_forget(&stereo->after, stereo->forget);
	}
	stereo->cell_silent = stereo->cell_silent && piece->silent;
	for (int c = 0; c < piece->channels; c++)
		if (piece->out[c] != piece->in[c])
			memcpy(piece->out[c], piece->in[c],
			       (size_t)frames * sizeof(float));
	if (piece->channels >= 2)
		stereo_image(stereo, piece->out[0], piece->out[1], frames);
	piece->meters[STEREO_METER_BEFORE] = stereo_correlation(&stereo->before);
	piece->meters[STEREO_METER_AFTER] = stereo_correlation(&stereo->after);
}

static void stereo_adopt(void *state, const void *old) REALTIME
{
	memcpy(state, old, sizeof(struct stereo));
}

MODULE_KERNEL(stereo) = { .process = stereo_process, .adopt = stereo_adopt };
