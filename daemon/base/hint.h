/* hint.h - suggests the known word that a misspelt one is nearest to. Any thread but
 * audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_HINT_H
#define LATHE_BASE_HINT_H

#include "daemon/base/text.h"

enum {
	HINT_BYTES = 128,     /* longest word that is compared */
	HINT_WORDS_MAX = 256, /* further words are left out */
};

/* The number of insertions, deletions and replacements that turn `other` into `one`
 * (Levenshtein), ignoring case. HINT_BYTES if a word is longer than that. */
int hint_distance(const char *one, const char *other);

/* The words that would be accepted. */
struct hint {
	const char *words[HINT_WORDS_MAX];
	int count;
};

void hint_add(struct hint *hint, const char *word);
/* Adds `, did you mean "x"?`, or `, would accept a, b, c` if no word is near. */
void hint_tell(const struct hint *hint, const char *found, struct text *text);

#endif
