/* tags_chunks.c - tags as the chunks of WAV, AIFF and CAF. Not for the audio thread.
 *
 * RIFF: Multimedia Programming Interface and Data Specifications 1.0 (LIST INFO, cue,
 * adtl); EBU Tech 3285 v2 (bext); AIFF 1.3; Apple Core Audio Format (info, mark). WAV and
 * AIFF hold all texts and pictures in an ID3 chunk, and those that have one in their own.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags_kinds.h"

#include <stdio.h>
#include <strings.h>

/* ---- RIFF: reading --------------------------------------------------------------- */

/* Calls for each chunk in a list. */
static void list_walk(struct tags *tags, const uint8_t *from, size_t size,
		      void (*each)(struct tags *, const char *, const uint8_t *,
				   size_t))
{
	size_t at = 4;

	while (at + 8 <= size) {
		char id[5] = "";
		const uint64_t count = low_number(from + at + 4, 4);
		memcpy(id, from + at, 4);
		at += 8;
		if (count > size - at)
			break;
		each(tags, id, from + at, (size_t)count);
		at += count + (count & 1);
	}
}

static void info_read(struct tags *tags, const char *id, const uint8_t *from,
		      size_t size)
{
	const struct tags_name *row = tags_name_info(id);

	if (strcmp(id, "ISFT") == 0)
		return; /* the program that wrote the old file */
	const char *name = row ? row->name : id;
	/* An ID3 chunk may have said it already. */
	if (!tags_get(tags, name))
		tags_add_bytes(tags, name, from, size);
}

/* Cue points by their number, until labels have named them. */
static void cue_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint64_t count = size >= 4 ? low_number(from, 4) : 0;

	for (uint64_t i = 0; i < count && 4 + 24 * (i + 1) <= size; i++) {
		const uint8_t *point = from + 4 + 24 * i;
		char label[32];
		snprintf(label, sizeof(label), "\001%u",
			 (unsigned)low_number(point, 4));
		tags_add_cue(tags, (int64_t)low_number(point + 20, 4), label);
	}
}

/* Labels name cue points; cue chunks may come after them, so number and name wait as a
 * text of their own. */
static void label_read(struct tags *tags, const char *id, const uint8_t *from,
		       size_t size)
{
	char name[32];

	if (strcmp(id, "labl") != 0 || size < 5)
		return;
	snprintf(name, sizeof(name), "\001%u", (unsigned)low_number(from, 4));
	tags_add_bytes(tags, name, from + 4, size - 4);
}

static void copy_text(char *to, size_t room, const uint8_t *from)
{
	memcpy(to, from, room - 1);
	to[room - 1] = '\0';
}

static void bext_read(struct tags *tags, const uint8_t *from, size_t size)
{
	struct bext *b = &tags->bext;

	if (size < 602)
		return;
	free(b->history);
	*b = (struct bext) { .loudness = TAGS_NO_LEVEL };
	copy_text(b->description, sizeof(b->description), from);
	copy_text(b->originator, sizeof(b->originator), from + 256);
	copy_text(b->reference, sizeof(b->reference), from + 288);
	copy_text(b->date, sizeof(b->date), from + 320);
	copy_text(b->time, sizeof(b->time), from + 330);
	b->time_reference = low_number(from + 338, 8);
	memcpy(b->umid, from + 348, sizeof(b->umid));
	b->loudness = (int16_t)low_number(from + 412, 2);
	b->range = (int16_t)low_number(from + 414, 2);
	b->true_peak = (int16_t)low_number(from + 416, 2);
	b->momentary = (int16_t)low_number(from + 418, 2);
	b->short_term = (int16_t)low_number(from + 420, 2);
	if (low_number(from + 346, 2) < 2)
		b->loudness = b->range = b->true_peak = b->momentary = b->short_term =
			TAGS_NO_LEVEL;
	if (size > 602)
		b->history = strndup((const char *)from + 602, size - 602);
	tags->has_bext = true;
}

/* After all chunks: labels find their cue points. */
static void labels_take(struct tags *tags)
{
	for (int i = 0; i < tags->cue_count; i++) {
		struct cue_point *cue = &tags->cues[i];
		if (cue->label[0] != '\001')
			continue;
		const char *label = tags_get(tags, cue->label);
		char *name = cue->label;
		cue->label = strdup(label ? label : "");
		if (!cue->label)
			abort();
		tags_set(tags, name, NULL);
		free(name);
	}
	for (int i = 0; i < tags->tag_count;)
		if (tags->tags[i].name[0] == '\001')
			tags_set(tags, tags->tags[i].name, NULL);
		else
			i++;
}

