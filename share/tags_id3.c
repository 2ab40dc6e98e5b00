/* tags_id3.c - tags as ID3v2. Not for the audio thread.
 *
 * https://id3.org/id3v2.4.0-structure, -frames, chapters-1.0; 2.2's three-letter frames are
 * read under their later names. Texts are written as UTF-8 (2.4) or UTF-16 (2.3).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags_kinds.h"

#include <stdio.h>
#include <strings.h>

enum { HEAD = 10, TEXT_LATIN1 = 0, TEXT_UTF16 = 1, TEXT_UTF16BE = 2, TEXT_UTF8 = 3 };

/* ---- texts ----------------------------------------------------------------------- */

static void utf8_add(struct bytes *to, uint32_t point)
{
	if (point < 0x80) {
		bytes_low(to, point, 1);
	} else if (point < 0x800) {
		bytes_low(to, 0xc0 | point >> 6, 1);
		bytes_low(to, 0x80 | (point & 63), 1);
	} else if (point < 0x10000) {
		bytes_low(to, 0xe0 | point >> 12, 1);
		bytes_low(to, 0x80 | (point >> 6 & 63), 1);
		bytes_low(to, 0x80 | (point & 63), 1);
	} else {
		bytes_low(to, 0xf0 | point >> 18, 1);
		bytes_low(to, 0x80 | (point >> 12 & 63), 1);
		bytes_low(to, 0x80 | (point >> 6 & 63), 1);
		bytes_low(to, 0x80 | (point & 63), 1);
	}
}

static uint32_t unit_at(const uint8_t *from, bool high_first)
{
	return (uint32_t)(high_first ? from[0] << 8 | from[1] : from[1] << 8 | from[0]);
}

/* One text up to its 0 or the end, as UTF-8 for free(); *at moves past it. */
static char *text_take(const uint8_t **at, const uint8_t *end, int encoding)
{
	struct bytes utf8 = { NULL, 0, 0 };
	const uint8_t *from = *at;
	bool high_first = encoding == TEXT_UTF16BE;

	if (encoding == TEXT_LATIN1 || encoding == TEXT_UTF8) {
		for (; from < end && *from; from++)
			if (encoding == TEXT_UTF8)
				bytes_add(&utf8, from, 1);
			else
				utf8_add(&utf8, *from);
		*at = from < end ? from + 1 : end;
	} else {
		if (end - from >= 2 && unit_at(from, true) == 0xfeff) {
			high_first = true;
			from += 2;
		} else if (end - from >= 2 && unit_at(from, false) == 0xfeff) {
			high_first = false;
			from += 2;
		}
		while (end - from >= 2 && unit_at(from, high_first)) {
			uint32_t point = unit_at(from, high_first);
			from += 2;
			if (point >= 0xd800 && point < 0xdc00 && end - from >= 2) {
				point = 0x10000 + ((point - 0xd800) << 10) +
					(unit_at(from, high_first) - 0xdc00);
				from += 2;
			}
			utf8_add(&utf8, point & 0x1fffff);
		}
		*at = end - from >= 2 ? from + 2 : end;
	}
	bytes_low(&utf8, 0, 1);
	return (char *)utf8.at;
}

static uint32_t point_next(const char **at)
{
	const uint8_t *from = (const uint8_t *)*at;
	const int more = from[0] < 0xc0   ? 0
			 : from[0] < 0xe0 ? 1
			 : from[0] < 0xf0 ? 2
					  : 3;
	uint32_t point = more ? from[0] & (0x3fu >> more) : from[0];

	for (int i = 1; i <= more && (from[i] & 0xc0) == 0x80; i++)
		point = point << 6 | (from[i] & 63);
	*at += 1;
	for (int i = 1; i <= more && (**at & 0xc0) == 0x80; i++)
		*at += 1;
	return point;
}

