/* state_file.h - the text of a saved state: is it whole, and which values does it hold?
 * state_file_read() runs on a disk thread, all else is pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_STATE_FILE_H
#define LATHE_RECALL_STATE_FILE_H

#include "daemon/base/text.h"
#include "daemon/rack/rack.h"

#include <stdint.h>

/* The first line is "lathe-state VERSION". A version that reads otherwise gets the next
 * number, so that an earlier Lathe leaves its file alone. */
enum { STATE_VERSION = 1, STATE_BYTES_MAX = 16 << 20 };

enum state_found {
	STATE_WHOLE,
	STATE_NONE,       /* nothing was saved yet */
	STATE_UNREADABLE, /* the file stays, and must not be written over */
};

/* Disk thread. Reads the file; if it is not whole, the one saved before it. What is broken, or
 * of a newer Lathe, is renamed. `report` says what was done ("": nothing worth saying). */
enum state_found state_file_read(const char *path, struct text *text,
				 struct text *report);
/* Disk thread. The file that is there is kept as *.previous. */
bool state_file_write(const char *path, const struct text *text, char *error);

/* Disk thread. Renames the file to *.late. */
void state_file_put_aside(const char *path);

/* Begins and ends the text. */
void state_file_begin(struct text *text);
void state_file_end(struct text *text);
/* "value NODE/PARAM VALUE LOADED" of every value that differs from the config's. */
void state_file_print(const struct rack *rack, struct text *text);
/* Takes one such line. Counts it as taken, or as overruled by the config; the change's node is
 * -1 if it is neither. */
struct change state_file_value(const struct rack *rack, const char *line, int *taken,
			       int *overruled);

#endif
