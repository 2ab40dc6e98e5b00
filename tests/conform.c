/* conform.c - what EVERY module must pass, driven through the real engine, in line.
 *
 *   conform [--rates] [module ...]    all modules when none is named; or only what
 *                                     rates.h asks of them
 * What a module does not reach yet stands by name in tests/support/shortfall.h, and is
 * printed.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/alone.h"
#include "tests/support/random.h"
#include "tests/support/rates.h"
#include "tests/support/shortfall.h"
#include "tests/support/tables.h"
#include "tests/support/tone.h"

enum { RATE = 48000, CHANNELS = 2 };

/* ---- a stretch of stereo audio ------------------------------------------------------- */

struct audio {
	float *channel[CHANNELS];
	int frames;
};

static struct audio audio_create(int frames)
{
	struct audio audio = { .frames = frames };

	for (int c = 0; c < CHANNELS; c++)
		audio.channel[c] = calloc((size_t)frames, sizeof(float));
	return audio;
}

static void audio_destroy(struct audio *audio)
{
	for (int c = 0; c < CHANNELS; c++)
		free(audio->channel[c]);
}

static void audio_noise(struct audio *audio, double gain)
{
	random_fill(audio->channel, audio->frames, gain);
}

static void audio_sine(struct audio *audio, double hz, double gain)
{
	for (int c = 0; c < CHANNELS; c++)
		tone_fill(audio->channel[c], audio->frames, hz, gain, RATE);
}

static bool audio_finite(const struct audio *audio)
{
	for (int c = 0; c < CHANNELS; c++)
		for (int i = 0; i < audio->frames; i++)
			if (!isfinite(audio->channel[c][i]))
				return false;
	return true;
}

/* Largest difference, from frame `from` on. */
static float audio_difference(const struct audio *a, const struct audio *b, int from)
{
	float most = 0;

	for (int c = 0; c < CHANNELS; c++)
		for (int i = from; i < a->frames; i++)
			most = fmaxf(most, fabsf(a->channel[c][i] - b->channel[c][i]));
	return most;
}

/* ---- a module under test ------------------------------------------------------------- */

static struct play *open_module(const struct module *module, const char *more)
{
	return alone_open(module->id, more, RATE);
}

static void run(struct play *play, struct audio *in, struct audio *out, int from,
		int count, int block)
{
	float *ins[CHANNELS], *outs[CHANNELS];

	for (int c = 0; c < CHANNELS; c++) {
		ins[c] = in->channel[c] + from;
		outs[c] = out->channel[c] + from;
	}
	play_run(play, ins, outs, count, block);
}

static const char *address_of(const struct module *module, int index, char address[80])
{
	memcpy(address, "it/", 4);
	param_path(module, index, address + 3, 77);
	return address;
}

static bool is_continuous(const struct param *row)
{
	return row->curve == CURVE_LINEAR || row->curve == CURVE_LOG ||
	       row->curve == CURVE_FADER;
}

/* Moves every continuous param away from its rest, so that each has something to do. */
static void work_all(struct play *play, const struct module *module)
{
	char address[80];

	for (int p = 0; p < params_total(module, false); p++) {
		const struct param *row = param_row(module, p);
		if (!is_continuous(row) || row->flags & PARAM_REBUILD)
			continue;
		float norm = 0.35f + 0.3f * (float)((p * 37) % 16) / 15;
		play_set(play, address_of(module, p, address), param_denorm(row, norm));
	}
}

/* ---- the tests ----------------------------------------------------------------------- */

/* Every param from min to max under programme: the output stays finite and bounded, and so
 * do the meters. */
static void test_sweep(const struct module *module)
{
	struct audio in = audio_create(4800), out = audio_create(4800);

	audio_noise(&in, 0.25);
	struct play *play = open_module(module, "");
	char address[80];
	for (int p = 0; play && p < params_total(module, true); p++) {
		const struct param *row = param_row(module, p);
		if (row->curve == CURVE_FILE)
			continue;
		for (int step = 0; step <= 4; step++) {
			play_set(play, address_of(module, p, address),
				 param_denorm(row, (float)step / 4));
			run(play, &in, &out, 0, in.frames, 480);
			CHECK(audio_finite(&out), "%s at step %d", address, step);
		}
		play_set(play, address, param_default(module, p));
	}
	for (int slot = 0; play && slot < meters_total(module, CHANNELS, true);
	     slot++) {
		const struct meter *row = meter_row(module, CHANNELS, slot);
		char path[80];
		meter_path(module, CHANNELS, slot, path, sizeof(path));
		float reading = play_meter(play, "it", path);
		CHECK(isfinite(reading) && reading >= row->min - 0.01f &&
			      reading <= row->max + 0.01f,
		      "%s meter %s reads %g", module->id, path, (double)reading);
	}
	play_close(play);
	audio_destroy(&in);
	audio_destroy(&out);
}

