/* command_spectrum.c - /rack/spectrum: what goes into a node and what comes out. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/command_spectrum.h"

#include "daemon/base/ipv4.h"
#include "daemon/base/memory.h"
#include "daemon/net/access.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/request.h"
#include "daemon/osc/vector.h"
#include "dsp/analyser.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	VIEWERS_MAX = 32,
	VIEWERS_OF_HOST = 8, /* at most; this machine's have no such limit */
	VIEWED_MAX = 4,      /* nodes; the last one is for admins and this machine */
};

/* Who looks at the spectrum of a node. */
struct viewer {
	struct sockaddr_in to;
	char node[PATTERN_BYTES_MAX]; /* its path */
	double period, due, expires;  /* seconds, monotonic */
	uint64_t frame;               /* that it was sent last */
};

struct viewers {
	int count;
	struct viewer list[VIEWERS_MAX];
};

static const double lease_seconds = 10.0, rate_most = 25.0;

static int node_find(const struct dispatch *dispatch, const char *path)
{
	const struct rack *rack = dispatch->desk->rack;
	int node = rack_find(rack, path + (*path == '/'));

	return node >= 0 && rack->nodes[node].kind == NODE_MODULE ? node : -1;
}

static struct viewer *viewer_find(struct viewers *viewers, const struct sockaddr_in *to,
				  const char *node)
{
	for (int i = 0; i < viewers->count; i++) {
		struct viewer *viewer = &viewers->list[i];
		if (viewer->to.sin_port == to->sin_port &&
		    viewer->to.sin_addr.s_addr == to->sin_addr.s_addr &&
		    strcmp(viewer->node, node) == 0)
			return viewer;
	}
	return NULL;
}

static void viewer_drop(struct viewers *viewers, struct viewer *viewer)
{
	*viewer = viewers->list[--viewers->count];
}

/* Whether one more node may be looked at; else which ones are. */
static bool has_room(const struct viewers *viewers, const char *node, int most,
		     char *text, size_t size)
{
	const char *seen[VIEWERS_MAX];
	int count = 0;
	size_t used = 0;

	for (int i = 0; i < viewers->count; i++) {
		const char *other = viewers->list[i].node;
		bool known = strcmp(other, node) == 0;
		if (known)
			return true;
		for (int j = 0; j < count; j++)
			known |= strcmp(other, seen[j]) == 0;
		if (!known)
			seen[count++] = other;
	}
	*text = '\0';
	for (int i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i ? ", " : "", seen[i]);
	return count < most;
}

static bool has_many(const struct viewers *viewers, const struct sockaddr_in *to)
{
	int count = 0;

	for (int i = 0; i < viewers->count; i++)
		count += viewers->list[i].to.sin_addr.s_addr == to->sin_addr.s_addr;
	return count >= VIEWERS_OF_HOST && !ipv4_is_local(ntohl(to->sin_addr.s_addr));
}

static void lease(const struct request *request, const char *node, double rate)
{
	struct viewers *viewers = request->state;
	const double now = request->dispatch->now;
	char text[300];
	struct viewer *viewer = viewer_find(viewers, &request->sender->address, node);
	int most = VIEWED_MAX - (request->sender->role < ROLE_ADMIN);

	if (!viewer && !has_room(viewers, node, most, text, sizeof(text))) {
		request_complain(request, "full",
				 "%d nodes can be looked at together by a %s, and "
				 "are: %s",
				 most, role_word(request->sender->role), text);
		return;
	}
	if (!viewer && (viewers->count == VIEWERS_MAX ||
			has_many(viewers, &request->sender->address))) {
		request_complain(request, "full",
				 "%d look already, or %d of this host; one must leave "
				 "first",
				 VIEWERS_MAX, VIEWERS_OF_HOST);
		return;
	}
	if (!viewer) {
		viewer = &viewers->list[viewers->count++];
		*viewer =
			(struct viewer) { .to = request->sender->address, .due = now };
		snprintf(viewer->node, sizeof(viewer->node), "%s", node);
	}
	viewer->period = 1.0 / fmin(fmax(rate, 0.1), rate_most);
	viewer->due = fmin(viewer->due, now + viewer->period);
	viewer->expires = now + lease_seconds;
}

