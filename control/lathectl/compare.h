/* compare.h - honest comparison, and whether anybody hears it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_COMPARE_H
#define LATHE_LATHECTL_COMPARE_H

#include "control/lathectl/session.h"

int command_compare(struct session *session, int argc, char **argv);
int command_abx(struct session *session, int argc, char **argv);

#endif
