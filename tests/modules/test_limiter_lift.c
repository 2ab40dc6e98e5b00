/* test_limiter_lift.c - the limiter holds the loudness of its output, or tells what is missing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/limiter_bench.h"
#include "tests/support/random.h"

#include "dsp/db.h"

#include <stdlib.h>

/* Hits over noise, whose peaks the ceiling takes far down. */
static void hits(float *x, int frames, uint32_t seed)
{
	for (int i = 0; i < frames; i++) {
		const double t = fmod((double)i / RATE, 0.25);
		const double hit = 0.9 * exp(-t / 0.03) * sin(2 * M_PI * 180 * t);
		x[i] = (float)(hit + 0.1 * random_noise(&seed));
		x[frames + i] = (float)(hit + 0.1 * random_noise(&seed));
	}
}

/* Of both channels, LUFS, not gated. */
static double loudness(const float *x, int frames)
{
	struct kweight filter;
	struct kweight_state state = { 0 };
	double energy[KWEIGHT_LANES] = { 0 };

	kweight_init(&filter, RATE);
	kweight_power(&filter, &state, x, x + frames, frames, energy);
	return 10 * log10((energy[0] + energy[1]) * filter.level / frames) - 0.691;
}

/* Ten seconds at a time, the last of which is judged. */
static double loudness_after(struct bench *b, int seconds)
{
	enum { FRAMES = 10 * SECOND };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	hits(x, FRAMES, 1);
	for (int done = 0; done < seconds; done += 10)
		bench_run(b, x, y, FRAMES, GRID_FRAMES);
	const double found = loudness(y, FRAMES);
	CHECK(highest(y, 2 * FRAMES) <= (float)db_gain((double)b->values[0]),
	      "%g over the ceiling", (double)highest(y, 2 * FRAMES));
	free(x);
	free(y);
	return found;
}

static void reaches_a_loudness(void)
{
	struct bench b;

	bench_open(&b, LIMITER_LIVE);
	bench_set(&b, LIMITER_CEILING, -8);
	const double plain = loudness_after(&b, 10);
	const float target = (float)rint(plain + 2);
	bench_set(&b, LIMITER_TARGET, target);
	CHECK_NEAR(loudness_after(&b, 120), (double)target, 0.2, "lifted");
	CHECK(b.meters[LIMITER_LIFT] > 2.2f, "lift %g, the limiter takes nothing?",
	      (double)b.meters[LIMITER_LIFT]);
	CHECK_NEAR(b.meters[LIMITER_MISSING], 0, 0, "nothing is missing");
	bench_set(&b, LIMITER_TARGET, target - 4);
	CHECK_NEAR(loudness_after(&b, 120), (double)target - 4, 0.2, "turned down");
	CHECK(b.meters[LIMITER_LIFT] < 0, "lift %g", (double)b.meters[LIMITER_LIFT]);
	bench_close(&b);
}

static void tells_what_is_missing(void)
{
	struct bench b;

	bench_open(&b, LIMITER_LIVE);
	bench_set(&b, LIMITER_CEILING, -8);
	bench_set(&b, LIMITER_MAX_LIFT, 3);
	bench_set(&b, LIMITER_TARGET, -10);
	const double found = loudness_after(&b, 180);
	CHECK_NEAR(b.meters[LIMITER_LIFT], 3, 1e-6, "as far as it may");
	CHECK_NEAR(b.meters[LIMITER_MISSING], -10 - found, 0.2, "missing");
	bench_set(&b, LIMITER_TARGET, LIMITER_TARGET_OFF);
	loudness_after(&b, 10);
	CHECK_NEAR(b.meters[LIMITER_LIFT], 0, 0, "off: lift");
	CHECK_NEAR(b.meters[LIMITER_MISSING], 0, 0, "off: missing");
	bench_close(&b);
}

/* Whatever the pieces are, and after silence as from the start. */
static void lifts_alike(void)
{
	enum { FRAMES = 12 * SECOND, LEAD = 1111 * GRID_FRAMES };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y)),
	      *z = calloc(2 * FRAMES, sizeof(*z));
	for (int kind = 0; kind < 3; kind++) {
		struct bench b;
		bench_open(&b, LIMITER_LIVE);
		bench_set(&b, LIMITER_TARGET, -8);
		if (kind == 2)
			bench_run(&b, x, z, LEAD, GRID_FRAMES);
		b.frame = LEAD;
		hits(x, FRAMES, 3);
		bench_run(&b, x, kind ? z : y, FRAMES, kind == 1 ? 37 : GRID_FRAMES);
		CHECK(b.meters[LIMITER_LIFT] > 1, "it lifts");
		CHECK(kind == 0 || memcmp(y, z, 2 * FRAMES * sizeof(*y)) == 0,
		      kind == 1 ? "pieces of 37" : "after silence");
		memset(x, 0, 2 * FRAMES * sizeof(*x));
		bench_close(&b);
	}
	free(x);
	free(y);
	free(z);
}

static void adopts_the_lift(void)
{
	enum { FRAMES = 12 * SECOND };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y)),
	      *z = calloc(2 * FRAMES, sizeof(*z));
	struct bench a, b;
	hits(x, FRAMES, 3);
	bench_open(&a, LIMITER_LIVE);
	bench_open(&b, LIMITER_LIVE);
	bench_set(&a, LIMITER_TARGET, -8);
	bench_set(&b, LIMITER_TARGET, -8);
	bench_run(&a, x, y, FRAMES, GRID_FRAMES);
	module_limiter.kernels[ISA_BASE]->adopt(b.state, a.state);
	b.frame = a.frame;
	bench_run(&a, x, y, FRAMES, GRID_FRAMES);
	bench_run(&b, x, z, FRAMES, GRID_FRAMES);
	CHECK(memcmp(y, z, 2 * FRAMES * sizeof(*y)) == 0, "another sound");
	bench_close(&a);
	bench_close(&b);
	free(x);
	free(y);
	free(z);
}

/* No sample jumps where the target is turned off and on, in the middle of a fade too. */
static void target_turns_softly(void)
{
	enum { PERIOD = RATE / 100 };
	float x[2 * PERIOD], y[2 * PERIOD], before = 0, most = 0;
	struct bench b;
	for (int i = 0; i < PERIOD; i++)
		x[i] = x[PERIOD + i] = (float)(0.1 * sin(2 * M_PI * i / PERIOD));
	bench_open(&b, LIMITER_LIVE);
	bench_set(&b, LIMITER_TARGET, -8);
	for (int n = 0; n < 3000; n++)
		bench_run(&b, x, y, PERIOD, GRID_FRAMES);
	CHECK(b.meters[LIMITER_LIFT] > 5, "lift %g", (double)b.meters[LIMITER_LIFT]);
	before = y[PERIOD - 1];
	for (int n = 0; n < 100; n++) {
		const bool on = n == 1 || n == 20 || n > 40;
		bench_set(&b, LIMITER_TARGET, on ? -8 : LIMITER_TARGET_OFF);
		bench_run(&b, x, y, PERIOD, GRID_FRAMES);
		for (int i = 0; i < PERIOD; i++) {
			most = fmaxf(most, fabsf(y[i] - before));
			before = y[i];
		}
	}
	CHECK(most < 0.004f, "jumps by %g", (double)most);
	bench_close(&b);
}

int main(void)
{
	reaches_a_loudness();
	tells_what_is_missing();
	lifts_alike();
	adopts_the_lift();
	target_turns_softly();
	return test_result();
}
