/* address.h - every address of the rack's tree, found by hash. Control thread.
 *
 * A place is one param or meter: node by node in the rack's order, params first. Verbs
 * ("/norm", "/toggle") are not places; they are cut off while finding. Built again
 * whenever the tree is another one. */
#ifndef LATHE_OSC_ADDRESS_H
#define LATHE_OSC_ADDRESS_H

#include "daemon/rack/pattern.h"
#include "daemon/rack/rack.h"

enum verb {
	VERB_VALUE, /* none: the native value */
	VERB_NORM,
	VERB_TEXT,
	VERB_TOGGLE,
	VERB_ADJUST,
	VERB_RESET,
	VERB_RAMP,
};

struct place {
	const char *path; /* "/eq/band/3/gain" */
	uint32_t hash;
	uint8_t length;
	int node, index;           /* value index, or meter slot */
	const struct param *param; /* one of these two */
	const struct meter *meter;
};

struct addresses;

struct addresses *addresses_create(const struct rack *rack);
void addresses_destroy(struct addresses *addresses);

int address_count(const struct addresses *addresses);
const struct place *address_place(const struct addresses *addresses, int place);
int address_of_param(const struct addresses *addresses, int node, int param);
/* The place and its verb, or -1. */
int address_find(const struct addresses *addresses, const char *path, int length,
		 enum verb *verb);
/* The same for a path with a name that an earlier version had. */
int address_find_renamed(const struct addresses *addresses, const struct rack *rack,
			 const char *path, enum verb *verb);
/* The verb at the end of a path and the length without it. */
enum verb address_verb(const char *path, int length, int *stem);
/* Marks [count / 64 + 1] bits of all places that match; with `below` also what lies under
 * a match. Returns how many. */
int address_match(const struct addresses *addresses, const struct pattern *pattern,
		  bool below, uint64_t *bits);
/* False: nothing lies under what the pattern matches. Else what does reach that, made of
 * `text`, the pattern's own: params or, where there are none, meters. */
bool address_below(const struct addresses *addresses, const struct pattern *pattern,
		   const char *text, int length, char *forms, size_t size);
/* Why there is no such address, what there is, and the nearest one. `command`: the rack's
 * commands in turn, NULL after the last. */
void address_explain(const struct addresses *addresses, const struct rack *rack,
		     const char *(*command)(int, enum role *), const char *path,
		     char *text, size_t size);

#endif
