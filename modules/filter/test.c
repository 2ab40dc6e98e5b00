/* test.c - what only filter promises: Butterworth's curves, and the guard's two bands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"

enum { FRAMES = 1 << 16 };

static float in[2][FRAMES], out[2][FRAMES];

/* The impulse response into out[]. */
static void play_impulse(const char *params, int rate)
{
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

	memset(in, 0, sizeof(in));
	in[0][0] = in[1][0] = 1;
	alone_play("filter", params, rate, ins, outs, FRAMES);
}

static double response_db(double hz, int rate)
{
	double re = 0, im = 0;
	double c = 1, s = 0;
	const double turn_c = cos(2 * M_PI * hz / rate),
		     turn_s = sin(2 * M_PI * hz / rate);

	for (int i = 0; i < FRAMES; i++) {
		re += (double)out[0][i] * c;
		im += (double)out[0][i] * s;
		const double next = c * turn_c - s * turn_s;
		s = c * turn_s + s * turn_c;
		c = next;
	}
	return 10 * log10(re * re + im * im + 1e-30);
}

/* Worst error against the analogue, weighed less where the filter is far down. */
static double curve_error(const char *pass, int order, double corner, int rate)
{
	char params[128];

	snprintf(params, sizeof(params), "%s = \"db%d\"; %s_freq = %.1f;", pass,
		 6 * order, pass, corner);
	play_impulse(params, rate);
	double worst = 0;
	for (double hz = 20; hz < fmin(20001, 0.455 * rate); hz *= 1.1) {
		const double s = strcmp(pass, "low_pass") ? corner / hz : hz / corner;
		const double wanted = -10 * log10(1 + pow(s, 2 * order));
		if (wanted > -60)
			worst = fmax(worst, fabs(response_db(hz, rate) - wanted) *
						    fmin(1, exp(wanted / 20 + 0.35)));
	}
	return worst;
}

static void test_curves(int rate)
{
	static const int orders[] = { 1, 2, 3, 4, 6, 8 };
	static const double highs[] = { 20, 120, 2000 };
	static const double lows[] = { 200, 1000, 8000, 12000, 16000, 20000 };

	for (int o = 0; o < 6; o++) {
		double high = 0, low = 0;
		for (int i = 0; i < 3; i++)
			high = fmax(high, curve_error("high_pass", orders[o], highs[i],
						      rate));
		for (int i = 0; i < 6; i++)
			low = fmax(low,
				   curve_error("low_pass", orders[o], lows[i], rate));
		printf("%d Hz, %d dB/octave: high-pass off by %.3f dB, low-pass %.3f\n",
		       rate, 6 * orders[o], high, low);
		CHECK(high < 0.1 && low < 0.15, "%d dB/octave at %d Hz: %.3f, %.3f dB",
		      6 * orders[o], rate, high, low);
	}
}

static void test_guard(int rate)
{
	static const struct {
		const char *name;
		double hz;
	} guards[] = { { "15khz", 15000 }, { "16khz", 16000 }, { "20khz", 20000 } };
	for (int g = 0; g < 3; g++) {
		char params[64];
		snprintf(params, sizeof(params), "guard = \"%s\";", guards[g].name);
		play_impulse(params, rate);
		double ripple = 0, stop = -200;
		for (double hz = 20; hz <= guards[g].hz; hz += 197)
			ripple = fmax(ripple, fabs(response_db(hz, rate)));
		ripple = fmax(ripple, fabs(response_db(guards[g].hz, rate)));
		for (double hz = guards[g].hz + 2000; hz < rate / 2.0; hz += 197)
			stop = fmax(stop, response_db(hz, rate));
		printf("%d Hz, guard %s: ripple %.5f dB, stop band %.1f dB\n", rate,
		       guards[g].name, ripple, stop);
		CHECK(ripple < 0.001 && stop < -90, "%s: %.5f dB, %.1f dB",
		      guards[g].name, ripple, stop);
	}
}

static void test_rest(void)
{
	play_impulse("", 48000);
	int differ = 0;
	for (int i = 0; i < FRAMES; i++)
		differ += out[0][i] != in[0][i];
	CHECK(differ == 0, "%d samples differ with all off", differ);
}

int main(void)
{
	test_rest();
	static const int rates[] = { 44100, 48000, 96000, 192000 };
	for (int r = 0; r < 4; r++)
		test_guard(rates[r]);
	test_curves(44100);
	test_curves(48000);
	test_curves(192000);
	return test_result();
}
