/* schedule.c - the config's list `schedule`: which scene loads when. Control thread,
 * and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/schedule.h"
#include "daemon/base/memory.h"

#include "daemon/config/parser.h"
#include "daemon/config/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { APPOINTMENTS_MAX = 256, FADE_MAX = 3600 };

static const char *const days[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

static int day_of(const char *text)
{
	for (int i = 0; i < 7; i++)
		if (strncmp(text, days[i], 3) == 0)
			return i;
	return -1;
}

/* "mon-fri,sun" as bits, Sunday first; 0 when it is no such text. */
static unsigned days_parse(const char *text)
{
	unsigned bits = 0;

	for (;;) {
		int first = day_of(text), last = first;

		text += first >= 0 ? 3 : 0;
		if (first >= 0 && *text == '-') {
			last = day_of(text + 1);
			text += last >= 0 ? 4 : 0;
		}
		if (first < 0 || last < 0)
			return 0;
		for (int day = first;; day = (day + 1) % 7) {
			bits |= 1u << day;
			if (day == last)
				break;
		}
		if (!*text)
			return bits;
		if (*text++ != ',')
			return 0;
		text += strspn(text, " ");
	}
}

/* "6:00", "18:30:15" as seconds; -1 when it is no time. */
static int time_parse(const char *text)
{
	int hour, minute, second = 0, length = 0;

	if (strspn(text, "0123456789:") != strlen(text) ||
	    sscanf(text, "%2d:%2d%n", &hour, &minute, &length) != 2)
		return -1;
	if (text[length] == ':') {
		text += length;
		length = 0;
		if (sscanf(text, ":%2d%n", &second, &length) != 1)
			return -1;
	}
	if (text[length] || hour > 23 || minute > 59 || second > 59)
		return -1;
	return hour * 3600 + minute * 60 + second;
}

static void refuse(struct parser *parser, const config_setting_t *setting,
		   const char *accepted)
{
	char found[128];

	setting_found(setting, found, sizeof(found));
	parser_complain(parser, setting, "schedule/%s: found %s, would accept %s",
			config_setting_name(setting), found, accepted);
}

static void read_key(struct parser *parser, const config_setting_t *key,
		     struct appointment *entry)
{
	const struct hint hint = { { "at", "days", "scene", "fade" }, 4 };
	const char *id = config_setting_name(key), *text;

	if (strcmp(id, "at") == 0) {
		if (!parser_string(parser, key, "schedule", &text))
			return;
		entry->second = time_parse(text);
		if (entry->second < 0)
			refuse(parser, key, "\"06:00\" or \"06:00:30\"");
	} else if (strcmp(id, "days") == 0) {
		if (!parser_string(parser, key, "schedule", &text))
			return;
		entry->days = days_parse(text);
		if (!entry->days)
			refuse(parser, key, "\"mon-fri\", \"sat,sun\" and the like");
	} else if (strcmp(id, "scene") == 0) {
		if (!parser_string(parser, key, "schedule", &text))
			return;
		snprintf(entry->scene, sizeof(entry->scene), "%s", text);
		if (!text[0] || strchr(text, '/') || text[0] == '.' ||
		    strlen(text) >= sizeof(entry->scene))
			refuse(parser, key, "a scene's name");
	} else if (strcmp(id, "fade") == 0) {
		parser_number(parser, key, "schedule", 0, FADE_MAX, &entry->fade);
	} else {
		parser_unknown(parser, key, "schedule", &hint);
	}
}

static void read_appointment(struct parser *parser, const config_setting_t *element)
{
	struct rack *rack = parser->rack;
	struct appointment *entry = &rack->schedule[rack->schedule_count];

	if (config_setting_type(element) != CONFIG_TYPE_GROUP) {
		parser_complain(parser, element,
				"schedule: would accept groups { at = \"06:00\"; "
				"scene = \"day\"; }");
		return;
	}
	*entry = (struct appointment) { .days = 0x7f };
	for (int i = 0; i < config_setting_length(element); i++)
		read_key(parser, config_setting_get_elem(element, (unsigned)i), entry);
	if (!config_setting_get_member(element, "at") ||
	    !config_setting_get_member(element, "scene"))
		parser_complain(
			parser, element,
			"schedule: would accept at = \"06:00\"; and scene = \"day\"; "
			"in each group");
	rack->schedule_count++;
}

void parser_schedule(struct parser *parser, const config_setting_t *root)
{
	const config_setting_t *list = config_setting_get_member(root, "schedule");
	struct rack *rack = parser->rack;
	char found[128];

	if (!list)
		return;
	int count = config_setting_length(list);
	if (config_setting_type(list) != CONFIG_TYPE_LIST || count > APPOINTMENTS_MAX) {
		setting_found(list, found, sizeof(found));
		parser_complain(parser, list,
				"schedule: found %s, would accept a list of up to %d "
				"groups: ( { }, { } )",
				found, APPOINTMENTS_MAX);
		return;
	}
	rack->schedule = memory_zeroed((size_t)count + 1, sizeof(*rack->schedule));
	for (int i = 0; i < count; i++)
		read_appointment(parser, config_setting_get_elem(list, (unsigned)i));
}

void config_print_schedule(const struct rack *rack, struct text *text)
{
	for (int i = 0; i < rack->schedule_count; i++) {
		const struct appointment *entry = &rack->schedule[i];
		const char *between = "";

		text_add(text, "%s  { at = \"%02d:%02d:%02d\"; days = \"",
			 i ? ",\n" : "schedule = (\n", entry->second / 3600,
			 entry->second / 60 % 60, entry->second % 60);
		for (int day = 0; day < 7; day++) {
			if (!(entry->days >> day & 1))
				continue;
			text_add(text, "%s%s", between, days[day]);
			between = ",";
		}
		text_add(text, "\"; scene = ");
		text_add_quoted(text, entry->scene);
		text_add(text, "; fade = %.9g%s; }", entry->fade,
			 entry->fade == (double)(int)entry->fade ? ".0" : "");
	}
	if (rack->schedule_count)
		text_add(text, "\n);\n");
}
