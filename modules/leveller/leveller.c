/* leveller.c - the leveller's audio part. Run by the audio thread; arithmetic only.
 *
 *   in --+--> K-weighting --> 10 ms bins --> rider -> lowest of the look-ahead -> spline -.
 *        +--> look-ahead ------------------------------------------------------> x ---+-> out
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "dsp/vec.h"
#include "modules/leveller/leveller.h"

#define CLIP 4.0f /* +12 dBFS: nothing beyond it counts as loudness */

typedef float row[GRID_FRAMES] __attribute__((aligned(64)));

static struct rider_settings settings_of(const float *values)
{
	return (struct rider_settings) {
		.target = (double)values[LEVELLER_TARGET],
		.silence = (double)values[LEVELLER_SILENCE],
		.boost = (double)values[LEVELLER_BOOST],
		.cut = (double)values[LEVELLER_CUT],
		.speed = (double)values[LEVELLER_SPEED] * 0.01,
		.mode = (enum rider_mode)values[LEVELLER_MODE],
		.hold = values[LEVELLER_HOLD] != 0.0f,
	};
}

/* Frames that all belong to the bin in the making. */
static void weigh(struct leveller *l, const float *const *in, int from, int frames)
{
	const int last = l->channels - 1;

	row clipped[2];
	for (int c = 0; c <= last; c += KWEIGHT_LANES) {
		const float *pair[2] = { in[c], in[c < last ? c + 1 : c] };
		for (int k = 0; k < 2; k++)
			for (int i = 0; i < frames; i++) {
				const float x = pair[k][from + i];
				const float up = x > -CLIP ? x : -CLIP;
				clipped[k][i] = up < CLIP ? up : CLIP;
			}
		kweight_power(&l->filter, &l->state[c / KWEIGHT_LANES], clipped[0],
			      clipped[1], frames, l->energy + c);
	}
}

/* Lowers as soon as the look-ahead sees why, rises no earlier than without it. */
static float lowest_gain(const struct leveller *l)
{
	const uint64_t now = l->rider.heard.bins;
	float lowest = l->gain[now % LEVELLER_GAINS];

	for (uint64_t k = 1; k <= (uint64_t)l->ahead; k++) {
		const float gain = l->gain[(now - k) % LEVELLER_GAINS];
		lowest = gain < lowest ? gain : lowest;
	}
	return lowest;
}

static float short_term(const struct sums *sums, uint64_t bins)
{
	return (float)loudness_of(sums_mean(sums, bins, BINS_SHORT_TERM));
}

/* Ten milliseconds are over. */
static void close_bin(struct leveller *l, const struct piece *piece)
{
	const struct rider_settings set = settings_of(piece->values);
	struct rider *r = &l->rider;
	double power = 0;

	for (int c = 0; c < l->channels; c++)
		power += l->weight[c] * l->energy[c];
	power *= l->filter.level / l->bin_frames;
	memset(l->energy, 0, sizeof(l->energy));
	l->bin_filled = 0;
	if (piece->values[LEVELLER_NEXT] != l->nexts)
		rider_forget(r);
	l->nexts = piece->values[LEVELLER_NEXT];
	const double db = rider_step(r, &set, power);
	const uint64_t bins = r->heard.bins;
	l->gain[bins % LEVELLER_GAINS] = (float)(db / DB_PER_OCTAVE);
	l->applied[0] = l->applied[1];
	l->applied[1] = l->applied[2];
	l->applied[2] = lowest_gain(l);
	const double gain = exp2((double)l->applied[1]);
	const double was = sums_mean(&r->heard.power, bins - 1 - (uint64_t)l->ahead, 1);
	sums_add(&r->out, bins, was * gain * gain);
	/* A bin in which nothing else is dear. */
	if (bins % BINS_EACH_LOOK == BINS_EACH_LOOK - 2) {
		l->in = short_term(&r->heard.power, bins);
		l->out = short_term(&r->out, bins);
	}
}

