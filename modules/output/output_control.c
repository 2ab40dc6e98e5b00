/* output_control.c - tables and descriptor of a rack output, which every output is. */
#include "modules/output/output.h"

#include <math.h>

enum { FADE_MS = 20 };

static const struct param params[OUTPUT_PARAMS] = {
	[OUTPUT_MUTE] = { .id = "mute",
			  .label = "Mute",
			  .help = "Silences the output.",
			  .unit = "",
			  .curve = CURVE_TOGGLE,
			  .max = 1,
			  .step = 1,
			  .flags = PARAM_RECALL_SAFE },
	[OUTPUT_DIM] = { .id = "dim",
			 .label = "Dim",
			 .help = "Lowers the output by the dim level.",
			 .unit = "",
			 .curve = CURVE_TOGGLE,
			 .max = 1,
			 .step = 1 },
	[OUTPUT_DIM_LEVEL] = { .id = "dim_level",
			       .label = "Dim level",
			       .help = "Gain while dimmed.",
			       .unit = "dB",
			       .curve = CURVE_LINEAR,
			       .min = -60,
			       .max = 0,
			       .def = -20,
			       .step = 0.5f,
			       .flags = PARAM_RECALL_SAFE },
	[OUTPUT_BYPASS] = { .id = "bypass",
			    .label = "Bypass",
			    .help = "Plays the rack's first input, delayed by this "
				    "output's latency.",
			    .unit = "",
			    .curve = CURVE_TOGGLE,
			    .max = 1,
			    .step = 1,
			    .flags = PARAM_RECALL_SAFE },
};

static const struct meter meters[] = {
	{ .id = "peak",
	  .label = "Peak",
	  .help = "Sample peak of what leaves the rack.",
	  .unit = "dB",
	  .min = -120,
	  .max = 20,
	  .fold = FOLD_MAX,
	  .flags = METER_PER_CHANNEL | METER_LINEAR },
};

static const char *const sides[] = { "dry", NULL };

static void *init(struct arena *arena, const struct setup *setup)
{
	struct output *output = arena_alloc(arena, sizeof(*output));
	int length = setup->rate * FADE_MS / 1000;
	float *curve = arena_alloc(arena, sizeof(float) * (size_t)(length + 1));

	for (int i = 0; i < length; i++)
		curve[i] =
			(float)(0.5 - 0.5 * cos(3.14159265358979323846 * i / length));
	curve[length] = 1.0f;
	output->length = length;
	output->curve = curve;
	return output;
}

KERNELS_DECLARE(output);
extern const struct module module_output;
const struct module module_output = {
	.id = "output",
	.label = "Output",
	.help = "An output of the rack: mute, dim, bypass.",
	.params = params,
	.param_count = OUTPUT_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(meters[0]),
	.sides = sides,
	.kernels = KERNELS(output),
	.init = init,
};
