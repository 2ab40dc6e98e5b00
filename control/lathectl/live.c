/* live.c - lathectl watch, events: prints what comes, until told to stop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/live.h"

#include "control/lathectl/hook.h"
#include "share/json.h"

#include <math.h>
#include <string.h>
#include <time.h>

static const double renew_seconds = 4;

static void value_print(const char *path, const struct message *message, bool json)
{
	const char *text = message_string(message, 0);

	path += path[0] == '/';
	if (json) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		printf("{\"time\": %.3f, \"path\": ",
		       (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
		json_string(stdout, path);
		fputs(text ? ", \"text\": " : ", \"value\": ", stdout);
		if (text)
			json_string(stdout, text);
		else
			json_number(stdout, message_number(message, 0));
		puts("}");
	} else if (text) {
		printf("%s %s\n", path, text);
	} else {
		printf("%s %.6g\n", path, message_number(message, 0));
	}
}

/* Flushes, so that a reader gets each line at once. True: standard output is closed. */
static bool is_lost(void)
{
	return fflush(stdout) != 0;
}

/* Waits for a pong among other messages. */
struct sign {
	struct session *session;
	bool (*on_message)(void *, const struct message *);
	int nonce;
};

static bool on_change(void *context, const struct message *message)
{
	struct session *session = context;
	char path[PATH_BYTES];
	size_t length = strlen(message->path);

	if (session_error(session, message))
		return true;
	if (strncmp(message->path, "/rack/", 6) == 0 &&
	    strncmp(message->path, "/rack/output/", 13) != 0)
		return false;
	snprintf(path, sizeof(path), "%s", message->path);
	if (length < sizeof(path) && length > 5 &&
	    strcmp(path + length - 5, "/text") == 0)
		path[length - 5] = '\0';
	value_print(path, message, session->options.json);
	return is_lost();
}

static bool on_event(void *context, const struct message *message)
{
	struct session *session = context;
	static const char *const fields[] = { "time", "frame",   "level", "code",
					      "text", "address", "edge" };

	if (session_error(session, message))
		return true;
	if (strcmp(message->path, "/rack/event") != 0)
		return false;
	/* Its text names the node; lathed before version 2 leaves out the last two. */
	int count = session->options.json ? 7 : 5;
	for (int i = 0; i < message->argc && i < count; i++) {
		const char *text = message_string(message, i);
		double number = message_number(message, i);
		if (session->options.json) {
			printf("%s\"%s\": ", i ? ", " : "{", fields[i]);
			if (text)
				json_string(stdout, text);
			else
				json_number(stdout, number);
		} else if (text) {
			printf("%s%s", i ? " " : "", text);
		} else if (i == 2) {
			printf(" %s", level_word(number));
		} else {
			printf("%s%.*f", i ? " " : "", i ? 0 : 3, number);
		}
	}
	puts(session->options.json ? "}" : "");
	return is_lost();
}

/* Prints each message as it arrives. */
static bool on_traffic(void *context, const struct message *message)
{
	struct session *session = context;
	bool json = session->options.json;

	printf(json ? "{\"at\": %.3f, \"path\": \"%s\", \"arguments\": [" : "%.3f %s",
	       client_now(), message->path);
	for (int i = 0; i < message->argc; i++) {
		const char *text = message_string(message, i);
		fputs(json ? (i ? ", " : "") : " ", stdout);
		if (text)
			json_string(stdout, text);
		else
			json_number(stdout, message_number(message, i));
	}
	puts(json ? "]}" : "");
	return is_lost();
}

static bool on_sign(void *context, const struct message *message)
{
	struct sign *sign = context;

	if (strcmp(message->path, "/rack/pong") == 0 &&
	    message_number(message, 0) == sign->nonce)
		return true;
	return sign->on_message(sign->session, message);
}

/* Values may not change for hours, so a ping shows whether anything answers. */
static bool is_there(struct session *session,
		     bool (*on_message)(void *, const struct message *))
{
	struct sign sign = { session, on_message, session_number() };

	client_send(&session->client, "/rack/ping", "i", sign.nonce);
	return session_listen(session, on_sign, &sign) == CLIENT_DONE || stop_asked;
}

/* Renews the subscription until the time is over or a signal comes. */
static int follow(struct session *session, const char *pattern,
		  bool (*on_message)(void *, const struct message *))
{
	double rate = session->options.rate > 0 ? session->options.rate : 20;
	double end = client_now() + session->options.seconds;
	bool endless = session->options.seconds < 0, known = false;

	while (!stop_asked && !ferror(stdout) && (endless || client_now() < end)) {
		double slice = endless ? renew_seconds
				       : fmin(renew_seconds, end - client_now());
		client_send(&session->client, "/rack/subscribe", "sf", pattern, rate);
		known = known || is_there(session, on_message);
		if (!known)
			return session_no_answer(session);
		if (session->refused)
			return EXIT_REFUSED;
		enum client_end why =
			client_run(&session->client, slice, on_message, session);
		if (why == CLIENT_GONE)
			return session_no_answer(session);
		if (session->refused)
			return EXIT_REFUSED;
	}
	client_send(&session->client, "/rack/unsubscribe", "s", pattern);
	return EXIT_DONE;
}

/* People read texts, programs read numbers. */
int command_watch(struct session *session, int argc, char **argv)
{
	char path[PATH_BYTES], pattern[PATH_BYTES + 8];

	path_normal(argc ? argv[0] : "*", path);
	snprintf(pattern, sizeof(pattern), "%s%s", path,
		 session->options.json ? "" : "/text");
	return follow(session, pattern, on_change);
}

/* Alarms that stand already are run for as well; printed is what happens from now on. */
static bool on_hooked(void *context, const struct message *message)
{
	struct session *session = context;

	hook_message(session->hook, message);
	return on_event(session, message);
}

int command_events(struct session *session, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (session->options.on && !session->options.run) {
		fputs("lathectl: --on is only for events with --run CMD\n", stderr);
		return EXIT_USAGE;
	}
	if (!session->options.run)
		return follow(session, "/rack/event", on_event);
	session->hook = hook_open(session->options.run, session->options.on);
	if (!session->hook)
		return EXIT_REFUSED;
	client_send(&session->client, "/rack/alarms", "");
	const int status = follow(session, "/rack/event", on_hooked);
	hook_close(session->hook);
	session->hook = NULL;
	return status;
}

int command_monitor(struct session *session, int argc, char **argv)
{
	char path[PATH_BYTES];

	path_normal(argc ? argv[0] : "**", path);
	return follow(session, path, on_traffic);
}
