/* test_osc.c - what a client may send, over real sockets: values, verbs, patterns, bundles,
 * time tags, errors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ifaddrs.h>
#include <net/if.h>

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

static void test_types(void)
{
	start(0);
	user_send(&user, "/eq/gain", "f", 1.5);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 1.5, 0, "f");
	user_send(&user, "/eq/gain", "i", -3);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), -3, 0, "i");
	user_send(&user, "/eq/gain", "h", INT64_C(4));
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 4, 0, "h");
	user_send(&user, "/eq/gain", "d", 1e300);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 36, 0, "d, clamped");
	user_send(&user, "/eq/swap", "T");
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "swap"), 1, 0, "T");
	user_send(&user, "/eq/swap", "F");
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "swap"), 0, 0, "F");
	user_send(&user, "/eq/freq", "s", "1.25 kHz");
	user_send(&user, "/eq/type/text", "s", "low shelf");
	user_send(&user, "/eq/band/8/gain", "s", "-3");
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "freq"), 1250, 0.01, "s");
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 1, 0, "text of a choice");
	CHECK_NEAR(fake_value(&desk, "eq", "band/8/gain"), -3, 0, "text of a number");
	user_send(&user, "/rack/mute", "i", 1);
	user_send(&user, "/rack/output/main/dim", "f", 1.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "rack", "mute"), 1, 0, "the rack's mute");
	CHECK_NEAR(fake_value(&desk, "rack/output/main", "dim"), 1, 0,
		   "an output's dim");
	CHECK(user_hear(&user) == 0, "nothing to say: %s", heard[0].path);
	stop();
}

static void test_verbs(void)
{
	start(0);
	user_send(&user, "/eq/gain/norm", "f", 0.75);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 18, 1e-4, "norm");
	user_send(&user, "/eq/gain/adjust", "f", -1.5);
	user_send(&user, "/eq/gain/adjust", "f", -1.5);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 15, 1e-4, "adjust twice");
	user_send(&user, "/eq/gain/reset", "f", 0.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 15, 1e-4, "reset 0 does nothing");
	user_send(&user, "/eq/gain/reset", "f", 1.0);
	user_send(&user, "/eq/swap/toggle", "f", 1.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "reset");
	CHECK_NEAR(fake_value(&desk, "eq", "swap"), 1, 0, "toggle");
	user_send(&user, "/eq/swap/toggle", "f", 0.0);
	user_send(&user, "/eq/swap/toggle", "");
	user_send(&user, "/eq/swap/toggle", "T");
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "swap"), 1, 0, "release and two presses");
	float before = fake_value(&desk, "eq", "clear");
	user_send(&user, "/eq/clear", "i", 1);
	user_send(&user, "/eq/clear", "i", 0);
	user_send(&user, "/eq/clear", "f", 1.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "clear") - before, 2, 0, "two presses");
	user_send(&user, "/eq/gain/ramp", "ff", 10.0, 0.05);
	pump(osc, 0.01);
	for (int i = 0; i < 5; i++)
		desk_tick(&desk);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 10, 0, "ramp");
	stop();
}

/* Where only a number will do, a text may hold it; a release is one, too. */
static void test_texts(void)
{
	start(0);
	user_send(&user, "/eq/gain/norm", "s", "0.5");
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 1e-3, "norm");
	user_send(&user, "/eq/gain/adjust", "s", "2.5");
	user_send(&user, "/eq/bypass/toggle", "s", "0");
	user_send(&user, "/comp/bypass/toggle", "s", "1");
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 2.5, 1e-3, "adjust");
	CHECK_NEAR(fake_value(&desk, "eq", "bypass"), 0, 0, "a release");
	CHECK_NEAR(fake_value(&desk, "comp", "bypass"), 1, 0, "a press");
	CHECK(user_hear(&user) == 0, "%d errors", heard_count);
	user_send(&user, "/eq/gain/norm", "s", "0.5 dB");
	user_send(&user, "/eq/gain/adjust", "s", "inf");
	pump(osc, 0.01);
	CHECK(user_hear(&user) == 2, "%d errors", heard_count);
	stop();
}

