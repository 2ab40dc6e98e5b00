/* tags.c - what sound files say of themselves, as a list of texts, pictures, cue points and
 * chunks. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags.h"

#include "share/tags_kinds.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

const struct tags_name tags_names[] = {
	{ "TITLE", "TIT2", "INAM", "title" },
	{ "ARTIST", "TPE1", "IART", "artist" },
	{ "ALBUM", "TALB", "IPRD", "album" },
	{ "ALBUMARTIST", "TPE2", NULL, NULL },
	{ "TRACKNUMBER", "TRCK", "ITRK", "track number" },
	{ "DISCNUMBER", "TPOS", NULL, NULL },
	{ "DATE", "TDRC", "ICRD", "recorded date" },
	{ "GENRE", "TCON", "IGNR", "genre" },
	{ "COMMENT", "COMM", "ICMT", "comments" },
	{ "COMPOSER", "TCOM", "IMUS", "composer" },
	{ "LYRICIST", "TEXT", "IWRI", "lyricist" },
	{ "LYRICS", "USLT", NULL, NULL },
	{ "CONDUCTOR", "TPE3", NULL, NULL },
	{ "ISRC", "TSRC", NULL, NULL },
	{ "COPYRIGHT", "TCOP", "ICOP", "copyright" },
	{ "ORGANIZATION", "TPUB", NULL, NULL },
	{ "BPM", "TBPM", NULL, "tempo" },
	{ "LANGUAGE", "TLAN", "ILNG", NULL },
	{ "ENGINEER", NULL, "IENG", "recording engineer" },
	{ "ENCODED-BY", "TENC", "ITCH", NULL },
	{ NULL, NULL, NULL, NULL },
};

enum column { COLUMN_ID3, COLUMN_INFO, COLUMN_CAF };

static const struct tags_name *column_find(enum column column, const char *id)
{
	for (const struct tags_name *row = tags_names; row->name; row++) {
		const char *cell = column == COLUMN_ID3    ? row->id3
				   : column == COLUMN_INFO ? row->info
							   : row->caf;
		if (cell && strcasecmp(cell, id) == 0)
			return row;
	}
	return NULL;
}

const struct tags_name *tags_name_id3(const char *id)
{
	return column_find(COLUMN_ID3, id);
}

const struct tags_name *tags_name_info(const char *id)
{
	return column_find(COLUMN_INFO, id);
}

const struct tags_name *tags_name_caf(const char *id)
{
	return column_find(COLUMN_CAF, id);
}

/* ---- memory ---------------------------------------------------------------------- */

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void *bytes_copy(const void *from, size_t size)
{
	uint8_t *copy = must(malloc(size + 1));

	if (size)
		memcpy(copy, from, size);
	copy[size] = 0;
	return copy;
}

/* Room for one more. */
static void *grow(void *list, int count, size_t size)
{
	return must(realloc(list, (size_t)(count + 1) * size));
}

struct tags *tags_copy(const struct tags *tags)
{
	struct tags *copy = must(calloc(1, sizeof(*copy)));

	copy->rate = tags->rate;
	copy->has_bext = tags->has_bext;
	copy->bext = tags->bext;
	if (tags->bext.history)
		copy->bext.history = must(strdup(tags->bext.history));
	for (int i = 0; i < tags->tag_count; i++)
		tags_add(copy, tags->tags[i].name, tags->tags[i].value);
	for (int i = 0; i < tags->picture_count; i++) {
		const struct picture *p = &tags->pictures[i];
		tags_add_picture(copy, p->type, p->mime, p->description, p->bytes,
				 p->size);
	}
	for (int i = 0; i < tags->cue_count; i++)
		tags_add_cue(copy, tags->cues[i].frame, tags->cues[i].label);
	for (int i = 0; i < tags->chunk_count; i++)
		tags_add_chunk(copy, tags->chunks[i].id, tags->chunks[i].bytes,
			       tags->chunks[i].size);
	return copy;
}

void tags_destroy(struct tags *tags)
{
	if (!tags)
		return;
	tags_set(tags, NULL, NULL);
	for (int i = 0; i < tags->picture_count; i++) {
		free(tags->pictures[i].mime);
		free(tags->pictures[i].description);
		free(tags->pictures[i].bytes);
	}
	for (int i = 0; i < tags->cue_count; i++)
		free(tags->cues[i].label);
	for (int i = 0; i < tags->chunk_count; i++)
		free(tags->chunks[i].bytes);
	free(tags->bext.history);
	free(tags->tags);
	free(tags->pictures);
	free(tags->cues);
	free(tags->chunks);
	free(tags);
}

/* ---- texts ----------------------------------------------------------------------- */

const char *tags_get(const struct tags *tags, const char *name)
{
	for (int i = 0; tags && i < tags->tag_count; i++)
		if (strcasecmp(tags->tags[i].name, name) == 0)
			return tags->tags[i].value;
	return NULL;
}

