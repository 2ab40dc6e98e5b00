/* modules.h - small modules that use each part of the contract: a delay whose length is a
 * rebuild, two inputs, a generator, a foreign handle, measure(), one that makes NaN and one
 * that takes much time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TEST_MODULES_H
#define LATHE_TEST_MODULES_H

#include "daemon/base/cycles.h"
#include "modules/module.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEST_MODULE(name) \
	static const struct kernel kernel_##name = { .process = name##_process, \
						     .adopt = name##_adopt }; \
	static const struct module module_##name

static inline void test_pass(const struct piece *piece)
{
	for (int c = 0; c < piece->channels; c++)
		if (piece->out[c] != piece->in[c])
			memcpy(piece->out[c], piece->in[c],
			       sizeof(float) * (size_t)piece->frames);
}

/* ---- lag: so many frames later --------------------------------------------------- */

enum { LAG_MAX = 4096 };

struct lag {
	int frames;
	float ring[CHANNELS_MAX][LAG_MAX]; /* by the frame counter */
};

static void lag_process(void *state, const struct piece *piece)
{
	struct lag *lag = state;

	for (int c = 0; c < piece->channels; c++)
		for (int i = 0; i < piece->frames; i++) {
			uint64_t now = piece->frame + (uint64_t)i;
			lag->ring[c][now % LAG_MAX] = piece->in[c][i];
			piece->out[c][i] =
				lag->ring[c][(now - (uint64_t)lag->frames) % LAG_MAX];
		}
}

static void lag_adopt(void *state, const void *old)
{
	struct lag *lag = state;
	const struct lag *before = old;

	for (int c = 0; c < 2; c++)
		memcpy(lag->ring[c], before->ring[c], sizeof(lag->ring[c]));
}

static void *lag_init(struct arena *arena, const struct setup *setup)
{
	struct lag *lag = arena_alloc(arena, sizeof(*lag));

	lag->frames = (int)setup->values[0];
	return lag;
}

static int lag_latency(const struct setup *setup)
{
	return (int)setup->values[0];
}

static const struct param lag_params[] = {
	{ .id = "frames",
	  .label = "Frames",
	  .unit = "",
	  .curve = CURVE_INTEGER,
	  .max = 2048,
	  .step = 1,
	  .flags = PARAM_REBUILD },
};

TEST_MODULE(lag) = { .id = "lag",
		     .params = lag_params,
		     .param_count = 1,
		     .kernels = { &kernel_lag },
		     .init = lag_init,
		     .latency = lag_latency,
		     .warmup = lag_latency };

/* ---- gain: a value and a number designed from it must agree ---------------------- */

struct gain_numbers {
	float gain, again;
};

struct gain {
	float mode; /* the value that it was made for */
	int torn;   /* pieces in which they did not agree */
};

static void gain_process(void *state, const struct piece *piece)
{
	struct gain *gain = state;
	const struct gain_numbers *numbers = piece->numbers;

	gain->torn += numbers->gain != piece->values[0] ||
		      numbers->again != piece->values[1] ||
		      gain->mode != piece->values[2];
	for (int c = 0; c < piece->channels; c++)
		for (int i = 0; i < piece->frames; i++)
			piece->out[c][i] = piece->in[c][i] * numbers->gain;
	piece->meters[0] = (float)gain->torn;
	piece->meters[1] = (float)piece->frames;
}

static void gain_adopt(void *state, const void *old)
{
	((struct gain *)state)->torn = ((const struct gain *)old)->torn;
}

/* For modules without state, or with a state that begins as zero. */
static void *plain_init(struct arena *arena, const struct setup *setup)
{
	(void)setup;
	return arena_alloc(arena, sizeof(struct gain));
}

static void *gain_init(struct arena *arena, const struct setup *setup)
{
	struct gain *gain = arena_alloc(arena, sizeof(*gain));

	gain->mode = setup->values[2];
	return gain;
}

static size_t gain_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct gain_numbers);
}

static void gain_design(const struct setup *setup, const float *values, void *numbers)
{
	(void)setup;
	*(struct gain_numbers *)numbers =
		(struct gain_numbers) { values[0], values[1] };
}

