/* command_undo.c - /rack/undo, /rack/redo, /rack/history. Control thread. */
#include "daemon/dispatch.h"

#include "daemon/history.h"

enum { HISTORY_TOLD = 20 };

static bool no_history(struct dispatch *dispatch, const struct sender *sender,
		       const struct message *message)
{
	if (dispatch->host->history)
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
	bool ok = history_undo(dispatch->host, -1.0, &result);
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
	bool ok = history_undo(dispatch->host, seconds, &result);
	command_result(dispatch, sender, message, ok, &result);
}

void command_redo(struct dispatch *dispatch, const struct sender *sender,
		  const struct message *message)
{
	struct text result = { .length = 0 };
	if (no_history(dispatch, sender, message) || is_release(message))
		return;
	bool ok = history_redo(dispatch->host, &result);
	command_result(dispatch, sender, message, ok, &result);
}

void command_history(struct dispatch *dispatch, const struct sender *sender,
		     const struct message *message)
{
	struct message arguments = *message;
	struct argument argument = message_next(&arguments);
	double count = command_number(&argument, (double)HISTORY_TOLD);
	struct text text = { .length = 0 };
	if (no_history(dispatch, sender, message))
		return;
	history_tell(dispatch->host->history, dispatch->host->rack,
		     count > 0.0 && count < (double)HISTORY_STEPS ? (int)count
								  : HISTORY_STEPS,
		     &text);
	if (!answer_text(dispatch->answers, sender, "/rack/history", -1, &text))
		command_complain(dispatch, sender, message->path, "busy",
				 "too many long answers are under way; ask again");
}
