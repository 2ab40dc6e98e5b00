/* emphasis_control.c - emphasis' tables, layout and numbers. Worker and control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/db.h"
#include "dsp/fir.h"
#include "dsp/serial.h"
#include "modules/emphasis/emphasis.h"

static const char *const modes[] = { "fm", "vinyl", NULL };
static const char *const times[] = { "50us", "75us", NULL };
static const char *const outputs[] = { "flat", "pre_emphasised", NULL };

static const struct param params[] = {
	[EMPHASIS_MODE] = { .id = "mode",
			    .label = "Mode",
			    .help = "fm: holds the ceiling after the transmitter's "
				    "pre-emphasis; vinyl: limits the cutter head's "
				    "acceleration",
			    .unit = "",
			    .curve = CURVE_CHOICE,
			    .max = 1.0f,
			    .choices = modes,
			    .flags = PARAM_REBUILD },
	[EMPHASIS_TIME] = { .id = "time",
			    .label = "Time constant",
			    .help = "Of the pre-emphasis; 50 us: Europe, 75 us: the "
				    "Americas, Korea. Vinyl: always 75",
			    .unit = "",
			    .curve = CURVE_CHOICE,
			    .max = 1.0f,
			    .choices = times,
			    .flags = PARAM_REBUILD },
	[EMPHASIS_CEILING] = { .id = "ceiling",
			       .label = "Ceiling",
			       .help = "FM: highest true peak after the transmitter's "
				       "pre-emphasis",
			       .unit = "dB",
			       .curve = CURVE_LINEAR,
			       .min = -24.0f,
			       .max = 0.0f,
			       .def = -1.0f,
			       .step = 0.1f },
	[EMPHASIS_OUTPUT] = { .id = "output",
			      .label = "Output",
			      .help = "FM: flat for a transmitter that pre-emphasises, "
				      "pre_emphasised for one that does not",
			      .unit = "",
			      .curve = CURVE_CHOICE,
			      .max = 1.0f,
			      .choices = outputs },
	[EMPHASIS_RELEASE] = { .id = "release",
			       .label = "Release",
			       .help = "Time to 63 % of the way back; five times as "
				       "long after lasting reduction",
			       .unit = "ms",
			       .curve = CURVE_LOG,
			       .min = 5.0f,
			       .max = 200.0f,
			       .def = 30.0f },
	[EMPHASIS_ACCELERATION] = { .id = "acceleration",
				    .label = "Acceleration",
				    .help = "Vinyl: highest acceleration of the "
					    "cutting stylus",
				    .unit = "g",
				    .curve = CURVE_LOG,
				    .min = 100.0f,
				    .max = 10000.0f,
				    .def = 1000.0f },
	[EMPHASIS_LEVEL] = { .id = "level",
			     .label = "Cutting level",
			     .help = "Vinyl: peak groove velocity of a 1 kHz tone at 0 "
				     "dBFS",
			     .unit = "cm/s",
			     .curve = CURVE_LOG,
			     .min = 5.0f,
			     .max = 100.0f,
			     .def = 25.0f },
	[EMPHASIS_SIBILANCE] = { .id = "sibilance",
				 .label = "Sibilance",
				 .help = "Vinyl: highest peak of what lies above the "
					 "sibilance frequency",
				 .unit = "dB",
				 .curve = CURVE_LINEAR,
				 .min = -48.0f,
				 .max = 0.0f,
				 .def = -18.0f,
				 .step = 0.1f },
	[EMPHASIS_SIBILANCE_FREQ] = { .id = "sibilance_freq",
				      .label = "Sibilance frequency",
				      .help = "Vinyl: sibilants lie above this "
					      "frequency",
				      .unit = "Hz",
				      .curve = CURVE_LOG,
				      .min = 4000.0f,
				      .max = 12000.0f,
				      .def = 7000.0f },
};

static const struct meter meters[] = {
	[EMPHASIS_HF] = { .id = "hf",
			  .label = "HF reduction",
			  .help = "by how much 15 kHz is turned down",
			  .unit = "dB",
			  .min = 0.0f,
			  .max = 24.0f,
			  .fold = FOLD_MAX },
	[EMPHASIS_GR] = { .id = "gr",
			  .label = "Gain reduction",
			  .help = "of everything, if the treble is not the cause",
			  .unit = "dB",
			  .min = 0.0f,
			  .max = 120.0f,
			  .fold = FOLD_MAX,
			  .flags = METER_LINEAR },
	[EMPHASIS_SPEED] = { .id = "acceleration",
			     .label = "Acceleration",
			     .help = "Vinyl: of the cutting stylus, after limiting",
			     .unit = "g",
			     .min = 0.0f,
			     .max = 10000.0f,
			     .fold = FOLD_MAX },
	[EMPHASIS_PEAK] = { .id = "peak",
			    .label = "Pre-emphasised peak",
			    .help = "after the transmitter's pre-emphasis, between "
				    "samples too",
			    .unit = "dB",
			    .min = -60.0f,
			    .max = 20.0f,
			    .fold = FOLD_MAX,
			    .flags = METER_LINEAR | METER_PER_CHANNEL },
};

/* h and the de-emphasis are exact up to PASS and pass nothing from STOP on. For vinyl
 * all audible frequencies count; at 44.1 kHz STOP lies as far above half the rate as
 * PASS lies below it. */
