/* outcome.c - answers that come later. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/outcome.h"

static struct outcome *place_of(struct outcomes *outcomes, uint64_t ticket)
{
	return &outcomes->kept[ticket % OUTCOMES_KEPT];
}

uint64_t outcome_open(struct outcomes *outcomes)
{
	struct outcome *outcome = place_of(outcomes, ++outcomes->last);

	text_finish(&outcome->result); /* nobody asked for it */
	*outcome = (struct outcome) { .ticket = outcomes->last };
	return outcomes->last;
}

void outcome_close(struct outcomes *outcomes, uint64_t ticket, bool good,
		   struct text *result)
{
	struct outcome *outcome = place_of(outcomes, ticket);

	if (outcome->ticket == ticket && !outcome->known) {
		outcome->known = true;
		outcome->good = good;
		outcome->result = *result;
		*result = (struct text) { 0 };
	}
	text_finish(result);
}

bool outcome_take(struct outcomes *outcomes, uint64_t ticket, bool *good,
		  struct text *result)
{
	struct outcome *outcome = place_of(outcomes, ticket);

	if (outcome->ticket == ticket && !outcome->known)
		return false;
	*good = false;
	*result = (struct text) { 0 };
	if (outcome->ticket != ticket) {
		text_add(result,
			 "what became of it is not known any more: %d requests "
			 "came after it",
			 OUTCOMES_KEPT);
		return true;
	}
	*good = outcome->good;
	*result = outcome->result;
	*outcome = (struct outcome) { 0 };
	return true;
}

void outcomes_finish(struct outcomes *outcomes)
{
	for (int i = 0; i < OUTCOMES_KEPT; i++)
		text_finish(&outcomes->kept[i].result);
	*outcomes = (struct outcomes) { 0 };
}
