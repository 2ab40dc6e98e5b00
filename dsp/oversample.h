/* oversample.h - linear-phase oversampling by 2, 4 or 8 for one channel.
 *
 *   in (1 phase) -> half-band -> 2 phases -> 4 -> 8 -> means of neighbours, by the caller
 *   out <- half-band <- 2 phases <- 4 <- even low-pass <-'
 *
 * A signal at P times the rate is kept as P arrays, one a phase, never interleaved: every
 * filter then runs over whole vectors at the base rate. A half-band of 2K taps passes one
 * phase through and filters the other. The first is Kaiser windowed (Kaiser and Schafer,
 * 1980); the others, whose signal fills little of their band, interpolate at Chebyshev's
 * points of it, nearly minimax. Antiderivative anti-aliasing makes means of two
 * neighbours, half a frame late and with less treble: the low-pass from the top has an
 * even length, which adds another half frame, and restores the treble. Flat to 20 kHz
 * within 0.04 dB, images and aliases under 20 kHz 80 dB down or more; below 44.1 kHz the same
 * share of the band (0.45 of the rate) takes the place of 20 kHz. The delay up and down is
 * padded to whole frames. Audio thread, but oversample_design().
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_OVERSAMPLE_H
#define LATHE_DSP_OVERSAMPLE_H

#include <math.h>
#include <stdbool.h>

#include "dsp/fir.h"

enum {
	OVERSAMPLE_FRAMES = 64, /* most of one call */
	OVERSAMPLE_PHASES = 8,
	OVERSAMPLE_STAGES = 3,
	OVERSAMPLE_TAPS = 80,     /* most of the first stage */
	OVERSAMPLE_TAPS_TWO = 10, /* of the filters between 2 and 4 phases */
	OVERSAMPLE_TAPS_FOUR = 6, /* and between 4 and 8 */
	OVERSAMPLE_TAPS_HIGH = 10,
	OVERSAMPLE_TAPS_TOP = 12,      /* of the low-pass from the top */
	OVERSAMPLE_TAPS_TOP_SHORT = 8, /* the same of 8 phases or above 300 kHz */
	OVERSAMPLE_MEMORY = 80,        /* frames that the first stage remembers */
	OVERSAMPLE_MEMORY_HIGH = 16,   /* and the others */
	OVERSAMPLE_ROW = OVERSAMPLE_MEMORY + OVERSAMPLE_FRAMES + 16,
	OVERSAMPLE_ROW_HIGH = OVERSAMPLE_MEMORY_HIGH + OVERSAMPLE_FRAMES + 16,
};

struct oversample_design {
	int stages; /* 1, 2 or 3: 2, 4 or 8 phases */
	int taps[OVERSAMPLE_STAGES];
	float tap[OVERSAMPLE_STAGES][OVERSAMPLE_TAPS]; /* sum 1 */
	float top[OVERSAMPLE_TAPS_TOP];                /* sum 1 */
	int top_taps;
	int pad;     /* top-rate frames that make the delay whole */
	int latency; /* frames, up and down */
	int memory;  /* frames that the first stage needs, whole vectors of any width */
};

/* One channel's memory: what each filter still needs of each phase. */
struct oversample {
	float up_base[OVERSAMPLE_MEMORY];
	float up_high[1 + 2][OVERSAMPLE_MEMORY_HIGH]; /* of the filtered phases */
	float down_base[2][OVERSAMPLE_MEMORY];
	float down_high[4 + 8][OVERSAMPLE_MEMORY_HIGH];
};

/* Where the phases of one piece lie: row[p][n] is frame n, some older ones are before it. A
 * phase that only passed a filter is no copy but a later look at what it came from. */
struct oversample_rows {
	float *row[OVERSAMPLE_PHASES];
};

/* Room on the stack for one channel's piece. */
struct oversample_work {
	_Alignas(64) float base[2][OVERSAMPLE_ROW];
	float high[OVERSAMPLE_PHASES + 4][OVERSAMPLE_ROW_HIGH];
};

/* ---- design: control or worker thread -------------------------------------------- */

