/* test.c - what only the multiband compressor promises: flat bands, nothing at rest. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "daemon/base/arena.h"
#include "dsp/db.h"
#include "modules/multiband/multiband.h"
#include "tests/support/alone.h"
#include "tests/support/random.h"
#include "tests/support/tone.h"

extern const struct module module_multiband;

enum { RATE = 48000, FRAMES = RATE };

static float in[2][FRAMES], out[2][FRAMES], whole[2][FRAMES];
static float gr[BANDS_MAX];

static void values_set(float *values, int mode, int bands)
{
	const struct param_group *g = module_multiband.groups;

	values[MULTIBAND_MODE] = (float)mode;
	values[MULTIBAND_BANDS] = (float)bands;
	for (int i = 0; i < SPLITS_MAX; i++)
		values[MULTIBAND_SPLITS + i] = g[0].defaults[i];
	for (int i = 0; i < BANDS_MAX * BAND_ROWS; i++)
		values[MULTIBAND_BAND + i] = g[1].rows[i % BAND_ROWS].def;
}

static float *band_value(float *values, int band, int row)
{
	return values + MULTIBAND_BAND + (band - 1) * BAND_ROWS + row;
}

static void render(const float *values, int block)
{
	const struct setup setup = { .rate = RATE, .channels = 2, .values = values };
	struct arena *arena = arena_create();
	void *state = module_multiband.init(arena, &setup);
	static struct multiband_numbers numbers;
	static float a[2][64] __attribute__((aligned(64)));

	module_multiband.design(&setup, values, &numbers);
	for (int at = 0; at < FRAMES;) {
		const int line = (at / 64 + 1) * 64, cut = (at / block + 1) * block;
		int end = line < cut ? line : cut;
		end = end < FRAMES ? end : FRAMES;
		for (int c = 0; c < 2; c++)
			memcpy(a[c], in[c] + at, (size_t)(end - at) * sizeof(float));
		const struct piece piece = {
			.frame = (uint64_t)at,
			.frames = end - at,
			.channels = 2,
			.in = (const float *const[]) { a[0], a[1] },
			.out = (float *const[]) { a[0], a[1] },
			.values = values,
			.numbers = &numbers,
			.meters = gr,
		};
		module_multiband.kernels[0]->process(state, &piece);
		for (int c = 0; c < 2; c++)
			memcpy(out[c] + at, a[c], (size_t)(end - at) * sizeof(float));
		at = end;
	}
	arena_destroy(arena);
}

static void noise(double gain)
{
	random_fill((float *const[2]) { in[0], in[1] }, FRAMES, gain);
}

static void tone(double freq, double gain)
{
	for (int c = 0; c < 2; c++)
		tone_fill(in[c], FRAMES, freq, gain, RATE);
}

/* Gain at a frequency, dB, after half a second. */
static double gain_at(const float *values, double freq, double level)
{
	double x = 0, y = 0;

	tone(freq, level);
	render(values, 64);
	for (int i = FRAMES / 2; i < FRAMES; i++) {
		x += pow((double)in[0][i], 2);
		y += pow((double)out[0][i], 2);
	}
	return 10 * log10(y / x);
}

static void test_flat(void)
{
	static const double freqs[] = { 40, 120, 350, 1000, 2500, 6000, 12000, 18000 };
	float v[MULTIBAND_VALUES];

	for (int mode = MULTIBAND_LR4; mode <= MULTIBAND_LINEAR; mode++)
		for (int bands = 2; bands <= 5; bands++) {
			values_set(v, mode, bands);
			for (int k = 0; k < 8; k++)
				CHECK_NEAR(gain_at(v, freqs[k], 0.001), 0, 0.002,
					   "all bands at unity, dB");
		}
}

static void test_rest(void)
{
	float v[MULTIBAND_VALUES];

	noise(0.005);
	for (int bands = 2; bands <= 5; bands++) {
		values_set(v, MULTIBAND_TRANSPARENT, bands);
		render(v, 64);
		CHECK(memcmp(in, out, sizeof(in)) == 0, "%d bands at rest are heard",
		      bands);
	}
}

/* One band acts on its own tone and leaves the others alone. */
/* At rest the delayed input; the bands are -6 dB at the borders and monotone. */
static void test_linear(void)
{
	float v[MULTIBAND_VALUES];

	values_set(v, MULTIBAND_LINEAR, 5);
	const struct setup setup = { .rate = RATE, .channels = 2, .values = v };
	const int delay = module_multiband.latency(&setup);
	CHECK(delay > 0 && delay <= RATE / 20, "%d frames of delay", delay);
	noise(0.005);
	render(v, 64);
	for (int c = 0; c < 2; c++)
		CHECK(memcmp(in[c], out[c] + delay,
			     (size_t)(FRAMES - delay) * sizeof(float)) == 0,
		      "5 linear bands at rest are heard");
	for (int split = 0; split < SPLITS_MAX; split++) {
		values_set(v, MULTIBAND_LINEAR, 5);
		for (int band = split + 2; band <= BANDS_MAX; band++)
			*band_value(v, band, BAND_MUTE) = 1;
		const double freq = (double)v[MULTIBAND_SPLITS + split];
		CHECK_NEAR(gain_at(v, freq, 0.001), -6.02, 0.03, "at the border");
		CHECK(gain_at(v, freq * 0.3, 0.001) > -0.1, "under it");
		if (freq < RATE / 5.0)
			CHECK(gain_at(v, freq * 2, 0.001) < -23, "over it");
	}
}

