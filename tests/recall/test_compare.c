/* test_compare.c - comparison through the real engine: one loudness for all that is
 * compared, slots that keep their values, nothing raised, bits untouched when it is off. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/compare.h"

#include "daemon/recall/history.h"
#include "dsp/kweight.h"
#include "tests/support/play.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

enum { RATE = 48000, TICK = RATE / 100, LONGEST = 12 * RATE };

static struct play *play;
static struct desk desk;
static struct history *history;
static struct compare *compare;
static float in[2][TICK], out[2][TICK], kept[2][LONGEST], dry[2][LONGEST];
static int kept_frames;
static uint32_t seed = 1;

static void open_rack(const char *config)
{
	play = play_open(config, RATE, 0);
	if (!play)
		abort();
	desk = (struct desk) { .player = &player_engine,
			       .rack = play->rack,
			       .engine = play->engine,
			       .events = play->events };
	history = history_create(&desk);
	compare = compare_create(&desk);
	kept_frames = 0;
}

static void close_rack(void)
{
	compare_destroy(compare);
	history_destroy(history);
	desk_finish(&desk);
	play_close(play);
}

/* Something like a programme: noise that swells and beats. */
static float programme(uint64_t frame, int channel)
{
	double t = (double)frame / RATE;
	double swell = 0.55 + 0.45 * sin(2 * M_PI * 0.4 * t);
	double tone = sin(2 * M_PI * (channel ? 330 : 220) * t);

	return (float)(0.1 * swell * (random_noise(&seed) + tone));
}

static void run(double seconds)
{
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

	for (int n = (int)(seconds * 100 + 0.5); n > 0; n--) {
		for (int c = 0; c < 2; c++)
			for (int i = 0; i < TICK; i++)
				in[c][i] = programme(play->frame + (uint64_t)i, c);
		play_block(play, ins, outs, TICK);
		desk_tick(&desk);
		for (int c = 0; c < 2 && kept_frames + TICK <= LONGEST; c++) {
			memcpy(kept[c] + kept_frames, out[c], sizeof(out[c]));
			memcpy(dry[c] + kept_frames, in[c], sizeof(in[c]));
		}
		kept_frames += kept_frames + TICK <= LONGEST ? TICK : 0;
	}
}

static void set(const char *path, float value)
{
	struct change change = { .value = value };

	CHECK(rack_find_param(desk.rack, path, &change.node, &change.param), "%s",
	      path);
	desk_apply(&desk, &change, 1);
}

static float value_of(const char *path)
{
	int node, param;

	CHECK(rack_find_param(desk.rack, path, &node, &param), "%s", path);
	return desk.rack->nodes[node].values[param];
}

/* Loudness of the last 3 s that were kept, LU above some zero. */
static double loudness(float sound[2][LONGEST])
{
	struct kweight filter;
	struct kweight_state state = { .shelf = { { 0 } } };
	double energy[2] = { 0 };
	int from = kept_frames - 3 * RATE;

	kweight_init(&filter, RATE);
	kweight_power(&filter, &state, sound[0] + from, sound[1] + from, 3 * RATE,
		      energy);
	return 10 * log10(energy[0] + energy[1]);
}

static const char rack[] =
	"nodes = ( { module = \"trim\"; name = \"t\"; gain = 11.0; },\n"
	"{ module = \"comp\"; name = \"c\"; threshold = -24.0; ratio = 2.0; },\n"
	"{ module = \"limiter\"; name = \"l\"; } );\n";

/* How far the rack's present choice is from its input, over the same 3 s of it. */
static double heard(void)
{
	kept_frames = 0;
	run(3.2);
	return loudness(kept) - loudness(dry);
}

