/* failover_control.c - failover's tables, design and last-resort file. Worker and control
 * threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modules/failover/failover.h"
#include "share/soundfile.h"
#include "share/soundload.h"

#include <ebur128.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LOOP_MINUTES 15
#define LOOP_BYTES (256l << 20)
#define LOOP_FRAMES (LOOP_MINUTES * 60L * 384000)
#define LOOP_SHORTEST_S 0.1
#define LOOP_SEAM_S 0.02
#define LOOP_QUIETEST (-60.0) /* LUFS: what is softer is silence, not a last resort */

static const char *const restores[] = { "auto", "manual", "stay", NULL };
static const char *const holds[] = { "auto", "main", "second", "third", "file", NULL };
static const char *const modes[] = { "off", "alarm", "fail", NULL };
static const char *const leg_modes[] = { "off", "alarm", "copy", "fail", NULL };
static const char *const sources[] = {
	"main", "second", "third", "file", "none", NULL
};

#define FAULT_ROW(place, name, text, what, at_first) \
	SENSE_FAULT_ROW(place, name, text, what, at_first, modes, 2)

#define FADE_ROW(place, name, text, what, at_first) \
	[place] = { .id = (name), \
		    .label = (text), \
		    .help = (what), \
		    .unit = "ms", \
		    .curve = CURVE_LINEAR, \
		    .max = 5000, \
		    .def = (at_first), \
		    .step = 1 }

static const struct param params[FAILOVER_PARAMS] = {
	SENSE_ROWS,
	[FAILOVER_RESTORE] = { .id = "restore",
			       .label = "Restore",
			       .help = "auto: back to the first input that lives; "
				       "manual: "
				       "to main by `return` only; stay: never while "
				       "what "
				       "plays lives",
			       .unit = "",
			       .curve = CURVE_CHOICE,
			       .max = 2,
			       .choices = restores },
	[FAILOVER_RETURN] = { .id = "return",
			      .label = "Return",
			      .help = "Back to the first input that lives, now",
			      .unit = "",
			      .curve = CURVE_TRIGGER,
			      .max = 16777216,
			      .flags = PARAM_RECALL_SAFE },
	[FAILOVER_HOLD] = { .id = "hold",
			    .label = "Hold",
			    .help = "Plays this one by hand, alive or not; auto: "
				    "chooses",
			    .unit = "",
			    .curve = CURVE_CHOICE,
			    .max = 4,
			    .choices = holds,
			    .flags = PARAM_RECALL_SAFE },
	SENSE_TIME_ROW(FAILOVER_BOOT, "boot", "Boot",
		       "How long a main input that was never heard is waited for; 0: "
		       "for ever",
		       0, 300, 30),
	FADE_ROW(FAILOVER_FADE, "fade", "Fade", "Of a switch down the order", 50),
	FADE_ROW(FAILOVER_FADE_BACK, "fade_back", "Fade back",
		 "Of a switch up the order", 500),
	[FAILOVER_SETTLE] = { .id = "settle",
			      .label = "Settle after",
			      .help = "So many switches within the settle time, and it "
				      "stays where it is while that lives; 0: never",
			      .unit = "",
			      .curve = CURVE_INTEGER,
			      .max = FAILOVER_SETTLE_MAX,
			      .def = 3 },
	SENSE_TIME_ROW(FAILOVER_SETTLE_TIME, "settle_time", "Settle time",
		       "In which the switches are counted", 1, 3600, 600),
	SENSE_TIME_ROW(FAILOVER_SETTLE_HOLD, "settle_hold", "Settle hold",
		       "How long it stays", 0, 3600, 900),
	SENSE_FAULT_ROW(FAILOVER_ONE_LEG, "one_leg", "One leg",
			SENSE_HELP_ONE_LEG "; copy: the other takes its place", 1,
			leg_modes, 3),
	FAULT_ROW(FAILOVER_IDENTICAL, "identical", "Identical", SENSE_HELP_IDENTICAL,
		  0),
	FAULT_ROW(FAILOVER_INVERTED, "inverted", "Inverted", SENSE_HELP_INVERTED, 1),
	FAULT_ROW(FAILOVER_TONE, "tone", "Tone", SENSE_HELP_TONE, 1),
	FAULT_ROW(FAILOVER_STATIC, "static", "Static", SENSE_HELP_STATIC, 1),
	FAULT_ROW(FAILOVER_STUCK, "stuck", "Stuck", SENSE_HELP_STUCK, 1),
	FAULT_ROW(FAILOVER_DC, "dc", "DC", SENSE_HELP_DC, 1),
	FAULT_ROW(FAILOVER_CLIPPING, "clipping", "Clipping", SENSE_HELP_CLIPPING, 1),
	[FAILOVER_LAST] = { .id = "last",
			    .label = "Last resort",
			    .help = "Sound file that plays again and again when no "
				    "input "
				    "lives; at most 15 min and 256 MiB in memory",
			    .unit = "",
			    .curve = CURVE_FILE,
			    .flags = PARAM_REBUILD },
	[FAILOVER_LAST_LEVEL] = { .id = "last_level",
				  .label = "Last level",
				  .help = "Loudness of the file",
				  .unit = "LUFS",
				  .curve = CURVE_LINEAR,
				  .min = -36,
				  .max = -8,
				  .def = -16,
				  .step = 0.5f },
};

