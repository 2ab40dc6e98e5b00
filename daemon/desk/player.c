/* player.c - the engine as the desk sees it. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/player.h"

const struct player player_engine = {
	.rebuild = engine_rebuild,
	.apply = engine_apply,
	.played = engine_played,
	.busy = engine_busy,
	.tick = engine_tick,
	.look = engine_look,
	.frame = engine_frame,
	.load = engine_load,
	.late = engine_late,
	.meters = engine_meters,
	.spectrum = engine_spectrum,
	.output_latency = engine_output_latency,
	.ports = engine_ports,
};
