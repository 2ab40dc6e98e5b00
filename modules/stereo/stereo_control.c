/* stereo_control.c - tables, design and descriptor of stereo. Control thread, worker. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dsp/serial.h"
#include "modules/stereo/stereo.h"

static const char *const slopes[] = { "db12", "db24", NULL };

#define WIDTH_ROW(name, text, what) \
	{ \
		.id = (name), .label = (text), .help = (what), .unit = "%", \
		.curve = CURVE_LINEAR, .max = 200.0f, .def = 100.0f, .step = 1.0f \
	}

static const struct param params[STEREO_PARAMS] = {
	[STEREO_WIDTH] = WIDTH_ROW("width", "Width", "Of the whole; 0 is mono"),
	[STEREO_WIDTH_LOW] = WIDTH_ROW("width_low", "Low width",
				       "Below the low crossover, times width"),
	[STEREO_WIDTH_MID] = WIDTH_ROW("width_mid", "Mid width",
				       "Between the crossovers, times width"),
	[STEREO_WIDTH_HIGH] = WIDTH_ROW("width_high", "High width",
					"Above the high crossover, times width"),
	[STEREO_CROSS_LOW] = { .id = "cross_low",
			       .label = "Low crossover",
			       .help = "Between low and mid width",
			       .unit = "Hz",
			       .curve = CURVE_LOG,
			       .min = 40.0f,
			       .max = 1000.0f,
			       .def = 250.0f },
	[STEREO_CROSS_HIGH] = { .id = "cross_high",
				.label = "High crossover",
				.help = "Between mid and high width",
				.unit = "Hz",
				.curve = CURVE_LOG,
				.min = 1000.0f,
				.max = 16000.0f,
				.def = 4000.0f },
	[STEREO_BASS_MONO] = { .id = "bass_mono",
			       .label = "Bass mono",
			       .help = "Takes the side away at low frequencies, as for "
				       "vinyl",
			       .unit = "",
			       .curve = CURVE_TOGGLE,
			       .max = 1.0f },
	[STEREO_BASS_FREQ] = { .id = "bass_freq",
			       .label = "Bass mono below",
			       .help = "Where the side is 3 dB down",
			       .unit = "Hz",
			       .curve = CURVE_LOG,
			       .min = 20.0f,
			       .max = 500.0f,
			       .def = 120.0f },
	[STEREO_BASS_SLOPE] = { .id = "bass_slope",
				.label = "Bass mono slope",
				.help = "dB per octave",
				.unit = "",
				.curve = CURVE_CHOICE,
				.max = 1.0f,
				.def = 1.0f,
				.choices = slopes },
	[STEREO_ROTATION] = { .id = "rotation",
			      .label = "Rotation",
			      .help = "Turns the image to the right",
			      .unit = "deg",
			      .curve = CURVE_LINEAR,
			      .min = -45.0f,
			      .max = 45.0f,
			      .step = 0.5f },
	[STEREO_BALANCE] = { .id = "balance",
			     .label = "Balance",
			     .help = "Turns left or right down",
			     .unit = "%",
			     .curve = CURVE_LINEAR,
			     .min = -100.0f,
			     .max = 100.0f,
			     .step = 1.0f },
	[STEREO_MONO] = { .id = "mono",
			  .label = "Mono",
			  .help = "Left plus right, halved, to both",
			  .unit = "",
			  .curve = CURVE_TOGGLE,
			  .max = 1.0f },
};

static const struct meter meters[] = {
	[STEREO_METER_BEFORE] = { .id = "correlation_in",
				  .label = "Correlation in",
				  .help = "Of left and right at the input, over 0.3 s",
				  .unit = "",
				  .min = -1.0f,
				  .max = 1.0f,
				  .fold = FOLD_LAST },
	[STEREO_METER_AFTER] = { .id = "correlation_out",
				 .label = "Correlation out",
				 .help = "Of left and right at the output, over 0.3 s",
				 .unit = "",
				 .min = -1.0f,
				 .max = 1.0f,
				 .fold = FOLD_LAST },
};

enum stereo_owner { OWNER_BANDS, OWNER_BASS };

/* A second-order high-pass by the bilinear transform; exact enough below fs / 50. */
static void stereo_high_pass(struct cascade *side, double hz, double q, int rate,
			     int owner)
{
	const double g = tan(M_PI * hz / rate);
	const struct section h = { { 0.0, 0.0, 1.0 }, { g * g, g / q } };

	cascade_add(side, &h, owner);
}

/* 24: Butterworth, 24.1 dB down an octave below. 12: a Butterworth would still be 0.26 dB
 * down an octave above; with Q 0.765 it is flat within 0.1 dB there, and its frequency is
 * moved so that it is 3.01 dB down at hz. */
