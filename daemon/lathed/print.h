/* print.h - lathed --describe and --graph. Before any thread starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_PRINT_H
#define LATHE_LATHED_PRINT_H

#include "daemon/lathed/options.h"
#include "daemon/rack/rack.h"

/* Prints what the options ask for. False, after a sentence on stderr: not all of it could be
 * written. */
bool rack_print(const struct rack *rack, const struct options *options);

#endif
