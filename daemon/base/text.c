/* text.c - a growing text, and a list of complaints. Any thread but audio; a text
 * belongs to one thread at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/text.h"
#include "daemon/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` bytes and the NUL. Ends the process if there is no memory. */
static void text_reserve(struct text *text, size_t more)
{
	size_t needed = text->length + more + 1;

	if (needed <= text->room)
		return;
	text->room = needed * 2 < 256 ? 256 : needed * 2;
	text->bytes = memory_resize(text->bytes, text->room, 1);
}

static void text_add_list(struct text *text, const char *format, va_list list)
{
	va_list again;

	va_copy(again, list);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return;
	text_reserve(text, (size_t)length);
	vsnprintf(text->bytes + text->length, (size_t)length + 1, format, list);
	text->length += (size_t)length;
}

void text_add(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text_add_list(text, format, list);
	va_end(list);
}

void text_add_bytes(struct text *text, const char *bytes, size_t count)
{
	text_reserve(text, count);
	memcpy(text->bytes + text->length, bytes, count);
	text->length += count;
	text->bytes[text->length] = '\0';
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->bytes)
		text->bytes[0] = '\0';
}

void text_finish(struct text *text)
{
	free(text->bytes);
	*text = (struct text) { 0 };
}

void complain(struct complaints *complaints, const char *file, int line,
	      const char *format, ...)
{
	va_list list;

	if (line > 0)
		text_add(&complaints->text, "%s:%d: ", file, line);
	else
		text_add(&complaints->text, "%s: ", file);
	va_start(list, format);
	text_add_list(&complaints->text, format, list);
	va_end(list);
	text_add(&complaints->text, "\n");
	complaints->count++;
}
