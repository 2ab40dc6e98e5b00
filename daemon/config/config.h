/* config.h - reads a config file. Control thread, and the programs without JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CONFIG_CONFIG_H
#define LATHE_CONFIG_CONFIG_H

#include "daemon/base/text.h"
#include "daemon/config/files.h"
#include "daemon/rack/rack.h"

/* Reads a file into a new rack; values that the file does not give are the defaults.
 * NULL: adds all complaints (file:line, what was found, what would be accepted). */
struct rack *config_load(const char *path, struct complaints *complaints);
/* The same; `kept` (or NULL): takes these files instead of those on the disk. `seen` (or NULL)
 * gets the bytes of the files that were read. */
struct rack *config_load_files(const char *path, const struct config_files *kept,
			       struct config_files *seen,
			       struct complaints *complaints);

#endif
