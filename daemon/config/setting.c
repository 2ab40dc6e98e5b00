/* setting.c - how a setting of the config is checked. Control thread, and the programs
 * without JACK. */
#include "daemon/config/setting.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/rack/param.h"

/* ---- words -------------------------------------------------------------------------- */

void words_add(struct words *words, const char *word)
{
	if (words->count < WORDS_MAX)
		words->list[words->count++] = word;
}

/* Insertions, deletions and replacements from one word to the other (Levenshtein). */
static int word_distance(const char *a, const char *b)
{
	int row[64], lengths[2] = { (int)strlen(a), (int)strlen(b) };

	if (lengths[0] > 63 || lengths[1] > 63)
		return 64;
	for (int j = 0; j <= lengths[1]; j++)
		row[j] = j;
	for (int i = 1; i <= lengths[0]; i++) {
		int corner = row[0];

		row[0] = i;
		for (int j = 1; j <= lengths[1]; j++) {
			int replace = corner + (tolower((unsigned char)a[i - 1]) !=
						tolower((unsigned char)b[j - 1]));
			int best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			corner = row[j];
			row[j] = best < replace ? best : replace;
		}
	}
	return row[lengths[1]];
}

void words_hint(const struct words *words, const char *found, struct text *hint)
{
	int half = (int)strlen(found) / 2, least = half < 3 ? half : 3;
	const char *best = NULL;

	for (int i = 0; i < words->count; i++) {
		int distance = word_distance(found, words->list[i]);

		if (distance < least || (distance == least && !best && *found)) {
			least = distance;
			best = words->list[i];
		}
	}
	if (best) {
		text_add(hint, ", did you mean \"%s\"?", best);
		return;
	}
	text_add(hint, ", would accept ");
	for (int i = 0; i < words->count && i < 40; i++)
		text_add(hint, "%s%s", i ? ", " : "", words->list[i]);
	if (words->count == 0)
		text_add(hint, "nothing here");
}

void words_add_params(struct words *words, const struct node *node)
{
	const struct module *module = node->module;

	for (int i = 0; i < module->param_count; i++)
		words_add(words, module->params[i].id);
	for (int g = 0; g < module->group_count; g++)
		words_add(words, module->groups[g].id);
	for (int i = 0; node->kind == NODE_MODULE && i < host_param_count; i++)
		words_add(words, host_params[i].id);
}

/* ---- complaints --------------------------------------------------------------------- */

int reading_line(struct reading *reading, const config_setting_t *at)
{
	int line;

	config_source_where(&reading->source, (int)config_setting_source_line(at),
			    &line);
	return line;
}

void reading_complain(struct reading *reading, const config_setting_t *at,
		      const char *format, ...)
{
	char words[2048];
	int line;
	const char *file = config_source_where(
		&reading->source, (int)config_setting_source_line(at), &line);
	va_list list;

	va_start(list, format);
	vsnprintf(words, sizeof(words), format, list);
	va_end(list);
	complain(reading->complaints, file, line, "%s", words);
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

void reading_unknown(struct reading *reading, const config_setting_t *setting,
		     const char *where, const struct words *words)
{
	const char *key = config_setting_name(setting);
	struct text hint = { 0 };

	words_hint(words, key, &hint);
	reading_complain(reading, setting, "%s: unknown key \"%.80s\"%s", where, key,
			 hint.bytes);
	text_finish(&hint);
}

/* "tone/gain: found 99, would accept ..." */
static void reading_refuse(struct reading *reading, const config_setting_t *setting,
			   const char *where, const char *accepted)
{
	const char *key = config_setting_name(setting);
	char found[128];

	setting_found(setting, found, sizeof(found));
	reading_complain(reading, setting, "%s%s%s: found %s, would accept %s", where,
			 key ? "/" : "", key ? key : "", found, accepted);
}

/* ---- the whole ---------------------------------------------------------------------- */

/* libconfig says no more than "syntax error"; show the line that it stumbled over. */
static void complain_syntax(struct reading *reading, const config_t *config)
{
	int line = config_error_line(config), file_line;
	const char *file = config_source_where(&reading->source, line, &file_line);
	const char *at = reading->source.text.bytes;

	for (int i = 1; i < line && at; i++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	at = at ? at + strspn(at, " \t") : "";
	complain(reading->complaints, file, file_line,
		 "%s at or before \"%.*s\", would accept key = value; and a comma only "
		 "between the items of a list",
		 config_error_text(config), (int)(strcspn(at, "\n") % 80), at);
}

bool reading_parse(struct reading *reading, config_t *config)
{
	if (config_read_string(config, reading->source.text.bytes))
		return true;
	complain_syntax(reading, config);
	return false;
}

/* ---- plain settings ----------------------------------------------------------------- */

bool reading_string(struct reading *reading, const config_setting_t *setting,
		    const char *where, const char **value)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING) {
		*value = config_setting_get_string(setting);
		return true;
	}
	reading_refuse(reading, setting, where, "a string");
	return false;
}