static const struct meter meters[] = {
	{ .id = "source",
	  .label = "Source",
	  .help = "What plays; none: no input lives and there is no file, main passes",
	  .unit = "",
	  .max = FAILOVER_SOURCES - 1,
	  .fold = FOLD_LAST,
	  .choices = sources },
	{ .id = "switches",
	  .label = "Switches",
	  .help = "Since it was placed",
	  .unit = "",
	  .max = 1e7f,
	  .fold = FOLD_LAST },
	{ .id = "settled",
	  .label = "Settled",
	  .help = "It has switched too often and stays where it is",
	  .unit = "",
	  .max = 1,
	  .fold = FOLD_LAST,
	  .choices = off_on },
	{ .id = "file_at",
	  .label = "File at",
	  .help = "Where in the file",
	  .unit = "s",
	  .max = LOOP_MINUTES * 60,
	  .fold = FOLD_LAST },
	{ .id = "level",
	  .label = "Level",
	  .help = "RMS of 100 ms in the band, of the loudest channel; 1 is main",
	  .unit = "dB",
	  .min = -120,
	  .max = 63,
	  .fold = FOLD_LAST,
	  .flags = METER_LINEAR,
	  .group = "input",
	  .count = FAILOVER_INPUTS },
	{ .id = "state",
	  .label = "State",
	  .help = SENSE_HELP_STATE,
	  .unit = "",
	  .max = SENSE_STATES - 1,
	  .fold = FOLD_LAST,
	  .group = "input",
	  .count = FAILOVER_INPUTS,
	  .choices = sense_states },
	{ .id = "dead",
	  .label = "Silent for",
	  .help = SENSE_HELP_DEAD,
	  .unit = "s",
	  .max = 1e7f,
	  .fold = FOLD_LAST,
	  .group = "input",
	  .count = FAILOVER_INPUTS },
};

static const char *const sides[] = { "second", "third", NULL };

static void *init(struct arena *arena, const struct setup *setup)
{
	struct sense_tables *tables = arena_alloc(arena, sizeof(*tables));
	struct failover *f = arena_alloc(arena, sizeof(*f));

	sense_tables_init(tables);
	sense_init(&f->sense, tables, setup->rate, setup->channels, FAILOVER_INPUTS);
	f->rate = setup->rate;
	f->now.leg = f->next.leg = -1;
	return f;
}

/* ---- the file ---------------------------------------------------------------------------- */

static const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* False, and why, when it takes too much at this rate in so many channels. */
static bool loop_fits(double seconds, int rate, int channels, char *error,
		      size_t error_size)
{
	const double bytes = seconds * rate * channels * (double)sizeof(float);

	if (bytes <= (double)LOOP_BYTES)
		return true;
	snprintf(error, error_size,
		 "it takes %.0f MiB in memory at %d Hz in %d channels; %ld would do",
		 bytes / (1 << 20), rate, channels, LOOP_BYTES >> 20);
	return false;
}

