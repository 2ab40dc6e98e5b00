/* limiter/test.c - what only the limiter promises. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/limiter_bench.h"
#include "tests/support/random.h"

#include "dsp/db.h"

#include <stdlib.h>

/* Windowed sinc, 1024 taps, 32 points a sample: the reference for true peaks. */
static double true_peak(const float *x, int frames)
{
	enum { HALF = 128, POINTS = 16 };
	double top = 0;
	for (int i = 0; i < frames; i++)
		top = fmax(top, (double)fabsf(x[i]));
	const double enough = 0.8 * top;
	for (int i = HALF; i < frames - HALF; i++) {
		if ((double)fabsf(x[i]) < enough)
			continue;
		for (int p = -POINTS; p < POINTS; p++) {
			const double t = (double)p / POINTS;
			double y = 0;
			for (int k = -HALF + 1; k < HALF; k++) {
				const double u = M_PI * (t - k), w = u / HALF;
				const double sinc = fabs(u) < 1e-9 ? 1 : sin(u) / u;
				y += (double)x[i + k] * sinc * (0.5 + 0.5 * cos(w));
			}
			top = fmax(top, fabs(y));
		}
	}
	return gain_db(top);
}

/* Something like a programme: three chords that beat, a burst of noise, 12 dB too loud. */
static void programme(float *x, int frames)
{
	uint32_t seed = 1;
	double smooth[4] = { 0 };

	for (int i = 0; i < frames; i++) {
		const double t = (double)i / RATE;
		double v = 0;
		for (int k = 1; k < 16; k++)
			v += sin(2 * M_PI * 110.37 * k * k * 0.31 * t + k) / (k + 2);
		const double noise = random_noise(&seed);
		for (int k = 0; k < 4; k++)
			smooth[k] += 0.3 * ((k ? smooth[k - 1] : noise) - smooth[k]);
		v += fmod(t, 0.25) < 0.02 ? 8 * smooth[3] : 0.05 * smooth[3];
		const double ends = fmin(1.0, fmin(i, frames - 1 - i) / 480.0);
		x[i] = (float)(v * ends * 2.0);
		x[frames + i] = (float)(v * ends * -1.3);
	}
}

