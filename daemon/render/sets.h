/* sets.h - lathe-render's --set: a value that replaces the config's. Before the run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SETS_H
#define LATHE_RENDER_SETS_H

#include "daemon/rack/rack.h"

#include <stdbool.h>

/* Sets "node/param=value". False, and a sentence on stderr, if it does not fit the
 * rack. */
bool set_apply(struct rack *rack, const char *given);

#endif
