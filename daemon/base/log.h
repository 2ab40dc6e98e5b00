/* log.h - lines to stderr, with journal levels when stderr is not a terminal. Any
 * thread; audio may call log_aside() alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_LOG_H
#define LATHE_BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_ERROR = 3, /* as in journald and event.h */
	LOG_WARNING = 4,
	LOG_NOTICE = 5,
	LOG_INFO = 6,
	LOG_DEBUG = 7
};

/* Call before any other thread starts. verbose: debug lines are printed too. */
void log_open(bool verbose);
/* Any thread but audio: writes one line, with one write(). */
void log_line(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Any thread, audio included: keeps a short text in a ring. Never waits; overwrites the
 * oldest. */
void log_aside(const char *text);
/* Control: prints the kept texts, as debug lines. */
void log_asides(void);

#endif
