/* filter.c - high-pass, low-pass and guard. Audio thread.
 *
 *   in --+--> playing deck -----------(1 - w)--(+)--> guard --> out
 *        '--> coming deck, while fading --w------'
 *   deck: the sections of the high-pass, then those of the low-pass
 *
 * Changed numbers are loaded into the idle deck, which takes over the states of sections
 * that stay. Every change, also of slopes, is the same click-free blend of two filters.
 * A deck with a new low corner begins empty, and its input fades in, or it would ring.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/fir.h"
#include "modules/filter/filter.h"

#define TINY 1e-10 /* -200 dBFS */

static void filter_load(struct filter *f, const struct filter_numbers *numbers)
{
	const struct filter_deck *from = &f->deck[f->fade.playing];
	const double memory = cascade_memory(&numbers->cascade);
	const int settling = crossfade_settling(memory, f->rate);
	struct filter_deck *to = &f->deck[crossfade_start(&f->fade, settling)];

	to->numbers = *numbers;
	if (cascade_has_moved(&from->numbers.cascade, &numbers->cascade,
			      crossfade_long_memory(f->rate))) {
		crossfade_begin_cold(&f->fade, memory, f->rate);
		memset(to->state, 0, sizeof(to->state));
		return;
	}
	for (int c = 0; c < f->channels; c++)
		cascade_carry(&from->numbers.cascade, &from->state[c],
			      &numbers->cascade, &to->state[c]);
}

/* On a grid line: takes new numbers, and ends tails. */
static void filter_grid(struct filter *f, const struct filter_numbers *numbers)
{
	if (!f->fade.running &&
	    numbers->serial != f->deck[f->fade.playing].numbers.serial)
		filter_load(f, numbers);
	for (int d = 0; d < 2 && f->cell_silent; d++)
		for (int c = 0; c < f->channels; c++)
			cascade_settle(&f->deck[d].numbers.cascade,
				       &f->deck[d].state[c], 1, TINY);
	f->cell_silent = true;
}

static void deck_run(struct filter_deck *deck, double *const *x, int first, int count,
		     int frames)
{
	const struct cascade *const cascades[2] = { &deck->numbers.cascade,
						    &deck->numbers.cascade };
	struct cascade_state *const states[2] = { &deck->state[first],
						  &deck->state[first + count - 1] };

	cascade_run(cascades, states, x, frames, count);
}

/* What all channels of a piece share. */
struct work {
	struct filter_deck *playing, *coming; /* coming: NULL if nothing changes */
	struct crossfade fade;                /* at the begin of the piece */
	float weight[GRID_FRAMES];
};

/* Plays one or two channels; without sections the samples pass unchanged. */
static void pair_run(const struct work *w, const struct piece *piece, int first,
		     int count)
{
	const int frames = piece->frames;

	if (w->playing->numbers.cascade.lanes == 0 &&
	    (!w->coming || w->coming->numbers.cascade.lanes == 0)) {
		for (int c = first; c < first + count; c++)
			memmove(piece->out[c], piece->in[c],
				(size_t)frames * sizeof(float));
		return;
	}
	_Alignas(64) double now[2][GRID_FRAMES], next[2][GRID_FRAMES];
	double *const a[2] = { now[0], now[1] }, *const b[2] = { next[0], next[1] };
	for (int c = 0; c < count; c++)
		for (int n = 0; n < frames; n++)
			now[c][n] = (double)piece->in[first + c][n];
	if (w->coming) {
		memcpy(next, now, sizeof(next));
		for (int c = 0; c < count; c++)
			crossfade_lead_in(&w->fade, next[c], frames);
		deck_run(w->coming, b, first, count, frames);
	}
	deck_run(w->playing, a, first, count, frames);
	for (int c = 0; c < count; c++) {
		if (w->coming)
			crossfade_mix_doubles(w->weight, next[c], now[c], frames);
		for (int n = 0; n < frames; n++)
			piece->out[first + c][n] = (float)now[c][n];
	}
}

static void guard_run(struct filter *f, int c, float *audio, int frames)
{
	const size_t past = 2 * (size_t)f->guard_half;
	float *window = f->window[c];
	_Alignas(64) float y[GRID_FRAMES];

	memcpy(window + past, audio, (size_t)frames * sizeof(*audio));
	fir_run(f->guard, f->guard_half, window + past, y, frames);
	memmove(window, window + frames, past * sizeof(*window));
	memcpy(audio, y, (size_t)frames * sizeof(*audio));
}

static void filter_process(void *state, const struct piece *piece) REALTIME;
static void filter_process(void *state, const struct piece *piece)
{
	struct filter *f = state;

	if (!f->started) {
		f->deck[0].numbers = *(const struct filter_numbers *)piece->numbers;
		f->started = true;
	}
	if (piece->frame % GRID_FRAMES == 0)
		filter_grid(f, piece->numbers);
	f->cell_silent = f->cell_silent && piece->silent;
	struct work w;
	w.playing = &f->deck[f->fade.playing];
	w.coming = f->fade.running ? &f->deck[1 - f->fade.playing] : NULL;
	w.fade = f->fade;
	if (w.coming)
		crossfade_run(&f->fade, smooth_frames(f->rate), w.weight,
			      piece->frames);
	for (int c = 0; c < f->channels; c += 2)
		pair_run(&w, piece, c, f->channels - c >= 2 ? 2 : 1);
	for (int c = 0; c < f->channels && f->guard_half; c++)
		guard_run(f, c, piece->out[c], piece->frames);
}

/* All guards have one length. A new guard begins with an empty past; see rewarm(). */
static void filter_adopt(void *state, const void *old_state) REALTIME;
static void filter_adopt(void *state, const void *old_state)
{
	struct filter *f = state;
	const struct filter *old = old_state;

	f->started = old->started;
	f->cell_silent = old->cell_silent;
	f->fade = old->fade;
	memcpy(f->deck, old->deck, sizeof(f->deck));
	const size_t past = 2 * (size_t)f->guard_half * sizeof(float);
	for (int c = 0; c < f->channels && past && old->guard_half; c++)
		memcpy(f->window[c], old->window[c], past);
}

MODULE_KERNEL(filter) = { .process = filter_process, .adopt = filter_adopt };
