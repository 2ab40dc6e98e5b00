/* soundwriter.h - writes sound files, for every program: whole, or not at all.
 *
 * Channels come in the rack's order (layout.h) and are written in the file's, with its
 * layout where the kind can hold one. Not for the audio thread.
 */
#ifndef LATHE_SHARE_SOUNDWRITER_H
#define LATHE_SHARE_SOUNDWRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const char *const soundwriter_formats[]; /* of samples, NULL after the last */
/* libsndfile's format for a path's suffix and a sample format, one of these or NULL (float;
 * 24 for FLAC). 0 when there is none. */
int soundwriter_format(const char *path, const char *format);

struct soundwriter_inside;

struct soundwriter {
	bool replaces;   /* a file that is there */
	int64_t frames;  /* written */
	int64_t clipped; /* samples beyond full scale, cut to fit 16 or 24 bits */
	float peak;      /* the largest sample, linear */
	struct soundwriter_inside *inside;
};

/* `frames`: how many will come, -1 when that is not known. The same samples make the same
 * file, byte by byte. NULL and a sentence without the path on failure. */
struct soundwriter *soundwriter_open(const char *path, const char *format, int rate,
				     int channels, int64_t frames, char *error,
				     size_t error_size);
/* Interleaved. False and a sentence when the disk is full, for instance. */
bool soundwriter_write(struct soundwriter *writer, const float *from, int frames,
		       char *error, size_t error_size);
/* Puts the file in its place. On failure what was there stays. Either way: then close. */
bool soundwriter_finish(struct soundwriter *writer, char *error, size_t error_size);
/* Without soundwriter_finish(): as if it had never been opened. */
void soundwriter_close(struct soundwriter *writer);

#endif
