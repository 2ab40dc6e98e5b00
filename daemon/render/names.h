/* names.h - the paths of many outputs: from a folder or a pattern. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_NAMES_H
#define LATHE_RENDER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* What a pattern's fields become for one file. */
struct names_of {
	const char *in; /* the file's path: {name} is its name without a suffix */
	int number;     /* {number}: its place on the command line, from 1 */
	int count;      /* of files; numbers have as many digits as it */
	/* The tag of this name, or NULL. */
	const char *(*tag)(const void *context, const char *name);
	const void *context;
	const char *kind; /* the suffix in a folder, with its dot */
};

/* Makes the path of an output. `out` is a folder, or a pattern with fields:
 * "{album}/{track} {title}.flac". What a field holds becomes safe for every file system:
 * no slash, colon, control character ..., no dot at either end, at most 120 bytes. False
 * and a sentence on failure. */
bool names_make(const struct names_of *of, const char *out, char *path, size_t size,
		char *error, size_t error_size);
/* Makes the folders of a path. False and a sentence on failure. */
bool names_folders(const char *path, char *error, size_t error_size);

#endif
