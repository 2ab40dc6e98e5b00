/* test.c - what only saturator promises: aliases, a flat path, nothing without drive. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alias.h"

static void play_tone(const char *params, int rate, double hz, double gain)
{
	bend_tone("saturator", params, rate, hz, gain);
}

static void test_alias(const char *params)
{
	static const int rates[] = { 8000,  22050, 32000, 40000,
				     44100, 48000, 96000, 192000 };

	for (int r = 0; r < 8; r++) {
		static const struct {
			double hz, goal;
		} tones[] = { { 9973, -90 }, { 14983, -80 } };
		for (int t = 0; t < 2; t++) {
			double hz = alias_scaled(tones[t].hz, rates[r]);
			play_tone(params, rates[r], hz, 1);
			double worst = alias_worst_db(out[0] + SETTLE, FRAMES - SETTLE,
						      hz, rates[r], 60);
			printf("%6d Hz, tone %5.0f Hz, %s alias %.1f dB\n", rates[r],
			       hz, params, worst);
			CHECK(worst <= tones[t].goal, "%.1f dB", worst);
		}
	}
}

/* At a low level the curve is straight: what is left is the path. */
static void test_flat(void)
{
	static const double tones[] = { 20, 1000, 10000, 18000, 20000 };

	for (int t = 0; t < 5; t++) {
		play_tone("drive = 12.0;", 48000, tones[t], 1e-3);
		double level = tone_level_db(out[0] + SETTLE, FRAMES - SETTLE, tones[t],
					     48000);
		CHECK_NEAR(level, -60, 0.02, "level of a quiet tone");
	}
}

static void test_no_drive(void)
{
	play_tone("curve = \"tube\"; tone = 50.0;", 48000, 997, 0.9);
	int delay = 0, differ = 0;
	while (delay < 200 && out[0][delay] == 0)
		delay++;
	for (int i = delay; i < FRAMES; i++)
		differ += out[0][i] != in[0][i - delay + 1];
	CHECK(differ == 0, "%d samples differ from the input %d frames ago", differ,
	      delay - 1);
}

/* The match corrects the level that drive changes. */
static void test_match(void)
{
	play_tone("drive = 18.0; match = true;", 48000, 997, 0.7);
	double level = tone_level_db(out[0] + FRAMES - SETTLE, SETTLE, 997, 48000);
	CHECK_NEAR(level, -3.1, 1.0,
		   "level of a matched tone (its harmonics count too)");
}

static void test_even(void)
{
	play_tone("drive = 6.0;", 48000, 1000, 0.5);
	double odd = tone_level_db(out[0] + SETTLE, FRAMES - SETTLE, 2000, 48000);
	CHECK(odd < -110, "tape's second harmonic: %.1f dBFS", odd);
	play_tone("drive = 6.0; curve = \"tube\";", 48000, 1000, 0.5);
	double even = tone_level_db(out[0] + SETTLE, FRAMES - SETTLE, 2000, 48000);
	CHECK(even > -40, "tube's second harmonic: %.1f dBFS", even);
}

/* ... but not the level that is set. */
static void test_match_level(void)
{
	play_tone("drive = 6.0; match = true; level = -6.0;", 48000, 997, 0.1);
	double level = tone_level_db(out[0] + FRAMES - SETTLE, SETTLE, 997, 48000);
	CHECK_NEAR(level, -26, 0.5, "level of a matched tone, 6 dB down");
}

/* A hit each second over a soft chord; what a loudness meter says before and after. */
static void test_match_crest(const char *params)
{
	char config[512];

	snprintf(config, sizeof(config),
		 "nodes = ({ module = \"loudness\"; name = \"before\"; },"
		 "{ module = \"saturator\"; name = \"it\"; match = true; %s },"
		 "{ module = \"loudness\"; name = \"after\"; });",
		 params);
	struct play *play = play_open(config, 48000, 0);
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };
	for (int second = 0; play && second < 40; second++) {
		for (int i = 0; i < 48000; i++) {
			const double t = i / 48000.0, turn = 2 * M_PI * t;
			const double chord = sin(196 * turn) + sin(247 * turn);
			const double hit = sin(90 * turn + 4 * exp(-t / 0.02));
			in[0][i] = in[1][i] =
				(float)(0.02 * chord + 0.8 * hit * exp(-t / 0.06));
		}
		play_run(play, ins, outs, 48000, 512);
	}
	const double before = (double)play_meter(play, "before", "integrated");
	const double after = (double)play_meter(play, "after", "integrated");
	CHECK(fabs(after - before) <= 0.3, "%s: %.2f LUFS became %.2f", params, before,
	      after);
	play_close(play);
}

int main(void)
{
	test_alias("drive = 12.0;");
	test_alias("drive = 12.0; curve = \"tube\"; tone = 50.0;");
	test_flat();
	test_no_drive();
	test_match();
	test_match_level();
	test_match_crest("drive = 24.0; curve = \"tube\";");
	test_match_crest("drive = 18.0;");
	test_even();
	return test_result();
}
