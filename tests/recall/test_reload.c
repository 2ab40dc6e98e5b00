/* test_reload.c - the config read anew: what is taken, what is refused, and what then stays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/reload.h"

#include "daemon/desk/glide.h"
#include "tests/support/fake_desk.h"
#include "tests/support/reloads.h"
#include "tests/support/test.h"

#include <unistd.h>

static int moved_count;

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	(void)context, (void)from, (void)to;
	moved_count++;
}

static char folder[64];

static void write_file(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static bool reload(struct desk *desk, const char *file, const char *part)
{
	struct text result = { .length = 0 };
	bool ok = reload_wait(desk, file, false, &result);

	CHECK(result.bytes && strstr(result.bytes, part), "\"%s\" without \"%s\"",
	      result.bytes ? result.bytes : "", part);
	text_finish(&result);
	return ok;
}

static void test_reload(void)
{
	char path[128];

	snprintf(folder, sizeof(folder), "/tmp/lathe-test-desk-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	write_file("a.conf",
		   "nodes = ( { module = \"trim\"; name = \"t\"; gain = 1.0; } );\n");
	write_file("b.conf",
		   "nodes = ( { module = \"trim\"; name = \"t\"; gain = 2.0; } );\n");
	write_file("bad.conf",
		   "nodes = ( { module = \"trim\"; name = \"t\"; gian = 2.0; },\n"
		   "{ module = \"nope\"; name = \"u\"; } );\n");
	snprintf(path, sizeof(path), "%s/a.conf", folder);
	struct complaints complaints = { .count = 0 };
	struct follower follower = { .moved = on_moved };
	struct desk desk = { .player = &fake_player,
			     .rack = config_load(path, &complaints),
			     .events = event_log_create(),
			     .config_path = strdup(path),
			     .followers = &follower };
	CHECK(desk.rack != NULL, "%s", complaints.text.bytes);
	struct rack *before = desk.rack;
	int rebuilds = fake_rebuilds;
	CHECK(!reload(&desk, "bad.conf", "gian"), "a bad file");
	CHECK(!reload(&desk, "bad.conf", "nope"), "all complaints at once");
	CHECK(!reload(&desk, "../etc/passwd", "never a path"), "a path");
	CHECK(!reload(&desk, "/etc/passwd", "never a path"), "a whole path");
	CHECK(!reload(&desk, ".hidden", "never a path"), "a hidden file");
	CHECK(!reload(&desk, "none.conf", "none.conf"), "no file");
	CHECK(desk.rack == before && fake_rebuilds == rebuilds && !moved_count,
	      "nothing changed");
	CHECK_TEXT(desk.config_path, path);

	int gain = param_find(desk.rack->nodes[0].module, true, "gain");
	desk_apply(&desk, &(struct change) { 0, gain, -4.0f, NULL, ROLE_NONE }, 1);
	CHECK(reload(&desk, NULL, ""), "the same file again");
	CHECK_NEAR(fake_value(&desk, "t", "gain"), -4, 0, "the live value stays");
	CHECK(reload(&desk, "b.conf", "gain"), "another file");
	CHECK_NEAR(fake_value(&desk, "t", "gain"), 2, 0, "what the file changed");
	CHECK(fake_rebuilds == rebuilds + 2 && moved_count == 2, "built and told");
	CHECK(strstr(desk.config_path, "/b.conf"), "%s", desk.config_path);

	struct text text = { .length = 0 };
	CHECK(!check_wait(&desk, "bad.conf", &text), "check finds it");
	CHECK(text.bytes && strstr(text.bytes, "bad.conf:1"), "%s", text.bytes);
	text_clear(&text);
	CHECK(check_wait(&desk, NULL, &text), "check of a good one: %s", text.bytes);
	text_finish(&text);

	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "a", "b", "bad" };
		snprintf(path, sizeof(path), "%s/%s.conf", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
	rack_destroy(desk.rack);
	free(desk.config_path);
	event_log_destroy(desk.events);
}

/* Looks until nothing is asked of the disk any more. */
static void look(struct reload *reload, int times)
{
	static int64_t now = 1000000;

	for (int i = 0; i < times; i++) {
		reload_look(reload, now += RELOAD_LOOK_MS);
		reload_settle(reload, -1);
	}
}

static const char
	good_file[] = "@include \"part.conf\"\n",
	good_part[] = "nodes = ( { module = \"trim\"; name = \"t\"; } );\n",
	bad_part[] = "nodes = ( { module = \"trim\"; name = \"t\"; gian = 1; } );\n";

static void check_alarm(const struct desk *desk, const char *when, const char *part)
{
	char text[300];

	alarms_text(desk->alarms, text, sizeof(text));
	CHECK(*part ? strstr(text, part) != NULL : !*text, "%s: \"%s\"", when, text);
}

/* The file of the rack that plays, changed on the disk: an alarm while it is refused. */
static void test_look(void)
{
	char path[128], part[128];

	snprintf(folder, sizeof(folder), "/tmp/lathe-test-desk-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/a.conf", folder);
	snprintf(part, sizeof(part), "%s/part.conf", folder);
	struct complaints complaints = { .count = 0 };
	write_file("a.conf", good_file);
	write_file("part.conf", good_part);
	struct desk desk = { .player = &fake_player,
			     .rack = config_load(path, &complaints),
			     .events = event_log_create(),
			     .config_path = strdup(path) };
	desk.alarms = alarms_create(desk.events);
	struct reload *of = reload_create(&desk, NULL, -1);
	look(of, 3);
	check_alarm(&desk, "as it was loaded", "");
	write_file("part.conf", bad_part);
	look(of, 1);
	check_alarm(&desk, "it may be written now", "");
	look(of, 2);
	check_alarm(&desk, "refused", "the file is refused: ");
	check_alarm(&desk, "where", "part.conf:1: ");
	write_file("part.conf", good_part);
	look(of, 3);
	check_alarm(&desk, "good again", "");
	unlink(part);
	look(of, 3);
	check_alarm(&desk, "a part is gone", "part.conf");
	write_file("part.conf", bad_part);
	struct text said = { .length = 0 };
	CHECK(!reload_wait(&desk, NULL, false, &said), "refused");
	check_alarm(&desk, "a reload is refused", "gian");
	write_file("b.conf", good_part);
	CHECK(reload_wait(&desk, "b.conf", false, &said), "another");
	text_finish(&said);
	check_alarm(&desk, "another file plays", "");
	reload_settle(of, -1);
	reload_destroy(of);
	unlink(path);
	unlink(part);
	snprintf(path, sizeof(path), "%s/b.conf", folder);
	unlink(path);
	rmdir(folder);
	rack_destroy(desk.rack);
	free(desk.config_path);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
}

int main(void)
{
	test_look();
	test_reload();
	return test_result();
}
