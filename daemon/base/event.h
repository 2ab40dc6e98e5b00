/* event.h - what happened, for people: kept, logged with journal levels, sent to clients.
 * Control thread only; other threads publish counts that the control loop turns into
 * events. */
#ifndef LATHE_BASE_EVENT_H
#define LATHE_BASE_EVENT_H

#include <stdint.h>

enum event_level {
	EVENT_ERROR = 3,
	EVENT_WARNING = 4,
	EVENT_NOTICE = 5,
	EVENT_INFO = 6
};

/* What an event says of an alarm: that it began, that it ended; of all else: nothing. */
enum event_edge { EVENT_ONCE, EVENT_RAISED, EVENT_CLEARED };

enum { EVENTS_KEPT = 256, EVENT_TEXT_BYTES = 256, EVENT_ADDRESS_BYTES = 65 };

struct event {
	uint64_t serial; /* 1, 2, ... */
	double time;     /* seconds since 1970 */
	int64_t frame;   /* of the rack, -1: no audio runs */
	enum event_level level;
	const char *code; /* static: "xrun" "reload" "jack_lost" ... */
	char text[EVENT_TEXT_BYTES];
	char address[EVENT_ADDRESS_BYTES]; /* "/box": of its node; "": of none */
	enum event_edge edge;
};

struct event_log;
struct event_log *event_log_create(void);
void event_log_destroy(struct event_log *log);
/* The frame stamped on the next events. */
void event_log_frame(struct event_log *log, int64_t frame);
void event_post(struct event_log *log, enum event_level level, const char *code,
		const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same about a node, or the edge of an alarm. */
void event_post_edge(struct event_log *log, enum event_level level, const char *code,
		     const char *address, enum event_edge edge, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* "once" "raised" "cleared" */
const char *event_edge_word(enum event_edge edge);
/* The first kept event with a serial greater than `after`, or NULL. */
const struct event *event_next(const struct event_log *log, uint64_t after);

#endif
