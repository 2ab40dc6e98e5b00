/* soundkind.h - the kinds of sound files that are written: by suffix, with sample format or
 * bit rate. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_SOUNDKIND_H
#define LATHE_SHARE_SOUNDKIND_H

#include "share/tags.h"

#include <stdbool.h>
#include <stddef.h>

struct soundkind {
	int format; /* libsndfile's kind and sample format; 0: there is none */
	int bits;   /* of fixed-point words; 0: floats, or a lossy kind */
	int kbps;   /* of a lossy kind, in all; else 0 */
	enum tags_kind tags;
	int channels_max;
};

/* The kind of a path's suffix. `format`: "float", "24", "16", of lossy kinds "192k"; NULL:
 * the usual one. format 0 when there is none. */
struct soundkind soundkind_of(const char *path, const char *format);
/* Whether the text is a format of any kind. */
bool soundkind_is_format(const char *format);
/* What --format would accept for a path, or for all if NULL: "24 or 16". */
const char *soundkind_accepts(const char *path);
/* ".wav .flac ...": all suffixes. */
const char *soundkind_suffixes(void);
/* The rate that such a file is written with when the audio has this one, Hz: the same,
 * unless the kind does not know it. */
int soundkind_rate(const struct soundkind *kind, int rate);
/* libsndfile's compression level for the bit rate. */
double soundkind_level(const struct soundkind *kind, int rate, int channels);

#endif
