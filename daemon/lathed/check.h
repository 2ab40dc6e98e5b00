/* check.h - what `lathed --check` says of a rack that can be played. Before any thread starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_CHECK_H
#define LATHE_LATHED_CHECK_H

#include "daemon/desk/desk.h"
#include "daemon/lathed/options.h"

/* Warns on stderr of scenes that the schedule names and that are not there; says on stdout that
 * the config has no complaints, unless something else is printed there. The desk needs its
 * rack alone. */
void check_schedule(const struct desk *desk, const struct options *options);

#endif
