/* tags_place.c - writes tags into complete sound files. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags.h"

#include "share/tags_kinds.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

bool range_write(int fd, int64_t at, const void *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t n = pwrite(fd, (const char *)bytes + done, size - done,
					 (off_t)(at + (int64_t)done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

bool range_shift(int fd, int64_t at, int64_t by)
{
	enum { PIECE = 1 << 20 };
	const int64_t end = range_end(fd), count = end - at;
	bool good = true;

	/* From the end when it grows, from the start when it shrinks. */
	for (int64_t done = 0; good && by && done < count;) {
		const int64_t n = count - done < PIECE ? count - done : PIECE;
		const int64_t from = by > 0 ? end - done - n : at + done;
		uint8_t *piece = range_read(fd, from, (size_t)n);
		good = piece && range_write(fd, from + by, piece, (size_t)n);
		free(piece);
		done += n;
	}
	return good && (by >= 0 || ftruncate(fd, (off_t)(end + by)) == 0);
}

/* Adds chunks at the end of a WAV, RF64 or AIFF, and puts the size in its head right. */
static bool chunks_place(int fd, const struct bytes *chunks, bool high_first)
{
	int64_t end = range_end(fd);
	uint8_t head[8], wide[8];
	const uint8_t zero = 0;
	bool good = true;

	if (end & 1)
		good = range_write(fd, end++, &zero, 1);
	good = good && range_write(fd, end, chunks->at, chunks->count) &&
	       pread(fd, head, 8, 0) == 8;
	const uint64_t size = (uint64_t)end + chunks->count - 8;
	if (good && memcmp(head, "RF64", 4) == 0) {
		for (int i = 0; i < 8; i++)
			wide[i] = (uint8_t)(size >> 8 * i);
		return range_write(fd, 20, wide, 8); /* "ds64" comes first */
	}
	if (size > UINT32_MAX) {
		errno = EFBIG;
		return false;
	}
	for (int i = 0; i < 4; i++)
		head[4 + i] = (uint8_t)(size >> 8 * (high_first ? 3 - i : i));
	return good && range_write(fd, 4, head + 4, 4);
}

/* A CAF's audio has its size in its head, and more chunks may follow. */
static bool caf_place(int fd, const struct bytes *chunks)
{
	return range_write(fd, range_end(fd), chunks->at, chunks->count);
}

static bool mp3_place(const struct tags *tags, int fd)
{
	struct bytes tag = { NULL, 0, 0 };

	id3_write(tags, 4, &tag);
	const bool good = range_shift(fd, 0, (int64_t)tag.count) &&
			  range_write(fd, 0, tag.at, tag.count);
	free(tag.at);
	return good;
}

static void block_add(struct bytes *to, int type, const struct bytes *body)
{
	bytes_low(to, (uint64_t)type, 1);
	bytes_high(to, body->count, 3);
	bytes_add(to, body->at, body->count);
}

enum { FLAC_COMMENT = 4, FLAC_PICTURE = 6, FLAC_BLOCK_MOST = 0xffffff };

/* STREAMINFO and what else the encoder wrote stay; comments and pictures are new. */
static bool flac_blocks(const struct tags *tags, int fd, struct bytes *blocks,
			int64_t *end)
{
	struct bytes comment = { NULL, 0, 0 };
	int64_t at = 4;
	uint8_t head[4] = { 0 };

	while (!(head[0] & 128)) {
		if (pread(fd, head, 4, (off_t)at) != 4)
			return false;
		const size_t size = (size_t)high_number(head + 1, 3);
		const int type = head[0] & 127;
		uint8_t *body = range_read(fd, at + 4, size);
		if (!body)
			return false;
		const struct bytes kept = { body, size, size };
		if (type != FLAC_COMMENT && type != FLAC_PICTURE)
			block_add(blocks, type, &kept);
		if (type == FLAC_COMMENT && size >= 4 &&
		    low_number(body, 4) <= size - 4) {
			char *vendor =
				strndup((char *)body + 4, (size_t)low_number(body, 4));
			vorbis_write(tags, vendor ? vendor : "", false, &comment);
			free(vendor);
		}
		free(body);
		at += 4 + (int64_t)size;
	}
	if (!comment.at)
		vorbis_write(tags, "", false, &comment);
	block_add(blocks, FLAC_COMMENT, &comment);
	free(comment.at);
	*end = at;
	return true;
}

bool flac_place(const struct tags *tags, int fd)
{
	struct bytes blocks = { NULL, 0, 0 };
	size_t last = 0;
	int64_t end = 0;
	bool good = flac_blocks(tags, fd, &blocks, &end);

	for (int i = 0; i < tags->picture_count && good; i++) {
		struct bytes body = { NULL, 0, 0 };
		flac_picture_write(&tags->pictures[i], &body);
		if (body.count <= FLAC_BLOCK_MOST)
			block_add(&blocks, FLAC_PICTURE, &body);
		free(body.at);
	}
	/* The last block says that it is. */
	for (size_t at = 0; good && at + 4 <= blocks.count;) {
		last = at;
		blocks.at[at] &= 127;
		at += 4 + (size_t)high_number(blocks.at + at + 1, 3);
	}
	if (good) {
		blocks.at[last] |= 128;
		good = range_shift(fd, end, 4 + (int64_t)blocks.count - end) &&
		       range_write(fd, 4, blocks.at, blocks.count);
	}
	free(blocks.at);
	return good;
}

bool tags_place(const struct tags *tags, int fd, enum tags_kind kind, char *error,
		size_t error_size)
{
	struct bytes chunks = { NULL, 0, 0 };
	bool good = true;

	errno = 0;
	if (kind == TAGS_RIFF)
		riff_write(tags, &chunks);
	else if (kind == TAGS_AIFF)
		aiff_write(tags, &chunks);
	else if (kind == TAGS_CAF)
		caf_write(tags, &chunks);
	else if (kind == TAGS_FLAC)
		good = flac_place(tags, fd);
	else if (kind == TAGS_VORBIS || kind == TAGS_OPUS)
		good = ogg_place(tags, fd, kind);
	else if (kind == TAGS_MP3 &&
		 (tags->tag_count || tags->picture_count || tags->cue_count))
		good = mp3_place(tags, fd);
	if (chunks.count)
		good = kind == TAGS_CAF ? caf_place(fd, &chunks)
					: chunks_place(fd, &chunks, kind == TAGS_AIFF);
	free(chunks.at);
	if (!good)
		snprintf(error, error_size, "its tags can't be written: %s",
			 errno ? strerror(errno) : "the file is not as expected");
	return good;
}
