/* scene.h - named sets of values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_SCENE_H
#define LATHE_LATHECTL_SCENE_H

#include "control/lathectl/session.h"

int command_scene(struct session *session, int argc, char **argv);

#endif
