/* test_hint.c - distances of words, and what a hint says. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/hint.h"

#include "tests/support/test.h"

static void tells(const char *found, const char *wanted)
{
	struct hint hint = { .count = 0 };
	struct text text = { .length = 0 };

	hint_add(&hint, "gain");
	hint_add(&hint, "frequency");
	hint_add(&hint, "q");
	hint_tell(&hint, found, &text);
	CHECK_TEXT(text.bytes, wanted);
	text_finish(&text);
}

static void test_distance(void)
{
	char longest[HINT_BYTES + 2];

	CHECK(hint_distance("", "") == 0, "empty");
	CHECK(hint_distance("gain", "gain") == 0, "the same");
	CHECK(hint_distance("gain", "") == 4, "four deletions");
	CHECK(hint_distance("kitten", "sitting") == 3, "%d",
	      hint_distance("kitten", "sitting"));
	CHECK(hint_distance("GAIN", "gain") == 0, "capitals");
	memset(longest, 'x', sizeof(longest));
	longest[HINT_BYTES] = '\0';
	CHECK(hint_distance(longest, "") == HINT_BYTES, "the longest");
	longest[HINT_BYTES] = 'x';
	longest[HINT_BYTES + 1] = '\0';
	CHECK(hint_distance(longest, longest) == HINT_BYTES, "too long");
}

static void test_full(void)
{
	struct hint hint = { .count = 0 };

	for (int i = 0; i < HINT_WORDS_MAX + 1; i++)
		hint_add(&hint, "word");
	CHECK(hint.count == HINT_WORDS_MAX, "%d", hint.count);
}

int main(void)
{
	struct hint none = { .count = 0 };
	struct text text = { .length = 0 };

	test_distance();
	tells("gian", ", did you mean \"gain\"?");
	tells("Gain", ", did you mean \"gain\"?");
	tells("frequenzy", ", did you mean \"frequency\"?");
	tells("threshold", ", would accept gain, frequency, q");
	tells("", ", would accept gain, frequency, q");
	hint_tell(&none, "x", &text);
	CHECK_TEXT(text.bytes, ", would accept nothing here");
	text_finish(&text);
	test_full();
	return test_result();
}
