/* test_access.c - who may what: roles, challenge, what a forged sender can't do. Every host
 * of 10.0.0.0/8 is played here; without namespaces only the judge itself is tested. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/access.h"
#include "daemon/osc/address.h"
#include "daemon/osc/commands.h"
#include "daemon/base/siphash.h"
#include "tests/support/lan.h"
#include "tests/support/osc_desk.h"
#include "tests/support/random.h"

/* ---- the judge alone ---------------------------------------------------------------------- */

static struct allow nets[] = {
	{ 0x0a000000, 0xff000000, ROLE_VIEW, false },
	{ 0x0a010000, 0xffff0000, ROLE_CONTROL, false },
	{ 0x0a020000, 0xffff0000, ROLE_ADMIN, true },
};
static struct osc_settings settings = { .allow = nets, .allow_count = 3 };
static const uint8_t query[32] = "/eq/gain";

static struct sockaddr_in sender(uint32_t address, int port)
{
	struct sockaddr_in from = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port) };

	from.sin_addr.s_addr = htonl(address);
	return from;
}

static struct verdict judge(struct access *access, uint32_t address, int port,
			    const void *bytes, size_t size, double now)
{
	struct sockaddr_in from = sender(address, port);

	return access_judge(access, &settings, &from, bytes, size, now);
}

static struct verdict confirm(struct access *access, uint32_t address, int port,
			      int number, double now)
{
	uint8_t bytes[24] = "/rack/confirm\0\0\0,i\0\0";

	for (int i = 0; i < 4; i++)
		bytes[20 + i] = (uint8_t)((unsigned)number >> (24 - 8 * i));
	return judge(access, address, port, bytes, sizeof(bytes), now);
}

static void test_hash(void)
{
	/* The paper's key 00..0f, its message 00..07. */
	struct siphash_key key = { UINT64_C(0x0706050403020100),
				   UINT64_C(0x0f0e0d0c0b0a0908) };

	CHECK(siphash(&key, UINT64_C(0x0706050403020100)) ==
		      UINT64_C(0x93f5f5799a932462),
	      "%llx", (unsigned long long)siphash(&key, UINT64_C(0x0706050403020100)));
}

