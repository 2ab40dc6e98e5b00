/* test_config.c - files that load, files that don't and what is said about them, and
 * files that mean harm. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/print.h"
#include "daemon/config/config.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/rack/param.h"
#include "tests/support/config_text.h"
#include "tests/support/model_modules.h"
#include "tests/support/test.h"

static char folder[64];

static const char *file_path(const char *name)
{
	static char path[4][256];
	static int next;
	char *here = path[next++ % 4];

	snprintf(here, sizeof(path[0]), "%s/%s", folder, name);
	return here;
}

static const char *file_write(const char *name, const char *bytes, size_t length)
{
	const char *path = file_path(name);
	FILE *file = fopen(path, "w");

	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
		abort();
	return path;
}

static void text_write(const char *name, const char *text)
{
	file_write(name, text, strlen(text));
}

static struct rack *load_text(const char *text, struct complaints *complaints)
{
	return config_text(file_path("test.conf"), text, complaints);
}

static struct rack *load_good(const char *text)
{
	return config_text_good(file_path("test.conf"), text);
}

/* ---- good files --------------------------------------------------------------------- */

static void test_plan_example(void)
{
	struct rack *rack = load_good(
		"rack    = { name = \"studio-a\"; };\n"
		"inputs  = ( { name = \"in\"; channels = 2;\n"
		"  connect = [\"system:capture_1\", \"system:capture_2\"]; } );\n"
		"nodes   = (\n"
		"  { module = \"trim\"; name = \"input\"; gain = -3.0; },\n"
		"  { module = \"eq\"; name = \"tone\";\n"
		"    band = ( { type = \"low_shelf\"; freq = 90.0; gain = 1; } ); },\n"
		"  { module = \"comp\"; name = \"glue\"; ratio = 1.6; key = \"input\"; "
		"},\n"
		"  { module = \"limiter\"; name = \"stream\"; bypass = true; },\n"
		"  { module = \"limiter\"; name = \"radio\"; from = [\"glue\"];\n"
		"    ceiling = -3.0; }\n"
		");\n"
		"outputs = ( { name = \"stream\"; from = [\"stream\"];\n"
		"  connect = (\"system:playback_1\", \"\"); monitor = true; },\n"
		"  { name = \"radio\"; align = \"air\"; mute = true; } );\n"
		"osc = { listen = \"0.0.0.0\"; port = 4000; allow = [\"10.0.0.0/8\"]; "
		"};\n");

	CHECK_TEXT(rack->name, "studio-a");
	CHECK(rack->node_count == 8, "%d", rack->node_count);
	CHECK_NEAR(rack->nodes[0].values[0], -3, 0, "gain");
	CHECK_NEAR(rack->nodes[1].values[1], 1, 0, "a choice by its word");
	CHECK_NEAR(rack->nodes[1].values[2], 90, 0, "freq");
	CHECK_NEAR(rack->nodes[1].values[3], 1, 0, "an int for a float");
	CHECK_NEAR(rack->nodes[2].values[1], (double)1.6f, 0, "ratio");
	CHECK(rack->nodes[2].values[1] == rack->nodes[2].loaded[1], "loaded");
	CHECK(rack->nodes[2].source_count[1] == 1, "a key by name alone");
	CHECK(rack->nodes[2].sources[1][0].index == 0, "key");
	CHECK_NEAR(rack->nodes[3].values[1], 1, 0, "bypass");
	CHECK(rack->nodes[4].sources[0][0].index == 2, "from");
	CHECK(rack->nodes[1].sources[0][0].index == 0, "the node above");
	CHECK(rack->nodes[0].sources[0][0].kind == FROM_INPUT, "the first input");
	CHECK(rack->nodes[5].sources[0][0].index == 3, "an output may share a name");
	CHECK(rack->nodes[6].sources[0][0].index == 4, "the last node");
	CHECK(rack->nodes[6].channels == 2, "channels follow");
	CHECK(rack->nodes[5].monitor && !rack->nodes[5].connect[1], "output");
	CHECK_TEXT(rack->nodes[6].align, "air");
	CHECK_NEAR(rack->nodes[6].values[0], 1, 0, "mute");
	CHECK(rack->nodes[4].line == 10, "line %d", rack->nodes[4].line);
	CHECK(rack->osc->port == 4000 && rack->osc->allow_count == 1, "osc");
	CHECK(rack->osc->allow[0].mask == 0xff000000u, "mask");
	CHECK(rack->osc->allow[0].role == ROLE_CONTROL && !rack->osc->allow[0].trust,
	      "a network by itself");
	rack_destroy(rack);
}

