/* print.c - prints a rack as a config. Control thread. Defaults are left out, so that a
 * printed config reads like a written one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/print.h"

#include "daemon/config/osc.h"
#include "daemon/config/quote.h"
#include "daemon/config/schedule.h"
#include "daemon/rack/param.h"

#include <string.h>

void config_print_value(struct text *text, const struct node *node, int index)
{
	const struct param *param = param_row(node->module, index);
	float value = node->values[index];
	char digits[48];

	switch (param->curve) {
	case CURVE_FILE:
		text_add_quoted(text, node_file(node, index));
		return;
	case CURVE_TOGGLE:
		text_add(text, value > 0 ? "true" : "false");
		return;
	case CURVE_CHOICE:
		text_add_quoted(text, param->choices[(int)value]);
		return;
	case CURVE_INTEGER:
		text_add(text, "%d", (int)value);
		return;
	default:
		if (param_is_off(param, value)) {
			text_add_quoted(text, "off");
			return;
		}
		number_text(value, digits, sizeof(digits));
		text_add(text, "%s%s", digits, strpbrk(digits, ".e") ? "" : ".0");
	}
}

static bool value_is_said(const struct node *node, int index)
{
	const struct param *param = param_row(node->module, index);

	if (param->flags & PARAM_PASSING)
		return false;
	switch (param->curve) {
	case CURVE_TRIGGER:
		return false;
	case CURVE_FILE:
		return node->files[index] != NULL;
	default:
		return node->values[index] != param_default(node->module, index);
	}
}

static void print_params(struct text *text, const struct node *node, int first,
			 int count, const char *before)
{
	for (int i = first; i < first + count; i++) {
		if (!value_is_said(node, i))
			continue;
		text_add(text, "%s%s = ", before, param_row(node->module, i)->id);
		config_print_value(text, node, i);
		text_add(text, ";");
	}
}

static void print_group(struct text *text, const struct node *node,
			const struct param_group *group, int first)
{
	int members = 0;

	for (int i = 0; i < group->count * group->row_count; i++)
		if (value_is_said(node, first + i))
			members = 1 + i / group->row_count;
	if (members == 0)
		return;
	text_add(text, "\n    %s = (", group->id);
	for (int m = 0; m < members; m++) {
		text_add(text, "%s\n      {", m ? "," : "");
		print_params(text, node, first + m * group->row_count, group->row_count,
			     " ");
		text_add(text, " }");
	}
	text_add(text, "\n    );");
}

static void print_values(struct text *text, const struct node *node)
{
	const struct module *module = node->module;
	int first = module->param_count;

	print_params(text, node, 0, first, "\n    ");
	for (int g = 0; g < module->group_count; g++) {
		print_group(text, node, &module->groups[g], first);
		first += module->groups[g].count * module->groups[g].row_count;
	}
	print_params(text, node, first, node_params(node) - first, "\n    ");
}

static void print_sources(struct text *text, const struct rack *rack,
			  const struct node *node, int side, const char *key)
{
	text_add(text, "\n    %s = [", key);
	for (int i = 0; i < node->source_count[side]; i++) {
		struct source source = node->sources[side][i];

		text_add(text, "%s\"%s\"", i ? ", " : "",
			 source.kind == FROM_INPUT ? rack->inputs[source.index].name
						   : rack->nodes[source.index].name);
	}
	text_add(text, "];");
}

/* Whether a config without `from` would give the node this main source. */
static bool source_is_default(const struct rack *rack, int place)
{
	const struct node *node = &rack->nodes[place];
	int above = place - 1;

	if (node->source_count[0] != 1)
		return false;
	while (above >= 0 && rack->nodes[above].kind != NODE_MODULE)
		above--;
	struct source wanted = { above < 0 ? FROM_INPUT : FROM_NODE,
				 above < 0 ? 0 : above };
	return node->sources[0][0].kind == wanted.kind &&
	       node->sources[0][0].index == wanted.index;
}

