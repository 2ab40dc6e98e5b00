/* command_scene.h - scenes: /rack/scene/save, .... Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_SCENE_H
#define LATHE_OSC_COMMAND_SCENE_H

#include "daemon/osc/command.h"

extern const struct command_set scene_commands;

#endif
