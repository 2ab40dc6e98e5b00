/* board.c - what lathectl meters knows of a rack: read from its descriptions and its graph, kept
 * up to date by what arrives. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/board.h"

#include "control/chain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAUGES_MAX = 4096 };

static const double message_seconds = 6;

/* ---- what there is ----------------------------------------------------------------- */

const char *part_name(const struct part *part)
{
	const char *slash = strrchr(part->path, '/');

	return slash ? slash + 1 : part->path;
}

int board_part(const struct board *board, const char *path)
{
	for (int i = 0; i < board->part_count; i++)
		if (strcmp(board->parts[i].path, path) == 0)
			return i;
	return NO_PART;
}

const struct gauge *board_gauge(const struct board *board, const struct part *part,
				const char *name)
{
	for (int i = part->first; i < part->end; i++)
		if (strcmp(board->gauges[i].name, name) == 0)
			return &board->gauges[i];
	return NULL;
}

/* Whether it was asked for, by its path or its name. */
static bool is_shown(const struct board *board, const char *path)
{
	const char *slash = strrchr(path, '/');

	for (int i = 0; i < board->node_count; i++) {
		const char *wanted = board->nodes[i] + (board->nodes[i][0] == '/');
		if (strcmp(wanted, path) == 0 ||
		    (slash && strcmp(wanted, slash + 1) == 0))
			return true;
	}
	return board->node_count == 0;
}

static void part_add(struct board *board, const char *path, int first)
{
	const size_t count = (size_t)board->part_count + 1;
	struct part *more = realloc(board->parts, count * sizeof(*more));

	if (!more)
		return;
	board->parts = more;
	struct part *part = &board->parts[board->part_count++];
	*part = (struct part) { .first = first,
				.is_output = strncmp(path, "rack/output/", 12) == 0,
				.loudness = NO_PART,
				.target = (double)NAN,
				.tolerance = (double)NAN,
				.max_true_peak = (double)NAN };
	snprintf(part->path, sizeof(part->path), "%s", path);
}

static void gauge_add(struct board *board, const struct message *message)
{
	struct gauge *gauge = &board->gauges[board->count];

	if (board->count == GAUGES_MAX || !gauge_read(gauge, message) ||
	    !is_shown(board, gauge->node))
		return;
	if (!board->part_count ||
	    strcmp(board->parts[board->part_count - 1].path, gauge->node) != 0)
		part_add(board, gauge->node, board->count);
	if (!board->part_count)
		return;
	board->parts[board->part_count - 1].end = ++board->count;
	board->has_marks |= gauge_is(gauge, "mark");
	board->has_targets |= strcmp(gauge->name, "integrated") == 0;
}

/* /rack/graph/node ,ssssis: path, module, label, from, channels, marks. */
static void graph_take(struct board *board, const struct message *message)
{
	const char *path = message_string(message, 0);
	const char *label = message_string(message, 2);
	const char *from = message_string(message, 3);
	const char *marks = message_string(message, 5);
	const int at = path ? board_part(board, path) : NO_PART;

	if (at == NO_PART)
		return;
	struct part *part = &board->parts[at];
	snprintf(part->label, sizeof(part->label), "%s", label ? label : "");
	snprintf(part->from, sizeof(part->from), "%s", from ? from : "");
	part->is_master = marks && strstr(marks, "master");
}

static bool on_description(void *context, const struct message *message)
{
	struct board *board = context;
	struct vector vector;
	const char *about = message_string(message, 0);

	/* Lathe before version 2 has no graph: the order of the nodes has to do. */
	if (strcmp(message->path, "/rack/error") == 0 && about &&
	    strcmp(about, "/rack/graph") == 0)
		return board->is_whole;
	if (session_error(board->session, message))
		return true;
	if (strcmp(message->path, "/rack/description") == 0) {
		board->heard++;
		gauge_add(board, message);
		if (vector_read(&vector, message) && is_shown(board, vector.node))
			pictures_add(&board->pictures, &vector);
	}
	if (strcmp(message->path, "/rack/described") == 0) {
		board->is_whole = message_number(message, 0) == board->heard;
		client_send(&board->session->client, "/rack/graph", "");
	}
	graph_take(board, message);
	return strcmp(message->path, "/rack/graph/listed") == 0;
}

static int find_part(void *context, const char *path)
{
	return board_part(context, path);
}

static const char *part_from(void *context, int part)
{
	return ((const struct board *)context)->parts[part].from;
}

static bool measures_loudness(void *context, int part)
{
	const struct board *board = context;

	return board_gauge(board, &board->parts[part], "integrated") != NULL;
}

/* Without a graph the first output is the master, and the last loudness meter is its. */
static void masters_guess(struct board *board)
{
	int last = NO_PART;

	for (int i = 0; i < board->part_count; i++)
		if (board_gauge(board, &board->parts[i], "integrated"))
			last = i;
	for (int i = 0; i < board->part_count; i++) {
		if (!board->parts[i].is_output)
			continue;
		board->parts[i].is_master = true;
		board->parts[i].loudness = last;
		return;
	}
}

