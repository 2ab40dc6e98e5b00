/* config.c - libconfig file -> rack: the sections. Control thread, and the programs without
 * JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/config.h"
#include "daemon/base/memory.h"

#include "daemon/config/links.h"
#include "daemon/config/osc.h"
#include "daemon/config/parser.h"
#include "daemon/config/ports.h"
#include "daemon/config/schedule.h"
#include "daemon/rack/param.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LATENCY_MAX = 192000 };

/* The list of groups under `key`, or NULL; complains when it is something else. */
static const config_setting_t *
section_list(struct parser *parser, const config_setting_t *root, const char *key)
{
	const config_setting_t *list = config_setting_get_member(root, key);
	char found[128];

	if (!list || config_setting_type(list) == CONFIG_TYPE_LIST)
		return list;
	setting_found(list, found, sizeof(found));
	parser_complain(parser, list, "%s: found %s, would accept a list ( { }, { } )",
			key, found);
	return NULL;
}

static bool element_is_group(struct parser *parser, const config_setting_t *element,
			     const char *where)
{
	char found[128];

	if (config_setting_type(element) == CONFIG_TYPE_GROUP)
		return true;
	setting_found(element, found, sizeof(found));
	parser_complain(parser, element, "%s: found %s, would accept a group { }",
			where, found);
	return false;
}

/* Names an element for complaints: its own name, or "nodes/3" when it has none. */
static void element_where(const config_setting_t *element, const char *section,
			  int place, char *where)
{
	const char *name = NULL;

	if (config_setting_type(element) == CONFIG_TYPE_GROUP)
		config_setting_lookup_string(element, "name", &name);
	if (name)
		snprintf(where, WHERE_BYTES, "%s%.40s",
			 strcmp(section, "outputs") == 0 ? "output " : "", name);
	else
		snprintf(where, WHERE_BYTES, "%s/%d", section, place + 1);
}

/* ---- rack --------------------------------------------------------------------------- */

static void read_files(struct parser *parser, const config_setting_t *setting)
{
	char path[8192], real[PATH_MAX];
	const char *name;
	struct stat status;

	if (!parser_string(parser, setting, "rack", &name))
		return;
	snprintf(path, sizeof(path), "%s%s%.4000s",
		 name[0] == '/' ? "" : parser->folder, name[0] == '/' ? "" : "/", name);
	if (!name[0] || !realpath(path, real) || stat(real, &status) < 0 ||
	    !S_ISDIR(status.st_mode) || strlen(real) >= sizeof(parser->rack->files)) {
		parser_complain(
			parser, setting,
			"rack/files: found \"%.200s\", would accept a folder that "
			"is there (path under %zu bytes)",
			name, sizeof(parser->rack->files));
		return;
	}
	memcpy(parser->rack->files, real, strlen(real) + 1);
}

/* The folder need not exist: the first scene that is saved makes it. */
static void read_scenes(struct parser *parser, const config_setting_t *setting)
{
	struct rack *rack = parser->rack;
	const char *name;

	if (!parser_string(parser, setting, "rack", &name))
		return;
	int length = snprintf(rack->scenes, sizeof(rack->scenes), "%s%s%s",
			      name[0] == '/' ? "" : parser->folder,
			      name[0] == '/' ? "" : "/", name);
	if (!name[0] || length >= (int)sizeof(rack->scenes))
		parser_complain(parser, setting,
				"rack/scenes: found \"%.200s\", would accept a folder "
				"(path under %zu bytes)",
				name, sizeof(rack->scenes));
}

