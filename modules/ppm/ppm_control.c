/* ppm_control.c - the level meter's tables, and its ballistics: meter thread.
 *
 *   x --> |x| --> ballistics of the scale --> level, mark
 *                                      \----> hold, fall --> peak
 *
 * The ballistics are those of Fons Adriaensen's ebumeter and x42's meters: two one-sided
 * integrators for IEC 60268-10 types I and II, a damped pair for VU (IEC 60268-17), two
 * poles of power for K. All read 0 dBFS on a full-scale sine (AES17).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modules/ppm/ppm.h"

#define FLOOR (-100.0) /* dBFS; what silence reads */
#define TOP 20.0
#define MARK_MIN (-100.0)
#define MARK_MAX 40.0

static const char *const scales[] = { "din",  "nordic", "iia",  "iib",     "vu",
				      "k-12", "k-14",   "k-20", "digital", NULL };
static const char *const ofs[] = { "channels", "m3", "m6", NULL };

static const struct param params[PPM_PARAMS] = {
	[PPM_SCALE] = { .id = "scale",
			.label = "Scale",
			.help = "Ballistics and marks: IEC 60268-10 type I (din, "
				"nordic), "
				"IIa (BBC), IIb (EBU); VU; K-12, K-14, K-20; digital "
				"peak "
				"(IEC 60268-18)",
			.unit = "",
			.curve = CURVE_CHOICE,
			.max = SCALE_DIGITAL,
			.def = SCALE_IIB,
			.choices = scales },
	[PPM_REFERENCE] = { .id = "reference",
			    .label = "Reference level",
			    .help = "What 0 VU, PPM 4 and TEST stand for: -18 dBFS "
				    "(EBU) "
				    "or -20 (SMPTE); DIN's 0 lies 9 dB higher; K "
				    "scales "
				    "and digital have their own 0",
			    .unit = "dBFS",
			    .curve = CURVE_LINEAR,
			    .min = -30.0f,
			    .max = 0.0f,
			    .def = -18.0f,
			    .step = 0.5f },
	[PPM_HOLD] = { .id = "hold",
		       .label = "Hold",
		       .help = "How long `peak` stays before it falls; K scales hold "
			       "0.5 s",
		       .unit = "s",
		       .curve = CURVE_LINEAR,
		       .min = 0.0f,
		       .max = 60.0f,
		       .def = 1.0f,
		       .step = 0.5f },
	[PPM_OF] = { .id = "of",
		     .label = "Of",
		     .help = "The channels; or, of the first two, their sum in the "
			     "first place, 3 or 6 dB down (M3, M6), and their "
			     "difference in the second",
		     .unit = "",
		     .curve = CURVE_CHOICE,
		     .max = OF_M6,
		     .def = OF_CHANNELS,
		     .choices = ofs },
	[PPM_SIDE_GAIN] = { .id = "side_gain",
			    .label = "Side gain",
			    .help = "Of the difference with m3 and m6; the BBC lifts "
				    "it "
				    "by 20 dB",
			    .unit = "dB",
			    .curve = CURVE_LINEAR,
			    .min = 0.0f,
			    .max = 20.0f,
			    .def = 0.0f,
			    .step = 1.0f },
};

static const struct meter meters[PPM_METERS] = {
	[PPM_LEVEL] = { .id = "level",
			.label = "Level",
			.help = "With the scale's ballistics; a full-scale sine reads "
				"0",
			.unit = "dBFS",
			.min = (float)FLOOR,
			.max = (float)TOP,
			.fold = FOLD_MAX,
			.flags = METER_MEASURED | METER_PER_CHANNEL },
	[PPM_MARK] = { .id = "mark",
		       .label = "Mark",
		       .help = "The level in the scale's own marks: PPM 1 to 7 (iia), "
			       "else dB from the scale's 0",
		       .unit = "",
		       .min = (float)MARK_MIN,
		       .max = (float)MARK_MAX,
		       .fold = FOLD_MAX,
		       .flags = METER_MEASURED | METER_PER_CHANNEL },
	[PPM_PEAK] = { .id = "peak",
		       .label = "Peak",
		       .help = "Highest level, held; then it falls 20 dB in 1.7 s. K "
			       "scales: the sample peak, which falls 15 dB/s",
		       .unit = "dBFS",
		       .min = (float)FLOOR,
		       .max = (float)TOP,
		       .fold = FOLD_MAX,
		       .flags = METER_MEASURED | METER_PER_CHANNEL },
};

