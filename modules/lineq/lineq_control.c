/* lineq_control.c - the linear-phase equaliser's tables, design and files. Worker and control
 * threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "dsp/fft.h"
#include "dsp/serial.h"
#include "modules/lineq/lineq.h"
#include "share/soundload.h"

static const char *const lengths[] = { "normal", "long", NULL };

static const struct param params[LINEQ_BAND] = {
	[LINEQ_LENGTH] = { .id = "length",
			   .label = "Length",
			   .help = "Long waits twice as long, and is exact for narrow "
				   "bands an octave lower",
			   .unit = "",
			   .curve = CURVE_CHOICE,
			   .max = 1.0f,
			   .choices = lengths,
			   .flags = PARAM_REBUILD },
	[LINEQ_FILE] = { .id = "file",
			 .label = "Impulse response",
			 .help = "Sound file that takes the place of the bands, such "
				 "as "
				 "a room's correction: at most 65536 frames, mono or a "
				 "channel each",
			 .unit = "",
			 .curve = CURVE_FILE,
			 .flags = PARAM_REBUILD },
};

#define BAND(type, freq, q) \
	{ \
		1, type, freq, 0, q, EQ_STEREO \
	}
static const float band_defaults[EQ_BANDS][EQ_STATIC_ROWS] = EQ_BANDS_AT_FIRST;

static const struct param_group groups[] = {
	{ .id = "band",
	  .label = "Band",
	  .count = EQ_BANDS,
	  .row_count = EQ_STATIC_ROWS,
	  .rows = eq_band_rows,
	  .defaults = &band_defaults[0][0] },
};

static const struct file *lineq_file(const struct setup *setup)
{
	return setup->files ? setup->files[LINEQ_FILE] : NULL;
}

/* Taps on each side of the middle: 64 ms or 128 ms, including the cell being filled. */
static int lineq_reach(const struct setup *setup)
{
	const int cells = setup->values[LINEQ_LENGTH] >= 1 ? 96 : 48;

	return (int)((long)cells * setup->rate / 48000) * CONVOLVE_CELL -
	       CONVOLVE_CELL - 1;
}

/* The file's frames at the rack's rate; 0 if it can't be used. */
static int lineq_file_taps(const struct setup *setup, int *lead)
{
	const struct sound *sound = lineq_file(setup)->content;

	*lead = sound ? sound_lead(sound->rate, setup->rate) : 0;
	if (!sound)
		return 0;
	const int64_t taps =
		sound_length(sound->frames, sound->rate, setup->rate, *lead);
	return taps < LINEQ_TAPS_MAX ? (int)taps : LINEQ_TAPS_MAX;
}

static struct convolve_shape lineq_shape(const struct setup *setup)
{
	int lead;

	if (lineq_file(setup))
		return convolve_shape(lineq_file_taps(setup, &lead));
	return convolve_shape(2 * lineq_reach(setup) + 1);
}

static int lineq_latency(const struct setup *setup)
{
	int lead = lineq_reach(setup);

	if (lineq_file(setup))
		lineq_file_taps(setup, &lead);
	return CONVOLVE_CELL + lead;
}

static int lineq_warmup(const struct setup *setup)
{
	int lead;
	const int taps = lineq_file(setup) ? lineq_file_taps(setup, &lead)
					   : 2 * lineq_reach(setup) + 1;

	return taps + CONVOLVE_CELL;
}

/* ---- state ----------------------------------------------------------------------- */

static float *floats(struct arena *arena, size_t count)
{
	return arena_alloc(arena, count * sizeof(float));
}

static void lineq_init_deck(struct lineq *s, struct lineq_deck *deck,
			    struct arena *arena)
{
	const struct convolve_shape *shape = &s->clock.shape;
	const int kernels = s->channels == 1   ? 1
			    : s->channels == 2 ? LINEQ_REST
					       : LINEQ_KERNELS;

	deck->taps = floats(arena, LINEQ_KERNELS * ((size_t)s->reach + 1));
	for (int k = 0; k < kernels; k++)
		for (int layer = 0; layer < 2; layer++)
			deck->kernel[k].spectra[layer] =
				floats(arena, convolve_spectra(shape, layer));
}

