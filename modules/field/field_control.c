/* field_control.c - the stereo field's tables, its bands and its goniometer: meter thread.
 *
 *   L, R --> thirds of an octave --> mid, side, correlation, loss in mono
 *       \--> every 15th frame (at 48 kHz) --> automatic gain --> points (mid, side)
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "modules/field/field.h"

#define TOP 20.0f
#define FALL_DB 12.0 /* of the automatic gain's peak, a second */

static const char *const times[] = { "35ms", "fast", "slow", "10s", "infinite", NULL };
static const double seconds[] = { 0.035, 0.125, 1.0, 10.0, (double)INFINITY };

static const struct param params[FIELD_PARAMS] = {
	[FIELD_TIME] = { .id = "time",
			 .label = "Time",
			 .help = "Time constant of the mean: fast 125 ms, slow 1 s; "
				 "infinite: all since `clear`",
			 .unit = "",
			 .curve = CURVE_CHOICE,
			 .max = TIME_INFINITE,
			 .def = TIME_SLOW,
			 .choices = times },
	[FIELD_CLEAR] = { .id = "clear",
			  .label = "Clear",
			  .help = "The infinite mean starts anew",
			  .unit = "",
			  .curve = CURVE_TRIGGER,
			  .max = 16777216.0f,
			  .flags = PARAM_RECALL_SAFE },
};

#define THIRD_ROW(name, text, what, of_unit, low, high) \
	{ \
		.id = (name), .label = (text), .help = (what), .unit = (of_unit), \
		.min = (low), .max = (high), .fold = FOLD_LAST, \
		.flags = METER_MEASURED | METER_VECTOR, .group = "third", \
		.count = BANDS_THIRDS \
	}

static const struct meter meters[] = {
	THIRD_ROW("mid", "Mid",
		  "(L + R) / 2 in a third of an octave, 1000 * 10^((n - 18) / 10) Hz: "
		  "1 is "
		  "20 Hz, 31 is 20 kHz",
		  "dBFS", FIELD_FLOOR, TOP),
	THIRD_ROW("side", "Side", "(L - R) / 2 in the third", "dBFS", FIELD_FLOOR, TOP),
	THIRD_ROW("correlation", "Correlation",
		  "Of left and right in the third; 1 for silence", "", -1.0f, 1.0f),
	THIRD_ROW("mono_loss", "Loss in mono",
		  "What a mono sum loses in the third: 0 of mono, -3 of unrelated "
		  "channels, "
		  "-100 of inverted ones",
		  "dB", FIELD_FLOOR, 0.0f),
	{ .id = "gain",
	  .label = "Gain",
	  .help = "The goniometer's automatic gain: the largest point is 1; it comes "
		  "down "
		  "at once and goes up 12 dB/s",
	  .unit = "dB",
	  .min = -TOP,
	  .max = FIELD_GAIN_MAX,
	  .fold = FOLD_LAST,
	  .flags = METER_MEASURED },
	{ .id = "point",
	  .label = "Point",
	  .help = "128 points of the last 40 ms, mid and side in turns, times `gain`",
	  .unit = "",
	  .min = -1.0f,
	  .max = 1.0f,
	  .fold = FOLD_LAST,
	  .flags = METER_MEASURED | METER_VECTOR,
	  .group = "goniometer",
	  .count = 2 * FIELD_POINTS },
};

/* The state is the handle's: it outlives plans. */
static void *init(struct arena *arena, const struct setup *setup)
{
	(void)setup;
	return arena_alloc(arena, 1);
}

/* ---- the goniometer ------------------------------------------------------------------ */

struct goniometer {
	int period, at; /* frames of a picture, and how many have passed */
	int picked;     /* points of the picture in the making */
	double peak;    /* follows the largest point */
	float points[2 * FIELD_POINTS];
};

struct field {
	int rate, channels;
	bool warm;
	int time;
	float clears;
	int frames; /* since the thirds were read */
	struct goniometer goniometer;
	float slots[FIELD_SLOTS];
	struct bands bands;
};

