/* soundfile.h - sound files, by libsndfile. Not for the audio thread. */
#ifndef LATHE_SHARE_SOUNDFILE_H
#define LATHE_SHARE_SOUNDFILE_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char *const soundfile_formats[]; /* of samples, NULL after the last */
/* libsndfile's format for a path's suffix and a sample format, one of these or NULL (float;
 * 24 for FLAC). 0 when there is none. */
int soundfile_format(const char *path, const char *format);
/* 16 or 24, or 0 where floats are written. */
int soundfile_bits(const char *path, const char *format);
/* The same samples make the same file, byte by byte. `frames`: how many will come; a WAV that
 * could pass 4 GB is made an RF64. NULL and a sentence on failure. */
SNDFILE *soundfile_create(const char *path, const char *format, int rate, int channels,
			  int64_t frames, char *error, size_t error_size);
/* Bytes of sound that a WAV's head promises and the file has not; 0 for others. */
int64_t soundfile_missing(const char *path);
/* Both paths lead to one existing file. */
bool soundfile_is_same(const char *one, const char *other);

#endif
