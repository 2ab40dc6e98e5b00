/* param.c - indices and paths of a node's params and meters. Pure functions, any
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/param.h"

#include <stdio.h>
#include <string.h>

const struct param host_params[] = {
	{ .id = "bypass",
	  .label = "Bypass",
	  .help = "Plays the node's input, delayed by the node's latency, bit for bit.",
	  .unit = "",
	  .curve = CURVE_TOGGLE,
	  .max = 1,
	  .step = 1 },
};
const int host_param_count = sizeof(host_params) / sizeof(host_params[0]);

const char *const off_on[] = { "off", "on", NULL };
const char *const compare_choices[] = { "off", "a", "b", "bypass", "delta", NULL };

const struct meter host_meters[] = {
	{ .id = "in",
	  .label = "In",
	  .help = "Sample peak of the input.",
	  .unit = "dB",
	  .min = -120,
	  .max = 20,
	  .fold = FOLD_MAX,
	  .flags = METER_PER_CHANNEL | METER_LINEAR },
	{ .id = "out",
	  .label = "Out",
	  .help = "Sample peak of the output.",
	  .unit = "dB",
	  .min = -120,
	  .max = 20,
	  .fold = FOLD_MAX,
	  .flags = METER_PER_CHANNEL | METER_LINEAR },
	{ .id = "load",
	  .label = "Load",
	  .help = "Share of the available time that this node used.",
	  .unit = "%",
	  .min = 0,
	  .max = 100,
	  .fold = FOLD_MAX },
};
const int host_meter_count = sizeof(host_meters) / sizeof(host_meters[0]);

/* ---- params ---------------------------------------------------------------------- */

/* The row of a value index: in a group, or (group NULL) a single row. */
struct place {
	const struct param_group *group;
	int member; /* from 0 */
	int row;
};

static struct place param_place(const struct module *module, int index)
{
	int first = module->param_count;

	for (int g = 0; g < module->group_count && index >= first; g++) {
		const struct param_group *group = &module->groups[g];
		int size = group->count * group->row_count;

		if (index < first + size)
			return (struct place) { group,
						(index - first) / group->row_count,
						(index - first) % group->row_count };
		first += size;
	}
	return (struct place) { NULL, 0, index };
}

int params_total(const struct module *module, bool host)
{
	int total = module->param_count + (host ? host_param_count : 0);

	for (int g = 0; g < module->group_count; g++)
		total += module->groups[g].count * module->groups[g].row_count;
	return total;
}

const struct param *param_row(const struct module *module, int index)
{
	struct place place = param_place(module, index);

	if (place.group)
		return &place.group->rows[place.row];
	if (index < module->param_count)
		return &module->params[index];
	return &host_params[index - params_total(module, false)];
}

float param_default(const struct module *module, int index)
{
	struct place place = param_place(module, index);

	if (place.group && place.group->defaults)
		return place.group
			->defaults[place.member * place.group->row_count + place.row];
	return param_row(module, index)->def;
}

int param_path(const struct module *module, int index, char *path, size_t size)
{
	struct place place = param_place(module, index);
	const char *id = param_row(module, index)->id;

	if (place.group)
		return snprintf(path, size, "%s/%d/%s", place.group->id,
				place.member + 1, id);
	return snprintf(path, size, "%s", id);
}

int param_find(const struct module *module, bool host, const char *path)
{
	char found[128];
	int total = params_total(module, host);

	for (int i = 0; i < total; i++) {
		param_path(module, i, found, sizeof(found));
		if (strcmp(found, path) == 0)
			return i;
	}
	return -1;
}

int param_of_role(const struct module *module, unsigned role)
{
	for (int i = 0; role && i < module->param_count; i++)
		if ((module->params[i].flags & PARAM_ROLE) == role)
			return i;
	return -1;
}

/* The new name of the first `length` letters of an old path, or NULL. */
static const char *name_now(const struct module *module, const char *name,
			    size_t length, bool meter)
{
	static const char prefix[] = "meter/";

	for (const struct renamed *row = module->renamed; row && row->was; row++) {
		bool of_meter = strncmp(row->was, prefix, sizeof(prefix) - 1) == 0;
		const char *was = row->was + (of_meter ? sizeof(prefix) - 1 : 0);

		if (of_meter == meter && strlen(was) == length &&
		    memcmp(was, name, length) == 0)
			return row->now;
	}
	return NULL;
}

