/* command_safe.c - leaves safe mode: /rack/safe. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_safe.h"

#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"
#include "daemon/recall/reload.h"
#include "daemon/unattended/safe.h"

#include <string.h>

static bool reload_outcome_of(void *of, uint64_t ticket, bool *good,
			      struct text *result)
{
	return reload_outcome(of, ticket, good, result);
}

static void leave(const struct request *request)
{
	struct message arguments = request_arguments(request);
	const struct osc_parts *parts = &request->dispatch->parts;
	const char *word = message_next(&arguments).text;
	struct text why = { .length = 0 };

	if (!word || strcmp(word, "off") != 0) {
		request_complain(request, "bad_argument", "wanted: off");
		return;
	}
	if (!parts->safe || !parts->reload) {
		request_complain(request, "unknown_address", "no safe mode here");
		return;
	}
	if (request_is_busy(request))
		return;
	const uint64_t ticket = safe_leave(parts->safe, &why);
	request_later(request,
		      &(struct later) { reload_outcome_of, parts->reload, ticket,
					request_outcome },
		      &why);
}

static const struct command commands[] = {
	{ .path = "/rack/safe",
	  .arguments = "s `off`",
	  .role = ROLE_ADMIN,
	  .help = "leaves safe mode: the config is loaded, and the saved state; then "
		  "`/rack/result`",
	  .run = leave },
	{ .path = NULL },
};

const struct command_set safe_commands = { .commands = commands };