static void test_defaults(void)
{
	struct rack *rack = load_good("");

	CHECK(rack->input_count == 1 && rack->inputs[0].channels == 2,
	      "one stereo input");
	CHECK_TEXT(rack->inputs[0].name, "in");
	CHECK(rack->node_count == 2, "an output and the rack");
	CHECK_TEXT(rack->nodes[0].name, "out");
	CHECK(rack->nodes[0].sources[0][0].kind == FROM_INPUT, "passed through");
	CHECK_TEXT(rack->osc->listen, "127.0.0.1");
	CHECK(rack->osc->port == 3345, "%d", rack->osc->port);
	rack_destroy(rack);

	rack = load_good("inputs = ( { name = \"mic\"; channels = 1; },\n"
			 "  { name = \"line\"; channels = 4; } );\n"
			 "nodes = ( { module = \"trim\"; name = \"a\"; },\n"
			 "  { module = \"comp\"; name = \"b\"; from = [\"a\", "
			 "\"line\", \"c\"];\n"
			 "    key = [\"mic\"]; },\n"
			 "  { module = \"tone\"; name = \"c\"; channels = 4; },\n"
			 "  { module = \"trim\"; name = \"d\"; } );\n");
	CHECK(rack->nodes[0].channels == 1, "mono stays");
	CHECK(rack->nodes[1].channels == 4, "mono to many");
	CHECK(rack->nodes[1].source_count[0] == 3, "a source below");
	CHECK(rack->nodes[2].source_count[0] == 0, "a generator takes nothing");
	CHECK(rack->nodes[3].sources[0][0].index == 2, "but is taken");
	CHECK(rack->nodes[3].channels == 4, "%d", rack->nodes[3].channels);
	rack_destroy(rack);
}

/* ---- bad files ---------------------------------------------------------------------- */

#define NODES(text) "nodes = (\n" text "\n);\n"
#define TRIM(keys) NODES("{ module = \"trim\"; name = \"a\"; " keys " }")

