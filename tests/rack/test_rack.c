/* test_rack.c - the model: growing, copying, setting, the merge of a reload; events. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/rack.h"

#include <stdlib.h>

#include "daemon/base/event.h"
#include "daemon/rack/param.h"
#include "daemon/base/text.h"
#include "tests/support/model_modules.h"
#include "tests/support/test.h"

/* in -> a (trim) -> b (eq) -> output main */
static struct rack *small_rack(void)
{
	struct rack *rack = rack_create();

	rack_add_input(rack, "in", 2)->connect[1] = strdup("system:capture_2");
	struct node *output = rack_add_node(rack, NODE_OUTPUT, "main", NULL);
	output->channels = 2;
	output->source_count[0] = 1;
	output->sources[0][0] = (struct source) { FROM_NODE, 1 };
	struct node *a = rack_add_node(rack, NODE_MODULE, "a", &model_trim);
	a->channels = 2;
	a->source_count[0] = 1;
	struct node *b = rack_add_node(rack, NODE_MODULE, "b", &model_eq);
	b->channels = 2;
	b->source_count[0] = 1;
	b->sources[0][0] = (struct source) { FROM_NODE, 0 };
	return rack;
}

static void test_places(void)
{
	struct rack *rack = small_rack();

	CHECK(rack->node_count == 4, "%d", rack->node_count);
	CHECK(rack_find(rack, "a") == 0 && rack_find(rack, "b") == 1, "modules first");
	CHECK(rack_find(rack, "rack/output/main") == 2, "outputs then");
	CHECK(rack_find(rack, "main") == 2, "by name");
	CHECK(rack_find(rack, "rack") == 3, "the rack last");
	CHECK(rack_find(rack, "c") == -1, "nothing");
	CHECK_TEXT(rack->nodes[2].path, "rack/output/main");
	CHECK_TEXT(rack->nodes[2].module->id, "output");
	CHECK(rack_setup(rack, 0, 48000).channels == 2, "setup");

	struct rack *copy = rack_copy(rack);
	rack_destroy(rack);
	CHECK_TEXT(copy->inputs[0].connect[1], "system:capture_2");
	CHECK(copy->nodes[1].values[2] == 80, "a copy has its own values");
	CHECK(copy->nodes[2].sources[0][0].index == 1, "and links");
	rack_destroy(copy);
	rack_destroy(NULL);
}

static void test_set(void)
{
	struct rack *rack = small_rack();
	float *clear = &rack->nodes[0].values[2];

	CHECK(rack_set(rack, 0, 0, 99) == 36, "clamped");
	CHECK(rack_set(rack, 0, 0, NAN) == 36, "NaN changes nothing");
	CHECK(rack_set(rack, 0, 1, 0.7f) == 1, "toggles round");
	CHECK(rack_set(rack, 0, 3, 7.6f) == 8, "integers round");
	CHECK(rack_set(rack, 1, 1, 17) == 3, "choices end");
	CHECK(rack_set(rack, 0, 2, 1) == 1, "a trigger counts");
	CHECK(rack_set(rack, 0, 2, 0) == 1, "but not the release");
	CHECK(rack_set(rack, 0, 2, -5) == 2, "anything but 0 triggers");
	*clear = 16777216;
	CHECK(rack_set(rack, 0, 2, 1) != 16777216, "a trigger is never lost");
	rack_destroy(rack);
}

static void test_effective(void)
{
	struct rack *rack = small_rack();

	CHECK(rack_effective(rack, 2, 0) == 0, "not muted");
	rack_set(rack, 3, 0, 1);
	CHECK(rack_effective(rack, 2, 0) == 1, "the rack mutes all");
	CHECK(rack->nodes[2].values[0] == 0, "its own value stays");
	rack_set(rack, 3, 1, 1);
	CHECK(rack_effective(rack, 2, 1) == 0, "dim acts on monitors only");
	rack->nodes[2].monitor = true;
	CHECK(rack_effective(rack, 2, 1) == 1, "dim acts on monitors");
	CHECK(rack_effective(rack, 2, 3) == -20, "other params are the output's");
	CHECK(rack_effective(rack, 0, 0) == 0, "modules have their own");
	rack_destroy(rack);
}

static void load(struct rack *rack, int node, int param, float value)
{
	rack->nodes[node].values[param] = rack->nodes[node].loaded[param] = value;
}

