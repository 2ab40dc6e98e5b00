/* command_alarm.h - what is wrong: /rack/alarms, /rack/alarm/seen. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_ALARM_H
#define LATHE_OSC_COMMAND_ALARM_H

#include "daemon/osc/command.h"

extern const struct command_set alarm_commands;

#endif
