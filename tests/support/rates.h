/* rates.h - what every module must pass at every rate that a rack may play at.
 *
 * The defaults sound as they do at 48 kHz. Both ends of every param, alone and
 * together, neither write outside their memory (AddressSanitizer watches) nor trip the
 * guard, which would hide in the output a sample that is not a number.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_RATES_H
#define LATHE_TESTS_RATES_H

#include "tests/support/alone.h"
#include "tests/support/random.h"
#include "tests/support/shortfall.h"
#include "tests/support/tone.h"

enum {
	RATES_REFERENCE = 48000,
	RATES_STEP = 1024,  /* frames of one end of one param */
	RATES_STEPS = 4096, /* and of all of them at once */
};

static const int rates_legal[] = { RATE_MIN, 11025,  16000,  22050,  24000,   32000,
				   37800,    40000,  44100,  48000,  64000,   88200,
				   96000,    176400, 192000, 352800, RATE_MAX };

struct rates {
	const struct module *module;
	int rate;
	float *in[2], *out[2];
	struct play *play;
	uint64_t serial; /* of the last event seen */
};

/* ---- what is asked of each stretch ----------------------------------------------- */

static void rates_run(struct rates *r, int frames, const char *what)
{
	int bad = 0;

	play_run(r->play, r->in, r->out, frames, 512);
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < frames; i++)
			bad += !isfinite(r->out[c][i]);
	const struct event *event = NULL;
	while ((event = event_next(r->play->events, r->serial))) {
		r->serial = event->serial;
		bad += !strcmp(event->code, "nonfinite");
	}
	CHECK(bad == 0, "%s at %d Hz, %s: not a number", r->module->id, r->rate, what);
	for (int slot = 0; slot < meters_total(r->module, 2, true); slot++) {
		const struct meter *row = meter_row(r->module, 2, slot);
		char path[80];
		meter_path(r->module, 2, slot, path, sizeof(path));
		const float reading = play_meter(r->play, "it", path);
		/* The tables do not bound levels. */
		const bool level = !strcmp(row->unit, "dB") || !strcmp(row->id, "load");
		CHECK(isfinite(reading) && (level || (reading >= row->min - 0.01f &&
						      reading <= row->max + 0.01f)),
		      "%s at %d Hz, %s: meter %s reads %g", r->module->id, r->rate,
		      what, path, (double)reading);
	}
}

/* Noise has the declared latency. */
static void rates_latency(struct rates *r, const char *what)
{
	enum { COUNT = 4096, REACH = 200 };
	const int declared = engine_output_latency(
		r->play->engine, rack_find(r->play->rack, "rack/output/out"));
	const int warm = r->rate / 2, frames = warm + COUNT + declared + REACH;
	const float *in = r->in[0] + warm, *out = r->out[0] + warm;
	double best = 0;
	int lag = -1;

	if (r->module->flags & MODULE_GENERATOR)
		return;
	random_fill(r->in, frames, 0.01);
	play_run(r->play, r->in, r->out, frames, 512);
	for (int l = declared - REACH; l <= declared + REACH; l++) {
		double sum = 0;
		for (int i = 0; l >= 0 && i < COUNT; i++)
			sum += (double)in[i] * (double)out[i + l];
		if (sum > best) {
			best = sum;
			lag = l;
		}
	}
	CHECK(lag == declared, "%s at %d Hz, %s: declares %d frames, takes %d",
	      r->module->id, r->rate, what, declared, lag);
}

/* ---- both ends of each param ----------------------------------------------------- */

static bool rates_moves(const struct param *row)
{
	return row->curve != CURVE_FILE && row->curve != CURVE_TRIGGER;
}

/* A new engine for the values of the rack: they apply at once, without a fade. */
static void rates_restart(struct rates *r)
{
	engine_destroy(r->play->engine);
	r->play->engine = engine_create(&(struct engine_options) {
		.rate = r->rate, .in_line = true, .events = r->play->events });
	engine_rebuild(r->play->engine, r->play->rack);
	engine_tick(r->play->engine);
}

static void rates_set(struct rates *r, int param, float value, bool cold)
{
	char address[80] = "it/";
	const int node = rack_find(r->play->rack, "it");

	param_path(r->module, param, address + 3, 77);
	if (cold)
		rack_set(r->play->rack, node, param, value);
	else
		play_set(r->play, address, value);
}

/* Sets every param with this row (all members of a group) to its end, or back. */
static void rates_set_row(struct rates *r, int param, int end)
{
	const struct param *row = param_row(r->module, param);
	const bool cold = row->flags & PARAM_REBUILD;

	for (int p = param; p < params_total(r->module, false); p++)
		if (param_row(r->module, p) == row)
			rates_set(r, p,
				  end < 0   ? param_default(r->module, p)
				  : end > 0 ? row->max
					    : row->min,
				  cold);
	if (cold)
		rates_restart(r);
}

static void rates_each(struct rates *r)
{
	char path[80], what[128];

	for (int p = 0; p < params_total(r->module, false); p++) {
		const struct param *row = param_row(r->module, p);
		bool seen = false;
		for (int q = 0; q < p; q++)
			seen |= param_row(r->module, q) == row;
		if (seen || !rates_moves(row))
			continue;
		param_path(r->module, p, path, sizeof(path));
		for (int end = 0; end < 2; end++) {
			rates_set_row(r, p, end);
			snprintf(what, sizeof(what), "%s at its %s", path,
				 end ? "most" : "least");
			rates_run(r, RATES_STEP, what);
			if (row->flags & PARAM_REBUILD &&
			    !shortfall(r->module->id, path, "latency"))
				rates_latency(r, what);
		}
		rates_set_row(r, p, -1);
	}
}