/* The four cases of the three-way merge, and the fresh one. */
static void test_merge(void)
{
	struct rack *old = small_rack(), *new;
	struct text report = { 0 };

	load(old, 0, 0, -6);     /* the file says -6 ... */
	rack_set(old, 0, 0, -9); /* ... and a hand made it -9 */
	load(old, 1, 3, 2);      /* the file says 2, played as such */
	rack_set(old, 1, 0, 4);  /* not in the file */
	rack_set(old, 0, 3, 20); /* not in the file; the new file has it */
	load(old, 1, 6, 5);      /* a key that goes away */
	rack_set(old, 0, 2, 1);  /* a trigger */
	rack_set(old, 2, 0, 1);  /* a muted output */

	new = small_rack();
	load(new, 0, 0, -6);
	load(new, 1, 3, 3);
	load(new, 0, 3, 32);
	rack_merge(new, old, false, &report);
	CHECK_NEAR(new->nodes[0].values[0], -9, 0,
		   "unchanged key keeps the hand's value");
	CHECK_NEAR(new->nodes[1].values[3], 3, 0, "changed key takes the file's");
	CHECK_NEAR(new->nodes[1].values[0], 4, 0, "absent key keeps the present value");
	CHECK_NEAR(new->nodes[0].values[3], 32, 0, "new key takes the file's");
	CHECK_NEAR(new->nodes[1].values[6], 0, 0, "removed key takes the default");
	CHECK_NEAR(new->nodes[0].values[2], 1, 0, "triggers never fall");
	CHECK_NEAR(new->nodes[2].values[0], 1, 0, "mute outlives a reload");
	CHECK_NEAR(new->nodes[0].loaded[0], -6, 0, "what the file says is remembered");
	CHECK(strstr(report.bytes, "a/gain: stays -9.0 dB (the file says -6.0 dB, as "
				   "before)\n"),
	      "%s", report.bytes);
	CHECK(strstr(report.bytes,
		     "b/band/1/gain: 3.0 dB from the file (was 2.0 dB)\n"),
	      "%s", report.bytes);
	CHECK(strstr(report.bytes,
		     "b/band/2/gain: 0.0 dB from the file (was 5.0 dB)\n"),
	      "%s", report.bytes);
	rack_destroy(new);

	new = small_rack();
	load(new, 0, 0, -6);
	rack_merge(new, old, true, NULL);
	CHECK_NEAR(new->nodes[0].values[0], -6, 0, "fresh: all from the file");
	CHECK_NEAR(new->nodes[1].values[0], 0, 0, "fresh: defaults too");
	CHECK_NEAR(new->nodes[0].values[2], 1, 0, "fresh: triggers never fall");
	rack_destroy(new);
	rack_destroy(old);
	text_finish(&report);
}

/* Nodes are the same by path and module; a second reload merges against the first. */
static void test_merge_nodes(void)
{
	struct rack *old = small_rack(), *new = rack_create();
	struct text report = { 0 };

	rack_set(old, 1, 0, 4);
	rack_add_node(new, NODE_MODULE, "b", &model_eq);
	rack_add_node(new, NODE_MODULE, "a", &model_comp);
	rack_merge(new, old, false, &report);
	CHECK_NEAR(new->nodes[0].values[0], 4, 0, "found at another place");
	CHECK_NEAR(new->nodes[1].values[0], -20, 0, "another module starts anew");
	CHECK(strstr(report.bytes, "a: new (comp)\n"), "%s", report.bytes);
	CHECK(strstr(report.bytes, "a: removed (trim)\n"), "%s", report.bytes);
	CHECK(strstr(report.bytes, "rack/output/main: removed (output)\n"), "%s",
	      report.bytes);
	struct rack *third = rack_copy(new);
	memcpy(third->nodes[0].values, third->nodes[0].loaded, 26 * sizeof(float));
	rack_merge(third, new, false, NULL);
	CHECK_NEAR(third->nodes[0].values[0], 4, 0, "kept over a second reload");
	rack_destroy(third);
	rack_destroy(new);
	rack_destroy(old);
	text_finish(&report);
}

static void test_events(void)
{
	struct event_log *log = event_log_create();

	CHECK(event_next(log, 0) == NULL, "nothing yet");
	event_log_frame(log, 640);
	for (int i = 1; i <= 300; i++)
		event_post(log, EVENT_INFO, "test", "number %d", i);
	const struct event *event = event_next(log, 0);
	CHECK(event && event->serial == 45, "the oldest kept of 300");
	CHECK_TEXT(event->text, "number 45");
	CHECK(event->frame == 640, "frame");
	int count = 0;
	for (uint64_t after = 0; (event = event_next(log, after));
	     after = event->serial)
		count++;
	CHECK(count == EVENTS_KEPT, "%d", count);
	CHECK(event_next(log, 300) == NULL, "no newer one");
	event_post(NULL, EVENT_INFO, "test", "no log, no harm");
	event_log_destroy(log);
}

int main(void)
{
	test_places();
	test_set();
	test_effective();
	test_merge();
	test_merge_nodes();
	if (freopen("/dev/null", "w", stderr))
		test_events();
	return test_result();
}
