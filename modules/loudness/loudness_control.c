/* loudness_control.c - the loudness meter's tables and layout, worker thread; libebur128 and
 * the dynamic range, meter thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/loudness/loudness.h"

#include "dsp/dynamicrange.h"

#include <ebur128.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct param params[LOUDNESS_PARAMS] = {
	[LOUDNESS_CLEAR] = { .id = "clear",
			     .label = "Clear",
			     .help = "integrated loudness, range, DR and maxima start "
				     "anew",
			     .unit = "",
			     .curve = CURVE_TRIGGER,
			     .max = 16777216,
			     .flags = PARAM_RECALL_SAFE },
	[LOUDNESS_TARGET] = { .id = "target",
			      .label = "Target",
			      .help = "integrated loudness that is wanted here; "
				      "changes "
				      "no sound, meters and reports are held against "
				      "it",
			      .unit = "LUFS",
			      .curve = CURVE_LINEAR,
			      .min = -40,
			      .max = 0,
			      .def = -23,
			      .step = 0.5f },
	[LOUDNESS_TOLERANCE] = { .id = "tolerance",
				 .label = "Tolerance",
				 .help = "largest deviation from the target that is "
					 "right",
				 .unit = "LU",
				 .curve = CURVE_LINEAR,
				 .min = 0,
				 .max = 10,
				 .def = 1,
				 .step = 0.5f },
	[LOUDNESS_MAX_TRUE_PEAK] = { .id = "max_true_peak",
				     .label = "Highest true peak",
				     .help = "highest true peak allowed here",
				     .unit = "dBTP",
				     .curve = CURVE_LINEAR,
				     .min = -20,
				     .max = 0,
				     .def = -1,
				     .step = 0.1f },
};

#define SECONDS_ROW(place, name, text, what) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "s", \
		    .max = 1e7f, \
		    .fold = FOLD_LAST }

#define PEAK_ROW(place, name, text, what) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "dB", \
		    .min = -40, \
		    .max = 100, \
		    .fold = FOLD_LAST }

#define LUFS_ROW(place, name, text, what) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "LUFS", \
		    .min = LOUDNESS_FLOOR, \
		    .max = 5, \
		    .fold = FOLD_LAST }

static const char *const targets[] = { "measuring", "right", "just_off", "far_off",
				       NULL };
static const char *const limits[] = { "under", "was_over", "over", NULL };

static const struct meter meters[] = {
	LUFS_ROW(LOUDNESS_MOMENTARY, "momentary", "Momentary",
		 "loudness of the last 0.4 s"),
	LUFS_ROW(LOUDNESS_SHORT_TERM, "short_term", "Short term",
		 "loudness of the last 3 s"),
	LUFS_ROW(LOUDNESS_INTEGRATED, "integrated", "Integrated",
		 "gated loudness since the last clear"),
	[LOUDNESS_RANGE] = { .id = "range",
			     .label = "Range",
			     .help = "loudness range (EBU Tech 3342) since the last "
				     "clear",
			     .unit = "LU",
			     .max = 40,
			     .fold = FOLD_LAST },
	LUFS_ROW(LOUDNESS_MOMENTARY_MAX, "momentary_max", "Momentary max",
		 "highest since the last clear"),
	SECONDS_ROW(LOUDNESS_MOMENTARY_MAX_AT, "momentary_max_at", "Momentary max at",
		    "when the window of the highest ended, after the last clear"),
	LUFS_ROW(LOUDNESS_SHORT_TERM_MAX, "short_term_max", "Short term max",
		 "highest since the last clear"),
	SECONDS_ROW(LOUDNESS_SHORT_TERM_MAX_AT, "short_term_max_at",
		    "Short term max at",
		    "when the window of the highest ended, after the last clear"),
	PEAK_ROW(
		LOUDNESS_PLR, "plr", "PLR",
		"peak to loudness ratio: highest true peak over integrated loudness; 0 "
		"until there is any"),
	PEAK_ROW(LOUDNESS_PSR, "psr", "PSR",
		 "peak to short-term loudness ratio: highest true peak of the last 3 s "
		 "over "
		 "short-term loudness; 0 under -70 LUFS"),
	PEAK_ROW(LOUDNESS_PSR_MIN, "psr_min", "PSR min",
		 "lowest since the last clear; 0 until there is any"),
	[LOUDNESS_DR] = { .id = "dr",
			  .label = "DR",
			  .help = "dynamic range (TT) since the last clear: the "
				  "second-highest "
				  "peak over the RMS of the loudest fifth of blocks of "
				  "3 s, "
				  "whole dB; 0 until two blocks have passed",
			  .unit = "dB",
			  .max = 100,
			  .fold = FOLD_LAST,
			  .flags = METER_MEASURED },
	[LOUDNESS_CORRELATION] = { .id = "correlation",
				   .label = "Correlation",
				   .help = "of the first two channels over 0.4 s",
				   .unit = "",
				   .min = -1,
				   .max = 1,
				   .fold = FOLD_LAST },
	[LOUDNESS_CORRELATION_MIN] = { .id = "correlation_min",
				       .label = "Correlation min",
				       .help = "lowest of the last 3 s",
				       .unit = "",
				       .min = -1,
				       .max = 1,
				       .fold = FOLD_LAST },
	[LOUDNESS_BALANCE] = { .id = "balance",
			       .label = "Balance",
			       .help = "power of the first channel over that of the "
				       "second, "
				       "0.3 s",
			       .unit = "dB",
			       .min = -LOUDNESS_BALANCE_MOST,
			       .max = LOUDNESS_BALANCE_MOST,
			       .fold = FOLD_LAST },
	[LOUDNESS_TRUE_PEAK_MAX] = { .id = "true_peak_max",
				     .label = "True peak max",
				     .help = "of all channels, since the last clear",
				     .unit = "dB",
				     .min = -100,
				     .max = 6,
				     .fold = FOLD_LAST,
				     .flags = METER_LINEAR },
	[LOUDNESS_REFERENCE] = { .id = "reference",
				 .label = "Integrated (libebur128)",
				 .help = "integrated loudness as libebur128 measures "
					 "it "
					 "beside this meter: a check",
				 .unit = "LUFS",
				 .min = LOUDNESS_FLOOR,
				 .max = 5,
				 .fold = FOLD_LAST,
				 .flags = METER_MEASURED },
	[LOUDNESS_DISTANCE] = { .id = "distance",
				.label = "Distance",
				.help = "integrated loudness over the target; 0 while "
					"nothing is measured",
				.unit = "LU",
				.min = -100,
				.max = 45,
				.fold = FOLD_LAST },
	[LOUDNESS_ON_TARGET] = { .id = "on_target",
				 .label = "On target",
				 .help = "integrated loudness: within the tolerance, "
					 "up "
					 "to 1 LU beyond it (just off), or further",
				 .unit = "",
				 .max = LOUDNESS_FAR_OFF,
				 .fold = FOLD_LAST,
				 .choices = targets },
	[LOUDNESS_PEAK_LIMIT] = { .id = "peak_limit",
				  .label = "Peak limit",
				  .help = "true peak: over max_true_peak within the "
					  "last 3 s, or only before, since the last "
					  "clear",
				  .unit = "",
				  .max = LOUDNESS_OVER,
				  .fold = FOLD_MAX,
				  .choices = limits },
	[LOUDNESS_TRUE_PEAK] = { .id = "true_peak",
				 .label = "True peak",
				 .help = "between the samples too",
				 .unit = "dB",
				 .min = -100,
				 .max = 6,
				 .fold = FOLD_MAX,
				 .flags = METER_LINEAR | METER_PER_CHANNEL },
};

static void *init(struct arena *arena, const struct setup *setup)
{
	struct loudness *l = arena_alloc(arena, sizeof(*l));

	l->channels = setup->channels;
	l->bin_frames = (setup->rate + 50) / 100;
	l->momentary = l->short_term = LOUDNESS_FLOOR;
	l->correlation = l->correlation_min = 1;
	for (int i = 0; i < LOUDNESS_BINS; i++)
		l->correlations[i] = 1;
	kweight_init(&l->filter, setup->rate);
	for (int c = 0; c < l->channels; c++)
		l->weight[c] = kweight_channel(c, l->channels);
	return l;
}

/* ---- libebur128 and the dynamic range: meter thread ------------------------------ */

