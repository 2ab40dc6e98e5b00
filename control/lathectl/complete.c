/* complete.c - lathectl complete: what may come next, for the shells. Its words are the
 * command line so far; the last one, maybe empty, is being typed. Prints "WORD<tab>HELP"
 * lines; a word that ends in "/" goes on, ":file" stands for any file. Says nothing when nobody answers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/complete.h"

#include "control/lathectl/command.h"
#include "control/lathectl/hosts.h"

#include <stdlib.h>
#include <string.h>

enum { SEEN_MAX = 1024, WORDS_MAX = 64, CHOICES_BYTES = 320 };

static const double patience = 0.3;

/* What the words say so far. */
struct typing {
	const struct command *commands;
	const char *host, *port;
	const char *words[WORDS_MAX]; /* the command and its words, without options */
	int count;
	const struct option_row *option; /* whose value is being typed */
	const char *word;                /* being typed */
	bool params_only;                /* what can be set */
	const char *choices_of;          /* the address whose choices are wanted */
	char *seen[SEEN_MAX];
	int seen_count;
};

/* Prints a word once, and only if it begins with what was typed. */
static void offer(struct typing *typing, const char *text, const char *help)
{
	if (strncmp(text, typing->word, strlen(typing->word)) != 0 ||
	    typing->seen_count == SEEN_MAX)
		return;
	for (int i = 0; i < typing->seen_count; i++)
		if (strcmp(typing->seen[i], text) == 0)
			return;
	typing->seen[typing->seen_count++] = strdup(text);
	printf("%s\t%s\n", text, help);
}

/* "a|b|c" */
static void offer_each(struct typing *typing, const char *list, const char *between)
{
	char copy[CHOICES_BYTES], *rest = copy, *text;

	snprintf(copy, sizeof(copy), "%s", list);
	while ((text = strsep(&rest, between)))
		if (*text)
			offer(typing, text, "");
}

/* ---- what the rack knows ------------------------------------------------------------- */

/* A part at a time: "tone/band/" for all that is below it. */
static void offer_address(struct typing *typing, const char *path, const char *help)
{
	char text[PATH_BYTES];
	size_t typed = strlen(typing->word);
	bool slash = typing->word[0] == '/';

	snprintf(text, sizeof(text), "%s", path + !slash);
	if (strlen(text) < typed)
		return;
	char *end = strchr(text + typed, '/');
	if (end && end == text)
		end = strchr(text + 1, '/');
	if (end)
		end[1] = '\0';
	offer(typing, text, end ? "" : help);
}

static bool on_address(void *context, const struct message *message)
{
	struct typing *typing = context;
	const char *path = message_string(message, 0), *type, *help;

	if (strcmp(message->path, "/rack/description") != 0)
		return strcmp(message->path, "/rack/described") == 0 ||
		       strcmp(message->path, "/rack/error") == 0;
	type = message_string(message, 1);
	help = message_string(message, 11);
	if (path && type && help &&
	    (!typing->params_only || strcmp(type, "param") == 0))
		offer_address(typing, path, help);
	return false;
}

static bool on_node(void *context, const struct message *message)
{
	const char *path = message_string(message, 0);
	char node[PATH_BYTES];

	if (strcmp(message->path, "/rack/description") != 0)
		return strcmp(message->path, "/rack/described") == 0;
	if (path && strncmp(path, "/rack/", 6) != 0) {
		snprintf(node, sizeof(node), "%.*s", (int)strcspn(path + 1, "/"),
			 path + 1);
		offer(context, node, "");
	}
	return false;
}

static bool on_choices(void *context, const struct message *message)
{
	struct typing *typing = context;
	const char *path = message_string(message, 0), *curve, *choices;

	if (strcmp(message->path, "/rack/description") != 0)
		return strcmp(message->path, "/rack/described") == 0 ||
		       strcmp(message->path, "/rack/error") == 0;
	curve = message_string(message, 4);
	choices = message_string(message, 9);
	if (path && curve && choices && strcmp(path, typing->choices_of) == 0)
		offer_each(typing, strcmp(curve, "toggle") == 0 ? "on|off" : choices,
			   "|");
	return false;
}

static bool on_scene(void *context, const struct message *message)
{
	const char *name = message_string(message, 0);

	if (strcmp(message->path, "/rack/scene/state") == 0 && name && name[0])
		offer(context, name, "");
	return strcmp(message->path, "/rack/scene/listed") == 0 ||
	       strcmp(message->path, "/rack/error") == 0;
}