static void test_roles(void)
{
	static const struct {
		uint32_t address;
		enum role role;
	} rows[] = {
		{ 0x7f000001, ROLE_ADMIN }, { 0x7f0000fe, ROLE_ADMIN },
		{ 0x0a000001, ROLE_VIEW },  { 0x0a010001, ROLE_CONTROL },
		{ 0x0a02ffff, ROLE_ADMIN }, { 0x0b000001, ROLE_NONE },
		{ 0xc0a80001, ROLE_NONE },  { 0, ROLE_NONE },
		{ 0xffffffff, ROLE_NONE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sockaddr_in from = sender(rows[i].address, 9);
		CHECK(access_role(&settings, &from) == rows[i].role, "%x: %s",
		      rows[i].address, role_word(access_role(&settings, &from)));
	}
}

static void test_challenge(void)
{
	struct access *access = access_create();
	struct verdict one = judge(access, 0x0a000005, 5, query, 32, 100);

	CHECK(one.allowed && !one.taken && one.challenge && one.number > 0, "asked");
	CHECK(judge(access, 0x0a000005, 5, query, 32, 100).number == one.number,
	      "the same number");
	CHECK(judge(access, 0x0a000005, 6, query, 32, 100).number == one.number,
	      "ports don't count");
	CHECK(judge(access, 0x0a000006, 5, query, 32, 100).number != one.number,
	      "another host, another number");
	CHECK(!confirm(access, 0x0a000006, 5, one.number, 100).taken, "not its own");
	CHECK(confirm(access, 0x0a000005, 5, one.number, 100).taken, "confirmed");
	CHECK(judge(access, 0x0a000005, 5, query, 12, 101).taken, "taken");
	CHECK(judge(access, 0x0a000005, 6, query, 12, 101).taken, "from any port");
	CHECK(!judge(access, 0x0a000006, 5, query, 12, 101).taken, "only this host");
	CHECK(judge(access, 0x7f000001, 5, query, 12, 101).taken, "loopback");
	CHECK(judge(access, 0x0a020001, 5, query, 12, 101).taken, "trusted");
	struct verdict none = judge(access, 0x0b000001, 5, query, 32, 101);
	CHECK(!none.allowed && !none.taken && !none.challenge, "not on the list");

	/* Silence ends it, and so does time. */
	CHECK(judge(access, 0x0a000005, 5, query, 12, 160).taken, "59 s later");
	CHECK(!judge(access, 0x0a000005, 5, query, 12, 221).taken, "61 s of silence");
	int number = judge(access, 0x0a000005, 5, query, 32, 221).number;
	CHECK(confirm(access, 0x0a000005, 5, number, 222).taken, "again");
	int asked = 0;
	for (double now = 223; now < 222 + 599; now += 10) {
		struct verdict verdict =
			judge(access, 0x0a000005, 5, "/rack/subscribe\0", 16, now);
		CHECK(verdict.taken, "at %g", now);
		CHECK(!verdict.challenge || now >= 522, "asked at %g", now);
		asked += verdict.challenge;
	}
	CHECK(asked >= 10, "a subscriber is asked to confirm anew: %d", asked);
	CHECK(!judge(access, 0x0a000005, 5, query, 12, 830).taken, "never did");
	access_destroy(access);
}

/* A number is good for a minute or two, and can't be tried out. */
static void test_numbers(void)
{
	struct access *access = access_create();
	int number = judge(access, 0x0a000005, 5, query, 32, 100).number;

	CHECK(confirm(access, 0x0a000005, 5, number, 159).taken, "a minute");
	number = judge(access, 0x0a000006, 5, query, 32, 200).number;
	judge(access, 0x0a000007, 5, query, 32, 261);
	CHECK(confirm(access, 0x0a000006, 5, number, 262).taken, "the key before");
	number = judge(access, 0x0a000008, 5, query, 32, 300).number;
	CHECK(!confirm(access, 0x0a000008, 5, number, 500).taken, "too old");
	number = judge(access, 0x0a000009, 5, query, 32, 500).number;
	CHECK(!confirm(access, 0x0a000009, 5, number ^ 1, 500).taken, "wrong");
	CHECK(confirm(access, 0x0a000009, 5, number, 500).taken, "then right, at once");
	CHECK(!confirm(access, 0x0a00000a, 5, 0, 500).taken, "0");
	CHECK(!confirm(access, 0x0a00000a, 5, -number, 500).taken, "below 0");
	access_destroy(access);
}

/* Somebody sends wrong numbers in the name of a host, as fast as he can: the host's own are
 * right at once, all the same, but it has to send two. */
static void test_guesses(void)
{
	struct access *access = access_create();
	const uint32_t host = 0x0a000005;
	double now = 100;

	int number = judge(access, host, 5, query, 32, now).number;
	for (int i = 0; i < 100000; i++)
		CHECK(!confirm(access, host, 5000, 1 + i, now += 1e-5).taken ||
			      number == 1 + i,
		      "guessed %d", i);
	struct verdict first = confirm(access, host, 5, number, now);
	CHECK(!first.taken && first.challenge && first.number != number,
	      "asked for a second number");
	for (int i = 0; i < 900; i++)
		CHECK(!confirm(access, host, 5000, 1 + i, now += 1e-5).taken,
		      "guessed the second %d", i);
	struct verdict again = confirm(access, host, 5, number, now);
	CHECK(again.number == first.number, "the same second number");
	again = judge(access, host, 5, query, 32, now);
	CHECK(again.number == first.number, "whatever it sends");
	CHECK(confirm(access, host, 5, first.number, now).taken, "confirmed");
	CHECK(judge(access, host, 5, query, 12, now).taken, "and served");
	/* The second number can't be tried out for long. */
	number = judge(access, host + 1, 5, query, 32, now).number;
	first = confirm(access, host + 1, 5, number, now);
	for (int i = 0; i < 1000; i++)
		confirm(access, host + 1, 5, first.number ^ (i + 1), now);
	CHECK(!confirm(access, host + 1, 5, first.number, now).taken, "given up");
	/* A minute later one number is enough. */
	now += 130;
	number = judge(access, host + 2, 5, query, 32, now).number;
	CHECK(confirm(access, host + 2, 5, number, now).taken, "one is enough");
	access_destroy(access);
}

/* Never more bytes than came, whatever came from wherever. */
static void test_bytes(void)
{
	enum { HOSTS = 3000 };
	struct access *access = access_create();
	static int came[HOSTS], sent[HOSTS];
	uint32_t seed = 1;
	for (int i = 0; i < 300000; i++) {
		random_bits(&seed);
		int host_index = (int)(seed >> 8) % HOSTS;
		size_t size = 4 + 4 * ((seed >> 4) % 9);
		struct verdict verdict =
			judge(access, 0x0a000000u + (uint32_t)host_index, 7, query,
			      size, i * 1e-4);
		came[host_index] += (int)size;
		sent[host_index] += verdict.challenge ? CHALLENGE_BYTES : 0;
		CHECK(!verdict.taken && sent[host_index] <= came[host_index],
		      "host %d: %d came, %d sent", host_index, came[host_index],
		      sent[host_index]);
	}
	/* Small ones add up. */
	CHECK(!judge(access, 0x0a100000, 7, query, 12, 40).challenge, "12 bytes");
	CHECK(judge(access, 0x0a100000, 7, query, 12, 40).challenge, "24 bytes");
	CHECK(!judge(access, 0x0a100000, 7, query, 12, 40).challenge, "12 bytes again");
	access_destroy(access);
}

/* The table of peers has an end, which forged senders don't reach. */
static void test_table(void)
{
	struct access *access = access_create();
	int number = judge(access, 0x0a000005, 5, query, 32, 1).number;

	CHECK(confirm(access, 0x0a000005, 5, number, 1).taken, "confirmed");
	for (int i = 0; i < 100000; i++) {
		judge(access, 0x0a010000u + (uint32_t)i % 65536, i % 60000, query, 32,
		      2);
		confirm(access, 0x0a010000u + (uint32_t)i % 65536, i % 60000, i + 1, 2);
	}
	CHECK(judge(access, 0x0a000005, 5, query, 12, 3).taken, "still there");
	access_destroy(access);
}

/* The host has a place: 1. It has proved its address and there is none: 0. */
static int place(struct access *access, uint32_t address, double now)
{
	int number = judge(access, address, 7, query, 32, now).number;
	struct verdict verdict = confirm(access, address, 7, number, now);

	if (verdict.challenge)
		verdict = confirm(access, address, 7, verdict.number, now);
	CHECK(verdict.taken != verdict.full, "%x", address);
	return verdict.taken;
}

/* Hosts that go on speaking keep their places; the last ones are for admins. */
static void test_places(void)
{
	enum { OTHERS = ACCESS_PEERS - ACCESS_KEPT_ADMIN };
	static struct allow lists[] = {
		{ 0x0a000000, 0xff000000, ROLE_VIEW, false },
		{ 0x0a030000, 0xffff0000, ROLE_ADMIN, false },
	};
	const struct osc_settings before = settings;
	struct access *access = access_create();
	int taken = 0;

	settings = (struct osc_settings) { .allow = lists, .allow_count = 2 };
	for (int i = 0; i < 2 * ACCESS_PEERS; i++)
		taken += place(access, 0x0a000100u + (uint32_t)i, 100);
	CHECK(taken == OTHERS, "%d of one kind", taken);
	CHECK(!place(access, 0x0a000005, 110), "nobody is pushed out within 15 s");
	CHECK(judge(access, 0x0a000100, 8, query, 12, 110).taken, "it speaks");
	CHECK(place(access, 0x0a030001, 110), "an admin has a place");
	CHECK(place(access, 0x0a000005, 116), "a host that was silent made room");
	CHECK(judge(access, 0x0a000100, 8, query, 12, 116).taken, "not one that spoke");
	taken = 0;
	for (int i = 0; i < 2 * ACCESS_PEERS; i++)
		taken += place(access, 0x0a030100u + (uint32_t)i, 117);
	CHECK(taken == ACCESS_PEERS - 1, "admins may have all: %d", taken);
	settings = before;
	access_destroy(access);
}

/* ---- over sockets ------------------------------------------------------------------------- */

static struct user user_at(const char *address)
{
	struct user user = user_open_from(address, osc_port(osc));

	inet_pton(AF_INET, strncmp(address, "127", 3) == 0 ? "127.0.0.1" : "10.9.9.9",
		  &user.to.sin_addr);
	return user;
}

static void start(void)
{
	desk = (struct desk) {
		.player = &fake_player,
		.rack = fake_rack(0),
		.events = event_log_create(),
	};
	snprintf(desk.rack->osc->listen, sizeof(desk.rack->osc->listen), "0.0.0.0");
	desk.rack->osc->allow = calloc(4, sizeof(struct allow));
	desk.rack->osc->allow_count = 4;
	static const struct allow allow[] = {
		{ 0x0a010000, 0xffff0000, ROLE_VIEW, true },
		{ 0x0a020000, 0xffff0000, ROLE_CONTROL, true },
		{ 0x0a030000, 0xffff0000, ROLE_ADMIN, true },
		{ 0x0a040000, 0xffff0000, ROLE_ADMIN, false },
	};
	memcpy(desk.rack->osc->allow, allow, sizeof(allow));
	desk_listen();
}

static bool was_forbidden(void)
{
	const struct heard *error = heard_at("/rack/error");

	return error && strcmp(error->text[1], "forbidden") == 0;
}

/* Whether what was sent is done by this sender. */
static void check_one(const char *address, enum role has, enum role needs,
		      const char *path, const char *types)
{
	static int checks;

	/* Before there are more clients or complaints than are taken. */
	if (++checks % 25 == 0) {
		desk_end();
		start();
	}
	struct user user = user_at(address);
	user_send(&user, path, types, 1.0, 1.0);
	pump(osc, 0.0);
	user_hear(&user);
	bool stranger = has == ROLE_NONE;
	if (stranger)
		CHECK(heard_count == 0 || heard_times("/rack/challenge") == 1,
		      "%s from %s: %s", path, address, heard[0].path);
	else
		CHECK(was_forbidden() == (has < needs), "%s from %s: %s", path, address,
		      heard_count ? heard[0].text[2] : "nothing");
	if (!stranger && has < needs && heard_count) {
		CHECK(strstr(heard[0].text[2], role_word(needs)) &&
			      strstr(heard[0].text[2], role_word(has)),
		      "\"%s\"", heard[0].text[2]);
		CHECK_TEXT(heard[0].text[0], path);
	}
	user_send(&user, "/rack/unsubscribe", "");
	pump(osc, 0.0);
	close(user.fd);
}

static const struct {
	const char *address;
	enum role role;
} hosts[] = {
	{ "127.0.0.1", ROLE_ADMIN },  { "10.1.0.1", ROLE_VIEW },
	{ "10.2.0.1", ROLE_CONTROL }, { "10.3.0.1", ROLE_ADMIN },
	{ "10.4.0.1", ROLE_NONE }, /* has not confirmed */
	{ "10.5.0.1", ROLE_NONE }, /* not on the list */
};
enum { HOSTS = sizeof(hosts) / sizeof(hosts[0]) };

/* Every command, and every address in every form, from everywhere. */
static void test_matrix(void)
{
	static const char *const verbs[] = { "",        "/norm",  "/text", "/toggle",
					     "/adjust", "/reset", "/ramp" };
	char path[192];
	const struct command *command;
	struct rack *rack = fake_rack(0);
	struct addresses *addresses = addresses_create(rack);

	start();
	for (int h = 0; h < HOSTS; h++) {
		enum role has = hosts[h].role;
		const char *address = hosts[h].address;
		for (int i = 0; (command = command_at(commands_all, i)); i++)
			check_one(address, has, command->role, command->path, "");
		for (int i = 0; i < address_count(addresses); i++) {
			const struct leaf *leaf = address_leaf(addresses, i);
			check_one(address, has, ROLE_VIEW, leaf->path, "");
			for (int v = 0; v < 7 && leaf->param; v++) {
				snprintf(path, sizeof(path), "%s%s", leaf->path,
					 verbs[v]);
				check_one(address, has, ROLE_CONTROL, path,
					  v == 6 ? "ff" : "f");
			}
		}
		check_one(address, has, ROLE_CONTROL, "/*/bypass", "f");
		check_one(address, has, ROLE_CONTROL, "/eq/band/*/gain", "f");
		check_one(address, has, ROLE_VIEW, "/eq/band/*/gain", "");
		check_one(address, has, ROLE_VIEW, "/nobody/here", "f");
	}
	addresses_destroy(addresses);
	rack_destroy(rack);
	desk_end();
}

/* What a role forbids stays as it was, in bundles too, with and without a time. */
static void test_bundles(void)
{
	start();
	struct user viewer = user_at("10.1.0.1");
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE), later;
	lo_bundle_add_message(bundle, "/eq/gain", message_of("f", 3.0));
	lo_bundle_add_message(bundle, "/eq/gain", message_of(""));
	user_send_bundle(&viewer, bundle);
	pump(osc, 0.01);
	user_hear(&viewer);
	CHECK(was_forbidden(), "the set");
	CHECK_HEARD("/eq/gain", 0); /* the query */
	lo_timetag tag;
	lo_timetag_now(&tag);
	tag.frac = 0;
	tag.sec++;
	later = lo_bundle_new(tag);
	lo_bundle_add_message(later, "/eq/gain", message_of("f", 3.0));
	user_send_bundle(&viewer, later);
	pump(osc, 1.1);
	user_hear(&viewer);
	CHECK(was_forbidden(), "the set, later");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "as it was");
	close(viewer.fd);
	desk_end();
}

