/* test.c - what the leveller promises beyond what every module must. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/leveller/ride.h"
#include "tests/support/alone.h"
#include "tests/support/random.h"

enum { RATE = 48000, SECONDS = 24, FRAMES = RATE * SECONDS };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float again_left[FRAMES], again_right[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right },
		    *const again[2] = { again_left, again_right };
static uint32_t seed = 1;

/* ---- what is played ------------------------------------------------------------------ */

/* Noise in syllables, four a second, each of its own strength; a stretch of it. */
static void fill_lively(double from_s, double to_s, double db)
{
	const int from = (int)(from_s * RATE), to = (int)(to_s * RATE);
	double strength = 1;

	for (int n = from; n < to; n++) {
		const double beat = fmod((double)n / RATE, 0.25) / 0.25;
		if (n % (RATE / 4) == 0)
			strength = 0.5 + 0.5 * fabs(random_noise(&seed));
		const double shape = strength * sin(M_PI * beat);
		left[n] = right[n] =
			(float)(pow(10, db / 20) * shape * random_noise(&seed));
	}
}

static void fill_steady(double from_s, double to_s, double db)
{
	for (int n = (int)(from_s * RATE); n < (int)(to_s * RATE); n++)
		left[n] = right[n] = (float)(pow(10, db / 20) * random_noise(&seed));
}

/* Adds noise whose level wanders, as a room's does. */
static void add_room(double from_s, double to_s, double db)
{
	for (int n = (int)(from_s * RATE); n < (int)(to_s * RATE); n++) {
		const double t = (double)n / RATE;
		const double wanders = sin(2.1 * t) + sin(3.3 * t + 1) + sin(0.9 * t);
		left[n] += (float)(pow(10, (db + wanders) / 20) * random_noise(&seed));
		right[n] = left[n];
	}
}

static void fill_silence(double from_s, double to_s)
{
	const size_t from = (size_t)(from_s * RATE), to = (size_t)(to_s * RATE);

	memset(left + from, 0, (to - from) * sizeof(*left));
	memset(right + from, 0, (to - from) * sizeof(*right));
}

/* In dB, straight from one level to the other. */
static void slope(double from_s, double to_s, double db_from, double db_to)
{
	for (int n = (int)(from_s * RATE); n < (int)(to_s * RATE); n++) {
		const double part = ((double)n / RATE - from_s) / (to_s - from_s);
		left[n] *= (float)pow(10, (db_from + (db_to - db_from) * part) / 20);
		right[n] = left[n];
	}
}

/* ---- what is heard ------------------------------------------------------------------- */

static void play_all(const char *params)
{
	alone_play("leveller", params, RATE, in, out, FRAMES);
}

/* The same in blocks of `block`, into `again`. */
static void play_again(const char *params, int rate, int block, int frames)
{
	struct play *play = alone_open("leveller", params, rate);

	if (play)
		play_run(play, in, again, frames, block);
	play_close(play);
}

/* Of 10 ms; the output comes `delay` frames later. */
static double gain_after(double seconds, int delay)
{
	double a = 0, b = 0;

	for (int n = (int)(seconds * RATE); n < (int)(seconds * RATE) + RATE / 100;
	     n++) {
		a += (double)left[n] * (double)left[n];
		b += (double)out_left[n + delay] * (double)out_left[n + delay];
	}
	return 10 * log10(b / a);
}

static double gain_at(double seconds)
{
	return gain_after(seconds, 0);
}

/* The most that the gain rises over what it was earlier in this time. */
static double risen(double from_s, double to_s)
{
	double lowest = 1e9, rise = 0;

	for (double t = from_s; t < to_s; t += 0.05) {
		const double now = gain_at(t);
		lowest = fmin(lowest, now);
		rise = fmax(rise, now - lowest);
	}
	return rise;
}

/* The meter after the first `seconds` have been played. */
static int reason_at(const char *params, double seconds)
{
	struct play *play = alone_open("leveller", params, RATE);

	if (!play)
		return -1;
	play_run(play, in, again, (int)(seconds * RATE), 512);
	const int reason = (int)play_meter(play, "it", "reason");
	play_close(play);
	return reason;
}

/* ---- what it promises ---------------------------------------------------------------- */

static void test_joins(void)
{
	fill_lively(0, 6, -10);
	fill_lively(6, 18, -26);
	fill_lively(18, 24, -10);
	play_all("");
	const double loud = gain_at(5.6), quiet = gain_at(17.6);
	CHECK_NEAR(quiet - loud, 16, 2, "16 LU quieter: so much more gain");
	CHECK_NEAR(gain_at(19.1), loud, 3, "1 s after a loud start");
	CHECK(fabs(gain_at(15.1) - quiet) < 2, "9 s after a quiet start: %g, %g",
	      gain_at(15.1), quiet);
	double fastest = 0;
	for (double t = 6.5; t < 16.9; t += 0.05)
		fastest = fmax(fastest, gain_at(t + 1) - gain_at(t));
	CHECK(fastest > 1.5 && fastest <= 3.2, "rises by %g dB within a second",
	      fastest);
}