#define PASS_HZ 17000.0
#define STOP_HZ 22000.0
#define PASS_VINYL_HZ 20000.0
#define STOP_VINYL_HZ 28000.0
#define FALL_VINYL_HZ 4100.0 /* of the filters at 44.1 kHz */
#define FILTER_DB 80.0
#define LOOK_SECONDS 0.001
/* 0.026 dB below the ceiling: interpolated points are a little below the peaks. */
#define MARGIN 0.997
/* The slope of a product includes the gain's own slope: 0.26 dB. */
#define MARGIN_VINYL 0.97
#define GRAVITY 9.80665 /* m/s^2 for 1 g */
/* IEC 98: the groove's velocity follows (1 + s 3180 us)(1 + s 75 us) / (1 + s 318 us),
 * gain 1 at 1 kHz. From there on that is 1.0096 |1 + s 75 us|. */
#define GROOVE_GAIN 1.0096

static bool is_vinyl(const struct setup *setup)
{
	return (int)setup->values[EMPHASIS_MODE] == EMPHASIS_VINYL;
}

static double time_frames(const struct setup *setup)
{
	const bool slow = is_vinyl(setup) || setup->values[EMPHASIS_TIME] != 0.0f;

	return (slow ? 75e-6 : 50e-6) * setup->rate;
}

static double pass_of(const struct setup *setup)
{
	return is_vinyl(setup) ? PASS_VINYL_HZ : PASS_HZ;
}

static double stop_of(const struct setup *setup)
{
	if (!is_vinyl(setup))
		return STOP_HZ;
	/* Below 44.1 kHz nothing lies beyond: the filters keep the length they have there. */
	return fmax(fmin(STOP_VINYL_HZ, setup->rate - PASS_VINYL_HZ),
		    PASS_VINYL_HZ + FALL_VINYL_HZ);
}

/* The middle of the filters' transition band, in cycles per frame. */
static double cut_of(const struct setup *setup)
{
	const double middle = 0.5 * (pass_of(setup) + stop_of(setup)) / setup->rate;

	return fmin(middle, is_vinyl(setup) ? 0.5 : 0.45);
}

static int half_of(const struct setup *setup)
{
	return fir_half(FILTER_DB, (stop_of(setup) - pass_of(setup)) / setup->rate);
}

static int look_of(const struct setup *setup)
{
	return (int)(LOOK_SECONDS * setup->rate);
}

static int latency(const struct setup *setup)
{
	const int filters = is_vinyl(setup) ? 3 : 2;

	return filters * half_of(setup) + TRUEPEAK_DELAY + look_of(setup);
}

static int warmup(const struct setup *setup)
{
	return 2 * latency(setup) + setup->rate / 2;
}

static int rewarm(const struct setup *setup)
{
	return 4 * latency(setup);
}

