/* test.c - what the de-esser promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"

enum { RATE = 48000, FRAMES = RATE * 4 };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };

/* A voice's tone at 400 Hz throughout; a sibilant at 6.5 kHz from 3 s to 3.5 s. */
static void fill(double level_db, double sibilant_db)
{
	for (int n = 0; n < FRAMES; n++) {
		const double t = (double)n / RATE;
		double x = 0.5 * sin(2 * M_PI * 400 * t);
		if (t >= 3 && t < 3.5)
			x += 0.5 * pow(10, sibilant_db / 20) * sin(2 * M_PI * 6500 * t);
		left[n] = right[n] = (float)(x * pow(10, level_db / 20));
	}
}

/* Largest reduction; what it plays is in out. */
static double reduction(const char *params)
{
	struct play *play = alone_open("deesser", params, RATE);

	if (!play)
		return 0;
	play_run(play, in, out, RATE * 3, 512);
	float *const ins[2] = { left + RATE * 3, right + RATE * 3 };
	float *const outs[2] = { out_left + RATE * 3, out_right + RATE * 3 };
	play_run(play, ins, outs, RATE * 2 / 5, 512);
	const double gr = (double)play_meter(play, "it", "gr");
	play_close(play);
	return gr;
}

/* dB of a tone in out over in, 3.2 s to 3.4 s. */
static double tone_change(double hz)
{
	double a[2] = { 0 }, b[2] = { 0 };

	for (int n = RATE * 32 / 10; n < RATE * 34 / 10; n++) {
		const double w = 2 * M_PI * hz * n / RATE;
		a[0] += (double)left[n] * cos(w);
		a[1] += (double)left[n] * sin(w);
		b[0] += (double)out_left[n] * cos(w);
		b[1] += (double)out_left[n] * sin(w);
	}
	return 20 * log10(hypot(b[0], b[1]) / hypot(a[0], a[1]));
}

int main(void)
{
	double first = 0;

	for (double level = 0; level >= -60; level -= 20) {
		fill(level, 0);
		const double gr = reduction("range = 24.0;");
		if (level == 0)
			first = gr;
		CHECK_NEAR(gr, first, 0.01, "the same reduction at any level");
		CHECK_NEAR(tone_change(6500), -gr, 0.3, "the sibilant is turned down");
		CHECK_NEAR(tone_change(400), 0, 0.1, "split: the voice is not");
	}
	CHECK(first > 3 && first < 12, "some reduction: %g dB", first);
	fill(-10, 0);
	CHECK_NEAR(reduction("range = 3.0;"), 3, 0.01, "range");
	CHECK_NEAR(reduction("mode = \"wide\"; range = 3.0;"), 3, 0.01, "range, wide");
	CHECK_NEAR(tone_change(400), -3, 0.05, "wide: everything is turned down");
	reduction("listen = true;");
	CHECK(tone_change(400) < -20, "listen: the voice is gone, %g dB",
	      tone_change(400));
	fill(-10, -30);
	CHECK(reduction("") == 0, "no reduction");
	CHECK(!memcmp(out_left, left, sizeof(float) * RATE * 34 / 10),
	      "at rest bit for bit");
	return test_result();
}
