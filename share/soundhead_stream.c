/* soundhead_stream.c - where FLAC, Ogg and MPEG streams begin and end: such files may
 * be joined by concatenation. Not for the audio thread.
 *
 * FLAC: RFC 9639; Ogg: RFC 3533; MPEG: ISO/IEC 11172-3, 2.4.2.3, and the LAME project's
 * "Mp3 Info Tag".
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundhead.h"

#include <stdlib.h>
#include <string.h>

enum { SCAN_BYTES = 1 << 18 };

/* The first position from `at` on where `mark` is found, or the file's size. */
static int64_t scan(const struct soundhead *head, int64_t at, const char *mark,
		    size_t length)
{
	uint8_t *buffer = malloc(SCAN_BYTES);
	int64_t found = head->size;

	while (buffer && found == head->size && at + (int64_t)length <= head->size) {
		const int64_t rest = head->size - at;
		const size_t n = rest < SCAN_BYTES ? (size_t)rest : SCAN_BYTES;
		if (!soundhead_get(head, at, buffer, n))
			break;
		const uint8_t *place = memmem(buffer, n, mark, length);
		if (place)
			found = at + (place - buffer);
		at += (int64_t)(n - length + 1);
	}
	free(buffer);
	return found;
}

/* Bytes of an ID3v2 tag, or 0. */
static int64_t id3_bytes(const struct soundhead *head, int64_t at)
{
	uint8_t b[10];

	if (!soundhead_get(head, at, b, 10) || memcmp(b, "ID3", 3) != 0)
		return 0;
	return 10 + ((b[6] & 0x7f) << 21 | (b[7] & 0x7f) << 14 | (b[8] & 0x7f) << 7 |
		     (b[9] & 0x7f));
}

/* The channels that a tag in the metadata names, as WAVEFORMATEXTENSIBLE does. */
static uint32_t flac_mask(const struct soundhead *head, int64_t at)
{
	static const char name[] = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=";
	char text[65537] = { 0 };
	const int64_t rest = head->size - at;

	if (!soundhead_get(head, at, text, rest < 65536 ? (size_t)rest : 65536))
		return 0;
	const char *found = memmem(text, 65536, name, sizeof(name) - 1);
	return found && found + sizeof(name) + 8 < text + 65536
		       ? (uint32_t)strtoul(found + sizeof(name) - 1, NULL, 0)
		       : 0;
}

int64_t soundhead_flac(struct soundhead *head, int64_t start)
{
	const int64_t at = start + id3_bytes(head, start);
	uint8_t b[42];

	if (!soundhead_get(head, at, b, 42) || !soundhead_is(b, "fLaC"))
		return -1;
	/* Whether another stream begins: its marker and the head of its STREAMINFO. */
	int64_t end = at + 42;
	uint8_t next[8];
	while ((end = scan(head, end, "fLaC", 4)) < head->size &&
	       (!soundhead_get(head, end, next, 8) || (next[4] & 0x7f) ||
		memcmp(next + 5, "\0\0\x22", 3) != 0))
		end++;
	struct soundpart *part = soundhead_add(head, at, end - at);
	if (!part)
		return -1;
	part->channels = (b[20] >> 1 & 7) + 1;
	const uint64_t frames = soundhead_high(b + 21, 5) & 0xfffffffff;
	part->promised = frames ? (int64_t)frames : -1;
	const uint32_t mask = flac_mask(head, at);
	part->layout =
		mask ? layout_mask(mask, part->channels) : layout_flac(part->channels);
	return end;
}

/* The bytes of a page at `at`, or 0; and whether it begins or ends a stream. */
static int64_t ogg_page(const struct soundhead *head, int64_t at, bool *begins,
			bool *ends)
{
	uint8_t b[27], table[255];
	int64_t bytes = 27;

	if (!soundhead_get(head, at, b, 27) || !soundhead_is(b, "OggS") || b[4] != 0 ||
	    !soundhead_get(head, at + 27, table, b[26]))
		return 0;
	for (int i = 0; i < b[26]; i++)
		bytes += table[i];
	if (at + 27 + b[26] > head->size - (bytes - 27))
		return 0;
	*begins = b[5] & 2;
	*ends = b[5] & 4;
	return bytes + b[26];
}

/* The order of its channels, from the stream's first packet. */
static struct layout ogg_layout(const struct soundhead *head, int64_t at)
{
	uint8_t b[64] = { 0 };
	const int64_t rest = head->size - at;

	soundhead_get(head, at, b, rest < 64 ? (size_t)rest : 64);
	if (memcmp(b + 28, "OpusHead", 8) == 0)
		return b[46] <= 1 ? layout_vorbis(b[37]) : layout_mask(0, b[37]);
	if (memcmp(b + 28, "\1vorbis", 7) == 0)
		return layout_vorbis(b[39]);
	/* FLAC in Ogg: its head, then STREAMINFO. */
	if (memcmp(b + 28,
		   "\x7f"
		   "FLAC",
		   5) == 0)
		return layout_flac((b[57] >> 1 & 7) + 1);
	return (struct layout) { 0 };
}

