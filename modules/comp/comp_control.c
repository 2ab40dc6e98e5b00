/* comp_control.c - the glue compressor's tables and design. Worker and control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/comp/comp.h"
#include "modules/compressor.h"

static const char *const detectors[] = { "peak", "rms", NULL };
static const char *const topologies[] = { "forward", "feedback", NULL };
static const char *const slopes[] = { "off", "12", "24", NULL };

static const struct param params[COMP_PARAMS] = {
	[COMP_THRESHOLD] = COMPRESSOR_THRESHOLD,
	[COMP_RATIO] = COMPRESSOR_RATIO,
	[COMP_KNEE] = COMPRESSOR_KNEE,
	[COMP_ATTACK] = COMPRESSOR_ATTACK,
	[COMP_RELEASE] = COMPRESSOR_RELEASE,
	[COMP_AUTO] = { "auto_release", "Auto release",
			"After sustained reduction the release slows down", "",
			CURVE_TOGGLE, 0, 1, 0, 1, NULL, 0 },
	[COMP_DETECTOR] = { "detector", "Detector",
			    "Envelope, or its mean square; a sine reads its peak in "
			    "both",
			    "", CURVE_CHOICE, 0, 1, COMP_PEAK, 1, detectors,
			    PARAM_REBUILD },
	[COMP_TOPOLOGY] = { "topology", "Topology",
			    "Detect before or after the reduction", "", CURVE_CHOICE, 0,
			    1, COMP_FORWARD, 1, topologies, PARAM_REBUILD },
	[COMP_LINK] = { "link", "Link", "How far all channels follow the loudest", "%",
			CURVE_LINEAR, 0, 100, 100, 1, NULL, 0 },
	[COMP_HIGHPASS] = { "highpass", "Side-chain high-pass",
			    "Slope of the detector's high-pass in dB per octave", "",
			    CURVE_CHOICE, 0, 2, 0, 1, slopes, PARAM_REBUILD },
	[COMP_HIGHPASS_FREQ] = { "highpass_freq", "High-pass frequency",
				 "-3 dB point of the detector's high-pass", "Hz",
				 CURVE_LOG, 20, 500, 90, 1, NULL, 0 },
	[COMP_LOOKAHEAD] = { "lookahead", "Look-ahead",
			     "Delay that lets the reduction begin early", "ms",
			     CURVE_LINEAR, 0, 10, 0, 0.1f, NULL, PARAM_REBUILD },
	[COMP_MAKEUP] = COMPRESSOR_MAKEUP,
	[COMP_MIX] = { "mix", "Mix", "Compressed part; the rest is the input", "%",
		       CURVE_LINEAR, 0, 100, 100, 1, NULL, 0 },
};

static const struct meter meters[] = {
	{ "gr", "Gain reduction", "largest of all channels", "dB", 0, 40, FOLD_MAX, 0,
	  NULL, 0, NULL },
};

static const char *const sides[] = { "key", NULL };

static int lookahead_frames(const struct setup *setup, double ms)
{
	return (int)lrint(ms * setup->rate / 1000.0);
}

static void *comp_init(struct arena *arena, const struct setup *setup)
{
	struct comp_state *s = arena_alloc(arena, sizeof(*s));
	const float *v = setup->values;

	s->channels = setup->channels;
	s->highpass_sections = (int)v[COMP_HIGHPASS];
	s->detector = (enum comp_detector)v[COMP_DETECTOR];
	s->topology = (enum comp_topology)v[COMP_TOPOLOGY];
	s->lookahead = lookahead_frames(setup, (double)v[COMP_LOOKAHEAD]);
	s->lookahead_max = lookahead_frames(setup, (double)params[COMP_LOOKAHEAD].max);
	s->rate = setup->rate;
	uint32_t length = 2 * GRID_FRAMES;
	while (length < (uint32_t)s->lookahead_max + GRID_FRAMES)
		length *= 2;
	s->ring_mask = length - 1;
	for (int c = 0; c < s->channels; c++)
		s->ring[c] = arena_alloc(arena, length * sizeof(float));
	quadrature_design(&s->quadrature, setup->rate);
	return s;
}

static int comp_latency(const struct setup *setup)
{
	return lookahead_frames(setup, (double)setup->values[COMP_LOOKAHEAD]);
}

/* Settled when the slowest of detector and release has forgotten its start. */
static int comp_warmup(const struct setup *setup)
{
	const double release_ms = (double)setup->values[COMP_RELEASE];
	const double ms = 100 + 5 * release_ms;

	return (int)((ms < 2000 ? ms : 2000) * setup->rate / 1000);
}

