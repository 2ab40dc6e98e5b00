/* meters.h - what the meters read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_METERS_H
#define LATHE_LATHECTL_METERS_H

#include "control/lathectl/session.h"

int command_meters(struct session *session, int argc, char **argv);

#endif
