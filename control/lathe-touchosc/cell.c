/* cell.c - what one param or meter looks like in a rectangle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/widget.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The address and range of a fader: a tapered param moves along its curve. */
static void fader_bind(struct widget *fader, const struct row *row)
{
	bool tapered = row_is_tapered(row);

	snprintf(fader->address, sizeof(fader->address), "%s%s", row->path,
		 tapered ? "/norm" : "");
	fader->min = tapered ? 0 : row->min;
	fader->max = tapered ? 1 : row->max;
}

void card_title(struct widget *page, const struct style *style, struct frame *area,
		const char *title)
{
	double line = ceil(style->small * 1.7);

	label_add(page,
		  (struct frame) { area->x + style->gap, area->y + 2,
				   area->w - 2 * style->gap, line },
		  title, style->small, ALIGN_LEFT, COLOUR_FAINT);
	area->y += line + 2;
	area->h -= line + 2;
}

static struct frame inset(struct frame frame, double x, double y)
{
	return (struct frame) { frame.x + x, frame.y + y, frame.w - 2 * x,
				frame.h - 2 * y };
}

/* The widest word of a choice, or of a meter with choices, in `text`. */
static const char *widest_choice(const struct row *row, char text[64])
{
	int count = row_choice(row, 0, NULL, 0);
	char word[64];

	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		row_choice(row, i, word, sizeof(word));
		if (text_width(word, 1) > text_width(text, 1))
			snprintf(text, 64, "%s", word);
	}
	return text;
}

/* The widest text of a param; of a meter, which has one more digit, in `text`. */
static const char *widest_text(const struct row *row, char text[32])
{
	static const struct {
		const char *unit, *text;
	} texts[] = { { "dB", "-88.8 dB" }, { "Hz", "88.8 kHz" },
		      { "ms", "88.88 ms" }, { "LUFS", "-88.8 LUFS" },
		      { "%", "-100 %" },    { ":1", "88.8:1" },
		      { "", "88.88" } };

	for (size_t i = 0; !row->meter && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].unit, row->unit) == 0)
			return texts[i].text;
	snprintf(text, 32, "-88.88 %.16s", row->meter ? row->unit : "dB");
	return text;
}

void cell_slider(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour)
{
	char widest[32];
	struct widget *fader =
		widget_add(parent, WIDGET_FADER, row->path, frame, colour);
	double pad = style->gap,
	       width = figures_width(widest_text(row, widest), style->text) + 2;
	struct frame left = inset(frame, pad, 0), right = left;

	fader_bind(fader, row);
	width = fmin(width, left.w * 0.6);
	left.w -= width;
	right.x += left.w;
	right.w = width;
	if (text_width(label, style->text * 0.75) <= left.w) {
		label_add(parent, left, label, style->text, ALIGN_LEFT, COLOUR_TEXT);
		readout_add(parent, right, row->path,
			    figures_fit(widest_text(row, widest), style->text, width),
			    ALIGN_RIGHT, COLOUR_TEXT);
		return;
	}
	left = right = inset(frame, pad, 2);
	left.h = right.h = floor(left.h / 2);
	right.y += left.h;
	label_add(parent, left, label, style->small, ALIGN_LEFT, COLOUR_TEXT);
	readout_add(parent, right, row->path,
		    figures_fit(widest_text(row, widest), style->small, right.w),
		    ALIGN_RIGHT, COLOUR_TEXT);
}

void cell_column(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour)
{
	char widest[32];
	double line = ceil(style->text * 1.6);
	double most = style->touch * 3.2; /* a wider one is not easier to use */

	if (frame.w > most) {
		frame.x += (frame.w - most) / 2;
		frame.w = most;
	}
	struct frame top = { frame.x, frame.y, frame.w, line };
	struct frame bottom = { frame.x, frame.y + frame.h - line, frame.w, line };
	struct frame middle = { frame.x, frame.y + line, frame.w, frame.h - 2 * line };
	struct widget *fader =
		widget_add(parent, WIDGET_FADER, row->path, middle, colour);

	fader->upright = true;
	fader_bind(fader, row);
	label_add(parent, top, label, style->text, ALIGN_CENTRE, COLOUR_FAINT);
	readout_add(parent, bottom, row->path,
		    figures_fit(widest_text(row, widest), style->text, frame.w),
		    ALIGN_CENTRE, COLOUR_TEXT);
}

void cell_switch(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour)
{
	struct widget *button =
		widget_add(parent, WIDGET_SWITCH, row->path, frame, colour);

	snprintf(button->address, sizeof(button->address), "%s", row->path);
	widget_text(button, label, style->text, ALIGN_CENTRE, COLOUR_TEXT);
}

