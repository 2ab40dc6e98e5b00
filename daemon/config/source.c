/* source.c - reads a config's text, puts its includes in place, and refuses what
 * libconfig can't take. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/source.h"
#include "daemon/base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum state { PLAIN, STRING, COMMENT };

struct bracket {
	char open;
	struct source_line line;
	int keys, items;
};

struct scan {
	struct config_source *source;
	struct complaints *complaints;
	const struct config_files *kept; /* or NULL: files are read from the disk */
	struct config_files *seen;       /* or NULL */
	bool is_config;                  /* a file that looks cut or empty is refused */
	struct stat nested[SOURCE_NESTED_MAX];
	int nested_count;
	enum state state;
	struct source_line now, began; /* `began`: where the string or comment began */
	int string_length;
	struct bracket brackets[1 + SOURCE_DEPTH_MAX];
	int depth;
	char before; /* the character before this one: does a word begin here? */
	bool failed; /* something was refused: libconfig must not see the text */
};

static bool scan_file(struct scan *scan, const char *path);

/* ---- complaints and lines ---------------------------------------------------------- */

#define REFUSE(scan, at, ...) \
	do { \
		complain((scan)->complaints, (scan)->source->files[(at).file], \
			 (at).line, __VA_ARGS__); \
		(scan)->failed = true; \
	} while (0)

static void config_source_add_line(struct config_source *source,
				   struct source_line line)
{
	if (source->line_count == source->line_room) {
		source->line_room = source->line_room * 2 + 256;
		source->lines = memory_resize(source->lines, (size_t)source->line_room,
					      sizeof(*source->lines));
	}
	source->lines[source->line_count++] = line;
}

const char *config_source_where(const struct config_source *source, int line,
				int *file_line)
{
	if (line < 1 || line > source->line_count) {
		*file_line = 0;
		return source->file_count ? source->files[0] : "config";
	}
	*file_line = source->lines[line - 1].line;
	return source->files[source->lines[line - 1].file];
}

void config_source_finish(struct config_source *source)
{
	text_finish(&source->text);
	for (int i = 0; i < source->file_count; i++)
		free(source->files[i]);
	free(source->lines);
	*source = (struct config_source) { 0 };
}

/* ---- one line ---------------------------------------------------------------------- */

static void scan_open(struct scan *scan, char open)
{
	if (scan->depth == SOURCE_DEPTH_MAX) {
		REFUSE(scan, scan->now, "found more than %d brackets in each other",
		       SOURCE_DEPTH_MAX);
		return;
	}
	scan->brackets[++scan->depth] =
		(struct bracket) { .open = open, .line = scan->now };
}

static void scan_close(struct scan *scan, char close)
{
	const struct bracket *bracket = &scan->brackets[scan->depth];
	char open = close == '}' ? '{' : close == ')' ? '(' : '[';

	if (scan->depth == 0) {
		REFUSE(scan, scan->now, "found \"%c\" that closes nothing", close);
	} else if (bracket->open != open) {
		REFUSE(scan, scan->now,
		       "found \"%c\" where the \"%c\" of line %d is open", close,
		       bracket->open, bracket->line.line);
	} else {
		scan->depth--;
	}
}

static void scan_count(struct scan *scan, char c)
{
	struct bracket *bracket = &scan->brackets[scan->depth];

	if (c == ',' && ++bracket->items == SOURCE_ITEMS_MAX)
		REFUSE(scan, scan->now, "found a list of more than %d items",
		       SOURCE_ITEMS_MAX);
	if (c != ',' && ++bracket->keys == SOURCE_KEYS_MAX + 1)
		REFUSE(scan, scan->now, "found a group of more than %d keys",
		       SOURCE_KEYS_MAX);
}

/* Copies the whole number at `at`; returns its length. libconfig wraps numbers that do
 * not fit an int, so an L is added: then it reads 64 bits, and the range check sees the
 * number that was written. */
