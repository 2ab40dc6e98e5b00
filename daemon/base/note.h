/* note.h - sentences that threads which may block send to the control thread, as
 * events. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_NOTE_H
#define LATHE_BASE_NOTE_H

#include "daemon/base/event.h"

#include <stdatomic.h>

struct note;
struct notes {
	_Atomic(struct note *) newest;
};

/* Any thread but audio. */
void note_tell(struct notes *notes, enum event_level level, const char *code,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Control: posts the notes since the last call, the oldest first. */
void note_post(struct notes *notes, struct event_log *events);
/* Frees all notes. */
void note_finish(struct notes *notes);

#endif
