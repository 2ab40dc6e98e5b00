/* tags.h - what sound files say of themselves beside the audio: texts, pictures, cue
 * points, the broadcast extension, other chunks. Read from any kind, written into any kind
 * that has a place for it. Not for the audio thread.
 *
 * Texts have the names of Vorbis comments, in capitals (TITLE, TRACKNUMBER, ISRC ...); a
 * name may come several times.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_TAGS_H
#define LATHE_SHARE_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tag {
	char *name, *value; /* UTF-8 */
};

struct picture {
	int type; /* ID3v2's and FLAC's: 3 is the front cover */
	char *mime, *description;
	uint8_t *bytes;
	size_t size;
};

struct cue_point {
	int64_t frame;
	char *label; /* or "" */
};

/* A chunk of a RIFF file that is carried as it is: iXML, axml, cart, smpl ... */
struct tags_chunk {
	char id[5];
	uint8_t *bytes;
	size_t size;
};

/* EBU Tech 3285: the broadcast extension. */
struct bext {
	char description[257], originator[33], reference[33], date[11], time[9];
	uint64_t time_reference; /* frames since midnight */
	uint8_t umid[64];
	/* Version 2, in hundredths of LUFS, LU, dBTP; TAGS_NO_LEVEL: not measured. */
	int loudness, range, true_peak, momentary, short_term;
	char *history; /* or NULL */
};

enum { TAGS_NO_LEVEL = 0x7fff };

struct tags {
	struct tag *tags;
	struct picture *pictures;
	struct cue_point *cues;
	struct tags_chunk *chunks;
	int tag_count, picture_count, cue_count, chunk_count;
	bool has_bext;
	struct bext bext;
	int rate; /* Hz: of the cue points and the time reference */
};

/* Kinds of files, as tags see them. */
enum tags_kind {
	TAGS_NONE, /* no place for anything */
	TAGS_RIFF, /* WAV, RF64 */
	TAGS_AIFF,
	TAGS_CAF,
	TAGS_FLAC,
	TAGS_VORBIS,
	TAGS_OPUS,
	TAGS_MP3,
};

/* What the file holds; empty if it can't be read, or holds nothing. Never NULL. `rate`:
 * that of the audio, Hz. */
struct tags *tags_read(const char *path, int rate);
struct tags *tags_copy(const struct tags *tags);
void tags_destroy(struct tags *tags);

/* The first value of a name, or NULL. */
const char *tags_get(const struct tags *tags, const char *name);
void tags_add(struct tags *tags, const char *name, const char *value);
/* Replaces all of that name; NULL removes them. */
void tags_set(struct tags *tags, const char *name, const char *value);
void tags_add_picture(struct tags *tags, int type, const char *mime,
		      const char *description, const uint8_t *bytes, size_t size);
void tags_add_cue(struct tags *tags, int64_t frame, const char *label);
void tags_add_chunk(struct tags *tags, const char *id, const uint8_t *bytes,
		    size_t size);

/* Moves cue points and the time reference to another rate and start: `cut` frames of the
 * old rate are gone at the front. */
void tags_move(struct tags *tags, int rate, int64_t cut);

/* Writes the tags into a complete sound file of that kind, which is open for reading and
 * writing. False and a sentence on failure; then the file is no longer whole. */
bool tags_place(const struct tags *tags, int fd, enum tags_kind kind, char *error,
		size_t error_size);
/* Names what has no place in that kind: "bext, 2 pictures"; "" if everything has. */
void tags_lost(const struct tags *tags, enum tags_kind kind, char *text, size_t size);

#endif
