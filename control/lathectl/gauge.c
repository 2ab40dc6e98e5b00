/* gauge.c - one meter as lathectl shows it: its place, its values, its text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/gauge.h"

#include <math.h>
#include <string.h>

bool gauge_read(struct gauge *gauge, const struct message *message)
{
	const char *path = message_string(message, 0);
	const char *unit = message_string(message, 3);
	const char *curve = message_string(message, 4);
	const char *choices = message_string(message, 9);
	const char *label = message_string(message, 10);
	const char *meter = path ? message_meter(path) : NULL;

	if (!meter)
		return false;
	/* Lathe 0.1 gave a switch no words. */
	if (curve && strcmp(curve, "toggle") == 0 && !(choices && choices[0]))
		choices = "off|on";
	*gauge = (struct gauge) { .floor = message_number(message, 5),
				  .now = (double)NAN,
				  .last = (double)NAN,
				  .least = (double)INFINITY };
	snprintf(gauge->path, sizeof(gauge->path), "%s", path);
	snprintf(gauge->node, sizeof(gauge->node), "%.*s", (int)(meter - path - 1),
		 path + 1);
	snprintf(gauge->name, sizeof(gauge->name), "%s", meter + strlen("/meter/"));
	snprintf(gauge->label, sizeof(gauge->label), "%s", label ? label : "");
	snprintf(gauge->unit, sizeof(gauge->unit), "%s", unit ? unit : "");
	snprintf(gauge->choices, sizeof(gauge->choices), "%s", choices ? choices : "");
	return true;
}

bool gauge_is(const struct gauge *gauge, const char *name)
{
	size_t length = strlen(name);

	return strncmp(gauge->name, name, length) == 0 &&
	       (!gauge->name[length] || gauge->name[length] == '/');
}

bool gauge_is_reduction(const struct gauge *gauge)
{
	return gauge_is(gauge, "gr");
}

bool gauge_is_channel(const struct gauge *gauge)
{
	const char *slash = strchr(gauge->name, '/');

	return slash && strspn(slash + 1, "0123456789") == strlen(slash + 1);
}

static void word_text(const char *choices, double value, char space, char text[32])
{
	const char *at = choices;

	for (int index = (int)(value + 0.5); index > 0 && strchr(at, '|'); index--)
		at = strchr(at, '|') + 1;
	snprintf(text, 32, "%.*s", (int)strcspn(at, "|"), at);
	for (char *letter = text; *letter; letter++)
		if (*letter == '_')
			*letter = space;
}

const char *gauge_text(const struct gauge *gauge, double value, char space,
		       char text[32])
{
	bool is_whole = fabs(value - round(value)) < 0.005;

	if (gauge->choices[0])
		word_text(gauge->choices, value, space, text);
	else
		snprintf(text, 32, "%.*f",
			 gauge->unit[0] ? 1
			 : is_whole     ? 0
					: 2,
			 value);
	return text;
}

bool gauge_at_floor(const struct gauge *gauge, double value)
{
	bool is_level =
		strncmp(gauge->unit, "dB", 2) == 0 || strcmp(gauge->unit, "LUFS") == 0;

	return is_level && value <= gauge->floor && gauge->floor <= FLOOR_DB;
}

void gauge_take(struct gauge *gauge, double value)
{
	if (!isfinite(value))
		return;
	if (!gauge->fresh || value > gauge->now || gauge->choices[0])
		gauge->now = value;
	gauge->last = value;
	/* The first 3 s have no loudness yet: they do not count. */
	if (!gauge_at_floor(gauge, value))
		gauge->least = fmin(gauge->least, value);
	gauge->most = gauge->seen ? fmax(gauge->most, value) : value;
	gauge->fresh = gauge->seen = true;
}

void gauge_reset(struct gauge *gauge)
{
	gauge->least = (double)INFINITY;
	gauge->most = -(double)INFINITY;
}

bool gauge_is_host(const struct gauge *gauge)
{
	return gauge_is(gauge, "in") || gauge_is(gauge, "out") ||
	       gauge_is(gauge, "load");
}