void cell_press(struct widget *parent, const struct style *style, struct frame frame,
		const char *address, char type, const char *argument, const char *label,
		uint32_t colour)
{
	char name[PATH_BYTES];

	snprintf(name, sizeof(name), "%s %s", address, argument);
	struct widget *button = widget_add(parent, WIDGET_PRESS, name, frame, colour);
	snprintf(button->address, sizeof(button->address), "%s", address);
	button->argument_type = type;
	snprintf(button->argument, sizeof(button->argument), "%s", argument);
	widget_text(button, label, style->text, ALIGN_CENTRE, COLOUR_TEXT);
}

/* The halves of the cell step back and on; the text lies over both. */
void cell_stepper(struct widget *parent, const struct style *style, struct frame frame,
		  const struct row *row, const char *label, uint32_t colour)
{
	double half = floor(frame.w / 2), arrow = ceil(style->text * 1.4);
	struct frame back = { frame.x, frame.y, half - 1, frame.h };
	struct frame on = { frame.x + half + 1, frame.y, frame.w - half - 1, frame.h };
	struct frame middle = inset(frame, arrow, 0);
	char adjust[PATH_BYTES + 8];

	snprintf(adjust, sizeof(adjust), "%s/adjust", row->path);
	cell_press(parent, style, back, adjust, 'f', "-1", "<", colour);
	parent->last->align = ALIGN_LEFT;
	cell_press(parent, style, on, adjust, 'f', "1", ">", colour);
	parent->last->align = ALIGN_RIGHT;
	if (frame.h >= 2.8 * style->small) {
		struct frame top = middle;
		top.y += 2;
		top.h = floor(middle.h * 0.42);
		middle.y += top.h + 2;
		middle.h -= top.h + 4;
		label_add(parent, top, label, style->small, ALIGN_CENTRE, COLOUR_FAINT);
	}
	char longest[64];
	widest_choice(row, longest);
	readout_add(parent, middle, row->path, text_fit(longest, style->text, middle.w),
		    ALIGN_CENTRE, COLOUR_TEXT)
		->mono = false;
}

/* The texts of a choice, or of an integer's values, in one size. */
static double choices_width(const struct row *row, char *list, size_t size)
{
	int count = row_choice(row, 0, NULL, 0);
	double widest = 0;
	size_t used = 0;

	list[0] = '\0';
	for (int i = 0; i < count && used < size; i++) {
		char text[64];
		row_choice(row, i, text, sizeof(text));
		widest = fmax(widest, text_width(text, 1));
		used += (size_t)snprintf(list + used, size - used, "%s%s", i ? "|" : "",
					 text);
	}
	return widest;
}

void cell_choice(struct widget *parent, const struct style *style, struct frame frame,
		 const struct row *row, const char *label, uint32_t colour)
{
	int count = row_choice(row, 0, NULL, 0);
	char list[512];
	double widest = choices_width(row, list, sizeof(list));
	double name =
		fmin(text_width(label, style->text) + 2 * style->gap, frame.w * 0.4);
	double cell = (frame.w - name) / (count ? count : 1);

	if (count < 2 || count > 6 || cell < style->touch * 0.8 ||
	    widest * 9 > cell - 4) {
		cell_stepper(parent, style, frame, row, label, colour);
		return;
	}
	struct frame left = { frame.x, frame.y, name - style->gap, frame.h };
	struct frame right = { frame.x + name, frame.y, frame.w - name, frame.h };
	label_add(parent, left, label, style->text, ALIGN_LEFT, COLOUR_FAINT);
	struct widget *radio =
		widget_add(parent, WIDGET_RADIO, row->path, right, colour);
	snprintf(radio->address, sizeof(radio->address), "%s", row->path);
	widget_text(radio, "", style->text, ALIGN_CENTRE, COLOUR_TEXT);
	radio->choices = strdup(list);
	if (!radio->choices)
		abort();
}

/* One part of a bar: it is empty at `from` and below, full at `to` and above. */
static void bar_part(struct widget *parent, struct frame frame, const char *address,
		     double from, double to, bool upright, uint32_t colour)
{
	struct widget *bar = widget_add(parent, WIDGET_METER, address, frame, colour);

	snprintf(bar->address, sizeof(bar->address), "%s", address);
	bar->upright = upright;
	bar->min = from;
	bar->max = to;
}

/* The part of the frame that shows from..to of low..high. */
static struct frame bar_frame(struct frame frame, bool upright, double low, double high,
			      double from, double to)
{
	const double begin = (from - low) / (high - low);
	const double size = (to - from) / (high - low);
	const double x = round(frame.x + frame.w * begin);
	const double bottom = round(frame.y + frame.h * (1 - begin));

	if (upright)
		return (struct frame) {
			frame.x, round(frame.y + frame.h * (1 - begin - size)), frame.w,
			bottom - round(frame.y + frame.h * (1 - begin - size))
		};
	return (struct frame) { x, frame.y,
				round(frame.x + frame.w * (begin + size)) - x,
				frame.h };
}

