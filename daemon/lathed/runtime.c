/* runtime.c - small files in $RUNTIME_DIRECTORY. Any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/runtime.h"

#include "daemon/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *runtime_path(const char *name)
{
	const char *folder = getenv("RUNTIME_DIRECTORY");

	if (!folder || !*folder)
		return NULL;
	/* systemd separates several folders with colons. */
	return memory_print("%.*s/%s", (int)strcspn(folder, ":"), folder, name);
}

static bool file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	const bool good = fchmod(fileno(file), 0644) == 0 && fputs(text, file) >= 0;
	return fclose(file) == 0 && good;
}

bool runtime_write(const char *name, const char *text)
{
	char *path = runtime_path(name);

	if (!path)
		return true;
	char *new_path = memory_print("%s.new", path);
	const bool good = file_write(new_path, text) && rename(new_path, path) == 0;
	free(new_path);
	free(path);
	return good;
}

void runtime_remove(const char *name)
{
	char *path = runtime_path(name);

	if (path)
		unlink(path);
	free(path);
}
