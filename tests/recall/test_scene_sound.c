/* test_scene_sound.c - scenes and comparisons by the hundred under a sine: what is heard of the
 * changes themselves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/compare.h"

#include "daemon/desk/glide.h"
#include "daemon/desk/pending.h"
#include "daemon/recall/scene.h"
#include "tests/support/play.h"
#include "tests/support/scenes.h"
#include "tests/support/test.h"
#include "tests/support/tone.h"

#include <time.h>

enum { RATE = 48000, TICK = RATE / 100, RECALLS = 1000, TICKS_EACH = 8 };
static const int settle = 4 * RATE;
static const double limit_db = -72;

static const char rack[] = "rack = { scenes = \"%s\"; };\n"
			   "nodes = ( { module = \"trim\"; name = \"input\"; },\n"
			   "{ module = \"eq\"; name = \"tone\"; band = (\n"
			   "  { type = \"low_shelf\"; freq = 90.0; }, { type = "
			   "\"bell\"; freq = 320.0; },\n"
			   "  { type = \"high_shelf\"; freq = 9000.0; } ); },\n"
			   "{ module = \"comp\"; name = \"glue\"; threshold = 0.0; },\n"
			   "{ module = \"stereo\"; name = \"image\"; },\n"
			   "{ module = \"limiter\"; name = \"limit\"; } );\n";

/* Two scenes: many params of every module, at once. Levels stay under what would make
 * harmonics of their own. */
static const char scene_a[] =
	"nodes = ( { name = \"input\"; gain = -6.0; },\n"
	"{ name = \"tone\"; band = ( { gain = 2.0; freq = 90.0; },\n"
	"  { type = \"bell\"; gain = -3.0; freq = 320.0; q = 0.8; },\n"
	"  { type = \"high_shelf\"; gain = 2.0; freq = 9000.0; } ); },\n"
	"{ name = \"glue\"; makeup = 0.0; bypass = false; },\n"
	"{ name = \"image\"; width = 100.0; },\n"
	"{ name = \"limit\"; gain = 0.0; bypass = false; } );\n";
static const char scene_b[] =
	"nodes = ( { name = \"input\"; gain = -12.0; },\n"
	"{ name = \"tone\"; band = ( { gain = -4.0; freq = 160.0; },\n"
	"  { type = \"low_pass\"; gain = 5.0; freq = 3000.0; q = 1.5; },\n"
	"  { type = \"bell\"; gain = -6.0; freq = 5000.0; } ); },\n"
	"{ name = \"glue\"; makeup = 3.0; bypass = true; },\n"
	"{ name = \"image\"; width = 40.0; },\n"
	"{ name = \"limit\"; gain = 3.0; bypass = true; } );\n";

static struct desk desk;
static struct scenes *scenes;
static struct compare *compare;
static struct play *play;
static char folder[64];
static float *sound;

static void write_scene(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s.scene", folder, name);
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static void open_rack(void)
{
	char config[2000];

	snprintf(config, sizeof(config), rack, folder);
	play = play_open(config, RATE, 0);
	if (!play)
		abort();
	desk = (struct desk) { .player = &player_engine,
			       .rack = play->rack,
			       .engine = play->engine };
	scenes = scenes_create(&desk, -1);
	compare = compare_create(&desk);
}

static void close_rack(void)
{
	compare_destroy(compare);
	scenes_settle(scenes, -1);
	scenes_destroy(scenes);
	desk_finish(&desk);
	play_close(play);
}

/* 100 Hz at -12 dBFS. */
static void run(int ticks)
{
	static float in[2][TICK], right[TICK];
	float *const ins[2] = { in[0], in[1] };

	for (; ticks > 0; ticks--) {
		float *const outs[2] = { sound + play->frame, right };
		for (int i = 0; i < TICK; i++) {
			double turn = (double)((play->frame + (uint64_t)i) % 480) / 480;
			in[0][i] = in[1][i] = (float)(0.25 * sin(2 * M_PI * turn));
		}
		play_block(play, ins, outs, TICK);
		desk_tick(&desk);
	}
}

static void load(const char *name, double seconds)
{
	struct text said = { .length = 0 };

	CHECK(scenes_load(scenes, name, seconds, NULL, &said), "%s", said.bytes);
	text_finish(&said);
}

static void set(const char *path, float value)
{
	struct change change = { .value = value };

	CHECK(rack_find_param(desk.rack, path, &change.node, &change.param), "%s",
	      path);
	desk_apply(&desk, &change, 1);
}

static double level_db(uint64_t end)
{
	double sum = 0;

	for (uint64_t i = end - 4800; i < end; i++)
		sum += (double)sound[i] * (double)sound[i];
	return 10 * log10(sum / 4800);
}

/* The most above 2 kHz from the first change on, of pending or comparisons. */
static void storm(const char *what, void (*change)(int count))
{
	struct timespec from, to;

	open_rack();
	load("a", 0);
	run(settle / TICK);
	double most = level_db(play->frame), least = most;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < RECALLS; i++) {
		change(i);
		/* Also while the one before is under way. */
		run(i % 7 == 3 ? 2 : TICKS_EACH);
		double level = level_db(play->frame);
		most = fmax(most, level);
		least = fmin(least, level);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	CHECK(most - least > 3, "%g dB to %g dB", least, most);
	int frames = (int)play->frame;
	double peak = tone_high_peak(sound, settle / 2, frames - TONE_TAPS, RATE);
	double residue = 20 * log10(fmax(peak, 1e-10));
	printf("%d %s leave %.1f dBFS (%.0f s of sound in %.1f s)\n", RECALLS, what,
	       residue, (double)frames / RATE,
	       (double)(to.tv_sec - from.tv_sec) +
		       1e-9 * (double)(to.tv_nsec - from.tv_nsec));
	CHECK(residue <= limit_db, "%s: %.1f dBFS", what, residue);
	close_rack();
}

static void change_scene(int count)
{
	load(count % 2 ? "a" : "b", count % 3 == 2 ? 0.05 : 0.0);
}

static void change_compare(int count)
{
	static const float choices[] = { 1, 2, 3, 1, 4, 2, 0, 3 };

	if (count == 0) {
		set("rack/compare", 2);
		load("b", 0);
	}
	set("rack/compare", choices[count % 8]);
}

int main(void)
{
	char command[100];

	snprintf(folder, sizeof(folder), "/tmp/lathe-test-recall-XXXXXX");
	sound = calloc((size_t)settle + (size_t)RECALLS * TICKS_EACH * TICK + 48000,
		       sizeof(*sound));
	if (!mkdtemp(folder) || !sound)
		abort();
	write_scene("a", scene_a);
	write_scene("b", scene_b);
	storm("pending", change_scene);
	storm("comparisons", change_compare);
	free(sound);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command) != 0)
		printf("%s is left\n", folder);
	return test_result();
}
