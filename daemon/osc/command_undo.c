/* command_undo.c - steps back and forth: /rack/undo, /rack/redo, /rack/history. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_undo.h"

#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"
#include "daemon/recall/history.h"

#include <stdio.h>

enum { HISTORY_TOLD = 20 }; /* steps, unless a number is given */

/* True after a complaint. */
static bool no_history(const struct request *request)
{
	if (request->dispatch->parts.history)
		return false;
	request_complain(request, "unknown_address", "no history is kept here");
	return true;
}

static void undo(const struct request *request)
{
	struct text result = { .length = 0 };

	if (no_history(request) || request_is_release(request))
		return;
	bool ok = history_undo(request->dispatch->parts.history, -1.0,
			       request->sender->role, &result);
	request_result(request, ok, &result);
}

static void undo_since(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct argument argument = message_next(&arguments);
	double seconds = request_number(&argument, -1.0);
	struct text result = { .length = 0 };

	if (no_history(request))
		return;
	if (!(seconds >= 0.0)) {
		request_complain(request, "bad_argument",
				 "wanted: how many seconds to go back");
		return;
	}
	bool ok = history_undo(request->dispatch->parts.history, seconds,
			       request->sender->role, &result);
	request_result(request, ok, &result);
}

static void redo(const struct request *request)
{
	struct text result = { .length = 0 };

	if (no_history(request) || request_is_release(request))
		return;
	bool ok = history_redo(request->dispatch->parts.history, request->sender->role,
			       &result);
	request_result(request, ok, &result);
}

static void refuse_count(const struct request *request, const struct argument *argument)
{
	char found[64] = "no number";

	if (request->message->count > 1)
		snprintf(found, sizeof(found), "%d arguments", request->message->count);
	else if (argument->text)
		snprintf(found, sizeof(found), "\"%.40s\"", argument->text);
	else if (argument->is_number)
		snprintf(found, sizeof(found), "%g", argument->number);
	request_complain(request, "bad_argument",
			 "found %s, would accept a number of steps, 1 to %d", found,
			 HISTORY_STEPS);
}

static void history(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct argument argument = message_next(&arguments);
	double count =
		argument.type ? request_number(&argument, -1.0) : (double)HISTORY_TOLD;
	struct text text = { .length = 0 };

	if (no_history(request))
		return;
	if (!(count >= 1.0) || request->message->count > 1) {
		refuse_count(request, &argument);
		return;
	}
	history_tell(request->dispatch->parts.history,
		     count < (double)HISTORY_STEPS ? (int)count : HISTORY_STEPS, &text);
	request_text(request, &text);
}

static const struct command commands[] = {
	{ .path = "/rack/undo",
	  .arguments = "",
	  .role = ROLE_CONTROL,
	  .help = "one step back, within 0.2 s; then `/rack/result`. A "
		  "button may send its value: 0 is its release and does "
		  "nothing",
	  .run = undo },
	{ .path = "/rack/redo",
	  .arguments = "",
	  .role = ROLE_CONTROL,
	  .help = "one step forth again, in the same way; then "
		  "`/rack/result`",
	  .run = redo },
	{ .path = "/rack/undo/since",
	  .arguments = "f seconds",
	  .role = ROLE_CONTROL,
	  .help = "all steps of the last so many seconds back; then "
		  "`/rack/result`",
	  .run = undo_since },
	{ .path = "/rack/history",
	  .arguments = "[i count = 20, from 1]",
	  .role = ROLE_VIEW,
	  .help = "`/rack/history ,iis` part, parts, text: a line for each "
		  "step, newest first: seconds since 1970, `done` or "
		  "`undone`, what",
	  .run = history },
	{ .path = NULL },
};

const struct command_set undo_commands = { .commands = commands };