static void test_queries(void)
{
	start(0);
	fake_frame = 4711;
	fake_readings[0][0] = -6.5f;
	user_send(&user, "/eq/band/3/freq", "");
	user_send(&user, "/eq/band/3/freq/text", "");
	user_send(&user, "/eq/gain/norm", "");
	user_send(&user, "/eq/meter/peak", "");
	pump(osc, 0.02);
	user_hear(&user);
	CHECK_HEARD("/eq/band/3/freq", 500);
	CHECK_HEARD("/eq/gain/norm", 0.5);
	CHECK_HEARD("/eq/meter/peak", -6.5);
	const struct heard *text = heard_at("/eq/band/3/freq/text");
	CHECK(text && strcmp(text->text[0], "500 Hz") == 0, "text: %s",
	      text ? text->text[0] : "none");
	/* A query sees the sets before it. */
	user_send(&user, "/eq/gain", "f", 2.0);
	user_send(&user, "/eq/gain", "");
	user_send(&user, "/rack/ping", "is", 7, "me");
	user_send(&user, "/rack/hash", "");
	user_send(&user, "/rack/status", "");
	pump(osc, 0.02);
	user_hear(&user);
	CHECK_HEARD("/eq/gain", 2);
	CHECK_HEARD("/rack/pong", 7);
	const struct heard *pong = heard_at("/rack/pong");
	CHECK(pong && strcmp(pong->types, "issdhdi") == 0, "pong");
	CHECK(pong && pong->number[6] == 2, "the contract's version");
	CHECK(pong && pong->number[4] < 0, "no audio: frame -1");
	CHECK_NEAR(pong ? pong->number[5] : 0, time(NULL), 2, "the clock of time tags");
	CHECK(heard_at("/rack/hash"), "hash");
	const struct heard *status = heard_at("/rack/status");
	CHECK(status && strcmp(status->text[0], "state") == 0, "status");
	CHECK(status && strlen(status->types) == 44 &&
		      strcmp(status->types + 30, "shshshsssssdsh") == 0,
	      "it ends with counts, name, version, uptime, reconnects: %s",
	      status ? status->types : "none");
	stop();
}

/* An old address does what the new one does, and says that it ends. */
static void test_renamed(void)
{
	start(0);
	user_send(&user, "/eq/level", "f", 2.5);
	user_send(&user, "/eq/gain", "");
	user_send(&user, "/eq/meter/top/text", "");
	pump(osc, 0.02);
	user_hear(&user);
	CHECK_HEARD("/eq/gain", 2.5);
	CHECK(heard_at("/eq/meter/peak/text"), "the meter answers under its new name");
	const struct heard *error = heard_at("/rack/error");
	CHECK(error && strcmp(error->text[1], "renamed") == 0 &&
		      strstr(error->text[2], "would accept /eq/"),
	      "%s", error ? error->text[2] : "no error");
	stop();
}

static void test_patterns(void)
{
	start(0);
	user_send(&user, "/*/bypass", "i", 1);
	user_send(&user, "/eq/band/{1,2}/gain", "f", 3.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "bypass"), 1, 0, "eq");
	CHECK_NEAR(fake_value(&desk, "comp", "bypass"), 1, 0, "comp");
	CHECK_NEAR(fake_value(&desk, "rack", "bypass"), 0, 0, "never the rack");
	CHECK_NEAR(fake_value(&desk, "eq", "band/2/gain"), 3, 0, "in the braces");
	CHECK_NEAR(fake_value(&desk, "eq", "band/3/gain"), 0, 0, "not in the braces");
	user_send(&user, "/eq/band/*/gain", "");
	user_send(&user, "/eq/band/*/gain/text", "");
	pump(osc, 0.03);
	user_hear(&user);
	CHECK(heard_count == 16, "%d answers", heard_count);
	CHECK_HEARD("/eq/band/2/gain", 3);
	user_send(&user, "/nobody/*", "f", 1.0);
	pump(osc, 0.01);
	user_hear(&user);
	CHECK_ERROR("unknown_address", "matches no address");
	user_send(&user, "/eq/[", "f", 1.0);
	pump(osc, 0.01);
	user_hear(&user);
	CHECK_ERROR("unknown_address", "no partner");
	stop();
}

