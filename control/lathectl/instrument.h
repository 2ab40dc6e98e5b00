/* instrument.h - lathectl meters on a terminal. */
#ifndef LATHE_LATHECTL_INSTRUMENT_H
#define LATHE_LATHECTL_INSTRUMENT_H

#include "control/lathectl/board.h"

/* Shows the board, which has been read, until a key or a signal ends it. Returns the exit
 * status. */
int instrument_run(struct board *board);

#endif
