/* compare.h - honest comparison: two sets of values, the input, and what differs, all at one
 * loudness. Control thread; the audio's part is modules/output.
 *
 *   /rack/compare a|b --> keeps the values of one slot, pending the other's
 *   meter `louder` of the outputs --> their `match` and `match_to`
 *
 * What is louder is lowered; nothing is raised, so nothing clips. How much louder than the
 * input each slot plays is remembered, so a switch is right at once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RECALL_COMPARE_H
#define LATHE_RECALL_COMPARE_H

#include "daemon/desk/desk.h"

struct compare;

/* Follows the desk. No other file calls it. */
struct compare *compare_create(struct desk *desk);
void compare_destroy(struct compare *compare);

#endif
