/* deesser.c - the de-esser's audio part. Run by the audio thread; arithmetic only.
 *
 *   in --+--> band-pass --+--> band-pass --> power --.
 *        |                |                          +--> ratio -> curve -> ballistics -> g
 *        +--> power, 1 s -|--------------------------'
 *        |                '--> x (g - 1) --.
 *        +--------------------------------(+)--> out          (split; wide: in x g)
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "modules/deesser/deesser.h"

#define CLIP 4.0 /* +12 dBFS: higher levels count as this */

/* Ratio 4:1 above the threshold, with a knee of 6 dB. */
#define SLOPE 0.75f
#define KNEE 1.0f
#define SILENCE 1e-12f /* power; below it nothing counts as a sibilant */
#define QUIET 0.01     /* of the programme's power: less is a pause */

typedef double pair __attribute__((vector_size(16)));
typedef float row[GRID_FRAMES] __attribute__((aligned(64)));

/* What a piece has in common for both halves. */
struct work {
	const struct piece *piece;
	int frames, rounded; /* rounded: up to whole vectors */
	row programme;       /* power */
};

/* Power of all channels over the last second; pauses have a tenth of the weight. */
static void programme_run(struct deesser *d, struct work *w)
{
	const struct piece *piece = w->piece;
	double now = d->now_power, programme = d->programme_power;
	/* The first 50 ms are too short to measure. */
	const double young = 1.0 - 20.0 * d->age / d->rate;
	const double scale = young > 0 ? 1.0 + 1e4 * young : 1.0;

	for (int i = 0; i < w->frames; i++) {
		double power = 0;
		for (int c = 0; c < d->channels; c++) {
			const double x = (double)piece->in[c][i];
			const double up = x > -CLIP ? x : -CLIP;
			const double in = up < CLIP ? up : CLIP;
			power += in * in;
		}
		now += d->middle * (power - now);
		const double share =
			now > QUIET * programme ? d->share : 0.1 * d->share;
		programme += share * (power - programme);
		w->programme[i] = (float)(scale * programme);
	}
	d->now_power = now;
	d->programme_power = programme;
}

/* On grid lines: the memory grows to one second. Silence at the start does not count,
 * so that the programme after it sounds the same however long the silence was. */
static void programme_age(struct deesser *d)
{
	if (d->age == 0 || d->now_power > 0)
		d->age =
			d->age + GRID_FRAMES < d->rate ? d->age + GRID_FRAMES : d->rate;
	d->share = 1.0 / d->age;
}

/* Both band-passes over two channels; band[] is the first's output, power[] gets the
 * second's added. Zavalishin, "The art of VA filter design", 4. */
static void filter_run(const struct deesser_numbers *n, struct deesser_filter *f,
		       const float *left, const float *right, pair *band, double *power,
		       double right_counts, int frames)
{
	pair s[2][2];
	memcpy(s, f->memory, sizeof(s));
	for (int i = 0; i < frames; i++) {
		pair x = { (double)left[i], (double)right[i] };
		for (int stage = 0; stage < 2; stage++) {
			const pair v3 = x - s[stage][1];
			const pair from = n->a1 * s[stage][0];
			const pair v1 = n->a2 * v3 + from;
			const pair low = n->a2 * s[stage][0] + s[stage][1];
			const pair v2 = n->a3 * v3 + low;
			s[stage][0] = 2.0 * v1 - s[stage][0];
			s[stage][1] = 2.0 * v2 - s[stage][1];
			x = n->k * v1;
			if (stage == 0)
				band[i] = x;
		}
		const double l = x[0] * x[0], r = x[1] * x[1];
		power[i] += l;
		power[i] += right_counts * r;
	}
	memcpy(f->memory, s, sizeof(s));
}

/* From the level of the band over the programme's to reduction, in log2 units. */
static void reduction_run(struct deesser *d, const struct work *w,
			  struct deesser_half *half, const double *power, bool unheard,
			  float *reduction)
{
	const struct deesser_numbers *n = &half->numbers;
	const vf least = vf_all(GAIN_POWER_FLOOR), range = vf_all(n->range);
	const vf silence = vf_all(SILENCE);
	double band = half->band_power;

	for (int i = 0; i < w->frames; i++) {
		band += d->quick * (power[i] - band);
		reduction[i] = (float)band;
	}
	half->band_power = band;
	for (int i = w->frames; i < w->rounded; i++)
		reduction[i] = 0;
	for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
		const vf top = vf_log2(vf_max(vf_load(reduction + i), least));
		const vf base = vf_log2(vf_max(vf_load(w->programme + i), silence));
		const vf level = 0.5f * (top - base);
		vf_store(reduction + i,
			 gain_curve_ranged(level, vf_all(n->threshold), vf_all(SLOPE),
					   vf_all(KNEE), range));
	}
	/* A half that is not heard yet takes its reduction at once. */
	const struct ballistics at_once = { d->quick, d->quick };
	ballistics_run(unheard ? at_once : n->speed, &half->reduction, reduction,
		       reduction, w->frames);
	if (half->reduction < 1e-9)
		half->reduction = 0;
}

