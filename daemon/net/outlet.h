/* outlet.h - sends datagrams so that a host that takes none costs no other host anything.
 * Control thread; never waits.
 *
 * The kernel keeps datagrams for a host that does not answer for seconds, in the send
 * buffer of the socket that they were sent by. Here each host is sent to by a socket of
 * its own, all with the address and port of the socket that receives; challenges have one
 * more. A host that takes nothing is tried at intervals, and not otherwise.
 *
 * A sandbox that allows no other sockets, such as that of the systemd unit, leaves the one
 * that receives. Its large buffer then holds what the kernel keeps for several absent
 * hosts, and the kernel's error messages say which hosts those are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_OUTLET_H
#define LATHE_NET_OUTLET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	OUTLET_HOSTS = 64, /* with a socket of their own; others share one */
	/* Challenges in 3 s to hosts that the kernel does not know: it keeps what is sent
	 * to forged addresses for so long, and its table of neighbours has 1024
	 * places. */
	OUTLET_CHALLENGES = 200,
};

struct outlet;

/* `fd`: the bound socket that receives, or -1 in tests that send nothing. It stays the
 * caller's, and must live as long as the outlet. */
struct outlet *outlet_create(int fd);
/* Call when the socket was bound later than outlet_create(). */
void outlet_bound(struct outlet *outlet);
void outlet_destroy(struct outlet *outlet);

/* False: not sent, because that would have waited or failed, or the host rests. */
bool outlet_send(struct outlet *outlet, const uint8_t *bytes, size_t size,
		 const struct sockaddr_in *to);
/* The same for a challenge, to a host that has not proved that it exists. */
bool outlet_challenge(struct outlet *outlet, const uint8_t *bytes, size_t size,
		      const struct sockaddr_in *to);
/* Every 10 to 50 ms: looks which hosts have taken what was sent. Monotonic seconds. */
void outlet_tick(struct outlet *outlet, double now);
/* Call when poll() returns for the socket that receives: takes the kernel's error messages. */
void outlet_errors(struct outlet *outlet, double now);

uint64_t outlet_unsent(const struct outlet *outlet); /* datagrams not sent so far */
/* How many hosts have taken nothing for a second, though they are being sent to; their
 * addresses in `text`. */
int outlet_failing(const struct outlet *outlet, double now, char *text, size_t size);

#endif
