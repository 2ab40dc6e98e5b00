/* soundhead_riff.c - the heads of WAV, RF64, BW64 and W64. Not for the audio thread.
 *
 * RIFF: chunks of a name, a size and as many bytes, padded to even (Multimedia
 * Programming Interface and Data Specifications 1.0); of RF64 the data's size stands in
 * "ds64" (EBU Tech 3306). W64 is the same with names of 16 bytes and sizes of 64 bits
 * (Sony Pictures Digital, "Sony Wave64").
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundhead.h"

#include <sndfile.h>
#include <string.h>

/* The content of a chunk "fmt ". */
struct wave_format {
	int tag, channels, rate, align, bits;
	uint32_t mask;
	bool extended;
};

static struct wave_format format_read(const uint8_t *b, size_t count, bool high_first)
{
	uint64_t (*number)(const uint8_t *, int) =
		high_first ? soundhead_high : soundhead_low;
	struct wave_format f = { .tag = (int)number(b, 2),
				 .channels = (int)number(b + 2, 2),
				 .rate = (int)(number(b + 4, 4) & 0x7fffffff),
				 .align = (int)number(b + 12, 2),
				 .bits = (int)number(b + 14, 2) };

	if (f.tag == 0xfffe && count >= 40) {
		f.extended = true;
		f.mask = (uint32_t)number(b + 20, 4);
		f.tag = (int)number(b + 24, 2);
	}
	return f;
}

/* libsndfile's constant for PCM samples, or 0. */
static int format_raw(const struct wave_format *f, bool high_first)
{
	const int bytes = f->channels > 0 ? f->align / f->channels : 0;
	const int order = high_first ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE;
	static const int whole[] = { 0, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16,
				     SF_FORMAT_PCM_24, SF_FORMAT_PCM_32 };

	if (f->channels < 1 || f->rate < 1 || f->align != bytes * f->channels)
		return 0;
	if (f->tag == 1 && bytes >= 1 && bytes <= 4 && f->bits <= 8 * bytes)
		return SF_FORMAT_RAW | whole[bytes] | order;
	if (f->tag == 3 && (bytes == 4 || bytes == 8))
		return SF_FORMAT_RAW |
		       (bytes == 4 ? SF_FORMAT_FLOAT : SF_FORMAT_DOUBLE) | order;
	if ((f->tag == 6 || f->tag == 7) && bytes == 1)
		return SF_FORMAT_RAW | (f->tag == 6 ? SF_FORMAT_ALAW : SF_FORMAT_ULAW) |
		       order;
	return 0;
}

static void format_take(struct soundpart *part, const struct wave_format *f,
			bool high_first)
{
	part->raw = format_raw(f, high_first);
	part->rate = f->rate;
	part->channels = f->channels;
	part->frame_bytes = f->align;
	part->mpeg = f->tag == 0x55 || f->tag == 0x50;
	part->layout = layout_mask(f->mask, f->channels);
}

/* Goes past chunks that are not audio, to the end of the file or of this RIFF. */
static int64_t chunks_skip(const struct soundhead *head, int64_t at, bool high_first)
{
	uint8_t b[8];

	while (soundhead_get(head, at, b, 8)) {
		if (soundhead_is(b, "RIFF") || soundhead_is(b, "RIFX") ||
		    soundhead_is(b, "RF64"))
			return at;
		if (!soundhead_is_chunk(head, at, high_first)) {
			if (!soundhead_is_chunk(head, at - 1, high_first))
				break;
			at--; /* a chunk that was not padded */
			continue;
		}
		const int64_t size = (int64_t)(high_first ? soundhead_high(b + 4, 4)
							  : soundhead_low(b + 4, 4));
		at += 8 + size + size % 2;
	}
	return head->size;
}

/* Where the next chunk is; some writers do not pad odd chunks. */
static int64_t chunk_next(const struct soundhead *head, int64_t at, uint64_t size,
			  bool high_first)
{
	const int64_t end = at + 8 + (int64_t)size;

	if (size % 2 == 0)
		return end;
	return !soundhead_is_chunk(head, end + 1, high_first) &&
			       soundhead_is_chunk(head, end, high_first)
		       ? end
		       : end + 1;
}

/* Samples that are not PCM are left to libsndfile, from the head on, with the size of
 * the data corrected in it. `part` is at the data. */
static int64_t compressed(const struct soundhead *head, struct soundpart *part,
			  int64_t start, uint64_t size, bool high_first)
{
	const int64_t data = part->at;
	const int64_t end = soundhead_extent(head, part, size, false, high_first);

	part->promised = -1;
	part->layout = (struct layout) { 0 };
	if (!part->mpeg && !high_first && part->bytes < UINT32_MAX) {
		part->patch_at = data - 4 - start;
		part->patch = (uint32_t)part->bytes;
		part->bytes_said = size > INT64_MAX ? part->bytes : (int64_t)size;
		part->at = start;
		part->bytes += data - start;
	}
	return chunks_skip(head, end + (end - data) % 2, high_first);
}

