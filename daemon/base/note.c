/* note.c - sentences of other threads: a stack that the control thread takes as a
 * whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/note.h"
#include "daemon/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct note {
	struct note *next; /* older; once taken: newer */
	enum event_level level;
	const char *code;
	char text[EVENT_TEXT_BYTES];
};

void note_tell(struct notes *notes, enum event_level level, const char *code,
	       const char *format, ...)
{
	struct note *note = memory_zeroed(1, sizeof(*note));
	va_list arguments;

	if (!note)
		return;
	note->level = level;
	note->code = code;
	va_start(arguments, format);
	vsnprintf(note->text, sizeof(note->text), format, arguments);
	va_end(arguments);
	note->next = atomic_load(&notes->newest);
	while (!atomic_compare_exchange_weak(&notes->newest, &note->next, note))
		;
}

/* All notes, the oldest first. */
static struct note *note_take(struct notes *notes)
{
	struct note *newest = atomic_exchange(&notes->newest, NULL), *first = NULL;

	while (newest) {
		struct note *older = newest->next;

		newest->next = first;
		first = newest;
		newest = older;
	}
	return first;
}

void note_post(struct notes *notes, struct event_log *events)
{
	struct note *note = note_take(notes);

	while (note) {
		struct note *next = note->next;

		event_post(events, note->level, note->code, "%s", note->text);
		free(note);
		note = next;
	}
}

void note_finish(struct notes *notes)
{
	struct note *note = note_take(notes);

	while (note) {
		struct note *next = note->next;

		free(note);
		note = next;
	}
}