void riff_chunk_read(struct tags *tags, const char *id, const uint8_t *from,
		     size_t size)
{
	static const char *const carried[] = { "iXML", "axml", "chna", "cart",
					       "smpl", "inst", "_PMX", "acid" };

	if (!from)
		labels_take(tags); /* the end */
	else if (strcmp(id, "bext") == 0)
		bext_read(tags, from, size);
	else if (strcmp(id, "cue ") == 0)
		cue_read(tags, from, size);
	else if (strcasecmp(id, "id3 ") == 0)
		id3_read(tags, from, size);
	else if (strcmp(id, "LIST") == 0 && size >= 4 && memcmp(from, "INFO", 4) == 0)
		list_walk(tags, from, size, info_read);
	else if (strcmp(id, "LIST") == 0 && size >= 4 && memcmp(from, "adtl", 4) == 0)
		list_walk(tags, from, size, label_read);
	for (size_t i = 0; from && i < sizeof(carried) / sizeof(*carried); i++)
		if (strcmp(id, carried[i]) == 0)
			tags_add_chunk(tags, id, from, size);
}

/* ---- RIFF: writing --------------------------------------------------------------- */

static void chunk_add(struct bytes *to, const char *id, const struct bytes *body,
		      bool high_first)
{
	bytes_add(to, id, 4);
	if (high_first)
		bytes_high(to, body->count, 4);
	else
		bytes_low(to, body->count, 4);
	bytes_add(to, body->at, body->count);
	bytes_low(to, 0, body->count & 1);
}

static void field_add(struct bytes *to, const char *text, size_t size)
{
	const size_t length = strlen(text) < size ? strlen(text) : size;

	bytes_add(to, text, length);
	for (size_t i = length; i < size; i++)
		bytes_low(to, 0, 1);
}

static void bext_write(const struct bext *b, struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 };

	field_add(&body, b->description, 256);
	field_add(&body, b->originator, 32);
	field_add(&body, b->reference, 32);
	field_add(&body, b->date, 10);
	field_add(&body, b->time, 8);
	bytes_low(&body, b->time_reference, 8);
	bytes_low(&body, 2, 2); /* version */
	bytes_add(&body, b->umid, sizeof(b->umid));
	bytes_low(&body, (uint64_t)b->loudness, 2);
	bytes_low(&body, (uint64_t)b->range, 2);
	bytes_low(&body, (uint64_t)b->true_peak, 2);
	bytes_low(&body, (uint64_t)b->momentary, 2);
	bytes_low(&body, (uint64_t)b->short_term, 2);
	field_add(&body, "", 180);
	if (b->history)
		bytes_text(&body, b->history);
	chunk_add(to, "bext", &body, false);
	free(body.at);
}

static void cue_write(const struct tags *tags, struct bytes *to)
{
	struct bytes cues = { NULL, 0, 0 }, list = { NULL, 0, 0 };

	bytes_low(&cues, (uint64_t)tags->cue_count, 4);
	bytes_text(&list, "adtl");
	for (int i = 0; i < tags->cue_count; i++) {
		const struct cue_point *cue = &tags->cues[i];
		struct bytes label = { NULL, 0, 0 };
		bytes_low(&cues, (uint64_t)i + 1, 4);
		bytes_low(&cues, (uint64_t)cue->frame, 4);
		bytes_text(&cues, "data");
		bytes_low(&cues, 0, 8);
		bytes_low(&cues, (uint64_t)cue->frame, 4);
		if (!cue->label[0])
			continue;
		bytes_low(&label, (uint64_t)i + 1, 4);
		bytes_add(&label, cue->label, strlen(cue->label) + 1);
		chunk_add(&list, "labl", &label, false);
		free(label.at);
	}
	chunk_add(to, "cue ", &cues, false);
	if (list.count > 4)
		chunk_add(to, "LIST", &list, false);
	free(cues.at);
	free(list.at);
}

static void info_write(const struct tags *tags, struct bytes *to)
{
	struct bytes list = { NULL, 0, 0 };

	bytes_text(&list, "INFO");
	for (const struct tags_name *row = tags_names; row->name; row++) {
		const char *value = row->info ? tags_get(tags, row->name) : NULL;
		struct bytes body = { NULL, 0, 0 };
		if (!value)
			continue;
		bytes_add(&body, value, strlen(value) + 1);
		chunk_add(&list, row->info, &body, false);
		free(body.at);
	}
	if (list.count > 4)
		chunk_add(to, "LIST", &list, false);
	free(list.at);
}

