/* test_watch.c - subscriptions over real sockets: snapshots, rates, feedback to the others,
 * settled values, peaks, expiry, and a tree that changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/watch.h"
#include "tests/support/osc_desk.h"

static struct user one, two;

static void start(int nodes)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(nodes),
			       .events = event_log_create() };
	desk_listen();
	one = user_open(osc);
	two = user_open(osc);
	memset(fake_readings, 0, sizeof(fake_readings));
}

static void stop(void)
{
	desk_end();
	close(one.fd);
	close(two.fd);
}

static void test_snapshot(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "");
	pump(osc, 0.1);
	user_hear(&one);
	/* 6 + 16 + bypass = 23 params, 4 meters at least, of each of two nodes. */
	CHECK(heard_at("/eq/band/8/freq") && heard_at("/comp/bypass"), "params");
	CHECK(heard_at("/eq/meter/peak") && heard_at("/comp/meter/in/2"), "meters");
	CHECK(!heard_at("/rack/mute"), "the rack only when asked for");
	CHECK(!heard_at("/eq/gain/norm"), "no other form");
	CHECK(heard_times("/eq/gain") == 1, "once");
	CHECK(heard_largest <= 1400, "%zu bytes", heard_largest);
	CHECK(desk.status.clients == 1, "%d clients", desk.status.clients);
	user_send(&one, "/rack/subscribe", "");
	pump(osc, 0.1);
	user_hear(&one);
	CHECK(!heard_at("/eq/gain"), "renewing is no new snapshot");
	user_send(&two, "/rack/subscribe", "s", "/rack");
	user_send(&two, "/rack/subscribe", "s", "/eq/gain/norm");
	user_send(&two, "/rack/subscribe", "s", "/eq/type/text");
	pump(osc, 0.1);
	user_hear(&two);
	CHECK(heard_at("/rack/mute") && heard_at("/rack/output/main/dim"), "the rack");
	CHECK_HEARD("/eq/gain/norm", 0.5);
	const struct heard *text = heard_at("/eq/type/text");
	CHECK(text && strcmp(text->text[0], "bell") == 0, "a text");
	stop();
}

static void test_all_forms(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "s", "/**");
	pump(osc, 0.15);
	user_hear(&one);
	CHECK(heard_at("/eq/gain") && heard_at("/eq/gain/norm") &&
		      heard_at("/eq/gain/text"),
	      "three forms");
	CHECK(heard_at("/eq/meter/peak/text") && !heard_at("/eq/meter/peak/norm"),
	      "meters");
	stop();
}

static void test_feedback(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "sf", "/*", 50.0);
	user_send(&two, "/rack/subscribe", "sf", "/*", 50.0);
	pump(osc, 0.1);
	user_hear(&one);
	user_hear(&two);
	user_send(&one, "/eq/gain", "f", 3.0);
	pump(osc, 0.3);
	user_hear(&one);
	CHECK(!heard_at("/eq/gain"), "not to the one who set it");
	user_hear(&two);
	CHECK_HEARD("/eq/gain", 3);
	/* What can't be had is settled, once, after 200 ms. */
	user_send(&one, "/eq/gain", "f", 99.0);
	pump(osc, 0.12);
	user_hear(&one);
	CHECK(!heard_at("/eq/gain"), "not before it is settled");
	pump(osc, 0.15);
	user_hear(&one);
	CHECK_HEARD("/eq/gain", 36);
	CHECK(heard_times("/eq/gain") == 1, "once");
	pump(osc, 0.25);
	user_hear(&one);
	CHECK(!heard_at("/eq/gain"), "and never again");
	/* A relative change: the sender can't know, and is told in its form. */
	user_send(&one, "/eq/swap/toggle", "f", 1.0);
	user_send(&one, "/eq/type/norm", "f", 0.45);
	pump(osc, 0.25);
	user_hear(&one);
	CHECK_HEARD("/eq/swap", 1);
	CHECK_HEARD("/eq/type/norm", 0.5);
	/* The newest setter is who need not hear; the other hears the newest value. */
	user_send(&one, "/eq/gain", "f", 1.0);
	user_send(&two, "/eq/gain", "f", 2.0);
	pump(osc, 0.1);
	user_hear(&one);
	CHECK_HEARD("/eq/gain", 2);
	/* How it reads is told to the setter, too. */
	user_send(&one, "/rack/subscribe", "s", "/eq/gain/text");
	pump(osc, 0.1);
	user_hear(&one);
	user_send(&one, "/eq/gain", "f", 3.0);
	pump(osc, 0.25);
	user_hear(&one);
	CHECK(heard_at("/eq/gain/text") != NULL, "its text");
	CHECK(!heard_at("/eq/gain"), "not its value");
	/* Our own changes go to all. */
	struct change ours = { 0, 0, -5.0f, NULL, ROLE_NONE };
	user_hear(&two);
	desk_apply(&desk, &ours, 1);
	pump(osc, 0.1);
	user_hear(&one);
	CHECK_HEARD("/eq/gain", -5);
	user_hear(&two);
	CHECK_HEARD("/eq/gain", -5);
	stop();
}

