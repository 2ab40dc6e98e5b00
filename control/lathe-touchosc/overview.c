/* overview.c - the rack at a glance: levels, masters, scenes; all meters; all outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/overview.h"

#include "control/lathe-touchosc/judged.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of the master's chain. */
static int reduction_rows(const struct rack *rack, const struct row **rows,
			  const struct node **nodes, int most)
{
	int count = 0;

	for (int i = 0; i < rack->node_count; i++)
		for (int j = 0; j < rack->nodes[i]->meter_count; j++) {
			const struct row *row = rack->nodes[i]->meters[j];
			if (!row_is_reduction(row) || row->group[0] || count == most ||
			    !rack->nodes[i]->in_chain)
				continue;
			rows[count] = row;
			nodes[count++] = rack->nodes[i];
		}
	return count;
}

static void reduction_draw(struct widget *page, const struct style *style,
			   const struct rack *rack, struct frame area)
{
	const struct row *rows[12];
	const struct node *nodes[12];
	double gap = style->gap, least = style->phone ? 20 : 34;

	card_add(page, area);
	card_title(page, style, &area, "Gain reduction");
	int most = (int)fmin(12, floor(area.h / least));
	int count = reduction_rows(rack, rows, nodes, most);
	if (!count)
		return;
	double height = fmin((area.h - gap) / count, style->phone ? 46 : 84);
	struct frame at = { area.x + gap, area.y, area.w - 2 * gap,
			    height - (style->phone ? 3 : 8) };
	for (int i = 0; i < count; i++, at.y += height)
		cell_meter(page, style, at, rows[i], nodes[i]->name);
}

static const char *output_name(const struct node *output)
{
	return output->name + strlen("rack/output/");
}

static int meters_of(const struct node *node, const char *name, const struct row **rows,
		     int most)
{
	int count = 0;

	for (int i = 0; i < node->meter_count && count < most; i++) {
		const struct row *row = node->meters[i];
		bool group = name[0] && strcmp(row->group, name) == 0;
		bool reduction = !name[0] && row_is_reduction(row);
		bool plain = name[0] && !row->group[0] && strcmp(row->leaf, name) == 0;
		if (group || reduction || plain)
			rows[count++] = row;
	}
	return count;
}

static void peaks_draw(struct widget *page, const struct style *style,
		       const struct rack *rack, struct frame area)
{
	double gap = style->gap, least = style->phone ? 15 : 24;
	const struct row *rows[16];
	const struct node *nodes[16];
	int count = 0;

	card_add(page, area);
	card_title(page, style, &area, "Outputs");
	int most = (int)fmin(16, floor(area.h / least));
	/* The master comes first. */
	for (int i = -1; i < rack->output_count; i++) {
		const struct node *output = i < 0 ? rack->master : rack->outputs[i];
		if (!output || (i >= 0 && output == rack->master))
			continue;
		int found = meters_of(output, "peak", rows + count, most - count);
		for (; found > 0; found--)
			nodes[count++] = output;
	}
	double height =
		fmin((area.h - gap) / (count ? count : 1), style->phone ? 40 : 84);
	struct frame at = { area.x + gap, area.y, area.w - 2 * gap,
			    height - (style->phone ? 2 : 6) };
	for (int i = 0; i < count; i++, at.y += height) {
		char label[PATH_BYTES + 16];
		snprintf(label, sizeof(label), "%s %d", output_name(nodes[i]),
			 rows[i]->member);
		cell_meter(page, style, at, rows[i], label);
	}
}

/* One master switch of the rack. */
static void master_draw(struct widget *page, const struct style *style,
			const struct rack *rack, struct frame at, const char *leaf,
			uint32_t colour)
{
	const struct row *row = rack->rack ? node_param(rack->rack, leaf) : NULL;

	if (row)
		cell_switch(page, style, at, row, row->label, colour);
}

static void row_of_presses(struct widget *page, const struct style *style,
			   struct frame area, const char *const *arguments,
			   const char *const *labels, int count, const char *address,
			   uint32_t colour)
{
	double step = (area.w + style->gap) / count;

	for (int i = 0; i < count; i++)
		cell_press(page, style,
			   (struct frame) { area.x + i * step, area.y,
					    step - style->gap, area.h },
			   address, 's', arguments[i], labels[i], colour);
}

/* Controls that must be found without looking: mute, dim, bypass; A and B; undo and
 * redo. The lock lies far from mute: it shuts others out. */
