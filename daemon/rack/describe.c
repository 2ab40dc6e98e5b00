/* describe.c - the rack's tree as text. Pure functions of a rack; any thread but
 * audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/describe.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/rack/param.h"

static const char *curve_name(enum curve curve)
{
	static const char *const names[] = { "linear", "log",    "fader",   "integer",
					     "toggle", "choice", "trigger", "file" };

	return names[curve];
}

/* Writes "bell|low_shelf" and returns how many choices there are. */
static int describe_choices(const char *const *choices, struct description *row)
{
	size_t used = 0, size = sizeof(row->choices);
	int count = 0;

	row->choices[0] = '\0';
	for (; choices && choices[count]; count++)
		if (used < size)
			used += (size_t)snprintf(row->choices + used, size - used,
						 "%s%s", count ? "|" : "",
						 choices[count]);
	return count;
}

static void describe_param(const struct node *node, int index, struct description *row)
{
	const struct param *param = param_row(node->module, index);
	int length = snprintf(row->path, sizeof(row->path), "/%s/", node->path);
	int choices = describe_choices(param->choices, row);

	param_path(node->module, index, row->path + length,
		   sizeof(row->path) - (size_t)length);
	row->type = "param";
	row->access = param->curve == CURVE_TRIGGER ? "w" : "rw";
	row->unit = param->unit ? param->unit : "";
	row->curve = curve_name(param->curve);
	row->min = param->min;
	row->max = param->max;
	if (param->curve == CURVE_CHOICE || param->curve == CURVE_TOGGLE ||
	    param->curve == CURVE_TRIGGER) {
		row->min = 0;
		row->max = param->curve == CURVE_CHOICE ? (float)(choices - 1) : 1;
	}
	row->def = param_default(node->module, index);
	row->step = param->step;
	row->label = param->label;
	row->help = param->help;
	row->count = 1;
}

static void describe_meter(const struct node *node, int slot, struct description *row)
{
	const struct meter *meter = meter_row(node->module, node->channels, slot);
	int length = snprintf(row->path, sizeof(row->path), "/%s/meter/", node->path);
	int choices = describe_choices(meter->choices, row);

	meter_path(node->module, node->channels, slot, row->path + length,
		   sizeof(row->path) - (size_t)length);
	row->type = "meter";
	row->access = "r";
	row->unit = meter->unit ? meter->unit : "";
	row->curve = choices == 0 ? "linear" : choices == 2 ? "toggle" : "choice";
	row->min = meter->min;
	row->max = meter->max;
	row->def = 0;
	row->step = 0;
	row->label = meter->label;
	row->help = meter->help;
	row->count = 1;
}

static void describe_vector(const struct node *node, int nth, struct description *row)
{
	const struct meter *meter =
		vector_row(node->module, node->channels, nth, &row->index);
	int length = snprintf(row->path, sizeof(row->path), "/%s/vector/", node->path);

	vector_path(meter, row->path + length, sizeof(row->path) - (size_t)length);
	row->type = "b";
	row->access = "r";
	row->unit = meter->unit;
	row->curve = "linear";
	row->min = meter->min;
	row->max = meter->max;
	row->def = 0;
	row->step = 0;
	row->choices[0] = '\0';
	row->label = meter->label;
	row->help = meter->help;
	row->count = meter->count;
}

void describe_rack(const struct rack *rack,
		   void (*each)(void *context, const struct description *row),
		   void *context)
{
	struct description row;

	for (int n = 0; n < rack->node_count; n++) {
		const struct node *node = &rack->nodes[n];

		row.node = n;
		for (row.index = 0; row.index < node_params(node); row.index++) {
			describe_param(node, row.index, &row);
			each(context, &row);
		}
		for (row.index = 0; row.index < node_meters(node); row.index++) {
			if (meter_row(node->module, node->channels, row.index)->flags &
			    METER_VECTOR)
				continue;
			describe_meter(node, row.index, &row);
			each(context, &row);
		}
		for (int nth = 0; nth < node_vectors(node); nth++) {
			describe_vector(node, nth, &row);
			each(context, &row);
		}
	}
}

static void add_number(struct text *line, const char *key, float value)
{
	char digits[48];

	number_text(value, digits, sizeof(digits));
	text_add(line, " %s=%s", key, digits);
}

static void add_quoted(struct text *line, const char *key, const char *string)
{
	text_add(line, " %s=\"", key);
	for (; string && *string; string++)
		text_add(line, "%s%c", *string == '"' || *string == '\\' ? "\\" : "",
			 *string);
	text_add(line, "\"");
}

void describe_line(const struct description *row, struct text *line)
{
	text_add(line, "%s %s %s", row->path, row->type, row->access);
	add_quoted(line, "unit", row->unit);
	text_add(line, " curve=%s", row->curve);
	add_number(line, "min", row->min);
	add_number(line, "max", row->max);
	add_number(line, "default", row->def);
	add_number(line, "step", row->step);
	add_quoted(line, "choices", row->choices);
	add_quoted(line, "label", row->label);
	add_quoted(line, "help", row->help);
	text_add(line, " count=%d", row->count);
}

struct hashing {
	uint32_t hash;
	struct text line;
};

static void hash_row(void *context, const struct description *row)
{
	struct hashing *hashing = context;

	text_clear(&hashing->line);
	describe_line(row, &hashing->line);
	hashing->hash =
		hash32(hashing->hash, hashing->line.bytes, hashing->line.length + 1);
}

uint32_t describe_hash(const struct rack *rack)
{
	struct hashing hashing = { .hash = hash32_start };

	describe_rack(rack, hash_row, &hashing);
	text_finish(&hashing.line);
	return hashing.hash;
}