static const struct param gain_params[] = {
	{ .id = "gain", .unit = "", .min = -100, .max = 100, .def = 1 },
	{ .id = "other", .unit = "", .min = -100, .max = 100, .def = 1 },
	{ .id = "mode",
	  .unit = "",
	  .curve = CURVE_INTEGER,
	  .max = 10,
	  .step = 1,
	  .flags = PARAM_REBUILD },
};

static const struct meter gain_meters[] = {
	{ .id = "torn", .unit = "", .max = 1e9f, .fold = FOLD_MAX },
	{ .id = "frames", .unit = "", .max = 1e9f, .fold = FOLD_SUM },
};

TEST_MODULE(gain) = { .id = "gain",
		      .params = gain_params,
		      .param_count = 3,
		      .meters = gain_meters,
		      .meter_count = 2,
		      .kernels = { &kernel_gain },
		      .init = gain_init,
		      .numbers_bytes = gain_numbers_bytes,
		      .design = gain_design };

/* ---- keyed: main + 1000 * key ---------------------------------------------------- */

static void keyed_process(void *state, const struct piece *piece)
{
	const float *const *key = piece->side[0];

	(void)state;
	for (int c = 0; c < piece->channels; c++)
		for (int i = 0; i < piece->frames; i++)
			piece->out[c][i] =
				piece->in[c][i] + (key ? 1000 * key[c][i] : 0.0f);
}

static void keyed_adopt(void *state, const void *old)
{
	(void)state;
	(void)old;
}

static const char *const keyed_sides[] = { "key", NULL };

TEST_MODULE(keyed) = { .id = "keyed",
		       .sides = keyed_sides,
		       .kernels = { &kernel_keyed },
		       .init = plain_init };

/* ---- seven: main, and each side times 2, 4, 8 ... -------------------------------- */

static void seven_process(void *state, const struct piece *piece)
{
	(void)state;
	for (int c = 0; c < piece->channels; c++) {
		for (int i = 0; i < piece->frames; i++) {
			float sum = piece->in[c][i], weight = 1;

			for (int side = 0; side < SIDES_MAX; side++) {
				weight *= 2;
				if (piece->side[side])
					sum += weight * piece->side[side][c][i];
			}
			piece->out[c][i] = sum;
		}
	}
}

static void seven_adopt(void *state, const void *old)
{
	(void)state;
	(void)old;
}

static const char *const seven_sides[] = { "a", "b", "c", "d", "e", "f", "g", NULL };

TEST_MODULE(seven) = { .id = "seven",
		       .sides = seven_sides,
		       .kernels = { &kernel_seven },
		       .init = plain_init };

/* ---- counter: a generator that says the frame ------------------------------------ */

static void counter_process(void *state, const struct piece *piece)
{
	(void)state;
	for (int c = 0; c < piece->channels; c++)
		for (int i = 0; i < piece->frames; i++)
			piece->out[c][i] = (float)(piece->frame + (uint64_t)i);
}

#define counter_adopt keyed_adopt
TEST_MODULE(counter) = { .id = "counter",
			 .flags = MODULE_GENERATOR,
			 .kernels = { &kernel_counter },
			 .init = plain_init };

/* ---- foreign: adds a count that only its handle knows ---------------------------- */

struct foreign {
	uint64_t expected; /* frame; 0: any */
	int gaps;          /* frames that were missed or played twice */
	float count;
};

static int foreign_alive, foreign_made, foreign_gaps;
static uint64_t foreign_until; /* the frame after the last one played */
static bool foreign_refuse;

static void foreign_process(void *state, const struct piece *piece)
{
	struct foreign *foreign = piece->handle;

	(void)state;
	if (foreign->expected && foreign->expected != piece->frame)
		foreign_gaps++;
	foreign->expected = piece->frame + (uint64_t)piece->frames;
	foreign_until = foreign->expected;
	for (int i = 0; i < piece->frames; i++) {
		foreign->count += 1;
		for (int c = 0; c < piece->channels; c++)
			piece->out[c][i] = foreign->count;
	}
}

#define foreign_adopt keyed_adopt

static void *foreign_create(const struct setup *setup, char *error, size_t error_size)
{
	(void)setup;
	if (foreign_refuse) {
		strncpy(error, "no such plug-in", error_size);
		return NULL;
	}
	foreign_made++;
	foreign_alive++;
	return calloc(1, sizeof(struct foreign));
}