/* Bytes that came to a socket so far. */
static size_t bytes_heard(const struct user *user)
{
	uint8_t bytes[2048];
	size_t all = 0;
	ssize_t size;

	while ((size = recv(user->fd, bytes, sizeof(bytes), 0)) > 0)
		all += (size_t)size;
	return all;
}

/* Somebody forges the victim's address: whatever is asked, no more comes back. */
static void test_forged(void)
{
	static const char *const asks[] = {
		"/rack/subscribe",  "/rack/describe", "/rack/status",  "/rack/config",
		"/rack/meters/map", "/*/band/*/*",    "/rack/nothing", "/eq/gain",
		"/rack/history",    "/rack/confirm",
	};

	start();
	struct user victim = user_at("10.4.0.9");
	size_t sent = 0, came = 0;
	for (int i = 0; i < 2000; i++) {
		const char *ask = asks[i % 10];
		bool plain = i / 10 % 2;
		sent += (strlen(ask) / 4 + 1) * 4 + (plain ? 4 : 8);
		if (plain)
			user_send(&victim, ask, "");
		else
			user_send(&victim, ask, "f", 1.0 + i);
		if (i % 50 == 0)
			pump(osc, 0.0);
		came += bytes_heard(&victim);
		CHECK(came <= sent, "%zu bytes for %zu", came, sent);
	}
	user_send_bytes(&victim, "rubbish", 7);
	pump(osc, 0.3);
	size_t before = came;
	came += bytes_heard(&victim);
	CHECK(came <= sent + 7, "%zu bytes for %zu", came, sent + 7);
	pump(osc, 0.3);
	CHECK(bytes_heard(&victim) == 0 && before > 0, "then silence");
	CHECK(osc_counts(osc).unconfirmed == 2001, "counted: %d",
	      (int)osc_counts(osc).unconfirmed);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "nothing was done");
	close(victim.fd);
	desk_end();
}

