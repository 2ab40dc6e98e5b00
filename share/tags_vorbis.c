/* tags_vorbis.c - tags as Vorbis comments, and FLAC's pictures. Not for the audio thread.
 *
 * https://xiph.org/vorbis/doc/v-comment.html; pictures in comments: FLAC's picture block in
 * base64 (https://wiki.xiph.org/VorbisComment); chapters: CHAPTER001=00:01:02.345 and
 * CHAPTER001NAME.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/tags_kinds.h"

#include <stdio.h>
#include <strings.h>

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void base64_write(const struct bytes *from, struct bytes *to)
{
	for (size_t i = 0; i < from->count; i += 3) {
		uint32_t word = (uint32_t)from->at[i] << 16;
		char four[4];
		if (i + 1 < from->count)
			word |= (uint32_t)from->at[i + 1] << 8;
		if (i + 2 < from->count)
			word |= from->at[i + 2];
		for (int k = 0; k < 4; k++)
			four[k] = digits[word >> (18 - 6 * k) & 63];
		if (i + 1 >= from->count)
			four[2] = '=';
		if (i + 2 >= from->count)
			four[3] = '=';
		bytes_add(to, four, 4);
	}
}

static void base64_read(const char *from, struct bytes *to)
{
	uint32_t word = 0;
	int bits = 0;

	for (; *from && *from != '='; from++) {
		const char *digit = strchr(digits, *from);
		if (!digit)
			continue;
		word = word << 6 | (uint32_t)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes_low(to, word >> bits & 255, 1);
		}
	}
}

/* ---- pictures -------------------------------------------------------------------- */

void flac_picture_write(const struct picture *picture, struct bytes *to)
{
	bytes_high(to, (uint64_t)picture->type, 4);
	bytes_high(to, strlen(picture->mime), 4);
	bytes_text(to, picture->mime);
	bytes_high(to, strlen(picture->description), 4);
	bytes_text(to, picture->description);
	for (int i = 0; i < 4; i++)
		bytes_high(to, 0, 4); /* width, height, depth, colours: not known */
	bytes_high(to, picture->size, 4);
	bytes_add(to, picture->bytes, picture->size);
}

/* A text with its length before it; for free(), or NULL. */
static char *counted(const uint8_t **at, const uint8_t *end)
{
	if (end - *at < 4)
		return NULL;
	const uint64_t length = high_number(*at, 4);
	if (length > (uint64_t)(end - *at - 4))
		return NULL;
	char *text = strndup((const char *)*at + 4, (size_t)length);
	*at += 4 + length;
	return text;
}

void flac_picture_read(struct tags *tags, const uint8_t *from, size_t size)
{
	if (size < 32)
		return;
	const uint8_t *end = from + size, *at = from + 4;
	char *mime = counted(&at, end), *description = mime ? counted(&at, end) : NULL;
	if (description && end - at >= 20) {
		const uint64_t bytes = high_number(at + 16, 4);
		if (bytes <= (uint64_t)(end - at - 20))
			tags_add_picture(tags, (int)high_number(from, 4), mime,
					 description, at + 20, (size_t)bytes);
	}
	free(mime);
	free(description);
}

/* ---- chapters -------------------------------------------------------------------- */

/* CHAPTERnnn or CHAPTERnnnNAME: its number, else -1. */
static int chapter_number(const char *name, bool *is_name)
{
	int number = -1, length = 0;

	if (sscanf(name, "CHAPTER%3d%n", &number, &length) != 1 || length != 10)
		return -1;
	*is_name = strcasecmp(name + length, "NAME") == 0;
	return *is_name || !name[length] ? number : -1;
}

static void chapter_read(struct tags *tags, const char *name, const char *value)
{
	int hours, minutes;
	double seconds;
	char wanted[32];

	if (sscanf(value, "%d:%d:%lf", &hours, &minutes, &seconds) != 3)
		return;
	snprintf(wanted, sizeof(wanted), "%.10sNAME", name);
	const char *label = tags_get(tags, wanted);
	tags_add_cue(
		tags,
		(int64_t)((hours * 3600.0 + minutes * 60.0 + seconds) * tags->rate +
			  0.5),
		label ? label : "");
}

