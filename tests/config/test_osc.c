/* test_osc.c - the config's `osc` section: networks, clients, limits, and what is said
 * about faults in them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/print.h"
#include "daemon/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/config_text.h"
#include "tests/support/model_modules.h"
#include "tests/support/test.h"

static char path[] = "/tmp/lathe-test-config-osc-XXXXXX";

static struct rack *load_good(const char *text)
{
	return config_text_good(path, text);
}

static void test_who(void)
{
	struct rack *rack = load_good(
		"nodes = ( { module = \"limiter\"; name = \"limit\"; } );\n"
		"osc = { listen = \"0.0.0.0\"; announce = false;\n"
		"  allow = ( \"10.0.0.0/8\", { network = \"10.1.0.0/16\"; role = "
		"\"admin\"; trust = true; },\n"
		"            { network = \"10.2.0.1\"; role = \"view\"; } );\n"
		"  clients = ( { address = \"10.3.0.1:9000\"; },\n"
		"    { address = \"10.3.0.2:9001\"; role = \"view\"; pattern = "
		"\"limit/*\"; rate = 5; } );\n"
		"  limits = ( { param = \"*/ceiling\"; max = \"config\"; },\n"
		"    { role = \"admin\"; param = \"/limit/ceiling\"; min = -6; max = "
		"-1.5; } );\n"
		"};\n");
	const struct osc_settings *osc = rack->osc;

	CHECK(osc->quiet && osc->allow_count == 3 && osc->regular_count == 2 &&
		      osc->limit_count == 2,
	      "counts");
	CHECK(osc->allow[0].role == ROLE_CONTROL && !osc->allow[0].trust, "plain");
	CHECK(osc->allow[1].role == ROLE_ADMIN && osc->allow[1].trust, "trusted");
	CHECK(osc->allow[2].role == ROLE_VIEW && osc->allow[2].mask == ~0u, "a host");
	CHECK(osc->regulars[0].port == 9000 && osc->regulars[0].address == 0x0a030001 &&
		      osc->regulars[0].role == ROLE_CONTROL,
	      "client");
	CHECK_TEXT(osc->regulars[0].pattern, "/*");
	CHECK_TEXT(osc->regulars[1].pattern, "/limit/*");
	CHECK_NEAR(osc->regulars[1].rate, 5, 0, "rate");
	CHECK(osc->limits[0].as_config && osc->limits[0].has_max &&
		      !osc->limits[0].has_min && osc->limits[0].role == ROLE_CONTROL,
	      "as the config");
	CHECK(osc->limits[1].min == -6 && osc->limits[1].max == -1.5 &&
		      osc->limits[1].role == ROLE_ADMIN,
	      "min and max");
	struct text text = { .length = 0 };
	config_print(rack, &text);
	struct rack *again = load_good(text.bytes);
	const struct osc_settings *other = again->osc;
	CHECK(other->quiet && other->allow_count == 3 && other->regular_count == 2 &&
		      other->limit_count == 2 &&
		      memcmp(osc->allow, other->allow, 3 * sizeof(*osc->allow)) == 0 &&
		      memcmp(osc->regulars, other->regulars,
			     2 * sizeof(*osc->regulars)) == 0 &&
		      memcmp(osc->limits, other->limits, 2 * sizeof(*osc->limits)) == 0,
	      "printed, it loads back: %s", text.bytes);
	rack_destroy(again);
	text_finish(&text);
	rack_destroy(rack);
}

static const struct {
	const char *text;
	int line;
	const char *words[2];
} bads[] = {
	{ "osc = { allow = ( 3 ); };", 1, { "found 3", "network = " } },
	{ "osc = { allow = ( { role = \"view\"; } ); };",
	  1,
	  { "no network", "network = " } },
	{ "osc = { allow = ( { network = \"10.0.0.1\";\n role = \"boss\"; } ); };",
	  2,
	  { "\"boss\"", "\"view\", \"control\", \"admin\"" } },
	{ "osc = { allow = ( { network = \"10.0.0.1\"; turst = true; } ); };",
	  1,
	  { "turst", "mean \"trust\"" } },
	{ "osc = { clients = 3; };", 1, { "found 3", "192.168.1.20:9000" } },
	{ "osc = { clients = ( { address = \"10.0.0.1\"; } ); };",
	  1,
	  { "\"10.0.0.1\"", "its port" } },
	{ "osc = { clients = ( { address = \"10.0.0.1:0\"; } ); };",
	  1,
	  { "\"10.0.0.1:0\"", "its port" } },
	{ "osc = { clients = ( { address = \"127.0.0.1:9\"; rate = 60; } ); };",
	  1,
	  { "found 60", "0.1 to 50" } },
	{ "osc = { clients = ( { address = \"127.0.0.1:9\"; pattern = \"/[\"; } ); };",
	  1,
	  { "\"/[\"", "pattern" } },
	{ "osc = { clients = ( { rate = 20; } ); };",
	  1,
	  { "no address", "address = " } },
	{ "osc = { clients = ( { address = \"127.0.0.1:9\"; },\n"
	  "{ address = \"127.0.0.1:8\"; role = \"view\"; } ); };",
	  2,
	  { "\"view\"", "\"control\" above" } },
	{ "osc = {\n clients = ( { address = \"10.0.0.1:9\"; } ); };",
	  2,
	  { "127.0.0.1 does not reach", "0.0.0.0" } },
	{ "osc = { limits = ( { max = 3; } ); };", 1, { "no param", "param = " } },
	{ "osc = { limits = ( { param = \"rack/mute\"; } ); };",
	  1,
	  { "no min or max", "max = " } },
	{ "osc = { limits = ( { param = \"no/such\"; max = 3; } ); };",
	  1,
	  { "/no/such", "--describe" } },
	{ "osc = { limits = ( { param = \"rack/mute\"; max = \"loud\"; } ); };",
	  1,
	  { "\"loud\"", "\"config\"" } },
	{ "osc = { limits = ( { param = \"rack/mute\"; min = 1; max = 0; } ); };",
	  1,
	  { "min 1 above max 0", "other way" } },
	{ "osc = { announce = 1; };", 1, { "found 1", "true or false" } },
};

static void test_bad(void)
{
	char where[300];

	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		struct complaints complaints = { 0 };
		struct rack *rack = config_text(path, bads[i].text, &complaints);

		snprintf(where, sizeof(where), "%s:%d: ", path, bads[i].line);
		const char *said = complaints.text.bytes ? complaints.text.bytes : "";
		const char *line = strstr(said, where);
		CHECK(!rack && complaints.count == 1, "%d said:\n%s%s",
		      complaints.count, bads[i].text, said);
		for (int w = 0; w < 2; w++)
			CHECK(line && strstr(line, bads[i].words[w]),
			      "no \"%s\" in:\n%s", bads[i].words[w], said);
		rack_destroy(rack);
		text_finish(&complaints.text);
	}
}

int main(void)
{
	int file = mkstemp(path);

	if (file < 0)
		return 1;
	close(file);
	test_who();
	test_bad();
	unlink(path);
	return test_result();
}