/* libebur128 as a check. Its histogram keeps memory constant. Its true peak is not
 * used: it reads low near half the rate and is most of the cost. */
struct witness {
	ebur128_state *reference;
	struct dynamicrange range[CHANNELS_MAX];
	int channels, rate;
	float clears;
	bool warm;
	int frames; /* since its last gating block */
	float reading, dr;
};

/* Restarts it; continues with the old one if there is no memory. */
static bool witness_clear(struct witness *w)
{
	ebur128_state *fresh =
		ebur128_init((unsigned)w->channels, (unsigned long)w->rate,
			     EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
	if (!fresh)
		return false;
	/* It weighs four to six channels as we do, but leaves out a rear pair. */
	for (int c = 6; c < w->channels; c++)
		ebur128_set_channel(fresh, (unsigned)c,
				    c == 6 ? EBUR128_Mp135 : EBUR128_Mm135);
	if (w->reference)
		ebur128_destroy(&w->reference);
	w->reference = fresh;
	w->frames = 0;
	w->reading = LOUDNESS_FLOOR;
	w->dr = 0;
	for (int c = 0; c < w->channels; c++)
		dynamicrange_init(&w->range[c], w->rate);
	return true;
}

static void *create(const struct setup *setup, char *error, size_t error_size)
{
	struct witness *w = calloc(1, sizeof(*w));

	if (w) {
		w->channels = setup->channels;
		w->rate = setup->rate;
		if (witness_clear(w))
			return w;
	}
	free(w);
	snprintf(error, error_size, "no memory for libebur128");
	return NULL;
}

static void destroy(void *handle)
{
	struct witness *w = handle;

	ebur128_destroy(&w->reference);
	free(w);
}

/* The mean of all channels, rounded as the TT meter does. */
static float range_of(const struct witness *w)
{
	double sum = 0;

	for (int c = 0; c < w->channels; c++)
		sum += dynamicrange_db(&w->range[c]);
	return (float)fmin(fmax(round(sum / w->channels), 0), 100);
}

static void measure(void *handle, const float *audio, int frames, const float *values,
		    float *readings)
{
	struct witness *w = handle;
	const float clears = values[LOUDNESS_CLEAR];
	const bool cleared = w->warm && (clears < w->clears || clears > w->clears);

	if (cleared)
		witness_clear(w);
	w->warm = true;
	w->clears = clears;
	ebur128_add_frames_float(w->reference, audio, (size_t)frames);
	for (int c = 0; c < w->channels; c++)
		dynamicrange_run(&w->range[c], audio + c, w->channels, frames);
	w->frames += frames;
	/* Reading the result is expensive, and it changes only every 0.1 s. */
	if (w->frames >= w->rate / 10) {
		double loudness = 0;
		w->frames -= w->rate / 10;
		if (ebur128_loudness_global(w->reference, &loudness) == 0)
			w->reading = fmaxf((float)loudness, LOUDNESS_FLOOR);
		w->dr = range_of(w);
	}
	readings[LOUDNESS_DR] = w->dr;
	readings[LOUDNESS_REFERENCE] = w->reading;
}

KERNELS_DECLARE(loudness);

extern const struct module module_loudness;
const struct module module_loudness = {
	.id = "loudness",
	.label = "Loudness",
	.help = "loudness (EBU R 128), true peak and correlation; passes the audio on",
	.flags = MODULE_LOUDNESS,
	.params = params,
	.param_count = LOUDNESS_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(*meters),
	.kernels = KERNELS(loudness),
	.init = init,
	.create = create,
	.destroy = destroy,
	.measure = measure,
};
