/* reloads.h - reloads a config in a test, and waits for the disk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_RELOADS_H
#define LATHE_TESTS_RELOADS_H

#include "daemon/recall/reload.h"

/* Adds to `said` what was done, or why not. */
static inline bool reload_wait(struct desk *on, const char *file, bool fresh,
			       struct text *said)
{
	struct reload *reload = reload_create(on, NULL, -1);
	uint64_t ticket = reload_start(reload, file, fresh, said);
	struct text result = { 0 };
	bool good = false;

	reload_settle(reload, -1);
	if (ticket && reload_outcome(reload, ticket, &good, &result) && result.length)
		text_add(said, "%s", result.bytes);
	text_finish(&result);
	reload_destroy(reload);
	return good;
}

static inline bool check_wait(struct desk *on, const char *file, struct text *said)
{
	struct reload *reload = reload_create(on, NULL, -1);
	uint64_t ticket = reload_check(reload, file, said);
	struct text result = { 0 };
	bool good = false;

	reload_settle(reload, -1);
	if (ticket && reload_outcome(reload, ticket, &good, &result) && result.length)
		text_add(said, "%s", result.bytes);
	text_finish(&result);
	reload_destroy(reload);
	return good;
}

#endif
