/* lineq.c - the linear-phase equaliser and convolver. Audio thread.
 *
 *   in -> cell of 64 -> transform -+-> live deck's kernels ---(1 - w)--(+)-> cell -> out
 *                                  '-> other deck's, fading ----w-------'
 *   flat decks: in -> delay ->     a file: one deck that never changes
 *
 * The inputs' spectra do not depend on the kernel, so a new kernel sounds as if it had
 * always run. Its taps are copied, transformed a few partitions a cell, then faded in.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "modules/lineq/lineq.h"

static void lineq_path(struct lineq_deck *deck, int in, int out, int kernel)
{
	deck->paths[deck->path_count++] =
		(struct convolve_path) { in, out, &deck->kernel[kernel] };
}

/* Kernels that are not used are copies of their neighbours. */
static void lineq_paths(const struct lineq *s, struct lineq_deck *deck)
{
	const bool apart = deck->used >> LINEQ_RIGHT & 1;
	const bool crossed = deck->used >> LINEQ_LEFT_RIGHT & 1;
	const bool rest = deck->used >> LINEQ_REST & 1;

	deck->path_count = 0;
	lineq_path(deck, 0, 0, LINEQ_LEFT);
	if (s->channels > 1)
		lineq_path(deck, 1, 1, apart ? LINEQ_RIGHT : LINEQ_LEFT);
	if (crossed) {
		lineq_path(deck, 0, 1, LINEQ_LEFT_RIGHT);
		lineq_path(deck, 1, 0, LINEQ_RIGHT_LEFT);
	}
	for (int c = 2; c < s->channels; c++)
		lineq_path(deck, c, c, rest ? LINEQ_REST : LINEQ_LEFT);
}

static void lineq_begin(const struct lineq *s, struct lineq_deck *deck,
			const struct lineq_numbers *numbers)
{
	const size_t taps = (size_t)s->reach + 1;

	deck->serial = numbers->serial;
	deck->used = numbers->used;
	deck->loaded = 0;
	deck->ready = 0;
	deck->done = CONVOLVE_ALL_DONE;
	for (size_t k = 0; k < LINEQ_KERNELS; k++)
		if (deck->used >> k & 1)
			memcpy(deck->taps + k * taps, numbers->taps + k * taps,
			       taps * sizeof(*deck->taps));
	lineq_paths(s, deck);
}

static bool lineq_is_loaded(const struct lineq *s, const struct lineq_deck *deck)
{
	return deck->used == 0 || deck->loaded == convolve_partitions(&s->clock.shape);
}

/* One partition of each kernel. */
static void lineq_load_one(const struct lineq *s, const struct lineq_handle *handle,
			   struct lineq_deck *deck, int partition)
{
	const struct convolve_shape *shape = &s->clock.shape;
	const int first = convolve_first_tap(shape, partition);
	const int size = shape->size[partition >= shape->slots[0]];
	float taps[CONVOLVE_BLOCK_LONG];

	for (int k = 0; k < LINEQ_KERNELS; k++) {
		if (!(deck->used >> k & 1))
			continue;
		const float *half = deck->taps + k * (s->reach + 1);
		for (int i = 0; i < size; i++) {
			const int off = first + i - s->reach;
			const int away = off < 0 ? -off : off;
			taps[i] = away <= s->reach ? half[away] : 0;
		}
		convolve_partition(&handle->plans, shape, &deck->kernel[k], partition,
				   taps);
	}
}

/* Transforms the next partitions in order, because the first ones are needed first. */
static void lineq_load(const struct lineq *s, const struct lineq_handle *handle,
		       struct lineq_deck *deck, uint64_t frame)
{
	const struct convolve_shape *shape = &s->clock.shape;

	for (int i = 0; i < LINEQ_LOADED && !lineq_is_loaded(s, deck); i++) {
		const bool is_long = deck->loaded >= shape->slots[0];
		if (is_long && i > 0)
			return;
		lineq_load_one(s, handle, deck, deck->loaded++);
		if (is_long)
			break;
	}
	if (shape->slots[1])
		deck->ready = (frame / (uint64_t)shape->size[1] + 2) *
			      (uint64_t)shape->size[1];
}

/* ---- output ---------------------------------------------------------------------- */

static void lineq_flat(const struct lineq *s, int channel, uint64_t frame, float *y)
{
	const uint32_t from = (uint32_t)frame - (uint32_t)s->reach;

	for (uint32_t n = 0; n < CONVOLVE_CELL; n++)
		y[n] = s->past[channel][(from + n) & s->mask];
}

static void lineq_deck_tail(struct lineq *s, const struct lineq_handle *handle,
			    struct lineq_deck *deck, uint64_t frame)
{
	struct convolve_work work = {
		.plans = &handle->plans,
		.clock = &s->clock,
		.inputs = s->input,
		.outputs = deck->output,
		.in_count = s->channels,
		.out_count = deck->used ? s->channels : 0,
		.paths = deck->paths,
		.path_count = deck->used ? deck->path_count : 0,
		.done = deck->done,
		.frame = frame,
	};

