/* commands.c - the table of commands, in the order of --help. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathectl/commands.h"

#include "control/lathectl/alarms.h"
#include "control/lathectl/compare.h"
#include "control/lathectl/live.h"
#include "control/lathectl/meters.h"
#include "control/lathectl/metrics.h"
#include "control/lathectl/rack.h"
#include "control/lathectl/scene.h"
#include "control/lathectl/script.h"
#include "control/lathectl/spectrum.h"
#include "control/lathectl/undo.h"
#include "control/lathectl/values.h"

enum { ANY = 10000 };

enum { CHANGES = true, ASKS = false };

const struct command commands_all[] = {
	{ "get", "[ADDRESS...]",
	  "prints the values of these addresses; a node's name stands for all of its "
	  "values",
	  0, ANY, command_get, ASKS, .shape = SHAPE_VALUES },
	{ "set", "ADDRESS VALUE",
	  "sets a param; `set -` reads lines as get prints them: 250 (8000 "
	  "bytes) as one change, more as several",
	  1, ANY, command_set, CHANGES, .shape = SHAPE_VALUES },
	{ "ramp", "ADDRESS VALUE SECONDS",
	  "moves the value there within SECONDS, along the param's curve; prints the "
	  "value that it starts from",
	  3, 3, command_ramp, CHANGES, .shape = SHAPE_VALUES },
	{ "toggle", "ADDRESS", "switches on what is off, and off what is on", 1, 1,
	  command_toggle, CHANGES, .shape = SHAPE_VALUES },
	{ "adjust", "ADDRESS STEP", "moves by a step in the param's unit", 2, 2,
	  command_adjust, CHANGES, .shape = SHAPE_VALUES },
	{ "reset", "ADDRESS", "sets the default", 1, 1, command_reset, CHANGES,
	  .shape = SHAPE_VALUES },
	{ "list", "[PATTERN]", "prints the addresses", 0, 1, command_list, ASKS,
	  .shape = SHAPE_NAMES },
	{ "describe", "[PATTERN]", "prints them with unit, range and meaning", 0, 1,
	  command_describe, ASKS, .shape = SHAPE_LINES },
	{ "graph", "", "prints which node hears which, and which output is the master",
	  0, 0, command_graph, ASKS, .shape = SHAPE_LINES },
	{ "watch", "[PATTERN]", "prints changes as they come", 0, 1, command_watch,
	  ASKS, .shape = SHAPE_STREAM },
	{ "meters", "[NODE...]",
	  "shows the meters: on a terminal an instrument with keys (h: "
	  "help), elsewhere a line for each node",
	  0, ANY, command_meters, ASKS, .shape = SHAPE_STREAM },
	{ "spectrum", "NODE",
	  "draws what goes into a node and what comes out; not on a terminal: one "
	  "table",
	  1, 1, command_spectrum, ASKS, .shape = SHAPE_STREAM },
	{ "events", "", "prints what happens: xruns, reloads, JACK lost and found", 0,
	  0, command_events, ASKS, .shape = SHAPE_STREAM },
	{ "status", "", "prints the state of the rack and of its audio", 0, 0,
	  command_status, ASKS, .shape = SHAPE_VALUES },
	{ "alarms", "", "prints what is wrong, since when, and what to do", 0, 0,
	  command_alarms, ASKS, .shape = SHAPE_LINES },
	{ "seen", "[CODE [NODE]]",
	  "marks an alarm as seen, for everybody: `seen insert box`; without a code "
	  "all of them",
	  0, 2, command_seen, CHANGES, .shape = SHAPE_LINES },
	{ "failover", "NODE VALUE",
	  "plays main, second, third or file by hand, until it is auto again", 2, 2,
	  command_failover, CHANGES, .shape = SHAPE_LINES },
	{ "safe", "off", "leaves safe mode: loads the config and the saved state", 1, 1,
	  command_safe, CHANGES, .shape = SHAPE_LINES },
	{ "metrics", "[openmetrics]",
	  "prints status, alarms and meters as Prometheus reads them", 0, 1,
	  command_metrics, ASKS, .shape = SHAPE_LINES },
	{ "config", "", "prints the running rack as a config", 0, 0, command_config,
	  ASKS, .shape = SHAPE_LINES },
	{ "check", "[CONFIG]",
	  "lists what is wrong with the config, or another of its folder; changes "
	  "nothing",
	  0, 1, command_check, ASKS, .shape = SHAPE_LINES },
	{ "reload", "[CONFIG]",
	  "loads it again, or another of its folder; --fresh takes every value from "
	  "it, --force takes one that takes away every output or limiter",
	  0, 1, command_reload, ASKS, .shape = SHAPE_LINES },
	{ "scene", "[list|save|load|delete|rename] [NAME] [...]",
	  "named sets of values; load glides: NAME [SECONDS] [PATTERN]", 0, ANY,
	  command_scene, CHANGES, .shape = SHAPE_NAMES, .shape_of_list = true },
	{ "compare", "[off|a|b|bypass|delta]",
	  "plays one of these, all at the same loudness; without a word prints which "
	  "one plays",
	  0, 1, command_compare, CHANGES, .shape = SHAPE_VALUES },
	{ "abx", "[a|b|bypass|delta...]",
	  "a blind listening test of two of them, with a count of the right answers", 0,
	  2, command_abx, ASKS, .shape = SHAPE_ONE },
	{ "lock", "",
	  "prevents all hosts but this one and admins from changing anything", 0, 0,
	  command_lock, CHANGES, .shape = SHAPE_VALUES },
	{ "unlock", "", "opens the lock", 0, 0, command_unlock, CHANGES,
	  .shape = SHAPE_VALUES },
	{ "undo", "", "takes back the last step; --since 10m: all steps since then", 0,
	  0, command_undo, CHANGES, .shape = SHAPE_LINES },
	{ "redo", "", "does again what was undone", 0, 0, command_redo, CHANGES,
	  .shape = SHAPE_LINES },
	{ "history", "[COUNT]", "prints the last steps, newest first", 0, 1,
	  command_history, ASKS, .shape = SHAPE_LINES },
	{ "monitor", "[PATTERN]", "prints all that the rack sends, as it comes", 0, 1,
	  command_monitor, ASKS, .shape = SHAPE_STREAM },
	{ "script", "FILE",
	  "runs commands from a file (-: stdin); `@2.5 set ...` waits until then", 1, 1,
	  command_script, ASKS, .shape = SHAPE_ONE },
	{ "sync", "", "returns when all earlier changes are in the audio", 0, 0,
	  command_sync, ASKS, .shape = SHAPE_VALUES },
	{ "ping", "", "asks whether lathed answers", 0, 0, command_ping, ASKS,
	  .shape = SHAPE_VALUES },
	{ .name = NULL },
};
