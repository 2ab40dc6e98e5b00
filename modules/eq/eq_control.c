/* eq_control.c - the equaliser's tables, design and descriptor. Control thread, worker. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/db.h"
#include "dsp/serial.h"
#include "modules/eq/eq.h"

static const char *const types[] = { "bell",     "low_shelf", "high_shelf", "high_pass",
				     "low_pass", "notch",     "tilt",       NULL };
static const char *const channels[] = {
	"stereo", "mid", "side", "left", "right", NULL
};

const struct param eq_band_rows[EQ_ROWS] = {
	[EQ_ON] = { .id = "on",
		    .label = "On",
		    .help = "Band in use",
		    .unit = "",
		    .curve = CURVE_TOGGLE,
		    .max = 1.0f,
		    .def = 1.0f },
	[EQ_TYPE] = { .id = "type",
		      .label = "Type",
		      .help = "Shape of the band; the passes fall 12 dB per octave",
		      .unit = "",
		      .curve = CURVE_CHOICE,
		      .max = 6.0f,
		      .choices = types },
	[EQ_FREQ] = { .id = "freq",
		      .label = "Frequency",
		      .help = "Centre of a bell or notch, middle of a shelf, corner of "
			      "a pass",
		      .unit = "Hz",
		      .curve = CURVE_LOG,
		      .min = 20.0f,
		      .max = 20000.0f,
		      .def = 1000.0f },
	[EQ_GAIN] = { .id = "gain",
		      .label = "Gain",
		      .help = "Of bell and shelf; tilt: from the bottom to the top",
		      .unit = "dB",
		      .curve = CURVE_LINEAR,
		      .min = -18.0f,
		      .max = 18.0f,
		      .step = 0.1f },
	[EQ_Q] = { .id = "q",
		   .label = "Q",
		   .help = "Bell: frequency over the width at half the dB; 0.71: no "
			   "overshoot "
			   "of shelf and pass",
		   .unit = "",
		   .curve = CURVE_LOG,
		   .min = 0.1f,
		   .max = 16.0f,
		   .def = 1.0f },
	[EQ_CHANNELS] = { .id = "channels",
			  .label = "Channels",
			  .help = "What the band works on; all but stereo: of the "
				  "first two "
				  "channels",
			  .unit = "",
			  .curve = CURVE_CHOICE,
			  .max = 4.0f,
			  .choices = channels },
	[EQ_DYNAMIC] = { .id = "dynamic",
			 .label = "Dynamic",
			 .help = "Moves the gain of a bell, shelf or tilt by the level "
				 "in the "
				 "band",
			 .unit = "",
			 .curve = CURVE_TOGGLE,
			 .max = 1.0f },
	[EQ_THRESHOLD] = { .id = "threshold",
			   .label = "Threshold",
			   .help = "Level in the band from which on it moves, half a "
				   "dB per dB",
			   .unit = "dB",
			   .curve = CURVE_LINEAR,
			   .min = -80.0f,
			   .max = 0.0f,
			   .def = -30.0f,
			   .step = 0.1f },
	[EQ_RANGE] = { .id = "range",
		       .label = "Range",
		       .help = "How far the gain moves at most; negative: down",
		       .unit = "dB",
		       .curve = CURVE_LINEAR,
		       .min = -18.0f,
		       .max = 18.0f,
		       .def = -6.0f,
		       .step = 0.1f },
	[EQ_ATTACK] = { .id = "attack",
			.label = "Attack",
			.help = "To 63 % of the way out",
			.unit = "ms",
			.curve = CURVE_LOG,
			.min = 0.5f,
			.max = 200.0f,
			.def = 10.0f },
	[EQ_RELEASE] = { .id = "release",
			 .label = "Release",
			 .help = "To 63 % of the way back",
			 .unit = "ms",
			 .curve = CURVE_LOG,
			 .min = 10.0f,
			 .max = 2000.0f,
			 .def = 150.0f },
};

#define BAND(type, freq, q) \
	{ \
		1, type, freq, 0, q, EQ_STEREO, 0, -30, -6, 10, 150 \
	}
static const float band_defaults[EQ_BANDS][EQ_ROWS] = EQ_BANDS_AT_FIRST;

static const struct param_group groups[] = {
	{ .id = "band",
	  .label = "Band",
	  .count = EQ_BANDS,
	  .row_count = EQ_ROWS,
	  .rows = eq_band_rows,
	  .defaults = &band_defaults[0][0] },
};

/* How the band's two detectors mix the first two channels. */
static void eq_ears(struct eq_dynamics *dynamics, int lane, enum eq_channels where,
		    int channel_count)
{
	static const double takes[][4] = {
		[EQ_STEREO] = { 1.0, 0.0, 0.0, 1.0 },
		[EQ_MID] = { 0.5, 0.5, 0.0, 0.0 },
		[EQ_SIDE] = { 0.5, -0.5, 0.0, 0.0 },
		[EQ_LEFT] = { 1.0, 0.0, 0.0, 0.0 },
		[EQ_RIGHT] = { 0.0, 1.0, 0.0, 0.0 },
	};
	const double *take = takes[channel_count >= 2 ? where : EQ_LEFT];

	for (int ear = 0; ear < 2; ear++) {
		dynamics->first[ear][lane] = take[2 * ear];
		dynamics->second[ear][lane] = take[2 * ear + 1];
	}
}

