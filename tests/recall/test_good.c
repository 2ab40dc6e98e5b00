/* test_good.c - the last good config: kept, read back, compared with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/good.h"

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/lathe-good-XXXXXX";
static char config[128], state[128], copy[160];

static const char whole[] =
	"nodes = (\n"
	"  { module = \"trim\"; name = \"t\"; },\n"
	"  { module = \"limiter\"; name = \"limit\"; }\n"
	");\n"
	"outputs = ( { name = \"main\"; }, { name = \"radio\"; } );\n";

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

/* Loads the text as lathed does; what is said goes to `complaints`. */
static bool load(struct good *good, const char *text, struct complaints *complaints)
{
	struct config_files files = { 0 };

	write_file(config, text);
	struct rack *rack = config_load_files(config, NULL, &files, complaints);
	const bool taken = rack && !good_loses(good, config, &files, rack, complaints);
	if (taken) {
		good_play(good, rack);
		good_keep(good, config, &files);
	}
	rack_destroy(rack);
	config_files_finish(&files);
	return taken;
}

static void refuses(struct good *good, const char *text, const char *why)
{
	struct complaints complaints = { 0 };

	CHECK(!load(good, text, &complaints), "%s", text);
	CHECK(complaints.text.bytes && strstr(complaints.text.bytes, why),
	      "\"%s\" without \"%s\"",
	      complaints.text.bytes ? complaints.text.bytes : "", why);
	text_finish(&complaints.text);
}

static void takes(struct good *good, const char *text)
{
	struct complaints complaints = { 0 };

	CHECK(load(good, text, &complaints), "%s", complaints.text.bytes);
	text_finish(&complaints.text);
}

static void test_losses(void)
{
	struct good *good = good_create(NULL, -1, NULL);
	char cut[sizeof(whole)];

	takes(good, whole);
	takes(good, whole);
	snprintf(cut, sizeof(cut), "%.*s", (int)(strstr(whole, "outputs") - whole),
		 whole);
	refuses(good, cut, "found only the first");
	refuses(good, cut, "none of the outputs that play now (main, radio)");
	refuses(good,
		"nodes = ( { module = \"trim\"; name = \"t\"; } );\n"
		"outputs = ( { name = \"main\"; } );\n",
		"found no limiter");
	takes(good, "nodes = ( { module = \"limiter\"; name = \"other\"; } );\n"
		    "outputs = ( { name = \"radio\"; } );\n");
	takes(good, "nodes = ( { module = \"limiter\"; name = \"other\"; } );\n"
		    "outputs = ( { name = \"others\"; } );\n");
	refuses(good, whole + 1, ""); /* a mistake, not a loss */
	takes(good, whole);
	good_settle(good, -1);
	good_destroy(good);
}

/* What one process kept the next one finds. */
static void test_kept(void)
{
	struct complaints complaints = { 0 };
	struct good *good = good_create(state, -1, NULL);

	CHECK(good_read(good, config, -1) == GOOD_NONE, "nothing yet");
	CHECK(!good_rack(good, config, &complaints), "no rack");
	takes(good, whole);
	good_settle(good, -1);
	good_destroy(good);

	good = good_create(state, -1, NULL);
	write_file(config, "");
	CHECK(good_read(good, config, -1) == GOOD_KEPT, "kept");
	struct rack *rack = good_rack(good, config, &complaints);
	CHECK(rack && rack_find(rack, "limit") >= 0, "%s", complaints.text.bytes);
	if (rack)
		good_play(good, rack);
	rack_destroy(rack);
	refuses(good, "nodes = (\n", "");
	refuses(good, "nodes = ( { module = \"trim\"; name = \"t\"; } );\n",
		"found no limiter");
	good_settle(good, -1);
	good_destroy(good);

	write_file(copy, "lathe-config 1\nfile 3 a\nxyz\n");
	good = good_create(state, -1, NULL);
	CHECK(good_read(good, config, -1) == GOOD_NONE, "not whole");
	good_settle(good, -1);
	good_destroy(good);
	text_finish(&complaints.text);
}

/* A folder that can't be used raises an alarm, and is tried again. */
static void test_no_folder(void)
{
	struct event_log *events = event_log_create();
	struct alarms *alarms = alarms_create(events);

	unlink(copy);
	rmdir(state);
	write_file(state, "in the way\n");
	struct good *good = good_create(state, -1, alarms);
	CHECK(good_read(good, config, -1) == GOOD_UNREADABLE, "no folder");
	takes(good, whole);
	good_settle(good, -1);
	CHECK(alarms_count(alarms) == 1 &&
		      alarms_at(alarms, 0)->code == ALARM_CONFIG_KEPT,
	      "an alarm");
	unlink(state);
	for (int i = 0; i < 1000 && alarms_count(alarms); i++) {
		good_tick(good);
		good_settle(good, -1);
	}
	CHECK(alarms_count(alarms) == 0, "kept by itself, later");
	good_settle(good, -1);
	good_destroy(good);
	alarms_destroy(alarms);
	event_log_destroy(events);
}

int main(void)
{
	if (!mkdtemp(folder))
		abort();
	snprintf(config, sizeof(config), "%s/a.conf", folder);
	snprintf(state, sizeof(state), "%s/state", folder);
	snprintf(copy, sizeof(copy), "%s/a.conf.good", state);
	test_losses();
	test_kept();
	test_no_folder();
	unlink(copy);
	rmdir(state);
	unlink(config);
	rmdir(folder);
	return test_result();
}
