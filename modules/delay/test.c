/* test.c - what only delay promises: the frames asked for, over reloads too. */
#include "tests/play.h"
#include "tests/test.h"

enum { RATE = 48000, FRAMES = RATE * 8 };

static float in[2][FRAMES], out[2][FRAMES];

static int differences(int delay, int from)
{
	int differ = 0;
	for (int i = from; i < FRAMES; i++)
		for (int c = 0; c < 2; c++)
			differ += out[c][i] != (i >= delay ? in[c][i - delay] : 0);
	return differ;
}

static void test_time(const char *params, int delay)
{
	char config[256];
	snprintf(config, sizeof config,
		 "nodes = ( { module = \"delay\"; name = \"it\"; %s } );", params);
	struct play *play = play_open(config, RATE, 0);
	float *ins[2] = { in[0], in[1] }, *outs[2] = { out[0], out[1] };
	CHECK(play, "no rack");
	if (!play)
		return;
	play_run(play, ins, outs, FRAMES, 512);
	CHECK(differences(delay, 0) == 0,
	      "%s: %d samples are not those of %d frames ago", params,
	      differences(delay, 0), delay);
	play_close(play);
}

/* What is in the line when the rack is built anew comes out of it all the same. */
static void test_rebuild(void)
{
	struct play *play = play_open(
		"nodes = ( { module = \"delay\"; name = \"it\"; ms = 5000.0; } );",
		RATE, 0);
	float *ins[2] = { in[0], in[1] }, *outs[2] = { out[0], out[1] };
	CHECK(play, "no rack");
	if (!play)
		return;
	play_run(play, ins, outs, RATE * 3, 512);
	engine_rebuild(play->engine, play->rack);
	float *more_ins[2] = { in[0] + RATE * 3, in[1] + RATE * 3 };
	float *more_outs[2] = { out[0] + RATE * 3, out[1] + RATE * 3 };
	play_run(play, more_ins, more_outs, FRAMES - RATE * 3, 512);
	CHECK(differences(5 * RATE, 0) == 0, "%d samples lost",
	      differences(5 * RATE, 0));
	play_close(play);
}

int main(void)
{
	uint32_t seed = 1;
	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < 2; c++) {
			seed = seed * 1664525u + 1013904223u;
			in[c][i] = (float)(int32_t)seed / 4294967296.0f;
		}
	test_time("", 0);
	test_time("frames = 1;", 1);
	test_time("ms = 100.0;", 4800);
	test_time("metres = 34.3;", 4800);
	test_time("ms = 2000.0; metres = 34.3; frames = 17;", 100817);
	test_time("ms = 7000.0;", 7 * RATE);
	test_rebuild();
	return test_result();
}
