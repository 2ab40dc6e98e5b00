/* main.c - lathectl, the command line: options, the table of commands, and what they
 * share. It knows OSC and nothing else of the daemon. One thread. */
#include "control/lathectl/lathectl.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

volatile sig_atomic_t stop_asked;

enum { ANY = 10000 };

enum { CHANGES = true, ASKS = false };

const struct command commands[] = {
	{ "get", "[ADDRESS...]",
	  "prints what these addresses hold; a node's name means all of it", 0, ANY,
	  command_get, ASKS, SHAPE_VALUES },
	{ "set", "ADDRESS VALUE",
	  "sets a param; `set -` reads lines as get prints them: 250 (8000 "
	  "bytes) as one change, more as several",
	  1, ANY, command_set, CHANGES, SHAPE_VALUES },
	{ "ramp", "ADDRESS VALUE SECONDS",
	  "glides there along the param's curve; prints where it starts", 3, 3,
	  command_ramp, CHANGES, SHAPE_VALUES },
	{ "toggle", "ADDRESS", "turns a switch over", 1, 1, command_toggle, CHANGES,
	  SHAPE_VALUES },
	{ "adjust", "ADDRESS STEP", "moves by a step in the param's unit", 2, 2,
	  command_adjust, CHANGES, SHAPE_VALUES },
	{ "reset", "ADDRESS", "back to the default", 1, 1, command_reset, CHANGES,
	  SHAPE_VALUES },
	{ "list", "[PATTERN]", "prints the addresses", 0, 1, command_list, ASKS,
	  SHAPE_NAMES },
	{ "describe", "[PATTERN]", "prints them with unit, range and meaning", 0, 1,
	  command_describe, ASKS, SHAPE_LINES },
	{ "watch", "[PATTERN]", "prints changes as they come", 0, 1, command_watch,
	  ASKS, SHAPE_STREAM },
	{ "meters", "[NODE...]", "shows the meters, live on a terminal", 0, ANY,
	  command_meters, ASKS, SHAPE_STREAM },
	{ "events", "", "prints what happens: xruns, reloads, JACK lost and found", 0,
	  0, command_events, ASKS, SHAPE_STREAM },
	{ "status", "", "prints how the rack and its audio are", 0, 0, command_status,
	  ASKS, SHAPE_VALUES },
	{ "config", "", "prints the running rack as a config", 0, 0, command_config,
	  ASKS, SHAPE_LINES },
	{ "check", "[CONFIG]",
	  "lists what is wrong with the config, or another of its folder; changes "
	  "nothing",
	  0, 1, command_check, ASKS, SHAPE_LINES },
	{ "reload", "[CONFIG]",
	  "loads it again, or another of its folder; --fresh takes every value from "
	  "it",
	  0, 1, command_reload, ASKS, SHAPE_LINES },
	{ "scene", "[list|save|load|delete|rename] [NAME] [...]",
	  "named sets of values; load glides: NAME [SECONDS] [PATTERN]", 0, ANY,
	  command_scene, CHANGES, SHAPE_NAMES },
	{ "compare", "[off|a|b|bypass|delta]",
	  "plays it at one loudness; alone: prints which", 0, 1, command_compare,
	  CHANGES, SHAPE_VALUES },
	{ "abx", "[a|b|bypass|delta...]",
	  "can you hear it? blind, with a tally; a and b, or others", 0, 2, command_abx,
	  ASKS, SHAPE_ONE },
	{ "lock", "", "keeps all but this host and admins from changing anything", 0, 0,
	  command_lock, CHANGES, SHAPE_VALUES },
	{ "unlock", "", "opens the lock", 0, 0, command_unlock, CHANGES, SHAPE_VALUES },
	{ "undo", "", "takes back the last step; --since 10m: all steps since then", 0,
	  0, command_undo, CHANGES, SHAPE_LINES },
	{ "redo", "", "does again what was undone", 0, 0, command_redo, CHANGES,
	  SHAPE_LINES },
	{ "history", "[COUNT]", "prints the last steps, newest first", 0, 1,
	  command_history, ASKS, SHAPE_LINES },
	{ "monitor", "[PATTERN]", "prints all that the rack sends, as it comes", 0, 1,
	  command_monitor, ASKS, SHAPE_STREAM },
	{ "script", "FILE",
	  "runs commands from a file (-: stdin); `@2.5 set ...` waits until then", 1, 1,
	  command_script, ASKS, SHAPE_ONE },
	{ "sync", "", "returns when all earlier changes are in the audio", 0, 0,
	  command_sync, ASKS, SHAPE_VALUES },
	{ "ping", "", "asks whether anybody is there", 0, 0, command_ping, ASKS,
	  SHAPE_VALUES },
};
const int command_count = sizeof commands / sizeof commands[0];

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
	/* A value is asked for in two forms, and after its change. */
	length = strlen(where);
	if (strncmp(where, session->last_error, length) == 0 &&
	    strchr("/", session->last_error[length]))
		return true;
	snprintf(session->last_error, sizeof session->last_error, "%s", where);
	fprintf(stderr, "lathectl: %s%s%s\n", where + 1, where[1] ? ": " : "",
		text ? text : "refused");
	return true;
}

