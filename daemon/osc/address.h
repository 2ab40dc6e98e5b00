/* address.h - every address of the rack, found by hash. Control thread.
 *
 * A leaf of the tree is one param, meter or vector: node by node in the rack's order, params
 * first; an index tells it. Verbs ("/norm", "/toggle") are no leaves: they are cut off
 * before the search. The tree is made again after each reload. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_ADDRESS_H
#define LATHE_OSC_ADDRESS_H

#include "daemon/osc/command.h"
#include "daemon/rack/pattern.h"
#include "daemon/rack/rack.h"

enum verb {
	VERB_VALUE, /* the value in the param's unit */
	VERB_NORM,
	VERB_TEXT,
	VERB_TOGGLE,
	VERB_ADJUST,
	VERB_RESET,
	VERB_RAMP,
};

struct leaf {
	const char *path; /* "/eq/band/3/gain" */
	uint32_t hash;
	uint8_t length;
	int node, index;           /* of the value, or of the meter; a vector's first */
	int count;                 /* values of a vector; 0: not a vector */
	const struct param *param; /* one of these two */
	const struct meter *meter; /* a vector's too: its row */
};

/* Whether a meter goes out in a vector only, and where it is asked for by name. */
static inline bool leaf_is_apart(const struct leaf *leaf)
{
	return leaf->meter && leaf->meter->flags & METER_VECTOR;
}

struct addresses;

struct addresses *addresses_create(const struct rack *rack);
void addresses_destroy(struct addresses *addresses);

int address_count(const struct addresses *addresses);
const struct leaf *address_leaf(const struct addresses *addresses, int place);
int address_of_param(const struct addresses *addresses, int node, int param);
/* The leaf's index and the verb, or -1. */
int address_find(const struct addresses *addresses, const char *path, int length,
		 enum verb *verb);
/* The same for a path with a name that an earlier version had. */
int address_find_renamed(const struct addresses *addresses, const struct rack *rack,
			 const char *path, enum verb *verb);
/* The verb at the end of a path and the length without it. */
enum verb address_verb(const char *path, int length, int *stem);
/* Sets in `bits` [count / 64 + 1] the bit of each leaf that matches, and clears the
 * others. `below`: leaves under a match match too. Returns how many do. */
int address_match(const struct addresses *addresses, const struct pattern *pattern,
		  bool below, uint64_t *bits);
/* For a pattern that matches no leaf, but nodes or groups: writes patterns that reach their
 * params (or, where there are none, meters). `text` is the pattern's own text. False:
 * nothing lies below. */
bool address_below(const struct addresses *addresses, const struct pattern *pattern,
		   const char *text, int length, char *forms, size_t size);
/* Writes why there is no such address, and the nearest address there is, commands of
 * `sets` among them. */
void address_explain(const struct addresses *addresses, const struct rack *rack,
		     const struct command_set *const *sets, const char *path,
		     char *text, size_t size);

#endif
