/* osc.c - the config's section `osc`: address and port, networks, clients, limits.
 * Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/osc.h"
#include "daemon/base/memory.h"

#include "daemon/base/ipv4.h"
#include "daemon/config/parser.h"
#include "daemon/config/quote.h"
#include "daemon/rack/param.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALLOW_MAX = 64, REGULARS_MAX = 16, LIMITS_MAX = 32 };

static const double rate_least = 0.1, rate_most = 50.0, rate_usual = 20.0;

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

/* ---- what lists share ----------------------------------------------------------------- */

/* How many elements a list or array has; -1 after a complaint. */
static int list_length(struct parser *parser, const config_setting_t *list,
		       const char *where, int most, const char *accepted)
{
	int type = config_setting_type(list), count = config_setting_length(list);
	char found[128];

	if ((type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST) && count <= most)
		return count;
	if (count > most && (type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST))
		snprintf(found, sizeof(found), "%d of them", count);
	else
		setting_found(list, found, sizeof(found));
	parser_complain(parser, list, "%s: found %s, would accept up to %d: %s", where,
			found, most, accepted);
	return -1;
}

static bool is_group(struct parser *parser, const config_setting_t *element,
		     const char *where, const char *accepted)
{
	char found[128];

	if (config_setting_type(element) == CONFIG_TYPE_GROUP)
		return true;
	setting_found(element, found, sizeof(found));
	parser_complain(parser, element, "%s: found %s, would accept %s", where, found,
			accepted);
	return false;
}

static void *room_for(int count, size_t size)
{
	void *room = memory_zeroed((size_t)count + 1, size);

	return room;
}

static void read_role(struct parser *parser, const config_setting_t *key,
		      const char *where, enum role *role)
{
	const char *text;

	if (!parser_string(parser, key, where, &text))
		return;
	*role = role_of_word(text);
	if (*role == ROLE_NONE)
		parser_complain(parser, key,
				"%s: found \"%.80s\", would accept \"view\", "
				"\"control\", \"admin\"",
				where, text);
}

static bool read_pattern(struct parser *parser, const config_setting_t *key,
			 const char *where, char text[PATTERN_BYTES_MAX + 1],
			 struct pattern *pattern)
{
	const char *found, *why = "at most 128 characters";

	if (!parser_string(parser, key, where, &found))
		return false;
	int length = snprintf(text, PATTERN_BYTES_MAX + 1, "%s%s",
			      found[0] == '/' ? "" : "/", found);
	if (length <= PATTERN_BYTES_MAX &&
	    pattern_compile(pattern, text, (size_t)length, &why))
		return true;
	parser_complain(parser, key,
			"%s: found \"%.80s\", would accept an address or a pattern "
			"(%s)",
			where, found, why);
	return false;
}

/* ---- allow ---------------------------------------------------------------------------- */

static bool read_network(struct parser *parser, const config_setting_t *setting,
			 struct allow *allow)
{
	const char *text;

	if (!parser_string(parser, setting, "osc/allow", &text))
		return false;
	if (!network_parse(text, allow)) {
		parser_complain(parser, setting,
				"osc/allow: found \"%.80s\", would accept a network "
				"(\"192.168.1.0/24\") or an address",
				text);
		return false;
	}
	if (!(allow->address & ~allow->mask))
		return true;
	parser_complain(parser, setting,
			"osc/allow: found \"%.80s\" with bits beyond its mask, "
			"did you mean \"%u.%u.%u.%u/%d\"?",
			text, (allow->address & allow->mask) >> 24,
			(allow->address & allow->mask) >> 16 & 255,
			(allow->address & allow->mask) >> 8 & 255,
			allow->address & allow->mask & 255,
			__builtin_popcount(allow->mask));
	return false;
}

static void read_allow_entry(struct parser *parser, const config_setting_t *element,
			     struct allow *allow)
{
	static const char accepted[] =
		"{ network = \"192.168.1.0/24\"; role = \"view\"; }";
	const struct hint hint = { { "network", "role", "trust" }, 3 };
	bool good = false;

	*allow = (struct allow) { .role = ROLE_CONTROL };
	if (config_setting_type(element) == CONFIG_TYPE_STRING) {
		parser->rack->osc->allow_count += read_network(parser, element, allow);
		return;
	}
	if (!is_group(parser, element, "osc/allow", accepted))
		return;
	for (int i = 0; i < config_setting_length(element); i++) {
		const config_setting_t *key =
			config_setting_get_elem(element, (unsigned)i);
		const char *id = config_setting_name(key);

		if (strcmp(id, "network") == 0)
			good = read_network(parser, key, allow);
		else if (strcmp(id, "role") == 0)
			read_role(parser, key, "osc/allow", &allow->role);
		else if (strcmp(id, "trust") == 0)
			parser_bool(parser, key, "osc/allow", &allow->trust);
		else
			parser_unknown(parser, key, "osc/allow", &hint);
	}
	if (!config_setting_get_member(element, "network"))
		parser_complain(parser, element,
				"osc/allow: found no network, would accept %s",
				accepted);
	parser->rack->osc->allow_count += good;
}

