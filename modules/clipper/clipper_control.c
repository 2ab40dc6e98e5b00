/* clipper_control.c - clipper's tables, design and descriptor. Control and worker threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/db.h"
#include "modules/clipper/clipper.h"

/* A hard knee has this share of the ceiling, so that its inverse is finite. */
#define HARDEST_KNEE 1e-4

static const struct param params[] = {
	[CLIPPER_GAIN] = { .id = "gain",
			   .label = "Gain",
			   .help = "Gain into the clipper",
			   .unit = "dB",
			   .curve = CURVE_LINEAR,
			   .max = 24.0f,
			   .step = 0.1f },
	[CLIPPER_CEILING] = { .id = "ceiling",
			      .label = "Ceiling",
			      .help = "Highest level before downsampling; put a "
				      "true-peak limiter after it",
			      .unit = "dB",
			      .flags = PARAM_CEILING,
			      .curve = CURVE_LINEAR,
			      .min = -24.0f,
			      .max = 0.0f,
			      .def = -1.0f,
			      .step = 0.1f },
	[CLIPPER_KNEE] = { .id = "knee",
			   .label = "Knee",
			   .help = "0: hard; 100: the curve bends from silence to "
				   "twice the ceiling",
			   .unit = "%",
			   .curve = CURVE_LINEAR,
			   .max = 100.0f,
			   .step = 1.0f },
};

static const struct meter meters[] = {
	[CLIPPER_METER_GR] = { .id = "gr",
			       .label = "Gain reduction",
			       .help = "by how much the highest peak was clipped",
			       .unit = "dB",
			       .min = 0.0f,
			       .max = 60.0f,
			       .fold = FOLD_MAX,
			       .flags = METER_LINEAR },
	[CLIPPER_METER_CLIPPED] = { .id = "clipped",
				    .label = "Clipped",
				    .help = "Peak of the part that was clipped off",
				    .unit = "dB",
				    .min = -120.0f,
				    .max = 40.0f,
				    .fold = FOLD_MAX,
				    .flags = METER_LINEAR },
};

static size_t clipper_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct clipper_numbers);
}

static void clipper_design(const struct setup *setup, const float *values, void *out)
{
	(void)setup;
	struct clipper_numbers *numbers = out;
	const double ceiling = db_gain((double)values[CLIPPER_CEILING]);
	const double asked = (double)values[CLIPPER_KNEE] / 100;
	const double knee = asked > HARDEST_KNEE ? asked : HARDEST_KNEE;
	memset(numbers, 0, sizeof(*numbers)); /* compared byte by byte */
	numbers->gain = (float)db_gain((double)values[CLIPPER_GAIN]);
	numbers->ceiling = (float)ceiling;
	numbers->start = ceiling * (1 - knee);
	numbers->width = 2 * ceiling * knee;
}

static int clipper_latency(const struct setup *setup)
{
	struct oversample_design design;

	oversample_design(&design, setup->rate, CLIPPER_STAGES);
	return design.latency;
}

static int clipper_warmup(const struct setup *setup)
{
	return 2 * clipper_latency(setup) + GRID_FRAMES;
}

static void *clipper_init(struct arena *arena, const struct setup *setup)
{
	struct clipper *clipper = arena_alloc(arena, sizeof(*clipper));

	oversample_design(&clipper->design, setup->rate, CLIPPER_STAGES);
	clipper->fade_frames = smooth_frames(setup->rate);
	return clipper;
}

KERNELS_DECLARE(clipper);
extern const struct module module_clipper;
const struct module module_clipper = {
	.id = "clipper",
	.label = "Clipper",
	.help = "Hard to soft clipper, oversampled, with antiderivative anti-aliasing",
	.params = params,
	.param_count = CLIPPER_PARAMS,
	.meters = meters,
	.meter_count = (int)(sizeof(meters) / sizeof(*meters)),
	.kernels = KERNELS(clipper),
	.init = clipper_init,
	.latency = clipper_latency,
	.warmup = clipper_warmup,
	.numbers_bytes = clipper_numbers_bytes,
	.design = clipper_design,
};
