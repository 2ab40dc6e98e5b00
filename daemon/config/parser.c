/* parser.c - checks settings of a config. Control thread, and the programs without
 * JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/parser.h"
#include "daemon/base/memory.h"

#include "daemon/base/log.h"
#include "daemon/rack/param.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- hints -------------------------------------------------------------------------- */

void hint_add_params(struct hint *hint, const struct node *node)
{
	const struct module *module = node->module;

	for (int i = 0; i < module->param_count; i++)
		hint_add(hint, module->params[i].id);
	for (int g = 0; g < module->group_count; g++)
		hint_add(hint, module->groups[g].id);
	for (int i = 0; node->kind == NODE_MODULE && i < host_param_count; i++)
		hint_add(hint, host_params[i].id);
}

/* ---- complaints --------------------------------------------------------------------- */

int parser_line(struct parser *parser, const config_setting_t *at)
{
	int line;

	config_source_where(&parser->source, (int)config_setting_source_line(at),
			    &line);
	return line;
}

void parser_complain(struct parser *parser, const config_setting_t *at,
		     const char *format, ...)
{
	char words[2048];
	int line;
	const char *file = config_source_where(
		&parser->source, (int)config_setting_source_line(at), &line);
	va_list list;

	va_start(list, format);
	vsnprintf(words, sizeof(words), format, list);
	va_end(list);
	complain(parser->complaints, file, line, "%s", words);
}

const char *setting_found(const config_setting_t *setting, char *text, size_t size)
{
	char digits[48];

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		snprintf(text, size, "%lld", config_setting_get_int64(setting));
		break;
	case CONFIG_TYPE_FLOAT:
		snprintf(digits, sizeof(digits), "%.9g",
			 config_setting_get_float(setting));
		snprintf(text, size, "%s", digits);
		break;
	case CONFIG_TYPE_STRING:
		snprintf(text, size, "\"%.80s\"", config_setting_get_string(setting));
		break;
	case CONFIG_TYPE_BOOL:
		snprintf(text, size, "%s",
			 config_setting_get_bool(setting) ? "true" : "false");
		break;
	case CONFIG_TYPE_GROUP:
		snprintf(text, size, "a group { }");
		break;
	case CONFIG_TYPE_ARRAY:
		snprintf(text, size, "an array [ ]");
		break;
	default:
		snprintf(text, size, "a list ( )");
	}
	return text;
}

void parser_unknown(struct parser *parser, const config_setting_t *setting,
		    const char *where, const struct hint *hint)
{
	const char *key = config_setting_name(setting);
	struct text told = { 0 };

	hint_tell(hint, key, &told);
	parser_complain(parser, setting, "%s: unknown key \"%.80s\"%s", where, key,
			told.bytes);
	text_finish(&told);
}

/* "tone/gain: found 99, would accept ..." */
static void parser_refuse(struct parser *parser, const config_setting_t *setting,
			  const char *where, const char *accepted)
{
	const char *key = config_setting_name(setting);
	char found[128];

	setting_found(setting, found, sizeof(found));
	parser_complain(parser, setting, "%s%s%s: found %s, would accept %s", where,
			key ? "/" : "", key ? key : "", found, accepted);
}

/* ---- the whole ---------------------------------------------------------------------- */

/* libconfig says only "syntax error"; the complaint shows the line where it stopped. */
static void complain_syntax(struct parser *parser, const config_t *config)
{
	int line = config_error_line(config), file_line;
	const char *file = config_source_where(&parser->source, line, &file_line);
	const char *at = parser->source.text.bytes;

	for (int i = 1; i < line && at; i++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	at = at ? at + strspn(at, " \t") : "";
	complain(parser->complaints, file, file_line,
		 "%s at or before \"%.*s\", would accept key = value; and a comma only "
		 "between the items of a list",
		 config_error_text(config), (int)(strcspn(at, "\n") % 80), at);
}

bool parser_parse(struct parser *parser, config_t *config)
{
	if (config_read_string(config, parser->source.text.bytes))
		return true;
	complain_syntax(parser, config);
	return false;
}

/* ---- plain settings ----------------------------------------------------------------- */

bool parser_string(struct parser *parser, const config_setting_t *setting,
		   const char *where, const char **value)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		*value = config_setting_get_string(setting);
		return true;
	}
	parser_refuse(parser, setting, where, "a string");
	return false;
}