static const struct bad {
	const char *text;
	int line;
	const char *words[2];
} bads[] = {
	/* syntax */
	{ "rack = {\n name = \"a\" oops\n};", 3, { "syntax error", "at or before" } },
	{ "a = 1;\na = 2;", 2, { "duplicate", "a = 2" } },
	{ "nodes = (\n{ module = \"trim\"; name = \"a\"; },\n);",
	  3,
	  { "syntax", "comma" } },
	{ "nodes = (\n  {\n  )\n", 3, { "\")\"", "line 2" } },
	{ "nodes = (\n", 1, { "\"(\"", "never closed" } },
	{ "rack = {};\n}\n", 2, { "closes nothing" } },
	{ "rack = {\n name = \"a;\n};", 2, { "string", "isn't closed" } },
	{ "\n/* no end\nrack = {};\n", 2, { "/*", "isn't closed" } },
	{ "rack = {}; @include \"x\"\n", 1, { "@include", "line of its own" } },
	/* sections */
	{ "\nnode = ();", 2, { "unknown key \"node\"", "did you mean \"nodes\"" } },
	{ "nodes = { };", 1, { "found a group", "would accept a list" } },
	{ "rack = ( );", 1, { "found a list", "would accept a group" } },
	{ "nodes = ( 3 );", 1, { "nodes/1: found 3", "a group { }" } },
	{ "inputs = ( );", 1, { "inputs: found 0", "1 to" } },
	{ "outputs = ( );", 1, { "outputs: found none", "at least one" } },
	/* rack */
	{ "rack = {\n latency = -1; };", 2, { "found -1", "0 to 192000" } },
	{ "rack = {\n latency = 1.5; };", 2, { "found 1.5", "a whole number" } },
	{ "rack = {\n name = 3; };", 2, { "found 3", "a string" } },
	{ "rack = {\n title = 3; };",
	  2,
	  { "title", "name, latency, files, scenes, empty, mute" } },
	{ "rack = {\n files = \"/nowhere\"; };", 2, { "/nowhere", "a folder" } },
	/* names */
	{ TRIM("};\n{ module = \"eq\"; name = \"Eq\";"),
	  2,
	  { "syntax error", "{ module = \"trim\"" } },
	{ NODES("{ module = \"trim\"; name = \"Big\"; }"), 2, { "\"Big\"", "a-z" } },
	{ NODES("{ module = \"trim\"; name = \"\"; }"), 2, { "\"\"", "a-z" } },
	{ NODES("{ module = \"trim\"; name = \"a234567890b234567890c234567890d23\"; }"),
	  2,
	  { "d23", "up to 31" } },
	{ NODES("{ module = \"trim\"; name = \"rack\"; }"),
	  2,
	  { "rack's own", "another" } },
	{ NODES("{ module = \"trim\"; }"), 2, { "no name", "would accept name" } },
	{ NODES("{ module = \"trim\"; name = \"a\"; },\n\n{ module = \"eq\";\nname = "
		"\"a\"; }"),
	  5,
	  { "\"a\" again", "line 2" } },
	{ NODES("{ module = \"trim\"; name = \"in\"; }"),
	  2,
	  { "\"in\" again", "another" } },
	{ "inputs = ( { name = \"x\"; },\n{ name = \"x\"; } );",
	  2,
	  { "again", "line 1" } },
	{ "outputs = ( { name = \"x\"; },\n{ name = \"x\"; } );",
	  2,
	  { "again", "line 1" } },
	{ "outputs = (\n{ name = \"in\"; } );", 2, { "an input", "another" } },
	/* modules and keys */
	{ NODES("{ module = \"trimm\"; name = \"a\"; }"),
	  2,
	  { "trimm", "mean \"trim\"" } },
	{ NODES("{ module = \"output\"; name = \"a\"; }"),
	  2,
	  { "output", "comp, eq" } },
	{ NODES("{ module = \"rack\"; name = \"a\"; }"), 2, { "rack", "comp, eq" } },
	{ NODES("{ name = \"a\"; }"), 2, { "no module", "comp, eq" } },
	{ TRIM("\n gian = 3.0;"), 3, { "\"gian\"", "did you mean \"gain\"" } },
	{ TRIM("\n ratio = 3.0;"), 3, { "\"ratio\"", "module, name, from, gain" } },
	{ TRIM("key = [\"in\"];"), 2, { "\"key\"", "would accept" } },
	{ NODES("{ module = \"tone\"; name = \"a\"; from = \"in\"; }"),
	  2,
	  { "from", "channels" } },
	/* values */
	{ TRIM("gain = 99;"), 2, { "a/gain: found 99", "-36 to 36 dB" } },
	{ TRIM("gain = -36.01;"), 2, { "found -36.01", "-36 to 36 dB" } },
	{ TRIM("gain = \"loud\";"), 2, { "found \"loud\"", "-36 to 36 dB" } },
	{ TRIM("gain = true;"), 2, { "found true", "-36 to 36 dB" } },
	{ TRIM("gain = 1e999;"), 2, { "found inf", "-36 to 36 dB" } },
	{ TRIM("gain = [1.0];"), 2, { "found an array", "-36 to 36 dB" } },
	{ TRIM("taps = 4294967304;"), 2, { "found 4294967304", "1 to 64" } },
	{ TRIM("taps = 3000000000;"), 2, { "found 3000000000", "1 to 64" } },
	{ TRIM("taps = 0x100000008;"), 2, { "found 4294967304", "1 to 64" } },
	{ TRIM("taps = 8.5;"), 2, { "found 8.5", "a whole number" } },
	{ TRIM("taps = 99999999999999999999;"), 2, { "too large", "" } },
	{ TRIM("swap = 2;"), 2, { "found 2", "true or false" } },
	{ TRIM("bypass = \"on\";"), 2, { "found \"on\"", "true or false" } },
	{ NODES("{ module = \"comp\"; name = \"a\"; tallk = \"in\"; }"),
	  2,
	  { "\"tallk\"", "did you mean \"talk\"" } },
	{ NODES("{ module = \"comp\"; name = \"a\"; sixth = \"nobody\"; }"),
	  2,
	  { "\"nobody\"", "would accept" } },
	{ TRIM("clear = 1;"), 2, { "a trigger", "no such key" } },
	{ NODES("{ module = \"filer\"; name = \"a\"; kernel = \"x.wav\"; }"),
	  2,
	  { "files" } },
	{ "rack = { files = \"/tmp\"; };\n" NODES(
		  "{ module = \"filer\"; name = \"a\"; kernel = \"../x\"; }"),
	  3,
	  { "\"../x\"", "inside the folder" } },
#define EQ(band) NODES("{ module = \"eq\"; name = \"a\"; band = " band "; }")
	{ EQ("( { type = \"low_shelv\"; } )"),
	  2,
	  { "a/band/1", "mean \"low_shelf\"" } },
	{ EQ("( { type = 1; } )"), 2, { "found 1", "a string" } },
	{ EQ("( { }, {\n frq = 3; } )"), 3, { "a/band/2", "mean \"freq\"" } },
	{ EQ("( {}, {}, {\n freq = 3; } )"),
	  3,
	  { "a/band/3/freq: found 3", "10 to 30000" } },
	{ EQ("{ freq = 300; }"), 2, { "found a group", "a list of up to 8" } },
	{ EQ("( 3 )"), 2, { "a/band/1: found 3", "a group" } },
	{ EQ("( {}, {}, {}, {}, {}, {}, {}, {}, {} )"), 2, { "found 9", "up to 8" } },
	/* links */
	{ TRIM("from = [\"b\"];"), 2, { "\"b\"", "in, a" } },
	{ TRIM("from = [\"inn\"];"), 2, { "\"inn\"", "mean \"in\"" } },
	{ TRIM("from = [ ];"), 2, { "0 names", "1 to 16" } },
	{ TRIM("from = 3;"), 2, { "found 3", "[\"name\", ...]" } },
	{ TRIM("from = [\"in\", \"in\"];"), 2, { "twice", "once" } },
	{ TRIM("from = [\"a\"];"), 2, { "loop a -> a", "" } },
	{ NODES("{ module = \"trim\"; name = \"a\"; from = \"c\"; },\n"
		"{ module = \"trim\"; name = \"b\"; },\n{ module = \"comp\"; name = "
		"\"c\"; }"),
	  2,
	  { "loop a -> b -> c -> a", "" } },
	{ NODES("{ module = \"trim\"; name = \"a\"; },\n"
		"{ module = \"comp\"; name = \"b\"; key = \"c\"; },\n"
		"{ module = \"trim\"; name = \"c\"; }"),
	  3,
	  { "loop b -> c -> b", "" } },
	{ "inputs = ( { name = \"x\"; channels = 3; }, { name = \"y\"; } );\n" TRIM(
		  "from = [\"x\", \"y\"];"),
	  3,
	  { "\"y\" with 2 channels where \"x\" has 3", "3 or 1" } },
	{ "inputs = ( { name = \"x\"; channels = 1; }, { name = \"y\"; } );\n" NODES(
		  "{ module = \"comp\"; name = \"a\"; key = \"y\"; }"),
	  3,
	  { "\"y\" with 2 channels", "would accept 1" } },
	{ "outputs = ( { name = \"x\"; from = \"y\"; } );",
	  1,
	  { "\"y\"", "would accept in" } },
	/* ports */
	{ "inputs = ( { name = \"x\"; channels = 9; } );", 1, { "found 9", "1 to 8" } },
	{ "inputs = ( { name = \"x\"; channels = 0; } );", 1, { "found 0", "1 to 8" } },
	{ "inputs = ( { name = \"x\"; connect = [\"a\"]; } );",
	  1,
	  { "found 1", "2 channels" } },
	{ "inputs = ( { name = \"x\"; connect = \"a\"; } );",
	  1,
	  { "\"a\"", "each of 2" } },
	{ "inputs = ( { name = \"x\"; chanels = 2; } );",
	  1,
	  { "mean \"channels\"", "" } },
	{ "outputs = ( { name = \"x\"; connect = [\"a\",\"b\",\"c\"]; } );",
	  1,
	  { "found 3", "2" } },
	{ "outputs = ( { name = \"x\"; connect = [1, 2]; } );",
	  1,
	  { "found 1", "a string" } },
	{ "outputs = ( { name = \"x\"; master = true; },\n"
	  "  { name = \"y\"; master = true; } );",
	  2,
	  { "found a second master (output x is one)", "would accept one" } },
	{ "outputs = ( { name = \"x\"; master = 1; } );",
	  1,
	  { "found 1", "true or false" } },
	{ "outputs = ( { name = \"x\"; monitor = 1; } );",
	  1,
	  { "found 1", "true or false" } },
	{ "outputs = ( { name = \"x\"; mute = 3; } );",
	  1,
	  { "found 3", "true or false" } },
	{ "outputs = ( { name = \"x\"; align = \"A B\"; } );",
	  1,
	  { "\"A B\"", "a-z" } },
	/* osc */
	{ "osc = 3;", 1, { "found 3", "a group" } },
	{ "osc = {\n port = 70000; };", 2, { "found 70000", "65535" } },
	{ "osc = {\n listen = \"localhost\"; };", 2, { "\"localhost\"", "IPv4" } },
	{ "osc = {\n listen = \"0.0.0.0\"; };", 2, { "a network can reach", "allow" } },
	{ "osc = {\n listen = \"10.0.0.1\"; allow = []; };",
	  2,
	  { "can reach", "allow" } },
	{ "osc = { allow = \"10.0.0.1\"; };",
	  1,
	  { "\"10.0.0.1\"", "[\"192.168.1.0/24\"" } },
	{ "osc = { allow = [\"10.0.0.1/33\"]; };", 1, { "10.0.0.1/33", "a network" } },
	{ "osc = { allow = [\"10.0.0.1/\"]; };", 1, { "10.0.0.1/", "a network" } },
	{ "osc = { allow = [\"10.1.2.3/16\"]; };",
	  1,
	  { "mask", "mean \"10.1.0.0/16\"" } },
	{ "osc = { prot = 1; };", 1, { "mean \"port\"", "" } },
	/* limits */
	{ "a = ((((((((((((((((((((1))))))))))))))))))));", 1, { "brackets", "16" } },
};

