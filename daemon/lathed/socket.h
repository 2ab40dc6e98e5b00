/* socket.h - the OSC socket that systemd passes, whether it is where the config wants it, and
 * the file that tells this machine's programs where the rack answers. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_SOCKET_H
#define LATHE_LATHED_SOCKET_H

#include "daemon/desk/desk.h"

#include <netinet/in.h>

/* The first UDP socket for IPv4 that systemd has passed, or -1: none. The log says so when it
 * passed anything else, which is closed. Only the first call finds what was passed. */
int socket_passed(void);

/* The alarm osc_address: raised when OSC is bound at `bound`, but the config asks for another
 * osc.listen or for another `port` (0: any); else cleared. Call when either may have
 * changed. */
void socket_compare(struct alarms *alarms, const struct sockaddr_in *bound,
		    const struct osc_settings *wanted, int port);

/* Logs where OSC listens, and the bytes of its receive buffer. */
void socket_log(const struct sockaddr_in *bound, int buffer);

/* Writes "127.0.0.1 3345", an address and a port at which this machine reaches `bound`, as the
 * file `osc` of $RUNTIME_DIRECTORY; NULL: removes it. Without that folder it does nothing. */
void socket_tell(const struct sockaddr_in *bound);

/* Prints the part of a socket unit that agrees with the config. False, after a sentence on
 * stderr: the port is 0, or not all could be written. */
bool socket_unit_print(const struct osc_settings *wanted, int port);

#endif
