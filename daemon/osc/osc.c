/* osc.c - the socket: reads datagrams, refuses strangers, gives each sender its turn.
 * Control thread; never waits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/osc.h"
#include "daemon/base/memory.h"

#include "daemon/base/clock.h"
#include "daemon/base/ipv4.h"
#include "daemon/net/access.h"
#include "daemon/net/buffer.h"
#include "daemon/net/gate.h"
#include "daemon/net/lane.h"
#include "daemon/net/outlet.h"
#include "daemon/osc/bundle.h"
#include "daemon/osc/commands.h"
#include "daemon/osc/dispatch.h"
#include "daemon/osc/feed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BUFFER_BYTES = 4 * 1024 * 1024,
	BATCH = 64,           /* datagrams read at once */
	BATCHES = 256,        /* read at most before lanes have their turns */
	TURN_DATAGRAMS = 256, /* of one lane in one turn */
	CONTROL_BYTES = 64,   /* room for the kernel's count of lost datagrams */
};
static const double wake_seconds = 0.004; /* osc_receive() returns after this time */
static const double turn_seconds = 0.0005;
static const double refusal_seconds =
	10.0; /* least time between two events about refusals */
static const double health_seconds = 5.0; /* so long after a failure its alarm ends */

struct osc {
	struct desk *desk;
	struct follower follower;
	struct access *access;
	struct outlet *outlet;
	struct dispatch *dispatch;
	struct lanes *lanes;
	struct bundle *cut
		[LANES]; /* a lane's first bundle, when its turn ended before it did */
	int heavy;       /* the lane that had the last turn of those that wait */
	int fd, buffer;
	int port;       /* the one that is asked for; 0: any */
	bool as_config; /* it is the config's, and follows a reload until it is bound */
	bool bound;     /* false: nothing comes, and nothing is sent */
	bool stands_in; /* `fd` is no socket of the network, because none is allowed */
	double bind_due; /* when it is tried again */
	char error[256]; /* why not */
	struct sockaddr_in self;
	struct osc_counts counts;
	uint64_t lane_lost;
	uint32_t kernel_lost;
	uint64_t refused_told, event_told;
	double refusal_due;
	double failed; /* when a host was last seen to take nothing */
	uint8_t bytes[BATCH][GATE_BYTES_MAX + 4];
	uint8_t control[BATCH][CONTROL_BYTES];
	struct sockaddr_in from[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr heads[BATCH];
};

/* ---- opening ------------------------------------------------------------------------------ */

static int socket_open(int family)
{
	return socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Puts a socket of the network in the place of the one that stands in for it, under the same
 * number. */
static bool replace_stand_in(struct osc *osc)
{
	const int fd = socket_open(AF_INET);

	if (fd < 0) {
		snprintf(osc->error, sizeof(osc->error),
			 "no socket: %s; under systemd the socket unit opens it: "
			 "restart "
			 "that, then lathed",
			 strerror(errno));
		return false;
	}
	dup3(fd, osc->fd, O_CLOEXEC);
	close(fd);
	osc->stands_in = false;
	return true;
}

/* False: osc->error says why. */
static bool bind_socket(struct osc *osc)
{
	const struct osc_settings *settings = osc->desk->rack->osc;
	const int port = osc->as_config ? settings->port : osc->port;
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)port) };

	if (osc->stands_in && !replace_stand_in(osc))
		return false;
	if (inet_pton(AF_INET, settings->listen, &address.sin_addr) != 1) {
		snprintf(osc->error, sizeof(osc->error),
			 "osc.listen: \"%s\" is no IPv4 address; \"127.0.0.1\" is one",
			 settings->listen);
		return false;
	}
	if (bind(osc->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return true;
	snprintf(osc->error, sizeof(osc->error), "can't listen on %s port %d: %s%s",
		 settings->listen, port, strerror(errno),
		 errno == EADDRINUSE ? "; is another lathed running?" : "");
	return false;
}

static void prepare_socket(struct osc *osc)
{
	int on = 1;
	socklen_t self_size = sizeof(osc->self);

	getsockname(osc->fd, (struct sockaddr *)&osc->self, &self_size);
	fcntl(osc->fd, F_SETFL, fcntl(osc->fd, F_GETFL) | O_NONBLOCK);
	osc->buffer = buffer_grow(osc->fd, BUFFER_RECEIVE, BUFFER_BYTES);
	setsockopt(osc->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
	for (int i = 0; i < BATCH; i++) {
		osc->parts[i] = (struct iovec) { osc->bytes[i], sizeof(osc->bytes[i]) };
		osc->heads[i].msg_hdr = (struct msghdr) {
			.msg_name = &osc->from[i],
			.msg_iov = &osc->parts[i],
			.msg_iovlen = 1,
			.msg_control = osc->control[i],
		};
	}
}

static void on_changed(void *context, const struct change *changes, int count)
{
	struct osc *osc = context;
	struct dispatch *dispatch = osc->dispatch;

	for (int i = 0; i < count; i++)
		watch_changed(dispatch->watch,
			      address_of_param(dispatch->addresses, changes[i].node,
					       changes[i].param),
			      changes[i].origin);
}

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct osc *osc = context;

	(void)from, (void)to;
	dispatch_reshape(osc->dispatch);
}

/* The address may come later, as DHCP's does, or the port may become free: the rack plays
 * meanwhile. Until then nothing is sent, because sending would bind to any port. */
static void try_to_bind(struct osc *osc, double now)
{
	struct alarms *alarms = osc->desk->alarms;

	osc->bind_due = now + OSC_BIND_SECONDS;
	osc->bound = bind_socket(osc);
	if (!osc->bound) {
		alarm_raise(alarms, ALARM_OSC, "", "%s", osc->error);
		return;
	}
	alarm_clear(alarms, ALARM_OSC, "");
	if (osc->outlet) {
		prepare_socket(osc);
		outlet_bound(osc->outlet);
	}
}

struct osc *osc_create(struct desk *desk, const struct osc_parts *parts, int port,
		       int inherited, char *error, size_t error_size)
{
	int fd = inherited >= 0 ? inherited : socket_open(AF_INET);
	/* Where the network is not allowed, a socket of this machine stands in. */
	const bool stands_in = fd < 0;

	if (stands_in)
		fd = socket_open(AF_UNIX);
	if (fd < 0) {
		snprintf(error, error_size, "osc: no socket: %s", strerror(errno));
		return NULL;
	}
	struct osc *osc = memory_zeroed(1, sizeof(*osc));
	osc->desk = desk;
	osc->fd = fd;
	osc->stands_in = stands_in;
	osc->port = port;
	osc->as_config = port == desk->rack->osc->port;
	osc->bound = inherited >= 0;
	if (!osc->bound)
		try_to_bind(osc, clock_seconds());
	prepare_socket(osc);
	osc->access = access_create();
	osc->outlet = outlet_create(fd);
	osc->lanes = lanes_create();
	osc->dispatch = dispatch_create(desk, parts, osc->outlet, commands_all);
	osc->follower = (struct follower) { .context = osc,
					    .changed = on_changed,
					    .moved = on_moved };
	follow_add(&desk->followers, &osc->follower);
	/* Events from before the socket was open are not sent. */
	const struct event *event;
	while ((event = event_next(desk->events, osc->event_told)) != NULL)
		osc->event_told = event->serial;
	return osc;
}

void osc_destroy(struct osc *osc)
{
	if (!osc)
		return;
	follow_drop(&osc->desk->followers, &osc->follower);
	for (int lane = 0; lane < LANES; lane++)
		bundle_destroy(osc->cut[lane]);
	dispatch_destroy(osc->dispatch);
	lanes_destroy(osc->lanes);
	access_destroy(osc->access);
	outlet_destroy(osc->outlet);
	close(osc->fd);
	free(osc);
}

int osc_fd(const struct osc *osc)
{
	return osc->fd;
}

const struct sockaddr_in *osc_address(const struct osc *osc)
{
	return &osc->self;
}

int osc_port(const struct osc *osc)
{
	return ntohs(osc->self.sin_port);
}

int osc_buffer(const struct osc *osc)
{
	return osc->buffer;
}

struct osc_counts osc_counts(const struct osc *osc)
{
	struct osc_counts counts = osc->counts;
	counts.missed = osc->lane_lost + osc->kernel_lost;
	counts.unsent = outlet_unsent(osc->outlet);
	counts.withheld = answers_withheld(osc->dispatch->answers);
	return counts;
}

/* ---- receiving ----------------------------------------------------------------------------- */

/* A client can subscribe this socket's own address: feedback would then come in as
 * sets. */
static bool is_own(const struct osc *osc, const struct sockaddr_in *from)
{
	return from->sin_port == osc->self.sin_port &&
	       (ipv4_is_local(ntohl(from->sin_addr.s_addr)) ||
		from->sin_addr.s_addr == osc->self.sin_addr.s_addr);
}

static void send_challenge(struct osc *osc, struct sockaddr_in to,
			   const struct verdict *verdict)
{
	struct packet packet;

	if (verdict->port)
		to.sin_port = htons((uint16_t)verdict->port);
	packet_clear(&packet);
	packet_add(&packet, "/rack/challenge", "i", verdict->number);
	osc->counts.challenges += packet_challenge(&packet, osc->outlet, &to);
}

static void send_full(struct osc *osc, const struct sockaddr_in *from, double now)
{
	struct sender sender = { .address = *from };

	answer_error(osc->dispatch->answers, &sender, "/rack/confirm", "full", now,
		     "%d hosts have confirmed their address, of which %d can only be "
		     "admins; one must be silent for 15 s to make room",
		     ACCESS_PEERS, ACCESS_KEPT_ADMIN);
}

/* Whether the datagram is to be carried out. A sender that is not allowed gets no
 * answer, not even an error: its address may be forged. */
static bool is_taken(struct osc *osc, const struct sockaddr_in *from,
		     const uint8_t *bytes, size_t size, double now)
{
	const struct osc_settings *settings = osc->desk->rack->osc;
	struct verdict verdict = { .allowed = false };

	if (!is_own(osc, from))
		verdict = access_judge(osc->access, settings, from, bytes, size, now);
	if (verdict.challenge)
		send_challenge(osc, *from, &verdict);
	if (verdict.full)
		send_full(osc, from, now);
	osc->counts.refused += !verdict.allowed;
	osc->counts.unconfirmed += verdict.allowed && !verdict.taken;
	osc->counts.received += verdict.taken;
	return verdict.taken;
}

static void note_kernel_loss(struct osc *osc, struct msghdr *head)
{
	struct cmsghdr *note = CMSG_FIRSTHDR(head);

	for (; note; note = CMSG_NXTHDR(head, note))
		if (note->cmsg_level == SOL_SOCKET && note->cmsg_type == SO_RXQ_OVFL)
			memcpy(&osc->kernel_lost, CMSG_DATA(note),
			       sizeof(osc->kernel_lost));
}

/* Moves one batch of datagrams from the kernel into the lanes. False: the kernel has no
 * more. */
static bool read_batch(struct osc *osc)
{
	for (int i = 0; i < BATCH; i++) {
		osc->heads[i].msg_hdr.msg_namelen = sizeof(osc->from[i]);
		osc->heads[i].msg_hdr.msg_controllen = CONTROL_BYTES;
	}
	int count = recvmmsg(osc->fd, osc->heads, BATCH, MSG_DONTWAIT, NULL);
	double now = count > 0 ? clock_seconds() : 0.0;
	for (int i = 0; i < count; i++) {
		size_t size = osc->heads[i].msg_len;
		if (is_taken(osc, &osc->from[i], osc->bytes[i], size, now))
			osc->lane_lost += !lane_put(osc->lanes, &osc->from[i],
						    osc->bytes[i], size);
	}
	if (count > 0)
		note_kernel_loss(osc, &osc->heads[count - 1].msg_hdr);
	return count == BATCH;
}

/* False: it is a bundle that continues in the lane's next turn. */
static bool handle(struct osc *osc, int lane, const uint8_t *bytes, size_t size,
		   const struct sockaddr_in *from, double now, double end)
{
	const char *why;

	if (gate_check(bytes, size, &why))
		return bundle_run(osc->dispatch, bytes, size, from, now, end,
				  &osc->cut[lane]);
	struct sender sender = { .address = *from };
	sender.client = watch_client(osc->dispatch->watch, from, now);
	osc->counts.malformed++;
	answer_error(osc->dispatch->answers, &sender, "", "malformed", now,
		     "not an OSC datagram that is taken here: %s", why);
	return true;
}

/* One turn of a lane. */
static void serve_lane(struct osc *osc, int lane)
{
	double now = clock_seconds(), end = now + turn_seconds;

	for (int i = 0; i < TURN_DATAGRAMS && now < end; i++) {
		struct sockaddr_in from;
		size_t size;
		const uint8_t *bytes = lane_first(osc->lanes, lane, &size, &from);
		if (!bytes || dispatch_holds(osc->dispatch, &from, bytes, size, now))
			break;
		if (handle(osc, lane, bytes, size, &from, now, end))
			lane_drop(osc->lanes, lane);
		now = clock_seconds();
	}
	answer_send(osc->dispatch->answers);
}

/* Whether the lane has a datagram that may be carried out. */
static bool is_ready(const struct osc *osc, int lane, double now)
{
	struct sockaddr_in from;
	size_t size;
	const uint8_t *bytes = lane_first(osc->lanes, lane, &size, &from);

	return bytes && !dispatch_holds(osc->dispatch, &from, bytes, size, now);
}

/* Every lane with little to do has a turn between any two turns of lanes with much to
 * do. */
static void serve_lanes(struct osc *osc)
{
	double now = clock_seconds();

	for (int lane = 0; lane < LANES; lane++)
		if (is_ready(osc, lane, now) && lane_is_light(osc->lanes, lane) &&
		    !osc->cut[lane])
			serve_lane(osc, lane);
	for (int i = 0; i < LANES; i++) {
		osc->heavy = (osc->heavy + 1) % LANES;
		if (!is_ready(osc, osc->heavy, now))
			continue;
		serve_lane(osc, osc->heavy);
		break;
	}
}

bool osc_receive(struct osc *osc)
{
	double now = clock_seconds(), end = now + wake_seconds;
	bool more = true;

	outlet_errors(osc->outlet, now);
	while (more || osc_more(osc)) {
		/* Read all first: it is quick, and a flood then fills its sender's lane
		 * and not the kernel's queue, which all senders share. */
		more = true;
		for (int i = 0; i < BATCHES && more; i++)
			more = read_batch(osc);
		serve_lanes(osc);
		if (clock_seconds() >= end)
			break;
	}
	dispatch_flush(osc->dispatch);
	return more || osc_more(osc);
}

bool osc_more(const struct osc *osc)
{
	double now;

	if (lanes_empty(osc->lanes))
		return false;
	now = clock_seconds();
	for (int lane = 0; lane < LANES; lane++)
		if (is_ready(osc, lane, now))
			return true;
	return false;
}

/* ---- time ----------------------------------------------------------------------------------- */

static void tell_events(struct osc *osc, double now)
{
	const struct event *event;

	if (osc->counts.refused > osc->refused_told && now >= osc->refusal_due) {
		event_post(
			osc->desk->events, EVENT_WARNING, "refused",
			"%llu datagrams from senders who are not on the allow list",
			(unsigned long long)(osc->counts.refused - osc->refused_told));
		osc->refused_told = osc->counts.refused;
		osc->refusal_due = now + refusal_seconds;
	}
	while ((event = event_next(osc->desk->events, osc->event_told)) != NULL) {
		feed_event(osc->dispatch->watch, event);
		osc->event_told = event->serial;
	}
}

/* The alarm about hosts that can't be sent to. */
static void watch_outlet(struct osc *osc, double now)
{
	struct alarms *alarms = osc->desk->alarms;
	char hosts[INET_ADDRSTRLEN * 8];

	outlet_tick(osc->outlet, now);
	if (outlet_failing(osc->outlet, now, hosts, sizeof(hosts))) {
		osc->failed = now;
		alarm_raise(alarms, ALARM_UNSENT, "", "nothing can be sent to %s",
			    hosts);
	} else if (osc->failed > 0.0 && now - osc->failed >= health_seconds) {
		osc->failed = 0.0;
		alarm_clear(alarms, ALARM_UNSENT, "");
	}
}

/* Bundles whose time has come go to their sender's lane, and have their turn there. */
static void take_due(struct osc *osc, double now)
{
	struct sockaddr_in from;
	uint8_t *bytes;
	size_t size;

	while (bundle_due(osc->dispatch, now, &bytes, &size, &from)) {
		osc->lane_lost += !lane_put(osc->lanes, &from, bytes, size);
		free(bytes);
	}
}

static void tell_status(struct osc *osc)
{
	struct status *status = &osc->desk->status;
	struct osc_counts counts = osc_counts(osc);

	status->clients = watch_subscribers(osc->dispatch->watch);
	status->lost = counts.missed;
	status->unsent = counts.unsent;
	status->refused = counts.refused;
	status->challenges = counts.challenges;
}

void osc_tick(struct osc *osc)
{
	double now = clock_seconds();
	struct watch *watch = osc->dispatch->watch;

	if (!osc->bound && now >= osc->bind_due)
		try_to_bind(osc, now);
	if (!osc->bound)
		return;
	take_due(osc, now);
	dispatch_tick(osc->dispatch, now);
	watch_expire(watch, now);
	watch_settle(watch, now);
	feed_tick(watch, now);
	tell_events(osc, now);
	watch_outlet(osc, now);
	tell_status(osc);
}

double osc_due(const struct osc *osc)
{
	if (!osc->bound)
		return HUGE_VAL;
	return dispatch_busy(osc->dispatch) ? 0.0 : feed_due(osc->dispatch->watch);
}

bool osc_waits(const struct osc *osc)
{
	return dispatch_waits(osc->dispatch);
}

void osc_look(struct osc *osc)
{
	osc->desk->player->look(osc->desk->engine);
	dispatch_look(osc->dispatch);
}
