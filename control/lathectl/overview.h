/* overview.h - the rack on a terminal: its outputs with their loudness, then all nodes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_OVERVIEW_H
#define LATHE_LATHECTL_OVERVIEW_H

#include "control/lathectl/board.h"
#include "control/lathectl/page.h"

/* Where things stand on a page, which follows from its width and from the names. */
struct columns {
	int name;           /* columns of names, which begin at 2 */
	int bar, bar_width; /* the first column of bars; their width */
};

struct columns columns_of(const struct board *board, int columns);
/* The heading of the bars' column: their scale. */
void overview_ruler(struct page *page, const struct columns *at);
/* Adds the lines of an output or of a node. `is_full`: with a line for each reading of its
 * loudness. */
void output_add(struct page *page, const struct board *board, const struct columns *at,
		const struct part *part, bool is_selected, bool is_full);
void node_add(struct page *page, const struct board *board, const struct columns *at,
	      const struct part *part, bool is_selected);
/* The scales and pictures of a node. */
void pictures_of_add(struct page *page, const struct board *board,
		     const struct part *part, int indent);
/* The loudness of a part, held against its target, a line for each reading. */
void loudness_add(struct page *page, const struct board *board,
		  const struct part *part);
/* A part's level: the first two channels, or twice the loudest of several; the highest so far.
 * False: it has none. */
bool part_levels(const struct board *board, const struct part *part, double level[2],
		 double *most);

#endif
