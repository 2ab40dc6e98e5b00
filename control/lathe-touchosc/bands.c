/* bands.c - bars per third of an octave, of each node that has a spectrum. TouchOSC
 * can't draw curves, and its scripts don't receive blobs. So each bar shows a meter of its
 * own, and there is no goniometer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/bands.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char group[] = "third_";

static const struct row *node_bands(const struct node *node)
{
	for (int i = 0; i < node->vector_count; i++) {
		const struct row *row = node->vectors[i];
		if (strncmp(row->leaf, group, sizeof(group) - 1) == 0 &&
		    strncmp(row->unit, "dB", 2) == 0)
			return row;
	}
	return NULL;
}

static const struct node *with_bands(const struct rack *rack, int nth)
{
	for (int i = 0; i < rack->node_count; i++)
		if (node_bands(rack->nodes[i]) && nth-- == 0)
			return rack->nodes[i];
	return NULL;
}

/* "63" "1k" "12.5k": the round number beside a third's middle, 20 Hz first. */
static void hz_text(int third, char text[16])
{
	static const double round_numbers[] = {
		1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8
	};
	int decade = 1 + (third + 3) / 10;
	double hz = round_numbers[(third + 3) % 10] * pow(10, decade);

	if (hz < 1000)
		snprintf(text, 16, "%g", hz);
	else
		snprintf(text, 16, "%gk", hz / 1000);
}

static void bar_draw(struct widget *page, const struct style *style,
		     const struct node *node, const struct row *vector, int third,
		     struct frame frame)
{
	struct row row = *vector;
	char path[PATH_BYTES + 64], text[16];
	double line = ceil(style->small * 1.6);

	snprintf(path, sizeof(path), "/%s/meter/third/%d/%s", node->name, third + 1,
		 vector->leaf + sizeof(group) - 1);
	row.path = path;
	frame.h -= line;
	cell_bar(page, frame, &row);
	hz_text(third, text);
	frame.y += frame.h;
	frame.h = line;
	/* As wide as three bars, within the page. */
	frame.x = fmin(fmax(frame.x - frame.w, 0), page->frame.w - 3 * frame.w);
	frame.w *= 3;
	if (third % 3 == 0)
		label_add(page, frame, text, style->small, ALIGN_CENTRE, COLOUR_FAINT);
}

static void node_draw(struct widget *page, const struct style *style,
		      const struct node *node, struct frame area)
{
	const struct row *vector = node_bands(node);
	double gap = style->gap, line = ceil(style->small * 1.8);
	double step = (area.w - 4 * gap) / vector->count;

	card_add(page, area);
	label_add(page, (struct frame) { area.x + gap, area.y, area.w - 2 * gap, line },
		  node->name, style->text, ALIGN_LEFT, COLOUR_TEXT);
	for (int k = 0; k < vector->count; k++)
		bar_draw(page, style, node, vector, k,
			 (struct frame) { area.x + 2 * gap + k * step, area.y + line,
					  step - 2, area.h - line - gap / 2 });
}

bool rack_has_bands(const struct rack *rack)
{
	return with_bands(rack, 0) != NULL;
}

/* Draws the nodes one below the other, as many as there is room for. */
void bands_page(struct widget *page, const struct style *style, const struct rack *rack)
{
	double gap = style->gap, least = style->phone ? 110 : 150;
	int most = (int)fmax((page->frame.h - gap) / (least + gap), 1), count = 0;

	while (count < most && with_bands(rack, count))
		count++;
	double height = (page->frame.h - gap) / count - gap;
	for (int i = 0; i < count; i++)
		node_draw(page, style, with_bands(rack, i),
			  (struct frame) { gap, gap + i * (height + gap),
					   page->frame.w - 2 * gap, height });
}
