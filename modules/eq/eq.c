/* eq.c - the equaliser. Audio thread.
 *
 *   in --+--> playing deck -----------(1 - w)--(+)--> out
 *        '--> coming deck, while fading --w------'
 *   deck: static and dynamic sections of left, right and other channels,
 *         then those of mid and side
 *
 * Changed numbers are loaded into the idle deck, which takes over the sections' states.
 * So every change, also of type and channels, is the same click-free blend of filters.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "modules/eq/dynamics.h"
#include "modules/eq/eq.h"

#define TINY 1e-10 /* -200 dBFS */

/* amount[n][lane] of both decks. */
typedef float eq_amounts[GRID_FRAMES][EQ_BANDS];

static int eq_lanes(const struct eq_deck *deck, int signal)
{
	const enum eq_way way = eq_way_of(signal);

	return deck->numbers.way[way].lanes + deck->numbers.dynamics.way[way].lanes;
}

static bool eq_has_mid_side(const struct eq_deck *deck)
{
	return eq_lanes(deck, EQ_MID_SIGNAL) > 0 || eq_lanes(deck, EQ_SIDE_SIGNAL) > 0;
}

/* Whether the deck leaves the channels from `first` on unchanged. */
static bool eq_is_flat(const struct eq_deck *deck, int first, int count)
{
	if (first == 0 && count == 2 && eq_has_mid_side(deck))
		return false;
	for (int c = first; c < first + count; c++)
		if (eq_lanes(deck, c) > 0)
			return false;
	return true;
}

/* Dynamic lanes whose detector is unchanged keep their state; others begin anew. */
static void eq_carry_moves(const struct eq_deck *from, struct eq_deck *to)
{
	const struct eq_dynamics *old = &from->numbers.dynamics;
	const struct eq_dynamics *new = &to->numbers.dynamics;

	for (int k = 0; k < new->lanes; k++) {
		to->move[k] = 0.0;
		to->fresh[k] = true;
		for (int j = 0; j < old->lanes; j++) {
			if (old->band[j] != new->band[k])
				continue;
			to->move[k] = from->move[j];
			to->fresh[k] = old->threshold[j] != new->threshold[k] ||
				       old->range[j] != new->range[k] ||
				       old->sign[j] != new->sign[k] ||
				       old->listen.a11[j] != new->listen.a11[k] ||
				       old->listen.a12[j] != new->listen.a12[k];
			if (old->sign[j] != new->sign[k])
				to->move[k] = 0.0;
		}
	}
}

/* The share of its memory that a section needs to settle: all of it for a resonance (Q
 * 4), none for Q 2 and below, whose ringing is inaudible. */
static double eq_patience(const struct cascade *cascade, int lane)
{
	double width;
	const double place = cascade_place(cascade, lane, &width);

	return fmin(fmax(0.5 * place / width - 1.0, 0.0), 1.0);
}

static double eq_cascade_memory(const struct cascade *cascade)
{
	double most = 0.0;

	for (int k = 0; k < cascade->lanes; k++)
		most = fmax(most, cascade->memory[k] * eq_patience(cascade, k));
	return most;
}

/* The memory of the section that rings longest, in frames. */
static double eq_memory(const struct eq_numbers *numbers)
{
	double most = 0.0;

	for (enum eq_way way = 0; way < EQ_WAYS; way++) {
		most = fmax(most, eq_cascade_memory(&numbers->way[way]));
		most = fmax(most, eq_cascade_memory(&numbers->dynamics.way[way]));
	}
	return most;
}

/* Whether a resonance that is carried over would ring where none rang before. */
static bool eq_has_moved(const struct eq_numbers *from, const struct eq_numbers *to,
			 double least)
{
	for (enum eq_way way = 0; way < EQ_WAYS; way++)
		if (cascade_has_moved(&from->way[way], &to->way[way], least) ||
		    cascade_has_moved(&from->dynamics.way[way], &to->dynamics.way[way],
				      least))
			return true;
	return false;
}

/* The sections of `to` take over the states of those of `from`. */
static void eq_carry(const struct eq_deck *from, struct eq_deck *to)
{
	const struct eq_dynamics *old = &from->numbers.dynamics;
	const struct eq_dynamics *new = &to->numbers.dynamics;

	for (int i = 0; i < EQ_SIGNALS; i++) {
		const enum eq_way way = eq_way_of(i);
		cascade_carry(&from->numbers.way[way], &from->state[i],
			      &to->numbers.way[way], &to->state[i]);
		cascade_carry(&old->way[way], &from->moved[i], &new->way[way],
			      &to->moved[i]);
	}
}