static void test_bad(void)
{
	char where[300];

	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad *bad = &bads[i];
		struct complaints complaints = { 0 };
		struct rack *rack = load_text(bad->text, &complaints);
		const char *said = complaints.text.bytes ? complaints.text.bytes : "";

		snprintf(where, sizeof(where), "%s:%d: ", file_path("test.conf"),
			 bad->line);
		CHECK(!rack && complaints.count > 0, "loaded:\n%s", bad->text);
		const char *line = strstr(said, where);
		for (int w = 0; w < 2; w++)
			CHECK(line && strstr(line, bad->words[w] ? bad->words[w] : ""),
			      "%d: no \"%s\" in:\n%sfor:\n%s", bad->line, bad->words[w],
			      said, bad->text);
		CHECK(complaints.count <= 2, "said too much:\n%s", said);
		rack_destroy(rack);
		text_finish(&complaints.text);
	}
}

/* All of them at once, none of them because of another. */
static void test_all_at_once(void)
{
	struct complaints complaints = { 0 };
	struct rack *rack = load_text(
		"rack = { nam = \"a\"; };\n"
		"nodes = (\n"
		"  { module = \"eqq\"; name = \"a\"; },\n"
		"  { module = \"trim\"; name = \"b\"; gain = 99; from = [\"a\"]; },\n"
		"  { module = \"limiter\"; name = \"c\"; ceiling = 1; }\n"
		");\n"
		"osc = { port = -1; };\n",
		&complaints);

	CHECK(!rack && complaints.count == 5, "%d:\n%s", complaints.count,
	      complaints.text.bytes);
	text_finish(&complaints.text);
}

