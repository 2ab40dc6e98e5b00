/* meters.c - lathectl meters: an instrument on a terminal, plain lines elsewhere. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/meters.h"

#include "control/lathectl/board.h"
#include "control/lathectl/instrument.h"
#include "share/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double renew_seconds = 4, look_seconds = 1;

enum { NAME_WIDTH = 12 };

/* ---- plain lines ------------------------------------------------------------------- */

/* One line per node: "limit in -3.2 -3.4 out -1.0 -1.1 gr 2.2". */
static void board_print(const struct board *board)
{
	char text[32];

	for (const struct part *part = board->parts;
	     part < board->parts + board->part_count; part++) {
		printf("%s%s", part->path, part->is_bypassed ? " bypassed" : "");
		for (int i = part->first; i < part->end; i++) {
			const struct gauge *gauge = &board->gauges[i];
			if (!gauge->seen || gauge_is(gauge, "load") ||
			    (strchr(gauge->name, '/') && !gauge_is_channel(gauge)))
				continue;
			const char *slash = strchr(gauge->name, '/');
			if (!slash || strcmp(slash, "/1") == 0)
				printf(" %.*s", (int)strcspn(gauge->name, "/"),
				       gauge->name);
			printf(" %s", gauge_text(gauge, gauge->now, '_', text));
		}
		putchar('\n');
	}
	fflush(stdout);
}

static void board_json(const struct board *board, double seconds)
{
	bool first = true;

	printf("{\"seconds\": %.1f, \"meters\": {", seconds);
	for (int i = 0; i < board->count; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (!gauge->seen)
			continue;
		printf("%s", first ? "" : ", ");
		json_string(stdout, gauge->path + 1);
		printf(": ");
		json_number(stdout, gauge->now);
		first = false;
	}
	pictures_json(&board->pictures, first);
	puts("}}");
	fflush(stdout);
}

/* ---- the summary ------------------------------------------------------------------- */

/* "-14.2", "-inf" for a level at its floor. */
static void cell_print(const struct gauge *gauge, double value)
{
	char text[32];

	printf(" %8s", !isfinite(value) || gauge_at_floor(gauge, value)
			       ? "-inf"
			       : gauge_text(gauge, value, ' ', text));
}

/* Prints a level's least and most; a state has no order. */
static void cells_print(const struct gauge *gauge)
{
	cell_print(gauge, gauge->last);
	if (gauge->choices[0])
		return;
	cell_print(gauge, gauge->least);
	cell_print(gauge, gauge->most);
}

static bool is_summed(const struct gauge *gauge)
{
	return !gauge_is_host(gauge) && !strchr(gauge->name, '/') && gauge->seen;
}

/* Every module's own meters, with the least and the most that was seen. */
static void summary_print(const struct board *board)
{
	int width = NAME_WIDTH;

	for (int i = 0; i < board->count; i++)
		if (is_summed(&board->gauges[i]))
			width = (int)fmax(width, (double)strlen(board->gauges[i].node));
	printf("\n%-*s %-20s %8s %8s %8s\n", width, "node", "meter", "last", "least",
	       "most");
	for (int i = 0; i < board->count; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (!is_summed(gauge))
			continue;
		printf("%-*s %-20s", width, gauge->node, gauge->label);
		cells_print(gauge);
		printf("%s%s%s\n", gauge->unit[0] ? " " : "", gauge->unit,
		       gauge->bypassed ? " (bypassed)" : "");
	}
	if (board->status[0])
		printf("%-*s%s\n", width - 1, "rack", board->status);
}

/* The same as one object: "limit/meter/gr": {"last": 1.2, "least": 0, "most": 3.4}. */
static void summary_json(const struct board *board, double seconds)
{
	bool first = true;

	printf("{\"seconds\": %.1f, \"summary\": {", seconds);
	for (int i = 0; i < board->count; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (!is_summed(gauge))
			continue;
		printf("%s", first ? "" : ", ");
		json_string(stdout, gauge->path + 1);
		printf(": {\"last\": ");
		json_number(stdout, gauge->last);
		if (!gauge->choices[0]) {
			printf(", \"least\": ");
			json_number(stdout, gauge->least);
			printf(", \"most\": ");
			json_number(stdout, gauge->most);
		}
		putchar('}');
		first = false;
	}
	puts("}}");
}

/* ---- the command ------------------------------------------------------------------- */

static int board_follow(struct board *board, double began)
{
	struct session *session = board->session;
	double rate = session->options.rate > 0 ? session->options.rate : 20;
	double end = began + session->options.seconds;
	double renew = 0, look = 0, next = client_now() + 1;

	while (!stop_asked && !ferror(stdout) &&
	       (session->options.seconds < 0 || client_now() < end)) {
		double now = client_now();
		if (now >= renew) {
			board_subscribe(board, rate);
			renew = now + renew_seconds;
		}
		if (now >= look) {
			board_ask(board);
			look = now + look_seconds;
		}
		if (client_run(&session->client, fmax(next - now, 0.001), board_take,
			       board) == CLIENT_GONE)
			return session_no_answer(session);
		if (client_now() < next)
			continue;
		if (session->options.json)
			board_json(board, client_now() - began);
		else
			board_print(board);
		board_looked(board);
		next = fmax(next + 1, client_now());
	}
	client_send(&session->client, "/rack/unsubscribe", "");
	return EXIT_DONE;
}

/* A terminal that can't move its cursor gets plain lines. */
static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static int read_failed(const struct board *board, int status)
{
	if (status == EXIT_NO_ANSWER)
		return session_no_answer(board->session);
	if (!board->session->refused)
		session_complain(board->session, "",
				 "no such meters (try lathectl list)");
	return status;
}

int command_meters(struct session *session, int argc, char **argv)
{
	struct board board = { .session = session, .nodes = argv, .node_count = argc };
	const double began = client_now();
	int status = board_read(&board);

	if (status != EXIT_DONE) {
		status = read_failed(&board, status);
	} else {
		status = is_terminal() && !session->options.json
				 ? instrument_run(&board)
				 : board_follow(&board, began);
		if (session->options.summary && session->options.json)
			summary_json(&board, client_now() - began);
		else if (session->options.summary)
			summary_print(&board);
	}
	board_clear(&board);
	return status;
}
