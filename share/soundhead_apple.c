/* soundhead_apple.c - the heads of AIFF, AIFC, CAF and AU, all of them big-endian.
 * Not for the audio thread.
 *
 * Apple, "Audio Interchange File Format", 1989, and AIFF-C, 1991; "Core Audio Format
 * Specification 1.0"; Sun's audio(5).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/soundhead.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>

/* The 80 bits of a long double of the 68881. */
static int rate_read(const uint8_t *b)
{
	const int exponent = (int)soundhead_high(b, 2) - 16383;
	const double rate = ldexp((double)soundhead_high(b + 2, 8), exponent - 63);

	return rate >= 1 && rate < 1e9 ? (int)lrint(rate) : 0;
}

/* libsndfile's constant for PCM samples of `bits`; `kind` is AIFC's compression
 * type. */
static int aiff_raw(const uint8_t *kind, int bits, int *bytes)
{
	static const int whole[] = { 0, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16,
				     SF_FORMAT_PCM_24, SF_FORMAT_PCM_32 };

	static const struct {
		const char *kind;
		int format, bytes;
	} others[] = {
		{ "raw ", SF_FORMAT_PCM_U8, 1 }, { "in24", SF_FORMAT_PCM_24, 3 },
		{ "in32", SF_FORMAT_PCM_32, 4 }, { "fl32", SF_FORMAT_FLOAT, 4 },
		{ "FL32", SF_FORMAT_FLOAT, 4 },  { "fl64", SF_FORMAT_DOUBLE, 8 },
		{ "FL64", SF_FORMAT_DOUBLE, 8 }, { "ulaw", SF_FORMAT_ULAW, 1 },
		{ "ULAW", SF_FORMAT_ULAW, 1 },   { "alaw", SF_FORMAT_ALAW, 1 },
		{ "ALAW", SF_FORMAT_ALAW, 1 },
	};
	const bool low_first = soundhead_is(kind, "sowt");

	*bytes = (bits + 7) / 8;
	if (low_first || soundhead_is(kind, "NONE") || soundhead_is(kind, "twos"))
		return *bytes >= 1 && *bytes <= 4
			       ? SF_FORMAT_RAW | whole[*bytes] |
					 (low_first ? SF_ENDIAN_LITTLE : SF_ENDIAN_BIG)
			       : 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (memcmp(kind, others[i].kind, 4) == 0) {
			*bytes = others[i].bytes;
			return SF_FORMAT_RAW | others[i].format | SF_ENDIAN_BIG;
		}
	return 0;
}

static void aiff_common(struct soundpart *part, const uint8_t *b)
{
	int bytes;

	part->channels = (int)soundhead_high(b, 2);
	part->raw = aiff_raw(b + 18, (int)soundhead_high(b + 6, 2), &bytes);
	part->rate = rate_read(b + 8);
	part->frame_bytes = bytes * part->channels;
	if (part->channels < 1 || part->rate < 1)
		part->raw = 0;
}

/* A chunk "CHAN" or "chan": CoreAudio's layout of 12 bytes and 20 for each label. */
static void layout_read(const struct soundhead *head, struct soundpart *part,
			int64_t at)
{
	uint32_t labels[LAYOUT_MAX];
	uint8_t b[20];

	if (part->channels > LAYOUT_MAX || !soundhead_get(head, at, b, 12))
		return;
	const uint32_t tag = (uint32_t)soundhead_high(b, 4);
	const uint32_t bitmap = (uint32_t)soundhead_high(b + 4, 4);
	const bool described = (int)soundhead_high(b + 8, 4) == part->channels;
	for (int c = 0; c < part->channels; c++)
		labels[c] = described && soundhead_get(head, at + 12 + 20 * c, b, 4)
				    ? (uint32_t)soundhead_high(b, 4)
				    : 0;
	part->layout =
		layout_core(tag, bitmap, described ? labels : NULL, part->channels);
}

/* Goes past the data, to the end of the file or to another FORM. */
static int64_t forms_skip(const struct soundhead *head, int64_t at)
{
	uint8_t b[8];

	while (soundhead_get(head, at, b, 8) && !soundhead_is(b, "FORM") &&
	       soundhead_is_chunk(head, at, true)) {
		const int64_t size = (int64_t)soundhead_high(b + 4, 4);
		at += 8 + size + size % 2;
	}
	return !soundhead_get(head, at, b, 8) || !soundhead_is(b, "FORM") ? head->size
									  : at;
}

