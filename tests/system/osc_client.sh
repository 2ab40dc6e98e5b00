#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# osc_client.sh - liblo's tools, and two OSC clients without liblo (npm's osc and node-osc),
# use every address of a running lathed. Without node or the registry it says so and
# leaves these two out.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
server=lathe-test-$$
jackd=
lathed=
cleanup() {
	[ -z "$lathed" ] || kill "$lathed" 2>/dev/null
	[ -z "$jackd" ] || kill "$jackd" 2>/dev/null
	wait
	rm -rf "$scratch"
}
trap cleanup EXIT

JACK_NO_AUDIO_RESERVATION=1 jackd -n "$server" -d dummy -r 48000 -p 256 \
	>"$scratch/jackd" 2>&1 &
jackd=$!
cp config/streaming.conf "$scratch/rack.conf"
"$build/lathed" --config "$scratch/rack.conf" --server "$server" --port 0 \
	>"$scratch/lathed" 2>&1 &
lathed=$!
port=
for _ in $(seq 100); do
	port=$(sed -n 's/.*port \([0-9][0-9]*\).*/\1/p' "$scratch/lathed" | head -n 1)
	[ -z "$port" ] || break
	sleep 0.05
done
sleep 0.5
is "a port" "$([ -n "$port" ] && echo yes)" yes

# liblo's tools: oscdump receives what oscsend changes.
listen=$((port % 20000 + 30000))
oscdump -L "$listen" >"$scratch/dump" 2>&1 &
dump=$!
sleep 0.2
oscsend localhost "$port" /rack/subscribe sfi /rack/mute 50 "$listen"
sleep 0.2
oscsend localhost "$port" /rack/mute i 1
sleep 0.3
oscsend localhost "$port" /rack/mute/text s off
sleep 0.3
kill "$dump"
is "oscdump hears the snapshot and both changes" \
	"$(grep -c '/rack/mute f' "$scratch/dump")" 3

# oscsend sets each param to its present value: nothing changes, and nothing is refused.
ctl() { "$build/lathectl" --port "$port" "$@"; }
ctl get '*' | grep -v /meter/ | sort >"$scratch/before"
ctl --json get '*' | python3 -c '
import json, sys
for line in sys.stdin:
	row = json.loads(line)
	if "/meter/" not in row["path"] and row["value"] is not None:
		print("/" + row["path"], row["value"])' >"$scratch/params"
"$build/lathectl" --port "$port" events --seconds 20 >"$scratch/events" &
events=$!
while read -r path value; do
	oscsend localhost "$port" "$path" f "$value"
done <"$scratch/params"
is "oscsend: there are params" "$(($(wc -l <"$scratch/params") > 80))" 1
is "oscsend: each param" "$(ctl sync >/dev/null; ctl get '*' | grep -v /meter/ | sort | diff "$scratch/before" -)" ""
kill "$events"
# oscdump receives all of them.
oscdump -L "$listen" >"$scratch/dump" 2>&1 &
dump=$!
sleep 0.2
oscsend localhost "$port" /rack/subscribe sfi '/*' 20 "$listen"
sleep 1
kill "$dump"
is "oscdump: each address" "$("$build/lathed" --config config/streaming.conf --describe |
	awk '$3 != "w" && $1 !~ "^/rack/" { print $1 }' | while read -r path; do
	grep -q " $path " "$scratch/dump" || echo "$path"
done | head -n 3)" ""

# client PROGRAM PACKAGE ARGUMENTS: runs one of npm's clients and adds its verdicts.
npm_client() {
	program=$1 package=$2
	shift 2
	[ -d "$build/npm/node_modules/$package" ] ||
		npm install --prefix "$build/npm" --ignore-scripts --no-audit --no-fund \
			"$package" >"$scratch/npm" 2>&1 || {
		echo "npm has no $package here: that client is left out"
		return
	}
	node "tests/system/$program" "$port" "$(cd "$build/npm/node_modules" && pwd)" "$@" \
		>"$scratch/node" 2>&1
	grep FAIL "$scratch/node"
	counts=$(tail -n 1 "$scratch/node" |
		sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
	[ -n "$counts" ] || cat "$scratch/node"
	[ -n "$counts" ] || counts="0 1"
	passed=$((passed + ${counts% *}))
	failed=$((failed + ${counts#* }))
}
# The examples of docs/osc.md, as they stand there. example LANGUAGE FILE
example() {
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" docs/osc.md | sed '/^```/d' |
		sed "s/\b3345\b/$port/; s/\b9000\b/$((listen + 1))/g" >"$2"
}
# first_value COMMAND...: the first line that it prints about limit/look_ahead
first_value() { timeout 10 "$@" 2>&1 | grep -m 1 "^/limit/look_ahead "; }
example python "$scratch/client.py"
is "the example in Python" "$(first_value python3 -u "$scratch/client.py")" "/limit/look_ahead 5.0"

if command -v node >/dev/null && command -v npm >/dev/null; then
	npm_client osc_client.mjs osc
	npm_client osc_every.mjs node-osc docs/osc.md
	if [ -d "$build/npm/node_modules/node-osc" ]; then
		example js "$build/npm/client.mjs"
		is "the example for node-osc" "$(first_value node "$build/npm/client.mjs")" "/limit/look_ahead 5"
	fi
else
	echo "no npm here: the clients that aren't liblo are left out"
fi

is "lathed still runs" "$(kill -0 "$lathed" && echo yes)" yes
kill -TERM "$lathed"
wait "$lathed"
is "and ends well" "$?" 0
lathed=
[ "$failed" = 0 ] || cat "$scratch/lathed"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
