/* links.c - who feeds whom: `from` and the side inputs of a config, their cycles and
 * channels. Control thread, and the programs without JACK. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/setting.h"

enum { FROM_BYTES = 64 };

static const char *source_name(const struct rack *rack, struct source source)
{
	return source.kind == FROM_INPUT ? rack->inputs[source.index].name
					 : rack->nodes[source.index].name;
}

static const struct entry *entry_find(const struct reading *reading, const char *name)
{
	for (int i = 0; i < reading->entry_count; i++)
		if (reading->entries[i].kind == NODE_MODULE &&
		    strcmp(reading->entries[i].name, name) == 0)
			return &reading->entries[i];
	return NULL;
}

static void link_add(struct node *node, int side, struct source source)
{
	node->sources[side][node->source_count[side]++] = source;
}

static void unknown_source(struct reading *reading, const config_setting_t *setting,
			   const char *where, const char *name)
{
	struct words words = { 0 };
	struct text hint = { 0 };

	for (int i = 0; i < reading->rack->input_count; i++)
		words_add(&words, reading->rack->inputs[i].name);
	for (int i = 0; i < reading->entry_count; i++)
		if (reading->entries[i].kind == NODE_MODULE &&
		    reading->entries[i].name[0])
			words_add(&words, reading->entries[i].name);
	words_hint(&words, name, &hint);
	reading_complain(reading, setting, "%s: found no node or input \"%.80s\"%s",
			 where, name, hint.bytes);
	text_finish(&hint);
}

/* One name of a `from` list. */
static void read_source(struct reading *reading, const config_setting_t *setting,
			const char *where, struct node *node, int side)
{
	struct rack *rack = reading->rack;
	struct source source = { .kind = FROM_INPUT, .index = -1 };
	const char *name;

	if (!reading_string(reading, setting, where, &name))
		return;
	for (int i = 0; i < rack->input_count; i++)
		if (strcmp(rack->inputs[i].name, name) == 0)
			source.index = i;
	if (source.index < 0) {
		const struct entry *entry = entry_find(reading, name);

		if (!entry)
			unknown_source(reading, setting, where, name);
		if (!entry || entry->node < 0)
			return;
		source = (struct source) { FROM_NODE, entry->node };
	}
	for (int i = 0; i < node->source_count[side]; i++) {
		if (node->sources[side][i].kind == source.kind &&
		    node->sources[side][i].index == source.index) {
			reading_complain(reading, setting,
					 "%s: found \"%s\" twice, would accept it once",
					 where, name);
			return;
		}
	}
	link_add(node, side, source);
}

/* A name, or a list of names. */
static void read_sources(struct reading *reading, const config_setting_t *setting,
			 const char *where, struct node *node, int side)
{
	int type = config_setting_type(setting), count = config_setting_length(setting);
	char from[WHERE_BYTES], found[128];

	snprintf(from, sizeof(from), "%s/%s", where, config_setting_name(setting));
	if (type == CONFIG_TYPE_STRING) {
		read_source(reading, setting, from, node, side);
		return;
	}
	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) {
		setting_found(setting, found, sizeof(found));
		reading_complain(reading, setting,
				 "%s: found %s, would accept [\"name\", ...]", from,
				 found);
		return;
	}
	if (count == 0 || count > SOURCES_MAX)
		reading_complain(reading, setting,
				 "%s: found a list of %d names, would accept 1 to %d",
				 from, count, SOURCES_MAX);
	for (int i = 0; i < count && i < SOURCES_MAX; i++)
		read_source(reading, config_setting_get_elem(setting, (unsigned)i),
			    from, node, side);
}

/* Without `from`: the node above, the first input, or (outputs) the last node. */
static void default_source(struct reading *reading, int place, struct node *node)
{
	const struct entry *entry = &reading->entries[place], *above = NULL;

	for (int i = 0; i < reading->entry_count; i++)
		if (reading->entries[i].kind == NODE_MODULE &&
		    (entry->kind == NODE_OUTPUT || i < place))
			above = &reading->entries[i];
	if (above && above->node >= 0)
		link_add(node, 0, (struct source) { FROM_NODE, above->node });
	else if (!above && reading->rack->input_count > 0)
		link_add(node, 0, (struct source) { FROM_INPUT, 0 });
}

