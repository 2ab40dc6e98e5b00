/* command_rack.c - what the rack itself understands: /rack/subscribe, /rack/status, ...
 * Control thread. */
#include "daemon/osc/dispatch.h"

#include "daemon/rack/describe.h"
#include "daemon/desk/lock.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command {
	const char *path;
	enum role role; /* that it takes */
	void (*run)(struct dispatch *dispatch, const struct sender *sender,
		    const struct message *message);
};

void command_complain(struct dispatch *dispatch, const struct sender *sender,
		      const char *path, const char *code, const char *text)
{
	answer_error(dispatch->answers, sender, path, code, dispatch->now, "%s", text);
}

static const char text_wanted[] = "a text (s) is wanted";
static const char too_busy[] = "too many long answers are under way; ask again";

/* ---- listening ---------------------------------------------------------------------------- */

double command_number(const struct argument *argument, double otherwise)
{
	char *end;
	if (argument->type && argument->is_number)
		return argument->number;
	if (!argument->text)
		return otherwise;
	double number = strtod(argument->text, &end);
	return end != argument->text && !*end && number == number ? number : otherwise;
}

/* NAN: there is an argument, and it is none. */
static double number_or(const struct argument *argument, double otherwise)
{
	return command_number(argument, argument->type ? (double)NAN : otherwise);
}

static void subscribe(struct dispatch *dispatch, const struct sender *sender,
		      const struct message *message)
{
	struct message arguments = *message;
	const char *pattern = "/*", *why = "", *path = message->path;
	int found = 0;
	/* A text that starts with a slash is the pattern; it may be left out. */
	struct argument argument = message_next(&arguments);
	if (argument.text && argument.text[0] == '/') {
		pattern = argument.text;
		argument = message_next(&arguments);
	}
	double rate = number_or(&argument, (double)WATCH_RATE_DEFAULT);
	argument = message_next(&arguments);
	double port = number_or(&argument, 0.0);
	if (!(rate > 0.0) || !(port >= 0.0 && port <= 65535.0)) {
		command_complain(
			dispatch, sender, path, "bad_argument",
			"wanted: a pattern that starts with /, a rate from 0.1 "
			"to 50 Hz, a port");
		return;
	}
	struct client *client =
		watch_listener(dispatch->watch, &sender->address, dispatch->now);
	if (!client) {
		command_complain(dispatch, sender, path, "full",
				 "32 clients are here already; one must leave first");
		return;
	}
	bool is_new = !client->subscription_count;
	if (!watch_subscribe(dispatch->watch, client, pattern, rate, (int)port,
			     dispatch->now, &found, &why))
		command_complain(dispatch, sender, path, "bad_argument", why);
	else if (!found && strncmp(pattern, "/rack", 5) != 0)
		answer_error(dispatch->answers, sender, path, "unknown_address",
			     dispatch->now,
			     "%s matches nothing now; what a reload brings will come",
			     pattern);
	if (is_new && client->subscription_count)
		command_scene_greet(dispatch, client);
}

static void unsubscribe(struct dispatch *dispatch, const struct sender *sender,
			const struct message *message)
{
	struct message arguments = *message;
	const char *pattern = message_next(&arguments).text;
	if (!sender->client ||
	    (!watch_unsubscribe(dispatch->watch, sender->client, pattern) && pattern))
		command_complain(dispatch, sender, message->path, "unknown_address",
				 "there is no such subscription of yours");
}

/* It was heard before its turn: access.c. */
static void confirm(struct dispatch *dispatch, const struct sender *sender,
		    const struct message *message)
{
	(void)dispatch, (void)sender, (void)message;
}

/* ---- time --------------------------------------------------------------------------------- */

static int64_t frame_now(const struct dispatch *dispatch)
{
	return dispatch->desk->status.block
		       ? (int64_t)engine_frame(dispatch->desk->engine)
		       : -1;
}

/* Of docs/osc.md. The number grows with each version of Lathe that adds arguments,
 * addresses or codes; Lathe 0.1 was 1 and did not tell it. */
enum { CONTRACT_VERSION = 2 };

static bool add_pong(struct dispatch *dispatch, struct packet *packet,
		     const struct message *message)
{
	double up = dispatch->now - dispatch->started;
	return packet_echo(packet, "/rack/pong", message, "sdhdi", LATHE_VERSION, up,
			   frame_now(dispatch), timed_clock(), CONTRACT_VERSION);
}