/* The 2 * half taps of a half-band beside its middle one, for one phase. */
static inline void oversample_halfband(float *tap, int half, double beta)
{
	double sum = 0, exact[OVERSAMPLE_TAPS];

	for (int i = 0; i < 2 * half; i++) {
		const double t = i - half + 0.5;
		const double edge = t / half;
		const double window =
			fir_bessel(beta * sqrt(1 - edge * edge)) / fir_bessel(beta);
		exact[i] = sin(M_PI * t) / (M_PI * t) * window;
		sum += exact[i];
	}
	for (int i = 0; i < 2 * half; i++)
		tap[i] = (float)(exact[i] / sum);
}

/* Gauss and Jordan: the solution of m[count][count], right sides in m[][count]. */
enum { OVERSAMPLE_UNKNOWNS = 5 };
static inline void oversample_solve(double m[][OVERSAMPLE_UNKNOWNS + 1], int count,
				    double *solution)
{
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < count; j++) {
			const double share = m[j][i] / m[i][i];
			for (int k = i; j != i && k <= count; k++)
				m[j][k] -= share * m[i][k];
		}
	}
	for (int i = 0; i < count; i++)
		solution[i] = m[i][count] / m[i][i];
}

/* The j-th of `count` of Chebyshev's points of cos w, 0 <= w <= `most`: where the error
 * of a fit is to be 0, so that it is even over the whole range. */
static inline double oversample_point(int j, int count, double most)
{
	const double least = cos(most), point = cos(M_PI * (j + 0.5) / count);

	return acos(0.5 * (1 + least) + 0.5 * (1 - least) * point);
}

/* The half-band for a signal below `edge`, in cycles per frame of the one phase: half a
 * frame's delay. */
static inline void oversample_interpolator(float *tap, int half, double edge)
{
	double m[OVERSAMPLE_UNKNOWNS][OVERSAMPLE_UNKNOWNS + 1];
	double gain[OVERSAMPLE_UNKNOWNS], sum = 0;

	for (int j = 0; j < half; j++) {
		const double w = oversample_point(j, half, 2 * M_PI * edge);
		for (int i = 0; i < half; i++)
			m[j][i] = cos(w * (i + 0.5));
		m[j][half] = 1;
	}
	oversample_solve(m, half, gain);
	for (int i = 0; i < half; i++)
		sum += gain[i];
	for (int i = 0; i < half; i++)
		tap[half + i] = tap[half - 1 - i] = (float)(0.5 * gain[i] / sum);
}

/* Of a filter with these taps at w, its delay left out. */
static inline double oversample_gain(const double *tap, int taps, double w)
{
	double sum = 0;

	for (int i = 0; i < taps; i++)
		sum += tap[i] * cos(w * (i - 0.5 * (taps - 1)));
	return sum;
}

/* tap[] times the polynomial by[count]. */
static inline int oversample_multiply(double *tap, int taps, const double *by,
				      int count)
{
	double product[OVERSAMPLE_TAPS_TOP] = { 0 };

	for (int i = 0; i < taps; i++)
		for (int k = 0; k < count; k++)
			product[i + k] += tap[i] * by[k];
	memcpy(tap, product, sizeof(product));
	return taps + count - 1;
}

/* Even length: Chebyshev's polynomial in cos(w / 2) over the stop band, whose zeros
 * these are, and a short factor that makes it and the mean of two neighbours flat up to
 * `edge`, in cycles per frame of the top rate. */
static inline void oversample_low_pass(float *top, int taps, double edge)
{
	const int extra = taps == OVERSAMPLE_TAPS_TOP ? 2 : 1,
		  zeros = taps - 1 - 2 * extra;
	double tap[OVERSAMPLE_TAPS_TOP] = { 1, 1 }, e[OVERSAMPLE_UNKNOWNS];
	double m[OVERSAMPLE_UNKNOWNS][OVERSAMPLE_UNKNOWNS + 1], even[5] = { 0 };
	int count = 2;

	for (int k = 0; k < zeros / 2; k++) {
		const double zero =
			cos(M_PI * (0.5 - edge)) * cos(M_PI * (k + 0.5) / zeros);
		const double pair[3] = { 1, -2 * cos(2 * acos(zero)), 1 };
		count = oversample_multiply(tap, count, pair, 3);
	}
	for (int j = 0; j <= extra; j++) {
		const double w = oversample_point(j, extra + 1, 2 * M_PI * edge);
		for (int i = 0; i <= extra; i++)
			m[j][i] = cos(w * i);
		m[j][extra + 1] = 1 / cos(w / 2) / oversample_gain(tap, count, w);
	}
	oversample_solve(m, extra + 1, e);
	for (int i = 0; i <= extra; i++)
		even[extra + i] = even[extra - i] = i ? 0.5 * e[i] : e[0];
	count = oversample_multiply(tap, count, even, 2 * extra + 1);
	const double sum = oversample_gain(tap, count, 0);
	for (int i = 0; i < count; i++)
		top[i] = (float)(tap[i] / sum);
}

