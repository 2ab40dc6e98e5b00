/* dispatch.c - carries out datagrams. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/dispatch.h"
#include "daemon/base/memory.h"

#include "daemon/desk/limit.h"
#include "daemon/desk/lock.h"
#include "daemon/net/access.h"
#include "daemon/osc/want.h"
#include "daemon/rack/param.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_count(const struct command_set *const *sets)
{
	int count = 0;

	while (sets[count])
		count++;
	return count;
}

struct dispatch *dispatch_create(struct desk *desk, const struct osc_parts *parts,
				 struct outlet *outlet,
				 const struct command_set *const *sets)
{
	struct dispatch *dispatch = memory_zeroed(1, sizeof(*dispatch));

	dispatch->desk = desk;
	dispatch->parts = *parts;
	dispatch->timed = timed_create();
	dispatch->laters = laters_create();
	dispatch->answers = answers_create(desk, outlet);
	dispatch->watch = watch_create(desk, NULL, outlet);
	dispatch_reshape(dispatch);
	dispatch->sets = sets;
	dispatch->states =
		memory_zeroed((size_t)set_count(sets) + 1, sizeof(*dispatch->states));
	for (int i = 0; sets[i]; i++)
		if (sets[i]->create)
			dispatch->states[i] = sets[i]->create(dispatch);
	return dispatch;
}

void dispatch_destroy(struct dispatch *dispatch)
{
	if (!dispatch)
		return;
	for (int i = 0; dispatch->sets[i]; i++)
		if (dispatch->sets[i]->destroy)
			dispatch->sets[i]->destroy(dispatch->states[i]);
	free(dispatch->states);
	watch_destroy(dispatch->watch);
	answers_destroy(dispatch->answers);
	timed_destroy(dispatch->timed);
	laters_destroy(dispatch->laters);
	addresses_destroy(dispatch->addresses);
	gather_destroy(dispatch->turn);
	gather_destroy(dispatch->spare);
	free(dispatch->bits);
	free(dispatch);
}

void dispatch_reshape(struct dispatch *dispatch)
{
	addresses_destroy(dispatch->addresses);
	dispatch->addresses = addresses_create(dispatch->desk->rack);
	int count = address_count(dispatch->addresses);
	free(dispatch->bits);
	gather_destroy(dispatch->turn);
	gather_destroy(dispatch->spare);
	dispatch->spare = NULL;
	dispatch->gather = dispatch->turn = gather_create(count);
	dispatch->bits = memory_zeroed((size_t)count / 64 + 1, sizeof(*dispatch->bits));
	dispatch->shape++;
	watch_reshape(dispatch->watch, dispatch->addresses);
	watch_regulars(dispatch->watch, dispatch->now);
	answers_reshape(dispatch->answers, dispatch->addresses, dispatch->now);
}

/* ---- changes ---------------------------------------------------------------------------- */

void dispatch_apply(struct dispatch *dispatch)
{
	struct change *changes;
	int count = gather_take(dispatch->gather, &changes);

	if (count)
		desk_apply(dispatch->desk, changes, count);
}

void dispatch_flush(struct dispatch *dispatch)
{
	dispatch_apply(dispatch);
	answer_send(dispatch->answers);
}

static void gather(struct dispatch *dispatch, const struct sender *sender, int index,
		   float value)
{
	const struct leaf *leaf = address_leaf(dispatch->addresses, index);
	struct change change = { leaf->node, leaf->index, value, sender->client,
				 sender->role };

	gather_add(dispatch->gather, index, &change,
		   leaf->param->curve == CURVE_TRIGGER);
}

static float value_now(const struct dispatch *dispatch, int index)
{
	const struct leaf *leaf = address_leaf(dispatch->addresses, index);
	const struct change *change = gather_find(dispatch->gather, index);

	return change ? change->value
		      : dispatch->desk->rack->nodes[leaf->node].values[leaf->index];
}

