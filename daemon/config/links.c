/* links.c - which node takes its audio from which: `from` and side inputs, cycles,
 * channels. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/links.h"
#include "daemon/base/memory.h"

#include "daemon/config/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FROM_BYTES = 64 };

static const char *source_name(const struct rack *rack, struct source source)
{
	return source.kind == FROM_INPUT ? rack->inputs[source.index].name
					 : rack->nodes[source.index].name;
}

static const struct entry *entry_find(const struct parser *parser, const char *name)
{
	for (int i = 0; i < parser->entry_count; i++)
		if (parser->entries[i].kind == NODE_MODULE &&
		    strcmp(parser->entries[i].name, name) == 0)
			return &parser->entries[i];
	return NULL;
}

static void link_add(struct node *node, int side, struct source source)
{
	node->sources[side][node->source_count[side]++] = source;
}

static void unknown_source(struct parser *parser, const config_setting_t *setting,
			   const char *where, const char *name)
{
	struct hint hint = { 0 };
	struct text told = { 0 };

	for (int i = 0; i < parser->rack->input_count; i++)
		hint_add(&hint, parser->rack->inputs[i].name);
	for (int i = 0; i < parser->entry_count; i++)
		if (parser->entries[i].kind == NODE_MODULE &&
		    parser->entries[i].name[0])
			hint_add(&hint, parser->entries[i].name);
	hint_tell(&hint, name, &told);
	parser_complain(parser, setting, "%s: found no node or input \"%.80s\"%s",
			where, name, told.bytes);
	text_finish(&told);
}

/* One name of a `from` list. */
static void read_source(struct parser *parser, const config_setting_t *setting,
			const char *where, struct node *node, int side)
{
	struct rack *rack = parser->rack;
	struct source source = { .kind = FROM_INPUT, .index = -1 };
	const char *name;

	if (!parser_string(parser, setting, where, &name))
		return;
	for (int i = 0; i < rack->input_count; i++)
		if (strcmp(rack->inputs[i].name, name) == 0)
			source.index = i;
	if (source.index < 0) {
		const struct entry *entry = entry_find(parser, name);

		if (!entry)
			unknown_source(parser, setting, where, name);
		if (!entry || entry->node < 0)
			return;
		source = (struct source) { FROM_NODE, entry->node };
	}
	for (int i = 0; i < node->source_count[side]; i++) {
		if (node->sources[side][i].kind == source.kind &&
		    node->sources[side][i].index == source.index) {
			parser_complain(parser, setting,
					"%s: found \"%s\" twice, would accept it once",
					where, name);
			return;
		}
	}
	link_add(node, side, source);
}

/* A name, or a list of names. */
static void read_sources(struct parser *parser, const config_setting_t *setting,
			 const char *where, struct node *node, int side)
{
	int type = config_setting_type(setting), count = config_setting_length(setting);
	char from[WHERE_BYTES], found[128];

	snprintf(from, sizeof(from), "%s/%s", where, config_setting_name(setting));
	if (type == CONFIG_TYPE_STRING) {
		read_source(parser, setting, from, node, side);
		return;
	}
	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) {
		setting_found(setting, found, sizeof(found));
		parser_complain(parser, setting,
				"%s: found %s, would accept [\"name\", ...]", from,
				found);
		return;
	}
	if (count == 0 || count > SOURCES_MAX)
		parser_complain(parser, setting,
				"%s: found a list of %d names, would accept 1 to %d",
				from, count, SOURCES_MAX);
	for (int i = 0; i < count && i < SOURCES_MAX; i++)
		read_source(parser, config_setting_get_elem(setting, (unsigned)i), from,
			    node, side);
}

/* Without `from`: the node above, the first input, or (outputs) the last node. */
static void default_source(struct parser *parser, int place, struct node *node)
{
	const struct entry *entry = &parser->entries[place], *above = NULL;

	for (int i = 0; i < parser->entry_count; i++)
		if (parser->entries[i].kind == NODE_MODULE &&
		    (entry->kind == NODE_OUTPUT || i < place))
			above = &parser->entries[i];
	if (above && above->node >= 0)
		link_add(node, 0, (struct source) { FROM_NODE, above->node });
	else if (!above && parser->rack->input_count > 0)
		link_add(node, 0, (struct source) { FROM_INPUT, 0 });
}

static void entry_links(struct parser *parser, int place)
{
	const struct entry *entry = &parser->entries[place];
	char where[WHERE_BYTES];

	if (entry->node < 0)
		return;
	struct node *node = &parser->rack->nodes[entry->node];
	snprintf(where, sizeof(where), "%s%s",
		 entry->kind == NODE_OUTPUT ? "output " : "", entry->name);
	if (entry->from[0])
		read_sources(parser, entry->from[0], where, node, 0);
	else if (!(node->module->flags & MODULE_GENERATOR))
		default_source(parser, place, node);
	for (int side = 1; side <= SIDES_MAX; side++)
		if (entry->from[side])
			read_sources(parser, entry->from[side], where, node, side);
}

