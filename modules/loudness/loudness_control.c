/* loudness_control.c - the loudness meter's tables and layout, worker thread, and its
 * witness, meter thread. */
#include "modules/loudness/loudness.h"

#include <ebur128.h>
#include <stdio.h>
#include <stdlib.h>

static const struct param params[LOUDNESS_PARAMS] = {
	[LOUDNESS_CLEAR] = { .id = "clear",
			     .label = "Clear",
			     .help = "integrated loudness, range and maxima start anew",
			     .unit = "",
			     .curve = CURVE_TRIGGER,
			     .max = 16777216,
			     .flags = PARAM_RECALL_SAFE },
};

#define LUFS_ROW(place, name, text, what) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "LUFS", \
		    .min = LOUDNESS_FLOOR, \
		    .max = 5, \
		    .fold = FOLD_LAST }

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
	LUFS_ROW(LOUDNESS_SHORT_TERM_MAX, "short_term_max", "Short term max",
		 "highest since the last clear"),
	[LOUDNESS_CORRELATION] = { .id = "correlation",
				   .label = "Correlation",
				   .help = "of the first two channels over 0.4 s",
				   .unit = "",
				   .min = -1,
				   .max = 1,
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
				 .label = "Reference",
				 .help = "integrated loudness by libebur128, to check "
					 "ours against",
				 .unit = "LUFS",
				 .min = LOUDNESS_FLOOR,
				 .max = 5,
				 .fold = FOLD_LAST,
				 .flags = METER_MEASURED },
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
	struct loudness *l = arena_alloc(arena, sizeof *l);
	l->channels = setup->channels;
	l->bin_frames = (setup->rate + 50) / 100;
	l->momentary = l->short_term = LOUDNESS_FLOOR;
	l->correlation = 1;
	kweight_init(&l->filter, setup->rate);
	for (int c = 0; c < l->channels; c++)
		l->weight[c] = kweight_channel(c, l->channels);
	return l;
}

/* ---- the witness ------------------------------------------------------------------ */

/* libebur128 beside us. Its histogram keeps memory constant; its true peak is not asked
 * for: it reads low near half the rate and is most of the cost. */
struct witness {
	ebur128_state *reference;
	int channels, rate;
	float clears;
	bool warm;
	int frames; /* since its last gating block */
	float reading;
};

/* Starts anew; keeps the old count when there is no memory. */
static bool witness_clear(struct witness *w)
{
	ebur128_state *fresh =
		ebur128_init((unsigned)w->channels, (unsigned long)w->rate,
			     EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
	if (!fresh)
		return false;
	/* It takes four, five and six channels as we do, but leaves out a rear pair. */
	for (int c = 6; c < w->channels; c++)
		ebur128_set_channel(fresh, (unsigned)c,
				    c == 6 ? EBUR128_Mp135 : EBUR128_Mm135);
	if (w->reference)
		ebur128_destroy(&w->reference);
	w->reference = fresh;
	w->frames = 0;
	w->reading = LOUDNESS_FLOOR;
	return true;
}

static void *create(const struct setup *setup, char *error, size_t error_size)
{
	struct witness *w = calloc(1, sizeof *w);
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
	w->frames += frames;
	/* Asking costs more than listening; a new answer comes every 0.1 s. */
	if (w->frames >= w->rate / 10) {
		double loudness = 0;
		w->frames -= w->rate / 10;
		if (ebur128_loudness_global(w->reference, &loudness) == 0)
			w->reading = fmaxf((float)loudness, LOUDNESS_FLOOR);
	}
	readings[LOUDNESS_REFERENCE] = w->reading;
}

KERNELS_DECLARE(loudness);

extern const struct module module_loudness;
const struct module module_loudness = {
	.id = "loudness",
	.label = "Loudness",
	.help = "loudness (EBU R 128), true peak and correlation; passes the audio on",
	.params = params,
	.param_count = LOUDNESS_PARAMS,
	.meters = meters,
	.meter_count = sizeof meters / sizeof *meters,
	.kernels = KERNELS(loudness),
	.init = init,
	.create = create,
	.destroy = destroy,
	.measure = measure,
};
