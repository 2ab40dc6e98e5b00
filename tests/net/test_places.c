/* test_places.c - one host can't take the places of others: subscriptions, spectra, long
 * answers. Every host of 10.0.0.0/8 is played here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/watch.h"
#include "tests/support/lan.h"
#include "tests/support/osc_desk.h"

enum { USERS_MAX = 256 };

static struct user users[USERS_MAX];
static int user_count;

static void start(void)
{
	static const struct allow allow[] = {
		{ 0x0a010000, 0xffff0000, ROLE_VIEW, true },
		{ 0x0a020000, 0xffff0000, ROLE_CONTROL, true },
		{ 0x0a030000, 0xffff0000, ROLE_ADMIN, true },
	};

	desk = (struct desk) {
		.player = &fake_player,
		.rack = fake_rack(6),
		.events = event_log_create(),
	};
	snprintf(desk.rack->osc->listen, sizeof(desk.rack->osc->listen), "0.0.0.0");
	desk.rack->osc->allow = calloc(3, sizeof(struct allow));
	desk.rack->osc->allow_count = 3;
	memcpy(desk.rack->osc->allow, allow, sizeof(allow));
	desk_listen();
}

static void stop(void)
{
	while (user_count)
		close(users[--user_count].fd);
	desk_end();
}

static struct user *user_at(const char *address)
{
	struct user *user = &users[user_count++];

	*user = user_open_from(address, osc_port(osc));
	inet_pton(AF_INET, strncmp(address, "127", 3) == 0 ? "127.0.0.1" : "10.9.9.9",
		  &user->to.sin_addr);
	return user;
}

/* What is complained about `path`, sent from one more port of this host; NULL: nothing. */
static const char *complaint(const char *address, const char *path, const char *what)
{
	struct user *user = user_at(address);

	user_send(user, path, "s", what);
	pump(osc, 0.0);
	user_hear(user);
	const struct heard *error = heard_at("/rack/error");
	return error ? error->text[2] : NULL;
}

static const char *subscribes(const char *address)
{
	return complaint(address, "/rack/subscribe", "/n0/gain");
}

static void test_subscriptions(void)
{
	char address[32];
	const char *why;

	start();
	for (int i = 0; i < CLIENTS_OF_HOST; i++) {
		why = subscribes("10.1.0.1");
		CHECK(!why, "client %d: %s", i, why);
	}
	why = subscribes("10.1.0.1");
	CHECK(why && strstr(why, "one host may have 16"), "%s", why ? why : "taken");
	/* A script that sends from new ports and listens at one is one client. */
	struct user *ear = &users[0];
	for (int i = 0; i < 20; i++) {
		struct user *script = user_at("10.1.0.1");
		user_send(script, "/rack/subscribe", "sii", "/n0/gain", 20,
			  user_port(ear));
		pump(osc, 0.0);
		CHECK(user_hear(script) == 0, "%s", heard[0].text[2]);
	}
	for (int i = 0; i < 32; i++) {
		snprintf(address, sizeof(address), "10.2.0.%d", 1 + i);
		why = subscribes(address);
		CHECK(!why, "%s: %s", address, why);
	}
	why = subscribes("10.2.0.200");
	CHECK(why && strstr(why, "kept for admins"), "%s", why ? why : "taken");
	for (int i = 0; i < 8; i++) {
		snprintf(address, sizeof(address), "10.3.0.%d", 1 + i);
		why = subscribes(address);
		CHECK(!why, "an admin: %s", why);
	}
	why = subscribes("10.3.0.200");
	CHECK(why && strstr(why, "kept for this machine"), "%s", why ? why : "taken");
	for (int i = 0; i < 8; i++) {
		why = subscribes("127.0.0.1");
		CHECK(!why, "this machine: %s", why);
	}
	why = subscribes("127.0.0.1");
	CHECK(why && strstr(why, "64 clients"), "%s", why ? why : "taken");
	CHECK(desk.status.clients == CLIENTS_MAX, "%d", desk.status.clients);
	stop();
}

/* The cap does not hold for this machine. */
static void test_this_machine(void)
{
	start();
	for (int i = 0; i < CLIENTS_MAX; i++) {
		const char *why = subscribes("127.0.0.1");
		CHECK(!why, "client %d: %s", i, why);
	}
	stop();
}

static void test_spectra(void)
{
	const char *why;
	char node[8];

	start();
	for (int i = 0; i < 8; i++) {
		snprintf(node, sizeof(node), "n%d", i % 3);
		why = complaint("10.1.0.1", "/rack/spectrum", node);
		CHECK(!why, "%d: %s", i, why);
	}
	why = complaint("10.1.0.1", "/rack/spectrum", "n0");
	CHECK(why && strstr(why, "8 of this host"), "%s", why ? why : "taken");
	why = complaint("10.2.0.1", "/rack/spectrum", "n3");
	CHECK(why && strstr(why, "3 nodes can be looked at"), "%s",
	      why ? why : "taken");
	why = complaint("10.2.0.1", "/rack/spectrum", "n2");
	CHECK(!why, "the same node: %s", why);
	why = complaint("127.0.0.1", "/rack/spectrum", "n3");
	CHECK(!why, "this machine: %s", why);
	stop();
}

/* Long answers to one host end before they take all that can be under way. */
static void test_answers(void)
{
	int complaints = 0;

	start();
	struct user *many = user_at("10.1.0.1");
	for (int i = 0; i < 64; i++)
		user_send(many, "/rack/describe", "");
	struct user *other = user_at("10.2.0.1");
	user_send(other, "/rack/describe", "s", "/n0/gain");
	pump(osc, 0.0);
	user_hear(many);
	complaints = heard_times("/rack/error");
	pump(osc, 0.05);
	user_hear(other);
	CHECK(complaints > 0, "%d", complaints);
	CHECK(heard_at("/rack/described") && !heard_at("/rack/error"),
	      "another host is answered");
	stop();
}

int main(void)
{
	if (lan_open()) {
		test_subscriptions();
		test_this_machine();
		test_spectra();
		test_answers();
	}
	free(heard);
	return test_result();
}