static size_t scan_number(struct scan *scan, const char *at, size_t length)
{
	bool hex = length > 1 && at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
	size_t n = hex ? 2 : 0;
	unsigned long long value;

	while (n < length &&
	       (hex ? isxdigit((unsigned char)at[n]) : isdigit((unsigned char)at[n])))
		n++;
	bool whole = n == length || !strchr(".eEL", at[n]);
	text_add_bytes(&scan->source->text, at, n);
	char digits[32];
	snprintf(digits, sizeof(digits), "%.*s", (int)n, at);
	errno = 0;
	value = strtoull(digits, NULL, hex ? 16 : 10);
	if (whole || (n < length && at[n] == 'L')) {
		if (n >= sizeof(digits) || errno || value > INT64_MAX)
			REFUSE(scan, scan->now, "found a number too large: %s...",
			       digits);
		if (whole && value > INT32_MAX)
			text_add(&scan->source->text, "L");
	}
	return n;
}

static bool word_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '*' || c == '.';
}

/* Copies a piece of text outside strings and comments; returns its length. 0: the rest
 * of the line is a comment. */
static size_t scan_plain(struct scan *scan, const char *at, size_t length)
{
	struct text *text = &scan->source->text;
	char c = at[0], next = length > 1 ? at[1] : '\0';

	if (isdigit((unsigned char)c) && !word_letter(scan->before))
		return scan_number(scan, at, length);
	if (c == '#' || (c == '/' && next == '/'))
		return 0;
	if (c == '/' && next == '*') {
		scan->state = COMMENT;
		scan->began = scan->now;
		text_add(text, "/*");
		return 2;
	}
	if (c == '"') {
		scan->state = STRING;
		scan->began = scan->now;
		scan->string_length = 0;
	} else if (c == '{' || c == '(' || c == '[') {
		scan_open(scan, c);
	} else if (c == '}' || c == ')' || c == ']') {
		scan_close(scan, c);
	} else if (c == '=' || c == ':' || c == ',') {
		scan_count(scan, c);
	} else if (c == '@') {
		REFUSE(scan, scan->now,
		       "found \"@\", would accept @include \"file\" on a line of its "
		       "own");
	}
	text_add_bytes(text, &c, 1);
	return 1;
}

static size_t scan_string(struct scan *scan, const char *at, size_t length)
{
	if (++scan->string_length == SOURCE_STRING_MAX + 1)
		REFUSE(scan, scan->began, "found a string of more than %d bytes",
		       SOURCE_STRING_MAX);
	if (at[0] == '"')
		scan->state = PLAIN;
	size_t eaten = at[0] == '\\' && length > 1 ? 2 : 1;
	text_add_bytes(&scan->source->text, at, eaten);
	return eaten;
}

static size_t scan_comment(struct scan *scan, const char *at, size_t length)
{
	bool end = at[0] == '*' && length > 1 && at[1] == '/';

	if (end) {
		scan->state = PLAIN;
		text_add(&scan->source->text, "*/");
	}
	return end ? 2 : 1;
}

/* Copies one line, without its newline. */
static void scan_line(struct scan *scan, const char *line, size_t length)
{
	size_t at = 0;

	scan->before = '\n';
	while (at < length && !scan->failed) {
		const char *here = line + at;
		size_t left = length - at, eaten;

		if (scan->state == STRING)
			eaten = scan_string(scan, here, left);
		else if (scan->state == COMMENT)
			eaten = scan_comment(scan, here, left);
		else
			eaten = scan_plain(scan, here, left);
		if (eaten == 0)
			break;
		at += eaten;
		scan->before = line[at - 1];
	}
	if (scan->state == STRING && !scan->failed)
		REFUSE(scan, scan->now, "found a string that isn't closed on its line");
}

/* ---- includes ---------------------------------------------------------------------- */