static bool row_is_level(const struct row *row)
{
	return row->meter && strncmp(row->unit, "dB", 2) == 0 && row->min <= -60 &&
	       row->max > 0;
}

void cell_bar(struct widget *parent, struct frame frame, const struct row *row)
{
	static const double amber_db = -9, over_db = 0.01;
	const bool upright = frame.h > frame.w;
	double low, high;

	row_scale(row, &low, &high);
	if (!row_is_level(row) || fmax(frame.w, frame.h) < 60) {
		bar_part(parent, frame, row->path, low, high, upright,
			 row_is_reduction(row) ? COLOUR_REDUCTION : COLOUR_METER);
		return;
	}
	bar_part(parent, bar_frame(frame, upright, low, high, low, amber_db), row->path,
		 low, amber_db, upright, COLOUR_METER);
	bar_part(parent, bar_frame(frame, upright, low, high, amber_db, 0), row->path,
		 amber_db, 0, upright, COLOUR_AMBER);
	bar_part(parent, bar_frame(frame, upright, low, high, 0, high), row->path, 0,
		 over_db, upright, COLOUR_RED);
}

void cell_lamp(struct widget *parent, struct frame frame, const char *address,
	       int first)
{
	static const uint32_t colours[] = { COLOUR_METER, COLOUR_AMBER, COLOUR_RED };

	for (int i = 0; i < 3; i++) {
		bar_part(parent, frame, address, first + i - 1, first + i, false,
			 colours[i]);
		parent->last->bare = i > 0;
	}
}

/* The label, and the word that the meter reads: a state has no bar. */
static void state_meter(struct widget *parent, double size, struct frame frame,
			const struct row *row, const char *label)
{
	char longest[64];
	struct frame left = inset(frame, 2, 0), right = left;
	double width =
		fmin(text_width(widest_choice(row, longest), size) + 8, frame.w * 0.5);

	left.w -= width;
	right.x += left.w;
	right.w = width;
	label_add(parent, left, label, size, ALIGN_LEFT, COLOUR_FAINT);
	readout_add(parent, right, row->path, text_fit(longest, size, width),
		    ALIGN_RIGHT, COLOUR_TEXT)
		->mono = false;
}

void cell_meter(struct widget *parent, const struct style *style, struct frame frame,
		const struct row *row, const char *label)
{
	char widest[32];
	double size = frame.h > 3 * style->text ? style->text : style->small;

	if (row->choices[0]) {
		state_meter(parent, size, frame, row, label);
		return;
	}
	double width =
		fmin(figures_width(widest_text(row, widest), size) + 2 + style->gap,
		     frame.w * 0.5);
	struct frame left = inset(frame, 2, 0), right = left;
	double bar = fmin(fmax(floor(frame.h * 0.22), 4), 16);

	left.h = right.h = frame.h - bar - 1;
	left.w -= width;
	right.x += left.w;
	right.w = width;
	label_add(parent, left, label, size, ALIGN_LEFT, COLOUR_FAINT);
	readout_add(parent, right, row->path,
		    figures_fit(widest_text(row, widest), size, width), ALIGN_RIGHT,
		    COLOUR_TEXT);
	cell_bar(parent,
		 (struct frame) { frame.x, frame.y + frame.h - bar, frame.w, bar },
		 row);
}

void cell_tile(struct widget *parent, const struct style *style, struct frame frame,
	       const struct row *row, const char *label)
{
	double pad = style->gap, bar = fmin(fmax(floor(frame.h * 0.1), 5), 12);
	struct frame inner = inset(frame, pad, pad / 2);
	double line = ceil(style->small * 1.6);
	struct frame middle = { inner.x, inner.y + line, inner.w,
				inner.h - line - bar - pad / 2 };

	card_add(parent, frame);
	label_add(parent, (struct frame) { inner.x, inner.y, inner.w, line }, label,
		  style->small, ALIGN_LEFT, COLOUR_FAINT);
	double size = fmin(style->huge, floor(middle.h * 0.8));
	if (row->choices[0]) {
		char longest[64];
		widest_choice(row, longest);
		readout_add(parent, middle, row->path,
			    text_fit(longest, size, middle.w), ALIGN_CENTRE,
			    COLOUR_TEXT)
			->mono = false;
		return;
	}
	readout_add(parent, middle, row->path,
		    figures_fit("-88.88 LUFS", size, middle.w), ALIGN_CENTRE,
		    COLOUR_TEXT);
	cell_bar(parent,
		 (struct frame) { inner.x, inner.y + inner.h - bar, inner.w, bar },
		 row);
}
