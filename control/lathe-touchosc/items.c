/* items.c - params as cells in a grid, and groups of them as columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/items.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* How a page's items are laid out at a given width. */
struct plan {
	struct grid sliders, choices, buttons;
	int rows;
	bool tall;   /* the sliders stand side by side */
	bool beside; /* the buttons stand in the last row of choices */
};

static const uint32_t hues[] = { 0xc0504a, 0xc07c30, 0xa4923a, 0x4d9a4b,
				 0x2f9490, 0x3a7fc4, 0x6d66c8, 0xa953a6 };

uint32_t items_hue(int member)
{
	return hues[(member - 1) % (int)(sizeof(hues) / sizeof(hues[0]))];
}

void items_add(struct items *items, const struct row *row)
{
	if (strcmp(row->access, "r") == 0 || items->slider_count == ITEMS_MAX ||
	    items->choice_count == ITEMS_MAX || items->button_count == ITEMS_MAX)
		return;
	if (row_is(row, "toggle") || row_is(row, "trigger"))
		items->buttons[items->button_count++] = row;
	else if (row_is(row, "choice") ||
		 (row_is(row, "integer") && row->max - row->min <= 16))
		items->choices[items->choice_count++] = row;
	else if (!row_is(row, "file"))
		items->sliders[items->slider_count++] = row;
}

int items_count(const struct items *items)
{
	return items->slider_count + items->choice_count + items->button_count;
}

void items_drop(struct items *rest, const struct items *part)
{
	rest->slider_count -= part->slider_count;
	rest->choice_count -= part->choice_count;
	rest->button_count -= part->button_count;
	memmove(rest->sliders, rest->sliders + part->slider_count,
		(size_t)rest->slider_count * sizeof(rest->sliders[0]));
	memmove(rest->choices, rest->choices + part->choice_count,
		(size_t)rest->choice_count * sizeof(rest->choices[0]));
	memmove(rest->buttons, rest->buttons + part->button_count,
		(size_t)rest->button_count * sizeof(rest->buttons[0]));
}

/* ---- planning ------------------------------------------------------------------------ */

int items_columns_in(double width, double least, double gap)
{
	return (int)fmax(1, floor((width + gap) / (least + gap)));
}

struct grid grid_of(int count, int columns)
{
	struct grid grid = { columns < count ? columns : count, 0 };

	if (count)
		grid.rows = (count + grid.columns - 1) / grid.columns;
	if (grid.rows) /* rows of nearly the same length */
		grid.columns = (count + grid.rows - 1) / grid.rows;
	return grid;
}

double items_rows_height(const struct style *style, int rows)
{
	return rows ? rows * (style->touch + style->gap) - style->gap : 0;
}

static void item_name(const struct node *node, const struct items *items,
		      const struct row *row, char *name, size_t size)
{
	if (items->member)
		snprintf(name, size, "%s", row->label);
	else
		row_name(node, row, name, size);
}

/* Whether the names of all sliders fit above narrow faders. */
static bool names_fit(const struct node *node, const struct items *items, double width)
{
	char name[128];

	for (int i = 0; i < items->slider_count; i++) {
		item_name(node, items, items->sliders[i], name, sizeof(name));
		if (text_width(name, 11) > width)
			return false;
	}
	return true;
}