/* Asks a rack; of several the first one. */
static void ask(struct typing *typing, const char *question, const char *pattern,
		bool (*on_message)(void *, const struct message *))
{
	static struct places places;
	struct client client;
	char error[256];

	if (!places_read(&places, typing->host, typing->port) ||
	    !client_open(&client, places.place[0].host, places.place[0].port, error,
			 sizeof(error)))
		return;
	client_send(&client, question, pattern ? "s" : "", pattern);
	/* Completion must not wait long for a rack that does not answer. */
	enum client_end end;
	double heard;
	do {
		heard = client.heard;
		end = client_run(&client, patience, on_message, typing);
	} while (end == CLIENT_TIMEOUT && client.heard > heard);
	client_close(&client);
}

/* ---- what is being typed ------------------------------------------------------------- */

/* "[ADDRESS...]" of the table's arguments is ADDRESS; the last one may come again. */
static void argument_at(const char *arguments, int place, char name[64])
{
	for (int i = 0; i <= place; i++) {
		const char *from = arguments + strspn(arguments, " [");
		size_t length = strcspn(from, " ].");
		name[0] = '\0';
		if (!length)
			break;
		snprintf(name, 64, "%.*s", (int)length, from);
		arguments = from + length;
		if (strncmp(arguments, "...", 3) == 0)
			break;
		arguments += strspn(arguments, "].");
		if (i < place && !*arguments) {
			name[0] = '\0';
			break;
		}
	}
}

static void offer_argument(struct typing *typing, const struct command *command)
{
	char name[64], path[PATH_BYTES];

	argument_at(command->arguments, typing->count - 1, name);
	if (strchr(name, '|')) {
		offer_each(typing, name, "|");
	} else if (strcmp(name, "ADDRESS") == 0 || strcmp(name, "PATTERN") == 0) {
		typing->params_only = command->changes;
		ask(typing, "/rack/describe", NULL, on_address);
	} else if (strcmp(name, "NODE") == 0) {
		ask(typing, "/rack/describe", NULL, on_node);
	} else if (strcmp(name, "NAME") == 0) {
		ask(typing, "/rack/scene/list", NULL, on_scene);
	} else if (strcmp(name, "VALUE") == 0) {
		path_normal(typing->words[1], path);
		typing->choices_of = path;
		ask(typing, "/rack/describe", path, on_choices);
	} else if (strcmp(name, "FILE") == 0) {
		puts(":file");
	}
}

/* Options with their values are taken out, as options_read() does. */
static void words_take(struct typing *typing, int argc, char **argv)
{
	for (int i = 0; i < argc - 1; i++) {
		const struct option_row *row = option_find(argv[i]);
		const char *value = strchr(argv[i], '=');

		if (!row || row->letter == '?') {
			if (typing->count < WORDS_MAX)
				typing->words[typing->count++] = argv[i];
			continue;
		}
		if (!row->value[0])
			continue;
		if (!value && i + 2 == argc)
			typing->option = row;
		else if (!value)
			value = argv[++i];
		else
			value++;
		if (row->letter == 'h' && value)
			typing->host = value;
		else if (row->letter == 'p' && value)
			typing->port = value;
	}
}

static void offer_group(void *context, const char *name)
{
	offer(context, name, "");
}

static void offer_next(struct typing *typing)
{
	if (typing->option) {
		if (typing->option->letter == 'h')
			groups_each(offer_group, typing);
		return;
	}
	if (typing->word[0] == '-' && typing->word[1] == '-') {
		for (const struct option_row *row = option_rows; row->name; row++)
			offer(typing, row->name, row->help);
		return;
	}
	if (!typing->count) {
		for (const struct command *at = typing->commands; at->name; at++)
			offer(typing, at->name, at->help);
		return;
	}
	for (const struct command *at = typing->commands; at->name; at++)
		if (strcmp(at->name, typing->words[0]) == 0)
			offer_argument(typing, at);
}

int completion_print(const struct command *commands, const char *host, const char *port,
		     int argc, char **argv)
{
	static struct typing typing;

	typing = (struct typing) { .commands = commands, .host = host, .port = port };
	if (argc < 1)
		return EXIT_USAGE;
	typing.word = argv[argc - 1];
	words_take(&typing, argc, argv);
	offer_next(&typing);
	for (int i = 0; i < typing.seen_count; i++)
		free(typing.seen[i]);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_REFUSED;
}
