/* lock.h - while the rack is locked, only admins and the host that locked it change
 * anything. The lock itself is a param of the rack. Control thread. */
#ifndef LATHE_DESK_LOCK_H
#define LATHE_DESK_LOCK_H

#include "daemon/desk/desk.h"

#include <netinet/in.h>

enum { LOCK_TEXT_BYTES = 96 };

/* Its place among the rack's own params. */
int lock_param(const struct rack *rack);
/* Whether a lock that is `on` keeps this sender out. */
bool lock_shuts(const struct desk *desk, bool on, enum role role,
		const struct sockaddr_in *from);
/* It is being locked, or opened, by this desk. */
void lock_note(struct desk *desk, bool was, bool on, const struct sockaddr_in *from);
/* The rack is another one: a lock that it opened has no holder any more. */
void lock_reloaded(struct desk *desk);
/* "off", or who holds it. */
void lock_text(const struct desk *desk, char text[LOCK_TEXT_BYTES]);

#endif
