/* eq_control.c - the equaliser's tables, design and descriptor. Control thread, worker. */
#include <math.h>
#include <string.h>

#include "dsp/serial.h"
#include "modules/eq/eq.h"

static const char *const types[] = { "bell",     "low_shelf", "high_shelf", "high_pass",
				     "low_pass", "notch",     "tilt",       NULL };
static const char *const channels[] = {
	"stereo", "mid", "side", "left", "right", NULL
};

static const struct param band_rows[] = {
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
};

/* on, type, freq, gain, q, channels */
static const float band_defaults[EQ_BANDS][EQ_ROWS] = {
	{ 1, EQ_LOW_SHELF, 80, 0, 0.71f, EQ_STEREO },
	{ 1, EQ_BELL, 160, 0, 1, EQ_STEREO },
	{ 1, EQ_BELL, 400, 0, 1, EQ_STEREO },
	{ 1, EQ_BELL, 1000, 0, 1, EQ_STEREO },
	{ 1, EQ_BELL, 2500, 0, 1, EQ_STEREO },
	{ 1, EQ_BELL, 5000, 0, 1, EQ_STEREO },
	{ 1, EQ_BELL, 8000, 0, 1, EQ_STEREO },
	{ 1, EQ_HIGH_SHELF, 12000, 0, 0.71f, EQ_STEREO },
};

static const struct param_group groups[] = {
	{ .id = "band",
	  .label = "Band",
	  .count = EQ_BANDS,
	  .row_count = EQ_ROWS,
	  .rows = band_rows,
	  .defaults = &band_defaults[0][0] },
};

/* The analogue prototypes, s in units of the frequency. Bell and shelves: R. Bristow-Johnson,
 * "Cookbook formulae for audio equalizer biquad filter coefficients". */
static struct section eq_analogue(enum eq_type type, double gain_db, double q)
{
	const double a = pow(10.0, gain_db / 40.0), root = sqrt(a);
	switch (type) {
	case EQ_LOW_SHELF:
		return (struct section) { { a, root / q, 1.0 },
					  { 1.0 / a, 1.0 / (root * q) } };
	case EQ_HIGH_SHELF:
		return (struct section) { { a, a * root / q, a * a }, { a, root / q } };
	case EQ_HIGH_PASS:
		return (struct section) { { 0.0, 0.0, 1.0 }, { 1.0, 1.0 / q } };
	case EQ_LOW_PASS:
		return (struct section) { { 1.0, 0.0, 0.0 }, { 1.0, 1.0 / q } };
	case EQ_NOTCH:
		return (struct section) { { 1.0, 0.0, 1.0 }, { 1.0, 1.0 / q } };
	case EQ_TILT:
		return (struct section) { { 1.0, root / q, a }, { a, root / q } };
	case EQ_BELL:
	default:
		return (struct section) { { 1.0, a / q, 1.0 }, { 1.0, 1.0 / (a * q) } };
	}
}

static bool eq_needs_gain(enum eq_type type)
{
	return type == EQ_BELL || type == EQ_LOW_SHELF || type == EQ_HIGH_SHELF ||
	       type == EQ_TILT;
}

static void eq_place(struct eq_numbers *numbers, const struct section *section,
		     int owner, enum eq_channels where, int channel_count)
{
	struct cascade *way = numbers->way;
	/* With one channel there is no side and no right, and mid and left are all. */
	const bool stereo = channel_count >= 2;
	if (where == EQ_STEREO || where == EQ_LEFT || (where == EQ_MID && !stereo))
		cascade_add(&way[EQ_WAY_LEFT], section, owner);
	if (where == EQ_STEREO || where == EQ_RIGHT)
		cascade_add(&way[EQ_WAY_RIGHT], section, owner);
	if (where == EQ_STEREO)
		cascade_add(&way[EQ_WAY_REST], section, owner);
	if (where == EQ_MID && stereo)
		cascade_add(&way[EQ_WAY_MID], section, owner);
	if (where == EQ_SIDE && stereo)
		cascade_add(&way[EQ_WAY_SIDE], section, owner);
}

static void eq_design(const struct setup *setup, const float *values, void *place)
{
	struct eq_numbers *numbers = place;
	memset(numbers, 0, sizeof *numbers);
	numbers->serial = number_serial(values, EQ_BANDS * EQ_ROWS);
	for (int w = 0; w < EQ_WAYS; w++)
		cascade_clear(&numbers->way[w]);
	for (int b = 0; b < EQ_BANDS; b++) {
		const float *value = values + b * EQ_ROWS;
		const enum eq_type type = (enum eq_type)value[EQ_TYPE];
		const double gain_db = (double)value[EQ_GAIN];
		if (value[EQ_ON] == 0.0f || (eq_needs_gain(type) && gain_db == 0.0))
			continue;
		const struct section wanted =
			eq_analogue(type, gain_db, (double)value[EQ_Q]);
		struct section sections[2];
		const int count = match_sections(&wanted, (double)value[EQ_FREQ],
						 setup->rate, sections);
		for (int i = 0; i < count; i++)
			eq_place(numbers, &sections[i], 2 * b + i,
				 (enum eq_channels)value[EQ_CHANNELS], setup->channels);
	}
}

static size_t eq_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct eq_numbers);
}

static void *eq_init(struct arena *arena, const struct setup *setup)
{
	struct eq *eq = arena_alloc(arena, sizeof *eq);
	eq->rate = setup->rate;
	fade_reset(&eq->fade);
	for (int d = 0; d < 2; d++)
		for (int w = 0; w < EQ_WAYS; w++)
			cascade_clear(&eq->deck[d].numbers.way[w]);
	return eq;
}

KERNELS_DECLARE(eq);
extern const struct module module_eq;
const struct module module_eq = {
	.id = "eq",
	.label = "Equaliser",
	.help = "Eight bands, minimum phase, analogue response up to 20 kHz, no delay",
	.groups = groups,
	.group_count = 1,
	.kernels = KERNELS(eq),
	.init = eq_init,
	.numbers_bytes = eq_numbers_bytes,
	.design = eq_design,
};