/* With its end, if `ends`. */
static void text_add(struct bytes *to, int version, const char *text, bool ends)
{
	if (version == 4) {
		bytes_text(to, text);
		bytes_low(to, 0, ends);
		return;
	}
	bytes_low(to, 0xfeff, 2);
	while (*text) {
		const uint32_t point = point_next(&text);
		if (point >= 0x10000) {
			bytes_low(to, 0xd800 + ((point - 0x10000) >> 10), 2);
			bytes_low(to, 0xdc00 + ((point - 0x10000) & 0x3ff), 2);
		} else {
			bytes_low(to, point, 2);
		}
	}
	bytes_low(to, 0, ends ? 2 : 0);
}

/* ---- reading --------------------------------------------------------------------- */

static uint32_t synchsafe(const uint8_t *from)
{
	return (uint32_t)(from[0] & 127) << 21 | (uint32_t)(from[1] & 127) << 14 |
	       (uint32_t)(from[2] & 127) << 7 | (from[3] & 127u);
}

static const struct {
	char old[4], id[5];
} renamed[] = {
	{ "TT2", "TIT2" }, { "TP1", "TPE1" }, { "TAL", "TALB" }, { "TP2", "TPE2" },
	{ "TRK", "TRCK" }, { "TPA", "TPOS" }, { "TYE", "TDRC" }, { "TCO", "TCON" },
	{ "COM", "COMM" }, { "TCM", "TCOM" }, { "TXT", "TEXT" }, { "ULT", "USLT" },
	{ "TP3", "TPE3" }, { "TRC", "TSRC" }, { "TCR", "TCOP" }, { "TPB", "TPUB" },
	{ "TBP", "TBPM" }, { "TLA", "TLAN" }, { "TEN", "TENC" }, { "TXX", "TXXX" },
	{ "PIC", "APIC" },
};

/* "(17)" and "17" are numbers of a list of genres: they stay as they are, since a file's
 * own words come first everywhere. */
static void frame_text(struct tags *tags, const char *id, const uint8_t *from,
		       size_t size)
{
	const uint8_t *end = from + size, *at = from + 1;
	const struct tags_name *row =
		tags_name_id3(strcmp(id, "TYER") == 0 ? "TDRC" : id);

	if (size < 2)
		return;
	if (strcmp(id, "TXXX") == 0) {
		char *name = text_take(&at, end, from[0]);
		char *value = text_take(&at, end, from[0]);
		tags_add(tags, name, value);
		free(name);
		free(value);
		return;
	}
	if (strcmp(id, "TSSE") == 0 || strcmp(id, "TLEN") == 0)
		return; /* of the old encoding */
	while (at < end) {
		char *value = text_take(&at, end, from[0]);
		tags_add(tags, row ? row->name : id, value);
		free(value);
	}
}

/* COMM, USLT: language, description, text. */
static void frame_comment(struct tags *tags, const char *id, const uint8_t *from,
			  size_t size)
{
	const uint8_t *end = from + size, *at = from + 4;

	if (size < 5)
		return;
	char *about = text_take(&at, end, from[0]),
	     *value = text_take(&at, end, from[0]);
	if (strncmp(about, "iTun", 4) != 0)
		tags_add(tags, id[0] == 'U' ? "LYRICS" : "COMMENT", value);
	free(about);
	free(value);
}

static void frame_picture(struct tags *tags, const uint8_t *from, size_t size, bool old)
{
	const uint8_t *end = from + size, *at = from + 1;
	char *mime;

	if (size < 6)
		return;
	if (old) {
		mime = strdup(memcmp(at, "PNG", 3) == 0 ? "image/png" : "image/jpeg");
		at += 3;
	} else {
		mime = text_take(&at, end, TEXT_LATIN1);
	}
	if (at < end) {
		const int type = *at++;
		char *about = text_take(&at, end, from[0]);
		tags_add_picture(tags, type, mime, about, at, (size_t)(end - at));
		free(about);
	}
	free(mime);
}

