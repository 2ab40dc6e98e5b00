/* alarms.c - lathectl alarms, seen, failover. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/alarms.h"

#include "control/lathectl/wait.h"
#include "share/json.h"

#include <string.h>
#include <math.h>
#include <time.h>

/* /rack/alarm ,ssiddsss: code, node, level, since, seen, text, seen by, what to do. */
enum { CODE, NODE, LEVEL, SINCE, SEEN, TEXT, SEEN_BY, TO_DO, FIELDS };
static const char *const fields[FIELDS] = { "code", "node", "level",   "since",
					    "seen", "text", "seen_by", "to_do" };

static void alarm_json(const struct message *message)
{
	for (int i = 0; i < FIELDS; i++) {
		const char *text = message_string(message, i);
		printf("%s\"%s\": ", i ? ", " : "{", fields[i]);
		if (text)
			json_string(stdout, text);
		else
			json_number(stdout, message_number(message, i));
	}
	puts("}");
}

static const char *time_text(double seconds, char when[32])
{
	time_t moment = (time_t)seconds;

	strftime(when, 32, "%F %T", localtime(&moment));
	return when;
}

/* "2026-03-04 06:00:00  error    no_audio  no audio runs", and what to do below. */
static void alarm_print(const struct message *message)
{
	const char *node = message_string(message, NODE);
	const char *code = message_string(message, CODE);
	const char *text = message_string(message, TEXT);
	const char *to_do = message_string(message, TO_DO);
	const char *who = message_string(message, SEEN_BY);
	double seen = message_number(message, SEEN);
	char when[32];

	printf("%s  %-7s  %s%s%s  %s\n",
	       time_text(message_number(message, SINCE), when),
	       level_word(message_number(message, LEVEL)), code ? code : "?",
	       node && *node ? " " : "", node ? node : "", text ? text : "");
	if (to_do && *to_do)
		printf("    %s\n", to_do);
	if (seen > 0)
		printf("    seen by %s, %s\n", who ? who : "?", time_text(seen, when));
}

static bool on_alarm(void *context, const struct message *message)
{
	struct wait *wait = context;

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/alarms/listed") == 0) {
		wait_whole(wait, message_number(message, 0));
		return true;
	}
	if (strcmp(message->path, "/rack/alarm") != 0 || message->argc < FIELDS)
		return false;
	wait->count++;
	if (wait->session->options.json)
		alarm_json(message);
	else
		alarm_print(message);
	return false;
}

int command_alarms(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	(void)argv;
	client_send(&session->client, "/rack/alarms", "");
	return ask_and_wait(&wait, on_alarm);
}

int command_seen(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	if (argc)
		client_change(&session->client, "/rack/alarm/seen", "ss", argv[0],
			      argc > 1 ? argv[1] : "");
	else
		client_change(&session->client, "/rack/alarm/seen", "");
	return ask_and_wait(&wait, on_result);
}

int command_failover(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	client_change(&session->client, "/rack/failover", "ss", argv[0], argv[1]);
	return ask_and_wait(&wait, on_result);
}

int command_safe(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	session->options.patience = fmax(session->options.patience, 5);
	client_change(&session->client, "/rack/safe", "s", argv[0]);
	return ask_and_wait(&wait, on_result);
}
