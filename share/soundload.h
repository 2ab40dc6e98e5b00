/* soundload.h - a whole sound file in memory, at the rate that is wanted. Not for the audio
 * thread. */
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
	bool more;      /* the file goes on */
	char note[512]; /* as soundfile.h's */
};

/* Up to `frames_max` frames at the file's own rate. False and a sentence without the path on
 * failure; a file without any audio is one. */
bool sound_load(struct sound *sound, const char *path, int64_t frames_max, char *error,
		size_t error_size);
/* Frames that sound_convert() puts before the first one: the filter begins to answer to it
 * before it comes. 0 where the rates are the same. */
int sound_lead(int from_rate, int to_rate);
/* Frames that it makes of so many, with `lead` before and as many behind. */
int64_t sound_length(int64_t frames, int from_rate, int to_rate, int lead);
/* To another rate, by libsamplerate. `lead`: 0, for what is heard (its medium quality), or
 * sound_lead() frames of room before and behind, for what must keep its whole spectrum (its
 * best). `gain` is applied. */
bool sound_convert(struct sound *sound, int rate, int lead, double gain, char *error,
		   size_t error_size);
/* Frames in it, by counting up to `most` where the file can't be believed; 0: unreadable. */
int64_t sound_count(const char *path, int64_t most, int *rate);

#endif
