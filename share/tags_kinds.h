/* tags_kinds.h - tags in the forms of the kinds of files; for tags*.c alone.
 *
 * Readers add to tags, and take whatever bytes they get: what is cut off or wrong is left
 * out. Writers append to bytes.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_TAGS_KINDS_H
#define LATHE_SHARE_TAGS_KINDS_H

#include "share/bytes.h"
#include "share/tags.h"

/* What one text is called elsewhere; NULL: it has no name of its own there. */
struct tags_name {
	const char *name, *id3, *info, *caf;
};

extern const struct tags_name tags_names[]; /* ends with NULL */

/* One name of many, by the value of that column; NULL. */
const struct tags_name *tags_name_id3(const char *id);
const struct tags_name *tags_name_info(const char *id);
const struct tags_name *tags_name_caf(const char *id);

/* Adds text that may be Latin-1, as UTF-8; without ends of 0 bytes and spaces. */
void tags_add_bytes(struct tags *tags, const char *name, const uint8_t *text,
		    size_t size);

/* Vorbis comments, from the vendor on. `framed`: with Vorbis' last bit. Chapters are cue
 * points. Pictures are comments only if `pictures`: FLAC has blocks for them. */
void vorbis_read(struct tags *tags, const uint8_t *from, size_t size);
void vorbis_write(const struct tags *tags, const char *vendor, bool pictures,
		  struct bytes *to);
/* A FLAC picture block. */
void flac_picture_read(struct tags *tags, const uint8_t *from, size_t size);
void flac_picture_write(const struct picture *picture, struct bytes *to);

/* A whole ID3v2 tag (2.2, 2.3, 2.4). Writes 2.4 or, for WAV and AIFF, the 2.3 that more
 * programs read. */
void id3_read(struct tags *tags, const uint8_t *from, size_t size);
void id3_write(const struct tags *tags, int version, struct bytes *to);

/* The bytes of a chunk. */
void riff_chunk_read(struct tags *tags, const char *id, const uint8_t *from,
		     size_t size);
void aiff_chunk_read(struct tags *tags, const char *id, const uint8_t *from,
		     size_t size);
void caf_chunk_read(struct tags *tags, const char *id, const uint8_t *from,
		    size_t size);
/* All chunks, each padded to an even size. */
void riff_write(const struct tags *tags, struct bytes *to);
void aiff_write(const struct tags *tags, struct bytes *to);
void caf_write(const struct tags *tags, struct bytes *to);

/* The comment packet of an Ogg file: its bytes, for free(), or NULL. */
uint8_t *ogg_comment(int fd, size_t *size, enum tags_kind *kind);

/* Reads all of a range, or nothing; free() it. */
uint8_t *range_read(int fd, int64_t at, size_t size);
bool range_write(int fd, int64_t at, const void *bytes, size_t size);
/* Moves everything from `at` on by so many bytes towards the end. */
bool range_shift(int fd, int64_t at, int64_t by);
int64_t range_end(int fd);

bool flac_place(const struct tags *tags, int fd);
bool ogg_place(const struct tags *tags, int fd, enum tags_kind kind);

#endif
