/* test_limit.c - the lock, the limits of a role, and the config's own clients, over sockets:
 * every host of 10.0.0.0/8 is played here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/limit.h"
#include "daemon/rack/param.h"
#include "daemon/recall/state.h"
#include "tests/support/lan.h"
#include "tests/support/osc_desk.h"
#include "tests/support/reloads.h"

static struct user viewer, one, two, boss; /* control: one, two */
static char folder[] = "/tmp/lathe-test-limit-XXXXXX";
static char config_path[64];

static struct user user_at(const char *address)
{
	struct user user = user_open_from(address, osc_port(osc));

	inet_pton(AF_INET, "10.9.9.9", &user.to.sin_addr);
	return user;
}

static void limit_add(const char *params, enum role role, double min, double max)
{
	struct osc_settings *settings = desk.rack->osc;
	struct limit *limit = &settings->limits[settings->limit_count++];
	const char *why;

	*limit = (struct limit) { .role = role,
				  .min = min,
				  .max = max,
				  .has_min = min > -1e9,
				  .has_max = true,
				  .as_config = max > 1e9 };
	snprintf(limit->params, sizeof(limit->params), "%s", params);
	CHECK(pattern_compile(&limit->pattern, params, strlen(params), &why), "%s",
	      params);
}

static void start(void)
{
	static const struct allow allow[] = {
		{ 0x0a010000, 0xffff0000, ROLE_VIEW, true },
		{ 0x0a020000, 0xffff0000, ROLE_CONTROL, true },
		{ 0x0a030000, 0xffff0000, ROLE_ADMIN, true },
	};

	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create(),
			       .config_path = strdup(config_path) };
	parts.scenes = scenes_create(&desk, -1);
	parts.history = history_create(&desk);
	compare = compare_create(&desk);
	struct osc_settings *settings = desk.rack->osc;
	snprintf(settings->listen, sizeof(settings->listen), "0.0.0.0");
	settings->allow = calloc(3, sizeof(struct allow));
	settings->allow_count = 3;
	memcpy(settings->allow, allow, sizeof(allow));
	settings->limits = calloc(8, sizeof(struct limit));
	settings->regulars = calloc(4, sizeof(struct regular));
	desk_listen();
	viewer = user_at("10.1.0.1");
	one = user_at("10.2.0.1");
	two = user_at("10.2.0.2");
	boss = user_at("10.3.0.1");
}

static void stop(void)
{
	desk_end();
	close(viewer.fd);
	close(one.fd);
	close(two.fd);
	close(boss.fd);
}

/* Time passes for the desk, too. */
static void run(double seconds)
{
	int ticks = (int)(seconds * 100);

	do {
		pump(osc, 0.0);
		desk_tick(&desk);
	} while (ticks-- > 0);
	pump(osc, 0.0);
}

static void set(const struct user *user, const char *path, double value)
{
	user_send(user, path, "f", value);
	run(0);
	user_hear(user);
}

static void check_gain(float wanted, const char *what)
{
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), wanted, 1e-4, what);
}

/* ---- the lock --------------------------------------------------------------------------- */

/* The rack is locked by another; nothing of ours is done. */
static void check_shut(void)
{
	static const char *const paths[] = {
		"/eq/gain",           "/eq/gain/norm",    "/eq/gain/adjust",
		"/eq/gain/reset",     "/eq/swap/toggle",  "/rack/mute",
		"/rack/compare",      "/rack/lock",       "/rack/lock/toggle",
		"/*/bypass",          "/rack/undo",       "/rack/redo",
		"/rack/undo/since",   "/rack/scene/save", "/rack/scene/load",
		"/rack/scene/delete",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		set(&two, paths[i], 1.0);
		CHECK_ERROR("locked", "10.2.0.1");
		CHECK(heard_count == 1, "%s: %d heard", paths[i], heard_count);
	}
	user_send(&two, "/eq/gain/ramp", "ff", 9.0, 0.0);
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
	lo_bundle_add_message(bundle, "/rack/lock", message_of("f", 0.0));
	lo_bundle_add_message(bundle, "/eq/gain", message_of("f", 9.0));
	user_send_bundle(&two, bundle);
	run(0);
	CHECK(user_hear(&two) == 3, "%d errors", heard_count);
	check_gain(3, "as it was");
	CHECK_NEAR(fake_value(&desk, "rack", "mute"), 0, 0, "not muted");
	CHECK_NEAR(fake_value(&desk, "rack", "lock"), 1, 0, "still locked");
	user_send(&two, "/eq/gain", "");
	user_send(&two, "/rack/status", "");
	run(0);
	user_hear(&two);
	CHECK_HEARD("/eq/gain", 3);
	const struct heard *status = heard_at("/rack/status");
	bool told = false;
	for (int i = 0; status && i < 15; i++)
		told |= strcmp(status->text[i], "lock") == 0;
	CHECK(status && (told || strlen(status->types) > 26), "in the status");
}

