/* ports.c - what a config says of JACK ports: patterns to connect, names, number.
 * Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/ports.h"
#include "daemon/base/memory.h"

#include "daemon/config/parser.h"
#include "daemon/config/regex.h"

#include <stdio.h>
#include <string.h>

enum { PATTERN_BYTES = 320 };

static void read_pattern(struct parser *parser, const config_setting_t *setting,
			 const char *where, char **connect)
{
	const char *pattern, *refusal;

	if (!parser_string(parser, setting, where, &pattern))
		return;
	if (strlen(pattern) > PATTERN_BYTES)
		parser_complain(parser, setting, "%s: found %zu bytes, would accept %d",
				where, strlen(pattern), PATTERN_BYTES);
	else if ((refusal = regex_refusal(pattern)))
		parser_complain(parser, setting, "%s: %s", where, refusal);
	else if (pattern[0])
		*connect = memory_string(pattern);
}

void parser_connect(struct parser *parser, const config_setting_t *setting,
		    const char *where, int channels, char **connect)
{
	int type = config_setting_type(setting), count = config_setting_length(setting);
	char from[WHERE_BYTES + 8], found[128];

	snprintf(from, sizeof(from), "%s/%.7s", where, config_setting_name(setting));
	if (type == CONFIG_TYPE_STRING && channels == 1) {
		read_pattern(parser, setting, from, &connect[0]);
		return;
	}
	if ((type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) ||
	    count != channels) {
		setting_found(setting, found, sizeof(found));
		if (type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST)
			snprintf(found, sizeof(found), "%d pattern%s", count,
				 count == 1 ? "" : "s");
		parser_complain(
			parser, setting,
			"%s: found %s, would accept [\"...\"] with one JACK port "
			"pattern for each of %d channels",
			from, found, channels);
		return;
	}
	for (int i = 0; i < count; i++)
		read_pattern(parser, config_setting_get_elem(setting, (unsigned)i),
			     from, &connect[i]);
}

/* Whether `name` is node + part: an output "comp_send" would have the port names of the
 * node's send. */
static bool name_is_part(const char *name, const char *node, const char *part)
{
	size_t length = strlen(node);

	return strncmp(name, node, length) == 0 && strcmp(name + length, part) == 0;
}

static void port_names_are_free(struct parser *parser)
{
	const struct rack *rack = parser->rack;

	for (int i = 0; i < parser->entry_count; i++) {
		const struct entry *own = &parser->entries[i];
		bool taken = false;

		if (own->node < 0 || !rack->nodes[own->node].returns)
			continue;
		for (int k = 0; k < rack->input_count; k++)
			taken |= name_is_part(rack->inputs[k].name, own->name,
					      "_return") ||
				 name_is_part(rack->inputs[k].name, own->name, "_send");
		for (int k = 0; k < parser->entry_count; k++)
			taken |= parser->entries[k].kind == NODE_OUTPUT &&
				 (name_is_part(parser->entries[k].name, own->name,
					       "_send") ||
				  name_is_part(parser->entries[k].name, own->name,
					       "_return"));
		if (taken)
			parser_complain(
				parser, own->setting,
				"%s: found an input or output called %s_send or "
				"%s_return, whose ports would be called as this "
				"node's; "
				"would accept another name",
				own->name, own->name, own->name);
	}
}

/* Reads the patterns under `key`, if there are any. */
static void read_patterns(struct parser *parser, const struct entry *entry,
			  const char *key, const char *where, char **connect)
{
	const config_setting_t *setting =
		config_setting_get_member(entry->setting, key);
	int channels = parser->rack->nodes[entry->node].channels;

	if (setting && channels > 0)
		parser_connect(parser, setting, where, channels, connect);
}

void parser_ports(struct parser *parser, const config_setting_t *root)
{
	int ports = 0;

	for (int i = 0; i < parser->rack->input_count; i++)
		ports += parser->rack->inputs[i].channels;
	for (int i = 0; i < parser->entry_count; i++) {
		const struct entry *entry = &parser->entries[i];
		char where[WHERE_BYTES];

		if (entry->node < 0)
			continue;
		const struct node *node = &parser->rack->nodes[entry->node];
		snprintf(where, sizeof(where), "%s%s",
			 entry->kind == NODE_OUTPUT ? "output " : "", entry->name);
		if (entry->kind == NODE_OUTPUT && entry->setting != root) {
			read_patterns(parser, entry, "connect", where, node->connect);
		} else if (node->returns) {
			read_patterns(parser, entry, "send", where, node->connect);
			read_patterns(parser, entry, "return", where, node->returns);
		}
		ports += entry->kind == NODE_OUTPUT ? node->channels
			 : node->returns            ? 2 * node->channels
						    : 0;
	}
	if (ports > PORTS_MAX)
		parser_complain(
			parser, root,
			"found %d channels of inputs, outputs, sends and returns, "
			"would accept %d",
			ports, PORTS_MAX);
	port_names_are_free(parser);
}