static void keeps_its_ceiling(int mode)
{
	enum { FRAMES = SECOND / 2 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	struct bench b;
	programme(x, FRAMES);
	bench_open(&b, mode);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	const double peak = true_peak(y, FRAMES);
	CHECK(peak <= -1.0 + 0.05, "mode %d: true peak %.3f dBTP", mode, peak);
	CHECK(highest(y, 2 * FRAMES) <= (float)db_gain(-1), "mode %d: sample %g", mode,
	      (double)highest(y, 2 * FRAMES));
	CHECK_NEAR(gain_db((double)b.most_peak), peak, 0.02, "true-peak meter");
	CHECK(b.most_reduction > 2, "hardly limited: %g", (double)b.most_reduction);
	bench_close(&b);
	free(x);
	free(y);
}

/* A tone whose crests lie between the points of the detector, the same way in every fifth
 * frame. */
static void holds_a_high_tone(int mode)
{
	enum { FRAMES = SECOND / 2 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	struct bench b;
	for (int i = 0; i < FRAMES; i++) {
		const double p = fmin(1.0, fmin(i, FRAMES - 1 - i) / 2400.0);
		x[i] = (float)(2 * p * p * (3 - 2 * p) *
			       sin(0.8 * M_PI * i + M_PI / 4));
		x[FRAMES + i] = x[i];
	}
	bench_open(&b, mode);
	bench_run(&b, x, y, FRAMES, 37);
	const double peak = true_peak(y, FRAMES);
	CHECK(peak <= -1.0 + 0.03, "mode %d: %.3f dBTP at 0.4 of the rate", mode, peak);
	bench_close(&b);
	free(x);
	free(y);
}

static void rests_bit_exact(int mode)
{
	enum { FRAMES = SECOND / 4 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	struct bench b;
	programme(x, FRAMES);
	for (int i = 0; i < 2 * FRAMES; i++)
		x[i] *= 0.03f;
	/* A loud stretch first: the way back must be exact as well. */
	bench_open(&b, mode);
	x[100] = 3;
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	for (int n = 0; n < 12; n++) {
		x[100] = 0;
		bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	}
	const int delay = module_limiter.latency(&b.setup);
	int differ = 0;
	for (int i = delay; i < FRAMES; i++)
		differ += y[i] != x[i - delay];
	CHECK(differ == 0, "mode %d: %d of %d samples differ", mode, differ, FRAMES);
	bench_close(&b);
	free(x);
	free(y);
}

/* Ceiling and gain moved by their whole ranges, up and down, under loud programme. */
static void moves_without_overshoot(void)
{
	enum { FRAMES = SECOND / 4 / GRID_FRAMES * GRID_FRAMES };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	const float settings[][2] = {
		{ -1, 0 }, { -13, 0 }, { -13, 24 }, { -1, 24 }, { -20, 12 }, { 0, 0 },
	};
	float before = -1;
	struct bench b;
	programme(x, FRAMES);
	bench_open(&b, LIMITER_LIVE);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		const float ceiling = settings[i][0];
		bench_set(&b, LIMITER_CEILING, ceiling);
		bench_set(&b, LIMITER_GAIN, settings[i][1]);
		bench_run(&b, x, y, FRAMES, GRID_FRAMES);
		const float top = (float)db_gain((double)fmaxf(before, ceiling));
		CHECK(highest(y, FRAMES) <= top, "set %zu: %g over %g", i,
		      (double)highest(y, FRAMES), (double)top);
		const int settled = smooth_frames(RATE) + 2 * GRID_FRAMES;
		CHECK(highest(y + settled, FRAMES - settled) <=
			      (float)db_gain((double)ceiling),
		      "set %zu: %g over %g dB when settled", i,
		      (double)highest(y + settled, FRAMES - settled), (double)ceiling);
		before = ceiling;
	}
	bench_close(&b);
	free(x);
	free(y);
}

static void cuts_do_not_matter(int mode)
{
	enum { FRAMES = 6000 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y)),
	      *z = calloc(2 * FRAMES, sizeof(*z));
	const int cuts[] = { 1, 7, 63 };
	struct bench b;
	programme(x, FRAMES);
	bench_open(&b, mode);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	bench_close(&b);
	for (int i = 0; i < 3; i++) {
		bench_open(&b, mode);
		bench_run(&b, x, z, FRAMES, cuts[i]);
		CHECK(memcmp(y, z, 2 * FRAMES * sizeof(*y)) == 0,
		      "mode %d, pieces of %d", mode, cuts[i]);
		bench_close(&b);
	}
	free(x);
	free(y);
	free(z);
}

static void unlinked_channels_are_their_own(void)
{
	enum { FRAMES = SECOND / 4 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	struct bench b;
	programme(x, FRAMES);
	for (int i = 0; i < FRAMES; i++)
		x[FRAMES + i] = 0.01f * x[i];
	bench_open(&b, LIMITER_LIVE);
	bench_set(&b, LIMITER_LINK, 0);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	const int delay = module_limiter.latency(&b.setup);
	int differ = 0;
	for (int i = delay; i < FRAMES; i++)
		differ += y[FRAMES + i] != x[FRAMES + i - delay];
	CHECK(differ == 0, "quiet channel: %d samples differ", differ);
	CHECK(highest(y, FRAMES) <= (float)db_gain(-1),
	      "loud channel over the ceiling");
	bench_close(&b);
	free(x);
	free(y);
}

/* A plan hands over in the middle of loud programme: the same mode plays on to the bit,
 * another mode equals one that was there from the start but for release and rounding, and
 * another style releases in its own way. */
static void adopts(int from, int to)
{
	enum { FRAMES = 12800, REST = 6400 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	float *wanted = calloc(2 * REST, sizeof(*x)),
	      *found = calloc(2 * REST, sizeof(*y));
	struct bench a, b, steady;
	programme(x, FRAMES);
	bench_open(&a, from);
	bench_open(&b, to);
	bench_open(&steady, to);
	bench_run(&a, x, y, FRAMES, GRID_FRAMES);
	bench_run(&steady, x, y, FRAMES, GRID_FRAMES);
	/* In the middle of a fade to other numbers. */
	bench_set(&a, LIMITER_CEILING, -4);
	bench_set(&b, LIMITER_CEILING, -4);
	bench_set(&steady, LIMITER_CEILING, -4);
	bench_run(&a, x, wanted, 10 * GRID_FRAMES, GRID_FRAMES);
	bench_run(&steady, x, wanted, 10 * GRID_FRAMES, GRID_FRAMES);
	module_limiter.kernels[ISA_BASE]->adopt(b.state, a.state);
	b.frame = steady.frame;
	bench_run(&steady, x, wanted, REST, GRID_FRAMES);
	bench_run(&b, x, found, REST, GRID_FRAMES);
	float apart = 0;
	for (int i = 0; i < 2 * REST; i++)
		apart = fmaxf(apart, fabsf(wanted[i] - found[i]));
	const float most = from == to                                 ? 0.0f
			   : from / BENCH_PUNCHY == to / BENCH_PUNCHY ? 0.1f
								      : 1.0f;
	CHECK(apart <= most, "%d to %d: apart by %g", from, to, (double)apart);
	CHECK(highest(found, 2 * REST) <= (float)db_gain(-1), "%d to %d: over", from,
	      to);
	bench_close(&a);
	bench_close(&b);
	bench_close(&steady);
	free(x);
	free(y);
	free(wanted);
	free(found);
}

/* While the ceiling moves, no sample is over it: along the whole raised cosine. */
static void no_sample_over_a_moving_ceiling(float from_db, float to_db, float gain_db)
{
	enum { FRAMES = 8 * 1024 };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	const double from = db_gain((double)from_db), to = db_gain((double)to_db);
	struct bench b;
	int over = 0;
	programme(x, FRAMES);
	bench_open(&b, LIMITER_LIVE);
	bench_set(&b, LIMITER_CEILING, from_db);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	bench_set(&b, LIMITER_CEILING, to_db);
	bench_set(&b, LIMITER_GAIN, gain_db);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	for (int i = 0; i < 2 * FRAMES; i++) {
		const double p = fmin(1, (i % FRAMES) / (0.05 * RATE));
		const double ceiling = from + (to - from) * (0.5 - 0.5 * cos(M_PI * p));
		over += (double)fabsf(y[i]) > ceiling * (1 + 1e-6);
	}
	CHECK(over == 0, "%g to %g dB: %d samples over", (double)from_db, (double)to_db,
	      over);
	bench_close(&b);
	free(x);
	free(y);
}

/* The points of the detector beat with the crests of a tone; the gain may not. */
static void holds_still_under_a_tone(double hz)
{
	enum { FRAMES = 2 * SECOND };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	struct bench b;
	float least = 1, most = 0;
	for (int i = 0; i < FRAMES; i++)
		x[i] = x[FRAMES + i] =
			(float)(1.7 * cos(2 * M_PI * hz / RATE * i + 0.3));
	bench_open(&b, LIMITER_DEFAULT);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	const int delay = module_limiter.latency(&b.setup);
	for (int i = SECOND; i < FRAMES; i++)
		if (fabsf(x[i - delay]) > 0.5f) {
			least = fminf(least, y[i] / x[i - delay]);
			most = fmaxf(most, y[i] / x[i - delay]);
		}
	CHECK(most - least < 1e-6f, "%g Hz: the gain moves by %g", hz,
	      (double)(most - least));
	bench_close(&b);
	free(x);
	free(y);
}

/* Between two crests of a low note the gain waits, in either style. */
static void holds_the_lows(int mode, double hz)
{
	enum { FRAMES = 2 * SECOND };
	float *x = calloc(2 * FRAMES, sizeof(*x)), *y = calloc(2 * FRAMES, sizeof(*y));
	struct bench b;
	float least = 1, most = 0;
	for (int i = 0; i < FRAMES; i++)
		x[i] = x[FRAMES + i] = (float)(1.7 * cos(2 * M_PI * hz / RATE * i));
	bench_open(&b, mode);
	bench_run(&b, x, y, FRAMES, GRID_FRAMES);
	const int delay = module_limiter.latency(&b.setup);
	for (int i = SECOND; i < FRAMES; i++)
		if (fabsf(x[i - delay]) > 0.5f) {
			least = fminf(least, y[i] / x[i - delay]);
			most = fmaxf(most, y[i] / x[i - delay]);
		}
	CHECK(most - least < 1e-5f, "mode %d, %g Hz: the gain moves by %g", mode, hz,
	      (double)(most - least));
	bench_close(&b);
	free(x);
	free(y);
}

/* Noise 12 dB over the ceiling, at rates from the lowest to the highest. */
static void keeps_the_ceiling_at(int rate)
{
	const int frames = rate / 4;
	float *x = calloc((size_t)frames * CHANNELS, sizeof(float));
	float *y = calloc((size_t)frames * CHANNELS, sizeof(float));
	float *const planes[CHANNELS] = { x, x + frames };

	random_fill(planes, frames, 1);
	for (int mode = LIMITER_LIVE; mode <= LIMITER_STRICT; mode++) {
		struct bench b;
		bench_open_at(&b, mode, rate);
		bench_set(&b, LIMITER_CEILING, -12);
		bench_run(&b, x, y, frames, GRID_FRAMES);
		float most = 0;
		for (int i = 0; i < frames * CHANNELS; i++)
			most = fmaxf(most, fabsf(y[i]));
		CHECK(most <= (float)db_gain(-12) && most > (float)db_gain(-17),
		      "%d Hz, mode %d: %.2f dBFS", rate, mode,
		      20 * log10((double)most));
		bench_close(&b);
	}
	free(x);
	free(y);
}

static void holds_at_every_rate(void)
{
	static const int rates[] = { 8000,  11025, 22050,  32000,  40000, 44100,
				     88200, 96000, 176400, 192000, 384000 };

	for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++) {
		keeps_the_ceiling_at(rates[r]);
		for (int mode = LIMITER_LIVE; mode <= LIMITER_STRICT; mode++) {
			struct bench b;
			bench_open_at(&b, mode, rates[r]);
			b.setup.channels = CHANNELS_MAX;
			const struct limiter *l =
				module_limiter.init(b.arena, &b.setup);
			const bool keeps = limiter_keeps_rings(l);
			CHECK(limiter_deck_bytes(l) <= ADOPT_BYTES_MAX &&
				      keeps == (rates[r] <= 192000) &&
				      keeps == (module_limiter.rewarm(&b.setup) == 0),
			      "%d Hz, mode %d: adopt() copies %zu of %zu bytes",
			      rates[r], mode, limiter_deck_bytes(l),
			      limiter_all_bytes(l));
			bench_close(&b);
		}
	}
}

int main(void)
{
	holds_at_every_rate();
	no_sample_over_a_moving_ceiling(-1, -13, 0);
	no_sample_over_a_moving_ceiling(-13, -1, 0);
	no_sample_over_a_moving_ceiling(-6, -3, 20);
	holds_the_lows(LIMITER_DEFAULT, 41);
	holds_the_lows(BENCH_PUNCHY + LIMITER_LIVE, 41);
	holds_the_lows(BENCH_PUNCHY + LIMITER_DEFAULT, 41);
	holds_the_lows(BENCH_PUNCHY + LIMITER_DEFAULT, 80);
	holds_still_under_a_tone(997);
	holds_still_under_a_tone(3001);
	holds_still_under_a_tone(4801);
	for (int mode = LIMITER_LIVE; mode <= BENCH_PUNCHY + LIMITER_STRICT; mode++) {
		if (mode == LIMITER_STRICT + 1)
			mode = BENCH_PUNCHY;
		keeps_its_ceiling(mode);
		holds_a_high_tone(mode);
		cuts_do_not_matter(mode);
		for (int to = LIMITER_LIVE; to <= LIMITER_STRICT; to++) {
			adopts(mode, to);
			adopts(mode, BENCH_PUNCHY + to);
		}
	}
	rests_bit_exact(LIMITER_LIVE);
	rests_bit_exact(LIMITER_DEFAULT);
	moves_without_overshoot();
	unlinked_channels_are_their_own();
	return test_result();
}
