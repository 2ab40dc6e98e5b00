/* test_alarm.c - the registry of alarms: what stands, who has seen it, and how often its
 * edges become events. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/alarm.h"
#include "tests/support/test.h"

#include <string.h>

static struct event_log *events;
static struct alarms *alarms;
static uint64_t read;

static void open_alarms(void)
{
	events = event_log_create();
	alarms = alarms_create(events);
	read = 0;
	alarms_tick(alarms, 1000.0);
}

static void close_alarms(void)
{
	alarms_destroy(alarms);
	event_log_destroy(events);
}

/* The next event, or NULL. */
static const struct event *next(void)
{
	const struct event *event = event_next(events, read);

	read = event ? event->serial : read;
	return event;
}

static void check_next(enum event_edge edge, const char *address, const char *part)
{
	const struct event *event = next();

	CHECK(event && event->edge == edge && strcmp(event->address, address) == 0 &&
		      strstr(event->text, part),
	      "found \"%s\" \"%s\" %d, wanted \"%s\" \"%s\" %d",
	      event ? event->address : "no event", event ? event->text : "",
	      event ? (int)event->edge : -1, address, part, (int)edge);
}

static void test_edges(void)
{
	char text[200];

	open_alarms();
	alarm_raise(alarms, ALARM_INSERT, "box", "the return is %s", "silent");
	alarm_raise(alarms, ALARM_INSERT, "box", "the return is %s", "silent");
	alarm_raise(alarms, ALARM_STATE, "", NULL);
	check_next(EVENT_RAISED, "/box", "box: the return is silent");
	check_next(EVENT_RAISED, "", alarm_kind(ALARM_STATE)->text);
	CHECK(!next(), "one event for each edge");
	alarms_text(alarms, text, sizeof(text));
	CHECK_TEXT(text, "box: the return is silent; the state can't be saved");
	CHECK(alarms_count(alarms) == 2, "two stand");
	alarm_clear(alarms, ALARM_INSERT, "other");
	alarm_clear(alarms, ALARM_STATE, "");
	check_next(EVENT_CLEARED, "", "saved again");
	CHECK(alarms_count(alarms) == 1 && !alarms_at(alarms, 1), "one stands");
	alarm_clear(NULL, ALARM_STATE, "");
	alarm_raise(NULL, ALARM_STATE, "", NULL);
	close_alarms();
}

/* One event a minute for each code and node; what is held back is summed up. */
static void test_held_back(void)
{
	open_alarms();
	for (int i = 0; i < 50; i++) {
		alarms_tick(alarms, 1000.0 + i);
		alarm_raise(alarms, ALARM_INSERT, "box", NULL);
		alarm_raise(alarms, ALARM_INSERT, "eq", NULL);
		alarm_clear(alarms, ALARM_INSERT, "box");
	}
	check_next(EVENT_RAISED, "/box", "box: ");
	check_next(EVENT_RAISED, "/eq", "eq: ");
	alarms_tick(alarms, 1059.0);
	CHECK(!next(), "the rest waits for the minute's end");
	alarms_tick(alarms, 1060.0);
	check_next(EVENT_CLEARED, "/box", "raised 49 and cleared 50 times");
	CHECK(!next(), "eq stands as was told");
	alarms_tick(alarms, 1119.0);
	alarm_raise(alarms, ALARM_INSERT, "box", NULL);
	CHECK(!next(), "a minute after the sum");
	alarms_tick(alarms, 1120.0);
	check_next(EVENT_RAISED, "/box", "box: ");
	alarms_tick(alarms, 2000.0);
	alarm_clear(alarms, ALARM_INSERT, "box");
	check_next(EVENT_CLEARED, "/box", "heard again");
	close_alarms();
}

static void test_errors(void)
{
	open_alarms();
	for (int i = 0; i < 3; i++) {
		alarm_raise(alarms, ALARM_NO_AUDIO, "", NULL);
		alarm_clear(alarms, ALARM_NO_AUDIO, "");
	}
	for (int i = 0; i < 3; i++) {
		check_next(EVENT_RAISED, "", "no audio");
		check_next(EVENT_CLEARED, "", "again");
	}
	CHECK(!next(), "none is held back, none is told twice");
	close_alarms();
}

static void test_seen(void)
{
	open_alarms();
	alarm_raise(alarms, ALARM_INSERT, "box", "one");
	CHECK(!alarms_see(alarms, "insert", "eq", "10.0.0.1"), "another node");
	CHECK(!alarms_see(alarms, "state", "box", "10.0.0.1"), "another code");
	CHECK(alarms_see(alarms, "insert", "box", "10.0.0.1"), "seen");
	const struct alarm *alarm = alarms_at(alarms, 0);
	CHECK(alarm->seen >= alarm->since && alarm->since > 1e9, "when");
	CHECK_TEXT(alarm->seen_by, "10.0.0.1");
	check_next(EVENT_RAISED, "/box", "one");
	check_next(EVENT_ONCE, "", "box: insert was seen by 10.0.0.1");
	alarm_raise(alarms, ALARM_INSERT, "box", "two");
	CHECK(alarms_at(alarms, 0)->seen == 0.0, "something new is not seen yet");
	close_alarms();
}

/* Every row says all that a reader needs, and has a code of its own. */
static void test_table(void)
{
	for (int i = 0; i < ALARM_CODES; i++) {
		const struct alarm_kind *kind = alarm_kind((enum alarm_code)i);

		CHECK(kind->code && kind->text && kind->to_do && kind->cleared,
		      "row %d", i);
		for (int j = 0; j < i; j++)
			CHECK(strcmp(kind->code, alarm_kind((enum alarm_code)j)->code),
			      "%s twice", kind->code);
	}
}

int main(void)
{
	test_edges();
	test_held_back();
	test_errors();
	test_seen();
	test_table();
	return test_result();
}
