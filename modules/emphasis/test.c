/* test.c - what only emphasis promises: the ceiling after it, lows untouched, vinyl. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"

enum { RATE = 48000, FRAMES = RATE };

static float in[2][FRAMES], out[2][FRAMES];

static struct play *play_input(const char *params)
{
	struct play *play = alone_open("emphasis", params, RATE);
	float *ins[2] = { in[0], in[1] }, *outs[2] = { out[0], out[1] };

	if (play)
		play_run(play, ins, outs, FRAMES, 512);
	return play;
}

/* Two tones; the second for a tenth of a second in each half second. */
static void two_tones(double hz, double gain, double other_hz, double other_gain)
{
	for (int i = 0; i < FRAMES; i++) {
		double x = gain * sin(2 * M_PI * hz * i / RATE);
		if (i % (RATE / 2) < RATE / 10)
			x += other_gain * sin(2 * M_PI * other_hz * i / RATE);
		in[0][i] = in[1][i] = (float)x;
	}
}

static double amplitude(const float *x, double hz, int from, int frames)
{
	double re = 0, im = 0;

	for (int i = from; i < from + frames; i++) {
		re += (double)x[i] * cos(2 * M_PI * hz * i / RATE);
		im += (double)x[i] * sin(2 * M_PI * hz * i / RATE);
	}
	return 2 * hypot(re, im) / frames;
}

static double peak(const float *x)
{
	float most = 0;

	for (int i = 0; i < FRAMES; i++)
		most = fmaxf(most, fabsf(x[i]));
	return (double)most;
}

/* The pre-emphasised output keeps the ceiling, as does the flat one after the sender's
 * emphasis: a steady tone comes out at the ceiling divided by the emphasis. */
static void test_ceiling(const char *time, double tau)
{
	char params[128];

	for (int flat = 0; flat < 2; flat++) {
		snprintf(params, sizeof(params),
			 "time = \"%s\"; ceiling = -3.0; output = \"%s\";", time,
			 flat ? "flat" : "pre_emphasised");
		two_tones(9000, 0.5, 12000, 0.15);
		struct play *play = play_input(params);
		const double top = pow(10, -3 / 20.0);
		if (!flat)
			CHECK(peak(out[0]) <= top, "%s: peak %.4f", params,
			      peak(out[0]));
		else {
			const double lift = hypot(1, 2 * M_PI * 9000 * tau);
			const double found =
				lift * amplitude(out[0], 9000, RATE * 9 / 10, 4800);
			CHECK(found <= top && found > 0.7 * top, "%s: %.4f", params,
			      found / top);
			const float hf = play_meter(play, "it", "hf");
			CHECK(hf > 3 && hf < 18, "HF meter %.2f", (double)hf);
		}
		play_close(play);
	}
}

static void test_lows(void)
{
	two_tones(100, 0.25, 11000, 0.2);
	play_close(play_input("ceiling = -4.0;"));
	const double quiet = amplitude(out[0], 100, RATE * 3 / 10, RATE / 10);
	const double loud = amplitude(out[0], 100, RATE * 5 / 10, RATE / 10);
	CHECK_NEAR(20 * log10(loud / quiet), 0, 0.02, "100 Hz under treble bursts");
}

static void test_rest(const char *params)
{
	two_tones(100, 0.25, 5000, 0.02);
	struct play *play = play_input(params);
	int lag = 0, differ = 0;
	while (lag < 1000 && out[0][lag] == 0)
		lag++;
	lag--; /* the tone's first sample is 0 */
	for (int i = lag; i < FRAMES; i++)
		differ += out[0][i] != in[0][i - lag];
	CHECK(differ == 0 && lag > 0, "%s: %d samples differ", params, differ);
	play_close(play);
}

/* g for a tone of full level at 25 cm/s: IEC 98 is 1.0096 |1 + j w 75 us| up there. */
static double groove_g(double hz)
{
	const double w = 2 * M_PI * hz;

	return 0.25 * 1.0096 * hypot(1, w * 75e-6) * w / 9.80665;
}

/* The meter shows the acceleration, and the limit holds it. */
static void test_groove(double hz)
{
	const double g = groove_g(hz);

	two_tones(hz, 400 / g, 1000, 0);
	struct play *play = play_input("mode = \"vinyl\"; sibilance = 0.0;");
	const double told = (double)play_meter(play, "it", "acceleration");
	CHECK(told > 396 && told < 404, "%.0f Hz: %.0f g are told as %.0f", hz, 400.0,
	      told);
	play_close(play);
	two_tones(hz, 4000 / g, 1000, 0);
	play_close(play_input("mode = \"vinyl\"; sibilance = 0.0;"));
	const double found = g * amplitude(out[0], hz, RATE / 2, RATE / 4);
	CHECK(found < 1000 && found > 700, "%.0f Hz: %.0f g", hz, found);
}

static void test_sibilance(void)
{
	two_tones(8000, 0.25, 1000, 0);
	play_close(play_input(
		"mode = \"vinyl\"; acceleration = 10000.0; sibilance = -20.0;"));
	CHECK_NEAR(20 * log10(amplitude(out[0], 8000, RATE / 2, RATE / 4)), -20, 1,
		   "sibilant");
}

int main(void)
{
	test_ceiling("50us", 50e-6);
	test_ceiling("75us", 75e-6);
	test_lows();
	test_rest("");
	test_rest("mode = \"vinyl\"; acceleration = 5000.0;");
	test_groove(10000);
	test_groove(18500);
	test_groove(19900);
	test_groove(21500);
	test_sibilance();
	return test_result();
}