static struct plan plan_items(const struct node *node, const struct style *style,
			      const struct items *items, double width, double height)
{
	struct plan plan = { .rows = 0 };
	double gap = style->gap;
	int most = items_columns_in(width, style->phone ? 112 : 200, gap);

	plan.choices = grid_of(items->choice_count,
			       items_columns_in(width, style->phone ? 225 : 330, gap));
	plan.buttons = grid_of(items->button_count,
			       items_columns_in(width, style->phone ? 74 : 120, gap));
	plan.beside = plan.choices.rows * plan.choices.columns > items->choice_count &&
		      items->button_count > 0 && items->button_count <= 2;
	for (int columns = items->slider_count > 4 ? 2 : 1;; columns++) {
		plan.sliders =
			grid_of(items->slider_count, columns < most ? columns : most);
		plan.rows = plan.sliders.rows + plan.choices.rows +
			    (plan.beside ? 0 : plan.buttons.rows);
		if (columns >= most || items_rows_height(style, plan.rows) <= height)
			break;
	}
	double left = height -
		      items_rows_height(style, plan.choices.rows + plan.buttons.rows);
	double column = (width + gap) / (items->slider_count + 1e-9) - gap;
	plan.tall = items->slider_count > 1 && column >= (style->phone ? 64 : 88) &&
		    left >= 5 * style->touch &&
		    left > plan.sliders.rows * (style->tallest + gap) &&
		    names_fit(node, items, column);
	return plan;
}

int items_rows(const struct node *node, const struct style *style,
	       const struct items *items, double width, double height)
{
	return plan_items(node, style, items, width, height).rows;
}

/* ---- drawing ------------------------------------------------------------------------- */

static void button_draw(struct widget *page, const struct style *style,
			struct frame frame, const struct row *row, const char *name,
			uint32_t colour)
{
	if (row_is(row, "trigger"))
		cell_press(page, style, frame, row->path, 'f', "1", name, COLOUR_PRESS);
	else
		cell_switch(page, style, frame, row, name, colour);
}

struct frame grid_cell(struct frame area, struct grid grid, int index, double gap)
{
	double w = (area.w + gap) / grid.columns - gap;
	double h = (area.h + gap) / grid.rows - gap;
	int row = index / grid.columns, column = index % grid.columns;

	return (struct frame) { area.x + column * (w + gap), area.y + row * (h + gap),
				w, h };
}

static double strip_height(struct frame *area, int rows, double row, double gap)
{
	double height = rows ? rows * (row + gap) - gap : 0;

	area->h = height;
	return height + (rows ? gap : 0);
}

void items_draw(struct widget *page, const struct style *style, const struct node *node,
		const struct items *items, struct frame area, uint32_t colour)
{
	struct plan plan = plan_items(node, style, items, area.w, area.h);
	double gap = style->gap, bottom = area.y + area.h;
	double row = fmin((area.h + gap) / fmax(plan.rows, 1) - gap, style->tallest);
	struct frame at = area;
	char name[128];
	int switch_rows = plan.rows - plan.sliders.rows;

	if (plan.tall) {
		row = fmin(row, style->touch * 1.4);
		at.h = bottom - at.y - switch_rows * (row + gap);
		plan.sliders = (struct grid) { items->slider_count, 1 };
	} else {
		strip_height(&at, plan.sliders.rows, row, gap);
	}
	for (int i = 0; i < items->slider_count; i++) {
		struct frame cell = grid_cell(at, plan.sliders, i, gap);
		item_name(node, items, items->sliders[i], name, sizeof(name));
		(plan.tall ? cell_column : cell_slider)(
			page, style, cell, items->sliders[i], name, colour);
	}
	at.y += at.h + (items->slider_count ? gap : 0);
	double used = strip_height(&at, plan.choices.rows, row, gap);
	for (int i = 0; i < items->choice_count; i++) {
		item_name(node, items, items->choices[i], name, sizeof(name));
		cell_choice(page, style, grid_cell(at, plan.choices, i, gap),
			    items->choices[i], name, COLOUR_CHOICE);
	}
	if (plan.beside) {
		at = grid_cell(at, plan.choices, items->choice_count, gap);
	} else {
		at.y += used;
		strip_height(&at, plan.buttons.rows, row, gap);
		int least =
			style->phone
				? 3
				: 4; /* a single button is not stretched over the row */
		if (items->button_count < least)
			plan.buttons.columns = least;
	}
	for (int i = 0; i < items->button_count; i++) {
		item_name(node, items, items->buttons[i], name, sizeof(name));
		button_draw(page, style, grid_cell(at, plan.buttons, i, gap),
			    items->buttons[i], name, COLOUR_SWITCH);
	}
}