static bool is_same(const struct sockaddr_in *one, const struct sockaddr_in *other)
{
	return one->sin_port == other->sin_port &&
	       one->sin_addr.s_addr == other->sin_addr.s_addr;
}

/* How many of this client's syncs and pings wait. */
static int syncs_of(const struct dispatch *dispatch, const struct sockaddr_in *to)
{
	int count = 0;
	for (int i = 0; i < dispatch->sync_count; i++)
		count += is_same(&dispatch->syncs[i].to, to);
	return count;
}

static void wait_its_turn(struct dispatch *dispatch, const struct sender *sender,
			  const struct message *message, bool is_ping)
{
	size_t size = (size_t)((const char *)message->end - message->path);
	if (size > SYNC_BYTES_MAX) {
		command_complain(dispatch, sender, message->path, "bad_argument",
				 "the arguments are too long to send back");
		return;
	}
	if (dispatch->sync_count == SYNCS_MAX ||
	    syncs_of(dispatch, &sender->address) == SYNCS_OF_ONE_MAX) {
		answer_error(dispatch->answers, sender, message->path, "busy",
			     dispatch->now,
			     "%d of a client's syncs and pings wait at most",
			     SYNCS_OF_ONE_MAX);
		return;
	}
	struct sync *entry = &dispatch->syncs[dispatch->sync_count++];
	entry->to = sender->address;
	entry->is_ping = is_ping;
	entry->serial = dispatch->serial;
	entry->answer = answer_newest(dispatch->answers);
	entry->size = size;
	memcpy(entry->bytes, message->path, size);
}

/* A pong comes after the answers to what was asked before. */
static void ping(struct dispatch *dispatch, const struct sender *sender,
		 const struct message *message)
{
	struct answers *answers = dispatch->answers;
	if (answer_goes_on(answers, &sender->address, answer_newest(answers))) {
		wait_its_turn(dispatch, sender, message, true);
		return;
	}
	if (add_pong(dispatch, answer_packet(answers, sender), message))
		return;
	answer_send(answers);
	if (!add_pong(dispatch, answer_packet(answers, sender), message))
		command_complain(dispatch, sender, message->path, "bad_argument",
				 "the arguments are too long to send back");
}

static void sync(struct dispatch *dispatch, const struct sender *sender,
		 const struct message *message)
{
	wait_its_turn(dispatch, sender, message, false);
	command_synced(dispatch);
}

static bool is_played(struct dispatch *dispatch, const struct sync *entry)
{
	const struct desk *desk = dispatch->desk;
	if (entry->is_ping || !desk->status.block)
		return true;
	if (dispatch->reloaded && !engine_busy(desk->engine))
		dispatch->reloaded = false;
	return !dispatch->reloaded && engine_played(desk->engine) >= entry->serial;
}

static bool add_reply(struct dispatch *dispatch, struct packet *packet,
		      const struct sync *entry)
{
	struct message message = message_read(entry->bytes, entry->size);
	return entry->is_ping ? add_pong(dispatch, packet, &message)
			      : packet_echo(packet, "/rack/synced", &message, "h",
					    frame_now(dispatch));
}

void command_synced(struct dispatch *dispatch)
{
	int kept = 0;
	for (int i = 0; i < dispatch->sync_count; i++) {
		struct sync *entry = &dispatch->syncs[i];
		struct sender sender = { .address = entry->to };
		if (!is_played(dispatch, entry) ||
		    answer_goes_on(dispatch->answers, &entry->to, entry->answer)) {
			if (kept++ < i)
				dispatch->syncs[kept - 1] = *entry;
			continue;
		}
		struct packet *packet = answer_packet(dispatch->answers, &sender);
		if (add_reply(dispatch, packet, entry))
			continue;
		answer_send(dispatch->answers);
		add_reply(dispatch, packet, entry);
	}
	dispatch->sync_count = kept;
}

/* ---- the tree and the state ------------------------------------------------------------- */

static void describe(struct dispatch *dispatch, const struct sender *sender,
		     const struct message *message)
{
	struct message arguments = *message;
	struct pattern pattern;
	const char *text = message_next(&arguments).text, *why;
	if (message->count && !text)
		command_complain(dispatch, sender, message->path, "bad_argument",
				 text_wanted);
	else if (text && !pattern_compile(&pattern, text, strlen(text), &why))
		command_complain(dispatch, sender, message->path, "bad_argument", why);
	else if (!answer_describe(dispatch->answers, sender, text ? &pattern : NULL))
		command_complain(dispatch, sender, message->path, "busy", too_busy);
}

