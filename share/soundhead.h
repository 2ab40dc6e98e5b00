/* soundhead.h - where the audio lies in a sound file: in how many parts, of what kind.
 *
 * Reads the file's own bytes, and takes a length in a header only as a hint. PCM
 * samples (WAV, RF64, W64, AIFF, CAF, AU) are found here and read as raw data, so that
 * no other parser depends on the header; FLAC, Ogg and MPEG are split where one stream
 * ends and the next begins; every other file is left to libsndfile as a whole. Not for
 * the audio thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_SOUNDHEAD_H
#define LATHE_SHARE_SOUNDHEAD_H

#include "share/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { SOUNDPARTS_MAX = 4096 };

struct soundpart {
	int64_t at, bytes; /* the range of bytes in the file */
	int64_t promised;  /* frames according to its header; -1: not given */
	int raw;           /* libsndfile's SF_FORMAT_RAW with subtype and order, or 0 */
	int rate, channels, frame_bytes; /* of raw samples */
	bool mpeg;
	/* Of what libsndfile reads by its head: a size in it that is put right, where in the
	 * window, and what it said. 0: none. */
	int64_t patch_at;
	uint32_t patch;
	int64_t bytes_said;
	bool open_ended; /* its last page is missing */
	bool unfinished; /* its header was never completed: `promised` is meaningless */
	struct layout layout;
};

struct soundhead {
	int fd;
	int64_t size;
	struct soundpart *parts;
	int count;
};

/* Reads an open regular file. False: out of memory. Call soundhead_finish() after
 * it. */
bool soundhead_read(struct soundhead *head, int fd, int64_t size);
void soundhead_finish(struct soundhead *head);
/* The name of a known kind that cannot be read ("MP4 (M4A, AAC, ALAC)"), or NULL. */
const char *soundhead_foreign(const struct soundhead *head);

/* ---- for the parsers ------------------------------------------------------------- */

/* Reads all `count` bytes at a position, or returns false. */
bool soundhead_get(const struct soundhead *head, int64_t at, void *to, size_t count);
uint64_t soundhead_high(const uint8_t *bytes, int count); /* big-endian */
uint64_t soundhead_low(const uint8_t *bytes, int count);
/* Whether the four letters there are this name. */
static inline bool soundhead_is(const uint8_t *bytes, const char *name)
{
	return memcmp(bytes, name, 4) == 0;
}
/* Adds a part; NULL if there are too many, or no memory. */
struct soundpart *soundhead_add(struct soundhead *head, int64_t at, int64_t bytes);
/* Whether the bytes there may be the head of a chunk, or are the file's end. */
bool soundhead_is_chunk(const struct soundhead *head, int64_t at, bool high_first);
/* Sets `bytes` and `promised` of a part of PCM samples. `declared`: bytes in its
 * header, UINT64_MAX if not given; `wide`: the size has more than 32 bits, so it cannot
 * have wrapped. Returns where the part's data end. */
int64_t soundhead_extent(const struct soundhead *head, struct soundpart *part,
			 uint64_t declared, bool wide, bool high_first);

/* Each returns where its part ends, or -1 if the bytes at `start` are of a different
 * kind. */
int64_t soundhead_riff(struct soundhead *head, int64_t start);
int64_t soundhead_w64(struct soundhead *head, int64_t start);
int64_t soundhead_aiff(struct soundhead *head, int64_t start);
int64_t soundhead_caf(struct soundhead *head, int64_t start);
int64_t soundhead_au(struct soundhead *head, int64_t start);
int64_t soundhead_flac(struct soundhead *head, int64_t start);
int64_t soundhead_ogg(struct soundhead *head, int64_t start);
int64_t soundhead_mpeg(struct soundhead *head, int64_t start);

#endif
