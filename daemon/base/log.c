/* log.c - lines to stderr. Any thread; audio may call log_aside() alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ASIDES = 64, ASIDE_BYTES = 160, LINE_BYTES = 1024 };

/* A thread that draws a number writes that place; `number` is 0 while it does. */
static struct {
	_Atomic unsigned number;
	_Atomic char text[ASIDE_BYTES];
} asides[ASIDES];
static _Atomic unsigned asides_drawn;
static unsigned asides_read;
static bool journal, verbose;

void log_open(bool is_verbose)
{
	/* systemd sets it. Without systemd, levels in a file or pipe are of no use. */
	journal = getenv("JOURNAL_STREAM") && !isatty(STDERR_FILENO);
	verbose = is_verbose;
}

void log_line(int level, const char *format, ...)
{
	char line[LINE_BYTES];
	size_t used = 0;
	va_list arguments;

	if (level > LOG_INFO && !verbose)
		return;
	if (journal)
		used = (size_t)snprintf(line, sizeof(line), "<%d>", level);
	va_start(arguments, format);
	int length = vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	used = strlen(line);
	line[used++] = '\n';
	/* If stderr fails, there is nowhere to report it. */
	ssize_t written = write(STDERR_FILENO, line, used);
	(void)written;
}

void log_aside(const char *text)
{
	unsigned number = 1 + atomic_fetch_add(&asides_drawn, 1);
	unsigned place = number % ASIDES;

	atomic_store(&asides[place].number, 0);
	for (int i = 0; i < ASIDE_BYTES; i++) {
		char letter = i < ASIDE_BYTES - 1 ? text[i] : '\0';
		atomic_store_explicit(&asides[place].text[i], letter,
				      memory_order_relaxed);
		if (!letter)
			break;
	}
	atomic_store(&asides[place].number, number);
}

void log_asides(void)
{
	unsigned drawn = atomic_load(&asides_drawn);

	if (drawn - asides_read > ASIDES)
		asides_read = drawn - ASIDES;
	while (asides_read != drawn) {
		unsigned number = asides_read + 1, place = number % ASIDES;
		char text[ASIDE_BYTES];

		if (atomic_load(&asides[place].number) != number)
			return; /* still being written: it is printed next time */
		for (int i = 0; i < ASIDE_BYTES; i++)
			text[i] = atomic_load_explicit(&asides[place].text[i],
						       memory_order_relaxed);
		text[ASIDE_BYTES - 1] = '\0';
		asides_read = number;
		if (atomic_load(&asides[place].number) == number)
			log_line(LOG_DEBUG, "%s", text);
	}
}
