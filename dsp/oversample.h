/* oversample.h - linear-phase oversampling by 2, 4 or 8 for one channel.
 *
 *   in (1 phase) -> half-band -> 2 phases -> 4 -> 8 -> what the caller does to them
 *   out <- half-band <- 2 phases <- 4 <- 8 <-'
 *
 * A signal at P times the rate is kept as P arrays, one a phase, never interleaved: every
 * filter then runs over whole vectors at the base rate. A half-band of 2K taps passes one
 * phase through and filters the other. Kaiser windowed (Kaiser and Schafer, 1980); flat to
 * 20 kHz, images and aliases under 20 kHz 90 dB down. The delay up and down is padded to
 * whole frames. Audio thread, but oversample_design().
 */
#ifndef LATHE_DSP_OVERSAMPLE_H
#define LATHE_DSP_OVERSAMPLE_H

#include <math.h>

#include "dsp/vec.h"

enum {
	OVERSAMPLE_FRAMES = 64, /* most of one call */
	OVERSAMPLE_PHASES = 8,
	OVERSAMPLE_STAGES = 3,
	OVERSAMPLE_TAPS = 80,      /* most of the first stage */
	OVERSAMPLE_TAPS_TWO = 12,  /* of the filters between 2 and 4 phases */
	OVERSAMPLE_TAPS_FOUR = 10, /* and between 4 and 8 */
	OVERSAMPLE_TAPS_HIGH = 12,
	OVERSAMPLE_MEMORY = 80,      /* frames that the first stage remembers */
	OVERSAMPLE_MEMORY_HIGH = 16, /* and the others */
	OVERSAMPLE_ROW = OVERSAMPLE_MEMORY + OVERSAMPLE_FRAMES + 16,
};

struct oversample_design {
	int stages; /* 1, 2 or 3: 2, 4 or 8 phases */
	int taps[OVERSAMPLE_STAGES];
	float tap[OVERSAMPLE_STAGES][OVERSAMPLE_TAPS]; /* sum 1 */
	int pad;     /* top-rate frames that make the delay whole */
	int latency; /* frames, up and down */
};

/* One channel's memory: what each filter still needs of each phase. */
struct oversample {
	float up_base[OVERSAMPLE_MEMORY];
	float up_high[2 + 4][OVERSAMPLE_MEMORY_HIGH];
	float down_base[2][OVERSAMPLE_MEMORY];
	float down_high[4 + 8][OVERSAMPLE_MEMORY_HIGH];
};

/* ---- design: control or worker thread ------------------------------------------------- */

/* Modified Bessel function of order 0, by its series. */
static inline double oversample_bessel(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 40; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* The 2 * half taps of a half-band beside its middle one, for one phase. */
static inline void oversample_halfband(float *tap, int half, double beta)
{
	double sum = 0, exact[OVERSAMPLE_TAPS];
	for (int i = 0; i < 2 * half; i++) {
		const double t = i - half + 0.5;
		const double edge = t / half;
		const double window = oversample_bessel(beta * sqrt(1 - edge * edge)) /
				      oversample_bessel(beta);
		exact[i] = sin(M_PI * t) / (M_PI * t) * window;
		sum += exact[i];
	}
	for (int i = 0; i < 2 * half; i++)
		tap[i] = (float)(exact[i] / sum);
}

/* Phases at the top: 8 up to 50 kHz, 4 up to 100 kHz, else 2, so that the top rate is about
 * the same. `shaper_delay`: frames at the top rate that the caller's work takes. */
static inline void oversample_design(struct oversample_design *design, double rate,
				     int shaper_delay)
{
	const double edge_hz = 20000, stop_db = 90, beta = 0.1102 * (stop_db - 8.7);
	design->stages = rate <= 50000 ? 3 : rate <= 100000 ? 2 : 1;
	const int phases = 1 << design->stages;
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
		oversample_halfband(design->tap[s], half, beta);
		delay += (phases >> (s + 1)) * (4 * half - 2);
	}
	design->pad = -delay & (phases - 1);
	design->latency = (delay + design->pad) / phases;
}

/* ---- the filters: audio thread ---------------------------------------------------------- */

