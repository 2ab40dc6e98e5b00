/* wait.c - a question and its answer, which may come in parts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/wait.h"

#include "share/json.h"

#include <stdlib.h>
#include <string.h>

int ask_and_wait(struct wait *wait, bool (*on_message)(void *, const struct message *))
{
	struct session *session = wait->session;
	enum client_end end =
		client_run(&session->client, session->options.patience + session->lead,
			   on_message, wait);

	if (end == CLIENT_INTERRUPTED)
		return EXIT_NO_ANSWER;
	if (end != CLIENT_DONE)
		return session_no_answer(session);
	return session->refused ? EXIT_REFUSED : wait->status;
}

bool wait_whole(struct wait *wait, double count)
{
	if (wait->count == count)
		return true;
	char text[80];

	snprintf(text, sizeof(text), "%d of %.0f came, the rest was lost; ask again",
		 wait->count, count);
	session_complain(wait->session, "", text);
	wait->status = EXIT_NO_ANSWER;
	return false;
}

static void result_print(const struct wait *wait, bool ok, const char *text)
{
	size_t length = strlen(text);

	if (wait->session->options.json) {
		printf("{\"ok\": %s, \"text\": ", ok ? "true" : "false");
		json_string(stdout, text);
		puts("}");
	} else if (length) {
		fprintf(ok ? stdout : stderr, "%s%s", text,
			text[length - 1] == '\n' ? "" : "\n");
	}
}

bool wait_text(struct wait *wait, const char *text, double part, double parts)
{
	size_t length = text ? strlen(text) : 0;
	char *longer = realloc(wait->text, wait->length + length + 1);

	if (!longer)
		abort();
	wait->text = longer;
	memcpy(wait->text + wait->length, text ? text : "", length + 1);
	wait->length += length;
	wait->count++;
	return part >= parts;
}

/* ,isii ok, text, part, parts. */
bool on_result(void *context, const struct message *message)
{
	struct wait *wait = context;
	const char *text = message_string(message, 1);

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/result") != 0)
		return false;
	double parts = message_number(message, 3);
	if (!wait_text(wait, text, message_number(message, 2), parts))
		return false;
	bool ok = message_number(message, 0) != 0;
	wait->status = ok ? EXIT_DONE : EXIT_REFUSED;
	if (wait_whole(wait, parts))
		result_print(wait, ok, wait->text);
	free(wait->text);
	return true;
}
