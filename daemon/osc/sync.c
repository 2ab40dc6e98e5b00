/* sync.c - /rack/ping and /rack/sync. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/sync.h"
#include "daemon/base/memory.h"

#include "daemon/base/clock.h"
#include "daemon/base/ipv4.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"

#include <stdlib.h>
#include <string.h>

/* The version of docs/osc.md. It grows with each version of Lathe that adds arguments,
 * addresses or codes; Lathe 0.1 was 1 and did not tell it. */
enum { CONTRACT_VERSION = 2 };

/* A sync or a ping that waits for what came before it. */
struct sync {
	struct sockaddr_in to;
	bool is_ping;    /* waits for answers only, not for the audio */
	uint64_t serial; /* the audio must have played this change */
	uint64_t answer; /* the newest long answer when it came */
	uint64_t later;  /* the newest request that a disk was asked for */
	size_t size;
	uint8_t bytes[SYNC_BYTES_MAX]; /* the message, for its arguments */
};

struct syncs {
	double started; /* seconds, monotonic: for the uptime */
	int shape;      /* of the tree that the audio plays, see struct dispatch */
	int count;
	struct sync waiting[SYNCS_MAX];
};

static void *syncs_create(const struct dispatch *dispatch)
{
	struct syncs *syncs = memory_zeroed(1, sizeof(*syncs));

	syncs->started = clock_seconds();
	syncs->shape = dispatch->shape;
	return syncs;
}

static int64_t frame_now(const struct dispatch *dispatch)
{
	return dispatch->desk->status.block
		       ? (int64_t)dispatch->desk->player->frame(dispatch->desk->engine)
		       : -1;
}

static bool add_pong(struct packet *packet, const struct dispatch *dispatch,
		     const struct syncs *syncs, const struct message *message)
{
	double up = clock_seconds() - syncs->started;

	return packet_echo(packet, "/rack/pong", message, "sdhdi", LATHE_VERSION, up,
			   frame_now(dispatch), timed_clock(), CONTRACT_VERSION);
}

static int count_of(const struct syncs *syncs, const struct sockaddr_in *to)
{
	int count = 0;

	for (int i = 0; i < syncs->count; i++)
		count += ipv4_same(&syncs->waiting[i].to, to);
	return count;
}

static void complain_size(const struct request *request)
{
	request_complain(request, "bad_argument",
			 "the arguments are too long to send back");
}

static void add(const struct request *request, bool is_ping)
{
	struct dispatch *dispatch = request->dispatch;
	struct syncs *syncs = request->state;
	const struct message *message = request->message;
	size_t size = (size_t)((const char *)message->end - message->path);

	if (size > SYNC_BYTES_MAX) {
		complain_size(request);
		return;
	}
	if (syncs->count == SYNCS_MAX ||
	    count_of(syncs, &request->sender->address) == SYNCS_OF_ONE_MAX) {
		request_complain(request, "busy",
				 "%d of a client's syncs and pings wait at most",
				 SYNCS_OF_ONE_MAX);
		return;
	}
	struct sync *entry = &syncs->waiting[syncs->count++];
	entry->to = request->sender->address;
	entry->is_ping = is_ping;
	entry->serial = dispatch->desk->serial;
	entry->answer = answer_newest(dispatch->answers);
	entry->later = laters_newest(dispatch->laters);
	entry->size = size;
	memcpy(entry->bytes, message->path, size);
}

/* A pong comes after the answers to what this client asked before. */
static void ping(const struct request *request)
{
	const struct dispatch *dispatch = request->dispatch;
	const struct message *message = request->message;
	struct answers *answers = dispatch->answers;
	const struct sender *sender = request->sender;

	if (answer_goes_on(answers, &sender->address, answer_newest(answers))) {
		add(request, true);
		return;
	}
	if (add_pong(answer_packet(answers, sender), dispatch, request->state, message))
		return;
	answer_send(answers);
	if (!add_pong(answer_packet(answers, sender), dispatch, request->state,
		      message))
		complain_size(request);
}

static bool is_played(const struct dispatch *dispatch, struct syncs *syncs,
		      struct sync *entry)
{
	const struct desk *desk = dispatch->desk;

	if (entry->is_ping)
		return true;
	if (laters_wait(dispatch->laters, &entry->to, entry->later)) {
		entry->serial = 0; /* of the change that is to come */
		return false;
	}
	if (!entry->serial)
		entry->serial = desk->serial;
	if (!desk->status.block)
		return true;
	if (syncs->shape != dispatch->shape && !desk->player->busy(desk->engine))
		syncs->shape = dispatch->shape;
	return syncs->shape == dispatch->shape &&
	       desk->player->played(desk->engine) >= entry->serial;
}

static bool add_reply(struct packet *packet, const struct dispatch *dispatch,
		      const struct syncs *syncs, const struct sync *entry)
{
	struct message message = message_read(entry->bytes, entry->size);

	return entry->is_ping ? add_pong(packet, dispatch, syncs, &message)
			      : packet_echo(packet, "/rack/synced", &message, "h",
					    frame_now(dispatch));
}

/* Answers those that have waited long enough. */
static void syncs_tick(struct dispatch *dispatch, void *state)
{
	struct syncs *syncs = state;
	int kept = 0;

	for (int i = 0; i < syncs->count; i++) {
		struct sync *entry = &syncs->waiting[i];
		struct sender sender = { .address = entry->to };
		if (!is_played(dispatch, syncs, entry) ||
		    answer_goes_on(dispatch->answers, &entry->to, entry->answer)) {
			if (kept++ < i)
				syncs->waiting[kept - 1] = *entry;
			continue;
		}
		struct packet *packet = answer_packet(dispatch->answers, &sender);
		if (add_reply(packet, dispatch, syncs, entry))
			continue;
		answer_send(dispatch->answers);
		add_reply(packet, dispatch, syncs, entry);
	}
	syncs->count = kept;
}

static void sync_run(const struct request *request)
{
	add(request, false);
	syncs_tick(request->dispatch, request->state);
}

static enum wait syncs_wait(const void *state)
{
	const struct syncs *syncs = state;

	return syncs->count ? WAIT_AUDIO : WAIT_NONE;
}

static const struct command commands[] = {
	{ .path = "/rack/ping",
	  .arguments = "any",
	  .role = ROLE_VIEW,
	  .help = "`/rack/pong`: the arguments, version, uptime in s, frame, time "
		  "(seconds since 1970: the clock by which time tags are read), "
		  "version of this contract (`i`; Lathe 0.1, which was version 1, "
		  "leaves it out). It comes after all answers to what this client "
		  "asked before: the end of a list",
	  .run = ping,
	  .is_independent = true },
	{ .path = "/rack/sync",
	  .arguments = "any",
	  .role = ROLE_VIEW,
	  .help = "`/rack/synced`: the arguments, frame, once all earlier "
		  "messages are in the audio (frame -1: no audio runs) and "
		  "answered. 16 of a client's syncs and pings may wait",
	  .run = sync_run },
	{ .path = NULL },
};

const struct command_set sync_commands = {
	.commands = commands,
	.create = syncs_create,
	.destroy = free,
	.tick = syncs_tick,
	.wait = syncs_wait,
};
