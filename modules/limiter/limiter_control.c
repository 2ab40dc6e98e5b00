/* limiter_control.c - the limiter's tables, layout and numbers. Worker and control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/limiter/limiter.h"

#include "dsp/db.h"
#include "dsp/fir.h"
#include "dsp/serial.h"

static const char *const modes[] = { "live", "default", "strict", NULL };
static const char *const styles[] = { "transparent", "punchy", NULL };

static const struct param params[LIMITER_PARAMS] = {
	[LIMITER_CEILING] = { .id = "ceiling",
			      .label = "Ceiling",
			      .help = "highest true peak of the output, dBTP",
			      .unit = "dB",
			      .flags = PARAM_CEILING,
			      .min = -20,
			      .max = 0,
			      .def = -1,
			      .step = 0.1f },
	[LIMITER_GAIN] = { .id = "gain",
			   .label = "Gain",
			   .help = "drive into the ceiling",
			   .unit = "dB",
			   .min = 0,
			   .max = 24,
			   .step = 0.1f },
	[LIMITER_MODE] = { .id = "mode",
			   .label = "Mode",
			   .help = "live: at most 1.5 ms of look-ahead; default: the "
				   "whole "
				   "look-ahead; strict: a 20 kHz low-pass first, so "
				   "that "
				   "even a signal at half the rate keeps the ceiling",
			   .unit = "",
			   .curve = CURVE_CHOICE,
			   .max = 2,
			   .def = LIMITER_DEFAULT,
			   .choices = modes,
			   .flags = PARAM_REBUILD },
	[LIMITER_LOOK_AHEAD] = { .id = "look_ahead",
				 .label = "Look-ahead",
				 .help = "time that the gain takes to come down",
				 .unit = "ms",
				 .min = 0.5f,
				 .max = 5.5f,
				 .def = 5,
				 .step = 0.1f,
				 .flags = PARAM_REBUILD },
	[LIMITER_RELEASE] = { .id = "release",
			      .label = "Release",
			      .help = "time to 63 % of the way back, in dB; with auto, "
				      "after "
				      "lasting reduction",
			      .unit = "ms",
			      .curve = CURVE_LOG,
			      .min = 10,
			      .max = 1000,
			      .def = 100 },
	[LIMITER_AUTO] = { .id = "auto",
			   .label = "Auto release",
			   .help = "lone peaks recover several times faster",
			   .unit = "",
			   .curve = CURVE_TOGGLE,
			   .max = 1,
			   .def = 1 },
	[LIMITER_LINK] = { .id = "link",
			   .label = "Link",
			   .help = "how far channels share the largest reduction",
			   .unit = "%",
			   .max = 100,
			   .def = 100,
			   .step = 1 },
	[LIMITER_STYLE] = { .id = "style",
			    .label = "Style",
			    .help = "transparent holds the gain over half a period of "
				    "30 Hz; punchy lets go at once of all but the "
				    "lows, "
				    "and looks ahead by at most 1.5 ms",
			    .unit = "",
			    .curve = CURVE_CHOICE,
			    .max = 1,
			    .choices = styles,
			    .flags = PARAM_REBUILD },
	[LIMITER_TARGET] = { .id = "target",
			     .label = "Target",
			     .help = "loudness that the output is brought to, slowly; "
				     "off: "
				     "the gain alone says",
			     .unit = "LUFS",
			     .min = -36,
			     .max = LIMITER_TARGET_OFF,
			     .def = LIMITER_TARGET_OFF,
			     .step = 0.1f,
			     .flags = PARAM_TOP_OFF },
	[LIMITER_MAX_LIFT] = { .id = "max_lift",
			       .label = "Max lift",
			       .help = "most that the target may add to the gain, or "
				       "take "
				       "from it",
			       .unit = "dB",
			       .max = 12,
			       .def = 6,
			       .step = 0.1f },
};

static const struct meter meters[] = {
	[LIMITER_GR] = { .id = "gr",
			 .label = "Gain reduction",
			 .help = "largest of all channels",
			 .unit = "dB",
			 .min = 0,
			 .max = 24,
			 .fold = FOLD_MAX,
			 .flags = METER_LINEAR },
	[LIMITER_LIFT] = { .id = "lift",
			   .label = "Lift",
			   .help = "what the target adds to the gain now",
			   .unit = "dB",
			   .min = -12,
			   .max = 12,
			   .fold = FOLD_LAST },
	[LIMITER_MISSING] = { .id = "missing",
			      .label = "Missing",
			      .help = "loudness that the target asks for and max_lift "
				      "does not allow",
			      .unit = "LU",
			      .max = 60,
			      .fold = FOLD_LAST },
	[LIMITER_TRUE_PEAK] = { .id = "true_peak",
				.label = "True peak",
				.help = "of the output, between samples too",
				.unit = "dB",
				.min = -60,
				.max = 6,
				.fold = FOLD_MAX,
				.flags = METER_LINEAR | METER_PER_CHANNEL },
};

#define LOOK_SHORT_MS 1.5

static enum limiter_mode mode_of(const struct setup *setup)
{
	return (enum limiter_mode)setup->values[LIMITER_MODE];
}

static bool is_punchy(const struct setup *setup)
{
	return setup->values[LIMITER_STYLE] > 0.5f;
}

/* The way down costs loudness as the way back does: punchy takes the short one. */
static double look_ms(const struct setup *setup)
{
	const double asked = (double)setup->values[LIMITER_LOOK_AHEAD];
	const bool is_short = mode_of(setup) == LIMITER_LIVE || is_punchy(setup);

	return is_short ? fmin(asked, LOOK_SHORT_MS) : asked;
}

