/* test_timed.c - bundles that wait: their order, their time, how many. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/timed.h"

#include <stdlib.h>

#include "tests/support/test.h"

static const uint8_t bundle[16] = {
	'#', 'b', 'u', 'n', 'd', 'l', 'e', 0, 1, 2, 3, 4, 5
};
static const struct sockaddr_in one = { .sin_port = 1 }, two = { .sin_port = 2 };

/* The sender's port of the next that is due; 0: none. */
static int next(struct timed *timed, double now)
{
	struct sockaddr_in from;
	uint8_t *bytes;
	size_t size;

	if (!timed_take(timed, now, &bytes, &size, &from))
		return 0;
	CHECK(size == sizeof(bundle) && bytes[15] == 1 && bytes[8] == 0,
	      "the copy's time tag says now");
	free(bytes);
	return from.sin_port;
}

static void test_order(void)
{
	struct timed *timed = timed_create();

	CHECK(timed_add(timed, bundle, sizeof(bundle), &one, 2.0), "added");
	CHECK(timed_add(timed, bundle, sizeof(bundle), &two, 1.0), "added");
	CHECK(timed_count(timed) == 2 && timed_count_of(timed, &one) == 1, "counted");
	CHECK(next(timed, 0.5) == 0, "none is due");
	CHECK(next(timed, 3.0) == 2, "the earlier one first");
	CHECK(next(timed, 3.0) == 1, "then the later one");
	CHECK(next(timed, 3.0) == 0, "no more");
	timed_add(timed, bundle, sizeof(bundle), &two, 1.0);
	timed_add(timed, bundle, sizeof(bundle), &one, 1.0);
	CHECK(next(timed, 1.0) == 2 && next(timed, 1.0) == 1, "in order of arrival");
	timed_add(timed, bundle, sizeof(bundle), &one, 1.0);
	timed_destroy(timed);
}

static void test_full(void)
{
	struct timed *timed = timed_create();
	struct sockaddr_in from = one;
	int kept = 0;

	for (int i = 0; i < TIMED_OF_ONE_MAX + 1; i++)
		kept += timed_add(timed, bundle, sizeof(bundle), &one, 1.0);
	CHECK(kept == TIMED_OF_ONE_MAX, "of one client %d", kept);
	for (int i = 0; i < TIMED_MAX; i++) {
		from.sin_port = (uint16_t)(10 + i);
		kept += timed_add(timed, bundle, sizeof(bundle), &from, 1.0);
	}
	CHECK(kept == TIMED_OF_HOST_MAX, "of one host %d", kept);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < TIMED_MAX; i++) {
		from.sin_port = (uint16_t)(10 + i);
		kept += timed_add(timed, bundle, sizeof(bundle), &from, 1.0);
	}
	CHECK(kept == TIMED_MAX, "of all, by this machine %d", kept);
	timed_destroy(timed);
}

static void test_delay(void)
{
	const double from_1900 = 2208988800.0;

	CHECK(timed_delay(1) == 0.0, "now");
	CHECK(timed_delay(UINT64_C(1) << 32) == 0.0, "1900 is past");
	uint64_t tag = (uint64_t)(timed_clock() + from_1900 + 1000.0) << 32;
	double delay = timed_delay(tag);
	CHECK(delay > 900.0 && delay <= 1000.0, "%g", delay);
}

int main(void)
{
	test_order();
	test_full();
	test_delay();
	timed_destroy(NULL);
	return test_result();
}
