/* test.c - what the equaliser promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/match.h"
#include "tests/support/alone.h"
#include "tests/support/tone.h"

enum { RATE = 48000, LONG = 6 * RATE };

static float left[LONG], right[LONG], out_left[LONG], out_right[LONG];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };

static struct play *open_eq(const char *bands)
{
	return alone_open("eq", bands, RATE);
}

static void fill_tone(double hz, double amplitude, double right_share)
{
	tone_fill(left, LONG, hz, amplitude, RATE);
	tone_fill(right, LONG, hz, right_share * amplitude, RATE);
}

static double peak_db(const float *x, int from, int to)
{
	float most = 0.0f;

	for (int n = from; n < to; n++)
		most = fmaxf(most, fabsf(x[n]));
	return 20.0 * log10(fmax((double)most, 1e-12));
}

/* dB at hz of what an impulse of 1 at frame 0 became. */
static double response_db(const float *x, int frames, double hz)
{
	double re = 0.0, im = 0.0;

	for (int n = 0; n < frames; n++) {
		re += (double)x[n] * cos(2.0 * M_PI * hz * n / RATE);
		im += (double)x[n] * sin(2.0 * M_PI * hz * n / RATE);
	}
	return 10.0 * log10(re * re + im * im);
}

static struct section bell(double gain_db, double q)
{
	const double a = pow(10.0, gain_db / 40.0);

	return (struct section) { { 1.0, a / q, 1.0 }, { 1.0, 1.0 / (a * q) } };
}

static struct section high_shelf(double gain_db, double q)
{
	const double a = pow(10.0, gain_db / 40.0), root = sqrt(a);

	return (struct section) { { a, a * root / q, a * a }, { a, root / q } };
}

static double worst_error_db(const struct section *wanted, double hz, double rate)
{
	struct section h[2];
	const int count = match_sections(wanted, hz, rate, 2, h);
	double worst = 0.0;

	for (int i = 0; i <= 400; i++) {
		const double f = 20.0 * pow(1000.0, i / 400.0);
		const double s = f / hz, t = tan(M_PI * f / rate);
		double found = section_log_power(&h[0], t * t);
		if (count == 2)
			found += section_log_power(&h[1], t * t);
		worst = fmax(worst, fabs(found - section_log_power(wanted, s * s)));
	}
	return worst * 10.0 / log(10.0);
}

/* sound.md's goal for bells and shelves, 20 Hz..20 kHz. */
static void test_design(void)
{
	static const double rates[] = { 44100, 48000, 96000, 192000 };
	static const double centres[] = { 20, 60, 1000, 5000, 10000, 12000, 16000 };
	static const double qs[] = { 0.5, 0.71, 1, 2, 8 };

	for (int r = 0; r < 4; r++) {
		double worst = 0.0;
		for (int f = 0; f < 7; f++) {
			for (int q = 0; q < 5; q++) {
				for (int g = -12; g <= 12; g += 6) {
					const struct section b = bell(g, qs[q]);
					const struct section s = high_shelf(g, qs[q]);
					worst = fmax(worst,
						     worst_error_db(&b, centres[f],
								    rates[r]));
					worst = fmax(worst,
						     worst_error_db(&s, centres[f],
								    rates[r]));
				}
			}
		}
		CHECK(worst <= 0.10, "%g Hz: %.3f dB", rates[r], worst);
	}
}

/* The whole way: config, design, cascade of several bands. */
static void test_response(void)
{
	struct play *play = open_eq(
		"band = ({ type = \"bell\"; freq = 30.0; gain = 6.0; q = 1.0; },"
		"{ freq = 1000.0; gain = -9.0; q = 2.0; },"
		"{ freq = 12000.0; gain = 12.0; });");

	if (!play)
		return;
	memset(left, 0, sizeof(left));
	memset(right, 0, sizeof(right));
	left[0] = 1.0f;
	play_run(play, in, out, LONG, 512);
	const double gains[] = { 6, -9, 12 }, centres[] = { 30, 1000, 12000 };
	const double qs[] = { 1, 2, 1 };
	for (double hz = 20.0; hz < 20000.0; hz *= 1.31) {
		double wanted = 0.0;
		for (int b = 0; b < 3; b++) {
			const struct section s = bell(gains[b], qs[b]);
			const double x = hz / centres[b];
			wanted += section_log_power(&s, x * x) * 10.0 / log(10.0);
		}
		CHECK_NEAR(response_db(out_left, LONG, hz), wanted, 0.12, "response");
	}
	CHECK(peak_db(out_right, 0, LONG) < -200.0, "the other channel is silent");
	play_close(play);
}

