/* complete.h - what the shells may offer after these words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_COMPLETE_H
#define LATHE_LATHECTL_COMPLETE_H

#include "control/lathectl/command.h"

/* Prints it; returns the exit status. */
int completion_print(const struct command *commands, const char *host, const char *port,
		     int argc, char **argv);

#endif