bool param_path_now(const struct module *module, const char *path, char *now,
		    size_t size)
{
	bool meter = strncmp(path, "meter/", strlen("meter/")) == 0, found = false;
	size_t used = 0;

	for (const char *at = path; *at && used < size;) {
		size_t length = strcspn(at, "/");
		const char *name = name_now(module, at, length, meter && at != path);

		found = found || name;
		used += (size_t)snprintf(now + used, size - used, "%.*s%s",
					 name ? (int)strlen(name) : (int)length,
					 name ? name : at, at[length] ? "/" : "");
		at += length + (at[length] == '/');
	}
	return found && used < size;
}

const struct module *module_find(const char *id)
{
	for (int i = 0; module_registry[i]; i++)
		if (strcmp(module_registry[i]->id, id) == 0)
			return module_registry[i];
	return NULL;
}

const struct module *module_of_role(unsigned role)
{
	for (int i = 0; module_registry[i]; i++)
		if ((module_registry[i]->flags & MODULE_ROLE) == role)
			return module_registry[i];
	return NULL;
}

/* ---- meters ---------------------------------------------------------------------- */

static int meter_slots(const struct meter *meter, int channels)
{
	if (meter->count)
		return meter->count;
	return meter->flags & METER_PER_CHANNEL ? channels : 1;
}

/* The row of a slot; sets `first` to the row's first slot. */
static const struct meter *meter_place(const struct module *module, int channels,
				       int slot, int *first)
{
	int rows = module->meter_count + host_meter_count;

	*first = 0;
	for (int i = 0; i < rows; i++) {
		const struct meter *meter =
			i < module->meter_count ? &module->meters[i]
						: &host_meters[i - module->meter_count];
		int slots = meter_slots(meter, channels);

		if (slot < *first + slots)
			return meter;
		*first += slots;
	}
	return NULL;
}

int meters_total(const struct module *module, int channels, bool host)
{
	int total = 0;

	for (int i = 0; i < module->meter_count; i++)
		total += meter_slots(&module->meters[i], channels);
	for (int i = 0; host && i < host_meter_count; i++)
		total += meter_slots(&host_meters[i], channels);
	return total;
}

int meter_of_role(const struct module *module, int channels, unsigned role)
{
	int slot = 0;

	for (int i = 0; i < module->meter_count; i++) {
		if ((module->meters[i].flags & METER_ROLE) == role)
			return slot;
		slot += meter_slots(&module->meters[i], channels);
	}
	return -1;
}

const struct meter *meter_row(const struct module *module, int channels, int slot)
{
	int first;

	return meter_place(module, channels, slot, &first);
}

int meter_path(const struct module *module, int channels, int slot, char *path,
	       size_t size)
{
	int first;
	const struct meter *meter = meter_place(module, channels, slot, &first);

	if (meter->count)
		return snprintf(path, size, "%s/%d/%s", meter->group, slot - first + 1,
				meter->id);
	if (meter->flags & METER_PER_CHANNEL)
		return snprintf(path, size, "%s/%d", meter->id, slot - first + 1);
	return snprintf(path, size, "%s", meter->id);
}

int vectors_total(const struct module *module)
{
	int total = 0;

	for (int i = 0; i < module->meter_count; i++)
		total += (module->meters[i].flags & METER_VECTOR) != 0;
	return total;
}

const struct meter *vector_row(const struct module *module, int channels, int nth,
			       int *slot)
{
	*slot = 0;
	for (int i = 0; i < module->meter_count; i++) {
		const struct meter *meter = &module->meters[i];

		if (meter->flags & METER_VECTOR && nth-- == 0)
			return meter;
		*slot += meter_slots(meter, channels);
	}
	return NULL;
}

int vector_path(const struct meter *row, char *path, size_t size)
{
	return snprintf(path, size, "%s_%s", row->group, row->id);
}

int meter_find(const struct module *module, int channels, bool host, const char *path)
{
	char found[128];
	int total = meters_total(module, channels, host);

	for (int i = 0; i < total; i++) {
		meter_path(module, channels, i, found, sizeof(found));
		if (strcmp(found, path) == 0)
			return i;
	}
	return -1;
}
