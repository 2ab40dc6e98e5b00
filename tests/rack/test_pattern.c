/* test_pattern.c - OSC 1.0 patterns, and that no pattern is slow. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "daemon/rack/pattern.h"
#include "tests/support/test.h"

static bool matches(const char *text, const char *address)
{
	struct pattern pattern;
	const char *why;

	return pattern_compile(&pattern, text, strlen(text), &why) &&
	       pattern_match(&pattern, address);
}

static void test_matching(void)
{
	static const struct {
		const char *pattern, *address;
		bool match;
	} rows[] = {
		{ "/eq/gain", "/eq/gain", true },
		{ "/eq/gain", "/eq/gai", false },
		{ "/eq/gai", "/eq/gain", false },
		{ "/*/gain", "/eq/gain", true },
		{ "/*", "/eq/gain", false },
		{ "/*/*", "/eq/gain", true },
		{ "/e?/gain", "/eq/gain", true },
		{ "/e?/gain", "/e/gain", false },
		{ "/eq?gain", "/eq/gain", false },
		{ "/e*q/gain", "/eq/gain", true },
		{ "/e**q/*n", "/eq/gain", true },
		{ "/band/[1-3]/q", "/band/2/q", true },
		{ "/band/[1-3]/q", "/band/4/q", false },
		{ "/band/[3-1]/q", "/band/2/q", true },
		{ "/band/[!1-3]/q", "/band/4/q", true },
		{ "/band/[!1-3]/q", "/band/3/q", false },
		{ "/band[!a]3/q", "/band/3/q", false },
		{ "/x[a-]", "/x-", true },
		{ "/{eq,comp}/gain", "/comp/gain", true },
		{ "/{eq,comp}/gain", "/eq/gain", true },
		{ "/{eq,comp}/gain", "/limiter/gain", false },
		{ "/{eq,eq2}/gain", "/eq2/gain", true },
		{ "/{,a}b", "/b", true },
		{ "/{a,}b", "/ab", true },
		{ "/{a,b}{c,d}*", "/bd", true },
		{ "/{a,b}{c,d}*", "/bdxyz", true },
		{ "/{a,b}{c,d}*", "/b", false },
		{ "/*a*b*c", "/xxaxxbxxc", true },
		{ "/*a*b*c", "/xxaxxbxx", false },
		{ "/a,b", "/a,b", true },
		{ "/*/mute", "/rack/mute", false },
		{ "/r*/mute", "/rack/mute", false },
		{ "/rac?/mute", "/rack/mute", false },
		{ "/rack/*", "/rack/mute", true },
		{ "/*/mute", "/racks/mute", true },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(matches(rows[i].pattern, rows[i].address) == rows[i].match,
		      "%s on %s", rows[i].pattern, rows[i].address);
}

static void test_broken(void)
{
	static const char *const broken[] = { "",      "a",    "/[",      "/[]",
					      "/[!]",  "/[a",  "/]",      "/{",
					      "/{a",   "/}",   "/{a{b}}", "/{a/b}",
					      "/{a*}", "/a]b", "/{[}]" };
	struct pattern pattern;
	const char *why;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		CHECK(!pattern_compile(&pattern, broken[i], strlen(broken[i]), &why) &&
			      *why,
		      "%s", broken[i]);
}

static void test_why(void)
{
	static const struct {
		const char *text, *part;
	} rows[] = { { "/{a/b}", "holds a /" }, { "/{a{b}}", "plain words" },
		     { "/{a", "no partner" },   { "/{a/b", "no partner" },
		     { "/a]", "no partner" },   { "/[]", "is empty" } };
	struct pattern pattern;
	const char *why;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(!pattern_compile(&pattern, rows[i].text, strlen(rows[i].text),
				       &why) &&
			      strstr(why, rows[i].part),
		      "%s: %s", rows[i].text, why);
}

static void test_covers(void)
{
	struct pattern pattern;
	const char *why;

	CHECK(pattern_compile(&pattern, "/*", 2, &why), "%s", why);
	CHECK(pattern_covers(&pattern, "/eq/band/3/gain"), "below a match");
	CHECK(!pattern_covers(&pattern, "/rack/mute"), "not the rack");
	CHECK(pattern_compile(&pattern, "/eq/meter", 9, &why), "%s", why);
	CHECK(pattern_covers(&pattern, "/eq/meter/in/1"), "below");
	CHECK(!pattern_covers(&pattern, "/eq/meters"), "whole parts only");
	CHECK(!pattern_covers(&pattern, "/eq"), "above");
	CHECK(pattern_compile(&pattern, "/rack", 5, &why), "%s", why);
	CHECK(pattern_covers(&pattern, "/rack/output/main/mute"), "the rack");
}

/* Backtracking would take longer than the universe is old. */
static void test_speed(void)
{
	char text[PATTERN_BYTES_MAX + 1] = "/", address[129] = "/";

	for (int i = 1; i < 127; i += 2)
		memcpy(text + i, "*a", 3);
	memset(address + 1, 'a', 127);
	address[127] = 'b';
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < 100; i++)
		CHECK(!matches(text, address), "no match");
	clock_gettime(CLOCK_MONOTONIC, &to);
	double ms = 10.0 * (double)(to.tv_sec - from.tv_sec) +
		    1e-8 * (double)(to.tv_nsec - from.tv_nsec);
	CHECK(ms < 5.0, "%.3f ms each", ms);
}

int main(void)
{
	test_matching();
	test_broken();
	test_why();
	test_covers();
	test_speed();
	return test_result();
}
