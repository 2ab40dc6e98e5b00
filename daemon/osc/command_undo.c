/* command_undo.c - /rack/undo, /rack/redo, /rack/history. Control thread. */
#include "daemon/osc/dispatch.h"

#include "daemon/recall/history.h"

#include <stdio.h>

enum { HISTORY_TOLD = 20 };

static bool no_history(struct dispatch *dispatch, const struct sender *sender,
		       const struct message *message)
{
	if (dispatch->parts.history)
		return false;
	command_complain(dispatch, sender, message->path, "unknown_address",
			 "no history is kept here");
	return true;
}

/* A button's release is no second press. */
static bool is_release(const struct message *message)
{
	struct message arguments = *message;
	struct argument argument = message_next(&arguments);
	return argument.type && argument.is_number && argument.number == 0.0;
}

void command_undo(struct dispatch *dispatch, const struct sender *sender,
		  const struct message *message)
{
	struct text result = { .length = 0 };
	if (no_history(dispatch, sender, message) || is_release(message))
		return;
	bool ok = history_undo(dispatch->parts.history, -1.0, sender->role, &result);
	command_result(dispatch, sender, message, ok, &result);
}

void command_undo_since(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message)
{
	struct message arguments = *message;
	struct argument argument = message_next(&arguments);
	double seconds = command_number(&argument, -1.0);
	struct text result = { .length = 0 };
	if (no_history(dispatch, sender, message))
		return;
	if (!(seconds >= 0.0)) {
		command_complain(dispatch, sender, message->path, "bad_argument",
				 "wanted: how many seconds to go back");
		return;
	}
	bool ok = history_undo(dispatch->parts.history, seconds, sender->role, &result);
	command_result(dispatch, sender, message, ok, &result);
}

void command_redo(struct dispatch *dispatch, const struct sender *sender,
		  const struct message *message)
{
	struct text result = { .length = 0 };
	if (no_history(dispatch, sender, message) || is_release(message))
		return;
	bool ok = history_redo(dispatch->parts.history, sender->role, &result);
	command_result(dispatch, sender, message, ok, &result);
}

static void history_refuse(struct dispatch *dispatch, const struct sender *sender,
			   const struct message *message,
			   const struct argument *argument)
{
	char found[64] = "no number", text[200];
	if (message->count > 1)
		snprintf(found, sizeof found, "%d arguments", message->count);
	else if (argument->text)
		snprintf(found, sizeof found, "\"%.40s\"", argument->text);
	else if (argument->is_number)
		snprintf(found, sizeof found, "%g", argument->number);
	snprintf(text, sizeof text, "found %s, would accept a number of steps, 1 to %d",
		 found, HISTORY_STEPS);
	command_complain(dispatch, sender, message->path, "bad_argument", text);
}

void command_history(struct dispatch *dispatch, const struct sender *sender,
		     const struct message *message)
{
	struct message arguments = *message;
	struct argument argument = message_next(&arguments);
	double count =
		argument.type ? command_number(&argument, -1.0) : (double)HISTORY_TOLD;
	struct text text = { .length = 0 };
	if (no_history(dispatch, sender, message))
		return;
	if (!(count >= 1.0) || message->count > 1) {
		history_refuse(dispatch, sender, message, &argument);
		return;
	}
	history_tell(dispatch->parts.history,
		     count < (double)HISTORY_STEPS ? (int)count : HISTORY_STEPS, &text);
	if (!answer_text(dispatch->answers, sender, "/rack/history", -1, &text))
		command_complain(dispatch, sender, message->path, "busy",
				 "too many long answers are under way; ask again");
}
