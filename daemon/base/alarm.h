/* alarm.h - what is wrong now: the registry of alarms. Control thread only.
 *
 *   alarm_raise() --> the list that clients read (/rack/alarms, STATUS=, lathectl)
 *                 '-> an event on each edge
 *
 * To add an alarm, add its row to the table in alarm.c and its name to enum alarm_code
 * here, raise it where the trouble is found and clear it where it ends. The docs
 * follow. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_ALARM_H
#define LATHE_BASE_ALARM_H

#include "daemon/base/event.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	ALARM_NODE_BYTES = 64, /* a node's path, with its NUL */
	ALARM_SEEN_BYTES = 48, /* who has seen it, with its NUL */
	ALARM_EVENT_SECONDS =
		60 /* least time between two events of one code and node */
};

enum alarm_code {
	ALARM_NO_AUDIO,
	ALARM_LOAD,
	ALARM_INSERT,
	ALARM_INSERT_LATENCY,
	ALARM_STATE,
	ALARM_STATE_READ,
	ALARM_DISK,
	ALARM_XRUNS,
	ALARM_UNSENT,
	ALARM_UNCONNECTED,
	ALARM_HALF_CONNECTED,
	ALARM_CONFIG,
	/* Of a node: air.c ends them with it. */
	ALARM_INPUT_ZEROS,
	ALARM_INPUT_QUIET,
	ALARM_INPUT_ONE_LEG,
	ALARM_INPUT_INVERTED,
	ALARM_INPUT_TONE,
	ALARM_INPUT_STATIC,
	ALARM_INPUT_STUCK,
	ALARM_INPUT_DC,
	ALARM_INPUT_IDENTICAL,
	ALARM_INPUT_CLIPPING,
	ALARM_OUTPUT_SILENT,
	ALARM_TRUE_PEAK,
	ALARM_LOUDNESS,
	ALARM_FAILOVER,
	ALARM_FAILOVER_HOLD,
	ALARM_SCHEDULE,
	ALARM_SCHEDULE_SCENE,
	ALARM_OSC_ADDRESS,
	ALARM_CONFIG_LAST,
	ALARM_CONFIG_KEPT,
	ALARM_OSC,
	ALARM_SAFE,
	ALARM_CODES
};

/* A row of the table. */
struct alarm_kind {
	const char *code; /* as clients read it; also the code of its events */
	enum event_level level;
	const char *text;    /* what it means */
	const char *to_do;   /* what whoever sees it should do */
	const char *cleared; /* what the event says when it has ended */
	bool is_told_always; /* its edges are never held back, as those of errors */
};

/* An alarm that is raised. */
struct alarm {
	enum alarm_code code;
	char node[ALARM_NODE_BYTES]; /* its path: "box"; "": the rack itself */
	double since;                /* seconds since 1970 */
	double seen;                 /* seconds since 1970; 0: not marked as seen */
	char seen_by[ALARM_SEEN_BYTES];
	char text[EVENT_TEXT_BYTES]; /* what is wrong, without the node */
};

struct alarms;

struct alarms *alarms_create(struct event_log *events);
void alarms_destroy(struct alarms *alarms);

const struct alarm_kind *alarm_kind(enum alarm_code code);
/* What listeners hear while it stands, for the page of whoever is on duty. */
const char *alarm_heard(enum alarm_code code);

/* Raises an alarm with the facts of this case; format NULL: the table's text. Does
 * nothing if it is already raised with the same text. With a different text it is a new
 * edge, not yet seen. Here and in alarm_clear(): alarms NULL does nothing. */
void alarm_raise(struct alarms *alarms, enum alarm_code code, const char *node,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Ends an alarm; does nothing if it is not raised. */
void alarm_clear(struct alarms *alarms, enum alarm_code code, const char *node);
/* An edge makes an event at once, unless one of the same code and node came less than
 * ALARM_EVENT_SECONDS ago: such edges are summed up in one event at the end of that time.
 * Edges of level error, and of is_told_always, are never held back. `now`: seconds, monotonic. */
void alarms_tick(struct alarms *alarms, double now);

/* The raised alarms, the oldest first. */
int alarms_count(const struct alarms *alarms);
const struct alarm *alarms_at(const struct alarms *alarms, int index);
/* Marks one as seen, for every client. `who`: an address. False: it is not raised. */
bool alarms_see(struct alarms *alarms, const char *code, const char *node,
		const char *who);
/* All raised alarms: "box: a return is not connected; DSP load is over 85 %", or "". */
void alarms_text(const struct alarms *alarms, char *text, size_t size);

#endif
