/* newfile.h - a file that is whole or not there: written beside its place, renamed into it.
 *
 * What was there before stays byte for byte until the new one is complete, and for good
 * when it never is. A device or a pipe is written as it is. Not for the audio thread.
 */
#ifndef LATHE_SHARE_NEWFILE_H
#define LATHE_SHARE_NEWFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct newfile {
	int fd;
	bool direct;   /* no regular file: written in place */
	bool replaces; /* one that is there */
	char place[PATH_MAX], beside[PATH_MAX + 8];
};

/* Through links, with the old file's mode. False and a sentence without the path on
 * failure. */
bool newfile_open(struct newfile *file, const char *path, char *error,
		  size_t error_size);
/* On the disk, then in its place. On failure the old file stays and nothing else does. */
bool newfile_finish(struct newfile *file, char *error, size_t error_size);
/* As if it had never been opened. Harmless after newfile_finish(). */
void newfile_cancel(struct newfile *file);
/* All at once; false and a sentence. */
bool newfile_write(const char *path, const void *bytes, size_t count, char *error,
		   size_t error_size);

#endif