/* Frames whose gain is worked out at once: about 12,000 groups a second. */
static int group_frames(int rate)
{
	int group = 4;

	while (rate > 12000 * group && group < LIMITER_GROUP_MAX)
		group *= 2;
	return group;
}

/* Reach of the boxes, in groups. The last group interpolates, and a peak may lie anywhere
 * in the first. */
static int look_reach(const struct setup *setup)
{
	const int frames = (int)(look_ms(setup) * setup->rate / 1000.0);
	const int reach = (frames + 2) / group_frames(setup->rate) - 2;

	return reach > 0 ? reach : 0;
}

static int look_frames(const struct setup *setup)
{
	return (look_reach(setup) + 2) * group_frames(setup->rate) - 2;
}

/* The guard passes up to 20 kHz (above 48 kHz in proportion) and stops short of half the
 * rate, where the detector is blind. */
#define GUARD_DB 70.0
#define GUARD_STOP 0.49

static double guard_pass(int rate)
{
	return fmin(20000.0 / fmin(rate, 48000.0), GUARD_STOP - 0.03);
}

/* Half its length. */
static int guard_half(int rate)
{
	const double transition = GUARD_STOP - guard_pass(rate);
	const int half = fir_half(GUARD_DB, transition);

	return half < LIMITER_GUARD_MAX ? half : LIMITER_GUARD_MAX;
}

static void guard_init(struct limiter *l)
{
	l->guard_half = guard_half(l->rate);
	fir_lowpass(l->guard, l->guard_half, (guard_pass(l->rate) + GUARD_STOP) / 2,
		    GUARD_DB);
}

/* More than half a period of 30 Hz. */
#define TRANSPARENT_HOLD_MS 16.8

/* Of the grid. */
static int hold_blocks(double ms, int rate)
{
	const int blocks = (int)ceil(ms * rate / 1000.0 / GRID_FRAMES);

	return blocks < LIMITER_HOLD_MAX ? blocks : LIMITER_HOLD_MAX;
}

static int latency(const struct setup *setup)
{
	const int guard =
		mode_of(setup) == LIMITER_STRICT ? guard_half(setup->rate) : 0;

	return look_frames(setup) + TRUEPEAK_DELAY + guard;
}

static int warmup(const struct setup *setup)
{
	return latency(setup) + 4 * GRID_FRAMES;
}

static void boxes_init(struct box *box, struct arena *arena, size_t frames)
{
	for (int k = 0; k < BOX_COUNT; k++)
		box->past[k] = arena_alloc(arena, frames * sizeof(*box->past[k]));
}

static void sizes_init(struct limiter *l, const struct setup *setup)
{
	const int look_max =
		(int)(params[LIMITER_LOOK_AHEAD].max * (float)setup->rate / 1000);

	l->channels = setup->channels;
	l->rate = setup->rate;
	l->strict = mode_of(setup) == LIMITER_STRICT;
	l->look_frames = look_frames(setup);
	l->group = group_frames(l->rate);
	l->block_most = hold_blocks(TRANSPARENT_HOLD_MS, l->rate);
	l->bass_most = hold_blocks(BASS_HOLD_MS, l->rate);
	l->punchy = is_punchy(setup);
	bass_setup_init(&l->bass_setup, l->rate, l->group);
	/* The same for every mode, so that one can take over another's memory. */
	l->ring_frames = (look_max + TRUEPEAK_DELAY + 2 * LIMITER_GUARD_MAX) /
				 GRID_FRAMES * GRID_FRAMES +
			 2 * GRID_FRAMES;
	l->box_mask = 64;
	while (l->box_mask < (uint32_t)(look_max / l->group + 2 * BOX_COUNT))
		l->box_mask *= 2;
	l->box_mask--;
	box_lengths_init(&l->lengths, look_reach(setup));
}