static void test_match(void)
{
	open_rack(rack);
	run(4);
	double plain = heard();
	CHECK(plain > 2, "the rack is louder than its input: %g", plain);
	set("rack/compare", 3);
	run(0.2);
	double bypass = heard();
	set("rack/compare", 1);
	run(0.2);
	double a = heard();
	printf("output %+.2f LU, compared %+.2f LU, bypass %+.2f LU\n", plain, a,
	       bypass);
	CHECK_NEAR(a, bypass, 0.3, "a and bypass, at once");
	set("rack/compare", 2);
	set("t/gain", -2);
	set("c/bypass", 1);
	run(4);
	double b = heard();
	set("rack/compare", 1);
	CHECK_NEAR(value_of("t/gain"), 11, 0, "a's values");
	CHECK_NEAR(value_of("c/bypass"), 0, 0, "a's switches");
	run(0.5);
	a = heard();
	set("rack/compare", 2);
	CHECK_NEAR(value_of("t/gain"), -2, 0, "b's values");
	run(0.5);
	double again = heard();
	set("rack/compare", 3);
	run(0.2);
	bypass = heard();
	printf("a %+.2f, b %+.2f %+.2f, bypass %+.2f LU\n", a, b, again, bypass);
	CHECK_NEAR(a, b, 0.3, "a and b");
	CHECK_NEAR(a, again, 0.3, "a and b, as soon as chosen");
	CHECK_NEAR(a, bypass, 0.3, "a and bypass");
	CHECK(b < 0 && a < 0, "to the quietest");
	set("rack/compare", 0);
	run(0.5);
	CHECK_NEAR(value_of("t/gain"), -2, 0, "off leaves the values");
	CHECK_NEAR(heard(), -2, 0.1, "off: as it is");
	close_rack();
}

/* Delta: what a gain alone does is nothing once the levels agree; a filter leaves what it
 * took or added. */
static void test_delta(void)
{
	open_rack("nodes = ( { module = \"trim\"; name = \"t\"; gain = -5.0; },\n"
		  "{ module = \"limiter\"; name = \"l\"; } );\n");
	run(4);
	set("rack/compare", 4);
	run(0.2);
	CHECK(heard() < -35, "a gain alone: %g", heard());
	set("rack/compare", 0);
	close_rack();
	open_rack("nodes = ( { module = \"eq\"; name = \"e\";\n"
		  "band = ( { type = \"bell\"; freq = 220.0; gain = -6.0; } ); } );\n");
	run(4);
	set("rack/compare", 4);
	run(0.2);
	double delta = heard();
	CHECK(delta > -20 && delta < -2, "a filter: %g", delta);
	close_rack();
}

/* Off is off, bit for bit, and a comparison leaves nothing behind. */
static void test_off(void)
{
	open_rack("nodes = ( { module = \"trim\"; name = \"t\"; bypass = true; } );\n");
	run(1);
	set("rack/compare", 3);
	run(1);
	set("rack/compare", 0);
	run(0.2);
	kept_frames = 0;
	run(1);
	CHECK(memcmp(kept[0], dry[0], (size_t)kept_frames * sizeof(float)) == 0,
	      "bit for bit");
	close_rack();
}

/* Outputs that are no monitors go on as they are. */
static void test_monitors(void)
{
	open_rack("outputs = ( { name = \"air\"; }, { name = \"ears\"; monitor = true; "
		  "} );\n");
	int air = rack_find(desk.rack, "rack/output/air");
	int ears = rack_find(desk.rack, "rack/output/ears");
	int param = param_find(desk.rack->nodes[air].module, false, "compare");
	set("rack/compare", 3);
	CHECK_NEAR(rack_effective(desk.rack, air, param), 0, 0, "air");
	CHECK_NEAR(rack_effective(desk.rack, ears, param), 3, 0, "ears");
	set("rack/compare", 0);
	set("rack/output/air/compare", 4);
	CHECK_NEAR(rack_effective(desk.rack, air, param), 4, 0, "its own");
	close_rack();
	open_rack("outputs = ( { name = \"air\"; }, { name = \"ears\"; } );\n");
	air = rack_find(desk.rack, "rack/output/air");
	set("rack/compare", 3);
	CHECK_NEAR(rack_effective(desk.rack, air, param), 3, 0, "the first");
	close_rack();
}

int main(void)
{
	test_match();
	test_delta();
	test_off();
	test_monitors();
	return test_result();
}
