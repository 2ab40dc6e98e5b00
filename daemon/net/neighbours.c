/* neighbours.c - which hosts of this machine's networks have answered the kernel lately.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/neighbours.h"

#include "daemon/base/memory.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

enum { KNOWN_MAX = 1024, COMPLETE = 2 };
static const double read_seconds = 0.05;

struct neighbours {
	uint32_t known[KNOWN_MAX]; /* host byte order */
	int count;
	double due;
};

struct neighbours *neighbours_create(void)
{
	return memory_zeroed(1, sizeof(struct neighbours));
}

void neighbours_destroy(struct neighbours *neighbours)
{
	free(neighbours);
}

/* "10.9.0.2  0x1  0x2  d2:31:...  *  lan": address, hardware type, flags, ... */
static void take_line(struct neighbours *neighbours, const char *line)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr address;
	unsigned flags;

	if (sscanf(line, "%15s %*s %x", text, &flags) == 2 && (flags & COMPLETE) &&
	    inet_pton(AF_INET, text, &address) == 1 && neighbours->count < KNOWN_MAX)
		neighbours->known[neighbours->count++] = ntohl(address.s_addr);
}

static void read_table(struct neighbours *neighbours)
{
	char line[256];
	FILE *table = fopen("/proc/self/net/arp", "re");

	neighbours->count = 0;
	while (table && fgets(line, sizeof(line), table))
		take_line(neighbours, line);
	if (table)
		fclose(table);
}

bool neighbour_is_known(struct neighbours *neighbours, uint32_t address, double now)
{
	if (now >= neighbours->due) {
		read_table(neighbours);
		neighbours->due = now + read_seconds;
	}
	for (int i = 0; i < neighbours->count; i++)
		if (neighbours->known[i] == address)
			return true;
	return false;
}
