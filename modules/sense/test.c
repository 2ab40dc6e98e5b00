/* test.c - what only sense promises: each fault is told after its time, by its word, and
 * nothing is told of what is healthy. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/sense/sense.h"

#include "tests/support/alone.h"
#include "tests/support/programme.h"

enum { RATE = 48000, BLOCK = 512 };

struct watch {
	struct play *play;
	struct programme programme;
	double told
		[SENSE_STATES]; /* seconds when each word was first read; -1: never */
	int last, changed;      /* changed: blocks that did not pass untouched */
};

static bool watch_open(struct watch *w, const struct stretch *stretches,
		       const char *params, int rate)
{
	w->changed = 0;
	w->play = alone_open("sense", params, rate);
	programme_start(&w->programme, stretches, 1, rate);
	for (int i = 0; i < SENSE_STATES; i++)
		w->told[i] = -1;
	return w->play != NULL;
}

static void watch_run(struct watch *w, double until)
{
	static float in[2][BLOCK], out[2][BLOCK];
	const int rate = w->play->rate;

	while ((double)w->play->frame < until * rate) {
		programme_fill(&w->programme, in[0], in[1], BLOCK);
		play_run(w->play, (float *const[]) { in[0], in[1] },
			 (float *const[]) { out[0], out[1] }, BLOCK, BLOCK);
		w->changed += memcmp(in, out, sizeof(in)) != 0;
		w->last = (int)play_meter(w->play, "it", "state");
		if (w->told[w->last] < 0)
			w->told[w->last] = (double)w->play->frame / rate;
	}
	CHECK(w->changed == 0, "%d blocks did not pass untouched", w->changed);
}

/* The kind begins at 4 s and lasts; its word comes after `seconds` and goes with music. */
static void check_fault(enum programme_kind kind, enum sense_state state,
			double seconds, const char *params, int rate, double within)
{
	const double until = 4.0 + seconds + 6.0;
	const struct stretch stretches[] = { { 4.0, MUSIC },
					     { until, kind },
					     { 0, MUSIC } };
	struct watch w;

	if (!watch_open(&w, stretches, params, rate))
		return;
	watch_run(&w, until + 12.0);
	const double told = w.told[state] - 4.0;
	printf("%s at %d Hz: told after %.2f s\n", sense_states[state], rate, told);
	CHECK(told >= seconds - 0.02 && told <= seconds + within,
	      "%s at %d Hz: told after %.3f s, wanted %.1f", sense_states[state], rate,
	      told, seconds);
	CHECK(w.last == SENSE_ALIVE, "%s at %d Hz: %s at the end", sense_states[state],
	      rate, sense_states[w.last]);
	for (int i = SENSE_QUIET; i < SENSE_STATES; i++)
		CHECK(i == (int)state || w.told[i] < 0, "%s: %s was told, too",
		      sense_states[state], sense_states[i]);
	play_close(w.play);
}

static void test_faults(int rate)
{
	check_fault(ZEROS, SENSE_ZEROS, 10, "", rate, 0.03);
	check_fault(ROOM, SENSE_QUIET, 30, "", rate, 0.03);
	check_fault(HUM, SENSE_QUIET, 30, "", rate, 0.2);
	check_fault(LEFT, SENSE_STATE_ONE_LEG, 30, "", rate, 0.2);
	check_fault(INVERTED, SENSE_STATE_INVERTED, 5, "", rate, 0.5);
	check_fault(APART, SENSE_STATE_INVERTED, 20, "", rate, 2.0);
	check_fault(TONE, SENSE_STATE_TONE, 10, "", rate, 0.6 * 48000 / rate + 0.1);
	check_fault(NOISE, SENSE_STATE_STATIC, 20, "", rate, 3.0);
	check_fault(LOOPED, SENSE_STATE_STUCK, 1, "", rate, 0.2);
	check_fault(BIASED, SENSE_STATE_DC, 5, "", rate, 1.5);
	if (rate == RATE)
		check_fault(MONO, SENSE_STATE_IDENTICAL, 60, "identical = \"alarm\";",
			    rate, 1);
}