int session_no_answer(const struct session *session)
{
	fprintf(stderr,
		"lathectl: no answer from %s:%s; is lathed running there? (--host, "
		"--port)\n",
		session->options.host, session->options.port);
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

void json_string(FILE *to, const char *text)
{
	putc('"', to);
	for (const char *at = text; *at; at++) {
		unsigned char byte = (unsigned char)*at;
		if (byte == '"' || byte == '\\')
			fprintf(to, "\\%c", byte);
		else if (byte == '\n')
			fputs("\\n", to);
		else if (byte < 0x20)
			fprintf(to, "\\u%04x", byte);
		else
			putc(byte, to);
	}
	putc('"', to);
}

void json_number(FILE *to, double value)
{
	char text[40];

	if (!isfinite(value)) {
		fputs("null", to);
		return;
	}
	if (value == rint(value) && fabs(value) < 1e15) {
		fprintf(to, "%.0f", value);
		return;
	}
	bool is_float = (double)(float)value == value;
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (is_float ? strtof(text, NULL) == (float)value
			     : strtod(text, NULL) == value)
			break;
	}
	fputs(text, to);
}

const struct option_row option_rows[] = {
	{ 'h', "--host", "HOSTS",
	  "where lathed runs (127.0.0.1, or $LATHE_HOST): names, addresses, HOST:PORT, "
	  "groups, with commas" },
	{ 'p', "--port", "N", "its OSC port (3345, or $LATHE_PORT)" },
	{ 'j', "--json", "", "one JSON object per line; of many racks one each" },
	{ 'n', "--seconds", "N",
	  "watch, monitor, meters and events end by themselves" },
	{ 'r', "--rate", "HZ", "how often watch and meters are told (1 to 50)" },
	{ 'm', "--summary", "", "meters: ends with a table of what was seen" },
	{ 's', "--since", "T", "undo: all steps of the last T (90s, 10m, 2h)" },
	{ 'f', "--fresh", "", "reload: every value from the file" },
	{ 't', "--timeout", "S", "how long to wait for an answer (1)" },
	{ 'v', "--version", "", "prints the version" },
	{ '?', "--help", "", "prints this" },
};
const int option_count = sizeof option_rows / sizeof option_rows[0];

static void usage(FILE *to)
{
	fprintf(to, "usage: lathectl [OPTION ...] COMMAND ...\n\n");
	for (int i = 0; i < command_count; i++)
		fprintf(to,
			strlen(commands[i].arguments) > 24 ? "  %-8s %s\n%35s %s\n"
							   : "  %-8s %-24s%s %s\n",
			commands[i].name, commands[i].arguments, "", commands[i].help);
	fprintf(to, "\nADDRESS is an OSC address, its first slash optional: "
		    "eq/band/3/gain, '*/bypass'.\n\n");
	for (int i = 0; i < option_count; i++)
		fprintf(to, "  %-10s %-6s %s\n", option_rows[i].name,
			option_rows[i].value, option_rows[i].help);
	fprintf(to,
		"\nGroups of hosts stand in ~/.config/lathe/hosts: "
		"studio = 10.0.0.2, 10.0.0.3:3346\n"
		"Exit status: 0 done, 1 refused, 2 usage, 3 no answer; the worst of "
		"many.\n");
}

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

static const char *port(const char *option, const char *text)
{
	char *end;
	long number = text ? strtol(text, &end, 10) : 0;

	if (number < 1 || number > 65535 || *end) {
		fprintf(stderr, "lathectl: %s takes a number from 1 to 65535%s%s\n",
			option, text ? ", not " : "", text ? text : "");
		exit(EXIT_USAGE);
	}
	return text;
}

static double positive(const char *option, const char *text)
{
	char *end;
	double value = text ? strtod(text, &end) : (double)NAN;

	if (!text || end == text || *end || !(value > 0)) {
		fprintf(stderr, "lathectl: %s takes a number above 0%s%s\n", option,
			text ? ", not " : "", text ? text : "");
		exit(EXIT_USAGE);
	}
	return value;
}

/* "90", "90s", "10m", "2h" */
static double duration(const char *option, const char *text)
{
	static const char units[] = "smh";
	static const double seconds[] = { 1, 60, 3600 };
	char digits[32];
	size_t length = text ? strlen(text) : 0;
	const char *unit = length ? strchr(units, text[length - 1]) : NULL;

	snprintf(digits, sizeof digits, "%.*s", (int)(length - (unit != NULL)),
		 text ? text : "");
	return positive(option, text ? digits : NULL) *
	       (unit ? seconds[unit - units] : 1);
}

