/* alarm_lines.c - the alarms that stand as a few lines. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/alarm_lines.h"

#include "daemon/base/hash.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 110 };

/* 3 for an error, 2 for a warning, 1 for a notice. */
static int gravity(const struct alarm *alarm)
{
	return EVENT_INFO - (int)alarm_kind(alarm->code)->level;
}

/* Copies what there is room for, but no half letter. */
static void text_cut(char text[TEXT_BYTES], const char *whole)
{
	size_t length = strlen(whole);

	if (length >= TEXT_BYTES) {
		length = TEXT_BYTES - 1;
		while (length > 0 && ((unsigned char)whole[length] & 0xc0) == 0x80)
			length--;
	}
	memcpy(text, whole, length);
	text[length] = '\0';
}

static void line_make(const struct alarm *alarm, struct alarm_lines *lines, int place)
{
	static const char *const marks[] = { "", "", "! ", "!! " };
	char text[TEXT_BYTES];

	text_cut(text, alarm->text);
	snprintf(lines->line[place], ALARM_LINE_BYTES, "%s%s%s%s",
		 marks[gravity(alarm)], alarm->node, alarm->node[0] ? ": " : "", text);
	snprintf(lines->seen[place], ALARM_LINE_BYTES, "seen by %s",
		 alarm->seen > 0.0 ? alarm->seen_by : "nobody");
}

void alarm_lines_make(const struct alarms *alarms, struct alarm_lines *lines)
{
	const struct alarm *alarm;
	int used = 0;

	memset(lines, 0, sizeof(*lines));
	lines->count = alarms_count(alarms);
	for (int level = 3; level > 0; level--)
		for (int i = 0; (alarm = alarms_at(alarms, i)); i++) {
			if (gravity(alarm) != level)
				continue;
			if (!used)
				lines->level = level;
			if (used < ALARM_LINES)
				line_make(alarm, lines, used++);
		}
	if (lines->count > ALARM_LINES) {
		lines->seen[ALARM_LINES - 1][0] = '\0';
		snprintf(lines->line[ALARM_LINES - 1], ALARM_LINE_BYTES, "and %d more",
			 lines->count - ALARM_LINES + 1);
	}
}

uint64_t alarm_lines_hash(const struct alarm_lines *lines)
{
	const uint64_t hash = hash64(0, lines, sizeof(*lines));

	return hash ? hash : 1;
}

void alarm_lines_add(struct packet *packet, const struct alarm_lines *lines)
{
	packet_add(packet, "/rack/alarms/count", "i", lines->count);
	packet_add(packet, "/rack/alarms/level", "i", lines->level);
	for (int i = 0; i < ALARM_LINES; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/rack/alarms/line/%d", i + 1);
		packet_add(packet, path, "s", lines->line[i]);
		snprintf(path, sizeof(path), "/rack/alarms/seen/%d", i + 1);
		packet_add(packet, path, "s", lines->seen[i]);
	}
}
