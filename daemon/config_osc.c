/* config_osc.c - the config's `osc` section: where we listen, and to whom. Control thread,
 * and the programs without JACK. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/reading.h"

static bool address_parse(const char *text, uint32_t *address)
{
	struct in_addr parsed;

	if (inet_pton(AF_INET, text, &parsed) != 1)
		return false;
	*address = ntohl(parsed.s_addr);
	return true;
}

/* "192.168.1.0/24" or "192.168.1.7". */
static bool network_parse(const char *text, struct allow *allow)
{
	char address[32];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char *end = NULL;
	long bits = slash ? strtol(slash + 1, &end, 10) : 32;

	if (length >= sizeof(address) || bits < 0 || bits > 32 ||
	    (slash && (strspn(slash + 1, "0123456789") == 0 || *end)))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)length, text);
	allow->mask = bits ? 0xffffffffu << (32 - bits) : 0;
	return address_parse(address, &allow->address);
}

static void read_allow(struct reading *reading, const config_setting_t *setting)
{
	struct osc_settings *osc = &reading->rack->osc;
	int type = config_setting_type(setting), count = config_setting_length(setting);
	char found[128];
	const char *text;

	if (type != CONFIG_TYPE_ARRAY && type != CONFIG_TYPE_LIST) {
		setting_found(setting, found, sizeof(found));
		reading_complain(
			reading, setting,
			"osc/allow: found %s, would accept [\"192.168.1.0/24\", ...]",
			found);
		return;
	}
	free(osc->allow);
	osc->allow_count = 0;
	osc->allow = calloc((size_t)count + 1, sizeof(*osc->allow));
	if (!osc->allow)
		abort();
	for (int i = 0; i < count; i++) {
		const config_setting_t *entry =
			config_setting_get_elem(setting, (unsigned)i);
		struct allow *allow = &osc->allow[osc->allow_count];

		if (!reading_string(reading, entry, "osc/allow", &text))
			continue;
		if (!network_parse(text, allow))
			reading_complain(
				reading, entry,
				"osc/allow: found \"%.80s\", would accept a network "
				"(\"192.168.1.0/24\") or an address",
				text);
		else if (allow->address & ~allow->mask)
			reading_complain(
				reading, entry,
				"osc/allow: found \"%.80s\" with bits beyond its mask, "
				"did you mean \"%u.%u.%u.%u/%d\"?",
				text, (allow->address & allow->mask) >> 24,
				(allow->address & allow->mask) >> 16 & 255,
				(allow->address & allow->mask) >> 8 & 255,
				allow->address & allow->mask & 255,
				__builtin_popcount(allow->mask));
		else
			osc->allow_count++;
	}
}

static void read_listen(struct reading *reading, const config_setting_t *setting)
{
	struct osc_settings *osc = &reading->rack->osc;
	uint32_t address;
	const char *text;

	if (!reading_string(reading, setting, "osc", &text))
		return;
	if (!address_parse(text, &address))
		reading_complain(
			reading, setting,
			"osc/listen: found \"%.80s\", would accept an IPv4 address "
			"(\"127.0.0.1\"; \"0.0.0.0\" is all of them)",
			text);
	else
		snprintf(osc->listen, sizeof(osc->listen), "%s", text);
}

void reading_osc(struct reading *reading, const config_setting_t *root)
{
	const config_setting_t *section = config_setting_get_member(root, "osc");
	const struct words words = { { "listen", "port", "allow" }, 3 };
	struct osc_settings *osc = &reading->rack->osc;
	uint32_t address = 0;
	char found[128];

	if (!section)
		return;
	if (config_setting_type(section) != CONFIG_TYPE_GROUP) {
		setting_found(section, found, sizeof(found));
		reading_complain(reading, section,
				 "osc: found %s, would accept a group { }", found);
		return;
	}
	for (int i = 0; i < config_setting_length(section); i++) {
		const config_setting_t *key =
			config_setting_get_elem(section, (unsigned)i);
		const char *id = config_setting_name(key);

		if (strcmp(id, "listen") == 0)
			read_listen(reading, key);
		else if (strcmp(id, "port") == 0)
			reading_int(reading, key, "osc", 0, 65535, &osc->port);
		else if (strcmp(id, "allow") == 0)
			read_allow(reading, key);
		else
			reading_unknown(reading, key, "osc", &words);
	}
	address_parse(osc->listen, &address);
	if (address >> 24 != 127 && osc->allow_count == 0)
		reading_complain(
			reading, config_setting_get_member(section, "listen"),
			"osc/listen: found %s, which a network can reach, but no "
			"`allow`: would accept allow = [\"192.168.1.0/24\"]",
			osc->listen);
}
