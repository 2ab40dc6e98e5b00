/* pattern.c - OSC 1.0 address patterns. Control thread.
 *
 * The matcher keeps the set of all states that the text so far can lead to (Thompson
 * 1968), and never backtracks, so that "********" costs no more than "*". */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/pattern.h"

#include <string.h>

enum kind { LITERAL, ANY, STAR, SET, OPEN, NEXT, END };

bool pattern_is(const char *text)
{
	return strpbrk(text, "*?[]{}") != NULL;
}

static void set_add(uint64_t set[2], uint8_t from, uint8_t to)
{
	for (unsigned c = from; c <= to && c < 128; c++)
		set[c / 64] |= UINT64_C(1) << (c % 64);
}

/* Reads "[...]" at `at`; returns the index after it, 0 if it is malformed. */
static int compile_set(struct pattern *pattern, const char *text, int at, int length,
		       int set)
{
	uint64_t *bits = pattern->sets[set];
	int i = at + 1;
	bool not = i < length && text[i] == '!';
	int first = i += not ;

	bits[0] = bits[1] = 0;
	for (; i < length && text[i] != ']'; i++) {
		uint8_t from = (uint8_t)text[i], to = from;
		if (i + 2 < length && text[i + 1] == '-' && text[i + 2] != ']') {
			to = (uint8_t)text[i + 2];
			i += 2;
		}
		if (to < from) { /* "[z-a]" means the same as "[a-z]" */
			uint8_t swap = from;
			from = to;
			to = swap;
		}
		set_add(bits, from, to);
	}
	if (i >= length || i == first)
		return 0;
	if (not ) {
		bits[0] = ~bits[0];
		bits[1] = ~bits[1];
	}
	bits['/' / 64] &= ~(UINT64_C(1) << ('/' % 64));
	pattern->places[at].kind = SET;
	pattern->places[at].set = (uint8_t)set;
	pattern->places[at].next = (uint8_t)(i + 1);
	return i + 1;
}

/* A part ends at `end`, the next one begins. */
static void compile_part(struct pattern *pattern, int end)
{
	if (pattern->parts < PATTERN_PARTS_MAX)
		pattern->starts[pattern->parts + 1] = (uint8_t)(end + 1);
	pattern->parts++;
}

/* Reads "{a,b}" at `at`; returns the index after it; 0 and *why if it is malformed. */
static int compile_words(struct pattern *pattern, const char *text, int at, int length,
			 const char **why)
{
	int close = at + 1;

	while (close < length && text[close] != '}') {
		if (text[close] == '/' &&
		    memchr(text + close, '}', (size_t)(length - close)))
			*why = "a { } of the pattern holds a /, but lists words of one "
			       "part of an address: /{eq,comp}/{gain,freq}";
		else if (strchr("{[]*?", text[close]))
			*why = "a { } of the pattern lists plain words: "
			       "/{eq,comp}/gain";
		if (strchr("{[]*?/", text[close]))
			return 0;
		close++;
	}
	if (close >= length)
		return 0;
	int open = at;
	pattern->places[at].kind = OPEN;
	for (int i = at + 1; i <= close; i++) {
		pattern->places[i].kind = LITERAL;
		pattern->places[i].byte = (uint8_t)text[i];
		pattern->places[i].next = (uint8_t)(i + 1);
		if (text[i] != ',' && i != close)
			continue;
		/* A word ends here; the comma before it leads to the next word. */
		pattern->places[i].kind = END;
		pattern->places[i].next = (uint8_t)(close + 1);
		pattern->places[open].set = (uint8_t)i;
		open = i;
	}
	pattern->places[close].set = 0;
	return close + 1;
}

bool pattern_compile(struct pattern *pattern, const char *text, size_t length,
		     const char **why)
{
	int sets = 0, end = (int)length;

	*why = "";
	if (length == 0 || length > PATTERN_BYTES_MAX || text[0] != '/') {
		*why = "a pattern starts with / and has at most 128 characters";
		return false;
	}
	pattern->length = end;
	pattern->parts = 0;
	pattern->starts[0] = 1;
	pattern->rack = length >= 5 && memcmp(text, "/rack", 5) == 0 &&
			(length == 5 || text[5] == '/');
	for (int i = 0; i < end;) {
		int next = i + 1;
		pattern->places[i].byte = (uint8_t)text[i];
		pattern->places[i].kind = LITERAL;
		if (text[i] == '*')
			pattern->places[i].kind = STAR;
		else if (text[i] == '?')
			pattern->places[i].kind = ANY;
		else if (text[i] == '[')
			next = compile_set(pattern, text, i, end, sets++);
		else if (text[i] == '{')
			next = compile_words(pattern, text, i, end, why);
		else if (text[i] == ']' || text[i] == '}')
			next = 0;
		else if (text[i] == '/' && i > 0)
			compile_part(pattern, i);
		if (next == 0) {
			if (!**why)
				*why = "a [ ] or { } of the pattern has no partner or "
				       "is empty";
			return false;
		}
		if (text[i] != '{' && text[i] != '[')
			pattern->places[i].next = (uint8_t)next;
		i = next;
	}
	compile_part(pattern, end);
	return true;
}