static void hash(struct dispatch *dispatch, const struct sender *sender,
		 const struct message *message)
{
	(void)message;
	struct packet *packet = answer_packet(dispatch->answers, sender);
	int value = (int)describe_hash(dispatch->desk->rack);
	if (packet_add(packet, "/rack/hash", "i", value))
		return;
	answer_send(dispatch->answers);
	packet_add(packet, "/rack/hash", "i", value);
}

/* "main 256, radio 128" */
static void latency_text(const struct desk *desk, char *text, size_t size)
{
	size_t used = 0;
	*text = '\0';
	for (int i = 0; i < desk->rack->node_count && used < size; i++) {
		const struct node *node = &desk->rack->nodes[i];
		if (node->kind != NODE_OUTPUT)
			continue;
		int wrote =
			snprintf(text + used, size - used, "%s%s %d", used ? ", " : "",
				 node->name, engine_output_latency(desk->engine, i));
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* Words and their values in turn. */
static void status(struct dispatch *dispatch, const struct sender *sender,
		   const struct message *message)
{
	(void)message;
	const struct desk *desk = dispatch->desk;
	const struct status *world = &desk->status;
	char latency[400], alarms[300], lock[LOCK_TEXT_BYTES];
	lock_text(dispatch->parts.lock, lock);
	latency_text(desk, latency, sizeof latency);
	alarms_text(desk->alarms, alarms, sizeof alarms);
	const char *state = !world->block               ? "no audio"
			    : engine_busy(desk->engine) ? "building"
							: "playing";
	for (int attempt = 0; attempt < 2; attempt++) {
		struct packet *packet = answer_packet(dispatch->answers, sender);
		if (packet_add(packet, "/rack/status",
			       "ss"
			       "ss"
			       "ss"
			       "si"
			       "si"
			       "ss"
			       "sf"
			       "sf"
			       "sh"
			       "sh"
			       "si"
			       "sh"
			       "ss"
			       "ss"
			       "ss",
			       "state", state, "jack", world->jack, "server",
			       world->server, "rate", world->rate, "block",
			       world->block, "latency", latency, "load",
			       (double)engine_load(desk->engine, false), "worst",
			       (double)engine_load(desk->engine, true), "xruns",
			       (int64_t)world->xruns, "late",
			       (int64_t)engine_late(desk->engine), "clients",
			       watch_subscribers(dispatch->watch), "lost",
			       (int64_t)world->lost, "config",
			       desk->config_path ? desk->config_path : "", "lock", lock,
			       "alarms", alarms))
			return;
		answer_send(dispatch->answers);
	}
}

/* Slots of /rack/meters, a line each: address, unit. */
static void meters_map(struct dispatch *dispatch, const struct sender *sender,
		       const struct message *message)
{
	struct text text = { .length = 0 };
	int count = address_count(dispatch->addresses);
	for (int i = 0; i < count; i++) {
		const struct place *place = address_place(dispatch->addresses, i);
		if (place->meter)
			text_add(&text, "%s %s\n", place->path, place->meter->unit);
	}
	if (!answer_text(dispatch->answers, sender, "/rack/meters/map", -1, &text))
		command_complain(dispatch, sender, message->path, "busy", too_busy);
}

/* ---- the config ------------------------------------------------------------------------- */

void command_result(struct dispatch *dispatch, const struct sender *sender,
		    const struct message *message, bool ok, struct text *text)
{
	if (!answer_text(dispatch->answers, sender, "/rack/result", ok, text))
		command_complain(dispatch, sender, message->path, "busy", too_busy);
}

static void check(struct dispatch *dispatch, const struct sender *sender,
		  const struct message *message)
{
	struct message arguments = *message;
	struct text text = { .length = 0 };
	const char *file = message_next(&arguments).text;
	if (message->count && !file) {
		command_complain(dispatch, sender, message->path, "bad_argument",
				 text_wanted);
		return;
	}
	bool ok = desk_check(dispatch->desk, file && *file ? file : NULL, &text);
	command_result(dispatch, sender, message, ok, &text);
}

static void reload(struct dispatch *dispatch, const struct sender *sender,
		   const struct message *message)
{
	struct message arguments = *message;
	struct text text = { .length = 0 };
	const char *file = message_next(&arguments).text;
	const char *how = message_next(&arguments).text;
	if ((message->count > 0 && !file) || message->count > 2 ||
	    (message->count > 1 && (!how || strcmp(how, "fresh") != 0))) {
		command_complain(
			dispatch, sender, message->path, "bad_argument",
			"wanted: a file name (or \"\"), then perhaps \"fresh\"");
		return;
	}
	bool ok = desk_reload(dispatch->desk, file && *file ? file : NULL, how != NULL,
			      &text);
	command_result(dispatch, sender, message, ok, &text);
}

static void config(struct dispatch *dispatch, const struct sender *sender,
		   const struct message *message)
{
	struct text text = { .length = 0 };
	struct rack *goal = desk_goal(dispatch->desk);
	config_print(goal, &text);
	rack_destroy(goal);
	if (!answer_text(dispatch->answers, sender, "/rack/config", -1, &text))
		command_complain(dispatch, sender, message->path, "busy", too_busy);
}

/* ---- the table --------------------------------------------------------------------------- */

static const struct command commands[] = {
	{ "/rack/subscribe", ROLE_VIEW, subscribe },
	{ "/rack/unsubscribe", ROLE_VIEW, unsubscribe },
	{ "/rack/confirm", ROLE_VIEW, confirm },
	{ "/rack/ping", ROLE_VIEW, ping },
	{ "/rack/sync", ROLE_VIEW, sync },
	{ "/rack/describe", ROLE_VIEW, describe },
	{ "/rack/hash", ROLE_VIEW, hash },
	{ "/rack/status", ROLE_VIEW, status },
	{ "/rack/check", ROLE_ADMIN, check },
	{ "/rack/reload", ROLE_ADMIN, reload },
	{ "/rack/config", ROLE_ADMIN, config },
	{ "/rack/meters/map", ROLE_VIEW, meters_map },
	{ "/rack/scene/save", ROLE_CONTROL, command_scene_save },
	{ "/rack/scene/load", ROLE_CONTROL, command_scene_load },
	{ "/rack/scene/delete", ROLE_CONTROL, command_scene_delete },
	{ "/rack/scene/rename", ROLE_CONTROL, command_scene_rename },
	{ "/rack/scene/list", ROLE_VIEW, command_scene_list },
	{ "/rack/scene/state", ROLE_VIEW, command_scene_state },
	{ "/rack/undo", ROLE_CONTROL, command_undo },
	{ "/rack/undo/since", ROLE_CONTROL, command_undo_since },
	{ "/rack/redo", ROLE_CONTROL, command_redo },
	{ "/rack/history", ROLE_VIEW, command_history },
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *command_find(const char *path)
{
	if (strncmp(path, "/rack/", 6) != 0)
		return NULL;
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].path, path) == 0)
			return &commands[i];
	return NULL;
}

