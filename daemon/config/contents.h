/* contents.h - reads the files that a rack's nodes play from. Disk thread, and the programs
 * without JACK: it may hang for as long as the disk does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_CONTENTS_H
#define LATHE_CONFIG_CONTENTS_H

#include "daemon/base/text.h"
#include "daemon/rack/rack.h"

/* Reads the files of all nodes that are not read yet. Those that `known` has as the disk has them still are shared
 * with it; NULL: none. A file that can't be used says why (struct file). */
void contents_read(struct rack *rack, const struct rack *known);
/* Adds a line for each file that was read and can't be used; returns how many. */
int contents_complain(const struct rack *rack, struct text *text);
/* A copy of the rack, for a disk thread, whose files can be read while others use the rack's.
 * NULL: none of them is missing. */
struct rack *contents_missing(const struct rack *rack);
/* Gives the nodes of `rack` what was read for a copy of it, where both still name the same
 * file. Returns whether there was any. */
bool contents_take(struct rack *rack, const struct rack *copy);

#endif
