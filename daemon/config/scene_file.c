/* scene_file.c - values as a file that people can read and edit. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/scene_file.h"

#include "daemon/base/memory.h"
#include "daemon/config/parser.h"
#include "daemon/config/print.h"
#include "daemon/rack/param.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void settings_add(struct settings *settings, int node, int param, float value)
{
	if (settings->count == settings->room) {
		settings->room = settings->room ? 2 * settings->room : 64;
		settings->changes =
			memory_resize(settings->changes, (size_t)settings->room,
				      sizeof(*settings->changes));
	}
	settings->changes[settings->count++] =
		(struct change) { .node = node, .param = param, .value = value };
}

void settings_move(struct settings *settings, const struct rack *from,
		   const struct rack *to)
{
	int count = settings->count;

	settings->count = 0;
	for (int i = 0; i < count; i++) {
		struct change change = settings->changes[i];
		change.node = rack_same(from, change.node, to);
		if (change.node >= 0)
			settings->changes[settings->count++] = change;
	}
}

void settings_finish(struct settings *settings)
{
	free(settings->changes);
	*settings = (struct settings) { .count = 0 };
}

bool scene_holds(const struct node *node, int param)
{
	const struct param *row = param_row(node->module, param);

	return row->curve != CURVE_TRIGGER && row->curve != CURVE_FILE &&
	       !(row->flags & PARAM_RECALL_SAFE);
}

void scene_gather(const struct rack *rack, const struct pattern *pattern,
		  struct settings *settings)
{
	char path[192];

	for (int n = 0; n < rack->node_count; n++) {
		const struct node *node = &rack->nodes[n];
		int params = node_params(node);
		for (int p = 0; p < params; p++) {
			int length = snprintf(path, sizeof(path), "/%s/", node->path);
			param_path(node->module, p, path + length,
				   sizeof(path) - (size_t)length);
			if (scene_holds(node, p) &&
			    (!pattern || pattern_covers(pattern, path)))
				settings_add(settings, n, p, node->values[p]);
		}
	}
}

/* ---- writing ---------------------------------------------------------------------------- */

struct print {
	struct text *text;
	const struct settings *settings;
	int at;
};

/* Whether the next setting is one of these params of the node. */
static bool print_has(const struct print *print, int node, int first, int count)
{
	if (print->at >= print->settings->count)
		return false;
	const struct change *change = &print->settings->changes[print->at];
	return change->node == node && change->param >= first &&
	       change->param < first + count;
}

static void print_rows(struct print *print, const struct rack *rack, int place,
		       int first, int count, const char *before)
{
	const struct node *node = &rack->nodes[place];

	while (print_has(print, place, first, count)) {
		int param = print->settings->changes[print->at++].param;
		text_add(print->text, "%s%s = ", before,
			 param_row(node->module, param)->id);
		config_print_value(print->text, node, param);
		text_add(print->text, ";");
	}
}

static void print_node(struct print *print, const struct rack *rack, int place)
{
	const struct node *node = &rack->nodes[place];
	const struct module *module = node->module;
	int first = module->param_count;

	text_add(print->text, "  {");
	if (node->kind == NODE_MODULE)
		text_add(print->text, " module = \"%s\";", module->id);
	text_add(print->text, " name = \"%s\";", node->name);
	print_rows(print, rack, place, 0, first, "\n    ");
	for (int g = 0; g < module->group_count; g++) {
		const struct param_group *group = &module->groups[g];
		int rows = group->row_count;
		if (print_has(print, place, first, group->count * rows)) {
			/* Members without settings are printed as { } when one with
			 * settings follows. */
			text_add(print->text, "\n    %s = (", group->id);
			for (int m = 0; print_has(print, place, first + m * rows,
						  (group->count - m) * rows);
			     m++) {
				text_add(print->text, "%s\n      {", m ? "," : "");
				print_rows(print, rack, place, first + m * rows, rows,
					   " ");
				text_add(print->text, " }");
			}
			text_add(print->text, "\n    );");
		}
		first += group->count * rows;
	}
	print_rows(print, rack, place, first, node_params(node) - first, "\n    ");
	text_add(print->text, " }");
}

void scene_print(const struct rack *rack, const struct settings *settings,
		 struct text *text)
{
	static const char *const sections[] = {
		[NODE_MODULE] = "nodes", [NODE_OUTPUT] = "outputs"
	};
	struct print print = { .text = text, .settings = settings };
	int section = -1;

	while (print.at < settings->count) {
		int place = settings->changes[print.at].node;
		int kind = (int)rack->nodes[place].kind;
		if (kind == NODE_RACK)
			break;
		if (kind != section)
			text_add(text, "%s%s = (\n", section < 0 ? "" : "\n);\n",
				 sections[kind]);
		else
			text_add(text, ",\n");
		section = kind;
		print_node(&print, rack, place);
	}
	text_add(text, section < 0 ? "nodes = ();\n" : "\n);\n");
}

