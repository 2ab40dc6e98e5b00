/* test_address.c - every address is found, with its verb; what is none is explained. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/address.h"
#include "daemon/osc/commands.h"

#include <stdio.h>

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static int find(const struct addresses *addresses, const char *path, enum verb *verb)
{
	return address_find(addresses, path, (int)strlen(path), verb);
}

static void test_find(void)
{
	struct rack *rack = fake_rack(0);
	struct addresses *addresses = addresses_create(rack);
	enum verb verb;
	int count = address_count(addresses);

	for (int i = 0; i < count; i++) {
		const struct leaf *leaf = address_leaf(addresses, i);
		CHECK(find(addresses, leaf->path, &verb) == i && verb == VERB_VALUE,
		      "%s", leaf->path);
		if (leaf->param)
			CHECK(address_of_param(addresses, leaf->node, leaf->index) == i,
			      "%s", leaf->path);
	}
	static const struct {
		const char *path;
		enum verb verb;
	} verbs[] = { { "/eq/band/3/gain/norm", VERB_NORM },
		      { "/eq/gain/text", VERB_TEXT },
		      { "/eq/bypass/toggle", VERB_TOGGLE },
		      { "/rack/output/main/mute/toggle", VERB_TOGGLE },
		      { "/rack/mute/reset", VERB_RESET },
		      { "/eq/gain/adjust", VERB_ADJUST },
		      { "/eq/gain/ramp", VERB_RAMP },
		      { "/eq/meter/peak/text", VERB_TEXT } };
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		CHECK(find(addresses, verbs[i].path, &verb) >= 0 &&
			      verb == verbs[i].verb,
		      "%s", verbs[i].path);
	static const char *const none[] = { "/",
					    "/eq",
					    "/eq/",
					    "/eq/band/0/gain",
					    "/eq/band/9/gain",
					    "/eq/norm",
					    "/eq/meter/peak/norm",
					    "/text",
					    "/eq/gain/norm/norm",
					    "/eq/gainn",
					    "/eq/band/3/gain/x" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(find(addresses, none[i], &verb) < 0, "%s", none[i]);
	addresses_destroy(addresses);
	rack_destroy(rack);
}

static int matching(const struct addresses *addresses, const char *text, bool below)
{
	uint64_t bits[64];
	struct pattern pattern;
	const char *why;

	CHECK(pattern_compile(&pattern, text, strlen(text), &why), "%s: %s", text, why);
	int found = address_match(addresses, &pattern, below, bits), marked = 0;
	for (int i = 0; i < address_count(addresses); i++)
		marked += (int)(bits[i / 64] >> (i % 64) & 1);
	CHECK(found == marked, "%s: %d found, %d marked", text, found, marked);
	return found;
}

static void test_match(void)
{
	struct rack *rack = fake_rack(0);
	struct addresses *addresses = addresses_create(rack);

	CHECK(matching(addresses, "/*/bypass", false) == 2, "not the rack's");
	CHECK(matching(addresses, "/rack/bypass", false) == 1, "the rack's");
	CHECK(matching(addresses, "/rack/output/*/mute", false) == 1, "an output's");
	CHECK(matching(addresses, "/eq/band/*/gain", false) == 8, "a group");
	CHECK(matching(addresses, "/eq/band", true) == 16, "below a group");
	CHECK(matching(addresses, "/eq/band", false) == 0, "not the group itself");
	CHECK(matching(addresses, "/{eq,comp}/{gain,freq}", false) == 4, "words");
	CHECK(matching(addresses, "/*", true) ==
		      2 * (23 + meters_total(&fake_module, 2, true)),
	      "all but the rack");
	CHECK(matching(addresses, "/*/meter/in", true) == 4,
	      "two channels of two nodes");
	addresses_destroy(addresses);
	rack_destroy(rack);
}

