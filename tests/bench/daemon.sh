#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# daemon.sh - what lathed costs with the whole rack under a private JACK server, 64 frames at
# 48 kHz: time until its ports are there, share of a core, memory. Prints a Markdown table.
#   SECONDS_EACH=5   how long a share is measured, six times
set -u
BUILD=${BUILD:-build}
each=${SECONDS_EACH:-5}
work=$(mktemp -d)
export JACK_DEFAULT_SERVER="lathe-bench-$$" JACK_NO_AUDIO_RESERVATION=1
processes=()
# Ends the newest first and the server last, and waits for it, so that it frees its name.
clean_up() {
	for ((p = ${#processes[@]} - 1; p >= 0; p--)); do
		kill "${processes[p]}" 2>/dev/null
		for _ in {1..50}; do kill -0 "${processes[p]}" 2>/dev/null || break; sleep 0.1; done
	done
	rm -rf "$work"
}
trap clean_up EXIT

name=lathe-bench
{
	echo "rack = { name = \"$name\"; }; osc = { port = $((20000 + $$ % 20000)); };"
	echo "nodes = ("
	# "let rack = @hpf, @eq8 ...": each name replaced by its text
	awk -F' = ' '
		function text(s,   n) {
			while (match(s, /@[a-z0-9.]*[a-z0-9]/)) {
				n = substr(s, RSTART + 1, RLENGTH - 1)
				s = substr(s, 1, RSTART - 1) lets[n] substr(s, RSTART + RLENGTH)
			}
			return s
		}
		/^let / { name = substr($1, 5); sub(/^let [^=]* = /, ""); lets[name] = text($0) }
		END { print lets["rack"] }' "${0%/*}/subjects.txt"
	echo ");"
} >"$work/rack.conf"

jackd -S -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 64 >"$work/jackd.log" 2>&1 &
processes+=($!)
for _ in {1..100}; do jack_lsp >/dev/null 2>&1 && break; sleep 0.1; done

cpu_ns() { # PID: a line per thread, "id name ns"
	local task
	for task in "/proc/$1/task/"*; do
		echo "${task##*/} $(cat "$task/comm") $(cut -d' ' -f1 "$task/schedstat")"
	done
}
pss_mib() { awk '/^Pss:/ { printf "%.1f", $2 / 1024 }' "/proc/$1/smaps_rollup"; }
row() { # WHAT UNIT GOAL FOUND
	awk -v what="$1" -v unit="$2" -v goal="$3" -v found="$4" 'BEGIN {
		printf "| %s | <= %s %s | %s %s | %s |\n", what, goal, unit, found, unit,
			found <= goal ? "yes" : "NO" }'
}

starts=()
for i in 1 2 3 4 5; do
	read -r pid took <<<"$("$BUILD/tests/bench/ready" $name:out_2 "$BUILD/lathed" \
		--config "$work/rack.conf" 2>>"$work/lathed.log")"
	[ -n "$pid" ] || { cat "$work/lathed.log"; exit 1; }
	processes+=("$pid")
	starts+=("$took")
	[ "$i" = 5 ] || { kill "$pid"; while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; }
done
start=$(printf '%s\n' "${starts[@]}" | sort -n | sed -n 3p)

kill "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done

# The client that ends a cycle last wakes the server, which may cost more than its audio. So the
# client that only copies is measured in the daemon's place, not beside it.
stop() { # PID...
	kill "$@" 2>/dev/null
	for p in "$@"; do while kill -0 "$p" 2>/dev/null; do sleep 0.1; done; done
}
feed() { # CLIENT: music at its inputs, if the player of `make run` is built
	player=
	[ -x "$BUILD/lathe-demo" ] && [ -x "$BUILD/lathe-play" ] || return
	[ -f "$work/demo.wav" ] || "$BUILD/lathe-demo" "$work/demo.wav" >/dev/null 2>&1
	"$BUILD/lathe-play" --into "$1" "$work/demo.wav" >"$work/play.log" 2>&1 &
	player=$!
	processes+=("$player")
}
measure() { # PID FILE: adds a line per thread, "name share"
	sleep 2
	cpu_ns "$1" >"$work/before"
	local began ended
	began=$(date +%s%N)
	sleep "$each"
	cpu_ns "$1" >"$work/after"
	ended=$(date +%s%N)
	awk -v wall="$((ended - began))" 'NR == FNR { ns[$1] = $3; next }
		$1 in ns { share[$2] += 100 * ($3 - ns[$1]) / wall }
		END { for (i in share) { print i, share[i]; all += share[i] }; print "all", all }
	' "$work/before" "$work/after" >>"$2"
}
median() { # FILE THREAD
	awk -v thread="$2" '$1 == thread { print $2 }' "$1" | sort -n |
		awk '{ x[NR] = $1 } END { printf "%.2f", x[int((NR + 1) / 2)] }'
}
# From the start of the program to its answer, as a user at a prompt sees it.
answer_times() {
	local port param from
	port=$(sed -n 's/.*port = \([0-9]*\).*/\1/p' "$work/rack.conf" | head -n 1)
	param=$("$BUILD/lathectl" --port "$port" list | grep -v /meter/ | head -n 1)
	for ((i = 0; i < 17; i++)); do
		from=$(date +%s%N)
		"$BUILD/lathectl" --port "$port" get "$param" >/dev/null || echo ask 999000e-3
		echo "ask $((($(date +%s%N) - from) / 1000))e-3"
	done
}
for ((round = 0; round < 3; round++)); do
	"$BUILD/tests/bench/ready" --bare &
	bare=$!
	processes+=("$bare")
	sleep 1
	feed bare
	measure "$bare" "$work/bare"
	stop "$bare" ${player:+"$player"}
	"$BUILD/lathed" --config "$work/rack.conf" 2>>"$work/lathed.log" &
	pid=$!
	processes+=("$pid")
	sleep 1
	feed $name
	measure "$pid" "$work/shares"
	pss=$(pss_mib "$pid")
	answer_times >>"$work/asks"
	stop "$pid" ${player:+"$player"}
done
share=$(median "$work/shares" all)
copies=$(median "$work/bare" all)

echo "| the daemon, whole rack, JACK at 64 frames and 48 kHz | goal | Lathe | pass |"
echo "|---|---|---|---|"
row "share of a core, all threads" "%" 1.5 "$share"
echo "| in its place, a client that only copies | | $copies % | |"
echo "| what Lathe adds to that | | $(awk "BEGIN { printf \"%.2f\", $share - $copies }") % | |"
for thread in audio meter worker jack; do
	echo "| of it the $thread thread | | $(median "$work/shares" lathe-$thread) % | |"
done
echo "| of it the control thread | | $(median "$work/shares" lathed) % | |"
row "start to ports ready, median of 5" ms 100 "$start"
row "lathectl get, start to answer, median of 51" ms 20 "$(median "$work/asks" ask)"
row "memory, PSS" MiB 55 "$pss"
echo
cat <<'END'
Daemon and copying client were measured in turn, three times, medians. Both pay what JACK
costs whoever is last in a cycle: libjack's own work, and waking the server, which on a virtual
machine is a trip through the hypervisor and costs more than either rack or copy. The share
that is the rack's with warm caches stands above, "whole rack", in the column "of real time".
The rest of the audio thread is caches gone cold between two cycles.
END
echo
echo "The machine's load average meanwhile: $(cut -d' ' -f1-3 /proc/loadavg)."