static void read_rack(struct parser *parser, const config_setting_t *root)
{
	const config_setting_t *section = config_setting_get_member(root, "rack");
	struct rack *rack = parser->rack;
	struct node *node = &rack->nodes[rack->node_count - 1];

	if (!section || !element_is_group(parser, section, "rack"))
		return;
	node->line = parser_line(parser, section);
	for (int i = 0; i < config_setting_length(section); i++) {
		const config_setting_t *key =
			config_setting_get_elem(section, (unsigned)i);
		const char *id = config_setting_name(key);

		if (strcmp(id, "name") == 0) {
			parser_name(parser, key, "rack", rack->name);
		} else if (strcmp(id, "latency") == 0) {
			parser_int(parser, key, "rack", 0, LATENCY_MAX, &rack->latency);
		} else if (strcmp(id, "files") == 0) {
			read_files(parser, key);
		} else if (strcmp(id, "scenes") == 0) {
			read_scenes(parser, key);
		} else if (strcmp(id, "empty") == 0) {
			parser_bool(parser, key, "rack", &rack->empty);
		} else if (!parser_param(parser, key, "rack", node)) {
			struct hint hint = {
				{ "name", "latency", "files", "scenes", "empty" }, 5
			};

			hint_add_params(&hint, node);
			parser_unknown(parser, key, "rack", &hint);
		}
	}
}

/* ---- inputs ------------------------------------------------------------------------- */

/* Whether no other input or node has the name; complains when one has. */
static bool name_is_free(struct parser *parser, const config_setting_t *setting,
			 const char *where, const char *name)
{
	int first =
		-1; /* line of the first; 0: the input that stands in for no `inputs` */

	for (int i = 0; i < parser->rack->input_count && first < 0; i++)
		if (strcmp(parser->rack->inputs[i].name, name) == 0)
			first = parser->rack->inputs[i].line;
	for (int i = 0; i < parser->entry_count && first < 0; i++)
		if (parser->entries[i].kind == NODE_MODULE &&
		    strcmp(parser->entries[i].name, name) == 0)
			first = parser_line(parser, parser->entries[i].setting);
	if (first > 0)
		parser_complain(
			parser, setting,
			"%s: found the name \"%s\" again (first on line %d), would "
			"accept another",
			where, name, first);
	else if (first == 0)
		parser_complain(
			parser, setting,
			"%s: found the name \"%s\" again (of the input that stands in "
			"for no `inputs`), would accept another",
			where, name);
	else if (strcmp(name, "rack") == 0)
		parser_complain(
			parser, setting,
			"%s: found the name \"rack\", which is the rack's own; would "
			"accept another",
			where);
	else
		return true;
	return false;
}

static void read_input(struct parser *parser, const config_setting_t *element,
		       int place)
{
	const config_setting_t *connect = NULL;
	char where[WHERE_BYTES], name[NAME_BYTES] = "";
	int channels = 2;

	element_where(element, "inputs", place, where);
	if (!element_is_group(parser, element, where))
		return;
	for (int i = 0; i < config_setting_length(element); i++) {
		const config_setting_t *key =
			config_setting_get_elem(element, (unsigned)i);
		const char *id = config_setting_name(key);
		const struct hint hint = { { "name", "channels", "connect" }, 3 };

		if (strcmp(id, "name") == 0) {
			if (parser_name(parser, key, where, name))
				name_is_free(parser, key, where, name);
		} else if (strcmp(id, "channels") == 0) {
			parser_int(parser, key, where, 1, CHANNELS_MAX, &channels);
		} else if (strcmp(id, "connect") == 0) {
			connect = key;
		} else {
			parser_unknown(parser, key, where, &hint);
		}
	}
	if (!config_setting_get_member(element, "name"))
		parser_complain(parser, element,
				"%s: found no name, would accept name = \"in\"", where);
	struct input *input = rack_add_input(parser->rack, name, channels);
	input->line = parser_line(parser, element);
	if (connect)
		parser_connect(parser, connect, where, channels, input->connect);
}

static void read_inputs(struct parser *parser, const config_setting_t *root)
{
	const config_setting_t *list = section_list(parser, root, "inputs");
	int count = list ? config_setting_length(list) : 0;

	if (list && (count == 0 || count > PORTS_MAX))
		parser_complain(
			parser, list,
			"inputs: found %d, would accept 1 to %d (or no `inputs`: "
			"one stereo input \"in\")",
			count, PORTS_MAX);
	for (int i = 0; i < count && i < PORTS_MAX; i++)
		read_input(parser, config_setting_get_elem(list, (unsigned)i), i);
	if (!list)
		rack_add_input(parser->rack, "in", 2);
}

