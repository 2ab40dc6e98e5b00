/* file.c - files as a whole. Runs on disk threads; may hang for as long as the disk does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/disk/file.h"

#include "daemon/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- write ------------------------------------------------------------------------------ */

static bool write_all(int fd, const struct text *text)
{
	for (size_t at = 0; at < text->length;) {
		ssize_t wrote = write(fd, text->bytes + at, text->length - at);
		if (wrote < 0 && errno != EINTR)
			return false;
		at += wrote > 0 ? (size_t)wrote : 0;
	}
	return fsync(fd) == 0;
}

/* The rename is only on the disk once its folder is. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = memory_print("%.*s", slash ? (int)(slash - path) : 1,
				    slash ? path : ".");
	int fd = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	free(folder);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* The text under a new name. errno says why not. */
static bool write_beside(const char *path, const struct text *text)
{
	int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write_all(fd, text);
	int trouble = errno;

	if (fd >= 0 && close(fd) != 0 && good)
		return false;
	errno = trouble;
	return good;
}

bool file_write(const char *path, const struct text *text, char error[FILE_ERROR_BYTES])
{
	char *beside = memory_print("%s.new", path);
	bool good = write_beside(beside, text) && rename(beside, path) == 0;

	error[0] = '\0';
	if (good) {
		sync_folder(path);
	} else {
		snprintf(error, FILE_ERROR_BYTES, "%.140s can't be written: %s", path,
			 strerror(errno));
		unlink(beside);
	}
	free(beside);
	return good;
}

/* ---- read ------------------------------------------------------------------------------- */

/* Returns 0, or an errno. */
static int read_all(int fd, size_t most, struct text *text)
{
	char bytes[16384];
	ssize_t got = 0;

	while (text->length <= most && (got = read(fd, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno != EINTR)
			return errno;
		if (got > 0)
			text_add_bytes(text, bytes, (size_t)got);
	}
	return text->length > most ? EFBIG : 0;
}

bool file_read(const char *path, size_t most, struct text *text, bool *missing,
	       char error[FILE_ERROR_BYTES])
{
	/* O_NONBLOCK: opening a FIFO must not wait for somebody who writes. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int trouble = fd < 0 ? errno : 0;
	struct stat status;

	*text = (struct text) { 0 };
	*missing = trouble == ENOENT;
	error[0] = '\0';
	if (fd >= 0) {
		if (fstat(fd, &status) != 0)
			trouble = errno;
		else if (!S_ISREG(status.st_mode))
			trouble = EINVAL;
		else
			trouble = read_all(fd, most, text);
		close(fd);
	}
	if (!trouble)
		return true;
	text_finish(text);
	snprintf(error, FILE_ERROR_BYTES, "%.140s can't be read: %s", path,
		 trouble == EINVAL ? "it is not a regular file" : strerror(trouble));
	return false;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* ---- folders ---------------------------------------------------------------------------- */

void file_make_folder(const char *path)
{
	mkdir(path, 0755);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds the sorted names, and frees them. */
static void add_names(char **found, size_t count, struct text *names)
{
	if (count)
		qsort(found, count, sizeof(*found), compare_names);
	for (size_t i = 0; i < count; i++) {
		text_add(names, "%s\n", found[i]);
		free(found[i]);
	}
	free(found);
}

bool file_list(const char *folder, const char *ending, struct text *names,
	       char error[FILE_ERROR_BYTES])
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char **found = NULL;
	size_t count = 0, end = strlen(ending);

	*names = (struct text) { 0 };
	error[0] = '\0';
	if (!dir && errno == ENOENT)
		return true;
	if (!dir) {
		snprintf(error, FILE_ERROR_BYTES, "%.140s can't be read: %s", folder,
			 strerror(errno));
		return false;
	}
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		if (length <= end || strcmp(entry->d_name + length - end, ending) != 0)
			continue;
		found = memory_resize(found, count + 1, sizeof(*found));
		found[count++] =
			memory_print("%.*s", (int)(length - end), entry->d_name);
	}
	closedir(dir);
	add_names(found, count, names);
	return true;
}

/* ---- remove and rename ------------------------------------------------------------------- */

bool file_remove(const char *path, bool *missing, char error[FILE_ERROR_BYTES])
{
	bool good = unlink(path) == 0;

	*missing = !good && errno == ENOENT;
	snprintf(error, FILE_ERROR_BYTES, "%s", good ? "" : strerror(errno));
	return good;
}

bool file_rename(const char *from, const char *to, bool *taken,
		 char error[FILE_ERROR_BYTES])
{
	/* link() refuses a name that is taken; rename() would replace the file. */
	bool good = link(from, to) == 0;

	*taken = !good && errno == EEXIST;
	/* Some file systems have no links. */
	if (!good && (errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP)) {
		*taken = access(to, F_OK) == 0;
		good = !*taken && rename(from, to) == 0;
	} else if (good && unlink(from) != 0) {
		int trouble = errno;
		unlink(to);
		errno = trouble;
		good = false;
	}
	snprintf(error, FILE_ERROR_BYTES, "%s", good ? "" : strerror(errno));
	if (good)
		sync_folder(to);
	return good;
}
