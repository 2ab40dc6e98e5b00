/* test_lane.c - each sender's datagrams come out in the order they went in. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/lane.h"
#include "tests/support/random.h"
#include "tests/support/test.h"

#include <string.h>

enum { SENDERS = 50, ROUNDS = 20000 };

static struct sockaddr_in sender_at(int index)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)(40000 + index)) };

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return from;
}

static const uint8_t *lane_take(struct lanes *lanes, int lane, size_t *size,
				struct sockaddr_in *from)
{
	const uint8_t *bytes = lane_first(lanes, lane, size, from);

	lane_drop(lanes, lane);
	return bytes;
}

static int take(struct lanes *lanes, int lane, int last[SENDERS])
{
	struct sockaddr_in from;
	size_t size;
	const uint8_t *bytes = lane_take(lanes, lane, &size, &from);
	int number;

	if (!bytes)
		return 0;
	int sender = ntohs(from.sin_port) - 40000;
	CHECK(size == sizeof(number), "%zu bytes", size);
	memcpy(&number, bytes, sizeof(number));
	CHECK(number == last[sender] + 1, "sender %d: %d after %d", sender, number,
	      last[sender]);
	last[sender] = number;
	return 1;
}

/* More senders than lanes; lanes run empty and change hands meanwhile. */
static void test_order(void)
{
	struct lanes *lanes = lanes_create();
	int put[SENDERS] = { 0 }, last[SENDERS] = { 0 }, waiting = 0;
	uint32_t seed = 1;

	for (int round = 0; round < ROUNDS; round++) {
		int sender = (int)(random_bits(&seed) >> 8) % SENDERS;
		struct sockaddr_in from = sender_at(sender);
		int number = ++put[sender];
		CHECK(lane_put(lanes, &from, (const uint8_t *)&number, sizeof(number)),
		      "no room for %d", sender);
		waiting++;
		for (int i = 0; i < 2 && waiting > 200; i++)
			waiting -= take(lanes, (int)(random_bits(&seed) >> 8) % LANES,
					last);
	}
	for (int lane = 0; lane < LANES; lane++)
		while (take(lanes, lane, last))
			waiting--;
	CHECK(waiting == 0 && lanes_empty(lanes), "%d wait", waiting);
	for (int i = 0; i < SENDERS; i++)
		CHECK(last[i] == put[i], "sender %d: %d of %d", i, last[i], put[i]);
	lanes_destroy(lanes);
}

/* Who came without a lane of his own has one as soon as nothing of his waits. */
static void test_own_again(void)
{
	struct lanes *lanes = lanes_create();
	struct sockaddr_in from;
	const uint8_t byte = 0;
	size_t size;

	for (int i = 0; i < LANES; i++) {
		from = sender_at(i);
		CHECK(lane_put(lanes, &from, &byte, 1), "sender %d", i);
	}
	CHECK(lane_take(lanes, 3, &size, &from) != NULL, "a lane is empty now");
	from = sender_at(LANES - 1);
	CHECK(lane_put(lanes, &from, &byte, 1), "another");
	CHECK(lane_take(lanes, 3, &size, &from) == NULL, "not past the first");
	CHECK(lane_take(lanes, LANES - 1, &size, &from) != NULL, "the first");
	CHECK(lane_take(lanes, LANES - 1, &size, &from) != NULL, "the other");
	from = sender_at(LANES - 1);
	CHECK(lane_put(lanes, &from, &byte, 1), "a third");
	CHECK(lane_take(lanes, 3, &size, &from) != NULL, "has a lane");
	lanes_destroy(lanes);
}

/* What little is depends on what waits, not on how much there was. */
static void test_light(void)
{
	struct lanes *lanes = lanes_create();
	struct sockaddr_in from = sender_at(0);
	static const uint8_t bytes[600];
	size_t size;

	CHECK(lane_is_light(lanes, 0), "an empty one");
	lane_put(lanes, &from, bytes, sizeof(bytes));
	CHECK(lane_is_light(lanes, 0), "with one");
	lane_put(lanes, &from, bytes, sizeof(bytes));
	CHECK(!lane_is_light(lanes, 0), "with two");
	CHECK(lane_first(lanes, 0, &size, &from) == lane_first(lanes, 0, &size, &from),
	      "still there");
	lane_drop(lanes, 0);
	CHECK(lane_is_light(lanes, 0), "one is left");
	lanes_destroy(lanes);
}

/* A flood from many ports of one host leaves lanes to others; one of this machine may take
 * all. */
static void test_hosts(void)
{
	struct lanes *lanes = lanes_create();
	struct sockaddr_in from = sender_at(0);
	const uint8_t bytes[4] = { 0 };
	struct sockaddr_in first;
	size_t size;
	int taken = 0;

	from.sin_addr.s_addr = htonl(0x0a000001);
	for (int i = 0; i < 100; i++) {
		from.sin_port = htons((uint16_t)(1000 + i));
		lane_put(lanes, &from, bytes, sizeof(bytes));
	}
	for (int lane = 0; lane < LANES - 1; lane++)
		taken += lane_first(lanes, lane, &size, &first) != NULL;
	CHECK(taken == LANES_OF_HOST, "%d lanes of one host", taken);
	from.sin_addr.s_addr = htonl(0x0a000002);
	lane_put(lanes, &from, bytes, sizeof(bytes));
	CHECK(lane_first(lanes, LANES_OF_HOST, &size, &first) &&
		      first.sin_addr.s_addr == from.sin_addr.s_addr,
	      "another host has one of its own");
	lanes_destroy(lanes);
}

int main(void)
{
	test_hosts();
	test_order();
	test_own_again();
	test_light();
	return test_result();
}