/* ---- nodes -------------------------------------------------------------------------- */

/* The module that `module = "..."` names, or NULL and a complaint. */
static const struct module *
read_module(struct parser *parser, const config_setting_t *element, const char *where)
{
	const config_setting_t *key = config_setting_get_member(element, "module");
	struct hint hint = { 0 };
	struct text told = { 0 };
	const char *id = "";

	if (key && !parser_string(parser, key, where, &id))
		return NULL;
	for (int i = 0; module_registry[i]; i++) {
		if ((module_registry[i]->flags & MODULE_ROLE) == MODULE_OUTPUT)
			continue;
		if (strcmp(module_registry[i]->id, id) == 0)
			return module_registry[i];
		hint_add(&hint, module_registry[i]->id);
	}
	hint_tell(&hint, id, &told);
	if (key)
		parser_complain(parser, key, "%s: unknown module \"%.80s\"%s", where,
				id, told.bytes);
	else
		parser_complain(parser, element, "%s: found no module%s", where,
				told.bytes);
	text_finish(&told);
	return NULL;
}

static int side_find(const struct module *module, const char *id)
{
	for (int side = 0; module->sides && module->sides[side]; side++)
		if (strcmp(module->sides[side], id) == 0)
			return 1 + side;
	return -1;
}

static void node_key_unknown(struct parser *parser, const config_setting_t *key,
			     const char *where, const struct node *node)
{
	bool generator = node->module->flags & MODULE_GENERATOR;
	struct hint hint = { { "module", "name", generator ? "channels" : "from" }, 3 };

	if (node->returns) {
		hint_add(&hint, "send");
		hint_add(&hint, "return");
	}
	for (int side = 0; node->module->sides && node->module->sides[side]; side++)
		hint_add(&hint, node->module->sides[side]);
	hint_add_params(&hint, node);
	parser_unknown(parser, key, where, &hint);
}

static void read_node_key(struct parser *parser, const config_setting_t *key,
			  const char *where, struct entry *entry)
{
	struct node *node = &parser->rack->nodes[entry->node];
	bool generator = node->module->flags & MODULE_GENERATOR;
	const char *id = config_setting_name(key);
	int side = side_find(node->module, id);

	/* parser_ports() reads `send` and `return`: the channels are not known yet. */
	if (strcmp(id, "module") == 0 || strcmp(id, "name") == 0 ||
	    (node->returns && (strcmp(id, "send") == 0 || strcmp(id, "return") == 0)))
		return;
	if (strcmp(id, "from") == 0 && !generator)
		entry->from[0] = key;
	else if (strcmp(id, "channels") == 0 && generator)
		parser_int(parser, key, where, 1, CHANNELS_MAX, &node->channels);
	else if (side > 0)
		entry->from[side] = key;
	else if (!parser_param(parser, key, where, node))
		node_key_unknown(parser, key, where, node);
}

/* Makes the entry of a group in `nodes` or `outputs` and reads its name. */
static struct entry *read_entry(struct parser *parser, enum node_kind kind,
				const config_setting_t *element, const char *where)
{
	const config_setting_t *name = config_setting_get_member(element, "name");
	struct entry entry = { .kind = kind, .setting = element, .node = -1 };
	bool named = false;

	if (!name)
		parser_complain(parser, element,
				"%s: found no name, would accept name = \"...\"",
				where);
	else if (parser_name(parser, name, where, entry.name))
		named = kind == NODE_OUTPUT ||
			name_is_free(parser, name, where, entry.name);
	/* Two are kept for a default output and the rack itself. */
	if (parser->entry_count == NODES_MAX - 2) {
		parser_complain(parser, element,
				"%s: found more than %d nodes and outputs", where,
				NODES_MAX - 2);
		return NULL;
	}
	if (!named && name)
		entry.name[0] = '\0';
	parser->entries[parser->entry_count] = entry;
	return &parser->entries[parser->entry_count++];
}

