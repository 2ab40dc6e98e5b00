/* values.c - lathectl get, set, ramp, toggle, adjust, reset: addresses and their
 * values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/values.h"

#include "control/lathectl/bom.h"
#include "share/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_BYTES = 512,
	DEPTH = 5,             /* parts below a node: meter/band/3/gr/text */
	BUNDLE_ELEMENTS = 250, /* as many as lathed takes at once */
	BUNDLE_BYTES = 8000
};

/* One address that answered. */
struct row {
	char path[PATH_BYTES]; /* as the daemon writes it, without /text */
	char *text;
	double value;
	bool has_value;
};

/* The answers to a get or a set. */
struct answers {
	struct session *session;
	struct row *rows;
	int count, room;
	int wanted;        /* how many rows there will be; 0: not known */
	int values, texts; /* rows so far that have a value */
	int first,
		heard; /* the first row that the question added; how many answers it got */
	int nonce;     /* of the ping after the questions */
	bool quiet; /* an error about an unknown address is kept, and printed when no answer comes */
	char error[LINE_BYTES];
};

static struct row *row_find(struct answers *answers, const char *path, size_t length)
{
	for (int i = answers->count - 1; i >= 0; i--) {
		struct row *row = &answers->rows[i];
		if (strlen(row->path) == length && !memcmp(row->path, path, length))
			return row;
	}
	if (answers->count == answers->room) {
		answers->room = answers->room ? 2 * answers->room : 64;
		answers->rows = realloc(answers->rows,
					(size_t)answers->room * sizeof(*answers->rows));
		if (!answers->rows)
			abort();
	}
	struct row *row = &answers->rows[answers->count++];
	*row = (struct row) { .value = (double)NAN };
	snprintf(row->path, sizeof(row->path), "%.*s", (int)length, path);
	return row;
}

static bool complete(const struct answers *answers)
{
	return answers->wanted && answers->texts >= answers->wanted &&
	       answers->values >= answers->wanted;
}

static void on_error(struct answers *answers, const struct message *message)
{
	const char *code = message_string(message, 1),
		   *text = message_string(message, 2);

	if (!answers->quiet || !code || strcmp(code, "unknown_address") != 0)
		session_error(answers->session, message);
	else if (!answers->error[0])
		snprintf(answers->error, sizeof(answers->error), "%s",
			 text ? text : "refused");
}

static bool on_answer(void *context, const struct message *message)
{
	struct answers *answers = context;
	size_t length = strlen(message->path);

	if (strcmp(message->path, "/rack/pong") == 0)
		return message_number(message, 0) == answers->nonce;
	if (strcmp(message->path, "/rack/error") == 0) {
		on_error(answers, message);
		return false;
	}
	if (message->argc < 1)
		return false;
	answers->heard++;
	bool is_text = length > 5 && strcmp(message->path + length - 5, "/text") == 0;
	struct row *row = row_find(answers, message->path, length - (is_text ? 5 : 0));
	if (is_text && message_string(message, 0)) {
		answers->texts += !row->text;
		free(row->text);
		row->text = strdup(message_string(message, 0));
	} else {
		answers->values += !row->has_value;
		row->has_value = true;
		row->value = message_number(message, 0);
	}
	return complete(answers);
}

/* Asks for one address, or for all that match, in both forms. */
static void ask(struct session *session, const char *path)
{
	char text[PATH_BYTES + 8];

	snprintf(text, sizeof(text), "%s/text", path);
	client_send(&session->client, path, "");
	client_send(&session->client, text, "");
}

static bool is_one_part(const char *path)
{
	return !strchr(path + 1, '/') && strcmp(path, "/rack") != 0;
}

/* Whether every row has both forms. */
static bool is_whole(const struct answers *answers)
{
	for (int i = answers->first; i < answers->count; i++)
		if (!answers->rows[i].text || !answers->rows[i].has_value)
			return false;
	return true;
}