bool parser_bool(struct parser *parser, const config_setting_t *setting,
		 const char *where, bool *value)
{
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL) {
		*value = config_setting_get_bool(setting);
		return true;
	}
	parser_refuse(parser, setting, where, "true or false");
	return false;
}

static bool setting_number(const config_setting_t *setting, double *number)
{
	int type = config_setting_type(setting);

	if (type == CONFIG_TYPE_FLOAT)
		*number = config_setting_get_float(setting);
	else if (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64)
		*number = (double)config_setting_get_int64(setting);
	else
		return false;
	return isfinite(*number);
}

bool parser_int(struct parser *parser, const config_setting_t *setting,
		const char *where, int min, int max, int *value)
{
	char accepted[64];
	double number;

	if (setting_number(setting, &number) && number == floor(number) &&
	    number >= min && number <= max) {
		*value = (int)number;
		return true;
	}
	snprintf(accepted, sizeof(accepted), "a whole number from %d to %d", min, max);
	parser_refuse(parser, setting, where, accepted);
	return false;
}

bool parser_number(struct parser *parser, const config_setting_t *setting,
		   const char *where, double min, double max, double *value)
{
	char accepted[64];
	double number;

	if (setting_number(setting, &number) && number >= min && number <= max) {
		*value = number;
		return true;
	}
	snprintf(accepted, sizeof(accepted), "%g to %g", min, max);
	parser_refuse(parser, setting, where, accepted);
	return false;
}

bool parser_name(struct parser *parser, const config_setting_t *setting,
		 const char *where, char name[NAME_BYTES])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	const char *found;

	if (!parser_string(parser, setting, where, &found))
		return false;
	size_t length = strlen(found);
	if (length == 0 || length >= NAME_BYTES || !islower((unsigned char)found[0]) ||
	    strspn(found, letters) != length) {
		parser_refuse(parser, setting, where,
			      "a-z, then up to 31 of a-z 0-9 _ -");
		return false;
	}
	snprintf(name, NAME_BYTES, "%s", found);
	return true;
}

/* ---- params ------------------------------------------------------------------------- */

static bool parser_choice(struct parser *parser, const config_setting_t *setting,
			  const char *where, const struct param *param, float *value)
{
	struct hint hint = { 0 };
	struct text told = { 0 };
	const char *found;

	if (!parser_string(parser, setting, where, &found))
		return false;
	for (int i = 0; param->choices[i]; i++) {
		if (strcmp(param->choices[i], found) == 0) {
			*value = (float)i;
			return true;
		}
		hint_add(&hint, param->choices[i]);
	}
	hint_tell(&hint, found, &told);
	parser_complain(parser, setting, "%s/%s: found \"%.80s\"%s", where, param->id,
			found, told.bytes);
	text_finish(&told);
	return false;
}

/* A file's name, inside the folder of rack's `files`. */
static bool parser_file(struct parser *parser, const config_setting_t *setting,
			const char *where, struct node *node, int index)
{
	const char *folder = parser->rack->files;
	char path[1024];
	const char *name;

	if (!parser_string(parser, setting, where, &name))
		return false;
	if (!name[0] || name[0] == '.' || strchr(name, '/')) {
		parser_refuse(parser, setting, where,
			      "a file name inside the folder of rack's `files`");
		return false;
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!folder[0] || access(path, R_OK) < 0) {
		parser_complain(parser, setting, "%s: found \"%.80s\", %s%s", where,
				name,
				folder[0] ? "would accept a readable file in "
					  : "would accept it once rack has `files`",
				folder);
		return false;
	}
	content_drop(node->files[index]);
	node->files[index] = content_create(node->module, path);
	return true;
}