/* The state is the handle's: it outlives plans. */
static void *init(struct arena *arena, const struct setup *setup)
{
	(void)setup;
	return arena_alloc(arena, 1);
}

/* ---- ballistics -------------------------------------------------------------------- */

/* One signal; highest since the last record. */
struct needle {
	double z1, z2;
	double held; /* linear */
	int held_frames;
};

struct ppm {
	int rate, channels, scale;
	struct needle needle[CHANNELS_MAX];
};

struct type {
	double rise1, rise2, fall, gain; /* per second; gain of the sum */
};

/* Both integrators only ever rise towards the signal; all the time they fall. The published
 * code lets them fall every fourth frame: hence the quarter. */
static double run_quasi_peak(struct needle *needle, const struct type *type, int rate,
			     const float *x, int frames)
{
	const double rise1 = type->rise1 / rate, rise2 = type->rise2 / rate;
	const double keep = 1.0 - type->fall / 4.0 / rate;
	double z1 = needle->z1, z2 = needle->z2, most = 0.0;

	for (int n = 0; n < frames; n++) {
		const double a = fabs((double)x[n]);
		z1 *= keep;
		z2 *= keep;
		z1 += a > z1 ? rise1 * (a - z1) : 0.0;
		z2 += a > z2 ? rise2 * (a - z2) : 0.0;
		most = z1 + z2 > most ? z1 + z2 : most;
	}
	needle->z1 = z1;
	needle->z2 = z2;
	return type->gain * most;
}

static double run_vu(struct needle *needle, int rate, const float *x, int frames)
{
	const double w = 11.1 / rate;
	double z1 = needle->z1, z2 = needle->z2, most = 0.0;

	for (int n = 0; n < frames; n++) {
		z1 += w * (fabs((double)x[n]) - z2 / 2.0 - z1);
		z2 += w * (z1 - z2);
		most = z2 > most ? z2 : most;
	}
	needle->z1 = z1;
	needle->z2 = z2;
	return 1.5 * M_PI / 2.0 * most;
}

/* RMS times sqrt(2). */
static double run_rms(struct needle *needle, int rate, const float *x, int frames)
{
	const double w = 9.72 / rate;
	double z1 = needle->z1, z2 = needle->z2, most = 0.0;

	for (int n = 0; n < frames; n++) {
		z1 += w * ((double)x[n] * (double)x[n] - z1);
		z2 += w * (z1 - z2);
		most = z2 > most ? z2 : most;
	}
	needle->z1 = z1;
	needle->z2 = z2;
	return sqrt(2.0 * most);
}

/* IEC 60268-18: up at once, down 20 dB in 1.7 s. */
static double run_digital(struct needle *needle, int rate, const float *x, int frames)
{
	const double keep = pow(10.0, -1.0 / 1.7 / rate);
	double z = needle->z1, most = 0.0;

	for (int n = 0; n < frames; n++) {
		const double a = fabs((double)x[n]);
		z = a > z * keep ? a : z * keep;
		most = z > most ? z : most;
	}
	needle->z1 = z;
	return most;
}

static double highest(const float *x, int frames)
{
	double most = 0.0;

	for (int n = 0; n < frames; n++)
		most = fmax(most, fabs((double)x[n]));
	return most;
}

static double needle_run(struct needle *needle, int scale, int rate, const float *x,
			 int frames)
{
	static const struct type first = { 450.0, 1300.0, 5.4, 0.5108 };
	static const struct type second = { 200.0, 860.0, 4.0, 0.5141 };

	switch (scale) {
	case SCALE_DIN:
	case SCALE_NORDIC:
		return run_quasi_peak(needle, &first, rate, x, frames);
	case SCALE_IIA:
	case SCALE_IIB:
		return run_quasi_peak(needle, &second, rate, x, frames);
	case SCALE_VU:
		return run_vu(needle, rate, x, frames);
	case SCALE_DIGITAL:
		return run_digital(needle, rate, x, frames);
	default:
		return run_rms(needle, rate, x, frames);
	}
}

static bool is_k(int scale)
{
	return scale == SCALE_K12 || scale == SCALE_K14 || scale == SCALE_K20;
}

