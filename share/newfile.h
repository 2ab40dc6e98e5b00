/* newfile.h - writes a file that is either complete or does not exist: it is written
 * under a temporary name in the same folder, then renamed. An earlier file stays
 * unchanged until the new one is complete, also if that never happens. A device or a
 * pipe is written directly. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SHARE_NEWFILE_H
#define LATHE_SHARE_NEWFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct newfile {
	int fd;
	bool direct;   /* not a regular file: written directly */
	bool replaces; /* true: a file is there already */
	char place[PATH_MAX], beside[PATH_MAX + 8];
};

/* Follows links and keeps the old file's mode. False and a sentence without the path on
 * failure. */
bool newfile_open(struct newfile *file, const char *path, char *error,
		  size_t error_size);
/* Syncs the file to disk, then renames it. On failure the old file stays unchanged. */
bool newfile_finish(struct newfile *file, char *error, size_t error_size);
/* Removes the temporary file. Does nothing after newfile_finish(). */
void newfile_cancel(struct newfile *file);
/* Opens, writes and finishes a file. False and a sentence on failure. */
bool newfile_write(const char *path, const void *bytes, size_t count, char *error,
		   size_t error_size);

#endif