/* The same samples however they are cut: noise with pauses that begin off the grid, and
 * new values. */
static void check_blocks(const struct module *module, int rate)
{
	static const int blocks[] = { 64, 1, 257, 8192 };

	enum { FRAMES = 64 * 600, CHANGE = 64 * 300, PAUSE = 9000 };
	struct audio in = audio_create(FRAMES), first = audio_create(FRAMES),
		     out = audio_create(FRAMES);
	audio_noise(&in, 0.5);
	for (int c = 0; c < CHANNELS; c++) {
		memset(in.channel[c] + 2001, 0, sizeof(float) * PAUSE);
		memset(in.channel[c] + FRAMES - PAUSE - 1, 0, sizeof(float) * PAUSE);
	}
	for (int b = 0; b < 4; b++) {
		struct play *play = alone_open(module->id, "", rate);
		if (!play)
			break;
		struct audio *to = b == 0 ? &first : &out;
		run(play, &in, to, 0, CHANGE, blocks[b]);
		work_all(play, module);
		run(play, &in, to, CHANGE, FRAMES - CHANGE, blocks[b]);
		play_close(play);
		if (b > 0 && !(module->flags & MODULE_RANDOM))
			CHECK(audio_difference(&first, &out, 0) == 0,
			      "%s at %d: blocks of %d differ from 64 by %g", module->id,
			      rate, blocks[b],
			      (double)audio_difference(&first, &out, 0));
	}
	audio_destroy(&in);
	audio_destroy(&first);
	audio_destroy(&out);
}

/* Seconds are whole grid steps at one rate and not at the other. */
static void test_blocks(const struct module *module)
{
	check_blocks(module, RATE);
	check_blocks(module, 44100);
}

/* Of those within 400 frames of what is declared. */
static int best_lag(const struct audio *in, const struct audio *out, int declared)
{
	const int most = declared + 400;
	double best = 0;
	int lag = -1;

	for (int l = declared > 400 ? declared - 400 : 0; l <= most; l++) {
		double sum = 0;
		for (int i = 0; i + most < in->frames; i++)
			sum += (double)in->channel[0][i] *
			       (double)out->channel[0][i + l];
		if (sum > best) {
			best = sum;
			lag = l;
		}
	}
	return lag;
}

static int declared_latency(const struct play *play)
{
	return engine_output_latency(play->engine,
				     rack_find(play->rack, "rack/output/out"));
}

static void check_latency(const struct module *module, struct play *play,
			  const char *address, const char *what)
{
	struct audio warm = audio_create(24000);

	do /* warm-up and fades of a rebuild pass */
		run(play, &warm, &warm, 0, warm.frames, 512);
	while (engine_busy(play->engine));
	audio_destroy(&warm);
	const int declared = declared_latency(play), frames = 24000 + declared;
	struct audio in = audio_create(frames), out = audio_create(frames);
	audio_noise(&in, 0.01);
	run(play, &in, &out, 0, frames, 512);
	int lag = best_lag(&in, &out, declared);
	const char *why = shortfall(module->id, address, "latency");
	if (lag != declared && why)
		printf("short %s %s: declares %d frames, takes %d: %s\n", module->id,
		       what, declared, lag, why);
	else
		CHECK(lag == declared, "%s %s: declares %d frames, takes %d",
		      module->id, what, declared, lag);
	audio_destroy(&in);
	audio_destroy(&out);
}

/* At the defaults, and at each value of every rebuild choice and both ends of the others. */
static void test_latency(const struct module *module)
{
	if (module->flags & MODULE_GENERATOR)
		return;
	struct play *play = open_module(module, "");
	if (!play)
		return;
	check_latency(module, play, "", "at defaults");
	char address[80], what[128];
	for (int p = 0; p < params_total(module, false); p++) {
		const struct param *row = param_row(module, p);
		if (!(row->flags & PARAM_REBUILD) || row->curve == CURVE_FILE)
			continue;
		bool stepped = row->curve == CURVE_CHOICE || row->curve == CURVE_TOGGLE;
		int steps = stepped ? (int)(row->max - row->min) : 1;
		for (int s = 0; s <= steps; s++) {
			float value = row->min +
				      (row->max - row->min) * (float)s / (float)steps;
			play_set(play, address_of(module, p, address), value);
			snprintf(what, sizeof(what), "%s = %g", address, (double)value);
			check_latency(module, play, address, what);
		}
		play_set(play, address, param_default(module, p));
	}
	play_close(play);
}

