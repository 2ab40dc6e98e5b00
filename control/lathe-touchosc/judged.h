/* judged.h - what is right or not: loudness and true peak against what is wanted; alarms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_JUDGED_H
#define LATHE_TOUCHOSC_JUDGED_H

#include "control/lathe-touchosc/node.h"
#include "control/lathe-touchosc/widget.h"

/* The loudness of the master: its integrated loudness beside its target and its true peak beside
 * its limit, each with a lamp and with the verdict in a word. */
void loudness_draw(struct widget *page, const struct style *style,
		   const struct rack *rack, struct frame area);
/* The gravest alarms and who has seen them, a lamp, and a button that marks all of them as
 * seen. */
void alarms_draw(struct widget *page, const struct style *style, struct frame area);

#endif
