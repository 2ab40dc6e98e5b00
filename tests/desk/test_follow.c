/* test_follow.c - followers: each function is called in the order in which they were added,
 * and only where there is one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/follow.h"

#include "tests/support/test.h"

#include <string.h>

static char said[64];

static void say(const char *word)
{
	strcat(said, word);
}

static void on_before(void *context, const struct action *action)
{
	CHECK(action->count == 2, "the action");
	say(context);
}

static void on_touched(void *context)
{
	say(context);
}

static void on_named(void *context, const char *scene)
{
	say(context);
	say(scene);
}

static bool is_busy(const void *context)
{
	return *(const char *)context == 'b';
}

int main(void)
{
	struct follower *first = NULL;
	struct follower a = { .context = "a",
			      .before = on_before,
			      .touched = on_touched,
			      .busy = is_busy };
	struct follower b = { .context = "b", .before = on_before, .busy = is_busy };
	struct follower c = { .context = "c",
			      .touched = on_touched,
			      .named = on_named };
	struct action action = { .count = 2 };

	follow_touched(first);
	CHECK(!follow_busy(first), "nobody is busy");
	follow_add(&first, &a);
	CHECK(!follow_busy(first), "a is not");
	follow_add(&first, &b);
	follow_add(&first, &c);
	CHECK(follow_busy(first), "b is");
	follow_before(first, &action);
	CHECK_TEXT(said, "ab");
	follow_touched(first);
	CHECK_TEXT(said, "abac");
	follow_named(first, "night");
	CHECK_TEXT(said, "abaccnight");
	follow_changed(first, NULL, 0);
	follow_after(first, NULL, 0);
	follow_moved(first, NULL, NULL);
	follow_tick(first);
	follow_drop(&first, &b);
	follow_drop(&first, &b);
	said[0] = '\0';
	follow_before(first, &action);
	follow_touched(first);
	CHECK_TEXT(said, "aac");
	follow_drop(&first, &a);
	follow_drop(&first, &c);
	CHECK(!first, "none is left");
	return test_result();
}
