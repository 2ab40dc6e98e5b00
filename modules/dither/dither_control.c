/* dither_control.c - dither's tables, its noise shapers and descriptor. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "modules/dither/dither.h"

#define BLACK_SECONDS 0.1

static const char *const shapes[] = { "none", "gentle", "strong", NULL };

static const struct param params[] = {
	[DITHER_BITS] = { .id = "bits",
			  .label = "Bits",
			  .help = "Word length of the file or device that takes the "
				  "output",
			  .unit = "",
			  .curve = CURVE_INTEGER,
			  .min = 8.0f,
			  .max = 24.0f,
			  .def = 24.0f,
			  .step = 1.0f },
	[DITHER_SHAPE] = { .id = "shape",
			   .label = "Shape",
			   .help = "Noise shaping by the threshold of hearing: none is "
				   "white, "
				   "strong for the last step only",
			   .unit = "",
			   .curve = CURVE_CHOICE,
			   .max = DITHER_SHAPES - 1,
			   .choices = shapes },
	[DITHER_BLACK] = { .id = "black",
			   .label = "Auto black",
			   .help = "Digital silence stays digital silence",
			   .unit = "",
			   .curve = CURVE_TOGGLE,
			   .max = 1.0f,
			   .def = 1.0f },
};

static const struct meter meters[] = {
	[DITHER_METER_BLACK] = { .id = "black",
				 .label = "Black",
				 .help = "On while the output is digital silence",
				 .unit = "",
				 .max = 1.0f,
				 .fold = FOLD_LAST,
				 .choices = off_on },
};

/* ---- noise shapers --------------------------------------------------------------- */

/* Threshold of hearing, ISO 226:2003, dB SPL; beyond 12.5 kHz as commonly extended. */
static const struct {
	double hz, db;
} threshold[] = {
	{ 20, 78.5 },     { 25, 68.7 },    { 31.5, 59.5 },  { 40, 51.1 },
	{ 50, 44.0 },     { 63, 37.5 },    { 80, 31.5 },    { 100, 26.5 },
	{ 125, 22.1 },    { 160, 17.9 },   { 200, 14.4 },   { 250, 11.4 },
	{ 315, 8.6 },     { 400, 6.2 },    { 500, 4.4 },    { 630, 3.0 },
	{ 800, 2.2 },     { 1000, 2.4 },   { 1250, 3.5 },   { 1600, 1.7 },
	{ 2000, -1.3 },   { 2500, -4.2 },  { 3150, -6.0 },  { 4000, -5.4 },
	{ 5000, -1.5 },   { 6300, 6.0 },   { 8000, 12.6 },  { 10000, 13.9 },
	{ 12500, 12.3 },  { 16000, 18.4 }, { 18000, 40.0 }, { 20000, 70.0 },
	{ 24000, 120.0 },
};

static double threshold_db(double hz)
{
	const int last = (int)(sizeof(threshold) / sizeof(*threshold)) - 1;

	if (hz <= threshold[0].hz)
		return threshold[0].db;
	for (int i = 1; i <= last; i++)
		if (hz <= threshold[i].hz) {
			const double t = log(hz / threshold[i - 1].hz) /
					 log(threshold[i].hz / threshold[i - 1].hz);
			return threshold[i - 1].db +
			       t * (threshold[i].db - threshold[i - 1].db);
		}
	return threshold[last].db;
}

/* The monic minimum-phase filter with the least weighted power is the linear predictor
 * of the weighting (Gerzon and Craven, "Optimal noise shaping and dither of digital
 * signals", AES 87, 1989). `span_db` is how far the weighting reaches down: the deeper,
 * the more the total noise rises. */
static void design_shaper(double *shape, double rate, double span_db)
{
	enum { POINTS = 2048 };
	double power[POINTS], r[DITHER_ORDER + 1] = { 0 }, most = 0;
	for (int k = 0; k < POINTS; k++) {
		power[k] = pow(10, -threshold_db((k + 0.5) / POINTS * rate / 2) / 10);
		most = fmax(most, power[k]);
	}
	for (int i = 0; i <= DITHER_ORDER; i++)
		for (int k = 0; k < POINTS; k++)
			r[i] += fmax(power[k], most * pow(10, -span_db / 10)) *
				cos(M_PI * i * (k + 0.5) / POINTS);
	/* Levinson and Durbin */
	double left = r[0];
	for (int m = 0; m < DITHER_ORDER; m++) {
		double sum = r[m + 1], before[DITHER_ORDER];
		memcpy(before, shape, sizeof(before));
		for (int i = 0; i < m; i++)
			sum += before[i] * r[m - i];
		shape[m] = -sum / left;
		for (int i = 0; i < m; i++)
			shape[i] = before[i] + shape[m] * before[m - 1 - i];
		left *= 1 - shape[m] * shape[m];
	}
}

static void *dither_init(struct arena *arena, const struct setup *setup)
{
	struct dither *dither = arena_alloc(arena, sizeof(*dither));

	design_shaper(dither->shape[DITHER_GENTLE], setup->rate, 30);
	design_shaper(dither->shape[DITHER_STRONG], setup->rate, 54);
	dither->black_frames = (int)(BLACK_SECONDS * setup->rate);
	dither->silent_frames = dither->black_frames;
	return dither;
}

KERNELS_DECLARE(dither);
extern const struct module module_dither;
const struct module module_dither = {
	.id = "dither",
	.label = "Dither",
	.help = "Shorter words without distortion, the noise shaped by hearing",
	.params = params,
	.param_count = DITHER_PARAMS,
	.meters = meters,
	.meter_count = (int)(sizeof(meters) / sizeof(*meters)),
	.kernels = KERNELS(dither),
	.init = dither_init,
};
