/* spectrum_control.c - the spectrum's tables, and its bands: meter thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "modules/spectrum/spectrum.h"

#define TOP 20.0f
#define FALL_DB 10.0 /* a second */

static const char *const ofs[] = { "all", "mid", "side", "left", "right", NULL };
static const char *const times[] = { "35ms", "fast", "slow", "10s", "infinite", NULL };
static const double seconds[] = { 0.035, 0.125, 1.0, 10.0, (double)INFINITY };

static const struct param params[SPECTRUM_PARAMS] = {
	[SPECTRUM_OF] = { .id = "of",
			  .label = "Of",
			  .help = "Which signal: the mean power of all channels, or "
				  "one "
				  "of the first two, their mid or their side",
			  .unit = "",
			  .curve = CURVE_CHOICE,
			  .max = OF_RIGHT,
			  .choices = ofs },
	[SPECTRUM_TIME] = { .id = "time",
			    .label = "Time",
			    .help = "Time constant of the mean: fast 125 ms, slow 1 s; "
				    "infinite: all since `clear`",
			    .unit = "",
			    .curve = CURVE_CHOICE,
			    .max = TIME_INFINITE,
			    .def = TIME_FAST,
			    .choices = times },
	[SPECTRUM_HOLD] = { .id = "hold",
			    .label = "Hold",
			    .help = "How long `peak` stays before it falls 10 dB/s",
			    .unit = "s",
			    .curve = CURVE_LINEAR,
			    .min = 0.0f,
			    .max = 60.0f,
			    .def = 1.0f,
			    .step = 0.5f },
	[SPECTRUM_TILT] = { .id = "tilt",
			    .label = "Tilt",
			    .help = "Lifts each octave over 1 kHz, and lowers each "
				    "under "
				    "it: 3 makes white noise, 4.5 most music, level",
			    .unit = "dB/oct",
			    .curve = CURVE_LINEAR,
			    .min = 0.0f,
			    .max = 6.0f,
			    .def = 0.0f,
			    .step = 0.5f },
	[SPECTRUM_SIXTHS] = { .id = "sixths",
			      .label = "Sixths",
			      .help = "Measures 62 sixths of an octave too, at three "
				      "times "
				      "the cost",
			      .unit = "",
			      .curve = CURVE_TOGGLE,
			      .max = 1.0f },
	[SPECTRUM_CLEAR] = { .id = "clear",
			     .label = "Clear",
			     .help = "The infinite mean and the peaks start anew",
			     .unit = "",
			     .curve = CURVE_TRIGGER,
			     .max = 16777216.0f,
			     .flags = PARAM_RECALL_SAFE },
};

#define BAND_ROW(of, name, text, what, members) \
	{ \
		.id = (name), .label = (text), .help = (what), .unit = "dBFS", \
		.min = SPECTRUM_FLOOR, .max = TOP, .fold = FOLD_LAST, \
		.flags = METER_MEASURED | METER_VECTOR, .group = (of), \
		.count = (members) \
	}

static const struct meter meters[] = {
	BAND_ROW("third", "level", "Level",
		 "In a third of an octave, 1000 * 10^((n - 18) / 10) Hz: 1 is 20 Hz, "
		 "31 is "
		 "20 kHz; -100 where the band ends over half the rate",
		 BANDS_THIRDS),
	BAND_ROW("third", "peak", "Peak",
		 "Highest level of the third, held; then it falls", BANDS_THIRDS),
	BAND_ROW("sixth", "level", "Level",
		 "In a sixth of an octave: two in each third; -100 unless `sixths` is "
		 "on",
		 BANDS_SIXTHS),
};

/* The state is the handle's: it outlives plans. */
static void *init(struct arena *arena, const struct setup *setup)
{
	(void)setup;
	return arena_alloc(arena, 1);
}

/* ---- the bands ------------------------------------------------------------------------ */

struct spectrum {
	int rate, channels, pairs;
	bool warm, sixths;
	int time;
	float clears;
	int frames; /* since the meters were read */
	int held_frames[BANDS_THIRDS];
	float slots[SPECTRUM_SLOTS];
	struct bands bands[CHANNELS_MAX / 2]; /* of two channels each */
};

static void clear_slots(struct spectrum *spectrum)
{
	for (int i = 0; i < SPECTRUM_SLOTS; i++)
		spectrum->slots[i] = SPECTRUM_FLOOR;
	memset(spectrum->held_frames, 0, sizeof(spectrum->held_frames));
}

