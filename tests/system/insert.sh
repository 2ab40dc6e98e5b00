#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# insert.sh - outboard gear on a real JACK: its latency is measured to the frame and aligned
# with a dry path; the gear is killed, dry plays; it comes back.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

way=777 # frames through the gear; JACK adds a period to break the loop
period=1024
back=$((way + period))
gear=gear-$$

rack() { # FILE NODES...: the last one is heard
	cat >"$1" <<CONF
rack = { name = "$lathe"; };
inputs = ( { name = "in"; channels = 2; connect = ["$PROBE-out:1", "$PROBE-out:2"]; } );
nodes = ( { module = "insert"; name = "box"; $2
    send = ["$gear:in_1", "$gear:in_2"]; return = ["$gear:out_1", "$gear:out_2"]; }$3 );
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "$PROBE-in:2"]; } );
CONF
}
gear_start() { # FRAMES
	PROBE=$gear "$probe" delay 60 "$1" >/dev/null 2>&1 &
	gear_pid=$!
	others="$others $gear_pid"
	within 5 wired "$lathe:box_return_2" "$gear:out_2"
}
# reads METER VALUE
reads() { ctl get "box/meter/$1" | grep -Eqx "box/meter/$1 $2(\.0+)?"; }
# is PARAM VALUE
is() { ctl get "box/$1" | grep -qx "box/$1 $2"; }
alarm() { ctl status | grep "^alarms" | grep -q -- "$1"; }
pings() { grep -c "frames out and back" "$log"; }
ping() { ctl set box/ping 1 >/dev/null; }
pinged() { ctl set box/ping 1 >/dev/null; within 5 said_times $((1 + $(pings))) "frames out and back"; }
ramp_start() { # SECONDS
	"$probe" ramp "$1" >"$work/ramp" 2>&1 &
	ramp_pid=$!
	others="$others $ramp_pid"
	sleep 0.7
}
# On a busy machine cycles may be missed; then the check is repeated.
ramp_clean() { # WHAT SECONDS [COMMAND...]
	what=$1
	length=$2
	shift 2
	for _ in 1 2 3 4; do
		ramp_start "$length"
		[ $# = 0 ] || "$@"
		wait "$ramp_pid"
		ramp_status=$?
		[ "$ramp_status" != 0 ] || break
		! grep -q "xruns=0" "$work/ramp" || break
	done
	check "$what" sh -c "cat '$work/ramp'; test $ramp_status = 0"
}

sync=
start_jackd -r 48000 -p $period
rack "$work/rack.conf" "" ""
check "starts without the gear" start_lathed "$work/rack.conf"
check "and says so" within 5 said "box: a return is not connected"
check "in the status too" within 2 alarm "box: a return is not connected"
lists() { ctl alarms | grep -q -- "$1"; }
check "in the list of alarms" lists "warning  insert box  a return is not connected"
check "with what to do" lists "check the unit"
check "nobody has seen it" not lists "seen by"
check "it is marked as seen" ctl seen insert box
check "for everybody" lists "seen by 127.0.0.1"
check "another is refused" not ctl seen insert nobody
ramp_clean "the programme plays dry" 1

check "the gear comes and is connected" gear_start $way
check "its send" wired $lathe:box_send_1 $gear:in_1
check "no alarm" within 2 reads alarm none
check "a ping" pinged
check "measured" is latency $back
check "at this period" is period $period
check "and rate" is rate "48000 Hz"
latency_is() { ctl status | grep -q "^latency.* out $1"; }
check "and is the rack's" within 3 latency_is $back
ramp_clean "the return plays every frame" 2
check "as late as measured" grep -q "latency=$back " "$work/ramp"
check "it is the return" reads wet return

# A ping while it plays: dry, aligned with the return, so that no frame is missing.
ramp_clean "every frame passes a ping" 3 ping
check "which measured the same" is latency $back

# The gear is killed: dry plays. JACK itself repeats the gear's last block.
ramp_start 5
kill -KILL "$gear_pid"
wait "$gear_pid" 2>/dev/null
# No event comes: the last one is less than a minute old.
check "killed: an alarm" within 5 alarm "box: a return is not connected"
check "dry" reads wet dry
check "the gear comes back" gear_start $way
check "and is heard again" within 5 reads wet return
wait "$ramp_pid"
# JACK repeats the last block of a dead client before it drops it; then come 10 ms of bridge. No
# frame is silent (the ramp itself may pass zero), and all frames before and after are right.
check "no gap" sh -c "cat '$work/ramp'; grep -q 'latency=$back .* silent=[01] .* last=$back$' '$work/ramp'"
marked() { # at most two periods and a bridge, and what cycles that were left out add
	xruns=$(sed -n 's/.* xruns=\([0-9]*\) .*/\1/p' "$work/ramp")
	cat "$work/ramp"
	[ "$(sed -n 's/.* wrong=\([0-9]*\) .*/\1/p' "$work/ramp")" -lt $((2 * period + 512 + period * xruns)) ]
}
check "a mark of some milliseconds" marked
check "the alarm is over" within 2 not alarm box

# With a parallel dry path; a reload keeps the ports and their connections.
rack "$work/rack.conf" "latency = $back;" ',
  { module = "trim"; name = "dry"; gain = -6.0; from = ["in"]; },
  { module = "trim"; name = "sum"; gain = -6.0; from = ["box", "dry"]; }'
jack_connect $lathe:box_send_1 system:playback_1
kill -HUP "$lathed_pid"
check "reload" within 5 said "reload: loaded"
sleep 0.5
check "a user's cable stays" wired $lathe:box_send_1 system:playback_1
check "the gear stays" wired $lathe:box_return_1 $gear:out_1

# A different period means a different latency.
jack_bufsize 512 >/dev/null 2>&1
check "another period: alarm" within 5 alarm "its latency is of another"
check "pinged again" pinged
check "measured" is latency $((way + 512))
check "no alarm" within 2 not alarm box
ctl config >"$work/printed.conf"
check "the printed config says it" grep -q "latency = $((way + 512));" "$work/printed.conf"
check "and its ports" grep -q "return = \[\"$gear:out_1\", \"$gear:out_2\"\]" "$work/printed.conf"
check "and loads" "$lathed" --config "$work/printed.conf" --check

stop_lathed
check "ends" test "$status" = 0
end_process "$gear_pid"
finish