static void test_bands(void)
{
	static const double centre[] = { 40, 350, 2500, 16000 };
	float v[MULTIBAND_VALUES];

	for (int mode = MULTIBAND_TRANSPARENT; mode <= MULTIBAND_LINEAR; mode++)
		for (int band = 1; band <= 4; band++) {
			values_set(v, mode, 4);
			*band_value(v, band, BAND_THRESHOLD) = -32;
			*band_value(v, band, BAND_KNEE) = 0;
			for (int k = 1; k <= 4; k++) {
				const double gain = gain_at(v, centre[k - 1], 0.1);
				CHECK_NEAR(gain, k == band ? -6 : 0, 0.7,
					   "a band's tone");
				CHECK_NEAR(gr[k - 1], k == band ? 6 : 0, 0.7,
					   "its meter");
			}
			*band_value(v, band, BAND_RANGE) = 2;
			CHECK_NEAR(gain_at(v, centre[band - 1], 0.1), -2, 0.3, "range");
			*band_value(v, band, BAND_OFF) = 1;
			CHECK_NEAR(gain_at(v, centre[band - 1], 0.1), 0, 0.01, "off");
			*band_value(v, band, BAND_MUTE) = 1;
			CHECK(gain_at(v, centre[band - 1], 0.1) < -12, "mute");
		}
}

static void test_width(void)
{
	float v[MULTIBAND_VALUES];

	for (int mode = MULTIBAND_TRANSPARENT; mode <= MULTIBAND_LR4; mode++) {
		values_set(v, mode, 4);
		*band_value(v, 2, BAND_WIDTH) = 0;
		tone(350, 0.01);
		for (int i = 0; i < FRAMES; i++)
			in[1][i] = 0;
		render(v, 64);
		double left = 0, right = 0, difference = 0;
		for (int i = FRAMES / 2; i < FRAMES; i++) {
			left += pow((double)out[0][i], 2);
			right += pow((double)out[1][i], 2);
			difference += pow((double)(out[0][i] - out[1][i]), 2);
		}
		CHECK(10 * log10(difference / (left + right)) < -8, "width 0 is mono");
	}
}

static void test_cuts(void)
{
	float v[MULTIBAND_VALUES];

	noise(0.25);
	for (int mode = MULTIBAND_TRANSPARENT; mode <= MULTIBAND_LINEAR; mode++) {
		values_set(v, mode, 5);
		*band_value(v, 2, BAND_WIDTH) = 40;
		*band_value(v, 3, BAND_THRESHOLD) = -40;
		render(v, 64);
		memcpy(whole, out, sizeof(whole));
		render(v, 1);
		CHECK(memcmp(whole, out, sizeof(whole)) == 0, "cut into 1, mode %d",
		      mode);
		render(v, 7);
		CHECK(memcmp(whole, out, sizeof(whole)) == 0, "cut into 7, mode %d",
		      mode);
	}
}

/* A crossover moves, in every mode with recursive filters, with the best kernel:
 * filters that stay keep their state, and no sample is other than a
 * number. */
static void test_moves(void)
{
	static const char *const modes[] = { "transparent", "lr4", "lr8" };
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

	for (int m = 0; m < 3; m++) {
		char params[64];
		snprintf(params, sizeof(params), "mode = \"%s\"; bands = 4;", modes[m]);
		struct play *play = alone_open("multiband", params, RATE);
		if (!play)
			return;
		tone(1000, 0.25);
		play_run(play, ins, outs, FRAMES / 2, 512);
		play_set(play, "it/crossover/1/freq", 60);
		float *const late_in[2] = { in[0] + FRAMES / 2, in[1] + FRAMES / 2 };
		float *const late_out[2] = { out[0] + FRAMES / 2, out[1] + FRAMES / 2 };
		play_run(play, late_in, late_out, FRAMES / 2, 512);
		for (const struct event *e = event_next(play->events, 0); e;
		     e = event_next(play->events, e->serial))
			CHECK(strcmp(e->code, "nonfinite") != 0, "%s: %s", modes[m],
			      e->text);
		play_close(play);
	}
}

int main(void)
{
	test_moves();
	test_flat();
	test_rest();
	test_linear();
	test_bands();
	test_width();
	test_cuts();
	return test_result();
}
