/* timed.c - bundles that wait for their time. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/timed.h"
#include "daemon/base/memory.h"

#include "daemon/base/ipv4.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double seconds_1900_to_1970 = 2208988800.0;

struct waiting {
	uint8_t *bytes;
	size_t size;
	struct sockaddr_in from;
	double due;
	uint64_t order;
};

struct timed {
	struct waiting waiting[TIMED_MAX];
	int count;
	uint64_t order;
};

struct timed *timed_create(void)
{
	return memory_zeroed(1, sizeof(struct timed));
}

void timed_destroy(struct timed *timed)
{
	for (int i = 0; timed && i < timed->count; i++)
		free(timed->waiting[i].bytes);
	free(timed);
}

double timed_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double timed_delay(uint64_t tag)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (tag <= 1)
		return 0.0;
	double seconds =
		(double)(tag >> 32) - seconds_1900_to_1970 - (double)now.tv_sec;
	seconds += (double)(tag & 0xffffffff) / 4294967296.0;
	seconds -= (double)now.tv_nsec * 1e-9;
	return seconds > 0.0 ? seconds : 0.0;
}

static int count_of_host(const struct timed *timed, const struct sockaddr_in *from)
{
	int count = 0;

	for (int i = 0; i < timed->count; i++)
		count +=
			timed->waiting[i].from.sin_addr.s_addr == from->sin_addr.s_addr;
	return count;
}

bool timed_add(struct timed *timed, const uint8_t *bytes, size_t size,
	       const struct sockaddr_in *from, double due)
{
	static const uint8_t at_once[8] = { [7] = 1 };

	if (timed->count == TIMED_MAX ||
	    timed_count_of(timed, from) >= TIMED_OF_ONE_MAX ||
	    (!ipv4_is_local(ntohl(from->sin_addr.s_addr)) &&
	     count_of_host(timed, from) >= TIMED_OF_HOST_MAX))
		return false;
	uint8_t *copy = memory_zeroed(1, size);
	if (!copy)
		return false;
	memcpy(copy, bytes, size);
	memcpy(copy + 8, at_once, sizeof(at_once));
	timed->waiting[timed->count++] =
		(struct waiting) { copy, size, *from, due, timed->order++ };
	return true;
}

int timed_count(const struct timed *timed)
{
	return timed->count;
}

int timed_count_of(const struct timed *timed, const struct sockaddr_in *from)
{
	int count = 0;

	for (int i = 0; i < timed->count; i++) {
		count += ipv4_same(&timed->waiting[i].from, from);
	}
	return count;
}

bool timed_take(struct timed *timed, double now, uint8_t **bytes, size_t *size,
		struct sockaddr_in *from)
{
	struct waiting *first = NULL;

	for (int i = 0; i < timed->count; i++) {
		struct waiting *waiting = &timed->waiting[i];
		if (waiting->due > now)
			continue;
		/* Of two with the same time, the one that arrived first goes first. */
		if (!first || waiting->due < first->due ||
		    (waiting->due <= first->due && waiting->order < first->order))
			first = waiting;
	}
	if (!first)
		return false;
	*bytes = first->bytes;
	*size = first->size;
	*from = first->from;
	*first = timed->waiting[--timed->count];
	return true;
}
