#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# hour.sh - an hour (SECONDS_EACH) of every kind of healthy programme raises no alarm: made by the
# tests, spoken by two synthesisers, and the music of Debian's packages. Prints a table.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
seconds=${SECONDS_EACH:-3600}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
games=/usr/share/games
bad=0

# kind NAME FILE...
kind() {
	name=$1
	shift
	[ -e "$1" ] || [ "$1" = made ] || {
		echo "hour: $name: there is no $1" >&2
		bad=1
		return
	}
	nice -n 19 "$build/tests/healthy/hour" tests/healthy/hour.conf "$seconds" "$name" "$@" \
		2>"$work/said" || {
		bad=1
		grep -v '^[a-z_]*: ' "$work/said" >&2
	}
}

# Plain words to read, some thousands of them.
text=/usr/share/common-licenses/GPL-3
for voice in en-gb de fr; do
	espeak-ng -v "$voice" -f "$text" -w "$work/espeak-$voice.wav"
done
# Festival reads a paragraph at a time, with a pause between them.
head -n 300 "$text" | text2wave -o "$work/festival.wav" 2>/dev/null

echo "| programme | minutes | files | integrated LUFS | switches | input_dc of files with a mean | raised else |"
echo "|---|---|---|---|---|---|---|"
kind "made: speech, music, -55 dBFS, pauses of room, one leg for 25 s" made
kind "speech, espeak-ng" "$work"/espeak-*.wav
kind "speech, festival" "$work/festival.wav"
kind "orchestra, wesnoth-1.16-music" $games/wesnoth/1.16/data/core/music/*.ogg
kind "electronic and pop, supertux-data" $games/supertux2/music/*/*.ogg
kind "bands, hedgewars-data" $games/hedgewars/Data/Music/*.ogg
kind "ambient, singularity-music" $games/singularity/music/*.ogg
exit $bad