static void loudness_find(struct board *board)
{
	const struct chain chain = { board, find_part, part_from, measures_loudness };
	bool has_master = false;

	for (int i = 0; i < board->part_count; i++) {
		struct part *part = &board->parts[i];
		has_master |= part->is_master;
		if (part->is_output)
			part->loudness = chain_before(&chain, i);
	}
	if (!has_master && !board->node_count)
		masters_guess(board);
}

void board_clear(struct board *board)
{
	pictures_finish(&board->pictures);
	free(board->gauges);
	free(board->parts);
	board->pictures = (struct pictures) { 0 };
	board->gauges = NULL;
	board->parts = NULL;
	board->count = board->part_count = board->heard = board->slot_hint = 0;
	board->has_marks = board->has_targets = board->is_whole = false;
	board->is_changed = false;
	board->hash = (double)NAN;
}

int board_read(struct board *board)
{
	struct session *session = board->session;

	board_clear(board);
	board->gauges = calloc(GAUGES_MAX, sizeof(*board->gauges));
	if (!board->gauges)
		return EXIT_REFUSED;
	client_send(&session->client, "/rack/describe", "");
	enum client_end end = client_run(
		&session->client, session->options.patience + 4, on_description, board);
	if (session->refused)
		return EXIT_REFUSED;
	if (end != CLIENT_DONE || !board->is_whole)
		return EXIT_NO_ANSWER;
	loudness_find(board);
	return board->count ? EXIT_DONE : EXIT_REFUSED;
}

/* ---- what comes -------------------------------------------------------------------- */

/* The same in short, for a narrow terminal: JACK is named when it does not run. */
static void brief_make(struct board *board, const struct message *message)
{
	double load = 0, xruns = 0, rate = 0, block = 0;
	const char *jack = "";

	const struct {
		const char *word;
		double *to;
	} numbers[] = { { "load", &load },
			{ "xruns", &xruns },
			{ "rate", &rate },
			{ "block", &block } };

	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		const char *text = message_string(message, i + 1);
		if (word && text && strcmp(word, "jack") == 0)
			jack = strcmp(text, "running") == 0 ? "" : text;
		for (size_t k = 0; word && k < sizeof(numbers) / sizeof(*numbers); k++)
			if (strcmp(word, numbers[k].word) == 0)
				*numbers[k].to = message_number(message, i + 1);
	}
	snprintf(board->brief, sizeof(board->brief),
		 "load %.1f %%  xruns %.0f  %.0f Hz/%.0f", 100 * load, xruns, rate,
		 block);
	if (jack[0])
		snprintf(board->brief, sizeof(board->brief), "JACK %s", jack);
}

/* A word of the status line and its value. Returns the characters. */
static int word_print(char *at, size_t room, const char *word, const char *text,
		      double number)
{
	if (text)
		return snprintf(at, room, "  %s %s", word, text);
	if (strcmp(word, "load") == 0)
		return snprintf(at, room, "  load %.1f %%", 100 * number);
	return snprintf(at, room, "  %s %.5g", word, number);
}

static void status_take(struct board *board, const struct message *message)
{
	static const char *const wanted[] = { "jack", "rate",  "block",
					      "load", "xruns", "alarms" };
	char *at = board->status;
	size_t room = sizeof(board->status);

	*at = '\0';
	brief_make(board, message);
	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		const char *text = message_string(message, i + 1);
		if (word && text && strcmp(word, "state") == 0)
			snprintf(board->state, sizeof(board->state), "%s", text);
		if (word && text && strcmp(word, "config") == 0) {
			const char *slash = strrchr(text, '/');
			snprintf(board->config, sizeof(board->config), "%s",
				 slash ? slash + 1 : text);
		}
		for (size_t w = 0; word && w < sizeof(wanted) / sizeof(*wanted); w++) {
			if (strcmp(word, wanted[w]) != 0 || (text && !*text))
				continue;
			int length = word_print(at, room, word, text,
						message_number(message, i + 1));
			if (length < 0 || (size_t)length >= room)
				return;
			at += length;
			room -= (size_t)length;
		}
	}
}

/* /rack/alarm ,ssiddsss: code, node, level, since, seen, text, seen by, what to do. */
static void alarm_take(struct board *board, const struct message *message)
{
	struct standing *alarm = &board->coming[board->coming_count];

	const struct {
		char *to;
		size_t size;
		int argument;
	} texts[] = { { alarm->code, sizeof(alarm->code), 0 },
		      { alarm->node, sizeof(alarm->node), 1 },
		      { alarm->text, sizeof(alarm->text), 5 },
		      { alarm->seen_by, sizeof(alarm->seen_by), 6 },
		      { alarm->to_do, sizeof(alarm->to_do), 7 } };

	if (board->coming_count == ALARMS_MAX || message->argc < 8)
		return;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = message_string(message, texts[i].argument);
		snprintf(texts[i].to, texts[i].size, "%s", text ? text : "");
	}
	alarm->level = (int)message_number(message, 2);
	alarm->since = message_number(message, 3);
	alarm->seen = message_number(message, 4);
	board->coming_count++;
}

