/* test_turns.c - whose turn it is: floods, long bundles and long answers beside others, over
 * real sockets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/osc_desk.h"

static struct user user;

static void start(int nodes)
{
	desk = (struct desk) { .player = &fake_player, .rack = fake_rack(nodes) };
	desk.events = event_log_create();
	desk_listen();
	user = user_open(osc);
}

static void stop(void)
{
	desk_end();
	close(user.fd);
}

/* Of this thread, so that a busy machine's other work does not count. */
static double cpu_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* One sender floods; the other's query is answered, the loop's turns stay short. */
static void test_flood(void)
{
	start(0);
	struct user flood = user_open(osc);
	double worst = 0, answered = 0, began = clock_seconds();
	int asked = 0;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 300; i++)
			user_send(&flood, i % 3 ? "/nothing/here" : "/*/band/*/gain",
				  "f", (double)i);
		if (round % 10 == 0) {
			user_send(&user, "/rack/ping", "i", round);
			asked++;
		}
		double from = cpu_seconds();
		osc_receive(osc);
		worst = fmax(worst, cpu_seconds() - from);
		osc_tick(osc);
		answered += user_hear(&user);
	}
	pump(osc, 0.05);
	answered += user_hear(&user);
	CHECK(worst < 0.02, "a turn took %.1f ms", worst * 1e3);
	CHECK_NEAR(answered, asked, 0, "pongs during the flood");
	user_hear(&flood);
	double most = 100 * (clock_seconds() - began + 2);
	CHECK(heard_times("/rack/error") <= most, "%d errors of %.0f",
	      heard_times("/rack/error"), most);
	close(flood.fd);
	stop();
}

/* Patterns and plain sets of a bundle are one change; those of a turn, too. */
static void test_patterns_as_one(void)
{
	start(8);
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
	lo_bundle_add_message(bundle, "/n1/gain", message_of("f", 1.0));
	lo_bundle_add_message(bundle, "/*/band/*/gain", message_of("f", 2.0));
	lo_bundle_add_message(bundle, "/n?/freq", message_of("f", 100.0));
	lo_bundle_add_message(bundle, "/*/look", message_of("f", 3.0));
	fake_applies = 0;
	user_send_bundle(&user, bundle);
	pump(osc, 0.01);
	CHECK(fake_applies == 1, "%d changes", fake_applies);
	CHECK(fake_last_count == 1 + 64 + 8 + 8, "%d values", fake_last_count);
	fake_applies = 0;
	for (int i = 0; i < 20; i++)
		user_send(&user, "/*/gain/adjust", "f", 1.0);
	user_send(&user, "/n1/swap", "i", 1);
	osc_receive(osc);
	CHECK(fake_applies == 1 && fake_last_count == 9, "%d changes, %d values",
	      fake_applies, fake_last_count);
	CHECK_NEAR(fake_value(&desk, "n1", "gain"), 21, 0, "each step counts");
	CHECK_NEAR(fake_value(&desk, "n2", "gain"), 20, 0, "each step counts");
	/* A pattern that rebuilds makes nothing wait that came beside it. */
	fake_applies = 0;
	user_send(&user, "/n1/gain", "f", 2.0);
	user_send(&user, "/*/look", "f", 4.0);
	user_send(&user, "/n1/gain", "f", 3.0);
	osc_receive(osc);
	CHECK(fake_applies == 3, "%d changes", fake_applies);
	stop();
}

/* Bundles that take longer than a turn: others come between, and see nothing of them
 * before they are whole. */
static void test_long_bundles(void)
{
	enum { NODES = 60, MESSAGES = 200 };
	start(NODES);
	struct user flood = user_open(osc);
	double worst = 0;
	int pongs = 0, half = 0, before = 0;
	for (int round = 0; round < 4; round++) {
		lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
		for (int i = 0; i < MESSAGES; i++)
			lo_bundle_add_message(bundle, "/*/band/*/*/adjust",
					      message_of("f", 0.015625));
		user_send_bundle(&flood, bundle);
	}
	user_send(&flood, "/n0/gain", "f", 9.0);
	fake_applies = 0;
	for (int round = 0; round < 2000 && (osc_more(osc) || round == 0); round++) {
		user_send(&user, "/rack/ping", "i", round);
		user_send(&user, "/n1/band/1/gain", "");
		user_send(&user, "/n59/band/8/gain", "");
		double from = cpu_seconds();
		osc_receive(osc);
		worst = fmax(worst, cpu_seconds() - from);
		user_hear(&user);
		const struct heard *first = heard_at("/n1/band/1/gain");
		const struct heard *last = heard_at("/n59/band/8/gain");
		pongs += heard_at("/rack/pong") != NULL;
		half += !first || !last || first->number[0] != last->number[0];
		half += first && fmod(first->number[0], MESSAGES * 0.015625) != 0.0;
		before = round + 1;
	}
	CHECK(before > 3, "cut into %d", before);
	CHECK(pongs == before, "%d of %d pings were answered at once", pongs, before);
	CHECK(half == 0, "half a bundle was seen %d times", half);
	CHECK(worst < 0.02, "a turn took %.1f ms", worst * 1e3);
	CHECK(fake_applies == 5, "%d changes", fake_applies);
	CHECK_NEAR(fake_value(&desk, "n3", "band/4/gain"), 12.5, 0, "all of them");
	CHECK_NEAR(fake_value(&desk, "n0", "gain"), 9, 0, "what came after them");
	close(flood.fd);
	stop();
}

