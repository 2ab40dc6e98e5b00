/* tonematch.c - tonematch's audio part. Run by the audio thread; arithmetic only.
 *
 *   in --+--> long-term spectrum --> beside the curve --> eight gains, slowly --.
 *        +--> eight bells in a row <--------------------------------------------'--> out
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "modules/tonematch/tonematch.h"

#define FEWEST 6.0    /* windows before anything is corrected */
#define EMPTY (-35.0) /* dB below the curve: too little programme to correct */
#define GLIDE_S 4.0
#define TINY_DB 1e-4

/* dB of each spectrum band under (-) or over the curve, the mean of all taken away;
 * bands without programme follow it. Returns the mean size. */
static float compare(const struct tonespectrum *s, const float *curve,
		     double off[TONESPECTRUM_BANDS])
{
	bool counts[TONESPECTRUM_BANDS];
	double mean = 0, size = 0, top = -300;
	int count = 0;

	for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
		off[b] = 4.3429448190325182 * log(s->share[b] + 1e-30) -
			 (double)curve[b];
		top = off[b] > top ? off[b] : top;
	}
	for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
		counts[b] = off[b] > top + EMPTY;
		/* From 50 Hz to 12 kHz: the ends do not count for the level. */
		if (counts[b] && b >= 8 && b <= 55) {
			mean += off[b];
			count++;
		}
	}
	mean = count ? mean / count : 0;
	for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
		off[b] = counts[b] ? off[b] - mean : 0;
		size += fabs(off[b]);
	}
	return (float)(size / TONESPECTRUM_BANDS);
}

static double bounded(double x, double most)
{
	return x > most ? most : x < -most ? -most : x;
}

/* A window is complete: sets the bells' targets. */
static void aim(struct tonematch *t, const float *values)
{
	const struct tonematch_design *d = t->design;
	const double range = (double)values[TONEMATCH_RANGE];
	const double part = (double)values[TONEMATCH_AMOUNT] / 100.0;
	const int choice = (int)values[TONEMATCH_CURVE];
	const bool ready = choice < TONEMATCH_READY || !t->curve;
	const float *curve = ready ? d->curve[choice % TONEMATCH_READY] : t->curve;
	double off[TONESPECTRUM_BANDS], middle[TONEMATCH_BANDS], mean = 0;

	t->off = compare(&t->spectrum, curve, off);
	for (int k = 0; k < TONEMATCH_BANDS; k++) {
		double seen = 0;
		for (int b = 0; b < TONESPECTRUM_BANDS; b++)
			seen += (double)d->view[k][b] * off[b];
		middle[k] = bounded(-part * seen, range);
		mean += middle[k] / TONEMATCH_BANDS;
	}
	for (int k = 0; k < TONEMATCH_BANDS; k++) {
		double gain = 0;
		for (int j = 0; j < TONEMATCH_BANDS; j++)
			gain += d->apart[k][j] * (middle[j] - mean);
		t->wanted[k] = bounded(gain, range);
	}
}

/* On every grid line: takes a complete window, and prepares 64 frames of every bell. */
static void glide(struct tonematch *t, const float *values)
{
	const double silence = db_gain(2.0 * (double)values[TONEMATCH_SILENCE]);
	const double windows =
		(double)values[TONEMATCH_TIME] / t->design->tables.window_s;
	const bool hold = values[TONEMATCH_HOLD] != 0.0f;
	struct tonespectrum *s = &t->spectrum;

	if (s->done == TONESPECTRUM_BUTTERFLIES) {
		tonespectrum_close(s, &t->design->tables, windows, silence, hold);
		if (s->counted && s->memory >= FEWEST)
			aim(t, values);
	}
	const double share = GRID_FRAMES / (GLIDE_S * t->rate);
	t->moving = false;
	for (int k = 0; k < TONEMATCH_BANDS; k++) {
		const double now = t->amount[k] + t->step[k] * GRID_FRAMES;
		/* While frozen or without new windows, the bells do not move. */
		if (s->counted)
			t->gain[k] += (t->wanted[k] - t->gain[k]) * share;
		if (fabs(t->gain[k]) < TINY_DB && t->wanted[k] == 0)
			t->gain[k] = 0;
		/* A bell of +6.02 dB adds one input in its middle. */
		const double next = db_gain(t->gain[k]) - 1.0;
		t->amount[k] = now;
		t->step[k] = (next - now) / GRID_FRAMES;
		if (next == 0 && fabs(now) < 1e-12)
			t->amount[k] = t->step[k] = 0;
		t->moving |= t->amount[k] != 0 || t->step[k] != 0;
	}
}