/* A mere sender hears the settled value too. */
static void test_settled_stranger(void)
{
	start(0);
	user_send(&one, "/eq/gain", "f", 50.0);
	user_send(&one, "/eq/freq", "f", 440.0);
	pump(osc, 0.3);
	CHECK(user_hear(&one) == 1, "%d heard", heard_count);
	CHECK_HEARD("/eq/gain", 36);
	stop();
}

static void test_rate(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "sf", "/eq/gain", 10.0);
	user_send(&two, "/rack/subscribe", "ss", "/eq/gain", "50");
	pump(osc, 0.05);
	user_hear(&one);
	user_hear(&two);
	double end = clock_seconds() + 1.0;
	float value = 0;
	while (clock_seconds() < end) {
		struct change ours = { 0, 0, value, NULL, ROLE_NONE };
		value = value < 20 ? value + 0.1f : 0.0f;
		desk_apply(&desk, &ours, 1);
		pump(osc, 0.005);
	}
	pump(osc, 0.1);
	user_hear(&one);
	CHECK(heard_times("/eq/gain") >= 8 && heard_times("/eq/gain") <= 13,
	      "10 Hz: %d", heard_times("/eq/gain"));
	CHECK_HEARD("/eq/gain", fake_value(&desk, "eq", "gain"));
	user_hear(&two);
	CHECK(heard_times("/eq/gain") >= 35 && heard_times("/eq/gain") <= 58,
	      "50 Hz: %d", heard_times("/eq/gain"));
	stop();
}

/* A peak of one tick reaches the slow client once, and the fast one once. */
static void test_peaks(void)
{
	start(0);
	fake_readings[0][0] = -60.0f;
	user_send(&one, "/rack/subscribe", "sf", "/eq/meter/peak", 4.0);
	user_send(&two, "/rack/subscribe", "sf", "/eq/meter/peak", 50.0);
	pump(osc, 0.3);
	user_hear(&one);
	user_hear(&two);
	fake_readings[0][0] = -1.0f;
	osc_tick(osc);
	fake_readings[0][0] = -60.0f;
	pump(osc, 0.7);
	for (int i = 0; i < 2; i++) {
		int peaks = 0;
		user_hear(i ? &two : &one);
		for (int k = 0; k < heard_count; k++)
			peaks += heard[k].number[0] > -2.0;
		CHECK(peaks == 1, "client %d saw the peak %d times", i, peaks);
		CHECK_HEARD("/eq/meter/peak", -60);
	}
	stop();
}

