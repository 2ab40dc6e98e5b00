/* want.c - what a message wants of one param. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/want.h"

#include "daemon/rack/param.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void want_refuse(struct want *want, const char *code, const char *text)
{
	want->code = code;
	if (text != want->error)
		snprintf(want->error, sizeof(want->error), "%s", text);
}

static float narrow(double number)
{
	return (float)fmin(fmax(number, -(double)FLT_MAX), (double)FLT_MAX);
}

/* The text of an argument: `s`, `S`, and `c`, which is a text of one character. NULL: it has
 * none. */
static const char *text_of(const struct argument *argument, char room[2])
{
	if (argument->type != 'c' ||
	    !(argument->number > ' ' && argument->number < 127.0))
		return argument->text;
	room[0] = (char)argument->number;
	room[1] = '\0';
	return room;
}

bool want_number(const struct argument *argument, double *number)
{
	char *end, room[2];
	const char *text = text_of(argument, room);

	*number = argument->number;
	if (!text)
		return argument->type && argument->is_number;
	*number = strtod(text, &end);
	return end != text && !*end && isfinite(*number);
}

static const char *type_name(char type)
{
	static const struct {
		char type;
		const char *name;
	} names[] = {
		{ 'N', "nil (N)" },
		{ 'I', "an impulse (I)" },
		{ 't', "a time tag (t)" },
		{ 'r', "a colour (r)" },
		{ 'm', "a MIDI message (m)" },
		{ 'b', "a blob (b)" },
		{ '[', "an array" },
		{ 'c', "a character (c)" },
		{ 0, NULL },
	};

	for (int i = 0; names[i].name; i++)
		if (names[i].type == type)
			return names[i].name;
	return "this type";
}

/* The argument has no value that `wanted` accepts. */
static void refuse_type(struct want *want, const struct argument *argument,
			const char *wanted)
{
	snprintf(want->error, sizeof(want->error), "found %s, would accept %s",
		 argument->text ? argument->text : type_name(argument->type), wanted);
	want_refuse(want, "bad_argument", want->error);
}

/* Whether it is the press of a button, whose release is 0. An impulse (OSC 1.1) is
 * one. */
static bool is_press(const struct argument *argument, bool *release)
{
	double number;
	bool has_number = want_number(argument, &number);

	*release = has_number && number == 0.0;
	return !argument->type || argument->type == 'I' || has_number || argument->text;
}

/* A file can't be set, but its present name is accepted, so that a client may send back
 * all that a node has. */
static void want_file(struct want *want, const char *file,
		      const struct argument *argument)
{
	char room[2];
	const char *text = text_of(argument, room);

	if (!text || strcmp(text, file) != 0)
		want_refuse(want, "read_only", "files are chosen in the config");
}

void want_value(struct want *want, const struct param *param,
		const struct argument *argument)
{
	char room[2];
	const char *text = text_of(argument, room);

	if (text) {
		if (!param_parse(param, text, &want->value, want->error,
				 sizeof(want->error))) {
			want_refuse(want, "bad_argument", want->error);
			return;
		}
	} else if (argument->is_number) {
		want->value = narrow(argument->number);
	} else if (argument->type == 'I' && param->curve == CURVE_TRIGGER) {
		want->value = 1.0f;
	} else {
		refuse_type(want, argument,
			    "a number (i h f d), T, F, or a text (s S c)");
		return;
	}
	want->sets = param->curve != CURVE_TRIGGER || want->value != 0.0f;
	want->sent = want->value;
}

static void want_norm(struct want *want, const struct param *param,
		      const struct argument *argument)
{
	double number;

	if (!want_number(argument, &number)) {
		refuse_type(want, argument,
			    "for /norm a number from 0 to 1 (i h f d T F, or as text)");
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

	if (!want_number(argument, &step))
		refuse_type(
			want, argument,
			"for /adjust a step in the param's unit (i h f d T F, or as "
			"text)");
	else if (param->curve == CURVE_TRIGGER || param->curve == CURVE_FILE)
		want_refuse(want, "bad_argument", "it has no value to adjust");
	want->value = now + narrow(step);
	want->sets = !want->code;
}

static void want_toggle(struct want *want, const struct param *param, float now)
{
	if (param->curve != CURVE_TOGGLE)
		want_refuse(want, "bad_argument", "only a switch can be toggled");
	want->value = now > 0.5f ? 0.0f : 1.0f;
	want->sets = !want->code;
}

static void want_reset(struct want *want, const struct rack *rack,
		       const struct leaf *leaf)
{
	want->value = param_default(rack->nodes[leaf->node].module, leaf->index);
	want->sets =
		leaf->param->curve != CURVE_TRIGGER && leaf->param->curve != CURVE_FILE;
}

/* /toggle and /reset. */
static void want_press(struct want *want, const struct rack *rack,
		       const struct leaf *leaf, float now, enum verb verb,
		       const struct argument *argument)
{
	bool release;

	if (!is_press(argument, &release))
		refuse_type(want, argument,
			    "no argument, a number (0: the release of a button), T, F, "
			    "I, or a text");
	else if (verb == VERB_TOGGLE && !release)
		want_toggle(want, leaf->param, now);
	else if (!release)
		want_reset(want, rack, leaf);
}

void want_read(struct want *want, const struct rack *rack, const struct leaf *leaf,
	       float now, enum verb verb, const struct message *message)
{
	struct message arguments = *message;
	struct argument argument = message_next(&arguments);

	want->sent = NAN;
	if (message->count > 1 && argument.type != '[')
		want_refuse(want, "bad_argument",
			    "one argument is wanted, more were found");
	else if (message->count == 0 && verb == VERB_ADJUST)
		want_refuse(want, "bad_argument", "/adjust wants a step");
	else if (verb == VERB_NORM)
		want_norm(want, leaf->param, &argument);
	else if (verb == VERB_ADJUST)
		want_adjust(want, leaf->param, &argument, now);
	else if (verb == VERB_TOGGLE || verb == VERB_RESET)
		want_press(want, rack, leaf, now, verb, &argument);
	else if ((verb == VERB_VALUE || verb == VERB_TEXT) &&
		 leaf->param->curve == CURVE_FILE)
		want_file(want, node_file(&rack->nodes[leaf->node], leaf->index),
			  &argument);
	else if (verb == VERB_VALUE || verb == VERB_TEXT)
		want_value(want, leaf->param, &argument);
	if (verb == VERB_TEXT)
		want->form = VERB_TEXT;
}
