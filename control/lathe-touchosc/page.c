/* page.c - one node: every param and, where there is room, every meter. */
#include "control/lathe-touchosc/pages.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ITEMS_MAX = 256, GROUPS_MAX = 8 };

/* Params of one page in the order in which they are laid out. */
struct items {
	const struct row *sliders[ITEMS_MAX], *choices[ITEMS_MAX], *buttons[ITEMS_MAX];
	int slider_count, choice_count, button_count;
	bool member; /* of a group, on a page of its own: names need no number */
};

/* Rows that repeat: one column, or one page, per member. */
struct group {
	const char *id;
	int members;
	struct items items[32]; /* [member] */
};

struct grid {
	int columns, rows;
};

/* How a page's items are laid out at a given width. */
struct plan {
	struct grid sliders, choices, buttons;
	int rows;
	bool tall;   /* the sliders stand side by side */
	bool beside; /* the buttons stand in the last row of choices */
};

static const uint32_t hues[] = { 0xc0504a, 0xc07c30, 0xa4923a, 0x4d9a4b,
				 0x2f9490, 0x3a7fc4, 0x6d66c8, 0xa953a6 };

static uint32_t hue(int member)
{
	return hues[(member - 1) % (int)(sizeof hues / sizeof hues[0])];
}

static void items_add(struct items *items, const struct row *row)
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

static int items_count(const struct items *items)
{
	return items->slider_count + items->choice_count + items->button_count;
}

/* ---- planning ------------------------------------------------------------------------ */

static int columns_in(double width, double least, double gap)
{
	return (int)fmax(1, floor((width + gap) / (least + gap)));
}

static struct grid grid_of(int count, int columns)
{
	struct grid grid = { columns < count ? columns : count, 0 };

	if (count)
		grid.rows = (count + grid.columns - 1) / grid.columns;
	if (grid.rows) /* as even as can be */
		grid.columns = (count + grid.rows - 1) / grid.rows;
	return grid;
}

static double rows_height(const struct style *style, int rows)
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

/* All names of the sliders can stand above a narrow fader. */
static bool names_fit(const struct node *node, const struct items *items, double width)
{
	char name[128];

	for (int i = 0; i < items->slider_count; i++) {
		item_name(node, items, items->sliders[i], name, sizeof name);
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
	int most = columns_in(width, style->phone ? 150 : 240, gap);

	plan.choices = grid_of(items->choice_count,
			       columns_in(width, style->phone ? 225 : 330, gap));
	plan.buttons = grid_of(items->button_count,
			       columns_in(width, style->phone ? 74 : 120, gap));
	plan.beside = plan.choices.rows * plan.choices.columns > items->choice_count &&
		      items->button_count > 0 && items->button_count <= 2;
	for (int columns = items->slider_count > 4 ? 2 : 1;; columns++) {
		plan.sliders =
			grid_of(items->slider_count, columns < most ? columns : most);
		plan.rows = plan.sliders.rows + plan.choices.rows +
			    (plan.beside ? 0 : plan.buttons.rows);
		if (columns >= most || rows_height(style, plan.rows) <= height)
			break;
	}
	double left =
		height - rows_height(style, plan.choices.rows + plan.buttons.rows);
	double column = (width + gap) / (items->slider_count + 1e-9) - gap;
	plan.tall = items->slider_count > 1 && column >= (style->phone ? 64 : 88) &&
		    left >= 5 * style->touch &&
		    left > plan.sliders.rows * (style->tallest + gap) &&
		    names_fit(node, items, column);
	return plan;
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

static struct frame cell_at(struct frame area, struct grid grid, int index, double gap)
{
	double w = (area.w + gap) / grid.columns - gap;
	double h = (area.h + gap) / grid.rows - gap;

	return (struct frame) { area.x + index % grid.columns * (w + gap),
				area.y + (double)(index / grid.columns) * (h + gap), w,
				h };
}

static double strip_height(struct frame *area, int rows, double row, double gap)
{
	double height = rows ? rows * (row + gap) - gap : 0;

	area->h = height;
	return height + (rows ? gap : 0);
}

static void items_draw(struct widget *page, const struct style *style,
		       const struct node *node, const struct items *items,
		       struct frame area, uint32_t colour)
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
		struct frame cell = cell_at(at, plan.sliders, i, gap);
		item_name(node, items, items->sliders[i], name, sizeof name);
		(plan.tall ? cell_column : cell_slider)(
			page, style, cell, items->sliders[i], name, colour);
	}
	at.y += at.h + (items->slider_count ? gap : 0);
	double used = strip_height(&at, plan.choices.rows, row, gap);
	for (int i = 0; i < items->choice_count; i++) {
		item_name(node, items, items->choices[i], name, sizeof name);
		cell_choice(page, style, cell_at(at, plan.choices, i, gap),
			    items->choices[i], name, COLOUR_CHOICE);
	}
	if (plan.beside) {
		at = cell_at(at, plan.choices, items->choice_count, gap);
	} else {
		at.y += used;
		strip_height(&at, plan.buttons.rows, row, gap);
		int least = style->phone ? 3 : 4; /* a lone button isn't a bar */
		if (items->button_count < least)
			plan.buttons.columns = least;
	}
	for (int i = 0; i < items->button_count; i++) {
		item_name(node, items, items->buttons[i], name, sizeof name);
		button_draw(page, style, cell_at(at, plan.buttons, i, gap),
			    items->buttons[i], name, COLOUR_SWITCH);
	}
}

