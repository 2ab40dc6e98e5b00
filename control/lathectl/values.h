/* values.h - addresses and what they hold. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_VALUES_H
#define LATHE_LATHECTL_VALUES_H

#include "control/lathectl/session.h"

int command_get(struct session *session, int argc, char **argv);
int command_set(struct session *session, int argc, char **argv);
int command_ramp(struct session *session, int argc, char **argv);
int command_toggle(struct session *session, int argc, char **argv);
int command_lock(struct session *session, int argc, char **argv);
int command_unlock(struct session *session, int argc, char **argv);
int command_adjust(struct session *session, int argc, char **argv);
int command_reset(struct session *session, int argc, char **argv);

#endif
