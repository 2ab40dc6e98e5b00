/* follow.c - calls the clients of the desk. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/follow.h"

void follow_add(struct follower **first, struct follower *follower)
{
	while (*first)
		first = &(*first)->next;
	*first = follower;
	follower->next = NULL;
}

void follow_drop(struct follower **first, struct follower *follower)
{
	while (*first && *first != follower)
		first = &(*first)->next;
	if (*first)
		*first = follower->next;
}

void follow_before(const struct follower *first, const struct action *action)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->before)
			at->before(at->context, action);
}

void follow_changed(const struct follower *first, const struct change *changes,
		    int count)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->changed)
			at->changed(at->context, changes, count);
}

void follow_after(const struct follower *first, const struct change *changes, int count)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->after)
			at->after(at->context, changes, count);
}

void follow_touched(const struct follower *first)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->touched)
			at->touched(at->context);
}

void follow_named(const struct follower *first, const char *scene)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->named)
			at->named(at->context, scene);
}

void follow_moved(const struct follower *first, const struct rack *from,
		  const struct rack *to)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->moved)
			at->moved(at->context, from, to);
}

void follow_tick(const struct follower *first)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->tick)
			at->tick(at->context);
}

bool follow_busy(const struct follower *first)
{
	for (const struct follower *at = first; at; at = at->next)
		if (at->busy && at->busy(at->context))
			return true;
	return false;
}