/* Reads until the pong, which comes after all answers. */
static int collect(struct answers *answers)
{
	struct session *session = answers->session;

	answers->nonce = session_number();
	client_send(&session->client, "/rack/ping", "i", answers->nonce);
	enum client_end end = session_listen(session, on_answer, answers);
	if (end != CLIENT_DONE)
		return session_no_answer(session);
	if (session->refused)
		return EXIT_REFUSED;
	if (answers->error[0] || is_whole(answers))
		return EXIT_DONE;
	session_complain(session, "", "part of the answer was lost; ask again");
	return EXIT_NO_ANSWER;
}

static void answers_print(const struct answers *answers)
{
	for (int i = 0; i < answers->count; i++) {
		const struct row *row = &answers->rows[i];
		const char *path = row->path + (row->path[0] == '/');
		if (answers->session->options.json) {
			fputs("{\"path\": ", stdout);
			json_string(stdout, path);
			fputs(", \"value\": ", stdout);
			json_number(stdout, row->value);
			fputs(", \"text\": ", stdout);
			json_string(stdout, row->text ? row->text : "");
			puts("}");
		} else if (row->text) {
			printf("%s %s\n", path, row->text);
		} else {
			printf("%s %.9g\n", path, row->value);
		}
	}
}

static void answers_finish(struct answers *answers)
{
	for (int i = 0; i < answers->count; i++)
		free(answers->rows[i].text);
	free(answers->rows);
}

/* The name of a node or a group means all values below it. */
static void ask_below(struct session *session, const char *path)
{
	char below[PATH_BYTES + 2 * DEPTH];

	snprintf(below, sizeof(below), "%s", path);
	for (int depth = 1; depth < DEPTH; depth++) {
		snprintf(below + strlen(below), 3, "/*");
		ask(session, below);
	}
}

/* One address: itself or, when there is no such value, all below it. */
static int get_one(struct answers *answers, const char *path)
{
	int status = EXIT_DONE;

	answers->quiet = true;
	answers->error[0] = '\0';
	answers->first = answers->count;
	answers->heard = 0;
	if (!is_one_part(path)) {
		ask(answers->session, path);
		answers->wanted = is_pattern(path) ? 0 : answers->first + 1;
		status = collect(answers);
	}
	if (status == EXIT_DONE && !answers->heard) {
		ask_below(answers->session, path);
		answers->wanted = 0;
		status = collect(answers);
	}
	/* The name of an output, unless a node has it. */
	if (status == EXIT_DONE && !answers->heard && is_one_part(path)) {
		char output[PATH_BYTES + sizeof("/rack/output")];
		snprintf(output, sizeof(output), "/rack/output%s", path);
		ask_below(answers->session, output);
		status = collect(answers);
	}
	if (status == EXIT_DONE && !answers->heard) {
		session_complain(answers->session, path + 1,
				 is_pattern(path) || !is_one_part(path)
					 ? answers->error
					 : "no node of that name (try lathectl list)");
		status = EXIT_REFUSED;
	}
	return status;
}

int command_get(struct session *session, int argc, char **argv)
{
	struct answers answers = { .session = session };
	char path[PATH_BYTES];

	int status = EXIT_DONE;

	for (int i = 0; i < argc || i == 0; i++) {
		path_normal(argc ? argv[i] : "/", path);
		int outcome = get_one(&answers, path[1] ? path : "/*");
		status = outcome > status ? outcome : status;
		if (status == EXIT_NO_ANSWER)
			break;
	}
	answers_print(&answers);
	answers_finish(&answers);
	return status;
}

/* The daemon reads texts as it prints them, and numbers in texts ("12" may also be the
 * name of a choice). */
static lo_message value_message(const char *text)
{
	lo_message message = lo_message_new();

	lo_message_add_string(message, text);
	return message;
}

/* The address whose value changes: /eq/bypass/toggle changes /eq/bypass. */
static void path_of_value(char *path)
{
	static const char *const forms[] = { "/norm",   "/text",  "/toggle",
					     "/adjust", "/reset", "/ramp" };
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t tail = strlen(forms[i]);
		if (length > tail && strcmp(path + length - tail, forms[i]) == 0)
			path[length - tail] = '\0';
	}
}

