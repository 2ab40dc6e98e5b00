/* request.c - the arguments of a command, and the replies that all commands share. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/request.h"

#include "daemon/osc/dispatch.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void request_complain(const struct request *request, const char *code,
		      const char *format, ...)
{
	struct dispatch *dispatch = request->dispatch;
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	answer_error(dispatch->answers, request->sender, request->message->path, code,
		     dispatch->now, "%s", text);
}

static void send_text(const struct request *request, const char *path, int ok,
		      struct text *text)
{
	if (!answer_text(request->dispatch->answers, request->sender, path, ok, text))
		request_complain(request, "busy", "%s", answer_busy);
}

void request_result(const struct request *request, bool ok, struct text *text)
{
	send_text(request, "/rack/result", ok, text);
}

void request_outcome(struct dispatch *dispatch, const struct sender *sender, bool good,
		     struct text *result)
{
	if (!answer_text(dispatch->answers, sender, "/rack/result", good, result))
		answer_error(dispatch->answers, sender, "/rack/result", "busy",
			     dispatch->now, "%s", answer_busy);
}

bool request_is_busy(const struct request *request)
{
	if (!laters_full(request->dispatch->laters, &request->sender->address))
		return false;
	request_complain(request, "busy",
			 "%d requests wait for a disk already, or %d of this host; try "
			 "again",
			 LATER_MAX, LATER_OF_HOST_MAX);
	return true;
}

void request_later(const struct request *request, const struct later *later,
		   struct text *why)
{
	struct dispatch *dispatch = request->dispatch;

	if (!later->ticket) {
		request_result(request, false, why);
		return;
	}
	text_finish(why);
	laters_add(dispatch->laters, &request->sender->address, later, dispatch->now);
	/* What follows in its bundle waits for the outcome. */
	if (dispatch->turn_end < HUGE_VAL)
		dispatch->turn_end = 0.0;
}

void request_text(const struct request *request, struct text *text)
{
	send_text(request, request->command->path, -1, text);
}

struct message request_arguments(const struct request *request)
{
	return *request->message;
}

double request_number(const struct argument *argument, double otherwise)
{
	char *end;

	if (argument->type && argument->is_number)
		return argument->number;
	if (!argument->text)
		return otherwise;
	double number = strtod(argument->text, &end);
	return end != argument->text && !*end && number == number ? number : otherwise;
}

bool request_is_release(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct argument argument = message_next(&arguments);

	return argument.type && argument.is_number && argument.number == 0.0;
}
