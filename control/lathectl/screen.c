/* screen.c - the terminal: its size, its keys, and lines on it. Any terminal that knows the
 * escapes of ECMA-48 (xterm, the Linux console, tmux, screen). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/screen.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t pause_asked;

static void on_pause(int number)
{
	(void)number;
	pause_asked = 1;
}

/* Any charset but UTF-8 that the user has named. The C locale names none, and most terminals
 * know UTF-8. */
static bool is_ascii_only(void)
{
	setlocale(LC_CTYPE, "");
	const char *charset = nl_langinfo(CODESET);
	const bool is_named = strcmp(charset, "ANSI_X3.4-1968") != 0;
	const bool is_utf8 = strcmp(charset, "UTF-8") == 0;

	if (!is_utf8)
		setlocale(LC_CTYPE, "C.UTF-8");
	return is_named && !is_utf8;
}

/* The keyboard, if this process may read it: one in the background may not. */
static void keys_find(struct screen *screen)
{
	screen->keys_are_ours = !isatty(STDIN_FILENO);
	screen->keys = screen->keys_are_ours ? open("/dev/tty", O_RDONLY | O_CLOEXEC)
					     : STDIN_FILENO;
	if (screen->keys < 0)
		return;
	if (tcgetpgrp(screen->keys) == getpgrp() &&
	    tcgetattr(screen->keys, &screen->before) == 0)
		return;
	if (screen->keys_are_ours)
		close(screen->keys);
	screen->keys = -1;
}

static void screen_take(struct screen *screen)
{
	if (screen->keys >= 0) {
		struct termios raw = screen->before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 0;
		raw.c_cc[VTIME] = 0;
		tcsetattr(screen->keys, TCSANOW, &raw);
	}
	fputs("\033[?1049h\033[?25l\033[2J", stdout);
	fflush(stdout);
}

static void screen_give(struct screen *screen)
{
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	if (screen->keys >= 0)
		tcsetattr(screen->keys, TCSANOW, &screen->before);
}

static void shown_forget(struct screen *screen)
{
	for (int i = 0; i < screen->shown_rows; i++)
		free(screen->shown[i]);
	free(screen->shown);
	screen->shown = NULL;
	screen->shown_rows = 0;
}

void screen_open(struct screen *screen)
{
	struct sigaction action = { .sa_handler = on_pause };

	*screen = (struct screen) { .keys = -1, .ascii = is_ascii_only() };
	keys_find(screen);
	sigaction(SIGTSTP, &action, NULL);
	screen_take(screen);
}

void screen_close(struct screen *screen)
{
	screen_give(screen);
	signal(SIGTSTP, SIG_DFL);
	shown_forget(screen);
	if (screen->keys >= 0 && screen->keys_are_ours)
		close(screen->keys);
	screen->keys = -1;
}

