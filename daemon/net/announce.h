/* announce.h - how others on the network find this rack: a service file for Avahi.
 * Control thread, or before any other starts. */
#ifndef LATHE_NET_ANNOUNCE_H
#define LATHE_NET_ANNOUNCE_H

#include "daemon/rack/rack.h"
#include "daemon/base/text.h"

/* What Avahi is to announce; nothing for a rack that only this machine reaches, or that the
 * config keeps quiet. */
void announce_print(const struct rack *rack, int port, struct text *text);
/* Writes it to the file, or removes the file when there is nothing to announce; "-" is
 * standard output. Where the file's folder isn't, Avahi isn't: all is well. False: said
 * why on standard error. */
bool announce_write(const struct rack *rack, int port, const char *path);

#endif
