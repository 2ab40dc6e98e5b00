/* lock.c - who may still change anything. Control thread. */
#include "daemon/desk/lock.h"

#include "daemon/rack/param.h"

#include <arpa/inet.h>
#include <stdio.h>

int lock_param(const struct rack *rack)
{
	return param_find(rack->nodes[rack->node_count - 1].module, false, "lock");
}

static bool is_locked(const struct rack *rack)
{
	return rack->nodes[rack->node_count - 1].values[lock_param(rack)] > 0.5f;
}

bool lock_shuts(const struct desk *desk, bool on, enum role role,
		const struct sockaddr_in *from)
{
	return on && role < ROLE_ADMIN && desk->lock_holder != from->sin_addr.s_addr;
}

void lock_note(struct desk *desk, bool was, bool on, const struct sockaddr_in *from)
{
	char address[INET_ADDRSTRLEN];
	inet_ntop(AF_INET, &from->sin_addr, address, sizeof address);
	desk->lock_holder = on ? from->sin_addr.s_addr : 0;
	if (was != on)
		event_post(desk->events, EVENT_NOTICE, "lock", "the rack was %s by %s",
			   on ? "locked" : "unlocked", address);
}

void lock_reloaded(struct desk *desk)
{
	if (!is_locked(desk->rack))
		desk->lock_holder = 0;
}

void lock_text(const struct desk *desk, char text[LOCK_TEXT_BYTES])
{
	struct in_addr holder = { desk->lock_holder };
	bool on = is_locked(desk->rack);
	char address[INET_ADDRSTRLEN];
	if (!on || !desk->lock_holder)
		snprintf(text, LOCK_TEXT_BYTES, "%s", on ? "by the config" : "off");
	else
		snprintf(text, LOCK_TEXT_BYTES, "by %s",
			 inet_ntop(AF_INET, &holder, address, sizeof address));
}
