/* generate.c - writes the references that follow from the tables. Run by `make docs`.
 *   generate modules             docs/modules.md
 *   generate prose docs/osc.in.md   docs/osc.md: the prose, its @lines replaced
 *   generate prose docs/duty.in.md  docs/duty.md */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/alarm.h"
#include "daemon/osc/commands.h"
#include "daemon/rack/param.h"
#include "daemon/rack/rack.h"

static const int rate = 48000;

/* What may not stand in a table's cell as it is. */
static void print_cell(const char *text)
{
	for (; *text; text++)
		printf("%s%c", *text == '|' ? "\\" : "", *text);
}

static void print_choices(const char *const *choices)
{
	for (int i = 0; choices[i]; i++)
		printf("%s`%s`", i ? " " : "", choices[i]);
}

static void print_range(const struct param *param)
{
	char text[512];

	if (param->curve == CURVE_CHOICE) {
		print_choices(param->choices);
		return;
	}
	if (param->curve == CURVE_TRIGGER) {
		printf("trigger");
		return;
	}
	param_accepts(param, text, sizeof(text));
	print_cell(text);
}

static void print_value(const struct param *param, float value)
{
	char text[64];

	if (param->curve == CURVE_TRIGGER || param->curve == CURVE_FILE) {
		printf("-");
	} else if (param->curve == CURVE_CHOICE) {
		printf("`%s`", param->choices[(int)value]);
	} else {
		param_text(param, value, text, sizeof(text));
		print_cell(text);
	}
}

static const char *curve_name(const struct param *param)
{
	static const char *const names[] = { "linear", "log",    "fader",   "integer",
					     "switch", "choice", "trigger", "file" };

	return names[param->curve];
}

static void print_param(const char *prefix, const struct param *param, bool defaults)
{
	printf("| `%s%s` | ", prefix, param->id);
	print_cell(param->label);
	printf(": ");
	print_cell(param->help);
	printf(" | ");
	print_range(param);
	printf(" | ");
	if (defaults)
		print_value(param, param->def);
	else
		printf("see below");
	printf(" | %s%s%s%s |\n", curve_name(param),
	       param->flags & PARAM_REBUILD ? ", rebuild" : "",
	       param->flags & PARAM_RECALL_SAFE ? ", recall-safe" : "",
	       param->flags & PARAM_CEILING ? ", ceiling" : "");
}

static void print_group_defaults(const struct param_group *group)
{
	printf("\n| %s |", group->id);
	for (int row = 0; row < group->row_count; row++)
		printf(" %s |", group->rows[row].id);
	printf("\n|");
	for (int row = 0; row <= group->row_count; row++)
		printf(" --- |");
	printf("\n");
	for (int m = 0; m < group->count; m++) {
		printf("| %d |", m + 1);
		for (int row = 0; row < group->row_count; row++) {
			printf(" ");
			print_value(&group->rows[row],
				    group->defaults[m * group->row_count + row]);
			printf(" |");
		}
		printf("\n");
	}
}

static void print_params(const struct module *module)
{
	char prefix[64];

	if (module->param_count + module->group_count == 0)
		return;
	printf("\n| param | | range | default | |\n| --- | --- | --- | --- | --- |\n");
	for (int i = 0; i < module->param_count; i++)
		print_param("", &module->params[i], true);
	for (int g = 0; g < module->group_count; g++) {
		const struct param_group *group = &module->groups[g];

		snprintf(prefix, sizeof(prefix), "%s/1..%d/", group->id, group->count);
		for (int row = 0; row < group->row_count; row++)
			print_param(prefix, &group->rows[row], !group->defaults);
	}
	for (int g = 0; g < module->group_count; g++)
		if (module->groups[g].defaults)
			print_group_defaults(&module->groups[g]);
}

static void print_meter(const struct meter *meter)
{
	static const char *const folds[] = { "latest", "highest", "lowest", "sum" };
	char low[48], high[48];

	number_text(meter->min, low, sizeof(low));
	number_text(meter->max, high, sizeof(high));
	if (meter->count)
		printf("| `meter/%s/1..%d/%s` | ", meter->group, meter->count,
		       meter->id);
	else
		printf("| `meter/%s%s` | ", meter->id,
		       meter->flags & METER_PER_CHANNEL ? "/<channel>" : "");
	print_cell(meter->label);
	printf(": ");
	print_cell(meter->help);
	printf(" | ");
	if (meter->choices)
		print_choices(meter->choices);
	else
		printf("%s to %s%s%s", low, high, meter->unit[0] ? " " : "",
		       meter->unit);
	printf(" | %s%s |\n", folds[meter->fold],
	       meter->flags & METER_VECTOR ? ", in a vector" : "");
}

