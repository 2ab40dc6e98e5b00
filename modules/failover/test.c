/* test.c - what only failover promises: what plays, from which frame on, and bit for bit. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/failover/failover.h"

#include <ebur128.h>
#include <sndfile.h>

#include "tests/support/play.h"
#include "tests/support/programme.h"
#include "tests/support/test.h"

enum { RATE = 48000, BLOCK_MAX = 8192, INPUTS = 3, CHANNELS = 2 * INPUTS };

static char folder[] = "/tmp/lathe-failover-XXXXXX";

static const struct stretch alive[] = { { 0, MUSIC } }, dead[] = { { 0, ZEROS } };

/* A rack of one failover, its inputs' programmes, and what came out of it. */
struct air {
	struct play *play;
	struct programme programme[INPUTS];
	float in[CHANNELS][BLOCK_MAX], out[2][BLOCK_MAX];
	int plays; /* the input that all of the last block was, bit for bit; or -1 */
	uint64_t begun
		[INPUTS]; /* frame from which an input was heard alone, last time */
	uint64_t ended[INPUTS]; /* frame of its last sample, and one */
	uint64_t hash;
};

static bool air_open(struct air *a, const char *params, int rate,
		     const struct stretch *const stretches[INPUTS])
{
	char config[1024];

	memset(a, 0, sizeof(*a));
	snprintf(
		config, sizeof(config),
		"rack = { files = \"%s\"; }; inputs = ({ name = \"studio\"; channels = "
		"2; }, { "
		"name = "
		"\"line\"; channels = 2; }, { name = \"spare\"; channels = 2; });\n"
		"nodes = ({ module = \"failover\"; name = \"it\"; from = [\"studio\"]; "
		"second = [\"line\"]; third = [\"spare\"]; %s });",
		folder, params);
	a->play = play_open(config, rate, 0);
	CHECK(a->play, "%s", params);
	for (int i = 0; i < INPUTS; i++)
		programme_start(&a->programme[i], stretches[i], (uint32_t)(7 * i + 1),
				rate);
	return a->play != NULL;
}

static bool is_input(const struct air *a, int input, int frame)
{
	return a->out[0][frame] == a->in[2 * input][frame] &&
	       a->out[1][frame] == a->in[2 * input + 1][frame];
}

/* Which input is heard, frame by frame; -1 where none is, such as in a fade. */
static void air_listen(struct air *a, int frames)
{
	const uint64_t first = a->play->frame - (uint64_t)frames;

	for (int n = 0; n < frames; n++) {
		if (a->plays >= 0 && is_input(a, a->plays, n))
			continue;
		if (a->plays >= 0)
			a->ended[a->plays] = first + (uint64_t)n;
		a->plays = -1;
		for (int i = 0; i < INPUTS && a->plays < 0; i++)
			if (is_input(a, i, n))
				a->plays = i;
		if (a->plays >= 0)
			a->begun[a->plays] = first + (uint64_t)n;
	}
	for (int n = 0; n < frames; n++)
		for (int c = 0; c < 2; c++) {
			uint32_t bits;
			memcpy(&bits, &a->out[c][n], sizeof(bits));
			a->hash = (a->hash ^ bits) * 0x100000001b3;
		}
}

static void air_run(struct air *a, double until, int block)
{
	const uint64_t end = (uint64_t)llround(until * a->play->rate);

	while (a->play->frame < end) {
		const uint64_t left = end - a->play->frame;
		const int n = left < (uint64_t)block ? (int)left : block;
		float *in[CHANNELS], *out[2] = { a->out[0], a->out[1] };
		for (int c = 0; c < CHANNELS; c++)
			in[c] = a->in[c];
		for (int i = 0; i < INPUTS; i++)
			programme_fill(&a->programme[i], in[2 * i], in[2 * i + 1], n);
		play_block(a->play, in, out, n);
		if ((a->play->frame & 511) < (uint64_t)n || a->play->frame == end)
			engine_tick(a->play->engine);
		air_listen(a, n);
	}
}