/* Loads new numbers into the idle deck. */
static void eq_load(struct eq *eq, const struct eq_numbers *numbers)
{
	const struct eq_deck *from = &eq->deck[eq->fade.playing];
	const double memory = eq_memory(numbers);
	const int settling = crossfade_settling(memory, eq->rate);
	struct eq_deck *to = &eq->deck[crossfade_start(&eq->fade, settling)];

	to->numbers = *numbers;
	if (eq_has_moved(&from->numbers, numbers, crossfade_long_memory(eq->rate))) {
		crossfade_begin_cold(&eq->fade, memory, eq->rate);
		memset(to->state, 0, sizeof(to->state));
		memset(to->moved, 0, sizeof(to->moved));
	} else {
		eq_carry(from, to);
	}
	const struct eq_dynamics *old = &from->numbers.dynamics;
	const struct eq_dynamics *new = &to->numbers.dynamics;
	for (int ear = 0; ear < 2; ear++)
		cascade_carry(&old->listen, &from->ear[ear], &new->listen,
			      &to->ear[ear]);
	eq_carry_moves(from, to);
}

static void eq_settle(struct eq_deck *deck, double scale)
{
	const struct eq_dynamics *dynamics = &deck->numbers.dynamics;

	for (int i = 0; i < EQ_SIGNALS; i++) {
		const enum eq_way way = eq_way_of(i);
		cascade_settle(&deck->numbers.way[way], &deck->state[i], scale, TINY);
		cascade_settle(&dynamics->way[way], &deck->moved[i], scale, TINY);
	}
	for (int ear = 0; ear < 2; ear++)
		cascade_settle(&dynamics->listen, &deck->ear[ear], scale, TINY);
}

/* On a grid line: takes new numbers, and ends tails. After 4 s of silence a long
 * resonance is made to decay faster; by then it is far below audibility. */
static void eq_grid(struct eq *eq, const struct piece *piece)
{
	const struct eq_numbers *numbers = piece->numbers;

	if (!eq->fade.running &&
	    numbers->serial != eq->deck[eq->fade.playing].numbers.serial)
		eq_load(eq, numbers);
	const bool unheard = crossfade_is_unheard(&eq->fade);
	for (int d = 0; d < 2; d++) {
		for (int k = 0; k < EQ_BANDS; k++) {
			if (!unheard)
				eq->deck[d].fresh[k] = false;
			if (eq->deck[d].move[k] < 1e-7)
				eq->deck[d].move[k] = 0.0;
		}
	}
	eq->silent_frames = eq->cell_silent ? eq->silent_frames + GRID_FRAMES : 0;
	if (eq->silent_frames > 5 * eq->rate)
		eq->silent_frames = 5 * eq->rate;
	eq->cell_silent = true;
	if (eq->silent_frames == 0)
		return;
	const double scale = eq->silent_frames > 4 * eq->rate ? 0.7 : 1.0;
	for (int d = 0; d < 2; d++)
		eq_settle(&eq->deck[d], scale);
}

/* The sections of one or two signals, in place. */
static void eq_sections(struct eq_deck *deck, double *const *x, int first, int count,
			float (*amount)[EQ_BANDS], int frames)
{
	const struct eq_dynamics *dynamics = &deck->numbers.dynamics;
	const int last = first + count - 1;
	const enum eq_way ways[2] = { eq_way_of(first), eq_way_of(last) };
	const struct cascade *fixed[2], *moving[2];

	for (int i = 0; i < 2; i++) {
		fixed[i] = &deck->numbers.way[ways[i]];
		moving[i] = &dynamics->way[ways[i]];
	}
	struct cascade_state *state[2] = { &deck->state[first], &deck->state[last] };
	cascade_run(fixed, state, x, frames, count);
	if (moving[0]->lanes == 0 && moving[1]->lanes == 0)
		return;
	_Alignas(64) double skewed[2][CASCADE_STEPS][CASCADE_PASS];
	for (int i = 0; i < count; i++)
		dynamics_skew(dynamics, ways[i], amount, skewed[i], frames);
	struct cascade_state *moved[2] = { &deck->moved[first], &deck->moved[last] };
	double(*const amounts[2])[CASCADE_PASS] = { skewed[0], skewed[1] };
	cascade_run_moving(moving, moved, x, frames, count, amounts);
}

/* Plays the channels from `first` on through the deck, in place. */
static void eq_run(struct eq_deck *deck, double *const *x, int first, int count,
		   float (*amount)[EQ_BANDS], int frames)
{
	eq_sections(deck, x, first, count, amount, frames);
	if (first != 0 || count != 2 || !eq_has_mid_side(deck))
		return;
	for (int n = 0; n < frames; n++) {
		const double left = x[0][n], right = x[1][n];
		x[0][n] = 0.5 * (left + right);
		x[1][n] = 0.5 * (left - right);
	}
	eq_sections(deck, x, EQ_MID_SIGNAL, 2, amount, frames);
	for (int n = 0; n < frames; n++) {
		const double mid = x[0][n], side = x[1][n];
		x[0][n] = mid + side;
		x[1][n] = mid - side;
	}
}