static void print_meters(const struct meter *meters, int count)
{
	if (count == 0)
		return;
	printf("\n| meter | | range | between messages |\n| --- | --- | --- | --- |\n");
	for (int i = 0; i < count; i++)
		print_meter(&meters[i]);
}

static void print_facts(const struct module *module)
{
	int count = params_total(module, true);
	float *values = calloc((size_t)count, sizeof(*values));
	const struct file *const *files = calloc((size_t)count, sizeof(*files));

	if (!values || !files)
		abort();
	for (int i = 0; i < count; i++)
		values[i] = param_default(module, i);
	struct setup setup = { rate, 2, values, files, { false } };
	int latency = module->latency ? module->latency(&setup) : 0;
	printf("\nLatency: %d frames", latency);
	if (latency)
		printf(" (%.2f ms at %d Hz, defaults)", 1000.0 * latency / rate, rate);
	printf(". %s",
	       module->flags & MODULE_GENERATOR ? "No main input." : "Inputs: main");
	for (int i = 0; module->sides && module->sides[i]; i++)
		printf(", `%s`", module->sides[i]);
	printf("%s%s", module->flags & MODULE_GENERATOR ? "" : ".",
	       module->flags & MODULE_RANDOM ? " Two runs may differ." : "");
	for (const struct renamed *row = module->renamed; row && row->was; row++)
		printf(" `%s` was `%s` in the version before.", row->now, row->was);
	printf("\n");
	free(values);
	free((void *)files);
}

static void print_module(const struct module *module, const char *heading)
{
	printf("\n## %s\n\n%s: %s%s\n", heading, module->label, module->help,
	       module->help[0] && module->help[strlen(module->help) - 1] == '.' ? ""
										: ".");
}

static void generate_modules(void)
{
	struct rack *rack = rack_create();

	printf("# Modules\n\nMade from the modules' tables by `make docs`; don't edit. "
	       "Params are keys of a node in the config and\naddresses below "
	       "`/<node>/` in [OSC](osc.md).\n\nLevels in dBFS follow AES17, RMS as "
	       "well: "
	       "a full-scale sine reads 0 dBFS.\n");
	for (int i = 0; module_registry[i]; i++) {
		const struct module *module = module_registry[i];

		if ((module->flags & MODULE_ROLE) == MODULE_OUTPUT)
			continue;
		print_module(module, module->id);
		printf("How it works: [modules/%s](../modules/%s/README.md).\n",
		       module->id, module->id);
		print_facts(module);
		print_params(module);
		print_meters(module->meters, module->meter_count);
	}
	printf("\n## Every node\n");
	printf("\n| param | | range | default | |\n| --- | --- | --- | --- | --- |\n");
	for (int i = 0; i < host_param_count; i++)
		print_param("", &host_params[i], true);
	print_meters(host_meters, host_meter_count);
	const struct module *output = module_of_role(MODULE_OUTPUT);
	if (output) {
		print_module(output, "Outputs");
		printf("Keys in `outputs`, addresses below `/rack/output/<name>/`.\n");
		print_params(output);
		print_meters(output->meters, output->meter_count);
	}
	const struct module *all = rack->nodes[rack->node_count - 1].module;
	print_module(all, "The rack");
	printf("Keys in `rack`, addresses below `/rack/`.\n");
	print_params(all);
	rack_destroy(rack);
}

static void print_address(const char *node, const char *group,
			  const struct param *param)
{
	printf("| `%s%s%s` | ", node, group, param->id);
	print_range(param);
	printf(" | %s |\n", param->flags & PARAM_REBUILD   ? "rebuild"
			    : param->flags & PARAM_CEILING ? "ceiling"
							   : "");
}