static void test_silence(const struct module *module)
{
	if (module->flags & (MODULE_GENERATOR | MODULE_RANDOM)) {
		printf("skip %s: silence (generator or random)\n", module->id);
		return;
	}
	enum { BURST = RATE / 2, FRAMES = RATE * 6 };
	struct audio in = audio_create(FRAMES), out = audio_create(FRAMES);
	struct play *play = open_module(module, "");
	if (!play)
		return;
	run(play, &in, &out, 0, BURST, 512);
	float most = 0;
	for (int i = 0; i < BURST; i++)
		most = fmaxf(most, fabsf(out.channel[0][i]));
	CHECK(most == 0, "%s makes %g of silence", module->id, (double)most);
	random_fill(in.channel, BURST, 0.5);
	work_all(play, module);
	run(play, &in, &out, 0, FRAMES, 512);
	int tail = FRAMES;
	while (tail > 0 && out.channel[0][tail - 1] == 0 &&
	       out.channel[1][tail - 1] == 0)
		tail--;
	int limit = BURST + 5 * RATE + declared_latency(play);
	CHECK(tail <= limit, "%s: tail of %d frames, %d allowed", module->id,
	      tail - BURST, limit - BURST);
	play_close(play);
	audio_destroy(&in);
	audio_destroy(&out);
}

/* One bad sample of each kind: nothing but numbers comes out, and two seconds later the
 * module sounds as if it had never happened. */
static void test_nonfinite(const struct module *module)
{
	enum { FRAMES = RATE * 3, BAD = 10000 };
	static const float bad[] = { NAN, INFINITY, -INFINITY, 1e4f };
	struct audio in = audio_create(FRAMES), clean = audio_create(FRAMES),
		     out = audio_create(FRAMES);
	audio_noise(&in, 0.25);
	struct play *play = open_module(module, "");
	if (play)
		run(play, &in, &clean, 0, FRAMES, 512);
	play_close(play);
	for (int b = 0; b < 4; b++) {
		play = open_module(module, "");
		if (!play)
			break;
		float kept = in.channel[0][BAD];
		in.channel[0][BAD] = bad[b];
		run(play, &in, &out, 0, FRAMES, 512);
		in.channel[0][BAD] = kept;
		CHECK(audio_finite(&out), "%s: %g comes through", module->id,
		      (double)bad[b]);
		float difference = audio_difference(&clean, &out, FRAMES - RATE / 2);
		if (!(module->flags & (MODULE_RANDOM | MODULE_GENERATOR)))
			CHECK(difference < 0.01f, "%s: %g still heard after 2 s: %g",
			      module->id, (double)bad[b], (double)difference);
		play_close(play);
	}
	audio_destroy(&in);
	audio_destroy(&clean);
	audio_destroy(&out);
}

static void test_bypass(const struct module *module)
{
	if (module->flags & MODULE_GENERATOR)
		return;
	enum { FRAMES = RATE };
	struct audio in = audio_create(FRAMES), out = audio_create(FRAMES);
	audio_noise(&in, 0.5);
	struct play *play = open_module(module, "");
	if (!play)
		return;
	work_all(play, module);
	play_set(play, "it/bypass", 1);
	run(play, &in, &out, 0, FRAMES, 512);
	int latency = declared_latency(play), differ = 0;
	for (int i = FRAMES / 2; i < FRAMES; i++)
		for (int c = 0; c < CHANNELS; c++)
			differ += in.channel[c][i - latency] != out.channel[c][i];
	CHECK(differ == 0, "%s: %d samples of the bypassed output differ", module->id,
	      differ);
	play_close(play);
	audio_destroy(&in);
	audio_destroy(&out);
}

/* A rebuild of the same rack while it plays: the kept node goes on as if nothing was. */
static void test_adopt(const struct module *module)
{
	if (module->flags & MODULE_RANDOM)
		return;
	enum { FRAMES = RATE * 4, MOMENT = RATE };
	struct audio in = audio_create(FRAMES), plain = audio_create(FRAMES),
		     out = audio_create(FRAMES);
	audio_noise(&in, 0.25);
	for (int rebuilt = 0; rebuilt < 2; rebuilt++) {
		struct play *play = open_module(module, "");
		if (!play)
			break;
		struct audio *to = rebuilt ? &out : &plain;
		work_all(play, module);
		run(play, &in, to, 0, MOMENT, 512);
		if (rebuilt)
			engine_rebuild(play->engine, play->rack);
		run(play, &in, to, MOMENT, FRAMES - MOMENT, 512);
		play_close(play);
	}
	float step = audio_difference(&plain, &out, 0);
	CHECK(step < 1e-5f, "%s: a rebuild moves the output by %g", module->id,
	      (double)step);
	audio_destroy(&in);
	audio_destroy(&plain);
	audio_destroy(&out);
}