/* Plays the piece with one set of values; returns the largest reduction. */
static float half_run(struct deesser *d, const struct work *w,
		      struct deesser_half *half, bool unheard, row *out)
{
	const struct deesser_numbers *n = &half->numbers;
	const int last = d->channels - 1;

	pair band[DEESSER_PAIRS][GRID_FRAMES];
	double power[GRID_FRAMES] = { 0 };
	row gain;
	vf most = { 0 };
	for (int c = 0; c <= last; c += DEESSER_LANES)
		filter_run(n, &half->filter[c / DEESSER_LANES], w->piece->in[c],
			   w->piece->in[c < last ? c + 1 : c], band[c / DEESSER_LANES],
			   power, c < last ? 1 : 0, w->frames);
	reduction_run(d, w, half, power, unheard, gain);
	for (int i = w->frames; i < w->rounded; i++)
		gain[i] = 0;
	for (int i = 0; i < w->rounded; i += VEC_FLOATS) {
		const vf reduction = vf_load(gain + i);
		most = vf_max(most, reduction);
		vf_store(gain + i, gain_of(reduction));
	}
	for (int c = 0; c <= last; c++) {
		const float *in = w->piece->in[c];
		const pair *part = band[c / DEESSER_LANES];
		for (int i = 0; i < w->frames; i++) {
			const float heard = (float)part[i][c % DEESSER_LANES];
			const float less = heard * (gain[i] - 1.0f);
			out[c][i] = n->listen ? heard
				    : n->wide ? in[i] * gain[i]
					      : in[i] + less;
		}
	}
	return vf_peak(most) * (float)DB_PER_OCTAVE;
}

/* The memory of the other half is used; differences of its band settle silently. */
static void change(struct deesser *d, const struct deesser_numbers *numbers)
{
	const int old = d->fade.playing;
	const int wait = d->rate / 50 / GRID_FRAMES * GRID_FRAMES;
	const int next = crossfade_start(&d->fade, wait);

	d->half[next] = d->half[old];
	d->half[next].numbers = *numbers;
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct deesser *d = state;
	const struct deesser_numbers *numbers = piece->numbers;
	struct work w;

	row out[CHANNELS_MAX], next[CHANNELS_MAX], weight;
	w.piece = piece;
	w.frames = piece->frames;
	w.rounded = (piece->frames + VEC_FLOATS - 1) / VEC_FLOATS * VEC_FLOATS;
	for (int i = w.frames; i < w.rounded; i++)
		w.programme[i] = 1;
	if (!d->warm)
		d->half[d->fade.playing].numbers = *numbers;
	if (!d->warm || piece->frame % GRID_FRAMES == 0) {
		programme_age(d);
		if (!d->fade.running &&
		    d->half[d->fade.playing].numbers.serial != numbers->serial)
			change(d, numbers);
	}
	d->warm = true;
	programme_run(d, &w);
	const int playing = d->fade.playing;
	float most = half_run(d, &w, &d->half[playing], false, out);
	if (d->fade.running) {
		const bool unheard = d->fade.age < 0;
		const float other =
			half_run(d, &w, &d->half[1 - playing], unheard, next);
		most = other > most ? other : most;
		crossfade_run(&d->fade, smooth_frames(d->rate), weight, w.frames);
		for (int c = 0; c < d->channels; c++)
			crossfade_mix(weight, next[c], out[c], w.frames);
	}
	for (int c = 0; c < d->channels; c++)
		memcpy(piece->out[c], out[c], (size_t)w.frames * sizeof(float));
	piece->meters[0] = most;
}

static void adopt(void *state, const void *old) REALTIME;
static void adopt(void *state, const void *old)
{
	memcpy(state, old, sizeof(struct deesser));
}

MODULE_KERNEL(deesser) = { .process = process, .adopt = adopt };
