/* deesser_control.c - the de-esser's tables and design. Worker and control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/db.h"
#include "dsp/serial.h"
#include "modules/deesser/deesser.h"

static const char *const modes[] = { "split", "wide", NULL };

static const struct param params[DEESSER_PARAMS] = {
	[DEESSER_MODE] = { "mode", "Mode",
			   "split: only the band is turned down; wide: everything", "",
			   CURVE_CHOICE, 0, 1, DEESSER_SPLIT, 1, modes, 0 },
	[DEESSER_FREQ] = { "freq", "Frequency", "Middle of the sibilant band", "Hz",
			   CURVE_LOG, 2000, 14000, 6500, 10, NULL, 0 },
	[DEESSER_WIDTH] = { "width", "Width", "Of the sibilant band", "oct",
			    CURVE_LINEAR, 0.5f, 3, 1.5f, 0.05f, NULL, 0 },
	[DEESSER_THRESHOLD] = { "threshold", "Threshold",
				"Level of the band where reduction begins, relative to "
				"the programme's level of the last second",
				"dB", CURVE_LINEAR, -40, 6, -9, 0.1f, NULL, 0 },
	[DEESSER_RANGE] = { "range", "Range", "Largest reduction", "dB", CURVE_LINEAR,
			    0, 24, 8, 0.1f, NULL, 0 },
	[DEESSER_ATTACK] = { "attack", "Attack", "Time to 63 % of a rise in reduction",
			     "ms", CURVE_LOG, 0.1f, 20, 1, 0, NULL, 0 },
	[DEESSER_RELEASE] = { "release", "Release",
			      "Time to 63 % of a fall in reduction", "ms", CURVE_LOG, 5,
			      500, 50, 0, NULL, 0 },
	[DEESSER_LISTEN] = { "listen", "Listen", "Plays the sibilant band alone", "",
			     CURVE_TOGGLE, 0, 1, 0, 1, NULL, PARAM_RECALL_SAFE },
};

static const struct meter meters[] = {
	{ "gr", "Gain reduction", "of the band, or of everything", "dB", 0, 24,
	  FOLD_MAX, 0, NULL, 0, NULL },
};

static void *init(struct arena *arena, const struct setup *setup)
{
	struct deesser *d = arena_alloc(arena, sizeof(*d));

	d->rate = setup->rate;
	d->channels = setup->channels;
	d->quick = ballistics_share(2, setup->rate);
	d->middle = ballistics_share(10, setup->rate);
	return d;
}

static int warmup(const struct setup *setup)
{
	return 2 * setup->rate;
}

static size_t numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct deesser_numbers);
}

static void design(const struct setup *setup, const float *values, void *numbers)
{
	struct deesser_numbers *n = numbers;
	const double rate = setup->rate;
	const double freq = fmin((double)values[DEESSER_FREQ], 0.42 * rate);
	const double span = exp2((double)values[DEESSER_WIDTH]);
	const double g = tan(M_PI * freq / rate);

	memset(n, 0, sizeof(*n));
	n->serial = number_serial(values, DEESSER_PARAMS);
	n->k = (span - 1) / sqrt(span);
	n->a1 = 1 / (1 + g * (g + n->k));
	n->a2 = g * n->a1;
	n->a3 = g * n->a2;
	n->speed.attack = ballistics_share((double)values[DEESSER_ATTACK], rate);
	n->speed.release = ballistics_share((double)values[DEESSER_RELEASE], rate);
	n->threshold = (float)((double)values[DEESSER_THRESHOLD] / DB_PER_OCTAVE);
	n->range = (float)((double)values[DEESSER_RANGE] / DB_PER_OCTAVE);
	n->wide = (int)values[DEESSER_MODE] == DEESSER_WIDE;
	n->listen = values[DEESSER_LISTEN] != 0.0f;
}

KERNELS_DECLARE(deesser);

extern const struct module module_deesser;
const struct module module_deesser = {
	.id = "deesser",
	.label = "De-esser",
	.help = "Turns sibilants down, at any level of the programme",
	.params = params,
	.param_count = DEESSER_PARAMS,
	.meters = meters,
	.meter_count = 1,
	.kernels = KERNELS(deesser),
	.init = init,
	.warmup = warmup,
	.numbers_bytes = numbers_bytes,
	.design = design,
};