int64_t soundhead_aiff(struct soundhead *head, int64_t start)
{
	struct soundpart found = { .promised = -1 };
	int64_t at = start + 12, data = -1, layout = -1;
	uint64_t declared = 0;
	uint8_t b[24];

	if (!soundhead_get(head, start, b, 12) || !soundhead_is(b, "FORM") ||
	    (!soundhead_is(b + 8, "AIFF") && !soundhead_is(b + 8, "AIFC")))
		return -1;
	static const uint8_t none[4] = { 'N', 'O', 'N', 'E' };
	const bool plain = b[11] == 'F';
	while (soundhead_get(head, at, b, 8) && !soundhead_is(b, "FORM")) {
		const uint64_t size = soundhead_high(b + 4, 4);
		const int64_t body = at + 8;
		if (soundhead_is(b, "SSND") && soundhead_get(head, body, b, 8)) {
			const uint64_t offset = soundhead_high(b, 4);
			data = body + 8 + (int64_t)offset;
			declared = size > 8 + offset ? size - 8 - offset : 0;
			if (found.channels || size > (uint64_t)(head->size - body))
				break; /* nothing that is needed can follow it */
		} else if (soundhead_is(b, "COMM") &&
			   soundhead_get(head, body, b, plain ? 18 : 22)) {
			if (plain)
				memcpy(b + 18, none, sizeof(none));
			aiff_common(&found, b);
		} else if (soundhead_is(b, "CHAN")) {
			layout = body;
		}
		at = body + (int64_t)size;
		if (size % 2 && (soundhead_is_chunk(head, at + 1, true) ||
				 !soundhead_is_chunk(head, at, true)))
			at++; /* padded to an even length, as the format demands */
	}
	if (data < 0 || data > head->size || !found.channels)
		return -1;
	struct soundpart *part = soundhead_add(head, start, head->size - start);
	if (!part || !found.raw)
		return part ? head->size : -1;
	*part = found;
	part->at = data;
	part->layout = (struct layout) { .channels = part->channels };
	layout_read(head, part, layout);
	const int64_t end = soundhead_extent(head, part, declared, false, true);
	return forms_skip(head, end + (end - data) % 2);
}

static int caf_raw(const uint8_t *b, int *bytes)
{
	static const int whole[] = { 0, SF_FORMAT_PCM_S8, SF_FORMAT_PCM_16,
				     SF_FORMAT_PCM_24, SF_FORMAT_PCM_32 };
	const uint32_t flags = (uint32_t)soundhead_high(b + 12, 4);
	const int channels = (int)soundhead_high(b + 24, 4);
	const int frame = (int)soundhead_high(b + 16, 4);
	const int order = flags & 2 ? SF_ENDIAN_LITTLE : SF_ENDIAN_BIG;

	if (channels < 1 || channels > 1024 || frame < 1 || frame % channels)
		return 0;
	*bytes = frame / channels;
	if (soundhead_is(b + 8, "ulaw") && *bytes == 1)
		return SF_FORMAT_RAW | SF_FORMAT_ULAW | order;
	if (soundhead_is(b + 8, "alaw") && *bytes == 1)
		return SF_FORMAT_RAW | SF_FORMAT_ALAW | order;
	if (!soundhead_is(b + 8, "lpcm"))
		return 0;
	if (flags & 1)
		return *bytes == 4   ? SF_FORMAT_RAW | SF_FORMAT_FLOAT | order
		       : *bytes == 8 ? SF_FORMAT_RAW | SF_FORMAT_DOUBLE | order
				     : 0;
	return *bytes <= 4 ? SF_FORMAT_RAW | whole[*bytes] | order : 0;
}

/* Bytes of a chunk; 0: there is none; -1: another file begins. */
static int64_t caf_chunk(const struct soundhead *head, int64_t at)
{
	uint8_t b[12];

	if (!soundhead_get(head, at, b, 12))
		return 0;
	if (memcmp(b, "caff\0\1", 6) == 0)
		return -1;
	const uint64_t size = soundhead_high(b + 4, 8);
	for (int i = 0; i < 4; i++)
		if (b[i] < ' ' || b[i] > '~')
			return 0;
	return size <= (uint64_t)(head->size - at - 12) ? 12 + (int64_t)size : 0;
}