static void masters_draw(struct widget *page, const struct style *style,
			 const struct rack *rack, struct frame area)
{
	static const char *const slots[] = { "off", "a", "b", "bypass", "delta" };
	static const char *const labels[] = { "Off", "A", "B", "Input", "Delta" };
	const struct row *compare =
		rack->rack ? node_param(rack->rack, "compare") : NULL;
	double gap = style->gap, title = ceil(style->small * 1.7) + 2;
	double row = (area.h - title - 4 * gap) / 5.6, half = (area.w - gap) / 2;
	struct frame at = { area.x, area.y, area.w, row * 1.6 };
	struct style loud = *style;

	loud.text = style->phone ? 15 : 24;
	master_draw(page, &loud, rack, at, "mute", COLOUR_MUTE);
	at.y += at.h + gap;
	at.h = row;
	at.w = half;
	loud.text = style->phone ? 12 : 18;
	master_draw(page, &loud, rack, at, "dim", COLOUR_DIM);
	at.x += half + gap;
	master_draw(page, &loud, rack, at, "bypass", COLOUR_BYPASS);
	at = (struct frame) { area.x, at.y + row, area.w, row };
	struct frame now = { at.x + at.w * 0.5, at.y + 2, at.w * 0.5, title - 2 };
	card_title(page, style, &at, "Compare");
	if (compare)
		readout_add(page, now, compare->path, style->small, ALIGN_RIGHT,
			    COLOUR_TEXT);
	at.h = row;
	row_of_presses(page, style, at, slots, labels, 3, "/rack/compare",
		       COLOUR_CHOICE);
	at.y += row + gap;
	row_of_presses(page, style, at, slots + 3, labels + 3, 2, "/rack/compare",
		       COLOUR_CHOICE);
	at.y += row + gap;
	at.w = (area.w - 2 * gap) / 3;
	cell_press(page, style, at, "/rack/undo", 0, "", "Undo", COLOUR_PRESS);
	at.x += at.w + gap;
	cell_press(page, style, at, "/rack/redo", 0, "", "Redo", COLOUR_PRESS);
	at.x += at.w + gap;
	master_draw(page, style, rack, at, "lock", COLOUR_SWITCH);
}

static void scenes_draw(struct widget *page, const struct style *style,
			const struct rack *rack, struct frame area)
{
	double title = style->phone ? 50 : 96;
	struct frame left = { area.x, area.y, title - style->gap, floor(area.h / 2) };

	label_add(page, left, "Scenes", style->text, ALIGN_LEFT, COLOUR_FAINT);
	left.y += left.h;
	struct widget *now =
		widget_add(page, WIDGET_LABEL, "scene now", left, COLOUR_CARD);
	widget_text(now, "", style->small, ALIGN_LEFT, COLOUR_TEXT);
	area.x += title;
	area.w -= title;
	row_of_presses(page, style, area, rack->scenes, rack->scenes, rack->scene_count,
		       "/rack/scene/load", COLOUR_SCENE);
}

void overview_page(struct widget *page, const struct style *style,
		   const struct rack *rack)
{
	double gap = style->gap;
	double scenes = rack->scene_count ? style->touch * 1.15 + gap : 0;
	double alarms = style->phone ? style->touch : 66;
	double width = page->frame.w - 2 * gap;
	double height = page->frame.h - 2 * gap - scenes;
	double left = floor(width * 0.40), right = floor(width * 0.28);
	double middle = width - left - right - 2 * gap;
	struct frame strip = { gap, gap, left + gap + middle, alarms };
	struct frame loudness = { gap, gap + alarms + gap, left,
				  height - alarms - gap };
	double top = floor(loudness.h * 0.52);
	struct frame reduction = { gap + left + gap, loudness.y, middle, top };
	struct frame peaks = { reduction.x, loudness.y + top + gap, middle,
			       loudness.h - top - gap };
	struct frame masters = { reduction.x + middle + gap, gap, right, height };

	alarms_draw(page, style, strip);
	loudness_draw(page, style, rack, loudness);
	reduction_draw(page, style, rack, reduction);
	peaks_draw(page, style, rack, peaks);
	masters_draw(page, style, rack, masters);
	if (rack->scene_count)
		scenes_draw(page, style, rack,
			    (struct frame) { gap, page->frame.h - scenes,
					     page->frame.w - 2 * gap, scenes - gap });
}

/* ---- more than a page holds --------------------------------------------------------- */

/* Draws members from..to - 1 of the rack; and what they are called. */
struct spread {
	void (*draw)(struct widget *page, const struct style *style,
		     const struct rack *rack, int from, int to, struct frame area);
	const char *(*name)(const struct rack *rack, int index);
	uint32_t colour;
};

