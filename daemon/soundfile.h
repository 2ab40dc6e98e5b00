/* soundfile.h - sound files to write, by libsndfile. Not for the audio thread. */
#ifndef LATHE_SOUNDFILE_H
#define LATHE_SOUNDFILE_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libsndfile's format for a path's suffix and a sample format: "float", "24", "16" or NULL
 * (float; 24 for FLAC). 0 when there is none. */
int soundfile_format(const char *path, const char *format);
/* 16 or 24, or 0 where floats are written. */
int soundfile_bits(const char *path, const char *format);
/* The same samples make the same file, byte by byte. `frames`: how many will come; a WAV that
 * could pass 4 GB is made an RF64. NULL and a sentence on failure. */
SNDFILE *soundfile_create(const char *path, const char *format, int rate, int channels,
			  int64_t frames, char *error, size_t error_size);
bool soundfile_is_flac(const char *path);
/* Both paths lead to one existing file. */
bool soundfile_is_same(const char *one, const char *other);

#endif