/* ---- groups: a column for each member -------------------------------------------------- */

static int member_rows(const struct items *items)
{
	return items->slider_count + items->choice_count + (items->button_count > 0);
}

static double member_height(const struct style *style, const struct items *items)
{
	return ceil(style->text * 1.5) + style->gap +
	       rows_height(style, member_rows(items));
}

/* The fader that a hand goes to first. */
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

	snprintf(title, sizeof title, "%s %d", row->group, row->member);
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
	label_add(page, frame, title, style->text, ALIGN_LEFT, hue(row->member));
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
	double spare = area.h - member_height(style, items);
	if (spare < 2.2 * style->touch)
		tall = -1;
	double row = (area.h - title + 0.0) / rows - gap;
	row = fmin(row, tall < 0 ? style->tallest : style->touch + spare * 0.03);
	uint32_t colour = hue(any->member);
	struct frame at = { area.x, area.y, area.w, title };
	title_draw(page, style, node, any, at);
	at.y += title + gap;
	at.h = row;
	struct grid line = { items->button_count, 1 };
	for (int i = 0; i < items->button_count; i++)
		button_draw(page, style, cell_at(at, line, i, 4), items->buttons[i],
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
			continue; /* there is none, or it is drawn */
		const struct row *param = items->sliders[i < 0 ? tall : i];
		at.h = i < 0 ? area.y + area.h - at.y - below -
				       (items->slider_count - 1) * (row + gap)
			     : row;
		(i < 0 ? cell_column : cell_slider)(page, style, at, param,
						    param->label, colour);
		at.y += at.h + gap;
	}
}

static void members_draw(struct widget *page, const struct style *style,
			 const struct node *node, const struct group *group, int from,
			 int to, struct frame area)
{
	struct grid grid = { to - from, 1 };

	for (int i = from; i < to; i++)
		member_draw(page, style, node, &group->items[i],
			    cell_at(area, grid, i - from, style->gap));
}

/* ---- meters ---------------------------------------------------------------------------- */

static void pair_draw(struct widget *page, const struct style *style,
		      const struct node *node, const char *leaf, const char *label,
		      struct frame frame)
{
	const struct row *found[8];
	int count = 0;

