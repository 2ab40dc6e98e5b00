/* regex.c - bounds what a regular expression of the config may cost. glibc writes repetitions
 * out: "((x{1,99}){1,99}){1,99}" becomes a million states and gigabytes. Pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/regex.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct size {
	long sum, last; /* atoms of the group so far, and of its newest part */
};

/* What follows "[...]". */
static const char *skip_bracket(const char *at)
{
	at += at[1] == '^' ? 2 : 1;
	at += *at == ']';
	while (*at && *at != ']') {
		const char *inner = at[0] == '[' && at[1] ? strchr(":.=", at[1]) : NULL;
		const char *end = inner ? strchr(at + 2, ']') : NULL;

		at = end ? end + 1 : at + 1;
	}
	return *at ? at + 1 : at;
}

/* How often "{n,m}" writes its atom out; 1 if it is not a repetition. Moves behind it. */
static long take_count(const char **at)
{
	char *end;
	long least = strtol(*at + 1, &end, 10);

	if (least > REGEX_ATOMS_MAX)
		least = REGEX_ATOMS_MAX + 1;
	long most = least;

	if (!isdigit((unsigned char)(*at)[1]) && (*at)[1] != ',') {
		++*at;
		return 1;
	}
	if (*end == ',')
		most = isdigit((unsigned char)end[1]) ? strtol(end + 1, &end, 10)
						      : least + 1;
	end = strchr(end, '}');
	*at = end ? end + 1 : *at + 1;
	if (least > REGEX_ATOMS_MAX || most > REGEX_ATOMS_MAX)
		return REGEX_ATOMS_MAX + 1;
	return most > least ? most : least > 1 ? least : 1;
}

/* The part is there `times` times. */
static void repeat(struct size *size, long times)
{
	size->sum += size->last * (times - 1);
	size->last *= times;
}

/* One element. False: it leads back to an earlier group. */
static bool take_element(const char **at, struct size groups[], int *depth)
{
	struct size *size = &groups[*depth];

	if (**at == '{') {
		repeat(size, take_count(at));
		return true;
	}
	if (**at == '+')
		repeat(size, 2);
	if (**at == '\\' && isdigit((unsigned char)(*at)[1]))
		return false;
	if (**at == '(') {
		groups[++*depth] = (struct size) { .sum = 0 };
	} else if (**at == ')' && *depth > 0) {
		size[-1].last = size->sum;
		size[-1].sum += size->sum;
		--*depth;
	} else if (!strchr("+*?", **at)) {
		size->last = 1;
		size->sum++;
	}
	if (**at == '[')
		*at = skip_bracket(*at);
	else
		*at += **at == '\\' && (*at)[1] ? 2 : 1;
	return true;
}

const char *regex_refusal(const char *pattern)
{
	struct size groups[REGEX_DEPTH_MAX + 2] = { { 0 } };
	int depth = 0;

	for (const char *at = pattern; *at;) {
		if (!take_element(&at, groups, &depth))
			return "found a back-reference like \\1, would accept none";
		if (depth > REGEX_DEPTH_MAX)
			return "found groups nested more than 8 deep, would accept "
			       "fewer";
		if (groups[depth].sum > REGEX_ATOMS_MAX)
			return "found repetitions that come to more than 400 "
			       "characters, would accept smaller numbers in { }";
	}
	return NULL;
}