/* `rows` phases, each a row with `memory` old frames before the new ones. */
struct oversample_stream {
	float (*row)[OVERSAMPLE_ROW];
	int log2_rows, memory;
};

/* Where frame `index` of the stream, counted at its own rate from the first new one, has its
 * row; lanes are base-rate frames. */
static inline const float *oversample_at(const struct oversample_stream *x, int index)
{
	const int rows = 1 << x->log2_rows;
	return x->row[index & (rows - 1)] + x->memory + (index >> x->log2_rows);
}

/* out[n] = sum of tap[i] * x[n - i] */
static inline void oversample_fir(const float *x, const float *tap, int taps,
				  float *out, int frames)
{
	int n = 0;
	for (; n + 4 * VEC_FLOATS <= frames; n += 4 * VEC_FLOATS) {
		vf a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
		for (int i = 0; i < taps; i++) {
			const float *at = x + n - i;
			const vf gain = vf_all(tap[i]);
			a += gain * vf_load(at);
			b += gain * vf_load(at + VEC_FLOATS);
			c += gain * vf_load(at + 2 * VEC_FLOATS);
			d += gain * vf_load(at + 3 * VEC_FLOATS);
		}
		vf_store(out + n, a);
		vf_store(out + n + VEC_FLOATS, b);
		vf_store(out + n + 2 * VEC_FLOATS, c);
		vf_store(out + n + 3 * VEC_FLOATS, d);
	}
	for (; n < frames; n += VEC_FLOATS) {
		vf sum = { 0 };
		for (int i = 0; i < taps; i++)
			sum += vf_all(tap[i]) * vf_load(x + n - i);
		vf_store(out + n, sum);
	}
}

/* Q rows in, Q rows out: out[p][n] = sum of tap[i] * x[p - i], both Q-phase streams. Each
 * vector is loaded once for all the outputs; Q and taps are constants, so that the taps
 * stay in registers. */
