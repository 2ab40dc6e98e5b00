/* instrument.c - lathectl meters on a terminal: its keys, what they show, and a rack that may
 * go and come back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/instrument.h"

#include "control/lathectl/opened.h"
#include "control/lathectl/overview.h"
#include "control/lathectl/screen.h"
#include "control/lathectl/verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double renew_seconds = 4, look_seconds = 1, silent_seconds = 2.5,
		    notice_seconds = 6;

enum mode { MODE_OVERVIEW, MODE_NODE, MODE_ALARMS, MODE_HELP };

enum { FULL_ROWS = 16, ALARM_ROWS_MOST = 5 };

struct instrument {
	struct board *board;
	struct screen screen;
	struct page head, body, foot;
	enum mode mode;
	int *order;     /* parts: the master, the other outputs, the nodes */
	int *from, *to; /* [part_count] the lines of each, in this order */
	int selected;   /* in this order */
	char name[64];  /* the path of what is selected, to find it after a reload */
	int top;        /* the first line that is shown */
	int height;     /* lines that are shown */
	double renew, look, began;
	bool is_gone;
	bool is_over;
};

/* ---- what is selected -------------------------------------------------------------- */

static struct part *part_at(const struct instrument *it, int place)
{
	return &it->board->parts[it->order[place]];
}

static void order_add(struct instrument *it, int *count, bool outputs, bool masters)
{
	for (int i = 0; i < it->board->part_count; i++) {
		const struct part *part = &it->board->parts[i];
		if (part->is_output == outputs && part->is_master == masters)
			it->order[(*count)++] = i;
	}
}

/* After the rack was read. The selection stays on the same node. */
static void order_make(struct instrument *it)
{
	const size_t size = (size_t)it->board->part_count + 1;
	int count = 0;

	free(it->order);
	free(it->from);
	free(it->to);
	it->order = calloc(size, sizeof(*it->order));
	it->from = calloc(size, sizeof(*it->from));
	it->to = calloc(size, sizeof(*it->to));
	if (!it->order || !it->from || !it->to)
		abort();
	order_add(it, &count, true, true);
	order_add(it, &count, true, false);
	order_add(it, &count, false, false);
	it->selected = 0;
	for (int i = 0; i < count; i++)
		if (strcmp(part_at(it, i)->path, it->name) == 0)
			it->selected = i;
	if (it->mode == MODE_NODE &&
	    strcmp(part_at(it, it->selected)->path, it->name) != 0)
		it->mode = MODE_OVERVIEW;
}

static void select_part(struct instrument *it, int place)
{
	const int last = it->board->part_count - 1;

	it->selected = place < 0 ? 0 : place > last ? last : place;
	snprintf(it->name, sizeof(it->name), "%s", part_at(it, it->selected)->path);
}

/* Scrolls as far as needed for what is selected; its first line counts most. */
static void reveal(struct instrument *it)
{
	const int from = it->from[it->selected], to = it->to[it->selected];

	if (to > it->top + it->height)
		it->top = to - it->height;
	if (from < it->top)
		it->top = from;
}

/* ---- pages ------------------------------------------------------------------------- */

static void overview_make(struct instrument *it)
{
	const struct board *board = it->board;
	const struct columns at = columns_of(board, it->screen.columns);

	for (int i = 0; i < board->part_count; i++) {
		const struct part *part = part_at(it, i);
		it->from[i] = it->body.count;
		if (part->is_output)
			output_add(&it->body, board, &at, part, i == it->selected,
				   part->is_master && it->screen.rows >= FULL_ROWS);
		else
			node_add(&it->body, board, &at, part, i == it->selected);
		it->to[i] = it->body.count;
	}
	overview_ruler(&it->head, &at);
}

/* The state of the audio, as many words as have room: two spaces part them. */
static void brief_add(struct page *page, const struct board *board)
{
	char brief[sizeof(board->brief) + sizeof(board->state) + 4], *rest = brief;

	snprintf(brief, sizeof(brief), "%s  %s", board->state, board->brief);
	while (rest) {
		char *word = rest, *gap = strstr(rest, "  ");
		rest = gap ? gap + 2 : NULL;
		if (gap)
			*gap = '\0';
		if (page_left(page) < 2 + text_columns(word))
			return;
		page_add(page, INK_PLAIN, "  %s", word);
	}
}

/* The rack, how long it has been watched, its audio; or that it does not answer. */
static void title_add(struct instrument *it)
{
	const struct board *board = it->board;
	const struct options *options = &board->session->options;
	const int seconds = (int)(client_now() - it->began);

	page_line(&it->head);
	page_add(&it->head, INK_BOLD, "Lathe ");
	page_add(&it->head, INK_BOLD, "%s", board->config);
	page_add(&it->head, INK_PLAIN, " %d:%02d", seconds / 60, seconds % 60);
	if (it->is_gone)
		page_add(&it->head, INK_RED,
			 " !! no answer from %s:%s for %.0f s; waiting", options->host,
			 options->port, client_now() - board->session->client.heard);
	else
		brief_add(&it->head, board);
}

