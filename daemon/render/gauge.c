/* gauge.c - measures a programme. lathe-render, in one thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/gauge.h"

#include "daemon/base/memory.h"
#include "daemon/render/shortpeak.h"
#include "dsp/kweight.h"
#include "dsp/truepeak.h"
#include "share/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_TENTHS = 4, /* of 0.1 s */
	WINDOW_TENTHS = 30,
	PIECE = TRUEPEAK_FRAMES,
};

struct gauging {
	struct gauge *gauge;
	int64_t next; /* frame at which the tenth ends */
	int64_t begun;
	struct kweight filter;
	struct kweight_state state[LAYOUT_MAX / 2];
	double weight[LAYOUT_MAX];
	struct truepeak peak[LAYOUT_MAX];
	struct shortpeak_taps taps;
	struct shortpeak other[LAYOUT_MAX];
	float last[LAYOUT_MAX];       /* true peak of the piece before */
	double energy;                /* of the tenth so far, weighted */
	float top;                    /* its true peak */
	double tenths[WINDOW_TENTHS]; /* mean powers of the last ones */
	int64_t tenth;                /* how many there have been */
	bool is_over;
	int in_point;        /* tenths in the curve's last point */
	struct bands *bands; /* NULL: no spectrum */
	float planes[LAYOUT_MAX][PIECE];
};

static double lufs(double power)
{
	return power > 0 ? -0.691 + 10 * log10(power) : -(double)INFINITY;
}

static int step_of(double loudness)
{
	const double step = (loudness - GAUGE_LOWEST) * GAUGE_PER_LU;

	return step < GAUGE_STEPS - 1 ? (int)step : GAUGE_STEPS - 1;
}

struct gauging *gauge_begin(struct gauge *gauge, int rate, int channels, bool spectrum)
{
	struct gauging *g = memory_zeroed(1, sizeof(*g));

	memset(gauge, 0, sizeof(*gauge));
	gauge->rate = rate;
	gauge->channels = channels;
	gauge->momentary_max = gauge->short_term_max = -HUGE_VAL;
	gauge->per_point = 1;
	g->gauge = gauge;
	g->next = rate / 10;
	kweight_init(&g->filter, rate);
	shortpeak_init(&g->taps);
	for (int c = 0; c < channels; c++)
		g->weight[c] = kweight_channel(c, channels);
	if (spectrum) {
		g->bands = memory_zeroed(1, sizeof(*g->bands));
		bands_init(g->bands, rate, false);
		bands_time(g->bands, HUGE_VAL);
	}
	return g;
}

/* ---- in time --------------------------------------------------------------------- */

/* Joins pairs of points, so that there is room for as many again. */
static void curve_halve(struct gauge *gauge)
{
	for (int i = 0; i < gauge->points / 2; i++) {
		gauge->short_term[i] =
			fmaxf(gauge->short_term[2 * i], gauge->short_term[2 * i + 1]);
		gauge->peak[i] = fmaxf(gauge->peak[2 * i], gauge->peak[2 * i + 1]);
	}
	gauge->points /= 2;
	gauge->per_point *= 2;
}

static void curve_add(struct gauging *g, double short_term)
{
	struct gauge *gauge = g->gauge;

	if (g->in_point == 0) {
		if (gauge->points == GAUGE_POINTS)
			curve_halve(gauge);
		gauge->short_term[gauge->points] = -HUGE_VAL;
		gauge->peak[gauge->points++] = 0;
	}
	float *loud = &gauge->short_term[gauge->points - 1];
	float *peak = &gauge->peak[gauge->points - 1];
	*loud = fmaxf(*loud, (float)short_term);
	*peak = fmaxf(*peak, g->top);
	if (++g->in_point >= gauge->per_point)
		g->in_point = 0;
}

/* ---- loudness -------------------------------------------------------------------- */

static double mean_of(const struct gauging *g, int count)
{
	double sum = 0;

	for (int i = 1; i <= count; i++)
		sum += g->tenths[(g->tenth - i) % WINDOW_TENTHS];
	return sum / count;
}

