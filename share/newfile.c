/* newfile.c - writes a file that is either complete or does not exist. Not for the
 * audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refuse(char *error, size_t error_size, int number)
{
	snprintf(error, error_size, "%s", strerror(number));
	return false;
}

/* The target of a link; the path itself if nothing is there. */
static bool place_find(struct newfile *file, const char *path)
{
	char *real = realpath(path, NULL);
	const int length =
		snprintf(file->place, sizeof(file->place), "%s", real ? real : path);

	free(real);
	return length < (int)sizeof(file->place);
}

/* ".name.XXXXXX" in the same folder. */
static bool beside_name(struct newfile *file)
{
	const char *slash = strrchr(file->place, '/');
	const int folder = slash ? (int)(slash + 1 - file->place) : 0;

	return snprintf(file->beside, sizeof(file->beside), "%.*s.%s.XXXXXX", folder,
			file->place, file->place + folder) < (int)sizeof(file->beside);
}

static mode_t mode_usual(void)
{
	const mode_t mask = umask(022);

	umask(mask);
	return 0666 & ~mask;
}

bool newfile_open(struct newfile *file, const char *path, char *error,
		  size_t error_size)
{
	struct stat status;

	*file = (struct newfile) { .fd = -1 };
	if (!place_find(file, path))
		return refuse(error, error_size, ENAMETOOLONG);
	file->replaces = stat(file->place, &status) == 0;
	if (file->replaces && S_ISDIR(status.st_mode))
		return refuse(error, error_size, EISDIR);
	if (file->replaces && access(file->place, W_OK) != 0)
		return refuse(error, error_size, errno);
	file->direct = file->replaces && !S_ISREG(status.st_mode);
	if (file->direct) {
		file->replaces = false;
		file->fd = open(file->place, O_WRONLY | O_CLOEXEC);
	} else if (!beside_name(file)) {
		return refuse(error, error_size, ENAMETOOLONG);
	} else {
		file->fd = mkostemp(file->beside, O_CLOEXEC);
	}
	if (file->fd < 0)
		return refuse(error, error_size, errno);
	if (!file->direct)
		fchmod(file->fd,
		       file->replaces ? status.st_mode & 07777 : mode_usual());
	return true;
}

/* A rename is on the disk only after its folder was synced. */
static void folder_sync(const char *path)
{
	char folder[PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash + 1 - path), path);
	const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

bool newfile_finish(struct newfile *file, char *error, size_t error_size)
{
	bool good = file->direct || fsync(file->fd) == 0;
	int trouble = errno;

	if (close(file->fd) != 0 && good) {
		good = false;
		trouble = errno;
	}
	file->fd = -1;
	if (good && !file->direct && rename(file->beside, file->place) != 0) {
		good = false;
		trouble = errno;
	}
	if (!good) {
		if (!file->direct)
			unlink(file->beside);
		return refuse(error, error_size, trouble);
	}
	if (!file->direct)
		folder_sync(file->place);
	return true;
}

void newfile_cancel(struct newfile *file)
{
	if (file->fd < 0)
		return;
	close(file->fd);
	file->fd = -1;
	if (!file->direct)
		unlink(file->beside);
}

bool newfile_write(const char *path, const void *bytes, size_t count, char *error,
		   size_t error_size)
{
	struct newfile file;
	const char *from = bytes;

	if (!newfile_open(&file, path, error, error_size))
		return false;
	while (count > 0) {
		const ssize_t done = write(file.fd, from, count);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			refuse(error, error_size, done ? errno : EIO);
			newfile_cancel(&file);
			return false;
		}
		from += done;
		count -= (size_t)done;
	}
	return newfile_finish(&file, error, error_size);
}