static void follow_values(struct spectrum *spectrum, const float *values)
{
	const bool sixths = values[SPECTRUM_SIXTHS] >= 0.5f;
	const int time = (int)values[SPECTRUM_TIME];
	const float clears = values[SPECTRUM_CLEAR];
	const bool cleared = !spectrum->warm || clears < spectrum->clears ||
			     clears > spectrum->clears;

	if (!spectrum->warm || sixths != spectrum->sixths)
		for (int p = 0; p < spectrum->pairs; p++)
			bands_init(&spectrum->bands[p], spectrum->rate, sixths);
	if (cleared || time != spectrum->time || sixths != spectrum->sixths)
		for (int p = 0; p < spectrum->pairs; p++)
			bands_time(&spectrum->bands[p], seconds[time]);
	if (cleared || sixths != spectrum->sixths)
		clear_slots(spectrum);
	spectrum->warm = true;
	spectrum->sixths = sixths;
	spectrum->time = time;
	spectrum->clears = clears;
}

/* Mean power of a band in what `of` names. */
static double band_power(const struct spectrum *spectrum, int of, int k)
{
	const struct band *first = &spectrum->bands[0].band[k];
	const double both = first->first + first->second;
	double sum = 0.0;

	if (spectrum->channels < 2)
		return of == OF_SIDE ? 0.0 : first->first;
	switch (of) {
	case OF_MID:
		return (both + 2.0 * first->product) / 4.0;
	case OF_SIDE:
		return (both - 2.0 * first->product) / 4.0;
	case OF_LEFT:
		return first->first;
	case OF_RIGHT:
		return first->second;
	default:
		for (int p = 0; p < spectrum->pairs; p++)
			sum += spectrum->bands[p].band[k].first +
			       spectrum->bands[p].band[k].second;
		return sum / spectrum->channels;
	}
}

/* dBFS, a full-scale sine 0 (AES17); `octaves` from 1 kHz. */
static float band_level(const struct spectrum *spectrum, const float *values, int k,
			double octaves)
{
	const double power = 2.0 * band_power(spectrum, (int)values[SPECTRUM_OF], k);

	if (power < 1e-10)
		return SPECTRUM_FLOOR;
	const double db = 10.0 * log10(power) + (double)values[SPECTRUM_TILT] * octaves;
	return (float)fmin(fmax(db, (double)SPECTRUM_FLOOR), (double)TOP);
}

static void hold_peak(struct spectrum *spectrum, const float *values, int k)
{
	const float now = spectrum->slots[SPECTRUM_LEVEL + k];
	float *peak = &spectrum->slots[SPECTRUM_PEAK + k];

	if (now >= *peak) {
		*peak = now;
		spectrum->held_frames[k] =
			(int)((double)values[SPECTRUM_HOLD] * spectrum->rate);
		return;
	}
	spectrum->held_frames[k] -= spectrum->frames;
	if (spectrum->held_frames[k] < 0)
		*peak = fmaxf(now, *peak - (float)(FALL_DB * spectrum->frames /
						   spectrum->rate));
}

static void read_bands(struct spectrum *spectrum, const float *values)
{
	for (int k = 0; k < BANDS_THIRDS; k++) {
		spectrum->slots[SPECTRUM_LEVEL + k] =
			band_level(spectrum, values, k, (k - 17) / 3.0);
		hold_peak(spectrum, values, k);
	}
	for (int k = 0; spectrum->sixths && k < BANDS_SIXTHS; k++)
		spectrum->slots[SPECTRUM_SIXTH + k] = band_level(
			spectrum, values, BANDS_THIRDS + k, (k - 34.5) / 6.0);
}

static void measure(void *handle, const float *audio, int frames, const float *values,
		    float *readings)
{
	struct spectrum *spectrum = handle;
	const int channels = spectrum->channels;

	follow_values(spectrum, values);
	for (int p = 0; p < spectrum->pairs; p++) {
		const float *first = audio + (ptrdiff_t)(2 * p);
		bands_run(&spectrum->bands[p], first,
			  2 * p + 1 < channels ? first + 1 : NULL, channels, frames);
	}
	spectrum->frames += frames;
	/* Logarithms cost more than listening: 100 readings a second. */
	if (spectrum->frames >= spectrum->rate / 100) {
		read_bands(spectrum, values);
		spectrum->frames = 0;
	}
	memcpy(readings, spectrum->slots, sizeof(spectrum->slots));
}

static void *create(const struct setup *setup, char *error, size_t error_size)
{
	struct spectrum *spectrum =
		aligned_alloc(64, (sizeof(*spectrum) + 63) / 64 * 64);

	if (!spectrum) {
		snprintf(error, error_size, "no memory for the spectrum");
		return NULL;
	}
	memset(spectrum, 0, sizeof(*spectrum));
	spectrum->rate = setup->rate;
	spectrum->channels = setup->channels;
	spectrum->pairs = (setup->channels + 1) / 2;
	return spectrum;
}

KERNELS_DECLARE(spectrum);

extern const struct module module_spectrum;
const struct module module_spectrum = {
	.id = "spectrum",
	.label = "Spectrum",
	.help = "levels in thirds of an octave (IEC 61260-1 class 1); passes the audio "
		"on",
	.params = params,
	.param_count = SPECTRUM_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(*meters),
	.kernels = KERNELS(spectrum),
	.init = init,
	.create = create,
	.destroy = free,
	.measure = measure,
};