/* ---- clicks and residues (jumps of one param under a sine) ----------------------------- */

struct jump {
	const struct module *module;
	int param;
	float from, to;
	bool worked; /* all other params moved from their rest */
};

static void play_jump(const struct jump *jump, struct audio *in, struct audio *out,
		      int moment)
{
	char address[80];
	struct play *play = open_module(jump->module, "");

	if (!play)
		return;
	if (jump->worked)
		work_all(play, jump->module);
	play_set(play, address_of(jump->module, jump->param, address), jump->from);
	run(play, in, out, 0, moment, 512);
	play_set(play, address, jump->to);
	run(play, in, out, moment, in->frames - moment, 512);
	play_close(play);
}

static void report(const struct jump *jump, const char *test, double found,
		   double limit)
{
	char address[80];

	address_of(jump->module, jump->param, address);
	if (found <= limit) {
		test_passed++;
		return;
	}
	const char *why = shortfall(jump->module->id, address, test);
	if (why) {
		printf("short %s %s %s: %.1f dBFS, goal %.0f: %s\n", jump->module->id,
		       address, test, found, limit, why);
		return;
	}
	CHECK(found <= limit, "%s %s%s from %g to %g: %.1f dBFS, limit %.0f",
	      jump->module->id, address, jump->worked ? " (worked)" : "",
	      (double)jump->from, (double)jump->to, found, limit);
	printf("     ^ %s\n", test);
}

static void check_jump(const struct jump *jump)
{
	enum { BEFORE = RATE, FRAMES = RATE * 3 };
	struct audio in = audio_create(FRAMES), out = audio_create(FRAMES);
	audio_sine(&in, 100, 0.25);
	play_jump(jump, &in, &out, BEFORE);
	report(jump, "click", tone_click_db(out.channel[0], FRAMES, BEFORE, RATE), -95);
	audio_sine(&in, 1000, 0.25);
	play_jump(jump, &in, &out, BEFORE);
	/* A bypass fades in 20 ms, and so does a new plan, after its warm-up. */
	const struct param *row = param_row(jump->module, jump->param);
	bool rebuild = row->flags & PARAM_REBUILD, bypass = !strcmp(row->id, "bypass");
	int fade = rebuild || bypass ? RATE / 50 : RATE / 20;
	report(jump, "residue",
	       tone_residue_db(out.channel[0], FRAMES, BEFORE,
			       rebuild ? RATE : RATE / 10, fade, RATE),
	       -72);
	audio_destroy(&in);
	audio_destroy(&out);
}

static void test_jumps(const struct module *module)
{
	if (module->flags & MODULE_RANDOM)
		return;
	for (int p = 0; p < params_total(module, true); p++) {
		const struct param *row = param_row(module, p);
		bool switched =
			row->curve == CURVE_TOGGLE || row->curve == CURVE_CHOICE;
		if (!is_continuous(row) && !switched)
			continue;
		float def = param_default(module, p);
		float to = switched ? (def == row->min ? row->max : row->min) : 0;
		if (!switched && !strcmp(row->unit, "dB"))
			to = def + 12 <= row->max ? def + 12
						  : fmaxf(def - 12, row->min);
		else if (!switched)
			to = param_denorm(row, param_norm(row, def) > 0.5f
						       ? param_norm(row, def) - 0.25f
						       : param_norm(row, def) + 0.25f);
		for (int worked = 0; worked < 2; worked++)
			check_jump(&(struct jump) { module, p, def, to, worked });
	}
}

static void test_all(const struct module *module)
{
	test_tables(module);
	test_sides(module);
	test_renamed(module);
	test_sweep(module);
	test_blocks(module);
	test_latency(module);
	test_silence(module);
	test_nonfinite(module);
	test_bypass(module);
	test_adopt(module);
	test_jumps(module);
}

int main(int argc, char **argv)
{
	const bool rates_alone = argc > 1 && !strcmp(argv[1], "--rates");
	const int first = rates_alone ? 2 : 1;

	for (const struct module *const *m = module_registry; *m; m++) {
		bool wanted = argc <= first;
		for (int i = first; i < argc; i++)
			wanted |= !strcmp(argv[i], (*m)->id);
		if (!wanted || ((*m)->flags & MODULE_ROLE) == MODULE_OUTPUT)
			continue;
		int failed = test_failed, passed = test_passed;
		if (!rates_alone)
			test_all(*m);
		rates_check(*m);
		printf("%s: %d passed, %d failed\n", (*m)->id, test_passed - passed,
		       test_failed - failed);
		fflush(stdout);
	}
	return test_result();
}
