/* lane.h - datagrams that wait, one queue for each sender, so that a flood from one
 * sender delays no other. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_LANE_H
#define LATHE_NET_LANE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LANES = 33,        /* the last is shared by senders that found no free one */
	LANES_OF_HOST = 8, /* at most; this machine's senders have no such limit */
	LANE_BYTES = 1024 * 1024, /* 10,000 sets and more */
	LANE_LIGHT_BYTES = 1024,
};

struct lanes;

struct lanes *lanes_create(void);
void lanes_destroy(struct lanes *lanes);
/* Copies a datagram into its sender's lane. False: the lane is full, the datagram is
 * lost. */
bool lane_put(struct lanes *lanes, const struct sockaddr_in *from, const uint8_t *bytes,
	      size_t size);
/* The oldest datagram of lane 0..LANES - 1, or NULL. Valid until the next
 * lane_put(). */
const uint8_t *lane_first(const struct lanes *lanes, int index, size_t *size,
			  struct sockaddr_in *from);
void lane_drop(struct lanes *lanes, int index); /* removes the oldest datagram */
/* Whether at most LANE_LIGHT_BYTES wait in it. */
bool lane_is_light(const struct lanes *lanes, int index);
bool lanes_empty(const struct lanes *lanes);

#endif
