/* test.c - what only tone promises: levels, purity, idents, colours, and the same again. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/play.h"
#include "tests/support/test.h"

enum { RATE = 48000, FRAMES = RATE * 8 };

static float in[2][FRAMES], out[2][FRAMES], again[2][FRAMES];

static void play_from(const char *params, int rate, uint64_t start, int block,
		      float (*to)[FRAMES], int frames)
{
	char config[256];

	snprintf(config, sizeof(config),
		 "nodes = ( { module = \"tone\"; name = \"it\"; %s } );", params);
	struct play *play = play_open(config, rate, start);
	float *ins[2] = { in[0], in[1] }, *outs[2] = { to[0], to[1] };
	CHECK(play, "no rack: %s", config);
	if (play)
		play_run(play, ins, outs, frames, block);
	play_close(play);
}

static double level_db(const float *x, int from, int frames)
{
	double sum = 0;

	for (int i = from; i < from + frames; i++)
		sum += (double)x[i] * (double)x[i];
	return 10 * log10(2 * sum / frames + 1e-30);
}

/* Level of the best sine, and of all the rest beside it. */
static void test_sine(const char *params, double hz, double wanted_db)
{
	play_from(params, RATE, 0, 512, out, RATE);
	double re = 0, im = 0, rest = 0, c = 0, s = 0;
	for (int i = 0; i < RATE; i++) {
		re += (double)out[0][i] * cos(2 * M_PI * hz * i / RATE);
		im += (double)out[0][i] * sin(2 * M_PI * hz * i / RATE);
	}
	c = 2 * re / RATE;
	s = 2 * im / RATE;
	for (int i = 0; i < RATE; i++) {
		const double w = 2 * M_PI * hz * i / RATE;
		const double off = (double)out[0][i] - c * cos(w) - s * sin(w);
		rest += off * off;
	}
	const double found = 20 * log10(hypot(c, s));
	const double thd = 10 * log10(2 * rest / RATE) - found;
	printf("%s %.4f dBFS, THD+N %.1f dB\n", params, found, thd);
	CHECK_NEAR(found, wanted_db, 0.001, params);
	CHECK(thd < -140, "%s: %.1f dB", params, thd);
}

/* Milliseconds that a channel is off, by the level of each, and where it begins. */
static void breaks(const float *x, int frames, int *count, int *first_ms, int *total_ms)
{
	bool was = false;

	*count = *first_ms = *total_ms = 0;
	for (int ms = 0; ms < frames * 1000 / RATE; ms++) {
		const bool is = level_db(x, ms * RATE / 1000, RATE / 1000) < -18 - 6.02;
		if (is && !was && (*count)++ == 0)
			*first_ms = ms;
		*total_ms += is;
		was = is;
	}
}

static void test_idents(void)
{
	int count, first, total;

	play_from("signal = \"ebu_ident\";", RATE, 0, 512, out, 6 * RATE);
	breaks(out[0], 6 * RATE, &count, &first, &total);
	CHECK(count == 2 && abs(total - 500) <= 4, "left: %d breaks, %d ms", count,
	      total);
	breaks(out[1], 6 * RATE, &count, &first, &total);
	CHECK(count == 0, "right: %d breaks", count);
	play_from("signal = \"glits\";", RATE, 0, 512, out, 8 * RATE);
	breaks(out[0], 8 * RATE, &count, &first, &total);
	CHECK(count == 2 && abs(total - 500) <= 4, "GLITS left: %d, %d ms", count,
	      total);
	const int left = first;
	breaks(out[1], 8 * RATE, &count, &first, &total);
	CHECK(count == 4 && abs(total - 1000) <= 8 && abs(first - left - 500) <= 2,
	      "GLITS right: %d, %d ms, %d ms behind left", count, total, first - left);
	CHECK_NEAR(level_db(out[1], RATE / 4, RATE / 2), -18, 0.001, "GLITS level");
}

static void test_noise(const char *params)
{
	play_from(params, RATE, 0, 512, out, FRAMES);
	CHECK_NEAR(level_db(out[0], 0, FRAMES), -20, 0.2, params);
	double both = 0;
	for (int i = 0; i < FRAMES; i++)
		both += (double)out[0][i] * (double)out[1][i];
	CHECK(fabs(both / FRAMES) < 0.1 * 0.005, "%s: channels are alike", params);
}