/* One link of a chain: from the first page that begins a stream to the next such page
 * that follows other pages. An incomplete page is not part of it. */
int64_t soundhead_ogg(struct soundhead *head, int64_t start)
{
	int64_t at = start, end = start;
	bool begins, ends = false, closed = false, heads = true;
	int64_t bytes = ogg_page(head, at, &begins, &ends);

	if (bytes == 0 || !begins)
		return -1;
	while (bytes > 0 && (!begins || heads)) {
		heads &= begins;
		closed = ends;
		at = end = at + bytes;
		bytes = ogg_page(head, at, &begins, &ends);
		if (bytes == 0 && at < head->size) { /* damaged, or cut */
			at = scan(head, at + 1, "OggS", 4);
			bytes = ogg_page(head, at, &begins, &ends);
		}
	}
	struct soundpart *part = soundhead_add(head, start, end - start);
	if (!part)
		return -1;
	part->layout = ogg_layout(head, start);
	part->open_ended = !closed;
	return bytes ? at : head->size;
}

/* ---- MPEG ------------------------------------------------------------------------ */

struct mpeg_frame {
	int bytes, samples, rate,
		side; /* side: of its information, where a tag may be */
};

/* Reads a head of layer I to III, MPEG 1, 2 or 2.5. False: the four bytes are not a
 * head. */
static bool mpeg_frame(const uint8_t *b, struct mpeg_frame *frame)
{
	static const int rates[] = { 44100, 48000, 32000 };
	static const int kbits[5][15] = {
		{ 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416,
		  448 },
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384 },
		{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 },
		{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256 },
		{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 },
	};
	const int version = b[1] >> 3 & 3, layer = 4 - (b[1] >> 1 & 3);
	const int kbit = b[2] >> 4, rate = b[2] >> 2 & 3, pad = b[2] >> 1 & 1;
	const bool first = version == 3, mono = b[3] >> 6 == 3;

	if (b[0] != 0xff || b[1] < 0xe0 || version == 1 || layer == 4 || kbit == 0 ||
	    kbit == 15 || rate == 3)
		return false;
	const int row = first ? layer - 1 : layer == 1 ? 3 : 4;
	frame->rate = rates[rate] >> (first ? 0 : version == 2 ? 1 : 2);
	frame->samples = layer == 1 ? 384 : layer == 3 && !first ? 576 : 1152;
	frame->side = first ? (mono ? 17 : 32) : (mono ? 9 : 17);
	const int slot = layer == 1 ? 4 : 1;
	frame->bytes =
		(frame->samples / 8 / slot * 1000 * kbits[row][kbit] / frame->rate +
		 pad) *
		slot;
	return frame->bytes > 4;
}

/* Frames of audio according to the tag in the first MPEG frame, less those that the
 * encoder added; or -1. */
static int64_t mpeg_promised(const struct soundhead *head, int64_t at,
			     const struct mpeg_frame *frame)
{
	uint8_t b[160] = { 0 };
	const int64_t rest = head->size - at - 4 - frame->side;

	if (rest < 12 || !soundhead_get(head, at + 4 + frame->side, b,
					rest < 160 ? (size_t)rest : 160))
		return -1;
	if ((!soundhead_is(b, "Xing") && !soundhead_is(b, "Info")) || !(b[7] & 1))
		return -1;
	const int lame =
		8 + 4 + (b[7] & 2 ? 4 : 0) + (b[7] & 4 ? 100 : 0) + (b[7] & 8 ? 4 : 0);
	const uint32_t gaps = (uint32_t)soundhead_high(b + lame + 21, 3);
	return (int64_t)soundhead_high(b + 8, 4) * frame->samples - (gaps >> 12) -
	       (gaps & 0xfff);
}

/* The part goes to the file's end: the decoder skips everything else between. */
int64_t soundhead_mpeg(struct soundhead *head, int64_t start)
{
	int64_t at = start, tag;
	struct mpeg_frame frame, next;
	uint8_t b[4];

	while ((tag = id3_bytes(head, at)) > 0)
		at += tag;
	if (start > 0 || !soundhead_get(head, at, b, 4) || !mpeg_frame(b, &frame))
		return -1;
	if (at == start && (!soundhead_get(head, at + frame.bytes, b, 4) ||
			    !mpeg_frame(b, &next) || next.rate != frame.rate))
		return -1; /* a single match may be chance */
	struct soundpart *part = soundhead_add(head, start, head->size - start);
	if (!part)
		return -1;
	part->mpeg = true;
	part->promised = mpeg_promised(head, at, &frame);
	return head->size;
}