static void test_mid_side(void)
{
	struct play *play =
		open_eq("band = ({ freq = 1000.0; type = \"bell\"; gain = 12.0; "
			"channels = \"mid\"; });");

	if (!play)
		return;
	fill_tone(1000.0, 0.1, -1.0);
	play_run(play, in, out, RATE, 512);
	float most = 0.0f;
	for (int n = 0; n < RATE; n++)
		most = fmaxf(most, fabsf(out_left[n] - left[n]));
	CHECK(most < 1e-7f, "a band of the middle leaves the side: %g", (double)most);
	fill_tone(1000.0, 0.1, 1.0);
	play_run(play, in, out, RATE, 512);
	CHECK_NEAR(peak_db(out_right, RATE / 2, RATE), -20.0 + 12.0, 0.01, "mid");
	play_close(play);
}

static void test_dynamic(void)
{
	struct play *play =
		open_eq("band = ({ freq = 1000.0; type = \"bell\"; "
			"dynamic = true; threshold = -30.0; range = -12.0; });");

	if (!play)
		return;
	fill_tone(1000.0, 0.01, 1.0);
	play_run(play, in, out, RATE, 512);
	CHECK(memcmp(left, out_left, RATE * sizeof(*left)) == 0,
	      "below threshold: exact");
	/* 18 dB over it, half a dB per dB. */
	fill_tone(1000.0, pow(10.0, -12.0 / 20.0), 1.0);
	play_run(play, in, out, RATE, 512);
	CHECK_NEAR(peak_db(out_left, RATE / 2, RATE), -12.0 - 9.0, 0.05,
		   "dynamic gain");
	CHECK_NEAR(play_meter(play, "it", "band/1/gain"), -9.0, 0.05, "gain meter");
	play_close(play);
}

/* The longest memory that can be set decays in time. */
static void test_tail(void)
{
	struct play *play = open_eq(
		"band = ({ type = \"bell\"; freq = 20.0; gain = 18.0; q = 8.0; });");

	if (!play)
		return;
	fill_tone(20.0, 0.5, 1.0);
	memset(left + RATE / 2, 0, sizeof(left) - RATE / 2 * sizeof(*left));
	memset(right + RATE / 2, 0, sizeof(right) - RATE / 2 * sizeof(*right));
	play_run(play, in, out, LONG, 512);
	CHECK(peak_db(out_left, RATE, RATE * 2) > -60.0, "it rings at first");
	CHECK(peak_db(out_left, RATE / 2 + 5 * RATE, LONG) < -239.0, "and ends");
	play_close(play);
}

/* A narrow bell jumps while a tone plays: its settling is inaudible. */
static void test_narrow_jumps(void)
{
	static const struct {
		double from, to, gain, q;
	} jumps[] = {
		{ 1000, 300, 12, 16 }, { 1000, 20, 12, 16 }, { 300, 1000, 12, 16 },
		{ 950, 1000, 12, 16 }, { 20, 1000, 18, 8 },  { 1000, 300, 18, 1 },
	};
	for (int i = 0; i < 6; i++) {
		char bands[128];
		snprintf(bands, sizeof(bands),
			 "band = ({ type = \"bell\"; freq = %.1f; gain = %.1f; "
			 "q = %.1f; });",
			 jumps[i].from, jumps[i].gain, jumps[i].q);
		struct play *play = open_eq(bands);
		if (!play)
			return;
		fill_tone(1000.0, 0.25, 1.0);
		play_run(play, in, out, RATE, 512);
		play_set(play, "it/band/1/freq", (float)jumps[i].to);
		float *const rest[2] = { left + RATE, right + RATE };
		float *const heard[2] = { out_left + RATE, out_right + RATE };
		play_run(play, rest, heard, 2 * RATE, 512);
		const double left_over = tone_residue_db(out_left, 3 * RATE, RATE,
							 RATE / 10, RATE / 20, RATE);
		CHECK(left_over <= -72.0,
		      "%g to %g Hz, %+g dB, Q %g: residue %.1f dBFS", jumps[i].from,
		      jumps[i].to, jumps[i].gain, jumps[i].q, left_over);
		play_close(play);
	}
}

int main(void)
{
	test_design();
	test_response();
	test_mid_side();
	test_dynamic();
	test_tail();
	test_narrow_jumps();
	return test_result();
}
