/* source.h - a config's text with its includes in place, fit for libconfig.
 *
 * libconfig 1.5 ends the process when it includes a folder, hangs on a FIFO, wraps large
 * integers, overflows the stack on deep nesting and takes quadratic time over long strings
 * and long groups. So files are read and includes expanded here, and what libconfig could
 * not bear is refused before it sees it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_SOURCE_H
#define LATHE_CONFIG_SOURCE_H

#include "daemon/base/text.h"
#include "daemon/config/files.h"

enum {
	SOURCE_BYTES_MAX = 256 * 1024, /* with all includes */
	SOURCE_FILES_MAX = 64,
	SOURCE_NESTED_MAX = 8,   /* files inside files */
	SOURCE_DEPTH_MAX = 16,   /* brackets inside brackets */
	SOURCE_KEYS_MAX = 512,   /* of one group */
	SOURCE_ITEMS_MAX = 1024, /* of one list */
	SOURCE_STRING_MAX = 1024,
};

struct source_line {
	int file, line; /* index in `files`; line number from 1 */
};

struct config_source {
	struct text text;
	char *files[SOURCE_FILES_MAX];
	int file_count;
	struct source_line *lines; /* [line of text - 1] */
	int line_count, line_room;
};

/* Reads a file and all that it includes. False after complaints. */
bool config_source_read(struct config_source *source, const char *path,
			struct complaints *complaints);
/* The same for a config, which must be whole: a file that is empty, or whose last line has no
 * newline, is refused. `kept`: the files are taken from there, not from the disk, or NULL. `seen` gets
 * the bytes of each file that was read, or NULL. */
bool config_source_read_files(struct config_source *source, const char *path,
			      const struct config_files *kept,
			      struct config_files *seen, struct complaints *complaints);
/* The same from memory, for tests; `name` is the file's name in complaints. */
bool config_source_read_bytes(struct config_source *source, const char *name,
			      const char *bytes, size_t length,
			      struct complaints *complaints);
/* The file that a line of the text came from, and its line there. */
const char *config_source_where(const struct config_source *source, int line,
				int *file_line);
void config_source_finish(struct config_source *source);

#endif