static void print_addresses(const struct module *module, const char *node)
{
	char group_text[64];

	printf("\n### %s\n\n| address | range | |\n| --- | --- | --- |\n", module->id);
	for (int i = 0; i < module->param_count; i++)
		print_address(node, "", &module->params[i]);
	for (int g = 0; g < module->group_count; g++) {
		const struct param_group *group = &module->groups[g];

		snprintf(group_text, sizeof(group_text), "%s/<1..%d>/", group->id,
			 group->count);
		for (int row = 0; row < group->row_count; row++)
			print_address(node, group_text, &group->rows[row]);
	}
	for (int i = 0; i < module->meter_count; i++) {
		const struct meter *meter = &module->meters[i];

		if (meter->count)
			snprintf(group_text, sizeof(group_text), "%s/<1..%d>/",
				 meter->group, meter->count);
		else
			group_text[0] = '\0';
		if (meter->flags & METER_VECTOR)
			printf("| `%svector/%s_%s` | %s: %d values | vector |\n", node,
			       meter->group, meter->id, meter->unit, meter->count);
		printf("| `%smeter/%s%s%s` | %s | meter |\n", node, group_text,
		       meter->id,
		       !meter->count && meter->flags & METER_PER_CHANNEL ? "/<channel>"
									 : "",
		       meter->unit);
	}
}

static void generate_addresses(void)
{
	for (int i = 0; module_registry[i]; i++) {
		bool output =
			(module_registry[i]->flags & MODULE_ROLE) == MODULE_OUTPUT;

		print_addresses(module_registry[i],
				output ? "/rack/output/<name>/" : "/<node>/");
	}
}

static void generate_commands(void)
{
	const struct command *command;

	for (int i = 0; (command = command_at(commands_all, i)); i++)
		printf("| `%s` | %s | `%s` | %s |\n", command->path, command->arguments,
		       role_word(command->role), command->help);
}

/* Which commands each role adds to those of the one before it. */
static void generate_roles(void)
{
	const struct command *command;

	for (enum role role = ROLE_VIEW; role <= ROLE_ADMIN; role++) {
		printf("| `%s` | %s", role_word(role),
		       role == ROLE_VIEW      ? "questions about values and meters, "
		       : role == ROLE_CONTROL ? "every set, in any form, "
					      : "");
		const char *between = "";
		for (int i = 0; (command = command_at(commands_all, i)); i++) {
			if (command->role != role)
				continue;
			printf("%s`%s`", between, command->path);
			between = " ";
		}
		printf(" |\n");
	}
}

static void generate_alarms(void)
{
	for (int i = 0; i < ALARM_CODES; i++) {
		const struct alarm_kind *kind = alarm_kind((enum alarm_code)i);

		printf("| `%s` | %s | ", kind->code,
		       kind->level <= EVENT_ERROR ? "error" : "warning");
		print_cell(kind->text);
		printf(" | ");
		print_cell(kind->to_do);
		printf(" |\n");
	}
}

/* Those of one level, for whoever is on duty. */
static void generate_duty(bool errors)
{
	printf("| alarm | you hear | it means | do |\n|---|---|---|---|\n");
	for (int i = 0; i < ALARM_CODES; i++) {
		const struct alarm_kind *kind = alarm_kind((enum alarm_code)i);

		if ((kind->level <= EVENT_ERROR) != errors)
			continue;
		printf("| `%s` | ", kind->code);
		print_cell(alarm_heard((enum alarm_code)i));
		printf(" | ");
		print_cell(kind->text);
		printf(" | ");
		print_cell(kind->to_do);
		printf(" |\n");
	}
}

static int generate_prose(const char *prose)
{
	FILE *file = fopen(prose, "r");
	char line[1024];

	if (!file) {
		perror(prose);
		return 1;
	}
	while (fgets(line, sizeof(line), file)) {
		if (strcmp(line, "@addresses\n") == 0)
			generate_addresses();
		else if (strcmp(line, "@roles\n") == 0)
			generate_roles();
		else if (strcmp(line, "@alarms\n") == 0)
			generate_alarms();
		else if (strcmp(line, "@commands\n") == 0)
			generate_commands();
		else if (strcmp(line, "@errors\n") == 0)
			generate_duty(true);
		else if (strcmp(line, "@warnings\n") == 0)
			generate_duty(false);
		else
			fputs(line, stdout);
	}
	fclose(file);
	return 0;
}

int main(int count, char **words)
{
	if (count == 2 && strcmp(words[1], "modules") == 0) {
		generate_modules();
		return 0;
	}
	if (count == 3 && strcmp(words[1], "prose") == 0)
		return generate_prose(words[2]);
	fprintf(stderr, "usage: generate modules | generate prose FILE\n");
	return 2;
}
