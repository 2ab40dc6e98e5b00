/* file.h - files as a whole: read, written beside and renamed, listed, moved. Every function
 * may hang for as long as the disk does: call them on a disk thread (disk.h), or in a program
 * that may wait. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DISK_FILE_H
#define LATHE_DISK_FILE_H

#include "daemon/base/text.h"

enum { FILE_ERROR_BYTES = 200 };

/* Writes a new file beside `path`, syncs it and renames it: whoever looks sees the old file or
 * the new one, whole. False: the file that was there is as it was, and `error` has a
 * sentence. */
bool file_write(const char *path, const struct text *text,
		char error[FILE_ERROR_BYTES]);
/* Reads a regular file of at most `most` bytes. False: `error` has a sentence; *missing tells
 * whether there is no such file. */
bool file_read(const char *path, size_t most, struct text *text, bool *missing,
	       char error[FILE_ERROR_BYTES]);
bool file_exists(const char *path);
/* Makes a folder, if there is none; the folder above must exist. What can't be made shows when
 * something is written into it. */
void file_make_folder(const char *path);
/* Names of a folder's files that end in `ending`, without it, one on a line, sorted. An
 * absent folder has none. False: the folder can't be read, `error` has a sentence. */
bool file_list(const char *folder, const char *ending, struct text *names,
	       char error[FILE_ERROR_BYTES]);
/* False: `error` has the system's words ("No such file or directory"). */
bool file_remove(const char *path, bool *missing, char error[FILE_ERROR_BYTES]);
/* Never over a file that is there: *taken tells that. */
bool file_rename(const char *from, const char *to, bool *taken,
		 char error[FILE_ERROR_BYTES]);

#endif