/* ---- one param, one verb ---------------------------------------------------------------- */

static void forbid(struct want *want, const struct sender *sender)
{
	answer_forbidden(sender, ROLE_CONTROL, want->error, sizeof(want->error));
	want_refuse(want, "forbidden", want->error);
}

/* A value beyond the role's limit is set to the limit. The sender gets one error for
 * each gesture. */
static void hold_limit(struct dispatch *dispatch, const struct sender *sender,
		       int index, const struct message *message, struct want *want)
{
	const struct leaf *leaf = address_leaf(dispatch->addresses, index);
	float wanted = param_clamp(leaf->param, want->value);
	float most = limit_value(dispatch->desk->rack, sender->role, leaf->node,
				 leaf->index, wanted);
	char asked[64], given[64];

	if (leaf->param->curve == CURVE_TRIGGER || !(wanted < most || wanted > most))
		return;
	want->value = most;
	if (watch_touched(sender->client, index))
		return;
	param_text(leaf->param, wanted, asked, sizeof(asked));
	param_text(leaf->param, most, given, sizeof(given));
	answer_error(dispatch->answers, sender, message->path, "limited", dispatch->now,
		     "%s is beyond what %s may set: %s at %s", asked,
		     role_word(sender->role), leaf->path + 1, given);
}

static void ramp(struct dispatch *dispatch, const struct sender *sender, int index,
		 const struct message *message, struct want *want)
{
	struct message arguments = *message;
	const struct leaf *leaf = address_leaf(dispatch->addresses, index);
	struct argument value = message_next(&arguments);
	struct argument seconds = message_next(&arguments);
	double duration;

	if (message->count != 2 || !want_number(&seconds, &duration) ||
	    duration < 0.0 || duration > 3600.0) {
		want_refuse(want, "bad_argument",
			    "/ramp wants a value and 0 to 3600 seconds");
		return;
	}
	want_value(want, leaf->param, &value);
	if (want->code)
		return;
	hold_limit(dispatch, sender, index, message, want);
	dispatch_apply(dispatch);
	struct change target = { leaf->node, leaf->index, want->value, sender->client,
				 sender->role };
	if (!desk_ramp(dispatch->desk, &target, duration, want->error,
		       sizeof(want->error)))
		want_refuse(want, "bad_argument", want->error);
	want->sets = false;
}

static bool is_query(enum verb verb, const struct message *message)
{
	return message->count == 0 &&
	       (verb == VERB_VALUE || verb == VERB_NORM || verb == VERB_TEXT);
}

bool dispatch_locked(const struct dispatch *dispatch, const struct sender *sender,
		     char *text, size_t size)
{
	const struct rack *rack = dispatch->desk->rack;
	char holder[LOCK_TEXT_BYTES];
	int place = address_of_param(dispatch->addresses, rack->node_count - 1,
				     lock_param(rack));

	if (!lock_shuts(dispatch->parts.lock, value_now(dispatch, place) > 0.5f,
			sender->role, &sender->address))
		return false;
	lock_text(dispatch->parts.lock, holder);
	snprintf(text, size,
		 "the rack is locked %s; the host that locked it and admins open it: "
		 "/rack/lock 0",
		 holder);
	return true;
}

static void note_lock(struct dispatch *dispatch, const struct sender *sender,
		      const struct leaf *leaf, int index, float value)
{
	const struct rack *rack = dispatch->desk->rack;

	if (leaf->node == rack->node_count - 1 && leaf->index == lock_param(rack))
		lock_note(dispatch->parts.lock, value_now(dispatch, index) > 0.5f,
			  value > 0.5f, &sender->address);
}

/* Sets one param. False: `want` says why not. */
static bool act(struct dispatch *dispatch, const struct sender *sender, int index,
		enum verb verb, const struct message *message, struct want *want)
{
	const struct leaf *leaf = address_leaf(dispatch->addresses, index);