/* CHAP: an id, times in ms, then frames of its own. */
static void frame_chapter(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint8_t *end = from + size, *at = from;
	char *label = NULL;

	free(text_take(&at, end, TEXT_LATIN1));
	if (end - at < 16)
		return;
	const double ms = (double)high_number(at, 4);
	at += 16;
	if (end - at > HEAD + 1 && memcmp(at, "TIT2", 4) == 0) {
		const uint8_t *text = at + HEAD + 1;
		label = text_take(&text, end, at[HEAD]);
	}
	tags_add_cue(tags, (int64_t)(ms * tags->rate / 1000 + 0.5), label ? label : "");
	free(label);
}

static void frame_read(struct tags *tags, const char *id, const uint8_t *from,
		       size_t size, bool old)
{
	if (strcmp(id, "APIC") == 0)
		frame_picture(tags, from, size, old);
	else if (strcmp(id, "COMM") == 0 || strcmp(id, "USLT") == 0)
		frame_comment(tags, id, from, size);
	else if (strcmp(id, "CHAP") == 0)
		frame_chapter(tags, from, size);
	else if (id[0] == 'T')
		frame_text(tags, id, from, size);
}

/* Takes out the 0 after each 255. Returns the new size. */
static size_t resync(uint8_t *bytes, size_t size)
{
	size_t to = 0;

	for (size_t i = 0; i < size; i++) {
		bytes[to++] = bytes[i];
		if (bytes[i] == 0xff && i + 1 < size && bytes[i + 1] == 0)
			i++;
	}
	return to;
}

/* Frames from `at` on, of this version. */
static void frames_read(struct tags *tags, uint8_t *at, uint8_t *end, int version)
{
	const int head = version == 2 ? 6 : HEAD;

	while (end - at > head && at[0]) {
		char id[5] = "";
		size_t size;
		memcpy(id, at, version == 2 ? 3 : 4);
		for (size_t i = 0;
		     version == 2 && i < sizeof(renamed) / sizeof(*renamed); i++)
			if (strcmp(renamed[i].old, id) == 0)
				memcpy(id, renamed[i].id, 5);
		size = version == 2   ? (size_t)high_number(at + 3, 3)
		       : version == 4 ? synchsafe(at + 4)
				      : (size_t)high_number(at + 4, 4);
		const int flags = version == 2 ? 0 : at[9];
		at += head;
		if (size > (size_t)(end - at))
			break;
		uint8_t *from = at;
		size_t count = size;
		at += size;
		if (version == 4 && flags & 1 &&
		    count >= 4) { /* its length before it */
			from += 4;
			count -= 4;
		}
		if (version == 4 && flags & 2)
			count = resync(from, count);
		if (!(flags & (version == 4 ? 0x0c : 0xc0)) && strlen(id) == 4)
			frame_read(tags, id, from, count, version == 2);
	}
}

void id3_read(struct tags *tags, const uint8_t *from, size_t size)
{
	if (size < HEAD || memcmp(from, "ID3", 3) != 0 || from[3] < 2 || from[3] > 4)
		return;
	const int version = from[3], flags = from[5];
	size_t count = synchsafe(from + 6);
	count = count < size - HEAD ? count : size - HEAD;
	struct bytes copy = { NULL, 0, 0 };
	bytes_add(&copy, from + HEAD, count);
	if (flags & 0x80 && version < 4)
		count = resync(copy.at, count);
	uint8_t *at = copy.at, *end = at + count;
	if (flags & 0x40 && count > 10) { /* an extended header */
		const uint64_t skip =
			version == 4 ? synchsafe(at) : high_number(at, 4) + 4;
		at = skip < count ? at + skip : end;
	}
	if (count)
		frames_read(tags, at, end, version);
	free(copy.at);
}

/* ---- writing --------------------------------------------------------------------- */

static void safe_add(struct bytes *to, size_t size)
{
	for (int shift = 21; shift >= 0; shift -= 7)
		bytes_low(to, size >> shift & 127, 1);
}

