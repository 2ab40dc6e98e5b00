/* page.c - one node: every param and, where there is room, every meter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/page.h"

#include "control/lathe-touchosc/items.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GROUPS_MAX = 8 };

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
			const struct node *node, const struct row *lone, bool meters)
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
	if (lone)
		cell_press(page, style,
			   (struct frame) { gap + width - 2 * button - gap, gap, button,
					    style->header },
			   lone->path, 'f', "1", lone->label, COLOUR_PRESS);
	if (!meters)
		return;
	at.x += title + 2 * gap;
	at.w = floor((width - title - (lone ? 2 : 1) * button - 8 * gap) / 3);
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

/* Meters of in, reduction, out, with one name under each group. */
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
				cell_bar(page, grid_cell(strip, grid, at++, 6),
					 node->meters[i]);
		struct frame from = grid_cell(strip, grid, first, 6);
		from.w = (at - first) * (from.w + 6) - 6;
		from.y += from.h;
		from.h = line;
		if (at > first)
			label_add(page, from, names[turn], style->small, ALIGN_CENTRE,
				  COLOUR_FAINT);
	}
}

/* Upright bars, above a list of all meters with their values. */
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
		row_name(node, node->meters[i], name, sizeof(name));
		cell_meter(page, style, line, node->meters[i], name);
	}
}

/* Every node has these meters; the header shows them. */
static bool is_host_meter(const struct row *meter)
{
	return strcmp(meter->group, "in") == 0 || strcmp(meter->group, "out") == 0 ||
	       (!meter->group[0] && strcmp(meter->leaf, "load") == 0);
}

