/* saturator_control.c - saturator's tables, design and descriptor. Control and worker
 * threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "dsp/db.h"
#include "modules/saturator/saturator.h"

/* P(place * u) is nearest to tanh(u), root mean square. */
#define SATURATOR_PLACE 0.3675
#define BLOCKER_HZ 5.0
#define SETTLE_SECONDS 0.08 /* of filters, then of the blocker, for a new setting */
#define EMPHASIS_HZ 1500.0
#define EMPHASIS_DB 12.0 /* between lows and highs at full tone */

static const char *const curves[] = { "tape", "tube", NULL };
static const char *const ranges[] = { "full", "low", "mid", "high", NULL };

static const struct param params[] = {
	[SATURATOR_CURVE] = { .id = "curve",
			      .label = "Curve",
			      .help = "tape: odd harmonics, even all over; tube: "
				      "lopsided, "
				      "odd and even harmonics",
			      .unit = "",
			      .curve = CURVE_CHOICE,
			      .max = 1.0f,
			      .choices = curves },
	[SATURATOR_DRIVE] = { .id = "drive",
			      .label = "Drive",
			      .help = "How far the programme reaches into the curve; 0 "
				      "leaves "
				      "it alone",
			      .unit = "dB",
			      .curve = CURVE_LINEAR,
			      .max = 24.0f,
			      .step = 0.1f },
	[SATURATOR_BALANCE] = { .id = "balance",
				.label = "Even",
				.help = "Share of even harmonics, added to the curve's "
					"own",
				.unit = "%",
				.curve = CURVE_LINEAR,
				.max = 100.0f,
				.step = 1.0f },
	[SATURATOR_TONE] = { .id = "tone",
			     .label = "Tone",
			     .help = "What saturates first: lows (negative) or highs",
			     .unit = "%",
			     .curve = CURVE_LINEAR,
			     .min = -100.0f,
			     .max = 100.0f,
			     .step = 1.0f },
	[SATURATOR_RANGE] = { .id = "range",
			      .label = "Range",
			      .help = "Which part of the programme gets harmonics; "
				      "high is an "
				      "exciter",
			      .unit = "",
			      .curve = CURVE_CHOICE,
			      .max = 3.0f,
			      .choices = ranges },
	[SATURATOR_LOW] = { .id = "low",
			    .label = "Low corner",
			    .help = "Upper end of range low, lower end of range mid",
			    .unit = "Hz",
			    .curve = CURVE_LOG,
			    .min = 40.0f,
			    .max = 1000.0f,
			    .def = 200.0f },
	[SATURATOR_HIGH] = { .id = "high",
			     .label = "High corner",
			     .help = "Upper end of range mid, lower end of range high",
			     .unit = "Hz",
			     .curve = CURVE_LOG,
			     .min = 1000.0f,
			     .max = 12000.0f,
			     .def = 3500.0f },
	[SATURATOR_MIX] = { .id = "mix",
			    .label = "Mix",
			    .help = "How much of what the curve adds is heard",
			    .unit = "%",
			    .curve = CURVE_LINEAR,
			    .max = 100.0f,
			    .def = 100.0f,
			    .step = 1.0f },
	[SATURATOR_LEVEL] = { .id = "level",
			      .label = "Level",
			      .help = "Output gain",
			      .unit = "dB",
			      .curve = CURVE_LINEAR,
			      .min = -24.0f,
			      .max = 24.0f,
			      .step = 0.1f },
	[SATURATOR_MATCH] = { .id = "match",
			      .label = "Match",
			      .help = "Keeps the output as loud as the input whatever "
				      "the drive",
			      .unit = "",
			      .curve = CURVE_TOGGLE,
			      .max = 1.0f },
};

static const struct meter meters[] = {
	[SATURATOR_METER_MATCH] = { .id = "match",
				    .label = "Match",
				    .help = "Gain that keeps the output as loud as the "
					    "input",
				    .unit = "dB",
				    .min = -24.0f,
				    .max = 24.1f,
				    .fold = FOLD_LAST,
				    .flags = METER_LINEAR },
	[SATURATOR_METER_HARMONICS] = { .id = "added",
					.label = "Added",
					.help = "Peak of the part that the curve adds",
					.unit = "dB",
					.min = -120.0f,
					.max = 40.0f,
					.fold = FOLD_MAX,
					.flags = METER_LINEAR },
};

/* First-order shelf around EMPHASIS_HZ by the bilinear transform: `db` more above it than
 * below, 0 dB at its higher end, so that tone never drives the curve harder. */
static struct saturator_shelf shelf(double db, double rate)
{
	const double w = tan(M_PI * EMPHASIS_HZ / rate), root = db_gain(db / 2);
	/* H(s) = (root s + 1) / (s + root): from 1/root at 0 to root at infinity */
	const double a0 = 1 / w + root, top = db > 0 ? 1 / root : root;

	return (struct saturator_shelf) {
		.b0 = top * (root / w + 1) / a0,
		.b1 = top * (1 - root / w) / a0,
		.a1 = (root - 1 / w) / a0,
	};
}