	for (int i = 0; i < node->meter_count && count < 8; i++)
		if (strcmp(node->meters[i]->group, leaf) == 0 ||
		    strcmp(node->meters[i]->leaf, leaf) == 0)
			found[count++] = node->meters[i];
	if (!count)
		return;
	double name = text_width(label, style->small) + 4;
	double gap = count > 2 ? 1 : 3, height = floor(frame.h * 0.62);
	double bar = fmax(2, (height + gap) / count - gap);
	label_add(page, (struct frame) { frame.x, frame.y, name, frame.h }, label,
		  style->small, ALIGN_LEFT, COLOUR_FAINT);
	for (int i = 0; i < count; i++)
		cell_bar(page,
			 (struct frame) { frame.x + name,
					  frame.y + (frame.h - height) / 2 +
						  i * (bar + gap),
					  frame.w - name, bar },
			 found[i]);
}

static void header_draw(struct widget *page, const struct style *style,
			const struct node *node, bool meters)
{
	const struct row *bypass = node_param(node, "bypass");
	double gap = style->gap, width = page->frame.w - 2 * gap;
	double button = style->phone ? 76 : 130;
	double title = fmin(text_width(node->name, style->large) + gap, width * 0.3);
	struct frame at = { gap, gap, title, style->header };

	label_add(page, at, node->name, style->large, ALIGN_LEFT, COLOUR_TEXT);
	if (bypass)
		cell_switch(page, style,
			    (struct frame) { gap + width - button, gap, button,
					     style->header },
			    bypass, bypass->label, COLOUR_BYPASS);
	if (!meters)
		return;
	at.x += title + 2 * gap;
	at.w = floor((width - title - button - 8 * gap) / 3);
	pair_draw(page, style, node, "in", "In", at);
	at.x += at.w + 2 * gap;
	for (int i = 0; i < node->meter_count; i++)
		if (row_is_reduction(node->meters[i]) && !node->meters[i]->group[0]) {
			pair_draw(page, style, node, node->meters[i]->leaf, "GR", at);
			at.x += at.w + 2 * gap;
			break;
		}
	pair_draw(page, style, node, "out", "Out", at);
}

static bool stands(const struct row *meter, int turn)
{
	static const char *const names[] = { "in", "", "out" };

	return turn == 1 ? row_is_reduction(meter)
			 : strcmp(meter->group, names[turn]) == 0;
}

/* In, reduction, out; a name under those that belong together. */
static void stand_draw(struct widget *page, const struct style *style,
		       const struct node *node, struct frame area, int bars)
{
	static const char *const names[] = { "In", "GR", "Out" };
	double line = ceil(style->small * 1.6);
	struct grid grid = { bars, 1 };
	struct frame strip = { area.x, area.y, area.w, area.h - line };

	for (int turn = 0, at = 0; turn < 3; turn++) {
		int first = at;
		for (int i = 0; i < node->meter_count; i++)
			if (stands(node->meters[i], turn))
				cell_bar(page, cell_at(strip, grid, at++, 6),
					 node->meters[i]);
		struct frame from = cell_at(strip, grid, first, 6);
		from.w = (at - first) * (from.w + 6) - 6;
		from.y += from.h;
		from.h = line;
		if (at > first)
			label_add(page, from, names[turn], style->small, ALIGN_CENTRE,
				  COLOUR_FAINT);
	}
}

/* Bars that stand, over a list of every meter with its value. */
static void panel_draw(struct widget *page, const struct style *style,
		       const struct node *node, struct frame area)
{
	double gap = style->gap, row = 30;
	int count = node->meter_count, bars = 0;
	char name[128];

	card_add(page, area);
	area = (struct frame) { area.x + gap, area.y + gap, area.w - 2 * gap,
				area.h - 2 * gap };
	for (int i = 0; i < count; i++)
		for (int turn = 0; turn < 3; turn++)
			bars += stands(node->meters[i], turn);
	double list = count * (row + 4), tall = area.h - list - gap;
	if (tall < 120 || !bars) {
		row = fmin((area.h + 4) / count - 4, 44);
		tall = -gap;
		bars = 0;
	}
	struct frame strip = { area.x, area.y, area.w, tall };
	if (bars)
		stand_draw(page, style, node, strip, bars);
	struct frame line = { area.x, area.y + tall + gap, area.w, row };
	for (int i = 0; i < count; i++, line.y += row + 4) {
		row_name(node, node->meters[i], name, sizeof name);
		cell_meter(page, style, line, node->meters[i], name);
	}
}

