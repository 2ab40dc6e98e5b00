/* opened.c - what the terminal shows in place of the overview: one node with all of its meters,
 * the alarms, the help. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/opened.h"

#include "control/lathectl/bars.h"
#include "control/lathectl/overview.h"
#include "control/lathectl/verdict.h"

#include <math.h>
#include <string.h>
#include <time.h>

enum { INDENT = 2, SECONDS_PER_DAY = 86400 };

static const double no_limit_db = 0;

/* ---- a node ------------------------------------------------------------------------ */

/* "in 1", "band 3 Gain reduction", "Short term": group and member before the label. */
static void name_text(const struct gauge *gauge, char text[96])
{
	const char *slash = strrchr(gauge->name, '/');

	if (!slash) {
		snprintf(text, 96, "%s", gauge->label);
		return;
	}
	if (gauge_is_channel(gauge)) {
		snprintf(text, 96, "%s %s", gauge->label, slash + 1);
		return;
	}
	snprintf(text, 96, "%.*s %s", (int)(slash - gauge->name), gauge->name,
		 gauge->label);
	for (char *at = text; *at; at++)
		if (*at == '/')
			*at = ' ';
}

static void value_add(struct page *page, const struct gauge *gauge, double value)
{
	char text[32];

	page_add(page, INK_PLAIN, "%10s",
		 !isfinite(value) || gauge_at_floor(gauge, value)
			 ? "-inf"
			 : gauge_text(gauge, value, ' ', text));
}

static bool is_level(const struct gauge *gauge)
{
	return strncmp(gauge->unit, "dB", 2) == 0 && gauge->floor <= FLOOR_DB;
}

static void meter_add(struct page *page, const struct gauge *gauge, int name_columns)
{
	char name[96];

	page_line(page);
	page_to(page, INDENT);
	name_text(gauge, name);
	page_add(page, INK_FAINT, "%s", name);
	page_to(page, INDENT + name_columns + 1);
	if (!gauge->seen) {
		page_add(page, INK_FAINT, "%10s", "-");
		return;
	}
	value_add(page, gauge, gauge->now);
	page_add(page, INK_FAINT, " %-5s", gauge->unit);
	if (!gauge->choices[0] && page_left(page) >= 20) {
		value_add(page, gauge, gauge->least);
		value_add(page, gauge, gauge->most);
	}
	const int room = page_left(page) - 2;
	page_add(page, INK_PLAIN, "  ");
	if (is_level(gauge) && room >= 12)
		bar_add(page, gauge->now, gauge->now, gauge->most, no_limit_db,
			room < 40 ? room : 40);
	else if (gauge_is_reduction(gauge) && room >= 12)
		reduction_add(page, gauge->now);
}

void opened_add(struct page *page, const struct board *board, const struct part *part)
{
	int name_columns = 8;
	char name[96];

	for (int i = part->first; i < part->end; i++) {
		name_text(&board->gauges[i], name);
		const int columns = text_columns(name);
		name_columns = columns > name_columns ? columns : name_columns;
	}
	if (name_columns > page->columns / 2)
		name_columns = page->columns / 2;
	page_line(page);
	page_add(page, INK_BOLD, "%s", part_name(part));
	page_add(page, INK_FAINT, "  %s%s%s", part->label,
		 part->from[0] ? "  hears " : "", part->from);
	if (part->is_bypassed)
		page_add(page, INK_AMBER, "  ! bypassed");
	if (board_gauge(board, part, "integrated") && isfinite(part->target))
		loudness_add(page, board, part);
	pictures_of_add(page, board, part, INDENT + 4);
	page_line(page);
	page_to(page, INDENT + name_columns + 1);
	page_add(page, INK_FAINT, "%10s %-5s", "now", "");
	if (page_left(page) >= 20)
		page_add(page, INK_FAINT, "%10s%10s", "least", "most");
	for (int i = part->first; i < part->end; i++)
		meter_add(page, &board->gauges[i], name_columns);
}

/* ---- alarms ------------------------------------------------------------------------ */

/* The time of today, else also the date. */
static const char *time_text(double seconds, char text[32])
{
	const time_t moment = (time_t)seconds, now = time(NULL);
	const bool is_old = now - moment > SECONDS_PER_DAY / 2;

	strftime(text, 32, is_old ? "%F %H:%M" : "%H:%M", localtime(&moment));
	return text;
}

