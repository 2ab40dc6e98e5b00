/* bars.h - levels, reductions and distances as bars of characters, on a page. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_BARS_H
#define LATHE_LATHECTL_BARS_H

#include "control/lathectl/gauge.h"
#include "control/lathectl/page.h"

/* Two channels in one bar from -60 to 0 dB: the upper half of each cell is the first, the lower
 * half the second. A line stands at `most`. Red begins at `limit` dB, amber 9 dB below. */
void bar_add(struct page *page, double first, double second, double most, double limit,
	     int width);
/* The scale of these bars, in dB. */
void ruler_add(struct page *page, int width);
/* Gain reduction: a cell for each dB, 12 of them. */
void reduction_add(struct page *page, double db);
/* A scale from -18 to +9 LU around the target: the target, its tolerance, and a needle `off`
 * LU from it. NAN: no needle. */
void distance_add(struct page *page, enum ink ink, double off, double tolerance,
		  int width);
/* " -14.2", "   -inf": a level in so many columns. */
void level_add(struct page *page, enum ink ink, double db, int width);

#endif
