/* test_scene.c - scenes: what they hold, their files, fades, state, and what is refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/scene.h"

#include "daemon/desk/glide.h"
#include "daemon/desk/pending.h"
#include "tests/support/fake_desk.h"
#include "tests/support/scenes.h"
#include "tests/support/test.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[64];
static struct desk desk;
static struct scenes *scenes;

static void open_desk(void)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	snprintf(desk.rack->scenes, sizeof(desk.rack->scenes), "%s/scenes", folder);
	scenes = scenes_create(&desk, -1);
}

static void close_desk(void)
{
	scenes_settle(scenes, -1);
	scenes_destroy(scenes);
	desk_finish(&desk);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
}

static void set(const char *node, const char *param, float value)
{
	int place = rack_find(desk.rack, node);
	const struct node *found = &desk.rack->nodes[place];
	struct change change = { .node = place, .value = value };

	change.param = param_find(found->module, found->kind == NODE_MODULE, param);
	desk_apply(&desk, &change, 1);
}

/* The text of a result, for one line; freed by the next. */
static struct text said;

static bool save(const char *name, const char *pattern_text)
{
	struct pattern pattern;
	const char *why;

	text_clear(&said);
	if (pattern_text)
		pattern_compile(&pattern, pattern_text, strlen(pattern_text), &why);
	return scenes_save(scenes, name, pattern_text ? &pattern : NULL, &said);
}

static bool load(const char *name, double seconds)
{
	text_clear(&said);
	return scenes_load(scenes, name, seconds, NULL, &said);
}

static bool erase(const char *name)
{
	return scenes_wait(scenes, scene_delete(scenes, name, &said), &said);
}

static bool rename_to(const char *from, const char *to)
{
	return scenes_wait(scenes, scene_rename(scenes, from, to, &said), &said);
}

/* How many there are; their names are in `said`. */
static int list(void)
{
	int count = 0;

	text_clear(&said);
	CHECK(scenes_wait(scenes, scene_list(scenes, &said), &said), "%s", said.bytes);
	for (const char *at = said.bytes; at && *at; at++)
		count += *at == '\n';
	return count;
}

#define SAYS(part) \
	CHECK(said.bytes &&strstr(said.bytes, part), "\"%s\" without \"%s\"", \
	      said.bytes, part)

static void write_scene(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/scenes/%s.scene", folder, name);
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static void ticks(int count)
{
	for (int i = 0; i < count; i++)
		desk_tick(&desk);
	fake_played = fake_serial;
}

static void test_round_trip(void)
{
	open_desk();
	set("eq", "gain", 3.25f);
	set("eq", "freq", 123.456f);
	set("eq", "type", 2);
	set("eq", "band/3/gain", -7.0f);
	set("comp", "bypass", 1);
	set("main", "mute", 1);
	CHECK(save("Sunday night", NULL), "%s", said.bytes);
	CHECK(scene_state(scenes, "Sunday night") == SCENE_ACTIVE, "active");
	set("eq", "gain", -1);
	CHECK(scene_state(scenes, "Sunday night") == SCENE_CHANGED, "changed");
	CHECK(scene_state(scenes, "other") == SCENE_OFF, "off");
	set("eq", "freq", 20);
	set("eq", "type", 0);
	set("eq", "band/3/gain", 1);
	set("comp", "bypass", 0);
	set("main", "mute", 0);
	int applies = fake_applies;
	CHECK(load("Sunday night", 0), "%s", said.bytes);
	CHECK(fake_applies == applies + 1 && fake_last_count == 5,
	      "five changes as one: %d", fake_last_count);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 3.25, 0, "gain");
	CHECK_NEAR(fake_value(&desk, "eq", "freq"), 123.456f, 0, "to the last bit");
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 2, 0, "a choice");
	CHECK_NEAR(fake_value(&desk, "eq", "band/3/gain"), -7, 0, "a band");
	CHECK_NEAR(fake_value(&desk, "comp", "bypass"), 1, 0, "bypass");
	CHECK_NEAR(fake_value(&desk, "main", "mute"), 0, 0, "mute is safe");
	CHECK(scene_state(scenes, "Sunday night") == SCENE_ACTIVE, "active again");
	close_desk();
}

