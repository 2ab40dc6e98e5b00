/* rack.h - the rack as a whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_RACK_H
#define LATHE_LATHECTL_RACK_H

#include "control/lathectl/session.h"

int command_list(struct session *session, int argc, char **argv);
int command_describe(struct session *session, int argc, char **argv);
int command_graph(struct session *session, int argc, char **argv);
int command_check(struct session *session, int argc, char **argv);
int command_reload(struct session *session, int argc, char **argv);
int command_config(struct session *session, int argc, char **argv);
int command_status(struct session *session, int argc, char **argv);
int command_sync(struct session *session, int argc, char **argv);
int command_ping(struct session *session, int argc, char **argv);

#endif
