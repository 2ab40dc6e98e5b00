/* hosts.h - which racks --host means: names, addresses, groups. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_HOSTS_H
#define LATHE_LATHECTL_HOSTS_H

#include <stdbool.h>

/* Where a rack answers. */
struct place {
	char name[80]; /* as it was given */
	char host[80], port[8];
};

enum { PLACES_MAX = 32 };

struct places {
	const char *port; /* for those without one */
	struct place place[PLACES_MAX];
	int count;
};

/* False after a complaint on standard error. */
bool places_read(struct places *places, const char *hosts, const char *port);
/* The rack of systemd's lathed@<instance>, from /run/lathe/<instance>/osc; an instance with a
 * slash is the path of such a file. False after a complaint. */
bool places_instance(struct places *places, const char *instance);
/* Calls `each` for each group of the hosts file, whatever else is wrong with the file. */
void groups_each(void (*each)(void *context, const char *name), void *context);

#endif