static void tiles_draw(struct widget *page, const struct style *style,
		       const struct node *node, struct frame area)
{
	char name[128];
	int columns = columns_in(area.w, style->phone ? 108 : 180, style->gap);
	struct grid grid = grid_of(node->meter_count, columns);

	for (int i = 0; i < node->meter_count; i++) {
		row_name(node, node->meters[i], name, sizeof name);
		cell_tile(page, style, cell_at(area, grid, i, style->gap),
			  node->meters[i], name);
	}
}

/* ---- the page -------------------------------------------------------------------------- */

struct content {
	struct items singles;
	struct group groups[GROUPS_MAX];
	int group_count;
};

static int group_size(const struct node *node, const struct row *row)
{
	int size = 0;

	for (int i = 0; i < node->param_count; i++)
		size += node->params[i]->member == row->member &&
			strcmp(node->params[i]->group, row->group) == 0;
	return size;
}

static struct group *group_find(struct content *content, const char *id)
{
	for (int i = 0; i < content->group_count; i++)
		if (strcmp(content->groups[i].id, id) == 0)
			return &content->groups[i];
	if (content->group_count == GROUPS_MAX)
		return NULL;
	struct group *group = &content->groups[content->group_count++];
	group->id = id;
	return group;
}

static void content_read(struct content *content, const struct node *node)
{
	for (int i = 0; i < node->param_count; i++) {
		const struct row *row = node->params[i];
		struct group *group = NULL;
		if (!row->group[0] && strcmp(row->leaf, "bypass") == 0)
			continue;
		if (row->member > 0 && row->member <= 32 && group_size(node, row) > 1)
			group = group_find(content, row->group);
		items_add(group ? &group->items[row->member - 1] : &content->singles,
			  row);
		if (group && row->member > group->members)
			group->members = row->member;
		if (group)
			group->items[row->member - 1].member = true;
	}
}

static int group_columns(const struct style *style, double width)
{
	return columns_in(width, style->phone ? 106 : 108, style->gap);
}

/* Everything under one another, or false. */
static bool draw_whole(struct widget *page, const struct style *style,
		       const struct node *node, const struct content *content,
		       struct frame area)
{
	struct plan plan = plan_items(node, style, &content->singles, area.w, 0);
	double gap = style->gap, singles = rows_height(style, plan.rows);
	double groups = 0;

	for (int i = 0; i < content->group_count; i++) {
		const struct group *group = &content->groups[i];
		if (group->members > group_columns(style, area.w))
			return false;
		groups += member_height(style, &group->items[0]) + gap;
	}
	if (singles + (singles > 0 ? gap : 0) + groups > area.h + gap)
		return false;
	struct frame at = area;
	if (content->group_count && singles > 0) {
		at.h = singles;
		items_draw(page, style, node, &content->singles, at, COLOUR_LEVEL);
		at.y += singles + gap;
	} else if (singles > 0) {
		items_draw(page, style, node, &content->singles, at, COLOUR_LEVEL);
	}
	at.h = area.y + area.h - at.y;
	for (int i = 0; i < content->group_count; i++) {
		struct frame part = at;
		part.h = i + 1 == content->group_count
				 ? area.y + area.h - at.y
				 : member_height(style, &content->groups[i].items[0]);
		members_draw(page, style, node, &content->groups[i], 0,
			     content->groups[i].members, part);
		at.y += part.h + gap;
	}
	return true;
}

static struct widget *tab_add(struct widget *pager, const struct style *style,
			      struct frame *area, const char *format, const char *id,
			      int from, int to)
{
	char label[80];

	snprintf(label, sizeof label, format, id, from, to);
	label[0] = (char)(label[0] - ('a' <= label[0] && label[0] <= 'z' ? 32 : 0));
	struct widget *page = page_add(pager, label, COLOUR_LEVEL);
	*area = (struct frame) { 0, style->gap, page->frame.w,
				 page->frame.h - style->gap };
	return page;
}

