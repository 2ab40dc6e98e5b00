/* page.c - lines of coloured text, made off the screen: clipped at the terminal's width, which
 * is counted in columns and not in bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { LINES_STEP = 64, ESCAPE = 27 };

void page_start(struct page *page, int columns, bool colour)
{
	page->count = 0;
	page->column = 0;
	page->columns = columns;
	page->colour = colour;
}

void page_finish(struct page *page)
{
	free(page->lines);
	*page = (struct page) { .lines = NULL };
}

void page_line(struct page *page)
{
	if (page->count == page->room) {
		const size_t room = (size_t)page->room + LINES_STEP;
		page->lines = realloc(page->lines, room * sizeof(*page->lines));
		if (!page->lines)
			abort();
		page->room = (int)room;
	}
	page->lines[page->count++][0] = '\0';
	page->column = 0;
}

int page_left(const struct page *page)
{
	return page->columns - page->column;
}

/* Bytes and columns of the character at `text`; width -1: it can't be shown. */
static size_t letter(const char *text, int *width)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	const size_t bytes = mbrtowc(&wide, text, strlen(text), &state);

	if (bytes == 0 || bytes == (size_t)-1 || bytes == (size_t)-2) {
		*width = -1;
		return 1;
	}
	*width = wcwidth(wide);
	return bytes;
}

int text_columns(const char *text)
{
	int columns = 0, width;

	while (*text) {
		text += letter(text, &width);
		columns += width < 0 ? 1 : width;
	}
	return columns;
}

static void bytes_add(struct page *page, const char *bytes, size_t count)
{
	char *line = page->lines[page->count - 1];
	const size_t used = strlen(line);

	if (used + count >= LINE_BYTES)
		return;
	memcpy(line + used, bytes, count);
	line[used + count] = '\0';
}

void page_add_raw(struct page *page, const char *text)
{
	while (*text) {
		int width;
		if (text[0] == ESCAPE && text[1] == '[') {
			const size_t length = strcspn(text, "m");
			bytes_add(page, text, length + (text[length] == 'm'));
			text += length + (text[length] == 'm');
			continue;
		}
		const size_t bytes = letter(text, &width);
		if (page->column + (width < 0 ? 1 : width) > page->columns)
			return;
		if (width < 0)
			bytes_add(page, "?", 1);
		else
			bytes_add(page, text, bytes);
		page->column += width < 0 ? 1 : width;
		text += bytes;
	}
}

void page_add(struct page *page, enum ink ink, const char *format, ...)
{
	static const char *const codes[] = {
		[INK_PLAIN] = "",         [INK_BOLD] = "\033[1m",
		[INK_FAINT] = "\033[2m",  [INK_GREEN] = "\033[32m",
		[INK_AMBER] = "\033[33m", [INK_RED] = "\033[1;31m",
		[INK_CYAN] = "\033[36m",
	};
	char text[LINE_BYTES];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	for (char *at = text; *at; at++)
		if (*at == ESCAPE)
			*at = '?';
	const bool painted = page->colour && ink != INK_PLAIN;
	if (painted)
		bytes_add(page, codes[ink], strlen(codes[ink]));
	page_add_raw(page, text);
	if (painted)
		bytes_add(page, "\033[0m", 4);
}

void page_to(struct page *page, int column)
{
	while (page->column < column && page_left(page) > 0)
		page_add_raw(page, " ");
}
