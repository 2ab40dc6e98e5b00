/* outlet.c - the sending side of OSC's socket. Control thread; never waits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/outlet.h"

#include "daemon/base/clock.h"
#include "daemon/base/ipv4.h"
#include "daemon/base/memory.h"
#include "daemon/net/buffer.h"
#include "daemon/net/neighbours.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* More than the kernel keeps for a neighbour whose address it does not know
	 * (212,992 bytes), so that such a neighbour alone never fills it. */
	BUFFER_BYTES = 1024 * 1024,
	ERRORS_AT_ONCE = 64,
	DISCARD = 1, /* a port that nothing is sent from */
};
static const double silent_seconds = 0.5; /* nothing leaves for so long: silent */
static const double prompt_seconds =
	0.9; /* less than the kernel takes to give a neighbour up */
static const double give_up_seconds = 4.0; /* and more than that */
static const double rest_least = 0.02, rest_most = 1.0;
static const double idle_seconds = 5.0; /* not sent to for so long: makes room */
static const double failing_seconds = 1.0;
static const double budget_seconds = 3.0;

/* A host that datagrams are sent to. */
struct host {
	uint32_t address; /* host byte order; 0: none yet */
	int fd;           /* -1: none yet */
	bool is_own;      /* the socket sends to this host only */
	double used;      /* when something was to be sent to it last */
	/* Bytes given to the kernel since `since`, when it had none; 0: it has none. */
	size_t given;
	double since;
	bool silent;    /* it takes nothing: what was given to the kernel stays there */
	double failing; /* since when it takes nothing; 0: it does */
	double rest;    /* seconds between two tries, while it is failing */
	double next;    /* when it may be tried again */
};

struct outlet {
	int fd;
	struct sockaddr_in self; /* where `fd` is bound */
	bool may_open;           /* whether other sockets can share its port */
	bool has_errors;         /* `fd` has a queue of the kernel's errors */
	uint64_t unsent;
	struct host here;   /* this machine; by the socket that receives */
	struct host shared; /* hosts that found no place */
	struct host challenges;
	double budget; /* challenges that may be sent now */
	double filled; /* when it grew last */
	struct neighbours *neighbours;
	struct host hosts[OUTLET_HOSTS];
};

/* ---- sockets --------------------------------------------------------------------------- */

/* An inherited socket may be of another network than this process. */
static bool is_same_network(int one, int other)
{
	uint64_t cookies[2];
	socklen_t size[2] = { sizeof(cookies[0]), sizeof(cookies[1]) };

	return getsockopt(one, SOL_SOCKET, SO_NETNS_COOKIE, &cookies[0], &size[0]) ==
		       0 &&
	       getsockopt(other, SOL_SOCKET, SO_NETNS_COOKIE, &cookies[1], &size[1]) ==
		       0 &&
	       cookies[0] == cookies[1];
}

/* Binds a second socket to the port. Connected to a port that nothing is sent from, it
 * receives nothing. SO_REUSEADDR stays set there, but is set on the socket that receives
 * for this moment only: else any program of this machine could bind the port. */