/* ---- reading ---------------------------------------------------------------------------- */

/* A copy to read the file into. Values that the file does not give stay NAN. */
static struct rack *blank_copy(const struct rack *rack)
{
	struct rack *copy = rack_copy(rack);

	for (int n = 0; n < copy->node_count; n++)
		for (int p = 0; p < node_params(&copy->nodes[n]); p++)
			copy->nodes[n].values[p] = NAN;
	return copy;
}

static struct node *find_node(const struct rack *rack, enum node_kind kind,
			      const char *name)
{
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == kind &&
		    strcmp(rack->nodes[i].name, name) == 0)
			return &rack->nodes[i];
	return NULL;
}

static void read_keys(struct parser *parser, const config_setting_t *group,
		      struct node *node)
{
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *key =
			config_setting_get_elem(group, (unsigned)i);
		const char *id = config_setting_name(key);
		struct hint hint = { { "module", "name" }, 2 };
		if (strcmp(id, "module") == 0 || strcmp(id, "name") == 0 ||
		    parser_param(parser, key, node->path, node))
			continue;
		hint_add_params(&hint, node);
		parser_unknown(parser, key, node->path, &hint);
	}
}

static void read_entry(struct parser *parser, enum node_kind kind, const char *where,
		       const config_setting_t *group, struct text *notes)
{
	const config_setting_t *name = NULL, *module = NULL;
	const char *id = NULL;
	char found[128], word[NAME_BYTES];

	if (config_setting_type(group) != CONFIG_TYPE_GROUP) {
		setting_found(group, found, sizeof(found));
		parser_complain(parser, group, "%s: found %s, would accept a group { }",
				where, found);
		return;
	}
	name = config_setting_get_member(group, "name");
	module = config_setting_get_member(group, "module");
	if (!name) {
		parser_complain(parser, group,
				"%s: found no name, would accept name = \"...\"",
				where);
		return;
	}
	if (!parser_name(parser, name, where, word) ||
	    (module && !parser_string(parser, module, word, &id)))
		return;
	struct node *node = find_node(parser->rack, kind, word);
	if (!node)
		text_add(notes, "%s: left out, the rack has no such %s\n", word,
			 kind == NODE_OUTPUT ? "output" : "node");
	else if (id && kind == NODE_MODULE && strcmp(node->module->id, id) != 0)
		text_add(notes, "%s: left out, it was made for %.40s and is %s now\n",
			 word, id, node->module->id);
	else
		read_keys(parser, group, node);
}

static void read_sections(struct parser *parser, const config_setting_t *root,
			  struct text *notes)
{
	const struct hint hint = { { "nodes", "outputs" }, 2 };
	char found[128];

	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *list =
			config_setting_get_elem(root, (unsigned)i);
		const char *id = config_setting_name(list);
		bool outputs = strcmp(id, "outputs") == 0;
		if (!outputs && strcmp(id, "nodes") != 0) {
			parser_unknown(parser, list, "scene", &hint);
			continue;
		}
		if (config_setting_type(list) != CONFIG_TYPE_LIST) {
			setting_found(list, found, sizeof(found));
			parser_complain(
				parser, list,
				"%s: found %s, would accept a list ( { }, { } )", id,
				found);
			continue;
		}
		for (int n = 0; n < config_setting_length(list); n++)
			read_entry(parser, outputs ? NODE_OUTPUT : NODE_MODULE, id,
				   config_setting_get_elem(list, (unsigned)n), notes);
	}
}

static void take_values(const struct rack *said, struct settings *settings,
			struct text *notes)
{
	char path[128];

	for (int n = 0; n < said->node_count; n++) {
		const struct node *node = &said->nodes[n];
		for (int p = 0; p < node_params(node); p++) {
			if (isnan(node->values[p]))
				continue;
			if (scene_holds(node, p)) {
				settings_add(settings, n, p, node->values[p]);
				continue;
			}
			param_path(node->module, p, path, sizeof(path));
			text_add(notes, "%s/%s: left alone, it is safe from recall\n",
				 node->path, path);
		}
	}
}

bool scene_parse(const struct config_source *source, const struct rack *rack,
		 struct settings *settings, struct text *notes,
		 struct complaints *complaints)
{
	struct parser *parser = memory_zeroed(1, sizeof(*parser));
	int before = complaints->count;
	config_t config;

	parser->complaints = complaints;
	parser->source = *source; /* a view: the caller keeps it */
	parser->rack = blank_copy(rack);
	config_init(&config);
	if (parser_parse(parser, &config))
		read_sections(parser, config_root_setting(&config), notes);
	config_destroy(&config);
	bool good = complaints->count == before;
	if (good)
		take_values(parser->rack, settings, notes);
	rack_destroy(parser->rack);
	free(parser);
	return good;
}
