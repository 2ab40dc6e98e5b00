/* gain.h - the only gain computer: level -> curve -> ballistics -> gain. Audio thread.
 *
 * Levels and reductions are in log2 units (1 = 6.02 dB), reductions are positive. The
 * curve is worked out for whole vectors; attack and release, the only recursion, follow
 * in double, because a slow release adds steps that are too small for a float.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_GAIN_H
#define LATHE_DSP_GAIN_H

#include <math.h>
#include <stdbool.h>

#include "dsp/vec.h"

/* Silence, as a power; keeps log2 finite. About -180 dB. */
#define GAIN_POWER_FLOOR 1e-18f
/* A knee is never narrower than this, so that its inverse is finite. */
#define GAIN_KNEE_MIN 1e-3f

/* Static curve, soft knee as a parabola: Giannoulis, Massberg and Reiss, "Digital
 * dynamic range compressor design", JAES 60 (2012), eq. 4. slope = 1 - 1/ratio. Exactly
 * 0 below threshold - knee/2. */
static inline vf gain_curve(vf level, vf threshold, vf slope, vf knee)
{
	const vf over = level - threshold + knee * 0.5f;
	const vf bend = vf_min(vf_max(over, (vf) { 0 }), knee);
	const vf beyond = vf_max(over - knee, (vf) { 0 });

	return slope * (bend * bend * (0.5f / knee) + beyond);
}

/* Downward reach: `range` bounds the reduction. */
static inline vf gain_curve_ranged(vf level, vf threshold, vf slope, vf knee, vf range)
{
	return vf_min(gain_curve(level, threshold, slope, knee), range);
}

/* The same curve for one level at a time, in double. */
struct gain_shape {
	double threshold, slope, knee;
};

static inline double gain_curve_at(const struct gain_shape *shape, double level)
{
	const double over = level - shape->threshold + 0.5 * shape->knee;

	if (over <= 0)
		return 0;
	if (over >= shape->knee)
		return shape->slope * (over - 0.5 * shape->knee);
	return shape->slope * over * over / (2 * shape->knee);
}

/* The reduction for a level measured AFTER the reduction: the curve solved for the
 * output, so that a feedback compressor settles where a feed-forward one does. */
static inline double gain_curve_after(const struct gain_shape *shape, double level)
{
	const double slope = shape->slope, knee = shape->knee;
	const double over = level - shape->threshold + 0.5 * knee;

	if (over <= 0 || slope < 1e-6)
		return 0;
	if (over >= knee - 0.5 * slope * knee)
		return (level - shape->threshold) * slope / (1 - slope);
	return knee / slope * (1 - sqrt(1 - 2 * slope * over / knee)) - over;
}

/* Attack and release act on the reduction in dB, one pole each: the set time is the
 * time to 63 % of a step in dB, for any step. */
struct ballistics {
	double attack, release; /* share of the remaining distance per frame */
};

/* The share per frame of a pole with this time constant; libm. */
static inline double ballistics_share(double ms, double rate)
{
	return ms > 0 ? -expm1(-1000.0 / (ms * rate)) : 1.0;
}

static inline double ballistics_max(double a, double b)
{
	return a > b ? a : b;
}

/* in and out may be the same. If attack is faster than release, the larger of the two
 * candidates is right in both directions: a loop of two operations. */
static inline void ballistics_run(struct ballistics b, double *state, const float *in,
				  float *out, int frames)
{
	const double keep_a = 1 - b.attack, keep_r = 1 - b.release;
	double e = *state;

	if (b.attack >= b.release) {
		for (int i = 0; i < frames; i++) {
			const double c = (double)in[i];
			const double up = keep_a * e + b.attack * c;
			const double down = keep_r * e + b.release * c;
			e = ballistics_max(up, down);
			out[i] = (float)e;
		}
	} else {
		for (int i = 0; i < frames; i++) {
			const double c = (double)in[i];
			e += (c - e) * (c > e ? b.attack : b.release);
			out[i] = (float)e;
		}
	}
	*state = e;
}

/* Programme-dependent release, one frame: a slow follower of the same target holds what
 * has lasted, and the release cannot fall below it. Short peaks recover at
 * `fast.release`, sustained reduction at `slow.release`. */
