#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh - `make run`, unattended and interrupted: it ends without an error, prints a summary,
# and leaves no process behind.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
trap 'rm -rf "$scratch"' EXIT

# The processes that a run started have its number in their names.
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

# Six channels in a rack of two, and files that only other programs read, are reported.
/usr/bin/python3 - "$scratch/six.wav" <<'END'
import sys
import numpy
import soundfile
soundfile.write(sys.argv[1], numpy.full((48000, 6), 0.1), 48000, "PCM_16")
END
setsid run/run.sh "$build" config/streaming.conf "$scratch/six.wav" 2 >"$scratch/out" 2>&1 &
run=$!
wait "$run"
is "six channels: exit" "$?" 0
is "six channels: said" "$(grep -c 'six.wav has 6 channels (L R C LFE Ls Rs), the rack takes 2: the others are not heard' "$scratch/out")" 1
printf '\0\0\0\040ftypM4A xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' >"$scratch/x.m4a"
run/run.sh "$build" config/streaming.conf "$scratch/x.m4a" 2 >"$scratch/out" 2>&1
is "M4A: exit" "$?" 1
is "M4A: said" "$(grep -c 'is an MP4 file.*ffmpeg -i FILE out.wav' "$scratch/out")" 1

run/run.sh "$build" config/streaming.conf "$scratch/none.wav" 2 >"$scratch/out" 2>&1 &
run=$!
wait "$run"
is "no such file: exit" "$?" 1
is "no such file: said" "$(grep -c 'none.wav' "$scratch/out" | awk '{ print ($1 >= 1) }')" 1
is "no such file: nothing left" "$(left "$run")" 0

# Impossible requests are refused before anything is installed, built or started.
# refused WHAT WORDS WORD=VALUE...
refused() {
	what=$1 words=$2
	shift 2
	"${MAKE:-make}" -s "BUILD=$scratch/none" run "$@" >"$scratch/out" 2>&1
	is "$what: exit" "$?" 2
	is "$what: said" "$(grep -c -- "$words" "$scratch/out")" 1
	is "$what: nothing made" "$(ls -d "$scratch/none" 2>/dev/null)" ""
}
refused "no time" "^run: SECONDS=0: would accept a number above 0" SECONDS=0
refused "nor this" "^run: SECONDS=0.0: would accept" SECONDS=0.0
refused "no number" "^run: SECONDS=abc: would accept" SECONDS=abc
refused "two points" "^run: SECONDS=1.2.3: would accept" SECONDS=1.2.3
refused "no such rack" "^run: RACK=nosuch: .*accept .*broadcast .*streaming .*vinyl;" RACK=nosuch
refused "no such config" "^run: CONFIG=nosuch.conf: there is no such file" CONFIG=nosuch.conf
refused "no such sound" "^run: IN=nosuch.wav: there is no such file" IN=nosuch.wav
refused "a folder" "^run: IN=tests: is a folder" IN=tests
run/run.sh --check "$build" config/streaming.conf README.md >"$scratch/out" 2>&1
is "no sound: exit" "$?" 1
is "no sound: said" "$(grep -c 'README.md: would accept a sound file' "$scratch/out")" 1
run/run.sh --check "$build" config/streaming.conf "$build/demo.wav" 0.5 >"$scratch/out" 2>&1
is "all is well: exit" "$?" 0

[ "$failed" = 0 ] || cat "$scratch/out"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