bool reading_bool(struct reading *reading, const config_setting_t *setting,
		  const char *where, bool *value)
{
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL) {
		*value = config_setting_get_bool(setting);
		return true;
	}
	reading_refuse(reading, setting, where, "true or false");
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

bool reading_int(struct reading *reading, const config_setting_t *setting,
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
	reading_refuse(reading, setting, where, accepted);
	return false;
}

bool reading_number(struct reading *reading, const config_setting_t *setting,
		    const char *where, double min, double max, double *value)
{
	char accepted[64];
	double number;

	if (setting_number(setting, &number) && number >= min && number <= max) {
		*value = number;
		return true;
	}
	snprintf(accepted, sizeof(accepted), "%g to %g", min, max);
	reading_refuse(reading, setting, where, accepted);
	return false;
}

bool reading_name(struct reading *reading, const config_setting_t *setting,
		  const char *where, char name[NAME_BYTES])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	const char *found;

	if (!reading_string(reading, setting, where, &found))
		return false;
	size_t length = strlen(found);
	if (length == 0 || length >= NAME_BYTES || !islower((unsigned char)found[0]) ||
	    strspn(found, letters) != length) {
		reading_refuse(reading, setting, where,
			       "a-z, then up to 31 of a-z 0-9 _ -");
		return false;
	}
	snprintf(name, NAME_BYTES, "%s", found);
	return true;
}

/* ---- params ------------------------------------------------------------------------- */

static bool reading_choice(struct reading *reading, const config_setting_t *setting,
			   const char *where, const struct param *param, float *value)
{
	struct words words = { 0 };
	struct text hint = { 0 };
	const char *found;

	if (!reading_string(reading, setting, where, &found))
		return false;
	for (int i = 0; param->choices[i]; i++) {
		if (strcmp(param->choices[i], found) == 0) {
			*value = (float)i;
			return true;
		}
		words_add(&words, param->choices[i]);
	}
	words_hint(&words, found, &hint);
	reading_complain(reading, setting, "%s/%s: found \"%.80s\"%s", where, param->id,
			 found, hint.bytes);
	text_finish(&hint);
	return false;
}