/* Phases at the top: 2^stages up to 50 kHz, half as many up to 100 kHz, and again, but
 * two at least, so that the top rate is about the same. */
static inline void oversample_design(struct oversample_design *design, double rate,
				     int stages)
{
	const double edge_hz = 20000 * fmin(rate / 44100, 1);
	const double stop_db = 90, beta = 0.1102 * (stop_db - 8.7);

	stages -= (rate > 50000) + (rate > 100000);
	design->stages = stages = stages < 1 ? 1 : stages;
	const int phases = 1 << stages;
	const double heard = edge_hz < 0.45 * rate ? edge_hz / rate : 0.45;
	int delay = 0;
	for (int s = 0; s < stages; s++) {
		const double twice = rate * (2 << s);
		const double transition = (twice / 2 - 2 * edge_hz) / twice * 2 * M_PI;
		int half = (int)ceil(((stop_db - 8) / (2.285 * transition) + 2) / 4);
		if (s > 0)
			half = (s == 1 ? OVERSAMPLE_TAPS_TWO : OVERSAMPLE_TAPS_FOUR) /
			       2;
		else if (half > OVERSAMPLE_TAPS / 2)
			half = OVERSAMPLE_TAPS / 2;
		design->taps[s] = 2 * half;
		if (s == 0)
			oversample_halfband(design->tap[s], half, beta);
		else
			oversample_interpolator(design->tap[s], half, heard / (1 << s));
		delay +=
			(phases >> (s + 1)) * (2 * half - 1) * (s + 1 < stages ? 2 : 1);
	}
	design->top_taps = stages == OVERSAMPLE_STAGES || rate * phases > 300000
				   ? OVERSAMPLE_TAPS_TOP_SHORT
				   : OVERSAMPLE_TAPS_TOP;
	oversample_low_pass(design->top, design->top_taps, heard / phases);
	delay += design->top_taps / 2;
	design->memory = (design->taps[0] + 15) / 16 * 16;
	design->pad = -delay & (phases - 1);
	design->latency = (delay + design->pad) / phases;
}

/* ---- the filters: audio thread --------------------------------------------------- */

/* Frame `index` of 2^log2_rows phases, counted at their own rate from the first new
 * one, and those that follow it at the base rate. */
static inline const float *oversample_at(const struct oversample_rows *x, int log2_rows,
					 int index)
{
	return x->row[index & ((1 << log2_rows) - 1)] + (index >> log2_rows);
}

/* `count` vectors of the sum of tap[i] * x[n - i]; down: halved, and half of middle[n] added. */
static inline __attribute__((always_inline)) void
oversample_fir_vectors(const float *x, const float *tap, int taps, const float *middle,
		       float *out, const int count)
{
	vf sum[8] = { { 0 } };
#pragma GCC unroll 2
	for (int i = 0; i < taps; i++) {
		const vf gain = vf_all(tap[i]);
#pragma GCC unroll 8
		for (int k = 0; k < count; k++)
			sum[k] += gain * vf_load(x - i + k * VEC_FLOATS);
	}
#pragma GCC unroll 8
	for (int k = 0; k < count; k++)
		vf_store(out + k * VEC_FLOATS,
			 middle ? 0.5f * (sum[k] + vf_load(middle + k * VEC_FLOATS))
				: sum[k]);
}

static inline __attribute__((always_inline)) void
oversample_fir(const float *x, const float *tap, int taps, const float *middle,
	       float *out, int frames)
{
	int n = 0;

	for (; n + 8 * VEC_FLOATS <= frames; n += 8 * VEC_FLOATS)
		oversample_fir_vectors(x + n, tap, taps, middle ? middle + n : NULL,
				       out + n, 8);
	for (; n + 4 * VEC_FLOATS <= frames; n += 4 * VEC_FLOATS)
		oversample_fir_vectors(x + n, tap, taps, middle ? middle + n : NULL,
				       out + n, 4);
	for (; n < frames; n += VEC_FLOATS)
		oversample_fir_vectors(x + n, tap, taps, middle ? middle + n : NULL,
				       out + n, 1);
}

