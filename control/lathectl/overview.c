/* overview.c - the rack on a terminal: its outputs with their loudness, then all nodes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/overview.h"

#include "control/lathectl/bars.h"
#include "control/lathectl/verdict.h"

#include <math.h>
#include <string.h>

enum {
	NAME_LEAST = 8,
	NAME_COLUMN = 2,
	LEVEL_COLUMNS = 10, /* " -14.2 dB " */
	LABEL_COLUMNS = 11,
	SCALE_LEAST_COLUMNS = 12,
	WIDE_COLUMNS = 72,
};

static const double no_limit_db = 0;

struct columns columns_of(const struct board *board, int columns)
{
	struct columns at = { .name = NAME_LEAST };

	for (int i = 0; i < board->part_count; i++) {
		const int width = (int)strlen(part_name(&board->parts[i]));
		at.name = width > at.name ? width : at.name;
	}
	at.bar = NAME_COLUMN + at.name + 1;
	const int most = columns >= 110 ? 40 : columns >= 80 ? 24 : 18;
	const int room = columns - at.bar - LEVEL_COLUMNS;
	at.bar_width = room < most ? room : most;
	if (at.bar_width < 6)
		at.bar_width = 6;
	return at;
}

void overview_ruler(struct page *page, const struct columns *at)
{
	page_line(page);
	page_to(page, at->bar);
	ruler_add(page, at->bar_width);
	page_add(page, INK_FAINT, " dBFS");
}

bool part_levels(const struct board *board, const struct part *part, double level[2],
		 double *most)
{
	static const char *const names[] = { "peak", "out" };
	const char *name = names[!part->is_output];
	int channels = 0;
	double loudest = -HUGE_VAL;

	*most = level[0] = level[1] = -HUGE_VAL;
	for (int i = part->first; i < part->end; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (!gauge_is(gauge, name) || !gauge_is_channel(gauge))
			continue;
		const double now = gauge->seen ? gauge->now : -HUGE_VAL;
		if (channels < 2)
			level[channels] = now;
		channels++;
		loudest = fmax(loudest, now);
		if (gauge->seen)
			*most = fmax(*most, gauge->most);
	}
	if (channels != 2)
		level[0] = level[1] = loudest;
	return channels > 0;
}

/* The cursor, the name, the bar of levels. */
static void head_add(struct page *page, const struct board *board,
		     const struct columns *at, const struct part *part,
		     bool is_selected, double limit)
{
	double level[2], most;

	page_line(page);
	page_add(page, INK_BOLD, "%s", is_selected ? ">" : " ");
	page_to(page, NAME_COLUMN);
	page_add(page, is_selected || part->is_output ? INK_BOLD : INK_PLAIN, "%s",
		 part_name(part));
	page_to(page, at->bar);
	if (!part_levels(board, part, level, &most))
		return;
	bar_add(page, level[0], level[1], most, limit, at->bar_width);
	level_add(page, INK_PLAIN, fmax(level[0], level[1]), 6);
	page_add(page, INK_FAINT, " dB");
}

/* Its state in words, in a line of their own where there is no room. */
static void words_add(struct page *page, const struct columns *at,
		      const struct part *part)
{
	const struct {
		bool is;
		enum ink ink;
		const char *word;
	} words[] = { { part->is_master && part->is_output, INK_FAINT, " master" },
		      { part->is_muted, INK_AMBER, " ! muted" },
		      { part->is_dimmed, INK_AMBER, " ! dimmed" },
		      { part->is_bypassed, INK_AMBER, " ! bypassed" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!words[i].is)
			continue;
		if (page_left(page) < (int)strlen(words[i].word)) {
			page_line(page);
			page_to(page, at->bar - 1);
		}
		page_add(page, words[i].ink, "%s", words[i].word);
	}
}

/* ---- outputs ----------------------------------------------------------------------- */

