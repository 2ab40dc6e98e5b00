/* patch.h - keeps our JACK ports connected to what their patterns name. JACK thread. */
#ifndef LATHE_JACK_PATCH_H
#define LATHE_JACK_PATCH_H

#include <jack/jack.h>
#include <stdbool.h>

struct patch;

/* What a pattern matches: the port whose full name it is, and every port whose full name
 * it matches from end to end as a POSIX extended regular expression. */
bool patch_matches(const char *pattern, const char *name);

struct patch *patch_create(jack_client_t *client);
/* Forgets; leaves every connection as it is. */
void patch_destroy(struct patch *patch);

/* From now on `port` (ours) is to be connected to what `pattern` matches; NULL or "":
 * to nothing. What an earlier pattern of this port connected, and this one does not
 * match, is disconnected. */
void patch_want(struct patch *patch, jack_port_t *port, const char *pattern);
/* The port is about to be unregistered. */
void patch_forget(struct patch *patch, jack_port_t *port);
/* A port of this name has just come, whatever bore the name before; NULL: any may have. */
void patch_arrived(struct patch *patch, const char *name);
/* Connects what matches and was not there before. What a user disconnected stays so until
 * the port on the other side comes back. */
void patch_scan(struct patch *patch);
/* Did we connect this port of ours to that name? */
bool patch_made(const struct patch *patch, const jack_port_t *port, const char *name);

#endif
