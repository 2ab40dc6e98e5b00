/* test_connections.c - the alarms about JACK connections: what raises each, what ends it, and
 * that a cable that is away for a moment raises none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/connections.h"

#include "daemon/base/memory.h"
#include "daemon/unattended/lasting.h"
#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static struct desk desk;
static struct connections *connections;
static double now = 100.0;

static void pass(double seconds)
{
	for (int i = 0; i < (int)(seconds * 20.0 + 0.5); i++)
		connections_look(connections, now += 0.05);
}

static void check_alarms(const char *what, const char *wanted)
{
	char text[600];

	alarms_text(desk.alarms, text, sizeof(text));
	CHECK(strcmp(text, wanted) == 0, "%s: \"%s\", wanted \"%s\"", what, text,
	      wanted);
}

static void add_port(const char *name, bool of_node)
{
	struct port *port = &fake_port_list[fake_port_count];

	*port = (struct port) { .slot = fake_port_count++, .of_node = of_node };
	snprintf(port->name, sizeof(port->name), "%s", name);
}

enum { RETURN_1, OUT_2, IN_1, IN_2, OUT_1, PORTS };

static void set(enum cables in_1, enum cables in_2, enum cables out_1,
		enum cables out_2)
{
	desk.status.cables[IN_1] = (unsigned char)in_1;
	desk.status.cables[IN_2] = (unsigned char)in_2;
	desk.status.cables[OUT_1] = (unsigned char)out_1;
	desk.status.cables[OUT_2] = (unsigned char)out_2;
}

static void test_nobody(void)
{
	set(CABLES_NONE, CABLES_NONE, CABLES_WHOLE, CABLES_WHOLE);
	pass(CONNECTIONS_SECONDS - 0.1);
	check_alarms("a moment", "");
	pass(0.3);
	check_alarms("nobody", "in: connected to nobody");
	set(CABLES_WHOLE, CABLES_WHOLE, CABLES_WHOLE, CABLES_WHOLE);
	pass(HEALTHY_SECONDS - 0.1);
	check_alarms("for a moment", "in: connected to nobody");
	pass(0.3);
	check_alarms("connected", "");
}

static void test_half(void)
{
	set(CABLES_WHOLE, CABLES_NONE, CABLES_WHOLE, CABLES_SOME);
	pass(CONNECTIONS_SECONDS + 0.2);
	check_alarms("half",
		     "in: channel 2 is connected to nobody; "
		     "rack/output/main: channel 2 is not connected to all that connect "
		     "asks for: system:playback_2");
	/* What is not known ends nothing. */
	set(CABLES_UNKNOWN, CABLES_UNKNOWN, CABLES_WHOLE, CABLES_WHOLE);
	pass(HEALTHY_SECONDS + 0.2);
	check_alarms("unknown", "in: channel 2 is connected to nobody");
	desk.status.block = 0;
	set(CABLES_WHOLE, CABLES_WHOLE, CABLES_NONE, CABLES_NONE);
	pass(2 * HEALTHY_SECONDS);
	check_alarms("without audio", "in: channel 2 is connected to nobody");
	desk.status.block = 64;
	set(CABLES_WHOLE, CABLES_WHOLE, CABLES_WHOLE, CABLES_WHOLE);
	pass(HEALTHY_SECONDS + 0.2);
	check_alarms("whole", "");
}

/* A reload that takes the output away ends its alarms. */
static void test_moved(void)
{
	struct rack *other = rack_create(), *was = desk.rack;

	set(CABLES_WHOLE, CABLES_WHOLE, CABLES_NONE, CABLES_NONE);
	pass(CONNECTIONS_SECONDS + 0.2);
	check_alarms("nobody", "rack/output/main: connected to nobody");
	rack_add_input(other, "in", 2);
	desk.rack = other;
	follow_moved(desk.followers, was, other);
	check_alarms("gone", "");
	desk.rack = was;
	rack_destroy(other);
}

int main(void)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create(),
			       .status.block = 64 };
	desk.alarms = alarms_create(desk.events);
	const int out = rack_find(desk.rack, "rack/output/main");
	desk.rack->nodes[out].connect[1] = memory_string("system:playback_2");
	add_port("eq_1", true);
	add_port("main_2", false);
	add_port("in_1", false);
	add_port("in_2", false);
	add_port("main_1", false);
	connections = connections_create(&desk);
	pass(20);
	check_alarms("unknown at first", "");
	test_nobody();
	test_half();
	test_moved();
	connections_destroy(connections);
	CHECK(!desk.followers, "nobody follows");
	desk_finish(&desk);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	return test_result();
}
