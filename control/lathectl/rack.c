/* rack.c - lathectl list, describe, graph, status, config, check, reload, sync, ping: the rack as
 * a whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/rack.h"

#include "control/lathectl/wait.h"
#include "share/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words of a description, in the order of the OSC reference. */
static const char *const fields[] = { "path",  "type", "access",  "unit", "curve",
				      "min",   "max",  "default", "step", "choices",
				      "label", "help", "count" };
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static void argument_print(const struct message *message, int argument, bool json)
{
	const char *string = message_string(message, argument);

	if (string && json)
		json_string(stdout, string);
	else if (string)
		fputs(string, stdout);
	else
		json_number(stdout, message_number(message, argument));
}

/* ---- list, describe ---------------------------------------------------------------- */

static bool described(struct wait *wait, const struct message *message)
{
	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/description") == 0)
		wait->count++;
	if (strcmp(message->path, "/rack/described") != 0)
		return false;
	if (wait_whole(wait, message_number(message, 0)) && !wait->count) {
		fputs("lathectl: nothing matches (try lathectl list)\n", stderr);
		wait->status = EXIT_REFUSED;
	}
	return true;
}

static bool on_list(void *context, const struct message *message)
{
	struct wait *wait = context;
	const char *path = message_string(message, 0);

	if (described(wait, message))
		return true;
	if (strcmp(message->path, "/rack/description") != 0 || !path)
		return false;
	if (wait->session->options.json) {
		fputs("{\"path\": ", stdout);
		json_string(stdout, path + (path[0] == '/'));
		puts("}");
	} else {
		puts(path + (path[0] == '/'));
	}
	return false;
}

/* The line that lathed --describe prints: words, then key=value, texts quoted. */
static void description_print(const struct message *message)
{
	static const bool bare[FIELDS] = { [0] = true, [1] = true, [2] = true };

	for (int i = 0; i < message->argc && i < FIELDS; i++) {
		const char *string = message_string(message, i);
		if (bare[i]) {
			printf("%s%s", i ? " " : "", string ? string : "");
			continue;
		}
		printf(" %s=", fields[i]);
		if (string && strcmp(fields[i], "curve") == 0)
			fputs(string, stdout);
		else
			argument_print(message, i, true);
	}
	putchar('\n');
}

static bool on_describe(void *context, const struct message *message)
{
	struct wait *wait = context;

	if (described(wait, message))
		return true;
	if (strcmp(message->path, "/rack/description") != 0)
		return false;
	if (!wait->session->options.json) {
		description_print(message);
		return false;
	}
	for (int i = 0; i < message->argc && i < FIELDS; i++) {
		printf("%s\"%s\": ", i ? ", " : "{", fields[i]);
		argument_print(message, i, true);
	}
	puts("}");
	return false;
}

static int describe(struct session *session, int argc, char **argv,
		    bool (*on_message)(void *, const struct message *))
{
	struct wait wait = { .session = session };
	char path[PATH_BYTES];

	session->options.patience = fmax(session->options.patience, 5);
	path_normal(argc > 0 ? argv[0] : "/", path);
	if (path[1]) {
		client_send(&session->client, "/rack/describe", "s", path);
	} else {
		client_send(&session->client, "/rack/describe", "");
	}
	return ask_and_wait(&wait, on_message);
}

int command_list(struct session *session, int argc, char **argv)
{
	return describe(session, argc, argv, on_list);
}

int command_describe(struct session *session, int argc, char **argv)
{
	return describe(session, argc, argv, on_describe);
}

/* ---- graph ------------------------------------------------------------------------- */

/* /rack/graph/node ,ssssis: path, module, label, from, channels, marks. */
static bool on_graph(void *context, const struct message *message)
{
	static const char *const keys[] = { "path", "module",   "label",
					    "from", "channels", "marks" };
	const int count = sizeof(keys) / sizeof(*keys);
	struct wait *wait = context;
	bool json = wait->session->options.json;

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/graph/listed") == 0) {
		wait_whole(wait, message_number(message, 0));
		return true;
	}
	if (strcmp(message->path, "/rack/graph/node") != 0 || message->argc < count)
		return false;
	wait->count++;
	for (int i = 0; i < count; i++) {
		if (json)
			printf("%s\"%s\": ", i ? ", " : "{", keys[i]);
		else if (i)
			printf(i == 1 ? " " : " %s=", keys[i]);
		argument_print(message, i, json || i > 1);
	}
	puts(json ? "}" : "");
	return false;
}

int command_graph(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	(void)argv;
	client_send(&session->client, "/rack/graph", "");
	return ask_and_wait(&wait, on_graph);
}

/* ---- check, reload ----------------------------------------------------------------- */

struct folder {
	struct wait wait;
	char path[1024]; /* of the loaded config, then of its folder */
};

static bool on_folder(void *context, const struct message *message)
{
	struct folder *folder = context;

	if (session_error(folder->wait.session, message))
		return true;
	if (strcmp(message->path, "/rack/status") != 0)
		return false;
	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		const char *value = message_string(message, i + 1);
		if (word && value && strcmp(word, "config") == 0)
			snprintf(folder->path, sizeof(folder->path), "%s", value);
	}
	return true;
}

/* Whether both paths lead to the same folder on this machine. */
static bool is_same_folder(const char *one, const char *other)
{
	char *first = realpath(one, NULL), *second = realpath(other, NULL);
	bool same = first && second && strcmp(first, second) == 0;

	free(first);
	free(second);
	return same || strcmp(one, other) == 0;
}

