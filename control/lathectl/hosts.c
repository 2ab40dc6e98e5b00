/* hosts.c - whom --host means: names, addresses, and the groups of ~/.config/lathe/hosts:
 *
 *   # a name, and whom it stands for
 *   studio = 10.0.0.2, 10.0.0.3:3346, [fd00::7]:3345
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/hosts.h"

#include "control/lathectl/bom.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_PATH_BYTES = 512, LINE_BYTES = 1024 };

/* Where a complaint points; line 0: the command line. */
struct where {
	const char *file;
	int line;
};

static bool complain(const struct where *where, const char *found, const char *accepted)
{
	if (where->line)
		fprintf(stderr, "lathectl: %s:%d: found \"%s\", would accept %s\n",
			where->file, where->line, found, accepted);
	else
		fprintf(stderr, "lathectl: --host: found \"%s\", would accept %s\n",
			found, accepted);
	return false;
}

static char *trim(char *text)
{
	size_t end;

	text += strspn(text, " \t\r\n");
	for (end = strlen(text); end && isspace((unsigned char)text[end - 1]); end--)
		text[end - 1] = '\0';
	return text;
}

static bool is_port(const char *text)
{
	return strlen(text) <= 5 && strspn(text, "0123456789") == strlen(text) &&
	       atoi(text) >= 1 && atoi(text) <= 65535;
}

/* "10.0.0.2", "desk:3346", "[fd00::7]:3345" */
static bool place_parse(const char *text, const char *port, struct place *place,
			const struct where *where)
{
	static const char accepted[] =
		"HOST, HOST:PORT or [IPV6]:PORT, the port from 1 to 65535";
	bool bracket = text[0] == '[';
	size_t length = strcspn(text + bracket, bracket ? "]" : ":");
	const char *rest = text + bracket + length;

	if (bracket && *rest++ != ']')
		return complain(where, text, accepted);
	if (!length || length >= sizeof(place->host) || strpbrk(text, " \t=/") ||
	    (*rest && (*rest != ':' || !is_port(rest + 1))))
		return complain(where, text, accepted);
	snprintf(place->name, sizeof(place->name), "%s", text);
	snprintf(place->host, sizeof(place->host), "%.*s", (int)length, text + bracket);
	snprintf(place->port, sizeof(place->port), "%s", *rest ? rest + 1 : port);
	return true;
}

static bool places_add(struct places *places, char *list, const struct where *where)
{
	for (char *text; (text = strsep(&list, ","));) {
		if (places->count == PLACES_MAX)
			return complain(where, trim(text), "at most 32 racks at once");
		if (!place_parse(trim(text), places->port,
				 &places->place[places->count], where))
			return false;
		places->count++;
	}
	return true;
}

static void hosts_path(char path[FILE_PATH_BYTES])
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (folder && folder[0] == '/')
		snprintf(path, FILE_PATH_BYTES, "%s/lathe/hosts", folder);
	else
		snprintf(path, FILE_PATH_BYTES, "%s/.config/lathe/hosts",
			 home ? home : "");
}

bool places_instance(struct places *places, const char *instance)
{
	struct place *place = places->place;
	char path[FILE_PATH_BYTES];

	snprintf(path, sizeof(path), strchr(instance, '/') ? "%s" : "/run/lathe/%s/osc",
		 instance);
	FILE *file = fopen(path, "r");
	bool good = file && fscanf(file, "%79s %7s", place->host, place->port) == 2 &&
		    is_port(place->port);
	if (!good)
		fprintf(stderr,
			"lathectl: --instance %s: %s: found %s, would accept the name "
			"of a running lathed@NAME\n",
			instance, path, file ? "no address" : strerror(errno));
	if (file)
		fclose(file);
	snprintf(place->name, sizeof(place->name), "%s", instance);
	places->count = good;
	return good;
}

/* Reads one line of the file; sets *found when it is the group's. */
static bool line_take(struct places *places, char *line, const char *group,
		      const struct where *where, bool *found)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	static const char accepted[] = "NAME = HOST[:PORT], HOST[:PORT] ...";
	struct places checked = { .port = places->port };
	char all[LINE_BYTES];

	line[strcspn(line, "#")] = '\0';
	line = trim(line);
	if (!*line)
		return true;
	snprintf(all, sizeof(all), "%s", line);
	char *list = strchr(line, '=');
	if (!list)
		return complain(where, all, accepted);
	*list++ = '\0';
	char *name = trim(line);
	if (!*name || strspn(name, letters) != strlen(name))
		return complain(where, all, accepted);
	if (strcmp(name, group) != 0)
		return places_add(&checked, list, where);
	if (*found)
		return complain(where, name, "each name once");
	*found = true;
	return places_add(places, list, where);
}

/* The whole file is checked, whatever is looked for. Without a file there are no
 * groups. */
static bool group_find(struct places *places, const char *group, bool *found)
{
	char path[FILE_PATH_BYTES], line[LINE_BYTES];
	struct where where = { path, 0 };
	bool good = true;

	hosts_path(path);
	*found = false;
	FILE *file = fopen(path, "r");
	if (!file && errno != ENOENT && errno != ENOTDIR)
		fprintf(stderr, "lathectl: %s: %s\n", path, strerror(errno));
	while (file && fgets(line, sizeof(line), file)) {
		where.line++;
		char *text = where.line == 1 ? bom_skip(line) : line;
		good = line_take(places, text, group, &where, found) && good;
	}
	if (file)
		fclose(file);
	return good;
}

void groups_each(void (*each)(void *context, const char *name), void *context)
{
	char path[FILE_PATH_BYTES], line[LINE_BYTES];

	hosts_path(path);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		char *text = bom_skip(line);
		char *name = text + strspn(text, " \t"), *end = strchr(text, '=');
		if (*name == '#' || !end)
			continue;
		*end = '\0';
		each(context, trim(name));
	}
	if (file)
		fclose(file);
}

bool places_read(struct places *places, const char *hosts, const char *port)
{
	const struct where here = { NULL, 0 };
	char copy[LINE_BYTES], *list = copy;

	*places = (struct places) { .port = port };
	if (strlen(hosts) >= sizeof(copy))
		return complain(&here, hosts, "fewer bytes");
	strcpy(copy, hosts);
	for (char *text; (text = strsep(&list, ","));) {
		bool group = false;
		text = trim(text);
		/* A name with a dot or a colon is not a group's. */
		if (!strpbrk(text, ".:[") && !group_find(places, text, &group))
			return false;
		if (!group && !places_add(places, text, &here))
			return false;
	}
	return true;
}