static int rewarm(const struct setup *setup)
{
	struct limiter l = { 0 };

	sizes_init(&l, setup);
	return limiter_keeps_rings(&l) ? 0 : l.ring_frames + warmup(setup);
}

static void *init(struct arena *arena, const struct setup *setup)
{
	struct limiter *l = arena_alloc(arena, sizeof(*l));
	const size_t window = 2 * LIMITER_GUARD_MAX + GRID_FRAMES;

	sizes_init(l, setup);
	for (int k = 0; k < l->group; k++)
		l->ramp[k] = (float)(k + 1) / (float)l->group;
	guard_init(l);
	lift_setup_init(&l->lift_setup, l->rate, l->channels);
	lift_begin(&l->lift);
	for (int c = 0; c < l->channels; c++) {
		struct limiter_channel *ch = &l->channel[c];
		const size_t ring = (size_t)l->ring_frames * sizeof(float);
		ch->delay = arena_alloc(arena, ring);
		ch->raw = l->strict ? arena_alloc(arena, ring) : NULL;
		ch->window =
			l->strict ? arena_alloc(arena, window * sizeof(float)) : NULL;
	}
	for (int d = 0; d < 2; d++)
		for (int p = 0; p < (l->channels + 1) / BOX_LANES; p++)
			boxes_init(&l->deck[d].pair[p].box, arena, l->box_mask + 1);
	return l;
}

static size_t numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct limiter_numbers);
}

/* Share of a distance that is left after one group, for a time constant. */
static double keep(double ms, int rate)
{
	return exp(-1000.0 * group_frames(rate) / (ms * rate));
}

static void design(const struct setup *setup, const float *values, void *numbers)
{
	struct limiter_numbers *n = numbers;
	const double ceiling_db = (double)values[LIMITER_CEILING];
	const double gain_db = (double)values[LIMITER_GAIN];
	const double release_ms = (double)values[LIMITER_RELEASE];
	const bool punchy = is_punchy(setup);
	const double hold_ms =
		fmax(punchy ? 2.0 : TRANSPARENT_HOLD_MS, look_ms(setup) + 0.2);

	n->serial = number_serial(values, LIMITER_PARAMS);
	n->gain = gain_db > 0 ? (float)db_gain(gain_db) : 1.0f;
	n->ceiling = nextafterf((float)db_gain(ceiling_db), 0);
	n->threshold = (float)((ceiling_db - gain_db) / DB_PER_OCTAVE);
	n->lifts = values[LIMITER_TARGET] < LIMITER_TARGET_OFF;
	n->target_lufs = values[LIMITER_TARGET];
	n->max_lift_db = values[LIMITER_MAX_LIFT];
	n->link = values[LIMITER_LINK] / 100.0f;
	n->hold_blocks = hold_blocks(hold_ms, setup->rate);
	n->bass_blocks = punchy ? hold_blocks(BASS_HOLD_MS, setup->rate) : 0;
	if (values[LIMITER_AUTO] > 0.5f) {
		n->keep_fast = keep(release_ms * (punchy ? 0.025 : 0.15), setup->rate);
		n->keep_slow = keep(release_ms, setup->rate);
		n->keep_fill = keep(release_ms * 2.5, setup->rate);
	} else {
		n->keep_fast = keep(release_ms, setup->rate);
		n->keep_slow = 0;
		n->keep_fill = 0;
	}
}

KERNELS_DECLARE(limiter);

extern const struct module module_limiter;
const struct module module_limiter = {
	.flags = MODULE_LIMITER,
	.id = "limiter",
	.label = "Limiter",
	.help = "look-ahead true-peak limiter",
	.params = params,
	.param_count = LIMITER_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(*meters),
	.kernels = KERNELS(limiter),
	.init = init,
	.latency = latency,
	.warmup = warmup,
	.rewarm = rewarm,
	.numbers_bytes = numbers_bytes,
	.design = design,
};
