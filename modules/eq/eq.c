/* eq.c - the equaliser. Audio thread.
 *
 *   in --+--> live deck ----------------(1 - w)--(+)--> out
 *        '--> other deck, while fading ----w------'
 *   deck: left, right and other channels' cascades, then mid's and side's
 *
 * Changed numbers are loaded into the idle deck, which takes the sections' states over,
 * settles for some milliseconds unheard and is then faded in along a raised cosine. So every
 * change, of type and channels too, is the same click-free blend of two constant filters.
 */
#include <math.h>
#include <string.h>

#include "modules/eq/eq.h"

#define TINY 1e-10 /* -200 dBFS */

static const struct cascade *eq_way(const struct eq_deck *deck, int channel)
{
	const int way = channel < 2 ? EQ_WAY_LEFT + channel : EQ_WAY_REST;
	return &deck->numbers.way[way];
}

static bool eq_has_mid_side(const struct eq_deck *deck)
{
	return deck->numbers.way[EQ_WAY_MID].lanes > 0 ||
	       deck->numbers.way[EQ_WAY_SIDE].lanes > 0;
}

/* Does the deck leave the two channels from `first` on as they are? */
static bool eq_is_flat(const struct eq_deck *deck, int first, int count)
{
	if (first == 0 && count == 2 && eq_has_mid_side(deck))
		return false;
	for (int c = first; c < first + count; c++)
		if (eq_way(deck, c)->lanes > 0)
			return false;
	return true;
}

/* Loads new numbers into the idle deck; its sections go on where the live ones are. */
static void eq_load(struct eq *eq, const struct eq_numbers *numbers, int channels)
{
	struct eq_deck *from = &eq->deck[eq->fade.live],
		       *to = &eq->deck[!eq->fade.live];
	to->numbers = *numbers;
	for (int c = 0; c < channels; c++)
		cascade_carry(eq_way(from, c), &from->state[c], eq_way(to, c),
			      &to->state[c]);
	const struct cascade *old = from->numbers.way, *new = to->numbers.way;
	cascade_carry(&old[EQ_WAY_MID], &from->mid, &new[EQ_WAY_MID], &to->mid);
	cascade_carry(&old[EQ_WAY_SIDE], &from->side, &new[EQ_WAY_SIDE], &to->side);
	eq->fade.frame = 0;
}

static void eq_settle(struct eq_deck *deck, int channels, double scale)
{
	for (int c = 0; c < channels; c++)
		cascade_settle(eq_way(deck, c), &deck->state[c], scale, TINY);
	const struct cascade *way = deck->numbers.way;
	cascade_settle(&way[EQ_WAY_MID], &deck->mid, scale, TINY);
	cascade_settle(&way[EQ_WAY_SIDE], &deck->side, scale, TINY);
}

/* What happens on a grid line: new numbers, and tails that end. A resonance of long memory
 * is hurried out after 4 s of silence, far below hearing by then. */
static void eq_grid(struct eq *eq, const struct piece *piece)
{
	const struct eq_numbers *numbers = piece->numbers;
	fade_grid(&eq->fade, eq->rate);
	if (!fade_is_on(&eq->fade) &&
	    numbers->serial != eq->deck[eq->fade.live].numbers.serial)
		eq_load(eq, numbers, piece->channels);
	eq->silent_frames = eq->cell_silent ? eq->silent_frames + GRID_FRAMES : 0;
	if (eq->silent_frames > 5 * eq->rate)
		eq->silent_frames = 5 * eq->rate;
	eq->cell_silent = true;
	if (eq->silent_frames == 0)
		return;
	const double scale = eq->silent_frames > 4 * eq->rate ? 0.7 : 1.0;
	for (int d = 0; d < 2; d++)
		eq_settle(&eq->deck[d], piece->channels, scale);
}

static void eq_mid_side(struct eq_deck *deck, double *const *x, int frames)
{
	for (int n = 0; n < frames; n++) {
		const double left = x[0][n], right = x[1][n];
		x[0][n] = 0.5 * (left + right);
		x[1][n] = 0.5 * (left - right);
	}
	const struct cascade *c[2] = { &deck->numbers.way[EQ_WAY_MID],
				       &deck->numbers.way[EQ_WAY_SIDE] };
	struct cascade_state *state[2] = { &deck->mid, &deck->side };
	cascade_run(c, state, x, frames, 2);
	for (int n = 0; n < frames; n++) {
		const double mid = x[0][n], side = x[1][n];
		x[0][n] = mid + side;
		x[1][n] = mid - side;
	}
}

/* Channels first.. of the deck, in place. */
static void eq_run(struct eq_deck *deck, double *const *x, int first, int count,
		   int frames)
{
	const struct cascade *c[2] = { eq_way(deck, first), eq_way(deck, first + 1) };
	struct cascade_state *state[2] = { &deck->state[first],
					   &deck->state[first + count - 1] };
	cascade_run(c, state, x, frames, count);
	if (first == 0 && count == 2 && eq_has_mid_side(deck))
		eq_mid_side(deck, x, frames);
}

/* One or two channels. */
static void eq_pair(struct eq *eq, const struct piece *piece, int first, int count)
{
	struct eq_deck *live = &eq->deck[eq->fade.live],
		       *other = &eq->deck[!eq->fade.live];
	const bool fading = fade_is_on(&eq->fade);
	const int frames = piece->frames;
	if (eq_is_flat(live, first, count) &&
	    (!fading || eq_is_flat(other, first, count))) {
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
	if (fading) {
		memcpy(next, now, sizeof next);
		eq_run(other, b, first, count, frames);
	}
	eq_run(live, a, first, count, frames);
	for (int c = 0; c < count; c++) {
		if (fading)
			fade_mix(&eq->fade, eq->rate, now[c], next[c], frames);
		for (int n = 0; n < frames; n++)
			piece->out[first + c][n] = (float)now[c][n];
	}
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
	for (int c = 0; c < piece->channels; c += 2)
		eq_pair(eq, piece, c, piece->channels - c >= 2 ? 2 : 1);
	fade_advance(&eq->fade, piece->frames);
}

static void eq_adopt(void *state, const void *old) REALTIME
{
	memcpy(state, old, sizeof(struct eq));
}

_Static_assert(sizeof(struct eq) <= ADOPT_BYTES_MAX, "adopt() copies it all");
MODULE_KERNEL(eq) = { .process = eq_process, .adopt = eq_adopt };
