#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# down.sh - what keeps lathed playing: a bad, empty or cut config.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

conf=$work/rack.conf
state=$work/state
whole() {
	cat <<END
rack = { name = "$lathe"; };
nodes = (
  { module = "trim"; name = "gain"; },
  { module = "limiter"; name = "limit"; }
);
outputs = ( { name = "main"; } );
END
}
alarm() { ctl alarms | grep -q "$1"; }
# restart [option ...]: as after a crash
restart() {
	kill -KILL "$lathed_pid"
	wait "$lathed_pid" 2>/dev/null
	start_lathed "$conf" --state "$state" "$@"
}
exits_78() {
	timeout 20 "$lathed" --config "$conf" --port 0 "$@" 2>/dev/null
	[ $? = 78 ]
}
# refused TEXT: by a reload; says TEXT, and the rack plays on
refused() {
	ctl reload >"$work/said" 2>&1 && return 1
	cat "$work/said"
	grep -q -- "$1" "$work/said" && ctl get gain/gain
}

whole >"$conf"
start_jackd -r 48000 -p 256
check "starts" start_lathed "$conf" --state "$state"
check "the config is kept" within 5 test -s "$state/rack.conf.good"

# A reload that would take the rack away.
: >"$conf"
check "an empty file is refused" refused "found an empty file"
whole | head -1 >"$conf"
check "one without nodes" refused "nodes: found none"
whole | head -c -1 >"$conf"
check "one without its last newline" refused "without a newline"
whole | head -5 >"$conf"
check "one that is cut after a line" refused "found only the first"
echo "nodes = ( { module = \"trim\"; name = \"gain\"; } ); outputs = ( { name = \"main\"; } );" >"$conf"
check "one without its limiter" refused "found no limiter"
check "force takes it" ctl reload --force
whole >"$conf"
check "back again" ctl reload
check "fresh and force together" ctl reload --fresh --force

# A start with a bad file.
echo "nodes = nonsense" >"$conf"
check "plays the last good one" restart
check "the values are those of its nodes" ctl get limit/ceiling
check "says so" said "config_last_good: the config was refused, the last good one plays: .*syntax error"
check "an alarm stands" alarm "the last good one plays"
check "the bad file is still refused" refused "syntax error"
: >"$conf"
check "an empty file at start" restart
check "plays, with an alarm" alarm "found an empty file"
whole | head -5 >"$conf"
check "a cut file at start" restart
check "plays, with an alarm for the cut" alarm "found only the first"
check "the copy is the whole one" grep -q "name = \"main\"" "$state/rack.conf.good"
check "--strict ends" exits_78 --strict --state "$state"
check "--check finds the cut by the state" not "$lathed" --config "$conf" --check --state "$state"
check "--check alone takes it" "$lathed" --config "$conf" --check
: >"$conf"
check "no state ends" exits_78 --no-state
whole >"$conf"
check "a good file" ctl reload
check "ends the alarm" not alarm "the last good one plays"
whole | head -5 >"$conf"
check "--force takes a cut file" restart --force
check "without an alarm" not alarm "plays"
stop_lathed
check "ends in order" [ "$status" = 0 ]

# A port that is in use: the rack plays, and OSC comes when the port is free.
whole >"$conf"
state=$work/other
python3 -c 'import socket, sys, time
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("127.0.0.1", 0))
print(taken.getsockname()[1], flush=True)
time.sleep(600)' >"$work/taken" &
holder=$!
others="$others $holder"
within 5 test -s "$work/taken"
port=$(cat "$work/taken")
: >"$log"
"$lathed" --port "$port" --config "$conf" --state "$state" 2>>"$log" &
lathed_pid=$!
check "a port in use: an alarm" within 10 said "osc: can't listen on 127.0.0.1 port $port"
check "a port in use: it plays" within 10 has_port "$lathe:main_1"
check "a port in use: it says nothing else" not said "OSC on"
kill "$holder"
check "OSC comes by itself" within 10 said "OSC on 127.0.0.1, port $port"
check "it answers" within 5 ctl ping
check "the alarm has ended" not alarm "listen"
stop_lathed
check "ends in order" [ "$status" = 0 ]

# An address that this machine does not have (192.0.2.0/24 is for documents).
{ whole; echo 'osc = { listen = "192.0.2.1"; port = 0; allow = ["192.0.2.0/24"]; };'; } >"$conf"
: >"$log"
"$lathed" --config "$conf" --state "$state" 2>>"$log" &
lathed_pid=$!
check "an address that is missing: an alarm" within 10 said "osc: can't listen on 192.0.2.1"
check "an address that is missing: it plays" within 10 has_port "$lathe:main_1"
{ whole; echo 'osc = { listen = "127.0.0.1"; port = 0; };'; } >"$conf"
kill -HUP "$lathed_pid"
check "a reload mends it" within 10 said "OSC on 127.0.0.1"
stop_lathed

# Three ends by mistake within a minute: safe mode, until somebody leaves it.
whole >"$conf"
state=$work/third
RUNTIME_DIRECTORY=$work/run
export RUNTIME_DIRECTORY
mkdir "$RUNTIME_DIRECTORY"
start_lathed "$conf" --state "$state"
ctl set limit/ceiling -6 >/dev/null
check "the state is saved" within 10 grep -q "limit/ceiling" "$state/$lathe.state"
check "one kill" restart
check "two kills" restart
check "it is not safe yet" ctl get limit/ceiling
cp "$state/$lathe.state" "$work/before"
check "three kills" restart
check "an alarm" alarm "safe mode after 3"
check "an alarm of the registry" said "safe: safe mode after 3 ends"
check "the ports are those of the config" within 10 has_port "$lathe:main_1"
check "a limiter is before the output" ctl get safe/ceiling
check "the other nodes are away" not ctl get gain/gain
for _ in 1 2 3; do
	check "one more kill" restart
done
check "safe mode stays" alarm "safe mode after 6"
check "the pauses grow" said "waits 4000 ms"
check "the state is as it was" cmp "$state/$lathe.state" "$work/before"
check "wrong word" not ctl safe on
check "safe off" ctl safe off
check "the alarm has ended" not alarm "safe mode"
check "the saved values are back" within 10 sh -c "'$lathectl' --port $port get limit/ceiling | grep -q -- '-6.0'"
check "no safe mode to leave" not ctl safe off
stop_lathed
check "what ends in order counts as nothing" start_lathed "$conf" --state "$state"
check "no safe mode" ctl get gain/gain
stop_lathed
unset RUNTIME_DIRECTORY

# A state folder that can't be used (disk.sh has one that hangs and one that is full).
: >"$work/foreign"
whole >"$conf"
check "a state that is no folder" start_lathed "$conf" --state "$work/foreign"
check "plays, with an alarm for the copy" within 10 said "config_kept"
check "plays" within 10 has_port "$lathe:main_1"
stop_lathed
finish
