/* instrument.h - lathectl meters on a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_INSTRUMENT_H
#define LATHE_LATHECTL_INSTRUMENT_H

#include "control/lathectl/board.h"

/* Shows the board, which has been read, until a key or a signal ends it. Returns the exit
 * status. */
int instrument_run(struct board *board);

#endif
