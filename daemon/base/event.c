/* event.c - events: the newest are kept for clients, all are logged.
 * Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/event.h"
#include "daemon/base/memory.h"

#include "daemon/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/base/log.h"

struct event_log {
	struct event kept[EVENTS_KEPT]; /* serial s is at s % EVENTS_KEPT */
	uint64_t newest;
	int64_t frame;
};

struct event_log *event_log_create(void)
{
	struct event_log *log = memory_zeroed(1, sizeof(*log));

	log->frame = -1;
	return log;
}

void event_log_destroy(struct event_log *log)
{
	free(log);
}

void event_log_frame(struct event_log *log, int64_t frame)
{
	log->frame = frame;
}

/* A new event without its text; NULL: there is no log. */
static struct event *event_begin(struct event_log *log, enum event_level level,
				 const char *code)
{
	struct timespec now;

	if (!log)
		return NULL;
	uint64_t serial = ++log->newest;
	struct event *event = &log->kept[serial % EVENTS_KEPT];
	clock_gettime(CLOCK_REALTIME, &now);
	*event = (struct event) { .serial = serial,
				  .time = (double)now.tv_sec +
					  1e-9 * (double)now.tv_nsec,
				  .frame = log->frame,
				  .level = level,
				  .code = code };
	return event;
}

void event_post(struct event_log *log, enum event_level level, const char *code,
		const char *format, ...)
{
	struct event *event = event_begin(log, level, code);
	va_list list;

	if (!event)
		return;
	va_start(list, format);
	vsnprintf(event->text, sizeof(event->text), format, list);
	va_end(list);
	log_line((int)level, "%s: %s", code, event->text);
}

void event_post_edge(struct event_log *log, enum event_level level, const char *code,
		     const char *address, enum event_edge edge, const char *format, ...)
{
	struct event *event = event_begin(log, level, code);
	va_list list;

	if (!event)
		return;
	event->edge = edge;
	snprintf(event->address, sizeof(event->address), "%s", address);
	va_start(list, format);
	vsnprintf(event->text, sizeof(event->text), format, list);
	va_end(list);
	log_line((int)level, "%s: %s", code, event->text);
}

const char *event_edge_word(enum event_edge edge)
{
	static const char *const words[] = { "once", "raised", "cleared" };

	return words[edge];
}

const struct event *event_next(const struct event_log *log, uint64_t after)
{
	uint64_t oldest = log->newest > EVENTS_KEPT ? log->newest - EVENTS_KEPT + 1 : 1;
	uint64_t next = after + 1 > oldest ? after + 1 : oldest;

	return after < log->newest ? &log->kept[next % EVENTS_KEPT] : NULL;
}
