/* soundmpeg.h - MPEG audio (MP1, MP2, MP3) out of a window of a file, by libmpg123: to the
 * end of what is there, through tags and joints. Not for the audio thread. */
#ifndef LATHE_SHARE_SOUNDMPEG_H
#define LATHE_SHARE_SOUNDMPEG_H

#include <stddef.h>
#include <stdint.h>

struct soundmpeg;
/* What comes later at another rate or with other channels is brought to the first's. NULL
 * and a sentence on failure. The file stays the caller's. */
struct soundmpeg *soundmpeg_open(int fd, int64_t at, int64_t bytes, int *rate,
				 int *channels, char *error, size_t error_size);
/* Interleaved frames; less than asked for at the end. */
int soundmpeg_read(struct soundmpeg *mpeg, float *to, int frames);
void soundmpeg_close(struct soundmpeg *mpeg);

#endif