static void id3_chunk_write(const struct tags *tags, const char *id, bool high_first,
			    struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 };

	if (!tags->tag_count && !tags->picture_count)
		return;
	id3_write(tags, 3, &body);
	chunk_add(to, id, &body, high_first);
	free(body.at);
}

void riff_write(const struct tags *tags, struct bytes *to)
{
	if (tags->has_bext)
		bext_write(&tags->bext, to);
	if (tags->cue_count)
		cue_write(tags, to);
	for (int i = 0; i < tags->chunk_count; i++) {
		struct bytes body = { NULL, 0, 0 };
		bytes_add(&body, tags->chunks[i].bytes, tags->chunks[i].size);
		chunk_add(to, tags->chunks[i].id, &body, false);
		free(body.at);
	}
	id3_chunk_write(tags, "id3 ", false, to);
	info_write(tags, to);
}

/* ---- AIFF ------------------------------------------------------------------------ */

static const struct {
	const char *id, *name;
} aiff_texts[] = {
	{ "NAME", "TITLE" },
	{ "AUTH", "ARTIST" },
	{ "(c) ", "COPYRIGHT" },
	{ "ANNO", "COMMENT" },
};
enum { AIFF_TEXTS = sizeof(aiff_texts) / sizeof(*aiff_texts) };

static void marks_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint64_t count = size >= 2 ? high_number(from, 2) : 0;
	size_t at = 2;

	for (uint64_t i = 0; i < count && at + 7 <= size; i++) {
		const size_t length = from[at + 6];
		char label[256];
		if (at + 7 + length > size)
			break;
		memcpy(label, from + at + 7, length);
		label[length] = '\0';
		tags_add_cue(tags, (int64_t)high_number(from + at + 2, 4), label);
		at += 7 + length + !(length & 1);
	}
}

void aiff_chunk_read(struct tags *tags, const char *id, const uint8_t *from,
		     size_t size)
{
	if (!from)
		return;
	if (strcmp(id, "MARK") == 0)
		marks_read(tags, from, size);
	else if (strcasecmp(id, "ID3 ") == 0)
		id3_read(tags, from, size);
	for (int i = 0; i < AIFF_TEXTS; i++)
		if (strcmp(id, aiff_texts[i].id) == 0 &&
		    !tags_get(tags, aiff_texts[i].name))
			tags_add_bytes(tags, aiff_texts[i].name, from, size);
}

static void marks_write(const struct tags *tags, struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 };

	bytes_high(&body, (uint64_t)tags->cue_count, 2);
	for (int i = 0; i < tags->cue_count; i++) {
		const struct cue_point *cue = &tags->cues[i];
		size_t length = strlen(cue->label);
		length = length < 255 ? length : 255;
		bytes_high(&body, (uint64_t)i + 1, 2);
		bytes_high(&body, (uint64_t)cue->frame, 4);
		bytes_high(&body, length, 1);
		bytes_add(&body, cue->label, length);
		bytes_low(&body, 0, !(length & 1));
	}
	chunk_add(to, "MARK", &body, true);
	free(body.at);
}

void aiff_write(const struct tags *tags, struct bytes *to)
{
	if (tags->cue_count)
		marks_write(tags, to);
	for (int i = 0; i < AIFF_TEXTS; i++) {
		const char *value = tags_get(tags, aiff_texts[i].name);
		struct bytes body = { NULL, 0, 0 };
		if (!value)
			continue;
		bytes_text(&body, value);
		chunk_add(to, aiff_texts[i].id, &body, true);
		free(body.at);
	}
	id3_chunk_write(tags, "ID3 ", true, to);
}

/* ---- CAF ------------------------------------------------------------------------- */

static void strings_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint64_t count = size >= 4 ? high_number(from, 4) : 0;
	const uint8_t *at = from + 4, *end = from + size;

	for (uint64_t i = 0; i < count && at < end; i++) {
		const uint8_t *value = memchr(at, 0, (size_t)(end - at));
		const uint8_t *after =
			value ? memchr(value + 1, 0, (size_t)(end - value - 1)) : NULL;
		if (!after)
			break;
		const struct tags_name *row = tags_name_caf((const char *)at);
		const char *name = row ? row->name
				   : strcasecmp((const char *)at, "year") == 0
					   ? "DATE"
					   : (const char *)at;
		if (strcmp(name, "encoding application") != 0)
			tags_add_bytes(tags, name, value + 1,
				       (size_t)(after - value - 1));
		at = after + 1;
	}
}

