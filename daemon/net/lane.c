/* lane.c - datagrams that wait, one queue for each sender. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/lane.h"
#include "daemon/base/memory.h"

#include "daemon/base/ipv4.h"

#include <stdlib.h>
#include <string.h>

enum { SHARED = LANES - 1, MARKS_BITS = 12 };

struct lane {
	struct sockaddr_in from;
	uint8_t *bytes;    /* LANE_BYTES; allocated with the first datagram */
	size_t start, end; /* the bytes that wait lie between them */
};

/* Lies in a lane before each datagram, whose size is padded to the alignment of
 * this. */
struct head {
	struct sockaddr_in from;
	uint32_t size;
};

struct lanes {
	struct lane lanes[LANES];
	int waiting; /* lanes that are not empty */
	/* How many datagrams of a sender lie in the shared lane, by a hash of its
	 * address. */
	uint32_t marks[1 << MARKS_BITS];
};

struct lanes *lanes_create(void)
{
	return memory_zeroed(1, sizeof(struct lanes));
}

void lanes_destroy(struct lanes *lanes)
{
	for (int i = 0; lanes && i < LANES; i++)
		free(lanes->lanes[i].bytes);
	free(lanes);
}

static bool is_empty(const struct lane *lane)
{
	return lane->start == lane->end;
}

static uint32_t *mark_of(struct lanes *lanes, const struct sockaddr_in *from)
{
	uint32_t hash = (from->sin_addr.s_addr * 31u + from->sin_port) * 2654435761u;

	return &lanes->marks[hash >> (32 - MARKS_BITS)];
}

/* A sender with datagrams in the shared lane stays there, or newer ones would overtake
 * them. */
static struct lane *lane_of(struct lanes *lanes, const struct sockaddr_in *from)
{
	struct lane *spare = NULL;
	int of_host = 0;

	for (int i = 0; i < SHARED; i++) {
		struct lane *lane = &lanes->lanes[i];
		if (ipv4_same(&lane->from, from))
			return lane;
		if (is_empty(lane))
			spare = spare ? spare : lane;
		else
			of_host += lane->from.sin_addr.s_addr == from->sin_addr.s_addr;
	}
	if (of_host >= LANES_OF_HOST && !ipv4_is_local(ntohl(from->sin_addr.s_addr)))
		spare = NULL;
	if (!spare || *mark_of(lanes, from))
		return &lanes->lanes[SHARED];
	spare->from = *from;
	return spare;
}

bool lane_put(struct lanes *lanes, const struct sockaddr_in *from, const uint8_t *bytes,
	      size_t size)
{
	struct lane *lane = lane_of(lanes, from);
	struct head head = { *from, (uint32_t)size };
	size_t whole = sizeof(head) + (size + 3) / 4 * 4;

	if (!lane->bytes)
		lane->bytes = memory_zeroed(1, LANE_BYTES);
	if (!lane->bytes)
		return false;
	if (lane->end + whole > LANE_BYTES && lane->start > LANE_BYTES / 2) {
		memmove(lane->bytes, lane->bytes + lane->start,
			lane->end - lane->start);
		lane->end -= lane->start;
		lane->start = 0;
	}
	if (lane->end + whole > LANE_BYTES)
		return false;
	lanes->waiting += is_empty(lane);
	if (lane == &lanes->lanes[SHARED])
		++*mark_of(lanes, from);
	memcpy(lane->bytes + lane->end, &head, sizeof(head));
	memcpy(lane->bytes + lane->end + sizeof(head), bytes, size);
	lane->end += whole;
	return true;
}

const uint8_t *lane_first(const struct lanes *lanes, int index, size_t *size,
			  struct sockaddr_in *from)
{
	const struct lane *lane = &lanes->lanes[index];
	struct head head;

	if (is_empty(lane))
		return NULL;
	memcpy(&head, lane->bytes + lane->start, sizeof(head));
	*size = head.size;
	*from = head.from;
	return lane->bytes + lane->start + sizeof(head);
}

void lane_drop(struct lanes *lanes, int index)
{
	struct lane *lane = &lanes->lanes[index];
	struct head head;

	if (is_empty(lane))
		return;
	memcpy(&head, lane->bytes + lane->start, sizeof(head));
	if (index == SHARED)
		--*mark_of(lanes, &head.from);
	lane->start += sizeof(head) + (head.size + 3) / 4 * 4;
	if (is_empty(lane)) {
		lane->start = lane->end = 0;
		lanes->waiting--;
	}
}

bool lane_is_light(const struct lanes *lanes, int index)
{
	const struct lane *lane = &lanes->lanes[index];

	return lane->end - lane->start <= LANE_LIGHT_BYTES;
}

bool lanes_empty(const struct lanes *lanes)
{
	return lanes->waiting == 0;
}
