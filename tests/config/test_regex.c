/* test_regex.c - which patterns of ports are bounded, and that what is accepted is cheap. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/regex.h"

#include "tests/support/test.h"

#include <regex.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *const good[] = {
	"system:capture_1",
	"system:capture_[0-9]+",
	"(alsa|system):playback_(1|2)",
	"Firefox.*:output_F[LR]",
	"a{2}b{1,99}",
	"[]{(*+]{1,9}[[:alnum:]](x)",
	"[^](]+\\(1\\)",
	"not a regex (",
	"{",
	"a{x}",
	"*",
	")",
	"",
	/* The most that is accepted. */
	"((((((((x+)+)+)+)+)+)+)+)",
	"(x{0,99}){0,4}",
	"(.{0,31}.{0,31}){0,6}",
	"(x?){0,400}",
};
static const char *const bad[][2] = {
	{ "((x{1,99}){1,99}){1,99}", "{ }" },
	{ "(x{0,99}){0,5}", "{ }" },
	{ "x{99}{99}", "{ }" },
	{ "x{1,32767}", "{ }" },
	{ "x{99999999999999999999}", "{ }" },
	{ "x{99999999999999999999,}", "{ }" },
	{ "x{,32767}", "{ }" },
	{ "((((((((x+)+)+)+)+)+)+)+){0,2}", "{ }" },
	{ "[a]{1,99}[[:alpha:]]{1,999}", "{ }" },
	{ "(((((((((x)))))))))", "nested" },
	{ "(a*)*\\1", "back-reference" },
};

static long resident_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

int main(void)
{
	char name[321];
	long before = resident_kb();

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *refusal = regex_refusal(good[i]);
		regex_t regex;

		CHECK(!refusal, "%s: %s", good[i], refusal);
		if (refusal || regcomp(&regex, good[i], REG_EXTENDED | REG_NOSUB) != 0)
			continue;
		regexec(&regex, name, 0, NULL, 0);
		regfree(&regex);
	}
	long grown = resident_kb() - before;
	printf("the accepted patterns took %ld kB\n", grown);
	CHECK(grown < 32 * 1024, "%ld kB", grown);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *refusal = regex_refusal(bad[i][0]);

		CHECK(refusal && strstr(refusal, bad[i][1]), "%s: %s", bad[i][0],
		      refusal ? refusal : "accepted");
	}
	return test_result();
}
