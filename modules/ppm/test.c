/* ppm/test.c - the ballistics against their standards' burst tables, at every rate.
 *
 * IEC 60268-10: bursts of 5 kHz (0.5 ms of 10 kHz for type II), the level that they reach
 * under that of the steady tone, and how long the needle takes to fall. IEC 60268-17: VU.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/ppm/ppm.h"

#include <stdlib.h>

#include "tests/support/measured.h"

extern const struct module module_ppm;

static const int rates[] = { 44100, 48000, 96000, 192000 };
enum { RATES = 4, CHANNELS = 2 };

struct burst {
	double ms, reads, wanted, within; /* dB: of this algorithm, of the standard */
};

struct scale {
	const char *name;
	int scale;
	struct burst bursts[5];
	int count;
	double fall_db, fall_seconds, fall_within;
};

static const struct scale quasi_peak[] = {
	{ .name = "nordic",
	  .scale = SCALE_NORDIC,
	  .bursts = { { 10.0, -0.84, -1.0, 0.5 },
		      { 5.0, -2.08, -2.0, 1.0 },
		      { 3.0, -3.55, -4.0, 1.0 },
		      { 0.4, -14.5, -15.0, 4.0 } },
	  .count = 4,
	  .fall_db = 20.0,
	  .fall_seconds = 1.7,
	  .fall_within = 0.3 },
	{ .name = "iia",
	  .scale = SCALE_IIA,
	  .bursts = { { 100.0, -0.02, 0.0, 0.5 },
		      { 10.0, -2.03, -2.0, 0.5 },
		      { 5.0, -3.95, -4.0, 0.75 },
		      { 1.5, -9.4, -9.0, 1.0 },
		      { 0.5, -16.6, -17.0, 2.0 } },
	  .count = 5,
	  .fall_db = 24.0,
	  .fall_seconds = 2.8,
	  .fall_within = 0.3 },
};

static void open_scale(struct measured *m, int rate, int scale)
{
	measured_open(m, &module_ppm, rate, CHANNELS);
	m->values[PPM_SCALE] = (float)scale;
}

static void test_bursts(const struct scale *scale, int rate)
{
	char what[96];

	for (int i = 0; i < scale->count; i++) {
		const struct burst *burst = &scale->bursts[i];
		struct measured m;
		open_scale(&m, rate, scale->scale);
		measured_tone(&m, 5000.0, 0.0, burst->ms / 1000.0);
		measured_silence(&m, 0.01);
		snprintf(what, sizeof(what), "%s at %d: %g ms", scale->name, rate,
			 burst->ms);
		const double found = (double)m.highest[PPM_LEVEL];
		CHECK_NEAR(found, burst->reads, 0.1, what);
		CHECK_NEAR(found, burst->wanted, burst->within, what);
		measured_close(&m);
	}
}

static void test_fall(const struct scale *scale, int rate)
{
	struct measured m;

	open_scale(&m, rate, scale->scale);
	measured_tone(&m, 1000.0, 0.0, 2.0);
	CHECK_NEAR(m.meters[PPM_LEVEL], 0.0, 0.02, "a steady full-scale sine reads 0");
	const double end = (double)m.meters[PPM_LEVEL] - scale->fall_db;
	const uint64_t stopped = m.frame;
	while ((double)m.meters[PPM_LEVEL] > end)
		measured_silence(&m, 0.001);
	CHECK_NEAR((double)(m.frame - stopped) / rate, scale->fall_seconds,
		   scale->fall_within, scale->name);
	measured_close(&m);
}

/* 99 % of the steady reading in 300 ms, 1 to 1.5 % over it. */
static void test_vu(int rate)
{
	struct measured m;

	open_scale(&m, rate, SCALE_VU);
	double reached = 0.0, highest = 0.0;
	for (int step = 0; step < 1000; step++) {
		struct measured_sine sine = { 1000.0, { 0.1, 0.1 }, 0 };
		measured_play(&m, measured_sine, &sine, rate / 1000);
		const double part =
			pow(10.0, ((double)m.meters[PPM_LEVEL] + 20.0) / 20.0);
		if (part >= 0.99 && reached == 0.0)
			reached = (double)m.frame / rate;
		highest = fmax(highest, part);
	}
	CHECK_NEAR(reached, 0.300, 0.010, "VU: 99 %");
	CHECK(highest >= 1.01 && highest <= 1.015, "VU at %d: over by %.2f %%", rate,
	      100.0 * (highest - 1.0));
	measured_tone(&m, 1000.0, -18.0, 2.0);
	CHECK_NEAR(m.meters[PPM_LEVEL], -18.0, 0.05, "VU: steady level");
	CHECK_NEAR(m.meters[PPM_MARK * CHANNELS], 0.0, 0.05, "VU: 0 VU");
	m.values[PPM_REFERENCE] = -20.0f;
	measured_tone(&m, 1000.0, -20.0, 2.0);
	CHECK_NEAR(m.meters[PPM_MARK * CHANNELS], 0.0, 0.05, "VU: 0 VU at -20 dBFS");
	measured_close(&m);
}

/* Two tones whose powers add: an RMS meter reads 3 dB more, a peak meter 6. */
static double two_tones(void *context, int channel, uint64_t frame, int rate)
{
	(void)context;
	(void)channel;
	const double t = (double)frame / rate;
	return 0.1 * (sin(2.0 * M_PI * 997.0 * t) + sin(2.0 * M_PI * 3201.0 * t));
}