static const char *word(const char *option, const char *text)
{
	if (!text) {
		fprintf(stderr, "lathectl: %s takes a value\n", option);
		exit(EXIT_USAGE);
	}
	return text;
}

static void option_take(struct options *options, char letter, const char *name,
			const char *value)
{
	switch (letter) {
	case 'h':
		options->host = value;
		break;
	case 'p':
		options->port = port(name, value);
		break;
	case 'j':
		options->json = true;
		break;
	case 'n':
		options->seconds = positive(name, value);
		break;
	case 'r':
		options->rate = positive(name, value);
		break;
	case 'm':
		options->summary = true;
		break;
	case 's':
		options->since = duration(name, value);
		break;
	case 'f':
		options->fresh = true;
		break;
	case 't':
		options->patience = positive(name, value);
		break;
	case 'v':
		puts("lathectl " LATHE_VERSION);
		exit(EXIT_DONE);
	default:
		usage(stdout);
		exit(EXIT_DONE);
	}
}

const struct option_row *option_find(const char *given)
{
	size_t length = strcspn(given, "=");

	for (int i = 0; i < option_count; i++)
		if (strlen(option_rows[i].name) == length &&
		    strncmp(option_rows[i].name, given, length) == 0)
			return &option_rows[i];
	return NULL;
}

/* Options may stand anywhere, as --port 1 or --port=1; a word such as -3 is a value. Leaves
 * the rest in argv. */
static int options_read(struct options *options, int argc, char **argv)
{
	int rest = 0;

	for (int i = 1; i < argc; i++) {
		const char *given = strcmp(argv[i], "-h") == 0 ? "--help" : argv[i];
		size_t length = strcspn(given, "=");

		if (given[0] != '-' || given[1] != '-' || !given[2]) {
			argv[rest++] = argv[i];
			continue;
		}
		const struct option_row *row = option_find(given);
		if (!row || (given[length] && !row->value[0])) {
			fprintf(stderr, "lathectl: unknown option %s (see --help)\n",
				given);
			exit(EXIT_USAGE);
		}
		const char *value = given[length] ? given + length + 1 : NULL;
		if (row->value[0] && !value)
			value = word(row->name, argv[++i]);
		option_take(options, row->letter, row->name, value);
	}
	return rest;
}

/* The command whose words these are, or NULL: said why. */
static const struct command *command_find(int argc, char **argv)
{
	const struct command *command = commands;

	while (command < commands + command_count &&
	       strcmp(command->name, argv[0]) != 0)
		command++;
	if (command == commands + command_count) {
		fprintf(stderr, "lathectl: unknown command %s (see --help)\n", argv[0]);
		return NULL;
	}
	if (argc - 1 < command->least || argc - 1 > command->most) {
		fprintf(stderr, "usage: lathectl %s %s\n", command->name,
			command->arguments);
		return NULL;
	}
	return command;
}

int command_words(struct session *session, int argc, char **argv)
{
	const struct command *command = command_find(argc, argv);

	session->refused = false;
	session->last_error[0] = '\0';
	if (!command)
		return EXIT_USAGE;
	if (session->places.count == 1 || command->shape == SHAPE_ONE)
		return command->run(session, argc - 1, argv + 1);
	bool lists = argc == 1 || strcmp(argv[1], "list") == 0;
	bool verdict = command->run == command_scene && !lists;
	return many_run(session, verdict ? SHAPE_LINES : command->shape,
			command->changes, command->run, argc - 1, argv + 1);
}

/* A full disk is no success. */
static int printed(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "lathectl: not all that it printed could be written\n");
	return status == EXIT_DONE ? EXIT_REFUSED : status;
}

int main(int argc, char **argv)
{
	const char *host = getenv("LATHE_HOST"), *port = getenv("LATHE_PORT");
	struct session session = { .options = { .host = host ? host : "127.0.0.1",
						.port = port ? port : "3345",
						.seconds = -1,
						.since = -1,
						.patience = 1 } };
	struct sigaction action = { .sa_handler = on_signal };
	const struct place *place = session.places.place;
	char error[256];

	if (argc > 2 && strcmp(argv[1], "complete") == 0)
		return completion_print(session.options.host, session.options.port,
					argc - 2, argv + 2);
	argc = options_read(&session.options, argc, argv);
	if (argc == 1 && strcmp(argv[0], "help") == 0) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (argc < 1) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!command_find(argc, argv) ||
	    !places_read(&session.places, session.options.host, session.options.port))
		return EXIT_USAGE;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (session.places.count > 1)
		return printed(command_words(&session, argc, argv));
	session.options.host = place->host;
	session.options.port = place->port;
	if (!client_open(&session.client, place->host, place->port, error,
			 sizeof error)) {
		fprintf(stderr, "lathectl: %s\n", error);
		return EXIT_NO_ANSWER;
	}
	int status = command_words(&session, argc, argv);
	client_close(&session.client);
	return printed(status);
}
