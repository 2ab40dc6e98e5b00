/* test_scene_file.c - values as a file: what is printed is read back, what is unknown is
 * left out or refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/scene_file.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static char path[] = "/tmp/lathe-scene-XXXXXX";

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

static bool scene_read(const struct rack *rack, struct settings *settings,
		       struct text *notes, struct complaints *complaints)
{
	struct config_source source;
	bool good = config_source_read(&source, path, complaints) &&
		    scene_parse(&source, rack, settings, notes, complaints);

	config_source_finish(&source);
	return good;
}

static void test_round(struct rack *rack)
{
	struct settings settings = { .count = 0 }, again = { .count = 0 };
	struct text text = { .length = 0 }, notes = { .length = 0 };
	struct complaints complaints = { .count = 0 };

	rack_set(rack, rack_find(rack, "eq"), 0, 3.5f);
	scene_gather(rack, NULL, &settings);
	scene_print(rack, &settings, &text);
	write_file(text.bytes);
	CHECK(scene_read(rack, &again, &notes, &complaints), "%s",
	      complaints.text.bytes);
	CHECK(again.count == settings.count, "%d of %d", again.count, settings.count);
	for (int i = 0; i < again.count && i < settings.count; i++)
		CHECK(again.changes[i].node == settings.changes[i].node &&
			      again.changes[i].param == settings.changes[i].param &&
			      again.changes[i].value == settings.changes[i].value,
		      "value %d", i);
	CHECK(!notes.length, "%s", notes.bytes);
	settings_finish(&settings);
	settings_finish(&again);
	text_finish(&text);
	text_finish(&notes);
	text_finish(&complaints.text);
}

/* What a scene leaves alone: triggers, recall-safe params. */
static void test_holds(const struct rack *rack)
{
	const struct node *eq = &rack->nodes[rack_find(rack, "eq")];
	const struct node *out = &rack->nodes[rack_find(rack, "main")];

	CHECK(scene_holds(eq, 0), "gain");
	CHECK(!scene_holds(eq, 4), "a trigger");
	CHECK(!scene_holds(out, 0), "an output's mute");
}

static void test_notes(const struct rack *rack)
{
	struct settings settings = { .count = 0 };
	struct text notes = { .length = 0 };
	struct complaints complaints = { .count = 0 };

	write_file("nodes = ( { name = \"eq\"; gain = 2.0; },\n"
		   "  { name = \"gone\"; gain = 1.0; },\n"
		   "  { module = \"trim\"; name = \"comp\"; gain = 1.0; } );\n");
	CHECK(scene_read(rack, &settings, &notes, &complaints), "%s",
	      complaints.text.bytes);
	CHECK(settings.count == 1 && settings.changes[0].value == 2.0f, "%d",
	      settings.count);
	CHECK(notes.length && strstr(notes.bytes, "gone: left out") &&
		      strstr(notes.bytes, "it was made for trim"),
	      "%s", notes.bytes);
	settings_finish(&settings);
	text_finish(&notes);
	text_finish(&complaints.text);
}

static void test_refused(const struct rack *rack)
{
	struct settings settings = { .count = 0 };
	struct text notes = { .length = 0 };
	struct complaints complaints = { .count = 0 };

	write_file("nodes = ( { name = \"eq\"; gain = 99.0; gian = 1.0; } );\n");
	CHECK(!scene_read(rack, &settings, &notes, &complaints), "read");
	CHECK(complaints.count == 2 && settings.count == 0, "%d", complaints.count);
	CHECK(strstr(complaints.text.bytes, "found 99, would accept") &&
		      strstr(complaints.text.bytes, "did you mean \"gain\"?"),
	      "%s", complaints.text.bytes);
	text_finish(&notes);
	text_finish(&complaints.text);
}

/* After a reload: values of nodes that are gone are dropped, others find their node. */
static void test_move(const struct rack *rack)
{
	struct rack *other = rack_create();
	struct settings settings = { .count = 0 };

	rack_add_node(other, NODE_MODULE, "comp", &fake_module);
	settings_add(&settings, rack_find(rack, "eq"), 0, 1);
	settings_add(&settings, rack_find(rack, "comp"), 0, 2);
	settings_move(&settings, rack, other);
	CHECK(settings.count == 1 && settings.changes[0].value == 2.0f &&
		      settings.changes[0].node == rack_find(other, "comp"),
	      "%d", settings.count);
	settings_finish(&settings);
	rack_destroy(other);
}

int main(void)
{
	struct rack *rack = fake_rack(0);

	close(mkstemp(path));
	test_round(rack);
	test_holds(rack);
	test_notes(rack);
	test_refused(rack);
	test_move(rack);
	rack_destroy(rack);
	unlink(path);
	return test_result();
}