static struct saturator_shelf shelf_inverse(const struct saturator_shelf *f)
{
	return (struct saturator_shelf) {
		.b0 = 1 / f->b0,
		.b1 = f->a1 / f->b0,
		.a1 = f->b1 / f->b0,
	};
}

/* Second-order Butterworth (RBJ, "Cookbook formulae for audio EQ", bilinear). */
static struct saturator_filter butterworth(bool high_pass, double hz, double rate)
{
	const double w = 2 * M_PI * fmin(hz, 0.45 * rate) / rate, c = cos(w);
	const double alpha = sin(w) * M_SQRT1_2, a0 = 1 + alpha;
	const double edge = (high_pass ? 1 + c : 1 - c) / a0;

	return (struct saturator_filter) {
		.b0 = edge / 2,
		.b1 = high_pass ? -edge : edge,
		.b2 = edge / 2,
		.a1 = -2 * c / a0,
		.a2 = (1 - alpha) / a0,
	};
}

/* P(place (drive x + bias)) - P(place bias), of slope 1 at rest; P as in saturator.c.
 * P'(s) = 315/128 (1 - s^2)^4. */
static struct saturator_curve curve(double drive, double bias)
{
	const double rest = SATURATOR_PLACE * bias;
	const double slope = 315.0 / 128 * pow(1 - rest * rest, 4);

	return (struct saturator_curve) {
		.slope = (float)(SATURATOR_PLACE * drive),
		.offset = (float)rest,
		.scale = (float)(1 / (SATURATOR_PLACE * drive * slope)),
	};
}

static size_t saturator_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct saturator_numbers);
}

static void saturator_design(const struct setup *setup, const float *values, void *out)
{
	struct saturator_numbers *numbers = out;
	const double gain = db_gain((double)values[SATURATOR_DRIVE]);
	const double even = (double)values[SATURATOR_BALANCE] / 100 * 0.7;
	const double own = values[SATURATOR_CURVE] == SATURATOR_TUBE ? 0.3 : 0;
	const int range = (int)values[SATURATOR_RANGE];
	const double tone = (double)values[SATURATOR_TONE] / 100 * EMPHASIS_DB;

	memset(numbers, 0, sizeof(*numbers)); /* compared byte by byte */
	numbers->driven = gain > 1;
	numbers->lopsided = own + even != 0;
	if (numbers->driven)
		numbers->curve = curve(sqrt(gain * gain - 1), own + even);
	numbers->wet = values[SATURATOR_MIX] / 100;
	numbers->level = (float)db_gain((double)values[SATURATOR_LEVEL]);
	numbers->match = values[SATURATOR_MATCH] != 0;
	numbers->emphasised = tone != 0;
	numbers->emphasis = shelf(tone, setup->rate);
	numbers->inverse = shelf_inverse(&numbers->emphasis);
	if (range == SATURATOR_RANGE_MID || range == SATURATOR_RANGE_HIGH)
		numbers->filter[numbers->filters++] = butterworth(
			true,
			(double)values[range == SATURATOR_RANGE_MID ? SATURATOR_LOW
								    : SATURATOR_HIGH],
			setup->rate);
	if (range == SATURATOR_RANGE_MID || range == SATURATOR_RANGE_LOW)
		numbers->filter[numbers->filters++] = butterworth(
			false,
			(double)values[range == SATURATOR_RANGE_MID ? SATURATOR_HIGH
								    : SATURATOR_LOW],
			setup->rate);
}

static int saturator_latency(const struct setup *setup)
{
	struct oversample_design design;

	oversample_design(&design, setup->rate, SATURATOR_STAGES);
	return design.latency;
}

static int saturator_warmup(const struct setup *setup)
{
	return setup->rate / 2;
}

static void *saturator_init(struct arena *arena, const struct setup *setup)
{
	struct saturator *saturator = arena_alloc(arena, sizeof(*saturator));

	oversample_design(&saturator->design, setup->rate, SATURATOR_STAGES);
	saturator->blocker_rate = -expm1(-2 * M_PI * BLOCKER_HZ / setup->rate);
	saturator->fade_frames = smooth_frames(setup->rate);
	saturator->settle_frames = (int)(SETTLE_SECONDS * setup->rate);
	match_init(&saturator->match, setup->rate);
	return saturator;
}

KERNELS_DECLARE(saturator);
extern const struct module module_saturator;
const struct module module_saturator = {
	.id = "saturator",
	.label = "Saturator",
	.help = "Tape and tube saturation, exciter; oversampled",
	.params = params,
	.param_count = SATURATOR_PARAMS,
	.meters = meters,
	.meter_count = (int)(sizeof(meters) / sizeof(*meters)),
	.kernels = KERNELS(saturator),
	.init = saturator_init,
	.latency = saturator_latency,
	.warmup = saturator_warmup,
	.numbers_bytes = saturator_numbers_bytes,
	.design = saturator_design,
};