/* Whether the line is `@include "file"`; `name` is then the file. */
static bool include_line(struct scan *scan, const char *line, size_t length, char *name,
			 size_t size)
{
	static const char word[] = "@include";
	size_t at = 0, first;

	while (at < length && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (length - at < sizeof(word) ||
	    strncmp(line + at, word, sizeof(word) - 1) != 0)
		return false;
	at += sizeof(word) - 1;
	while (at < length && (line[at] == ' ' || line[at] == '\t'))
		at++;
	first = at + 1;
	if (at == length || line[at] != '"')
		return false;
	for (at++; at < length && line[at] != '"'; at++)
		;
	if (at == length)
		return false;
	snprintf(name, size, "%.*s", (int)(at - first), line + first);
	for (at++; at < length && isspace((unsigned char)line[at]); at++)
		;
	if (at < length && line[at] != '#' && strncmp(line + at, "//", 2) != 0)
		REFUSE(scan, scan->now,
		       "found more than @include \"file\" on its line, would accept it "
		       "alone");
	return true;
}

static void scan_include(struct scan *scan, const char *name)
{
	const struct source_line from = scan->now;
	char folder[4096], path[8192];

	snprintf(folder, sizeof(folder), "%s", scan->source->files[from.file]);
	const char *above = dirname(folder);
	if (name[0] == '/' || strcmp(above, ".") == 0)
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%s/%s", above, name);
	if (!name[0])
		REFUSE(scan, from, "found @include without a file name");
	else if (scan->nested_count == SOURCE_NESTED_MAX)
		REFUSE(scan, from, "found files inside files more than %d deep",
		       SOURCE_NESTED_MAX);
	else
		scan_file(scan, path);
	scan->now = from;
}

/* ---- one file ---------------------------------------------------------------------- */

static void scan_bytes(struct scan *scan, const char *bytes, size_t length)
{
	const char *at = bytes, *end = bytes + length;
	char name[1024];

	if (length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		at += 3;
	scan->now.line = 1;
	for (; at < end && !scan->failed; scan->now.line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t line = (size_t)((newline ? newline : end) - at);

		if (memchr(at, '\0', line)) {
			REFUSE(scan, scan->now, "found a NUL byte, would accept text");
		} else if (scan->state == PLAIN &&
			   include_line(scan, at, line, name, sizeof(name))) {
			if (!scan->failed)
				scan_include(scan, name);
		} else {
			config_source_add_line(scan->source, scan->now);
			scan_line(scan, at, line);
			text_add(&scan->source->text, "\n");
		}
		if (scan->source->text.length > SOURCE_BYTES_MAX && !scan->failed)
			REFUSE(scan, scan->now,
			       "found more than %d KiB of config, includes counted",
			       SOURCE_BYTES_MAX / 1024);
		at = newline ? newline + 1 : end;
	}
	if (scan->state == COMMENT && !scan->failed)
		REFUSE(scan, scan->began, "found /* that isn't closed in its file");
}

/* A copy of what was kept. NULL after a complaint. */
static char *kept_bytes(struct scan *scan, struct source_line from, const char *path,
			size_t *length)
{
	const char *name = config_file_name(scan->source->files[0], path);
	const struct config_file *file = config_files_find(scan->kept, name);

	if (!file) {
		REFUSE(scan, from, "%s was not kept", path);
		return NULL;
	}
	*length = file->text.length;
	char *bytes = memory_zeroed(1, *length + 1);
	if (*length)
		memcpy(bytes, file->text.bytes, *length);
	return bytes;
}

/* A file that was being written when its disk filled or its machine stopped ends anywhere,
 * most often within a line. It is read all the same, for what else is wrong. */
static void check_end(struct scan *scan, int file, const char *bytes, size_t length)
{
	const char *name = scan->source->files[file];
	int line = 1;

	for (size_t i = 0; i < length; i++)
		line += bytes[i] == '\n';
	if (length == 0 && file == 0)
		complain(scan->complaints, name, line,
			 "found an empty file, would accept a config");
	else if (length && bytes[length - 1] != '\n')
		complain(scan->complaints, name, line,
			 "found a last line without a newline at its end, as in a file "
			 "that was cut; would accept a whole last line");
}

/* All bytes of the open file. NULL after a complaint. */
static char *file_bytes(struct scan *scan, int fd, struct source_line from,
			const char *path, size_t *length)
{
	struct stat *stat = &scan->nested[scan->nested_count];

	if (from.line == 0)
		path = "the file";
	if (fd < 0 || fstat(fd, stat) < 0) {
		REFUSE(scan, from, "%s can't be opened: %s", path, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(stat->st_mode)) {
		REFUSE(scan, from, "%s is %s, would accept a file", path,
		       S_ISDIR(stat->st_mode) ? "a folder" : "not a regular file");
		return NULL;
	}
	for (int i = 0; i < scan->nested_count; i++) {
		if (scan->nested[i].st_dev == stat->st_dev &&
		    scan->nested[i].st_ino == stat->st_ino) {
			REFUSE(scan, from, "%s includes itself", path);
			return NULL;
		}
	}
	if (stat->st_size > SOURCE_BYTES_MAX) {
		REFUSE(scan, from, "%s has %lld bytes, would accept %d", path,
		       (long long)stat->st_size, SOURCE_BYTES_MAX);
		return NULL;
	}
	char *bytes = memory_zeroed(1, SOURCE_BYTES_MAX + 1);
	ssize_t got = 1;
	for (*length = 0; bytes && got > 0 && *length < SOURCE_BYTES_MAX;
	     *length += (size_t)(got > 0 ? got : 0))
		got = read(fd, bytes + *length, SOURCE_BYTES_MAX - *length);
	if (got < 0)
		REFUSE(scan, from, "%s can't be read: %s", path, strerror(errno));
	return bytes;
}

static char *disk_bytes(struct scan *scan, struct source_line from, const char *path,
			size_t *length)
{
	/* O_NONBLOCK: opening a FIFO must not wait. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char *bytes = file_bytes(scan, fd, from, path, length);

	if (fd >= 0)
		close(fd);
	return bytes;
}

static bool scan_file(struct scan *scan, const char *path)
{
	struct config_source *source = scan->source;
	struct source_line from = scan->now;
	size_t length;

	if (source->file_count == SOURCE_FILES_MAX) {
		REFUSE(scan, from, "found more than %d files", SOURCE_FILES_MAX);
		return false;
	}
	int file = source->file_count++;
	source->files[file] = memory_string(path);
	char *bytes = scan->kept ? kept_bytes(scan, from, path, &length)
				 : disk_bytes(scan, from, path, &length);
	if (bytes && !scan->failed) {
		if (scan->seen)
			config_files_add(scan->seen,
					 config_file_name(source->files[0], path),
					 bytes, length);
		scan->nested_count++;
		scan->now = (struct source_line) { file, 1 };
		scan_bytes(scan, bytes, length);
		if (scan->is_config && !scan->failed)
			check_end(scan, file, bytes, length);
		scan->nested_count--;
	}
	free(bytes);
	return !scan->failed;
}

static bool scan_end(struct scan *scan)
{
	const struct bracket *bracket = &scan->brackets[scan->depth];

	if (!scan->failed && scan->depth > 0)
		REFUSE(scan, bracket->line, "found \"%c\" that is never closed",
		       bracket->open);
	text_add(&scan->source->text, "\n");
	config_source_add_line(scan->source, scan->now);
	return !scan->failed;
}

bool config_source_read_files(struct config_source *source, const char *path,
			      const struct config_files *kept,
			      struct config_files *seen, struct complaints *complaints)
{
	struct scan scan = { .source = source,
			     .complaints = complaints,
			     .kept = kept,
			     .seen = seen,
			     .is_config = true };

	*source = (struct config_source) { 0 };
	scan_file(&scan, path);
	return scan_end(&scan);
}

bool config_source_read(struct config_source *source, const char *path,
			struct complaints *complaints)
{
	struct scan scan = { .source = source, .complaints = complaints };

	*source = (struct config_source) { 0 };
	scan_file(&scan, path);
	return scan_end(&scan);
}

bool config_source_read_bytes(struct config_source *source, const char *name,
			      const char *bytes, size_t length,
			      struct complaints *complaints)
{
	struct scan scan = { .source = source, .complaints = complaints };

	*source = (struct config_source) { .file_count = 1 };
	source->files[0] = memory_string(name);
	scan_bytes(&scan, bytes, length);
	return scan_end(&scan);
}
