/* soundhead.c - where the audio lies in a sound file. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundhead.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool soundhead_get(const struct soundhead *head, int64_t at, void *to, size_t count)
{
	size_t got = 0;

	if (at < 0 || at > head->size || (int64_t)count > head->size - at)
		return false;
	while (got < count) {
		const ssize_t n = pread(head->fd, (char *)to + got, count - got,
					(off_t)(at + (int64_t)got));
		if (n <= 0)
			return false;
		got += (size_t)n;
	}
	return true;
}

uint64_t soundhead_high(const uint8_t *bytes, int count)
{
	uint64_t number = 0;

	for (int i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

uint64_t soundhead_low(const uint8_t *bytes, int count)
{
	uint64_t number = 0;

	for (int i = count - 1; i >= 0; i--)
		number = number << 8 | bytes[i];
	return number;
}

struct soundpart *soundhead_add(struct soundhead *head, int64_t at, int64_t bytes)
{
	if (head->count == SOUNDPARTS_MAX)
		return NULL;
	struct soundpart *parts = realloc(
		head->parts, ((size_t)head->count + 1) * sizeof(struct soundpart));

	if (!parts)
		return NULL;
	head->parts = parts;
	parts[head->count] =
		(struct soundpart) { .at = at, .bytes = bytes, .promised = -1 };
	return &parts[head->count++];
}

/* Tags that players append to any kind of file. */
static bool is_trailer(const struct soundhead *head, int64_t at)
{
	static const char *const trailers[] = { "TAG", "ID3", "APETAGEX",
						"LYRICSBEGIN" };
	char found[12] = { 0 };
	const int64_t rest = head->size - at;

	soundhead_get(head, at, found, rest < 11 ? (size_t)rest : 11);
	for (size_t i = 0; i < sizeof(trailers) / sizeof(*trailers); i++)
		if (strncmp(found, trailers[i], strlen(trailers[i])) == 0)
			return true;
	return false;
}

bool soundhead_is_chunk(const struct soundhead *head, int64_t at, bool high_first)
{
	uint8_t found[8];

	if (at == head->size)
		return true;
	if (!soundhead_get(head, at, found, 8))
		return false;
	for (int i = 0; i < 4; i++)
		if (found[i] < ' ' || found[i] > '~')
			return false;
	const uint64_t size =
		high_first ? soundhead_high(found + 4, 4) : soundhead_low(found + 4, 4);
	const bool another = soundhead_is(found, "RIFF") ||
			     soundhead_is(found, "RF64") ||
			     soundhead_is(found, "RIFX") || soundhead_is(found, "FORM");
	return another || (found[0] != ' ' && (int64_t)size <= head->size - at - 8);
}

int64_t soundhead_extent(const struct soundhead *head, struct soundpart *part,
			 uint64_t declared, bool wide, bool high_first)
{
	const int64_t there = head->size - part->at;
	const int64_t frame = part->frame_bytes > 0 ? part->frame_bytes : 1;
	int64_t wanted = declared > INT64_MAX ? INT64_MAX : (int64_t)declared;

	part->promised = wanted / frame;
	if (declared == UINT64_MAX) {
		part->promised = -1;
		part->bytes = there;
	} else if (wanted >= there) {
		part->bytes = there;
	} else if (wanted == 0) {
		part->unfinished = !soundhead_is_chunk(head, part->at, high_first) &&
				   !is_trailer(head, part->at);
		part->bytes = part->unfinished ? there : 0;
	} else if (soundhead_is_chunk(head, part->at + wanted + wanted % 2,
				      high_first) ||
		   soundhead_is_chunk(head, part->at + wanted, high_first) ||
		   is_trailer(head, part->at + wanted) || there - wanted < 2 * frame) {
		part->bytes = wanted;
	} else {
		/* The header was not updated, or its 32 bits wrapped. */
		const int64_t turn = 1LL << 32;
		const int64_t wrapped = wanted + (there - wanted) / turn * turn;
		const bool ends =
			!wide && wrapped > wanted &&
			(soundhead_is_chunk(head, part->at + wrapped, high_first) ||
			 soundhead_is_chunk(head, part->at + wrapped + wrapped % 2,
					    high_first));
		part->bytes = ends ? wrapped : there;
	}
	return part->at + part->bytes;
}

/* Finds one part; returns where it ends, or -1. */
static int64_t part_read(struct soundhead *head, int64_t at)
{
	static int64_t (*const kinds[])(struct soundhead *, int64_t) = {
		soundhead_riff, soundhead_w64,  soundhead_aiff, soundhead_caf,
		soundhead_au,   soundhead_flac, soundhead_ogg,  soundhead_mpeg,
	};
	int64_t end = -1;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && end < 0; i++)
		end = kinds[i](head, at);
	return end;
}

bool soundhead_read(struct soundhead *head, int fd, int64_t size)
{
	int64_t at = 0;

	*head = (struct soundhead) { .fd = fd, .size = size };
	while (at < size && head->count < SOUNDPARTS_MAX) {
		const int64_t end = part_read(head, at);
		if (end <= at)
			break;
		at = end;
	}
	return head->count > 0 || soundhead_add(head, 0, size);
}

void soundhead_finish(struct soundhead *head)
{
	free(head->parts);
	head->parts = NULL;
	head->count = 0;
}

const char *soundhead_foreign(const struct soundhead *head)
{
	static const struct {
		int at;
		const char *bytes, *what;
	} kinds[] = {
		{ 4, "ftyp", "an MP4 file (M4A, AAC, ALAC)" },
		{ 0, "\x30\x26\xb2\x75", "a WMA file" },
		{ 0, "\x1a\x45\xdf\xa3", "a Matroska or WebM file" },
		{ 0, "MAC ", "a Monkey's Audio file" },
		{ 0, "wvpk", "a WavPack file" },
		{ 0, "TTA1", "a True Audio file" },
		{ 0, "DSD ", "a DSF file (DSD)" },
		{ 0, "FRM8", "a DFF file (DSD)" },
		{ 0, "#!AMR", "an AMR file" },
		{ 0, "\xff\xf1", "an AAC file" },
		{ 0, "\xff\xf9", "an AAC file" },
	};
	uint8_t found[16] = { 0 };

	soundhead_get(head, 0, found, head->size < 16 ? (size_t)head->size : 16);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (memcmp(found + kinds[i].at, kinds[i].bytes,
			   strlen(kinds[i].bytes)) == 0)
			return kinds[i].what;
	return NULL;
}
