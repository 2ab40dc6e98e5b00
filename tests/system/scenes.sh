#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# scenes.sh - scenes, state, undo and comparison of a real lathed.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<'END'
rack = { name = "lathe-scenes"; };
nodes = ( { module = "trim"; name = "input"; gain = -3.0; },
          { module = "eq"; name = "tone"; band = ( { type = "bell"; gain = 1.0; } ); },
          { module = "limiter"; name = "limit"; } );
outputs = ( { name = "main"; } );
END
# holds ADDRESS VALUE: what get prints
holds() { ctl get "$1" >"$work/got" && { cat "$work/got"; grep -qxF "$1 $2" "$work/got"; }; }

start_jackd -r 48000 -p 256
check "starts" start_lathed "$work/rack.conf"

# Scenes.
check "save" ctl scene save evening
check "a file to read" grep -q 'gain = -3.0' "$work/scenes/evening.scene"
check "set" ctl set input/gain 2
check "changed" sh -c "'$lathectl' --port $port scene | grep -qx 'evening  changed'"
check "load" ctl scene load evening
check "it is back" holds input/gain "-3.0 dB"
check "active" sh -c "'$lathectl' --port $port scene | grep -qx 'evening  active'"
ctl set input/gain 2 >/dev/null
began=$(date +%s%N)
check "load with a fade" ctl scene load evening 0.5
took=$((($(date +%s%N) - began) / 1000000))
check "done comes after the fade ($took ms)" test $took -ge 480 -a $took -lt 3000
check "and is through" holds input/gain "-3.0 dB"
check "save a part" ctl scene save part '/tone'
check "a part" not grep -q input "$work/scenes/part.scene"
check "rename" ctl scene rename part tone-only
check "delete" ctl scene delete tone-only
check "no such scene" not ctl scene load tone-only
check "no path" not ctl scene save ../escape
check "no escape" not test -e "$work/escape.scene"
echo 'nodes = ( { name = "input"; gian = 1.0; } );' >"$work/scenes/bad.scene"
check "a bad one is refused" not ctl scene load bad
check "and says where" sh -c "'$lathectl' --port $port scene load bad 2>&1 | grep -q 'bad.scene:1: .*gain'"

# Undo.
ctl set input/gain 1 >/dev/null
sleep 1.1
check "undo" ctl undo
sleep 0.4
check "undone" holds input/gain "-3.0 dB"
check "redo" ctl redo
sleep 0.4
check "redone" holds input/gain "1.0 dB"
check "history" sh -c "'$lathectl' --port $port history | grep -q 'input/gain: -3.0 dB -> 1.0 dB'"
check "undo since" ctl undo --since 10m
check "nothing is left" not ctl undo

# Comparison, and commands from a file.
check "compare" ctl compare bypass
check "which" sh -c "'$lathectl' --port $port compare | grep -qx 'rack/compare bypass'"
check "compare: nonsense" not ctl compare c
printf 'a\nb\nx\nxa\nx\nxb\nxa\nq\n' >"$work/answers"
check "abx" sh -c "'$lathectl' --port $port --json abx a bypass <'$work/answers' |
	grep -q '\"trials\": 3, \"right\": [0-3], \"p\": '"
check "abx ends it" holds rack/compare "off"
cat >"$work/script" <<'END'
# two steps, the second 0.5 s after the start
set input/gain 2
@0.5 set input/gain -1   # there
+0.2 scene save "by script"
END
began=$(date +%s%N)
check "script" ctl script "$work/script"
took=$((($(date +%s%N) - began) / 1000000))
check "script takes its time ($took ms)" test $took -ge 690
check "script's last" holds input/gain "-1.0 dB"
check "script's scene" test -f "$work/scenes/by script.scene"
echo 'dance' >"$work/script"
check "script: nonsense" not ctl script "$work/script"
check "monitor" sh -c "'$lathectl' --port $port monitor --seconds 0.5 | grep -q ' /input/gain '"
ctl set input/gain -3 >/dev/null

# State: values that are a second old are kept even after kill -9.
stop_lathed
check "starts with a state" start_lathed "$work/rack.conf" --state "$work/state"
ctl set tone/band/1/gain 4.5 >/dev/null
ctl set input/gain 2 >/dev/null
ctl set rack/output/main/mute on >/dev/null
check "a scene in the state's folder" ctl scene save kept
sleep 1.2
kill -KILL "$lathed_pid"
wait "$lathed_pid" 2>/dev/null
check "a scene is there" test -f "$work/state/scenes/kept.scene"
check "starts again" start_lathed "$work/rack.conf" --state "$work/state"
check "values" holds tone/band/1/gain "4.5 dB"
check "mute" holds rack/output/main/mute "on"
check "scene" sh -c "'$lathectl' --port $port scene | grep -qx 'kept  active'"
check "undo across a restart" ctl undo
sleep 0.4
check "is undone" holds input/gain "-3.0 dB"
stop_lathed
sed -i 's/gain = 1.0/gain = 2.0/' "$work/rack.conf"
check "another config" start_lathed "$work/rack.conf" --state "$work/state"
check "what it says anew" holds tone/band/1/gain "2.0 dB"
check "mute all the same" holds rack/output/main/mute "on"
stop_lathed
check "without" start_lathed "$work/rack.conf" --state "$work/state" --no-state
check "nothing comes back" holds rack/output/main/mute "off"

finish
