/* config.c - libconfig file -> rack: the sections. Control thread, and the programs without
 * JACK. */
#include "daemon/config/config.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/rack/param.h"
#include "daemon/config/setting.h"

enum { LATENCY_MAX = 192000 };

/* The list of groups under `key`, or NULL (complained of when it is something else). */
static const config_setting_t *
section_list(struct reading *reading, const config_setting_t *root, const char *key)
{
	const config_setting_t *list = config_setting_get_member(root, key);
	char found[128];

	if (!list || config_setting_type(list) == CONFIG_TYPE_LIST)
		return list;
	setting_found(list, found, sizeof(found));
	reading_complain(reading, list,
			 "%s: found %s, would accept a list ( { }, { } )", key, found);
	return NULL;
}

static bool element_is_group(struct reading *reading, const config_setting_t *element,
			     const char *where)
{
	char found[128];

	if (config_setting_type(element) == CONFIG_TYPE_GROUP)
		return true;
	setting_found(element, found, sizeof(found));
	reading_complain(reading, element, "%s: found %s, would accept a group { }",
			 where, found);
	return false;
}

/* "nodes/3" until the group's name is known. */
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

static void read_files(struct reading *reading, const config_setting_t *setting)
{
	char path[8192], real[PATH_MAX];
	const char *name;
	struct stat status;

	if (!reading_string(reading, setting, "rack", &name))
		return;
	snprintf(path, sizeof(path), "%s%s%.4000s",
		 name[0] == '/' ? "" : reading->folder, name[0] == '/' ? "" : "/",
		 name);
	if (!name[0] || !realpath(path, real) || stat(real, &status) < 0 ||
	    !S_ISDIR(status.st_mode) || strlen(real) >= sizeof(reading->rack->files)) {
		reading_complain(
			reading, setting,
			"rack/files: found \"%.200s\", would accept a folder that "
			"is there (path under %zu bytes)",
			name, sizeof(reading->rack->files));
		return;
	}
	memcpy(reading->rack->files, real, strlen(real) + 1);
}

/* It may come to be there with the first scene. */
static void read_scenes(struct reading *reading, const config_setting_t *setting)
{
	struct rack *rack = reading->rack;
	const char *name;

	if (!reading_string(reading, setting, "rack", &name))
		return;
	int length = snprintf(rack->scenes, sizeof(rack->scenes), "%s%s%s",
			      name[0] == '/' ? "" : reading->folder,
			      name[0] == '/' ? "" : "/", name);
	if (!name[0] || length >= (int)sizeof(rack->scenes))
		reading_complain(reading, setting,
				 "rack/scenes: found \"%.200s\", would accept a folder "
				 "(path under %zu bytes)",
				 name, sizeof(rack->scenes));
}

static void read_rack(struct reading *reading, const config_setting_t *root)
{
	const config_setting_t *section = config_setting_get_member(root, "rack");
	struct rack *rack = reading->rack;
	struct node *node = &rack->nodes[rack->node_count - 1];

	if (!section || !element_is_group(reading, section, "rack"))
		return;
	node->line = reading_line(reading, section);
	for (int i = 0; i < config_setting_length(section); i++) {
		const config_setting_t *key =
			config_setting_get_elem(section, (unsigned)i);
		const char *id = config_setting_name(key);

		if (strcmp(id, "name") == 0) {
			reading_name(reading, key, "rack", rack->name);
		} else if (strcmp(id, "latency") == 0) {
			reading_int(reading, key, "rack", 0, LATENCY_MAX,
				    &rack->latency);
		} else if (strcmp(id, "files") == 0) {
			read_files(reading, key);
		} else if (strcmp(id, "scenes") == 0) {
			read_scenes(reading, key);
		} else if (!reading_param(reading, key, "rack", node)) {
			struct words words = { { "name", "latency", "files", "scenes" },
					       4 };

			words_add_params(&words, node);
			reading_unknown(reading, key, "rack", &words);
		}
	}
}

/* ---- inputs ------------------------------------------------------------------------- */

