/* dispatch.c - what a datagram asks for. Control thread. */
#include "daemon/osc/dispatch.h"

#include "daemon/net/access.h"
#include "daemon/desk/limit.h"
#include "daemon/desk/lock.h"
#include "daemon/rack/param.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dispatch *dispatch_create(struct desk *desk, const struct osc_parts *parts,
				 int fd)
{
	struct dispatch *dispatch = calloc(1, sizeof *dispatch);
	dispatch->desk = desk;
	dispatch->parts = *parts;
	dispatch->timed = timed_create();
	dispatch->answers = answers_create(desk, fd);
	dispatch->watch = watch_create(desk, NULL, fd);
	dispatch_reshape(dispatch);
	dispatch->reloaded = false;
	return dispatch;
}

void dispatch_destroy(struct dispatch *dispatch)
{
	if (!dispatch)
		return;
	for (int i = 0; i < dispatch->save_count; i++)
		text_finish(&dispatch->saves[i].result);
	watch_destroy(dispatch->watch);
	answers_destroy(dispatch->answers);
	timed_destroy(dispatch->timed);
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
	dispatch->bits = calloc((size_t)count / 64 + 1, sizeof *dispatch->bits);
	dispatch->shape++;
	dispatch->reloaded = true;
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
		dispatch->serial = desk_apply(dispatch->desk, changes, count);
}

void dispatch_flush(struct dispatch *dispatch)
{
	dispatch_apply(dispatch);
	answer_send(dispatch->answers);
}

static void gather(struct dispatch *dispatch, const struct sender *sender, int index,
		   float value)
{
	const struct place *place = address_place(dispatch->addresses, index);
	struct change change = { place->node, place->index, value, sender->client,
				 sender->role };
	gather_add(dispatch->gather, index, &change,
		   place->param->curve == CURVE_TRIGGER);
}

static float value_now(const struct dispatch *dispatch, int index)
{
	const struct place *place = address_place(dispatch->addresses, index);
	const struct change *change = gather_find(dispatch->gather, index);
	return change ? change->value
		      : dispatch->desk->rack->nodes[place->node].values[place->index];
}

/* ---- one param, one verb ---------------------------------------------------------------- */

/* What is to be done, or why not. */
struct want {
	bool sets;
	float value, sent; /* sent: in the sender's form; NAN when it can't know */
	enum verb form;
	const char *code;
	char error[256];
};

static void refuse(struct want *want, const char *code, const char *text)
{
	want->code = code;
	if (text != want->error)
		snprintf(want->error, sizeof want->error, "%s", text);
}

static void forbid(struct want *want, const struct sender *sender)
{
	command_forbidden(sender, ROLE_CONTROL, want->error, sizeof want->error);
	refuse(want, "forbidden", want->error);
}

static float narrow(double number)
{
	return (float)fmin(fmax(number, -(double)FLT_MAX), (double)FLT_MAX);
}

/* Where only a number will do, a text may hold it. */
static bool take_number(const struct argument *argument, double *number)
{
	char *end;
	*number = argument->number;
	if (!argument->text)
		return argument->type && argument->is_number;
	*number = strtod(argument->text, &end);
	return end != argument->text && !*end && isfinite(*number);
}

/* What it is already may be set: a list of all that a node has is taken back whole. */
static void want_file(struct want *want, const char *file,
		      const struct argument *argument)
{
	if (!argument->text || strcmp(argument->text, file) != 0)
		refuse(want, "read_only", "files are chosen in the config");
}

static void want_value(struct want *want, const struct param *param,
		       const struct argument *argument)
{
	if (argument->text) {
		if (!param_parse(param, argument->text, &want->value, want->error,
				 sizeof want->error)) {
			refuse(want, "bad_argument", want->error);
			return;
		}
	} else if (argument->is_number) {
		want->value = narrow(argument->number);
	} else {
		refuse(want, "bad_argument",
		       "the argument is no value; a number (i h f d T F) or a text (s) "
		       "is");
		return;
	}
	want->sets = param->curve != CURVE_TRIGGER || want->value != 0.0f;
	want->sent = want->value;
}

static void want_norm(struct want *want, const struct param *param,
		      const struct argument *argument)
{
	double number;
	if (!take_number(argument, &number)) {
		refuse(want, "bad_argument", "/norm takes a number from 0 to 1");
		return;
	}
	float norm = fminf(fmaxf(narrow(number), 0.0f), 1.0f);
	want->form = VERB_NORM;
	want->sent = narrow(number);
	want->value = param->curve == CURVE_TRIGGER ? norm : param_denorm(param, norm);
	want->sets = param->curve != CURVE_TRIGGER || norm > 0.0f;
}

