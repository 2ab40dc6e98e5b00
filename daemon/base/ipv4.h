/* ipv4.h - questions about IPv4 addresses. Pure; any thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_IPV4_H
#define LATHE_BASE_IPV4_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* The same host and the same port. */
static inline bool ipv4_same(const struct sockaddr_in *one,
			     const struct sockaddr_in *other)
{
	return one->sin_port == other->sin_port &&
	       one->sin_addr.s_addr == other->sin_addr.s_addr;
}

/* Whether it is an address of this machine alone (127.0.0.0/8). Host byte order. */
static inline bool ipv4_is_local(uint32_t address)
{
	return address >> 24 == 127;
}

#endif
