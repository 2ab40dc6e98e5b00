/* phase_control.c - phase's tables, design and descriptor. Control and worker threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "modules/phase/phase.h"

static const struct param params[] = {
	[PHASE_FREQ] = { .id = "freq",
			 .label = "Frequency",
			 .help = "Where each of the four stages turns the phase by 90 "
				 "degrees",
			 .unit = "Hz",
			 .curve = CURVE_LOG,
			 .min = 50.0f,
			 .max = 1000.0f,
			 .def = 200.0f },
};

#define PEAK_ROW(place, name, text, what) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "dB", \
		    .min = -120.0f, \
		    .max = 40.0f, \
		    .fold = FOLD_MAX, \
		    .flags = METER_LINEAR }

static const struct meter meters[] = {
	PEAK_ROW(PHASE_IN_TOP, "in_top", "In, top",
		 "Highest positive sample of the input"),
	PEAK_ROW(PHASE_IN_BOTTOM, "in_bottom", "In, bottom",
		 "Highest negative sample of the input"),
	PEAK_ROW(PHASE_OUT_TOP, "out_top", "Out, top",
		 "Highest positive sample of the output"),
	PEAK_ROW(PHASE_OUT_BOTTOM, "out_bottom", "Out, bottom",
		 "Highest negative sample of the output"),
};

static void *phase_init(struct arena *arena, const struct setup *setup)
{
	struct phase *phase = arena_alloc(arena, sizeof(*phase));

	phase->fade_frames = smooth_frames(setup->rate);
	return phase;
}

static int phase_warmup(const struct setup *setup)
{
	return setup->rate / 10;
}

static size_t phase_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(double);
}

/* First-order allpass by the bilinear transform, 90 degrees at freq. */
static void phase_design(const struct setup *setup, const float *values, void *numbers)
{
	const double w = tan(M_PI * (double)values[PHASE_FREQ] / setup->rate);

	*(double *)numbers = (w - 1) / (w + 1);
}

KERNELS_DECLARE(phase);
extern const struct module module_phase;
const struct module module_phase = {
	.id = "phase",
	.label = "Phase rotator",
	.help = "Makes asymmetric voices symmetrical before a limiter",
	.params = params,
	.param_count = PHASE_PARAMS,
	.meters = meters,
	.meter_count = PHASE_METERS,
	.kernels = KERNELS(phase),
	.init = phase_init,
	.warmup = phase_warmup,
	.numbers_bytes = phase_numbers_bytes,
	.design = phase_design,
};
