/* undo.h - undo, redo, history. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_UNDO_H
#define LATHE_LATHECTL_UNDO_H

#include "control/lathectl/session.h"

int command_undo(struct session *session, int argc, char **argv);
int command_redo(struct session *session, int argc, char **argv);
int command_history(struct session *session, int argc, char **argv);

#endif