static int air_source(const struct air *a)
{
	return (int)play_meter(a->play, "it", "source");
}

static double seconds_at(const struct air *a, uint64_t frame)
{
	return (double)frame / a->play->rate;
}

#define CUT "fade = 0.0; fade_back = 0.0; "

/* Dead at 3.0037 s: ten seconds later the second plays, and five after main's return main;
 * every frame before and after is an input's, bit for bit. */
static void test_times(int rate)
{
	static const struct stretch gap[] = { { 3.0037, MUSIC },
					      { 20.0, ZEROS },
					      { 0, MUSIC } };
	static struct air a;

	if (!air_open(&a, CUT, rate,
		      (const struct stretch *const[]) { gap, alive, dead }))
		return;
	air_run(&a, 19.5, 512);
	CHECK_NEAR(seconds_at(&a, a.ended[0]), 13.0037, 0.01, "main ends at wait");
	CHECK(a.begun[1] == a.ended[0], "no frame between them: %llu, %llu",
	      (unsigned long long)a.ended[0], (unsigned long long)a.begun[1]);
	CHECK(air_source(&a) == FAILOVER_SECOND, "source %d", air_source(&a));
	air_run(&a, 27.0, 512);
	CHECK_NEAR(seconds_at(&a, a.ended[1]), 25.0, 0.03, "back after `back`");
	CHECK(a.begun[0] == a.ended[1], "no frame between them, back");
	printf("%d Hz: main dead at 3.0037 s, second from %.4f s, main from %.4f s\n",
	       rate, seconds_at(&a, a.begun[1]), seconds_at(&a, a.begun[0]));
	CHECK_NEAR(play_meter(a.play, "it", "switches"), 2, 0, "switches");
	play_close(a.play);
}

/* The same output whatever the block, fades and all, and through a rebuild. */
static void test_blocks(void)
{
	static const struct stretch gap[] = { { 1.5, MUSIC },
					      { 4.0, ZEROS },
					      { 0, SPEECH } };
	static const int blocks[] = { 64, 1, 257, 8192, 512 };
	static struct air a;
	uint64_t hash = 0;

	for (int b = 0; b < 5; b++) {
		if (!air_open(&a, "wait = 1.0; back = 1.0;", RATE,
			      (const struct stretch *const[]) { gap, alive, dead }))
			return;
		air_run(&a, 2.2, blocks[b]);
		if (b == 4) /* a timer runs */
			engine_rebuild(a.play->engine, a.play->rack);
		air_run(&a, 3.0, blocks[b]);
		CHECK(air_source(&a) == FAILOVER_SECOND, "source %d", air_source(&a));
		if (b == 4) /* the second plays */
			engine_rebuild(a.play->engine, a.play->rack);
		air_run(&a, 6.5, blocks[b]);
		CHECK(air_source(&a) == FAILOVER_MAIN, "source %d", air_source(&a));
		if (b == 0)
			hash = a.hash;
		CHECK(a.hash == hash, "%s of %d: other samples than in blocks of 64",
		      b == 4 ? "rebuilds, blocks" : "blocks", blocks[b]);
		play_close(a.play);
	}
}

/* Never heard: waited for until `boot`, or for ever. */
static void test_boot(void)
{
	static struct air a;

	if (!air_open(&a, CUT, RATE,
		      (const struct stretch *const[]) { dead, alive, dead }))
		return;
	air_run(&a, 29.9, 512);
	CHECK(air_source(&a) == FAILOVER_MAIN, "before boot: %d", air_source(&a));
	air_run(&a, 30.1, 512);
	CHECK(air_source(&a) == FAILOVER_SECOND, "after boot: %d", air_source(&a));
	CHECK_NEAR(seconds_at(&a, a.begun[1]), 30.0, 0.011, "at boot");
	play_close(a.play);
	if (!air_open(&a, CUT "boot = 0.0;", RATE,
		      (const struct stretch *const[]) { dead, alive, dead }))
		return;
	air_run(&a, 60, 512);
	CHECK(air_source(&a) == FAILOVER_MAIN, "boot 0: %d", air_source(&a));
	play_close(a.play);
}

