/* files.h - the bytes of a config and of all that it includes: as they were read, as one text
 * to keep, and compared with the ones that were loaded before. Pure; control thread and disk
 * threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_FILES_H
#define LATHE_CONFIG_FILES_H

#include "daemon/base/text.h"

/* `name`: its path from the config's folder ("studio.conf", "parts/eq.conf"), or a whole one. */
struct config_file {
	char *name;
	struct text text;
};

/* The config itself is the first. */
struct config_files {
	struct config_file *list;
	int count;
};

/* The name of the file at `path`, seen from the folder of the config at `config`. */
const char *config_file_name(const char *config, const char *path);
/* Adds a copy. A name that is there already stays as it is. */
void config_files_add(struct config_files *files, const char *name, const char *bytes,
		      size_t length);
/* NULL: no file has this name. */
const struct config_file *config_files_find(const struct config_files *files,
					    const char *name);
bool config_files_equal(const struct config_files *one,
			const struct config_files *other);
/* The first of `files` that holds only the beginning of its namesake in `before`, or NULL. */
const struct config_file *config_files_cut(const struct config_files *files,
					   const struct config_files *before);
void config_files_finish(struct config_files *files);

/* One text of all, with a checksum at its end. */
void config_files_print(const struct config_files *files, struct text *text);
/* False: the text is not whole. */
bool config_files_parse(const char *bytes, size_t length, struct config_files *files);

#endif
