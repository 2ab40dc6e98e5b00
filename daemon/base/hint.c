/* hint.c - suggests the known word that a misspelt one is nearest to. Any thread but
 * audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/hint.h"

#include <ctype.h>
#include <string.h>

enum {
	NEAR_MOST = 3, /* most differences; also at most half of the word's letters */
	LIST_MOST = 40,
};

int hint_distance(const char *one, const char *other)
{
	int row[HINT_BYTES + 1], length = (int)strlen(other);

	if (length > HINT_BYTES || strlen(one) > HINT_BYTES)
		return HINT_BYTES;
	for (int j = 0; j <= length; j++)
		row[j] = j;
	for (int i = 0; one[i]; i++) {
		int corner = row[0];
		row[0] = i + 1;
		for (int j = 0; j < length; j++) {
			int best = corner + (tolower((unsigned char)one[i]) !=
					     tolower((unsigned char)other[j]));
			corner = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (corner + 1 < best)
				best = corner + 1;
			row[j + 1] = best;
		}
	}
	return row[length];
}

void hint_add(struct hint *hint, const char *word)
{
	if (hint->count < HINT_WORDS_MAX)
		hint->words[hint->count++] = word;
}

void hint_tell(const struct hint *hint, const char *found, struct text *text)
{
	int half = (int)strlen(found) / 2, least = half < NEAR_MOST ? half : NEAR_MOST;
	const char *best = NULL;

	for (int i = 0; i < hint->count; i++) {
		int distance = hint_distance(found, hint->words[i]);
		if (distance < least || (distance == least && !best && *found)) {
			least = distance;
			best = hint->words[i];
		}
	}
	if (best) {
		text_add(text, ", did you mean \"%s\"?", best);
		return;
	}
	text_add(text, ", would accept ");
	for (int i = 0; i < hint->count && i < LIST_MOST; i++)
		text_add(text, "%s%s", i ? ", " : "", hint->words[i]);
	if (hint->count == 0)
		text_add(text, "nothing here");
}