/* A reload in the middle of the programme: what adopt() copies must fit. */
static void rates_rebuild(struct rates *r)
{
	engine_rebuild(r->play->engine, r->play->rack);
	rates_run(r, RATES_STEPS, "after a reload");
}

/* All at their minimum, all at their maximum, and a mixture. */
static void rates_together(struct rates *r)
{
	uint32_t seed = 1;
	char what[32];

	for (int corner = 0; corner < 6; corner++) {
		for (int p = 0; p < params_total(r->module, false); p++) {
			const struct param *row = param_row(r->module, p);
			const bool most = corner < 2 ? corner == 1
						     : random_bits(&seed) >> 31 != 0;
			if (rates_moves(row))
				rates_set(r, p, most ? row->max : row->min, true);
		}
		rates_restart(r);
		snprintf(what, sizeof(what), "corner %d", corner);
		rates_run(r, RATES_STEPS, what);
	}
}

/* ---- the sound ------------------------------------------------------------------- */

/* The level of a 500 Hz tone and of everything else in the output, dBFS, over 100
 * waves, from 0.25 s after its start; a generator plays its own signal. */
struct rates_sound {
	double tone, rest;
};

static struct rates_sound rates_listen(struct rates *r, double gain)
{
	const int late = engine_output_latency(
		r->play->engine, rack_find(r->play->rack, "rack/output/out"));
	const int from = r->rate / 4 + late, count = r->rate / 5;
	double re = 0, im = 0, power = 0;

	for (int c = 0; c < 2; c++)
		tone_fill(r->in[c], from + count, 500, gain, r->rate);
	play_run(r->play, r->in, r->out, from + count, 512);
	for (int i = 0; i < count; i++) {
		const double x = (double)r->out[0][from + i];
		const double w = 2 * M_PI * 500 * i / r->rate;
		re += x * cos(w) * 2 / count;
		im += x * sin(w) * 2 / count;
		power += x * x / count;
	}
	const double tone = re * re + im * im, rest = fmax(2 * power - tone, 0);
	return (struct rates_sound) { 10 * log10(tone + 1e-20),
				      10 * log10(rest + 1e-20) };
}

/* Sets all continuous params to other values than their defaults. */
static void rates_work(struct rates *r)
{
	for (int p = 0; p < params_total(r->module, false); p++) {
		const struct param *row = param_row(r->module, p);
		if (row->curve == CURVE_LINEAR || row->curve == CURVE_LOG ||
		    row->curve == CURVE_FADER)
			rates_set(r, p,
				  param_denorm(row,
					       0.35f + 0.02f * (float)((p * 37) % 16)),
				  true);
	}
	rates_restart(r);
}

/* ---- one module ------------------------------------------------------------------ */

static struct rates rates_open(const struct module *module, int rate)
{
	struct rates r = { module, rate, .play = alone_open(module->id, "", rate) };

	for (int c = 0; c < 2; c++) {
		r.in[c] = calloc(2 * RATE_MAX, sizeof(float));
		r.out[c] = calloc(2 * RATE_MAX, sizeof(float));
	}
	return r;
}

static void rates_close(struct rates *r)
{
	play_close(r->play);
	for (int c = 0; c < 2; c++) {
		free(r->in[c]);
		free(r->out[c]);
	}
}

static void rates_compare(struct rates *r, double gain, struct rates_sound *reference,
			  const char *what)
{
	const struct rates_sound sound = rates_listen(r, gain);

	if (r->rate == RATES_REFERENCE && reference->tone == 0)
		*reference = sound;
	/* At 8 kHz the bilinear transform changes what a module measures
	 * (K-weighting). */
	CHECK(fabs(sound.tone - reference->tone) <= (r->rate < 11025 ? 0.25 : 0.1),
	      "%s at %d Hz, %s: a tone comes out at %.2f dBFS, at 48 kHz at %.2f",
	      r->module->id, r->rate, what, sound.tone, reference->tone);
	CHECK(sound.rest <= fmax(reference->rest + 3, -90),
	      "%s at %d Hz, %s: %.1f dBFS beside a tone, at 48 kHz %.1f", r->module->id,
	      r->rate, what, sound.rest, reference->rest);
}

static void rates_check(const struct module *module)
{
	const int count = (int)(sizeof(rates_legal) / sizeof(*rates_legal));
	struct rates_sound quiet = { 0 }, loud = { 0 };

	for (int i = -1; i < count; i++) {
		struct rates r =
			rates_open(module, i < 0 ? RATES_REFERENCE : rates_legal[i]);
		if (r.play) {
			rates_compare(&r, 0.1, &quiet, "defaults");
			rates_latency(&r, "defaults");
			rates_work(&r);
			rates_compare(&r, 0.7, &loud, "worked");
		}
		rates_close(&r);
		if (i < 0)
			continue;
		r = rates_open(module, rates_legal[i]);
		if (r.play) {
			random_fill(r.in, RATES_STEPS, 0.25);
			rates_each(&r);
			rates_together(&r);
			rates_rebuild(&r);
		}
		rates_close(&r);
	}
}

#endif
