/* settings.h - parts of a config that only the control thread uses: who may talk to the
 * rack and change what, which scenes load by themselves. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_SETTINGS_H
#define LATHE_RACK_SETTINGS_H

#include "daemon/rack/pattern.h"

#include <stdbool.h>
#include <stdint.h>

enum { SCENE_NAME_BYTES = 65 }; /* with the NUL */

/* Each role may do what the one before it may, and more. */
enum role {
	ROLE_NONE,    /* of lathed itself: no limits apply; of a sender: not allowed */
	ROLE_VIEW,    /* may read and subscribe */
	ROLE_CONTROL, /* may set values, load scenes, undo */
	ROLE_ADMIN,   /* may load configs and change files */
};

/* A network that may talk to the rack. */
struct allow {
	uint32_t address, mask; /* host byte order */
	enum role role;
	bool trust; /* true: never challenged to confirm its address */
};

/* A client listed in the config: subscribed from the start, without a lease. */
struct regular {
	uint32_t address; /* host byte order */
	int port;
	enum role role;
	char pattern[PATTERN_BYTES_MAX + 1];
	double rate; /* Hz */
};

/* How far roles up to this one may set the params that match. */
struct limit {
	enum role role;
	char params[PATTERN_BYTES_MAX + 1]; /* "/limit/ceiling" */
	struct pattern pattern;
	bool has_min, has_max;
	bool as_config; /* the maximum is the param's value in the config */
	double min, max;
};

/* The config's section `osc`. */
struct osc_settings {
	char listen[64]; /* IPv4 address */
	int port;
	bool quiet; /* true: the rack is not announced in the network */
	struct allow *allow;
	int allow_count;
	struct regular *regulars;
	int regular_count;
	struct limit *limits;
	int limit_count;
};

/* A scene that loads by itself. */
struct appointment {
	int second;    /* of the local day */
	unsigned days; /* bit 0: Sunday */
	char scene[SCENE_NAME_BYTES];
	double fade; /* seconds */
};

/* The defaults: listens on 127.0.0.1, port 3345; no lists. */
struct osc_settings *osc_settings_create(void);
struct osc_settings *osc_settings_copy(const struct osc_settings *settings);
void osc_settings_destroy(struct osc_settings *settings);
/* Whether the rack can be reached from this machine only. */
bool osc_is_local(const struct osc_settings *settings);

/* "view", "control", "admin". */
const char *role_word(enum role role);
/* ROLE_NONE for any other word. */
enum role role_of_word(const char *word);

#endif