/* time x d/dt of a windowed low-pass: the slope of sin(w t) / (pi t). FM: scaled to be
 * exact at 0 Hz; vinyl: not scaled, exact from 1 kHz up. */
static void slope_init(struct emphasis *m, double cut, double time)
{
	const double w = 2 * M_PI * cut;
	double sum = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass && m->vinyl)
			sum = fir_window(FILTER_DB, 0);
		for (int k = 1; k <= m->half; k++) {
			const double tap =
				(cos(w * k) * w * k - sin(w * k)) / (M_PI * k * k) *
				fir_window(FILTER_DB, (double)k / (m->half + 1));
			sum -= pass ? 0 : 2 * k * tap;
			m->slope[m->half + k] = (float)(pass ? tap * time / sum : 0);
			m->slope[m->half - k] = -m->slope[m->half + k];
		}
	}
}

/* (time x d/dt)^2 up to half the rate: the second slope of sin(pi t) / (pi t), 0 at 0 Hz. */
static void bend_init(struct emphasis *m, double time)
{
	const double scale = 2 * time * time / fir_window(FILTER_DB, 0);
	double sum = 0;

	for (int k = 1; k <= m->half; k++) {
		const double tap = (k % 2 ? scale : -scale) / ((double)k * k) *
				   fir_window(FILTER_DB, (double)k / (m->half + 1));
		m->bend[k] = (float)tap;
		sum += tap;
	}
	m->bend[0] = (float)(-2 * sum);
}

/* The de-emphasis' impulse response is exp(-t / time) / time. After the same low-pass,
 * a pole makes its tail, and a finite response to the first frame remains. */
static void fall_init(struct emphasis *m, double cut, double time)
{
	enum { STEPS = 200 };
	const double w = 2 * M_PI * cut;
	double sum = 0;
	m->pole = exp(-1 / time);
	for (int pass = 0; pass < 2; pass++) {
		for (int j = 0; j < 2 * m->half + 2; j++) {
			double tap = 0;
			for (int i = 0; i < STEPS; i++) {
				const double s = (i + 0.5) / STEPS;
				const double t = j - m->half - s;
				const double edge = fabs(t) / (m->half + 1);
				tap += exp(-s / time) * (sin(w * t) / (M_PI * t)) *
				       fir_window(FILTER_DB, edge);
			}
			sum += pass ? 0 : tap;
			m->fall[j] = (float)(pass ? tap / sum * (1 - m->pole) : 0);
		}
	}
}

static void lengths_init(struct emphasis *m, const struct setup *setup)
{
	m->rate = setup->rate;
	m->channels = setup->channels;
	m->vinyl = is_vinyl(setup);
	m->half = half_of(setup);
	m->latency = latency(setup);
	m->reach = look_of(setup);
	m->late = TRUEPEAK_DELAY + m->reach;
	m->judged_late = m->vinyl ? 2 * m->half : m->half;
	m->past_x = m->past_h = m->latency; /* longer than the filters' memory */
	m->past_judged = m->late;
	m->past_taken = 2 * m->half + 1;
	m->hold_blocks = (m->reach + 1 + GRID_FRAMES - 1) / GRID_FRAMES;
	if (m->hold_blocks > EMPHASIS_HOLD_MAX)
		m->hold_blocks = EMPHASIS_HOLD_MAX;
	box_lengths_init(&m->lengths, m->reach);
	m->box_mask = 64;
	while (m->box_mask < (uint32_t)(m->reach + 2 * BOX_COUNT))
		m->box_mask *= 2;
	m->box_mask--;
}

static float *window_alloc(struct arena *arena, int past)
{
	return arena_alloc(arena, ((size_t)past + GRID_FRAMES) * sizeof(float));
}

