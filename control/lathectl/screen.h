/* screen.h - the terminal: its size, its keys, and lines on it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_SCREEN_H
#define LATHE_LATHECTL_SCREEN_H

#include <stdbool.h>
#include <termios.h>

enum key {
	KEY_NONE = 0, /* others are characters */
	KEY_UP = 256,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_ENTER,
	KEY_ESCAPE,
};

struct screen {
	int keys;           /* where keys come from, or -1 */
	bool keys_are_ours; /* opened here */
	struct termios before;
	int rows, columns;
	bool ascii;   /* the terminal knows no UTF-8 */
	char **shown; /* [shown_rows] what stands there */
	int shown_rows;
	char pending[32]; /* bytes of keys that are not taken yet */
	int pending_count;
	bool is_split; /* a key's bytes had not all come at the last call */
};

/* Takes the terminal: another page of it, without a cursor, and its keys. screen_close() gives
 * it back. */
void screen_open(struct screen *screen);
void screen_close(struct screen *screen);
/* Call before each look. Reads the size; stops and goes on as the shell says. */
void screen_look(struct screen *screen);
/* Draws these rows, those that have changed; all others are emptied. */
void screen_draw(struct screen *screen, const char *const *rows, int count);
/* The next key, KEY_NONE when there is none. Does not wait. */
int screen_key(struct screen *screen);

#endif
