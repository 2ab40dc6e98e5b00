/* soundfile.h - reads sound files, for every program: plays what is there.
 *
 * A header's length is a hint. Samples come to the end of the data, through files that
 * were joined, cut, or never finished; where header and content disagree, one sentence
 * says so when the end is reached. Not for the audio thread.
 */
#ifndef LATHE_SHARE_SOUNDFILE_H
#define LATHE_SHARE_SOUNDFILE_H

#include "share/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct soundfile_inside;

struct soundfile {
	int rate, channels;
	/* That will come: known when `exact`, else what the headers promise, or -1. */
	int64_t frames;
	bool exact;
	int64_t read; /* so far */
	struct layout layout;
	char note[512]; /* without the file's name; empty where all is well */
	struct soundfile_inside *inside;
};

/* NULL and a sentence without the file's name on failure. */
struct soundfile *soundfile_open(const char *path, char *error, size_t error_size);
/* The next interleaved frames; fewer than asked for only at the end, which completes `note`. */
int soundfile_read(struct soundfile *file, float *to, int frames);
void soundfile_close(struct soundfile *file);

/* Both paths lead to one existing file. */
bool soundfile_is_same(const char *one, const char *other);

#endif