static void distance_line(struct page *page, const struct part *part,
			  const struct gauge *gauge, enum verdict verdict)
{
	const bool any = gauge->seen && !gauge_at_floor(gauge, gauge->now);
	const double off = any ? gauge->now - part->target : (double)NAN;

	page_line(page);
	page_to(page, NAME_COLUMN + 1);
	page_add(page, INK_FAINT, "%s", gauge->label);
	page_to(page, NAME_COLUMN + 1 + LABEL_COLUMNS);
	level_add(page, verdict_ink(verdict), any ? gauge->now : -HUGE_VAL, 6);
	page_add(page, INK_FAINT, " LUFS ");
	if (isfinite(off))
		page_add(page, verdict_ink(verdict), "%+6.1f LU %-2s", off,
			 verdict_mark(verdict));
	page_to(page, NAME_COLUMN + 1 + LABEL_COLUMNS + 26);
	const int width = page_left(page) - 1 < 54 ? page_left(page) - 1 : 54;
	if (width >= SCALE_LEAST_COLUMNS && isfinite(part->target))
		distance_add(page, verdict_ink(verdict), off, part->tolerance, width);
}

/* "True peak   -1.2 dBTP   0.2 dB under -1.0" */
static void true_peak_line(struct page *page, const struct board *board,
			   const struct part *part)
{
	const struct gauge *most = board_gauge(board, part, "true_peak_max");
	const struct gauge *range = board_gauge(board, part, "range");
	const enum verdict verdict = verdict_true_peak(board, part);

	if (!most)
		return;
	page_line(page);
	page_to(page, NAME_COLUMN + 1);
	page_add(page, INK_FAINT, "True peak");
	page_to(page, NAME_COLUMN + 1 + LABEL_COLUMNS);
	const bool any = most->seen && !gauge_at_floor(most, most->now);
	level_add(page, verdict_ink(verdict), any ? most->now : -HUGE_VAL, 6);
	page_add(page, INK_FAINT, " dBTP ");
	const double over = most->now - part->max_true_peak;
	if (any && isfinite(over))
		page_add(page, verdict_ink(verdict), "%6.1f dB %-2s %s %.1f",
			 fabs(over), verdict_mark(verdict),
			 verdict == VERDICT_RED     ? "over"
			 : verdict == VERDICT_AMBER ? "was over"
						    : "under",
			 part->max_true_peak);
	char text[64] = "";
	if (range && range->seen)
		snprintf(text, sizeof(text), "   %s %.1f LU", range->label, range->now);
	if (page_left(page) >= text_columns(text))
		page_add(page, INK_FAINT, "%s", text);
}

void loudness_add(struct page *page, const struct board *board, const struct part *part)
{
	static const char *const names[] = { "integrated", "short_term", "momentary" };

	for (int i = 0; i < 3; i++) {
		const struct gauge *gauge = board_gauge(board, part, names[i]);
		if (gauge)
			distance_line(page, part, gauge,
				      i ? VERDICT_NONE : verdict_loudness(board, part));
	}
	true_peak_line(page, board, part);
}

/* "after: target -14.0 LUFS, 1.0 LU either way" */
static void target_line(struct page *page, const struct part *part)
{
	page_line(page);
	page_to(page, NAME_COLUMN + 1);
	page_add(page, INK_FAINT, "%s: ", part_name(part));
	if (isfinite(part->target))
		page_add(page, INK_FAINT, "target %.1f LUFS, %.1f LU either way",
			 part->target, part->tolerance);
}

/* "after: -14.3 LUFS -0.3 LU  true peak -1.2 dBTP" in one line. */
static void short_line(struct page *page, const struct board *board,
		       const struct part *part)
{
	const struct gauge *integrated = board_gauge(board, part, "integrated");
	const struct gauge *most = board_gauge(board, part, "true_peak_max");
	const enum verdict loudness = verdict_loudness(board, part);
	const enum verdict peak = verdict_true_peak(board, part);

	page_line(page);
	page_to(page, NAME_COLUMN + 1);
	if (page_left(page) > 64 + (int)strlen(part_name(part)))
		page_add(page, INK_FAINT, "%s  ", part_name(part));
	page_add(page, INK_FAINT, "Integrated");
	level_add(page, verdict_ink(loudness),
		  loudness == VERDICT_NONE ? -HUGE_VAL : integrated->now, 6);
	if (page->columns >= WIDE_COLUMNS)
		page_add(page, INK_FAINT, " LUFS");
	if (loudness != VERDICT_NONE)
		page_add(page, verdict_ink(loudness), " %+.1f LU %s",
			 integrated->now - part->target, verdict_mark(loudness));
	page_add(page, INK_FAINT, "  True peak");
	level_add(page, verdict_ink(peak), most && most->seen ? most->now : -HUGE_VAL,
		  6);
	page_add(page, verdict_ink(peak), " dBTP %s", verdict_mark(peak));
}

