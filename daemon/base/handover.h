/* handover.h - a mailbox for one item, from one thread to another. Neither waits.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_HANDOVER_H
#define LATHE_BASE_HANDOVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct handover {
	_Alignas(64) _Atomic(void *) item;
};

/* Sender: leaves `item`. Returns the previous item if it was not taken, else NULL. */
static inline void *handover_put(struct handover *handover, void *item)
{
	return atomic_exchange_explicit(&handover->item, item, memory_order_acq_rel);
}

/* Receiver: takes the item, or NULL. */
static inline void *handover_take(struct handover *handover)
{
	if (!atomic_load_explicit(&handover->item, memory_order_relaxed))
		return NULL;
	return atomic_exchange_explicit(&handover->item, NULL, memory_order_acq_rel);
}

/* Either thread: whether the mailbox is empty. */
static inline bool handover_empty(const struct handover *handover)
{
	return !atomic_load_explicit(&handover->item, memory_order_relaxed);
}

#endif