static void picture_end(struct field *field)
{
	struct goniometer *g = &field->goniometer;
	double most = 0.0;

	for (int i = 0; i < 2 * FIELD_POINTS; i++)
		most = fmax(most, fabs((double)g->points[i]));
	g->peak = fmax(most, g->peak * pow(10.0, -FALL_DB / 20.0 / FIELD_PICTURES));
	const double lowest = pow(10.0, -(double)FIELD_GAIN_MAX / 20.0);
	const double gain = 1.0 / fmin(fmax(g->peak, lowest), 10.0);
	field->slots[FIELD_GAIN] = (float)(20.0 * log10(gain));
	for (int i = 0; i < 2 * FIELD_POINTS; i++) {
		const double point = gain * (double)g->points[i];
		field->slots[FIELD_POINT + i] = (float)fmin(fmax(point, -1.0), 1.0);
	}
	g->at = g->picked = 0;
}

static void goniometer_run(struct field *field, const float *left, const float *right,
			   int frames)
{
	struct goniometer *g = &field->goniometer;

	for (int n = 0; n < frames; n++) {
		if ((long)g->at * FIELD_POINTS >= (long)g->picked * g->period) {
			float *point = &g->points[2 * g->picked++];
			point[0] = (*left + *right) / 2.0f;
			point[1] = (*left - *right) / 2.0f;
		}
		left += field->channels;
		right += field->channels;
		if (++g->at == g->period)
			picture_end(field);
	}
}

/* ---- the thirds ---------------------------------------------------------------------- */

static float decibels(double power)
{
	return power > 1e-10 ? fminf((float)(10.0 * log10(power)), TOP) : FIELD_FLOOR;
}

static void read_third(struct field *field, int k)
{
	const struct band *band = &field->bands.band[k];
	const double both = band->first + band->second;
	const double mid = both + 2.0 * band->product;
	const double side = both - 2.0 * band->product;
	const double geometric = sqrt(band->first * band->second);
	const bool silent = 2.0 * both < 1e-10;

	/* A full-scale sine reads 0 dBFS (AES17): twice the mean power. */
	field->slots[FIELD_MID + k] = decibels(mid / 2.0);
	field->slots[FIELD_SIDE + k] = decibels(side / 2.0);
	/* One channel alone is related to nothing. */
	const double correlation = geometric > 0.0 ? band->product / geometric : 0.0;
	field->slots[FIELD_CORRELATION + k] =
		silent ? 1.0f : (float)fmin(fmax(correlation, -1.0), 1.0);
	field->slots[FIELD_MONO_LOSS + k] =
		silent ? 0.0f : fminf(decibels(mid / 2.0 / both), 0.0f);
}

static void follow_values(struct field *field, const float *values)
{
	const int time = (int)values[FIELD_TIME];
	const float clears = values[FIELD_CLEAR];

	if (!field->warm || time != field->time || clears < field->clears ||
	    clears > field->clears)
		bands_time(&field->bands, seconds[time]);
	field->warm = true;
	field->time = time;
	field->clears = clears;
}

static void measure(void *handle, const float *audio, int frames, const float *values,
		    float *readings)
{
	struct field *field = handle;
	const int channels = field->channels, second = channels > 1 ? 1 : 0;

	follow_values(field, values);
	bands_run(&field->bands, audio, audio + second, channels, frames);
	goniometer_run(field, audio, audio + second, frames);
	field->frames += frames;
	/* Logarithms cost more than listening: 100 readings a second. */
	if (field->frames >= field->rate / 100) {
		for (int k = 0; k < BANDS_THIRDS; k++)
			read_third(field, k);
		field->frames = 0;
	}
	memcpy(readings, field->slots, sizeof(field->slots));
}

static void *create(const struct setup *setup, char *error, size_t error_size)
{
	struct field *field = aligned_alloc(64, (sizeof(*field) + 63) / 64 * 64);

	if (!field) {
		snprintf(error, error_size, "no memory for the stereo field");
		return NULL;
	}
	memset(field, 0, sizeof(*field));
	field->rate = setup->rate;
	field->channels = setup->channels;
	field->goniometer.period = (setup->rate + FIELD_PICTURES / 2) / FIELD_PICTURES;
	bands_init(&field->bands, setup->rate, false);
	field->slots[FIELD_GAIN] = FIELD_GAIN_MAX;
	for (int k = 0; k < BANDS_THIRDS; k++)
		read_third(field, k);
	return field;
}

KERNELS_DECLARE(field);

extern const struct module module_field;
const struct module module_field = {
	.id = "field",
	.label = "Stereo field",
	.help = "mid, side, correlation and loss in mono by thirds of an octave, and a "
		"goniometer; passes the audio on",
	.params = params,
	.param_count = FIELD_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(*meters),
	.kernels = KERNELS(field),
	.init = init,
	.create = create,
	.destroy = free,
	.measure = measure,
};