static void test_lock(void)
{
	start();
	user_send(&viewer, "/rack/subscribe", "sf", "/rack/*", 50.0);
	set(&viewer, "/rack/lock", 1);
	CHECK_ERROR("forbidden", "takes the role control");
	set(&one, "/rack/lock", 1);
	CHECK_NEAR(fake_value(&desk, "rack", "lock"), 1, 0, "locked");
	pump(osc, 0.05);
	user_hear(&viewer);
	CHECK_HEARD("/rack/lock", 1);
	const struct heard *event = heard_at("/rack/event");
	CHECK(event && strcmp(event->text[3], "lock") == 0 &&
		      strstr(event->text[4], "10.2.0.1"),
	      "event");

	/* The holder and admins go on. */
	set(&one, "/eq/gain", 1);
	check_gain(1, "the holder");
	struct user again = user_at("10.2.0.1");
	set(&again, "/eq/gain", 2);
	check_gain(2, "the holder from another port");
	close(again.fd);
	set(&boss, "/eq/gain", 3);
	check_gain(3, "an admin");

	check_shut();

	/* Locked and unlocked in one turn with another's set after it. */
	set(&one, "/rack/lock", 0);
	user_send(&one, "/rack/lock", "i", 1);
	user_send(&two, "/eq/gain", "f", 9.0);
	run(0);
	user_hear(&two);
	float gain = fake_value(&desk, "eq", "gain");
	CHECK((gain > 8) == (heard_at("/rack/error") == NULL), "one or the other");
	set(&boss, "/rack/lock", 0);
	set(&two, "/eq/gain", 4);
	check_gain(4, "open again");
	stop();
}

/* What the config locks has no holder; what was locked stays so over a restart. */
static void test_lock_restart(void)
{
	start();
	struct state_parts kept = { .lock = parts.lock };
	struct state *state = state_create(&desk, &kept, folder, -1);
	state_settle(state, -1);
	set(&one, "/rack/lock", 1);
	state_flush(state);
	state_settle(state, -1);
	state_destroy(state);
	stop();
	start();
	kept.lock = parts.lock;
	state = state_create(&desk, &kept, folder, -1);
	state_settle(state, -1);
	CHECK_NEAR(fake_value(&desk, "rack", "lock"), 1, 0, "restored");
	set(&two, "/eq/gain", 5);
	CHECK_ERROR("locked", "10.2.0.1");
	set(&one, "/eq/gain", 5);
	check_gain(5, "the holder is remembered");
	state_settle(state, -1);
	state_destroy(state);
	stop();

	start();
	struct node *rack = &desk.rack->nodes[desk.rack->node_count - 1];
	rack->values[param_find(rack->module, false, "lock")] = 1;
	set(&one, "/rack/lock", 0);
	CHECK_ERROR("locked", "by the config");
	set(&boss, "/rack/lock", 0);
	set(&one, "/eq/gain", 5);
	check_gain(5, "opened by an admin");
	stop();
}

static void reload_locked(bool locked)
{
	struct text report = { .length = 0 };
	FILE *file = fopen(config_path, "w");

	fprintf(file,
		"rack = { lock = %s; };\n"
		"nodes = ( { module = \"trim\"; name = \"eq\"; } );\n"
		"osc = { listen = \"0.0.0.0\"; allow = ( { network = "
		"\"10.2.0.0/16\"; trust = true; } ); };\n",
		locked ? "true" : "false");
	fclose(file);
	bool good = reload_wait(&desk, NULL, true, &report);
	CHECK(good, "%s", report.bytes);
	text_finish(&report);
}

/* Who locked the rack that a reload opened holds no later lock. */
static void test_lock_reload(void)
{
	start();
	set(&one, "/rack/lock", 1);
	reload_locked(false);
	CHECK_NEAR(fake_value(&desk, "rack", "lock"), 0, 0, "opened");
	reload_locked(true);
	set(&one, "/rack/lock", 0);
	CHECK_ERROR("locked", "by the config");
	stop();
}