/* Adds a state, and all states that it reaches without a character. */
static void reach(const struct pattern *pattern, struct pattern_state *state, int place)
{
	for (;;) {
		uint64_t bit = UINT64_C(1) << (place % 64);
		if (state->places[place / 64] & bit)
			return;
		state->places[place / 64] |= bit;
		if (place == pattern->length)
			return;
		int kind = pattern->places[place].kind;
		if (kind == OPEN) {
			/* `set` chains "{" to the commas, up to the last before "}". */
			int at = place;
			while (pattern->places[pattern->places[at].set].set) {
				at = pattern->places[at].set;
				reach(pattern, state, at + 1);
			}
			place++;
		} else if (kind == STAR || kind == END) {
			place = pattern->places[place].next;
		} else {
			return;
		}
	}
}

void pattern_begin(const struct pattern *pattern, struct pattern_state *state)
{
	memset(state, 0, sizeof(*state));
	reach(pattern, state, 0);
}

static void step(const struct pattern *pattern, const struct pattern_state *from,
		 struct pattern_state *to, uint8_t c)
{
	for (int word = 0; word < PATTERN_WORDS; word++) {
		for (uint64_t left = from->places[word]; left; left &= left - 1) {
			int at = word * 64 + __builtin_ctzll(left);
			if (at == pattern->length)
				continue;
			switch (pattern->places[at].kind) {
			case LITERAL:
				if (pattern->places[at].byte == c)
					reach(pattern, to, at + 1);
				break;
			case ANY:
				if (c != '/')
					reach(pattern, to, at + 1);
				break;
			case STAR:
				if (c != '/')
					reach(pattern, to, at);
				break;
			case SET:
				if (c < 128 &&
				    pattern->sets[pattern->places[at].set][c / 64] >>
						    (c % 64) &
					    1)
					reach(pattern, to, pattern->places[at].next);
				break;
			default:
				break;
			}
		}
	}
}

bool pattern_run(const struct pattern *pattern, struct pattern_state *state,
		 const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		struct pattern_state next = { { 0 } };
		step(pattern, state, &next, (uint8_t)bytes[i]);
		*state = next;
		if (!(next.places[0] | next.places[1] | next.places[2]))
			return false;
	}
	return true;
}

bool pattern_done(const struct pattern *pattern, const struct pattern_state *state)
{
	int end = pattern->length;

	return state->places[end / 64] >> (end % 64) & 1;
}

bool pattern_names(const struct pattern *pattern, int part)
{
	if (part >= pattern->parts || pattern->parts > PATTERN_PARTS_MAX)
		return false;
	/* The last place of a part is its slash, or the end. */
	for (int i = pattern->starts[part]; i < pattern->starts[part + 1] - 1; i++)
		if (pattern->places[i].kind != LITERAL)
			return false;
	return true;
}

bool pattern_sees(const struct pattern *pattern, const char *address)
{
	return pattern->rack || strncmp(address, "/rack", 5) != 0 ||
	       (address[5] != '/' && address[5] != '\0');
}

bool pattern_match(const struct pattern *pattern, const char *address)
{
	struct pattern_state state;

	pattern_begin(pattern, &state);
	return pattern_sees(pattern, address) &&
	       pattern_run(pattern, &state, address, strlen(address)) &&
	       pattern_done(pattern, &state);
}

bool pattern_match_part(const struct pattern *pattern, int part, const char *bytes,
			size_t length)
{
	struct pattern_state state = { { 0 } };
	int end = pattern->starts[part + 1] - 1;

	reach(pattern, &state, pattern->starts[part]);
	return pattern_run(pattern, &state, bytes, length) &&
	       (state.places[end / 64] >> (end % 64) & 1);
}

bool pattern_covers(const struct pattern *pattern, const char *address)
{
	struct pattern_state state;

	if (!pattern_sees(pattern, address))
		return false;
	pattern_begin(pattern, &state);
	for (const char *from = address; *from;) {
		size_t length = 1 + strcspn(from + 1, "/");
		if (!pattern_run(pattern, &state, from, length))
			return false;
		if (pattern_done(pattern, &state))
			return true;
		from += length;
	}
	return false;
}
