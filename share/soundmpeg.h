/* soundmpeg.h - reads MPEG audio (MP1, MP2, MP3) from a range of a file, by libmpg123:
 * to the end of the data, through tags and joints. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_SOUNDMPEG_H
#define LATHE_SHARE_SOUNDMPEG_H

#include <stddef.h>
#include <stdint.h>

struct soundmpeg;
/* Later frames with a different rate or channels are converted to those of the first.
 * NULL and a sentence on failure. The caller keeps the file. */
struct soundmpeg *soundmpeg_open(int fd, int64_t at, int64_t bytes, int *rate,
				 int *channels, char *error, size_t error_size);
/* Reads interleaved frames; fewer than asked for at the end. */
int soundmpeg_read(struct soundmpeg *mpeg, float *to, int frames);
void soundmpeg_close(struct soundmpeg *mpeg);

#endif
