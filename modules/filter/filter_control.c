/* filter_control.c - filter's tables, design and descriptor. Control thread, worker. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dsp/fir.h"
#include "dsp/serial.h"
#include "modules/filter/filter.h"

static const char *const slopes[] = { "off",  "db6",  "db12", "db18",
				      "db24", "db36", "db48", NULL };
static const int orders[] = { 0, 1, 2, 3, 4, 6, 8 };
static const char *const guards[] = { "off", "15khz", "16khz", "20khz", NULL };
static const double guard_hz[] = { 0, 15000, 16000, 20000 };

/* The width of the guard's transition band, and the attenuation of its stop band. */
#define GUARD_FALL_HZ 2000.0
#define GUARD_DB 96.0

static const struct param params[] = {
	[FILTER_HIGH_PASS] = { .id = "high_pass",
			       .label = "High-pass",
			       .help = "Slope of the low cut, dB per octave "
				       "(Butterworth)",
			       .unit = "",
			       .curve = CURVE_CHOICE,
			       .max = 6.0f,
			       .choices = slopes },
	[FILTER_HIGH_PASS_FREQ] = { .id = "high_pass_freq",
				    .label = "High-pass frequency",
				    .help = "Where the low cut is 3 dB down",
				    .unit = "Hz",
				    .curve = CURVE_LOG,
				    .min = 10.0f,
				    .max = 2000.0f,
				    .def = 30.0f },
	[FILTER_LOW_PASS] = { .id = "low_pass",
			      .label = "Low-pass",
			      .help = "Slope of the high cut, dB per octave "
				      "(Butterworth)",
			      .unit = "",
			      .curve = CURVE_CHOICE,
			      .max = 6.0f,
			      .choices = slopes },
	[FILTER_LOW_PASS_FREQ] = { .id = "low_pass_freq",
				   .label = "Low-pass frequency",
				   .help = "Where the high cut is 3 dB down",
				   .unit = "Hz",
				   .curve = CURVE_LOG,
				   .min = 200.0f,
				   .max = 20000.0f,
				   .def = 16000.0f },
	[FILTER_GUARD] = { .id = "guard",
			   .label = "Guard",
			   .help = "Linear-phase low-pass, flat up to here and 90 dB "
				   "down from 2 kHz above: 15 kHz for the pilot of FM, "
				   "16 kHz for lossy coders",
			   .unit = "",
			   .curve = CURVE_CHOICE,
			   .max = 3.0f,
			   .choices = guards,
			   .flags = PARAM_REBUILD },
};

/* The guard's delay in frames; the same for every guard. */
static int guard_half(const struct setup *setup)
{
	if (setup->values[FILTER_GUARD] == FILTER_GUARD_OFF)
		return 0;
	return fir_half(GUARD_DB, GUARD_FALL_HZ / setup->rate);
}

static void *filter_init(struct arena *arena, const struct setup *setup)
{
	struct filter *f = arena_alloc(arena, sizeof(*f));

	f->rate = setup->rate;
	f->channels = setup->channels;
	for (int d = 0; d < 2; d++)
		cascade_clear(&f->deck[d].numbers.cascade);
	f->guard_half = guard_half(setup);
	if (f->guard_half == 0)
		return f;
	const size_t room = 2 * (size_t)f->guard_half + GRID_FRAMES;
	/* A corner too high for the rate is moved to just below half of it. */
	const double cut =
		fmin(guard_hz[(int)setup->values[FILTER_GUARD]] + GUARD_FALL_HZ / 2,
		     0.5 * setup->rate - GUARD_FALL_HZ / 2);
	f->guard = arena_alloc(arena, ((size_t)f->guard_half + 1) * sizeof(float));
	fir_lowpass(f->guard, f->guard_half, cut / setup->rate, GUARD_DB);
	for (int c = 0; c < f->channels; c++)
		f->window[c] = arena_alloc(arena, room * sizeof(float));
	return f;
}

static int filter_latency(const struct setup *setup)
{
	return guard_half(setup);
}

/* The time that a high-pass at the lowest frequency needs to settle. */
static int filter_warmup(const struct setup *setup)
{
	return setup->rate / 2;
}

static int filter_rewarm(const struct setup *setup)
{
	return 2 * guard_half(setup);
}

static size_t filter_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct filter_numbers);
}

/* Butterworth's poles lie evenly on a half circle: pairs of damping 2 sin(angle), and
 * for odd orders a single one, written as a pair of which one is cancelled. */
static void design_pass(struct filter_numbers *numbers, int order, bool high, double hz,
			int rate)
{
	for (int i = 0; 2 * i < order; i++) {
		const bool lone = 2 * i + 1 == order;
		const double damping =
			lone ? 2 : 2 * sin(M_PI * (2 * i + 1) / 2 / order);
		const struct section wanted = {
			{ high ? 0 : 1, lone ? 1 : 0, high ? 1 : 0 }, { 1, damping }
		};
		const int owner = (2 * order + high) * 8 + 2 * i;
		struct section h[2];
		const int count = match_sections(&wanted, hz, rate, high ? 1 : 2, h);
		for (int k = 0; k < count; k++)
			cascade_add(&numbers->cascade, &h[k], owner + k);
	}
}

static void filter_design(const struct setup *setup, const float *values, void *out)
{
	struct filter_numbers *numbers = out;

	memset(numbers, 0, sizeof(*numbers));
	cascade_clear(&numbers->cascade);
	numbers->serial = number_serial(values, FILTER_GUARD);
	design_pass(numbers, orders[(int)values[FILTER_HIGH_PASS]], true,
		    (double)values[FILTER_HIGH_PASS_FREQ], setup->rate);
	design_pass(numbers, orders[(int)values[FILTER_LOW_PASS]], false,
		    (double)values[FILTER_LOW_PASS_FREQ], setup->rate);
}

KERNELS_DECLARE(filter);
extern const struct module module_filter;
const struct module module_filter = {
	.id = "filter",
	.label = "Filter",
	.help = "High-pass and low-pass of 6 to 48 dB per octave, and a guard low-pass",
	.params = params,
	.param_count = FILTER_PARAMS,
	.kernels = KERNELS(filter),
	.init = filter_init,
	.latency = filter_latency,
	.warmup = filter_warmup,
	.rewarm = filter_rewarm,
	.numbers_bytes = filter_numbers_bytes,
	.design = filter_design,
};
