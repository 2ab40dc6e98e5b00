/* want.c - what a message wants of one param. Control thread. */
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

bool want_number(const struct argument *argument, double *number)
{
	char *end;

	*number = argument->number;
	if (!argument->text)
		return argument->type && argument->is_number;
	*number = strtod(argument->text, &end);
	return end != argument->text && !*end && isfinite(*number);
}

/* A file can't be set, but its present name is accepted, so that a client may send back
 * all that a node has. */
static void want_file(struct want *want, const char *file,
		      const struct argument *argument)
{
	if (!argument->text || strcmp(argument->text, file) != 0)
		want_refuse(want, "read_only", "files are chosen in the config");
}

void want_value(struct want *want, const struct param *param,
		const struct argument *argument)
{
	if (argument->text) {
		if (!param_parse(param, argument->text, &want->value, want->error,
				 sizeof(want->error))) {
			want_refuse(want, "bad_argument", want->error);
			return;
		}
	} else if (argument->is_number) {
		want->value = narrow(argument->number);
	} else {
		want_refuse(want, "bad_argument",
			    "the argument is no value; a number (i h f d T F) or a "
			    "text (s) "
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

	if (!want_number(argument, &number)) {
		want_refuse(want, "bad_argument", "/norm takes a number from 0 to 1");
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
		want_refuse(want, "bad_argument",
			    "/adjust takes a step in the param's unit");
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

static bool is_release(const struct argument *argument)
{
	double number;

	return want_number(argument, &number) && number == 0.0;
}

void want_read(struct want *want, const struct rack *rack, const struct leaf *leaf,
	       float now, enum verb verb, const struct message *message)
{
	struct message arguments = *message;
	struct argument argument = message_next(&arguments);

	want->sent = NAN;
	if (message->count > 1)
		want_refuse(want, "bad_argument",
			    "one argument is wanted, more were found");
	else if (message->count == 0 && verb == VERB_ADJUST)
		want_refuse(want, "bad_argument", "/adjust wants a step");
	else if (verb == VERB_NORM)
		want_norm(want, leaf->param, &argument);
	else if (verb == VERB_ADJUST)
		want_adjust(want, leaf->param, &argument, now);
	else if (verb == VERB_TOGGLE && !is_release(&argument))
		want_toggle(want, leaf->param, now);
	else if (verb == VERB_RESET && !is_release(&argument))
		want_reset(want, rack, leaf);
	else if ((verb == VERB_VALUE || verb == VERB_TEXT) &&
		 leaf->param->curve == CURVE_FILE)
		want_file(want, node_file(&rack->nodes[leaf->node], leaf->index),
			  &argument);
	else if (verb == VERB_VALUE || verb == VERB_TEXT)
		want_value(want, leaf->param, &argument);
	if (verb == VERB_TEXT)
		want->form = VERB_TEXT;
}