/* A name of the one namespace of inputs and nodes: not taken, not reserved. */
static bool name_is_free(struct reading *reading, const config_setting_t *setting,
			 const char *where, const char *name)
{
	int first = -1; /* line; 0: the input that we made */

	for (int i = 0; i < reading->rack->input_count && first < 0; i++)
		if (strcmp(reading->rack->inputs[i].name, name) == 0)
			first = reading->rack->inputs[i].line;
	for (int i = 0; i < reading->entry_count && first < 0; i++)
		if (reading->entries[i].kind == NODE_MODULE &&
		    strcmp(reading->entries[i].name, name) == 0)
			first = reading_line(reading, reading->entries[i].setting);
	if (first > 0)
		reading_complain(
			reading, setting,
			"%s: found the name \"%s\" again (first on line %d), would "
			"accept another",
			where, name, first);
	else if (first == 0)
		reading_complain(
			reading, setting,
			"%s: found the name \"%s\" again (of the input that stands in "
			"for no `inputs`), would accept another",
			where, name);
	else if (strcmp(name, "rack") == 0)
		reading_complain(
			reading, setting,
			"%s: found the name \"rack\", which is the rack's own; would "
			"accept another",
			where);
	else
		return true;
	return false;
}

static void read_input(struct reading *reading, const config_setting_t *element,
		       int place)
{
	const config_setting_t *connect = NULL;
	char where[WHERE_BYTES], name[NAME_BYTES] = "";
	int channels = 2;

	element_where(element, "inputs", place, where);
	if (!element_is_group(reading, element, where))
		return;
	for (int i = 0; i < config_setting_length(element); i++) {
		const config_setting_t *key =
			config_setting_get_elem(element, (unsigned)i);
		const char *id = config_setting_name(key);
		const struct words words = { { "name", "channels", "connect" }, 3 };

		if (strcmp(id, "name") == 0) {
			if (reading_name(reading, key, where, name))
				name_is_free(reading, key, where, name);
		} else if (strcmp(id, "channels") == 0) {
			reading_int(reading, key, where, 1, CHANNELS_MAX, &channels);
		} else if (strcmp(id, "connect") == 0) {
			connect = key;
		} else {
			reading_unknown(reading, key, where, &words);
		}
	}
	if (!config_setting_get_member(element, "name"))
		reading_complain(reading, element,
				 "%s: found no name, would accept name = \"in\"",
				 where);
	struct input *input = rack_add_input(reading->rack, name, channels);
	input->line = reading_line(reading, element);
	if (connect)
		reading_connect(reading, connect, where, channels, input->connect);
}

static void read_inputs(struct reading *reading, const config_setting_t *root)
{
	const config_setting_t *list = section_list(reading, root, "inputs");
	int count = list ? config_setting_length(list) : 0;

	if (list && (count == 0 || count > PORTS_MAX))
		reading_complain(
			reading, list,
			"inputs: found %d, would accept 1 to %d (or no `inputs`: "
			"one stereo input \"in\")",
			count, PORTS_MAX);
	for (int i = 0; i < count && i < PORTS_MAX; i++)
		read_input(reading, config_setting_get_elem(list, (unsigned)i), i);
	if (!list)
		rack_add_input(reading->rack, "in", 2);
}

/* ---- nodes -------------------------------------------------------------------------- */

/* The module that `module = "..."` names, or NULL and a complaint. */
static const struct module *
read_module(struct reading *reading, const config_setting_t *element, const char *where)
{
	const config_setting_t *key = config_setting_get_member(element, "module");
	struct words words = { 0 };
	struct text hint = { 0 };
	const char *id = "";

	if (key && !reading_string(reading, key, where, &id))
		return NULL;
	for (int i = 0; module_registry[i]; i++) {
		/* An output's module stands in `outputs`. */
		if (strcmp(module_registry[i]->id, "output") == 0)
			continue;
		if (strcmp(module_registry[i]->id, id) == 0)
			return module_registry[i];
		words_add(&words, module_registry[i]->id);
	}
	words_hint(&words, id, &hint);
	if (key)
		reading_complain(reading, key, "%s: unknown module \"%.80s\"%s", where,
				 id, hint.bytes);
	else
		reading_complain(reading, element, "%s: found no module%s", where,
				 hint.bytes);
	text_finish(&hint);
	return NULL;
}

static int side_find(const struct module *module, const char *id)
{
	for (int side = 0; module->sides && module->sides[side]; side++)
		if (strcmp(module->sides[side], id) == 0)
			return 1 + side;
	return -1;
}