/* ---- includes and files that mean harm ------------------------------------------------ */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The file is refused within a second, with these words. */
static void refuses(const char *path, const char *words)
{
	struct complaints complaints = { 0 };
	double start = now();
	struct rack *rack = config_load(path, &complaints);
	double took = now() - start;
	const char *said = complaints.text.bytes ? complaints.text.bytes : "";

	CHECK(!rack && strstr(said, words), "no \"%s\" in:\n%.2000s", words, said);
	CHECK(took < 1, "%s: %.2f s", words, took);
	rack_destroy(rack);
	text_finish(&complaints.text);
}

static void refuses_text(const char *text, const char *words)
{
	refuses(file_write("test.conf", text, strlen(text)), words);
}

static void test_includes(void)
{
	struct complaints complaints = { 0 };
	char where[300];

	mkdir(file_path("parts"), 0700);
	text_write("parts/nodes.conf",
		   "{ module = \"trim\"; name = \"a\"; },\n  @include "
		   "\"more.conf\" # beside this file\n");
	text_write("parts/more.conf",
		   "{ module = \"eq\";\n name = \"b\"; gain = 3.0; }\n");
	struct rack *rack =
		load_good("nodes = (\n@include \"parts/nodes.conf\"\n);\n"
			  "/*\n@include \"nowhere\"\n*/ rack = { mute = true; };");
	CHECK(rack->node_count == 4, "%d", rack->node_count);
	CHECK(rack->nodes[1].values[0] == 3, "read through two files");
	rack_destroy(rack);

	text_write("parts/more.conf",
		   "{ module = \"eq\";\n name = \"b\"; gian = 3.0; }");
	rack = load_text("nodes = (\n@include \"parts/nodes.conf\"\n);\nrakc = 3;\n",
			 &complaints);
	snprintf(where, sizeof(where), "%s:2: b: unknown",
		 file_path("parts/more.conf"));
	CHECK(!rack && strstr(complaints.text.bytes, where), "%s",
	      complaints.text.bytes);
	snprintf(where, sizeof(where), "%s:4: config: unknown", file_path("test.conf"));
	CHECK(strstr(complaints.text.bytes, where), "%s", complaints.text.bytes);
	text_finish(&complaints.text);
}