	convolve_tail(&work);
	deck->done = work.done;
}

/* Plays one cell of all channels through a deck. */
static void lineq_run(struct lineq *s, const struct lineq_handle *handle,
		      struct lineq_deck *deck, uint64_t frame,
		      float y[CHANNELS_MAX][CONVOLVE_CELL])
{
	const bool tail = s->clock.shape.slots[1] > 0;

	if (tail)
		lineq_deck_tail(s, handle, deck, frame);
	for (int c = 0; c < s->channels && deck->used == 0; c++)
		lineq_flat(s, c, frame, y[c]);
	if (deck->used == 0)
		return;
	convolve_head(&handle->plans, &s->clock, s->input, deck->paths,
		      deck->path_count, s->channels, y);
	if (!tail)
		return;
	for (int c = 0; c < s->channels; c++)
		convolve_add(&s->clock, &deck->output[c], frame, y[c]);
}

static void lineq_fade(struct lineq *s, const struct lineq_handle *handle,
		       uint64_t frame)
{
	float next[CHANNELS_MAX][CONVOLVE_CELL], weight[CONVOLVE_CELL];

	lineq_run(s, handle, &s->deck[!s->fade.playing], frame, next);
	crossfade_run(&s->fade, smooth_frames(s->rate), weight, CONVOLVE_CELL);
	for (int c = 0; c < s->channels; c++)
		crossfade_mix(weight, next[c], s->out[c], CONVOLVE_CELL);
}

/* Continues towards newer numbers, if there are any. */
static void lineq_change(struct lineq *s, const struct lineq_handle *handle,
			 const struct lineq_numbers *numbers, uint64_t frame)
{
	struct lineq_deck *live = &s->deck[s->fade.playing];
	struct lineq_deck *next = &s->deck[!s->fade.playing];

	if (!lineq_is_loaded(s, live)) {
		lineq_load(s, handle, live, frame);
		return;
	}
	if (s->fade.running)
		return;
	if (!s->loading && numbers->serial != live->serial) {
		lineq_begin(s, next, numbers);
		s->loading = true;
	}
	if (!s->loading)
		return;
	if (!lineq_is_loaded(s, next)) {
		lineq_load(s, handle, next, frame);
	} else if (frame >= next->ready) {
		crossfade_start(&s->fade, 0);
		s->loading = false;
	} else if (next->used) {
		lineq_deck_tail(s, handle, next, frame);
	}
}

/* The worker makes the kernels of a file. */
static void lineq_file(struct lineq *s, const struct lineq_handle *handle)
{
	struct lineq_deck *deck = &s->deck[0];

	deck->used = 1;
	deck->loaded = convolve_partitions(&s->clock.shape);
	deck->done = CONVOLVE_ALL_DONE;
	deck->path_count = s->channels;
	for (int c = 0; c < s->channels; c++) {
		const int k = handle->kernel_count > 1 ? c : 0;
		deck->paths[c] = (struct convolve_path) { c, c, &handle->kernel[k] };
	}
}

/* A cell is full: frame is its first. */
static void lineq_cell(struct lineq *s, const struct piece *piece, uint64_t frame)
{
	const struct lineq_handle *handle = piece->handle;
	const struct lineq_numbers *numbers = piece->numbers;

	if (!s->started && handle->kernel_count > 0)
		lineq_file(s, handle);
	else if (!s->started)
		lineq_begin(s, &s->deck[0], numbers);
	s->started = true;
	convolve_turn(&s->clock, frame);
	for (int c = 0; c < s->channels; c += 2)
		convolve_take(&handle->plans, &s->clock, &s->input[c],
			      s->channels - c < 2 ? 1 : 2, frame, &s->in[c]);
	for (int c = 0; c < s->channels && handle->kernel_count == 0; c++)
		memcpy(s->past[c] + ((uint32_t)frame & s->mask), s->in[c],
		       sizeof(s->in[c]));
	if (handle->kernel_count == 0)
		lineq_change(s, handle, numbers, frame);
	lineq_run(s, handle, &s->deck[s->fade.playing], frame, s->out);
	if (s->fade.running)
		lineq_fade(s, handle, frame);
}

static void lineq_process(void *state, const struct piece *piece) REALTIME
{
	struct lineq *s = state;
	const size_t at = (size_t)(piece->frame % CONVOLVE_CELL);
	const size_t bytes = (size_t)piece->frames * sizeof(float);

	for (int c = 0; c < s->channels; c++) {
		memcpy(s->in[c] + at, piece->in[c], bytes);
		memcpy(piece->out[c], s->out[c] + at, bytes);
	}
	if (at + (size_t)piece->frames == CONVOLVE_CELL && piece->handle)
		lineq_cell(s, piece, piece->frame - at);
}

_Static_assert((int)CONVOLVE_CELL == (int)GRID_FRAMES, "a cell is one of the grid's");
MODULE_KERNEL(lineq) = { .process = lineq_process };