static void tiles_draw(struct widget *page, const struct style *style,
		       const struct node *node, struct frame area)
{
	char name[128];
	int columns = items_columns_in(area.w, style->phone ? 140 : 180, style->gap);
	int count = 0;

	for (int i = 0; i < node->meter_count; i++)
		count += !is_host_meter(node->meters[i]);
	struct grid grid = grid_of(count, columns);
	for (int i = 0, at = 0; i < node->meter_count; i++) {
		if (is_host_meter(node->meters[i]))
			continue;
		row_name(node, node->meters[i], name, sizeof(name));
		cell_tile(page, style, grid_cell(area, grid, at++, style->gap),
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

/* The switch that begins this row's section: a switch among the rows, with two rows
 * after it that are no switches. */
static const struct row *section_of(const struct node *node, const struct row *row)
{
	const struct row *section = NULL;

	for (int i = 0; i < node->param_count; i++) {
		const struct row *const *at = &node->params[i];
		if (at[0]->member != row->member ||
		    strcmp(at[0]->group, row->group) != 0)
			continue;
		bool amid = i > 0 && i + 2 < node->param_count &&
			    at[-1]->member == row->member &&
			    at[1]->member == row->member &&
			    at[2]->member == row->member;
		if (amid && row_is(at[0], "toggle") && !row_is(at[1], "toggle") &&
		    !row_is(at[2], "toggle"))
			section = at[0];
		if (at[0] == row)
			break;
	}
	return section;
}

static struct group *group_find(struct content *content, const char *id,
				const struct row *section)
{
	for (int i = 0; i < content->group_count; i++) {
		struct group *group = &content->groups[i];
		if (strcmp(group->id, id) == 0 && !group->section == !section &&
		    (!section || strcmp(group->section->leaf, section->leaf) == 0))
			return group;
	}
	if (content->group_count == GROUPS_MAX)
		return NULL;
	struct group *group = &content->groups[content->group_count++];
	group->id = id;
	group->section = section;
	return group;
}

static void content_read(struct content *content, const struct style *style,
			 const struct node *node)
{
	for (int i = 0; i < node->param_count; i++) {
		const struct row *row = node->params[i];
		struct group *group = NULL;
		if (!row->group[0] && strcmp(row->leaf, "bypass") == 0)
			continue;
		if (row->member > 0 && row->member <= MEMBERS_MAX &&
		    group_size(node, row) > 1)
			group = group_find(content, row->group,
					   style->phone ? NULL : section_of(node, row));
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
	return items_columns_in(width, style->phone ? 106 : 108, style->gap);
}

/* Draws everything in one column. False: there is no room. */
static bool draw_whole(struct widget *page, const struct style *style,
		       const struct node *node, const struct content *content,
		       struct frame area)
{
	int rows = items_rows(node, style, &content->singles, area.w, 0);
	double gap = style->gap, singles = items_rows_height(style, rows);
	double groups = 0;

	for (int i = 0; i < content->group_count; i++) {
		const struct group *group = &content->groups[i];
		if (group->section || group->members > group_columns(style, area.w))
			return false;
		groups += items_member_height(style, &group->items[0]) + gap;
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
				 : items_member_height(style,
						       &content->groups[i].items[0]);
		items_members_draw(page, style, node, &content->groups[i], 0,
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

	snprintf(label, sizeof(label), format, id, from, to);
	label[0] = (char)(label[0] - ('a' <= label[0] && label[0] <= 'z' ? 32 : 0));
	struct widget *page = page_add(pager, label, COLOUR_LEVEL);
	*area = (struct frame) { 0, style->gap, page->frame.w,
				 page->frame.h - style->gap };
	return page;
}

/* Divides items into pages that fit. */
static void items_tabs(struct widget *pager, const struct style *style,
		       const struct node *node, const struct items *items,
		       const char *name, uint32_t colour)
{
	struct frame area;
	struct items rest = *items;
	double width = pager->frame.w;
	double height = pager->frame.h - pager->tab_size - style->gap;

	for (int number = 1; items_count(&rest); number++) {
		struct items part = rest;
		int *counts[] = { &part.button_count, &part.choice_count,
				  &part.slider_count };
		for (int i = 0; i < 3; i++)
			while (*counts[i] > 0 && items_count(&part) > 1) {
				int rows =
					items_rows(node, style, &part, width, height);
				if (items_rows_height(style, rows) <= height)
					break;
				--*counts[i];
			}
		struct widget *page =
			tab_add(pager, style, &area, number > 1 ? "%s · %d" : "%s",
				name, number, 0);
		items_draw(page, style, node, &part, area, colour);
		items_drop(&rest, &part);
	}
}

/* As many members side by side as fit; a page for each member when its rows do not
 * fit. */
static void group_tabs(struct widget *pager, const struct style *style,
		       const struct node *node, const struct group *group)
{
	struct frame area;
	double height = pager->frame.h - pager->tab_size - style->gap;
	bool fits = items_member_height(style, &group->items[0]) <= height;
	int columns = fits ? group_columns(style, pager->frame.w) : 1;
	int pages = (group->members + columns - 1) / columns;

	columns = (group->members + pages - 1) / pages;
	for (int from = 0; from < group->members; from += columns) {
		int to = from + columns < group->members ? from + columns
							 : group->members;
		if (!fits) {
			char name[80];
			snprintf(name, sizeof(name), "%s %d", group->id, to);
			items_tabs(pager, style, node, &group->items[from], name,
				   items_hue(to));
			continue;
		}
		struct widget *page = tab_add(
			pager, style, &area, to > from + 1 ? "%s %d–%d" : "%s %d",
			group->section ? group->section->label : group->id, from + 1,
			to);
		items_members_draw(page, style, node, group, from, to, area);
	}
}

void node_page(struct widget *page, const struct style *style, const struct node *node)
{
	static struct content content; /* one page at a time; too large for a stack */
	double gap = style->gap, top = style->header + 2 * gap;
	struct frame area = { gap, top, page->frame.w - 2 * gap,
			      page->frame.h - top - gap };

	memset(&content, 0, sizeof(content));
	content_read(&content, style, node);
	int rows = items_rows(node, style, &content.singles, area.w, area.h);
	bool tiles = !content.group_count && !content.singles.slider_count &&
		     rows <= 2 && node->meter_count;
	bool panel =
		!tiles && !style->phone && !content.group_count && node->meter_count;
	const struct items *singles = &content.singles;
	bool lone = tiles && items_count(singles) == 1 && singles->button_count &&
		    row_is(singles->buttons[0], "trigger");
	header_draw(page, style, node, lone ? singles->buttons[0] : NULL, !panel);
	if (lone) {
		tiles_draw(page, style, node, area);
		return;
	}
	if (tiles) {
		struct frame rest = area;
		area.h = rows * (style->touch + gap) - (rows ? gap : 0);
		rest.y += rows ? area.h + gap : 0;
		rest.h -= rows ? area.h + gap : 0;
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
	items_tabs(pager, style, node, &content.singles, "main", COLOUR_LEVEL);
	for (int i = 0; i < content.group_count; i++)
		group_tabs(pager, style, node, &content.groups[i]);
	pager_settle(pager);
}
