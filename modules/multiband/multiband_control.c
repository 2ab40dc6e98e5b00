/* multiband_control.c - the multiband compressor's tables and design. Worker and
 * control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/compressor.h"
#include "modules/multiband/multiband.h"

static const char *const modes[] = { "transparent", "lr4", "lr8", "linear", NULL };

static const struct param params[MULTIBAND_PARAMS] = {
	[MULTIBAND_MODE] = { "mode", "Mode",
			     "Shelves without effect at rest, Linkwitz-Riley bands, or "
			     "linear-phase bands, which add latency",
			     "", CURVE_CHOICE, 0, 3, MULTIBAND_TRANSPARENT, 1, modes,
			     PARAM_REBUILD },
	[MULTIBAND_BANDS] = { "bands", "Bands", "How many bands", "", CURVE_INTEGER, 2,
			      BANDS_MAX, 4, 1, NULL, 0 },
};

static const struct param split_rows[] = {
	{ "freq", "Crossover", "Border between this band and the next; kept rising",
	  "Hz", CURVE_LOG, MULTIBAND_FREQ_MIN, 16000, 1000, 1, NULL, 0 },
};
static const float split_defaults[SPLITS_MAX] = { 120, 1000, 6000, 12000 };

static const struct param band_rows[BAND_ROWS] = {
	[BAND_THRESHOLD] = COMPRESSOR_THRESHOLD,
	[BAND_RATIO] = COMPRESSOR_RATIO,
	[BAND_KNEE] = COMPRESSOR_KNEE,
	[BAND_ATTACK] = COMPRESSOR_ATTACK,
	[BAND_RELEASE] = COMPRESSOR_RELEASE,
	[BAND_RANGE] = { "range", "Range", "Largest reduction of this band", "dB",
			 CURVE_LINEAR, 0, 60, 60, 0.1f, NULL, 0 },
	[BAND_MAKEUP] = COMPRESSOR_MAKEUP,
	[BAND_WIDTH] = { "width", "Width", "Side against mid of this band; stereo only",
			 "%", CURVE_LINEAR, 0, 200, 100, 1, NULL, 0 },
	[BAND_SOLO] = { "solo", "Solo", "Hear only the soloed bands", "", CURVE_TOGGLE,
			0, 1, 0, 1, NULL, PARAM_RECALL_SAFE },
	[BAND_MUTE] = { "mute", "Mute", "Mute this band", "", CURVE_TOGGLE, 0, 1, 0, 1,
			NULL, 0 },
	[BAND_OFF] = { "off", "Bypass", "Leave this band unchanged", "", CURVE_TOGGLE,
		       0, 1, 0, 1, NULL, 0 },
};

static const struct param_group groups[] = {
	{ "crossover", "Crossover", SPLITS_MAX, 1, split_rows, split_defaults },
	{ "band", "Band", BANDS_MAX, BAND_ROWS, band_rows, NULL },
};

static const struct meter meters[] = {
	{ "gr", "Gain reduction", "of this band", "dB", 0, 60, FOLD_MAX, 0, "band",
	  BANDS_MAX, NULL },
};

static int multiband_latency(const struct setup *setup)
{
	if ((int)setup->values[MULTIBAND_MODE] != MULTIBAND_LINEAR)
		return 0;
	return lowpass_delay(MULTIBAND_FREQ_MIN, setup->rate);
}

/* All rings have a power of two as length and are used at the same index: a few cache
 * lines between them keep them from sharing cache sets. */
#define RING_GAP 320

static void lowpasses_init(struct multiband_state *s, struct multiband_voice *voice,
			   struct arena *arena)
{
	const size_t bytes = lowpass_ring(s->delay) * sizeof(lowpass_v) + RING_GAP;

	for (int pair = 0; pair < (s->channels + 1) / 2; pair++)
		for (int split = 0; split < SPLITS_MAX; split++)
			for (int i = 0; i < LOWPASS_BOXES; i++)
				voice->lowpass[pair][split].ring[i] =
					arena_alloc(arena, bytes);
}

static void *multiband_init(struct arena *arena, const struct setup *setup)
{
	struct multiband_state *s = arena_alloc(arena, sizeof(*s));

	s->rate = setup->rate;
	s->channels = setup->channels;
	s->voice = arena_alloc(arena, sizeof(*s->voice));
	s->next = arena_alloc(arena, sizeof(*s->next));
	quadrature_design(&s->quadrature, setup->rate);
	s->mode = (enum multiband_mode)(int)setup->values[MULTIBAND_MODE];
	s->delay = multiband_latency(setup);
	if (s->mode != MULTIBAND_LINEAR)
		return s;
	s->mask = lowpass_ring(s->delay) - 1;
	for (int pair = 0; pair < (s->channels + 1) / 2; pair++)
		s->past[pair] = arena_alloc(arena, (s->mask + 1) * sizeof(lowpass_v));
	lowpasses_init(s, s->voice, arena);
	lowpasses_init(s, s->next, arena);
	return s;
}