/* One or two channels through the bells. */
static void bells_run(struct tonematch *t, const struct piece *piece, int first,
		      double (*const *amount)[CASCADE_PASS])
{
	const int count = first + 1 < t->channels ? 2 : 1;
	const struct cascade *cascades[2] = { &t->design->bells, &t->design->bells };
	struct cascade_state *states[2] = { &t->state[first],
					    &t->state[first + count - 1] };
	double x[2][GRID_FRAMES], *const rows[2] = { x[0], x[1] };

	for (int c = 0; c < count; c++)
		for (int i = 0; i < piece->frames; i++)
			x[c][i] = (double)piece->in[first + c][i];
	cascade_run_moving(cascades, states, rows, piece->frames, count, amount);
	for (int c = 0; c < count; c++)
		for (int i = 0; i < piece->frames; i++)
			piece->out[first + c][i] = (float)x[c][i];
}

static void publish(const struct tonematch *t, float *meters)
{
	meters[TONEMATCH_FROZEN] = t->spectrum.counted ? 0 : 1;
	meters[TONEMATCH_OFF] = t->off;
	for (int k = 0; k < TONEMATCH_BANDS; k++)
		meters[TONEMATCH_CORRECTION + k] = (float)t->gain[k];
}

static void process(void *state, const struct piece *piece) REALTIME;
static void process(void *state, const struct piece *piece)
{
	struct tonematch *t = state;
	const int at = (int)(piece->frame % GRID_FRAMES), frames = piece->frames;
	double skewed[CASCADE_STEPS][CASCADE_PASS];
	double(*const amount[2])[CASCADE_PASS] = { skewed, skewed };

	if (at == 0)
		glide(t, piece->values);
	tonespectrum_run(&t->spectrum, &t->design->tables, piece->in[0],
			 piece->in[t->channels > 1 ? 1 : 0], frames);
	publish(t, piece->meters);
	if (!t->moving) {
		memset(t->state, 0, sizeof(t->state));
		for (int c = 0; c < t->channels; c++)
			if (piece->out[c] != piece->in[c])
				memcpy(piece->out[c], piece->in[c],
				       (size_t)frames * sizeof(float));
		return;
	}
	for (int i = 0; i < frames + CASCADE_PASS - 1; i++)
		for (int k = 0; k < CASCADE_PASS; k++) {
			const double on = t->step[k] * (at + i - k);
			skewed[i][k] = t->amount[k] + on;
		}
	for (int c = 0; c < t->channels; c += 2)
		bells_run(t, piece, c, amount);
	t->silent = (t->silent || at == 0) && piece->silent;
	if (t->silent && at + frames == GRID_FRAMES)
		for (int c = 0; c < t->channels; c++)
			cascade_settle(&t->design->bells, &t->state[c], 1.0, 1e-10);
}

static void adopt(void *state, const void *old) REALTIME;
static void adopt(void *state, const void *old)
{
	_Static_assert(sizeof(struct tonematch) <= ADOPT_BYTES_MAX,
		       "more than adopt may copy");
	struct tonematch *t = state;
	const struct tonematch_design *design = t->design;
	float *curve = t->curve;
	memcpy(t, old, sizeof(*t));
	t->design = design;
	t->curve = curve;
}

MODULE_KERNEL(tonematch) = { .process = process, .adopt = adopt };