static void read_node(struct parser *parser, const config_setting_t *element, int place)
{
	struct rack *rack = parser->rack;
	char where[WHERE_BYTES];

	element_where(element, "nodes", place, where);
	if (!element_is_group(parser, element, where))
		return;
	struct entry *entry = read_entry(parser, NODE_MODULE, element, where);
	const struct module *module = read_module(parser, element, where);
	if (!entry || !module)
		return;
	entry->module = module;
	struct node *node = rack_add_node(rack, NODE_MODULE, entry->name, module);
	node->line = parser_line(parser, element);
	node->channels = 2;
	entry->node = (int)(node - rack->nodes);
	for (int i = 0; i < config_setting_length(element); i++)
		read_node_key(parser, config_setting_get_elem(element, (unsigned)i),
			      where, entry);
}

/* ---- outputs ------------------------------------------------------------------------ */

/* One output alone may be the master. */
static void read_master(struct parser *parser, const config_setting_t *key,
			const char *where, struct node *node)
{
	const struct rack *rack = parser->rack;

	if (!parser_bool(parser, key, where, &node->master) || !node->master)
		return;
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].master && &rack->nodes[i] != node)
			parser_complain(
				parser, key,
				"%s/master: found a second master (output %s is "
				"one), would accept one",
				where, rack->nodes[i].name);
}

static void read_output_key(struct parser *parser, const config_setting_t *key,
			    const char *where, struct entry *entry)
{
	struct node *node = &parser->rack->nodes[entry->node];
	const char *id = config_setting_name(key);
	struct hint hint = {
		{ "name", "from", "connect", "align", "monitor", "master" }, 6
	};

	/* parser_ports() reads `connect`: the channels are not known yet. */
	if (strcmp(id, "name") == 0 || strcmp(id, "connect") == 0)
		return;
	if (strcmp(id, "from") == 0) {
		entry->from[0] = key;
	} else if (strcmp(id, "align") == 0) {
		parser_name(parser, key, where, node->align);
	} else if (strcmp(id, "monitor") == 0) {
		parser_bool(parser, key, where, &node->monitor);
	} else if (strcmp(id, "master") == 0) {
		read_master(parser, key, where, node);
	} else if (!parser_param(parser, key, where, node)) {
		hint_add_params(&hint, node);
		parser_unknown(parser, key, where, &hint);
	}
}

/* An output may have the name of a node, but not that of an input: their ports would
 * have the same names. */
static void output_name_is_free(struct parser *parser, const struct entry *entry,
				const char *where)
{
	const struct rack *rack = parser->rack;

	for (int i = 0; i < rack->input_count; i++)
		if (entry->name[0] && strcmp(rack->inputs[i].name, entry->name) == 0)
			parser_complain(
				parser, entry->setting,
				"%s: found the name of an input, whose ports would be "
				"called the same; would accept another",
				where);
	for (const struct entry *other = parser->entries; other < entry; other++)
		if (entry->name[0] && other->kind == NODE_OUTPUT &&
		    strcmp(other->name, entry->name) == 0)
			parser_complain(
				parser, entry->setting,
				"%s: found the name again (first on line %d), would "
				"accept another",
				where, parser_line(parser, other->setting));
}

static void read_output(struct parser *parser, const config_setting_t *element,
			int place)
{
	struct rack *rack = parser->rack;
	char where[WHERE_BYTES];

	element_where(element, "outputs", place, where);
	if (!element_is_group(parser, element, where))
		return;
	struct entry *entry = read_entry(parser, NODE_OUTPUT, element, where);
	if (!entry)
		return;
	output_name_is_free(parser, entry, where);
	struct node *node = rack_add_node(rack, NODE_OUTPUT, entry->name, NULL);
	entry->module = node->module;
	entry->node = (int)(node - rack->nodes);
	node->line = parser_line(parser, element);
	for (int i = 0; i < config_setting_length(element); i++)
		read_output_key(parser, config_setting_get_elem(element, (unsigned)i),
				where, entry);
}