/* The rack becomes another one while a bundle is under way. */
static void test_reshaped_under_way(void)
{
	start(60);
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
	for (int i = 0; i < 200; i++)
		lo_bundle_add_message(bundle, "/*/band/*/*/adjust",
				      message_of("f", 0.03125));
	user_send_bundle(&user, bundle);
	osc_receive(osc);
	CHECK(osc_more(osc), "under way");
	rack_destroy(desk.rack);
	desk.rack = fake_rack(50);
	follow_moved(desk.followers, desk.rack, desk.rack);
	pump(osc, 0.05);
	CHECK_NEAR(fake_value(&desk, "n49", "band/8/gain"), 6.25, 0, "once, whole");
	user_send(&user, "/n49/band/8/gain", "f", 1.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "n49", "band/8/gain"), 1, 0, "and on");
	stop();
}

/* A burst of 10,000 sets while the loop is away is not lost. */
static void test_burst(void)
{
	start(200);
	if (osc_buffer(osc) >= 4 << 20) {
		for (int i = 0; i < 4000; i++) {
			char path[64];
			snprintf(path, sizeof(path), "/n%d/band/%d/gain", i % 200,
				 i / 200 % 8 + 1);
			user_send(&user, path, "f", 1.0 + i / 1600);
		}
		pump(osc, 0.1);
		CHECK(osc_counts(osc).missed == 0, "missed %d",
		      (int)osc_counts(osc).missed);
		CHECK_NEAR(fake_value(&desk, "n199", "band/4/gain"), 3, 0, "the last");
		CHECK_NEAR(fake_value(&desk, "n0", "band/8/gain"), 2, 0,
			   "an earlier one");
	}
	stop();
}

/* A pong or a synced says that all of a long answer is there; others wait for nothing. */
static void test_ends(void)
{
	start(60);
	struct user other = user_open(osc);
	user_send(&user, "/*/band/*/*", "");
	user_send(&user, "/*/band/*/*/text", "");
	user_send(&user, "/rack/sync", "i", 8);
	user_send(&user, "/rack/ping", "i", 9);
	user_send(&user, "/rack/ping", "i", 10);
	user_send(&other, "/rack/ping", "i", 11);
	pump(osc, 0.0);
	user_hear(&other);
	CHECK_HEARD("/rack/pong", 11);
	user_hear(&user);
	int all = 60 * 8 * 2 * 2, some = heard_count;
	CHECK(some > 0 && some < all && !heard_at("/rack/pong"), "%d at once", some);
	pump(osc, 0.2);
	user_hear(&user);
	CHECK(some + heard_count == all + 3, "%d of %d", some + heard_count, all + 3);
	CHECK_TEXT(heard[heard_count - 3].path, "/rack/synced");
	CHECK_NEAR(heard[heard_count - 2].number[0], 9, 0, "in their order");
	CHECK_NEAR(heard[heard_count - 1].number[0], 10, 0, "in their order");
	/* Who asks too often is told, and takes nobody's place. */
	user_send(&user, "/*/band/*/*", "");
	for (int i = 0; i < 17; i++)
		user_send(&user, "/rack/ping", "i", i);
	pump(osc, 0.0);
	user_hear(&user);
	CHECK_ERROR("busy", "16");
	pump(osc, 0.2);
	user_hear(&user);
	CHECK(heard_times("/rack/pong") == 16, "%d pongs", heard_times("/rack/pong"));
	/* An answer that a reload cuts short says so. */
	user_send(&user, "/*/band/*/*", "");
	user_send(&user, "/rack/describe", "");
	user_send(&user, "/rack/ping", "i", 12);
	osc_receive(osc);
	rack_destroy(desk.rack);
	desk.rack = fake_rack(50);
	follow_moved(desk.followers, desk.rack, desk.rack);
	pump(osc, 0.1);
	user_hear(&user);
	CHECK(heard_times("/rack/error") == 2 && !heard_at("/rack/described"),
	      "%d errors", heard_times("/rack/error"));
	CHECK_ERROR("busy", "ask again");
	CHECK_HEARD("/rack/pong", 12);
	close(other.fd);
	stop();
}

int main(void)
{
	test_flood();
	test_patterns_as_one();
	test_ends();
	test_long_bundles();
	test_reshaped_under_way();
	test_burst();
	free(heard);
	return test_result();
}
