/* widget.c - a tablet's page as a tree of rectangles. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/widget.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct widget *widget_create(enum widget_kind kind, const char *name,
			     struct frame frame, uint32_t colour)
{
	struct widget *widget = calloc(1, sizeof(*widget));

	if (!widget)
		abort();
	widget->kind = kind;
	widget->frame = frame;
	widget->colour = colour;
	widget->text_colour = COLOUR_TEXT;
	widget->max = 1;
	snprintf(widget->name, sizeof(widget->name), "%s", name);
	return widget;
}

struct widget *widget_add(struct widget *parent, enum widget_kind kind,
			  const char *name, struct frame frame, uint32_t colour)
{
	struct widget *widget = widget_create(kind, name, frame, colour);

	if (parent->last)
		parent->last->next = widget;
	else
		parent->first = widget;
	parent->last = widget;
	return widget;
}

bool widget_hears(const struct widget *widget, const char *part)
{
	bool heard = strstr(widget->address, part) != NULL;

	for (const struct widget *child = widget->first; child; child = child->next)
		heard = heard || widget_hears(child, part);
	return heard;
}

void widget_destroy(struct widget *widget)
{
	if (!widget)
		return;
	for (struct widget *child = widget->first, *next; child; child = next) {
		next = child->next;
		widget_destroy(child);
	}
	free(widget->text);
	free(widget->choices);
	free(widget);
}

void widget_text(struct widget *widget, const char *text, double size, enum align align,
		 uint32_t colour)
{
	free(widget->text);
	widget->text = strdup(text);
	if (!widget->text)
		abort();
	widget->text_size = size;
	widget->align = align;
	widget->text_colour = colour;
}

/* Advance widths of a wide sans serif, in hundredths of its size. */
double text_width(const char *text, double size)
{
	double width = 0;

	for (const char *c = text; *c; c++) {
		if (((unsigned char)*c & 0xc0) == 0x80)
			continue; /* the rest of a letter */
		if (strchr("ijlI.,:;'|!", *c))
			width += 0.36;
		else if (strchr("frt()-/ ", *c))
			width += 0.43;
		else if (strchr("mwMW%", *c))
			width += 1.0;
		else if (*c >= 'A' && *c <= 'Z')
			width += 0.74;
		else
			width += 0.64;
	}
	return width * size;
}

double text_fit(const char *text, double size, double width)
{
	double full = text_width(text, 1);

	if (full * size > width && full > 0)
		size = floor(width / full * 2) / 2;
	return fmax(size, 8);
}

/* Every figure of a fixed-width face is three fifths of its size wide. */
double figures_width(const char *text, double size)
{
	return 0.61 * size * (double)strlen(text);
}

double figures_fit(const char *text, double size, double width)
{
	double full = figures_width(text, 1);

	if (full * size > width)
		size = floor(width / full);
	return fmax(size, 8);
}

void text_shorten(char *to, size_t room, const char *text, double width)
{
	snprintf(to, room, "%s", text);
	for (size_t keep = strlen(to); keep > 1 && text_width(to, 8) > width; keep--) {
		while (keep > 1 && ((unsigned char)text[keep - 1] & 0xc0) == 0x80)
			keep--; /* a letter is cut whole */
		snprintf(to, room, "%.*s..", (int)keep - 1, text);
	}
}

static struct widget *line_add(struct widget *parent, struct frame frame,
			       const char *text, double size, enum align align,
			       uint32_t colour)
{
	struct widget *label =
		widget_add(parent, WIDGET_LABEL, text, frame, COLOUR_CARD);
	char shown[PATH_BYTES];

	text_shorten(shown, sizeof(shown), text, frame.w);
	widget_text(label, shown, text_fit(shown, size, frame.w), align, colour);
	return label;
}

/* The space or hyphen nearest to the middle; NULL: one word. */
static const char *break_find(const char *text)
{
	const char *found = NULL;
	long middle = (long)strlen(text) / 2;

	for (const char *c = text; *c; c++)
		if ((*c == ' ' || *c == '-') &&
		    (!found || labs(c - text - middle) < labs(found - text - middle)))
			found = c;
	return found;
}

void label_add(struct widget *parent, struct frame frame, const char *text, double size,
	       enum align align, uint32_t colour)
{
	const char *at = break_find(text);
	double line = ceil(size * 1.25);

	if (!at || text_fit(text, size, frame.w) > 0.8 * size || frame.h < 2 * line) {
		line_add(parent, frame, text, size, align, colour);
		return;
	}
	char first[PATH_BYTES];
	snprintf(first, sizeof(first), "%.*s", (int)(at - text + (*at == '-')), text);
	struct frame upper = { frame.x, frame.y + floor(frame.h / 2 - line), frame.w,
			       line };
	struct frame lower = { frame.x, upper.y + line, frame.w, line };
	line_add(parent, upper, first, size, align, colour);
	line_add(parent, lower, at + 1, size, align, colour);
}

struct widget *line_label_add(struct widget *parent, struct frame frame,
			      const char *address, double size, enum align align,
			      uint32_t colour)
{
	struct widget *label =
		widget_add(parent, WIDGET_LABEL, address, frame, COLOUR_CARD);

	widget_text(label, "", size, align, colour);
	snprintf(label->address, sizeof(label->address), "%s", address);
	return label;
}

struct widget *readout_add(struct widget *parent, struct frame frame, const char *path,
			   double size, enum align align, uint32_t colour)
{
	struct widget *label =
		widget_add(parent, WIDGET_LABEL, path, frame, COLOUR_CARD);

	widget_text(label, "", size, align, colour);
	snprintf(label->address, sizeof(label->address), "%s/text", path);
	label->mono = true;
	return label;
}

struct widget *pager_add(struct widget *parent, struct frame frame, double tab_size,
			 double text_size)
{
	struct widget *pager =
		widget_add(parent, WIDGET_PAGER, "pages", frame, COLOUR_PAGE);

	pager->tab_size = tab_size;
	pager->tab_text_size = text_size;
	return pager;
}

struct widget *page_add(struct widget *pager, const char *tab, uint32_t colour)
{
	struct frame frame = { 0, pager->tab_size, pager->frame.w,
			       pager->frame.h - pager->tab_size };
	struct widget *page = widget_add(pager, WIDGET_GROUP, tab, frame, COLOUR_PAGE);

	widget_text(page, tab, pager->tab_text_size, ALIGN_CENTRE, colour);
	return page;
}

void card_add(struct widget *parent, struct frame frame)
{
	widget_add(parent, WIDGET_BOX, "card", frame, COLOUR_CARD);
}

void pager_settle(struct widget *pager)
{
	int count = 0;
	char shown[PATH_BYTES];

	for (const struct widget *page = pager->first; page; page = page->next)
		count++;
	double width = pager->frame.w / (count ? count : 1) - 6;
	for (struct widget *page = pager->first; page; page = page->next) {
		text_shorten(shown, sizeof(shown), page->text, width);
		widget_text(page, shown, 0, ALIGN_CENTRE, page->text_colour);
		pager->tab_text_size =
			fmin(pager->tab_text_size,
			     text_fit(page->text, pager->tab_text_size, width));
	}
}
