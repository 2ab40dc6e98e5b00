/* command_scene.c - what the rack understands of scenes: /rack/scene/save, ... Control
 * thread. */
#include "daemon/osc/dispatch.h"

#include "daemon/osc/feed.h"
#include "daemon/recall/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char state_path[] = "/rack/scene/state";

static bool no_scenes(struct dispatch *dispatch, const struct sender *sender,
		      const struct message *message)
{
	if (dispatch->parts.scenes)
		return false;
	command_complain(dispatch, sender, message->path, "unknown_address",
			 "no scenes are kept here");
	return true;
}

/* The name, or NULL: complained. */
static const char *name_of(struct dispatch *dispatch, const struct sender *sender,
			   const struct message *message, struct message *arguments)
{
	*arguments = *message;
	if (no_scenes(dispatch, sender, message))
		return NULL;
	const char *name = message_next(arguments).text;
	if (!name)
		command_complain(dispatch, sender, message->path, "bad_argument",
				 "wanted: a scene's name");
	return name;
}

/* False: complained. *used: there is one, that starts with a slash. */
static bool pattern_of(struct dispatch *dispatch, const struct sender *sender,
		       const struct message *message, const struct argument *argument,
		       struct pattern *pattern, bool *used)
{
	const char *why = "wanted: a pattern that starts with /";
	*used = argument->type != 0;
	if (!*used)
		return true;
	if (argument->text && argument->text[0] == '/' &&
	    pattern_compile(pattern, argument->text, strlen(argument->text), &why))
		return true;
	command_complain(dispatch, sender, message->path, "bad_argument", why);
	return false;
}

/* ---- save, load, delete, rename --------------------------------------------------------- */

void command_scene_save(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message)
{
	struct message arguments;
	struct pattern pattern;
	struct text result = { .length = 0 };
	bool some;
	const char *name = name_of(dispatch, sender, message, &arguments);
	if (!name)
		return;
	struct argument argument = message_next(&arguments);
	if (!pattern_of(dispatch, sender, message, &argument, &pattern, &some))
		return;
	if (dispatch->save_count == SAVES_MAX) {
		command_complain(dispatch, sender, message->path, "busy",
				 "64 scenes are being written already");
		return;
	}
	uint64_t serial = scene_save(dispatch->parts.scenes, name,
				     some ? &pattern : NULL, &result);
	if (!serial) {
		command_result(dispatch, sender, message, false, &result);
		return;
	}
	dispatch->saves[dispatch->save_count++] =
		(struct save) { sender->address, serial, result };
}

void command_scene_load(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message)
{
	struct message arguments;
	struct pattern pattern;
	struct text result = { .length = 0 };
	bool some;
	double fade = 0.0;
	const char *name = name_of(dispatch, sender, message, &arguments);
	if (!name)
		return;
	struct argument argument = message_next(&arguments);
	if (argument.type && !(argument.text && argument.text[0] == '/')) {
		fade = command_number(&argument, -1.0);
		argument = message_next(&arguments);
	}
	if (!(fade >= 0.0 && fade <= (double)SCENE_FADE_MAX)) {
		command_complain(dispatch, sender, message->path, "bad_argument",
				 "wanted: a name, then perhaps a fade of 0 to 3600 s "
				 "and a pattern");
		return;
	}
	if (!pattern_of(dispatch, sender, message, &argument, &pattern, &some))
		return;
	bool ok = scene_load(dispatch->parts.scenes, name, fade, some ? &pattern : NULL,
			     sender->role, &result);
	dispatch->serial = dispatch->desk->serial;
	if (ok)
		dispatch->loader = sender->address;
	command_result(dispatch, sender, message, ok, &result);
}

void command_scene_delete(struct dispatch *dispatch, const struct sender *sender,
			  const struct message *message)
{
	struct message arguments;
	struct text result = { .length = 0 };
	const char *name = name_of(dispatch, sender, message, &arguments);
	if (!name)
		return;
	bool ok = scene_delete(dispatch->parts.scenes, name, &result);
	command_result(dispatch, sender, message, ok, &result);
}

