/* tags_read.c - finds tags in files of every kind. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags.h"

#include "share/tags_kinds.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Chunks and blocks beyond this are no tags. */
static const uint64_t block_most = 256u << 20;

uint8_t *range_read(int fd, int64_t at, size_t size)
{
	uint8_t *bytes = malloc(size + 1);
	size_t done = 0;

	while (bytes && done < size) {
		const ssize_t got = pread(fd, bytes + done, size - done,
					  (off_t)(at + (int64_t)done));
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	if (bytes && done == size)
		return bytes;
	free(bytes);
	return NULL;
}

int64_t range_end(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? (int64_t)status.st_size : 0;
}

static bool head_read(int fd, int64_t at, uint8_t *head, size_t size)
{
	return pread(fd, head, size, (off_t)at) == (ssize_t)size;
}

typedef void chunk_reader(struct tags *, const char *, const uint8_t *, size_t);

static void chunk_take(struct tags *tags, int fd, int64_t at, const uint8_t *id,
		       uint64_t size, chunk_reader *each)
{
	char name[5] = "";
	uint8_t *bytes = size <= block_most ? range_read(fd, at, (size_t)size) : NULL;

	memcpy(name, id, 4);
	if (bytes)
		each(tags, name, bytes, (size_t)size);
	free(bytes);
}

static bool is(const uint8_t *bytes, const char *name)
{
	return memcmp(bytes, name, 4) == 0;
}

/* WAV, RF64 and AIFF: chunks with sizes of 32 bits, padded. */
static void chunks_read(struct tags *tags, int fd, bool high_first, chunk_reader *each)
{
	const int64_t end = range_end(fd);
	uint8_t head[8], wide[24];
	uint64_t data_size = 0;
	int64_t at = 12;

	while (at + 8 <= end && head_read(fd, at, head, sizeof(head))) {
		uint64_t size =
			high_first ? high_number(head + 4, 4) : low_number(head + 4, 4);
		if (is(head, "ds64") && head_read(fd, at + 8, wide, sizeof(wide)))
			data_size = low_number(wide + 8, 8);
		if (size == UINT32_MAX && is(head, "data") && data_size)
			size = data_size;
		else if (!is(head, "data") && !is(head, "SSND"))
			chunk_take(tags, fd, at + 8, head, size, each);
		if (size > (uint64_t)(end - at))
			break;
		at += 8 + (int64_t)size + (int64_t)(size & 1);
	}
	each(tags, "", NULL, 0);
}

static void caf_read(struct tags *tags, int fd)
{
	const int64_t end = range_end(fd);
	uint8_t head[12];
	int64_t at = 8;

	while (at + 12 <= end && head_read(fd, at, head, sizeof(head))) {
		const uint64_t size = high_number(head + 4, 8);
		if (size > (uint64_t)(end - at - 12))
			break; /* audio of unknown size is the last */
		if (!is(head, "data"))
			chunk_take(tags, fd, at + 12, head, size, caf_chunk_read);
		at += 12 + (int64_t)size;
	}
	caf_chunk_read(tags, "", NULL, 0);
}

static void flac_read(struct tags *tags, int fd, int64_t at)
{
	uint8_t head[4];
	bool last = false;

	for (at += 4; !last && head_read(fd, at, head, 4);) {
		const size_t size = (size_t)high_number(head + 1, 3);
		const int type = head[0] & 127;
		uint8_t *block =
			type == 4 || type == 6 ? range_read(fd, at + 4, size) : NULL;
		if (block && type == 4)
			vorbis_read(tags, block, size);
		else if (block)
			flac_picture_read(tags, block, size);
		free(block);
		last = head[0] & 128;
		at += 4 + (int64_t)size;
	}
}

/* The old tag at an MP3's end, where there is no newer one. */
static void id3v1_read(struct tags *tags, int fd)
{
	static const struct {
		const char *name;
		int at, size;
	} fields[] = { { "TITLE", 3, 30 },
		       { "ARTIST", 33, 30 },
		       { "ALBUM", 63, 30 },
		       { "DATE", 93, 4 },
		       { "COMMENT", 97, 28 } };
	uint8_t tag[128];

	if (!head_read(fd, range_end(fd) - 128, tag, sizeof(tag)) ||
	    memcmp(tag, "TAG", 3) != 0)
		return;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		tags_add_bytes(tags, fields[i].name, tag + fields[i].at,
			       (size_t)fields[i].size);
	if (tag[125] == 0 && tag[126]) {
		const uint8_t number[] = { (uint8_t)('0' + tag[126] / 100),
					   (uint8_t)('0' + tag[126] / 10 % 10),
					   (uint8_t)('0' + tag[126] % 10) };
		const int zeros = tag[126] < 10 ? 2 : tag[126] < 100;
		tags_add_bytes(tags, "TRACKNUMBER", number + zeros,
			       sizeof(number) - (size_t)zeros);
	}
}

/* Where the audio begins after a leading ID3v2 tag, which is read. */
static int64_t id3_lead(struct tags *tags, int fd)
{
	uint8_t head[10];

	if (!head_read(fd, 0, head, sizeof(head)) || memcmp(head, "ID3", 3) != 0)
		return 0;
	size_t size = 0;
	for (int i = 6; i < 10; i++)
		size = size << 7 | (head[i] & 127u);
	size += sizeof(head);
	uint8_t *tag = range_read(fd, 0, size);
	if (tag)
		id3_read(tags, tag, size);
	free(tag);
	return (int64_t)size;
}

static void file_read(struct tags *tags, int fd)
{
	uint8_t head[12] = { 0 };
	enum tags_kind kind;
	size_t size;
	const int64_t at = id3_lead(tags, fd);

	if (!head_read(fd, at, head, sizeof(head)))
		return;
	if ((is(head, "RIFF") || is(head, "RF64")) && is(head + 8, "WAVE")) {
		chunks_read(tags, fd, false, riff_chunk_read);
	} else if (is(head, "FORM")) {
		chunks_read(tags, fd, true, aiff_chunk_read);
	} else if (is(head, "caff")) {
		caf_read(tags, fd);
	} else if (is(head, "fLaC")) {
		flac_read(tags, fd, at);
	} else if (is(head, "OggS")) {
		uint8_t *comment = ogg_comment(fd, &size, &kind);
		if (comment)
			vorbis_read(tags, comment, size);
		free(comment);
	} else if (!tags->tag_count && head[0] == 0xff) {
		id3v1_read(tags, fd);
	}
}

struct tags *tags_read(const char *path, int rate)
{
	struct tags *tags = calloc(1, sizeof(*tags));
	struct stat status;
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (!tags)
		abort();
	tags->rate = rate;
	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		file_read(tags, fd);
	if (fd >= 0)
		close(fd);
	return tags;
}
