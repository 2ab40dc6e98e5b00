/* soundload.h - loads a whole sound file into memory, at a given rate. Not for the
 * audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_SOUNDLOAD_H
#define LATHE_SHARE_SOUNDLOAD_H

#include "share/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sound {
	float *audio; /* interleaved; free() it */
	int64_t frames;
	int rate, channels;
	struct layout layout;
	bool more;      /* true: the file is longer */
	char note[512]; /* as soundfile.h's */
};

/* Loads up to `frames_max` frames at the file's own rate. False and a sentence without
 * the path on failure; a file without audio is a failure. */
bool sound_load(struct sound *sound, const char *path, int64_t frames_max, char *error,
		size_t error_size);
/* The same in memory of its own; NULL on failure. sound_forget() frees it. */
struct sound *sound_read(const char *path, int64_t frames_max, char *error,
			 size_t error_size);
void sound_forget(void *memory); /* a struct sound; NULL: nothing */
/* False and a text: no memory. */
bool sound_copy(struct sound *to, const struct sound *from, char *error,
		size_t error_size);
/* Frames that sound_convert() puts before the first one, because the filter responds to
 * it earlier. 0 if the rates are the same. */
int sound_lead(int from_rate, int to_rate);
/* Frames that it makes of so many, with `lead` frames before and as many after. */
int64_t sound_length(int64_t frames, int from_rate, int to_rate, int lead);
/* Converts to another rate by libsamplerate, and applies `gain`. `lead`: 0 for
 * listening (medium quality), or sound_lead() frames of room before and after, if the
 * whole spectrum must be kept (best quality). */
bool sound_convert(struct sound *sound, int rate, int lead, double gain, char *error,
		   size_t error_size);
/* The frames in a file, counted up to `most` if its header is not exact; 0:
 * unreadable. */
int64_t sound_count(const char *path, int64_t most, int *rate);

#endif
