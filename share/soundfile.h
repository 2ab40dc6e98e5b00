/* soundfile.h - reads sound files, for every program.
 *
 * A length in a header is only a hint: samples are read to the end of the data, also in
 * files that were joined, cut off or never finished. If header and content disagree,
 * one sentence says so when the end is reached. Not for the audio thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_SOUNDFILE_H
#define LATHE_SHARE_SOUNDFILE_H

#include "share/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct soundfile_inside;

struct soundfile {
	int rate, channels;
	/* Total length: certain if `exact`, else the headers' claim, or -1. */
	int64_t frames;
	bool exact;
	int64_t read; /* read so far */
	struct layout layout;
	char note[512]; /* without the file's name; empty if nothing is wrong */
	struct soundfile_inside *inside;
};

/* NULL and a sentence without the file's name on failure. */
struct soundfile *soundfile_open(const char *path, char *error, size_t error_size);
/* Reads the next interleaved frames; fewer than asked for only at the end, where `note`
 * is complete. */
int soundfile_read(struct soundfile *file, float *to, int frames);
void soundfile_close(struct soundfile *file);

/* Whether both paths are the same existing file. */
bool soundfile_is_same(const char *one, const char *other);

#endif