static void alarms_head_add(struct instrument *it)
{
	const struct board *board = it->board;
	const int room = it->screen.rows / 7;
	const int most = room > ALARM_ROWS_MOST ? ALARM_ROWS_MOST : room < 1 ? 1 : room;
	const int shown = board->alarm_count <= most ? board->alarm_count : most - 1;

	for (int i = 0; i < shown; i++)
		alarm_add(&it->head, &board->alarms[i]);
	if (shown == board->alarm_count)
		return;
	page_line(&it->head);
	page_add(&it->head, verdict_ink(verdict_alarm(board->alarms[shown].level)),
		 "%-2s %d %salarm%s: key a",
		 verdict_mark(verdict_alarm(board->alarms[shown].level)),
		 board->alarm_count - shown, shown ? "more " : "",
		 board->alarm_count - shown == 1 ? "" : "s");
}

static void foot_add(struct instrument *it)
{
	static const char *const keys[] = {
		[MODE_OVERVIEW] = "Enter open  r reset  a alarms  h help  q quit",
		[MODE_NODE] = "Esc back  r reset  C clear  h help  q quit",
		[MODE_ALARMS] = "Esc back  s mark all as seen  h help  q quit",
		[MODE_HELP] = "Esc back  q quit",
	};
	const int below = it->body.count - it->top - it->height;

	page_line(&it->foot);
	if (client_now() < it->board->message_until) {
		page_add(&it->foot, INK_AMBER, "! %s", it->board->message);
		return;
	}
	page_add(&it->foot, INK_FAINT, "%s", keys[it->mode]);
	if (below > 0)
		page_add(&it->foot, INK_FAINT, "  %d below", below);
}

static void body_make(struct instrument *it)
{
	if (it->mode == MODE_OVERVIEW)
		overview_make(it);
	else if (it->mode == MODE_NODE)
		opened_add(&it->body, it->board, part_at(it, it->selected));
	else if (it->mode == MODE_ALARMS)
		alarms_add(&it->body, it->board);
	else
		help_add(&it->body);
}

static void scroll(struct instrument *it, int lines)
{
	const int most = it->body.count - it->height;

	it->top += lines;
	it->top = it->top > most ? most : it->top;
	it->top = it->top < 0 ? 0 : it->top;
}

static void rows_take(const char **rows, int *count, int most, const struct page *page,
		      int from, int height)
{
	for (int i = from; i < page->count && i < from + height && *count < most; i++)
		rows[(*count)++] = page->lines[i];
}

static void look(struct instrument *it)
{
	struct screen *screen = &it->screen;
	const bool colour = !getenv("NO_COLOR");

	screen_look(screen);
	page_start(&it->head, screen->columns, colour);
	page_start(&it->body, screen->columns, colour);
	page_start(&it->foot, screen->columns, colour);
	title_add(it);
	if (it->mode == MODE_OVERVIEW || it->mode == MODE_NODE)
		alarms_head_add(it);
	body_make(it);
	it->height = screen->rows - it->head.count - 1;
	if (it->height < 1)
		it->height = 1;
	if (it->mode == MODE_OVERVIEW)
		reveal(it);
	scroll(it, 0);
	foot_add(it);
	const char **rows = calloc((size_t)screen->rows + 1, sizeof(*rows));
	int count = 0;
	if (!rows)
		abort();
	rows_take(rows, &count, screen->rows - 1, &it->head, 0, it->head.count);
	rows_take(rows, &count, screen->rows - 1, &it->body, it->top, it->height);
	while (count < screen->rows - 1)
		rows[count++] = "";
	rows_take(rows, &count, screen->rows, &it->foot, 0, 1);
	screen_draw(screen, rows, count);
	free(rows);
	board_looked(it->board);
}

/* ---- keys -------------------------------------------------------------------------- */

static void notice(struct board *board, const char *text)
{
	snprintf(board->message, sizeof(board->message), "%s", text);
	board->message_until = client_now() + notice_seconds;
}

/* The loudness meter that is selected, or that of the selected output, begins anew. */
static void clear_meter(struct instrument *it)
{
	const struct board *board = it->board;
	const struct part *part = part_at(it, it->selected);
	char path[PATH_BYTES];

	if (part->loudness != NO_PART)
		part = &board->parts[part->loudness];
	if (!board_gauge(board, part, "integrated")) {
		notice(it->board, "nothing to clear here: select a loudness meter");
		return;
	}
	snprintf(path, sizeof(path), "/%s/clear", part->path);
	client_send(&board->session->client, path, "i", 1);
	notice(it->board, "cleared: its loudness and peaks begin anew");
}

static void see_alarms(struct instrument *it)
{
	client_send(&it->board->session->client, "/rack/alarm/seen", "");
	it->look = 0;
}

static void enter(struct instrument *it, enum mode mode)
{
	it->mode = it->mode == mode && mode != MODE_NODE ? MODE_OVERVIEW : mode;
	it->top = 0;
}

/* Down: to the first part that is not all there to see, which then stands at the top. Up: to
 * the last one that begins above. */