static void node_key_unknown(struct reading *reading, const config_setting_t *key,
			     const char *where, const struct node *node)
{
	bool generator = node->module->flags & MODULE_GENERATOR;
	struct words words = { { "module", "name", generator ? "channels" : "from" },
			       3 };

	if (node->returns) {
		words_add(&words, "send");
		words_add(&words, "return");
	}
	for (int side = 0; node->module->sides && node->module->sides[side]; side++)
		words_add(&words, node->module->sides[side]);
	words_add_params(&words, node);
	reading_unknown(reading, key, where, &words);
}

static void read_node_key(struct reading *reading, const config_setting_t *key,
			  const char *where, struct entry *entry)
{
	struct node *node = &reading->rack->nodes[entry->node];
	bool generator = node->module->flags & MODULE_GENERATOR;
	const char *id = config_setting_name(key);
	int side = side_find(node->module, id);

	/* `send` and `return` wait until the channels are known. */
	if (strcmp(id, "module") == 0 || strcmp(id, "name") == 0 ||
	    (node->returns && (strcmp(id, "send") == 0 || strcmp(id, "return") == 0)))
		return;
	if (strcmp(id, "from") == 0 && !generator)
		entry->from[0] = key;
	else if (strcmp(id, "channels") == 0 && generator)
		reading_int(reading, key, where, 1, CHANNELS_MAX, &node->channels);
	else if (side > 0)
		entry->from[side] = key;
	else if (!reading_param(reading, key, where, node))
		node_key_unknown(reading, key, where, node);
}

/* The entry of a group in `nodes` or `outputs`, with its name read. */
static struct entry *read_entry(struct reading *reading, enum node_kind kind,
				const config_setting_t *element, const char *where)
{
	const config_setting_t *name = config_setting_get_member(element, "name");
	struct entry entry = { .kind = kind, .setting = element, .node = -1 };
	bool named = false;

	if (!name)
		reading_complain(reading, element,
				 "%s: found no name, would accept name = \"...\"",
				 where);
	else if (reading_name(reading, name, where, entry.name))
		named = kind == NODE_OUTPUT ||
			name_is_free(reading, name, where, entry.name);
	/* One more each for a default output and the rack itself. */
	if (reading->entry_count == NODES_MAX - 2) {
		reading_complain(reading, element,
				 "%s: found more than %d nodes and outputs", where,
				 NODES_MAX - 2);
		return NULL;
	}
	if (!named && name)
		entry.name[0] = '\0';
	reading->entries[reading->entry_count] = entry;
	return &reading->entries[reading->entry_count++];
}

static void read_node(struct reading *reading, const config_setting_t *element,
		      int place)
{
	struct rack *rack = reading->rack;
	char where[WHERE_BYTES];

	element_where(element, "nodes", place, where);
	if (!element_is_group(reading, element, where))
		return;
	struct entry *entry = read_entry(reading, NODE_MODULE, element, where);
	const struct module *module = read_module(reading, element, where);
	if (!entry || !module)
		return;
	entry->module = module;
	struct node *node = rack_add_node(rack, NODE_MODULE, entry->name, module);
	node->line = reading_line(reading, element);
	node->channels = 2;
	entry->node = (int)(node - rack->nodes);
	for (int i = 0; i < config_setting_length(element); i++)
		read_node_key(reading, config_setting_get_elem(element, (unsigned)i),
			      where, entry);
}

/* ---- outputs ------------------------------------------------------------------------ */

static void read_output_key(struct reading *reading, const config_setting_t *key,
			    const char *where, struct entry *entry)
{
	struct node *node = &reading->rack->nodes[entry->node];
	const char *id = config_setting_name(key);
	struct words words = { { "name", "from", "connect", "align", "monitor" }, 5 };

	/* `connect` waits until the channels are known. */
	if (strcmp(id, "name") == 0 || strcmp(id, "connect") == 0)
		return;
	if (strcmp(id, "from") == 0) {
		entry->from[0] = key;
	} else if (strcmp(id, "align") == 0) {
		reading_name(reading, key, where, node->align);
	} else if (strcmp(id, "monitor") == 0) {
		reading_bool(reading, key, where, &node->monitor);
	} else if (!reading_param(reading, key, where, node)) {
		words_add_params(&words, node);
		reading_unknown(reading, key, where, &words);
	}
}

