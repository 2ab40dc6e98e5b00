/* spectrum.h - what goes into a node and what comes out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_SPECTRUM_H
#define LATHE_LATHECTL_SPECTRUM_H

#include "control/lathectl/session.h"

int command_spectrum(struct session *session, int argc, char **argv);

#endif