/* One page if each member gets at least `least` of the height that `fixed` leaves, else
 * several. */
static void spread_draw(struct widget *page, const struct style *style,
			const struct rack *rack, const struct spread *spread, int count,
			double fixed, double least, struct frame area)
{
	double gap = style->gap;

	if (!count)
		return;
	if ((area.h - fixed) / count >= least) {
		spread->draw(page, style, rack, 0, count, area);
		return;
	}
	struct widget *pager =
		pager_add(page, area, style->phone ? 30 : style->tab - 4, style->small);
	struct frame inner = { gap, gap, area.w - 2 * gap,
			       area.h - pager->tab_size - 2 * gap };
	int most = (int)fmax(1, floor((inner.h - fixed) / least));
	int pages = (count + most - 1) / most;
	most = (count + pages - 1) / pages;
	for (int from = 0; from < count; from += most) {
		int to = from + most < count ? from + most : count;
		char tab[2 * PATH_BYTES + 8];
		snprintf(tab, sizeof(tab), "%s – %s", spread->name(rack, from),
			 spread->name(rack, to - 1));
		spread->draw(page_add(pager, tab, spread->colour), style, rack, from,
			     to, inner);
	}
	pager_settle(pager);
}

static const char *rack_node_name(const struct rack *rack, int index)
{
	return rack->nodes[index]->name;
}

static const char *rack_output_name(const struct rack *rack, int index)
{
	return output_name(rack->outputs[index]);
}

/* ---- meters ------------------------------------------------------------------------------ */

static void bars_draw(struct widget *page, const struct row **rows, int count,
		      struct frame area)
{
	double gap = count > 3 ? 1 : 3;
	double height = count ? (area.h + gap) / count - gap : 0;

	for (int i = 0; i < count; i++)
		cell_bar(page,
			 (struct frame) { area.x, area.y + i * (height + gap), area.w,
					  height },
			 rows[i]);
}

static void node_bars_draw(struct widget *page, const struct style *style,
			   const struct node *node, struct frame line,
			   const double *columns)
{
	static const char *const names[] = { "in", "", "out" };
	const struct row *rows[8];
	double gap = 2 * style->gap, inset = fmin(line.h * 0.2, 14);

	label_add(page, (struct frame) { line.x, line.y, columns[0] - gap, line.h },
		  node->name, style->text, ALIGN_LEFT, COLOUR_TEXT);
	line.x += columns[0];
	for (int i = 0; i < 3; i++) {
		int count = meters_of(node, names[i], rows, 8);
		struct frame bars = { line.x, line.y + inset, columns[i + 1] - gap,
				      line.h - 2 * inset };
		if (i == 1 && count == 1) { /* gain reduction has a number as well */
			double text = figures_width("-88.88 dB", style->small);
			bars.w -= text;
			readout_add(page,
				    (struct frame) { bars.x + bars.w, line.y, text,
						     line.h },
				    rows[0]->path, style->small, ALIGN_RIGHT,
				    COLOUR_TEXT);
		}
		bars_draw(page, rows, count, bars);
		line.x += columns[i + 1];
	}
	const struct row *load = node_meter(node, "load");
	if (load)
		readout_add(page, (struct frame) { line.x, line.y, columns[4], line.h },
			    load->path,
			    figures_fit("100.0 %", style->small, columns[4]),
			    ALIGN_RIGHT, COLOUR_FAINT);
}

static void meters_draw(struct widget *page, const struct style *style,
			const struct rack *rack, int from, int to, struct frame area)
{
	static const char *const heads[] = { "", "In", "Gain reduction", "Out",
					     "Load" };
	double gap = style->gap, title = ceil(style->small * 1.8);
	const double columns[] = { area.w * 0.17, area.w * 0.25, area.w * 0.25,
				   area.w * 0.24, area.w * 0.09 };
	double row = fmin((area.h - title) / (to - from), style->phone ? 44 : 84);
	struct frame at = { area.x, area.y, 0, title };

	for (int i = 0; i < 5; i++) {
		at.w = columns[i];
		label_add(page, at, heads[i], style->small,
			  i == 4 ? ALIGN_RIGHT : ALIGN_LEFT, COLOUR_FAINT);
		at.x += columns[i];
	}
	for (int i = from; i < to; i++) {
		struct frame line = { area.x, area.y + title + (i - from) * row, area.w,
				      row };
		if ((i - from) % 2 == 0)
			card_add(page, (struct frame) { line.x - gap / 2, line.y,
							area.w + gap, row });
		node_bars_draw(page, style, rack->nodes[i], line, columns);
	}
}