static void *lineq_init(struct arena *arena, const struct setup *setup)
{
	struct lineq *s = arena_alloc(arena, sizeof(*s));
	const bool file = lineq_file(setup);

	s->rate = setup->rate;
	s->channels = setup->channels;
	s->reach = lineq_reach(setup);
	s->clock.shape = lineq_shape(setup);
	s->mask = 2 * CONVOLVE_CELL - 1;
	while (s->mask < (uint32_t)s->reach + 2 * CONVOLVE_CELL)
		s->mask = 2 * s->mask + 1;
	for (int d = 0; d < 2 && !file; d++)
		lineq_init_deck(s, &s->deck[d], arena);
	for (int c = 0; c < s->channels; c++) {
		for (int layer = 0; layer < 2; layer++)
			s->input[c].spectra[layer] = floats(
				arena, 2 * convolve_spectra(&s->clock.shape, layer));
		if (!file)
			s->past[c] = floats(arena, s->mask + 1);
		if (s->clock.shape.slots[1] == 0)
			continue;
		const size_t block = (size_t)s->clock.shape.size[1];
		s->input[c].blocks = floats(arena, 3 * block);
		for (int d = 0; d < (file ? 1 : 2); d++) {
			s->deck[d].output[c].blocks = floats(arena, 2 * block);
			s->deck[d].output[c].sum = floats(arena, 2 * block);
		}
	}
	return s;
}

/* ---- files ----------------------------------------------------------------------- */

static void lineq_destroy(void *memory)
{
	struct lineq_handle *handle = memory;

	if (!handle)
		return;
	convolve_unplan(&handle->plans);
	if (handle->memory)
		munlock(handle->memory, handle->bytes);
	free(handle->memory);
	free(handle);
}

/* The response in the rack's order of channels and at its rate, with the same gain. */
static bool lineq_fit(struct sound *sound, const struct setup *setup, char *error,
		      size_t error_size)
{
	const int lead = sound_lead(sound->rate, setup->rate);
	const int64_t taps =
		sound_length(sound->frames, sound->rate, setup->rate, lead);
	int place[CHANNELS_MAX];
	float frame[CHANNELS_MAX];

	if (sound->more || taps > LINEQ_TAPS_MAX) {
		snprintf(error, error_size,
			 "has %lld frames at %d Hz, %d at %d Hz would do at most",
			 (long long)taps, setup->rate, LINEQ_TAPS_MAX - 2 * lead,
			 setup->rate);
		return false;
	}
	if (sound->channels != 1 && sound->channels != setup->channels) {
		snprintf(error, error_size, "has %d channels, 1 or %d would do",
			 sound->channels, setup->channels);
		return false;
	}
	if (sound->channels > 1 &&
	    !layout_place(&sound->layout, setup->channels, place, error, error_size))
		return false;
	for (int64_t n = 0; sound->channels > 1 && n < sound->frames; n++) {
		float *at = sound->audio + n * sound->channels;
		memcpy(frame, at, (size_t)sound->channels * sizeof(*frame));
		for (int c = 0; c < sound->channels; c++)
			at[place[c]] = frame[c];
	}
	return sound_convert(sound, setup->rate, lead,
			     (double)sound->rate / setup->rate, error, error_size);
}

/* Allocates all spectra, touched and locked. */
static bool lineq_reserve(struct lineq_handle *handle)
{
	const size_t spectra[2] = { convolve_spectra(&handle->shape, 0),
				    convolve_spectra(&handle->shape, 1) };
	const size_t count = (size_t)handle->kernel_count;

	handle->bytes = (spectra[0] + spectra[1]) * count * sizeof(float);
	handle->memory = aligned_alloc(64, handle->bytes);
	if (!handle->memory)
		return false;
	memset(handle->memory, 0, handle->bytes);
	/* As far as the limits allow; it works without the lock. */
	(void)mlock(handle->memory, handle->bytes);
	float *at = handle->memory;
	for (size_t k = 0; k < count; k++)
		for (int layer = 0; layer < 2; layer++) {
			handle->kernel[k].spectra[layer] = at;
			at += spectra[layer];
		}
	return true;
}

/* samples: interleaved, `frames` frames. */
static void lineq_transform(struct lineq_handle *handle, const float *samples,
			    int frames)
{
	for (int k = 0; k < handle->kernel_count; k++)
		for (int p = 0; p < convolve_partitions(&handle->shape); p++) {
			float taps[CONVOLVE_BLOCK_LONG] = { 0 };
			const int size =
				handle->shape.size[p >= handle->shape.slots[0]];
			const int first = convolve_first_tap(&handle->shape, p);
			for (int i = 0; i < size && first + i < frames; i++)
				taps[i] =
					samples[(first + i) * handle->kernel_count + k];
			convolve_partition(&handle->plans, &handle->shape,
					   &handle->kernel[k], p, taps);
		}
}

static bool lineq_are_finite(const float *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(samples[i]))
			return false;
	return true;
}