static void test_port(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "sfi", "/eq/gain", 50.0, user_port(&two));
	pump(osc, 0.05);
	CHECK(user_hear(&one) == 0, "nothing to the sender's port");
	user_hear(&two);
	CHECK_HEARD("/eq/gain", 0);
	/* Another sending port, the same listening one: the same client. */
	struct user again = user_open(osc);
	user_send(&again, "/rack/subscribe", "sfi", "/eq/gain", 50.0, user_port(&two));
	pump(osc, 0.05);
	CHECK(desk.status.clients == 1, "%d clients", desk.status.clients);
	user_send(&again, "/rack/unsubscribe", "s", "/eq/gain");
	pump(osc, 0.05);
	CHECK(desk.status.clients == 0, "%d clients", desk.status.clients);
	user_send(&again, "/rack/unsubscribe", "s", "/eq/gain");
	pump(osc, 0.05);
	user_hear(&again);
	CHECK_ERROR("unknown_address", "no such subscription");
	close(again.fd);
	stop();
}

/* Who merely asked a moment ago gives way to who subscribes. */
static void test_many_askers(void)
{
	struct user users[66];

	start(0);
	for (int i = 0; i < 66; i++) {
		users[i] = user_open(osc);
		user_send(&users[i], "/eq/gain", "");
		pump(osc, 0.001);
	}
	user_send(&users[65], "/rack/subscribe", "s", "/eq/gain");
	pump(osc, 0.1);
	CHECK(desk.status.clients == 1, "%d clients", desk.status.clients);
	for (int i = 0; i < 66; i++)
		close(users[i].fd);
	stop();
}

/* Two clients that send back what they are told come to rest. */
static void test_echoes(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "sf", "/eq/gain", 50.0);
	user_send(&two, "/rack/subscribe", "sf", "/eq/gain", 50.0);
	pump(osc, 0.05);
	user_hear(&one);
	user_hear(&two);
	user_send(&one, "/eq/gain", "f", 3.0);
	int told = 0;
	for (int i = 0; i < 20; i++) {
		struct user *users[] = { &one, &two };
		pump(osc, 0.025);
		for (int u = 0; u < 2; u++) {
			user_hear(users[u]);
			const struct heard *gain = heard_at("/eq/gain");
			if (!gain)
				continue;
			told++;
			user_send(users[u], "/eq/gain", "f", gain->number[0]);
		}
	}
	CHECK(told == 1, "told %d times", told);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 3, 0, "the value");
	stop();
}

static void test_many(void)
{
	struct user users[66];

	start(0);
	for (int i = 0; i < 66; i++) {
		users[i] = user_open(osc);
		user_send(&users[i], "/rack/subscribe", "s", "/eq/gain");
		pump(osc, 0.001);
	}
	pump(osc, 0.1);
	CHECK(desk.status.clients == 64, "%d clients", desk.status.clients);
	user_hear(&users[63]);
	CHECK_HEARD("/eq/gain", 0);
	user_hear(&users[65]);
	CHECK_ERROR("full", "64 clients");
	/* Who found no room may still set and ask. */
	user_send(&users[65], "/eq/gain", "f", 2.0);
	user_send(&users[65], "/eq/gain", "");
	pump(osc, 0.1);
	user_hear(&users[65]);
	CHECK_HEARD("/eq/gain", 2);
	user_hear(&users[5]);
	CHECK_HEARD("/eq/gain", 2);
	for (int i = 0; i < 66; i++)
		close(users[i].fd);
	stop();
}

static void test_events(void)
{
	start(0);
	event_post(desk.events, EVENT_INFO, "old", "before");
	pump(osc, 0.02);
	user_send(&one, "/rack/subscribe", "s", "/rack/event");
	pump(osc, 0.02);
	event_post(desk.events, EVENT_WARNING, "xrun", "xrun %d", 3);
	pump(osc, 0.05);
	user_hear(&one);
	const struct heard *event = heard_at("/rack/event");
	CHECK(event && strcmp(event->types, "dhissss") == 0 && event->number[2] == 4 &&
		      strcmp(event->text[3], "xrun") == 0 &&
		      strcmp(event->text[4], "xrun 3") == 0 &&
		      strcmp(event->text[6], "once") == 0,
	      "the event");
	CHECK(heard_times("/rack/event") == 1, "only news");
	stop();
}

