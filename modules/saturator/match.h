/* match.h - saturator's loudness match: the output as loud as the input. Audio thread.
 *
 *   input, output without gain -> K-weighted cells -> ratio over a second ---(x)--> gain
 *   input, output with it -> windows of 400 ms, gated -> trim, slowly ---------'
 *
 * The ratio follows the programme, but reacts late to each hit; and when hits are bent,
 * softer passages pass the gate of a loudness meter that they did not pass before. The trim
 * corrects both: it moves until input and output have the same loudness (ITU-R
 * BS.1770-5) over the last MATCH_MEMORY_SECONDS.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SATURATOR_MATCH_H
#define LATHE_SATURATOR_MATCH_H

#include "dsp/kweight.h"
#include "modules/module.h"

#define MATCH_SECONDS 1.0         /* memory of the ratio */
#define MATCH_MOVE_SECONDS 0.1    /* in which the gain follows */
#define MATCH_MEMORY_SECONDS 40.0 /* memory of the loudness that the trim compares */
#define MATCH_TRIM_SECONDS 5.0    /* in which the trim follows */
#define MATCH_FLOOR 1.17e-7       /* -70 LUFS, power of a frame */

enum { MATCH_HOPS = 4 /* of 100 ms: a window */ };

/* Integrated loudness with a limited memory. Means are divided by `seen`. */
struct match_loudness {
	double hops[MATCH_HOPS];  /* energy of the last ones */
	double mean, seen;        /* of windows over -70 LUFS */
	double gated, gated_seen; /* of those over 10 LU under that mean */
};

struct match {
	struct kweight filter;
	int hop_cells;                   /* cells of the grid in a hop */
	double ratio_share, move_share;  /* made in a cell */
	double memory_share, trim_share; /* made in a hop */
	struct kweight_quad states[(CHANNELS_MAX + 1) / 2]; /* dry, dry, wet, wet */
	double dry, wet;           /* energy since the grid line */
	double dry_mean, wet_mean; /* of a cell */
	double dry_hop, out_hop;   /* energy of this hop */
	int cell;
	struct match_loudness in, out;
	double trim;
	float gain, step; /* now, and what a frame adds */
};

static inline void match_init(struct match *match, int rate)
{
	const double cells = (double)rate / GRID_FRAMES, hop = 0.1;

	kweight_init(&match->filter, rate);
	match->hop_cells = (int)(hop * cells + 0.5);
	match->ratio_share = -expm1(-1 / (MATCH_SECONDS * cells));
	match->move_share = -expm1(-1 / (MATCH_MOVE_SECONDS * cells));
	match->memory_share = -expm1(-hop / MATCH_MEMORY_SECONDS);
	match->trim_share = hop / MATCH_TRIM_SECONDS;
	match->trim = 1;
	match->gain = 1;
}

/* Channels `first` and, when there is one, the next: dry and wet, the latter without gain. */
static inline void match_hear(struct match *match, int first, int channels,
			      const float *const four[KWEIGHT_QUAD], int frames)
{
	double energy[KWEIGHT_QUAD] = { 0 };

	kweight_power_quad(&match->filter, &match->states[first / 2], four, frames,
			   energy);
	for (int c = first; c < channels && c < first + 2; c++) {
		const double weight =
			kweight_channel(c, channels) * match->filter.level;
		match->dry += weight * energy[c - first];
		match->wet += weight * energy[c - first + 2];
	}
}

static inline void match_loudness_add(struct match_loudness *l, double energy,
				      double floor, double share)
{
	double window = energy;

	for (int i = 1; i < MATCH_HOPS; i++) {
		l->hops[i - 1] = l->hops[i];
		window += l->hops[i];
	}
	l->hops[MATCH_HOPS - 1] = energy;
	if (window <= floor)
		return;
	l->mean += (window - l->mean) * share;
	l->seen += (1 - l->seen) * share;
	if (window * l->seen <= 0.1 * l->mean)
		return;
	l->gated += (window - l->gated) * share;
	l->gated_seen += (1 - l->gated_seen) * share;
}

/* A hop is complete: moves the trim, within a factor of two. */
static inline void match_hop(struct match *match)
{
	const double floor =
		MATCH_FLOOR * MATCH_HOPS * match->hop_cells * (double)GRID_FRAMES;
	struct match_loudness *in = &match->in, *out = &match->out;

	match_loudness_add(in, match->dry_hop, floor, match->memory_share);
	match_loudness_add(out, match->out_hop, floor, match->memory_share);
	match->dry_hop = match->out_hop = 0;
	match->cell = 0;
	if (in->gated_seen <= 0 || out->gated_seen <= 0)
		return;
	const double wanted = in->gated * out->gated_seen;
	const double found = out->gated * in->gated_seen;
	/* The power's logarithm, to first order and bounded. */
	const double off = (wanted - found) / (wanted + found);
	match->trim *= 1 + off * match->trim_share;
	match->trim = fmin(fmax(match->trim, 0.5), 2);
}

static inline void match_forget(struct match *match)
{
	memset(&match->in, 0, sizeof(match->in));
	memset(&match->out, 0, sizeof(match->out));
	match->dry_mean = match->wet_mean = match->dry_hop = match->out_hop = 0;
	match->cell = 0;
	match->trim = 1;
}

/* On a grid line: sets the gain's target for the next one. Holds below -70 LUFS. */
static inline void match_aim(struct match *match, bool on)
{
	const double floor = MATCH_FLOOR * GRID_FRAMES;
	const double gain = (double)match->gain;

	if (!on)
		match_forget(match);
	if (match->dry > floor) {
		match->dry_mean += (match->dry - match->dry_mean) * match->ratio_share;
		match->wet_mean += (match->wet - match->wet_mean) * match->ratio_share;
	}
	match->dry_hop += match->dry;
	match->out_hop += gain * gain * match->wet;
	match->dry = match->wet = 0;
	if (on && ++match->cell == match->hop_cells)
		match_hop(match);
	double target = 1;
	if (on && match->wet_mean > 0)
		target = match->trim * sqrt(match->dry_mean / match->wet_mean);
	target = fmin(fmax(target, 0.0625), 16);
	const bool settled = target == 1 && fabs(gain - 1) < 1e-6;
	if (settled)
		match->gain = 1;
	match->step =
		settled ? 0
			: (float)((target - gain) * match->move_share / GRID_FRAMES);
}

static inline void match_apply(struct match *match, const struct piece *piece)
{
	if (match->gain == 1 && match->step == 0)
		return;
	for (int c = 0; c < piece->channels; c++) {
		float gain = match->gain;
		for (int n = 0; n < piece->frames; n++) {
			gain += match->step;
			piece->out[c][n] *= gain;
		}
	}
	for (int n = 0; n < piece->frames; n++)
		match->gain += match->step;
}

#endif
