/* cords.c - remembers users' connections of our ports for the next client. JACK
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/cords.h"
#include "daemon/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct cord_pair {
	char *own, *other;
};

static void list_drop(struct cord_list *list, int pair)
{
	free(list->pairs[pair].own);
	free(list->pairs[pair].other);
	list->pairs[pair] = list->pairs[--list->count];
}

static void list_clear(struct cord_list *list)
{
	while (list->count)
		list_drop(list, list->count - 1);
	free(list->pairs);
	list->pairs = NULL;
}

/* If there is no memory, this cord is not kept. */
static void list_add(struct cord_list *list, const char *own, const char *other)
{
	size_t bytes = (size_t)(list->count + 1) * sizeof(*list->pairs);
	struct cord_pair *pairs = memory_resize(list->pairs, bytes, 1);

	if (!pairs)
		return;
	list->pairs = pairs;
	pairs[list->count++] =
		(struct cord_pair) { memory_string(own), memory_string(other) };
	if (!pairs[list->count - 1].own || !pairs[list->count - 1].other)
		list_drop(list, list->count - 1);
}

static void plug_due(struct cord_list *due, jack_client_t *client,
		     const jack_port_t *port, const char *own)
{
	for (int i = due->count - 1; i >= 0; i--) {
		if (strcmp(due->pairs[i].own, own) != 0)
			continue;
		/* A failure is not reported: the other port may have gone with the
		 * server. */
		if (jack_port_flags(port) & JackPortIsOutput)
			jack_connect(client, jack_port_name(port), due->pairs[i].other);
		else
			jack_connect(client, due->pairs[i].other, jack_port_name(port));
		list_drop(due, i);
	}
}

static void see(struct cord_list *now, jack_client_t *client, jack_port_t *port,
		const struct patch *patch)
{
	const char **others = jack_port_get_all_connections(client, port);

	for (int i = 0; others && others[i]; i++)
		if (!patch_made(patch, port, others[i]))
			list_add(now, jack_port_short_name(port), others[i]);
	jack_free(others);
}

void cords_lost(struct cords *cords)
{
	list_clear(&cords->due);
	cords->due = cords->now;
	cords->now = (struct cord_list) { 0 };
}

void cords_follow(struct cords *cords, jack_client_t *client, const struct ports *ports,
		  const struct patch *patch)
{
	list_clear(&cords->now);
	for (int i = 0; i < PORTS_MAX; i++) {
		jack_port_t *port = atomic_load(&ports->slots[i].port);

		if (!port)
			continue;
		plug_due(&cords->due, client, port, jack_port_short_name(port));
		see(&cords->now, client, port, patch);
	}
}

void cords_finish(struct cords *cords)
{
	list_clear(&cords->now);
	list_clear(&cords->due);
}