void tags_add(struct tags *tags, const char *name, const char *value)
{
	if (!*name || !*value)
		return;
	for (int i = 0; i < tags->tag_count; i++)
		if (strcasecmp(tags->tags[i].name, name) == 0 &&
		    strcmp(tags->tags[i].value, value) == 0)
			return; /* a file may hold it in two forms */
	tags->tags = grow(tags->tags, tags->tag_count, sizeof(*tags->tags));
	struct tag *tag = &tags->tags[tags->tag_count++];
	tag->name = must(strdup(name));
	tag->value = must(strdup(value));
	for (char *at = tag->name; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
}

/* name NULL: all. */
void tags_set(struct tags *tags, const char *name, const char *value)
{
	int kept = 0;

	for (int i = 0; i < tags->tag_count; i++) {
		struct tag *tag = &tags->tags[i];
		if (name && strcasecmp(tag->name, name) != 0) {
			tags->tags[kept++] = *tag;
			continue;
		}
		free(tag->name);
		free(tag->value);
	}
	tags->tag_count = kept;
	if (name && value)
		tags_add(tags, name, value);
}

static bool is_utf8(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size;) {
		const uint8_t byte = text[i++];
		int more = byte < 0x80             ? 0
			   : (byte & 0xe0) == 0xc0 ? 1
			   : (byte & 0xf0) == 0xe0 ? 2
			   : (byte & 0xf8) == 0xf0 ? 3
						   : -1;
		for (; more > 0 && i < size && (text[i] & 0xc0) == 0x80; more--)
			i++;
		if (more)
			return false;
	}
	return true;
}

void tags_add_bytes(struct tags *tags, const char *name, const uint8_t *text,
		    size_t size)
{
	struct bytes utf8 = { NULL, 0, 0 };
	size_t length = 0;

	while (length < size && text[length])
		length++;
	while (length > 0 && text[length - 1] == ' ')
		length--;
	const bool good = is_utf8(text, length);
	for (size_t i = 0; i < length; i++)
		if (good || text[i] < 0x80) {
			bytes_add(&utf8, text + i, 1);
		} else {
			bytes_low(&utf8, 0xc0u | text[i] >> 6, 1);
			bytes_low(&utf8, 0x80u | (text[i] & 0x3f), 1);
		}
	bytes_low(&utf8, 0, 1);
	tags_add(tags, name, (const char *)utf8.at);
	free(utf8.at);
}

/* ---- pictures, cue points, chunks ------------------------------------------------ */

void tags_add_picture(struct tags *tags, int type, const char *mime,
		      const char *description, const uint8_t *bytes, size_t size)
{
	for (int i = 0; i < tags->picture_count; i++)
		if (tags->pictures[i].type == type && tags->pictures[i].size == size &&
		    memcmp(tags->pictures[i].bytes, bytes, size) == 0)
			return; /* a file may hold it in two forms */
	tags->pictures =
		grow(tags->pictures, tags->picture_count, sizeof(*tags->pictures));
	tags->pictures[tags->picture_count++] =
		(struct picture) { type, must(strdup(mime)), must(strdup(description)),
				   bytes_copy(bytes, size), size };
}

void tags_add_cue(struct tags *tags, int64_t frame, const char *label)
{
	for (int i = 0; i < tags->cue_count; i++)
		if (tags->cues[i].frame == frame) {
			if (!tags->cues[i].label[0] && label[0]) {
				free(tags->cues[i].label);
				tags->cues[i].label = must(strdup(label));
			}
			return;
		}
	tags->cues = grow(tags->cues, tags->cue_count, sizeof(*tags->cues));
	tags->cues[tags->cue_count++] =
		(struct cue_point) { frame, must(strdup(label)) };
}

void tags_add_chunk(struct tags *tags, const char *id, const uint8_t *bytes,
		    size_t size)
{
	struct tags_chunk chunk = { .bytes = bytes_copy(bytes, size), .size = size };

	memcpy(chunk.id, id, 4);
	tags->chunks = grow(tags->chunks, tags->chunk_count, sizeof(*tags->chunks));
	tags->chunks[tags->chunk_count++] = chunk;
}

void tags_move(struct tags *tags, int rate, int64_t cut)
{
	const double ratio = tags->rate > 0 ? (double)rate / tags->rate : 1;
	int kept = 0;

	for (int i = 0; i < tags->cue_count; i++) {
		struct cue_point cue = tags->cues[i];
		cue.frame = (int64_t)((double)(cue.frame - cut) * ratio + 0.5);
		if (tags->cues[i].frame >= cut)
			tags->cues[kept++] = cue;
		else
			free(cue.label);
	}
	tags->cue_count = kept;
	if (tags->has_bext)
		tags->bext.time_reference =
			(uint64_t)(((double)tags->bext.time_reference + (double)cut) *
					   ratio +
				   0.5);
	tags->rate = rate;
}

/* ---- what has no place ----------------------------------------------------------- */

static void lost_add(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void lost_add(char *text, size_t size, const char *format, ...)
{
	const size_t used = strlen(text);
	va_list list;

	snprintf(text + used, size - used, "%s", used ? ", " : "");
	const size_t begun = strlen(text);
	va_start(list, format);
	vsnprintf(text + begun, size - begun, format, list);
	va_end(list);
}

void tags_lost(const struct tags *tags, enum tags_kind kind, char *text, size_t size)
{
	text[0] = '\0';
	if (kind == TAGS_NONE && tags->tag_count)
		lost_add(text, size, "%d texts", tags->tag_count);
	if ((kind == TAGS_NONE || kind == TAGS_CAF) && tags->picture_count)
		lost_add(text, size, "%d picture%s", tags->picture_count,
			 tags->picture_count > 1 ? "s" : "");
	if (kind == TAGS_NONE && tags->cue_count)
		lost_add(text, size, "%d cue point%s", tags->cue_count,
			 tags->cue_count > 1 ? "s" : "");
	if (kind != TAGS_RIFF && tags->has_bext)
		lost_add(text, size, "bext");
	for (int i = 0; i < tags->chunk_count && kind != TAGS_RIFF; i++)
		lost_add(text, size, "%.4s", tags->chunks[i].id);
}
