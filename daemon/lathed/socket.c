/* socket.c - the OSC socket that systemd passes, and where the rack answers. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/socket.h"

#include "daemon/base/log.h"
#include "daemon/lathed/runtime.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

int socket_passed(void)
{
	int count = sd_listen_fds(1), passed = -1;

	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; fd++) {
		if (passed < 0 &&
		    sd_is_socket_inet(fd, AF_INET, SOCK_DGRAM, -1, 0) > 0) {
			passed = fd;
			continue;
		}
		log_line(LOG_WARNING,
			 "systemd passed a socket that is not used: found another kind "
			 "or a second one, would accept one ListenDatagram= with an "
			 "IPv4 address");
		close(fd);
	}
	return passed;
}

void socket_compare(struct alarms *alarms, const struct sockaddr_in *bound,
		    const struct osc_settings *wanted, int port)
{
	char address[INET_ADDRSTRLEN] = "?";
	struct in_addr listen = { .s_addr = 0 };
	int bound_port = ntohs(bound->sin_port);

	inet_pton(AF_INET, wanted->listen, &listen);
	if (listen.s_addr == bound->sin_addr.s_addr && (!port || port == bound_port)) {
		alarm_clear(alarms, ALARM_OSC_ADDRESS, "");
		return;
	}
	inet_ntop(AF_INET, &bound->sin_addr, address, sizeof(address));
	alarm_raise(alarms, ALARM_OSC_ADDRESS, "",
		    "OSC listens on %s port %d; the config says %s port %d", address,
		    bound_port, wanted->listen, port);
}

void socket_log(const struct sockaddr_in *bound, int buffer)
{
	char address[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, &bound->sin_addr, address, sizeof(address));
	log_line(LOG_INFO, "OSC on %s, port %d, %d kB of receive buffer", address,
		 ntohs(bound->sin_port), buffer / 1024);
}

/* ---- the file ------------------------------------------------------------------------- */

void socket_tell(const struct sockaddr_in *bound)
{
	char address[INET_ADDRSTRLEN] = "?", text[INET_ADDRSTRLEN + 16];

	if (!bound) {
		runtime_remove("osc");
		return;
	}
	struct in_addr reached = bound->sin_addr;
	if (reached.s_addr == htonl(INADDR_ANY))
		reached.s_addr = htonl(INADDR_LOOPBACK);
	inet_ntop(AF_INET, &reached, address, sizeof(address));
	snprintf(text, sizeof(text), "%s %d\n", address, ntohs(bound->sin_port));
	if (!runtime_write("osc", text))
		log_line(LOG_WARNING,
			 "$RUNTIME_DIRECTORY/osc: %s: lathectl --instance does not "
			 "find this rack",
			 strerror(errno));
}

bool socket_unit_print(const struct osc_settings *wanted, int port)
{
	if (!port) {
		fputs("osc.port: found 0 (any), would accept a port from 1 to 65535 "
		      "for a "
		      "socket of systemd\n",
		      stderr);
		return false;
	}
	printf("[Socket]\nListenDatagram=\nListenDatagram=%s:%d\n", wanted->listen,
	       port);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	fputs("lathed: not all of it could be written\n", stderr);
	return false;
}
