/* test.c - what only dither promises: its noise, its grid, its shapes, its black. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <complex.h>

#include "tests/support/alone.h"

enum { FRAMES = 1 << 18 };

static float in[2][FRAMES], out[2][FRAMES];

static void play_input(const char *params, int rate)
{
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

	alone_play("dither", params, rate, ins, outs, FRAMES);
}

/* Mean and variance of the error, in steps, for constant inputs between two steps. */
static void test_white(int bits)
{
	char params[64];

	snprintf(params, sizeof(params), "bits = %d;", bits);
	const double step = exp2(1 - bits);
	for (int eighth = 0; eighth < 8; eighth++) {
		for (int i = 0; i < FRAMES; i++)
			in[0][i] = in[1][i] = (float)((100 + eighth / 8.0) * step);
		play_input(params, 48000);
		double mean = 0, square = 0;
		int off = 0;
		for (int i = 0; i < FRAMES; i++) {
			const double word = (double)out[0][i] / step;
			const double error = word - (double)in[0][i] / step;
			mean += error / FRAMES;
			square += error * error / FRAMES;
			off += word != rint(word);
		}
		CHECK(off == 0, "%d words off the grid of %d bits", off, bits);
		CHECK_NEAR(mean, 0, 0.01, "mean of the error");
		CHECK_NEAR(square - mean * mean, 0.25, 0.005, "variance of the error");
	}
}

/* The inverse threshold of hearing at a few frequencies is the weight: see README. */
static double hearing_power(double hz)
{
	static const double f[] = { 20,    50,    100,   200,   500,   1000,
				    2000,  3150,  4000,  5000,  6300,  8000,
				    10000, 12500, 16000, 18000, 20000, 24000 };
	static const double t[] = { 78.5, 44, 26.5, 14.4, 4.4,  2.4,  -1.3, -6, -5.4,
				    -1.5, 6,  12.6, 13.9, 12.3, 18.4, 40,   70, 120 };
	double db = hz < 20 ? 200 : 120;

	for (int i = 1; i < 18; i++)
		if (hz >= f[i - 1] && hz < f[i])
			db = t[i - 1] + (t[i] - t[i - 1]) * log(hz / f[i - 1]) /
						log(f[i] / f[i - 1]);
	return pow(10, -db / 10);
}

/* Power of the error, plain and weighted, from the average of short spectra. */
static void error_power(int rate, double *plain, double *weighted)
{
	enum { SIZE = 512, COUNT = 256 };
	static double complex turn[SIZE];
	for (int k = 0; k < SIZE; k++)
		turn[k] = cexp(-2 * M_PI * k / SIZE * (double complex)I);
	*plain = *weighted = 0;
	for (int k = 1; k < SIZE / 2; k++) {
		double power = 0;
		for (int s = 0; s < COUNT; s++) {
			double complex sum = 0;
			const int at = 8192 + s * SIZE;
			for (int i = 0; i < SIZE; i++) {
				const double w = 0.5 - 0.5 * cos(2 * M_PI * i / SIZE);
				sum += w *
				       ((double)out[0][at + i] -
					(double)in[0][at + i]) *
				       turn[k * i % SIZE];
			}
			power += creal(sum * conj(sum));
		}
		*plain += power;
		*weighted += power * hearing_power((double)k * rate / SIZE);
	}
}

static void test_shapes(int rate, double strong_goal)
{
	double plain[3], weighted[3];
	static const char *const params[] = { "bits = 16;",
					      "bits = 16; shape = \"gentle\";",
					      "bits = 16; shape = \"strong\";" };

	for (int i = 0; i < FRAMES; i++)
		in[0][i] = in[1][i] = (float)(0.25 * sin(2 * M_PI * 997.13 * i / rate));
	for (int s = 0; s < 3; s++) {
		play_input(params[s], rate);
		error_power(rate, &plain[s], &weighted[s]);
	}
	double gentle = 10 * log10(weighted[0] / weighted[1]);
	double strong = 10 * log10(weighted[0] / weighted[2]);
	double rise = 10 * log10(plain[1] / plain[0]);
	printf("%d Hz: gentle %.1f dB for %+.1f dB in total, strong %.1f dB for %+.1f "
	       "dB\n",
	       rate, gentle, rise, strong, 10 * log10(plain[2] / plain[0]));
	CHECK(gentle >= 10 && rise <= 7, "gentle %.1f dB for %.1f", gentle, rise);
	CHECK(strong >= strong_goal, "strong %.1f dB, goal %.1f", strong, strong_goal);
}

static void test_black(void)
{
	memset(in, 0, sizeof(in));
	for (int i = 0; i < 4800; i++)
		in[0][i] = in[1][i] = 0.1f;
	play_input("bits = 16;", 48000);
	int noisy = 0, late = 0;
	for (int i = 4800; i < FRAMES; i++) {
		noisy += i < 9600 && out[0][i] != 0;
		late += i > 9728 && out[0][i] != 0;
	}
	CHECK(noisy > 1000 && late == 0, "%d words before black, %d after", noisy,
	      late);
	play_input("bits = 16; black = false;", 48000);
	late = 0;
	for (int i = 9728; i < FRAMES; i++)
		late += out[0][i] != 0;
	CHECK(late > FRAMES / 8, "%d words of noise without auto black", late);
}

int main(void)
{
	test_white(16);
	test_white(8);
	test_white(24);
	test_shapes(44100, 13);
	test_shapes(48000, 16.5);
	test_shapes(96000, 20);
	test_black();
	return test_result();
}
