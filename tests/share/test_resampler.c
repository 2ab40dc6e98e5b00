/* test_resampler.c - 44.1, 48 and 96 kHz into each other: level to 20 kHz, what folds or
 * mirrors, phase, length. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/resampler.h"

#include "tests/support/test.h"

#include <stdlib.h>

enum { SECONDS = 2 };

struct tone {
	double hz, rate;
	int at, frames;
};

static int tone_read(void *context, float *to, int frames)
{
	struct tone *tone = context;
	const int left = tone->frames - tone->at;
	const int n = left < frames ? left : frames;

	for (int i = 0; i < n; i++, tone->at++)
		to[i] = (float)(0.5 * sin(2 * M_PI * tone->hz * tone->at / tone->rate));
	return n;
}

/* The tone at the new rate; returns the frames. */
static int converted(double hz, int from, int to, float **out)
{
	struct tone tone = { hz, from, 0, from * SECONDS };
	char error[256];
	struct resampler *r = resampler_create(from, to, 1, error, sizeof(error));
	int total = 0;

	*out = malloc(sizeof(float) * (size_t)(to * SECONDS + 4096));
	CHECK(r, "%s", error);
	for (int n; (n = resampler_read(r, *out + total, 1000, tone_read, &tone)) > 0;)
		total += n;
	resampler_destroy(r);
	return total;
}

/* Fits a sine of `hz` into the middle; *rest: what is left, dB under the tone of 0.5;
 * *phase: degrees. Returns its level over 0.5, dB. Under a window of two cosines, because
 * a tone need not fit. */
static double fit(const float *x, int frames, double hz, double rate, double *rest,
		  double *phase)
{
	const int begin = frames / 8, end = frames - frames / 8, count = end - begin;
	double cc = 0, ss = 0, cs = 0, xc = 0, xs = 0, left = 0;

	for (int i = begin; i < end; i++) {
		const double w = 2 * M_PI * hz * i / rate, c = cos(w), s = sin(w);
		cc += c * c;
		ss += s * s;
		cs += c * s;
		xc += (double)x[i] * c;
		xs += (double)x[i] * s;
	}
	const double det = cc * ss - cs * cs;
	const double a = (xs * cc - xc * cs) / det, b = (xc * ss - xs * cs) / det;
	for (int i = begin; i < end; i++) {
		const double w = 2 * M_PI * hz * i / rate;
		const double d = (double)x[i] - a * sin(w) - b * cos(w);
		left += d * d;
	}
	*rest = 10 * log10(left / count / 0.125 + 1e-30);
	*phase = atan2(b, a) * 180 / M_PI;
	return 20 * log10(hypot(a, b) / 0.5);
}

static double rms_db(const float *x, int frames)
{
	double sum = 0;

	for (int i = frames / 8; i < frames - frames / 8; i++)
		sum += (double)x[i] * (double)x[i];
	return 10 * log10(sum / (frames * 0.75) / 0.125 + 1e-30);
}

static void check_pair(int from, int to)
{
	static const double inside[] = {
		20, 100, 997, 5000, 10007, 15000, 19000, 20000
	};
	const double top = from < to ? from / 2.0 : to / 2.0;
	double worst_level = 0, worst_rest = -200, worst_phase = 0, worst_alias = -200;
	float *out;

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		double rest, phase;
		const int frames = converted(inside[i], from, to, &out);
		CHECK(frames ==
			      (int)resampler_length((int64_t)from * SECONDS, from, to),
		      "%d to %d: %d frames", from, to, frames);
		const double level = fit(out, frames, inside[i], to, &rest, &phase);
		worst_level = fmax(worst_level, fabs(level));
		worst_rest = fmax(worst_rest, rest);
		worst_phase = fmax(worst_phase, fabs(phase));
		free(out);
	}
	/* Going down: what lies above half the new rate, and could fold back. */
	for (double hz = top * 1.0005; hz < from / 2.0; hz += top * 0.013) {
		const int frames = converted(hz, from, to, &out);
		worst_alias = fmax(worst_alias, rms_db(out, frames));
		free(out);
	}
	printf("%d to %d Hz: %.4f dB to 20 kHz, what else there is %.1f dB, aliases "
	       "%.1f dB, phase %.3f degrees\n",
	       from, to, worst_level, worst_rest, worst_alias, worst_phase);
	CHECK(worst_level <= 0.01, "%d to %d: %.4f dB", from, to, worst_level);
	/* Mirrors of the pass band, and the rounding to floats. */
	CHECK(worst_rest <= -140, "%d to %d: %.1f dB", from, to, worst_rest);
	CHECK(worst_alias <= -140, "%d to %d: %.1f dB", from, to, worst_alias);
	CHECK(worst_phase <= 0.1, "%d to %d: %.3f degrees", from, to, worst_phase);
}

int main(void)
{
	static const int rates[] = { 44100, 48000, 96000 };
	char text[256];

	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			if (i != j)
				check_pair(rates[i], rates[j]);
	resampler_text(44100, 96000, text, sizeof(text));
	CHECK(strstr(text, "20.1 kHz"), "%s", text);
	return test_result();
}
