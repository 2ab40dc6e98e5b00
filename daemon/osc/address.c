/* address.c - every address of the rack's tree. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/address.h"
#include "daemon/base/memory.h"

#include "daemon/base/hint.h"
#include "daemon/rack/param.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = PATTERN_PARTS_MAX };

struct slot {
	uint32_t hash;
	int place; /* + 1; 0: free */
};

/* A part of addresses, between slashes. Many addresses share few words. */
struct word {
	const char *text;
	uint32_t hash;
	uint8_t length;
};

struct split {
	uint8_t count;
	uint16_t words[PARTS_MAX];
};

struct addresses {
	struct leaf *leaves;
	int count, node_count;
	int *first; /* [node_count + 1] of each node */
	char *paths;
	struct slot *slots;
	uint32_t mask;
	struct split *splits; /* [count] */
	struct word *words;
	int word_count;
	struct slot *word_slots; /* only while they are gathered */
	uint8_t *answers; /* [PARTS_MAX][word_count] scratch of address_match() */
};

static const char *const verb_words[] = {
	[VERB_NORM] = "norm",     [VERB_TEXT] = "text",   [VERB_TOGGLE] = "toggle",
	[VERB_ADJUST] = "adjust", [VERB_RESET] = "reset", [VERB_RAMP] = "ramp",
};

/* Like FNV-1a, but 8 bytes at a time. A client can't choose the addresses of the
 * table. */
static uint32_t hash_path(const char *path, int length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325), word = 0;

	for (; length >= 8; path += 8, length -= 8) {
		memcpy(&word, path, 8);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	word = (uint64_t)length;
	for (int i = 0; i < length; i++)
		word = word << 8 | (uint8_t)path[i];
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(hash >> 32);
}

static void enter(struct addresses *addresses, int place)
{
	uint32_t hash = addresses->leaves[place].hash;
	uint32_t at = hash & addresses->mask;

	while (addresses->slots[at].place)
		at = (at + 1) & addresses->mask;
	addresses->slots[at] = (struct slot) { hash, place + 1 };
}

static int lookup(const struct addresses *addresses, const char *path, int length)
{
	uint32_t hash = hash_path(path, length);

	for (uint32_t at = hash & addresses->mask; addresses->slots[at].place;
	     at = (at + 1) & addresses->mask) {
		if (addresses->slots[at].hash != hash)
			continue;
		int index = addresses->slots[at].place - 1;
		const struct leaf *leaf = &addresses->leaves[index];
		if (leaf->length == length &&
		    memcmp(leaf->path, path, (size_t)length) == 0)
			return index;
	}
	return -1;
}

static uint16_t enter_word(struct addresses *addresses, const char *text, int length)
{
	uint32_t hash = hash_path(text, length), mask = addresses->mask * 2 + 1;
	uint32_t at = hash & mask;
	struct slot *slots = addresses->word_slots;

	for (; slots[at].place; at = (at + 1) & mask) {
		const struct word *word = &addresses->words[slots[at].place - 1];
		if (word->hash == hash && word->length == length &&
		    memcmp(word->text, text, (size_t)length) == 0)
			return (uint16_t)(slots[at].place - 1);
	}
	assert(addresses->word_count < UINT16_MAX);
	addresses->words[addresses->word_count] =
		(struct word) { text, hash, (uint8_t)length };
	slots[at] = (struct slot) { hash, ++addresses->word_count };
	return (uint16_t)(addresses->word_count - 1);
}

static void split_place(struct addresses *addresses, int place)
{
	struct split *split = &addresses->splits[place];
	const char *from = addresses->leaves[place].path + 1;

	for (;;) {
		int length = (int)strcspn(from, "/");
		assert(split->count < PARTS_MAX);
		split->words[split->count++] = enter_word(addresses, from, length);
		if (!from[length])
			return;
		from += length + 1;
	}
}

/* Writes the path of a node's row and returns its length. */
static int row_path(const struct node *node, int row, char path[160])
{
	int params = node_params(node), meters = node_meters(node), slot;
	int length = snprintf(path, 160,
			      row < params            ? "/%s/"
			      : row < params + meters ? "/%s/meter/"
						      : "/%s/vector/",
			      node->path);
	size_t room = (size_t)(160 - length);

	if (row < params)
		length += param_path(node->module, row, path + length, room);
	else if (row < params + meters)
		length += meter_path(node->module, node->channels, row - params,
				     path + length, room);
	else
		length += vector_path(vector_row(node->module, node->channels,
						 row - params - meters, &slot),
				      path + length, room);
	return length > 159 ? 159 : length;
}

/* Params, meters and vectors. */
static int node_rows(const struct node *node)
{
	return node_params(node) + node_meters(node) + node_vectors(node);
}

