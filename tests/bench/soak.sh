#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# soak.sh MINUTES - two private JACK servers side by side, real-time, 64 frames at 48 kHz: on
# one an unchanged lathed, a witness inside (tests/system/guard.c), under parameter storms
# and reloads; on the other a client that only copies, with a witness too. On both a client
# plays noise into it and another takes what comes out. Prints a Markdown table; exit 0 when
# the audio thread kept its rules.
#   EVERY=5                  seconds between reloads; EVERY=0.4: plans replace each other nearly without pause
#   RACKS="other few all"    that they go through (tests/system/storm.inc), the last one first;
#                            "four five": the smallest racks that master
#   FIRST=rack               or bare: whose server and clients start first
# shellcheck source=tests/system/common.inc
. "${0%/*}/../system/common.inc"
# shellcheck source=tests/system/storm.inc
. "${0%/*}/../system/storm.inc"

minutes=${1:-${MINUTES:-10}}
every=${EVERY:-5}
racks=${RACKS:-other few all}
first=${FIRST:-rack}
seconds=$(awk -v m="$minutes" 'BEGIN { printf "%d", 60 * m }')
rack_server=$JACK_DEFAULT_SERVER
bare_server=$JACK_DEFAULT_SERVER-bare
clients=
servers=

# server NAME LOG
server() {
	jackd -n "$1" -d dummy -r 48000 -p 64 >>"$2" 2>&1 &
	servers="$servers $!"
	others="$clients $servers"
	JACK_DEFAULT_SERVER=$1 within 5 jack_lsp
}
# client SERVER NAME thru|noise [PRELOAD]
client() {
	JACK_DEFAULT_SERVER=$1 PROBE=$2 LD_PRELOAD=$4 "$probe" "$3" $((seconds + 60)) \
		>"$work/$2.out" 2>"$work/$2.log" &
	newest=$!
	clients="$clients $newest"
	others="$clients $servers"
	JACK_DEFAULT_SERVER=$1 within 5 has_port "$2:out_2"
}
# wire SERVER FROM TO: ports FROM1 to TO1, FROM2 to TO2
wire() {
	for c in 1 2; do JACK_DEFAULT_SERVER=$1 jack_connect "$2$c" "$3$c"; done
}
resident() { awk '/^VmRSS:/ { printf "%.1f", $2 / 1024 }' "/proc/$lathed_pid/status"; }
ours() { ctl status | awk -v word="$1" '$1 == word { print $2 }'; }
# unfinished LOG CLIENT: how often JACK reported an unfinished client, by state.
unfinished() {
	sed -n "s/.*client = $2 was not finished, state = \([A-Za-z]*\).*/\1/p" "$1" |
		sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }
			END { if (!NR) printf "never" }'
}
xruns() { sed -n 's/.*xruns=\([0-9]*\).*/\1/p' "$work/$1.out"; }
scheduling() { ps -L -o cls=,rtprio= -p "$1" | awk '$1 == "FF" { print "FIFO " $2 }' | sort -u |
	paste -sd+ -; }

# Each side in the same order: the client under test, what plays into it, what takes it.
rack_side() {
	server "$rack_server" "$work/rack-jackd.log"
	check "starts" start_lathed "$work/rack.conf"
	check "plays" within 5 sh -c "'$lathectl' --port $port status | grep -q playing"
	client "$rack_server" "noise-$$" noise ""
	client "$rack_server" "sink-$$" thru ""
	wire "$rack_server" "noise-$$:out_" "$lathe:in_"
	wire "$rack_server" "$lathe:main_" "sink-$$:in_"
}
bare_side() {
	server "$bare_server" "$work/bare-jackd.log"
	client "$bare_server" "bare-$$" thru "$BUILD/guard.so"
	bare_pid=$newest
	client "$bare_server" "bare-noise-$$" noise ""
	client "$bare_server" "bare-sink-$$" thru ""
	wire "$bare_server" "bare-noise-$$:out_" "bare-$$:in_"
	wire "$bare_server" "bare-$$:out_" "bare-sink-$$:in_"
}

storm_racks
cp "$work/${racks##* }.conf" "$work/rack.conf"
storm_watch
case $first in
rack) rack_side; bare_side ;;
bare) bare_side; rack_side ;;
*) echo "FIRST is rack or bare"; exit 2 ;;
esac
sleep 2
real_time="$(scheduling "$lathed_pid") of lathed, $(scheduling "$bare_pid") of the bare client"
resident_first=$(resident)
# Counts begin after the start.
for log_file in rack bare; do : >"$work/$log_file-jackd.log"; done
load=$(cut -d' ' -f1-3 /proc/loadavg)
# shellcheck disable=SC2086
storm_run "$seconds" "$every" $racks
load="$load before, $(cut -d' ' -f1-3 /proc/loadavg) after"
check "the last change is played" ctl --timeout 5 sync
resident_last=$(resident)
line=$(witness "$lathed_pid" "$log")
bare_line=$(witness "$bare_pid" "$work/bare-$$.log")
late=$(ours late)
worst=$(ours worst)
cp "$work/rack-jackd.log" "$work/rack.txt"
cp "$work/bare-jackd.log" "$work/bare.txt"
for process in $clients; do kill "$process"; done
# shellcheck disable=SC2086
wait $clients
clients=
others=$servers
stop_lathed
check "ends" test "$status" = 0

counts() { echo "$1" | sed 's/.*\(heap=.*\) dispatch.*/\1/'; }
cat <<END
| $minutes minutes at 64 frames, 48 kHz | Lathe, storms and reloads | a bare client |
|---|---|---|
| cycles | $(witnessed cycles "$line") | $(witnessed cycles "$bare_line") |
| in the audio thread | $(counts "$line") | $(counts "$bare_line") |
| longest cycle, processor time | $(witnessed cpu "$line") us | $(witnessed cpu "$bare_line") us |
| longest cycle, by the clock | $(witnessed wall "$line") us | $(witnessed wall "$bare_line") us |
| cycles over 200 us, processor / clock | $(witnessed long_cpu "$line") / $(witnessed long_wall "$line") | $(witnessed long_cpu "$bare_line") / $(witnessed long_wall "$bare_line") |
| xruns of its server | $(xruns "sink-$$") | $(xruns "bare-sink-$$") |
| "was not finished": it | $(unfinished "$work/rack.txt" "$lathe") | $(unfinished "$work/bare.txt" "bare-$$") |
| the client before it | $(unfinished "$work/rack.txt" "noise-$$") | $(unfinished "$work/bare.txt" "bare-noise-$$") |
| the client after it | $(unfinished "$work/rack.txt" "sink-$$") | $(unfinished "$work/bare.txt" "bare-sink-$$") |
| engine: late cycles, worst load | $late, $worst | |
| resident memory, start and end | $resident_first, $resident_last MiB | |
| reloads, of $racks | $reloads, every $every s | |
| started first | $first | |
| sent | $(sed 's/storm: //' "$work/storm") | |

Scheduling: $real_time. The machine's load: $load.
END
for count in heap=0 locks=0 calls=0 faults=0; do
	check "the audio thread keeps its rules: $count" \
		sh -c "echo '$line' | grep -q ' $count '"
done
finish