/* Glides glide, switches wait for the middle, the end is told once it plays. */
static void test_fade(void)
{
	open_desk();
	set("eq", "gain", 10);
	set("eq", "type", 1);
	set("eq", "look", 7);
	CHECK(save("loud", NULL), "%s", said.bytes);
	set("eq", "gain", 0);
	set("eq", "type", 0);
	set("eq", "look", 5);
	ticks(10);
	const struct scene_news *news;
	uint64_t told = 0;
	while ((news = scenes_news(scenes, told)))
		told = news->serial;
	CHECK(load("loud", 1.0), "%s", said.bytes);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "from where it was");
	ticks(49);
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 0, 0, "not yet");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 4.9, 0.01, "half way");
	ticks(1);
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 1, 0, "at the middle");
	CHECK_NEAR(fake_value(&desk, "eq", "look"), 7, 0, "a rebuild, too");
	ticks(49);
	for (int done = 0; (news = scenes_news(scenes, told)); done++) {
		CHECK(!news->done, "not done before the end");
		told = news->serial;
	}
	uint64_t played = fake_played;
	desk_tick(&desk);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 10, 0, "there");
	fake_played = played;
	desk_tick(&desk);
	bool done = false;
	int state = -9;
	while ((news = scenes_news(scenes, told)) && (told = news->serial)) {
		done = done || news->done;
		state = news->state;
	}
	CHECK(!done, "not done before it plays");
	fake_played = fake_serial;
	ticks(2);
	while ((news = scenes_news(scenes, told)) && (told = news->serial)) {
		done = done || (news->done && news->state == 1);
		if (!news->done)
			state = news->state;
	}
	CHECK(done && state == SCENE_ACTIVE, "done %d, state %d", done, state);
	close_desk();
}

/* What is saved while values are on their way is where they go. */
static void test_save_under_way(void)
{
	open_desk();
	set("eq", "gain", 10);
	set("eq", "type", 1);
	CHECK(save("loud", NULL), "%s", said.bytes);
	set("eq", "gain", 0);
	set("eq", "type", 0);
	CHECK(load("loud", 1.0), "%s", said.bytes);
	ticks(20);
	CHECK(save("soon", NULL), "%s", said.bytes);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 2, 0.01, "still on its way");
	ticks(100);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 10, 0, "there");
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 1, 0, "there");
	set("eq", "gain", -5);
	set("eq", "type", 0);
	CHECK(load("soon", 0), "%s", said.bytes);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 10, 0, "as it was to be");
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 1, 0, "as it was to be");
	close_desk();
}

/* Who sets something while a scene comes in keeps it. */
static void test_touch(void)
{
	open_desk();
	set("eq", "gain", 10);
	set("eq", "type", 1);
	save("loud", NULL);
	set("eq", "gain", 0);
	set("eq", "type", 0);
	load("loud", 0.5);
	ticks(10);
	set("eq", "gain", -5);
	set("eq", "type", 2);
	ticks(60);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), -5, 0, "the fader");
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 2, 0, "the choice");
	CHECK(scene_state(scenes, "loud") == SCENE_CHANGED, "changed");
	load("loud", 0.2);
	ticks(3);
	load("loud", 0);
	CHECK_NEAR(fake_value(&desk, "eq", "type"), 1, 0, "a load overtakes a load");
	ticks(30);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 10, 0, "and stays");
	close_desk();
}

static void test_partial(void)
{
	open_desk();
	set("eq", "gain", 1);
	set("comp", "gain", 2);
	CHECK(save("part", "/comp"), "%s", said.bytes);
	set("eq", "gain", 5);
	set("comp", "gain", 6);
	load("part", 0);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 5, 0, "not in it");
	CHECK_NEAR(fake_value(&desk, "comp", "gain"), 2, 0, "in it");
	CHECK(!save("none", "/nobody"), "nothing to save");
	SAYS("covers nothing");
	save("both", NULL);
	set("eq", "gain", 7);
	set("comp", "gain", 8);
	struct pattern pattern;
	const char *why;
	pattern_compile(&pattern, "/eq", 3, &why);
	text_clear(&said);
	CHECK(scenes_load(scenes, "both", 0, &pattern, &said), "%s", said.bytes);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 5, 0, "seen");
	CHECK_NEAR(fake_value(&desk, "comp", "gain"), 8, 0, "not seen");
	close_desk();
}

static void test_files(void)
{
	open_desk();
	write_scene("hand", "nodes = ( { name = \"eq\"; gain = 2.5;\n"
			    " band = ( { }, { gain = -3.0; } ); },\n"
			    " { name = \"gone\"; gain = 1.0; },\n"
			    " { module = \"trim\"; name = \"comp\"; gain = 1.0; } );\n"
			    "outputs = ( { name = \"main\"; mute = true; } );\n");
	CHECK(load("hand", 0), "%s", said.bytes);
	SAYS("gone: left out");
	SAYS("comp: left out");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 2.5, 0, "said");
	CHECK_NEAR(fake_value(&desk, "eq", "band/2/gain"), -3, 0, "a band");
	CHECK_NEAR(fake_value(&desk, "eq", "band/1/gain"), 0, 0, "not said");
	set("eq", "gain", 0);
	write_scene("bad", "nodes = ( { name = \"eq\"; gain = 99.0;\n gian = 1.0;\n"
			   " type = \"bel\"; } );\nnods = ();\n");
	CHECK(!load("bad", 0), "refused");
	SAYS("bad.scene:1: eq/gain: found 99");
	SAYS("bad.scene:2: eq: unknown key \"gian\"");
	SAYS("bad.scene:4");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "nothing of it");
	close_desk();
}