/* Gains along a quadratic spline through the bins: no corner is heard. False: all are 1. */
static bool spline(const struct leveller *l, int filled, float *gain, int frames)
{
	const float *c = l->applied;

	if (c[0] == 0.0f && c[1] == 0.0f && c[2] == 0.0f)
		return false;
	const float before = 0.5f * (c[0] - c[1]), after = 0.5f * (c[2] - c[1]);
	const float step = 1.0f / (float)l->bin_frames;
	vf count;
	for (int k = 0; k < VEC_FLOATS; k++)
		count[k] = (float)k;
	for (int i = 0; i < frames; i += VEC_FLOATS) {
		const vf t = (count + (float)(filled + i)) * step;
		const vf left = 1.0f - t;
		const vf a = left * left, b = t * t;
		vf y = a * before + c[1];
		y = b * after + y;
		vf_store(gain + i, vf_exp2(y));
	}
	return true;
}

/* in, `lookahead` frames ago; a piece never wraps in the ring, what is read may. */
static const float *delayed(struct leveller *l, const struct piece *piece, int channel,
			    float *copy)
{
	if (l->lookahead == 0)
		return piece->in[channel];
	float *ring = l->ring[channel];
	const size_t length = (size_t)l->ring_mask + 1, frames = (size_t)piece->frames;
	const size_t to = (size_t)piece->frame & l->ring_mask;
	const size_t from = (to + length - (size_t)l->lookahead) & l->ring_mask;
	const size_t head = length - from < frames ? length - from : frames;
	memcpy(ring + to, piece->in[channel], frames * sizeof(*ring));
	memcpy(copy, ring + from, head * sizeof(*ring));
	memcpy(copy + head, ring, (frames - head) * sizeof(*ring));
	return copy;
}

static void publish(const struct leveller *l, float *meters)
{
	meters[LEVELLER_GAIN] = l->applied[1] * (float)DB_PER_OCTAVE;
	meters[LEVELLER_IN] = l->in;
	meters[LEVELLER_OUT] = l->out;
	meters[LEVELLER_REASON] = (float)l->rider.reason;
}

/* The bins follow the frame counter: what starts from silence at a frame sounds the same,
 * however long the silence was. */
static void begin(struct leveller *l, const struct piece *piece)
{
	const uint64_t width = (uint64_t)l->bin_frames;

	l->warm = true;
	l->nexts = piece->values[LEVELLER_NEXT];
	l->bin_filled = (int)(piece->frame % width);
	l->rider.heard.bins = piece->frame / width;
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct leveller *l = state;
	const int frames = piece->frames;

	row copy;
	float gains[2 * GRID_FRAMES]; /* whole vectors reach past a bin's end */
	bool moved = false;
	if (!l->warm)
		begin(l, piece);
	for (int done = 0; done < frames;) {
		const int wanted = l->bin_frames - l->bin_filled, rest = frames - done;
		const int n = rest < wanted ? rest : wanted;
		if (spline(l, l->bin_filled, gains + done, n))
			moved = true;
		else
			for (int i = 0; i < n; i++)
				gains[done + i] = 1.0f;
		weigh(l, piece->in, done, n);
		done += n;
		l->bin_filled += n;
		if (l->bin_filled == l->bin_frames)
			close_bin(l, piece);
	}
	for (int c = 0; c < l->channels; c++) {
		const float *in = delayed(l, piece, c, copy);
		if (!moved && in != piece->out[c])
			memcpy(piece->out[c], in, (size_t)frames * sizeof(*in));
		for (int i = 0; moved && i < frames; i++)
			piece->out[c][i] = in[i] * gains[i];
	}
	l->next_frame = piece->frame + (uint64_t)frames;
	publish(l, piece->meters);
}

/* The host waits until a longer look-ahead than fits has filled. */
static void adopt(void *state, const void *from) REALTIME;
static void adopt(void *state, const void *from)
{
	struct leveller *l = state;
	const struct leveller *old = from;
	struct leveller made = *l;

	*l = *old;
	l->lookahead = made.lookahead;
	l->ahead = made.ahead;
	l->ring_mask = made.ring_mask;
	memcpy(l->ring, made.ring, sizeof(l->ring));
	const int frames =
		l->lookahead < old->lookahead ? l->lookahead : old->lookahead;
	if ((size_t)frames * (size_t)l->channels * sizeof(float) > ADOPT_BYTES_MAX)
		return;
	for (int c = 0; c < l->channels; c++)
		for (int i = 1; i <= frames; i++) {
			const uint64_t at = old->next_frame - (uint64_t)i;
			l->ring[c][at & l->ring_mask] =
				old->ring[c][at & old->ring_mask];
		}
}

MODULE_KERNEL(leveller) = { .process = process, .adopt = adopt };
