/* wire.c - sums and delays between nodes. The audio thread runs them as steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/audio/wire.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Two huge samples may add up to infinity, which no node has made: it becomes
 * silence. */
static inline float not_infinite(float sample)
{
	return fabsf(sample) <= FLT_MAX ? sample : 0.0f;
}

void sum_process(void *state, const struct piece *piece)
{
	const struct sum *sum = state;

	for (int c = 0; c < piece->channels; c++) {
		float *out = piece->out[c];
		memcpy(out, sum->in[0][c], sizeof(float) * (size_t)piece->frames);
		for (int s = 1; s < sum->count; s++)
			for (int i = 0; i < piece->frames; i++)
				out[i] = not_infinite(out[i] + sum->in[s][c][i]);
	}
}

void delay_process(void *state, const struct piece *piece)
{
	struct delay *delay = state;
	size_t bytes = sizeof(float) * (size_t)piece->frames;
	size_t write = (size_t)(piece->frame & delay->mask);
	size_t read = (size_t)((piece->frame - (uint64_t)delay->frames) & delay->mask);
	size_t size = (size_t)delay->mask + 1;
	size_t first = sizeof(float) * (size - read) < bytes
			       ? sizeof(float) * (size - read)
			       : bytes;

	/* A piece never crosses a grid line, and the ring is whole grid steps: only the
	 * reading wraps. */
	for (int c = 0; c < delay->channels; c++) {
		float *ring = delay->ring[c];
		memcpy(ring + write, piece->in[c], bytes);
		memcpy(piece->out[c], ring + read, first);
		memcpy((char *)piece->out[c] + first, ring, bytes - first);
	}
}

static size_t whole_pieces(int frames)
{
	return ((size_t)frames + GRID_FRAMES - 1) / GRID_FRAMES * GRID_FRAMES;
}

bool delay_fits(const struct delay *delay, const struct delay *old)
{
	return old->frames >= delay->frames && old->channels == delay->channels &&
	       whole_pieces(delay->frames) * sizeof(float) * (size_t)delay->channels <=
		       ADOPT_BYTES_MAX;
}

bool delay_adopt(struct delay *delay, const struct delay *old, uint64_t frame)
{
	size_t frames = whole_pieces(delay->frames);

	if (!delay_fits(delay, old))
		return false;
	for (int c = 0; c < delay->channels; c++)
		for (uint64_t back = GRID_FRAMES; back <= frames; back += GRID_FRAMES)
			memcpy(delay->ring[c] + ((frame - back) & delay->mask),
			       old->ring[c] + ((frame - back) & old->mask),
			       sizeof(float) * GRID_FRAMES);
	return true;
}