void screen_look(struct screen *screen)
{
	struct winsize size = { 0 };

	if (pause_asked) {
		pause_asked = 0;
		screen_give(screen);
		raise(SIGSTOP);
		screen_take(screen);
		shown_forget(screen);
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
		size = (struct winsize) { .ws_row = 24, .ws_col = 80 };
	if (size.ws_row == screen->rows && size.ws_col == screen->columns)
		return;
	screen->rows = size.ws_row;
	screen->columns = size.ws_col;
	shown_forget(screen);
	fputs("\033[2J", stdout);
}

/* What a terminal without UTF-8 shows in place of a character. */
static char plain(const char *letter)
{
	static const struct {
		const char *from;
		char to;
	} pairs[] = { { "█", '#' }, { "▀", '"' }, { "▄", '_' }, { "▁", '_' },
		      { "▂", '_' }, { "▃", '-' }, { "▅", '=' }, { "▆", '=' },
		      { "▇", '#' }, { "░", ':' }, { "·", '.' }, { "─", '-' },
		      { "═", '=' }, { "┃", 'I' }, { "│", '|' }, { "┼", '+' },
		      { "◀", '<' }, { "▶", '>' }, { "▬", '=' }, { "⠀", ' ' } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (strncmp(letter, pairs[i].from, strlen(pairs[i].from)) == 0)
			return pairs[i].to;
	return (unsigned char)letter[0] == 0xe2 ? '*' : '?';
}

static void row_print(const struct screen *screen, const char *text)
{
	for (; *text; text++) {
		const unsigned char byte = (unsigned char)*text;
		if (!screen->ascii || byte < 0x80)
			putchar(byte);
		else if (byte >= 0xc0)
			putchar(plain(text));
	}
}

static bool is_shown(const struct screen *screen, int row, const char *text)
{
	return row < screen->shown_rows && strcmp(screen->shown[row], text) == 0;
}

void screen_draw(struct screen *screen, const char *const *rows, int count)
{
	char **shown = calloc((size_t)screen->rows, sizeof(*shown));

	if (!shown)
		abort();
	fputs("\033[?2026h",
	      stdout); /* terminals that know it show the whole at once */
	for (int i = 0; i < screen->rows; i++) {
		const char *text = i < count ? rows[i] : "";
		if (!is_shown(screen, i, text)) {
			printf("\033[%d;1H", i + 1);
			row_print(screen, text);
			fputs("\033[0m\033[K", stdout);
		}
		shown[i] = strdup(text);
		if (!shown[i])
			abort();
	}
	fputs("\033[?2026l", stdout);
	fflush(stdout);
	shown_forget(screen);
	screen->shown = shown;
	screen->shown_rows = screen->rows;
}

/* ---- keys -------------------------------------------------------------------------- */

static void keys_read(struct screen *screen)
{
	struct pollfd waiting = { .fd = screen->keys, .events = POLLIN };
	const int room = (int)sizeof(screen->pending) - screen->pending_count;

	if (screen->keys < 0 || room <= 0 || poll(&waiting, 1, 0) <= 0)
		return;
	const ssize_t got = read(screen->keys, screen->pending + screen->pending_count,
				 (size_t)room);
	if (got > 0)
		screen->pending_count += (int)got;
	else if (waiting.revents & (POLLHUP | POLLERR | POLLNVAL))
		screen->keys = -1; /* the terminal is gone */
}

static void pending_drop(struct screen *screen, int count)
{
	screen->pending_count -= count;
	memmove(screen->pending, screen->pending + count,
		(size_t)screen->pending_count);
}

/* "ESC [ A", "ESC O A", "ESC [ 5 ~": takes the whole sequence, also of keys that nobody
 * wants. */
static int sequence_take(struct screen *screen)
{
	static const struct {
		const char *end;
		enum key key;
	} keys[] = {
		{ "A", KEY_UP },    { "B", KEY_DOWN },     { "C", KEY_RIGHT },
		{ "D", KEY_LEFT },  { "H", KEY_HOME },     { "F", KEY_END },
		{ "1~", KEY_HOME }, { "7~", KEY_HOME },    { "4~", KEY_END },
		{ "8~", KEY_END },  { "5~", KEY_PAGE_UP }, { "6~", KEY_PAGE_DOWN }
	};
	int length = 2, found = KEY_NONE;

	while (length < screen->pending_count && screen->pending[length] < '@')
		length++;
	if (length < screen->pending_count)
		length++;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if ((size_t)length - 2 == strlen(keys[i].end) &&
		    memcmp(screen->pending + 2, keys[i].end, strlen(keys[i].end)) == 0)
			found = (int)keys[i].key;
	pending_drop(screen, length);
	return found;
}

/* Whether it may be the beginning of a longer sequence: "ESC", "ESC [", "ESC [ 5". */
static bool is_unfinished(const struct screen *screen)
{
	const char last = screen->pending[screen->pending_count - 1];

	return screen->pending_count < 6 &&
	       (screen->pending_count == 1 ||
		(strchr("[O", screen->pending[1]) &&
		 (screen->pending_count == 2 || last < '@')));
}

int screen_key(struct screen *screen)
{
	keys_read(screen);
	while (screen->pending_count) {
		const char first = screen->pending[0];
		if (first == '\033' && is_unfinished(screen) && !screen->is_split) {
			screen->is_split = true; /* the rest may come later */
			return KEY_NONE;
		}
		screen->is_split = false;
		if (first == '\033' && screen->pending_count > 1 &&
		    strchr("[O", screen->pending[1])) {
			const int key = sequence_take(screen);
			if (key != KEY_NONE)
				return key;
			continue;
		}
		pending_drop(screen, 1);
		return first == '\033'                  ? KEY_ESCAPE
		       : first == '\r' || first == '\n' ? KEY_ENTER
							: (unsigned char)first;
	}
	return KEY_NONE;
}