/* Part by part finds what the pattern as a whole does. */
static void test_match_as_whole(void)
{
	static const char *const texts[] = {
		"/*",
		"/*/*",
		"/**/gain",
		"/*/band/[1-3]/{gain,freq}",
		"/e?/band/*/gain",
		"/[!e]*/gain",
		"/eq//gain",
		"/eq/",
		"//",
		"/",
		"/eq/band/3/gain/",
		"/{eq,comp}",
		"/{e,eq}/{g,gain}",
		"/*q*/*a*n*/*",
		"/rack/*/*/*",
		"/rack/*",
		"/r*/*",
		"/*/meter/*/*",
		"/*/meter/{in,out}/[12]",
		"/eq/band/*/*/*",
		"/*/*/*/*/*/*/*/*",
		"/*/*/*/*/*/*/*/*/*",
		"/[a/]q/gain",
		"/eq/b*d/?/*",
		"/{eq}/gain",
		"/*{q,p}/gain",
		"/eq/*[!x]/1/gain",
	};
	struct rack *rack = fake_rack(0);
	struct addresses *addresses = addresses_create(rack);

	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
		uint64_t exact[64], below[64];
		struct pattern pattern;
		const char *why;
		CHECK(pattern_compile(&pattern, texts[t], strlen(texts[t]), &why),
		      "%s: %s", texts[t], why);
		address_match(addresses, &pattern, false, exact);
		address_match(addresses, &pattern, true, below);
		for (int i = 0; i < address_count(addresses); i++) {
			const char *path = address_leaf(addresses, i)->path;
			CHECK((exact[i / 64] >> (i % 64) & 1) ==
				      pattern_match(&pattern, path),
			      "%s and %s", texts[t], path);
			CHECK((below[i / 64] >> (i % 64) & 1) ==
				      pattern_covers(&pattern, path),
			      "%s and below %s", texts[t], path);
		}
	}
	addresses_destroy(addresses);
	rack_destroy(rack);
}

static void explains(const struct addresses *addresses, const struct rack *rack,
		     const char *path, const char *wanted)
{
	char text[300];

	address_explain(addresses, rack, commands_all, path, text, sizeof(text));
	CHECK_TEXT(text, wanted);
}

static void test_explain(void)
{
	struct rack *rack = fake_rack(0);
	struct addresses *addresses = addresses_create(rack);

	explains(addresses, rack, "/eq/band/9/gain",
		 "no such parameter eq/band/9/gain: eq has 8 bands; did you mean "
		 "eq/band/1/gain?");
	explains(addresses, rack, "/eq/fraq",
		 "no such parameter eq/fraq: did you mean eq/freq?");
	explains(addresses, rack, "/cmp/gain",
		 "no node is called cmp; did you mean comp?");
	explains(addresses, rack, "/main/mute",
		 "main is an output; did you mean rack/output/main/mute?");
	explains(addresses, rack, "/main",
		 "main is an output; did you mean rack/output/main?");
	explains(addresses, rack, "/rack/histroy",
		 "no such address rack/histroy: did you mean rack/history?");
	explains(addresses, rack, "/rack/output/mian/mute",
		 "no such address rack/output/mian/mute: did you mean "
		 "rack/output/main/mute?");
	explains(addresses, rack, "/eq/reset",
		 "eq is no parameter, it has some: did you mean eq/* or eq/*/*/*?");
	explains(addresses, rack, "/eq/band/3",
		 "eq/band/3 is no parameter, it has some: did you mean eq/band/3/*?");
	char path[129] = "/eq/";
	memset(path + 4, 'x', sizeof(path) - 5);
	path[sizeof(path) - 1] = '\0';
	char text[100];
	address_explain(addresses, rack, commands_all, path, text, sizeof(text));
	CHECK(strlen(text) < sizeof(text), "cut, not overrun");
	addresses_destroy(addresses);
	rack_destroy(rack);
}

int main(void)
{
	test_find();
	test_match();
	test_match_as_whole();
	test_explain();
	return test_result();
}
