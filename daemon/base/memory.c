/* memory.c - memory for every thread but the audio thread; ends the process if there is
 * none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Written with write(): printf may need memory itself. */
_Noreturn void memory_out(const char *wanted)
{
	static const char begin[] = "<3>out of memory for ", end[] = "; lathe ends\n";
	const char *parts[] = { isatty(STDERR_FILENO) ? begin + 3 : begin, wanted,
				end };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		ssize_t written = write(STDERR_FILENO, parts[i], strlen(parts[i]));
		(void)written;
	}
	_exit(EXIT_FAILURE);
}

void *memory_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		memory_out("data");
	return memory;
}

void *memory_resize(void *old, size_t count, size_t size)
{
	void *memory = NULL;

	if (!count || !size)
		memory = realloc(old, 1);
	else if (count <= SIZE_MAX / size)
		memory = realloc(old, count * size);
	if (!memory)
		memory_out("data");
	return memory;
}

char *memory_string(const char *string)
{
	char *copy = strdup(string);

	if (!copy)
		memory_out("text");
	return copy;
}

char *memory_print(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		memory_out("text");
	va_end(arguments);
	return text;
}