static void block_add(struct gauge *gauge, double power)
{
	const double loudness = lufs(power);

	gauge->momentary_max = fmax(gauge->momentary_max, loudness);
	if (loudness <= GAUGE_LOWEST)
		return;
	gauge->blocks[step_of(loudness)]++;
	gauge->powers[step_of(loudness)] += power;
}

static void window_add(struct gauge *gauge, double power)
{
	const double loudness = lufs(power);

	gauge->short_term_max = fmax(gauge->short_term_max, loudness);
	if (loudness <= GAUGE_LOWEST)
		return;
	gauge->windows[step_of(loudness)]++;
	gauge->window_power += power;
	gauge->window_count++;
}

static void tenth_end(struct gauging *g)
{
	struct gauge *gauge = g->gauge;
	const double frames = (double)(gauge->frames - g->begun);

	g->tenths[g->tenth++ % WINDOW_TENTHS] = g->energy * g->filter.level / frames;
	if (g->tenth >= BLOCK_TENTHS)
		block_add(gauge, mean_of(g, BLOCK_TENTHS));
	if (g->tenth >= WINDOW_TENTHS)
		window_add(gauge, mean_of(g, WINDOW_TENTHS));
	const int so_far = g->tenth < WINDOW_TENTHS ? (int)g->tenth : WINDOW_TENTHS;
	curve_add(g, lufs(mean_of(g, so_far)));
	gauge->true_peak = fmaxf(gauge->true_peak, g->top);
	g->energy = 0;
	g->top = 0;
	g->begun = gauge->frames;
	/* Tenths of a rate that is not a multiple of ten differ by a frame. */
	g->next = (g->tenth + 1) * gauge->rate / 10;
}

/* Pieces this far below the highest so far can't pass it on any meter. */
static const float near_the_top = 0.89f;

/* The highest of both meters. Both are late, by about half a piece. */
static float peak_of(struct gauging *g, int c, int frames)
{
	const float *in = g->planes[c];
	struct truepeak *tp = &g->peak[c];
	float peak[PIECE];
	struct truepeak_eighths eighths;

	truepeak_run(tp, in, peak, &eighths, frames);
	float top = truepeak_refine(tp, &eighths, peak, frames);
	truepeak_end(tp, &eighths, frames);
	for (int i = 0; i < frames; i++)
		top = fmaxf(top, fabsf(in[i]));
	const float most = fmaxf(g->gauge->true_peak, g->top);
	const bool near = fmaxf(top, g->last[c]) > most * near_the_top;
	g->last[c] = top;
	return fmaxf(top, shortpeak_run(&g->other[c], &g->taps, in, frames, near));
}

/* At most PIECE frames, within one tenth. `tail`: silence after the end. */
static void piece_add(struct gauging *g, int frames, bool tail)
{
	const int channels = g->gauge->channels;
	float top = 0;

	for (int c = 0; c < channels; c++)
		top = fmaxf(top, peak_of(g, c, frames));
	g->top = fmaxf(g->top, top);
	g->gauge->overs += top > 1 && !g->is_over;
	g->is_over = top > 1;
	for (int c = 0; c < channels && !tail; c += 2) {
		const int other = c + 1 < channels ? c + 1 : c;
		double energy[KWEIGHT_LANES] = { 0 };
		kweight_power(&g->filter, &g->state[c / 2], g->planes[c],
			      g->planes[other], frames, energy);
		g->energy += energy[0] * g->weight[c];
		if (other > c)
			g->energy += energy[1] * g->weight[other];
	}
	if (g->bands && !tail)
		bands_run(g->bands, g->planes[0], g->planes[channels > 1], 1, frames);
}