static void seen_add(struct page *page, const struct standing *alarm)
{
	char when[32];

	if (alarm->seen > 0)
		page_add(page, INK_FAINT, "  seen by %s, %s", alarm->seen_by,
			 time_text(alarm->seen, when));
	else
		page_add(page, INK_PLAIN, "  seen by nobody");
}

void alarm_add(struct page *page, const struct standing *alarm)
{
	const enum verdict verdict = verdict_alarm(alarm->level);
	const enum ink ink = alarm->seen > 0 ? INK_PLAIN : verdict_ink(verdict);
	char when[32];

	page_line(page);
	page_add(page, verdict_ink(verdict), "%-2s %s", verdict_mark(verdict),
		 level_word(alarm->level));
	page_add(page, ink, " %s%s%s", alarm->node, alarm->node[0] ? ": " : "",
		 alarm->text);
	page_add(page, INK_FAINT, "  since %s", time_text(alarm->since, when));
	seen_add(page, alarm);
}

/* Long sentences go on in the next line, at a space. */
static void sentence_add(struct page *page, enum ink ink, int indent, const char *text)
{
	while (*text) {
		int columns = 0, last = 0;
		page_line(page);
		page_to(page, indent);
		for (int at = 0; text[at]; at++) {
			columns += ((unsigned char)text[at] & 0xc0) != 0x80;
			if (columns > page->columns - indent)
				break;
			if (text[at] == ' ' || !text[at + 1])
				last = at + 1;
		}
		if (!last)
			last = (int)strlen(text);
		page_add(page, ink, "%.*s", last, text);
		text += last;
	}
}

void alarms_add(struct page *page, const struct board *board)
{
	page_line(page);
	page_add(page, INK_BOLD, "Alarms");
	if (!board->alarm_count) {
		page_line(page);
		page_add(page, INK_GREEN, "  nothing is wrong");
	}
	for (int i = 0; i < board->alarm_count; i++) {
		const struct standing *alarm = &board->alarms[i];
		const enum verdict verdict = verdict_alarm(alarm->level);
		char when[32], text[400];
		page_line(page);
		page_line(page);
		page_add(page, verdict_ink(verdict), "%-2s %-7s", verdict_mark(verdict),
			 level_word(alarm->level));
		page_add(page, INK_BOLD, " %s%s%s", alarm->code,
			 alarm->node[0] ? " " : "", alarm->node);
		page_add(page, INK_FAINT, "  since %s", time_text(alarm->since, when));
		seen_add(page, alarm);
		sentence_add(page, INK_PLAIN, 4, alarm->text);
		snprintf(text, sizeof(text), "To do: %s", alarm->to_do);
		sentence_add(page, INK_FAINT, 4, text);
	}
}

/* ---- help -------------------------------------------------------------------------- */

void help_add(struct page *page)
{
	static const struct {
		const char *key, *does;
	} rows[] = {
		{ "up down, k j", "select an output or a node; scroll" },
		{ "PgUp PgDn, space", "a page up, a page down" },
		{ "Home End, g G", "the first, the last" },
		{ "Enter", "open what is selected: all of its meters" },
		{ "Esc", "back to the overview" },
		{ "r", "reset the peaks held here: the lines on the bars, least and "
		       "most" },
		{ "C", "clear the loudness meter that is selected, for everybody" },
		{ "a", "the alarms; there s marks all of them as seen" },
		{ "h, ?", "this" },
		{ "q, Ctrl-C", "quit" },
		{ "", "" },
		{ "!!", "red: over the limit of the true peak now; more than 1 LU "
			"outside the tolerance; an alarm of level error" },
		{ "!", "amber: outside the tolerance; the true peak was over its "
		       "limit since the meter was cleared; a warning; muted, dimmed, "
		       "bypassed" },
		{ "bars", "the upper half is left, the lower right; red begins at the "
			  "highest true peak allowed, the line stands at the highest "
			  "so far" },
		{ "LU", "a scale from -18 to +9 LU around the target, which is the "
			"cross; = is its tolerance" },
	};

	page_line(page);
	page_add(page, INK_BOLD, "lathectl meters");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const int first = page->count;
		sentence_add(page, INK_PLAIN, 20, rows[i].does[0] ? rows[i].does : " ");
		/* The key stands in the blanks before the first line of the sentence. */
		memcpy(page->lines[first] + 2, rows[i].key, strlen(rows[i].key));
	}
}