static void test_errors(void)
{
	static const struct {
		const char *path, *types, *code, *part;
	} rows[] = {
		{ "/eq/band/9/gain", "f", "unknown_address",
		  "eq has 8 bands; did you mean" },
		{ "/eq/gian", "f", "unknown_address", "did you mean eq/gain" },
		{ "/eqq/gain", "f", "unknown_address", "did you mean eq" },
		{ "/rack/nothing", "", "unknown_address", "rack" },
		{ "/rack/scene/lod", "s", "unknown_address", "mean rack/scene/load" },
		{ "/eq/reset", "f", "unknown_address", "mean eq/* or eq/*/*/*?" },
		{ "/*/reset", "f", "unknown_address", "mean */* or" },
		{ "/eq/meter/peak", "f", "read_only", "meter" },
		{ "/eq/gain", "ff", "bad_argument", "one argument" },
		{ "/eq/gain", "s", "bad_argument", "" },
		{ "/eq/gain/toggle", "f", "bad_argument", "switch" },
		{ "/eq/gain/ramp", "f", "bad_argument", "seconds" },
		{ "/eq/type/ramp", "ff", "bad_argument", "choice" },
		{ "/eq/look/ramp", "ff", "bad_argument", "rebuild" },
		{ "/eq/swap/ramp", "ff", "bad_argument", "switch" },
		{ "/eq/gain/adjust", "", "bad_argument", "step" },
		{ "/rack/reload", "f", "bad_argument", "file" },
		{ "/rack/subscribe", "sf", "bad_argument", "wanted" },
		{ "/rack/subscribe", "s", "bad_argument", "starts with /" },
	};
	start(0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].types, "s") == 0)
			user_send(&user, rows[i].path, "s", "loud");
		else if (strcmp(rows[i].types, "sf") == 0)
			user_send(&user, rows[i].path, "sf", "/*", -1.0);
		else
			user_send(&user, rows[i].path, rows[i].types, 1.0, 1.0);
		pump(osc, 0.005);
		CHECK(user_hear(&user) == 1, "%s: %d heard", rows[i].path, heard_count);
		CHECK_ERROR(rows[i].code, rows[i].part);
	}
	user_send_bytes(&user, "/eq/gain\0\0\0\0,f\0\0\x7f\xc0\0\0", 20);
	pump(osc, 0.005);
	user_hear(&user);
	CHECK_ERROR("malformed", "finite");
	CHECK(osc_counts(osc).malformed == 1, "counted");
	stop();
}

static void test_bundles(void)
{
	start(0);
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE), inner;
	inner = lo_bundle_new(LO_TT_IMMEDIATE);
	lo_bundle_add_message(inner, "/comp/gain", message_of("f", 4.0));
	lo_bundle_add_message(bundle, "/eq/gain", message_of(""));
	lo_bundle_add_message(bundle, "/eq/gain", message_of("f", 3.0));
	lo_bundle_add_message(bundle, "/eq/look", message_of("f", 7.0));
	lo_bundle_add_bundle(bundle, inner);
	int applies = fake_applies;
	user_send_bundle(&user, bundle);
	pump(osc, 0.01);
	CHECK(fake_applies == applies + 1, "%d applies", fake_applies - applies);
	CHECK(fake_last_count == 3, "%d changes", fake_last_count);
	user_hear(&user);
	CHECK_HEARD("/eq/gain", 3); /* the query saw the whole bundle */

	/* Alone, a rebuild takes nobody with it. */
	applies = fake_applies;
	user_send(&user, "/eq/gain", "f", 1.0);
	user_send(&user, "/eq/look", "f", 1.0);
	user_send(&user, "/comp/gain", "f", 1.0);
	usleep(2000);
	pump(osc, 0.01);
	CHECK(fake_applies == applies + 3, "%d applies", fake_applies - applies);
	stop();
}

static lo_bundle bundle_in(double seconds, const char *path, double value)
{
	lo_timetag tag;
	lo_timetag_now(&tag);
	double whole = floor(seconds), part = (seconds - whole) * 4294967296.0;
	uint64_t fraction = (uint64_t)tag.frac + (uint64_t)part;
	tag.sec += (uint32_t)(int32_t)whole + (uint32_t)(fraction >> 32);
	tag.frac = (uint32_t)fraction;
	lo_bundle bundle = lo_bundle_new(tag);
	lo_bundle_add_message(bundle, path, message_of("f", value));
	return bundle;
}

