/* test.c - what only the compressor promises: its curve, its labels, clean low notes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/base/arena.h"
#include "dsp/db.h"
#include "modules/comp/comp.h"
#include "tests/support/random.h"
#include "tests/support/test.h"
#include "tests/support/tone.h"

extern const struct module module_comp;

enum { SECONDS_MAX = 3, RATE = 48000, FRAMES = SECONDS_MAX * RATE };

static float in[2][FRAMES], key[2][FRAMES], out[2][FRAMES];
static bool keyed;
static float largest_meter;

static void values_set(float *values)
{
	for (int i = 0; i < COMP_PARAMS; i++)
		values[i] = module_comp.params[i].def;
	values[COMP_THRESHOLD] = -20;
	values[COMP_RATIO] = 4;
	values[COMP_KNEE] = 0;
	values[COMP_ATTACK] = 10;
	values[COMP_RELEASE] = 100;
}

static void render(const float *values, int block)
{
	const struct setup setup = { .rate = RATE, .channels = 2, .values = values };
	struct arena *arena = arena_create();
	void *state = module_comp.init(arena, &setup);
	struct comp_numbers numbers;
	static float a[2][64] __attribute__((aligned(64)));
	static float b[2][64] __attribute__((aligned(64)));

	largest_meter = 0;
	module_comp.design(&setup, values, &numbers);
	for (int at = 0; at < FRAMES;) {
		const int line = (at / 64 + 1) * 64, cut = (at / block + 1) * block;
		int end = line < cut ? line : cut;
		end = end < FRAMES ? end : FRAMES;
		float meter = -1;
		for (int c = 0; c < 2; c++) {
			memcpy(a[c], in[c] + at, (size_t)(end - at) * sizeof(float));
			memcpy(b[c], key[c] + at, (size_t)(end - at) * sizeof(float));
		}
		const struct piece piece = {
			.frame = (uint64_t)at,
			.frames = end - at,
			.channels = 2,
			.in = (const float *const[]) { a[0], a[1] },
			.side = { keyed ? (const float *const[]) { b[0], b[1] }
					: NULL },
			.out = (float *const[]) { a[0], a[1] },
			.values = values,
			.numbers = &numbers,
			.meters = &meter,
		};
		module_comp.kernels[0]->process(state, &piece);
		for (int c = 0; c < 2; c++)
			memcpy(out[c] + at, a[c], (size_t)(end - at) * sizeof(float));
		largest_meter = fmaxf(largest_meter, meter);
		at = end;
	}
	arena_destroy(arena);
}

static void tone(float to[2][FRAMES], double freq, double db)
{
	for (int c = 0; c < 2; c++)
		tone_fill(to[c], FRAMES, freq, db_gain(db), RATE);
}

/* Gain of the last half second, dB. */
static double steady_gain(int channel)
{
	double x = 0, y = 0;

	for (int i = FRAMES - RATE / 2; i < FRAMES; i++) {
		x += pow((double)in[channel][i], 2);
		y += pow((double)out[channel][i], 2);
	}
	return 10 * log10(y / x);
}

static double curve(double level, double threshold, double ratio, double knee)
{
	const double over = level - threshold;

	if (2 * over < -knee)
		return 0;
	if (2 * over <= knee && knee > 0)
		return (1 / ratio - 1) * pow(over + knee / 2, 2) / (2 * knee);
	return (1 / ratio - 1) * over;
}

static void test_curve(void)
{
	float v[COMP_PARAMS];

	for (int topology = 0; topology < 2; topology++)
		for (int detector = 0; detector < 2; detector++)
			for (int knee = 0; knee <= 12; knee += 12)
				for (int level = -30; level <= 0; level += 5) {
					values_set(v);
					v[COMP_TOPOLOGY] = (float)topology;
					v[COMP_DETECTOR] = (float)detector;
					v[COMP_KNEE] = (float)knee;
					tone(in, 997, level);
					render(v, 64);
					CHECK_NEAR(steady_gain(0),
						   curve(level, -20, 4, knee), 0.02,
						   "static curve, dB");
					CHECK_NEAR(-(double)largest_meter,
						   fmin(0, steady_gain(0)), 0.1,
						   "meter");
				}
}

/* Frames from the jump at one second to 63 % of the way in dB, in ms. */
static double time_63(double freq)
{
	const int period = (int)(RATE / freq);
	double gain[2] = { 0 }, now = 0;
	int at[2] = { RATE - period, FRAMES - period };

	for (int k = 0; k < 2; k++) {
		double x = 0, y = 0;
		for (int i = at[k]; i < at[k] + period; i++) {
			x += pow((double)in[0][i], 2);
			y += pow((double)out[0][i], 2);
		}
		gain[k] = 10 * log10(y / x);
	}
	const double wanted = gain[0] + (gain[1] - gain[0]) * (1 - exp(-1));
	for (int i = RATE; i < FRAMES - period; i++) {
		double x = 0, y = 0;
		for (int k = i; k < i + period; k++) {
			x += pow((double)in[0][k], 2);
			y += pow((double)out[0][k], 2);
		}
		now = 10 * log10(y / x);
		if ((gain[1] < gain[0]) ? now <= wanted : now >= wanted)
			return 1000.0 * (i + 0.5 * period - RATE) / RATE;
	}
	return 1e9;
}

