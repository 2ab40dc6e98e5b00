/* command_scene.c - scenes: /rack/scene/save, ... Control thread. */
#include "daemon/osc/command_scene.h"

#include "daemon/base/ipv4.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/feed.h"
#include "daemon/osc/request.h"
#include "daemon/recall/scene.h"

#include <stdlib.h>
#include <string.h>

enum { SAVES_MAX = 64 };

static const char state_path[] = "/rack/scene/state";

/* A scene that is being written, and the client that waits for it. */
struct save {
	struct sockaddr_in to;
	uint64_t serial; /* of the write */
	struct text result;
};

struct saves {
	struct save waiting[SAVES_MAX];
	int count;
	uint64_t told; /* serial of the newest news that was sent */
	struct sockaddr_in
		loader; /* hears that its scene is loaded, subscribed or not */
};

static void *saves_create(const struct dispatch *dispatch)
{
	(void)dispatch;
	struct saves *saves = calloc(1, sizeof *saves);
	if (!saves)
		abort();
	return saves;
}

static void saves_destroy(void *state)
{
	struct saves *saves = state;
	for (int i = 0; saves && i < saves->count; i++)
		text_finish(&saves->waiting[i].result);
	free(saves);
}

static enum wait saves_wait(const void *state)
{
	const struct saves *saves = state;
	return saves->count ? WAIT_TICK : WAIT_NONE;
}

/* ---- arguments --------------------------------------------------------------------------- */

/* True after a complaint. */
static bool no_scenes(const struct request *request)
{
	if (request->dispatch->parts.scenes)
		return false;
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

static void save(const struct request *request)
{
	struct saves *saves = request->state;
	struct message arguments;
	struct pattern pattern;
	struct text result = { .length = 0 };
	bool some;
	const char *name = name_of(request, &arguments);
	if (!name)
		return;
	struct argument argument = message_next(&arguments);
	if (!pattern_of(request, &argument, &pattern, &some))
		return;
	if (saves->count == SAVES_MAX) {
		request_complain(request, "busy", "%d scenes are being written already",
				 SAVES_MAX);
		return;
	}
	uint64_t serial = scene_save(request->dispatch->parts.scenes, name,
				     some ? &pattern : NULL, &result);
	if (!serial) {
		request_result(request, false, &result);
		return;
	}
	saves->waiting[saves->count++] =
		(struct save) { request->sender->address, serial, result };
}

static void load(const struct request *request)
{
	struct saves *saves = request->state;
	struct message arguments;
	struct pattern pattern;
	struct text result = { .length = 0 };
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
	bool ok = scene_load(request->dispatch->parts.scenes, name, fade,
			     some ? &pattern : NULL, request->sender->role, &result);
	if (ok)
		saves->loader = request->sender->address;
	request_result(request, ok, &result);
}

static void delete (const struct request *request)
{
	struct message arguments;
	struct text result = { .length = 0 };
	const char *name = name_of(request, &arguments);
	if (!name)
		return;
	bool ok = scene_delete(request->dispatch->parts.scenes, name, &result);
	request_result(request, ok, &result);
}

static void rename_scene(const struct request *request)
{
	struct message arguments;
	struct text result = { .length = 0 };
	const char *from = name_of(request, &arguments);
	if (!from)
		return;
	const char *to = message_next(&arguments).text;
	if (!to) {
		request_complain(request, "bad_argument",
				 "wanted: the scene's name, then its new name");
		return;
	}
	bool ok = scene_rename(request->dispatch->parts.scenes, from, to, &result);
	request_result(request, ok, &result);
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

static void list(const struct request *request)
{
	struct dispatch *dispatch = request->dispatch;
	char(*names)[SCENE_NAME_BYTES];
	if (no_scenes(request))
		return;
	int count = scene_list(dispatch->parts.scenes, &names);
	for (int i = 0; i < count; i++)
		send_state(dispatch, request->sender, names[i]);
	free(names);
	answer_send(dispatch->answers);
	packet_add(answer_packet(dispatch->answers, request->sender),
		   "/rack/scene/listed", "i", count);
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

/* Answers the saves that are on the disk. */
static void answer_saves(struct dispatch *dispatch, struct saves *saves)
{
	char error[200];
	int kept = 0;
	for (int i = 0; i < saves->count; i++) {
		struct save *entry = &saves->waiting[i];
		struct sender sender = { .address = entry->to };
		if (!scenes_written(dispatch->parts.scenes, entry->serial, error,
				    sizeof error)) {
			saves->waiting[kept++] = *entry;
			continue;
		}
		if (*error) {
			text_clear(&entry->result);
			text_add(&entry->result, "%s", error);
		}
		answer_text(dispatch->answers, &sender, "/rack/result", !*error,
			    &entry->result);
	}
	saves->count = kept;
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
	struct saves *saves = state;
	struct packet packet;
	if (!scenes)
		return;
	answer_saves(dispatch, saves);
	while ((news = scenes_news(scenes, saves->told)) != NULL) {
		packet_clear(&packet);
		packet_add(&packet, news->done ? "/rack/scene/done" : state_path, "si",
			   news->name, news->state);
		feed_all(dispatch->watch, &packet);
		if (news->done && !is_told(dispatch->watch, &saves->loader))
			packet_send(&packet, dispatch->watch->fd, &saves->loader);
		saves->told = news->serial;
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
		  "`/rack/result` at once, `/rack/scene/done` once all of it "
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
	.create = saves_create,
	.destroy = saves_destroy,
	.tick = tick,
	.wait = saves_wait,
	.greet = greet,
};
