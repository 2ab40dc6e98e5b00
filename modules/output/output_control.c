/* output_control.c - tables and descriptor of a rack output, which every output is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
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
			  .flags = PARAM_MUTE | PARAM_RECALL_SAFE },
	[OUTPUT_DIM] = { .id = "dim",
			 .label = "Dim",
			 .help = "Lowers the output by the dim level.",
			 .unit = "",
			 .curve = CURVE_TOGGLE,
			 .max = 1,
			 .step = 1,
			 .flags = PARAM_DIM },
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
			    .flags = PARAM_BYPASS | PARAM_RECALL_SAFE },
	[OUTPUT_COMPARE] = { .id = "compare",
			     .label = "Compare",
			     .help = "What is heard, all at one loudness: the output "
				     "(a "
				     "or b, the two sets of values), its input, or "
				     "what "
				     "differs. Of the rack's slots, see /rack/compare.",
			     .unit = "",
			     .curve = CURVE_CHOICE,
			     .max = COMPARE_DELTA,
			     .step = 1,
			     .choices = compare_choices,
			     .flags = PARAM_COMPARE | PARAM_RECALL_SAFE |
				      PARAM_PASSING },
	[OUTPUT_MATCH] = { .id = "match",
			   .label = "Match",
			   .help = "How much louder than the input the output is taken "
				   "to be in a comparison; follows what is measured.",
			   .unit = "dB",
			   .curve = CURVE_LINEAR,
			   .min = -40,
			   .max = 40,
			   .flags = PARAM_MATCH | PARAM_RECALL_SAFE | PARAM_PASSING },
	[OUTPUT_MATCH_TO] = { .id = "match_to",
			      .label = "Match to",
			      .help = "Loudness of all that is compared, against the "
				      "input's: that of the quietest.",
			      .unit = "dB",
			      .curve = CURVE_LINEAR,
			      .min = -40,
			      .max = 0,
			      .flags = PARAM_MATCH_TO | PARAM_RECALL_SAFE |
				       PARAM_PASSING },
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
	{ .id = "louder",
	  .label = "Louder",
	  .help = "Loudness of the output, before mute and dim, less that of the input "
		  "(K-weighted, the last 3 s with programme).",
	  .unit = "dB",
	  .min = -60,
	  .max = 60,
	  .fold = FOLD_LAST,
	  .flags = METER_LOUDER },
	{ .id = "heard",
	  .label = "Programme measured",
	  .help = "Programme that `louder` is measured from; begins anew with another "
		  "slot of a comparison.",
	  .unit = "s",
	  .min = 0,
	  .max = 3,
	  .fold = FOLD_LAST,
	  .flags = METER_HEARD },
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
	output->smooth_length = smooth_frames(setup->rate);
	output->bin_frames = setup->rate / 10;
	output->m.match.slot = COMPARE_A;
	kweight_init(&output->filter, setup->rate);
	output->curve = curve;
	return output;
}

KERNELS_DECLARE(output);
extern const struct module module_output;
const struct module module_output = {
	.id = "output",
	.label = "Output",
	.help = "An output of the rack: mute, dim, bypass, comparison.",
	.flags = MODULE_OUTPUT,
	.params = params,
	.param_count = OUTPUT_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(meters[0]),
	.sides = sides,
	.kernels = KERNELS(output),
	.init = init,
};