static void read_allow(struct parser *parser, const config_setting_t *list)
{
	struct osc_settings *osc = parser->rack->osc;
	int count = list_length(parser, list, "osc/allow", ALLOW_MAX,
				"[\"192.168.1.0/24\", ...] or ( { network = "
				"\"192.168.1.0/24\"; role = \"view\"; }, ... )");

	if (count < 0)
		return;
	osc->allow = room_for(count, sizeof(*osc->allow));
	for (int i = 0; i < count; i++)
		read_allow_entry(parser, config_setting_get_elem(list, (unsigned)i),
				 &osc->allow[osc->allow_count]);
}

/* ---- clients -------------------------------------------------------------------------- */

/* "192.168.1.20:9000" */
static bool read_target(struct parser *parser, const config_setting_t *key,
			struct regular *regular)
{
	char address[32];
	const char *text, *colon;
	char *end = NULL;

	if (!parser_string(parser, key, "osc/clients", &text))
		return false;
	colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	if (colon && length < sizeof(address)) {
		snprintf(address, sizeof(address), "%.*s", (int)length, text);
		long port = strtol(colon + 1, &end, 10);
		if (address_parse(address, &regular->address) && !*end && port > 0 &&
		    port <= 65535 && strspn(colon + 1, "0123456789") > 0) {
			regular->port = (int)port;
			return true;
		}
	}
	parser_complain(parser, key,
			"osc/clients: found \"%.80s\", would accept an address and "
			"its port (\"192.168.1.20:9000\")",
			text);
	return false;
}

/* Complains when a client's host has another role above: a role belongs to a host, not
 * to a port. */
static void check_role(struct parser *parser, const config_setting_t *element,
		       const struct regular *regular)
{
	const struct osc_settings *osc = parser->rack->osc;

	for (int i = 0; i < osc->regular_count; i++) {
		const struct regular *other = &osc->regulars[i];

		if (other->address != regular->address || other->role == regular->role)
			continue;
		parser_complain(parser, element,
				"osc/clients: found the role \"%s\" for a host that "
				"has \"%s\" above, would accept one role for a host",
				role_word(regular->role), role_word(other->role));
		return;
	}
}

static void read_regular(struct parser *parser, const config_setting_t *element,
			 struct regular *regular)
{
	static const char accepted[] = "{ address = \"192.168.1.20:9000\"; }";
	const struct hint hint = { { "address", "role", "pattern", "rate" }, 4 };
	struct pattern pattern;
	bool good = false;

	*regular = (struct regular) { .role = ROLE_CONTROL,
				      .pattern = "/*",
				      .rate = rate_usual };
	if (!is_group(parser, element, "osc/clients", accepted))
		return;
	for (int i = 0; i < config_setting_length(element); i++) {
		const config_setting_t *key =
			config_setting_get_elem(element, (unsigned)i);
		const char *id = config_setting_name(key);

		if (strcmp(id, "address") == 0)
			good = read_target(parser, key, regular);
		else if (strcmp(id, "role") == 0)
			read_role(parser, key, "osc/clients", &regular->role);
		else if (strcmp(id, "pattern") == 0)
			read_pattern(parser, key, "osc/clients", regular->pattern,
				     &pattern);
		else if (strcmp(id, "rate") == 0)
			parser_number(parser, key, "osc/clients", rate_least, rate_most,
				      &regular->rate);
		else
			parser_unknown(parser, key, "osc/clients", &hint);
	}
	if (!config_setting_get_member(element, "address"))
		parser_complain(parser, element,
				"osc/clients: found no address, would accept %s",
				accepted);
	if (good)
		check_role(parser, element, regular);
	parser->rack->osc->regular_count += good;
}

static void read_regulars(struct parser *parser, const config_setting_t *list)
{
	struct osc_settings *osc = parser->rack->osc;
	int count = list_length(parser, list, "osc/clients", REGULARS_MAX,
				"( { address = \"192.168.1.20:9000\"; }, ... )");

	if (count < 0)
		return;
	osc->regulars = room_for(count, sizeof(*osc->regulars));
	for (int i = 0; i < count; i++)
		read_regular(parser, config_setting_get_elem(list, (unsigned)i),
			     &osc->regulars[osc->regular_count]);
}

