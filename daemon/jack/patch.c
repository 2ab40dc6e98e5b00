/* patch.c - keeps our JACK ports connected to the ports that their patterns match.
 *
 * JACK thread. A cord is a pair (our port, a name that matched) that was connected
 * once. It is dropped when the name disappears. So a port that comes back is connected
 * again, and a port that a user disconnected stays disconnected.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/patch.h"
#include "daemon/base/memory.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct cord {
	char *name;
	bool ours; /* true: we connected it, and may disconnect it */
	bool seen; /* found during this scan */
};

struct wish {
	jack_port_t *port;
	char *pattern;
	regex_t regex;
	bool has_regex;
	struct cord *cords;
	int cord_count;
};

struct patch {
	jack_client_t *client;
	struct wish *wishes;
	int wish_count;
};

/* The whole name must match, so that "capture_1" does not match capture_10. */
static bool compile(regex_t *regex, const char *pattern)
{
	size_t room = strlen(pattern) + sizeof "^()$";
	char *whole = memory_zeroed(1, room);
	bool valid;

	if (!whole)
		return false;
	strcpy(whole, "^(");
	strcat(whole, pattern);
	strcat(whole, ")$");
	valid = regcomp(regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
	free(whole);
	return valid;
}

bool patch_matches(const char *pattern, const char *name)
{
	regex_t regex;
	bool matches = strcmp(pattern, name) == 0;

	if (!matches && compile(&regex, pattern)) {
		matches = regexec(&regex, name, 0, NULL, 0) == 0;
		regfree(&regex);
	}
	return matches;
}

static bool wish_matches(const struct wish *wish, const char *name)
{
	if (!wish->pattern)
		return false;
	return strcmp(wish->pattern, name) == 0 ||
	       (wish->has_regex && regexec(&wish->regex, name, 0, NULL, 0) == 0);
}

static void wish_pattern(struct wish *wish, const char *pattern)
{
	if (wish->has_regex)
		regfree(&wish->regex);
	free(wish->pattern);
	wish->pattern = pattern && *pattern ? memory_string(pattern) : NULL;
	wish->has_regex = wish->pattern && compile(&wish->regex, wish->pattern);
}

static void wish_drop(struct wish *wish, int cord)
{
	free(wish->cords[cord].name);
	wish->cords[cord] = wish->cords[--wish->cord_count];
}

static void wish_finish(struct wish *wish)
{
	while (wish->cord_count)
		wish_drop(wish, wish->cord_count - 1);
	free(wish->cords);
	wish_pattern(wish, NULL);
}

static struct cord *wish_cord(struct wish *wish, const char *name)
{
	for (int i = 0; i < wish->cord_count; i++)
		if (strcmp(wish->cords[i].name, name) == 0)
			return &wish->cords[i];
	return NULL;
}

static struct cord *wish_add(struct wish *wish, const char *name)
{
	size_t bytes = (size_t)(wish->cord_count + 1) * sizeof(*wish->cords);
	struct cord *cords = memory_resize(wish->cords, bytes, 1);

	if (!cords)
		return NULL;
	wish->cords = cords;
	cords[wish->cord_count] = (struct cord) { .name = memory_string(name) };
	if (!cords[wish->cord_count].name)
		return NULL;
	return &cords[wish->cord_count++];
}

static bool wish_is_output(const struct wish *wish)
{
	return jack_port_flags(wish->port) & JackPortIsOutput;
}

/* Returns 0, EEXIST (it was connected already) or another error, which libjack logs. */
static int plug(struct patch *patch, const struct wish *wish, const char *name)
{
	const char *own = jack_port_name(wish->port);

	return wish_is_output(wish) ? jack_connect(patch->client, own, name)
				    : jack_connect(patch->client, name, own);
}

static void unplug(struct patch *patch, const struct wish *wish, const char *name)
{
	const char *own = jack_port_name(wish->port);

	if (wish_is_output(wish))
		jack_disconnect(patch->client, own, name);
	else
		jack_disconnect(patch->client, name, own);
}

struct patch *patch_create(jack_client_t *client)
{
	struct patch *patch = memory_zeroed(1, sizeof(*patch));

	if (patch)
		patch->client = client;
	return patch;
}

void patch_destroy(struct patch *patch)
{
	if (!patch)
		return;
	for (int i = 0; i < patch->wish_count; i++)
		wish_finish(&patch->wishes[i]);
	free(patch->wishes);
	free(patch);
}

static struct wish *patch_wish(struct patch *patch, jack_port_t *port)
{
	for (int i = 0; i < patch->wish_count; i++)
		if (patch->wishes[i].port == port)
			return &patch->wishes[i];
	return NULL;
}

void patch_want(struct patch *patch, jack_port_t *port, const char *pattern)
{
	struct wish *wish = patch_wish(patch, port);

	if (!wish) {
		size_t bytes = (size_t)(patch->wish_count + 1) * sizeof(*wish);
		struct wish *wishes = memory_resize(patch->wishes, bytes, 1);

		if (!wishes)
			return;
		patch->wishes = wishes;
		wish = &wishes[patch->wish_count++];
		*wish = (struct wish) { .port = port };
	}
	if (wish->pattern && pattern && strcmp(wish->pattern, pattern) == 0)
		return;
	wish_pattern(wish, pattern);
	for (int i = wish->cord_count - 1; i >= 0; i--) {
		const struct cord *cord = &wish->cords[i];

		if (wish_matches(wish, cord->name))
			continue;
		if (cord->ours)
			unplug(patch, wish, cord->name);
		wish_drop(wish, i);
	}
}

void patch_forget(struct patch *patch, jack_port_t *port)
{
	struct wish *wish = patch_wish(patch, port);

	if (wish) {
		wish_finish(wish);
		*wish = patch->wishes[--patch->wish_count];
	}
}

void patch_arrived(struct patch *patch, const char *name)
{
	for (int i = 0; i < patch->wish_count; i++) {
		struct wish *wish = &patch->wishes[i];

		for (int k = wish->cord_count - 1; k >= 0; k--)
			if (!name || strcmp(wish->cords[k].name, name) == 0)
				wish_drop(wish, k);
	}
}

static void scan_name(struct patch *patch, struct wish *wish, const char *name)
{
	struct cord *cord = wish_cord(wish, name);

	if (!cord && (cord = wish_add(wish, name)))
		cord->ours = plug(patch, wish, name) == 0;
	if (cord)
		cord->seen = true;
}

static void scan_wish(struct patch *patch, struct wish *wish)
{
	unsigned long side = wish_is_output(wish) ? JackPortIsInput : JackPortIsOutput;
	const char **names =
		jack_get_ports(patch->client, NULL, JACK_DEFAULT_AUDIO_TYPE, side);

	for (int i = 0; i < wish->cord_count; i++)
		wish->cords[i].seen = false;
	for (int i = 0; names && names[i]; i++) {
		const jack_port_t *port = jack_port_by_name(patch->client, names[i]);

		if (port && !jack_port_is_mine(patch->client, port) &&
		    wish_matches(wish, names[i]))
			scan_name(patch, wish, names[i]);
	}
	jack_free(names);
	for (int i = wish->cord_count - 1; i >= 0; i--)
		if (!wish->cords[i].seen)
			wish_drop(wish, i);
}

bool patch_made(const struct patch *patch, const jack_port_t *port, const char *name)
{
	for (int i = 0; i < patch->wish_count; i++) {
		const struct wish *wish = &patch->wishes[i];

		for (int k = 0; wish->port == port && k < wish->cord_count; k++)
			if (wish->cords[k].ours && !strcmp(wish->cords[k].name, name))
				return true;
	}
	return false;
}

/* Is each port that matches among the connections, and is there one? */
static bool wish_granted(const struct wish *wish, const char *const *others)
{
	for (int k = 0; k < wish->cord_count; k++) {
		int i = 0;
		while (others[i] && strcmp(others[i], wish->cords[k].name) != 0)
			i++;
		if (!others[i])
			return false;
	}
	return !wish->pattern || wish->cord_count > 0;
}

enum cables patch_cables(const struct patch *patch, const jack_port_t *port)
{
	const char **others = jack_port_get_all_connections(patch->client, port);
	enum cables cables = others && *others ? CABLES_WHOLE : CABLES_NONE;

	for (int i = 0; i < patch->wish_count && cables == CABLES_WHOLE; i++)
		if (patch->wishes[i].port == port &&
		    !wish_granted(&patch->wishes[i], others))
			cables = CABLES_SOME;
	jack_free(others);
	return cables;
}

void patch_scan(struct patch *patch)
{
	for (int i = 0; i < patch->wish_count; i++)
		if (patch->wishes[i].pattern)
			scan_wish(patch, &patch->wishes[i]);
}