void gauge_add(struct gauging *g, const float *audio, int frames)
{
	struct gauge *gauge = g->gauge;
	const int channels = gauge->channels;

	for (int done = 0; done < frames;) {
		const int64_t room = g->next - gauge->frames;
		int n = frames - done < PIECE ? frames - done : PIECE;
		n = n < room ? n : (int)room;
		for (int c = 0; c < channels; c++)
			for (int i = 0; i < n; i++)
				g->planes[c][i] = audio[(done + i) * channels + c];
		piece_add(g, n, false);
		done += n;
		gauge->frames += n;
		if (gauge->frames == g->next)
			tenth_end(g);
	}
}

void gauge_end(struct gauging *g)
{
	struct gauge *gauge = g->gauge;

	/* Peaks are TRUEPEAK_DELAY frames late. */
	memset(g->planes, 0, sizeof(g->planes));
	piece_add(g, PIECE, true);
	gauge->true_peak = fmaxf(gauge->true_peak, g->top);
	if (gauge->points)
		gauge->peak[gauge->points - 1] =
			fmaxf(gauge->peak[gauge->points - 1], g->top);
	/* Programmes that are shorter than a block have one block, a shorter one. */
	if (g->tenth < BLOCK_TENTHS && gauge->frames > 0) {
		double sum = g->energy * g->filter.level;
		for (int i = 0; i < g->tenth; i++)
			sum += g->tenths[i] * gauge->rate / 10;
		block_add(gauge, sum / (double)gauge->frames);
	}
	for (int k = 0; k < BANDS_THIRDS && g->bands; k++)
		gauge->thirds[k] =
			(g->bands->band[k].first + g->bands->band[k].second) / 2;
	free(g->bands);
	free(g);
}

/* ---- results --------------------------------------------------------------------- */

/* Mean power of the blocks above a loudness. */
static double gated(const struct gauge *gauge, double gate)
{
	uint64_t count = 0;
	double sum = 0;

	for (int i = gate > GAUGE_LOWEST ? step_of(gate) : 0; i < GAUGE_STEPS; i++) {
		count += gauge->blocks[i];
		sum += gauge->powers[i];
	}
	return count ? sum / (double)count : 0;
}

double gauge_integrated(const struct gauge *gauge)
{
	return lufs(gated(gauge, lufs(gated(gauge, GAUGE_LOWEST)) - 10));
}

double gauge_range(const struct gauge *gauge)
{
	if (!gauge->window_count)
		return 0;
	const double mean = lufs(gauge->window_power / (double)gauge->window_count);
	const int first = mean - 20 > GAUGE_LOWEST ? step_of(mean - 20) : 0;
	uint64_t count = 0, seen = 0;
	int low = -1, high = first;

	for (int i = first; i < GAUGE_STEPS; i++)
		count += gauge->windows[i];
	if (!count)
		return 0;
	const uint64_t at_low = (uint64_t)((double)(count - 1) * 0.10 + 0.5);
	const uint64_t at_high = (uint64_t)((double)(count - 1) * 0.95 + 0.5);
	for (int i = first; i < GAUGE_STEPS && seen <= at_high; i++) {
		seen += gauge->windows[i];
		if (low < 0 && seen > at_low)
			low = i;
		high = i;
	}
	return (double)(high - low) / GAUGE_PER_LU;
}

double gauge_true_peak(const struct gauge *gauge)
{
	return 20 * log10((double)gauge->true_peak);
}

double gauge_plr(const struct gauge *gauge)
{
	return gauge_true_peak(gauge) - gauge_integrated(gauge);
}

void gauge_join(struct gauge *gauge, const struct gauge *other)
{
	for (int i = 0; i < GAUGE_STEPS; i++) {
		gauge->blocks[i] += other->blocks[i];
		gauge->powers[i] += other->powers[i];
		gauge->windows[i] += other->windows[i];
	}
	gauge->window_power += other->window_power;
	gauge->window_count += other->window_count;
	gauge->frames += other->frames;
	gauge->overs += other->overs;
	gauge->true_peak = fmaxf(gauge->true_peak, other->true_peak);
	gauge->momentary_max = fmax(gauge->momentary_max, other->momentary_max);
	gauge->short_term_max = fmax(gauge->short_term_max, other->short_term_max);
}