static void test_hostile_includes(void)
{
	char deep[32], text[64];

	mkfifo(file_path("fifo"), 0600);
	refuses(file_path("nowhere.conf"), "No such file");
	refuses(folder, "a folder");
	refuses(file_path("fifo"), "not a regular file");
	refuses("/dev/zero", "not a regular file");
	refuses_text("@include \".\"", "a folder");
	refuses_text("\n@include \"fifo\"", "test.conf:2: ");
	refuses_text("\n@include \"gone.conf\"", "gone.conf can't be opened");
	refuses_text("@include \"test.conf\"", "includes itself");
	refuses_text("@include \"\"", "without a file name");
	text_write("loop.conf", "@include \"test.conf\"");
	refuses_text("@include \"loop.conf\"", "includes itself");
	for (int i = 0; i < 12; i++) {
		snprintf(deep, sizeof(deep), "deep%d.conf", i);
		snprintf(text, sizeof(text), "@include \"deep%d.conf\"\n", i + 1);
		text_write(deep, text);
	}
	refuses(file_path("deep0.conf"), "more than 8 deep");
	refuses_text("@include \"a\" a = 3;", "would accept it alone");
	/* 8 files that each include the next 20 times: 20^8 lines, were they read. */
	for (int i = 0; i < 7; i++) {
		char many[1024] = "";

		snprintf(text, sizeof(text), "@include \"bomb%d.conf\"\n", i + 1);
		for (int n = 0; n < 20; n++)
			strcat(many, text);
		snprintf(deep, sizeof(deep), "bomb%d.conf", i);
		text_write(deep, many);
	}
	text_write("bomb7.conf", "\n");
	refuses(file_path("bomb0.conf"), "more than 64 files");
}

static void refuses_bytes(char *bytes, size_t length, const char *words)
{
	refuses(file_write("test.conf", bytes, length), words);
}

