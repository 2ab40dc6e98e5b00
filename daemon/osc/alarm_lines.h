/* alarm_lines.h - the alarms that stand as a few lines, for clients that only show texts.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_ALARM_LINES_H
#define LATHE_OSC_ALARM_LINES_H

#include "daemon/base/alarm.h"
#include "daemon/net/packet.h"

enum { ALARM_LINES = 4, ALARM_LINE_BYTES = 190 };

struct alarm_lines {
	int count; /* alarms that stand */
	int level; /* of the gravest: 3 error, 2 warning, 1 notice, 0 none stands */
	/* The gravest first: "!! after: the true peak is over its limit", "seen by 10.0.0.3". The
	 * last line says how many more there are. "" where fewer stand. */
	char line[ALARM_LINES][ALARM_LINE_BYTES], seen[ALARM_LINES][ALARM_LINE_BYTES];
};

void alarm_lines_make(const struct alarms *alarms, struct alarm_lines *lines);
/* Changes with what the lines say; never 0. */
uint64_t alarm_lines_hash(const struct alarm_lines *lines);
/* Adds /rack/alarms/count, /rack/alarms/level, /rack/alarms/line/1 to 4 and /rack/alarms/seen/1 to 4. They fit into an empty
 * packet. */
void alarm_lines_add(struct packet *packet, const struct alarm_lines *lines);

#endif