static void read_nodes(struct parser *parser, const config_setting_t *root)
{
	const config_setting_t *nodes = section_list(parser, root, "nodes");
	const config_setting_t *outputs = section_list(parser, root, "outputs");

	for (int i = 0; nodes && i < config_setting_length(nodes); i++)
		read_node(parser, config_setting_get_elem(nodes, (unsigned)i), i);
	if (outputs && config_setting_length(outputs) == 0)
		parser_complain(parser, outputs,
				"outputs: found none, would accept at least one (or no "
				"`outputs`: one output \"out\")");
	for (int i = 0; outputs && i < config_setting_length(outputs); i++)
		read_output(parser, config_setting_get_elem(outputs, (unsigned)i), i);
	if (config_setting_get_member(root, "outputs"))
		return;
	struct node *out = rack_add_node(parser->rack, NODE_OUTPUT, "out", NULL);
	parser->entries[parser->entry_count++] =
		(struct entry) { .kind = NODE_OUTPUT,
				 .name = "out",
				 .setting = root,
				 .module = out->module,
				 .node = (int)(out - parser->rack->nodes) };
}

/* A file that was cut or emptied by accident must not take the rack away. What has mistakes
 * is refused anyway. */
static void check_nodes(struct parser *parser, const config_setting_t *root)
{
	for (int i = 0; i < parser->entry_count; i++)
		if (parser->entries[i].kind == NODE_MODULE)
			return;
	if (!parser->rack->empty)
		parser_complain(parser, root,
				"nodes: found none, would accept at least one (or "
				"rack = { empty = true; }: the inputs go to the "
				"outputs as they are)");
}

/* ---- the file ----------------------------------------------------------------------- */

static void read_root(struct parser *parser, const config_setting_t *root)
{
	const struct hint hint = {
		{ "rack", "inputs", "nodes", "outputs", "osc", "schedule" }, 6
	};

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *key =
			config_setting_get_elem(root, (unsigned)i);
		bool known = false;

		for (int k = 0; k < hint.count; k++)
			known = known ||
				strcmp(hint.words[k], config_setting_name(key)) == 0;
		if (!known)
			parser_unknown(parser, key, "config", &hint);
	}
	read_rack(parser, root);
	read_inputs(parser, root);
	read_nodes(parser, root);
	parser_links(parser);
	parser_ports(parser, root);
	parser_osc(parser, root);
	parser_schedule(parser, root);
}

static struct rack *read_source_text(struct parser *parser)
{
	int before = parser->complaints->count;
	config_t config;

	parser->rack = rack_create();
	config_init(&config);
	if (parser_parse(parser, &config))
		read_root(parser, config_root_setting(&config));
	if (parser->complaints->count == before)
		check_nodes(parser, config_root_setting(&config));
	config_destroy(&config);
	if (parser->complaints->count == before) {
		for (int i = 0; i < parser->rack->node_count; i++) {
			struct node *node = &parser->rack->nodes[i];

			memcpy(node->loaded, node->values,
			       (size_t)node_params(node) * sizeof(*node->values));
		}
		return parser->rack;
	}
	rack_destroy(parser->rack);
	return NULL;
}

struct rack *config_load_files(const char *path, const struct config_files *kept,
			       struct config_files *seen, struct complaints *complaints)
{
	struct parser *parser = memory_zeroed(1, sizeof(*parser));
	struct rack *rack = NULL;
	char copy[PATH_MAX];

	parser->complaints = complaints;
	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(parser->folder, sizeof(parser->folder), "%s", dirname(copy));
	if (config_source_read_files(&parser->source, path, kept, seen, complaints))
		rack = read_source_text(parser);
	config_source_finish(&parser->source);
	free(parser);
	return rack;
}

struct rack *config_load(const char *path, struct complaints *complaints)
{
	return config_load_files(path, NULL, NULL, complaints);
}
