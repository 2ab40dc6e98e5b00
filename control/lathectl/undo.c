/* undo.c - lathectl undo, redo, history. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/undo.h"

#include "control/lathectl/wait.h"
#include "share/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int command_undo(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	(void)argv;
	if (session->options.since >= 0)
		client_change(&session->client, "/rack/undo/since", "f",
			      session->options.since);
	else
		client_change(&session->client, "/rack/undo", "");
	return ask_and_wait(&wait, on_result);
}

int command_redo(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	(void)argv;
	client_change(&session->client, "/rack/redo", "");
	return ask_and_wait(&wait, on_result);
}

/* "TIME done|undone WHAT" */
static void step_print(const char *line, bool json)
{
	char done[16] = "", when[32];
	double seconds = 0;
	int length = 0;

	if (sscanf(line, "%lf %15s %n", &seconds, done, &length) < 2)
		return;
	if (json) {
		printf("{\"time\": %.3f, \"undone\": %s, \"text\": ", seconds,
		       strcmp(done, "undone") == 0 ? "true" : "false");
		json_string(stdout, line + length);
		puts("}");
		return;
	}
	time_t moment = (time_t)seconds;
	strftime(when, sizeof(when), "%F %T", localtime(&moment));
	printf("%s  %-6s  %s\n", when, strcmp(done, "done") == 0 ? "" : done,
	       line + length);
}

/* ,iis part, parts, text. */
static bool on_history(void *context, const struct message *message)
{
	struct wait *wait = context;
	const char *text = message_string(message, 2);

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/history") != 0)
		return false;
	char *copy = strdup(text ? text : "");
	for (char *rest = copy, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			step_print(line, wait->session->options.json);
	free(copy);
	wait->count++;
	double parts = message_number(message, 1);
	if (message_number(message, 0) < parts)
		return false;
	wait_whole(wait, parts);
	return true;
}

int command_history(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };
	int count = argc ? atoi(argv[0]) : 20;

	if (count < 1) {
		fprintf(stderr, "lathectl: history takes a number of steps, not %s\n",
			argv[0]);
		return EXIT_USAGE;
	}
	client_send(&session->client, "/rack/history", "i", count);
	return ask_and_wait(&wait, on_history);
}