static void frame_add(struct bytes *to, int version, const char *id,
		      const struct bytes *body)
{
	bytes_add(to, id, 4);
	if (version == 4)
		safe_add(to, body->count);
	else
		bytes_high(to, body->count, 4);
	bytes_low(to, 0, 2);
	bytes_add(to, body->at, body->count);
}

static void tag_write(const struct tag *tag, int version, struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 };
	const struct tags_name *row = NULL;
	const char *id = "TXXX";

	for (const struct tags_name *r = tags_names; r->name && !row; r++)
		if (strcasecmp(r->name, tag->name) == 0 && r->id3)
			row = r;
	if (row)
		id = row->id3;
	else if (strlen(tag->name) == 4 && tag->name[0] == 'T')
		id = tag->name; /* a frame that was read under its own name */
	if (version == 3 && strcmp(id, "TDRC") == 0)
		id = strlen(tag->value) == 4 ? "TYER" : "TDRC"; /* as many do */
	bytes_low(&body, version == 4 ? TEXT_UTF8 : TEXT_UTF16, 1);
	if (strcmp(id, "COMM") == 0 || strcmp(id, "USLT") == 0) {
		bytes_text(&body, "und");
		text_add(&body, version, "", true);
	} else if (strcmp(id, "TXXX") == 0) {
		text_add(&body, version, tag->name, true);
	}
	text_add(&body, version, tag->value, false);
	frame_add(to, version, id, &body);
	free(body.at);
}

static void picture_write(const struct picture *picture, int version, struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 };

	bytes_low(&body, version == 4 ? TEXT_UTF8 : TEXT_UTF16, 1);
	bytes_add(&body, picture->mime, strlen(picture->mime) + 1);
	bytes_low(&body, (uint64_t)picture->type, 1);
	text_add(&body, version, picture->description, true);
	bytes_add(&body, picture->bytes, picture->size);
	frame_add(to, version, "APIC", &body);
	free(body.at);
}

static uint64_t cue_ms(const struct tags *tags, int i)
{
	return (uint64_t)((double)tags->cues[i].frame * 1000 / tags->rate + 0.5);
}

static void chapter_write(const struct tags *tags, int i, int version, struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 }, title = { NULL, 0, 0 };
	const int next = i + 1 < tags->cue_count ? i + 1 : i;
	char id[16];

	snprintf(id, sizeof(id), "ch%d", i);
	bytes_add(&body, id, strlen(id) + 1);
	bytes_high(&body, cue_ms(tags, i), 4);
	bytes_high(&body, cue_ms(tags, next), 4);
	bytes_high(&body, UINT64_MAX, 4); /* no byte offsets */
	bytes_high(&body, UINT64_MAX, 4);
	if (tags->cues[i].label[0]) {
		bytes_low(&title, version == 4 ? TEXT_UTF8 : TEXT_UTF16, 1);
		text_add(&title, version, tags->cues[i].label, false);
		frame_add(&body, version, "TIT2", &title);
	}
	frame_add(to, version, "CHAP", &body);
	free(body.at);
	free(title.at);
}

void id3_write(const struct tags *tags, int version, struct bytes *to)
{
	struct bytes frames = { NULL, 0, 0 };

	for (int i = 0; i < tags->tag_count; i++)
		tag_write(&tags->tags[i], version, &frames);
	for (int i = 0; i < tags->picture_count; i++)
		picture_write(&tags->pictures[i], version, &frames);
	for (int i = 0; i < tags->cue_count && tags->rate > 0 && version == 4; i++)
		chapter_write(tags, i, version, &frames);
	bytes_text(to, "ID3");
	bytes_low(to, (uint64_t)version, 1);
	bytes_low(to, 0, 2);
	safe_add(to, frames.count);
	bytes_add(to, frames.at, frames.count);
	free(frames.at);
}
