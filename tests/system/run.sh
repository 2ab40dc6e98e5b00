#!/bin/sh
# run.sh - `make run` unattended and interrupted: it ends well, says what it heard, and
# leaves nothing behind.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
trap 'rm -rf "$scratch"' EXIT

# Processes that a run started: they carry its number in their names.
left() {
	pgrep -fc "lathe-(run-)?$1( |\$)" || true
}

"${MAKE:-make}" -s "BUILD=$build" "$build/lathe-play" "$build/lathe-demo" >/dev/null

setsid run/run.sh "$build" config/streaming.conf "" 4 >"$scratch/out" 2>&1 &
run=$!
wait "$run"
is "unattended: exit" "$?" 0
is "unattended: loudness in and out" \
	"$(grep -Ec '^(before|after) .* -[0-9.]+ .* LUFS$' "$scratch/out" | awk '{ print ($1 >= 2) }')" 1
is "unattended: gain reduction" "$(grep -Ec '^limit .* dB$' "$scratch/out" | awk '{ print ($1 >= 1) }')" 1
is "unattended: xruns" "$(grep -c '^rack .*xruns [0-9]' "$scratch/out")" 1
is "unattended: nothing left" "$(left "$run")" 0

setsid run/run.sh "$build" config/streaming.conf >"$scratch/out" 2>&1 &
run=$!
for _ in $(seq 100); do
	! grep -q '^after ' "$scratch/out" || break
	sleep 0.1
done
kill -TERM "$run"
wait "$run"
is "interrupted: exit" "$?" 0
is "interrupted: nothing left" "$(left "$run")" 0

run/run.sh "$build" config/streaming.conf "$scratch/none.wav" 2 >"$scratch/out" 2>&1 &
run=$!
wait "$run"
is "no such file: exit" "$?" 1
is "no such file: said" "$(grep -c 'none.wav' "$scratch/out" | awk '{ print ($1 >= 1) }')" 1
is "no such file: nothing left" "$(left "$run")" 0

[ "$failed" = 0 ] || cat "$scratch/out"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
