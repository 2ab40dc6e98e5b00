/* lock.h - who holds the lock. While the rack is locked, only admins and the machine that
 * locked it can change anything. The lock itself is a param of the rack. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_LOCK_H
#define LATHE_DESK_LOCK_H

#include "daemon/desk/desk.h"

#include <netinet/in.h>

enum { LOCK_TEXT_BYTES = 96 };

struct lock;

struct lock *lock_create(struct desk *desk);
void lock_destroy(struct lock *lock);
/* The lock's place among the rack's own params. */
int lock_param(const struct rack *rack);
/* Whether the lock keeps this sender out. `on`: its value, which may not be in the rack yet. */
bool lock_shuts(const struct lock *lock, bool on, enum role role,
		const struct sockaddr_in *from);
/* Call before the param changes: this sender locks the rack, or unlocks it. */
void lock_note(struct lock *lock, bool was, bool on, const struct sockaddr_in *from);
/* The IPv4 address that holds the lock, network byte order; 0: none, or the config does. */
uint32_t lock_holder(const struct lock *lock);
/* Restores the holder after a restart. */
void lock_hold(struct lock *lock, uint32_t holder);
/* "off", "by the config" or "by ADDRESS". */
void lock_text(const struct lock *lock, char text[LOCK_TEXT_BYTES]);

#endif
