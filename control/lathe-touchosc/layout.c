/* layout.c - which pages a rack has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/layout.h"

#include "control/lathe-touchosc/bands.h"
#include "control/lathe-touchosc/overview.h"
#include "control/lathe-touchosc/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void style_init(struct style *style, double width, double height)
{
	bool phone = width < 700 || height < 480;

	*style = (struct style) { .width = width, .height = height, .phone = phone };
	style->gap = phone ? 5 : 8;
	style->touch = phone ? 34 : 46;
	style->tallest = phone ? 46 : 92;
	style->text = phone ? 11 : 15;
	style->small = phone ? 9 : 12;
	style->large = phone ? 16 : 24;
	style->huge = phone ? 26 : 44;
	style->tab = phone ? 34 : 46;
	style->header = phone ? 34 : 48;
}

/* A page for each of nodes from..to - 1. */
static void nodes_draw(struct widget *pager, const struct style *style,
		       const struct rack *rack, int from, int to)
{
	for (int i = from; i < to; i++)
		node_page(page_add(pager, rack->nodes[i]->name, COLOUR_LEVEL), style,
			  rack->nodes[i]);
}

/* Whether all names fit in tabs of the same width. */
static bool tabs_fit(const struct style *style, const struct rack *rack, int from,
		     int to, int others, double size)
{
	double width = (style->width - 2) / (to - from + others) - 6;

	for (int i = from; i < to; i++)
		if (text_width(rack->nodes[i]->name, size) > width)
			return false;
	return !others || text_width("Overview", size) <= width;
}

static void tabs_draw(struct widget *pager, const struct style *style,
		      const struct rack *rack)
{
	int at = 0, parts = 1, most;
	double size = style->small;

	for (;; parts++) {
		most = (rack->node_count + parts - 1) / parts;
		bool fit = true;
		for (int i = 0; i < rack->node_count; i += most)
			fit = fit &&
			      tabs_fit(style, rack, i,
				       i + most < rack->node_count ? i + most
								   : rack->node_count,
				       0, size);
		if (fit || most <= 6) /* with so few the names are cut */
			break;
	}
	for (; at < rack->node_count; at += most) {
		int to = at + most < rack->node_count ? at + most : rack->node_count;
		char tab[2 * PATH_BYTES + 8];
		snprintf(tab, sizeof(tab), parts > 1 ? "%s – %s" : "Nodes",
			 rack->nodes[at]->name, rack->nodes[to - 1]->name);
		if (text_width(tab, 8) > style->width / (parts + 3) - 6)
			snprintf(tab, sizeof(tab), "%d–%d", at + 1, to);
		struct widget *page = page_add(pager, tab, COLOUR_LEVEL);
		struct frame frame = { 0, 0, page->frame.w, page->frame.h };
		struct widget *inner =
			pager_add(page, frame, style->phone ? 30 : style->tab - 4,
				  style->small + 1);
		nodes_draw(inner, style, rack, at, to);
		pager_settle(inner);
	}
}

struct widget *layout_create(const struct rack *rack, const struct style *style)
{
	struct frame whole = { 0, 0, style->width, style->height };
	struct widget *root = widget_create(WIDGET_GROUP, "lathe", whole, COLOUR_PAGE);
	bool one_row = tabs_fit(style, rack, 0, rack->node_count,
				3 + rack_has_bands(rack), style->small);
	struct widget *pager = pager_add(root, whole, style->tab,
					 style->phone ? style->small + 1 : style->text);

	overview_page(page_add(pager, "Overview", COLOUR_SCENE), style, rack);
	meters_page(page_add(pager, "Meters", COLOUR_METER), style, rack);
	outputs_page(page_add(pager, "Outputs", COLOUR_MUTE), style, rack);
	if (rack_has_bands(rack))
		bands_page(page_add(pager, "Bands", COLOUR_METER), style, rack);
	if (one_row)
		nodes_draw(pager, style, rack, 0, rack->node_count);
	else
		tabs_draw(pager, style, rack);
	pager_settle(pager);
	return root;
}