/* The same from any block, and from any start but for the memory of pink noise. */
static void test_again(const char *params)
{
	enum { PART = RATE, LATER = 64 * 300 };
	play_from(params, RATE, 0, 64, out, PART);
	play_from(params, RATE, 0, 257, again, PART);
	int differ = 0;
	for (int i = 0; i < PART; i++)
		differ += out[0][i] != again[0][i];
	CHECK(differ == 0, "%s: %d samples differ in blocks of 257", params, differ);
	if (strstr(params, "sweep"))
		return;
	play_from(params, RATE, LATER, 64, again, PART - LATER);
	double most = 0;
	for (int i = RATE / 2; i < PART - LATER; i++)
		most = fmax(most, fabs((double)(out[0][i + LATER] - again[0][i])));
	CHECK(most < 1e-9 || (strstr(params, "pink") && most < 1e-5),
	      "%s: started later it differs by %g", params, most);
}

static void test_sweep(void)
{
	play_from("signal = \"sweep\"; duration = 6.0;", RATE, 0, 512, out, FRAMES);
	int turns = 0;
	for (int i = 1; i < 6 * RATE; i++)
		turns += out[0][i] >= 0 && out[0][i - 1] < 0;
	/* The whole of 20 T / ln(1000) (1000 - 1) turns. */
	CHECK(abs(turns - (int)(20 * 6 / log(1000) * 999)) <= 2, "%d turns", turns);
	CHECK_NEAR(level_db(out[0], RATE, 4 * RATE), -18, 0.05, "level of the sweep");
	CHECK(level_db(out[0], 6 * RATE + 1000, RATE / 2) < -200, "no pause");
}

static void test_places(void)
{
	for (int i = 0; i < RATE; i++)
		in[0][i] = in[1][i] = 0.25f;
	play_from("signal = \"sine\"; channels = \"2\";", RATE, 0, 512, out, RATE);
	CHECK(level_db(out[0], 0, RATE) < -200, "replace leaves the programme");
	CHECK_NEAR(level_db(out[1], 0, RATE), -18, 0.001, "the tone in channel 2");
	play_from("signal = \"sine\"; channels = \"2\"; mode = \"add\";", RATE, 0, 512,
		  out, RATE);
	CHECK(out[0][100] == 0.25f && out[1][100] != 0.25f, "add: %g %g",
	      (double)out[0][100], (double)out[1][100]);
	play_from("", RATE, 0, 512, out, RATE);
	CHECK(memcmp(out[0], in[0], RATE * sizeof(float)) == 0, "off is not bit-exact");
	memset(in, 0, sizeof(in));
}

/* What a low rate can't play is not folded back: the sweep ends below half the rate. */
static void test_sweep_slow(int rate)
{
	const int end = 6 * rate - 64, count = rate / 20;
	int turns = 0;

	play_from("signal = \"sweep\"; duration = 6.0;", rate, 0, 512, out, 6 * rate);
	for (int i = end - count; i < end; i++)
		turns += (out[0][i] < 0) != (out[0][i - 1] < 0);
	const double hz = 0.5 * turns * rate / count, to_hz = 20000.0 * rate / 44100;
	CHECK(hz < to_hz && hz > 0.9 * to_hz, "%d Hz: the sweep ends at %.0f Hz", rate,
	      hz);
}

int main(void)
{
	test_sine("signal = \"sine\";", 1000, -18);
	test_sine("signal = \"sine\"; reference = \"minus20\";", 1000, -20);
	test_sine("signal = \"sine\"; reference = \"minus23\";", 1000, -23);
	test_sine("signal = \"sine\"; reference = \"custom\"; freq = 15000.0; "
		  "level = -0.5;",
		  15000, -0.5);
	test_idents();
	test_noise("signal = \"pink\"; reference = \"minus20\";");
	test_noise("signal = \"white\"; reference = \"minus20\";");
	test_sweep();
	test_sweep_slow(8000);
	test_sweep_slow(32000);
	test_again("signal = \"sine\";");
	test_again("signal = \"glits\";");
	test_again("signal = \"white\";");
	test_again("signal = \"pink\";");
	test_again("signal = \"sweep\";");
	test_places();
	return test_result();
}