/* Outputs have names of their own, but their ports stand beside the inputs'. */
static void output_name_is_free(struct reading *reading, const struct entry *entry,
				const char *where)
{
	const struct rack *rack = reading->rack;

	for (int i = 0; i < rack->input_count; i++)
		if (entry->name[0] && strcmp(rack->inputs[i].name, entry->name) == 0)
			reading_complain(
				reading, entry->setting,
				"%s: found the name of an input, whose ports would be "
				"called the same; would accept another",
				where);
	for (const struct entry *other = reading->entries; other < entry; other++)
		if (entry->name[0] && other->kind == NODE_OUTPUT &&
		    strcmp(other->name, entry->name) == 0)
			reading_complain(
				reading, entry->setting,
				"%s: found the name again (first on line %d), would "
				"accept another",
				where, reading_line(reading, other->setting));
}

static void read_output(struct reading *reading, const config_setting_t *element,
			int place)
{
	struct rack *rack = reading->rack;
	char where[WHERE_BYTES];

	element_where(element, "outputs", place, where);
	if (!element_is_group(reading, element, where))
		return;
	struct entry *entry = read_entry(reading, NODE_OUTPUT, element, where);
	if (!entry)
		return;
	output_name_is_free(reading, entry, where);
	struct node *node = rack_add_node(rack, NODE_OUTPUT, entry->name, NULL);
	entry->module = node->module;
	entry->node = (int)(node - rack->nodes);
	node->line = reading_line(reading, element);
	for (int i = 0; i < config_setting_length(element); i++)
		read_output_key(reading, config_setting_get_elem(element, (unsigned)i),
				where, entry);
}

static void read_nodes(struct reading *reading, const config_setting_t *root)
{
	const config_setting_t *nodes = section_list(reading, root, "nodes");
	const config_setting_t *outputs = section_list(reading, root, "outputs");

	for (int i = 0; nodes && i < config_setting_length(nodes); i++)
		read_node(reading, config_setting_get_elem(nodes, (unsigned)i), i);
	if (outputs && config_setting_length(outputs) == 0)
		reading_complain(
			reading, outputs,
			"outputs: found none, would accept at least one (or no "
			"`outputs`: one output \"out\")");
	for (int i = 0; outputs && i < config_setting_length(outputs); i++)
		read_output(reading, config_setting_get_elem(outputs, (unsigned)i), i);
	if (config_setting_get_member(root, "outputs"))
		return;
	struct node *out = rack_add_node(reading->rack, NODE_OUTPUT, "out", NULL);
	reading->entries[reading->entry_count++] =
		(struct entry) { .kind = NODE_OUTPUT,
				 .name = "out",
				 .setting = root,
				 .module = out->module,
				 .node = (int)(out - reading->rack->nodes) };
}

/* ---- the file ----------------------------------------------------------------------- */

static void read_root(struct reading *reading, const config_setting_t *root)
{
	const struct words words = {
		{ "rack", "inputs", "nodes", "outputs", "osc", "schedule" }, 6
	};

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *key =
			config_setting_get_elem(root, (unsigned)i);
		bool known = false;

		for (int k = 0; k < words.count; k++)
			known = known ||
				strcmp(words.list[k], config_setting_name(key)) == 0;
		if (!known)
			reading_unknown(reading, key, "config", &words);
	}
	read_rack(reading, root);
	read_inputs(reading, root);
	read_nodes(reading, root);
	reading_links(reading);
	reading_ports(reading, root);
	reading_osc(reading, root);
	reading_schedule(reading, root);
}

static struct rack *read_source_text(struct reading *reading)
{
	int before = reading->complaints->count;
	config_t config;

	reading->rack = rack_create();
	config_init(&config);
	if (reading_parse(reading, &config))
		read_root(reading, config_root_setting(&config));
	config_destroy(&config);
	if (reading->complaints->count == before) {
		for (int i = 0; i < reading->rack->node_count; i++) {
			struct node *node = &reading->rack->nodes[i];

			memcpy(node->loaded, node->values,
			       (size_t)node_params(node) * sizeof(*node->values));
		}
		return reading->rack;
	}
	rack_destroy(reading->rack);
	return NULL;
}

struct rack *config_load(const char *path, struct complaints *complaints)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct rack *rack = NULL;
	char copy[PATH_MAX];

	if (!reading)
		abort();
	reading->complaints = complaints;
	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(reading->folder, sizeof(reading->folder), "%s", dirname(copy));
	if (config_source_read(&reading->source, path, complaints))
		rack = read_source_text(reading);
	config_source_finish(&reading->source);
	free(reading);
	return rack;
}