/* A high-pass of another slope is full. */
static int comp_rewarm(const struct setup *setup)
{
	return comp_cold(setup->rate) + GRID_FRAMES;
}

static size_t comp_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct comp_numbers);
}

/* Butterworth, bilinear with the corner kept in place; sections of Q 0.7071, or 0.5412
 * and 1.3066. */
static void highpass_design(double b[2][5], int sections, double freq, double rate)
{
	static const double q[3][2] = { { 1, 1 },
					{ M_SQRT1_2, 1 },
					{ 0.541196100146197, 1.306562964876377 } };
	const double k = tan(M_PI * freq / rate);

	for (int i = 0; i < sections; i++) {
		const double norm = 1 / (1 + k / q[sections][i] + k * k);
		b[i][0] = norm;
		b[i][1] = -2 * norm;
		b[i][2] = norm;
		b[i][3] = 2 * (k * k - 1) * norm;
		b[i][4] = (1 - k / q[sections][i] + k * k) * norm;
	}
}

/* The mean square settles well inside attack and release, so that their labels hold. */
static double average_ms(const float *values)
{
	const double attack_ms = (double)values[COMP_ATTACK];
	const double release_ms = (double)values[COMP_RELEASE];

	return fmin(10, fmin(attack_ms / 4, release_ms / 30));
}

/* The mean square takes 0.65 to 1.2 of its time constant to rise, by the step: the pole
 * after it is shorter by the middle of that. */
static double attack_pole_ms(const float *values)
{
	const double attack_ms = (double)values[COMP_ATTACK];

	return values[COMP_DETECTOR] >= 1 ? attack_ms - 0.9 * average_ms(values)
					  : attack_ms;
}

static void comp_design(const struct setup *setup, const float *values, void *numbers)
{
	struct comp_numbers *n = numbers;
	const double rate = setup->rate;
	const double ratio = (double)values[COMP_RATIO];
	const double attack = attack_pole_ms(values);
	const double release = (double)values[COMP_RELEASE];
	const bool feedback = values[COMP_TOPOLOGY] >= 1;
	const struct gain_shape shape = compressor_shape(
		values[COMP_THRESHOLD], values[COMP_RATIO], values[COMP_KNEE]);

	n->threshold = (float)shape.threshold;
	n->slope = (float)shape.slope;
	n->knee = (float)shape.knee;
	n->link = values[COMP_LINK] / 100;
	n->makeup = values[COMP_MAKEUP] == 0.0f
			    ? 1
			    : (float)db_gain((double)values[COMP_MAKEUP]);
	n->mix = values[COMP_MIX] / 100;
	n->automatic = values[COMP_AUTO] >= 1;
	/* The feedback loop itself speeds the attack up by the ratio. */
	n->fast.attack = ballistics_share(attack, rate) / (feedback ? ratio : 1);
	n->fast.release = ballistics_share(release, rate);
	n->slow.attack = ballistics_share(fmax(500, 4 * attack), rate);
	n->slow.release = ballistics_share(10 * release, rate);
	n->average = (float)ballistics_share(average_ms(values), rate);
	highpass_design(n->highpass, (int)values[COMP_HIGHPASS],
			(double)values[COMP_HIGHPASS_FREQ], rate);
}

KERNELS_DECLARE(comp);

extern const struct module module_comp;
const struct module module_comp = {
	.id = "comp",
	.label = "Glue compressor",
	.help = "One gain for the whole band; low notes are not distorted",
	.params = params,
	.param_count = COMP_PARAMS,
	.meters = meters,
	.meter_count = 1,
	.sides = sides,
	.kernels = KERNELS(comp),
	.init = comp_init,
	.latency = comp_latency,
	.warmup = comp_warmup,
	.rewarm = comp_rewarm,
	.numbers_bytes = comp_numbers_bytes,
	.design = comp_design,
};