void command_scene_rename(struct dispatch *dispatch, const struct sender *sender,
			  const struct message *message)
{
	struct message arguments;
	struct text result = { .length = 0 };
	const char *from = name_of(dispatch, sender, message, &arguments);
	if (!from)
		return;
	const char *to = message_next(&arguments).text;
	if (!to) {
		command_complain(dispatch, sender, message->path, "bad_argument",
				 "wanted: the name that it has, the name that it gets");
		return;
	}
	bool ok = scene_rename(dispatch->parts.scenes, from, to, &result);
	command_result(dispatch, sender, message, ok, &result);
}

/* ---- what there is ---------------------------------------------------------------------- */

static void say_state(struct dispatch *dispatch, const struct sender *sender,
		      const char *name, int state)
{
	struct packet *packet = answer_packet(dispatch->answers, sender);
	if (packet_add(packet, state_path, "si", name, state))
		return;
	answer_send(dispatch->answers);
	packet_add(packet, state_path, "si", name, state);
}

void command_scene_list(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message)
{
	char(*names)[SCENE_NAME_BYTES];
	if (no_scenes(dispatch, sender, message))
		return;
	int count = scene_list(dispatch->parts.scenes, &names);
	for (int i = 0; i < count; i++)
		say_state(dispatch, sender, names[i],
			  (int)scene_state(dispatch->parts.scenes, names[i]));
	free(names);
	answer_send(dispatch->answers);
	packet_add(answer_packet(dispatch->answers, sender), "/rack/scene/listed", "i",
		   count);
}

void command_scene_state(struct dispatch *dispatch, const struct sender *sender,
			 const struct message *message)
{
	if (no_scenes(dispatch, sender, message))
		return;
	const char *name = scene_active(dispatch->parts.scenes);
	say_state(dispatch, sender, name,
		  (int)scene_state(dispatch->parts.scenes, name));
}

/* ---- what is told ----------------------------------------------------------------------- */

void command_scene_greet(struct dispatch *dispatch, const struct client *client)
{
	struct sender sender = { .address = client->target };
	const char *name = scene_active(dispatch->parts.scenes);
	if (*name)
		say_state(dispatch, &sender, name,
			  (int)scene_state(dispatch->parts.scenes, name));
}

static void answer_saves(struct dispatch *dispatch)
{
	char error[200];
	int kept = 0;
	for (int i = 0; i < dispatch->save_count; i++) {
		struct save *save = &dispatch->saves[i];
		struct sender sender = { .address = save->to };
		if (!scenes_written(dispatch->parts.scenes, save->serial, error,
				    sizeof error)) {
			dispatch->saves[kept++] = *save;
			continue;
		}
		if (*error) {
			text_clear(&save->result);
			text_add(&save->result, "%s", error);
		}
		answer_text(dispatch->answers, &sender, "/rack/result", !*error,
			    &save->result);
	}
	dispatch->save_count = kept;
}

static bool listens(const struct watch *watch, const struct sockaddr_in *to)
{
	bool found = !to->sin_port;
	for (int i = 0; i < CLIENTS_MAX && !found; i++) {
		const struct client *client = &watch->clients[i];
		found = client->subscription_count &&
			client->target.sin_port == to->sin_port &&
			client->target.sin_addr.s_addr == to->sin_addr.s_addr;
	}
	return found;
}

void command_scene_tick(struct dispatch *dispatch)
{
	const struct scenes *scenes = dispatch->parts.scenes;
	const struct scene_news *news;
	struct packet packet;
	if (!scenes)
		return;
	answer_saves(dispatch);
	while ((news = scenes_news(scenes, dispatch->scenes_told)) != NULL) {
		packet_clear(&packet);
		packet_add(&packet, news->done ? "/rack/scene/done" : state_path, "si",
			   news->name, news->state);
		feed_all(dispatch->watch, &packet);
		if (news->done && !listens(dispatch->watch, &dispatch->loader))
			packet_send(&packet, dispatch->watch->fd, &dispatch->loader);
		dispatch->scenes_told = news->serial;
	}
}
