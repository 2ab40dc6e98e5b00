/* session.c - one conversation with a rack. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/session.h"

#include "share/json.h"

#include <string.h>

volatile sig_atomic_t stop_asked;

void path_normal(const char *given, char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s%s", given[0] == '/' ? "" : "/", given);
	for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
		path[end - 1] = '\0';
}

bool is_pattern(const char *path)
{
	return strpbrk(path, "*?[{") != NULL;
}

void session_complain(const struct session *session, const char *path, const char *text)
{
	if (!session->options.json || session->is_child) {
		fprintf(stderr, "lathectl: %s%s%s\n", path, *path ? ": " : "", text);
		return;
	}
	fputs("{\"ok\": false, ", stdout);
	if (*path) {
		fputs("\"path\": ", stdout);
		json_string(stdout, path);
		fputs(", ", stdout);
	}
	fputs("\"text\": ", stdout);
	json_string(stdout, text);
	puts("}");
}

bool session_error(struct session *session, const struct message *message)
{
	char where[PATH_BYTES];

	if (strcmp(message->path, "/rack/error") != 0)
		return false;
	const char *address = message_string(message, 0);
	const char *text = message_string(message, message->argc - 1);
	path_normal(address ? address : "?", where);
	size_t length = strlen(where);
	if (length > 5 && strcmp(where + length - 5, "/text") == 0)
		where[length - 5] = '\0';
	session->refused = true;
	/* A value is asked for in two forms and after its change: one error is
	 * enough. */
	length = strlen(where);
	if (strncmp(where, session->last_error, length) == 0 &&
	    strchr("/", session->last_error[length]))
		return true;
	snprintf(session->last_error, sizeof(session->last_error), "%s", where);
	session_complain(session, where + 1, text ? text : "refused");
	return true;
}

int session_no_answer(const struct session *session)
{
	char text[400];

	snprintf(text, sizeof(text),
		 "no answer from %s:%s; is lathed running there? (--host, --port)",
		 session->options.host, session->options.port);
	session_complain(session, "", text);
	return EXIT_NO_ANSWER;
}

int session_number(void)
{
	static int number;

	if (!number)
		number = (int)(client_now() * 1000) & 0x7ffffff;
	return ++number;
}

enum client_end session_listen(struct session *session,
			       bool (*on_message)(void *, const struct message *),
			       void *context)
{
	struct client *client = &session->client;
	enum client_end end;
	double heard;

	do {
		heard = client->heard;
		end = client_run(client, session->options.patience, on_message,
				 context);
	} while (end == CLIENT_TIMEOUT && client->heard > heard);
	return end;
}
