/* soundwriter.h - writes sound files, for every program: complete, or not at all.
 *
 * Channels come in the rack's order (layout.h) and are written in the file's order,
 * with its layout if the kind of file can store one. Not for the audio thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_SOUNDWRITER_H
#define LATHE_SHARE_SOUNDWRITER_H

#include "share/tags.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct soundwriter_inside;

struct soundwriter {
	bool replaces;   /* true: a file is there already */
	int64_t frames;  /* frames written */
	int64_t clipped; /* samples beyond full scale, cut to fit 16 or 24 bits */
	float peak;      /* the largest sample so far, linear */
	struct soundwriter_inside *inside;
};

/* The path's suffix and `format` choose the kind (soundkind.h). `frames`: how many will
 * come; -1: unknown. The same samples make the same file, byte
 * for byte. NULL and a sentence without the path on failure. */
struct soundwriter *soundwriter_open(const char *path, const char *format, int rate,
				     int channels, int64_t frames, char *error,
				     size_t error_size);
/* Writes interleaved frames. False and a sentence if, for example, the disk is full. */
bool soundwriter_write(struct soundwriter *writer, const float *from, int frames,
		       char *error, size_t error_size);
/* What the file will say of itself beside the audio; copied. */
void soundwriter_tags(struct soundwriter *writer, const struct tags *tags);
/* What has a place in it. */
enum tags_kind soundwriter_tags_kind(const struct soundwriter *writer);
/* Renames the file into its place. On failure an earlier file stays. Then call
 * close. */
bool soundwriter_finish(struct soundwriter *writer, char *error, size_t error_size);
/* Without soundwriter_finish() before it, nothing is left of the new file. */
void soundwriter_close(struct soundwriter *writer);

#endif