static void fill_row(struct leaf *leaf, const struct node *node, int row)
{
	int params = node_params(node), meters = node_meters(node);

	if (row < params) {
		leaf->index = row;
		leaf->param = param_row(node->module, row);
	} else if (row < params + meters) {
		leaf->index = row - params;
		leaf->meter = meter_row(node->module, node->channels, row - params);
	} else {
		leaf->meter = vector_row(node->module, node->channels,
					 row - params - meters, &leaf->index);
		leaf->count = leaf->meter->count;
	}
}

static void fill_node(struct addresses *addresses, const struct rack *rack, int index,
		      char **paths)
{
	const struct node *node = &rack->nodes[index];
	int rows = node_rows(node);

	addresses->first[index] = addresses->count;
	for (int row = 0; row < rows; row++) {
		struct leaf *leaf = &addresses->leaves[addresses->count];
		char path[160];
		int length = row_path(node, row, path);
		memcpy(*paths, path, (size_t)length + 1);
		*leaf = (struct leaf) { .path = *paths,
					.length = (uint8_t)length,
					.hash = hash_path(path, length),
					.node = index };
		*paths += length + 1;
		fill_row(leaf, node, row);
		enter(addresses, addresses->count++);
	}
}

static size_t paths_size(const struct rack *rack, int *count)
{
	size_t size = 8; /* hash_path() may read up to 7 bytes behind the last */

	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];
		int rows = node_rows(node);
		char path[160];
		for (int row = 0; row < rows; row++)
			size += (size_t)row_path(node, row, path) + 1;
		*count += rows;
	}
	return size;
}

static void split_places(struct addresses *addresses)
{
	size_t most = (size_t)addresses->count * PARTS_MAX + 1;

	addresses->splits =
		memory_zeroed((size_t)addresses->count + 1, sizeof(*addresses->splits));
	addresses->words = memory_zeroed(1, most * sizeof(*addresses->words));
	addresses->word_slots = memory_zeroed((size_t)addresses->mask * 2 + 2,
					      sizeof(*addresses->word_slots));
	for (int i = 0; i < addresses->count; i++)
		split_place(addresses, i);
	free(addresses->word_slots);
	addresses->word_slots = NULL;
	size_t count = (size_t)addresses->word_count + 1;
	addresses->words =
		memory_resize(addresses->words, count, sizeof(*addresses->words));
	addresses->answers = memory_zeroed(count, PARTS_MAX);
}

struct addresses *addresses_create(const struct rack *rack)
{
	struct addresses *addresses = memory_zeroed(1, sizeof(*addresses));
	int count = 0;
	char *paths = addresses->paths = memory_zeroed(1, paths_size(rack, &count));
	uint32_t slots = 64;
	while (slots < (uint32_t)count * 4)
		slots *= 2;
	addresses->mask = slots - 1;
	addresses->slots = memory_zeroed(slots, sizeof(*addresses->slots));
	addresses->leaves =
		memory_zeroed((size_t)count + 1, sizeof(*addresses->leaves));
	addresses->node_count = rack->node_count;
	addresses->first =
		memory_zeroed((size_t)rack->node_count + 1, sizeof(*addresses->first));
	for (int i = 0; i < rack->node_count; i++)
		fill_node(addresses, rack, i, &paths);
	addresses->first[rack->node_count] = addresses->count;
	split_places(addresses);
	return addresses;
}

void addresses_destroy(struct addresses *addresses)
{
	if (!addresses)
		return;
	free(addresses->paths);
	free(addresses->slots);
	free(addresses->leaves);
	free(addresses->first);
	free(addresses->splits);
	free(addresses->words);
	free(addresses->answers);
	free(addresses);
}

int address_count(const struct addresses *addresses)
{
	return addresses->count;
}

const struct leaf *address_leaf(const struct addresses *addresses, int place)
{
	return &addresses->leaves[place];
}

int address_of_param(const struct addresses *addresses, int node, int param)
{
	return addresses->first[node] + param;
}

enum verb address_verb(const char *path, int length, int *stem)
{
	*stem = length;
	int slash = length;
	while (slash > 0 && path[slash - 1] != '/')
		slash--;
	for (enum verb verb = VERB_NORM; verb <= VERB_RAMP; verb++) {
		int word = (int)strlen(verb_words[verb]);
		if (length - slash != word || slash < 2 ||
		    memcmp(path + slash, verb_words[verb], (size_t)word) != 0)
			continue;
		*stem = slash - 1;
		return verb;
	}
	return VERB_VALUE;
}

int address_find(const struct addresses *addresses, const char *path, int length,
		 enum verb *verb)
{
	int stem;
	int place = lookup(addresses, path, length);