/* ---- limits --------------------------------------------------------------------------- */

static bool matches_any(const struct rack *rack, const struct pattern *pattern)
{
	char path[192];

	for (int n = 0; n < rack->node_count; n++) {
		const struct node *node = &rack->nodes[n];
		int length = snprintf(path, sizeof(path), "/%s/", node->path);

		for (int p = 0; p < node_params(node); p++) {
			param_path(node->module, p, path + length,
				   sizeof(path) - (size_t)length);
			if (pattern_match(pattern, path))
				return true;
		}
	}
	return false;
}

static void read_most(struct parser *parser, const config_setting_t *key,
		      struct limit *limit)
{
	const char *text = config_setting_get_string(key);

	limit->as_config = text && strcmp(text, "config") == 0;
	if (text && !limit->as_config)
		parser_complain(parser, key,
				"osc/limits: found \"%.80s\", would accept a number "
				"or \"config\"",
				text);
	else
		limit->has_max =
			limit->as_config || parser_number(parser, key, "osc/limits",
							  -1e9, 1e9, &limit->max);
}

static void read_limit(struct parser *parser, const config_setting_t *element,
		       struct limit *limit)
{
	static const char accepted[] =
		"{ param = \"input/gain\"; max = -10.0; }, with min, max or both";
	const struct hint hint = { { "param", "role", "min", "max" }, 4 };
	bool good = false;

	*limit = (struct limit) { .role = ROLE_CONTROL };
	if (!is_group(parser, element, "osc/limits", accepted))
		return;
	for (int i = 0; i < config_setting_length(element); i++) {
		const config_setting_t *key =
			config_setting_get_elem(element, (unsigned)i);
		const char *id = config_setting_name(key);

		if (strcmp(id, "param") == 0)
			good = read_pattern(parser, key, "osc/limits", limit->params,
					    &limit->pattern);
		else if (strcmp(id, "role") == 0)
			read_role(parser, key, "osc/limits", &limit->role);
		else if (strcmp(id, "max") == 0)
			read_most(parser, key, limit);
		else if (strcmp(id, "min") == 0)
			limit->has_min = parser_number(parser, key, "osc/limits", -1e9,
						       1e9, &limit->min);
		else
			parser_unknown(parser, key, "osc/limits", &hint);
	}
	if (good && !matches_any(parser->rack, &limit->pattern))
		parser_complain(parser, element,
				"osc/limits: found %s, which is no param of this "
				"rack, would accept what lathed --describe lists",
				limit->params);
	bool named = config_setting_get_member(element, "param");
	if (!named || (!config_setting_get_member(element, "min") &&
		       !config_setting_get_member(element, "max")))
		parser_complain(parser, element,
				"osc/limits: found no %s, would accept %s",
				named ? "min or max" : "param", accepted);
	if (limit->has_min && limit->has_max && !limit->as_config &&
	    limit->min > limit->max)
		parser_complain(parser, element,
				"osc/limits: found min %g above max %g, would accept "
				"it the other way round",
				limit->min, limit->max);
	parser->rack->osc->limit_count += good;
}

static void read_limits(struct parser *parser, const config_setting_t *list)
{
	struct osc_settings *osc = parser->rack->osc;
	int count = list_length(parser, list, "osc/limits", LIMITS_MAX,
				"( { param = \"input/gain\"; max = -10.0; }, ... )");

	if (count < 0)
		return;
	osc->limits = room_for(count, sizeof(*osc->limits));
	for (int i = 0; i < count; i++)
		read_limit(parser, config_setting_get_elem(list, (unsigned)i),
			   &osc->limits[osc->limit_count]);
}

/* ---- the section ---------------------------------------------------------------------- */

static void read_listen(struct parser *parser, const config_setting_t *setting)
{
	struct osc_settings *osc = parser->rack->osc;
	uint32_t address;
	const char *text;

	if (!parser_string(parser, setting, "osc", &text))
		return;
	if (!address_parse(text, &address))
		parser_complain(
			parser, setting,
			"osc/listen: found \"%.80s\", would accept an IPv4 address "
			"(\"127.0.0.1\"; \"0.0.0.0\" is all of them)",
			text);
	else
		snprintf(osc->listen, sizeof(osc->listen), "%s", text);
}

