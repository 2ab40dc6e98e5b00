/* test.c - what only delay promises: the frames asked for, over reloads too. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"
#include "tests/support/random.h"

enum { RATE = 48000, FRAMES = RATE * 8 };

static float in[2][FRAMES], out[2][FRAMES];
static float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

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
	alone_play("delay", params, RATE, ins, outs, FRAMES);
	CHECK(differences(delay, 0) == 0,
	      "%s: %d samples are not those of %d frames ago", params,
	      differences(delay, 0), delay);
}

/* A new plan keeps what is in the line. */
static void test_rebuild(void)
{
	struct play *play = alone_open("delay", "ms = 5000.0;", RATE);

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
	random_fill(ins, FRAMES, 0.5);
	test_time("", 0);
	test_time("frames = 1;", 1);
	test_time("ms = 100.0;", 4800);
	test_time("metres = 34.3;", 4800);
	test_time("ms = 2000.0; metres = 34.3; frames = 17;", 100817);
	test_time("ms = 7000.0;", 7 * RATE);
	test_rebuild();
	return test_result();
}
