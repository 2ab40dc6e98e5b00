/* event.h - events, sentences for people: kept, logged with journal levels, sent to
 * clients. Control thread only; other threads publish counts, which the control thread
 * makes into events. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_EVENT_H
#define LATHE_BASE_EVENT_H

#include <stdint.h>

enum event_level {
	EVENT_ERROR = 3,
	EVENT_WARNING = 4,
	EVENT_NOTICE = 5,
	EVENT_INFO = 6
};

/* Whether an event is the begin or the end of an alarm, or of no alarm. */
enum event_edge { EVENT_ONCE, EVENT_RAISED, EVENT_CLEARED };

enum { EVENTS_KEPT = 256, EVENT_TEXT_BYTES = 256, EVENT_ADDRESS_BYTES = 65 };

struct event {
	uint64_t serial; /* 1, 2, ... */
	double time;     /* seconds since 1970 */
	int64_t frame;   /* the rack's frame counter; -1: no audio runs */
	enum event_level level;
	const char *code; /* static: "xrun" "reload" "jack_lost" ... */
	char text[EVENT_TEXT_BYTES];
	char address[EVENT_ADDRESS_BYTES]; /* its node, "/box"; "": about no node */
	enum event_edge edge;
};

struct event_log;
struct event_log *event_log_create(void);
void event_log_destroy(struct event_log *log);
/* Sets the frame of the events to come. */
void event_log_frame(struct event_log *log, int64_t frame);
void event_post(struct event_log *log, enum event_level level, const char *code,
		const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Posts an event about a node, or the edge of an alarm. */
void event_post_edge(struct event_log *log, enum event_level level, const char *code,
		     const char *address, enum event_edge edge, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* "once" "raised" "cleared" */
const char *event_edge_word(enum event_edge edge);
/* The first kept event with a serial greater than `after`, or NULL. */
const struct event *event_next(const struct event_log *log, uint64_t after);

#endif