static void memory_init(struct emphasis *m, struct arena *arena)
{
	for (int d = 0; d < 2; d++) {
		struct box *box = &m->deck[d].box;
		for (int k = 0; k < BOX_COUNT; k++)
			box->past[k] = arena_alloc(
				arena, (m->box_mask + 1) * sizeof(*box->past[k]));
	}
	for (int c = 0; c < m->channels; c++) {
		struct emphasis_channel *ch = &m->channel[c];
		ch->x = window_alloc(arena, m->past_x);
		ch->h = window_alloc(arena, m->past_h);
		ch->judged = window_alloc(arena, m->past_judged);
		ch->below = window_alloc(arena, m->past_judged);
		ch->taken = window_alloc(arena, m->past_taken);
	}
}

static void *init(struct arena *arena, const struct setup *setup)
{
	struct emphasis *m = arena_alloc(arena, sizeof(*m));
	const double time = time_frames(setup), cut = cut_of(setup);

	lengths_init(m, setup);
	memory_init(m, arena);
	m->slope = arena_alloc(arena, (2 * (size_t)m->half + 1) * sizeof(float));
	m->bend = arena_alloc(arena, ((size_t)m->half + 1) * sizeof(float));
	m->fall = arena_alloc(arena, (2 * (size_t)m->half + 2) * sizeof(float));
	m->whole = window_alloc(arena, m->half);
	slope_init(m, cut, time);
	bend_init(m, time);
	fall_init(m, cut, time);
	const double turn = 2 * M_PI * 15000 * time / setup->rate;
	m->swing = (float)(turn * turn);
	m->hurry.attack = 1;
	m->hurry.release = ballistics_share(1, setup->rate);
	m->taken_age = setup->rate;
	for (int d = 0; d < 2; d++)
		cascade_clear(&m->deck[d].numbers.band);
	return m;
}

static size_t numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct emphasis_numbers);
}

/* A Butterworth high-pass of 24 dB per octave. */
static void band_design(struct cascade *band, double hz, int rate)
{
	const double g = tan(M_PI * fmin(hz / rate, 0.4));

	cascade_clear(band);
	for (int i = 0; i < 2; i++) {
		const double damping = 2 * sin(M_PI * (2 * i + 1) / 8);
		const struct section h = { { 0, 0, 1 }, { g * g, damping * g } };
		cascade_add(band, &h, i);
	}
}

static void design(const struct setup *setup, const float *values, void *numbers)
{
	struct emphasis_numbers *n = numbers;
	const double time = time_frames(setup), rate = setup->rate;
	const double release = (double)values[EMPHASIS_RELEASE];
	const double hz = (double)values[EMPHASIS_SIBILANCE_FREQ];

	memset(n, 0, sizeof(*n));
	n->serial = number_serial(values, EMPHASIS_PARAMS);
	/* Vinyl: of time x the slope of the pre-emphasised signal. */
	const double unit = GROOVE_GAIN * (double)values[EMPHASIS_LEVEL] / 100 /
			    (time / rate * GRAVITY);
	n->unit = is_vinyl(setup) ? (float)unit : 0;
	n->ceiling =
		is_vinyl(setup)
			? (float)(MARGIN_VINYL * (double)values[EMPHASIS_ACCELERATION] /
				  unit)
			: (float)(MARGIN * db_gain((double)values[EMPHASIS_CEILING]));
	n->fast.attack = 1;
	n->fast.release = ballistics_share(release, rate);
	n->slow.attack = ballistics_share(8 * release, rate);
	n->slow.release = ballistics_share(5 * release, rate);
	const double turn = 2 * M_PI * hz * time / rate;
	n->turn = (float)(turn * turn);
	n->sibilance = (float)db_gain((double)values[EMPHASIS_SIBILANCE]);
	band_design(&n->band, hz, setup->rate);
}

KERNELS_DECLARE(emphasis);
extern const struct module module_emphasis;
const struct module module_emphasis = {
	.id = "emphasis",
	.label = "Emphasis",
	.help = "Treble limiter for FM and vinyl",
	.params = params,
	.param_count = EMPHASIS_PARAMS,
	.meters = meters,
	.meter_count = (int)(sizeof(meters) / sizeof(*meters)),
	.kernels = KERNELS(emphasis),
	.init = init,
	.latency = latency,
	.warmup = warmup,
	.rewarm = rewarm,
	.numbers_bytes = numbers_bytes,
	.design = design,
};
