/* test.c - what only phase promises: levels stay, lopsided waves get symmetrical. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"
#include "tests/support/tone.h"

enum { RATE = 48000, FRAMES = RATE };

static float in[2][FRAMES], out[2][FRAMES];

static void play_input(void)
{
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

	alone_play("phase", "", RATE, ins, outs, FRAMES);
}

static double level_db(const float *x)
{
	double sum = 0;

	for (int i = FRAMES / 2; i < FRAMES; i++)
		sum += (double)x[i] * (double)x[i];
	return 10 * log10(2 * sum / FRAMES);
}

static void test_levels(void)
{
	static const double tones[] = { 40, 200, 1000, 12000 };

	for (int t = 0; t < 4; t++) {
		for (int c = 0; c < 2; c++)
			tone_fill(in[c], FRAMES, tones[t], 0.5, RATE);
		play_input();
		CHECK_NEAR(level_db(out[0]), level_db(in[0]), 0.001, "level of a tone");
	}
}

static double lopsided_db(const float *x)
{
	float top = 0, bottom = 0;

	for (int i = FRAMES / 2; i < FRAMES; i++) {
		top = fmaxf(top, x[i]);
		bottom = fmaxf(bottom, -x[i]);
	}
	return fabs(20 * log10((double)(top / bottom)));
}

/* A voice-like wave: harmonics of 110 Hz in phase. */
static void test_symmetry(void)
{
	for (int i = 0; i < FRAMES; i++) {
		double x = 0;
		for (int k = 1; k < 12; k++)
			x += 0.1 * cos(2 * M_PI * 110 * k * i / RATE);
		in[0][i] = in[1][i] = (float)x;
	}
	play_input();
	printf("lopsided by %.1f dB before, %.1f after\n", lopsided_db(in[0]),
	       lopsided_db(out[0]));
	CHECK(lopsided_db(in[0]) > 10 && lopsided_db(out[0]) < 3, "%.1f dB are left",
	      lopsided_db(out[0]));
}

/* The stages' memory of one setting is not heard in the next. */
static void test_jump(void)
{
	enum { LONG = 3 * RATE };
	static float x[LONG], y[LONG], z[LONG];
	struct play *play = alone_open("phase", "freq = 1000.0;", RATE);
	if (!play)
		return;
	tone_fill(x, LONG, 1000, 0.25, RATE);
	play_run(play, (float *const[]) { x, x }, (float *const[]) { y, z }, RATE, 512);
	play_set(play, "it/freq", 50);
	play_run(play, (float *const[]) { x + RATE, x + RATE },
		 (float *const[]) { y + RATE, z + RATE }, LONG - RATE, 512);
	const double left = tone_residue_db(y, LONG, RATE, RATE / 10, RATE / 20, RATE);
	CHECK(left <= -72, "residue %.1f dBFS", left);
	play_close(play);
}

int main(void)
{
	test_levels();
	test_symmetry();
	test_jump();
	return test_result();
}
