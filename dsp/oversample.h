/* oversample.h - linear-phase oversampling by 2, 4 or 8 for one channel.
 *
 *   in (1 phase) -> half-band -> 2 phases -> 4 -> 8 -> what the caller does to them
 *   out <- half-band <- 2 phases <- 4 <- 8 <-'
 *
 * A signal at P times the rate is kept as P arrays, one a phase, never interleaved: every
 * filter then runs over whole vectors at the base rate. A half-band of 2K taps passes one
 * phase through and filters the other. The first is Kaiser windowed (Kaiser and Schafer,
 * 1980); the others, whose signal fills little of their band, interpolate at Chebyshev's
 * points of it, which is nearly minimax. Flat to 20 kHz, images and aliases under 20 kHz
 * 90 dB down. The delay up and down is padded to whole frames. Audio thread, but
 * oversample_design().
 */
#ifndef LATHE_DSP_OVERSAMPLE_H
#define LATHE_DSP_OVERSAMPLE_H

#include <math.h>

#include "dsp/fir.h"

enum {
	OVERSAMPLE_FRAMES = 64, /* most of one call */
	OVERSAMPLE_PHASES = 8,
	OVERSAMPLE_STAGES = 3,
	OVERSAMPLE_TAPS = 80,     /* most of the first stage */
	OVERSAMPLE_TAPS_TWO = 10, /* of the filters between 2 and 4 phases */
	OVERSAMPLE_TAPS_FOUR = 6, /* and between 4 and 8 */
	OVERSAMPLE_TAPS_HIGH = 10,
	OVERSAMPLE_MEMORY = 80,      /* frames that the first stage remembers */
	OVERSAMPLE_MEMORY_HIGH = 16, /* and the others */
	OVERSAMPLE_ROW = OVERSAMPLE_MEMORY + OVERSAMPLE_FRAMES + 16,
	OVERSAMPLE_ROW_HIGH = OVERSAMPLE_MEMORY_HIGH + OVERSAMPLE_FRAMES + 16,
};

struct oversample_design {
	int stages; /* 1, 2 or 3: 2, 4 or 8 phases */
	int taps[OVERSAMPLE_STAGES];
	float tap[OVERSAMPLE_STAGES][OVERSAMPLE_TAPS]; /* sum 1 */
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

/* ---- design: control or worker thread ------------------------------------------------- */

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

/* The same for a signal below `edge`, in cycles per frame of the one phase: half a frame's
 * delay, exact at Chebyshev's points of cos(2 pi f) over 0..edge. */
static inline void oversample_interpolator(float *tap, int half, double edge)
{
	double m[OVERSAMPLE_TAPS_HIGH / 2][OVERSAMPLE_TAPS_HIGH / 2 + 1], sum = 0;
	const double least = cos(2 * M_PI * edge);
	for (int j = 0; j < half; j++) {
		const double point = cos(M_PI * (j + 0.5) / half);
		const double w = acos(0.5 * (1 + least) + 0.5 * (1 - least) * point);
		for (int i = 0; i < half; i++)
			m[j][i] = cos(w * (i + 0.5));
		m[j][half] = 1;
	}
	for (int i = 0; i < half; i++) { /* Gauss and Jordan */
		for (int j = 0; j < half; j++) {
			const double share = m[j][i] / m[i][i];
			for (int k = i; j != i && k <= half; k++)
				m[j][k] -= share * m[i][k];
		}
	}
	for (int i = 0; i < half; i++)
		sum += m[i][half] / m[i][i];
	for (int i = 0; i < half; i++) {
		const double gain = 0.5 * m[i][half] / m[i][i] / sum;
		tap[half + i] = tap[half - 1 - i] = (float)gain;
	}
}

/* Phases at the top: 8 up to 50 kHz, 4 up to 100 kHz, else 2, so that the top rate is about
 * the same. `shaper_delay`: frames at the top rate that the caller's work takes. */
static inline void oversample_design(struct oversample_design *design, double rate,
				     int shaper_delay)
{
	const double edge_hz = 20000, stop_db = 90, beta = 0.1102 * (stop_db - 8.7);
	design->stages = rate <= 50000 ? 3 : rate <= 100000 ? 2 : 1;
	const int phases = 1 << design->stages;
	const double heard = edge_hz < 0.45 * rate ? edge_hz / rate : 0.45;
	int delay = shaper_delay;
	for (int s = 0; s < design->stages; s++) {
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
		delay += (phases >> (s + 1)) * (4 * half - 2);
	}
	design->memory = (design->taps[0] + 15) / 16 * 16;
	design->pad = -delay & (phases - 1);
	design->latency = (delay + design->pad) / phases;
}

/* ---- the filters: audio thread ---------------------------------------------------------- */

/* Frame `index` of 2^log2_rows phases, counted at their own rate from the first new one, and
 * those that follow it at the base rate. */
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

/* Q rows in, Q rows out: out[p][n] = sum of tap[i] * x[p - i], both Q-phase streams; down:
 * halved, and half of middle[p][n] added. Each vector is loaded once for all the outputs; Q
 * and taps are constants, so that the taps stay in registers. */
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
		const int pad = s == design->stages - 1 ? design->pad : 0;
		const float *from[4], *middle[4];
		struct oversample_rows y;
		oversample_history(channel, design, &x, s, frames);
		for (int p = 0; p < 1 << s; p++) {
			from[p] = oversample_at(&x, s + 1, 2 * p - pad);
			middle[p] = oversample_at(&x, s + 1,
						  2 * p - pad - design->taps[s] + 1);
			y.row[p] = s == 0 ? out
				   : s == 1
					   ? work->base[p] + OVERSAMPLE_MEMORY
					   : work->high[8 + p] + OVERSAMPLE_MEMORY_HIGH;
		}
		oversample_filter(from, design, s, middle, y.row, frames);
		x = y;
	}
}

#endif
