/* test_desk.c - apply, ramp, check, reload: what a client may ask of the control thread. */
#include <unistd.h>

#include "daemon/desk/glide.h"
#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static int changed_count, moved_count;
static struct change changed_last;

static void on_changed(void *context, const struct change *changes, int count)
{
	(void)context;
	changed_count += count;
	changed_last = changes[count - 1];
}

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	(void)context;
	CHECK(from != to, "another rack");
	moved_count++;
}

static void test_apply(void)
{
	struct follower follower = { .changed = on_changed };
	struct desk desk = { .rack = fake_rack(0), .followers = &follower };
	struct change changes[3] = { { 0, 0, 99.0f, &desk, ROLE_NONE },
				     { 0, 1, 440.0f, &desk, ROLE_NONE },
				     { 1, 2, 1.0f, NULL, ROLE_NONE } };
	uint64_t serial = desk_apply(&desk, changes, 3);
	CHECK(serial == fake_serial && fake_applies == 1 && fake_last_count == 3,
	      "published as one");
	CHECK_NEAR(changes[0].value, 36, 0, "clamped");
	CHECK(changed_count == 3 && changed_last.node == 1, "listeners heard");
	CHECK_NEAR(fake_value(&desk, "eq", "freq"), 440, 0, "stored");

	char error[200];
	struct change target = { 0, 0, -36.0f, NULL, ROLE_NONE };
	CHECK(desk_ramp(&desk, &target, 1.0, error, sizeof error), "%s", error);
	for (int i = 0; i < 50; i++)
		desk_tick(&desk);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0.01, "half way");
	desk_apply(&desk, &(struct change) { 0, 0, 7.0f, NULL, ROLE_NONE }, 1);
	desk_tick(&desk);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 7, 0, "a set ends the ramp");
	CHECK(desk_ramp(&desk, &target, 0.0, error, sizeof error), "%s", error);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), -36, 0, "no seconds: at once");
	target.param = 3;
	CHECK(!desk_ramp(&desk, &target, 1.0, error, sizeof error), "a choice");
	CHECK(strstr(error, "choice"), "%s", error);
	desk_finish(&desk);
	rack_destroy(desk.rack);
}

static char folder[64];

static void write_file(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static bool reload(struct desk *desk, const char *file, const char *part)
{
	struct text result = { .length = 0 };
	bool ok = desk_reload(desk, file, false, &result);
	CHECK(result.bytes && strstr(result.bytes, part), "\"%s\" without \"%s\"",
	      result.bytes ? result.bytes : "", part);
	text_finish(&result);
	return ok;
}

static void test_reload(void)
{
	char path[128];
	snprintf(folder, sizeof folder, "/tmp/lathe-test-desk-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	write_file("a.conf",
		   "nodes = ( { module = \"trim\"; name = \"t\"; gain = 1.0; } );\n");
	write_file("b.conf",
		   "nodes = ( { module = \"trim\"; name = \"t\"; gain = 2.0; } );\n");
	write_file("bad.conf",
		   "nodes = ( { module = \"trim\"; name = \"t\"; gian = 2.0; },\n"
		   "{ module = \"nope\"; name = \"u\"; } );\n");
	snprintf(path, sizeof path, "%s/a.conf", folder);
	struct complaints complaints = { .count = 0 };
	struct follower follower = { .moved = on_moved };
	struct desk desk = { .rack = config_load(path, &complaints),
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
	CHECK(!desk_check(&desk, "bad.conf", &text), "check finds it");
	CHECK(text.bytes && strstr(text.bytes, "bad.conf:1"), "%s", text.bytes);
	text_clear(&text);
	CHECK(desk_check(&desk, NULL, &text), "check of a good one: %s", text.bytes);
	text_finish(&text);

	for (int i = 0; i < 3; i++) {
		static const char *const names[] = { "a", "b", "bad" };
		snprintf(path, sizeof path, "%s/%s.conf", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
	rack_destroy(desk.rack);
	free(desk.config_path);
	event_log_destroy(desk.events);
}

int main(void)
{
	test_apply();
	test_reload();
	return test_result();
}