static void read_osc_key(struct parser *parser, const config_setting_t *key)
{
	const struct hint hint = {
		{ "listen", "port", "allow", "clients", "limits", "announce" }, 6
	};
	struct osc_settings *osc = parser->rack->osc;
	const char *id = config_setting_name(key);
	bool announce;

	if (strcmp(id, "listen") == 0)
		read_listen(parser, key);
	else if (strcmp(id, "port") == 0)
		parser_int(parser, key, "osc", 0, 65535, &osc->port);
	else if (strcmp(id, "allow") == 0)
		read_allow(parser, key);
	else if (strcmp(id, "clients") == 0)
		read_regulars(parser, key);
	else if (strcmp(id, "limits") == 0)
		read_limits(parser, key);
	else if (strcmp(id, "announce") != 0)
		parser_unknown(parser, key, "osc", &hint);
	else if (parser_bool(parser, key, "osc", &announce))
		osc->quiet = !announce;
}

/* Complains about clients in the network when the rack listens on this machine only. */
static void check_reach(struct parser *parser, const config_setting_t *section)
{
	const struct osc_settings *osc = parser->rack->osc;

	for (int i = 0; osc_is_local(osc) && i < osc->regular_count; i++) {
		if (ipv4_is_local(osc->regulars[i].address))
			continue;
		parser_complain(parser, config_setting_get_member(section, "clients"),
				"osc/clients: found a client in the network, which "
				"%s does not reach, would accept listen = \"0.0.0.0\"",
				osc->listen);
		return;
	}
}

void parser_osc(struct parser *parser, const config_setting_t *root)
{
	const config_setting_t *section = config_setting_get_member(root, "osc");
	struct osc_settings *osc = parser->rack->osc;

	if (!section || !is_group(parser, section, "osc", "a group { }"))
		return;
	for (int i = 0; i < config_setting_length(section); i++)
		read_osc_key(parser, config_setting_get_elem(section, (unsigned)i));
	check_reach(parser, section);
	if (!osc_is_local(osc) && osc->allow_count + osc->regular_count == 0)
		parser_complain(
			parser, config_setting_get_member(section, "listen"),
			"osc/listen: found %s, which a network can reach, but no "
			"`allow`: would accept allow = [\"192.168.1.0/24\"]",
			osc->listen);
}

/* ---- printing ------------------------------------------------------------------------- */

static void print_address(struct text *text, uint32_t address)
{
	text_add(text, "\"%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		 address >> 8 & 255, address & 255);
}

static void print_number(struct text *text, const char *key, double value)
{
	text_add(text, " %s = %.17g%s;", key, value,
		 value == (double)(int)value ? ".0" : "");
}

/* Before each element of a list, and after the last. */
static void print_between(struct text *text, const char *list, int place)
{
	if (place)
		text_add(text, ",\n      ");
	else
		text_add(text, "\n    %s = (\n      ", list);
}

static void print_lists(struct text *text, const struct osc_settings *osc)
{
	for (int i = 0; i < osc->allow_count; i++) {
		const struct allow *allow = &osc->allow[i];

		print_between(text, "allow", i);
		text_add(text, "{ network = ");
		print_address(text, allow->address);
		text_add(text, "/%d\"; role = \"%s\";%s }",
			 __builtin_popcount(allow->mask), role_word(allow->role),
			 allow->trust ? " trust = true;" : "");
	}
	text_add(text, osc->allow_count ? "\n    );" : "");
	for (int i = 0; i < osc->regular_count; i++) {
		const struct regular *regular = &osc->regulars[i];

		print_between(text, "clients", i);
		text_add(text, "{ address = ");
		print_address(text, regular->address);
		text_add(text, ":%d\"; role = \"%s\"; pattern = ", regular->port,
			 role_word(regular->role));
		text_add_quoted(text, regular->pattern);
		text_add(text, ";");
		print_number(text, "rate", regular->rate);
		text_add(text, " }");
	}
	text_add(text, osc->regular_count ? "\n    );" : "");
}

void config_print_osc(const struct osc_settings *osc, struct text *text)
{
	text_add(text, "osc = {\n    listen = \"%s\";\n    port = %d;", osc->listen,
		 osc->port);
	text_add(text, osc->quiet ? "\n    announce = false;" : "");
	print_lists(text, osc);
	for (int i = 0; i < osc->limit_count; i++) {
		const struct limit *limit = &osc->limits[i];

		print_between(text, "limits", i);
		text_add(text, "{ role = \"%s\"; param = ", role_word(limit->role));
		text_add_quoted(text, limit->params);
		text_add(text, ";");
		if (limit->has_min)
			print_number(text, "min", limit->min);
		if (limit->has_max && !limit->as_config)
			print_number(text, "max", limit->max);
		text_add(text, "%s }", limit->as_config ? " max = \"config\";" : "");
	}
	text_add(text, "%s\n};\n", osc->limit_count ? "\n    );" : "");
}