static void test_hostile_bytes(void)
{
	enum { BYTES = 1 << 20 };
	char *bytes = malloc(BYTES + 1);
	size_t length = 0;

	if (!bytes)
		abort();
	memset(bytes, 'x', BYTES);
	bytes[sprintf(bytes, "a = \"")] = 'x';
	refuses_bytes(bytes, BYTES, "would accept 262144");
	bytes[200000] = '"';
	refuses_bytes(bytes, 200001, "a string of more than 1024 bytes");
	for (int i = 0; i < 20000; i++)
		length += (size_t)sprintf(bytes + length, "k%d=1;\n", i);
	refuses_bytes(bytes, length, "more than 512 keys");
	length = (size_t)sprintf(bytes, "nodes = (");
	for (int i = 0; i < 20000; i++)
		length += (size_t)sprintf(bytes + length, "{},");
	refuses_bytes(bytes, length, "more than 1024 items");
	length = (size_t)sprintf(bytes, "a = ");
	for (int i = 0; i < 80000; i++)
		length += (size_t)sprintf(bytes + length, "\"\" ");
	refuses_bytes(bytes, length, "unknown key \"a\"");
	memset(bytes, '(', BYTES);
	bytes[sprintf(bytes, "a = ")] = '(';
	refuses_bytes(bytes, 200000, "brackets");
	memset(bytes, 0, BYTES);
	refuses_bytes(bytes, 100, "a NUL byte");
	memset(bytes, '\n', BYTES);
	refuses_bytes(bytes, 200000, "nodes: found none");
	length = 0;
	length += (size_t)sprintf(bytes, "nodes = (\n");
	for (int i = 0; i < 300; i++)
		length += (size_t)sprintf(bytes + length,
					  "%s{ module = \"eq\"; name = \"n%d\"; }\n",
					  i ? "," : "", i);
	length += (size_t)sprintf(bytes + length, ");\n");
	refuses_bytes(bytes, length, "more than 254 nodes");
	free(bytes);
}

static void test_files(void)
{
	char text[512], path[256];

	mkdir(file_path("kernels"), 0700);
	text_write("kernels/hall.wav", "x");
	struct rack *rack = load_good("rack = { files = \"kernels\"; };\n"
				      "nodes = ( { module = \"filer\"; name = \"a\";\n"
				      "  kernel = \"hall.wav\"; } );\n");
	snprintf(path, sizeof(path), "%s", file_path("kernels/hall.wav"));
	CHECK_TEXT(rack->nodes[0].files[0]->path, path);
	CHECK_TEXT(rack_setup(rack, 0, 48000).files[0]->path, path);
	struct text printed = { 0 };
	config_print(rack, &printed);
	snprintf(text, sizeof(text), "%s", printed.bytes);
	rack_destroy(rack);
	rack = load_good(text);
	CHECK_TEXT(rack->nodes[0].files[0]->path, path);
	rack_destroy(rack);
	text_finish(&printed);
}

/* Names of an earlier version are read; what is printed has the new ones. */
static void test_renamed(void)
{
	struct rack *rack = load_good(
		NODES("{ module = \"eq\"; name = \"tone\"; "
		      "bell = ( { frequency = 90.0; }, { freq = 180.0; } ); },\n"
		      "{ module = \"comp\"; name = \"glue\"; thresh = -12.5; }"));
	struct text printed = { 0 };
	int node, param;

	CHECK(rack_find_param(rack, "tone/bell/1/frequency", &node, &param), "old");
	CHECK_NEAR(rack->nodes[node].values[param], 90, 0, "frequency");
	CHECK(rack_find_param(rack, "tone/band/2/freq", &node, &param), "new");
	CHECK_NEAR(rack->nodes[node].values[param], 180, 0, "freq");
	CHECK(!rack_find_param(rack, "tone/thresh", &node, &param), "another's");
	CHECK_NEAR(rack->nodes[1].values[0], -12.5, 0, "thresh");
	config_print(rack, &printed);
	CHECK(strstr(printed.bytes, "threshold = -12.5") &&
		      !strstr(printed.bytes, "frequency") &&
		      !strstr(printed.bytes, "bell ="),
	      "%s", printed.bytes);
	text_finish(&printed);
	rack_destroy(rack);
}

int main(void)
{
	strcpy(folder, "/tmp/lathe-test-config-XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	test_plan_example();
	test_defaults();
	test_bad();
	test_all_at_once();
	test_includes();
	test_hostile_includes();
	test_hostile_bytes();
	test_files();
	test_renamed();
	char command[128];
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command) != 0)
		return 1;
	return test_result();
}