/* A folder does not grow without bound, and the last places are for admins. */
static void test_bound(void)
{
	struct text why = { .length = 0 };
	char name[16];

	open_desk();
	snprintf(desk.rack->scenes, sizeof(desk.rack->scenes), "%s/bound", folder);
	for (int i = 0; i < SCENES_MAX - SCENES_KEPT; i++) {
		snprintf(name, sizeof(name), "b%d", i);
		CHECK(scenes_save(scenes, name, NULL, &why), "%s", why.bytes);
	}
	bool good = scenes_wait(
		scenes, scene_save(scenes, "more", NULL, ROLE_CONTROL, &why), &why);
	CHECK(!good && why.bytes && strstr(why.bytes, "there are 224 scenes already"),
	      "%s", why.bytes);
	CHECK(scenes_wait(scenes, scene_save(scenes, "b0", NULL, ROLE_CONTROL, &why),
			  &why),
	      "a name that is there: %s", why.bytes);
	for (int i = SCENES_MAX - SCENES_KEPT; i < SCENES_MAX; i++) {
		snprintf(name, sizeof(name), "b%d", i);
		good = scenes_wait(
			scenes, scene_save(scenes, name, NULL, ROLE_ADMIN, &why), &why);
		CHECK(good, "%s: %s", name, why.bytes);
	}
	good = scenes_wait(scenes, scene_save(scenes, "more", NULL, ROLE_ADMIN, &why),
			   &why);
	CHECK(!good && strstr(why.bytes, "there are 256 scenes already"), "%s",
	      why.bytes);
	text_finish(&why);
	close_desk();
}

static void test_names(void)
{
	static const char *const bad[] = { "",     "..",   "../x",  "a/b",  ".hid",
					   "a\nb", " a",   "a ",    "a\\b", "a\"b",
					   "a*",   "/etc", "\x1b[", "{a}",  "a#b" };
	char longest[80];

	open_desk();
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(!save(bad[i], NULL), "saved \"%s\"", bad[i]);
		SAYS("not a scene's name");
		CHECK(!load(bad[i], 0), "loaded \"%s\"", bad[i]);
		text_clear(&said);
		CHECK(!erase(bad[i]), "deleted \"%s\"", bad[i]);
		CHECK(!rename_to("hand", bad[i]), "\"%s\"", bad[i]);
	}
	memset(longest, 'x', sizeof(longest));
	longest[65] = '\0';
	CHECK(!save(longest, NULL), "65 bytes");
	longest[64] = '\0';
	CHECK(save(longest, NULL), "64 bytes");
	CHECK(save("\xc3\xa4 talk", NULL), "UTF-8");
	text_clear(&said);
	CHECK(rename_to(longest, "b"), "%s", said.bytes);
	CHECK(!rename_to("b", "hand"), "taken");
	SAYS("already");
	CHECK(!rename_to("nobody", "c"), "nobody");
	int count = list();
	CHECK(count >= 3 && strncmp(said.bytes, "Sunday night\n", 13) == 0, "%d, %s",
	      count, said.bytes);
	CHECK(erase("b"), "%s", said.bytes);
	CHECK(!erase("b"), "twice");
	CHECK(!load("b", 0), "gone");
	SAYS("no scene \"b\"");
	CHECK(list() == count - 1, "one fewer");
	snprintf(desk.rack->scenes, sizeof(desk.rack->scenes), "%s/no/such", folder);
	CHECK(!save("x", NULL), "no folder above");
	close_desk();
}

/* A scene outlives a reload; what it says of a node goes with the node. */
static void test_move(void)
{
	open_desk();
	set("comp", "gain", 2);
	save("kept", NULL);
	struct rack *old = desk.rack, *new = fake_rack(3);
	node_set_channels(rack_add_node(new, NODE_MODULE, "comp", &fake_module), 2);
	desk.rack = new;
	follow_moved(desk.followers, old, new);
	rack_destroy(old);
	CHECK(scene_state(scenes, "kept") == SCENE_CHANGED, "another gain");
	set("comp", "gain", 2);
	CHECK(scene_state(scenes, "kept") == SCENE_ACTIVE, "the rest agrees");
	close_desk();
}

int main(void)
{
	char command[100];

	snprintf(folder, sizeof(folder), "/tmp/lathe-test-scene-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	test_round_trip();
	test_fade();
	test_save_under_way();
	test_touch();
	test_partial();
	test_files();
	test_names();
	test_bound();
	test_move();
	text_finish(&said);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command) != 0)
		printf("%s is left\n", folder);
	return test_result();
}