static void needle_hold(struct needle *needle, const struct ppm *ppm, double now,
			double hold, int frames)
{
	const double fall = is_k(ppm->scale) ? 15.0 : 20.0 / 1.7; /* dB/s */

	if (now >= needle->held) {
		needle->held = now;
		needle->held_frames = (int)(hold * ppm->rate);
		return;
	}
	needle->held_frames -= frames;
	if (needle->held_frames < 0)
		needle->held =
			fmax(now, needle->held *
					  pow(10.0, -fall / 20.0 * frames / ppm->rate));
}

/* ---- readings ------------------------------------------------------------------------ */

static double level_of(double linear)
{
	const double db = 20.0 * log10(fmax(linear, 1e-9));

	return fmin(fmax(db, FLOOR), TOP);
}

/* dBFS -> the scale's own marks. */
static double mark_of(int scale, double level, double reference)
{
	switch (scale) {
	case SCALE_DIN:
		level -= reference + 9.0;
		break;
	case SCALE_IIA:
		level = 4.0 + (level - reference) / 4.0;
		break;
	case SCALE_K12:
		level += 12.0;
		break;
	case SCALE_K14:
		level += 14.0;
		break;
	case SCALE_K20:
		level += 20.0;
		break;
	case SCALE_DIGITAL:
		break;
	default:
		level -= reference;
	}
	return fmin(fmax(level, MARK_MIN), MARK_MAX);
}

static void read_needle(struct ppm *ppm, int channel, const float *x, int frames,
			const float *values, float *readings)
{
	struct needle *needle = &ppm->needle[channel];
	const bool k = is_k(ppm->scale);
	const double found = needle_run(needle, ppm->scale, ppm->rate, x, frames);
	const double level = level_of(found);

	needle_hold(needle, ppm, k ? highest(x, frames) : found,
		    k ? 0.5 : (double)values[PPM_HOLD], frames);
	/* What is far below the floor would shrink into denormals, which are slow. */
	if (fabs(needle->z1) + fabs(needle->z2) < 1e-30)
		needle->z1 = needle->z2 = 0.0;
	readings[PPM_LEVEL * ppm->channels + channel] = (float)level;
	readings[PPM_MARK * ppm->channels + channel] =
		(float)mark_of(ppm->scale, level, (double)values[PPM_REFERENCE]);
	readings[PPM_PEAK * ppm->channels + channel] = (float)level_of(needle->held);
}

/* One channel of interleaved audio, or mid and side of the first two. */
static void pick(const struct ppm *ppm, const float *audio, int frames, int channel,
		 const float *values, float *x)
{
	const int of = (int)values[PPM_OF];
	const float *from = audio + channel;

	if (of == OF_CHANNELS || ppm->channels < 2 || channel > 1) {
		for (int n = 0; n < frames; n++)
			x[n] = from[n * ppm->channels];
		return;
	}
	const double down = of == OF_M3 ? -3.0 : -6.0;
	const double lift = channel == 1 ? (double)values[PPM_SIDE_GAIN] : 0.0;
	const float gain = (float)pow(10.0, (down + lift) / 20.0);
	const float sign = channel == 1 ? -1.0f : 1.0f;
	for (int n = 0; n < frames; n++, audio += ppm->channels)
		x[n] = gain * (audio[0] + sign * audio[1]);
}

static void measure(void *handle, const float *audio, int frames, const float *values,
		    float *readings)
{
	struct ppm *ppm = handle;
	float x[GRID_FRAMES];

	if ((int)values[PPM_SCALE] != ppm->scale) {
		memset(ppm->needle, 0, sizeof(ppm->needle));
		ppm->scale = (int)values[PPM_SCALE];
	}
	for (int c = 0; c < ppm->channels; c++) {
		pick(ppm, audio, frames, c, values, x);
		read_needle(ppm, c, x, frames, values, readings);
	}
}

static void *create(const struct setup *setup, char *error, size_t error_size)
{
	struct ppm *ppm = calloc(1, sizeof(*ppm));

	if (!ppm) {
		snprintf(error, error_size, "no memory for the level meter");
		return NULL;
	}
	ppm->rate = setup->rate;
	ppm->channels = setup->channels;
	return ppm;
}

KERNELS_DECLARE(ppm);

extern const struct module module_ppm;
const struct module module_ppm = {
	.id = "ppm",
	.label = "Level meter",
	.help = "PPM, VU, K and digital peak on their own scales; passes the audio on",
	.params = params,
	.param_count = PPM_PARAMS,
	.meters = meters,
	.meter_count = PPM_METERS,
	.kernels = KERNELS(ppm),
	.init = init,
	.create = create,
	.destroy = free,
	.measure = measure,
};