/* As many members side by side as fit; a page for each when their rows don't. */
static void group_tabs(struct widget *pager, const struct style *style,
		       const struct node *node, const struct group *group)
{
	struct frame area;
	double height = pager->frame.h - pager->tab_size - style->gap;
	bool fits = member_height(style, &group->items[0]) <= height;
	int columns = fits ? group_columns(style, pager->frame.w) : 1;
	int pages = (group->members + columns - 1) / columns;

	columns = (group->members + pages - 1) / pages;
	for (int from = 0; from < group->members; from += columns) {
		int to = from + columns < group->members ? from + columns
							 : group->members;
		struct widget *page = tab_add(pager, style, &area,
					      to > from + 1 ? "%s %d–%d" : "%s %d",
					      group->id, from + 1, to);
		if (fits)
			members_draw(page, style, node, group, from, to, area);
		else
			items_draw(page, style, node, &group->items[from], area,
				   hue(from + 1));
	}
}

/* The singles, cut into pages that each hold what fits. */
static void single_tabs(struct widget *pager, const struct style *style,
			const struct node *node, const struct items *items)
{
	struct frame area;
	struct items rest = *items;
	double height = pager->frame.h - pager->tab_size - style->gap;

	for (int number = 1; items_count(&rest); number++) {
		struct items part = rest;
		int *counts[] = { &part.button_count, &part.choice_count,
				  &part.slider_count };
		for (int i = 0; i < 3; i++)
			while (*counts[i] > 0 && items_count(&part) > 1 &&
			       rows_height(style, plan_items(node, style, &part,
							     pager->frame.w, height)
							  .rows) > height)
				--*counts[i];
		struct widget *page =
			tab_add(pager, style, &area, number > 1 ? "%s %d" : "%s",
				"main", number, 0);
		items_draw(page, style, node, &part, area, COLOUR_LEVEL);
		memmove(rest.sliders, rest.sliders + part.slider_count,
			sizeof rest.sliders -
				(size_t)part.slider_count * sizeof rest.sliders[0]);
		memmove(rest.choices, rest.choices + part.choice_count,
			sizeof rest.choices -
				(size_t)part.choice_count * sizeof rest.choices[0]);
		memmove(rest.buttons, rest.buttons + part.button_count,
			sizeof rest.buttons -
				(size_t)part.button_count * sizeof rest.buttons[0]);
		rest.slider_count -= part.slider_count;
		rest.choice_count -= part.choice_count;
		rest.button_count -= part.button_count;
	}
}

void node_page(struct widget *page, const struct style *style, const struct node *node)
{
	static struct content content; /* one page at a time; too large for a stack */
	double gap = style->gap, top = style->header + 2 * gap;
	struct frame area = { gap, top, page->frame.w - 2 * gap,
			      page->frame.h - top - gap };

	memset(&content, 0, sizeof content);
	content_read(&content, node);
	struct plan plan = plan_items(node, style, &content.singles, area.w, area.h);
	bool tiles = !content.group_count && !content.singles.slider_count &&
		     plan.rows <= 2 && node->meter_count;
	bool panel =
		!tiles && !style->phone && !content.group_count && node->meter_count;
	header_draw(page, style, node, !tiles && !panel);
	if (tiles) {
		struct frame rest = area;
		area.h = plan.rows * (style->touch + gap) - (plan.rows ? gap : 0);
		rest.y += plan.rows ? area.h + gap : 0;
		rest.h -= plan.rows ? area.h + gap : 0;
		tiles_draw(page, style, node, rest);
	} else if (panel) {
		struct frame side = area;
		side.w = 230;
		area.w -= side.w + 2 * gap;
		side.x = area.x + area.w + 2 * gap;
		panel_draw(page, style, node, side);
	}
	if (draw_whole(page, style, node, &content, area))
		return;
	struct widget *pager = pager_add(page, area, style->phone ? 30 : style->tab - 4,
					 style->small + 1);
	single_tabs(pager, style, node, &content.singles);
	for (int i = 0; i < content.group_count; i++)
		group_tabs(pager, style, node, &content.groups[i]);
}
