#!/bin/bash
# daemon.sh - what lathed costs with the whole rack under a private JACK server, 64 frames at
# 48 kHz: time until its ports are there, share of a core, memory. Prints a Markdown table.
#   SECONDS_EACH=10  how long a share is measured
set -u
BUILD=${BUILD:-build}
each=${SECONDS_EACH:-10}
work=$(mktemp -d)
export JACK_DEFAULT_SERVER="lathe-bench-$$" JACK_NO_AUDIO_RESERVATION=1
processes=()
# Newest first, the server last and waited for: it leaves its name behind otherwise.
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

cpu_ns() { cat "/proc/$1/task/"*/schedstat | awk '{ sum += $1 } END { printf "%.0f", sum }'; }
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

# Music at its inputs, if the player of `make run` is built.
if [ -x "$BUILD/lathe-demo" ] && [ -x "$BUILD/lathe-play" ]; then
	"$BUILD/lathe-demo" "$work/demo.wav" >/dev/null 2>&1
	"$BUILD/lathe-play" --into $name "$work/demo.wav" >"$work/play.log" 2>&1 &
	processes+=($!)
	sleep 1
fi
"$BUILD/tests/bench/ready" --bare &
bare=$!
processes+=("$bare")
sleep 2
bare_before=$(cpu_ns "$bare")
before=$(cpu_ns "$pid")
began=$(date +%s%N)
sleep "$each"
after=$(cpu_ns "$pid")
bare_after=$(cpu_ns "$bare")
ended=$(date +%s%N)
bare_share=$(awk -v ns="$((bare_after - bare_before))" -v wall="$((ended - began))" \
	'BEGIN { printf "%.2f", 100 * ns / wall }')
share=$(awk -v ns="$((after - before))" -v wall="$((ended - began))" \
	'BEGIN { printf "%.2f", 100 * ns / wall }')

echo "| the daemon, whole rack, JACK at 64 frames and 48 kHz | goal | Lathe | pass |"
echo "|---|---|---|---|"
row "share of a core, all threads" "%" 1.5 "$share"
echo "| beside it, a client that only copies | | $bare_share % | |"
row "start to ports ready, median of 5" ms 100 "$start"
# Start of the program to its answer, as a person at a prompt has it.
port=$(sed -n 's/.*port = \([0-9]*\).*/\1/p' "$work/rack.conf" | head -n 1)
param=$("$BUILD/lathectl" --port "$port" list | grep -v /meter/ | head -n 1)
asks=()
for ((i = 0; i < 51; i++)); do
	from=$(date +%s%N)
	"$BUILD/lathectl" --port "$port" get "$param" >/dev/null || asks+=(999999)
	asks+=("$((($(date +%s%N) - from) / 1000))")
done
ask=$(printf '%s\n' "${asks[@]}" | sort -n | sed -n 26p |
	awk '{ printf "%.1f", $1 / 1000 }')
row "lathectl get, start to answer, median of 51" ms 20 "$ask"
row "memory, PSS" MiB 55 "$(pss_mib "$pid")"
echo
echo "The machine's load average meanwhile: $(cut -d' ' -f1-3 /proc/loadavg). Neighbours cost cold"
echo "caches and slow wake-ups, which a client that only copies shows too."
for task in "/proc/$pid/task/"*; do
	printf 'thread %s: %.0f ms of CPU\n' "$(cat "$task/comm")" \
		"$(awk '{ print $1 / 1e6 }' "$task/schedstat")" >&2
done