/* The bundle waits in the rack for its time; a ping in it is answered when that has
 * come. */
static void send_ahead(struct answers *answers, lo_bundle bundle)
{
	struct session *session = answers->session;

	lo_message ping = lo_message_new();

	answers->nonce = session_number();
	lo_message_add_int32(ping, answers->nonce);
	lo_bundle_add_message(bundle, "/rack/ping", ping);
	client_send_bundle(&session->client, bundle);
	client_run(&session->client, session->options.patience + session->lead,
		   on_answer, answers);
}

/* Sends the bundle, then asks for the new values and prints them. */
static int send_and_show(struct session *session, lo_bundle bundle,
			 char (*paths)[PATH_BYTES], int count)
{
	struct answers answers = { .session = session, .wanted = count };

	if (session->lead > 0)
		send_ahead(&answers, bundle);
	else
		client_send_bundle(&session->client, bundle);
	for (int i = 0; i < count; i++) {
		path_of_value(paths[i]);
		if (is_pattern(paths[i]))
			answers.wanted = 0;
		ask(session, paths[i]);
	}
	int status = collect(&answers);
	if (status == EXIT_DONE)
		answers_print(&answers);
	answers_finish(&answers);
	return status;
}

static int send_one(struct session *session, const char *given, const char *form,
		    lo_message message)
{
	lo_bundle bundle = lo_bundle_new(session->client.due);
	char path[1][PATH_BYTES], full[PATH_BYTES + 8];

	path_normal(given, path[0]);
	snprintf(full, sizeof(full), "%s%s", path[0], form);
	lo_bundle_add_message(bundle, full, message);
	return send_and_show(session, bundle, path, 1);
}

static char *line_trim(char *line)
{
	while (*line == ' ' || *line == '\t')
		line++;
	size_t end = strlen(line);
	while (end > 0 && strchr(" \t\r\n", line[end - 1]))
		line[--end] = '\0';
	return line;
}

/* Splits "eq/band/3/gain 2.5 dB" in place. The value is NULL when the line ends with
 * the address; it is "" for an empty text, such as a file that was not chosen. */
static char *line_split(char *line, char **value)
{
	char *path = line + strspn(line, " \t");
	size_t length = strcspn(path, " \t=\r\n");
	char separator = path[length];

	path[length] = '\0';
	*value = separator && !strchr("\r\n", separator) ? line_trim(path + length + 1)
							 : NULL;
	if (*value && **value == '=' && separator != '=')
		*value = line_trim(*value + 1);
	return path;
}

/* All changes of a file. */
struct lines {
	char (*paths)[PATH_BYTES];
	lo_message *messages;
	int count, room;
};

static void lines_add(struct lines *lines, const char *given, const char *value)
{
	if (lines->count == lines->room) {
		size_t room = lines->room ? 2 * (size_t)lines->room : 64;
		lines->paths = realloc(lines->paths, room * sizeof(*lines->paths));
		lines->messages =
			realloc(lines->messages, room * sizeof(*lines->messages));
		if (!lines->paths || !lines->messages)
			abort();
		lines->room = (int)room;
	}
	char *path = lines->paths[lines->count];
	path_normal(given, path);
	lines->messages[lines->count++] = value_message(value);
}

/* Lines of meters, which `get` prints of a whole node, are left out. */
static bool is_meter(const char *path)
{
	return message_meter(path);
}

/* Takes all lines; after a complaint none. */
static bool lines_read(struct lines *lines, FILE *from)
{
	char line[LINE_BYTES];

	for (int number = 1; fgets(line, sizeof(line), from); number++) {
		char *text = number == 1 ? bom_skip(line) : line;
		char *value, *path = line_split(text, &value);
		if (!*path || *path == '#' || is_meter(path))
			continue;
		if (value) {
			lines_add(lines, path, value);
			continue;
		}
		fprintf(stderr,
			"lathectl: line %d: an address and a value are wanted\n",
			number);
		while (lines->count > 0)
			lo_message_free(lines->messages[--lines->count]);
		return false;
	}
	return true;
}

