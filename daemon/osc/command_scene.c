/* command_scene.c - scenes: /rack/scene/save, ... Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_scene.h"

#include "daemon/base/ipv4.h"
#include "daemon/base/memory.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/feed.h"
#include "daemon/osc/request.h"
#include "daemon/recall/scene.h"

#include <stdlib.h>
#include <string.h>

static const char state_path[] = "/rack/scene/state";

/* What has been told so far. */
struct told {
	uint64_t news; /* serial of the newest that was sent */
	struct sockaddr_in
		loader; /* hears that its scene is loaded, subscribed or not */
};

static void *told_create(const struct dispatch *dispatch)
{
	(void)dispatch;
	return memory_zeroed(1, sizeof(struct told));
}

static void told_destroy(void *state)
{
	free(state);
}

/* ---- arguments --------------------------------------------------------------------------- */

/* True after a complaint. */
static bool no_scenes(const struct request *request)
{
	if (request->dispatch->parts.scenes)
		return request_is_busy(request);
	request_complain(request, "unknown_address", "no scenes are kept here");
	return true;
}

/* The first argument; NULL after a complaint. */
static const char *name_of(const struct request *request, struct message *arguments)
{
	*arguments = request_arguments(request);
	if (no_scenes(request))
		return NULL;
	const char *name = message_next(arguments).text;
	if (!name)
		request_complain(request, "bad_argument", "wanted: a scene's name");
	return name;
}

/* An optional pattern: *used says whether there is one. False after a complaint. */
static bool pattern_of(const struct request *request, const struct argument *argument,
		       struct pattern *pattern, bool *used)
{
	const char *why = "wanted: a pattern that starts with /";

	*used = argument->type != 0;
	if (!*used)
		return true;
	if (argument->text && argument->text[0] == '/' &&
	    pattern_compile(pattern, argument->text, strlen(argument->text), &why))
		return true;
	request_complain(request, "bad_argument", "%s", why);
	return false;
}

/* ---- save, load, delete, rename --------------------------------------------------------- */

static bool outcome_of(void *of, uint64_t ticket, bool *good, struct text *result)
{
	return scene_outcome(of, ticket, good, result);
}

/* The outcome is answered when it is known; a ticket of 0: `why` is, at once. */
static void answer_later(const struct request *request, uint64_t ticket,
			 struct text *why)
{
	struct later later = { .outcome = outcome_of,
			       .of = request->dispatch->parts.scenes,
			       .ticket = ticket,
			       .answer = request_outcome };

	request_later(request, &later, why);
}

static void save(const struct request *request)
{
	struct message arguments;
	struct pattern pattern;
	struct text why = { .length = 0 };
	bool some;
	const char *name = name_of(request, &arguments);

	if (!name)
		return;
	struct argument argument = message_next(&arguments);
	if (!pattern_of(request, &argument, &pattern, &some))
		return;
	uint64_t ticket =
		scene_save(request->dispatch->parts.scenes, name,
			   some ? &pattern : NULL, request->sender->role, &why);
	answer_later(request, ticket, &why);
}

static void load(const struct request *request)
{
	struct told *told = request->state;
	struct message arguments;
	struct pattern pattern;
	struct text why = { .length = 0 };
	bool some;
	double fade = 0.0;
	const char *name = name_of(request, &arguments);

	if (!name)
		return;
	struct argument argument = message_next(&arguments);
	if (argument.type && !(argument.text && argument.text[0] == '/')) {
		fade = request_number(&argument, -1.0);
		argument = message_next(&arguments);
	}
	if (!(fade >= 0.0 && fade <= (double)SCENE_FADE_MAX)) {
		request_complain(request, "bad_argument",
				 "wanted: a name, then perhaps a fade of 0 to %d s "
				 "and a pattern",
				 SCENE_FADE_MAX);
		return;
	}
	if (!pattern_of(request, &argument, &pattern, &some))
		return;
	uint64_t ticket =
		scene_load(request->dispatch->parts.scenes, name, fade,
			   some ? &pattern : NULL, request->sender->role, &why);
	if (ticket)
		told->loader = request->sender->address;
	answer_later(request, ticket, &why);
}

static void delete (const struct request *request)
{
	struct message arguments;
	struct text why = { .length = 0 };
	const char *name = name_of(request, &arguments);

	if (!name)
		return;
	uint64_t ticket = scene_delete(request->dispatch->parts.scenes, name, &why);
	answer_later(request, ticket, &why);
}

static void rename_scene(const struct request *request)
{
	struct message arguments;
	struct text why = { .length = 0 };
	const char *from = name_of(request, &arguments);

	if (!from)
		return;
	const char *to = message_next(&arguments).text;
	if (!to) {
		request_complain(request, "bad_argument",
				 "wanted: the scene's name, then its new name");
		return;
	}
	uint64_t ticket = scene_rename(request->dispatch->parts.scenes, from, to, &why);
	answer_later(request, ticket, &why);
}

