/* pattern.h - OSC 1.0 address patterns, matched in linear time. Pure functions.
 *
 *   ?  one character     *  any characters     [a-z] [!a-z]  one of (not of) these
 *   {low,high}  one of these words;  none of them crosses a '/'.
 * A pattern never matches /rack, or below it, unless its own text starts with /rack.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_PATTERN_H
#define LATHE_RACK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATTERN_BYTES_MAX = 128, PATTERN_WORDS = 3, PATTERN_PARTS_MAX = 8 };

struct pattern {
	int length; /* one state per character of the text, and the end */
	bool rack;  /* starts with /rack */
	int parts;  /* between slashes; above PATTERN_PARTS_MAX nothing matches */
	uint8_t starts[PATTERN_PARTS_MAX +
		       1]; /* first state of each part; then the end */
	struct {
		uint8_t kind, byte;
		uint8_t next; /* next state: after ']', after '}', next word in {} */
		uint8_t set;
	} places[PATTERN_BYTES_MAX + 1];
	uint64_t sets[PATTERN_BYTES_MAX / 2][2]; /* which ASCII characters it matches */
};

/* The states that the text so far can lead to. */
struct pattern_state {
	uint64_t places[PATTERN_WORDS];
};

/* Whether the address has any of the pattern's characters. */
bool pattern_is(const char *text);
/* False and a sentence if brackets are left open, nested or empty. */
bool pattern_compile(struct pattern *pattern, const char *text, size_t length,
		     const char **why);
/* Whether the pattern matches the whole address. */
bool pattern_match(const struct pattern *pattern, const char *address);

/* Matching in pieces: call begin(), then run() for each piece of the address. run()
 * returns false as soon as the address cannot match any more. */
void pattern_begin(const struct pattern *pattern, struct pattern_state *state);
bool pattern_run(const struct pattern *pattern, struct pattern_state *state,
		 const char *bytes, size_t length);
bool pattern_done(const struct pattern *pattern, const struct pattern_state *state);
/* Whether part 0.. of the pattern matches this part of an address. An address matches
 * when all of its parts do. */
bool pattern_match_part(const struct pattern *pattern, int part, const char *bytes,
			size_t length);
/* Whether part 0.. of the pattern is there and holds no wildcard. */
bool pattern_names(const struct pattern *pattern, int part);
/* The address, or what it lies below. */
bool pattern_covers(const struct pattern *pattern, const char *address);
/* Whether the rule about /rack allows the pattern to match this address. */
bool pattern_sees(const struct pattern *pattern, const char *address);

#endif