static void entry_links(struct reading *reading, int place)
{
	const struct entry *entry = &reading->entries[place];
	char where[WHERE_BYTES];

	if (entry->node < 0)
		return;
	struct node *node = &reading->rack->nodes[entry->node];
	snprintf(where, sizeof(where), "%s%s",
		 entry->kind == NODE_OUTPUT ? "output " : "", entry->name);
	if (entry->from[0])
		read_sources(reading, entry->from[0], where, node, 0);
	else if (!(node->module->flags & MODULE_GENERATOR))
		default_source(reading, place, node);
	for (int side = 1; side <= SIDES_MAX; side++)
		if (entry->from[side])
			read_sources(reading, entry->from[side], where, node, side);
}

/* ---- cycles ------------------------------------------------------------------------- */

struct walk {
	struct reading *reading;
	int path[NODES_MAX], depth; /* nodes on the way, newest last */
	enum { NEW, ON_PATH, DONE } mark[NODES_MAX];
	int order[NODES_MAX], order_count; /* sources before those who take from them */
	bool cycle;
};

static const struct entry *node_entry(const struct reading *reading, int node)
{
	for (int i = 0; i < reading->entry_count; i++)
		if (reading->entries[i].node == node)
			return &reading->entries[i];
	return NULL;
}

static void complain_cycle(struct walk *walk, int node)
{
	const struct rack *rack = walk->reading->rack;
	struct text loop = { 0 };
	int from = walk->depth - 1;

	while (walk->path[from] != node)
		from--;
	/* The path runs against the audio. */
	text_add(&loop, "%s", rack->nodes[node].name);
	for (int i = walk->depth - 1; i >= from; i--)
		text_add(&loop, " -> %s", rack->nodes[walk->path[i]].name);
	reading_complain(
		walk->reading, node_entry(walk->reading, node)->setting,
		"%s: found a loop %s, would accept links that lead on to an output",
		rack->nodes[node].name, loop.bytes);
	text_finish(&loop);
	walk->cycle = true;
}

static void walk_node(struct walk *walk, int place)
{
	const struct node *node = &walk->reading->rack->nodes[place];

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
static int side_channels(struct reading *reading, const struct node *node, int side,
			 int channels)
{
	const struct rack *rack = reading->rack;
	const struct entry *entry = node_entry(reading, (int)(node - rack->nodes));
	const char *whose = node->name;

	for (int i = 0; i < node->source_count[side]; i++) {
		int here = source_channels(rack, node->sources[side][i]);

		if (channels > 1 && here > 1 && here != channels)
			reading_complain(
				reading,
				entry->from[side] ? entry->from[side] : entry->setting,
				"%s: found \"%s\" with %d channels where \"%s\" has "
				"%d, would accept %d or 1",
				node->name, source_name(rack, node->sources[side][i]),
				here, whose, channels, channels);
		if (here > channels) {
			if (side > 0 && channels > 0)
				reading_complain(
					reading, entry->from[side],
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

static void node_channels(struct reading *reading, struct node *node)
{
	if (!(node->module->flags & MODULE_GENERATOR)) {
		int channels = side_channels(reading, node, 0, 0);

		node->channels = channels ? channels : 1;
	}
	for (int side = 1; side <= SIDES_MAX; side++)
		side_channels(reading, node, side, node->channels);
}

void reading_links(struct reading *reading)
{
	struct walk *walk = calloc(1, sizeof(*walk));

	if (!walk)
		abort();
	walk->reading = reading;
	for (int i = 0; i < reading->entry_count; i++)
		entry_links(reading, i);
	for (int i = 0; i < reading->rack->node_count; i++)
		walk_node(walk, i);
	for (int i = 0; !walk->cycle && i < walk->order_count; i++) {
		struct node *node = &reading->rack->nodes[walk->order[i]];

		if (node->kind != NODE_RACK)
			node_channels(reading, node);
	}
	free(walk);
}
