/* latest.h - the newest version of some data, from one thread to another, without
 * waiting.
 *
 * Three buffers: the writer fills its own, the reader reads its own, and the third lies
 * in the middle. Publishing and taking swap with the middle, so neither ever waits and
 * the reader always gets the newest complete buffer. One writer, one reader, any
 * threads.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_LATEST_H
#define LATHE_BASE_LATEST_H

#include <stdatomic.h>
#include <stdbool.h>

enum { LATEST_BUFFERS = 3, LATEST_UNREAD = 4 };

struct latest {
	_Alignas(64) atomic_uint middle; /* a buffer's number, | LATEST_UNREAD */
	_Alignas(64) unsigned back;      /* the writer's */
	_Alignas(64) unsigned front;     /* the reader's */
};

static inline void latest_init(struct latest *latest)
{
	latest->back = 0;
	atomic_init(&latest->middle, 1);
	latest->front = 2;
}

/* Writer: publishes its buffer; `back` is now a different buffer. */
static inline void latest_publish(struct latest *latest)
{
	unsigned old = atomic_exchange_explicit(
		&latest->middle, latest->back | LATEST_UNREAD, memory_order_acq_rel);

	latest->back = old & ~(unsigned)LATEST_UNREAD;
}

/* Writer: whether the reader has not yet taken what was published last. */
static inline bool latest_unread(const struct latest *latest)
{
	return atomic_load_explicit(&latest->middle, memory_order_acquire) &
	       LATEST_UNREAD;
}

/* Writer: replaces what is published but unread. Does nothing and returns false if the
 * reader took it meanwhile. */
static inline bool latest_replace(struct latest *latest)
{
	unsigned old = atomic_load_explicit(&latest->middle, memory_order_relaxed);

	if (!(old & LATEST_UNREAD) ||
	    !atomic_compare_exchange_strong_explicit(
		    &latest->middle, &old, latest->back | LATEST_UNREAD,
		    memory_order_acq_rel, memory_order_acquire))
		return false;
	latest->back = old & ~(unsigned)LATEST_UNREAD;
	return true;
}

/* Reader: takes what is newest into `front`. False: nothing new was published. */
static inline bool latest_take(struct latest *latest)
{
	if (!latest_unread(latest))
		return false;
	unsigned old = atomic_exchange_explicit(&latest->middle, latest->front,
						memory_order_acq_rel);
	latest->front = old & ~(unsigned)LATEST_UNREAD;
	return true;
}

#endif
