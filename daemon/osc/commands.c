/* commands.c - all commands of the rack, in the order of the docs. Constant data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/commands.h"

#include "daemon/osc/command_alarm.h"
#include "daemon/osc/command_failover.h"
#include "daemon/osc/command_listen.h"
#include "daemon/osc/command_rack.h"
#include "daemon/osc/command_safe.h"
#include "daemon/osc/command_scene.h"
#include "daemon/osc/command_spectrum.h"
#include "daemon/osc/command_undo.h"
#include "daemon/osc/sync.h"

const struct command_set *const commands_all[] = {
	&listen_commands, &sync_commands, &rack_commands,     &spectrum_commands,
	&scene_commands,  &undo_commands, &failover_commands, &alarm_commands,
	&safe_commands,   NULL,
};