	if (leaf->meter)
		want_refuse(want, "read_only", "it is a meter and can only be read");
	else if (sender->role < ROLE_CONTROL)
		forbid(want, sender);
	else if (dispatch_locked(dispatch, sender, want->error, sizeof(want->error)))
		want_refuse(want, "locked", want->error);
	else if (verb == VERB_RAMP)
		ramp(dispatch, sender, index, message, want);
	else
		want_read(want, dispatch->desk->rack, leaf, value_now(dispatch, index),
			  verb, message);
	if (want->code || !want->sets)
		return !want->code;
	hold_limit(dispatch, sender, index, message, want);
	note_lock(dispatch, sender, leaf, index, want->value);
	gather(dispatch, sender, index, want->value);
	if (sender->client && leaf->param->curve != CURVE_TRIGGER)
		watch_touch(dispatch->watch, sender->client, index, want->form,
			    want->sent, dispatch->now);
	return true;
}

/* ---- one message -------------------------------------------------------------------------- */

static void one_place(struct dispatch *dispatch, const struct sender *sender, int index,
		      enum verb verb, const struct message *message, enum pass pass)
{
	struct want want = { .form = VERB_VALUE };
	const struct leaf *leaf = address_leaf(dispatch->addresses, index);

	if (is_query(verb, message)) {
		dispatch_apply(dispatch);
		answer_value(dispatch->answers, sender, index, verb);
		return;
	}
	/* A change that rebuilds would delay the other sets of this turn, so it is
	 * applied alone. In a bundle all sets stay together. */
	bool alone =
		pass == PASS_ALL && leaf->param && (leaf->param->flags & PARAM_REBUILD);
	if (alone)
		dispatch_apply(dispatch);
	if (!act(dispatch, sender, index, verb, message, &want))
		answer_error(dispatch->answers, sender, message->path, want.code,
			     dispatch->now, "%s", want.error);
	if (alone)
		dispatch_apply(dispatch);
}

/* Clears in dispatch->bits what the message can't be about. Returns how many are left;
 * *rebuilds: one of them rebuilds the plan. */
static int meant(struct dispatch *dispatch, bool query, enum verb verb, bool *rebuilds)
{
	int count = address_count(dispatch->addresses), left = 0;

	*rebuilds = false;
	for (int i = 0; i < count; i++) {
		const struct leaf *leaf = address_leaf(dispatch->addresses, i);
		if (!(dispatch->bits[i / 64] >> (i % 64) & 1))
			continue;
		/* Meters can't be set and have no /norm. */
		if (leaf->meter && (!query || verb == VERB_NORM ||
				    (leaf->count && verb != VERB_VALUE))) {
			dispatch->bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
			continue;
		}
		left++;
		if (leaf->param && (leaf->param->flags & PARAM_REBUILD))
			*rebuilds = true;
	}
	return left;
}

static void act_on_many(struct dispatch *dispatch, const struct sender *sender,
			enum verb verb, const struct message *message)
{
	int count = address_count(dispatch->addresses);
	bool told = false;

	for (int i = 0; i < count; i++) {
		if (!(dispatch->bits[i / 64] >> (i % 64) & 1))
			continue;
		struct want want = { .form = VERB_VALUE };
		if (act(dispatch, sender, i, verb, message, &want) || told)
			continue;
		told = true;
		answer_error(dispatch->answers, sender, message->path, want.code,
			     dispatch->now, "%s: %s",
			     address_leaf(dispatch->addresses, i)->path, want.error);
	}
}

static void matches_none(struct dispatch *dispatch, const struct sender *sender,
			 const struct pattern *pattern, const struct message *message,
			 bool found)
{
	char forms[300];

	if (!answer_may_complain(dispatch->answers, sender, dispatch->now))
		return;
	bool below =
		!found && address_below(dispatch->addresses, pattern, message->path + 1,
					pattern->length - 1, forms, sizeof(forms));
	answer_error(dispatch->answers, sender, message->path, "unknown_address",
		     dispatch->now, "the pattern matches %s%s%s",
		     found   ? "nothing that can do this"
		     : below ? "what has parameters, but none of them: did you mean "
			     : "no address",
		     below ? forms : "", below ? "?" : "");
}