static void print_connect(struct text *text, const char *key, char *const *connect,
			  int channels)
{
	bool any = false;

	for (int i = 0; connect && i < channels; i++)
		any = any || connect[i];
	if (!any)
		return;
	text_add(text, "\n    %s = [", key);
	for (int i = 0; i < channels; i++) {
		text_add(text, i ? ", " : "");
		text_add_quoted(text, connect[i] ? connect[i] : "");
	}
	text_add(text, "];");
}

static void print_node(struct text *text, const struct rack *rack, int place)
{
	const struct node *node = &rack->nodes[place];
	const struct module *module = node->module;

	text_add(text, "  {");
	if (node->kind == NODE_MODULE)
		text_add(text, " module = \"%s\";", module->id);
	text_add(text, " name = \"%s\";", node->name);
	if (module->flags & MODULE_GENERATOR && node->kind == NODE_MODULE)
		text_add(text, "\n    channels = %d;", node->channels);
	else if (!source_is_default(rack, place))
		print_sources(text, rack, node, 0, "from");
	for (int side = 0; module->sides && module->sides[side]; side++)
		if (node->kind == NODE_MODULE && node->source_count[1 + side] > 0)
			print_sources(text, rack, node, 1 + side, module->sides[side]);
	if (node->returns) {
		print_connect(text, "send", node->connect, node->channels);
		print_connect(text, "return", node->returns, node->channels);
	}
	if (node->kind == NODE_OUTPUT) {
		print_connect(text, "connect", node->connect, node->channels);
		if (node->align[0])
			text_add(text, "\n    align = \"%s\";", node->align);
		if (node->monitor)
			text_add(text, "\n    monitor = true;");
		if (node->master)
			text_add(text, "\n    master = true;");
	}
	print_values(text, node);
	text_add(text, " }");
}

static void print_nodes(struct text *text, const struct rack *rack, enum node_kind kind,
			const char *section)
{
	int printed = 0;

	for (int i = 0; i < rack->node_count; i++) {
		if (rack->nodes[i].kind != kind)
			continue;
		text_add(text, printed++ ? ",\n" : "%s = (\n", section);
		print_node(text, rack, i);
	}
	if (printed)
		text_add(text, "\n);\n");
}

static void print_inputs(struct text *text, const struct rack *rack)
{
	for (int i = 0; i < rack->input_count; i++) {
		const struct input *input = &rack->inputs[i];

		text_add(text, "%s  { name = \"%s\"; channels = %d;",
			 i ? ",\n" : "inputs = (\n", input->name, input->channels);
		print_connect(text, "connect", input->connect, input->channels);
		text_add(text, " }");
	}
	if (rack->input_count)
		text_add(text, "\n);\n");
}

/* Without nodes it must say so, or it would not load. */
static bool is_empty(const struct rack *rack)
{
	bool empty = true;

	for (int i = 0; i < rack->node_count; i++)
		empty = empty && rack->nodes[i].kind != NODE_MODULE;
	return rack->empty || empty;
}

void config_print(const struct rack *rack, struct text *text)
{
	text_add(text, "rack = {\n    name = \"%s\";", rack->name);
	if (rack->latency)
		text_add(text, "\n    latency = %d;", rack->latency);
	if (is_empty(rack))
		text_add(text, "\n    empty = true;");
	if (rack->files[0]) {
		text_add(text, "\n    files = ");
		text_add_quoted(text, rack->files);
		text_add(text, ";");
	}
	if (rack->scenes[0]) {
		text_add(text, "\n    scenes = ");
		text_add_quoted(text, rack->scenes);
		text_add(text, ";");
	}
	print_values(text, &rack->nodes[rack->node_count - 1]);
	text_add(text, "\n};\n");
	print_inputs(text, rack);
	print_nodes(text, rack, NODE_MODULE, "nodes");
	print_nodes(text, rack, NODE_OUTPUT, "outputs");
	config_print_osc(rack->osc, text);
	config_print_schedule(rack, text);
}