/* The order, and what happens when nothing lives. */
static void test_order(void)
{
	static const struct stretch first[] = { { 2, MUSIC }, { 0, ZEROS } };
	static const struct stretch then[] = { { 5, MUSIC }, { 0, ZEROS } };
	static const struct stretch last[] = { { 8, MUSIC },
					       { 13, ZEROS },
					       { 0, MUSIC } };
	static struct air a;

	if (!air_open(&a, "wait = 1.0; back = 1.0; settle = 0;", RATE,
		      (const struct stretch *const[]) { first, then, last }))
		return;
	const int wanted[] = { FAILOVER_MAIN, FAILOVER_SECOND, FAILOVER_THIRD,
			       FAILOVER_NONE, FAILOVER_THIRD };
	const double when[] = { 2.5, 4, 7.5, 12, 15 };
	for (int i = 0; i < 5; i++) {
		air_run(&a, when[i], 512);
		CHECK(air_source(&a) == wanted[i], "at %.1f s: %d, wanted %d", when[i],
		      air_source(&a), wanted[i]);
	}
	play_close(a.play);
}

/* manual, stay, return, hold. */
static void test_by_hand(void)
{
	static const struct stretch gap[] = { { 2, MUSIC },
					      { 5, ZEROS },
					      { 0, MUSIC } };
	static struct air a;

	for (int mode = RESTORE_MANUAL; mode <= RESTORE_STAY; mode++) {
		if (!air_open(&a, "wait = 1.0; back = 1.0;", RATE,
			      (const struct stretch *const[]) { gap, alive, alive }))
			return;
		play_set(a.play, "it/restore", (float)mode);
		air_run(&a, 9, 512);
		CHECK(air_source(&a) == FAILOVER_SECOND, "mode %d: %d", mode,
		      air_source(&a));
		play_set(a.play, "it/return", 1);
		air_run(&a, 10, 512);
		CHECK(air_source(&a) == FAILOVER_MAIN, "mode %d, return: %d", mode,
		      air_source(&a));
		play_set(a.play, "it/restore", RESTORE_AUTO);
		play_set(a.play, "it/hold", 1 + FAILOVER_THIRD);
		air_run(&a, 12, 512);
		CHECK(air_source(&a) == FAILOVER_THIRD, "held: %d", air_source(&a));
		play_set(a.play, "it/hold", 0);
		air_run(&a, 13, 512);
		CHECK(air_source(&a) == FAILOVER_MAIN, "not held: %d", air_source(&a));
		play_close(a.play);
	}
}

/* Three switches, and it stays with the second; then it tries again. */
static void test_settle(void)
{
	static const struct stretch flaps[] = {
		{ 2, MUSIC }, { 5, ZEROS }, { 8, MUSIC }, { 11, ZEROS }, { 0, MUSIC }
	};
	static struct air a;

	if (!air_open(&a, "wait = 1.0; back = 1.0; settle_hold = 10.0;", RATE,
		      (const struct stretch *const[]) { flaps, alive, dead }))
		return;
	air_run(&a, 12.5, 512);
	CHECK_NEAR(play_meter(a.play, "it", "settled"), 1, 0, "settled");
	air_run(&a, 18.5, 512);
	CHECK(air_source(&a) == FAILOVER_SECOND, "it stays: %d", air_source(&a));
	air_run(&a, 21, 512);
	CHECK(air_source(&a) == FAILOVER_MAIN, "it tries again: %d", air_source(&a));
	play_close(a.play);
}

