/* outcome.h - answers that come later, because a disk is asked first: who asks keeps a ticket
 * and looks for its outcome at each tick. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_OUTCOME_H
#define LATHE_RECALL_OUTCOME_H

#include "daemon/base/text.h"

#include <stdint.h>

enum { OUTCOMES_KEPT = 128 };

struct outcome {
	uint64_t ticket;
	bool known, good;
	struct text result; /* what was done, or why not */
};

/* All zero at first. */
struct outcomes {
	uint64_t last;
	struct outcome kept[OUTCOMES_KEPT]; /* ticket t at t % OUTCOMES_KEPT */
};

/* A new ticket, from 1. */
uint64_t outcome_open(struct outcomes *outcomes);
/* Takes the text over. */
void outcome_close(struct outcomes *outcomes, uint64_t ticket, bool good,
		   struct text *result);
/* False: not known yet. The text becomes the caller's; a ticket has one outcome. */
bool outcome_take(struct outcomes *outcomes, uint64_t ticket, bool *good,
		  struct text *result);
void outcomes_finish(struct outcomes *outcomes);

#endif