static bool lineq_take(struct lineq_handle *handle, const struct setup *setup,
		       struct sound *sound, char *error, size_t error_size)
{
	if (!lineq_fit(sound, setup, error, error_size))
		return false;
	handle->shape = convolve_shape((int)sound->frames);
	handle->kernel_count = sound->channels;
	if (!lineq_are_finite(sound->audio,
			      (size_t)sound->frames * (size_t)sound->channels))
		snprintf(error, error_size, "holds samples that are not numbers");
	else if (!lineq_reserve(handle))
		snprintf(error, error_size, "no memory");
	else {
		lineq_transform(handle, sound->audio, (int)sound->frames);
		return true;
	}
	return false;
}

/* The content is a struct sound at the file's own rate. */
static void *lineq_read(const char *path, char *error, size_t error_size)
{
	return sound_read(path, LINEQ_FRAMES_MAX, error, error_size);
}

static bool lineq_use(struct lineq_handle *handle, const struct setup *setup,
		      const struct file *file, char *error, size_t error_size)
{
	const char *name = strrchr(file->path, '/');
	struct sound sound = { 0 };
	char why[256];

	snprintf(why, sizeof(why), "%s", file->error);
	const bool good = file->content &&
			  sound_copy(&sound, file->content, why, sizeof(why)) &&
			  lineq_take(handle, setup, &sound, why, sizeof(why));
	if (!good)
		snprintf(error, error_size, "%s: %s", name ? name + 1 : file->path,
			 why);
	free(sound.audio);
	return good;
}

static void *lineq_create(const struct setup *setup, char *error, size_t error_size)
{
	struct lineq_handle *handle = calloc(1, sizeof(*handle));
	const struct file *file = lineq_file(setup);

	if (!handle || !convolve_plan(&handle->plans)) {
		snprintf(error, error_size, "no memory");
		lineq_destroy(handle);
		return NULL;
	}
	if (file && !lineq_use(handle, setup, file, error, error_size)) {
		lineq_destroy(handle);
		return NULL;
	}
	return handle;
}

/* ---- design ---------------------------------------------------------------------- */

static size_t lineq_numbers_bytes(const struct setup *setup)
{
	size_t taps = (size_t)lineq_reach(setup) + 1;

	if (lineq_file(setup))
		taps = 0;
	return sizeof(struct lineq_numbers) + LINEQ_KERNELS * taps * sizeof(float);
}

/* A transform so long that its time aliasing is far below what is cut off. */
static int lineq_transform_size(int reach)
{
	int size = 1024;

	while (size < 8 * reach)
		size *= 2;
	return size;
}

/* Work space of one design. */
struct lineq_draft {
	int size, points;       /* of the transform; from 0 Hz to half the rate */
	double *power[EQ_WAYS]; /* the bands' |H|^2 */
	double *re, *im, *turns;
	double *memory;
};

static bool lineq_draft_init(struct lineq_draft *draft, int reach)
{
	const size_t size = (size_t)lineq_transform_size(reach);
	const size_t points = size / 2 + 1;

	draft->size = (int)size;
	draft->points = (int)points;
	draft->memory = malloc((3 * size + EQ_WAYS * points) * sizeof(double));
	if (!draft->memory)
		return false;
	draft->re = draft->memory;
	draft->im = draft->re + size;
	draft->turns = draft->im + size;
	for (size_t w = 0; w < EQ_WAYS; w++) {
		draft->power[w] = draft->turns + size + w * points;
		for (size_t k = 0; k < points; k++)
			draft->power[w][k] = 1;
	}
	return true;
}

/* Multiplies a band into the paths that it works on; returns their bits. */
static unsigned lineq_add_band(struct lineq_draft *draft, const struct setup *setup,
			       const float *value)
{
	const enum eq_type type = (enum eq_type)value[EQ_TYPE];
	const enum eq_channels where = (enum eq_channels)value[EQ_CHANNELS];
	const double gain_db = (double)value[EQ_GAIN];
	unsigned ways = 0;

	if (value[EQ_ON] == 0.0f || (eq_needs_gain(type) && gain_db == 0.0))
		return 0;
	const struct section h = eq_analogue(type, gain_db, (double)value[EQ_Q]);
	const double step = setup->rate / (double)value[EQ_FREQ] / draft->size;
	for (enum eq_way way = 0; way < EQ_WAYS; way++)
		ways |= (unsigned)eq_takes(way, where, setup->channels) << way;
	for (int k = 0; k < draft->points; k++) {
		const double s = k * step, power = section_power(&h, s * s);
		for (int way = 0; way < EQ_WAYS; way++)
			if (ways >> way & 1)
				draft->power[way][k] *= power;
	}
	return ways;
}

