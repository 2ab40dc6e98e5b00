/* names.c - the names that patchbays show for our client and its ports. JACK thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/names.h"

#include <jack/metadata.h>
#include <stdio.h>
#include <string.h>

/* In the order of kweight_channel(): that of ITU-R BS.2051, LFE fourth. */
static const char *role(int channel, int channels)
{
	static const char *const two[] = { "left", "right" };
	static const char *const four[] = { "left", "right", "left surround",
					    "right surround" };
	static const char *const five[] = { "left", "right", "centre", "left surround",
					    "right surround" };
	static const char *const eight[] = { "left",          "right",
					     "centre",        "LFE",
					     "left surround", "right surround",
					     "left back",     "right back" };

	switch (channels) {
	case 2:
		return two[channel];
	case 3:
		return eight[channel];
	case 4:
		return four[channel];
	case 5:
		return five[channel];
	case 6:
	case 8:
		return eight[channel];
	default:
		return NULL; /* mono needs no name; 7 have no usual order */
	}
}

/* "main_2" is channel 2 of the section "main". */
static int split(const char *port, int *section)
{
	const char *bar = strrchr(port, '_');
	int channel = 0;

	*section = bar ? (int)(bar - port) : (int)strlen(port);
	if (bar)
		sscanf(bar + 1, "%d", &channel);
	return channel;
}

void names_pretty(const char *port, int channels, char text[PRETTY_BYTES])
{
	int section, channel = split(port, &section);
	const char *plays = channel >= 1 && channel <= channels
				    ? role(channel - 1, channels)
				    : NULL;

	if (plays)
		snprintf(text, PRETTY_BYTES, "Lathe %.*s %d (%s)", section, port,
			 channel, plays);
	else if (channels > 1)
		snprintf(text, PRETTY_BYTES, "Lathe %.*s %d", section, port, channel);
	else
		snprintf(text, PRETTY_BYTES, "Lathe %.*s", section, port);
}

static int channels_of(const struct port_set *set, const struct port *port)
{
	int length, other_length, count = 0;

	split(port->name, &length);
	for (int i = 0; i < set->count; i++) {
		const struct port *other = &set->ports[i];

		split(other->name, &other_length);
		count += other->is_output == port->is_output &&
			 other_length == length &&
			 strncmp(other->name, port->name, (size_t)length) == 0;
	}
	return count;
}

static void tell(struct names *names, jack_client_t *client, jack_uuid_t subject,
		 const char *key, const char *value, const char *type)
{
	if (!names->failed && jack_set_property(client, subject, key, value, type))
		names->failed = true;
}

static void tell_client(struct names *names, jack_client_t *client)
{
	char *number =
		jack_get_uuid_for_client_name(client, jack_get_client_name(client));
	char text[NAME_BYTES + 80];

	if (!number || jack_uuid_parse(number, &names->client)) {
		names->failed = true;
	} else {
		snprintf(text, sizeof(text), "Lathe %s", jack_get_client_name(client));
		tell(names, client, names->client, JACK_METADATA_PRETTY_NAME, text,
		     "text/plain");
		tell(names, client, names->client, JACK_METADATA_ICON_NAME,
		     "multimedia-volume-control", "text/plain");
	}
	jack_free(number);
}

static void tell_port(struct names *names, jack_client_t *client, jack_uuid_t subject,
		      const struct port *port, const char *pretty)
{
	char text[PORT_NAME_BYTES];
	int section;

	tell(names, client, subject, JACK_METADATA_PRETTY_NAME, pretty, "text/plain");
	split(port->name, &section);
	snprintf(text, sizeof(text), "%.*s", section, port->name);
	tell(names, client, subject, JACK_METADATA_PORT_GROUP, text, "text/plain");
	snprintf(text, sizeof(text), "%d", port->slot + 1);
	tell(names, client, subject, JACK_METADATA_ORDER, text,
	     "http://www.w3.org/2001/XMLSchema#int");
	tell(names, client, subject, JACK_METADATA_SIGNAL_TYPE, "AUDIO", "text/plain");
	names->told[port->slot].port = subject;
	strcpy(names->told[port->slot].pretty, pretty);
}

static void forget(struct names *names, jack_client_t *client, int slot)
{
	if (names->told[slot].port)
		jack_remove_properties(client, names->told[slot].port);
	names->told[slot].port = 0;
}

void names_follow(struct names *names, jack_client_t *client, const struct ports *ports,
		  const struct port_set *set, struct call *call)
{
	const struct port *wanted[PORTS_MAX] = { NULL };
	char pretty[PRETTY_BYTES];

	if (names->failed || names->off)
		return;
	for (int i = 0; i < set->count; i++)
		wanted[set->ports[i].slot] = &set->ports[i];
	call_begin(call, "jack_set_property");
	if (!names->client)
		tell_client(names, client);
	for (int i = 0; i < PORTS_MAX; i++) {
		jack_port_t *port = atomic_load(&ports->slots[i].port);
		jack_uuid_t now = port && wanted[i] ? jack_port_uuid(port) : 0;

		if (now)
			names_pretty(wanted[i]->name, channels_of(set, wanted[i]),
				     pretty);
		if (now == names->told[i].port &&
		    (!now || strcmp(pretty, names->told[i].pretty) == 0))
			continue;
		if (now != names->told[i].port)
			forget(names, client, i);
		if (now)
			tell_port(names, client, now, wanted[i], pretty);
	}
	call_end(call);
}

void names_remove(struct names *names, jack_client_t *client, struct call *call)
{
	if (names->off)
		return;
	call_begin(call, "jack_remove_properties");
	for (int i = 0; i < PORTS_MAX && !names->failed; i++)
		forget(names, client, i);
	if (names->client && !names->failed)
		jack_remove_properties(client, names->client);
	call_end(call);
	*names = (struct names) { 0 };
}