static void spectrum(const struct request *request)
{
	struct message arguments = request_arguments(request);
	const char *node = message_next(&arguments).text;
	struct argument argument = message_next(&arguments);
	double rate =
		request_number(&argument, argument.type ? (double)NAN : rate_most);

	if (!node || !(rate >= 0.0)) {
		request_complain(request, "bad_argument",
				 "wanted: the name of a node, then perhaps a rate from "
				 "0.1 to 25 Hz; 0 ends it");
		return;
	}
	node += *node == '/';
	struct viewer *viewer =
		viewer_find(request->state, &request->sender->address, node);
	if (rate == 0.0 && viewer)
		viewer_drop(request->state, viewer);
	else if (rate == 0.0)
		request_complain(request, "unknown_address", "you do not look at %.80s",
				 node);
	else if (strlen(node) >= sizeof(viewer->node) ||
		 node_find(request->dispatch, node) < 0)
		request_complain(request, "unknown_address",
				 "no node is called %.80s (lathectl list shows them)",
				 node);
	else
		lease(request, node, rate);
}

/* "/rack/spectrum ,sbb" node, in, out */
static size_t write_message(uint8_t *bytes, const char *node, const float *levels,
			    uint64_t frame)
{
	static const char head[] = "/rack/spectrum\0\0,sbb\0\0\0";
	size_t name = (strlen(node) + 4) / 4 * 4;
	uint8_t *at = bytes;

	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	memset(at, 0, name);
	memcpy(at, node, strlen(node));
	at += name;
	at += vector_put(at, VECTOR_HALVES, levels, ANALYSER_BANDS, frame);
	at += vector_put(at, VECTOR_HALVES, levels + ANALYSER_BANDS, ANALYSER_BANDS,
			 frame);
	return (size_t)(at - bytes);
}

static void show(struct dispatch *dispatch, struct viewer *viewer)
{
	uint8_t bytes[PACKET_BYTES_MAX];
	struct packet packet;
	uint64_t frame = 0;
	int node = node_find(dispatch, viewer->node);
	const float *levels = node < 0 ? NULL
				       : dispatch->desk->player->spectrum(
						 dispatch->desk->engine, node, &frame);

	if (!levels || frame == viewer->frame || dispatch->now < viewer->due)
		return;
	packet_clear(&packet);
	packet_add_bytes(&packet, bytes,
			 write_message(bytes, viewer->node, levels, frame));
	packet_send(&packet, dispatch->watch->outlet, &viewer->to);
	viewer->frame = frame;
	viewer->due = fmax(viewer->due + viewer->period, dispatch->now);
}

static void spectrum_tick(struct dispatch *dispatch, void *state)
{
	struct viewers *viewers = state;

	for (int i = 0; i < viewers->count; i++) {
		struct viewer *viewer = &viewers->list[i];
		/* A reload may have taken the sender off the list. */
		if (dispatch->now < viewer->expires &&
		    access_role(dispatch->desk->rack->osc, &viewer->to) != ROLE_NONE)
			show(dispatch, viewer);
		else
			viewer_drop(viewers, &viewers->list[i--]);
	}
}

static void *spectrum_create(const struct dispatch *dispatch)
{
	(void)dispatch;
	return memory_zeroed(1, sizeof(struct viewers));
}

static enum wait spectrum_wait(const void *state)
{
	const struct viewers *viewers = state;

	return viewers->count ? WAIT_TICK : WAIT_NONE;
}

static const struct command commands[] = {
	{ .path = "/rack/spectrum",
	  .arguments = "s node [f rate Hz = 25, at most 25]",
	  .role = ROLE_VIEW,
	  .help = "`/rack/spectrum ,sbb` node, in, out, at that rate for 10 s; again "
		  "renews, rate 0 ends. See \"The spectrum of a node\"",
	  .run = spectrum },
	{ .path = NULL },
};

const struct command_set spectrum_commands = {
	.commands = commands,
	.create = spectrum_create,
	.destroy = free,
	.tick = spectrum_tick,
	.wait = spectrum_wait,
};
