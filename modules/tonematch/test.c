/* test.c - what tonematch promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"
#include "tests/support/random.h"

enum { RATE = 48000, SECONDS = 30, FRAMES = RATE * SECONDS };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };

/* White noise through one pole: 6 dB an octave down from `hz`. */
static void fill(double hz, double gain)
{
	uint32_t seed = 1;
	double low[2] = { 0 };
	const double rate = 1 - exp(-2 * M_PI * hz / RATE);

	for (int n = 0; n < FRAMES; n++)
		for (int c = 0; c < 2; c++) {
			low[c] += rate * (random_noise(&seed) - low[c]);
			in[c][n] = (float)(gain * low[c]);
		}
}

static struct play *play_with(const char *params)
{
	return alone_open("tonematch", params, RATE);
}

static double correction(const struct play *play, int band)
{
	char path[32];

	snprintf(path, sizeof(path), "band/%d/gain", band);
	return (double)play_meter(play, "it", path);
}

int main(void)
{
	static float again[FRAMES], other[FRAMES];
	float *const second[2] = { again, other };

	/* White is far too bright for music. */
	fill(20000, 0.3);
	struct play *play = play_with("time = 10.0;");
	play_run(play, in, out, RATE * 2, 512);
	CHECK(!memcmp(left, out_left, sizeof(float) * RATE * 2),
	      "untouched before there is a spectrum");
	play_run(play, in, out, FRAMES, 512);
	CHECK(correction(play, 8) < -2, "bright: %g dB at the top",
	      correction(play, 8));
	double most = -99;
	for (int k = 1; k <= 8; k++)
		most = fmax(most, correction(play, k));
	CHECK(most > 1, "bright: at most %g dB elsewhere", most);
	for (int k = 1; k <= 8; k++)
		CHECK(fabs(correction(play, k)) <= 3.001, "range, band %d: %g dB", k,
		      correction(play, k));
	CHECK(play_meter(play, "it", "frozen") == 0, "it listens");
	const double before = correction(play, 8);
	memset(left, 0, sizeof(left));
	memset(right, 0, sizeof(right));
	play_run(play, in, out, FRAMES, 512);
	CHECK(play_meter(play, "it", "frozen") == 1, "frozen in silence");
	CHECK_NEAR(correction(play, 8), before, 0.25, "where it was");
	CHECK(out_left[FRAMES - 1] == 0, "silence comes out of silence");
	play_close(play);

	fill(100, 0.9);
	play = play_with("time = 10.0; curve = \"pink\";");
	play_run(play, in, out, FRAMES, 512);
	CHECK(correction(play, 8) > 1, "dark: %g dB at the top", correction(play, 8));
	play_close(play);
	play = play_with("time = 10.0; curve = \"pink\";");
	play_run(play, in, second, FRAMES, 333);
	play_close(play);
	CHECK(!memcmp(again, out_left, sizeof(again)), "two renders differ");

	play = play_with("hold = true;");
	play_run(play, in, out, FRAMES, 512);
	CHECK(!memcmp(left, out_left, sizeof(left)), "held from the start: untouched");
	play_close(play);
	return test_result();
}