static bool share_port(const struct outlet *outlet, int fd)
{
	struct sockaddr_in none = outlet->self;
	const struct sockaddr *self = (const struct sockaddr *)&outlet->self;
	int on = 1, off = 0;

	if (none.sin_addr.s_addr == INADDR_ANY)
		none.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	none.sin_port = htons(DISCARD);
	if (setsockopt(outlet->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return false;
	bool bound = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		     bind(fd, self, sizeof(outlet->self)) == 0 &&
		     connect(fd, (const struct sockaddr *)&none, sizeof(none)) == 0;
	setsockopt(outlet->fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof(off));
	return bound;
}

/* The kernel then tells which hosts did not answer it. */
static void ask_for_errors(struct outlet *outlet)
{
	int on = 1;

	outlet->has_errors =
		setsockopt(outlet->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) == 0;
}

/* Gives the host a socket: one of its own if that can be had, else the one that
 * receives. */
static void host_open(struct outlet *outlet, struct host *host)
{
	if (host->fd >= 0)
		return;
	host->fd = outlet->fd;
	if (!outlet->may_open)
		return;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || !is_same_network(fd, outlet->fd) || !share_port(outlet, fd)) {
		outlet->may_open = false;
		ask_for_errors(outlet);
		if (fd >= 0)
			close(fd);
		return;
	}
	buffer_grow(fd, BUFFER_SEND, BUFFER_BYTES);
	host->fd = fd;
	host->is_own = true;
}

static void host_close(struct host *host)
{
	if (host->is_own)
		close(host->fd);
}

void outlet_bound(struct outlet *outlet)
{
	socklen_t size = sizeof(outlet->self);

	outlet->may_open =
		getsockname(outlet->fd, (struct sockaddr *)&outlet->self, &size) == 0 &&
		outlet->self.sin_family == AF_INET && outlet->self.sin_port &&
		!ipv4_is_local(ntohl(outlet->self.sin_addr.s_addr));
	buffer_grow(outlet->fd, BUFFER_SEND, BUFFER_BYTES);
}

struct outlet *outlet_create(int fd)
{
	struct outlet *outlet = memory_zeroed(1, sizeof(*outlet));

	outlet->fd = outlet->here.fd = fd;
	outlet->shared.fd = outlet->challenges.fd = -1;
	for (int i = 0; i < OUTLET_HOSTS; i++)
		outlet->hosts[i].fd = -1;
	outlet->here.address = INADDR_LOOPBACK;
	outlet->budget = OUTLET_CHALLENGES;
	outlet->neighbours = neighbours_create();
	if (fd >= 0)
		outlet_bound(outlet);
	return outlet;
}

void outlet_destroy(struct outlet *outlet)
{
	if (!outlet)
		return;
	for (int i = 0; i < OUTLET_HOSTS; i++)
		host_close(&outlet->hosts[i]);
	host_close(&outlet->shared);
	host_close(&outlet->challenges);
	neighbours_destroy(outlet->neighbours);
	free(outlet);
}

/* ---- hosts ----------------------------------------------------------------------------- */

/* Its own record, else a free one, else that of the host that was sent nothing for
 * longest, else the shared one. */
static struct host *host_of(struct outlet *outlet, uint32_t address, double now)
{
	struct host *place = NULL;

	if (ipv4_is_local(address))
		return &outlet->here;
	for (int i = 0; i < OUTLET_HOSTS; i++) {
		struct host *host = &outlet->hosts[i];
		if (host->address == address)
			return host;
		if (host->address &&
		    (host->since > 0.0 || now - host->used < idle_seconds))
			continue;
		if (!place ||
		    (place->address && (!host->address || host->used < place->used)))
			place = host;
	}
	if (!place)
		place = &outlet->shared;
	else
		*place = (struct host) { .address = address,
					 .fd = place->fd,
					 .is_own = place->is_own };
	host_open(outlet, place);
	return place;
}

static void host_fail(struct host *host, double now)
{
	if (!(host->failing > 0.0))
		host->failing = now;
	host->rest = fmin(fmax(2.0 * host->rest, rest_least), rest_most);
	host->next = now + host->rest;
}

static void host_recover(struct host *host)
{
	host->silent = false;
	host->failing = host->rest = host->next = 0.0;
}

/* Bytes that have not left, as the kernel counts them: more than were given to it. */
static size_t bytes_left(const struct host *host)
{
	int left = 0;

	return ioctl(host->fd, SIOCOUTQ, &left) == 0 && left > 0 ? (size_t)left : 0;
}

/* What a present host is sent leaves at once; the kernel keeps what an absent one is
 * sent for about three seconds, then throws it away. */
static void host_look(struct host *host, double now)
{
	size_t left = bytes_left(host);

	if (!left) {
		if (host->silent && now - host->since < prompt_seconds)
			host_recover(host);
		else if (host->silent)
			host->next = now;
		host->since = 0.0;
		host->given = 0;
	} else if (host->silent) {
		if (now - host->since >= give_up_seconds)
			host->next = now;
	} else if (left >= host->given && now - host->since >= silent_seconds) {
		host->silent = true;
		host->failing = host->since;
		host->next = (double)INFINITY;
	}
}

void outlet_tick(struct outlet *outlet, double now)
{
	for (int i = 0; i < OUTLET_HOSTS; i++) {
		struct host *host = &outlet->hosts[i];
		if (host->is_own && host->since > 0.0)
			host_look(host, now);
		else if (host->silent && host->since > 0.0 &&
			 now - host->since >= give_up_seconds)
			host_recover(host); /* no error came for the last try */
	}
}

static void host_unreachable(struct outlet *outlet, uint32_t address, double now)
{
	for (int i = 0; i < OUTLET_HOSTS; i++) {
		struct host *host = &outlet->hosts[i];
		if (host->address != address || host->is_own)
			continue;
		if (!(host->failing > 0.0))
			host->failing = now;
		host->silent = true;
		host->since = 0.0;
		host->next = now;
	}
}

/* The error of a message from the kernel's queue of errors; 0: there is none in it. */
static int error_of(struct msghdr *message)
{
	struct sock_extended_err error;
	struct cmsghdr *note = CMSG_FIRSTHDR(message);

	for (; note; note = CMSG_NXTHDR(message, note)) {
		if (note->cmsg_level != IPPROTO_IP || note->cmsg_type != IP_RECVERR)
			continue;
		memcpy(&error, CMSG_DATA(note), sizeof(error));
		return (int)error.ee_errno;
	}
	return 0;
}

void outlet_errors(struct outlet *outlet, double now)
{
	if (!outlet->has_errors)
		return;
	for (int i = 0; i < ERRORS_AT_ONCE; i++) {
		char control[256];
		struct sockaddr_in to = { .sin_family = AF_UNSPEC };
		struct msghdr message = { .msg_name = &to,
					  .msg_namelen = sizeof(to),
					  .msg_control = control,
					  .msg_controllen = sizeof(control) };
		if (recvmsg(outlet->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return;
		int error = error_of(&message);
		if (error == EHOSTUNREACH || error == ENETUNREACH)
			host_unreachable(outlet, ntohl(to.sin_addr.s_addr), now);
	}
}

/* ---- sending --------------------------------------------------------------------------- */

/* A connected socket would send from the address that it was connected from; the kernel
 * is asked to choose by the destination, as it does for the socket that receives. */
static bool host_put(const struct outlet *outlet, const struct host *host,
		     const uint8_t *bytes, size_t size, const struct sockaddr_in *to)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = { .room = { 0 } };
	struct sockaddr_in address = *to;
	struct iovec part = { (void *)(uintptr_t)bytes, size };
	struct msghdr message = { .msg_name = &address,
				  .msg_namelen = sizeof(address),
				  .msg_iov = &part,
				  .msg_iovlen = 1 };
	struct in_pktinfo from = { .ipi_spec_dst = outlet->self.sin_addr };

	if (host->is_own) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.room);
		control.head = (struct cmsghdr) { .cmsg_len = CMSG_LEN(sizeof(from)),
						  .cmsg_level = IPPROTO_IP,
						  .cmsg_type = IP_PKTINFO };
		memcpy(CMSG_DATA(&control.head), &from, sizeof(from));
	}
	ssize_t sent = sendmsg(host->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* An earlier datagram's error, perhaps another host's, is returned once. */
	if (sent < 0 && !host->is_own && errno != EAGAIN)
		sent = sendmsg(host->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	return sent == (ssize_t)size;
}

static bool host_send(struct outlet *outlet, struct host *host, const uint8_t *bytes,
		      size_t size, const struct sockaddr_in *to, double now)
{
	bool rests = host != &outlet->shared && host->failing > 0.0 && now < host->next;

	host->used = now;
	if (rests || !host_put(outlet, host, bytes, size, to)) {
		outlet->unsent++;
		if (!rests)
			host_fail(host, now);
		return false;
	}
	if ((host->is_own || host->silent) && !(host->since > 0.0))
		host->since = now;
	host->given += size;
	if (host->silent) {
		/* A try: host_look() sees whether it leaves. */
		host->since = now;
		host->next = (double)INFINITY;
	} else {
		host_recover(host);
	}
	return true;
}

bool outlet_send(struct outlet *outlet, const uint8_t *bytes, size_t size,
		 const struct sockaddr_in *to)
{
	double now = clock_seconds();
	struct host *host = host_of(outlet, ntohl(to->sin_addr.s_addr), now);

	return host_send(outlet, host, bytes, size, to, now);
}

/* A neighbour that has answered the kernel takes its challenge at once, so that it is
 * challenged even while forged senders have used up the budget. */
static bool has_budget(struct outlet *outlet, const struct sockaddr_in *to, double now)
{
	const double most = OUTLET_CHALLENGES;

	outlet->budget += (now - outlet->filled) * most / budget_seconds;
	outlet->budget = fmin(outlet->budget, most);
	outlet->filled = now;
	if (neighbour_is_known(outlet->neighbours, ntohl(to->sin_addr.s_addr), now))
		return true;
	if (outlet->budget < 1.0)
		return false;
	outlet->budget -= 1.0;
	return true;
}

bool outlet_challenge(struct outlet *outlet, const uint8_t *bytes, size_t size,
		      const struct sockaddr_in *to)
{
	struct host *host = &outlet->challenges;

	host_open(outlet, host);
	if (has_budget(outlet, to, clock_seconds()) &&
	    host_put(outlet, host, bytes, size, to))
		return true;
	outlet->unsent++;
	return false;
}

/* ---- what fails ------------------------------------------------------------------------ */

uint64_t outlet_unsent(const struct outlet *outlet)
{
	return outlet->unsent;
}

static int add_failing(const struct host *host, double now, int count, char *text,
		       size_t size)
{
	char address[INET_ADDRSTRLEN] = "further hosts";
	struct in_addr of = { htonl(host->address) };
	size_t used = strlen(text);

	if (!(host->failing > 0.0) || now - host->failing < failing_seconds ||
	    now - host->used >= idle_seconds)
		return count;
	if (host->address)
		inet_ntop(AF_INET, &of, address, sizeof(address));
	snprintf(text + used, size - used, "%s%s", count ? ", " : "", address);
	return count + 1;
}

int outlet_failing(const struct outlet *outlet, double now, char *text, size_t size)
{
	int count = 0;

	*text = '\0';
	count = add_failing(&outlet->here, now, count, text, size);
	for (int i = 0; i < OUTLET_HOSTS; i++)
		count = add_failing(&outlet->hosts[i], now, count, text, size);
	return add_failing(&outlet->shared, now, count, text, size);
}
