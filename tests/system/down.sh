#!/bin/sh
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
finish