static void many_places(struct dispatch *dispatch, const struct sender *sender,
			const struct pattern *pattern, enum verb verb,
			const struct message *message, enum pass pass)
{
	bool query = is_query(verb, message), rebuilds = false;
	int found = address_match(dispatch->addresses, pattern, false, dispatch->bits);

	if (!found || !meant(dispatch, query, verb, &rebuilds)) {
		matches_none(dispatch, sender, pattern, message, found > 0);
		return;
	}
	bool alone = query || (rebuilds && pass == PASS_ALL);
	if (alone)
		dispatch_apply(dispatch);
	if (!query)
		act_on_many(dispatch, sender, verb, message);
	else if (!answer_values(dispatch->answers, sender, dispatch->bits, verb))
		answer_error(dispatch->answers, sender, message->path, "busy",
			     dispatch->now, "%s", answer_busy);
	if (alone)
		dispatch_apply(dispatch);
}

static void by_pattern(struct dispatch *dispatch, const struct sender *sender,
		       const struct message *message, enum pass pass)
{
	struct pattern pattern;
	const char *why;
	int stem;
	enum verb verb = address_verb(message->path, message->path_length, &stem);

	if (pattern_compile(&pattern, message->path, (size_t)stem, &why))
		many_places(dispatch, sender, &pattern, verb, message, pass);
	else
		answer_error(dispatch->answers, sender, message->path,
			     "unknown_address", dispatch->now, "%s", why);
}

static void unknown(struct dispatch *dispatch, const struct sender *sender,
		    const struct message *message)
{
	char text[400];

	if (!answer_may_complain(dispatch->answers, sender, dispatch->now))
		return;
	address_explain(dispatch->addresses, dispatch->desk->rack, dispatch->sets,
			message->path, text, sizeof(text));
	answer_error(dispatch->answers, sender, message->path, "unknown_address",
		     dispatch->now, "%s", text);
}

/* ---- commands ---------------------------------------------------------------------------- */

/* NULL: there is none. *set: its place in dispatch->sets. */
static const struct command *command_find(const struct dispatch *dispatch,
					  const char *path, int *set)
{
	if (strncmp(path, "/rack/", 6) != 0)
		return NULL;
	for (*set = 0; dispatch->sets[*set]; ++*set) {
		const struct command *at = dispatch->sets[*set]->commands;
		for (; at->path; at++)
			if (strcmp(at->path, path) == 0)
				return at;
	}
	return NULL;
}

/* Refuses what is beyond the sender's role. */
static void run(const struct request *request)
{
	const struct command *command = request->command;
	struct dispatch *dispatch = request->dispatch;
	const struct sender *sender = request->sender;
	const char *code = NULL;
	char text[256];

	if (sender->role < command->role) {
		answer_forbidden(sender, command->role, text, sizeof(text));
		code = "forbidden";
	} else if (command->role == ROLE_CONTROL &&
		   dispatch_locked(dispatch, sender, text, sizeof(text))) {
		code = "locked";
	}
	if (code) {
		answer_error(dispatch->answers, sender, command->path, code,
			     dispatch->now, "%s", text);
		return;
	}
	if (!command->is_independent)
		dispatch_apply(dispatch);
	command->run(request);
}

void dispatch_greet(struct dispatch *dispatch, const struct client *client)
{
	for (int i = 0; dispatch->sets[i]; i++)
		if (dispatch->sets[i]->greet)
			dispatch->sets[i]->greet(dispatch, client);
}