static void stereo_bass_mono(struct cascade *side, double hz, bool steep, int rate)
{
	if (steep) {
		stereo_high_pass(side, hz, 0.541196100146197, rate, OWNER_BASS);
		stereo_high_pass(side, hz, 1.306562964876377, rate, OWNER_BASS + 1);
		return;
	}
	const double q = 0.765, b = 1.0 / (q * q) - 2.0;
	/* u^2 / ((1 - u)^2 + u / q^2) = 1/2 for u = (hz / corner)^2 */
	const double u = 0.5 * (b + sqrt(b * b + 4.0));
	stereo_high_pass(side, hz / sqrt(u), q, rate, OWNER_BASS);
}

/* mid + (low - mid) a / (s + a) + (high - mid) s / (s + b): bands that fall 6 dB per octave
 * and add up to nothing but their width where they are alike; one section. */
static void stereo_bands(struct cascade *side, const double width[3],
			 const double hz[2], int rate)
{
	const double a = tan(M_PI * hz[0] / rate);
	const double b = tan(M_PI * fmin(hz[1] / rate, 0.45));
	const struct section h = {
		{ width[0] * a * b, width[1] * (b - a) + (width[0] + width[2]) * a,
		  width[2] },
		{ a * b, a + b },
	};

	cascade_add(side, &h, OWNER_BANDS);
}

static void stereo_matrix(const float *values, double m[2][2])
{
	const double angle = (double)values[STEREO_ROTATION] * M_PI / 180.0;
	const double balance = (double)values[STEREO_BALANCE] / 100.0;
	const double left = balance > 0.0 ? 1.0 - balance : 1.0;
	const double right = balance < 0.0 ? 1.0 + balance : 1.0;

	m[0][0] = left * cos(angle);
	m[0][1] = -left * sin(angle);
	m[1][0] = right * sin(angle);
	m[1][1] = right * cos(angle);
	if (values[STEREO_MONO] == 0.0f)
		return;
	for (int i = 0; i < 2; i++)
		m[0][i] = m[1][i] = 0.5 * (m[0][i] + m[1][i]);
}

static void stereo_design(const struct setup *setup, const float *values, void *place)
{
	struct stereo_numbers *numbers = place;

	memset(numbers, 0, sizeof(*numbers));
	cascade_clear(&numbers->side);
	const double width[3] = { (double)values[STEREO_WIDTH_LOW] / 100.0,
				  (double)values[STEREO_WIDTH_MID] / 100.0,
				  (double)values[STEREO_WIDTH_HIGH] / 100.0 };
	const double cross[2] = { (double)values[STEREO_CROSS_LOW],
				  (double)values[STEREO_CROSS_HIGH] };
	const bool bands = width[0] != 1.0 || width[1] != 1.0 || width[2] != 1.0;
	const bool bass_mono = values[STEREO_BASS_MONO] != 0.0f;
	const float shape[] = {
		values[STEREO_WIDTH_LOW],
		values[STEREO_WIDTH_MID],
		values[STEREO_WIDTH_HIGH],
		bands ? values[STEREO_CROSS_LOW] : 0.0f,
		bands ? values[STEREO_CROSS_HIGH] : 0.0f,
		bass_mono ? values[STEREO_BASS_FREQ] : 0.0f,
		bass_mono ? values[STEREO_BASS_SLOPE] : 0.0f,
	};
	numbers->serial = number_serial(shape, (int)(sizeof(shape) / sizeof(*shape)));
	if (bands)
		stereo_bands(&numbers->side, width, cross, setup->rate);
	if (bass_mono)
		stereo_bass_mono(&numbers->side, (double)values[STEREO_BASS_FREQ],
				 values[STEREO_BASS_SLOPE] != 0.0f, setup->rate);
	numbers->width = (double)values[STEREO_WIDTH] / 100.0;
	stereo_matrix(values, numbers->matrix);
}

static size_t stereo_numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct stereo_numbers);
}

static void *stereo_init(struct arena *arena, const struct setup *setup)
{
	struct stereo *stereo = arena_alloc(arena, sizeof(*stereo));

	stereo->rate = setup->rate;
	stereo->forget = exp(-GRID_FRAMES / (0.3 * setup->rate));
	cascade_clear(&stereo->deck[0].side);
	cascade_clear(&stereo->deck[1].side);
	return stereo;
}

KERNELS_DECLARE(stereo);
extern const struct module module_stereo;
const struct module module_stereo = {
	.id = "stereo",
	.label = "Stereo",
	.help = "Width in three bands, bass mono, rotation, balance, mono",
	.params = params,
	.param_count = STEREO_PARAMS,
	.meters = meters,
	.meter_count = (int)(sizeof(meters) / sizeof(*meters)),
	.kernels = KERNELS(stereo),
	.init = stereo_init,
	.numbers_bytes = stereo_numbers_bytes,
	.design = stereo_design,
};
