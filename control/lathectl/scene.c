/* scene.c - lathectl scene: named sets of values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/scene.h"

#include "control/lathectl/wait.h"
#include "share/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: lathectl scene                              lists them\n"
	"       lathectl scene save NAME [PATTERN]          what the pattern sees, or "
	"all\n"
	"       lathectl scene load NAME [SECONDS] [PATTERN]\n"
	"       lathectl scene delete NAME\n"
	"       lathectl scene rename NAME NEW\n";

static const char *state_word(double state)
{
	return state == 2 ? "active" : state == 3 ? "changed" : "";
}

static bool on_list(void *context, const struct message *message)
{
	struct wait *wait = context;
	const char *name = message_string(message, 0);

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/scene/listed") == 0) {
		wait_whole(wait, message_number(message, 0));
		return true;
	}
	if (strcmp(message->path, "/rack/scene/state") != 0 || !name)
		return false;
	wait->count++;
	const char *word = state_word(message_number(message, 1));
	if (wait->session->options.json) {
		fputs("{\"scene\": ", stdout);
		json_string(stdout, name);
		printf(", \"state\": \"%s\"}\n", *word ? word : "off");
	} else {
		printf("%s%s%s\n", name, *word ? "  " : "", word);
	}
	return false;
}

/* Waits for the result, and after a good one for the end of the fade. */
static bool on_load(void *context, const struct message *message)
{
	struct wait *wait = context;

	if (strcmp(message->path, "/rack/scene/done") == 0) {
		if (message_number(message, 1) != 0)
			return true;
		fputs("lathectl: another scene was loaded before this one was "
		      "complete\n",
		      stderr);
		wait->status = EXIT_REFUSED;
		return true;
	}
	return on_result(context, message) &&
	       (wait->session->refused || wait->status != EXIT_DONE);
}

/* [SECONDS] [PATTERN] in this order. */
static int load(struct wait *wait, int argc, char **argv)
{
	struct session *session = wait->session;
	char pattern[PATH_BYTES], *end;
	double seconds = 0;
	int next = 1;

	if (argc > next) {
		seconds = strtod(argv[next], &end);
		next += end != argv[next] && !*end;
		if (next == 1)
			seconds = 0;
	}
	session->options.patience = fmax(session->options.patience, 5) + seconds;
	if (argc > next) {
		path_normal(argv[next], pattern);
		client_change(&session->client, "/rack/scene/load", "sfs", argv[0],
			      seconds, pattern);
	} else {
		client_change(&session->client, "/rack/scene/load", "sf", argv[0],
			      seconds);
	}
	return ask_and_wait(wait, on_load);
}

static int save(struct wait *wait, int argc, char **argv)
{
	char pattern[PATH_BYTES];

	if (argc > 1)
		path_normal(argv[1], pattern);
	client_change(&wait->session->client, "/rack/scene/save", argc > 1 ? "ss" : "s",
		      argv[0], pattern);
	return ask_and_wait(wait, on_result);
}

int command_scene(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };
	const char *what = argc ? argv[0] : "list";

	if (strcmp(what, "list") == 0) {
		client_send(&session->client, "/rack/scene/list", "");
		return ask_and_wait(&wait, on_list);
	}
	session->options.patience = fmax(session->options.patience, 5);
	if (strcmp(what, "save") == 0 && argc > 1)
		return save(&wait, argc - 1, argv + 1);
	if (strcmp(what, "load") == 0 && argc > 1)
		return load(&wait, argc - 1, argv + 1);
	if (strcmp(what, "delete") == 0 && argc == 2) {
		client_change(&session->client, "/rack/scene/delete", "s", argv[1]);
		return ask_and_wait(&wait, on_result);
	}
	if (strcmp(what, "rename") == 0 && argc == 3) {
		client_change(&session->client, "/rack/scene/rename", "ss", argv[1],
			      argv[2]);
		return ask_and_wait(&wait, on_result);
	}
	fputs(usage, stderr);
	return EXIT_USAGE;
}