static void test_one_leg(void)
{
	static const struct stretch leg[] = { { 4, MUSIC },
					      { 45, LEFT },
					      { 0, MUSIC } };
	static struct air a;
	const struct stretch *const in[] = { leg, alive, dead };

	if (!air_open(&a, CUT "one_leg = \"copy\";", RATE, in))
		return;
	air_run(&a, 33.9, 512);
	CHECK(a.plays == 0, "main as it is");
	air_run(&a, 40, 512);
	CHECK(air_source(&a) == FAILOVER_MAIN, "copy: %d", air_source(&a));
	CHECK(memcmp(a.out[0], a.in[0], sizeof(float) * 64) == 0 &&
		      memcmp(a.out[1], a.in[0], sizeof(float) * 64) == 0,
	      "both are the living leg");
	air_run(&a, 52, 512);
	CHECK(a.plays == 0, "both legs again");
	play_close(a.play);
	if (!air_open(&a, CUT "one_leg = \"fail\";", RATE, in))
		return;
	air_run(&a, 35, 512);
	CHECK(a.plays == 1, "fail: the second plays");
	play_close(a.play);
}

/* A fault leaves the input when its choice says so, and only then. */
static void test_fault(void)
{
	static const struct stretch tone[] = { { 3, MUSIC }, { 0, TONE } };
	static struct air a;
	const struct stretch *const in[] = { tone, alive, dead };

	for (int mode = 0; mode <= 2; mode++) {
		char params[64];
		snprintf(params, sizeof(params), "tone = \"%s\";",
			 mode == 0   ? "off"
			 : mode == 1 ? "alarm"
				     : "fail");
		if (!air_open(&a, params, RATE, in))
			return;
		air_run(&a, 15, 512);
		CHECK(air_source(&a) == (mode == 2 ? FAILOVER_SECOND : FAILOVER_MAIN),
		      "tone, mode %d: %d", mode, air_source(&a));
		CHECK((play_meter(a.play, "it", "input/1/state") == SENSE_STATE_TONE) ==
			      (mode > 0),
		      "tone, mode %d: told", mode);
		play_close(a.play);
	}
}

/* ---- fades ---------------------------------------------------------------------------------- */

/* Level of the middle of a fade by hand against the level before, dB. */
static double fade_level(const struct stretch *const in[INPUTS], bool same)
{
	static struct air a;
	double before = 0, middle = 0;

	if (!air_open(&a, "fade = 2000.0;", RATE, in))
		return (double)NAN;
	if (same)
		a.programme[1].seed = a.programme[0].seed;
	air_run(&a, 3, 480);
	play_set(a.play, "it/hold", 1 + FAILOVER_SECOND);
	for (int i = 0; i < 260; i++) {
		air_run(&a, 3 + 0.01 * (i + 1), 480);
		for (int n = 0; n < 480; n++) {
			const double l = (double)a.out[0][n];
			if (i >= 80 && i < 120)
				middle += l * l / 40;
			if (i >= 220)
				before += l * l / 40;
		}
	}
	play_close(a.play);
	return 10 * log10(middle / before);
}

/* The same programme on both sides stays as loud as unrelated ones do. */
static void test_fade_level(void)
{
	static const struct stretch noise[] = { { 0, NOISE } };
	const struct stretch *const in[] = { noise, noise, dead };
	const double same = fade_level(in, true), other = fade_level(in, false);

	printf("the middle of a fade: the same programme %+.2f dB, unrelated %+.2f\n",
	       same, other);
	CHECK_NEAR(same, 0, 0.2, "the same programme");
	CHECK_NEAR(other, 0, 0.4, "unrelated");
}

/* ---- the last resort -------------------------------------------------------------------------- */

static const char *path_in(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, int rate, int channels, double seconds,
		       double gain)
{
	SF_INFO info = { .samplerate = rate,
			 .channels = channels,
			 .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16 };
	SNDFILE *file = sf_open(path_in(name), SFM_WRITE, &info);
	static float frame[8];
	static float second[8 * 48000];
	uint32_t seed = 5;
	if (!file)
		return;
	for (int s = 0; s < (int)seconds; s++) {
		for (int n = 0; n < rate; n++) {
			frame[0] = (float)(gain * random_noise(&seed));
			for (int c = 0; c < channels; c++)
				second[n * channels + c] = frame[0];
		}
		sf_writef_float(file, second, rate);
	}
	sf_close(file);
}

