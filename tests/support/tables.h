/* tables.h - the rules for every module's tables: conform.c checks them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TEST_TABLES_H
#define LATHE_TEST_TABLES_H

#include "daemon/rack/param.h"
#include "tests/support/test.h"

#include <string.h>

enum { TABLE_CHANNELS = 2 };

static bool name_is_good(const char *id)
{
	size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return id[0] >= 'a' && id[0] <= 'z' && id[n] == '\0' && n <= 32;
}

static bool word_is_good(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	return n > 0 && word[n] == '\0' && n <= 32;
}

static bool name_is_reserved(const char *id)
{
	static const char *const reserved[] = { "meter",  "norm",  "text", "toggle",
						"adjust", "reset", "ramp", "bypass",
						"module", "name",  "from", "key",
						"rack",   "vector" };

	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++)
		if (!strcmp(id, reserved[i]))
			return true;
	return false;
}

static int count_choices(const struct module *module, const char *id,
			 const char *const *choices)
{
	int count = 0;

	for (; choices && choices[count]; count++)
		CHECK(word_is_good(choices[count]), "%s/%s: %s", module->id, id,
		      choices[count]);
	return count;
}

static void check_row(const struct module *module, const struct param *row)
{
	CHECK(name_is_good(row->id) && !name_is_reserved(row->id), "%s/%s", module->id,
	      row->id);
	CHECK(row->label && *row->label && row->help && strlen(row->help) > 7 &&
		      row->unit,
	      "%s/%s: label, help and unit", module->id, row->id);
	if (row->curve == CURVE_FILE)
		return;
	CHECK(row->min < row->max && row->def >= row->min && row->def <= row->max,
	      "%s/%s: %g <= %g <= %g", module->id, row->id, (double)row->min,
	      (double)row->def, (double)row->max);
	CHECK(row->curve != CURVE_LOG || row->min > 0, "%s/%s: log from %g", module->id,
	      row->id, (double)row->min);
	int choices = count_choices(module, row->id, row->choices);
	CHECK((row->curve == CURVE_CHOICE) == (choices > 0) &&
		      (choices == 0 || row->max == (float)(choices - 1)),
	      "%s/%s: %d choices, max %g", module->id, row->id, choices,
	      (double)row->max);
}

/* Each side is a key of the config, so no param may have its name. */
static void test_sides(const struct module *module)
{
	static const char *const taken[] = { "module", "name",     "from",
					     "send",   "channels", "return" };
	int count = 0;

	for (; module->sides && module->sides[count]; count++) {
		const char *id = module->sides[count];
		CHECK(word_is_good(id), "%s: side %s", module->id, id);
		for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
			CHECK(strcmp(id, taken[i]) != 0, "%s: side %s", module->id, id);
		for (int other = 0; other < count; other++)
			CHECK(strcmp(id, module->sides[other]) != 0, "%s: side %s",
			      module->id, id);
		CHECK(param_find(module, true, id) < 0, "%s: side %s is a param, too",
		      module->id, id);
		for (int g = 0; g < module->group_count; g++)
			CHECK(strcmp(id, module->groups[g].id) != 0,
			      "%s: side %s is a group, too", module->id, id);
	}
	CHECK(count <= SIDES_MAX, "%s: %d sides", module->id, count);
}

/* An old name is not in use any more, and the new one exists. */
static void test_renamed(const struct module *module)
{
	for (const struct renamed *row = module->renamed; row && row->was; row++) {
		bool meter = strncmp(row->was, "meter/", 6) == 0;
		const char *was = row->was + (meter ? 6 : 0);
		int found = 0, old = 0;

		for (int m = 0; meter && m < module->meter_count; m++) {
			found += !strcmp(module->meters[m].id, row->now);
			old += !strcmp(module->meters[m].id, was);
		}
		for (int p = 0; !meter && p < params_total(module, false); p++) {
			found += !strcmp(param_row(module, p)->id, row->now);
			old += !strcmp(param_row(module, p)->id, was);
		}
		for (int g = 0; !meter && g < module->group_count; g++) {
			found += !strcmp(module->groups[g].id, row->now);
			old += !strcmp(module->groups[g].id, was);
		}
		CHECK(found > 0 && old == 0, "%s: %s is %s now", module->id, row->was,
		      row->now);
	}
}

static void test_tables(const struct module *module)
{
	CHECK(name_is_good(module->id) && module->label && module->help, "%s",
	      module->id);
	char a[80], b[80];
	int total = params_total(module, false);
	for (int p = 0; p < total; p++) {
		const struct param *row = param_row(module, p);
		check_row(module, row);
		param_path(module, p, a, sizeof(a));
		CHECK(param_find(module, true, a) == p, "%s/%s is not unique",
		      module->id, a);
		float def = param_default(module, p);
		CHECK(row->curve == CURVE_FILE || (def >= row->min && def <= row->max),
		      "%s/%s: default %g", module->id, a, (double)def);
	}
	for (int slot = 0; slot < meters_total(module, TABLE_CHANNELS, true); slot++) {
		const struct meter *row = meter_row(module, TABLE_CHANNELS, slot);
		meter_path(module, TABLE_CHANNELS, slot, b, sizeof(b));
		CHECK(meter_find(module, TABLE_CHANNELS, true, b) == slot,
		      "%s meter %s", module->id, b);
		CHECK(row->label && row->help && row->unit && row->min < row->max,
		      "%s meter %s", module->id, b);
		int choices = count_choices(module, b, row->choices);
		CHECK(!row->choices || (choices > 1 && !row->unit[0] && row->min == 0 &&
					row->max == (float)(choices - 1)),
		      "%s meter %s: %d choices for %g to %g", module->id, b, choices,
		      (double)row->min, (double)row->max);
		CHECK(!(row->flags & METER_VECTOR) ||
			      (row->count && row->flags & METER_MEASURED &&
			       row->fold == FOLD_LAST && row->min >= -127 &&
			       row->max <= 127),
		      "%s meter %s: a vector", module->id, b);
		/* Upwards from 0 dB, whichever module it is. */
		bool gr = !strcmp(row->id, "gr");
		CHECK(gr == !strcmp(row->label, "Gain reduction") &&
			      (!gr || (row->min == 0 && row->fold == FOLD_MAX)),
		      "%s meter %s: gain reduction", module->id, b);
	}
}

#endif