	*verb = VERB_VALUE;
	if (place >= 0)
		return place;
	*verb = address_verb(path, length, &stem);
	if (*verb == VERB_VALUE)
		return -1;
	place = lookup(addresses, path, stem);
	if (place >= 0 && addresses->leaves[place].meter &&
	    (*verb != VERB_TEXT || addresses->leaves[place].count))
		return -1;
	return place;
}

int address_find_renamed(const struct addresses *addresses, const struct rack *rack,
			 const char *path, enum verb *verb)
{
	char now[HINT_BYTES], whole[2 * HINT_BYTES];

	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];
		size_t length = strlen(node->path);
		if (!node->module->renamed ||
		    strncmp(path + 1, node->path, length) != 0 ||
		    path[1 + length] != '/' ||
		    !param_path_now(node->module, path + length + 2, now, sizeof(now)))
			continue;
		int bytes = snprintf(whole, sizeof(whole), "/%s/%s", node->path, now);
		return address_find(addresses, whole, bytes, verb);
	}
	return -1;
}

/* Compares a word with a part of the pattern, at most once: the answer is kept. */
static bool part_matches(const struct addresses *addresses,
			 const struct pattern *pattern, int part, int index)
{
	enum { UNKNOWN, NO, YES };
	uint8_t *answer = &addresses->answers[part * addresses->word_count + index];
	const struct word *word = &addresses->words[index];
	if (*answer == UNKNOWN)
		*answer = pattern_match_part(pattern, part, word->text, word->length)
				  ? YES
				  : NO;
	return *answer == YES;
}

/* What is in a vector, and vectors, are meant only where the pattern says so: by the group
 * ("/node/meter/third/2/level"), by the word ("/node/vector/..."). */
static bool place_is_named(const struct addresses *addresses,
			   const struct pattern *pattern, int place)
{
	int last = addresses->splits[place].count - 1;

	return pattern_names(pattern,
			     addresses->leaves[place].count ? last - 1 : last - 2);
}

static bool place_matches(const struct addresses *addresses,
			  const struct pattern *pattern, bool below, int place)
{
	const struct split *split = &addresses->splits[place];

	if (leaf_is_apart(&addresses->leaves[place]) &&
	    !place_is_named(addresses, pattern, place))
		return false;
	if (split->count < pattern->parts || (!below && split->count > pattern->parts))
		return false;
	for (int part = 0; part < pattern->parts; part++)
		if (!part_matches(addresses, pattern, part, split->words[part]))
			return false;
	return true;
}

int address_match(const struct addresses *addresses, const struct pattern *pattern,
		  bool below, uint64_t *bits)
{
	int found = 0;

	memset(bits, 0, ((size_t)addresses->count / 64 + 1) * sizeof(*bits));
	if (pattern->parts > PARTS_MAX)
		return 0;
	memset(addresses->answers, 0,
	       (size_t)addresses->word_count * (size_t)pattern->parts);
	for (int node = 0; node < addresses->node_count; node++) {
		int from = addresses->first[node], to = addresses->first[node + 1];
		if (from == to || !pattern_sees(pattern, addresses->leaves[from].path))
			continue;
		for (int i = from; i < to; i++) {
			if (!place_matches(addresses, pattern, below, i))
				continue;
			bits[i / 64] |= UINT64_C(1) << (i % 64);
			found++;
		}
	}
	return found;
}

/* ---- what to say about an unknown address ------------------------------------------- */

struct nearest {
	const char *path; /* the unknown one */
	const char *best;
	int least;
};

static void nearest_try(struct nearest *nearest, const char *candidate)
{
	int found = hint_distance(candidate, nearest->path);

	if (found < nearest->least) {
		nearest->least = found;
		nearest->best = candidate;
	}
}

static void nearest_try_node(struct nearest *nearest, const struct addresses *addresses,
			     int node)
{
	for (int i = addresses->first[node]; i < addresses->first[node + 1]; i++)
		nearest_try(nearest, addresses->leaves[i].path);
}

/* The rack's own params, those of its outputs, and its commands. */
static void nearest_try_rack(struct nearest *nearest, const struct addresses *addresses,
			     const struct rack *rack,
			     const struct command_set *const *sets)
{
	const struct command *command;

	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind != NODE_MODULE)
			nearest_try_node(nearest, addresses, i);
	for (int i = 0; (command = command_at(sets, i)); i++)
		nearest_try(nearest, command->path);
}

