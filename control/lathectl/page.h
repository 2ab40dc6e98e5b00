/* page.h - lines of coloured text, made off the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_PAGE_H
#define LATHE_LATHECTL_PAGE_H

#include <stdbool.h>

enum { LINE_BYTES = 4096 };

enum ink { INK_PLAIN, INK_BOLD, INK_FAINT, INK_GREEN, INK_AMBER, INK_RED, INK_CYAN };

struct page {
	char (*lines)[LINE_BYTES]; /* with the escapes of colours */
	int count, room;
	int columns; /* what lies behind them is cut off */
	int column;  /* of the newest line: where the next text goes */
	bool colour;
};

/* Empties the page. */
void page_start(struct page *page, int columns, bool colour);
void page_finish(struct page *page);
/* Begins a line. */
void page_line(struct page *page);
/* Adds text to the newest line. Bytes that are no UTF-8, and control characters, become "?". */
void page_add(struct page *page, enum ink ink, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Adds text that has escapes for colours (ESC [ ... m) in it. */
void page_add_raw(struct page *page, const char *text);
/* Adds blanks up to this column. */
void page_to(struct page *page, int column);
/* How many columns are left in the newest line. */
int page_left(const struct page *page);
/* Columns of a text on a terminal. */
int text_columns(const char *text);

#endif