static void want_adjust(struct want *want, const struct param *param,
			const struct argument *argument, float now)
{
	double step;
	if (!take_number(argument, &step))
		refuse(want, "bad_argument",
		       "/adjust takes a step in the param's unit");
	else if (param->curve == CURVE_TRIGGER || param->curve == CURVE_FILE)
		refuse(want, "bad_argument", "it has no value to adjust");
	want->value = now + narrow(step);
	want->sets = !want->code;
}

static void want_toggle(struct want *want, const struct param *param, float now)
{
	if (param->curve != CURVE_TOGGLE)
		refuse(want, "bad_argument", "only a switch can be toggled");
	want->value = now > 0.5f ? 0.0f : 1.0f;
	want->sets = !want->code;
}

static void want_reset(struct want *want, const struct rack *rack,
		       const struct place *place)
{
	want->value = param_default(rack->nodes[place->node].module, place->index);
	want->sets = place->param->curve != CURVE_TRIGGER &&
		     place->param->curve != CURVE_FILE;
}

static bool is_release(const struct argument *argument)
{
	double number;
	return take_number(argument, &number) && number == 0.0;
}

static void want_of(struct dispatch *dispatch, int index, enum verb verb,
		    const struct message *message, struct want *want)
{
	struct message arguments = *message;
	const struct place *place = address_place(dispatch->addresses, index);
	struct argument argument = message_next(&arguments);
	float now = value_now(dispatch, index);
	want->sent = NAN;
	if (message->count > 1)
		refuse(want, "bad_argument", "one argument is wanted, more were found");
	else if (message->count == 0 && verb == VERB_ADJUST)
		refuse(want, "bad_argument", "/adjust wants a step");
	else if (verb == VERB_NORM)
		want_norm(want, place->param, &argument);
	else if (verb == VERB_ADJUST)
		want_adjust(want, place->param, &argument, now);
	else if (verb == VERB_TOGGLE && !is_release(&argument))
		want_toggle(want, place->param, now);
	else if (verb == VERB_RESET && !is_release(&argument))
		want_reset(want, dispatch->desk->rack, place);
	else if ((verb == VERB_VALUE || verb == VERB_TEXT) &&
		 place->param->curve == CURVE_FILE)
		want_file(want,
			  node_file(&dispatch->desk->rack->nodes[place->node],
				    place->index),
			  &argument);
	else if (verb == VERB_VALUE || verb == VERB_TEXT)
		want_value(want, place->param, &argument);
	if (verb == VERB_TEXT)
		want->form = VERB_TEXT;
}

/* What the role may not reach is not refused: it goes as far as it may, and says so, but
 * once in a gesture. */
static void hold_limit(struct dispatch *dispatch, const struct sender *sender,
		       int index, const struct message *message, struct want *want)
{
	const struct place *place = address_place(dispatch->addresses, index);
	float wanted = param_clamp(place->param, want->value);
	float most = limit_value(dispatch->desk->rack, sender->role, place->node,
				 place->index, wanted);
	char asked[64], given[64];
	if (place->param->curve == CURVE_TRIGGER || !(wanted < most || wanted > most))
		return;
	want->value = most;
	if (watch_touched(sender->client, index))
		return;
	param_text(place->param, wanted, asked, sizeof asked);
	param_text(place->param, most, given, sizeof given);
	answer_error(dispatch->answers, sender, message->path, "limited", dispatch->now,
		     "%s is beyond what %s may set: %s at %s", asked,
		     role_word(sender->role), place->path + 1, given);
}

static void ramp(struct dispatch *dispatch, const struct sender *sender, int index,
		 const struct message *message, struct want *want)
{
	struct message arguments = *message;
	const struct place *place = address_place(dispatch->addresses, index);
	struct argument value = message_next(&arguments);
	struct argument seconds = message_next(&arguments);
	double duration;
	if (message->count != 2 || !take_number(&seconds, &duration) ||
	    duration < 0.0 || duration > 3600.0) {
		refuse(want, "bad_argument",
		       "/ramp wants a value and 0 to 3600 seconds");
		return;
	}
	want_value(want, place->param, &value);
	if (want->code)
		return;
	hold_limit(dispatch, sender, index, message, want);
	dispatch_apply(dispatch);
	struct change target = { place->node, place->index, want->value, sender->client,
				 sender->role };
	if (!desk_ramp(dispatch->desk, &target, duration, want->error,
		       sizeof want->error))
		refuse(want, "bad_argument", want->error);
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
		 "the rack is locked %s; who locked it or an admin opens it: "
		 "/rack/lock 0",
		 holder);
	return true;
}

static void note_lock(struct dispatch *dispatch, const struct sender *sender,
		      const struct place *place, int index, float value)
{
	const struct rack *rack = dispatch->desk->rack;
	if (place->node == rack->node_count - 1 && place->index == lock_param(rack))
		lock_note(dispatch->parts.lock, value_now(dispatch, index) > 0.5f,
			  value > 0.5f, &sender->address);
}

