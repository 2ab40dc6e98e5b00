/* judged.c - what is right or not: loudness and true peak against what is wanted; alarms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/judged.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A large value, to be read from across the room, after its name. */
static void figure_add(struct widget *page, const struct style *style,
		       struct frame frame, const struct row *row, const char *label,
		       double size, bool bar)
{
	double bar_height = bar ? (style->phone ? 6 : 12) : 0;
	double name = frame.w * 0.36;
	struct frame left = { frame.x, frame.y, name, frame.h - bar_height };
	struct frame right = { frame.x + name, frame.y, frame.w - name,
			       frame.h - bar_height };

	if (!row)
		return;
	label_add(page, left, label, style->text, ALIGN_LEFT, COLOUR_FAINT);
	readout_add(page, right, row->path,
		    figures_fit("-88.88 LUFS", fmin(size, right.h * 0.8), right.w),
		    ALIGN_RIGHT, COLOUR_TEXT);
	if (bar)
		cell_bar(page,
			 (struct frame) { frame.x, frame.y + frame.h - bar_height,
					  frame.w, bar_height },
			 row);
}

/* A reading and what it is held against: below it a lamp, and a line with the goal at the left
 * and the verdict in a word at the right. */
struct goal {
	const char *meter, *label; /* the reading */
	const char *param, *name;  /* what is wanted: "Target -14.0 LUFS" */
	const char *distance;      /* a meter, or NULL */
	const char *state;         /* a meter with words */
	int first;                 /* its index that is green */
};

static void goal_add(struct widget *page, const struct style *style,
		     const struct node *node, struct frame frame,
		     const struct goal *goal)
{
	const struct row *param = node_param(node, goal->param);
	const struct row *state = node_meter(node, goal->state);
	const struct row *distance =
		goal->distance ? node_meter(node, goal->distance) : NULL;
	const double line = ceil(style->small * 1.5), lamp = style->phone ? 5 : 10;
	const double third = frame.w / 3;

	if (!param || !state) { /* of a Lathe that does not judge yet */
		figure_add(page, style, frame, node_meter(node, goal->meter),
			   goal->label, style->huge, false);
		return;
	}
	figure_add(page, style,
		   (struct frame) { frame.x, frame.y, frame.w, frame.h - line - lamp },
		   node_meter(node, goal->meter), goal->label, style->huge, false);
	frame.y += frame.h - line - lamp;
	cell_lamp(page, (struct frame) { frame.x, frame.y, frame.w, lamp - 1 },
		  state->path, goal->first);
	struct frame at = { frame.x, frame.y + lamp, third * 0.58, line };
	label_add(page, at, goal->name, style->small, ALIGN_LEFT, COLOUR_FAINT);
	at.x += at.w;
	at.w = third * 0.84;
	readout_add(page, at, param->path,
		    figures_fit("-88.8 LUFS", style->small, at.w), ALIGN_LEFT,
		    COLOUR_FAINT);
	at.x += at.w;
	at.w = third * 0.73;
	if (distance)
		readout_add(page, at, distance->path,
			    figures_fit("-88.88 LU", style->small, at.w), ALIGN_RIGHT,
			    COLOUR_TEXT);
	at.x = frame.x + frame.w - third * 0.85;
	at.w = third * 0.85;
	readout_add(page, at, state->path, text_fit("measuring", style->small, at.w),
		    ALIGN_RIGHT, COLOUR_TEXT)
		->mono = false;
}

/* "streaming · measured by streaming_after" */
static void loudness_title(struct widget *page, const struct style *style,
			   const struct rack *rack, struct frame *area)
{
	const char *output =
		rack->master ? strrchr(rack->master->name, '/') + 1 : "Loudness";
	char title[2 * PATH_BYTES + 16];

	snprintf(title, sizeof(title), "%s%s%s", output, rack->loudness ? " · " : "",
		 rack->loudness ? rack->loudness->name : "");
	card_title(page, style, area, title);
}

void loudness_draw(struct widget *page, const struct style *style,
		   const struct rack *rack, struct frame area)
{
	static const struct goal integrated = {
		"integrated", "Integrated", "target", "Target",
		"distance",   "on_target",  1
	};
	static const struct goal true_peak = { "true_peak_max",
					       "True peak",
					       "max_true_peak",
					       "Limit",
					       NULL,
					       "peak_limit",
					       0 };

	static const struct {
		const char *leaf, *label;
		double weight;
		bool bar;
		const struct goal *goal;
	} figures[] = {
		{ "integrated", "Integrated", 2.0, false, &integrated },
		{ "short_term", "Short term", 1.2, true, NULL },
		{ "momentary", "Momentary", 1.2, true, NULL },
		{ "range", "Range", 0.7, false, NULL },
		{ "true_peak_max", "True peak", 1.7, false, &true_peak },
	};
	const int count = sizeof(figures) / sizeof(figures[0]);
	const struct node *node = rack->loudness;
	double total = 0, gap = style->gap;

	card_add(page, area);
	loudness_title(page, style, rack, &area);
	if (!node) {
		label_add(page, area, "no loudness meter in its chain", style->small,
			  ALIGN_CENTRE, COLOUR_FAINT);
		return;
	}
	for (int i = 0; i < count; i++)
		total += figures[i].weight;
	double unit = (area.h - gap) / total;
	struct frame at = { area.x + gap, area.y, area.w - 2 * gap, 0 };
	for (int i = 0; i < count; i++) {
		at.h = floor(unit * figures[i].weight) - gap / 2;
		if (figures[i].goal)
			goal_add(page, style, node, at, figures[i].goal);
		else
			figure_add(page, style, at, node_meter(node, figures[i].leaf),
				   figures[i].label, style->huge, figures[i].bar);
		at.y += at.h + gap / 2;
	}
}

static void alarm_text_add(struct widget *page, const struct style *style,
			   struct frame frame, const char *leaf, int number,
			   enum align align)
{
	char path[40];

	snprintf(path, sizeof(path), "/rack/alarms/%s/%d", leaf, number);
	line_label_add(page, frame, path, style->small, align,
		       align == ALIGN_LEFT ? COLOUR_TEXT : COLOUR_FAINT);
}

/* A phone has room for one alarm. */
void alarms_draw(struct widget *page, const struct style *style, struct frame area)
{
	const double gap = style->gap, lamp = style->phone ? 8 : 14;
	const double press = style->phone ? 44 : 84;
	const int lines = style->phone ? 2 : 3;
	const double height = floor(area.h / lines);
	struct frame text = { area.x + lamp + gap, area.y,
			      area.w - lamp - press - 3 * gap, height };

	card_add(page, area);
	cell_lamp(page, (struct frame) { area.x + 2, area.y + 2, lamp, area.h - 4 },
		  "/rack/alarms/level", 1);
	cell_press(page, style,
		   (struct frame) { area.x + area.w - press, area.y, press, area.h },
		   "/rack/alarm/seen", 0, "", "Seen", COLOUR_PRESS);
	if (style->phone) {
		alarm_text_add(page, style, text, "line", 1, ALIGN_LEFT);
		text.y += height;
		alarm_text_add(page, style, text, "seen", 1, ALIGN_RIGHT);
		return;
	}
	const double seen = 150;
	for (int i = 0; i < lines; i++, text.y += height) {
		struct frame line = text, who = text;
		line.w -= seen + gap;
		who.x += line.w + gap;
		who.w = seen;
		alarm_text_add(page, style, line, "line", i + 1, ALIGN_LEFT);
		alarm_text_add(page, style, who, "seen", i + 1, ALIGN_RIGHT);
	}
}
