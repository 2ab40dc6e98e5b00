/* test_spectra.c - the spectrum of a node: right levels, no sample changed, nothing left. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/state.h"
#include "tests/support/play.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

enum { RATE = 48000, FRAMES = 2 * RATE, BLOCK = 512 };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float plain_left[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };
static const char bell[] = "nodes = ( { module = \"eq\"; name = \"tone\"; band = ( { "
			   "type = \"bell\"; freq = "
			   "1000.0; gain = 6.0; q = 1.0; } ); }, { module = "
			   "\"limiter\"; name = \"limit\"; } );";

static double mean[ANALYSER_BANDS]; /* power of all spectra of the node's input */

/* Plays it all, asking for the spectra of both nodes, and returns that of `node`. */
static const float *look(struct play *play, const char *node)
{
	memset(mean, 0, sizeof(mean));
	uint64_t frame = 0, last = 0;
	const float *levels = NULL;
	int seen = 0;
	for (int at = 0; at + BLOCK <= FRAMES; at += BLOCK) {
		float *const ins[2] = { left + at, right + at };
		float *const outs[2] = { out_left + at, out_right + at };
		engine_spectrum(play->engine, rack_find(play->rack, "tone"), &frame);
		engine_spectrum(play->engine, rack_find(play->rack, "limit"), &frame);
		levels = engine_spectrum(play->engine, rack_find(play->rack, node),
					 &frame);
		if (levels && frame != last) {
			seen++;
			for (int k = 0; k < ANALYSER_BANDS; k++)
				mean[k] += pow(10.0, (double)levels[k] / 10.0);
		}
		last = frame;
		play_block(play, ins, outs, BLOCK);
		engine_tick(play->engine);
	}
	CHECK(levels, "%s shows something", node);
	CHECK(seen >= 35, "%d spectra in 2 s", seen);
	return levels;
}

static void fill_sine(double hz, double amplitude)
{
	for (int n = 0; n < FRAMES; n++)
		left[n] = right[n] = (float)(amplitude * sin(2 * M_PI * hz * n / RATE));
}

static void test_levels(void)
{
	struct play *play = play_open(bell, RATE, 0);

	fill_sine(1000.0, 0.1);
	const float *levels = look(play, "tone");
	CHECK_NEAR(levels[68], -20.0, 0.1, "a sine of 1 kHz, in");
	CHECK_NEAR(levels[ANALYSER_BANDS + 68], -14.0, 0.1, "6 dB more, out");
	CHECK(levels[60] < -60.0f && levels[76] < -60.0f, "and nothing beside it");
	play_close(play);
	/* The input is as late as the output. */
	play = play_open(bell, RATE, 0);
	fill_sine(5000.0, 0.1);
	levels = look(play, "limit");
	CHECK_NEAR(levels[96], levels[ANALYSER_BANDS + 96], 0.05, "a limiter at rest");
	play_close(play);
}

/* Pink noise is level: filters of one pole and one zero (P. Kellet), good to 0.1 dB. */
static void fill_pink(void)
{
	double b[3] = { 0 };
	uint32_t seed = 1;

	for (int n = 0; n < FRAMES; n++) {
		const double white = random_noise(&seed);
		b[0] = 0.99765 * b[0] + white * 0.0990460;
		b[1] = 0.96300 * b[1] + white * 0.2965164;
		b[2] = 0.57000 * b[2] + white * 1.0526913;
		left[n] = right[n] =
			(float)(0.05 * (b[0] + b[1] + b[2] + white * 0.1848));
	}
}

static void test_pink(void)
{
	struct play *play = play_open(bell, RATE, 0);
	double low = 0.0, high = 0.0;

	fill_pink();
	look(play, "tone");
	for (int k = 0; k < 16; k++) {
		low += mean[52 + k];  /* 400 Hz to 1 kHz */
		high += mean[92 + k]; /* 4 to 10 kHz */
	}
	CHECK_NEAR(10.0 * log10(low / high), 0.0, 0.5, "pink noise is level");
	play_close(play);
}

/* Looking changes no sample and builds no plan. */
static void test_untouched(void)
{
	uint32_t seed = 1;

	for (int n = 0; n < FRAMES; n++)
		left[n] = right[n] = (float)(0.3 * random_noise(&seed));
	struct play *play = play_open(bell, RATE, 0);
	play_run(play, in, out, FRAMES, BLOCK);
	memcpy(plain_left, out_left, sizeof(plain_left));
	play_close(play);
	play = play_open(bell, RATE, 0);
	const uint64_t built = play->engine->builder.built;
	look(play, "tone");
	CHECK(play->engine->builder.built == built, "a plan was built");
	CHECK(memcmp(plain_left, out_left,
		     (size_t)(FRAMES / BLOCK * BLOCK) * sizeof(float)) == 0,
	      "samples changed");
	play_close(play);
}

static int slots_used(const struct play *play)
{
	int used = 0;

	for (int i = 0; i < VIEW_SLOTS; i++)
		used += play->engine->sights[i].spectrum != NULL;
	return used;
}

/* Unasked, the taps go; the same with the engine's own threads, through a rebuild. */
static void test_end(bool live)
{
	struct play *play =
		live ? play_open_live(bell, RATE) : play_open(bell, RATE, 0);
	uint64_t frame = 0;
	bool rebuilt = false, heard_after = false;

	engine_audio_running(play->engine, true);
	for (int i = 0; i < 1000000 && !heard_after; i++) {
		const uint64_t before = frame;
		play_block(play, in, out, BLOCK);
		engine_tick(play->engine);
		if (!engine_spectrum(play->engine, 0, &frame))
			continue;
		if (!rebuilt)
			engine_rebuild(play->engine, play->rack);
		heard_after = rebuilt && frame > before && !engine_busy(play->engine);
		rebuilt = true;
	}
	CHECK(heard_after, "it goes on through a rebuild");
	CHECK(slots_used(play) == 1, "%d slots", slots_used(play));
	while (slots_used(play)) {
		play_block(play, in, out, BLOCK);
		engine_tick(play->engine);
	}
	play_close(play);
}

int main(void)
{
	test_levels();
	test_pink();
	test_untouched();
	test_end(false);
	test_end(true);
	return test_result();
}