/* The filter of a dynamic band's detector. */
static void eq_listen(struct eq_dynamics *dynamics, enum eq_type type, double hz,
		      double q, int rate, int owner)
{
	const int lane = dynamics->listen.lanes;
	const double g = tan(M_PI * fmin(hz / rate, 0.45));
	struct section h = { { 0.0, g / q, 0.0 }, { g * g, g / q } };
	struct section turned = { { g * g / q, 0.0, 0.0 }, { g * g, g / q } };

	if (type != EQ_BELL) {
		h = (struct section) { { 0.0, 0.0, 1.0 }, { g * g, M_SQRT2 * g } };
		if (type == EQ_LOW_SHELF)
			h = (struct section) { { g * g, 0.0, 0.0 },
					       { g * g, M_SQRT2 * g } };
		turned = h;
		turned.n[0] = turned.n[2] = 0.0;
	}
	double taps[3];
	cascade_taps(&turned, taps);
	for (int i = 0; i < 3; i++)
		dynamics->turned[i][lane] = taps[i];
	cascade_add(&dynamics->listen, &h, owner);
}

static double eq_share(float ms, int rate)
{
	return 1.0 - exp(-1000.0 / ((double)ms * rate));
}

/* A section in series with the static one: at full range it has that gain, at rest it
 * has no effect. */
static void eq_add_dynamic(struct eq_dynamics *dynamics, const struct setup *setup,
			   const float *value, int band)
{
	const enum eq_type type = (enum eq_type)value[EQ_TYPE];
	const enum eq_channels where = (enum eq_channels)value[EQ_CHANNELS];
	const double range_db = (double)value[EQ_RANGE];
	const int lane = dynamics->lanes++;

	dynamics->band[lane] = band;
	eq_listen(dynamics, type, (double)value[EQ_FREQ], (double)value[EQ_Q],
		  setup->rate, band);
	eq_ears(dynamics, lane, where, setup->channels);
	dynamics->threshold[lane] = value[EQ_THRESHOLD] / (float)DB_PER_OCTAVE;
	dynamics->range[lane] = (float)(fabs(range_db) / DB_PER_OCTAVE);
	dynamics->sign[lane] = range_db < 0.0 ? -1.0f : 1.0f;
	dynamics->whole[lane] = (float)(1.0 / (db_gain(range_db) - 1.0));
	dynamics->attack[lane] = eq_share(value[EQ_ATTACK], setup->rate);
	dynamics->release[lane] = eq_share(value[EQ_RELEASE], setup->rate);
	const struct section wanted = eq_analogue(type, range_db, (double)value[EQ_Q]);
	struct section h[2];
	match_sections(&wanted, (double)value[EQ_FREQ], setup->rate, 1, h);
	for (enum eq_way way = 0; way < EQ_WAYS; way++) {
		if (!eq_takes(way, where, setup->channels))
			continue;
		struct cascade *cascade = &dynamics->way[way];
		dynamics->source[way][cascade->lanes] = lane;
		cascade_add(cascade, h, band);
		cascade->d[cascade->lanes - 1] -= 1.0;
	}
}