/* Q rows in, Q rows out: out[p][n] = sum of tap[i] * x[p - i], both Q-phase streams;
 * down: halved, and half of middle[p][n] added. Each vector is loaded once for all the
 * outputs; Q and taps are constants, so that the taps stay in registers. */
static inline __attribute__((always_inline)) void
oversample_bank(const float *const *x, const float *tap, const float *const *middle,
		float *const *out, const int q, const int taps, int frames)
{
	vf gain[OVERSAMPLE_TAPS_HIGH];
#pragma GCC unroll 10
	for (int i = 0; i < taps; i++)
		gain[i] = vf_all(middle ? 0.5f * tap[i] : tap[i]);
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		vf sum[4] = { { 0 } };
#pragma GCC unroll 4
		for (int p = 0; middle && p < q; p++)
			sum[p] = 0.5f * vf_load(middle[p] + n);
#pragma GCC unroll 16
		for (int r = q - 1; r > -taps; r--) {
			const int row = (r + 16 * q) % q;
			const vf in = vf_load(x[row] + n + (r - row) / q);
#pragma GCC unroll 4
			for (int p = 0; p < q; p++)
				if (p - r >= 0 && p - r < taps)
					sum[p] += gain[p - r] * in;
		}
#pragma GCC unroll 4
		for (int p = 0; p < q; p++)
			vf_store(out[p] + n, sum[p]);
	}
}

/* The filtered phases of stage s, of x at 2^s phases (of a larger stream: every second). */
static inline __attribute__((always_inline)) void
oversample_filter(const float *const *x, const struct oversample_design *design, int s,
		  const float *const *middle, float *const *out, int frames)
{
	const float *tap = design->tap[s];

	if (s == 0)
		oversample_fir(x[0], tap, design->taps[0], middle ? middle[0] : NULL,
			       out[0], frames);
	else if (s == 1)
		oversample_bank(x, tap, middle, out, 2, OVERSAMPLE_TAPS_TWO, frames);
	else
		oversample_bank(x, tap, middle, out, 4, OVERSAMPLE_TAPS_FOUR, frames);
}

/* 2q phases at the top to q: out[p][n] is the sum of tap[i] * x[2p - pad - i]. */
static inline __attribute__((always_inline)) void
oversample_halve(const struct oversample_rows *x,
		 const struct oversample_design *design, float *const *out, const int q,
		 const int taps, int frames)
{
	const float *at[OVERSAMPLE_PHASES];

	vf gain[OVERSAMPLE_TAPS_TOP];
	for (int r = 0; r < 2 * q; r++)
		at[r] = oversample_at(x, design->stages, r - design->pad);
#pragma GCC unroll 12
	for (int i = 0; i < taps; i++)
		gain[i] = vf_all(design->top[i]);
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		vf sum[4] = { { 0 } };
#pragma GCC unroll 24
		for (int r = 2 * q - 2; r > -taps; r--) {
			const int row = (r + 32 * q) % (2 * q);
			const vf in = vf_load(at[row] + n + (r - row) / (2 * q));
#pragma GCC unroll 4
			for (int p = 0; p < q; p++)
				if (2 * p - r >= 0 && 2 * p - r < taps)
					sum[p] += gain[2 * p - r] * in;
		}
#pragma GCC unroll 4
		for (int p = 0; p < q; p++)
			vf_store(out[p] + n, sum[p]);
	}
}

static inline void oversample_from_top(const struct oversample_rows *x,
				       const struct oversample_design *design,
				       float *const *out, int frames)
{
	const bool brief = design->top_taps == OVERSAMPLE_TAPS_TOP_SHORT;

	if (design->stages == 3)
		oversample_halve(x, design, out, 4, OVERSAMPLE_TAPS_TOP_SHORT, frames);
	else if (design->stages == 2 && brief)
		oversample_halve(x, design, out, 2, OVERSAMPLE_TAPS_TOP_SHORT, frames);
	else if (design->stages == 2)
		oversample_halve(x, design, out, 2, OVERSAMPLE_TAPS_TOP, frames);
	else if (brief)
		oversample_halve(x, design, out, 1, OVERSAMPLE_TAPS_TOP_SHORT, frames);
	else
		oversample_halve(x, design, out, 1, OVERSAMPLE_TAPS_TOP, frames);
}

