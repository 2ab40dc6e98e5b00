/* field/test.c - the stereo field on signals whose answers are known. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/field/field.h"

#include "tests/support/measured.h"
#include "tests/support/random.h"

extern const struct module module_field;

static const int rates[] = { 44100, 48000, 96000, 192000 };
enum { RATES = 4 };

static int thirds_at(int rate)
{
	return rate == 44100 ? 30 : 31;
}

struct noise {
	uint32_t seed;
	double left, of_left, of_own; /* right = of_left * left + of_own * noise */
};

static double noise(void *context, int channel, uint64_t frame, int rate)
{
	struct noise *noise = context;

	(void)frame;
	(void)rate;
	if (channel == 0)
		return noise->left = 0.25 * random_noise(&noise->seed);
	return noise->of_left * noise->left +
	       noise->of_own * 0.25 * random_noise(&noise->seed);
}

static void play_noise(struct measured *m, int rate, double of_left, double of_own)
{
	struct noise context = { .seed = 1, .of_left = of_left, .of_own = of_own };

	measured_open(m, &module_field, rate, 2);
	m->values[FIELD_TIME] = TIME_INFINITE;
	measured_play(m, noise, &context, 8L * rate);
}

static void check_thirds(const struct measured *m, int from, int first, double wanted,
			 double within, const char *what)
{
	for (int k = from; k < thirds_at(m->rate); k++)
		CHECK(fabs((double)m->meters[first + k] - wanted) <= within,
		      "%d Hz, third %d: %s: found %g, wanted %g", m->rate, k + 1, what,
		      (double)m->meters[first + k], wanted);
}

/* Mono, inverted, unrelated, one side alone, and half related. */
static void test_thirds(int rate)
{
	struct measured m;

	play_noise(&m, rate, 1.0, 0.0);
	check_thirds(&m, 0, FIELD_MONO_LOSS, 0.0, 0.01, "mono: loss");
	check_thirds(&m, 0, FIELD_CORRELATION, 1.0, 1e-4, "mono: correlation");
	check_thirds(&m, 0, FIELD_SIDE, (double)FIELD_FLOOR, 0.0, "mono: side");
	measured_close(&m);
	play_noise(&m, rate, -1.0, 0.0);
	check_thirds(&m, 0, FIELD_MONO_LOSS, (double)FIELD_FLOOR, 0.0,
		     "inverted: loss");
	check_thirds(&m, 0, FIELD_CORRELATION, -1.0, 1e-4, "inverted: correlation");
	check_thirds(&m, 0, FIELD_MID, (double)FIELD_FLOOR, 0.0, "inverted: mid");
	measured_close(&m);
	/* Chance leaves some relation where a band is narrow. */
	play_noise(&m, rate, 0.0, 1.0);
	check_thirds(&m, 13, FIELD_MONO_LOSS, -3.01, 0.4, "unrelated: loss");
	check_thirds(&m, 13, FIELD_CORRELATION, 0.0, 0.1, "unrelated: correlation");
	for (int k = 13; k < thirds_at(rate); k++)
		CHECK_NEAR(m.meters[FIELD_MID + k], m.meters[FIELD_SIDE + k], 0.8,
			   "unrelated: mid and side");
	measured_close(&m);
	play_noise(&m, rate, 0.0, 0.0);
	check_thirds(&m, 0, FIELD_MONO_LOSS, -3.01, 0.01, "left alone: loss");
	check_thirds(&m, 0, FIELD_CORRELATION, 0.0, 1e-6, "left alone: correlation");
	measured_close(&m);
	play_noise(&m, rate, 0.5, sqrt(0.75));
	check_thirds(&m, 13, FIELD_CORRELATION, 0.5, 0.1, "half related");
	measured_close(&m);
}

static void test_levels(int rate)
{
	struct measured m;

	measured_open(&m, &module_field, rate, 2);
	struct measured_sine sine = { 1000.0, { 0.5, 0.1 }, 0 };
	measured_play(&m, measured_sine, &sine, 8L * rate);
	CHECK_NEAR(m.meters[FIELD_MID + 17], 20.0 * log10(0.3), 0.05, "mid");
	CHECK_NEAR(m.meters[FIELD_SIDE + 17], 20.0 * log10(0.2), 0.05, "side");
	measured_close(&m);
}

static void test_goniometer(int rate)
{
	struct measured m;
	float widest = 0.0f, off = 0.0f;

	measured_open(&m, &module_field, rate, 2);
	/* Left 3, right 1: mid is twice the side. */
	struct measured_sine sine = { 997.0, { 0.3, 0.1 }, 0 };
	measured_play(&m, measured_sine, &sine, rate);
	for (int i = 0; i < FIELD_POINTS; i++) {
		const float *point = &m.meters[FIELD_POINT + 2 * i];
		widest = fmaxf(widest, fabsf(point[0]));
		off = fmaxf(off, fabsf(point[0] - 2.0f * point[1]));
	}
	/* The largest of the 128 points, not of the sine. */
	CHECK_NEAR(widest, 1.0, 0.01, "the points fill the picture");
	CHECK(off < 1e-5f, "%d Hz: points lie on a line: off by %g", rate, (double)off);
	CHECK_NEAR(m.meters[FIELD_GAIN], -20.0 * log10(0.2), 0.1, "gain");
	/* 20 dB down: the gain goes up 12 dB/s. */
	struct measured_sine quiet = { 997.0, { 0.03, 0.01 }, 0 };
	measured_play(&m, measured_sine, &quiet, rate);
	CHECK_NEAR(m.meters[FIELD_GAIN], -20.0 * log10(0.2) + 12.0, 0.6,
		   "gain after 1 s");
	measured_play(&m, measured_sine, &sine, rate / 10);
	CHECK_NEAR(m.meters[FIELD_GAIN], -20.0 * log10(0.2), 0.1, "down at once");
	measured_silence(&m, 10.0);
	CHECK_NEAR(m.meters[FIELD_GAIN], FIELD_GAIN_MAX, 0.0, "silence");
	CHECK_NEAR(m.meters[FIELD_POINT], 0.0, 0.0, "silence: the middle");
	measured_close(&m);
	measured_open(&m, &module_field, rate, 1);
	measured_tone(&m, 997.0, -6.0, 1.0);
	CHECK_NEAR(m.meters[FIELD_MONO_LOSS + 17], 0.0, 1e-3, "one channel is mono");
	measured_close(&m);
}

int main(void)
{
	for (int r = 0; r < RATES; r++) {
		test_thirds(rates[r]);
		test_levels(rates[r]);
		test_goniometer(rates[r]);
	}
	return test_result();
}