static void eq_clear(struct eq_numbers *numbers)
{
	memset(numbers, 0, sizeof(*numbers));
	for (int w = 0; w < EQ_WAYS; w++) {
		cascade_clear(&numbers->way[w]);
		cascade_clear(&numbers->dynamics.way[w]);
		/* Lanes without a band have no effect. */
		memset(numbers->dynamics.way[w].d, 0,
		       sizeof(numbers->dynamics.way[w].d));
	}
	cascade_clear(&numbers->dynamics.listen);
}

static void eq_design(const struct setup *setup, const float *values, void *place)
{
	struct eq_numbers *numbers = place;

	eq_clear(numbers);
	numbers->serial = number_serial(values, EQ_BANDS * EQ_ROWS);
	for (int b = 0; b < EQ_BANDS; b++) {
		const float *value = values + b * EQ_ROWS;
		const enum eq_type type = (enum eq_type)value[EQ_TYPE];
		const double gain_db = (double)value[EQ_GAIN];
		const enum eq_channels where = (enum eq_channels)value[EQ_CHANNELS];
		if (value[EQ_ON] == 0.0f)
			continue;
		if (eq_needs_gain(type) && value[EQ_DYNAMIC] != 0.0f &&
		    value[EQ_RANGE] != 0.0f)
			eq_add_dynamic(&numbers->dynamics, setup, value, b);
		if (eq_needs_gain(type) && gain_db == 0.0)
			continue;
		const struct section wanted =
			eq_analogue(type, gain_db, (double)value[EQ_Q]);
		struct section h[2];
		const int count = match_sections(&wanted, (double)value[EQ_FREQ],
						 setup->rate, 2, h);
		for (enum eq_way way = 0; way < EQ_WAYS; way++)
			for (int i = 0;
			     i < count && eq_takes(way, where, setup->channels); i++)
				cascade_add(&numbers->way[way], &h[i], 2 * b + i);
	}
}

static size_t eq_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct eq_numbers);
}

static void *eq_init(struct arena *arena, const struct setup *setup)
{
	struct eq *eq = arena_alloc(arena, sizeof(*eq));

	eq->rate = setup->rate;
	eq->hurry[0] = eq_share(0.5f, setup->rate);
	eq->hurry[1] = eq_share(6.0f, setup->rate);
	for (int d = 0; d < 2; d++)
		eq_clear(&eq->deck[d].numbers);
	return eq;
}

static const struct meter meters[] = {
	{ .id = "gain",
	  .label = "Gain",
	  .help = "Of the band now, its dynamics included",
	  .unit = "dB",
	  .min = -36.0f,
	  .max = 36.0f,
	  .fold = FOLD_LAST,
	  .group = "band",
	  .count = EQ_BANDS },
};

/* A new resonance needs time to settle. */
static int eq_warmup(const struct setup *setup)
{
	return setup->rate / 4;
}

KERNELS_DECLARE(eq);
extern const struct module module_eq;
const struct module module_eq = {
	.id = "eq",
	.label = "Equaliser",
	.help = "Eight bands, minimum phase, analogue response up to 20 kHz, no delay",
	.groups = groups,
	.group_count = 1,
	.meters = meters,
	.meter_count = 1,
	.kernels = KERNELS(eq),
	.init = eq_init,
	.warmup = eq_warmup,
	.numbers_bytes = eq_numbers_bytes,
	.design = eq_design,
};