/* A pilot that a tuner leaves in is silence; in the full band it is a tone. */
static void test_pilot(void)
{
	check_fault(PILOT, SENSE_QUIET, 30, "", RATE, 0.2);
	check_fault(PILOT, SENSE_STATE_TONE, 10, "band = \"full\";", RATE, 0.6);
}

static void test_clipping(void)
{
	const struct stretch stretches[] = { { 4.0, MUSIC },
					     { 34.0, CLIPPED },
					     { 0, MUSIC } };
	struct watch w;

	if (!watch_open(&w, stretches, "", RATE))
		return;
	watch_run(&w, 110.0);
	CHECK(w.told[SENSE_STATE_CLIPPING] > 4.0 && w.told[SENSE_STATE_CLIPPING] < 34.0,
	      "clipping: told at %.1f s", w.told[SENSE_STATE_CLIPPING]);
	CHECK(w.last == SENSE_ALIVE, "clipping is over: %s", sense_states[w.last]);
	play_close(w.play);
}

/* A fault that is not looked for is not told. */
static void test_off(void)
{
	const struct stretch stretches[] = { { 2.0, MUSIC }, { 0, TONE } };
	struct watch w;

	if (!watch_open(&w, stretches, "tone = \"off\";", RATE))
		return;
	watch_run(&w, 20.0);
	CHECK(w.last == SENSE_ALIVE, "off: %s", sense_states[w.last]);
	play_close(w.play);
}

/* Nothing heard at all is no fault yet: it was never there. */
static void test_unseen(void)
{
	const struct stretch stretches[] = { { 40.0, ZEROS }, { 0, SPEECH } };
	struct watch w;

	if (!watch_open(&w, stretches, "", RATE))
		return;
	watch_run(&w, 40.0);
	CHECK(w.last == SENSE_UNSEEN, "unseen: %s", sense_states[w.last]);
	watch_run(&w, 44.0);
	CHECK(w.last == SENSE_ALIVE, "seen: %s", sense_states[w.last]);
	play_close(w.play);
}

/* Speech, music down to -55 dBFS, pauses of 20 s of room, one leg for 25 s. */
static void test_healthy(void)
{
	struct stretch stretches[19];
	double t = 0;

	for (int i = 0; i < 18; i += 6) {
		stretches[i] = (struct stretch) { t += 40, SPEECH };
		stretches[i + 1] = (struct stretch) { t += 60, MUSIC };
		stretches[i + 2] = (struct stretch) { t += 8, SOFT };
		stretches[i + 3] = (struct stretch) { t += 20, ROOM };
		stretches[i + 4] = (struct stretch) { t += 40, MUSIC };
		stretches[i + 5] = (struct stretch) { t += 25, LEFT };
	}
	stretches[18] = (struct stretch) { 0, SPEECH };
	struct watch w;
	if (!watch_open(&w, stretches, "", RATE))
		return;
	watch_run(&w, t);
	for (int i = SENSE_QUIET; i < SENSE_STATES; i++)
		CHECK(w.told[i] < 0, "healthy: %s at %.1f s", sense_states[i],
		      w.told[i]);
	printf("%.0f s of speech, music, pauses: nothing told\n", t);
	play_close(w.play);
}

/* RMS by AES17: a full-scale sine is 0 dBFS; the speech band leaves 1 kHz alone. */
static void test_level(void)
{
	const struct stretch stretches[] = { { 0, TONE } };
	struct watch w;

	if (!watch_open(&w, stretches, "", RATE))
		return;
	watch_run(&w, 1.0);
	CHECK_NEAR(play_meter(w.play, "it", "level"), -20, 0.2, "level of a sine");
	play_close(w.play);
	if (!watch_open(&w, stretches, "band = \"full\";", RATE))
		return;
	watch_run(&w, 1.0);
	CHECK_NEAR(play_meter(w.play, "it", "level"), -20, 0.01, "in the full band");
	play_close(w.play);
}

int main(void)
{
	test_level();
	test_faults(RATE);
	test_faults(44100);
	test_pilot();
	test_clipping();
	test_off();
	test_unseen();
	test_healthy();
	return test_result();
}