/* The response of one kernel at a point, signed. */
static double lineq_response(const struct lineq_draft *draft, int kernel, int k)
{
	const double left = sqrt(draft->power[EQ_WAY_LEFT][k]);
	const double right = sqrt(draft->power[EQ_WAY_RIGHT][k]);
	const double mid = sqrt(draft->power[EQ_WAY_MID][k]);
	const double side = sqrt(draft->power[EQ_WAY_SIDE][k]);

	switch (kernel) {
	case LINEQ_LEFT:
		return 0.5 * left * (mid + side);
	case LINEQ_RIGHT:
		return 0.5 * right * (mid + side);
	case LINEQ_LEFT_RIGHT:
		return 0.5 * left * (mid - side);
	case LINEQ_RIGHT_LEFT:
		return 0.5 * right * (mid - side);
	default:
		return sqrt(draft->power[EQ_WAY_REST][k]);
	}
}

/* Responses to taps, two kernels in one transform: both are real and even. */
static void lineq_make_taps(const struct lineq_draft *draft,
			    struct lineq_numbers *numbers, int first, int second)
{
	const int reach = numbers->reach;

	for (int k = 0; k < draft->points; k++) {
		const int mirror = (draft->size - k) % draft->size;
		draft->re[k] = draft->re[mirror] = lineq_response(draft, first, k);
		draft->im[k] = draft->im[mirror] = lineq_response(draft, second, k);
	}
	fft_run(draft->re, draft->im, draft->size, draft->turns);
	for (int n = 0; n <= reach; n++) {
		numbers->taps[first * (reach + 1) + n] =
			(float)(draft->re[n] / draft->size);
		numbers->taps[second * (reach + 1) + n] =
			(float)(draft->im[n] / draft->size);
	}
}

/* The kernels that these paths need. */
static unsigned lineq_used(unsigned ways, int channels)
{
	const bool crossed = ways >> EQ_WAY_MID & 1 || ways >> EQ_WAY_SIDE & 1;

	if (ways == 0)
		return 0;
	unsigned used = 1u << LINEQ_LEFT;
	if (channels >= 2)
		used |= 1u << LINEQ_RIGHT;
	if (crossed)
		used |= 1u << LINEQ_LEFT_RIGHT | 1u << LINEQ_RIGHT_LEFT;
	if (channels > 2)
		used |= 1u << LINEQ_REST;
	return used;
}

static void lineq_design(const struct setup *setup, const float *values, void *place)
{
	struct lineq_numbers *numbers = place;
	struct lineq_draft draft;
	unsigned ways = 0;
	bool alike = true;

	numbers->serial = number_serial(values + LINEQ_BAND, EQ_BANDS * EQ_STATIC_ROWS);
	numbers->used = 0;
	if (lineq_file(setup))
		return;
	numbers->reach = lineq_reach(setup);
	if (!lineq_draft_init(&draft, numbers->reach))
		return;
	for (int b = 0; b < EQ_BANDS; b++) {
		const float *value = values + LINEQ_BAND + b * EQ_STATIC_ROWS;
		const unsigned added = lineq_add_band(&draft, setup, value);
		alike &= added == 0 || value[EQ_CHANNELS] == EQ_STEREO;
		ways |= added;
	}
	numbers->used =
		alike && ways ? 1u << LINEQ_LEFT : lineq_used(ways, setup->channels);
	if (numbers->used)
		lineq_make_taps(&draft, numbers, LINEQ_LEFT, LINEQ_RIGHT);
	if (numbers->used >> LINEQ_LEFT_RIGHT & 1)
		lineq_make_taps(&draft, numbers, LINEQ_LEFT_RIGHT, LINEQ_RIGHT_LEFT);
	if (numbers->used >> LINEQ_REST & 1)
		lineq_make_taps(&draft, numbers, LINEQ_REST, LINEQ_REST);
	free(draft.memory);
}

KERNELS_DECLARE(lineq);
extern const struct module module_lineq;
const struct module module_lineq = {
	.id = "lineq",
	.label = "Linear-phase equaliser",
	.help = "Eight bands without phase shift, or the impulse response of a file",
	.params = params,
	.param_count = LINEQ_BAND,
	.groups = groups,
	.group_count = 1,
	.kernels = KERNELS(lineq),
	.read = lineq_read,
	.forget = sound_forget,
	.init = lineq_init,
	.create = lineq_create,
	.destroy = lineq_destroy,
	.latency = lineq_latency,
	.warmup = lineq_warmup,
	.numbers_bytes = lineq_numbers_bytes,
	.design = lineq_design,
};