bool address_below(const struct addresses *addresses, const struct pattern *pattern,
		   const char *text, int length, char *forms, size_t size)
{
	static const char below[] = "/*/*/*/*/*/*/*/*";
	bool param_depths[PARTS_MAX + 1] = { 0 }, meter_depths[PARTS_MAX + 1] = { 0 };
	bool *depths = meter_depths;
	size_t used = 0;

	*forms = '\0';
	if (pattern->parts > PARTS_MAX)
		return false;
	memset(addresses->answers, 0,
	       (size_t)addresses->word_count * (size_t)pattern->parts);
	for (int i = 0; i < addresses->count; i++) {
		const struct leaf *leaf = &addresses->leaves[i];
		int depth = addresses->splits[i].count - pattern->parts;
		if (depth <= 0 || !pattern_sees(pattern, leaf->path) ||
		    !place_matches(addresses, pattern, true, i))
			continue;
		(leaf->param ? param_depths : meter_depths)[depth] = true;
		if (leaf->param)
			depths = param_depths;
	}
	for (int depth = 1; depth <= PARTS_MAX && used < size; depth++)
		if (depths[depth])
			used += (size_t)snprintf(forms + used, size - used,
						 "%s%.*s%.*s", used ? " or " : "",
						 length, text, 2 * depth, below);
	return used > 0;
}

/* The node whose path begins `path`, or -1. *rest: what follows. */
static int node_of(const struct rack *rack, const char *path, const char **rest)
{
	int found = -1;
	size_t longest = 0;

	for (int i = 0; i < rack->node_count; i++) {
		size_t length = strlen(rack->nodes[i].path);
		if (strncmp(path, rack->nodes[i].path, length) == 0 &&
		    (path[length] == '/' || path[length] == '\0') && length > longest) {
			longest = length;
			found = i;
		}
	}
	*rest = path + longest + (path[longest] == '/');
	return found;
}

/* "main/mute" where an output, but no node, is called main. False: none is. */
static bool explain_output(const struct rack *rack, const char *path, char *text,
			   size_t size)
{
	const int length = (int)strcspn(path, "/");

	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];

		if (node->kind != NODE_OUTPUT ||
		    strncmp(path, node->name, (size_t)length) != 0 ||
		    node->name[length])
			continue;
		snprintf(text, size, "%s is an output; did you mean %s%s?", node->name,
			 node->path, path + length);
		return true;
	}
	return false;
}

static void explain_node(const struct rack *rack, const char *path, char *text,
			 size_t size)
{
	char name[HINT_BYTES];
	const char *best = "";
	int least = HINT_BYTES;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "/"), path);
	for (int i = 0; i < rack->node_count; i++) {
		int found = hint_distance(rack->nodes[i].path, name);
		if (found < least) {
			least = found;
			best = rack->nodes[i].path;
		}
	}
	snprintf(text, size, "no node is called %s; did you mean %s?", name, best);
}

/* Writes "eq has 8 bands; " when the path names a band beyond the last. */
static void explain_group(const struct node *node, const char *rest, char *text,
			  size_t size)
{
	for (int i = 0; i < node->module->group_count; i++) {
		const struct param_group *group = &node->module->groups[i];
		size_t length = strlen(group->id);
		if (strncmp(rest, group->id, length) != 0 || rest[length] != '/')
			continue;
		long member = strtol(rest + length + 1, NULL, 10);
		if (member < 1 || member > group->count)
			snprintf(text, size, "%s has %d %ss; ", node->path,
				 group->count, group->id);
	}
}

/* For the path of a node or a group, where the path of a param is wanted. False: it is
 * neither. */
static bool explain_above(const struct addresses *addresses, const char *path,
			  char *text, size_t size)
{
	struct pattern pattern;
	const char *why;
	char forms[300];
	int stem;

	address_verb(path, (int)strlen(path), &stem);
	if (!pattern_compile(&pattern, path, (size_t)stem, &why) ||
	    !address_below(addresses, &pattern, path + 1, stem - 1, forms,
			   sizeof(forms)))
		return false;
	snprintf(text, size, "%.*s is no parameter, it has some: did you mean %s?",
		 stem - 1, path + 1, forms);
	return true;
}

void address_explain(const struct addresses *addresses, const struct rack *rack,
		     const struct command_set *const *sets, const char *path,
		     char *text, size_t size)
{
	const char *rest, *whole = path;
	char why[96] = "";

	if (explain_above(addresses, path, text, size))
		return;
	path += *path == '/';
	int node = node_of(rack, path, &rest);
	if (node < 0) {
		if (!explain_output(rack, path, text, size))
			explain_node(rack, path, text, size);
		return;
	}
	explain_group(&rack->nodes[node], rest, why, sizeof(why));
	struct nearest nearest = { .path = whole, .best = "", .least = HINT_BYTES };
	bool of_rack = rack->nodes[node].kind != NODE_MODULE;
	if (of_rack)
		nearest_try_rack(&nearest, addresses, rack, sets);
	else
		nearest_try_node(&nearest, addresses, node);
	snprintf(text, size, "no such %s %s: %sdid you mean %s?",
		 of_rack ? "address" : "parameter", path, why,
		 nearest.best + (*nearest.best == '/'));
}