/* ---- list, state ------------------------------------------------------------------------- */

static void send_state(struct dispatch *dispatch, const struct sender *sender,
		       const char *name)
{
	struct packet *packet = answer_packet(dispatch->answers, sender);
	int state = (int)scene_state(dispatch->parts.scenes, name);

	if (packet_add(packet, state_path, "si", name, state))
		return;
	answer_send(dispatch->answers);
	packet_add(packet, state_path, "si", name, state);
}

/* `result`: a name on each line; when the folder can't be read, why. */
static void answer_list(struct dispatch *dispatch, const struct sender *sender,
			bool good, struct text *result)
{
	int count = 0;

	if (!good) {
		answer_error(dispatch->answers, sender, "/rack/scene/list", "disk",
			     dispatch->now, "%s", result->length ? result->bytes : "");
		text_finish(result);
		return;
	}
	for (char *rest = result->bytes, *name; rest && (name = strsep(&rest, "\n"));)
		if (*name) {
			send_state(dispatch, sender, name);
			count++;
		}
	text_finish(result);
	answer_send(dispatch->answers);
	packet_add(answer_packet(dispatch->answers, sender), "/rack/scene/listed", "i",
		   count);
}

static void list(const struct request *request)
{
	struct text why = { .length = 0 };

	if (no_scenes(request))
		return;
	struct scenes *scenes = request->dispatch->parts.scenes;
	struct later later = { .outcome = outcome_of,
			       .of = scenes,
			       .ticket = scene_list(scenes, &why),
			       .answer = answer_list };
	request_later(request, &later, &why);
}

static void tell_state(const struct request *request)
{
	struct dispatch *dispatch = request->dispatch;

	if (!no_scenes(request))
		send_state(dispatch, request->sender,
			   scene_active(dispatch->parts.scenes));
}

/* ---- news -------------------------------------------------------------------------------- */

/* A new subscriber hears which scene is active. */
static void greet(struct dispatch *dispatch, const struct client *client)
{
	struct sender sender = { .address = client->target };
	const char *name = scene_active(dispatch->parts.scenes);

	if (*name)
		send_state(dispatch, &sender, name);
}

/* Whether feed_all() reaches it, or nobody is meant. */
static bool is_told(const struct watch *watch, const struct sockaddr_in *to)
{
	bool found = !to->sin_port;

	for (int i = 0; i < CLIENTS_MAX && !found; i++) {
		const struct client *client = &watch->clients[i];
		found = client->subscription_count && ipv4_same(&client->target, to);
	}
	return found;
}

static void tick(struct dispatch *dispatch, void *state)
{
	const struct scenes *scenes = dispatch->parts.scenes;
	const struct scene_news *news;
	struct told *told = state;
	struct packet packet;

	if (!scenes)
		return;
	while ((news = scenes_news(scenes, told->news)) != NULL) {
		packet_clear(&packet);
		packet_add(&packet, news->done ? "/rack/scene/done" : state_path, "si",
			   news->name, news->state);
		feed_all(dispatch->watch, &packet);
		if (news->done && !is_told(dispatch->watch, &told->loader))
			packet_send(&packet, dispatch->watch->outlet, &told->loader);
		told->news = news->serial;
	}
}

/* ---- the table --------------------------------------------------------------------------- */

static const struct command commands[] = {
	{ .path = "/rack/scene/save",
	  .arguments = "s name [s pattern]",
	  .role = ROLE_CONTROL,
	  .help = "keeps the values that the pattern sees (all of them) "
		  "under this name, then `/rack/result`",
	  .run = save },
	{ .path = "/rack/scene/load",
	  .arguments = "s name [f fade] [s pattern]",
	  .role = ROLE_CONTROL,
	  .help = "goes there within so many seconds, 0 to 3600; "
		  "`/rack/result` once the file is read, `/rack/scene/done` once all "
		  "of it "
		  "is in the audio",
	  .run = load },
	{ .path = "/rack/scene/delete",
	  .arguments = "s name",
	  .role = ROLE_CONTROL,
	  .help = "deletes the scene, then `/rack/result`",
	  .run = delete },
	{ .path = "/rack/scene/rename",
	  .arguments = "s name, s new name",
	  .role = ROLE_CONTROL,
	  .help = "renames the scene, then `/rack/result`",
	  .run = rename_scene },
	{ .path = "/rack/scene/list",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "`/rack/scene/state ,si` for each scene, then "
		  "`/rack/scene/listed ,i count`",
	  .run = list },
	{ .path = "/rack/scene/state",
	  .arguments = "",
	  .role = ROLE_VIEW,
	  .help = "`/rack/scene/state ,si` of the active scene; the name is "
		  "`\"\"` when none is",
	  .run = tell_state },
	{ .path = NULL },
};

const struct command_set scene_commands = {
	.commands = commands,
	.create = told_create,
	.destroy = told_destroy,
	.tick = tick,
	.greet = greet,
};
