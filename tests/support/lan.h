/* lan.h - a network for this process alone, in which every address of 10.0.0.0/8 is
 * local: a test can be any host, and forge any address. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TEST_LAN_H
#define LATHE_TEST_LAN_H

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static inline bool lan_request(int fd, unsigned long what, const char *name,
			       const char *address)
{
	struct ifreq request = { .ifr_flags = 0 };
	struct sockaddr_in value = { .sin_family = AF_INET };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (address) {
		inet_pton(AF_INET, address, &value.sin_addr);
		memcpy(&request.ifr_addr, &value, sizeof(value));
	} else {
		request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
	}
	return ioctl(fd, what, &request) == 0;
}

/* False, and prints it, if that is not permitted. */
static inline bool lan_open(void)
{
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		printf("skipped: no network namespaces here (root may)\n");
		return false;
	}
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	/* All addresses of a loopback's network are local. */
	bool done = lan_request(fd, SIOCSIFFLAGS, "lo", NULL) &&
		    lan_request(fd, SIOCSIFADDR, "lo", "127.0.0.1") &&
		    lan_request(fd, SIOCSIFADDR, "lo:1", "10.0.0.1") &&
		    lan_request(fd, SIOCSIFNETMASK, "lo:1", "255.0.0.0");
	close(fd);
	if (!done)
		printf("skipped: no addresses for the network\n");
	return done;
}

#endif