/* The same subscription on another tree: its values come, the old tree's do not. */
static void test_reshape(void)
{
	start(0);
	user_send(&one, "/rack/subscribe", "sf", "/*", 50.0);
	pump(osc, 0.1);
	user_hear(&one);
	struct rack *old = desk.rack;
	desk.rack = fake_rack(3);
	follow_moved(desk.followers, desk.rack, desk.rack);
	rack_destroy(old);
	pump(osc, 0.1);
	user_hear(&one);
	CHECK(heard_at("/n2/gain") && !heard_at("/eq/gain"), "the new tree");
	user_send(&two, "/n1/gain", "f", 2.0);
	pump(osc, 0.1);
	user_hear(&one);
	CHECK_HEARD("/n1/gain", 2);
	stop();
}

/* 9,000 values to one client come complete, in datagrams that fit. */
static void test_large(void)
{
	start(400);
	user_send(&one, "/rack/subscribe", "sf", "/*/band", 50.0);
	int got = 0;
	for (int i = 0; i < 60; i++) {
		pump(osc, 0.02);
		got += user_hear(&one);
		CHECK(heard_largest <= 1400 && heard_datagrams <= 40, "%zu bytes, %d",
		      heard_largest, heard_datagrams);
	}
	CHECK(got == 400 * 16, "%d values", got);
	user_send(&two, "/rack/describe", "");
	int rows = 0, count = -1;
	for (int i = 0; i < 100 && count < 0; i++) {
		pump(osc, 0.02);
		user_hear(&two);
		rows += heard_times("/rack/description");
		const struct heard *end = heard_at("/rack/described");
		count = end ? (int)end->number[0] : -1;
	}
	CHECK(rows == count && rows > 400 * 23, "%d rows of %d", rows, count);
	user_send(&two, "/rack/describe", "s", "/n7/band/3");
	pump(osc, 0.05);
	user_hear(&two);
	CHECK(heard_times("/rack/description") == 2, "filtered: %d", heard_count);
	const struct heard *row = heard_at("/rack/description");
	CHECK(row && strcmp(row->types, "sssssffffsssi") == 0 &&
		      strcmp(row->text[0], "/n7/band/3/freq") == 0,
	      "a row");
	stop();
}

static void test_expiry(void)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = 1 };
	const char *why;
	int found;

	start(0);
	struct addresses *addresses = addresses_create(desk.rack);
	struct outlet *outlet = outlet_create(one.fd);
	struct watch *watch = watch_create(&desk, addresses, outlet);
	struct client *client = watch_client(watch, &from, 100.0);
	CHECK(watch_subscribe(watch, client, "/*", 20.0, 0, 100.0, &found, &why), "%s",
	      why);
	watch_expire(watch, 109.9);
	CHECK(watch_subscribers(watch) == 1, "here for 10 s");
	CHECK(watch_subscribe(watch, client, "/*", 20.0, 0, 109.9, &found, &why), "%s",
	      why);
	watch_expire(watch, 119.8);
	CHECK(watch_subscribers(watch) == 1, "renewed");
	watch_expire(watch, 120.0);
	CHECK(watch_subscribers(watch) == 0, "forgotten");
	watch_destroy(watch);
	outlet_destroy(outlet);
	addresses_destroy(addresses);
	stop();
}

int main(void)
{
	test_snapshot();
	test_all_forms();
	test_feedback();
	test_settled_stranger();
	test_rate();
	test_peaks();
	test_port();
	test_many_askers();
	test_many();
	test_echoes();
	test_events();
	test_reshape();
	test_large();
	test_expiry();
	free(heard);
	return test_result();
}
