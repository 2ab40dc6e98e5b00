/* names.c - the paths of many outputs. lathe-render, before the run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/names.h"

#include "daemon/base/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { FIELD_BYTES_MAX = 120 };

struct field {
	const char *name;
	const char *tags[3]; /* the first that is there */
	const char *otherwise;
	bool is_number; /* two digits at least, without what follows a slash */
};

static const struct field fields[] = {
	{ "title", { "TITLE" }, NULL, false },
	{ "artist", { "ARTIST", "ALBUMARTIST" }, "unknown artist", false },
	{ "albumartist", { "ALBUMARTIST", "ARTIST" }, "unknown artist", false },
	{ "album", { "ALBUM" }, "unknown album", false },
	{ "track", { "TRACKNUMBER" }, NULL, true },
	{ "disc", { "DISCNUMBER" }, "1", false },
	{ "year", { "DATE", "YEAR" }, "0000", false },
	{ "isrc", { "ISRC" }, "no ISRC", false },
	{ "name", { NULL }, NULL, false },
	{ "number", { NULL }, NULL, true },
};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

/* ---- safe characters ------------------------------------------------------------- */

/* The names that Windows keeps for devices. */
static bool is_device(const char *name, size_t length)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul" };
	static const char *const numbered[] = { "com", "lpt" };

	for (int i = 0; length == 3 && i < 4; i++)
		if (strncasecmp(name, devices[i], 3) == 0)
			return true;
	for (int i = 0; length == 4 && i < 2; i++)
		if (strncasecmp(name, numbered[i], 3) == 0 &&
		    isdigit((unsigned char)name[3]))
			return true;
	return false;
}

/* The longest part of at most so many bytes that ends no UTF-8 character in its
 * middle. */
static size_t cut_length(const char *text, size_t length, size_t most)
{
	if (length <= most)
		return length;
	while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

static void safe_add(struct text *to, const char *value)
{
	size_t length = strlen(value);

	while (length > 0 && (value[0] == '.' || value[0] == ' ')) {
		value++;
		length--;
	}
	length = cut_length(value, length, FIELD_BYTES_MAX);
	while (length > 0 && (value[length - 1] == '.' || value[length - 1] == ' '))
		length--;
	if (length == 0)
		text_add(to, "_");
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)value[i];
		const bool bad =
			byte < ' ' || byte == 127 || strchr("/\\:*?\"<>|", byte);
		text_add(to, "%c", bad ? '_' : byte);
	}
	if (is_device(value, length))
		text_add(to, "_");
}

/* ---- fields ---------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void name_add(struct text *to, const char *in)
{
	const char *name = base_name(in), *dot = strrchr(name, '.');
	char stem[NAME_MAX + 1];

	snprintf(stem, sizeof(stem), "%.*s",
		 dot && dot > name ? (int)(dot - name) : (int)strlen(name), name);
	safe_add(to, stem);
}

static void number_add(struct text *to, const struct names_of *of, long number)
{
	const int digits = of->count > 999 ? 4 : of->count > 99 ? 3 : 2;

	text_add(to, "%0*ld", digits, number);
}

static void field_add(struct text *to, const struct names_of *of,
		      const struct field *field)
{
	const char *value = NULL;
	char *end;

	for (int i = 0; i < 3 && field->tags[i] && of->tag && !value; i++)
		value = of->tag(of->context, field->tags[i]);
	if (value && field->is_number) {
		const long number = strtol(value, &end, 10);
		if (end != value && number >= 0) {
			number_add(to, of, number);
			return;
		}
		value = NULL;
	}
	if (value && *value)
		safe_add(to, value);
	else if (field->is_number)
		number_add(to, of, of->number);
	else if (field->otherwise)
		safe_add(to, field->otherwise);
	else
		name_add(to, of->in);
}

static const struct field *field_find(const char *name, size_t length)
{
	for (int i = 0; i < FIELDS; i++)
		if (strlen(fields[i].name) == length &&
		    strncmp(fields[i].name, name, length) == 0)
			return &fields[i];
	return NULL;
}

static bool field_refuse(const char *found, size_t length, char *error, size_t size)
{
	struct text text = { 0 };

	for (int i = 0; i < FIELDS; i++)
		text_add(&text, "%s{%s}", i ? " " : "", fields[i].name);
	snprintf(error, size, "found \"%.*s\", would accept %s", (int)length, found,
		 text.bytes);
	text_finish(&text);
	return false;
}

static bool pattern_fill(struct text *to, const struct names_of *of,
			 const char *pattern, char *error, size_t error_size)
{
	for (const char *at = pattern; *at; at++) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;
		if (*at != '{') {
			text_add(to, "%c", *at);
			continue;
		}
		const size_t length = end ? (size_t)(end - at - 1) : strlen(at + 1);
		const struct field *field = end ? field_find(at + 1, length) : NULL;
		if (!field)
			return field_refuse(at, length + 1 + (end != NULL), error,
					    error_size);
		field_add(to, of, field);
		at = end;
	}
	return true;
}

bool names_make(const struct names_of *of, const char *out, char *path, size_t size,
		char *error, size_t error_size)
{
	struct text text = { 0 };
	bool good = true;

	if (strchr(out, '{')) {
		good = pattern_fill(&text, of, out, error, error_size);
	} else {
		text_add(&text, "%s%s", out, out[strlen(out) - 1] == '/' ? "" : "/");
		name_add(&text, of->in);
		text_add(&text, "%s", of->kind);
	}
	if (good && text.length >= size) {
		snprintf(error, error_size, "the path is too long");
		good = false;
	}
	if (good)
		snprintf(path, size, "%s", text.bytes);
	text_finish(&text);
	return good;
}

bool names_folders(const char *path, char *error, size_t error_size)
{
	char part[PATH_MAX];

	snprintf(part, sizeof(part), "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST) {
			snprintf(error, error_size, "%s: %s", part, strerror(errno));
			return false;
		}
		*slash = '/';
	}
	return true;
}
