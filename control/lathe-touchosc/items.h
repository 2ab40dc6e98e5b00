/* items.h - params as cells in a grid, and groups of them as columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_ITEMS_H
#define LATHE_TOUCHOSC_ITEMS_H

#include "control/lathe-touchosc/node.h"
#include "control/lathe-touchosc/widget.h"

enum { ITEMS_MAX = 256, MEMBERS_MAX = 32 };

/* Params of one page in the order in which they are laid out. */
struct items {
	const struct row *sliders[ITEMS_MAX], *choices[ITEMS_MAX], *buttons[ITEMS_MAX];
	int slider_count, choice_count, button_count;
	bool member; /* these are of one member of a group, on its own page: names need no number */
};

/* Rows that repeat: a column, or a page, for each member. A switch among the rows
 * begins a section, which has its own page. */
struct group {
	const char *id;
	const struct row
		*section; /* its switch, of any member; NULL: the first section */
	int members;
	struct items items[MEMBERS_MAX]; /* [member] */
};

struct grid {
	int columns, rows;
};

struct grid grid_of(int count, int columns);
struct frame grid_cell(struct frame area, struct grid grid, int index, double gap);
int items_columns_in(double width, double least, double gap);

void items_add(struct items *items, const struct row *row);
int items_count(const struct items *items);
/* Removes the items of `part` from the front of `rest`. */
void items_drop(struct items *rest, const struct items *part);
/* How many rows of cells the items need in this room, and the least height of so many
 * rows. */
int items_rows(const struct node *node, const struct style *style,
	       const struct items *items, double width, double height);
double items_rows_height(const struct style *style, int rows);
void items_draw(struct widget *page, const struct style *style, const struct node *node,
		const struct items *items, struct frame area, uint32_t colour);
/* A member's colour, the same on every page. */
uint32_t items_hue(int member);
double items_member_height(const struct style *style, const struct items *items);
/* Draws members from..to - 1 side by side. */
void items_members_draw(struct widget *page, const struct style *style,
			const struct node *node, const struct group *group, int from,
			int to, struct frame area);

#endif
