/* writer.c - files written whole. The thread at the top runs writer_run() and what it
 * calls; all else is the control thread's. */
#include "daemon/disk/writer.h"

#include "daemon/base/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_FILE, WRITE_QUIT };

struct job {
	struct written outcome;
	char *path;
	struct text text;
};

struct writer {
	struct mail to, from;
	pthread_t thread;
	uint64_t serial;
	int busy;
};

/* ---- the writer's thread ---------------------------------------------------------------- */

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
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	int fd = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static void write_file(struct job *job)
{
	char temporary[PATH_MAX];
	/* What was cut off would be another file. */
	if (snprintf(temporary, sizeof temporary, "%s.new", job->path) >= PATH_MAX) {
		snprintf(job->outcome.error, sizeof job->outcome.error,
			 "the path is too long");
		return;
	}
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		      0644);
	bool good = fd >= 0 && write_all(fd, &job->text);
	int trouble = errno;
	if (fd >= 0 && close(fd) != 0 && good) {
		good = false;
		trouble = errno;
	}
	if (good && rename(temporary, job->path) != 0) {
		good = false;
		trouble = errno;
	}
	if (good) {
		sync_folder(job->path);
		return;
	}
	snprintf(job->outcome.error, sizeof job->outcome.error,
		 "%.140s can't be written: %s", job->path, strerror(trouble));
	unlink(temporary);
}

static void *writer_run(void *context)
{
	struct writer *writer = context;
	struct letter letter;
	while (mail_take(&writer->to, &letter, -1) && letter.what == WRITE_FILE) {
		write_file(letter.item);
		mail_post(&writer->from, WRITE_FILE, letter.item);
	}
	return NULL;
}

/* ---- the control thread's part ---------------------------------------------------------- */

struct writer *writer_create(void)
{
	struct writer *writer = calloc(1, sizeof *writer);
	if (!writer)
		abort();
	mail_init(&writer->to);
	mail_init(&writer->from);
	if (pthread_create(&writer->thread, NULL, writer_run, writer) != 0)
		abort();
	return writer;
}

void writer_destroy(struct writer *writer)
{
	struct written written;
	if (!writer)
		return;
	while (writer_next(writer, true, &written))
		;
	mail_post(&writer->to, WRITE_QUIT, NULL);
	pthread_join(writer->thread, NULL);
	mail_finish(&writer->to);
	mail_finish(&writer->from);
	free(writer);
}

uint64_t writer_put(struct writer *writer, const char *path, struct text *text)
{
	struct job *job = calloc(1, sizeof *job);
	if (!job || !(job->path = strdup(path)))
		abort();
	job->text = *text;
	*text = (struct text) { .length = 0 };
	if (writer->busy == WRITES_MAX) {
		text_finish(&job->text);
		free(job->path);
		free(job);
		return 0;
	}
	job->outcome.serial = ++writer->serial;
	writer->busy++;
	mail_post(&writer->to, WRITE_FILE, job);
	return writer->serial;
}

int writer_busy(const struct writer *writer)
{
	return writer->busy;
}

bool writer_next(struct writer *writer, bool wait, struct written *written)
{
	struct letter letter;
	if (!writer->busy || !mail_take(&writer->from, &letter, wait ? -1 : 0))
		return false;
	struct job *job = letter.item;
	*written = job->outcome;
	writer->busy--;
	text_finish(&job->text);
	free(job->path);
	free(job);
	return true;
}
