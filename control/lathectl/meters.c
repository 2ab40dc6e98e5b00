/* meters.c - lathectl meters: the rack's meters, drawn in place on a terminal, in plain
 * lines elsewhere. The rack's descriptions say which meters there are. */
#include "control/lathectl/meters.h"

#include "control/lathectl/gauge.h"
#include "control/lathectl/picture.h"
#include "share/json.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GAUGES_MAX = 4096, NAME_WIDTH = 12 };

static const double renew_seconds = 4, look_seconds = 1;

struct board {
	struct session *session;
	struct pictures pictures;
	struct gauge *gauges;
	int count;
	bool marks;    /* one of them is a mark on a scale */
	int slot_hint; /* where the next message is expected */
	int heard;     /* descriptions */
	bool whole;
	char **nodes; /* nodes to show; none: all */
	int node_count;
	int lines; /* lines that were drawn, to draw over */
	bool terminal, colour;
	int columns;
	double began;
	char status[400];
};

/* ---- what there is ----------------------------------------------------------------- */

static bool is_shown(const struct board *board, const char *node)
{
	for (int i = 0; i < board->node_count; i++)
		if (strcmp(board->nodes[i] + (board->nodes[i][0] == '/'), node) == 0)
			return true;
	return board->node_count == 0;
}

static void gauge_add(struct board *board, const struct message *message)
{
	if (board->count < GAUGES_MAX &&
	    gauge_read(&board->gauges[board->count], message) &&
	    is_shown(board, board->gauges[board->count].node)) {
		board->marks |= gauge_is(&board->gauges[board->count], "mark");
		board->count++;
	}
}

static bool on_description(void *context, const struct message *message)
{
	struct board *board = context;

	if (session_error(board->session, message))
		return true;
	if (strcmp(message->path, "/rack/description") == 0) {
		board->heard++;
		gauge_add(board, message);
		struct vector vector;
		if (vector_read(&vector, message) && is_shown(board, vector.node))
			pictures_add(&board->pictures, &vector);
	}
	if (strcmp(message->path, "/rack/described") != 0)
		return false;
	board->whole = message_number(message, 0) == board->heard;
	return true;
}

static int gauges_read(struct board *board)
{
	struct session *session = board->session;

	client_send(&session->client, "/rack/describe", "");
	enum client_end end = client_run(
		&session->client, session->options.patience + 4, on_description, board);
	if (session->refused)
		return EXIT_REFUSED;
	if (end != CLIENT_DONE || !board->whole)
		return session_no_answer(session);
	if (board->count)
		return EXIT_DONE;
	fprintf(stderr, "lathectl: no such meters (try lathectl list)\n");
	return EXIT_REFUSED;
}

/* ---- what comes -------------------------------------------------------------------- */

static void status_take(struct board *board, const struct message *message)
{
	static const char *const wanted[] = { "jack", "rate",  "block",
					      "load", "xruns", "alarms" };
	char *at = board->status;
	size_t room = sizeof(board->status);

	*at = '\0';
	for (int i = 0; i + 1 < message->argc; i += 2) {
		const char *word = message_string(message, i);
		const char *text = message_string(message, i + 1);
		for (size_t w = 0; word && w < sizeof(wanted) / sizeof(*wanted); w++) {
			if (strcmp(word, wanted[w]) != 0 || (text && !*text))
				continue;
			double number = message_number(message, i + 1);
			int length =
				text ? snprintf(at, room, "  %s %s", word, text)
				: strcmp(word, "load") == 0
					? snprintf(at, room, "  load %.1f %%",
						   100 * number)
					: snprintf(at, room, "  %s %.5g", word, number);
			if (length < 0 || (size_t)length >= room)
				return;
			at += length;
			room -= (size_t)length;
		}
	}
}