static void test_times(void)
{
	start(0);
	user_send_bundle(&user, bundle_in(0.15, "/eq/gain", 5.0));
	user_send_bundle(&user, bundle_in(0.05, "/comp/gain", 5.0));
	pump(osc, 0.02);
	CHECK_NEAR(fake_value(&desk, "comp", "gain"), 0, 0, "not yet");
	pump(osc, 0.07);
	CHECK_NEAR(fake_value(&desk, "comp", "gain"), 5, 0, "due");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "later");
	pump(osc, 0.10);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 5, 0, "due too");
	user_send_bundle(&user, bundle_in(-5.0, "/eq/gain", 6.0));
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 6, 0, "the past means now");
	CHECK(user_hear(&user) == 0, "nothing said");
	user_send_bundle(&user, bundle_in(61.5, "/eq/gain", 7.0));
	pump(osc, 0.01);
	user_hear(&user);
	CHECK_ERROR("time", "at most 60 s");
	for (int i = 0; i < 257; i++)
		user_send_bundle(&user, bundle_in(30.0, "/eq/gain", 7.0));
	pump(osc, 0.02);
	CHECK(user_hear(&user) == 1, "%d errors", heard_count);
	CHECK_ERROR("full", "256 bundles of this client");
	struct user other = user_open(osc);
	user_send_bundle(&other, bundle_in(0.05, "/eq/gain", 8.0));
	pump(osc, 0.1);
	CHECK(user_hear(&other) == 0, "another client's found room");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 8, 0, "and was due");
	close(other.fd);
	stop();
}

static void test_sync(void)
{
	start(0);
	user_send(&user, "/eq/gain", "f", 1.0);
	user_send(&user, "/rack/sync", "i", 5);
	pump(osc, 0.02);
	user_hear(&user);
	CHECK_HEARD("/rack/synced", 5);
	CHECK(heard_count && heard[0].number[1] < 0, "no audio: frame -1");

	desk.status.block = 64;
	fake_frame = 6400;
	fake_played = fake_serial;
	user_send(&user, "/eq/gain", "f", 2.0);
	user_send(&user, "/rack/sync", "i", 6);
	pump(osc, 0.03);
	CHECK(user_hear(&user) == 0, "not in the audio yet");
	fake_played = fake_serial;
	pump(osc, 0.02);
	user_hear(&user);
	CHECK_HEARD("/rack/synced", 6);
	CHECK(heard_count && heard[0].number[1] == 6400, "frame");
	fake_played = 0;
	fake_serial = 0;
	stop();
}

/* An address of this machine that is not loopback, or 0. */
static uint32_t own_address(void)
{
	struct ifaddrs *list, *one;
	uint32_t found = 0;

	if (getifaddrs(&list) != 0)
		return 0;
	for (one = list; one && !found; one = one->ifa_next)
		if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET &&
		    !(one->ifa_flags & IFF_LOOPBACK))
			found = ((struct sockaddr_in *)(void *)one->ifa_addr)
					->sin_addr.s_addr;
	freeifaddrs(list);
	return ntohl(found);
}

static void test_refusal(void)
{
	char error[256], text[32];
	uint32_t address = own_address();
	struct in_addr network = { htonl(address) };

	if (!address) {
		printf("no network address here: refusal is not tested\n");
		return;
	}
	inet_ntop(AF_INET, &network, text, sizeof(text));
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	snprintf(desk.rack->osc->listen, sizeof(desk.rack->osc->listen), "0.0.0.0");
	parts.lock = lock_create(&desk);
	osc = osc_create(&desk, &parts, 0, -1, error, sizeof(error));
	user = user_open_from(text, osc_port(osc));
	user.to.sin_addr = network;
	user_send(&user, "/eq/gain", "f", 1.0);
	user_send(&user, "/eq/gain", "");
	user_send(&user, "/rack/nothing", "");
	user_send_bytes(&user, "rubbish", 7);
	pump(osc, 0.01);
	CHECK(user_hear(&user) == 0, "refused in silence");
	CHECK(osc_counts(osc).refused == 4, "and counted");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "nothing done");

	desk.rack->osc->allow = calloc(1, sizeof(struct allow));
	desk.rack->osc->allow_count = 1;
	desk.rack->osc->allow[0] =
		(struct allow) { address & ~255u, ~255u, ROLE_CONTROL, true };
	user_send(&user, "/eq/gain", "f", 1.0);
	pump(osc, 0.01);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 1, 0, "admitted by its network");
	stop();
}

/* A subscription to our own port would play every change to us again. */
static void test_own_port(void)
{
	start(0);
	user_send(&user, "/rack/subscribe", "sfi", "/*", 50.0, osc_port(osc));
	pump(osc, 0.01);
	uint64_t received = osc_counts(osc).received;
	pump(osc, 0.2);
	CHECK(osc_counts(osc).received == received, "%d of our own were taken",
	      (int)(osc_counts(osc).received - received));
	stop();
}

int main(void)
{
	test_types();
	test_verbs();
	test_texts();
	test_queries();
	test_renamed();
	test_patterns();
	test_errors();
	test_bundles();
	test_times();
	test_sync();
	test_refusal();
	test_own_port();
	free(heard);
	return test_result();
}
