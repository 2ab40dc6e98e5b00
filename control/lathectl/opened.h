/* opened.h - what the terminal shows in place of the overview: one node with all of its meters,
 * the alarms, the help. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_OPENED_H
#define LATHE_LATHECTL_OPENED_H

#include "control/lathectl/board.h"
#include "control/lathectl/page.h"

/* All meters of a node or output: now, and the least and the most since they were reset. */
void opened_add(struct page *page, const struct board *board, const struct part *part);
/* The alarms that stand: since when, what to do, who has seen them. */
void alarms_add(struct page *page, const struct board *board);
/* One alarm in one line. */
void alarm_add(struct page *page, const struct standing *alarm);
/* The keys, the marks and the colours. */
void help_add(struct page *page);

#endif