/* The lines from `first` on that fit in one change. */
static int lines_fit(const struct lines *lines, int first)
{
	size_t bytes = 16; /* "#bundle" and its time */
	int last = first;

	while (last < lines->count && last - first < BUNDLE_ELEMENTS) {
		bytes += 4 +
			 lo_message_length(lines->messages[last], lines->paths[last]);
		if (bytes > BUNDLE_BYTES && last > first)
			break;
		last++;
	}
	return last - first;
}

static int set_lines(struct session *session, FILE *from)
{
	struct lines lines = { .count = 0 };
	int status = lines_read(&lines, from) ? EXIT_DONE : EXIT_USAGE, changes = 0;

	for (int first = 0, some; first < lines.count; first += some, changes++) {
		lo_bundle bundle = lo_bundle_new(session->client.due);
		some = lines_fit(&lines, first);
		for (int i = first; i < first + some; i++)
			lo_bundle_add_message(bundle, lines.paths[i],
					      lines.messages[i]);
		int outcome = send_and_show(session, bundle, lines.paths + first, some);
		status = outcome > status ? outcome : status;
	}
	if (changes > 1)
		fprintf(stderr,
			"lathectl: %d changes, one after the other: one holds at most "
			"%d lines and %d bytes\n",
			changes, BUNDLE_ELEMENTS, BUNDLE_BYTES);
	free(lines.paths);
	free(lines.messages);
	return status;
}

int command_set(struct session *session, int argc, char **argv)
{
	char line[LINE_BYTES] = "";

	if (argc == 1 && strcmp(argv[0], "-") == 0)
		return set_lines(session, session->input ? session->input : stdin);
	for (int i = 0; i < argc; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s",
			 i ? " " : "", argv[i]);
	char *value, *path = line_split(line, &value);
	if (!*path || !value) {
		fprintf(stderr, "usage: lathectl set ADDRESS VALUE\n");
		return EXIT_USAGE;
	}
	return send_one(session, path, "", value_message(value));
}

static bool number_read(const char *text, float *number)
{
	char *end;

	*number = strtof(text, &end);
	if (end != text && !*end && isfinite(*number))
		return true;
	fprintf(stderr, "lathectl: \"%s\" is not a number (in the param's own unit)\n",
		text);
	return false;
}

int command_ramp(struct session *session, int argc, char **argv)
{
	float value, seconds;

	if (argc != 3 || !number_read(argv[1], &value) ||
	    !number_read(argv[2], &seconds))
		return EXIT_USAGE;
	lo_message message = lo_message_new();
	lo_message_add_float(message, value);
	lo_message_add_float(message, seconds);
	return send_one(session, argv[0], "/ramp", message);
}

int command_toggle(struct session *session, int argc, char **argv)
{
	lo_message message = lo_message_new();

	(void)argc;
	lo_message_add_int32(message, 1);
	return send_one(session, argv[0], "/toggle", message);
}

static int set_lock(struct session *session, int value)
{
	lo_message message = lo_message_new();

	lo_message_add_int32(message, value);
	return send_one(session, "rack/lock", "", message);
}

int command_lock(struct session *session, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return set_lock(session, 1);
}

int command_unlock(struct session *session, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return set_lock(session, 0);
}

int command_adjust(struct session *session, int argc, char **argv)
{
	float step;

	if (argc != 2 || !number_read(argv[1], &step))
		return EXIT_USAGE;
	lo_message message = lo_message_new();
	lo_message_add_float(message, step);
	return send_one(session, argv[0], "/adjust", message);
}

int command_reset(struct session *session, int argc, char **argv)
{
	lo_message message = lo_message_new();

	(void)argc;
	lo_message_add_int32(message, 1);
	return send_one(session, argv[0], "/reset", message);
}