static inline __attribute__((always_inline)) void
oversample_bank(const float *const *x, const float *tap, float *const *out, const int q,
		const int taps, int frames)
{
	vf gain[OVERSAMPLE_TAPS_HIGH];
#pragma GCC unroll 12
	for (int i = 0; i < taps; i++)
		gain[i] = vf_all(tap[i]);
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		vf sum[4] = { { 0 } };
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

/* The filtered phases of one stage: x at Q phases (of a larger stream: every second one). */
static inline void oversample_filter(const float *const *x, const float *tap, int taps,
				     float *const *out, int log2_q, int frames)
{
	if (log2_q == 0)
		oversample_fir(x[0], tap, taps, out[0], frames);
	else if (log2_q == 1)
		oversample_bank(x, tap, out, 2, OVERSAMPLE_TAPS_TWO, frames);
	else
		oversample_bank(x, tap, out, 4, OVERSAMPLE_TAPS_FOUR, frames);
}

/* Whole vectors, up to VEC_FLOATS - 1 floats more than asked for. */
static inline void oversample_copy(float *to, const float *from, int floats)
{
	for (int i = 0; i < floats; i += VEC_FLOATS)
		vf_store(to + i, vf_load(from + i));
}

/* x at P phases -> y at 2 P phases: even frames are filtered, odd ones pass. */
static inline void oversample_up(const struct oversample_stream *x,
				 const struct oversample_stream *y, const float *tap,
				 int taps, int frames)
{
	const float *in[4];
	float *out[4];
	for (int p = 0; p < 1 << x->log2_rows; p++) {
		in[p] = oversample_at(x, p);
		out[p] = y->row[2 * p] + y->memory;
		oversample_copy(y->row[2 * p + 1] + y->memory,
				oversample_at(x, p - taps / 2 + 1), frames);
	}
	oversample_filter(in, tap, taps, out, x->log2_rows, frames);
}

/* x at 2 P phases, `pad` frames of its rate late, -> y at P phases. */
static inline void oversample_down(const struct oversample_stream *x,
				   const struct oversample_stream *y, const float *tap,
				   int taps, int pad, int frames)
{
	const float *in[4];
	float *out[4];
	for (int p = 0; p < 1 << y->log2_rows; p++) {
		in[p] = oversample_at(x, 2 * p - pad);
		out[p] = y->row[p] + y->memory;
	}
	oversample_filter(in, tap, taps, out, y->log2_rows, frames);
	for (int p = 0; p < 1 << y->log2_rows; p++) {
		const float *middle = oversample_at(x, 2 * p - pad - taps + 1);
		for (int n = 0; n < frames; n += VEC_FLOATS) {
			const vf sum = vf_load(out[p] + n) + vf_load(middle + n);
			vf_store(out[p] + n, 0.5f * sum);
		}
	}
}

static inline void oversample_recall(const struct oversample_stream *x, float *memory)
{
	for (int p = 0; p < 1 << x->log2_rows; p++)
		oversample_copy(x->row[p], memory + p * x->memory, x->memory);
}

static inline void oversample_remember(const struct oversample_stream *x, float *memory,
				       int frames)
{
	for (int p = 0; p < 1 << x->log2_rows; p++)
		oversample_copy(memory + p * x->memory, x->row[p] + frames, x->memory);
}

/* The memory of the stream with 2^s phases, before filters up and down. */
static inline float *oversample_up_memory(struct oversample *channel, int s)
{
	return s == 0 ? channel->up_base : channel->up_high[s == 1 ? 0 : 2];
}

static inline float *oversample_down_memory(struct oversample *channel, int s)
{
	return s == 1 ? channel->down_base[0] : channel->down_high[s == 2 ? 0 : 4];
}

static inline struct oversample_stream oversample_rows(float (*row)[OVERSAMPLE_ROW],
						       int s, int base)
{
	return (struct oversample_stream) { row, s,
					    s == base ? OVERSAMPLE_MEMORY
						      : OVERSAMPLE_MEMORY_HIGH };
}

/* in[frames] -> phases[1 << stages][frames, rounded up to whole vectors]. */
static inline void oversample_raise(struct oversample *channel,
				    const struct oversample_design *design,
				    const float *in, float (*phases)[OVERSAMPLE_ROW],
				    int frames)
{
	float work[2][OVERSAMPLE_PHASES][OVERSAMPLE_ROW];
	struct oversample_stream x = oversample_rows(work[0], 0, 0);
	memcpy(x.row[0] + x.memory, in, (size_t)frames * sizeof(float));
	memset(x.row[0] + x.memory + frames, 0, VEC_BYTES);
	for (int s = 0; s < design->stages; s++) {
		struct oversample_stream y =
			oversample_rows(work[(s + 1) & 1], s + 1, 0);
		if (s + 1 == design->stages)
			y = (struct oversample_stream) { phases, s + 1, 0 };
		oversample_recall(&x, oversample_up_memory(channel, s));
		oversample_up(&x, &y, design->tap[s], design->taps[s], frames);
		oversample_remember(&x, oversample_up_memory(channel, s), frames);
		x = y;
	}
}

/* phases[1 << stages][frames] -> out[frames, rounded up to whole vectors]. */
static inline void oversample_lower(struct oversample *channel,
				    const struct oversample_design *design,
				    float (*phases)[OVERSAMPLE_ROW], float *out,
				    int frames)
{
	float work[2][OVERSAMPLE_PHASES][OVERSAMPLE_ROW];
	struct oversample_stream x = oversample_rows(work[0], design->stages, 1);
	for (int p = 0; p < 1 << design->stages; p++)
		oversample_copy(x.row[p] + x.memory, phases[p], frames);
	for (int s = design->stages - 1; s >= 0; s--) {
		struct oversample_stream y =
			oversample_rows(work[(design->stages - s) & 1], s, 1);
		const int pad = s == design->stages - 1 ? design->pad : 0;
		if (s == 0)
			y = (struct oversample_stream) {
				(float(*)[OVERSAMPLE_ROW])(void *)out, 0, 0
			};
		oversample_recall(&x, oversample_down_memory(channel, s + 1));
		oversample_down(&x, &y, design->tap[s], design->taps[s], pad, frames);
		oversample_remember(&x, oversample_down_memory(channel, s + 1), frames);
		x = y;
	}
}

#endif
