/* bundle.c - carries out datagrams. A bundle's sets are applied first, as one change,
 * then its other messages run. A long bundle continues in its sender's next turn.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/bundle.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/net/access.h"
#include "daemon/osc/dispatch.h"

#include <math.h>
#include <stdlib.h>

/* A bundle that is being carried out. */
struct bundle {
	enum pass pass;
	int done;              /* messages that this pass has looked at */
	int shape;             /* dispatch->shape when `gather` was made */
	struct gather *gather; /* its sets, until all are gathered */
};

static bool turn_ended(const struct dispatch *dispatch)
{
	return clock_seconds() >= dispatch->turn_end;
}

/* False: the turn ended before the last element. */
static bool elements(struct dispatch *dispatch, const struct sender *sender,
		     struct bundle *bundle, const uint8_t *bytes, size_t size,
		     int *skip)
{
	const uint8_t *element;
	size_t element_size, at = 0;

	while (bundle_next(bytes, size, &at, &element, &element_size)) {
		if (packet_is_bundle(element)) {
			if (!elements(dispatch, sender, bundle, element, element_size,
				      skip))
				return false;
		} else if (*skip > 0) {
			--*skip;
		} else {
			dispatch_message(dispatch, sender, element, element_size,
					 bundle->pass);
			bundle->done++;
			if (turn_ended(dispatch))
				return false;
		}
	}
	return true;
}

static void bundle_forget(struct dispatch *dispatch, struct bundle *bundle)
{
	if (bundle->shape == dispatch->shape && !dispatch->spare) {
		dispatch->spare = bundle->gather;
		gather_take(dispatch->spare, &(struct change *) { NULL });
	} else {
		gather_destroy(bundle->gather);
	}
	bundle->gather = NULL;
}

/* Called before its first set, and again when the rack was replaced between two
 * turns. */
static void bundle_begin(struct dispatch *dispatch, struct bundle *bundle)
{
	if (bundle->gather)
		bundle_forget(dispatch, bundle);
	bundle->pass = PASS_SETS;
	bundle->done = 0;
	bundle->shape = dispatch->shape;
	bundle->gather = dispatch->spare;
	dispatch->spare = NULL;
	if (!bundle->gather)
		bundle->gather = gather_create(address_count(dispatch->addresses));
}

/* Its sets are gathered apart from those of other senders, whose turns may come in
 * between. */
static bool bundle_go_on(struct dispatch *dispatch, const struct sender *sender,
			 struct bundle *bundle, const uint8_t *bytes, size_t size)
{
	int skip;

	if (bundle->pass != PASS_OTHERS) {
		if (!bundle->gather || bundle->shape != dispatch->shape)
			bundle_begin(dispatch, bundle);
		dispatch_apply(dispatch);
		skip = bundle->done;
		dispatch->gather = bundle->gather;
		bool all = elements(dispatch, sender, bundle, bytes, size, &skip);
		if (all)
			dispatch_apply(dispatch);
		dispatch->gather = dispatch->turn;
		if (!all)
			return false;
		bundle->pass = PASS_OTHERS;
		bundle->done = 0;
	}
	skip = bundle->done;
	return elements(dispatch, sender, bundle, bytes, size, &skip);
}

static struct sender sender_of(struct dispatch *dispatch,
			       const struct sockaddr_in *from, double now)
{
	return (struct sender) { *from, watch_client(dispatch->watch, from, now),
				 access_role(dispatch->desk->rack->osc, from) };
}

static bool whole_bundle(struct dispatch *dispatch, const struct sender *sender,
			 const uint8_t *bytes, size_t size, struct bundle **cut)
{
	struct bundle here = { .pass = PASS_ALL }, *bundle = *cut ? *cut : &here;
	bool all = bundle_go_on(dispatch, sender, bundle, bytes, size);

	if (!all && !*cut) {
		*cut = memory_zeroed(1, sizeof(**cut));
		**cut = here;
	}
	if (all) {
		bundle_forget(dispatch, bundle);
		free(*cut);
		*cut = NULL;
	}
	return all;
}

static void later(struct dispatch *dispatch, const struct sender *sender,
		  const uint8_t *bytes, size_t size, double delay)
{
	int waiting = timed_count_of(dispatch->timed, &sender->address);

	if (delay > (double)TIMED_SECONDS_MAX)
		answer_error(dispatch->answers, sender, "#bundle", "time",
			     dispatch->now,
			     "the time tag is %.0f s ahead; at most %d s are kept",
			     delay, TIMED_SECONDS_MAX);
	else if (!timed_add(dispatch->timed, bytes, size, &sender->address,
			    dispatch->now + delay))
		answer_error(dispatch->answers, sender, "#bundle", "full",
			     dispatch->now,
			     "%d bundles of this client wait for their time already, "
			     "%d of all; %d of a client, %d of a host and %d are kept",
			     waiting, timed_count(dispatch->timed), TIMED_OF_ONE_MAX,
			     TIMED_OF_HOST_MAX, TIMED_MAX);
}

bool bundle_run(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		const struct sockaddr_in *from, double now, double end,
		struct bundle **cut)
{
	struct sender sender = sender_of(dispatch, from, now);

	dispatch->now = now;
	dispatch->turn_end = end;
	if (!packet_is_bundle(bytes)) {
		dispatch_message(dispatch, &sender, bytes, size, PASS_ALL);
		return true;
	}
	double delay = *cut ? 0.0 : timed_delay(bundle_time(bytes));
	if (delay <= 0.0)
		return whole_bundle(dispatch, &sender, bytes, size, cut);
	later(dispatch, &sender, bytes, size, delay);
	return true;
}

void bundle_run_whole(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		      const struct sockaddr_in *from, double now)
{
	struct bundle *cut = NULL;

	bundle_run(dispatch, bytes, size, from, now, HUGE_VAL, &cut);
	bundle_destroy(cut);
}

void bundle_destroy(struct bundle *bundle)
{
	if (!bundle)
		return;
	gather_destroy(bundle->gather);
	free(bundle);
}

bool bundle_due(struct dispatch *dispatch, double now, uint8_t **bytes, size_t *size,
		struct sockaddr_in *from)
{
	while (timed_take(dispatch->timed, now, bytes, size, from)) {
		/* A reload may have taken the sender off the allow list. */
		if (access_role(dispatch->desk->rack->osc, from) != ROLE_NONE)
			return true;
		free(*bytes);
	}
	return false;
}