static void test_labels(void)
{
	static const double steps[][2] = {
		{ -40, -6 }, { -40, -14 }, { -15, -3 }, { -6, -40 }, { -3, -15 }
	};
	float v[COMP_PARAMS];

	for (int detector = 0; detector < 2; detector++)
		for (int k = 0; k < 5; k++) {
			values_set(v);
			v[COMP_DETECTOR] = (float)detector;
			tone(in, 2000, 0);
			for (int i = 0; i < FRAMES; i++)
				in[0][i] = in[1][i] *=
					(float)db_gain(steps[k][i >= RATE]);
			render(v, 64);
			const double label = steps[k][1] > steps[k][0] ? 10 : 100;
			CHECK_NEAR(time_63(2000), label, 0.15 * label, "ms to 63 %");
		}
}

/* Third harmonic against the fundamental, dB. */
static double third_harmonic(double freq)
{
	double part[2] = { 0 };
	const int frames = (int)(floor(freq) * RATE / freq);

	for (int k = 0; k < 2; k++) {
		double re = 0, im = 0;
		for (int i = FRAMES - frames; i < FRAMES; i++) {
			const double w = 2 * M_PI * freq * (2 * k + 1) * i / RATE;
			re += (double)out[0][i] * cos(w);
			im += (double)out[0][i] * sin(w);
		}
		part[k] = hypot(re, im);
	}
	return gain_db(part[1] / part[0]);
}

static void test_low_notes(void)
{
	float v[COMP_PARAMS];

	values_set(v);
	tone(in, 41, -12);
	render(v, 64);
	CHECK_NEAR(steady_gain(0), -6, 0.1, "gain reduction");
	CHECK(third_harmonic(41) < -95, "41 Hz: %.1f dB", third_harmonic(41));
}

static void test_untouched(void)
{
	float v[COMP_PARAMS];

	values_set(v);
	random_fill((float *const[2]) { in[0], in[1] }, FRAMES, 0.01);
	render(v, 64);
	CHECK(memcmp(in, out, sizeof(in)) == 0,
	      "below the threshold something changed");
	v[COMP_LOOKAHEAD] = 5;
	render(v, 257);
	CHECK(memcmp(in[1], out[1] + 240, (FRAMES - 240) * sizeof(float)) == 0,
	      "look-ahead does more than delay");
}

static void test_key_and_link(void)
{
	float v[COMP_PARAMS];

	values_set(v);
	tone(in, 997, -40);
	tone(key, 997, -8);
	keyed = true;
	render(v, 64);
	CHECK_NEAR(steady_gain(0), -9, 0.02, "by the key");
	keyed = false;
	tone(in, 997, -8);
	for (int i = 0; i < FRAMES; i++)
		in[1][i] *= (float)db_gain(-8);
	v[COMP_LINK] = 50;
	render(v, 64);
	CHECK_NEAR(steady_gain(0), -9, 0.02, "the loud channel");
	CHECK_NEAR(steady_gain(1), -6, 0.02, "the soft channel, half linked");
	v[COMP_LINK] = 0;
	render(v, 64);
	CHECK_NEAR(steady_gain(1), -3, 0.02, "the soft channel alone");
}

static void test_highpass(void)
{
	float v[COMP_PARAMS];

	for (int slope = 1; slope <= 2; slope++)
		for (int k = 0; k < 3; k++) {
			const double corner[] = { 20, 100, 500 };
			const double freq = corner[k] * 1.3;
			values_set(v);
			v[COMP_HIGHPASS] = (float)slope;
			v[COMP_HIGHPASS_FREQ] = (float)corner[k];
			tone(in, freq, -4);
			render(v, 64);
			const double loss =
				-10 * log10(1 + pow(corner[k] / freq, 4 * slope));
			CHECK_NEAR(steady_gain(0), curve(-4 + loss, -20, 4, 0), 0.05,
				   "high-pass");
		}
}

static void test_cuts(void)
{
	static float whole[2][FRAMES];
	float v[COMP_PARAMS];

	values_set(v);
	v[COMP_THRESHOLD] = -40;
	v[COMP_LINK] = 30;
	v[COMP_HIGHPASS] = 2;
	v[COMP_MIX] = 70;
	random_fill((float *const[2]) { in[0], in[1] }, FRAMES, 0.5);
	for (int detector = 0; detector < 2; detector++) {
		v[COMP_DETECTOR] = (float)detector;
		render(v, 64);
		memcpy(whole, out, sizeof(whole));
		render(v, 1);
		CHECK(memcmp(whole, out, sizeof(whole)) == 0, "cut into 1");
		render(v, 7);
		CHECK(memcmp(whole, out, sizeof(whole)) == 0, "cut into 7");
	}
}

static void adopt_copies_little(void)
{
	float values[COMP_PARAMS];

	values_set(values);
	const struct setup setup = { .rate = 192000,
				     .channels = CHANNELS_MAX,
				     .values = values };
	struct arena *arena = arena_create();
	const struct comp_state *s = module_comp.init(arena, &setup);
	const size_t rings = CHANNELS_MAX * sizeof(float) * (size_t)s->lookahead_max;
	CHECK(sizeof(*s) + rings <= ADOPT_BYTES_MAX, "adopt() copies %zu bytes",
	      sizeof(*s) + rings);
	arena_destroy(arena);
}

int main(void)
{
	adopt_copies_little();
	test_curve();
	test_labels();
	test_low_notes();
	test_untouched();
	test_key_and_link();
	test_highpass();
	test_cuts();
	return test_result();
}