/* Chapters among the texts become cue points. */
static void chapters_take(struct tags *tags)
{
	bool is_name, again = true;

	for (int i = 0; i < tags->tag_count; i++)
		if (chapter_number(tags->tags[i].name, &is_name) >= 0 && !is_name)
			chapter_read(tags, tags->tags[i].name, tags->tags[i].value);
	while (again) {
		again = false;
		for (int i = 0; i < tags->tag_count && !again; i++) {
			char name[64];
			if (chapter_number(tags->tags[i].name, &is_name) < 0)
				continue;
			snprintf(name, sizeof(name), "%s", tags->tags[i].name);
			tags_set(tags, name, NULL);
			again = true;
		}
	}
}

static void comment_write(struct bytes *to, const char *name, const char *value)
{
	bytes_low(to, strlen(name) + 1 + strlen(value), 4);
	bytes_text(to, name);
	bytes_text(to, "=");
	bytes_text(to, value);
}

static int chapter_write(const struct tags *tags, int i, struct bytes *to)
{
	const double seconds = (double)tags->cues[i].frame / tags->rate;
	const int hours = (int)(seconds / 3600), minutes = (int)(seconds / 60) % 60;
	char name[32], value[64];

	snprintf(name, sizeof(name), "CHAPTER%03d", i + 1);
	snprintf(value, sizeof(value), "%02d:%02d:%06.3f", hours, minutes,
		 seconds - hours * 3600.0 - minutes * 60.0);
	comment_write(to, name, value);
	if (!tags->cues[i].label[0])
		return 1;
	strcat(name, "NAME");
	comment_write(to, name, tags->cues[i].label);
	return 2;
}

/* ---- comments -------------------------------------------------------------------- */

static void comment_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint8_t *equals = memchr(from, '=', size);

	if (!equals)
		return;
	char *name = strndup((const char *)from, (size_t)(equals - from));
	char *value =
		strndup((const char *)equals + 1, size - (size_t)(equals + 1 - from));
	if (name && value && strcasecmp(name, "METADATA_BLOCK_PICTURE") == 0) {
		struct bytes block = { NULL, 0, 0 };
		base64_read(value, &block);
		flac_picture_read(tags, block.at, block.count);
		free(block.at);
	} else if (name && value) {
		tags_add(tags, name, value);
	}
	free(name);
	free(value);
}

void vorbis_read(struct tags *tags, const uint8_t *from, size_t size)
{
	const uint8_t *end = from + size;

	if (size < 8 || low_number(from, 4) > size - 8)
		return;
	from += 4 + low_number(from, 4);
	uint64_t count = low_number(from, 4);
	for (from += 4; count > 0 && end - from >= 4; count--) {
		const uint64_t length = low_number(from, 4);
		from += 4;
		if (length > (uint64_t)(end - from))
			break;
		comment_read(tags, from, (size_t)length);
		from += length;
	}
	chapters_take(tags);
}

void vorbis_write(const struct tags *tags, const char *vendor, bool pictures,
		  struct bytes *to)
{
	struct bytes list = { NULL, 0, 0 };
	int count = 0;

	for (int i = 0; i < tags->tag_count; i++, count++)
		comment_write(&list, tags->tags[i].name, tags->tags[i].value);
	for (int i = 0; i < tags->cue_count && tags->rate > 0; i++)
		count += chapter_write(tags, i, &list);
	for (int i = 0; i < tags->picture_count && pictures; i++, count++) {
		struct bytes block = { NULL, 0, 0 }, text = { NULL, 0, 0 };
		flac_picture_write(&tags->pictures[i], &block);
		base64_write(&block, &text);
		bytes_low(&text, 0, 1);
		comment_write(&list, "METADATA_BLOCK_PICTURE", (const char *)text.at);
		free(block.at);
		free(text.at);
	}
	bytes_low(to, strlen(vendor), 4);
	bytes_text(to, vendor);
	bytes_low(to, (uint64_t)count, 4);
	bytes_add(to, list.at, list.count);
	free(list.at);
}
