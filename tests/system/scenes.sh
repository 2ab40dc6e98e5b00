#!/bin/sh
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

finish