/* Whole vectors. */
static inline void oversample_copy(float *to, const float *from, int floats)
{
	for (int i = 0; i < floats; i += VEC_FLOATS)
		vf_store(to + i, vf_load(from + i));
}

static inline void oversample_recall(float *row, const float *memory, int frames)
{
	oversample_copy(row - frames, memory, frames);
}

static inline void oversample_remember(const float *row, float *memory,
				       int memory_frames, int frames)
{
	oversample_copy(memory, row + frames - memory_frames, memory_frames);
}

/* in[frames] -> 2^stages phases in `work`, each with some frames of history. */
static inline struct oversample_rows
oversample_raise(struct oversample *channel, const struct oversample_design *design,
		 const float *in, struct oversample_work *work, int frames)
{
	struct oversample_rows x = { { work->base[0] + OVERSAMPLE_MEMORY } };
	int filtered = 0;

	oversample_recall(x.row[0], channel->up_base, design->memory);
	memcpy(x.row[0], in, (size_t)frames * sizeof(float));
	memset(x.row[0] + frames, 0, VEC_BYTES);
	oversample_remember(x.row[0], channel->up_base, design->memory, frames);
	for (int s = 0; s < design->stages; s++) {
		struct oversample_rows y;
		const float *from[4];
		float *out[4];
		const int taps = design->taps[s];
		for (int p = 0; p < 1 << s; p++) {
			from[p] = x.row[p];
			out[p] = work->high[filtered + p] + OVERSAMPLE_MEMORY_HIGH;
			y.row[2 * p] = out[p];
			y.row[2 * p + 1] = (float *)(uintptr_t)oversample_at(
				&x, s, p - taps / 2 + 1);
		}
		oversample_filter(from, design, s, NULL, out, frames);
		for (int p = 0; s + 1 < design->stages && p < 1 << s; p++) {
			float *memory = channel->up_high[filtered + p];
			oversample_recall(out[p], memory, OVERSAMPLE_MEMORY_HIGH);
			oversample_remember(out[p], memory, OVERSAMPLE_MEMORY_HIGH,
					    frames);
		}
		filtered += 1 << s;
		x = y;
	}
	return x;
}

/* Rows of `work` for what goes down: the caller fills [frames] of each. */
static inline struct oversample_rows
oversample_room(const struct oversample_design *design, struct oversample_work *work)
{
	struct oversample_rows x;

	for (int p = 0; p < 1 << design->stages; p++)
		x.row[p] = design->stages == 1 ? work->base[p] + OVERSAMPLE_MEMORY
					       : work->high[p] + OVERSAMPLE_MEMORY_HIGH;
	return x;
}

/* The phases at 2^(s + 1) rows, where they were before, and what of them comes next. */
static inline void oversample_history(struct oversample *channel,
				      const struct oversample_design *design,
				      const struct oversample_rows *x, int s,
				      int frames)
{
	float(*high)[OVERSAMPLE_MEMORY_HIGH] = channel->down_high + (s == 1 ? 0 : 4);
	for (int p = 0; p < 2 << s; p++) {
		float *memory = s == 0 ? channel->down_base[p] : high[p];
		const int length = s == 0 ? design->memory : OVERSAMPLE_MEMORY_HIGH;
		oversample_recall(x->row[p], memory, length);
		oversample_remember(x->row[p], memory, length, frames);
	}
}

/* The rows of oversample_room() -> out[frames, rounded up to whole vectors]. */
static inline void oversample_lower(struct oversample *channel,
				    const struct oversample_design *design,
				    struct oversample_work *work, float *out,
				    int frames)
{
	struct oversample_rows x = oversample_room(design, work);

	for (int s = design->stages - 1; s >= 0; s--) {
		const float *from[4], *middle[4];
		struct oversample_rows y;
		oversample_history(channel, design, &x, s, frames);
		for (int p = 0; p < 1 << s; p++) {
			from[p] = oversample_at(&x, s + 1, 2 * p);
			middle[p] =
				oversample_at(&x, s + 1, 2 * p - design->taps[s] + 1);
			y.row[p] = s == 0 ? out
				   : s == 1
					   ? work->base[p] + OVERSAMPLE_MEMORY
					   : work->high[8 + p] + OVERSAMPLE_MEMORY_HIGH;
		}
		if (s == design->stages - 1)
			oversample_from_top(&x, design, y.row, frames);
		else
			oversample_filter(from, design, s, middle, y.row, frames);
		x = y;
	}
}

#endif
