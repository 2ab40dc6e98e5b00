/* leveller_control.c - the leveller's tables and layout. Worker and control threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/leveller/leveller.h"

static const char *const modes[] = { "radio", "music", "mean", NULL };

static const struct param params[LEVELLER_PARAMS] = {
	[LEVELLER_TARGET] = { "target", "Target", "Loudness to ride to", "LUFS",
			      CURVE_LINEAR, -36, -8, -16, 0.1f, NULL, 0 },
	[LEVELLER_MODE] = { "mode", "Mode",
			    "radio: every passage near the target; music: each piece "
			    "as a whole, its own dynamics kept; mean: only the mean of "
			    "a minute, for behind a compressor",
			    "", CURVE_CHOICE, 0, 2, RIDER_RADIO, 1, modes, 0 },
	[LEVELLER_SPEED] = { "speed", "Speed",
			     "How fast the gain moves and the memory forgets", "%",
			     CURVE_LOG, 25, 400, 100, 1, NULL, 0 },
	[LEVELLER_BOOST] = { "max_boost", "Max boost", "The gain never goes above",
			     "dB", CURVE_LINEAR, 0, 24, 12, 0.1f, NULL, 0 },
	[LEVELLER_CUT] = { "max_cut", "Max cut",
			   "The gain never goes further down, but for the guard "
			   "against "
			   "loud starts",
			   "dB", CURVE_LINEAR, 0, 36, 24, 0.1f, NULL, 0 },
	[LEVELLER_SILENCE] = { "silence", "Silence",
			       "What is quieter is silence and freezes the gain",
			       "LUFS", CURVE_LINEAR, -80, -30, -60, 0.5f, NULL, 0 },
	[LEVELLER_HOLD] = { "hold", "Hold", "Keeps the gain where it is", "",
			    CURVE_TOGGLE, 0, 1, 0, 1, NULL, 0 },
	[LEVELLER_NEXT] = { "next", "Next piece",
			    "A new piece starts now: forget the last one", "",
			    CURVE_TRIGGER, 0, 16777216, 0, 1, NULL, PARAM_RECALL_SAFE },
	[LEVELLER_LOOKAHEAD] = { "lookahead", "Look-ahead",
				 "Delay that lets the gain fall before a loud start",
				 "ms", CURVE_LINEAR, 0, 400, 0, 10, NULL,
				 PARAM_REBUILD },
};

/* enum rider_reason */
static const char *const reasons[] = { "programme", "silence",      "pause",
				       "ambience",  "steady",       "falling",
				       "new_piece", "at_its_limit", "by_hand",
				       NULL };

static const struct meter meters[LEVELLER_METERS] = {
	[LEVELLER_GAIN] = { "gain", "Gain", "Gain that is heard now", "dB", -80, 24,
			    FOLD_LAST, 0, NULL, 0, NULL },
	[LEVELLER_IN] = { "short_term_in", "Short term in",
			  "Loudness of the last 3 s before the gain", "LUFS", -100, 12,
			  FOLD_LAST, 0, NULL, 0, NULL },
	[LEVELLER_OUT] = { "short_term_out", "Short term out",
			   "Loudness of the last 3 s after the gain", "LUFS", -100, 36,
			   FOLD_LAST, 0, NULL, 0, NULL },
	[LEVELLER_REASON] = { "reason", "Reason",
			      "Why the gain holds or moves: it rides programme, or "
			      "holds in silence, in a pause, in ambience that was "
			      "heard beside the programme, in steady sound, while the "
			      "level falls; it finds a new piece, can't go further, "
			      "or is held by hand",
			      "", 0, 8, FOLD_LAST, 0, NULL, 0, reasons },
};

static const struct renamed renamed[] = { { "meter/frozen", "reason" },
					  { NULL, NULL } };

static int lookahead_frames(const struct setup *setup)
{
	const double ms = (double)setup->values[LEVELLER_LOOKAHEAD];

	return (int)lrint(ms * setup->rate / 1000.0);
}

static void *init(struct arena *arena, const struct setup *setup)
{
	struct leveller *l = arena_alloc(arena, sizeof(*l));

	l->channels = setup->channels;
	l->bin_frames = (setup->rate + 50) / 100;
	l->lookahead = lookahead_frames(setup);
	l->ahead = l->lookahead / l->bin_frames;
	l->in = l->out = (float)LUFS_FLOOR;
	rider_init(&l->rider);
	kweight_init(&l->filter, setup->rate);
	for (int c = 0; c < l->channels; c++)
		l->weight[c] = kweight_channel(c, l->channels);
	uint32_t length = 2 * GRID_FRAMES;
	while (length < (uint32_t)l->lookahead + GRID_FRAMES)
		length *= 2;
	l->ring_mask = length - 1;
	for (int c = 0; c < l->channels && l->lookahead; c++)
		l->ring[c] = arena_alloc(arena, length * sizeof(float));
	return l;
}

static int latency(const struct setup *setup)
{
	return lookahead_frames(setup);
}

/* The anchor's first seconds. */
static int warmup(const struct setup *setup)
{
	return 2 * setup->rate;
}

KERNELS_DECLARE(leveller);

extern const struct module module_leveller;
const struct module module_leveller = {
	.id = "leveller",
	.label = "Leveller",
	.flags = MODULE_LEVELLER,
	.help = "Rides the gain to a loudness target; still in silence and room tone",
	.params = params,
	.param_count = LEVELLER_PARAMS,
	.meters = meters,
	.meter_count = LEVELLER_METERS,
	.renamed = renamed,
	.kernels = KERNELS(leveller),
	.init = init,
	.latency = latency,
	.warmup = warmup,
};