/* What was heard beside the programme is not raised when it stands alone, however it
 * breathes. */
static void test_ambience(void)
{
	static const double levels[] = { -55, -45 };

	for (int i = 0; i < 2; i++) {
		fill_lively(0, 12, -22);
		for (double t = 2.75; t < 12; t += 1.5) /* pauses between words */
			fill_silence(t, t + 0.5);
		fill_silence(12, 24);
		add_room(0, 24, levels[i]);
		play_all("max_boost = 24.0; target = -10.0;");
		CHECK(risen(12.6, 23.9) <= 0.3, "a room at %g dBFS rises by %g dB",
		      levels[i], risen(12.6, 23.9));
		CHECK(reason_at("target = -10.0;", 20) == RIDER_AMBIENCE,
		      "a room at %g dBFS", levels[i]);
		play_all("mode = \"music\"; max_boost = 24.0; target = -10.0;");
		CHECK(risen(12.6, 23.9) <= 0.3, "music: rises by %g dB",
		      risen(12.6, 23.9));
	}
}

static void test_room(void)
{
	static const double levels[] = { -65, -55, -45 };

	for (int i = 0; i < 3; i++) {
		fill_lively(0, 10, -22);
		fill_steady(10, 24, levels[i]);
		play_all("silence = -80.0;");
		CHECK(risen(9.9, 23.9) <= 1, "room tone at %g dBFS rises by %g dB",
		      levels[i], risen(9.9, 23.9));
	}
}

/* A fade stays a fade, a diminuendo a diminuendo. */
static void test_falling(void)
{
	fill_lively(0, 24, -20);
	slope(14, 22, 0, -30);
	fill_silence(22, 24);
	play_all("");
	CHECK(risen(14, 21.9) <= 2, "a fade is raised by %g dB", risen(14, 21.9));
	CHECK(reason_at("", 16.5) == RIDER_FALLING, "a fade: %d", reason_at("", 16.5));
	play_all("mode = \"music\";");
	CHECK(risen(14, 21.9) <= 0.5, "music: a fade is raised by %g dB",
	      risen(14, 21.9));
	fill_lively(0, 24, -20);
	slope(12, 16, 0, -12);
	slope(16, 24, -12, -12);
	play_all("mode = \"music\";");
	CHECK(risen(11, 23.9) <= 1, "music: a diminuendo is raised by %g dB",
	      risen(11, 23.9));
}

/* What begins after silence is judged by itself: noise is no new piece, a quiet one is. */
static void test_after_silence(void)
{
	fill_lively(0, 7, -18);
	fill_silence(7, 9);
	fill_steady(9, 24, -45);
	play_all("");
	CHECK(risen(9.1, 23.9) <= 0.2, "noise after silence rises by %g dB",
	      risen(9.1, 23.9));
	fill_lively(9, 24, -28);
	play_all("");
	CHECK(fabs(gain_at(12.1) - gain_at(22.1)) < 2,
	      "3 s after a quiet start: %g, %g", gain_at(12.1), gain_at(22.1));
}

/* A click now and then over room tone does not open it. */
static void test_bursts(void)
{
	fill_steady(0, 24, -50);
	for (int t = 2; t < 24; t += 3)
		fill_steady(t, t + 0.1, -6);
	play_all("");
	double highest = -1e9;
	for (double t = 0.5; t < 23.9; t += 0.05)
		highest = fmax(highest, gain_at(t));
	CHECK(highest < 0.5, "room tone between clicks: %g dB", highest);
}

static void test_rest(void)
{
	fill_steady(0, 24, -30);
	play_all("");
	CHECK(!memcmp(left, out_left, sizeof(left)),
	      "steady from the start: untouched");
	CHECK(reason_at("", 20) == RIDER_STEADY, "steady");
	fill_lively(0, 24, -20);
	play_all("hold = true;");
	CHECK(!memcmp(left, out_left, sizeof(left)), "held: untouched");
	CHECK(reason_at("hold = true;", 20) == RIDER_HELD, "held by hand");
}