/* The time in which the lowest crossover and the slowest release settle. */
static int multiband_warmup(const struct setup *setup)
{
	double longest_ms = 0;

	for (int b = 0; b < BANDS_MAX; b++)
		longest_ms = fmax(longest_ms,
				  (double)setup->values[MULTIBAND_BAND + b * BAND_ROWS +
							BAND_RELEASE]);
	return (int)(fmin(2000, 100 + 5 * longest_ms) * setup->rate / 1000);
}

static int multiband_rewarm(const struct setup *setup)
{
	return multiband_cold(setup->rate) + GRID_FRAMES;
}

static size_t multiband_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct multiband_numbers);
}

/* Shelves need a logarithm: a side of width 0 stops at -40 dB. */
static double lift_of(double gain)
{
	return gain == 1 ? 0 : log2(fmax(gain, 0.01));
}

static void band_design(struct multiband_numbers *n, int lane, const float *row,
			bool heard, const struct setup *setup)
{
	const bool off = row[BAND_OFF] >= 1;
	const struct gain_shape shape =
		compressor_shape(row[BAND_THRESHOLD], row[BAND_RATIO], row[BAND_KNEE]);
	const double makeup = (double)row[BAND_MAKEUP];
	const double out = !heard ? 0 : off || makeup == 0 ? 1 : db_gain(makeup);
	const double width =
		off || setup->channels != 2 ? 1 : (double)row[BAND_WIDTH] / 100;

	n->attack[lane] = ballistics_share((double)row[BAND_ATTACK], setup->rate);
	n->release[lane] = ballistics_share((double)row[BAND_RELEASE], setup->rate);
	n->threshold[lane] = (float)shape.threshold;
	n->slope[lane] = off ? 0 : (float)shape.slope;
	n->knee[lane] = (float)shape.knee;
	n->range[lane] = (float)((double)row[BAND_RANGE] / DB_PER_OCTAVE);
	n->straight[lane] = (float)(out * (1 + width) / 2);
	n->across[lane] = (float)(out * (1 - width) / 2);
	n->lift[lane] = (float)lift_of(out);
	n->side_lift[lane] = (float)lift_of(out * width);
	n->wide |= width != 1;
	n->apart |= !heard;
}

static void multiband_design(const struct setup *setup, const float *values,
			     void *numbers)
{
	struct multiband_numbers *n = numbers;
	const float *rows = values + MULTIBAND_BAND;
	const int bands = (int)values[MULTIBAND_BANDS];
	const int mode = (int)values[MULTIBAND_MODE];
	double freqs[SPLITS_MAX];
	bool solo = false;

	memset(n, 0, sizeof(*n));
	n->bands = bands;
	n->mode = (enum multiband_mode)mode;
	for (int b = 0; b < bands; b++)
		solo |= rows[b * BAND_ROWS + BAND_SOLO] >= 1;
	for (int b = 0; b < bands; b++) {
		const float *row = rows + b * BAND_ROWS;
		const bool soloed = !solo || row[BAND_SOLO] >= 1;
		band_design(n, b, row, soloed && row[BAND_MUTE] < 1, setup);
	}
	for (int lane = bands; lane < LANES_MAX; lane++) {
		n->attack[lane] = n->release[lane] = 1;
		n->knee[lane] = 1;
	}
	for (int i = 0; i < bands - 1; i++) {
		freqs[i] = (double)values[MULTIBAND_SPLITS + i];
		if (i > 0)
			freqs[i] = fmax(freqs[i], freqs[i - 1]);
	}
	if (mode == MULTIBAND_TRANSPARENT && !n->apart)
		crossover_design_listener(&n->crossover, freqs, bands, setup->rate);
	else
		crossover_design(&n->crossover, mode == MULTIBAND_LR8 ? 8 : 4, freqs,
				 bands, setup->rate);
	shelves_design(&n->shelves, freqs, bands - 1, setup->rate);
	if (mode == MULTIBAND_LINEAR)
		for (int i = 0; i < bands - 1; i++)
			lowpass_design(&n->lowpass[i], freqs[i], setup->rate,
				       multiband_latency(setup));
}

KERNELS_DECLARE(multiband);

extern const struct module module_multiband;
const struct module module_multiband = {
	.id = "multiband",
	.label = "Multiband compressor",
	.help = "Two to five bands, each with a compressor of its own",
	.params = params,
	.param_count = MULTIBAND_PARAMS,
	.groups = groups,
	.group_count = 2,
	.meters = meters,
	.meter_count = 1,
	.kernels = KERNELS(multiband),
	.init = multiband_init,
	.latency = multiband_latency,
	.warmup = multiband_warmup,
	.rewarm = multiband_rewarm,
	.numbers_bytes = multiband_numbers_bytes,
	.design = multiband_design,
};
