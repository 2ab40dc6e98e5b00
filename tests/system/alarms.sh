#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# alarms.sh - each alarm about the rack's surroundings is raised by its cause and ends with it, on
# a real JACK: cables that nobody plugged and that a user pulled, clients that go away, the state's
# folder, the config on the disk, the schedule, silent outputs, true peaks, xruns. What is waited
# for is the alarm, never a time.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

line=line-$$
gear=gear-$$
slow=slow-$$
due=$(date -d '+6 seconds' +%H:%M:%S)
rack() { # EXTRA
	cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; scenes = "$work/scenes"; };
inputs = (
  { name = "studio"; channels = 2; connect = ["$line:out_1", "$line:out_2"]; },
  { name = "spare"; channels = 2; } );
nodes = (
  { module = "trim"; name = "gain"; from = ["studio"]; },
  { module = "trim"; name = "other"; },
  { module = "loudness"; name = "meter"; max_true_peak = -6.0; } );
outputs = ( { name = "main"; connect = ["$gear:in_1", "$gear:in_2"]; } );
schedule = ( { at = "$due"; scene = "day"; } );
$1
END
}
stands() { ctl alarms | grep -q -- "$1"; }
# raised CODE NODE; cleared CODE NODE: as the log of events says it
raised() { check "$1 $2 is raised" within 60 stands " $1 *$2 "; }
cleared() { check "$1 $2 ends" within 60 not stands " $1 *$2 "; }
client() { # NAME COMMAND...
	PROBE=$1
	shift
	"$probe" "$@" >/dev/null 2>&1 &
	client_pid=$!
	others="$others $client_pid"
}
PROBE=probe-$$

rack ""
mkdir "$work/state" "$work/scenes"
check "starts without JACK" start_lathed "$work/rack.conf" --state "$work/state"
raised no_audio
sync=
start_jackd -r 48000 -p 256
cleared no_audio

# Nobody is there.
raised unconnected studio
raised unconnected spare
raised unconnected rack/output/main
client "$line" noise 600
line_pid=$client_pid
cleared unconnected studio
client "$gear" thru 600
cleared unconnected rack/output/main
check "the spare stays alone" stands "unconnected spare"
jack_connect "$line:out_1" "$lathe:spare_1"
cleared unconnected spare
raised half_connected spare
check "which channel is said" stands "spare  channel 2 is connected to nobody"
jack_connect "$line:out_1" "$lathe:spare_2"
cleared half_connected spare

# A user pulls a cable: told, and left out.
jack_disconnect "$line:out_2" "$lathe:studio_2"
raised half_connected studio
check "what is asked for is said" stands "channel 2 is connected to nobody; connect asks for $line:out_2"
check "what a user pulled stays out" not wired "$lathe:studio_2" "$line:out_2"
jack_connect "$line:out_1" "$lathe:studio_2"
check "another cable is not the one that is asked for" within 60 \
	stands "channel 2 is not connected to all that connect asks for: $line:out_2"
jack_connect "$line:out_2" "$lathe:studio_2"
cleared half_connected studio
jack_disconnect "$line:out_1" "$lathe:studio_2"

# The client goes and comes back.
end_process "$line_pid"
raised unconnected studio
client "$line" noise 600
cleared unconnected studio

# The output is silent, its input is not; then its true peak is over the limit.
set_to() {
	check "gain is $1" ctl set gain/gain "$1"
	check "gain is $1 again" ctl set other/gain "$1"
}
set_to -36
raised output_silent rack/output/main
set_to 30
cleared output_silent rack/output/main
raised true_peak meter
set_to 0
cleared true_peak meter

# Minutes of audio take seconds while JACK freewheels.
jack_freewheel y >/dev/null 2>&1
raised loudness meter
check "the target becomes what is heard" ctl set meter/target "$(ctl get meter/meter/momentary | cut -d' ' -f2)"
check "the meter begins anew" ctl set meter/clear 1
cleared loudness meter
jack_freewheel n >/dev/null 2>&1

# The state's folder is gone, and comes back.
mv "$work/state" "$work/away"
: >"$work/state"
ctl set gain/gain -1 >/dev/null
raised state
rm "$work/state"
mv "$work/away" "$work/state"
cleared state

# The config on the disk would not be taken.
rack 'nodse = ();'
raised config
check "with what is wrong" stands 'rack.conf:[0-9]*: .*nodse'
check "the rack plays on" sh -c "'$lathectl' --port $port status | grep -q '^state *playing'"
rack ""
cleared config

# The schedule's scene is not there; it is saved and loaded.
raised scene_missing
raised schedule_missed
check "a scene is saved" ctl scene save day
cleared scene_missing
check "and loaded" ctl scene load day
cleared schedule_missed

# A client that stops holds up all others: xruns. Without a server there are none.
client "$slow" thru 600
check "a slow client comes" within 10 has_port "$slow:in_1"
jack_connect "$lathe:main_1" "$slow:in_1"
jack_connect "$slow:out_1" "$gear:in_1"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	kill -STOP "$client_pid"
	sleep 0.1
	kill -CONT "$client_pid"
	sleep 0.1
done
raised xruns
stop_jackd
raised no_audio
cleared_late() { check "$1 ends" within 300 not stands " $1 "; }
cleared_late xruns
stop_lathed
check "ends" test "$status" = 0
finish