bool parser_value(struct parser *parser, const config_setting_t *setting,
		  const char *where, struct node *node, int index)
{
	const struct param *param = param_row(node->module, index);
	float *value = &node->values[index];
	int type = config_setting_type(setting);
	char accepted[256];
	double number;

	switch (param->curve) {
	case CURVE_CHOICE:
		return parser_choice(parser, setting, where, param, value);
	case CURVE_FILE:
		return parser_file(parser, setting, where, node, index);
	case CURVE_TRIGGER:
		parser_complain(
			parser, setting,
			"%s/%s: found a value, but it is a trigger: would accept "
			"no such key",
			where, param->id);
		return false;
	case CURVE_TOGGLE:
		if (type == CONFIG_TYPE_BOOL) {
			*value = (float)(config_setting_get_bool(setting) != 0);
			return true;
		}
		if (setting_number(setting, &number) && (number == 0 || number == 1)) {
			*value = (float)number;
			return true;
		}
		parser_refuse(parser, setting, where, "true or false");
		return false;
	default:
		break;
	}
	if (param->flags & PARAM_TOP_OFF && type == CONFIG_TYPE_STRING &&
	    strcmp(config_setting_get_string(setting), "off") == 0) {
		*value = param->max;
		return true;
	}
	/* Compared as floats, since the bounds in the tables are floats. */
	if (setting_number(setting, &number) && (float)number >= param->min &&
	    (float)number <= param->max &&
	    (param->curve != CURVE_INTEGER || number == floor(number))) {
		*value = (float)number + 0.0f; /* turns -0 into 0 */
		return true;
	}
	param_accepts(param, accepted, sizeof(accepted));
	parser_refuse(parser, setting, where, accepted);
	return false;
}

/* The present name of a setting of a node; an old name is logged, and `now` then holds the
 * present one. */
static const char *name_now(struct parser *parser, const config_setting_t *key,
			    const char *where, const struct module *module,
			    char now[64])
{
	const char *name = config_setting_name(key);
	int line;

	if (!param_path_now(module, name, now, 64))
		return name;
	const char *file = config_source_where(
		&parser->source, (int)config_setting_source_line(key), &line);
	log_line(LOG_NOTICE,
		 "%s:%d: %s: found \"%s\", which is called \"%s\" now; only this "
		 "version still reads the old name",
		 file, line, where, name, now);
	return now;
}

/* One member of a group: { type = "bell"; gain = 3.0; }. */
static void parser_member(struct parser *parser, const config_setting_t *setting,
			  const char *where, const struct param_group *group, int first,
			  struct node *node)
{
	int keys = config_setting_length(setting);

	for (int k = 0; k < keys; k++) {
		const config_setting_t *key =
			config_setting_get_elem(setting, (unsigned)k);
		struct hint hint = { 0 };
		char now[64];
		const char *name = name_now(parser, key, where, node->module, now);
		int row;

		for (row = 0; row < group->row_count; row++) {
			if (strcmp(group->rows[row].id, name) == 0)
				break;
			hint_add(&hint, group->rows[row].id);
		}
		if (row < group->row_count)
			parser_value(parser, key, where, node, first + row);
		else
			parser_unknown(parser, key, where, &hint);
	}
}

static void parser_group(struct parser *parser, const config_setting_t *setting,
			 const char *where, const struct param_group *group, int first,
			 struct node *node)
{
	char accepted[128], member_where[WHERE_BYTES];
	int members = config_setting_length(setting);

	if (config_setting_type(setting) != CONFIG_TYPE_LIST) {
		snprintf(accepted, sizeof(accepted),
			 "a list of up to %d groups: ( { }, { } )", group->count);
		parser_refuse(parser, setting, where, accepted);
		return;
	}
	if (members > group->count)
		parser_complain(parser, setting,
				"%s/%s: found %d, would accept up to %d", where,
				group->id, members, group->count);
	for (int m = 0; m < members && m < group->count; m++) {
		const config_setting_t *member =
			config_setting_get_elem(setting, (unsigned)m);

		snprintf(member_where, sizeof(member_where), "%s/%s/%d", where,
			 group->id, m + 1);
		if (config_setting_type(member) == CONFIG_TYPE_GROUP)
			parser_member(parser, member, member_where, group,
				      first + m * group->row_count, node);
		else
			parser_refuse(parser, member, member_where, "a group { }");
	}
}

bool parser_param(struct parser *parser, const config_setting_t *setting,
		  const char *where, struct node *node)
{
	const struct module *module = node->module;
	char now[64];
	const char *key = name_now(parser, setting, where, module, now);
	int first = module->param_count;

	for (int g = 0; g < module->group_count; g++) {
		const struct param_group *group = &module->groups[g];

		if (strcmp(group->id, key) == 0) {
			parser_group(parser, setting, where, group, first, node);
			return true;
		}
		first += group->count * group->row_count;
	}
	int index = param_find(module, node->kind == NODE_MODULE, key);
	if (index < 0 || strchr(key, '/'))
		return false;
	parser_value(parser, setting, where, node, index);
	return true;
}
