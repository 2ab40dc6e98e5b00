/* command_listen.c - who is told what: /rack/subscribe, /rack/unsubscribe, /rack/confirm.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_listen.h"

#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"

#include <math.h>
#include <string.h>

/* NAN: there is an argument, and it is not a number. */
static double number_or(const struct argument *argument, double otherwise)
{
	return request_number(argument, argument->type ? (double)NAN : otherwise);
}

/* What a subscription asks for. Each argument may be left out. */
struct wish {
	const char *pattern;
	double rate, port;
};

/* False after a complaint. */
static bool read_wish(const struct request *request, struct wish *wish)
{
	struct message arguments = request_arguments(request);
	struct argument argument = message_next(&arguments);

	wish->pattern = "/*";
	if (argument.text && argument.text[0] == '/') {
		wish->pattern = argument.text;
		argument = message_next(&arguments);
	}
	wish->rate = number_or(&argument, (double)WATCH_RATE_DEFAULT);
	argument = message_next(&arguments);
	wish->port = number_or(&argument, 0.0);
	if (wish->rate > 0.0 && wish->port >= 0.0 && wish->port <= 65535.0)
		return true;
	request_complain(request, "bad_argument",
			 "wanted: a pattern that starts with /, a rate from 0.1 to %d "
			 "Hz, a port",
			 WATCH_RATE_MAX);
	return false;
}

static void subscribe(const struct request *request)
{
	struct dispatch *dispatch = request->dispatch;
	struct watch *watch = dispatch->watch;
	const char *why = "";
	struct wish wish;
	int found = 0;

	if (!read_wish(request, &wish))
		return;
	struct client *client = watch_listener(watch, &request->sender->address,
					       (int)wish.port, dispatch->now, &why);
	if (!client) {
		request_complain(request, "full", "%s", why);
		return;
	}
	bool is_new = !client->subscription_count;
	if (!watch_subscribe(watch, client, wish.pattern, wish.rate, (int)wish.port,
			     dispatch->now, &found, &why))
		request_complain(request, "bad_argument", "%s", why);
	else if (!found && strncmp(wish.pattern, "/rack", 5) != 0)
		request_complain(
			request, "unknown_address",
			"%s matches nothing now; what a reload adds will be sent",
			wish.pattern);
	if (is_new && client->subscription_count)
		dispatch_greet(dispatch, client);
}

static void unsubscribe(const struct request *request)
{
	struct message arguments = request_arguments(request);
	struct client *client = request->sender->client;
	const char *pattern = message_next(&arguments).text;

	if (!client ||
	    (!watch_unsubscribe(request->dispatch->watch, client, pattern) && pattern))
		request_complain(request, "unknown_address",
				 "there is no such subscription of yours");
}

/* Nothing is left to do: access.c reads the number as soon as the datagram arrives. */
static void confirm(const struct request *request)
{
	(void)request;
}

static const struct command commands[] = {
	{ .path = "/rack/subscribe",
	  .arguments =
		  "[s pattern = `/*`] [rate Hz = 20, at most 50] [port = the sender's]",
	  .role = ROLE_VIEW,
	  .help = "what matches, and all below it, comes for 10 s; again "
		  "renews. A pattern ending in `/norm` or `/text` gives that "
		  "form, `/**` all forms. Numbers may come as `i f s`",
	  .run = subscribe },
	{ .path = "/rack/unsubscribe",
	  .arguments = "[s pattern]",
	  .role = ROLE_VIEW,
	  .help = "ends one subscription, or all",
	  .run = unsubscribe },
	{ .path = "/rack/confirm",
	  .arguments = "i number",
	  .role = ROLE_VIEW,
	  .help = "the answer to a `/rack/challenge`, see below",
	  .run = confirm },
	{ .path = NULL },
};

const struct command_set listen_commands = { .commands = commands };
