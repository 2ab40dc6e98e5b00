/* trim_control.c - trim's tables and descriptor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "modules/trim/trim.h"

#define BLOCKER_HZ 5.0

static const struct param params[] = {
	[TRIM_GAIN] = { .id = "gain",
			.label = "Gain",
			.help = "Gain of all channels",
			.unit = "dB",
			.curve = CURVE_LINEAR,
			.min = -36.0f,
			.max = 36.0f,
			.step = 0.1f },
	[TRIM_BALANCE] = { .id = "balance",
			   .label = "Balance",
			   .help = "Turns the first or the second channel down",
			   .unit = "%",
			   .curve = CURVE_LINEAR,
			   .min = -100.0f,
			   .max = 100.0f,
			   .step = 1.0f },
	[TRIM_SWAP] = { .id = "swap",
			.label = "Swap",
			.help = "Exchanges the first two channels",
			.unit = "",
			.curve = CURVE_TOGGLE,
			.max = 1.0f },
	[TRIM_DC_BLOCK] = { .id = "dc_block",
			    .label = "DC blocker",
			    .help = "High-pass at 5 Hz, 6 dB per octave",
			    .unit = "",
			    .curve = CURVE_TOGGLE,
			    .max = 1.0f },
};

static const struct param channel_rows[] = {
	{ .id = "polarity",
	  .label = "Polarity",
	  .help = "Inverts this output channel",
	  .unit = "",
	  .curve = CURVE_TOGGLE,
	  .max = 1.0f },
};

static const struct param_group groups[] = {
	{ .id = "channel",
	  .label = "Channel",
	  .count = CHANNELS_MAX,
	  .row_count = 1,
	  .rows = channel_rows },
};

static void *trim_init(struct arena *arena, const struct setup *setup)
{
	struct trim *trim = arena_alloc(arena, sizeof(*trim));

	trim->rate = setup->rate;
	trim->blocker_rate = 1.0 - exp(-2.0 * M_PI * BLOCKER_HZ / setup->rate);
	return trim;
}

KERNELS_DECLARE(trim);
extern const struct module module_trim;
const struct module module_trim = {
	.id = "trim",
	.label = "Trim",
	.help = "Gain, balance, swap, polarity and DC blocker",
	.params = params,
	.param_count = (int)(sizeof(params) / sizeof(*params)),
	.groups = groups,
	.group_count = 1,
	.kernels = KERNELS(trim),
	.init = trim_init,
};