/* Loudness of what comes out for some seconds. */
static double air_loudness(struct air *a, double from, double until)
{
	double loudness = 0;

	ebur128_state *meter = ebur128_init(2, RATE, EBUR128_MODE_I);
	air_run(a, from, 480);
	for (double t = from; t < until; t += 0.01) {
		static float woven[960];
		air_run(a, t + 0.01, 480);
		for (int n = 0; n < 480; n++)
			for (int c = 0; c < 2; c++)
				woven[2 * n + c] = a->out[c][n];
		ebur128_add_frames_float(meter, woven, 480);
	}
	ebur128_loudness_global(meter, &loudness);
	ebur128_destroy(&meter);
	return loudness;
}

/* 44.1 kHz and mono at an odd level: at -16 LUFS, then at -20, again and again. */
static void test_file(void)
{
	static const struct stretch gone[] = { { 2, MUSIC }, { 0, ZEROS } };
	static struct air a;

	write_file("lathe-loop.wav", 44100, 1, 3, 0.03);
	if (!air_open(&a, "wait = 1.0; last = \"lathe-loop.wav\";", RATE,
		      (const struct stretch *const[]) { gone, dead, dead }))
		return;
	const double first = air_loudness(&a, 4, 12);
	CHECK(air_source(&a) == FAILOVER_FILE, "the file plays: %d", air_source(&a));
	CHECK_NEAR(first, -16, 0.3, "loudness of the file");
	play_set(a.play, "it/last_level", -20);
	CHECK_NEAR(air_loudness(&a, 13, 20), -20, 0.3, "at another level");
	const float at = play_meter(a.play, "it", "file_at");
	CHECK(at >= 0 && at <= 3, "file_at: %g", (double)at);
	engine_rebuild(a.play->engine, a.play->rack);
	air_run(&a, 21, 480);
	CHECK(air_source(&a) == FAILOVER_FILE, "a reload goes on: %d", air_source(&a));
	play_close(a.play);
	unlink(path_in("lathe-loop.wav"));
}

/* A file that is too long is refused with its number, and the inputs still fail over. */
static void test_refused(void)
{
	static const struct stretch gone[] = { { 2, MUSIC }, { 0, ZEROS } };
	static struct air a;

	write_file("lathe-long.wav", 8000, 1, 16 * 60, 0.1);
	if (!air_open(&a, "wait = 1.0; last = \"lathe-long.wav\";", RATE,
		      (const struct stretch *const[]) { gone, alive, dead }))
		return;
	air_run(&a, 5, 512);
	CHECK(air_source(&a) == FAILOVER_SECOND, "refused file: %d", air_source(&a));
	play_close(a.play);
	char error[256] = "";
	extern const struct module module_failover;
	void *content =
		module_failover.read(path_in("lathe-long.wav"), error, sizeof(error));
	CHECK(!content && strstr(error, "16.0 minutes") && strstr(error, "15 would do"),
	      "%s", error);
	unlink(path_in("lathe-long.wav"));
}

/* Speech, soft music, pauses of 20 s, one leg for 25 s: main all the time. */
static void test_healthy(void)
{
	static const struct stretch day[] = { { 40, SPEECH }, { 90, MUSIC },
					      { 98, SOFT },   { 118, ROOM },
					      { 150, MUSIC }, { 175, LEFT },
					      { 200, MUSIC }, { 0, SPEECH } };
	static struct air a;

	if (!air_open(&a, "", RATE,
		      (const struct stretch *const[]) { day, alive, alive }))
		return;
	air_run(&a, 240, 1024);
	CHECK(a.ended[0] == 0 && a.plays == 0, "240 s are main's, bit for bit");
	CHECK_NEAR(play_meter(a.play, "it", "switches"), 0, 0, "switches");
	play_close(a.play);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	test_times(RATE);
	test_times(44100);
	test_times(96000);
	test_blocks();
	test_boot();
	test_order();
	test_by_hand();
	test_settle();
	test_one_leg();
	test_fault();
	test_fade_level();
	test_file();
	test_refused();
	test_healthy();
	rmdir(folder);
	return test_result();
}