/* The gravest come first, and among them the newest. */
static int by_level(const void *a, const void *b)
{
	const struct standing *one = a, *other = b;

	if (one->level != other->level)
		return one->level - other->level;
	return (one->since < other->since) - (one->since > other->since);
}

static void alarms_take(struct board *board)
{
	memcpy(board->alarms, board->coming, sizeof(board->alarms));
	board->alarm_count = board->coming_count;
	qsort(board->alarms, (size_t)board->alarm_count, sizeof(*board->alarms),
	      by_level);
}

static void error_take(struct board *board, const struct message *message)
{
	const char *address = message_string(message, 0);
	const char *text = message_string(message, message->argc - 1);

	if (!address || !text)
		return;
	snprintf(board->message, sizeof(board->message), "%s: %s",
		 address + (*address == '/'), text);
	board->message_until = client_now() + message_seconds;
}

/* What the rack says of itself. */
static bool rack_take(struct board *board, const struct message *message)
{
	const char *path = message->path;

	if (strcmp(path, "/rack/status") == 0)
		status_take(board, message);
	else if (strcmp(path, "/rack/alarm") == 0)
		alarm_take(board, message);
	else if (strcmp(path, "/rack/alarms/listed") == 0)
		alarms_take(board);
	else if (strcmp(path, "/rack/error") == 0)
		error_take(board, message);
	else if (strcmp(path, "/rack/hash") == 0) {
		double hash = message_number(message, 0);
		board->is_changed |= isfinite(board->hash) && hash != board->hash;
		board->hash = hash;
	} else
		return false;
	return true;
}

/* "/limit/bypass", "/rack/output/main/mute", "/after/target": the params that are shown. */
static bool param_take(struct board *board, const struct message *message)
{
	const char *leaf = strrchr(message->path, '/');
	char path[PATH_BYTES];

	if (message->path[0] != '/' || leaf == message->path ||
	    strstr(message->path, "/meter/") || strstr(message->path, "/vector/"))
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)(leaf - message->path - 1),
		 message->path + 1);
	const int at = board_part(board, path);
	const double value = message_number(message, 0);
	if (at == NO_PART || !isfinite(value))
		return false;
	struct part *part = &board->parts[at];
	const bool on = value > 0.5;
	if (strcmp(leaf, "/bypass") == 0) {
		part->is_bypassed = on;
		for (int i = part->first; i < part->end; i++)
			board->gauges[i].bypassed = on;
	} else if (strcmp(leaf, "/mute") == 0)
		part->is_muted = on;
	else if (strcmp(leaf, "/dim") == 0)
		part->is_dimmed = on;
	else if (strcmp(leaf, "/target") == 0)
		part->target = value;
	else if (strcmp(leaf, "/tolerance") == 0)
		part->tolerance = value;
	else if (strcmp(leaf, "/max_true_peak") == 0)
		part->max_true_peak = value;
	else
		return false;
	return true;
}

bool board_take(void *context, const struct message *message)
{
	struct board *board = context;

	if (rack_take(board, message) || param_take(board, message) ||
	    pictures_take(&board->pictures, message))
		return false;
	for (int i = 0; i < board->count; i++) {
		/* Snapshots come in the order of the tables. */
		int at = (board->slot_hint + i) % board->count;
		struct gauge *gauge = &board->gauges[at];
		if (strcmp(gauge->path, message->path) == 0) {
			gauge_take(gauge, message_number(message, 0));
			board->slot_hint = at + 1;
			break;
		}
	}
	return false;
}

void board_looked(struct board *board)
{
	for (int i = 0; i < board->count; i++)
		board->gauges[i].fresh = false;
}

void board_reset(struct board *board)
{
	for (int i = 0; i < board->count; i++)
		gauge_reset(&board->gauges[i]);
}

/* ---- what is asked ----------------------------------------------------------------- */

void board_subscribe(struct board *board, double rate)
{
	struct client *client = &board->session->client;

	client_send(client, "/rack/subscribe", "sf", "/*/meter", rate);
	client_send(client, "/rack/subscribe", "sf", "/rack/output/*/meter", rate);
	client_send(client, "/rack/subscribe", "sf", "/*/bypass", rate);
	client_send(client, "/rack/subscribe", "sf", "/rack/output/*/{mute,dim,bypass}",
		    rate);
	if (board->pictures.count)
		client_send(client, "/rack/subscribe", "sf", "/*/vector/*",
			    fmin(rate, 25));
	/* Where a pattern matches nothing the rack answers with an error. */
	if (board->has_targets)
		client_send(client, "/rack/subscribe", "sf",
			    "/*/{target,tolerance,max_true_peak}", fmin(rate, 4));
	if (board->has_marks)
		client_send(client, "/rack/subscribe", "sf", "/*/scale/text", 2.0);
}

void board_ask(struct board *board)
{
	struct client *client = &board->session->client;

	board->coming_count = 0;
	client_send(client, "/rack/status", "");
	client_send(client, "/rack/alarms", "");
	client_send(client, "/rack/hash", "");
}
