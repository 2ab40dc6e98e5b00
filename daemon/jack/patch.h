/* patch.h - keeps our JACK ports connected to the ports that their patterns match. JACK
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_PATCH_H
#define LATHE_JACK_PATCH_H

#include "daemon/engine/status.h"

#include <jack/jack.h>
#include <stdbool.h>

struct patch;

/* A pattern matches the port with exactly this full name, and every port whose whole
 * full name it matches as a POSIX extended regular expression. */
bool patch_matches(const char *pattern, const char *name);

struct patch *patch_create(jack_client_t *client);
/* Frees the patch; leaves every connection as it is. */
void patch_destroy(struct patch *patch);

/* Sets the pattern of our port; NULL or "": it matches nothing. Disconnects what an
 * earlier pattern of this port connected and the new one does not match. */
void patch_want(struct patch *patch, jack_port_t *port, const char *pattern);
/* Call before the port is unregistered. */
void patch_forget(struct patch *patch, jack_port_t *port);
/* Call when a port of this name has appeared, so that cords to an earlier port of that
 * name are dropped. NULL: any port may have appeared. */
void patch_arrived(struct patch *patch, const char *name);
/* Connects ports that match and have appeared. A connection that a user removed is made
 * again only when the other port disappears and comes back. */
void patch_scan(struct patch *patch);
/* What our port is connected to, as of the last scan. */
enum cables patch_cables(const struct patch *patch, const jack_port_t *port);
/* Whether we connected this port of ours to that name. */
bool patch_made(const struct patch *patch, const jack_port_t *port, const char *name);

#endif
