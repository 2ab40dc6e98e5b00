/* test.c - what stereo promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"
#include "tests/support/random.h"

enum { RATE = 48000, FRAMES = 2 * RATE };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };

/* Plays what is in left and right. */
static void play_with(const char *params, float *before, float *after)
{
	struct play *play = alone_open("stereo", params, RATE);

	if (!play)
		return;
	play_run(play, in, out, FRAMES, 512);
	if (before)
		*before = play_meter(play, "it", "correlation_in");
	if (after)
		*after = play_meter(play, "it", "correlation_out");
	play_close(play);
}

static void fill_noise(void)
{
	random_fill(in, FRAMES, 0.5);
}

static void test_rest(void)
{
	fill_noise();
	play_with("", NULL, NULL);
	CHECK(!memcmp(left, out_left, sizeof(left)) &&
		      !memcmp(right, out_right, sizeof(right)),
	      "at rest: bit for bit");
}

static void test_middle(void)
{
	static const char *const settings[] = {
		"width = 170.0;",
		"width_low = 20.0; width_high = 150.0;",
		"bass_mono = true; width = 30.0;",
		"bass_mono = true; bass_slope = \"db12\"; width_mid = 0.0;",
	};

	fill_noise();
	for (int i = 0; i < 4; i++) {
		play_with(settings[i], NULL, NULL);
		double most = 0.0;
		for (int n = 0; n < FRAMES; n++) {
			const double was = (double)left[n] + (double)right[n];
			const double is = (double)out_left[n] + (double)out_right[n];
			most = fmax(most, fabs(is - was) / 2.0);
		}
		CHECK(most <= 1e-7, "%s moves the middle by %g", settings[i], most);
	}
}

/* dB of the side at hz. */
static double side_db(const char *params, double hz)
{
	for (int n = 0; n < FRAMES; n++) {
		left[n] = (float)(0.25 * sin(2.0 * M_PI * hz * n / RATE));
		right[n] = -left[n];
	}
	play_with(params, NULL, NULL);
	double re = 0.0, im = 0.0;
	for (int n = RATE; n < FRAMES; n++) {
		re += (double)out_left[n] * cos(2.0 * M_PI * hz * n / RATE);
		im += (double)out_left[n] * sin(2.0 * M_PI * hz * n / RATE);
	}
	return 10.0 * log10((re * re + im * im) / (0.125 * 0.125) / RATE / RATE);
}

static void test_side(void)
{
	const char *steep = "bass_mono = true; bass_freq = 100.0;";
	const char *gentle =
		"bass_mono = true; bass_freq = 100.0; bass_slope = \"db12\";";

	CHECK_NEAR(side_db(steep, 100), -3.01, 0.1, "24 dB/octave at f");
	CHECK(side_db(steep, 50) <= -24.0, "24 dB/octave at f/2");
	CHECK_NEAR(side_db(steep, 200), 0.0, 0.1, "24 dB/octave at 2f");
	CHECK_NEAR(side_db(gentle, 100), -3.01, 0.1, "12 dB/octave at f");
	CHECK_NEAR(side_db(gentle, 200), 0.0, 0.1, "12 dB/octave at 2f");
	CHECK_NEAR(side_db("width = 50.0;", 1000), -6.02, 0.01, "width");
	CHECK_NEAR(side_db("width_low = 50.0;", 20), -6.02, 0.1, "low width");
	CHECK_NEAR(side_db("width_high = 200.0;", 20000), 6.02, 0.3, "high width");
}

static void test_rotation(void)
{
	for (int n = 0; n < FRAMES; n++) {
		left[n] = 0.25f;
		right[n] = 0.25f;
	}
	play_with("rotation = 45.0;", NULL, NULL);
	CHECK_NEAR(out_left[RATE], 0.0, 1e-6, "the middle, turned to the right");
	CHECK_NEAR(out_right[RATE], 0.25 * M_SQRT2, 1e-6, "with all its power");
	right[RATE] = left[RATE] = 0.25f;
	play_with("balance = 50.0; mono = true;", NULL, NULL);
	CHECK_NEAR(out_left[RATE], 0.25 * 0.75, 1e-6, "mono after balance");
}

static void test_correlation(void)
{
	float before = 0.0f, after = 0.0f;

	for (int n = 0; n < FRAMES; n++) {
		left[n] = (float)(0.25 * sin(0.1 * n));
		right[n] = (float)(0.25 * sin(0.1 * n + M_PI / 3.0));
	}
	play_with("width = 0.0;", &before, &after);
	CHECK_NEAR(before, 0.5, 0.01, "60 degrees apart");
	CHECK_NEAR(after, 1.0, 0.01, "mono");
}

int main(void)
{
	test_rest();
	test_middle();
	test_side();
	test_rotation();
	test_correlation();
	return test_result();
}