/* What all channels of a piece share. */
struct work {
	const struct crossfade *fade;     /* at the begin of the piece */
	struct eq_deck *playing, *coming; /* coming: NULL if nothing changes */
	const float *weight;
	eq_amounts *amounts; /* of the playing and the coming deck */
};

/* One or two channels. */
static void eq_pair(const struct work *w, const struct piece *piece, int first,
		    int count)
{
	struct eq_deck *playing = w->playing, *coming = w->coming;
	const int frames = piece->frames;

	if (eq_is_flat(playing, first, count) &&
	    (!coming || eq_is_flat(coming, first, count))) {
		for (int c = first; c < first + count; c++)
			if (piece->out[c] != piece->in[c])
				memcpy(piece->out[c], piece->in[c],
				       (size_t)frames * sizeof(float));
		return;
	}
	_Alignas(64) double now[2][GRID_FRAMES], next[2][GRID_FRAMES];
	double *const a[2] = { now[0], now[1] }, *const b[2] = { next[0], next[1] };
	for (int c = 0; c < count; c++)
		for (int n = 0; n < frames; n++)
			now[c][n] = (double)piece->in[first + c][n];
	if (coming) {
		memcpy(next, now, sizeof(next));
		for (int c = 0; c < count; c++)
			crossfade_lead_in(w->fade, next[c], frames);
		eq_run(coming, b, first, count, w->amounts[1], frames);
	}
	eq_run(playing, a, first, count, w->amounts[0], frames);
	for (int c = 0; c < count; c++) {
		if (coming)
			crossfade_mix_doubles(w->weight, next[c], now[c], frames);
		for (int n = 0; n < frames; n++)
			piece->out[first + c][n] = (float)now[c][n];
	}
}

/* The present gain of each band, dB: the set gain plus the dynamic part. */
static void eq_meters(const struct eq *eq, const struct piece *piece)
{
	for (int b = 0; b < EQ_BANDS; b++) {
		const float *value = piece->values + b * EQ_ROWS;
		const enum eq_type type = (enum eq_type)value[EQ_TYPE];
		const bool passes =
			type == EQ_HIGH_PASS || type == EQ_LOW_PASS || type == EQ_NOTCH;
		piece->meters[b] =
			value[EQ_ON] == 0.0f || passes ? 0.0f : value[EQ_GAIN];
	}
	const struct eq_deck *deck = &eq->deck[eq->fade.playing];
	const struct eq_dynamics *dynamics = &deck->numbers.dynamics;
	for (int k = 0; k < dynamics->lanes; k++)
		piece->meters[dynamics->band[k]] +=
			dynamics->sign[k] * (float)deck->move[k] * 6.0205999f;
}

static void eq_process(void *state, const struct piece *piece) REALTIME
{
	struct eq *eq = state;

	if (!eq->started) {
		eq->deck[0].numbers = *(const struct eq_numbers *)piece->numbers;
		eq->started = true;
	}
	if (piece->frame % GRID_FRAMES == 0)
		eq_grid(eq, piece);
	eq->cell_silent = eq->cell_silent && piece->silent;
	_Alignas(64) eq_amounts amounts[2];
	float weight[GRID_FRAMES];
	struct eq_deck *playing = &eq->deck[eq->fade.playing], *coming = NULL;
	const struct crossfade fade = eq->fade;
	if (fade.running) {
		coming = &eq->deck[1 - fade.playing];
		crossfade_run(&eq->fade, smooth_frames(eq->rate), weight,
			      piece->frames);
	}
	if (playing->numbers.dynamics.lanes > 0)
		dynamics_run(playing, piece, eq->hurry, amounts[0]);
	if (coming && coming->numbers.dynamics.lanes > 0)
		dynamics_run(coming, piece, eq->hurry, amounts[1]);
	const struct work work = { &fade, playing, coming, weight, amounts };
	for (int c = 0; c < piece->channels; c += 2)
		eq_pair(&work, piece, c, piece->channels - c >= 2 ? 2 : 1);
	eq_meters(eq, piece);
}

static void eq_adopt(void *state, const void *old) REALTIME
{
	memcpy(state, old, sizeof(struct eq));
}

_Static_assert(sizeof(struct eq) <= ADOPT_BYTES_MAX, "adopt() copies it all");
MODULE_KERNEL(eq) = { .process = eq_process, .adopt = eq_adopt };
