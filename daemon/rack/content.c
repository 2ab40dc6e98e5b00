/* content.c - files that nodes play from, each read once and shared by all copies of the
 * rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/content.h"

#include "daemon/base/hash.h"
#include "daemon/base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct content {
	struct file file; /* first: what others see of it */
	const struct module *module;
	void *made; /* what read() made */
	uint64_t stamp;
	atomic_int holders;
	char *path;
	char error[256];
};

static struct content *content_of(const struct file *file)
{
	return (struct content *)file;
}

struct file *content_create(const struct module *module, const char *path)
{
	struct content *content = memory_zeroed(1, sizeof(*content));

	content->module = module;
	content->holders = 1;
	content->path = memory_string(path);
	content->file = (struct file) { .path = content->path,
					.error = "its disk has not answered yet" };
	return &content->file;
}

struct file *content_hold(struct file *file)
{
	if (file)
		atomic_fetch_add(&content_of(file)->holders, 1);
	return file;
}

void content_drop(struct file *file)
{
	struct content *content = content_of(file);

	if (!content || atomic_fetch_sub(&content->holders, 1) > 1)
		return;
	if (content->made)
		content->module->forget(content->made);
	free(content->path);
	free(content);
}

/* What changes when somebody writes the file or puts another in its place. Never 0. */
static uint64_t stamp_of(const char *path)
{
	struct stat status;
	uint64_t hash = 0;

	if (stat(path, &status) < 0)
		return 1;
	hash = hash64(hash, &status.st_dev, sizeof(status.st_dev));
	hash = hash64(hash, &status.st_ino, sizeof(status.st_ino));
	hash = hash64(hash, &status.st_size, sizeof(status.st_size));
	hash = hash64(hash, &status.st_mtim, sizeof(status.st_mtim));
	return hash | 2;
}

bool content_read(struct file *file, const struct file *known)
{
	struct content *content = content_of(file);
	const struct content *before = content_of(known);

	content->stamp = stamp_of(content->path);
	if (before && before->module == content->module &&
	    before->stamp == content->stamp && strcmp(known->path, file->path) == 0)
		return true;
	content->made = content->module->read(content->path, content->error,
					      sizeof(content->error));
	content->file.content = content->made;
	content->file.error = content->error;
	return false;
}

uint64_t content_stamp(const struct file *file)
{
	return content_of(file)->stamp;
}
