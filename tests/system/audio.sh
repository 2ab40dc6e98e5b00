#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# audio.sh - audio through a real JACK, compared frame by frame: reloads, periods, fades.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

# rack FILE LATENCY NODES: modules in bypass, so that the ramp returns bit for bit.
rack() {
	cat >"$1" <<END
rack = { name = "$lathe"; latency = $2; };
inputs = ( { name = "in"; channels = 2; connect = ["$PROBE-out:1", "$PROBE-out:2"]; } );
nodes = ( $3 );
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "$PROBE-in:2"]; } );
END
}
trim='{ module = "trim"; name = "gain"; gain = 6.0; bypass = true; }'
eq='{ module = "eq"; name = "tone"; bypass = true; }'
comp='{ module = "comp"; name = "glue"; bypass = true; }'
limiter='{ module = "limiter"; name = "limit"; bypass = true; }'

# New clients make a synchronous server stall, so no client starts during a ramp.
latency_said() { # what JACK was told of the output; nothing is connected
	jack_lsp -l $lathe:out_1 | sed -n 's/.*capture latency = \[ \([0-9]*\) .*/\1/p'
}
ramp_start() { # SECONDS
	"$probe" ramp "$1" >"$work/ramp" 2>&1 &
	ramp_pid=$!
	others="$others $ramp_pid"
	sleep 0.5
}
ramp_end() { # WHAT
	wait "$ramp_pid"
	ramp_status=$?
	check "$1" sh -c "cat '$work/ramp'; test $ramp_status = 0"
}

start_jackd -r 48000 -p 256
rack "$work/rack.conf" 0 "$trim, $eq, $comp, $limiter"
check "starts" start_lathed "$work/rack.conf"
within 3 has_port $lathe:out_2

told=$(latency_said)
ramp_start 1.5
ramp_end "every frame passes"
check "latency as told is latency as measured" \
	grep -q "latency=$told " "$work/ramp"

# A different period, with audio running. jackd stops its cycles to change it while the ramp's
# clock continues, so the probe restarts and only the rack is checked.
jack_bufsize 64 >/dev/null 2>&1
ramp_start 1
ramp_end "every frame passes at 64 frames"
jack_bufsize 1024 >/dev/null 2>&1
ramp_start 1
ramp_end "every frame passes at 1024 frames"
jack_bufsize 256 >/dev/null 2>&1

# Reloads while it plays.
ramp_start 4
kill -HUP "$lathed_pid"
check "reload, nothing new" within 5 said "reload: loaded"
rack "$work/rack.conf" 0 "$eq, $comp, $limiter"
kill -HUP "$lathed_pid"
check "reload, a node less" within 5 said_times 2 "reload: loaded"
sleep 0.5
rack "$work/rack.conf" 0 "$trim, $eq, $comp, $limiter"
kill -HUP "$lathed_pid"
check "reload, a node more" within 5 said_times 3 "reload: loaded"
sleep 0.5
echo 'nodes = ( { module = "nonsense"; name = "x"; } );' >"$work/rack.conf"
kill -HUP "$lathed_pid"
check "a bad file is refused" within 5 said "reload refused"
ramp_end "no frame lost, repeated or shifted by four reloads"

# With a fixed latency of the rack, a node with latency is added and removed inaudibly.
rack "$work/rack.conf" 2000 "$trim, $limiter"
kill -HUP "$lathed_pid"
within 5 said_times 4 "reload: loaded"
sleep 0.5
check "padding is told" test "$(latency_said)" = 2000
ramp_start 3
rack "$work/rack.conf" 2000 "$trim"
check "a rack without its limiter takes force" ctl reload --force
within 5 said_times 5 "reload: loaded"
sleep 0.7
rack "$work/rack.conf" 2000 "$limiter, $trim"
kill -HUP "$lathed_pid"
within 5 said_times 6 "reload: loaded"
ramp_end "no frame lost, repeated or shifted under padding"

# A value that is set is heard.
rack "$work/rack.conf" 0 '{ module = "trim"; name = "gain"; }'
ctl reload --force
check "all reloads are done" within 5 said_times 7 "reload: loaded"
sleep 0.5
oscsend localhost "$port" /gain/gain f -6.0206
sleep 0.3
"$probe" dc 0.6 >"$work/dc"
check "oscsend is heard" not grep -q rise "$work/dc"
oscsend localhost "$port" /gain/gain f 0.0
sleep 0.3

# The stop fades out, the start fades in.
"$probe" dc 4 >"$work/dc" &
dc_pid=$!
others="$others $dc_pid"
sleep 0.7
stop_lathed
check "ends" test "$status" = 0
wait "$dc_pid"
check "the end is silent" grep -q "end=0.000000" "$work/dc"
fall=$(sed -n 's/.*fall_ms=\([0-9]*\).*/\1/p' "$work/dc")
check "it fades out ($(cat "$work/dc"))" test "${fall:-0}" -ge 10
"$probe" dc 3 >"$work/dc" &
dc_pid=$!
others="$others $dc_pid"
sleep 0.3
start_lathed "$work/rack.conf"
wait "$dc_pid"
rise=$(sed -n 's/.*rise_ms=\([0-9]*\).*/\1/p' "$work/dc")
check "it fades in ($(cat "$work/dc"))" test "${rise:-0}" -ge 40 -a "${rise:-0}" -le 60
step=$(sed -n 's/.*step=0.\([0-9]*\).*/\1/p' "$work/dc")
check "in small steps" test "${step:-999999}" -le 1000
finish