/* The true holder of an address confirms it and is served. */
static void test_confirms(void)
{
	start();
	struct user user = user_at("10.4.0.2");
	user_send(&user, "/rack/confirm", "i", 0);
	pump(osc, 0.0);
	CHECK(user_hear(&user) == 1, "%d", heard_count);
	const struct heard *challenge = heard_at("/rack/challenge");
	CHECK(challenge && strcmp(challenge->types, "i") == 0, "asked");
	int number = challenge ? (int)challenge->number[0] : 0;
	user_send(&user, "/rack/confirm", "i", number);
	user_send(&user, "/rack/subscribe", "sf", "/eq/*", 50.0);
	user_send(&user, "/comp/gain", "f", 2.0);
	pump(osc, 0.1);
	user_hear(&user);
	CHECK(heard_at("/eq/gain") != NULL, "subscribed");
	CHECK(heard_at("/rack/error") == NULL, "no complaint");
	CHECK_NEAR(fake_value(&desk, "comp", "gain"), 2, 0, "set");
	/* As a float, which holds 24 bits of it, and where it says that it listens. */
	struct user other = user_at("10.4.0.3");
	struct user ear = user_at("10.4.0.3");
	user_send(&other, "/rack/subscribe", "sfi", "/eq/*", 20.0, user_port(&ear));
	pump(osc, 0.0);
	CHECK(user_hear(&other) == 0 && user_hear(&ear) == 1, "at its ear");
	user_send(&other, "/rack/confirm", "f", heard_count ? heard[0].number[0] : 0);
	user_send(&other, "/eq/gain", "");
	pump(osc, 0.0);
	user_hear(&other);
	CHECK_HEARD("/eq/gain", 0);
	close(ear.fd);
	close(other.fd);
	close(user.fd);
	desk_end();
}

