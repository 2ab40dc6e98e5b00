/* hint.h - which known word an unknown one was meant to be. Any thread but the audio thread. */
#ifndef LATHE_BASE_HINT_H
#define LATHE_BASE_HINT_H

#include "daemon/base/text.h"

enum {
	HINT_BYTES = 128,     /* longest word that is compared */
	HINT_WORDS_MAX = 256, /* more are left out */
};

/* How many insertions, deletions and replacements make `one` of `other` (Levenshtein).
 * Capitals count as small letters. HINT_BYTES when a word is longer than that. */
int hint_distance(const char *one, const char *other);

/* The words that would be accepted. */
struct hint {
	const char *words[HINT_WORDS_MAX];
	int count;
};

void hint_add(struct hint *hint, const char *word);
/* Adds `, did you mean "x"?` or, when none is near, `, would accept a, b, c`. */
void hint_tell(const struct hint *hint, const char *found, struct text *text);

#endif