int64_t soundhead_riff(struct soundhead *head, int64_t start)
{
	uint8_t b[40];
	uint64_t large = 0;
	struct wave_format format = { 0 };
	int64_t at = start + 12;

	if (!soundhead_get(head, start, b, 12) || !soundhead_is(b + 8, "WAVE") ||
	    (memcmp(b, "RIF", 3) != 0 && !soundhead_is(b, "RF64") &&
	     !soundhead_is(b, "BW64")))
		return -1;
	const bool high_first = b[3] == 'X', wide = b[0] != 'R' || b[1] != 'I';
	while (soundhead_get(head, at, b, 8)) {
		uint64_t size =
			high_first ? soundhead_high(b + 4, 4) : soundhead_low(b + 4, 4);
		const int64_t body = at + 8;
		if (soundhead_is(b, "data")) {
			struct soundpart *part = soundhead_add(head, body, 0);
			if (!part)
				return -1;
			const bool open = size == UINT32_MAX || size == 0x7ffff000;
			format_take(part, &format, high_first);
			size = open && wide ? large : open ? UINT64_MAX : size;
			if (!part->raw)
				return compressed(head, part, start, size, high_first);
			const int64_t end =
				soundhead_extent(head, part, size, wide, high_first);
			return chunks_skip(head, end + part->bytes % 2, high_first);
		}
		if (soundhead_is(b, "ds64") && soundhead_get(head, body, b, 16))
			large = soundhead_low(b + 8, 8);
		else if (soundhead_is(b, "fmt ") && size >= 16 &&
			 soundhead_get(head, body, b, size < 40 ? 16 : 40))
			format = format_read(b, size, high_first);
		if (size > (uint64_t)head->size)
			break;
		at = chunk_next(head, at, size, high_first);
	}
	return -1;
}

static const uint8_t w64_riff[16] = { 'r',  'i',  'f',  'f',  0x2e, 0x91, 0xcf, 0x11,
				      0xa5, 0xd6, 0x28, 0xdb, 4,    0xc1, 0,    0 };

/* Bytes of a chunk: chunks lie at multiples of 8, and their names all have the same
 * end. 0: there is none; -1: another file begins. */
static int64_t w64_chunk(const struct soundhead *head, int64_t at)
{
	static const uint8_t tail[12] = { 0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1,
					  0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a };
	uint8_t b[24];

	if (!soundhead_get(head, at, b, 24))
		return 0;
	if (memcmp(b, w64_riff, 16) == 0)
		return -1;
	const uint64_t size = soundhead_low(b + 16, 8);
	return memcmp(b + 4, tail, 12) == 0 && size >= 24 && size < (uint64_t)head->size
		       ? (int64_t)((size + 7) & ~7ull)
		       : 0;
}

/* Goes from the end of the data to the next file, or to the end of this one. */
static int64_t w64_skip(const struct soundhead *head, int64_t at)
{
	int64_t bytes;

	while ((bytes = w64_chunk(head, at)) > 0)
		at += bytes;
	return bytes < 0 ? at : head->size;
}

int64_t soundhead_w64(struct soundhead *head, int64_t start)
{
	struct wave_format format = { 0 };
	int64_t at = start + 40;
	uint8_t b[40];

	if (!soundhead_get(head, start, b, 16) || memcmp(b, w64_riff, 16) != 0)
		return -1;
	while (soundhead_get(head, at, b, 24)) {
		const uint64_t size = soundhead_low(b + 16, 8);
		const int64_t body = at + 24;
		if (soundhead_is(b, "data")) {
			struct soundpart *part = soundhead_add(head, body, 0);
			if (!part)
				return -1;
			format_take(part, &format, false);
			const uint64_t declared = size < 24 ? 0 : size - 24;
			const int64_t next =
				start + ((body + (int64_t)declared - start + 7) & ~7ll);
			if (!part->raw) {
				*part = (struct soundpart) { .at = start,
							     .bytes =
								     head->size - start,
							     .promised = -1 };
				return head->size;
			}
			if (declared < (uint64_t)(head->size - body) &&
			    w64_chunk(head, next) != 0) {
				part->bytes = (int64_t)declared;
				part->promised = part->bytes / part->frame_bytes;
				return w64_skip(head, next);
			}
			soundhead_extent(head, part, declared, true, false);
			return head->size;
		}
		if (soundhead_is(b, "fmt ") && size >= 40 &&
		    soundhead_get(head, body, b, size < 64 ? 16 : 40))
			format = format_read(b, size - 24, false);
		if (size < 24 || size > (uint64_t)head->size)
			break;
		at += (int64_t)((size + 7) & ~7ull);
	}
	return -1;
}