/* The words of the meter that no other test sees. */
static void test_reasons(void)
{
	fill_silence(0, 1);
	fill_lively(1, 12, -20);
	fill_silence(12, 16);
	fill_lively(16, 24, -60);
	CHECK(reason_at("", 0.5) == RIDER_SILENCE, "silence before");
	CHECK(reason_at("", 2) == RIDER_NEW_PIECE, "a new piece");
	CHECK(reason_at("", 11) == RIDER_PROGRAMME, "programme");
	CHECK(reason_at("max_boost = 0.0;", 11) == RIDER_LIMIT, "no boost left");
	CHECK(reason_at("", 15) == RIDER_SILENCE, "silence");
	CHECK(reason_at("silence = -80.0;", 16.5) == RIDER_PAUSE, "a deep pause");
	CHECK(reason_at("mode = \"music\";", 2) == RIDER_NEW_PIECE, "a new piece");
}

/* `next` forgets the piece: music mode then raises a quieter one that no pause parts. */
static void test_next(void)
{
	fill_lively(0, 8, -12);
	fill_lively(8, 24, -26);
	for (int forget = 0; forget < 2; forget++) {
		struct play *play = alone_open("leveller", "mode = \"music\";", RATE);
		if (!play)
			return;
		play_run(play, in, out, 8 * RATE, 512);
		if (forget)
			play_set(play, "it/next", 1);
		float *const ins[2] = { left + 8 * RATE, right + 8 * RATE };
		float *const outs[2] = { out_left + 8 * RATE, out_right + 8 * RATE };
		play_run(play, ins, outs, 16 * RATE, 512);
		play_close(play);
		const double raised = gain_at(20) - gain_at(7.9);
		CHECK(forget ? raised > 10 : raised < 2, "next %d: raised by %g dB",
		      forget, raised);
	}
}

/* The look-ahead lowers before a loud start and never rises before its time. */
static void test_lookahead(void)
{
	enum { DELAY = RATE * 4 / 10 };
	fill_lively(0, 10, -26);
	fill_lively(10, 24, -6);
	play_all("lookahead = 400.0;");
	CHECK(gain_after(10.02, DELAY) < gain_after(9.5, DELAY) - 8,
	      "already low at the start: %g, %g", gain_after(10.02, DELAY),
	      gain_after(9.5, DELAY));
}

static const char *const settings[] = { "", "lookahead = 120.0;",
					"mode = \"music\"; lookahead = 400.0;",
					"mode = \"mean\";" };

static void fill_programme(void)
{
	fill_lively(0, 9, -14);
	slope(6, 9, 0, -20);
	fill_silence(9, 10.7);
	fill_lively(10.7, 17, -30);
	fill_steady(17, 24, -45);
}

/* Cuts of any kind give the same samples, at rates whose bins are no whole grid steps. */
static void test_blocks(void)
{
	static const int rates[] = { 8000, 44100, 48000, 384000 };
	static const int blocks[] = { 1, 257, 8192 };

	fill_programme();
	for (size_t s = 0; s < sizeof(settings) / sizeof(*settings); s++)
		for (int r = 0; r < 4; r++) {
			play_again(settings[s], rates[r], 64, FRAMES);
			memcpy(out_left, again_left, sizeof(out_left));
			for (int b = s == 0 ? 0 : 1; b < 3; b++) {
				play_again(settings[s], rates[r], blocks[b], FRAMES);
				CHECK(!memcmp(out_left, again_left, sizeof(out_left)),
				      "\"%s\" at %d, blocks of %d", settings[s],
				      rates[r], blocks[b]);
			}
		}
}

/* What comes later changes nothing of what was heard before it. */
static void test_prefix(void)
{
	const size_t prefix = (size_t)RATE * 12;

	for (size_t s = 0; s < sizeof(settings) / sizeof(*settings); s++) {
		fill_programme();
		play_all(settings[s]);
		fill_lively(12, 24, -3);
		play_again(settings[s], RATE, 512, FRAMES);
		CHECK(!memcmp(out_left, again_left, prefix * sizeof(*out_left)),
		      "\"%s\": the first 12 s differ", settings[s]);
	}
}

/* Silence before the first sound leaves no trace: live is what a render makes. */
static void test_first_sound(void)
{
	enum { BEFORE = RATE * 12, REST = FRAMES - BEFORE };
	for (size_t s = 0; s < sizeof(settings) / sizeof(*settings); s++) {
		fill_silence(0, 12);
		fill_lively(12, 24, -30);
		play_all(settings[s]);
		memcpy(left, left + BEFORE, REST * sizeof(*left));
		memcpy(right, right + BEFORE, REST * sizeof(*right));
		play_again(settings[s], RATE, 512, REST);
		CHECK(!memcmp(out_left + BEFORE, again_left, REST * sizeof(*left)),
		      "\"%s\": after 12 s of silence", settings[s]);
	}
}

int main(void)
{
	test_joins();
	test_ambience();
	test_room();
	test_falling();
	test_after_silence();
	test_bursts();
	test_rest();
	test_reasons();
	test_next();
	test_lookahead();
	test_blocks();
	test_prefix();
	test_first_sound();
	return test_result();
}