const char *command_path(int index, enum role *role)
{
	if (index >= COMMANDS)
		return NULL;
	*role = commands[index].role;
	return commands[index].path;
}

bool command_is(const char *path)
{
	return command_find(path) != NULL;
}

void command_forbidden(const struct sender *sender, enum role needed, char *text,
		       size_t size)
{
	char address[INET_ADDRSTRLEN];
	inet_ntop(AF_INET, &sender->address.sin_addr, address, sizeof address);
	snprintf(text, size,
		 "it takes the role %s; %s has %s (osc/allow in the config)",
		 role_word(needed), address, role_word(sender->role));
}

void command_run(struct dispatch *dispatch, const struct sender *sender,
		 const struct message *message)
{
	const struct command *command = command_find(message->path);
	char text[256];
	if (sender->role < command->role) {
		command_forbidden(sender, command->role, text, sizeof text);
		command_complain(dispatch, sender, message->path, "forbidden", text);
	} else if (command->role == ROLE_CONTROL &&
		   dispatch_locked(dispatch, sender, text, sizeof text)) {
		command_complain(dispatch, sender, message->path, "locked", text);
	} else {
		/* What it does or tells is that of all before it. A pong is about nothing. */
		if (command->run != ping)
			dispatch_apply(dispatch);
		command->run(dispatch, sender, message);
	}
}