void meters_page(struct widget *page, const struct style *style,
		 const struct rack *rack)
{
	static const struct spread spread = { meters_draw, rack_node_name,
					      COLOUR_METER };
	double gap = style->gap;
	struct frame area = { gap, gap, page->frame.w - 2 * gap,
			      page->frame.h - 2 * gap };

	spread_draw(page, style, rack, &spread, rack->node_count, 2 * style->small,
		    style->phone ? 18 : 36, area);
}

/* ---- outputs ----------------------------------------------------------------------------- */

static uint32_t output_colour(const char *leaf)
{
	if (strcmp(leaf, "mute") == 0)
		return COLOUR_MUTE;
	if (strcmp(leaf, "dim") == 0)
		return COLOUR_DIM;
	return strcmp(leaf, "bypass") == 0 ? COLOUR_BYPASS : COLOUR_SWITCH;
}

/* Name, switches and peaks; below them params that are set once. */
static void output_draw(struct widget *page, const struct style *style,
			const struct node *output, struct frame line)
{
	double gap = style->gap, name = line.w * 0.2, button = line.w * 0.16;
	double height = fmin((line.h - 3 * gap) / 2, style->tallest);
	struct frame at = { line.x + gap, line.y + gap, name - gap, height };
	int others = 0, index = 0;

	card_add(page, line);
	label_add(page, at, output_name(output), style->text, ALIGN_LEFT, COLOUR_TEXT);
	at.x += name - gap;
	at.w = button - gap;
	for (int i = 0; i < output->param_count; i++) {
		const struct row *row = output->params[i];
		others += !row_is(row, "toggle");
		if (!row_is(row, "toggle"))
			continue;
		cell_switch(page, style, at, row, row->label, output_colour(row->leaf));
		at.x += button;
	}
	at.w = fmax(line.x + line.w - at.x - gap, gap);
	const struct row *rows[8];
	int count = meters_of(output, "peak", rows, 8);
	bars_draw(page, rows, count,
		  (struct frame) { at.x, at.y + height * 0.1, at.w, height * 0.8 });
	double step = (line.w - gap) / (others ? others : 1);
	for (int i = 0; i < output->param_count; i++) {
		const struct row *row = output->params[i];
		if (row_is(row, "toggle"))
			continue;
		at = (struct frame) { line.x + gap + index++ * step,
				      line.y + 2 * gap + height, step - gap, height };
		if (row_is(row, "choice"))
			cell_stepper(page, style, at, row, row->label, COLOUR_CHOICE);
		else
			cell_slider(page, style, at, row, row->label, COLOUR_LEVEL);
	}
}

/* Saving lies away from loading, since a saved scene replaces the old one. */
static void saves_draw(struct widget *page, const struct style *style,
		       const struct rack *rack, struct frame area)
{
	double title = style->phone ? 50 : 96;

	label_add(page, (struct frame) { area.x, area.y, title - style->gap, area.h },
		  "Save scene", style->text, ALIGN_LEFT, COLOUR_FAINT);
	area.x += title;
	area.w -= title;
	row_of_presses(page, style, area, rack->scenes, rack->scenes, rack->scene_count,
		       "/rack/scene/save", COLOUR_PRESS);
}

static void outputs_draw(struct widget *page, const struct style *style,
			 const struct rack *rack, int from, int to, struct frame area)
{
	double gap = style->gap;
	double height = fmin((area.h + gap) / (to - from) - gap, style->tallest * 2);

	for (int i = from; i < to; i++, area.y += height + gap)
		output_draw(page, style, rack->outputs[i],
			    (struct frame) { area.x, area.y, area.w, height });
}

void outputs_page(struct widget *page, const struct style *style,
		  const struct rack *rack)
{
	double gap = style->gap,
	       saves = rack->scene_count ? style->touch * 1.15 + gap : 0;
	struct frame area = { gap, gap, page->frame.w - 2 * gap,
			      page->frame.h - saves - 2 * gap };
	static const struct spread spread = { outputs_draw, rack_output_name,
					      COLOUR_MUTE };

	spread_draw(page, style, rack, &spread, rack->output_count, 0,
		    2 * style->touch + 4 * gap, area);
	if (rack->scene_count)
		saves_draw(page, style, rack,
			   (struct frame) { gap, page->frame.h - saves,
					    page->frame.w - 2 * gap, saves - gap });
}