/* Names inside the configured folder only. */
static bool reading_file(struct reading *reading, const config_setting_t *setting,
			 const char *where, char **file)
{
	const char *folder = reading->rack->files;
	char path[1024];
	const char *name;

	if (!reading_string(reading, setting, where, &name))
		return false;
	if (!name[0] || name[0] == '.' || strchr(name, '/')) {
		reading_refuse(reading, setting, where,
			       "a file name inside the folder of rack's `files`");
		return false;
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (!folder[0] || access(path, R_OK) < 0) {
		reading_complain(reading, setting, "%s: found \"%.80s\", %s%s", where,
				 name,
				 folder[0] ? "would accept a readable file in "
					   : "would accept it once rack has `files`",
				 folder);
		return false;
	}
	free(*file);
	*file = strdup(path);
	return *file != NULL;
}

bool reading_value(struct reading *reading, const config_setting_t *setting,
		   const char *where, const struct param *param, float *value,
		   char **file)
{
	int type = config_setting_type(setting);
	char accepted[256];
	double number;

	switch (param->curve) {
	case CURVE_CHOICE:
		return reading_choice(reading, setting, where, param, value);
	case CURVE_FILE:
		return reading_file(reading, setting, where, file);
	case CURVE_TRIGGER:
		reading_complain(
			reading, setting,
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
		reading_refuse(reading, setting, where, "true or false");
		return false;
	default:
		break;
	}
	if (param->flags & PARAM_TOP_OFF && type == CONFIG_TYPE_STRING &&
	    strcmp(config_setting_get_string(setting), "off") == 0) {
		*value = param->max;
		return true;
	}
	/* Compared as floats: the bounds of a table are. */
	if (setting_number(setting, &number) && (float)number >= param->min &&
	    (float)number <= param->max &&
	    (param->curve != CURVE_INTEGER || number == floor(number))) {
		*value = (float)number + 0.0f; /* no -0 */
		return true;
	}
	param_accepts(param, accepted, sizeof(accepted));
	reading_refuse(reading, setting, where, accepted);
	return false;
}

/* The name of a setting of a node; an old one is told and becomes the present one, which
 * stands in `now`. */
static const char *setting_name_now(struct reading *reading,
				    const config_setting_t *key, const char *where,
				    const struct module *module, char now[64])
{
	const char *name = config_setting_name(key);
	int line;

	if (!param_path_now(module, name, now, 64))
		return name;
	const char *file = config_source_where(
		&reading->source, (int)config_setting_source_line(key), &line);
	log_line(LOG_NOTICE,
		 "%s:%d: %s: found \"%s\", which is called \"%s\" now; only this "
		 "version "
		 "still reads the old name",
		 file, line, where, name, now);
	return now;
}

/* One member of a group: { type = "bell"; gain = 3.0; }. */
static void reading_member(struct reading *reading, const config_setting_t *setting,
			   const char *where, const struct param_group *group,
			   int first, struct node *node)
{
	int keys = config_setting_length(setting);

	for (int k = 0; k < keys; k++) {
		const config_setting_t *key =
			config_setting_get_elem(setting, (unsigned)k);
		struct words words = { 0 };
		char now[64];
		const char *name =
			setting_name_now(reading, key, where, node->module, now);
		int row;

		for (row = 0; row < group->row_count; row++) {
			if (strcmp(group->rows[row].id, name) == 0)
				break;
			words_add(&words, group->rows[row].id);
		}
		if (row < group->row_count)
			reading_value(reading, key, where, &group->rows[row],
				      &node->values[first + row],
				      &node->files[first + row]);
		else
			reading_unknown(reading, key, where, &words);
	}
}

static void reading_group(struct reading *reading, const config_setting_t *setting,
			  const char *where, const struct param_group *group, int first,
			  struct node *node)
{
	char accepted[128], member_where[WHERE_BYTES];
	int members = config_setting_length(setting);

	if (config_setting_type(setting) != CONFIG_TYPE_LIST) {
		snprintf(accepted, sizeof(accepted),
			 "a list of up to %d groups: ( { }, { } )", group->count);
		reading_refuse(reading, setting, where, accepted);
		return;
	}
	if (members > group->count)
		reading_complain(reading, setting,
				 "%s/%s: found %d, would accept up to %d", where,
				 group->id, members, group->count);
	for (int m = 0; m < members && m < group->count; m++) {
		const config_setting_t *member =
			config_setting_get_elem(setting, (unsigned)m);

		snprintf(member_where, sizeof(member_where), "%s/%s/%d", where,
			 group->id, m + 1);
		if (config_setting_type(member) == CONFIG_TYPE_GROUP)
			reading_member(reading, member, member_where, group,
				       first + m * group->row_count, node);
		else
			reading_refuse(reading, member, member_where, "a group { }");
	}
}

bool reading_param(struct reading *reading, const config_setting_t *setting,
		   const char *where, struct node *node)
{
	const struct module *module = node->module;
	char now[64];
	const char *key = setting_name_now(reading, setting, where, module, now);
	int first = module->param_count;

	for (int g = 0; g < module->group_count; g++) {
		const struct param_group *group = &module->groups[g];

		if (strcmp(group->id, key) == 0) {
			reading_group(reading, setting, where, group, first, node);
			return true;
		}
		first += group->count * group->row_count;
	}
	int index = param_find(module, node->kind == NODE_MODULE, key);
	if (index < 0 || strchr(key, '/'))
		return false;
	reading_value(reading, setting, where, param_row(module, index),
		      &node->values[index], &node->files[index]);
	return true;
}
