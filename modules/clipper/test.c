/* test.c - what only clipper promises: aliases, the ceiling, nothing below the knee. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alias.h"

static void play_tone(const char *params, int rate, double hz, double gain)
{
	bend_tone("clipper", params, rate, hz, gain);
}

static void test_alias(const char *params)
{
	static const int rates[] = { 8000,  22050, 32000, 40000,
				     44100, 48000, 96000, 192000 };
	static const double tones[] = { 9973, 14983 };

	for (int r = 0; r < 8; r++)
		for (int t = 0; t < 2; t++) {
			double hz = alias_scaled(tones[t], rates[r]);
			play_tone(params, rates[r], hz, 1);
			double worst = alias_worst_db(out[0] + SETTLE, FRAMES - SETTLE,
						      hz, rates[r], 60);
			printf("%6d Hz, tone %5.0f Hz, %s alias %.1f dB\n", rates[r],
			       hz, params, worst);
			CHECK(worst <= -80, "%.1f dB", worst);
		}
}

static void test_below_knee(void)
{
	play_tone("ceiling = -1.0; knee = 20.0;", 48000, 997, 0.7);
	int delay = 0, differ = 0;
	while (delay < 200 && out[0][delay] == 0)
		delay++;
	for (int i = delay; i < FRAMES; i++)
		differ += out[0][i] != in[0][i - delay + 1];
	CHECK(differ == 0, "%d samples differ", differ);
}

/* The harmonics of a slow tone are all in band: its flat tops are at the ceiling. */
static void test_ceiling(void)
{
	static const int rates[] = { 8000, 11025, 22050, 32000, 40000, 48000, 384000 };

	for (int r = 0; r < 7; r++) {
		play_tone("ceiling = -6.0; gain = 6.0;", rates[r], 50, 0.9);
		float most = 0;
		for (int i = SETTLE; i < FRAMES; i++)
			most = fmaxf(most, fabsf(out[0][i]));
		CHECK_NEAR(20 * log10((double)most), -6, 0.1, "a clipped 50 Hz tone");
	}
}

int main(void)
{
	test_alias("gain = 12.0; ceiling = 0.0;");
	test_alias("gain = 12.0; ceiling = 0.0; knee = 20.0;");
	test_below_knee();
	test_ceiling();
	return test_result();
}
