/* files.c - the bytes of a config and of all that it includes. Pure; control thread and disk
 * threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/files.h"

#include "daemon/base/hash.h"
#include "daemon/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_VERSION = 1, NAME_MAX_BYTES = 4096 };
static const char first_word[] = "lathe-config", last_word[] = "end";

const char *config_file_name(const char *config, const char *path)
{
	const char *slash = strrchr(config, '/');
	size_t folder = slash ? (size_t)(slash + 1 - config) : 0;

	return folder && strncmp(config, path, folder) == 0 ? path + folder : path;
}

const struct config_file *config_files_find(const struct config_files *files,
					    const char *name)
{
	for (int i = 0; i < files->count; i++)
		if (strcmp(files->list[i].name, name) == 0)
			return &files->list[i];
	return NULL;
}

void config_files_add(struct config_files *files, const char *name, const char *bytes,
		      size_t length)
{
	if (config_files_find(files, name))
		return;
	files->list = memory_resize(files->list, (size_t)files->count + 1,
				    sizeof(*files->list));
	struct config_file *file = &files->list[files->count++];
	*file = (struct config_file) { .name = memory_string(name) };
	text_add_bytes(&file->text, bytes, length);
}

static bool begins_with(const struct text *whole, const struct text *part)
{
	return part->length <= whole->length &&
	       (!part->length || memcmp(whole->bytes, part->bytes, part->length) == 0);
}

bool config_files_equal(const struct config_files *one,
			const struct config_files *other)
{
	bool equal = one->count == other->count;

	for (int i = 0; equal && i < one->count; i++) {
		const struct config_file *file = &one->list[i];
		const struct config_file *same = config_files_find(other, file->name);

		equal = same && same->text.length == file->text.length &&
			begins_with(&same->text, &file->text);
	}
	return equal;
}

const struct config_file *config_files_cut(const struct config_files *files,
					   const struct config_files *before)
{
	for (int i = 0; i < files->count; i++) {
		const struct config_file *file = &files->list[i];
		const struct config_file *earlier =
			config_files_find(before, file->name);

		if (earlier && file->text.length < earlier->text.length &&
		    begins_with(&earlier->text, &file->text))
			return file;
	}
	return NULL;
}

void config_files_finish(struct config_files *files)
{
	for (int i = 0; i < files->count; i++) {
		free(files->list[i].name);
		text_finish(&files->list[i].text);
	}
	free(files->list);
	*files = (struct config_files) { 0 };
}

/* ---- one text ---------------------------------------------------------------------- */

void config_files_print(const struct config_files *files, struct text *text)
{
	text_add(text, "%s %d\n", first_word, FILES_VERSION);
	for (int i = 0; i < files->count; i++) {
		const struct config_file *file = &files->list[i];

		text_add(text, "file %zu %s\n", file->text.length, file->name);
		text_add_bytes(text, file->text.bytes, file->text.length);
		text_add(text, "\n");
	}
	text_add(text, "%s %08x\n", last_word,
		 hash32(hash32_start, text->bytes, text->length));
}

/* The line at *at, without its end, and *at behind it. NULL: there is none. */
static char *take_line(const char *bytes, size_t length, size_t *at)
{
	const char *end = memchr(bytes + *at, '\n', length - *at);

	if (!end)
		return NULL;
	char *line = memory_print("%.*s", (int)(end - bytes - (long)*at), bytes + *at);
	*at = (size_t)(end - bytes) + 1;
	return line;
}

/* False: it is no file's line, or the file is not all there. */
static bool take_file(const char *line, const char *bytes, size_t length, size_t *at,
		      struct config_files *files)
{
	size_t size;
	int name = 0;

	if (sscanf(line, "file %zu %n", &size, &name) != 1 || !name || !line[name] ||
	    strlen(line) > NAME_MAX_BYTES || size >= length - *at)
		return false;
	config_files_add(files, line + name, bytes + *at, size);
	*at += size + 1;
	return bytes[*at - 1] == '\n';
}

bool config_files_parse(const char *bytes, size_t length, struct config_files *files)
{
	char first[32], last[32];
	size_t at = 0;
	bool whole = false, more = true;

	*files = (struct config_files) { 0 };
	snprintf(first, sizeof(first), "%s %d", first_word, FILES_VERSION);
	char *line = take_line(bytes, length, &at);
	more = line && strcmp(line, first) == 0;
	while (more) {
		size_t before = at;

		free(line);
		line = take_line(bytes, length, &at);
		snprintf(last, sizeof(last), "%s %08x", last_word,
			 hash32(hash32_start, bytes, before));
		whole = line && strcmp(line, last) == 0 && at == length;
		more = !whole && line && take_file(line, bytes, length, &at, files);
	}
	free(line);
	if (!whole || !files->count) {
		config_files_finish(files);
		return false;
	}
	return true;
}
