/* soundload.c - loads a whole sound file into memory, at a given rate. Not for the
 * audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundload.h"

#include "share/soundfile.h"

#include <math.h>
#include <samplerate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PIECE = 4096,
	FILTER_FRAMES = 144, /* half the best converter's length */
	STEP_MAX = 8192,
};

/* Makes room for more frames. */
static bool grow(struct sound *sound, int64_t *room)
{
	const int64_t more = *room ? 2 * *room : 16 * PIECE;
	float *audio = realloc(sound->audio,
			       (size_t)more * (size_t)sound->channels * sizeof(float));

	if (!audio)
		return false;
	sound->audio = audio;
	*room = more;
	return true;
}

static bool load(struct sound *sound, struct soundfile *file, int64_t frames_max)
{
	int64_t room = 0;
	int got = PIECE;

	while (got == PIECE && sound->frames < frames_max) {
		if (sound->frames + PIECE > room && !grow(sound, &room))
			return false;
		got = soundfile_read(file,
				     sound->audio + (size_t)sound->frames *
							    (size_t)sound->channels,
				     PIECE);
		sound->frames += got;
	}
	if (sound->frames > frames_max) {
		sound->frames = frames_max;
		sound->more = true;
	} else if (got == PIECE) {
		float *one = calloc((size_t)sound->channels, sizeof(*one));
		sound->more = one && soundfile_read(file, one, 1) == 1;
		free(one);
	}
	return true;
}

bool sound_load(struct sound *sound, const char *path, int64_t frames_max, char *error,
		size_t error_size)
{
	struct soundfile *file = soundfile_open(path, error, error_size);

	*sound = (struct sound) { 0 };
	if (!file)
		return false;
	sound->rate = file->rate;
	sound->channels = file->channels;
	sound->layout = file->layout;
	const bool good = load(sound, file, frames_max);
	memcpy(sound->note, file->note, sizeof(sound->note));
	soundfile_close(file);
	if (good && sound->frames > 0)
		return true;
	snprintf(error, error_size,
		 good ? "holds no audio" : "does not fit into memory");
	free(sound->audio);
	sound->audio = NULL;
	return false;
}

void sound_forget(void *memory)
{
	struct sound *sound = memory;

	if (!sound)
		return;
	free(sound->audio);
	free(sound);
}

struct sound *sound_read(const char *path, int64_t frames_max, char *error,
			 size_t error_size)
{
	struct sound *sound = calloc(1, sizeof(*sound));

	if (!sound)
		snprintf(error, error_size, "no memory");
	else if (!sound_load(sound, path, frames_max, error, error_size)) {
		sound_forget(sound);
		sound = NULL;
	}
	return sound;
}

bool sound_copy(struct sound *to, const struct sound *from, char *error,
		size_t error_size)
{
	const size_t bytes =
		(size_t)from->frames * (size_t)from->channels * sizeof(float);

	*to = *from;
	to->audio = malloc(bytes);
	if (!to->audio) {
		snprintf(error, error_size, "no memory");
		return false;
	}
	memcpy(to->audio, from->audio, bytes);
	return true;
}

/* Frames of silence before the first: enough for the filter, and a whole number at both
 * rates, so that every frame keeps its position. */
static int64_t frames_before(int from_rate, int to_rate)
{
	const int slower = from_rate < to_rate ? from_rate : to_rate;
	int a = from_rate, b = to_rate;

	while (b) {
		const int rest = a % b;
		a = b;
		b = rest;
	}
	const int64_t least = (int64_t)FILTER_FRAMES * from_rate / slower + 1;
	const int64_t step = from_rate / a;
	return step > STEP_MAX ? least : (least + step - 1) / step * step;
}

int sound_lead(int from_rate, int to_rate)
{
	return from_rate == to_rate
		       ? 0
		       : (int)llrint((double)frames_before(from_rate, to_rate) *
				     to_rate / from_rate);
}

int64_t sound_length(int64_t frames, int from_rate, int to_rate, int lead)
{
	if (from_rate == to_rate)
		return frames;
	return (int64_t)ceil((double)frames * to_rate / from_rate) + 2 * lead;
}

bool sound_convert(struct sound *sound, int rate, int lead, double gain, char *error,
		   size_t error_size)
{
	const double ratio = (double)rate / sound->rate;
	const int64_t before = lead ? frames_before(sound->rate, rate) : 0;
	const size_t channels = (size_t)sound->channels;
	const int64_t in_frames = sound->frames + 2 * before;
	const int64_t frames = sound_length(sound->frames, sound->rate, rate, lead);

	if (rate == sound->rate)
		return true;
	float *in = calloc((size_t)in_frames * channels, sizeof(*in));
	float *out = calloc((size_t)frames * channels, sizeof(*out));
	SRC_DATA data = { .data_in = in,
			  .data_out = out,
			  .input_frames = (long)in_frames,
			  .output_frames = (long)frames,
			  .src_ratio = ratio };
	int status = 1;
	if (in && out) {
		memcpy(in + (size_t)before * channels, sound->audio,
		       (size_t)sound->frames * channels * sizeof(*in));
		status = src_simple(
			&data, lead ? SRC_SINC_BEST_QUALITY : SRC_SINC_MEDIUM_QUALITY,
			sound->channels);
	}
	free(in);
	if (status) {
		snprintf(error, error_size, "can't be brought from %d to %d Hz: %s",
			 sound->rate, rate, out ? src_strerror(status) : "no memory");
		free(out);
		return false;
	}
	for (size_t i = 0; i < (size_t)frames * channels; i++)
		out[i] = (float)(gain * (double)out[i]);
	free(sound->audio);
	sound->audio = out;
	sound->frames = lead ? frames : data.output_frames_gen;
	sound->rate = rate;
	return true;
}

int64_t sound_count(const char *path, int64_t most, int *rate)
{
	char error[128];
	struct soundfile *file = soundfile_open(path, error, sizeof(error));
	int64_t frames = 0;
	int got = PIECE;

	if (!file)
		return 0;
	*rate = file->rate;
	float *piece = calloc((size_t)PIECE * (size_t)file->channels, sizeof(*piece));
	if (file->exact)
		frames = file->frames;
	else
		while (piece && got == PIECE && frames < most) {
			got = soundfile_read(file, piece, PIECE);
			frames += got;
		}
	free(piece);
	soundfile_close(file);
	return frames < most ? frames : most;
}
