/* test_schedule.c - the list `schedule`: days and times, and what is refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/schedule.h"

#include <unistd.h>

#include "tests/support/config_text.h"

static char path[] = "/tmp/lathe-schedule-XXXXXX";

static void good(const char *keys, int second, unsigned days, double fade)
{
	char text[400];

	snprintf(text, sizeof(text), "schedule = ( { scene = \"a\"; %s } );", keys);
	struct rack *rack = config_text_good(path, text);
	CHECK(rack->schedule_count == 1, "%s", keys);
	if (rack->schedule_count == 1)
		CHECK(rack->schedule[0].second == second &&
			      rack->schedule[0].days == days &&
			      rack->schedule[0].fade == fade,
		      "%s: second %d, days %x", keys, rack->schedule[0].second,
		      rack->schedule[0].days);
	rack_destroy(rack);
}

static void bad(const char *keys, const char *wanted)
{
	struct complaints complaints = { .count = 0 };
	char text[400];

	snprintf(text, sizeof(text), "schedule = ( { %s } );", keys);
	struct rack *rack = config_text(path, text, &complaints);
	CHECK(!rack && complaints.count == 1 && strstr(complaints.text.bytes, wanted),
	      "%s: %s", keys, complaints.text.bytes ? complaints.text.bytes : "");
	rack_destroy(rack);
	text_finish(&complaints.text);
}

int main(void)
{
	int file = mkstemp(path);

	close(file);
	good("at = \"06:00\";", 21600, 0x7f, 0);
	good("at = \"6:00\"; days = \"mon-fri\";", 21600, 0x3e, 0);
	good("at = \"23:59:59\"; days = \"sat,sun\"; fade = 2.5;", 86399, 0x41, 2.5);
	good("at = \"00:00\"; days = \"fri-mon\";", 0, 0x63, 0);
	bad("scene = \"a\"; at = \"24:00\";",
	    "found \"24:00\", would accept \"06:00\"");
	bad("scene = \"a\"; at = \"06:60\";", "found \"06:60\"");
	bad("scene = \"a\"; at = \"06:00\"; days = \"mon-\";", "found \"mon-\"");
	bad("scene = \"a\"; at = \"06:00\"; days = \"\";", "would accept \"mon-fri\"");
	bad("scene = \"../a\"; at = \"06:00\";", "would accept a scene's name");
	bad("scene = \"a\"; at = \"06:00\"; fade = 4000.0;", "would accept 0 to 3600");
	bad("at = \"06:00\";", "scene = \"day\"");
	bad("scene = \"a\"; at = \"06:00\"; fate = 1.0;", "did you mean \"fade\"?");
	unlink(path);
	return test_result();
}