void output_add(struct page *page, const struct board *board, const struct columns *at,
		const struct part *part, bool is_selected, bool is_full)
{
	const struct part *meter =
		part->loudness == NO_PART ? NULL : &board->parts[part->loudness];
	const double limit = meter && isfinite(meter->max_true_peak)
				     ? meter->max_true_peak
				     : no_limit_db;
	const enum verdict verdict = verdict_output(board, part);

	head_add(page, board, at, part, is_selected, limit);
	page_add(page, verdict_ink(verdict), " %-2s", verdict_mark(verdict));
	words_add(page, at, part);
	if (!meter)
		return;
	if (!is_full) {
		short_line(page, board, meter);
		return;
	}
	target_line(page, meter);
	loudness_add(page, board, meter);
}

/* ---- nodes ------------------------------------------------------------------------- */

/* The columns of label, number or word, unit, and the spaces between. */
static int extra_columns(const struct gauge *gauge)
{
	char text[32];

	if (gauge_is_reduction(gauge))
		return 23;
	const int word = text_columns(gauge_text(gauge, gauge->now, ' ', text));
	return text_columns(gauge->label) + text_columns(gauge->unit) + 4 +
	       (word > 5 ? word : 5);
}

static void extra_add(struct page *page, const struct gauge *gauge)
{
	char text[32];

	if (gauge_is_reduction(gauge)) {
		page_add(page, INK_PLAIN, "  ");
		reduction_add(page, gauge->now);
		page_add(page, INK_PLAIN, " %5.1f dB", gauge->now);
		return;
	}
	page_add(page, INK_FAINT, "  %s ", gauge->label);
	page_add(page, INK_PLAIN, "%5s",
		 !isfinite(gauge->now) || gauge_at_floor(gauge, gauge->now)
			 ? "-inf"
			 : gauge_text(gauge, gauge->now, ' ', text));
	page_add(page, INK_FAINT, "%s%s", gauge->unit[0] ? " " : "", gauge->unit);
}

/* The node's own meters: what does not fit beside its bar stands in one more line, and what
 * does not fit there is counted. */
static void extras_add(struct page *page, const struct board *board,
		       const struct columns *at, const struct part *part)
{
	enum { REST_COLUMNS = 5 };
	int begun = 0, rest = 0;

	for (int i = part->first; i < part->end; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (gauge_is_host(gauge) || strchr(gauge->name, '/') || !gauge->seen)
			continue;
		const int room = page_left(page) - (begun ? REST_COLUMNS : 0);
		if (rest || (extra_columns(gauge) > room && begun)) {
			rest++;
			continue;
		}
		if (extra_columns(gauge) > room) {
			begun = 1;
			page_line(page);
			page_to(page, at->bar - 2);
		}
		extra_add(page, gauge);
	}
	if (rest)
		page_add(page, INK_FAINT, "  +%d", rest);
}

void pictures_of_add(struct page *page, const struct board *board,
		     const struct part *part, int indent)
{
	const char *scale = pictures_scale(&board->pictures, part->path);
	struct picture picture;
	char text[PICTURE_BYTES];

	for (int i = part->first; scale && i < part->end; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (!gauge_is(gauge, "mark") || !gauge->seen)
			continue;
		page_line(page);
		page_to(page, indent - 2);
		page_add(page, INK_FAINT, "%s ", strchr(gauge->name, '/') + 1);
		const int room = page_left(page) - 24;
		scale_text(scale, gauge->now, room < 44 ? room : 44, page->colour, text,
			   sizeof(text));
		page_add_raw(page, text);
	}
	/* Bars of 31 thirds, two columns each, need that room. */
	enum { WIDE = 62, CLOSE = 3 };
	if (page->columns - indent < WIDE)
		indent = CLOSE;
	const int rows = pictures_make(&board->pictures, part->path,
				       page->columns - indent, page->colour, &picture);
	for (int row = 0; row < rows; row++) {
		page_line(page);
		page_to(page, indent);
		page_add_raw(page, picture.rows[row]);
	}
}

void node_add(struct page *page, const struct board *board, const struct columns *at,
	      const struct part *part, bool is_selected)
{
	head_add(page, board, at, part, is_selected, no_limit_db);
	words_add(page, at, part);
	extras_add(page, board, at, part);
	pictures_of_add(page, board, part, at->bar);
}
