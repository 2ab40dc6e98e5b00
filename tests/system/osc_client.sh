#!/bin/sh
# osc_client.sh - a running lathed, an OSC client that isn't liblo (npm's osc), and liblo's
# own tools. Without node or the registry the first part is left out, which it says.
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
"$build/lathed" --config config/streaming.conf --server "$server" --port 0 \
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

# liblo's tools: oscdump hears what oscsend does.
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

if command -v node >/dev/null && command -v npm >/dev/null &&
	{ [ -d "$build/npm/node_modules/osc" ] ||
		npm install --prefix "$build/npm" --ignore-scripts --no-audit --no-fund \
			osc >"$scratch/npm" 2>&1; }; then
	node tests/system/osc_client.mjs "$port" \
		"$(cd "$build/npm/node_modules" && pwd)" >"$scratch/node" 2>&1
	grep FAIL "$scratch/node"
	counts=$(tail -n 1 "$scratch/node" |
		sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
	[ -n "$counts" ] || cat "$scratch/node"
	[ -n "$counts" ] || counts="0 1"
	passed=$((passed + ${counts% *}))
	failed=$((failed + ${counts#* }))
else
	echo "no npm here: the client that isn't liblo is left out"
fi

is "lathed still runs" "$(kill -0 "$lathed" && echo yes)" yes
kill -TERM "$lathed"
wait "$lathed"
is "and ends well" "$?" 0
lathed=
[ "$failed" = 0 ] || cat "$scratch/lathed"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