static int64_t caf_skip(const struct soundhead *head, int64_t at)
{
	int64_t bytes;

	while ((bytes = caf_chunk(head, at)) > 0)
		at += bytes;
	return bytes < 0 ? at : head->size;
}

int64_t soundhead_caf(struct soundhead *head, int64_t start)
{
	struct soundpart found = { .promised = -1 };
	int64_t at = start + 8, layout = -1;
	uint8_t b[32];
	int bytes = 0;

	if (!soundhead_get(head, start, b, 8) || !soundhead_is(b, "caff"))
		return -1;
	while (soundhead_get(head, at, b, 12)) {
		const uint64_t size = soundhead_high(b + 4, 8);
		const int64_t body = at + 12;
		if (soundhead_is(b, "data")) {
			struct soundpart *part =
				soundhead_add(head, start, head->size - start);
			if (!part || !found.raw)
				return part ? head->size : -1;
			*part = found;
			part->at = body + 4 < head->size ? body + 4 : head->size;
			layout_read(head, part, layout);
			const uint64_t declared = size == UINT64_MAX ? size
						  : size > 4         ? size - 4
								     : 0;
			if (declared && declared < (uint64_t)(head->size - part->at) &&
			    caf_chunk(head, part->at + (int64_t)declared) != 0) {
				part->bytes = (int64_t)declared;
				part->promised = part->bytes / part->frame_bytes;
				return caf_skip(head, part->at + part->bytes);
			}
			soundhead_extent(head, part, declared, true, true);
			return head->size;
		}
		if (soundhead_is(b, "desc") && soundhead_get(head, body, b, 32)) {
			double rate;
			const uint64_t bits = soundhead_high(b, 8);
			memcpy(&rate, &bits, sizeof(rate));
			found.raw = caf_raw(b, &bytes);
			found.channels = (int)soundhead_high(b + 24, 4);
			found.frame_bytes = (int)soundhead_high(b + 16, 4);
			found.rate = rate >= 1 && rate < 1e9 ? (int)lrint(rate) : 0;
			found.layout = (struct layout) { .channels = found.channels };
			if (!found.rate)
				found.raw = 0;
		} else if (soundhead_is(b, "chan")) {
			layout = body;
		}
		if (size > (uint64_t)head->size)
			break;
		at = body + (int64_t)size;
	}
	return -1;
}

int64_t soundhead_au(struct soundhead *head, int64_t start)
{
	static const struct {
		int encoding, format, bytes;
	} kinds[] = {
		{ 1, SF_FORMAT_ULAW, 1 },   { 2, SF_FORMAT_PCM_S8, 1 },
		{ 3, SF_FORMAT_PCM_16, 2 }, { 4, SF_FORMAT_PCM_24, 3 },
		{ 5, SF_FORMAT_PCM_32, 4 }, { 6, SF_FORMAT_FLOAT, 4 },
		{ 7, SF_FORMAT_DOUBLE, 8 }, { 27, SF_FORMAT_ALAW, 1 },
	};
	uint8_t b[24];

	if (!soundhead_get(head, start, b, 24) ||
	    (!soundhead_is(b, ".snd") && !soundhead_is(b, "dns.")))
		return -1;
	const bool high_first = b[0] == '.';
	uint64_t (*number)(const uint8_t *, int) =
		high_first ? soundhead_high : soundhead_low;
	const uint64_t offset = number(b + 4, 4), size = number(b + 8, 4);
	struct soundpart *part = soundhead_add(head, start, head->size - start);
	if (!part || offset < 24 || (int64_t)offset > head->size - start)
		return part ? head->size : -1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (kinds[i].encoding == (int)number(b + 12, 4)) {
			part->raw = SF_FORMAT_RAW | kinds[i].format |
				    (high_first ? SF_ENDIAN_BIG : SF_ENDIAN_LITTLE);
			part->frame_bytes = kinds[i].bytes;
		}
	part->rate = (int)(number(b + 16, 4) & 0x7fffffff);
	part->channels = (int)(number(b + 20, 4) & 0xffff);
	part->frame_bytes *= part->channels;
	part->layout = layout_mask(0, part->channels);
	if (!part->raw || part->rate < 1 || part->channels < 1) {
		part->raw = 0;
		return head->size;
	}
	part->at = start + (int64_t)offset;
	return soundhead_extent(head, part, size == UINT32_MAX ? UINT64_MAX : size,
				false, high_first);
}
