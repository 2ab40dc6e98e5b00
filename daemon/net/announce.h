/* announce.h - how others on the network find this rack: a service file for Avahi.
 * Control thread, or before any other starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_ANNOUNCE_H
#define LATHE_NET_ANNOUNCE_H

#include "daemon/base/text.h"
#include "daemon/rack/rack.h"

/* Writes what Avahi announces. Nothing for a rack that only this machine reaches, or
 * whose config says `announce = false`. */
void announce_print(const struct rack *rack, int port, struct text *text);
/* Writes the text to the file `path`, or removes the file when there is none; "-" is standard
 * output. May hang for as long as the disk does. False: stderr has a sentence. */
bool announce_file(const char *path, const struct text *text);
/* Writes it to the file `path`, or removes the file when there is nothing to announce;
 * "-" is standard output. It is no error when the folder does not exist: then Avahi is
 * not installed. False after a complaint on standard error. */
bool announce_write(const struct rack *rack, int port, const char *path);

#endif
