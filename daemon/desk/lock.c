/* lock.c - who holds the lock. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/lock.h"
#include "daemon/base/memory.h"

#include "daemon/rack/param.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

struct lock {
	struct desk *desk;
	struct follower follower;
	uint32_t holder; /* IPv4, network byte order; 0: none */
};

int lock_param(const struct rack *rack)
{
	return param_of_role(rack->nodes[rack->node_count - 1].module, PARAM_LOCK);
}

static bool is_locked(const struct rack *rack)
{
	return rack->nodes[rack->node_count - 1].values[lock_param(rack)] > 0.5f;
}

/* When the new config unlocks the rack, the lock has no holder any more. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct lock *lock = context;

	(void)from;
	if (!is_locked(to))
		lock->holder = 0;
}

struct lock *lock_create(struct desk *desk)
{
	struct lock *lock = memory_zeroed(1, sizeof(*lock));

	lock->desk = desk;
	lock->follower = (struct follower) { .context = lock, .moved = on_moved };
	follow_add(&desk->followers, &lock->follower);
	return lock;
}

void lock_destroy(struct lock *lock)
{
	if (!lock)
		return;
	follow_drop(&lock->desk->followers, &lock->follower);
	free(lock);
}

bool lock_shuts(const struct lock *lock, bool on, enum role role,
		const struct sockaddr_in *from)
{
	return on && role < ROLE_ADMIN && lock->holder != from->sin_addr.s_addr;
}

void lock_note(struct lock *lock, bool was, bool on, const struct sockaddr_in *from)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &from->sin_addr, address, sizeof(address));
	lock->holder = on ? from->sin_addr.s_addr : 0;
	if (was != on)
		event_post(lock->desk->events, EVENT_NOTICE, "lock",
			   "the rack was %s by %s", on ? "locked" : "unlocked",
			   address);
}

uint32_t lock_holder(const struct lock *lock)
{
	return lock ? lock->holder : 0;
}

void lock_hold(struct lock *lock, uint32_t holder)
{
	if (lock)
		lock->holder = holder;
}

void lock_text(const struct lock *lock, char text[LOCK_TEXT_BYTES])
{
	struct in_addr holder = { lock->holder };
	bool on = is_locked(lock->desk->rack);
	char address[INET_ADDRSTRLEN];

	if (!on || !lock->holder)
		snprintf(text, LOCK_TEXT_BYTES, "%s", on ? "by the config" : "off");
	else
		snprintf(text, LOCK_TEXT_BYTES, "by %s",
			 inet_ntop(AF_INET, &holder, address, sizeof(address)));
}