/* A flood of forged strangers: who has confirmed is served as ever, and keeps its place. */
static void test_flood(void)
{
	start();
	struct user friend = user_at("10.4.0.2");
	user_send(&friend, "/rack/confirm", "i", 0);
	pump(osc, 0.0);
	user_hear(&friend);
	user_send(&friend, "/rack/confirm", "i",
		  heard_count ? (int)heard[0].number[0] : 0);
	pump(osc, 0.0);
	int answered = 0;
	for (int round = 0; round < 100; round++) {
		char address[32];
		snprintf(address, sizeof(address), "10.4.%d.%d", 1 + round % 50, round);
		struct user forged = user_at(address);
		for (int i = 0; i < 100; i++)
			user_send(&forged, "/rack/subscribe", "sf", "/*", 50.0);
		user_send(&friend, "/rack/ping", "i", round);
		pump(osc, 0.0);
		user_hear(&friend);
		answered += heard_times("/rack/pong");
		close(forged.fd);
	}
	CHECK_NEAR(answered, 100, 0, "pongs");
	CHECK(desk.status.clients == 0, "%d subscribers", desk.status.clients);
	close(friend.fd);
	desk_end();
}

int main(void)
{
	test_hash();
	test_roles();
	test_challenge();
	test_numbers();
	test_guesses();
	test_bytes();
	test_table();
	test_places();
	if (lan_open()) {
		test_matrix();
		test_bundles();
		test_forged();
		test_confirms();
		test_flood();
	}
	free(heard);
	return test_result();
}