/* lathed takes names inside the folder of its config. For a path into that folder moves
 * *file on to the name; any other path is refused. */
static int file_name(struct session *session, const char **file)
{
	struct folder folder = { .wait = { .session = session } };
	char given[1024];
	char *name, *slash;

	snprintf(given, sizeof(given), "%s", *file);
	name = strrchr(given, '/');
	if (!name)
		return EXIT_DONE;
	*name = '\0';
	client_send(&session->client, "/rack/status", "");
	int status = ask_and_wait(&folder.wait, on_folder);
	if (status != EXIT_DONE)
		return status;
	slash = strrchr(folder.path, '/');
	if (slash)
		*slash = '\0';
	if (slash && is_same_folder(given[0] ? given : "/", folder.path)) {
		*file = strrchr(*file, '/') + 1;
		return EXIT_DONE;
	}
	fprintf(stderr,
		"lathectl: %s: lathed takes the name of a file in the folder of its "
		"config, %s (any other: lathed --config FILE --check)\n",
		*file, slash ? folder.path : "which it was not told");
	return EXIT_REFUSED;
}

int command_check(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };
	const char *file = argc ? argv[0] : "";

	session->options.patience = fmax(session->options.patience, 5);
	int status = file_name(session, &file);
	if (status != EXIT_DONE)
		return status;
	client_send(&session->client, "/rack/check", argc ? "s" : "", file);
	return ask_and_wait(&wait, on_result);
}

int command_reload(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };
	const char *file = argc ? argv[0] : "", *words[2] = { NULL, NULL };
	int count = 0;

	session->options.patience = fmax(session->options.patience, 5);
	int status = file_name(session, &file);
	if (status != EXIT_DONE)
		return status;
	if (session->options.fresh)
		words[count++] = "fresh";
	if (session->options.force)
		words[count++] = "force";
	client_send(&session->client, "/rack/reload",
		    count == 2   ? "sss"
		    : count == 1 ? "ss"
		    : argc       ? "s"
				 : "",
		    file, words[0], words[1]);
	return ask_and_wait(&wait, on_result);
}

/* ---- config, status ---------------------------------------------------------------- */

/* ,iis part, parts, text. */
static bool on_config(void *context, const struct message *message)
{
	struct wait *wait = context;

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/config") != 0)
		return false;
	const char *text = message_string(message, 2);
	double parts = message_number(message, 1);
	if (!wait_text(wait, text, message_number(message, 0), parts))
		return false;
	if (!wait_whole(wait, parts)) {
		free(wait->text);
		return true;
	}
	if (wait->session->options.json) {
		fputs("{\"config\": ", stdout);
		json_string(stdout, wait->text);
		puts("}");
	} else {
		fputs(wait->text, stdout);
	}
	free(wait->text);
	return true;
}

int command_config(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	(void)argv;
	client_send(&session->client, "/rack/config", "");
	return ask_and_wait(&wait, on_config);
}

/* A load as a percentage of the time that there is. */
static bool is_share(const char *word)
{
	return strcmp(word, "load") == 0 || strcmp(word, "worst") == 0;
}

/* An upgrade of the package leaves the rack playing: says that another version is
 * installed here. Lathe 0.1 tells no version. */
static void version_compare(const struct message *message)
{
	const char *running = "0.1";

	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		const char *value = message_string(message, i + 1);

		if (word && value && strcmp(word, "version") == 0)
			running = value;
	}
	if (strverscmp(running, LATHE_VERSION) < 0)
		fprintf(stderr,
			"lathectl: the running lathed is version %s, older than this "
			"lathectl (" LATHE_VERSION "): restart it when the programme "
			"allows it\n",
			running);
}

/* Words and their values in turn. */
static bool on_status(void *context, const struct message *message)
{
	struct wait *wait = context;
	bool json = wait->session->options.json;

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, "/rack/status") != 0)
		return false;
	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		if (json)
			printf("%s\"%s\": ", i ? ", " : "{", word ? word : "?");
		else
			printf("%-12s ", word ? word : "?");
		if (!json && word && is_share(word))
			printf("%.1f %%", 100 * message_number(message, i + 1));
		else
			argument_print(message, i + 1, json);
		if (!json)
			putchar('\n');
	}
	if (json)
		puts("}");
	else
		version_compare(message);
	return true;
}

int command_status(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session };

	(void)argc;
	(void)argv;
	client_send(&session->client, "/rack/status", "");
	return ask_and_wait(&wait, on_status);
}

/* ---- sync, ping -------------------------------------------------------------------- */

static bool on_reply(void *context, const struct message *message)
{
	struct wait *wait = context;

	if (session_error(wait->session, message))
		return true;
	if (strcmp(message->path, wait->path) != 0)
		return false;
	/* pong: version, uptime, frame, time; synced: frame */
	double frame = message_number(message, message->argc > 2 ? 2 : 0);
	if (wait->session->options.json)
		printf("{\"frame\": %.0f}\n", frame);
	else
		printf("%s frame %.0f\n", wait->path + strlen("/rack/"), frame);
	return true;
}

int command_sync(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session, .path = "/rack/synced" };

	(void)argc;
	(void)argv;
	session->options.patience = fmax(session->options.patience, 5);
	client_send(&session->client, "/rack/sync", "");
	return ask_and_wait(&wait, on_reply);
}

int command_ping(struct session *session, int argc, char **argv)
{
	struct wait wait = { .session = session, .path = "/rack/pong" };

	(void)argc;
	(void)argv;
	client_send(&session->client, "/rack/ping", "");
	return ask_and_wait(&wait, on_reply);
}