/* ---- cycles ------------------------------------------------------------------------- */

struct walk {
	struct parser *parser;
	int path[NODES_MAX], depth; /* nodes between the start and here, newest last */
	enum { NEW, ON_PATH, DONE } mark[NODES_MAX];
	int order[NODES_MAX],
		order_count; /* all nodes, sources before the nodes that take from them */
	bool cycle;
};

static const struct entry *node_entry(const struct parser *parser, int node)
{
	for (int i = 0; i < parser->entry_count; i++)
		if (parser->entries[i].node == node)
			return &parser->entries[i];
	return NULL;
}

static void complain_cycle(struct walk *walk, int node)
{
	const struct rack *rack = walk->parser->rack;
	struct text loop = { 0 };
	int from = walk->depth - 1;

	while (walk->path[from] != node)
		from--;
	/* The path runs against the audio. */
	text_add(&loop, "%s", rack->nodes[node].name);
	for (int i = walk->depth - 1; i >= from; i--)
		text_add(&loop, " -> %s", rack->nodes[walk->path[i]].name);
	parser_complain(
		walk->parser, node_entry(walk->parser, node)->setting,
		"%s: found a loop %s, would accept links that lead on to an output",
		rack->nodes[node].name, loop.bytes);
	text_finish(&loop);
	walk->cycle = true;
}

static void walk_node(struct walk *walk, int place)
{
	const struct node *node = &walk->parser->rack->nodes[place];

	if (walk->mark[place] == ON_PATH)
		complain_cycle(walk, place);
	if (walk->mark[place] != NEW)
		return;
	walk->mark[place] = ON_PATH;
	walk->path[walk->depth++] = place;
	for (int side = 0; side <= SIDES_MAX; side++)
		for (int i = 0; i < node->source_count[side]; i++)
			if (node->sources[side][i].kind == FROM_NODE)
				walk_node(walk, node->sources[side][i].index);
	walk->depth--;
	walk->mark[place] = DONE;
	walk->order[walk->order_count++] = place;
}

/* ---- channels ----------------------------------------------------------------------- */

static int source_channels(const struct rack *rack, struct source source)
{
	return source.kind == FROM_INPUT ? rack->inputs[source.index].channels
					 : rack->nodes[source.index].channels;
}

/* The sources of one side against `channels`, or against each other (0). Returns the
 * channels of the widest; one channel fits everywhere. */
static int side_channels(struct parser *parser, const struct node *node, int side,
			 int channels)
{
	const struct rack *rack = parser->rack;
	const struct entry *entry = node_entry(parser, (int)(node - rack->nodes));
	const char *whose = node->name;

	for (int i = 0; i < node->source_count[side]; i++) {
		int here = source_channels(rack, node->sources[side][i]);

		if (channels > 1 && here > 1 && here != channels)
			parser_complain(
				parser,
				entry->from[side] ? entry->from[side] : entry->setting,
				"%s: found \"%s\" with %d channels where \"%s\" has "
				"%d, would accept %d or 1",
				node->name, source_name(rack, node->sources[side][i]),
				here, whose, channels, channels);
		if (here > channels) {
			if (side > 0 && channels > 0)
				parser_complain(
					parser, entry->from[side],
					"%s: found \"%s\" with %d channels beside a "
					"main input of 1, would accept 1",
					node->name,
					source_name(rack, node->sources[side][i]),
					here);
			channels = here;
			whose = source_name(rack, node->sources[side][i]);
		}
	}
	return channels;
}

static void node_channels(struct parser *parser, struct node *node)
{
	if (!(node->module->flags & MODULE_GENERATOR)) {
		int channels = side_channels(parser, node, 0, 0);

		node->channels = channels ? channels : 1;
	}
	for (int side = 1; side <= SIDES_MAX; side++)
		side_channels(parser, node, side, node->channels);
}

void parser_links(struct parser *parser)
{
	struct walk *walk = memory_zeroed(1, sizeof(*walk));

	walk->parser = parser;
	for (int i = 0; i < parser->entry_count; i++)
		entry_links(parser, i);
	for (int i = 0; i < parser->rack->node_count; i++)
		walk_node(walk, i);
	for (int i = 0; !walk->cycle && i < walk->order_count; i++) {
		struct node *node = &parser->rack->nodes[walk->order[i]];

		if (node->kind != NODE_RACK)
			node_channels(parser, node);
	}
	free(walk);
}