static inline void ballistics_auto_step(struct ballistics fast, struct ballistics slow,
					double target, double *state, double *lasting)
{
	const double e = *state;
	const double m =
		*lasting +
		(target - *lasting) * (target > *lasting ? slow.attack : slow.release);
	const double floor = ballistics_max(target, m);

	*lasting = m;
	if (target > e)
		*state = e + (target - e) * fast.attack;
	else if (floor < e)
		*state = e + (floor - e) * fast.release;
	else
		*state = e + (target - e) * slow.release;
}

static inline void ballistics_auto(struct ballistics fast, struct ballistics slow,
				   double *state, double *lasting, const float *in,
				   float *out, int frames)
{
	double e = *state, m = *lasting;

	for (int i = 0; i < frames; i++) {
		ballistics_auto_step(fast, slow, (double)in[i], &e, &m);
		out[i] = (float)e;
	}
	*state = e;
	*lasting = m;
}

/* The same for lanes with times of their own, in[n * stride + lane]; in place, from
 * lane 0 on in whole vectors. */
#if defined(__AVX2__)
enum { BALLISTICS_WIDTH = 4 };
#else
enum { BALLISTICS_WIDTH = 2 };
#endif
typedef double ballistics_v __attribute__((vector_size(8 * BALLISTICS_WIDTH)));
typedef int64_t ballistics_m __attribute__((vector_size(8 * BALLISTICS_WIDTH)));
typedef float ballistics_f __attribute__((vector_size(4 * BALLISTICS_WIDTH)));

static inline ballistics_v ballistics_larger(ballistics_v a, ballistics_v b)
{
#if defined(__AVX2__)
	return (ballistics_v)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__x86_64__)
	return (ballistics_v)_mm_max_pd((__m128d)a, (__m128d)b);
#else
	const ballistics_m larger = a > b;
	return (ballistics_v)(((ballistics_m)a & larger) | ((ballistics_m)b & ~larger));
#endif
}

static inline ballistics_v ballistics_smaller(ballistics_v a, ballistics_v b)
{
	return -ballistics_larger(-a, -b);
}

/* quick: attack is faster than release in all lanes; the larger candidate is right. */
static inline __attribute__((always_inline)) void
ballistics_vector(ballistics_v a, ballistics_v r, double *state, float *rows,
		  int stride, int frames, const bool quick)
{
	const ballistics_v keep_a = 1 - a, keep_r = 1 - r;
	const ballistics_m faster = a >= r;
	ballistics_v e;

	memcpy(&e, state, sizeof(e));
	for (int n = 0; n < frames; n++) {
		ballistics_f target;
		memcpy(&target, rows + n * stride, sizeof(target));
		const ballistics_v c = __builtin_convertvector(target, ballistics_v);
		const ballistics_v ac = a * c, rc = r * c;
		const ballistics_v up = keep_a * e + ac;
		const ballistics_v down = keep_r * e + rc;
		const ballistics_v most = ballistics_larger(up, down);
		e = quick ? most
			  : (ballistics_v)(((ballistics_m)most & faster) |
					   ((ballistics_m)ballistics_smaller(up, down) &
					    ~faster));
		target = __builtin_convertvector(e, ballistics_f);
		memcpy(rows + n * stride, &target, sizeof(target));
	}
	memcpy(state, &e, sizeof(e));
}

static inline void ballistics_lanes(const double *attack, const double *release,
				    double *state, float *rows, int lanes, int stride,
				    int frames)
{
	for (int first = 0; first < lanes; first += BALLISTICS_WIDTH) {
		ballistics_v a, r;
		bool quick = true;
		memcpy(&a, attack + first, sizeof(a));
		memcpy(&r, release + first, sizeof(r));
		for (int lane = 0; lane < BALLISTICS_WIDTH; lane++)
			quick = quick && a[lane] >= r[lane];
		if (quick)
			ballistics_vector(a, r, state + first, rows + first, stride,
					  frames, true);
		else
			ballistics_vector(a, r, state + first, rows + first, stride,
					  frames, false);
	}
}

/* Linear gain of a reduction; exactly 1 for 0. */
static inline vf gain_of(vf reduction)
{
	return vf_exp2(-reduction);
}

#endif