/* ---- limits ------------------------------------------------------------------------------ */

static void test_limit_forms(void)
{
	start();
	limit_add("/eq/gain", ROLE_CONTROL, -20, -10);
	struct {
		const char *path, *types;
		float first, second, wanted;
	} rows[] = {
		{ "/eq/gain", "f", 3, 0, -10 },
		{ "/eq/gain", "f", -30, 0, -20 },
		{ "/eq/gain", "f", -12, 0, -12 },
		{ "/eq/gain/norm", "f", 1, 0, -10 },
		{ "/eq/gain/adjust", "f", 50, 0, -10 },
		{ "/eq/gain/reset", "f", 1, 0, -10 },
		{ "/eq/gain/ramp", "ff", 3, 0.05f, -10 },
		{ "/*/gain", "f", 3, 0, -10 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		set(&boss, "/eq/gain", -15);
		user_send(&one, rows[i].path, rows[i].types, (double)rows[i].first,
			  (double)rows[i].second);
		run(0.1);
		user_hear(&one);
		check_gain(rows[i].wanted, rows[i].path);
		if (rows[i].wanted > -12 || rows[i].wanted < -12)
			CHECK_ERROR("limited", "eq/gain");
		/* The gesture ends, the value in force comes. */
		pump(osc, 0.25);
		if (strcmp(rows[i].path, "/eq/gain") == 0 && i < 2) {
			user_hear(&one);
			CHECK_HEARD("/eq/gain", (double)rows[i].wanted);
		}
	}
	user_send(&one, "/eq/gain/text", "s", "0 dB");
	user_send(&one, "/eq/gain", "s", "1 dB");
	for (int i = 0; i < 20; i++)
		user_send(&one, "/eq/gain", "f", i * 1.0);
	run(0);
	user_hear(&one);
	check_gain(-10, "texts");
	CHECK(heard_times("/rack/error") == 1, "one error in a gesture: %d",
	      heard_times("/rack/error"));
	lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
	lo_bundle_add_message(bundle, "/eq/gain", message_of("f", 5.0));
	lo_bundle_add_message(bundle, "/comp/gain", message_of("f", 5.0));
	user_send_bundle(&two, bundle);
	run(0);
	check_gain(-10, "a bundle");
	CHECK_NEAR(fake_value(&desk, "comp", "gain"), 5, 0, "its other value");
	set(&boss, "/eq/gain", 5);
	check_gain(5, "an admin");
	CHECK(heard_at("/rack/error") == NULL, "and no complaint");
	stop();
}

static void test_limit_roles(void)
{
	start();
	limit_add("/*/gain", ROLE_ADMIN, -1e10, 6);
	limit_add("/eq/*", ROLE_CONTROL, -1e10, 1e10); /* as the config */
	limit_add("/*/swap", ROLE_CONTROL, -1e10, 0);
	set(&boss, "/eq/gain", 20);
	check_gain(6, "even an admin");
	set(&one, "/eq/gain", 20);
	check_gain(0, "the config's 0 dB");
	set(&one, "/comp/swap", 1);
	CHECK_NEAR(fake_value(&desk, "comp", "swap"), 0, 0, "a switch");
	user_send(&one, "/comp/swap/toggle", "");
	run(0);
	CHECK_NEAR(fake_value(&desk, "comp", "swap"), 0, 0, "toggled");
	set(&boss, "/comp/swap", 1);
	CHECK_NEAR(fake_value(&desk, "comp", "swap"), 1, 0, "an admin's switch");
	desk.rack->nodes[0].loaded[0] = 4;
	set(&one, "/eq/gain", 20);
	check_gain(4, "what the config says is what counts");
	/* Ourselves, schedules and renders may everything. */
	CHECK_NEAR(limit_value(desk.rack, ROLE_NONE, 0, 0, 20), 20, 0, "we");
	stop();
}

/* What another role reached comes back only as far as one's own goes. */
static void test_limit_recalls(void)
{
	start();
	limit_add("/eq/gain", ROLE_CONTROL, -1e10, -10);
	set(&boss, "/eq/gain", 5);
	user_send(&boss, "/rack/scene/save", "s", "loud");
	run(0.2);
	set(&boss, "/eq/gain", -20);
	user_send(&one, "/rack/scene/load", "s", "loud");
	run(0.2);
	user_hear(&one);
	check_gain(-10, "a scene");
	const struct heard *result = heard_at("/rack/result");
	CHECK(result && strstr(result->text[1], "1 held at the limits of control"),
	      "result: %s", result ? result->text[1] : "none");
	set(&boss, "/eq/gain", -20);
	user_send(&one, "/rack/scene/load", "sf", "loud", 0.1);
	run(0.3);
	check_gain(-10, "a scene with a fade");
	user_send(&boss, "/rack/scene/load", "s", "loud");
	run(0.2);
	check_gain(5, "an admin's scene");

	usleep(1100000); /* another gesture */
	set(&boss, "/eq/gain", -20);
	usleep(1100000);
	user_send(&one, "/rack/undo", "");
	run(0.4);
	check_gain(-10, "undo");

	/* The other set of a comparison. */
	set(&boss, "/rack/compare", 1);
	set(&boss, "/eq/gain", 5);
	set(&boss, "/rack/compare", 2);
	set(&boss, "/eq/gain", -20);
	set(&one, "/rack/compare", 1);
	check_gain(-10, "set a");
	stop();
}

/* ---- clients of the config --------------------------------------------------------------- */

static void regular_add(const char *address, int port, const char *pattern)
{
	struct osc_settings *settings = desk.rack->osc;
	struct regular *regular = &settings->regulars[settings->regular_count++];
	struct in_addr parsed;

	inet_pton(AF_INET, address, &parsed);
	*regular =
		(struct regular) { ntohl(parsed.s_addr), port, ROLE_CONTROL, "", 50 };
	snprintf(regular->pattern, sizeof(regular->pattern), "%s", pattern);
}

/* Gone from the config, gone; and who is no longer allowed goes, too. */
static void check_gone(const struct user *tablet)
{
	user_send(&two, "/rack/subscribe", "sf", "/*", 50.0);
	pump(osc, 0.05);
	desk.rack->osc->regular_count = 0;
	desk.rack->osc->allow_count = 1;
	follow_moved(desk.followers, desk.rack, desk.rack);
	pump(osc, 0.05);
	user_hear(tablet);
	user_hear(&two);
	desk_apply(&desk, &(struct change) { .value = 1 }, 1);
	pump(osc, 0.05);
	CHECK(user_hear(tablet) == 0 && user_hear(&two) == 0, "nobody hears");
	CHECK(desk.status.clients == 0, "%d clients", desk.status.clients);
}

static void test_regulars(void)
{
	start();
	struct user tablet = user_at("10.7.0.1");
	struct user speaker = user_at("10.7.0.1"); /* its other port */
	regular_add("10.7.0.1", user_port(&tablet), "/*");
	regular_add("10.7.0.1", user_port(&tablet), "/rack/*");
	follow_moved(desk.followers, desk.rack, desk.rack);
	run(0.05);
	pump(osc, 0.05);
	user_hear(&tablet);
	CHECK_HEARD("/eq/gain", 0);
	CHECK_HEARD("/rack/lock", 0);
	CHECK_HEARD("/rack/compare", 0);
	CHECK(desk.status.clients == 1, "%d clients", desk.status.clients);
	set(&one, "/eq/gain", 7);
	pump(osc, 0.05);
	user_hear(&tablet);
	CHECK_HEARD("/eq/gain", 7);

	/* It may set, is not told of it, and is told what came of it. */
	user_send(&speaker, "/eq/gain", "f", 8.0);
	user_send(&speaker, "/comp/gain", "f", 99.0);
	pump(osc, 0.1);
	user_hear(&tablet);
	check_gain(8, "from its other port");
	CHECK(heard_at("/eq/gain") == NULL, "no echo");
	pump(osc, 0.25);
	user_hear(&tablet);
	CHECK_HEARD("/comp/gain", 36);
	user_send(&speaker, "/rack/reload", "");
	run(0);
	user_hear(&speaker);
	CHECK_ERROR("forbidden", "admin");

	/* It doesn't leave, and renewing it as others do changes nothing. */
	user_send(&tablet, "/rack/unsubscribe", "");
	user_send(&tablet, "/rack/subscribe", "sf", "/*", 50.0);
	pump(osc, 0.05);
	struct user other = user_at("10.7.0.1");
	user_send(&other, "/rack/subscribe", "sf", "/eq/*", 50.0);
	pump(osc, 0.05);
	CHECK(user_hear(&other) > 0, "another of its host");
	user_hear(&tablet);
	set(&one, "/eq/gain", 9);
	pump(osc, 0.05);
	user_hear(&tablet);
	CHECK_HEARD("/eq/gain", 9);

	check_gone(&tablet);
	close(other.fd);
	close(speaker.fd);
	close(tablet.fd);
	stop();
}

/* Who subscribes the same ear from another port takes its place, but not for ever. */
static void test_regular_joined(void)
{
	start();
	struct user tablet = user_at("10.2.0.7");
	struct user script = user_at("10.2.0.7");
	regular_add("10.2.0.7", user_port(&tablet), "/*");
	follow_moved(desk.followers, desk.rack, desk.rack);
	pump(osc, 0.05);
	user_send(&script, "/rack/subscribe", "sfi", "/eq/*", 50.0, user_port(&tablet));
	pump(osc, 0.05);
	CHECK(desk.status.clients == 1, "%d clients", desk.status.clients);
	user_send(&script, "/rack/unsubscribe", "");
	pump(osc, 0.05);
	user_hear(&tablet);
	set(&one, "/comp/gain", 3);
	pump(osc, 0.05);
	user_hear(&tablet);
	CHECK_HEARD("/comp/gain", 3);
	desk.rack->osc->regular_count = 0;
	follow_moved(desk.followers, desk.rack, desk.rack);
	set(&one, "/comp/gain", 4);
	pump(osc, 0.05);
	int left = user_hear(&tablet);
	CHECK(left == 0, "no longer of the config: %s", heard[0].path);
	close(script.fd);
	close(tablet.fd);
	stop();
}

/* What it asked for itself outlives a reload. */
static void test_regular_reload(void)
{
	start();
	struct user tablet = user_at("10.2.0.7");
	regular_add("10.2.0.7", user_port(&tablet), "/comp/*");
	follow_moved(desk.followers, desk.rack, desk.rack);
	user_send(&tablet, "/rack/subscribe", "sf", "/eq/*", 50.0);
	pump(osc, 0.05);
	desk.rack->osc->regular_count = 0;
	follow_moved(desk.followers, desk.rack, desk.rack);
	pump(osc, 0.05);
	user_hear(&tablet);
	set(&one, "/comp/gain", 3);
	set(&one, "/eq/gain", 4);
	pump(osc, 0.05);
	user_hear(&tablet);
	CHECK_HEARD("/eq/gain", 4);
	CHECK(!heard_at("/comp/gain"), "no longer of the config");
	close(tablet.fd);
	stop();
}

/* ---- names are no paths ------------------------------------------------------------------ */

static void test_paths(void)
{
	static const char *const names[] = {
		"../secret", "/etc/passwd", "..",    ".",       "",
		"a/b",       "./x",         "..\\x", ".hidden", "x/../y",
		"%2e%2e/x",  "\n",          "/",     "//",      "a/",
	};
	static const char *const commands[] = {
		"/rack/check",      "/rack/reload",       "/rack/scene/save",
		"/rack/scene/load", "/rack/scene/delete",
	};
	char secret[80];

	start();
	snprintf(secret, sizeof(secret), "%s/../secret.scene", folder);
	for (size_t c = 0; c < sizeof(commands) / sizeof(commands[0]); c++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			/* No name at all is the loaded config: a good question. */
			if (c < 2 && !*names[i])
				continue;
			user_send(&boss, commands[c], "s", names[i]);
			run(0.02);
			user_hear(&boss);
			const struct heard *result = heard_at("/rack/result");
			CHECK(result && result->number[0] == 0, "%s \"%s\" was taken",
			      commands[c], names[i]);
		}
	}
	user_send(&boss, "/rack/scene/save", "s", "good");
	run(0.2);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		user_send(&boss, "/rack/scene/rename", "ss", "good", names[i]);
		run(0.02);
		user_hear(&boss);
		const struct heard *result = heard_at("/rack/result");
		CHECK(result && result->number[0] == 0, "renamed to \"%s\"", names[i]);
	}
	CHECK(access(secret, F_OK) != 0, "a file outside");
	stop();
}

int main(void)
{
	char command[128];

	if (!lan_open())
		return test_result();
	if (!mkdtemp(folder))
		return 1;
	snprintf(config_path, sizeof(config_path), "%s/rack.conf", folder);
	test_lock();
	test_lock_restart();
	test_lock_reload();
	test_limit_forms();
	test_limit_roles();
	test_limit_recalls();
	test_regulars();
	test_regular_joined();
	test_regular_reload();
	test_paths();
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command) != 0)
		puts(command);
	free(heard);
	return test_result();
}
