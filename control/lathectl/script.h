/* script.h - timed commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_SCRIPT_H
#define LATHE_LATHECTL_SCRIPT_H

#include "control/lathectl/session.h"

int command_script(struct session *session, int argc, char **argv);

#endif
