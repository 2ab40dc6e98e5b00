/* bars.c - levels, reductions and distances as bars of characters, on a page. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/bars.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REDUCTION_CELLS = 12, SCALE_LEAST = -18, SCALE_MOST = 9 };

static const double amber_db = 9, silence_db = -99.95;

static int cells_of(double db, int width)
{
	const double part = (db - FLOOR_DB) / -FLOOR_DB;

	if (!(part > 0))
		return 0;
	return part > 1 ? width : (int)lround(part * width);
}

void bar_add(struct page *page, double first, double second, double most, double limit,
	     int width)
{
	const int upper = cells_of(first, width), lower = cells_of(second, width);
	const int held = most > FLOOR_DB ? cells_of(most, width) - 1 : -1;

	for (int i = 0; i < width; i++) {
		const double db = FLOOR_DB * (1 - (i + 1.0) / width);
		const enum ink ink = db > limit              ? INK_RED
				     : db > limit - amber_db ? INK_AMBER
							     : INK_GREEN;
		const bool both = i < upper && i < lower;
		const char *cell = both        ? "█"
				   : i < upper ? "▀"
				   : i < lower ? "▄"
				   : i == held ? "│"
					       : " ";
		page_add(page, cell[0] == ' ' ? INK_PLAIN : ink, "%s", cell);
	}
}

void ruler_add(struct page *page, int width)
{
	char line[256];
	const int step = width >= 24 ? 10 : width >= 12 ? 20 : 30;

	if (width >= (int)sizeof(line))
		return;
	memset(line, ' ', sizeof(line));
	line[width] = '\0';
	/* A number ends at its place on the bar. */
	for (int db = FLOOR_DB; db <= 0; db += step) {
		char text[8];
		const int length = snprintf(text, sizeof(text), "%d", db);
		int at = cells_of(db, width) - length;
		at = at < 0 ? 0 : at;
		if (at + length <= width && (at == 0 || line[at - 1] == ' ') &&
		    line[at] == ' ')
			memcpy(line + at, text, (size_t)length);
	}
	page_add(page, INK_FAINT, "%s", line);
}

void reduction_add(struct page *page, double db)
{
	const int cells = db > 0 ? (int)lround(fmin(db, REDUCTION_CELLS)) : 0;

	for (int i = 0; i < REDUCTION_CELLS; i++)
		page_add(page, i < cells ? INK_CYAN : INK_FAINT, "%s",
			 i < cells ? "▬" : "·");
}

void distance_add(struct page *page, enum ink ink, double off, double tolerance,
		  int width)
{
	const double cell = (double)(SCALE_MOST - SCALE_LEAST) / width;
	const int target = (int)(-SCALE_LEAST / cell);
	const bool any = isfinite(off);
	const int needle = any ? (int)floor((off - SCALE_LEAST) / cell) : 0;

	for (int i = 0; i < width; i++) {
		const double lu = SCALE_LEAST + (i + 0.5) * cell;
		const bool is_right = fabs(lu) <= fmax(tolerance, cell / 2);
		if (any && (i == needle || (i == 0 && needle < 0) ||
			    (i == width - 1 && needle >= width)))
			page_add(page, ink, "%s",
				 needle < 0        ? "◀"
				 : needle >= width ? "▶"
						   : "┃");
		else
			page_add(page, is_right ? INK_GREEN : INK_FAINT, "%s",
				 i == target ? "┼"
				 : is_right  ? "═"
					     : "─");
	}
}

void level_add(struct page *page, enum ink ink, double db, int width)
{
	if (isfinite(db) && db > silence_db)
		page_add(page, ink, "%*.1f", width, db);
	else
		page_add(page, ink, "%*s", width, "-inf");
}