static void move_page(struct instrument *it, bool is_down)
{
	const int last = it->board->part_count - 1;
	int place = is_down ? 0 : last;

	if (is_down) {
		while (place < last && it->to[place] <= it->top + it->height)
			place++;
		place = place <= it->selected ? it->selected + 1 : place;
		select_part(it, place);
		it->top = it->from[it->selected];
		return;
	}
	while (place > 0 && it->from[place] >= it->top)
		place--;
	select_part(it, place < it->selected ? place : it->selected - 1);
	it->top = it->to[it->selected] - it->height;
}

static void move(struct instrument *it, int key)
{
	const bool is_up = key == KEY_UP || key == 'k' || key == KEY_PAGE_UP ||
			   key == KEY_HOME || key == 'g';
	const bool is_page = key == KEY_PAGE_UP || key == KEY_PAGE_DOWN || key == ' ';
	const bool is_end =
		key == KEY_HOME || key == KEY_END || key == 'g' || key == 'G';
	const int way = is_up ? -1 : 1;

	if (it->mode != MODE_OVERVIEW)
		scroll(it, way * (is_end ? it->body.count : is_page ? it->height : 1));
	else if (is_page)
		move_page(it, !is_up);
	else
		select_part(it,
			    is_end ? way * it->board->part_count : it->selected + way);
}

static void key_take(struct instrument *it, int key)
{
	switch (key) {
	case 'q':
		it->is_over = true;
		break;
	case 'h':
	case '?':
		enter(it, MODE_HELP);
		break;
	case 'a':
		enter(it, MODE_ALARMS);
		break;
	case KEY_ENTER:
	case KEY_RIGHT:
		if (it->mode == MODE_OVERVIEW)
			enter(it, MODE_NODE);
		break;
	case KEY_ESCAPE:
	case KEY_LEFT:
	case 'b':
		if (it->mode != MODE_OVERVIEW)
			enter(it, MODE_OVERVIEW);
		break;
	case 'r':
		board_reset(it->board);
		notice(it->board, "the peaks held here begin anew");
		break;
	case 'C':
		clear_meter(it);
		break;
	case 's':
		if (it->mode == MODE_ALARMS)
			see_alarms(it);
		break;
	case KEY_UP:
	case KEY_DOWN:
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
	case KEY_HOME:
	case KEY_END:
	case 'k':
	case 'j':
	case 'g':
	case 'G':
	case ' ':
		move(it, key);
		break;
	default:
		break;
	}
}

/* ---- the rack ---------------------------------------------------------------------- */

/* A rack that has come back, or that has loaded other nodes, is read again. */
static void read_again(struct instrument *it)
{
	struct board *board = it->board;

	if (board_read(board) != EXIT_DONE) {
		it->is_gone = true;
		board->session->refused = false;
	} else {
		it->is_gone = false;
		it->renew = it->look = 0;
	}
	order_make(it);
}

static void ask(struct instrument *it, double rate)
{
	const double now = client_now();

	if (now >= it->renew && !it->is_gone) {
		board_subscribe(it->board, rate);
		it->renew = now + renew_seconds;
	}
	if (now >= it->look) {
		board_ask(it->board);
		it->look = now + look_seconds;
	}
}

static void rack_watch(struct instrument *it, double heard_before)
{
	const struct client *client = &it->board->session->client;
	const bool was_gone = it->is_gone;

	if (client->heard > heard_before && (was_gone || it->board->is_changed))
		read_again(it);
	else if (client_now() > client->heard + silent_seconds)
		it->is_gone = true;
}

static void nap(double seconds)
{
	const struct timespec pause = { .tv_nsec = (long)(seconds * 1e9) };

	if (seconds > 0 && seconds < 1)
		nanosleep(&pause, NULL);
}

/* Takes what comes until then. */
static void hear(struct board *board, double until)
{
	struct client *client = &board->session->client;

	while (client_now() < until && !stop_asked)
		if (client_run(client, fmax(until - client_now(), 0.001), board_take,
			       board) == CLIENT_GONE)
			nap(fmin(until - client_now(), 0.05));
}

int instrument_run(struct board *board)
{
	struct session *session = board->session;
	const double rate = session->options.rate > 0 ? session->options.rate : 20;
	const double every = 1 / fmin(rate, 25),
		     end = client_now() + session->options.seconds;
	struct instrument it = { .board = board, .began = client_now() };
	double next = client_now();

	screen_open(&it.screen);
	order_make(&it);
	while (!stop_asked && !it.is_over && !ferror(stdout) &&
	       (session->options.seconds < 0 || client_now() < end)) {
		const double heard = session->client.heard;
		ask(&it, rate);
		hear(board, next);
		rack_watch(&it, heard);
		for (int key; (key = screen_key(&it.screen)) != KEY_NONE;)
			key_take(&it, key);
		look(&it);
		next = fmax(next + every, client_now());
	}
	client_send(&session->client, "/rack/unsubscribe", "");
	screen_close(&it.screen);
	page_finish(&it.head);
	page_finish(&it.body);
	page_finish(&it.foot);
	free(it.order);
	free(it.from);
	free(it.to);
	return EXIT_DONE;
}
