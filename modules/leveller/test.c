/* test.c - what the leveller promises beyond what every module must. */
#include "tests/support/alone.h"
#include "tests/support/random.h"

enum { RATE = 48000, SECONDS = 24, FRAMES = RATE * SECONDS };

static float left[FRAMES], right[FRAMES], out_left[FRAMES], out_right[FRAMES];
static float *const in[2] = { left, right }, *const out[2] = { out_left, out_right };
static uint32_t seed = 1;

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

static struct play *play_with(const char *params)
{
	return alone_open("leveller", params, RATE);
}

static double gain_db_at(double seconds, int delay)
{
	double a = 0, b = 0;
	for (int n = (int)(seconds * RATE); n < (int)(seconds * RATE) + RATE / 100;
	     n++) {
		a += (double)left[n] * (double)left[n];
		b += (double)out_left[n + delay] * (double)out_left[n + delay];
	}
	return 10 * log10(b / a);
}

static void test_joins(void)
{
	fill_lively(0, 8, -10);
	fill_lively(8, 16, -26);
	fill_lively(16, 24, -10);
	struct play *play = play_with("");
	play_run(play, in, out, FRAMES, 512);
	play_close(play);
	const double loud = gain_db_at(7.6, 0), quiet = gain_db_at(15.6, 0);
	CHECK_NEAR(quiet - loud, 16, 2, "16 LU quieter: so much more gain");
	CHECK_NEAR(gain_db_at(17.1, 0), loud, 3, "1 s after a loud start");
	CHECK(fabs(gain_db_at(14.1, 0) - quiet) < 2, "6 s after a quiet start: %g, %g",
	      gain_db_at(14.1, 0), quiet);
}

static void test_room(void)
{
	static const double levels[] = { -65, -55, -45 };
	for (int i = 0; i < 3; i++) {
		fill_lively(0, 10, -22);
		fill_steady(10, 24, levels[i]);
		struct play *play = play_with("silence = -80.0;");
		play_run(play, in, out, FRAMES, 512);
		CHECK(play_meter(play, "it", "frozen") == 2, "room tone at %g dBFS",
		      levels[i]);
		play_close(play);
		double lowest = 1e9, rise = 0;
		for (double t = 9.9; t < 23.9; t += 0.1) {
			const double now = gain_db_at(t, 0);
			lowest = fmin(lowest, now);
			rise = fmax(rise, now - lowest);
		}
		CHECK(rise <= 1, "room tone at %g dBFS rises by %g dB", levels[i],
		      rise);
	}
}

/* What begins after silence is judged by itself: noise is no new piece, a quiet one is. */
static void test_after_silence(void)
{
	fill_lively(0, 7, -18);
	memset(left + 7 * RATE, 0, 2 * RATE * sizeof *left);
	memset(right + 7 * RATE, 0, 2 * RATE * sizeof *right);
	fill_steady(9, 24, -45);
	struct play *play = play_with("");
	play_run(play, in, out, FRAMES, 512);
	play_close(play);
	double lowest = 1e9, rise = 0;
	for (double t = 9.1; t < 23.9; t += 0.1) {
		lowest = fmin(lowest, gain_db_at(t, 0));
		rise = fmax(rise, gain_db_at(t, 0) - lowest);
	}
	CHECK(rise <= 0.2, "noise after silence rises by %g dB", rise);
	fill_lively(9, 24, -28);
	play = play_with("");
	play_run(play, in, out, FRAMES, 512);
	play_close(play);
	CHECK(fabs(gain_db_at(12.1, 0) - gain_db_at(22.1, 0)) < 2,
	      "3 s after a quiet start: %g, %g", gain_db_at(12.1, 0),
	      gain_db_at(22.1, 0));
}

/* A click now and then over room tone does not open it. */
static void test_bursts(void)
{
	fill_steady(0, 24, -50);
	for (int t = 2; t < 24; t += 3)
		fill_steady(t, t + 0.1, -6);
	struct play *play = play_with("");
	play_run(play, in, out, FRAMES, 512);
	play_close(play);
	double highest = -1e9;
	for (double t = 0.5; t < 23.9; t += 0.05)
		highest = fmax(highest, gain_db_at(t, 0));
	CHECK(highest < 0.5, "room tone between clicks: %g dB", highest);
}

static void test_rest(void)
{
	fill_steady(0, 24, -30);
	struct play *play = play_with("");
	play_run(play, in, out, FRAMES, 512);
	CHECK(!memcmp(left, out_left, sizeof left), "steady from the start: untouched");
	play_close(play);
	fill_lively(0, 24, -20);
	play = play_with("hold = true;");
	play_run(play, in, out, FRAMES, 512);
	CHECK(!memcmp(left, out_left, sizeof left), "held: untouched");
	CHECK(play_meter(play, "it", "frozen") == 4, "held by hand");
	play_close(play);
}

/* The look-ahead lowers before a loud start and never rises before its time. */
static void test_lookahead(void)
{
	enum { DELAY = RATE * 4 / 10 };
	fill_lively(0, 10, -26);
	fill_lively(10, 24, -6);
	struct play *play = play_with("lookahead = 400.0;");
	play_run(play, in, out, FRAMES, 512);
	play_close(play);
	CHECK(gain_db_at(10.02, DELAY) < gain_db_at(9.5, DELAY) - 8,
	      "already low at the start: %g, %g", gain_db_at(10.02, DELAY),
	      gain_db_at(9.5, DELAY));
}

/* Cuts of any kind, and two renders, give the same samples. */
static void test_repeats(void)
{
	static float again[FRAMES], other[FRAMES];
	static float *const second[2] = { again, other };
	fill_lively(0, 24, -24);
	struct play *play = play_with("lookahead = 120.0;");
	play_run(play, in, out, FRAMES, 512);
	play_close(play);
	play = play_with("lookahead = 120.0;");
	play_run(play, in, second, FRAMES, 333);
	play_close(play);
	CHECK(!memcmp(again, out_left, sizeof again), "two renders differ");
}

int main(void)
{
	test_joins();
	test_room();
	test_after_silence();
	test_bursts();
	test_rest();
	test_lookahead();
	test_repeats();
	return test_result();
}
