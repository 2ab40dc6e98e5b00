/* test_meter.c - the meter thread: what a node's tap is measured to be, live. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/play.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

#include <time.h>

enum { RATE = 48000, BLOCK = 256 };

static void nap(long microseconds)
{
	nanosleep(&(struct timespec) { .tv_nsec = microseconds * 1000 }, NULL);
}

/* A programme of noise and tones whose level wanders. */
static void programme(float *left, float *right, uint64_t frame, double level,
		      int frames)
{
	static uint32_t seed = 7;

	for (int i = 0; i < frames; i++) {
		const double t = (double)(frame + (uint64_t)i) / RATE;
		const double gain = level * exp(1.5 * sin(2.7 * t) * sin(0.9 * t));
		const double noise = random_noise(&seed);
		left[i] = (float)(gain * (noise + sin(400 * t)) * 0.5);
		right[i] = (float)(gain * (noise - sin(90 * t)) * 0.4);
	}
}

/* Faster than real time, but with the meter thread at its own pace. */
static void play_live(struct play *play, double level, int seconds)
{
	static float in[2][BLOCK], out[2][BLOCK];

	for (int done = 0; done < seconds * RATE; done += BLOCK) {
		for (int waits = 0; waits < 5000 && engine_taps_full(play->engine);
		     waits++)
			nap(500);
		programme(in[0], in[1], play->frame, level, BLOCK);
		play_block(play, (float *[]) { in[0], in[1] },
			   (float *[]) { out[0], out[1] }, BLOCK);
		if (done % (8 * BLOCK) == 0)
			engine_tick(play->engine);
	}
	for (int i = 0; i < 20; i++) { /* the tap runs dry */
		nap(10000);
		engine_tick(play->engine);
	}
}

static bool audio_begins(struct play *play)
{
	for (int i = 0; i < 500 && engine_busy(play->engine); i++) {
		static float in[2][BLOCK], out[2][BLOCK];
		const struct port *ports;
		if (engine_ports(play->engine, &ports) > 0)
			play_block(play, (float *[]) { in[0], in[1] },
				   (float *[]) { out[0], out[1] }, BLOCK);
		engine_tick(play->engine);
		nap(2000);
	}
	return !engine_busy(play->engine);
}

static void our_loudness_is_libebur128s(struct play *play, const char *when)
{
	const float ours = play_meter(play, "it", "integrated");
	const float theirs = play_meter(play, "it", "reference");

	CHECK(ours > -40, "%s: nothing was measured: %g", when, (double)ours);
	CHECK_NEAR(ours, theirs, 0.02, when);
}

static void witness_agrees_live(void)
{
	struct play *play = play_open_live(
		"nodes = ( { module = \"loudness\"; name = \"it\"; } );", RATE);

	CHECK(play && audio_begins(play), "no rack that plays");
	if (!play)
		return;
	play_live(play, 0.2, 20);
	our_loudness_is_libebur128s(play, "live");
	const float before = play_meter(play, "it", "reference");
	play_set(play, "it/clear", 1);
	play_live(play, 0.05, 20);
	our_loudness_is_libebur128s(play, "live, after clear");
	const float after = play_meter(play, "it", "reference");
	CHECK_NEAR(before - after, 12, 1, "what a clear forgets");
	play_close(play);
}

int main(void)
{
	witness_agrees_live();
	return test_result();
}