/* What a loop can be made of; false, and why, when the file is not so. */
static bool file_fits(const char *path, char *error, size_t error_size)
{
	int rate = 0;
	const int64_t frames = sound_count(path, INT64_MAX / 2, &rate);
	const double seconds = rate > 0 ? (double)frames / rate : 0.0;
	struct soundfile *file = soundfile_open(path, error, error_size);

	if (!file)
		return false;
	const int channels = file->channels;
	soundfile_close(file);
	if (frames == 0 || rate == 0)
		return true; /* sound_read() says why */
	if (seconds < LOOP_SHORTEST_S)
		snprintf(error, error_size, "it is %.3f s long; %.1f would do", seconds,
			 LOOP_SHORTEST_S);
	else if (seconds > LOOP_MINUTES * 60)
		snprintf(error, error_size, "it is %.1f minutes long; %d would do",
			 seconds / 60, LOOP_MINUTES);
	else
		return loop_fits(seconds, rate, channels, error, error_size);
	return false;
}

/* The content is a struct sound at the file's own rate. */
static void *file_read(const char *path, char *error, size_t error_size)
{
	return file_fits(path, error, error_size)
		       ? sound_read(path, LOOP_FRAMES, error, error_size)
		       : NULL;
}

/* Gain to 0 LUFS (ITU-R BS.1770, gated); false when it is silence or no audio. */
static bool sound_gain(const struct sound *sound, int channels, double *gain,
		       char *error, size_t error_size)
{
	double loudness = -HUGE_VAL;

	ebur128_state *meter =
		ebur128_init((unsigned)sound->channels, (unsigned long)sound->rate,
			     EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
	if (meter) {
		if (sound->channels == 1 && channels > 1)
			ebur128_set_channel(meter, 0, EBUR128_DUAL_MONO);
		ebur128_add_frames_float(meter, sound->audio, (size_t)sound->frames);
		ebur128_loudness_global(meter, &loudness);
		ebur128_destroy(&meter);
	}
	*gain = pow(10.0, -loudness / 20.0);
	if (isfinite(loudness) && loudness > LOOP_QUIETEST)
		return true;
	snprintf(error, error_size,
		 "its loudness is %.0f LUFS; more than %.0f would do", loudness,
		 LOOP_QUIETEST);
	return false;
}

static void destroy(void *handle)
{
	struct failover_loop *loop = handle;

	if (!loop)
		return;
	if (loop->memory)
		munlock(loop->memory, loop->bytes);
	free(loop->memory);
	free(loop);
}

/* Channels of the rack that the file feeds: mono both of the first two, else its own. */
static int loop_channels(const struct sound *sound, int channels)
{
	if (sound->channels == 1)
		return channels < 2 ? channels : 2;
	return sound->channels < channels ? sound->channels : channels;
}

/* The end fades into the beginning, so that the loop has no seam. */
static void loop_fill(struct failover_loop *loop, const struct sound *sound, int seam)
{
	for (int c = 0; c < CHANNELS_MAX && loop->channel[c]; c++) {
		const int from = sound->channels == 1 ? 0 : c;
		for (uint64_t n = 0; n < loop->frames; n++)
			loop->channel[c][n] =
				sound->audio[n * (uint64_t)sound->channels +
					     (uint64_t)from];
		for (int n = 0; n < seam; n++) {
			const double in = smooth_shape((double)n / seam);
			const double out = 1.0 - in;
			const double power = 1.0 / sqrt(in * in + out * out);
			const uint64_t tail = loop->frames + (uint64_t)n;
			const double ending =
				(double)sound->audio[tail * (uint64_t)sound->channels +
						     (uint64_t)from];
			loop->channel[c][n] =
				(float)(power * (in * (double)loop->channel[c][n] +
						 out * ending));
		}
	}
}

static bool loop_make(struct failover_loop *loop, const struct sound *sound,
		      int channels)
{
	const int seam = (int)(LOOP_SEAM_S * sound->rate);
	const int count = loop_channels(sound, channels);
	const size_t frames = (size_t)(sound->frames - seam);

	loop->bytes = frames * (size_t)count * sizeof(float);
	loop->memory = malloc(loop->bytes);
	if (!loop->memory)
		return false;
	loop->frames = frames;
	for (int c = 0; c < count; c++)
		loop->channel[c] = loop->memory + (size_t)c * frames;
	loop_fill(loop, sound, seam);
	/* As far as the limits allow; the audio plays without it, too. */
	(void)mlock(loop->memory, loop->bytes);
	return true;
}

/* The loop of a file's content, at the rack's rate. */
static bool loop_read(struct failover_loop *loop, const struct sound *content,
		      const struct setup *setup, char *error, size_t error_size)
{
	struct sound sound = { 0 };

	const bool good =
		loop_fits((double)content->frames / content->rate, setup->rate,
			  setup->channels, error, error_size) &&
		sound_copy(&sound, content, error, error_size) &&
		sound_convert(&sound, setup->rate, 0, 1.0, error, error_size) &&
		sound_gain(&sound, setup->channels, &loop->gain, error, error_size) &&
		loop_make(loop, &sound, setup->channels);
	free(sound.audio);
	return good;
}

/* A file that is refused leaves a failover between inputs, and a text. */
static void *create(const struct setup *setup, char *error, size_t error_size)
{
	const struct file *file = setup->files ? setup->files[FAILOVER_LAST] : NULL;
	struct failover_loop *loop = calloc(1, sizeof(*loop));
	char why[256] = "no memory";

	if (!loop) {
		snprintf(error, error_size, "%s", why);
		return NULL;
	}
	if (file && !file->content)
		snprintf(why, sizeof(why), "%s", file->error);
	if (file &&
	    !(file->content && loop_read(loop, file->content, setup, why, sizeof(why))))
		snprintf(error, error_size,
			 "no last resort: %s: %s; it chooses between its inputs",
			 path_name(file->path), why);
	return loop;
}

/* ---- design ------------------------------------------------------------------------------ */

static size_t numbers_bytes(const struct setup *setup)
{
	(void)setup;
	return sizeof(struct failover_numbers);
}

static void design(const struct setup *setup, const float *values, void *numbers)
{
	static const struct {
		enum failover_param param;
		enum sense_fault fault;
		float fail; /* the choice that leaves the input */
	} faults[] = {
		{ FAILOVER_ONE_LEG, SENSE_ONE_LEG, ONE_LEG_FAIL },
		{ FAILOVER_IDENTICAL, SENSE_IDENTICAL, 2 },
		{ FAILOVER_INVERTED, SENSE_INVERTED, 2 },
		{ FAILOVER_TONE, SENSE_TONE, 2 },
		{ FAILOVER_STATIC, SENSE_STATIC, 2 },
		{ FAILOVER_STUCK, SENSE_STUCK, 2 },
		{ FAILOVER_DC, SENSE_DC, 2 },
		{ FAILOVER_CLIPPING, SENSE_CLIPPING, 2 },
	};
	struct failover_numbers *n = numbers;
	const float per_ms = (float)setup->rate / 1000.0f;
	sense_rules_design(&n->rules, setup->rate, values);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sense_rules_fault(&n->rules, faults[i].fault, values[faults[i].param],
				  faults[i].fail);
	n->last_gain = pow(10.0, (double)values[FAILOVER_LAST_LEVEL] / 20.0);
	n->boot = (double)values[FAILOVER_BOOT];
	n->settle_time = (double)values[FAILOVER_SETTLE_TIME];
	n->settle_hold = (double)values[FAILOVER_SETTLE_HOLD];
	n->fade = (int)lrintf(values[FAILOVER_FADE] * per_ms);
	n->fade_back = (int)lrintf(values[FAILOVER_FADE_BACK] * per_ms);
	n->settle = (int)lrintf(values[FAILOVER_SETTLE]);
	n->restore = (int)lrintf(values[FAILOVER_RESTORE]);
	n->hold = (int)lrintf(values[FAILOVER_HOLD]);
	n->copy = lrintf(values[FAILOVER_ONE_LEG]) == ONE_LEG_COPY;
}

KERNELS_DECLARE(failover);

extern const struct module module_failover;
const struct module module_failover = {
	.id = "failover",
	.label = "Failover",
	.help = "Plays the first input that lives: main, second, third, or a file",
	.flags = MODULE_FAILOVER,
	.params = params,
	.param_count = FAILOVER_PARAMS,
	.meters = meters,
	.meter_count = sizeof(meters) / sizeof(*meters),
	.sides = sides,
	.kernels = KERNELS(failover),
	.read = file_read,
	.forget = sound_forget,
	.init = init,
	.create = create,
	.destroy = destroy,
	.numbers_bytes = numbers_bytes,
	.design = design,
};