/* Sets one param. False: `want` says why not. */
static bool act(struct dispatch *dispatch, const struct sender *sender, int index,
		enum verb verb, const struct message *message, struct want *want)
{
	const struct place *place = address_place(dispatch->addresses, index);
	if (place->meter)
		refuse(want, "read_only", "it is a meter and can only be read");
	else if (sender->role < ROLE_CONTROL)
		forbid(want, sender);
	else if (dispatch_locked(dispatch, sender, want->error, sizeof want->error))
		refuse(want, "locked", want->error);
	else if (verb == VERB_RAMP)
		ramp(dispatch, sender, index, message, want);
	else
		want_of(dispatch, index, verb, message, want);
	if (want->code || !want->sets)
		return !want->code;
	hold_limit(dispatch, sender, index, message, want);
	note_lock(dispatch, sender, place, index, want->value);
	gather(dispatch, sender, index, want->value);
	if (sender->client && place->param->curve != CURVE_TRIGGER)
		watch_touch(dispatch->watch, sender->client, index, want->form,
			    want->sent, dispatch->now);
	return true;
}

/* ---- one message -------------------------------------------------------------------------- */

static void one_place(struct dispatch *dispatch, const struct sender *sender, int index,
		      enum verb verb, const struct message *message, enum pass pass)
{
	struct want want = { .form = VERB_VALUE };
	const struct place *place = address_place(dispatch->addresses, index);
	if (is_query(verb, message)) {
		dispatch_apply(dispatch);
		answer_value(dispatch->answers, sender, index, verb);
		return;
	}
	/* A rebuild delays what travels with it: alone, unless a bundle says otherwise. */
	bool alone = pass == PASS_ALL && place->param &&
		     (place->param->flags & PARAM_REBUILD);
	if (alone)
		dispatch_apply(dispatch);
	if (!act(dispatch, sender, index, verb, message, &want))
		answer_error(dispatch->answers, sender, message->path, want.code,
			     dispatch->now, "%s", want.error);
	if (alone)
		dispatch_apply(dispatch);
}

/* Leaves in dispatch->bits what the message can be about. Returns how many; *rebuilds: one
 * of them needs another plan. */
static int meant(struct dispatch *dispatch, bool query, enum verb verb, bool *rebuilds)
{
	int count = address_count(dispatch->addresses), left = 0;
	*rebuilds = false;
	for (int i = 0; i < count; i++) {
		const struct place *place = address_place(dispatch->addresses, i);
		if (!(dispatch->bits[i / 64] >> (i % 64) & 1))
			continue;
		/* Meters have no /norm and can't be set: not meant by the pattern. */
		if (place->meter && (!query || verb == VERB_NORM)) {
			dispatch->bits[i / 64] &= ~(UINT64_C(1) << (i % 64));
			continue;
		}
		left++;
		if (place->param && (place->param->flags & PARAM_REBUILD))
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
			     address_place(dispatch->addresses, i)->path, want.error);
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
					pattern->length - 1, forms, sizeof forms);
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
			     dispatch->now,
			     "too many long answers are under way; ask again");
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
	address_explain(dispatch->addresses, dispatch->desk->rack, command_path,
			message->path, text, sizeof text);
	answer_error(dispatch->answers, sender, message->path, "unknown_address",
		     dispatch->now, "%s", text);
}

/* An old name does what the present one does; whoever sends it hears that it ends. */
static void tell_renamed(struct dispatch *dispatch, const struct sender *sender,
			 const struct message *message, int place)
{
	if (answer_may_complain(dispatch->answers, sender, dispatch->now))
		answer_error(dispatch->answers, sender, message->path, "renamed",
			     dispatch->now,
			     "found an old name, would accept %s; only this version "
			     "still reads the old one",
			     address_place(dispatch->addresses, place)->path);
}

void dispatch_message(struct dispatch *dispatch, const struct sender *sender,
		      const uint8_t *bytes, size_t size, enum pass pass)
{
	struct message message = message_read(bytes, size);
	enum verb verb;
	int place = address_find(dispatch->addresses, message.path, message.path_length,
				 &verb);
	bool command = place < 0 && command_is(message.path);
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
		command_run(dispatch, sender, &message);
	} else if (pattern) {
		by_pattern(dispatch, sender, &message, pass);
	} else {
		unknown(dispatch, sender, &message);
	}
}

/* ---- time ---------------------------------------------------------------------------- */

void dispatch_tick(struct dispatch *dispatch, double now)
{
	dispatch->now = now;
	answers_tick(dispatch->answers);
	command_scene_tick(dispatch);
	command_synced(dispatch);
	dispatch_flush(dispatch);
}

bool dispatch_busy(const struct dispatch *dispatch)
{
	return dispatch->sync_count || dispatch->save_count ||
	       timed_count(dispatch->timed) || answers_busy(dispatch->answers);
}