static void test_k(int rate)
{
	static const struct {
		int scale;
		double zero;
	} scales[] = { { SCALE_K12, -12.0 },
		       { SCALE_K14, -14.0 },
		       { SCALE_K20, -20.0 } };
	for (int i = 0; i < 3; i++) {
		struct measured m;
		open_scale(&m, rate, scales[i].scale);
		measured_tone(&m, 1000.0, scales[i].zero, 3.0);
		CHECK_NEAR(m.meters[PPM_LEVEL], scales[i].zero, 0.02, "K: a sine");
		CHECK_NEAR(m.meters[PPM_MARK * CHANNELS], 0.0, 0.02, "K: its 0");
		CHECK_NEAR(m.meters[PPM_PEAK * CHANNELS], scales[i].zero, 0.01,
			   "K: the peak of a sine lies at its RMS (AES17)");
		measured_close(&m);
	}
	struct measured m;
	open_scale(&m, rate, SCALE_K20);
	measured_play(&m, two_tones, NULL, 3 * rate);
	CHECK_NEAR(m.meters[PPM_LEVEL], -20.0 + 3.01, 0.03, "K: two sines, RMS");
	CHECK_NEAR(m.highest[PPM_PEAK * CHANNELS], -20.0 + 6.02, 0.1,
		   "K: two sines, peak");
	measured_close(&m);
	/* 99 % of the steady reading in 600 ms. */
	open_scale(&m, rate, SCALE_K20);
	while ((double)m.meters[PPM_LEVEL] < 20.0 * log10(0.99) || m.frame == 0) {
		struct measured_sine sine = { 1000.0, { 1.0, 1.0 }, 0 };
		measured_play(&m, measured_sine, &sine, rate / 1000);
	}
	CHECK_NEAR((double)m.frame / rate, 0.6, 0.01, "K: 99 %");
	/* Its peak stays for 0.5 s and falls 15 dB/s. */
	measured_silence(&m, 0.45);
	CHECK_NEAR(m.meters[PPM_PEAK * CHANNELS], 0.0, 0.01, "K: the peak is held");
	measured_silence(&m, 1.05);
	CHECK_NEAR(m.meters[PPM_PEAK * CHANNELS], -15.0, 0.1, "K: and falls");
	measured_close(&m);
}

static void test_digital(int rate)
{
	struct measured m;

	open_scale(&m, rate, SCALE_DIGITAL);
	m.values[PPM_HOLD] = 2.0f;
	struct measured_sine one = { rate / 4.0, { 0.5, 0.25 }, 0 };
	measured_play(&m, measured_sine, &one, 4);
	CHECK_NEAR(m.meters[PPM_LEVEL], 20.0 * log10(0.5), 0.01, "digital: at once");
	CHECK_NEAR(m.meters[PPM_LEVEL + 1], 20.0 * log10(0.25), 0.01,
		   "digital: the second channel");
	measured_silence(&m, 1.7);
	CHECK_NEAR(m.meters[PPM_LEVEL], 20.0 * log10(0.5) - 20.0, 0.05,
		   "digital: 20 dB in 1.7 s");
	CHECK_NEAR(m.meters[PPM_PEAK * CHANNELS], 20.0 * log10(0.5), 0.01,
		   "digital: the peak is held");
	measured_silence(&m, 0.3 + 1.7);
	CHECK_NEAR(m.meters[PPM_PEAK * CHANNELS], 20.0 * log10(0.5) - 20.0, 0.1,
		   "digital: and falls");
	measured_close(&m);
}

/* Where the marks of each scale are. */
static void test_marks(void)
{
	static const struct {
		int scale;
		double level, mark;
	} marks[] = {
		{ SCALE_DIN, -9.0, 0.0 },     { SCALE_NORDIC, -18.0, 0.0 },
		{ SCALE_NORDIC, -12.0, 6.0 }, { SCALE_IIA, -18.0, 4.0 },
		{ SCALE_IIA, -6.0, 7.0 },     { SCALE_IIB, -18.0, 0.0 },
		{ SCALE_IIB, -9.0, 9.0 },     { SCALE_DIGITAL, -20.0, -20.0 },
	};
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		struct measured m;
		open_scale(&m, 48000, marks[i].scale);
		measured_tone(&m, 1000.0, marks[i].level, 2.0);
		CHECK_NEAR(m.meters[PPM_MARK * CHANNELS], marks[i].mark, 0.03,
			   module_ppm.params[PPM_SCALE].choices[marks[i].scale]);
		measured_close(&m);
	}
}

static void test_mid_side(void)
{
	struct measured m;

	open_scale(&m, 48000, SCALE_IIB);
	m.values[PPM_OF] = OF_M6;
	measured_tone(&m, 1000.0, -12.0, 2.0);
	CHECK_NEAR(m.meters[PPM_LEVEL], -12.0, 0.03, "M6: a sum of equals, 6 dB down");
	CHECK_NEAR(m.meters[PPM_LEVEL + 1], -100.0, 0.0, "M6: no difference");
	struct measured_sine left = { 1000.0, { 0.1, 0.0 }, 0 };
	m.values[PPM_SIDE_GAIN] = 20.0f;
	measured_silence(&m, 5.0);
	measured_play(&m, measured_sine, &left, 2 * 48000);
	CHECK_NEAR(m.meters[PPM_LEVEL], -26.0, 0.03, "M6: one channel");
	CHECK_NEAR(m.meters[PPM_LEVEL + 1], -6.0, 0.03, "M6: its side, 20 dB up");
	measured_close(&m);
}

int main(void)
{
	for (int r = 0; r < RATES; r++) {
		for (int s = 0; s < 2; s++) {
			test_bursts(&quasi_peak[s], rates[r]);
			test_fall(&quasi_peak[s], rates[r]);
		}
		test_vu(rates[r]);
		test_k(rates[r]);
		test_digital(rates[r]);
	}
	test_marks();
	test_mid_side();
	return test_result();
}