/* ---- groups: a column for each member -------------------------------------------------- */

static int member_rows(const struct items *items)
{
	return items->slider_count + items->choice_count + (items->button_count > 0);
}

double items_member_height(const struct style *style, const struct items *items)
{
	return ceil(style->text * 1.5) + style->gap +
	       items_rows_height(style, member_rows(items));
}

/* The fader that is used most: it comes first. */
static int main_slider(const struct items *items)
{
	for (int i = 0; i < items->slider_count; i++)
		if (strcmp(items->sliders[i]->leaf, "gain") == 0 ||
		    strcmp(items->sliders[i]->leaf, "makeup") == 0)
			return i;
	return -1;
}

static void title_draw(struct widget *page, const struct style *style,
		       const struct node *node, const struct row *row,
		       struct frame frame)
{
	char title[80];

	snprintf(title, sizeof(title), "%s %d", row->group, row->member);
	title[0] = (char)(title[0] - ('a' <= title[0] && title[0] <= 'z' ? 32 : 0));
	for (int i = 0; i < node->meter_count; i++) {
		const struct row *meter = node->meters[i];
		if (strcmp(meter->group, row->group) != 0 ||
		    meter->member != row->member)
			continue;
		frame.w = floor(frame.w / 2);
		cell_bar(page,
			 (struct frame) { frame.x + frame.w, frame.y + frame.h / 2 - 4,
					  frame.w, 8 },
			 meter);
		break;
	}
	label_add(page, frame, title, style->text, ALIGN_LEFT, items_hue(row->member));
}

static void member_draw(struct widget *page, const struct style *style,
			const struct node *node, const struct items *items,
			struct frame area)
{
	const struct row *any = items->button_count   ? items->buttons[0]
				: items->choice_count ? items->choices[0]
						      : items->sliders[0];
	int rows = member_rows(items), tall = main_slider(items);
	double gap = style->gap, title = ceil(style->text * 1.5);
	double spare = area.h - items_member_height(style, items);

	if (spare < 2.2 * style->touch)
		tall = -1;
	double row = (area.h - title + 0.0) / rows - gap;
	row = fmin(row, tall < 0 ? style->tallest : style->touch + spare * 0.03);
	uint32_t colour = items_hue(any->member);
	struct frame at = { area.x, area.y, area.w, title };
	title_draw(page, style, node, any, at);
	at.y += title + gap;
	at.h = row;
	struct grid line = { items->button_count, 1 };
	for (int i = 0; i < items->button_count; i++)
		button_draw(page, style, grid_cell(at, line, i, 4), items->buttons[i],
			    items->buttons[i]->label, colour);
	at.y += items->button_count ? row + gap : 0;
	for (int i = 0; i < items->choice_count; i++) {
		struct frame choice =
			at; /* the first above the faders, the rest below */
		choice.y = i ? area.y + area.h -
					   (items->choice_count - i) * (row + gap) + gap
			     : at.y;
		cell_stepper(page, style, choice, items->choices[i],
			     items->choices[i]->label, COLOUR_CHOICE);
		at.y += i ? 0 : row + gap;
	}
	double below = fmax(items->choice_count - 1, 0) * (row + gap);
	for (int i = -1; i < items->slider_count; i++) { /* the main one first */
		if (i == tall)
			continue; /* no such row, or it is drawn already */
		const struct row *param = items->sliders[i < 0 ? tall : i];
		at.h = i < 0 ? area.y + area.h - at.y - below -
				       (items->slider_count - 1) * (row + gap)
			     : row;
		(i < 0 ? cell_column : cell_slider)(page, style, at, param,
						    param->label, colour);
		at.y += at.h + gap;
	}
}

void items_members_draw(struct widget *page, const struct style *style,
			const struct node *node, const struct group *group, int from,
			int to, struct frame area)
{
	struct grid grid = { to - from, 1 };

	for (int i = from; i < to; i++)
		member_draw(page, style, node, &group->items[i],
			    grid_cell(area, grid, i - from, style->gap));
}