static void foreign_destroy(void *handle)
{
	foreign_alive--;
	free(handle);
}

TEST_MODULE(foreign) = { .id = "foreign",
			 .flags = MODULE_EXTERNAL,
			 .kernels = { &kernel_foreign },
			 .init = plain_init,
			 .create = foreign_create,
			 .destroy = foreign_destroy };

/* ---- poison: NaN for one frame, and for ever from its own memory ----------------- */

struct poison {
	float taken; /* the trigger's count as last seen */
	bool begun, sick;
	char large[200000]; /* so that clearing takes several pieces */
};

static void poison_process(void *state, const struct piece *piece)
{
	struct poison *poison = state;

	if (!poison->begun)
		poison->taken = piece->values[0];
	poison->begun = true;
	if (poison->taken != piece->values[0])
		poison->sick = true;
	poison->taken = piece->values[0];
	for (int c = 0; c < piece->channels; c++)
		for (int i = 0; i < piece->frames; i++)
			piece->out[c][i] = poison->sick ? NAN : 2 * piece->in[c][i];
}

static void poison_adopt(void *state, const void *old)
{
	memcpy(state, old, offsetof(struct poison, large));
}

static void *poison_init(struct arena *arena, const struct setup *setup)
{
	(void)setup;
	return arena_alloc(arena, sizeof(struct poison));
}

static const struct param poison_params[] = {
	{ .id = "now", .unit = "", .curve = CURVE_TRIGGER, .max = 1e6f },
};

TEST_MODULE(poison) = { .id = "poison",
			.params = poison_params,
			.param_count = 1,
			.kernels = { &kernel_poison },
			.init = poison_init };

/* ---- hog: takes its time --------------------------------------------------------- */

static void hog_process(void *state, const struct piece *piece)
{
	uint64_t end = cycles_now() + (uint64_t)piece->values[0] * 1000;

	(void)state;
	while (cycles_now() < end)
		;
	test_pass(piece);
}

#define hog_adopt keyed_adopt

static const struct param hog_params[] = {
	{ .id = "kilocycles", .unit = "", .max = 1e6f },
};

TEST_MODULE(hog) = { .id = "hog",
		     .params = hog_params,
		     .param_count = 1,
		     .kernels = { &kernel_hog },
		     .init = plain_init };

/* ---- probe: measures what it has heard since `clear` ----------------------------- */

struct probe {
	float cleared;
	double sum;
	int frames;
};

static void probe_process(void *state, const struct piece *piece)
{
	(void)state;
	test_pass(piece);
}

#define probe_adopt keyed_adopt

static void *probe_create(const struct setup *setup, char *error, size_t error_size)
{
	(void)setup;
	(void)error;
	(void)error_size;
	return calloc(1, sizeof(struct probe));
}

static void probe_measure(void *handle, const float *audio, int frames,
			  const float *values, float *meters)
{
	struct probe *probe = handle;

	if (probe->cleared != values[0])
		*probe = (struct probe) { .cleared = values[0] };
	for (int i = 0; i < frames; i++)
		probe->sum += (double)audio[2 * i];
	probe->frames += frames;
	meters[0] = (float)probe->frames;
	meters[1] = (float)probe->sum;
}

static const struct param probe_params[] = {
	{ .id = "clear", .unit = "", .curve = CURVE_TRIGGER, .max = 1e6f },
};

static const struct meter probe_meters[] = {
	{ .id = "frames",
	  .unit = "",
	  .max = 1e9f,
	  .fold = FOLD_LAST,
	  .flags = METER_MEASURED },
	{ .id = "sum",
	  .unit = "",
	  .max = 1e9f,
	  .fold = FOLD_LAST,
	  .flags = METER_MEASURED },
};

TEST_MODULE(probe) = { .id = "probe",
		       .params = probe_params,
		       .param_count = 1,
		       .meters = probe_meters,
		       .meter_count = 2,
		       .kernels = { &kernel_probe },
		       .init = plain_init,
		       .create = probe_create,
		       .destroy = free,
		       .measure = probe_measure };

#endif
