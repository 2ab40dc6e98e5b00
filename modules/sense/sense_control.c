/* sense_control.c - sense's tables, design and descriptor. Control and worker threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/sense/sense.h"

static const char *const modes[] = { "off", "alarm", NULL };

#define FAULT_ROW(place, name, text, what, at_first) \
	SENSE_FAULT_ROW(place, name, text, what, at_first, modes, 1)

static const struct param params[SENSE_PARAMS] = {
	SENSE_ROWS,
	FAULT_ROW(SENSE_WATCH_ONE_LEG, "one_leg", "One leg", SENSE_HELP_ONE_LEG, 1),
	FAULT_ROW(SENSE_WATCH_IDENTICAL, "identical", "Identical", SENSE_HELP_IDENTICAL,
		  0),
	FAULT_ROW(SENSE_WATCH_INVERTED, "inverted", "Inverted", SENSE_HELP_INVERTED, 1),
	FAULT_ROW(SENSE_WATCH_TONE, "tone", "Tone", SENSE_HELP_TONE, 1),
	FAULT_ROW(SENSE_WATCH_STATIC, "static", "Static", SENSE_HELP_STATIC, 1),
	FAULT_ROW(SENSE_WATCH_STUCK, "stuck", "Stuck", SENSE_HELP_STUCK, 1),
	FAULT_ROW(SENSE_WATCH_DC, "dc", "DC", SENSE_HELP_DC, 1),
	FAULT_ROW(SENSE_WATCH_CLIPPING, "clipping", "Clipping", SENSE_HELP_CLIPPING, 1),
};

static const struct meter meters[SENSE_METERS] = {
	[SENSE_LEVEL] = { .id = "level",
			  .label = "Level",
			  .help = "RMS of 100 ms in the band, of the loudest channel",
			  .unit = "dB",
			  .min = -120,
			  .max = 63,
			  .fold = FOLD_LAST,
			  .flags = METER_LINEAR },
	[SENSE_STATE] = { .id = "state",
			  .label = "State",
			  .help = SENSE_HELP_STATE,
			  .unit = "",
			  .max = SENSE_STATES - 1,
			  .fold = FOLD_LAST,
			  .choices = sense_states },
	[SENSE_DEAD] = { .id = "dead",
			 .label = "Silent for",
			 .help = SENSE_HELP_DEAD,
			 .unit = "s",
			 .max = 1e7f,
			 .fold = FOLD_LAST },
};

static void *init(struct arena *arena, const struct setup *setup)
{
	struct sense_tables *tables = arena_alloc(arena, sizeof(*tables));
	struct sense *s = arena_alloc(arena, sizeof(*s));

	sense_tables_init(tables);
	sense_init(s, tables, setup->rate, setup->channels, 1);
	return s;
}

static size_t numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct sense_rules);
}

static void design(const struct setup *setup, const float *values, void *numbers)
{
	static const enum sense_fault order[] = {
		SENSE_ONE_LEG, SENSE_IDENTICAL, SENSE_INVERTED, SENSE_TONE,
		SENSE_STATIC,  SENSE_STUCK,     SENSE_DC,       SENSE_CLIPPING,
	};
	struct sense_rules *rules = numbers;

	sense_rules_design(rules, setup->rate, values);
	for (int i = 0; i < (int)SENSE_PARAMS - (int)SENSE_SHARED; i++)
		sense_rules_fault(rules, order[i], values[SENSE_SHARED + i], 2);
}

KERNELS_DECLARE(sense);

extern const struct module module_sense;
const struct module module_sense = {
	.id = "sense",
	.label = "Silence sense",
	.help = "Tells silence and other faults of a programme; passes the audio on",
	.flags = MODULE_SENSE,
	.params = params,
	.param_count = SENSE_PARAMS,
	.meters = meters,
	.meter_count = SENSE_METERS,
	.kernels = KERNELS(sense),
	.init = init,
	.numbers_bytes = numbers_bytes,
	.design = design,
};