/* An old name does what the present one does; the sender hears that it will end. */
static void tell_renamed(struct dispatch *dispatch, const struct sender *sender,
			 const struct message *message, int place)
{
	if (answer_may_complain(dispatch->answers, sender, dispatch->now))
		answer_error(dispatch->answers, sender, message->path, "renamed",
			     dispatch->now,
			     "found an old name, would accept %s; only this version "
			     "still reads the old one",
			     address_leaf(dispatch->addresses, place)->path);
}

void dispatch_message(struct dispatch *dispatch, const struct sender *sender,
		      const uint8_t *bytes, size_t size, enum pass pass)
{
	struct message message = message_read(bytes, size);
	enum verb verb;
	int place = address_find(dispatch->addresses, message.path, message.path_length,
				 &verb);
	int set = 0;
	const struct command *command =
		place < 0 ? command_find(dispatch, message.path, &set) : NULL;
	bool pattern = place < 0 && !command && pattern_is(message.path);
	bool renamed = false;

	if (place < 0 && !command && !pattern) {
		place = address_find_renamed(dispatch->addresses, dispatch->desk->rack,
					     message.path, &verb);
		renamed = place >= 0;
	}
	bool sets = !command && message.count > 0;
	if (!sets && !command)
		sets = verb == VERB_TOGGLE || verb == VERB_RESET;
	if (verb == VERB_RAMP)
		sets = false;
	if ((pass == PASS_SETS && !sets) || (pass == PASS_OTHERS && sets))
		return;
	if (renamed)
		tell_renamed(dispatch, sender, &message, place);
	if (place >= 0) {
		one_place(dispatch, sender, place, verb, &message, pass);
	} else if (command) {
		run(&(struct request) { command, dispatch, sender, &message,
					dispatch->states[set] });
	} else if (pattern) {
		by_pattern(dispatch, sender, &message, pass);
	} else {
		unknown(dispatch, sender, &message);
	}
}

bool dispatch_holds(const struct dispatch *dispatch, const struct sockaddr_in *from,
		    const uint8_t *bytes, size_t size, double now)
{
	static const char ping[] = "/rack/ping";

	return laters_hold(dispatch->laters, from, now) &&
	       !(size >= sizeof(ping) && memcmp(bytes, ping, sizeof(ping)) == 0);
}

/* ---- time ---------------------------------------------------------------------------- */

/* Whether a set waits for `what` or for something that comes sooner. */
static bool set_waits(const struct dispatch *dispatch, int set, enum wait what)
{
	const struct command_set *at = dispatch->sets[set];

	return at->wait && at->wait(dispatch->states[set]) >= what;
}

static bool any_waits(const struct dispatch *dispatch, enum wait what)
{
	for (int i = 0; dispatch->sets[i]; i++)
		if (set_waits(dispatch, i, what))
			return true;
	return false;
}

void dispatch_tick(struct dispatch *dispatch, double now)
{
	dispatch->now = now;
	answers_tick(dispatch->answers);
	laters_tick(dispatch->laters, dispatch);
	for (int i = 0; dispatch->sets[i]; i++)
		if (dispatch->sets[i]->tick)
			dispatch->sets[i]->tick(dispatch, dispatch->states[i]);
	dispatch_flush(dispatch);
}

void dispatch_look(struct dispatch *dispatch)
{
	laters_tick(dispatch->laters, dispatch);
	for (int i = 0; dispatch->sets[i]; i++)
		if (set_waits(dispatch, i, WAIT_AUDIO))
			dispatch->sets[i]->tick(dispatch, dispatch->states[i]);
	dispatch_flush(dispatch);
}

bool dispatch_waits(const struct dispatch *dispatch)
{
	return any_waits(dispatch, WAIT_AUDIO);
}

bool dispatch_busy(const struct dispatch *dispatch)
{
	return any_waits(dispatch, WAIT_TICK) || laters_count(dispatch->laters) ||
	       timed_count(dispatch->timed) || answers_busy(dispatch->answers);
}
