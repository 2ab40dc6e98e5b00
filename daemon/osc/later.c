/* later.c - requests whose outcome comes later. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/later.h"

#include "daemon/base/ipv4.h"
#include "daemon/base/memory.h"
#include "daemon/osc/answer.h"

#include <stdlib.h>

static const double hold_seconds = 0.1;

struct entry {
	struct sockaddr_in to;
	uint64_t number; /* 1, 2, ... */
	double held_until;
	struct later later;
};

struct laters {
	struct entry entries[LATER_MAX]; /* oldest first */
	int count;
	uint64_t newest;
};

struct laters *laters_create(void)
{
	return memory_zeroed(1, sizeof(struct laters));
}

void laters_destroy(struct laters *laters)
{
	free(laters);
}

bool laters_full(const struct laters *laters, const struct sockaddr_in *from)
{
	int of_host = 0;

	for (int i = 0; i < laters->count; i++)
		of_host +=
			laters->entries[i].to.sin_addr.s_addr == from->sin_addr.s_addr;
	return laters->count == LATER_MAX ||
	       (of_host >= LATER_OF_HOST_MAX &&
		!ipv4_is_local(ntohl(from->sin_addr.s_addr)));
}

void laters_add(struct laters *laters, const struct sockaddr_in *to,
		const struct later *later, double now)
{
	laters->entries[laters->count++] =
		(struct entry) { .to = *to,
				 .number = ++laters->newest,
				 .held_until = now + hold_seconds,
				 .later = *later };
}

void laters_tick(struct laters *laters, struct dispatch *dispatch)
{
	int kept = 0;

	for (int i = 0; i < laters->count; i++) {
		struct entry *entry = &laters->entries[i];
		const struct later *later = &entry->later;
		struct sender sender = { .address = entry->to };
		struct text result;
		bool good;

		if (later->outcome(later->of, later->ticket, &good, &result))
			later->answer(dispatch, &sender, good, &result);
		else
			laters->entries[kept++] = *entry;
	}
	laters->count = kept;
}

int laters_count(const struct laters *laters)
{
	return laters->count;
}

bool laters_hold(const struct laters *laters, const struct sockaddr_in *from,
		 double now)
{
	for (int i = 0; i < laters->count; i++)
		if (laters->entries[i].held_until > now &&
		    ipv4_same(&laters->entries[i].to, from))
			return true;
	return false;
}

uint64_t laters_newest(const struct laters *laters)
{
	return laters->newest;
}

bool laters_wait(const struct laters *laters, const struct sockaddr_in *from,
		 uint64_t number)
{
	for (int i = 0; i < laters->count; i++)
		if (laters->entries[i].number <= number &&
		    ipv4_same(&laters->entries[i].to, from))
			return true;
	return false;
}
