/* pattern.h - OSC 1.0 address patterns, matched in linear time. Pure functions.
 *
 *   ?  one character     *  any characters     [a-z] [!a-z]  one of (not of) these
 *   {low,high}  one of these words;  none of them crosses a '/'.
 * A pattern never matches /rack, or below it, unless its own text starts with /rack.
 */
#ifndef LATHE_RACK_PATTERN_H
#define LATHE_RACK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATTERN_BYTES_MAX = 128, PATTERN_WORDS = 3, PATTERN_PARTS_MAX = 8 };

struct pattern {
	int length; /* one place per character of the text, and the end */
	bool rack;  /* starts with /rack */
	int parts;  /* between slashes; more than PATTERN_PARTS_MAX match nothing */
	uint8_t starts[PATTERN_PARTS_MAX + 1]; /* place of each part; after the last */
	struct {
		uint8_t kind, byte;
		uint8_t next; /* where it goes on: after ']', after '}', next in {} */
		uint8_t set;
	} places[PATTERN_BYTES_MAX + 1];
	uint64_t sets[PATTERN_BYTES_MAX / 2][2]; /* which ASCII characters */
};

/* Places of the pattern that the text so far may have led to. */
struct pattern_state {
	uint64_t places[PATTERN_WORDS];
};

/* Whether an address needs a pattern at all. */
bool pattern_is(const char *text);
/* False and a sentence when brackets are left open, nested or empty. */
bool pattern_compile(struct pattern *pattern, const char *text, size_t length,
		     const char **why);
/* The whole address. */
bool pattern_match(const struct pattern *pattern, const char *address);

/* Piece by piece: begin, run over the address in as many pieces as you like. run() is
 * false once nothing can match any more. */
void pattern_begin(const struct pattern *pattern, struct pattern_state *state);
bool pattern_run(const struct pattern *pattern, struct pattern_state *state,
		 const char *bytes, size_t length);
bool pattern_done(const struct pattern *pattern, const struct pattern_state *state);
/* Whether part 0.. of the pattern matches this part of an address. An address matches when
 * all of its parts do. */
bool pattern_match_part(const struct pattern *pattern, int part, const char *bytes,
			size_t length);
/* Whether part 0.. of the pattern is there and holds no wildcard. */
bool pattern_names(const struct pattern *pattern, int part);
/* The address, or what it lies below. */
bool pattern_covers(const struct pattern *pattern, const char *address);
/* Whether the rule about /rack lets the pattern see this address. */
bool pattern_sees(const struct pattern *pattern, const char *address);

#endif
