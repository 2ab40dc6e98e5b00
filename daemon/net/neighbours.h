/* neighbours.h - which hosts of this machine's networks have answered the kernel lately.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_NEIGHBOURS_H
#define LATHE_NET_NEIGHBOURS_H

#include <stdbool.h>
#include <stdint.h>

struct neighbours;

struct neighbours *neighbours_create(void);
void neighbours_destroy(struct neighbours *neighbours);
/* Whether the kernel knows the hardware address of this host (host byte order). Hosts
 * beyond a router are not known. The kernel's table is read 20 times a second at most;
 * it is no file of a disk. `now`: monotonic seconds. */
bool neighbour_is_known(struct neighbours *neighbours, uint32_t address, double now);

#endif