enum { MARK_BYTES = 28 }; /* type, frame, id, SMPTE time, channel */

static void caf_marks_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint64_t count = size >= 8 ? high_number(from + 4, 4) : 0;

	for (uint64_t i = 0; i < count && 8 + MARK_BYTES * (i + 1) <= size; i++) {
		const uint8_t *mark = from + 8 + MARK_BYTES * i;
		const uint64_t bits = high_number(mark + 4, 8);
		char label[32];
		double frame;
		memcpy(&frame, &bits, sizeof(frame));
		snprintf(label, sizeof(label), "\001%u",
			 (unsigned)high_number(mark + 12, 4));
		if (frame >= 0 && frame < 9e15)
			tags_add_cue(tags, (int64_t)(frame + 0.5), label);
	}
}

/* "strg": numbers and places of texts. */
static void caf_labels_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint64_t count = size >= 4 ? high_number(from, 4) : 0;

	for (uint64_t i = 0; i < count && 4 + 12 * (i + 1) <= size; i++) {
		const uint8_t *row = from + 4 + 12 * i;
		const uint64_t at = 4 + 12 * count + high_number(row + 4, 8);
		char name[32];
		snprintf(name, sizeof(name), "\001%u", (unsigned)high_number(row, 4));
		if (at < size)
			tags_add_bytes(tags, name, from + at, (size_t)(size - at));
	}
}

void caf_chunk_read(struct tags *tags, const char *id, const uint8_t *from, size_t size)
{
	if (!from)
		labels_take(tags);
	else if (strcmp(id, "info") == 0)
		strings_read(tags, from, size);
	else if (strcmp(id, "mark") == 0)
		caf_marks_read(tags, from, size);
	else if (strcmp(id, "strg") == 0)
		caf_labels_read(tags, from, size);
}

static void caf_chunk_add(struct bytes *to, const char *id, const struct bytes *body)
{
	bytes_add(to, id, 4);
	bytes_high(to, body->count, 8);
	bytes_add(to, body->at, body->count);
}

static void caf_marks_write(const struct tags *tags, struct bytes *to)
{
	struct bytes marks = { NULL, 0, 0 }, rows = { NULL, 0, 0 },
		     texts = { NULL, 0, 0 };

	bytes_high(&marks, 0, 4); /* no SMPTE */
	bytes_high(&marks, (uint64_t)tags->cue_count, 4);
	bytes_high(&rows, (uint64_t)tags->cue_count, 4);
	for (int i = 0; i < tags->cue_count; i++) {
		const double frame = (double)tags->cues[i].frame;
		uint64_t bits;
		memcpy(&bits, &frame, sizeof(bits));
		bytes_high(&marks, 0, 4); /* generic */
		bytes_high(&marks, bits, 8);
		bytes_high(&marks, (uint64_t)i + 1, 4);
		bytes_high(&marks, UINT64_MAX, 8);
		bytes_high(&marks, 0, 4);
		bytes_high(&rows, (uint64_t)i + 1, 4);
		bytes_high(&rows, texts.count, 8);
		bytes_add(&texts, tags->cues[i].label, strlen(tags->cues[i].label) + 1);
	}
	bytes_add(&rows, texts.at, texts.count);
	caf_chunk_add(to, "mark", &marks);
	caf_chunk_add(to, "strg", &rows);
	free(marks.at);
	free(rows.at);
	free(texts.at);
}

void caf_write(const struct tags *tags, struct bytes *to)
{
	struct bytes body = { NULL, 0, 0 };

	if (tags->tag_count) {
		bytes_high(&body, (uint64_t)tags->tag_count, 4);
		for (int i = 0; i < tags->tag_count; i++) {
			const struct tag *tag = &tags->tags[i];
			const char *key = tag->name;
			for (const struct tags_name *row = tags_names; row->name; row++)
				if (row->caf && strcasecmp(row->name, key) == 0)
					key = row->caf;
			bytes_add(&body, key, strlen(key) + 1);
			bytes_add(&body, tag->value, strlen(tag->value) + 1);
		}
		caf_chunk_add(to, "info", &body);
	}
	if (tags->cue_count)
		caf_marks_write(tags, to);
	free(body.at);
}
