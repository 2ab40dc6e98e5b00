/* loudness_control.c - the loudness meter's tables, and libebur128 in the meter thread. */
#include "modules/loudness/loudness.h"

#include <ebur128.h>
#include <stdio.h>
#include <stdlib.h>

#define LUFS_FLOOR (-100.0f)

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
	[place] = { .id = name, \
		    .label = text, \
		    .help = what, \
		    .unit = "LUFS", \
		    .min = LUFS_FLOOR, \
		    .max = 5, \
		    .fold = FOLD_LAST, \
		    .flags = METER_MEASURED }

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
			     .fold = FOLD_LAST,
			     .flags = METER_MEASURED },
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
	[LOUDNESS_TRUE_PEAK] = { .id = "true_peak",
				 .label = "True peak",
				 .help = "between the samples too",
				 .unit = "dB",
				 .min = -100,
				 .max = 6,
				 .fold = FOLD_MAX,
				 .flags = METER_LINEAR | METER_PER_CHANNEL },
};

struct analyser {
	ebur128_state *state;
	int rate;
	float clears;
	long frames; /* since the last clear */
	double momentary, short_term, integrated, range;
	double momentary_max, short_term_max;
};

static void *init(struct arena *arena, const struct setup *setup)
{
	struct loudness *l = arena_alloc(arena, sizeof *l);
	l->channels = setup->channels;
	l->bin_frames = setup->rate / 100;
	l->correlation = 1;
	return l;
}

/* NULL when memory is out. The order of channels is L R C LFE Ls Rs and the rear pair;
 * with four or five, L R Ls Rs and L R C Ls Rs, which libebur128 knows by itself. */
static ebur128_state *state_create(unsigned channels, unsigned long rate)
{
	ebur128_state *state =
		ebur128_init(channels, rate,
			     EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_S |
				     EBUR128_MODE_M | EBUR128_MODE_HISTOGRAM);
	if (state && channels > 6)
		ebur128_set_channel(state, 6, EBUR128_Mp135);
	if (state && channels > 7)
		ebur128_set_channel(state, 7, EBUR128_Mm135);
	return state;
}

static void readings_reset(struct analyser *a)
{
	a->frames = 0;
	a->momentary = a->short_term = a->integrated = (double)LUFS_FLOOR;
	a->momentary_max = a->short_term_max = (double)LUFS_FLOOR;
	a->range = 0;
}

static void *create(const struct setup *setup, char *error, size_t error_size)
{
	struct analyser *a = calloc(1, sizeof *a);
	if (a)
		a->state = state_create((unsigned)setup->channels,
					(unsigned long)setup->rate);
	if (!a || !a->state) {
		snprintf(error, error_size, "libebur128 refused %d channels at %d Hz",
			 setup->channels, setup->rate);
		free(a);
		return NULL;
	}
	a->rate = setup->rate;
	a->clears = setup->values[LOUDNESS_CLEAR];
	readings_reset(a);
	return a;
}

static void destroy(void *handle)
{
	struct analyser *a = handle;
	if (!a)
		return;
	ebur128_destroy(&a->state);
	free(a);
}

static void clear(struct analyser *a)
{
	ebur128_state *fresh = state_create(a->state->channels, a->state->samplerate);
	if (!fresh)
		return;
	ebur128_destroy(&a->state);
	a->state = fresh;
	readings_reset(a);
}

static float lufs(double value)
{
	return isfinite(value) ? fmaxf((float)value, LUFS_FLOOR) : LUFS_FLOOR;
}

/* Momentary loudness is read every 10 ms, or its maximum is missed; what needs more work,
 * every 100 ms. */
static void read_meters(struct analyser *a)
{
	ebur128_loudness_momentary(a->state, &a->momentary);
	if (a->frames >= a->rate * 4L / 10)
		a->momentary_max = fmax(a->momentary_max, a->momentary);
	if (a->frames % (a->rate / 100 * 10L))
		return;
	ebur128_loudness_shortterm(a->state, &a->short_term);
	ebur128_loudness_global(a->state, &a->integrated);
	ebur128_loudness_range(a->state, &a->range);
	if (a->frames >= a->rate * 3L)
		a->short_term_max = fmax(a->short_term_max, a->short_term);
}

static void measure(void *handle, const float *audio, int frames, const float *values,
		    float *slots)
{
	struct analyser *a = handle;
	const long hop = a->rate / 100;

	if (values[LOUDNESS_CLEAR] != a->clears) {
		a->clears = values[LOUDNESS_CLEAR];
		clear(a);
	}
	while (frames > 0) {
		const long wanted = hop - a->frames % hop;
		const long n = frames < wanted ? frames : wanted;
		ebur128_add_frames_float(a->state, audio, (size_t)n);
		audio += n * (long)a->state->channels;
		frames -= (int)n;
		a->frames += n;
		if (a->frames % hop == 0)
			read_meters(a);
	}
	slots[LOUDNESS_MOMENTARY] = lufs(a->momentary);
	slots[LOUDNESS_SHORT_TERM] = lufs(a->short_term);
	slots[LOUDNESS_INTEGRATED] = lufs(a->integrated);
	slots[LOUDNESS_RANGE] = isfinite(a->range) ? (float)a->range : 0;
	slots[LOUDNESS_MOMENTARY_MAX] = (float)a->momentary_max;
	slots[LOUDNESS_SHORT_TERM_MAX] = (float)a->short_term_max;
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
