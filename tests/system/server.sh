#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# server.sh - a JACK server that starts, ends, returns and hangs; and how lathed ends meanwhile.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
nodes = ( { module = "trim"; name = "gain"; gain = -6.0; } );
END

# The command line.
"$lathed" >/dev/null 2>&1
check "no config is a usage error" test $? = 2
"$lathed" --config "$work/rack.conf" --port 70000 >/dev/null 2>&1
check "a wrong port is a usage error" test $? = 2
for name in "" a:b "$(printf %064d 0)"; do
	"$lathed" --config "$work/rack.conf" --name "$name" 2>"$work/name"
	check "the name '$name' is a usage error" test $? = 2
	check "and told" grep -q 'would accept 1 to 63 bytes without a colon' "$work/name"
done
"$lathed" --config "$work/missing.conf" >/dev/null 2>&1
check "a missing file is a config error" test $? = 78
check "a good file has no complaints" "$lathed" --config "$work/rack.conf" --check
"$lathed" --config "$work/rack.conf" --check >"$work/complaints"
check "and that is said" grep -q "rack.conf: no complaints" "$work/complaints"
cat "$work/rack.conf" - >"$work/schedule.conf" <<END
schedule = ( { at = "06:00"; scene = "day"; } );
END
"$lathed" --config "$work/schedule.conf" --check >"$work/complaints" 2>&1
check "a schedule without its scene is accepted" test $? = 0
check "but not in silence" grep -q 'scene "day" at 06:00:00, but there is no .*/scenes/day.scene' "$work/complaints"
mkdir "$work/scenes" && : >"$work/scenes/day.scene"
"$lathed" --config "$work/schedule.conf" --check >"$work/complaints" 2>&1
check "with it there is nothing to say" not grep -q warning "$work/complaints"
check "help" "$lathed" --help
check "version" "$lathed" --version

keeps() { ctl get gain/gain | grep -q -- "-3.0 dB"; }

# No server yet.
check "starts without a server" start_lathed "$work/rack.conf"
check "says what it waits for" within 2 said "jack_waiting.*waiting for JACK server '$JACK_DEFAULT_SERVER'.*pw-jack lathed"
check "OSC answers without a server" ctl get gain/gain
start_jackd -r 48000 -p 256
check "finds the server" within 3 said "jack_found.*48000 Hz, 256 frames"
check "registers its ports" within 2 has_port $lathe:out_2

# A second one of the same name is not summed onto the outputs.
"$lathed" --port 0 --config "$work/rack.conf" 2>"$work/second.log" &
others=$!
check "a second of the same name waits, and says so" within 5 \
	grep -q "jack_refused.*client named $lathe .*--name" "$work/second.log"
check "and has no ports" not has_port $lathe-01:out_1
end_process "$others"
wait "$others" 2>/dev/null
others=

jack_connect $lathe:out_1 system:playback_2
jack_connect system:capture_1 $lathe:in_2
within 2 wired $lathe:in_2 system:capture_1
sleep 0.2

# It ends and comes back with a different rate.
end_process "$jackd_pid"
check "hears that it is gone" within 3 said "jack_lost"
stop_jackd
check "sets are heard meanwhile" ctl set gain/gain "-3.0 dB"
start_jackd -r 44100 -p 128
check "finds it again" within 3 said "jack_found.*44100 Hz, 128 frames"
check "registers its ports again" within 2 has_port $lathe:out_2
check "kept what was set" keeps
check "what was set meanwhile is in the audio" ctl sync
check "a user's connection is made again" within 2 wired $lathe:out_1 system:playback_2
check "and that of an input" within 2 wired $lathe:in_2 system:capture_1
check "no other is" not wired $lathe:out_1 system:playback_1
jack_disconnect $lathe:out_1 system:playback_2
sleep 0.2

# It is killed and comes back at once.
kill -KILL "$jackd_pid"
wait "$jackd_pid" 2>/dev/null
start_jackd -r 44100 -p 128
check "finds it after a kill" within 5 said_times 3 "jack_found"
check "registers its ports after a kill" within 2 has_port $lathe:out_2
check "a user's connection is made again after a kill" within 2 wired $lathe:in_2 system:capture_1
check "one that a user undid is not" not wired $lathe:out_1 system:playback_2

# It comes back with a rate that no rack plays at, then with one that racks play at.
kill -KILL "$jackd_pid"
wait "$jackd_pid" 2>/dev/null
start_jackd -r 1000 -p 128
check "refuses a rate" within 5 said "jack_refused.* 1000 Hz"
check "OSC answers meanwhile" ctl get gain/gain
stop_jackd
start_jackd -r 44100 -p 128
check "finds it after that" within 5 said_times 4 "jack_found"
check "a user's connection is made again after that" within 2 wired $lathe:in_2 system:capture_1

# It hangs: OSC continues, and a stop has a deadline.
jack_connect $lathe:out_2 system:playback_1
kill -STOP "$jackd_pid"
check "notices a hung server" within 3 said "jack_hung"
check "OSC answers while it hangs" ctl get gain/gain
check "gives its client up" within 10 said_times 4 "jack_lost"
sleep 1
check "no false all-clear" not said "jack_back"
kill -CONT "$jackd_pid"
check "notices that it is back" within 5 said "jack_back"
check "a user's connections outlive that" within 8 wired $lathe:out_2 system:playback_1
kill -STOP "$jackd_pid"
sleep 0.7
stop_lathed
check "ends with a hung server" test "$status" = 0
check "ends within its deadline" test "$took" -lt 2500
kill -CONT "$jackd_pid"
sleep 0.3

# The normal stop.
start_lathed "$work/rack.conf"
within 3 has_port $lathe:out_1
stop_lathed
check "ends with a server" test "$status" = 0
check "ends soon" test "$took" -lt 1000
check "leaves no ports" not has_port $lathe:out_1
stop_jackd
start_lathed "$work/rack.conf"
stop_lathed
check "ends without a server" test "$status" = 0
check "ends soon without a server" test "$took" -lt 1000
finish