/* "/limit/bypass" */
static bool bypass_take(struct board *board, const struct message *message)
{
	static const char tail[] = "/bypass";
	size_t length = strlen(message->path);
	const char *at = message->path + length - (sizeof(tail) - 1);

	if (length < sizeof(tail) || strcmp(at, tail) != 0)
		return false;
	size_t name = (size_t)(at - message->path - 1);
	for (int i = 0; i < board->count; i++) {
		struct gauge *gauge = &board->gauges[i];
		if (strlen(gauge->node) == name &&
		    memcmp(gauge->node, message->path + 1, name) == 0)
			gauge->bypassed = message_number(message, 0) > 0.5;
	}
	return true;
}

static bool on_reading(void *context, const struct message *message)
{
	struct board *board = context;

	if (strcmp(message->path, "/rack/status") == 0) {
		status_take(board, message);
		return false;
	}
	if (bypass_take(board, message) || pictures_take(&board->pictures, message))
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

/* ---- drawing ----------------------------------------------------------------------- */

static const char *paint(const struct board *board, const char *code)
{
	return board->colour ? code : "";
}

static int bar_cells(double db, int width)
{
	double part = (db - FLOOR_DB) / -FLOOR_DB;

	if (!(part > 0))
		return 0;
	return part > 1 ? width : (int)lround(part * width);
}

/* Two channels in one line: the upper half of each cell is left, the lower right. */
static void bar_draw(const struct board *board, double left, double right, int width)
{
	int upper = bar_cells(left, width), lower = bar_cells(right, width);
	const char *now = "";

	for (int i = 0; i < width; i++) {
		double db = FLOOR_DB * (1 - (i + 0.5) / width);
		const char *colour = db > -3    ? "\033[31m"
				     : db > -12 ? "\033[33m"
						: "\033[32m";
		if (colour != now)
			fputs(paint(board, colour), stdout);
		now = colour;
		fputs(i < upper && i < lower ? "█"
		      : i < upper            ? "▀"
		      : i < lower            ? "▄"
					     : " ",
		      stdout);
	}
	fputs(paint(board, "\033[0m"), stdout);
}

/* Gain reduction grows from the left, a cell per dB. */
static void reduction_draw(const struct board *board, double db)
{
	int cells = (int)lround(fmin(db, 12));

	fputs(paint(board, "\033[36m"), stdout);
	for (int i = 0; i < 12; i++)
		fputs(i < cells ? "▬" : "·", stdout);
	printf("%s", paint(board, "\033[0m"));
}

static const struct gauge *gauge_find(const struct board *board, int from, int to,
				      const char *name)
{
	for (int i = from; i < to; i++)
		if (strcmp(board->gauges[i].name, name) == 0)
			return &board->gauges[i];
	return NULL;
}

/* The first two channels of a level meter; false when the node has none. */
static bool levels(const struct board *board, int from, int to, const char *name,
		   double level[2])
{
	char path[64];

	snprintf(path, sizeof(path), "%s/1", name);
	const struct gauge *left = gauge_find(board, from, to, path);
	snprintf(path, sizeof(path), "%s/2", name);
	const struct gauge *right = gauge_find(board, from, to, path);
	if (!left)
		return false;
	level[0] = left->now;
	level[1] = right ? right->now : left->now;
	return true;
}

/* "1.5" "-inf" for a reading at its floor. */
static void number_draw(const struct gauge *gauge, double value)
{
	char text[32];

	if (!isfinite(value) || gauge_at_floor(gauge, value))
		printf("   -∞");
	else
		printf("%5s", gauge_text(gauge, value, ' ', text));
}

/* Where the next node's gauges start. */
static int node_end(const struct board *board, int from)
{
	int to = from + 1;

	while (to < board->count &&
	       strcmp(board->gauges[to].node, board->gauges[from].node) == 0)
		to++;
	return to;
}

/* The width of label, number or word, unit, and the spaces between. */
static int gauge_width(const struct gauge *gauge)
{
	char text[32];
	int word = (int)strlen(gauge_text(gauge, gauge->now, ' ', text));

	return (int)strlen(gauge->label) + (int)strlen(gauge->unit) + 4 +
	       (word > 5 ? word : 5);
}

static void extra_draw(const struct board *board, const struct gauge *gauge)
{
	if (gauge_is_reduction(gauge)) {
		printf("  ");
		reduction_draw(board, gauge->now);
		printf(" %5.1f dB", gauge->now);
		return;
	}
	printf("  %s%s%s ", paint(board, "\033[2m"), gauge->label,
	       paint(board, "\033[0m"));
	number_draw(gauge, gauge->now);
	printf("%s%s", gauge->unit[0] ? " " : "", gauge->unit);
}

/* The node's own meters; what does not fit beside its bar stands in one more line. Returns
 * the lines begun. */
static int extras_draw(const struct board *board, int from, int to, int room)
{
	int begun = 0;

	for (int i = from; i < to; i++) {
		const struct gauge *gauge = &board->gauges[i];
		int width = gauge_is_reduction(gauge) ? 23 : gauge_width(gauge);
		if (gauge_is_host(gauge) || strchr(gauge->name, '/') || !gauge->seen)
			continue;
		if (width > room) {
			if (begun++)
				return 1;
			printf("\033[K\n%*s", NAME_WIDTH, "");
			room = board->columns - NAME_WIDTH;
		}
		extra_draw(board, gauge);
		room -= width;
	}
	return begun;
}

/* What a node's marks and vectors look like, in at most `room` lines. Returns the lines. */
static int pictures_of(const struct board *board, int from, int to, int room)
{
	const char *node = board->gauges[from].node;
	const char *scale = pictures_scale(&board->pictures, node);
	int lines = 0;

	for (int i = from; scale && i < to && lines < room; i++) {
		const struct gauge *gauge = &board->gauges[i];
		if (!gauge_is(gauge, "mark") || !gauge->seen)
			continue;
		printf("%*s %s ", NAME_WIDTH - 2, "", strchr(gauge->name, '/') + 1);
		scale_draw(scale, gauge->now, board->columns >= 80 ? 44 : 24,
			   board->colour);
		printf("\033[K\n");
		lines++;
	}
	return lines + pictures_draw(&board->pictures, node, NAME_WIDTH + 1,
				     board->columns, room - lines, board->colour);
}

static void board_draw(struct board *board)
{
	struct winsize size = { 0 };
	int bar, lines = 1;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		board->columns = size.ws_col;
	bar = board->columns >= 110 ? 40 : board->columns >= 80 ? 24 : 12;
	if (board->lines)
		printf("\033[%dA", board->lines);
	double seconds = client_now() - board->began;
	printf("\r%sLathe%s %3d:%02d%.*s\033[K\n", paint(board, "\033[1m"),
	       paint(board, "\033[0m"), (int)(seconds / 60), (int)seconds % 60,
	       board->columns > 14 ? board->columns - 14 : 0, board->status);
	for (int from = 0, to; from < board->count; from = to) {
		double level[2];
		to = node_end(board, from);
		if (size.ws_row && lines + 2 >= size.ws_row)
			break;
		const char *node = strrchr(board->gauges[from].node, '/');
		node = node ? node + 1 : board->gauges[from].node;
		printf("%-*.*s ", NAME_WIDTH, NAME_WIDTH, node);
		int room = board->columns - NAME_WIDTH - 1;
		if (levels(board, from, to, "out", level) ||
		    levels(board, from, to, "peak", level)) {
			bar_draw(board, level[0], level[1], bar);
			double most = fmax(level[0], level[1]);
			if (most > -99.95)
				printf(" %6.1f dB", most);
			else
				printf("     -∞ dB");
			room -= bar + 10;
		}
		if (board->gauges[from].bypassed && room > 10) {
			printf("  %sbypassed%s", paint(board, "\033[1m"),
			       paint(board, "\033[0m"));
			room -= 10;
		}
		lines += 1 + extras_draw(board, from, to, room);
		printf("\033[K\n");
		lines += pictures_of(board, from, to,
				     size.ws_row ? size.ws_row - 2 - lines : 100);
	}
	board->lines = lines;
	fputs("\033[J", stdout);
	fflush(stdout);
}

/* One line per node: "limit in -3.2 -3.4 out -1.0 -1.1 gr 2.2". */
static void board_print(const struct board *board)
{
	char text[32];

	for (int from = 0, to; from < board->count; from = to) {
		to = node_end(board, from);
		printf("%s%s", board->gauges[from].node,
		       board->gauges[from].bypassed ? " bypassed" : "");
		for (int i = from; i < to; i++) {
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

static void board_json(const struct board *board)
{
	bool first = true;

	printf("{\"seconds\": %.1f, \"meters\": {", client_now() - board->began);
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
static void board_summary(const struct board *board)
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

static void board_look(struct board *board)
{
	if (board->session->options.json)
		board_json(board);
	else if (board->terminal)
		board_draw(board);
	else
		board_print(board);
	for (int i = 0; i < board->count; i++)
		board->gauges[i].fresh = false;
}

/* ---- the command ------------------------------------------------------------------- */

static void subscribe(struct board *board, double rate)
{
	struct client *client = &board->session->client;

	client_send(client, "/rack/subscribe", "sf", "/*/meter", rate);
	client_send(client, "/rack/subscribe", "sf", "/rack/output/*/meter", rate);
	client_send(client, "/rack/subscribe", "sf", "/*/bypass", rate);
	if (board->pictures.count)
		client_send(client, "/rack/subscribe", "sf", "/*/vector/*",
			    fmin(rate, 25));
	/* Where nothing has marks this matches nothing, which would be told. */
	if (board->marks)
		client_send(client, "/rack/subscribe", "sf", "/*/scale/text", 2.0);
}

static int board_follow(struct board *board)
{
	struct session *session = board->session;
	double rate = session->options.rate > 0 ? session->options.rate : 20;
	double every = board->terminal ? 1 / fmin(rate, 25) : 1;
	double end = board->began + session->options.seconds;
	double renew = 0, look = 0, next = client_now() + every;

	while (!stop_asked && !ferror(stdout) &&
	       (session->options.seconds < 0 || client_now() < end)) {
		double now = client_now();
		if (now >= renew) {
			subscribe(board, rate);
			renew = now + renew_seconds;
		}
		if (now >= look) {
			client_send(&session->client, "/rack/status", "");
			look = now + look_seconds;
		}
		if (client_run(&session->client, fmax(next - now, 0.001), on_reading,
			       board) == CLIENT_GONE)
			return session_no_answer(session);
		if (client_now() >= next) {
			board_look(board);
			next = fmax(next + every, client_now());
		}
	}
	client_send(&session->client, "/rack/unsubscribe", "");
	return EXIT_DONE;
}

int command_meters(struct session *session, int argc, char **argv)
{
	bool terminal = isatty(STDOUT_FILENO) && !session->options.json;
	struct board board = { .session = session,
			       .nodes = argv,
			       .node_count = argc,
			       .terminal = terminal,
			       .colour = terminal && !getenv("NO_COLOR"),
			       .columns = 80 };

	board.gauges = calloc(GAUGES_MAX, sizeof(*board.gauges));
	if (!board.gauges)
		return EXIT_REFUSED;
	int status = gauges_read(&board);
	if (status == EXIT_DONE) {
		board.began = client_now();
		if (terminal)
			fputs("\033[?25l", stdout);
		status = board_follow(&board);
		if (terminal)
			fputs("\033[?25h", stdout);
		if (session->options.summary && !session->options.json)
			board_summary(&board);
	}
	free(board.gauges);
	pictures_finish(&board.pictures);
	return status;
}
