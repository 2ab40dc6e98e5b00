/* model_modules.h - a registry of small tables, for tests of the model, without audio. It
 * defines module_registry, so that the real modules are not linked into the test. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TEST_MODEL_MODULES_H
#define LATHE_TEST_MODEL_MODULES_H

#include "modules/module.h"

#define MODEL_TOGGLE(id_, role_) \
	{ \
		.id = id_, .label = id_, .help = "", .unit = "", \
		.curve = CURVE_TOGGLE, .max = 1, .step = 1, .flags = role_ \
	}

static const char *const model_types[] = { "bell", "low_shelf", "high_shelf", "notch",
					   NULL };
static const struct param model_trim_params[] = {
	{ "gain", "Gain", "Level.", "dB", CURVE_LINEAR, -36, 36, 0, 0.1f, NULL, 0 },
	MODEL_TOGGLE("swap", 0),
	{ "clear", "Clear", "", "", CURVE_TRIGGER, 0, 1, 0, 0, NULL, 0 },
	{ "taps", "Taps", "", "", CURVE_INTEGER, 1, 64, 8, 1, NULL, PARAM_REBUILD },
	{ "level", "Level", "", "dB", CURVE_FADER, -90, 10, 0, 0, NULL, 0 },
};
static const struct meter model_trim_meters[] = {
	{ "gr", "GR", "", "dB", 0, 40, FOLD_MAX, 0, NULL, 0, NULL },
	{ "level", "Level", "", "dB", -120, 20, FOLD_MAX,
	  METER_PER_CHANNEL | METER_LINEAR, NULL, 0, NULL },
};
static const struct module model_trim = {
	.id = "trim",
	.label = "Trim",
	.help = "Level.",
	.params = model_trim_params,
	.param_count = 5,
	.meters = model_trim_meters,
	.meter_count = 2,
};

static const struct param model_band_rows[] = {
	{ "type", "Type", "", "", CURVE_CHOICE, 0, 3, 0, 1, model_types, 0 },
	{ "freq", "Frequency", "", "Hz", CURVE_LOG, 10, 30000, 1000, 0, NULL, 0 },
	{ "gain", "Gain", "", "dB", CURVE_LINEAR, -24, 24, 0, 0.1f, NULL, 0 },
};
static const float model_band_defaults[8][3] = {
	{ 1, 80, 0 },   { 0, 160, 0 },  { 0, 400, 0 },  { 0, 1000, 0 },
	{ 0, 2500, 0 }, { 0, 5000, 0 }, { 2, 8000, 0 }, { 3, 16000, 0 },
};
static const struct param_group model_bands = {
	"band", "Band", 8, 3, model_band_rows, &model_band_defaults[0][0],
};
static const struct param model_eq_params[] = {
	{ "gain", "Gain", "", "dB", CURVE_LINEAR, -24, 24, 0, 0.1f, NULL, 0 },
};
static const struct meter model_eq_meters[] = {
	{ "level", "Level", "", "dB", -120, 20, FOLD_MAX, METER_LINEAR, "band", 8,
	  NULL },
};
static const struct renamed model_eq_renamed[] = { { "frequency", "freq" },
						   { "bell", "band" },
						   { "meter/loudness", "level" },
						   { NULL, NULL } };
static const struct module model_eq = {
	.renamed = model_eq_renamed,
	.id = "eq",
	.label = "EQ",
	.help = "Tone.",
	.params = model_eq_params,
	.param_count = 1,
	.groups = &model_bands,
	.group_count = 1,
	.meters = model_eq_meters,
	.meter_count = 1,
};

static const struct param model_comp_params[] = {
	{ "threshold", "Threshold", "", "dB", CURVE_LINEAR, -60, 0, -20, 0.1f, NULL,
	  0 },
	{ "ratio", "Ratio", "", ":1", CURVE_LOG, 1, 20, 2, 0.01f, NULL, 0 },
	{ "attack", "Attack", "", "ms", CURVE_LOG, 0.1f, 2000, 10, 0, NULL, 0 },
	{ "mix", "Mix", "", "%", CURVE_LINEAR, 0, 100, 100, 1, NULL,
	  PARAM_RECALL_SAFE },
};
static const char *const model_sides[] = { "key",   "second", "third", "fourth",
					   "fifth", "sixth",  "talk",  NULL };
_Static_assert(sizeof(model_sides) / sizeof(*model_sides) == SIDES_MAX + 1,
	       "a module with every side");
static const struct renamed model_comp_renamed[] = { { "thresh", "threshold" },
						     { NULL, NULL } };
static const struct module model_comp = {
	.id = "comp",
	.renamed = model_comp_renamed,
	.label = "Compressor",
	.help = "Glue.",
	.params = model_comp_params,
	.param_count = 4,
	.sides = model_sides,
};

static const struct param model_limiter_params[] = {
	{ "ceiling", "Ceiling", "", "dBTP", CURVE_LINEAR, -20, 0, -1, 0.1f, NULL, 0 },
};
static const struct module model_limiter = {
	.id = "limiter",
	.label = "Limiter",
	.help = "Peaks.",
	.params = model_limiter_params,
	.param_count = 1,
};

static const struct module model_tone = {
	.id = "tone",
	.label = "Tone",
	.help = "Sine.",
	.flags = MODULE_GENERATOR,
	.params = model_trim_params,
	.param_count = 1,
};

static const struct param model_filer_params[] = {
	{ "kernel", "Kernel", "", "", CURVE_FILE, 0, 0, 0, 0, NULL, PARAM_REBUILD },
};
static const struct module model_filer = {
	.id = "filer",
	.label = "Filer",
	.help = "File.",
	.params = model_filer_params,
	.param_count = 1,
};

static const struct param model_output_params[] = {
	MODEL_TOGGLE("mute", PARAM_MUTE),
	MODEL_TOGGLE("dim", PARAM_DIM),
	MODEL_TOGGLE("bypass", PARAM_BYPASS),
	{ "dim_level", "Dim level", "", "dB", CURVE_LINEAR, -60, 0, -20, 1, NULL, 0 },
};
static const struct module model_output = {
	.id = "output",
	.flags = MODULE_OUTPUT,
	.label = "Output",
	.help = "",
	.params = model_output_params,
	.param_count = 4,
};

const struct module *const module_registry[] = {
	&model_comp,   &model_eq,   &model_filer, &model_limiter,
	&model_output, &model_tone, &model_trim,  NULL,
};

#endif
