/* text.h - a growing text, and a list of complaints. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_TEXT_H
#define LATHE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes; /* NUL-terminated; NULL while nothing was added */
	size_t length, room;
};

void text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const char *bytes, size_t count);
void text_clear(struct text *text);  /* empties the text, keeps its memory */
void text_finish(struct text *text); /* frees its memory */

/* The mistakes in a user's file or message; each line says where, what was found and
 * what would be accepted. */
struct complaints {
	struct text text; /* "file:line: ...\n" each */
	int count;
};

void complain(struct complaints *complaints, const char *file, int line,
	      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
