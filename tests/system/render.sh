#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# render.sh - lathe-render for its users: files, exit codes, the same samples with any block
# size, every frame of the input in the output.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
trap 'rm -rf "$scratch"' EXIT

render() {
	"$build/lathe-render" "$@" >"$scratch/out" 2>"$scratch/err"
	echo $?
}

sum() {
	cksum <"$1"
}

# Frames in a WAV of floats or 24 bits: the size of its data chunk over that of a frame.
reading() {
	sed -n "s|^$1 \\(.*\\)|\\1|p" "$scratch/out"
}

"${MAKE:-make}" -s "BUILD=$build" "$build/lathe-demo" >/dev/null
"$build/lathe-demo" "$scratch/demo.wav"
config=config/streaming.conf
cat >"$scratch/through.conf" <<'END'
nodes = ( { module = "trim"; name = "pass"; } );
END
cat >"$scratch/bad.conf" <<'END'
nodes = ( { module = "trim"; name = "pass"; gian = 3.0; } );
END

# A rack at rest passes every sample: 24 bits in, the same 24 bits out.
is "through" "$(render --config "$scratch/through.conf" --format 24 \
	"$scratch/demo.wav" "$scratch/through.wav")" 0
is "through: bytes" "$(tail -c 24000000 "$scratch/through.wav" | cksum)" \
	"$(tail -c 24000000 "$scratch/demo.wav" | cksum)"
is "through: size" "$(wc -c <"$scratch/through.wav")" "$(wc -c <"$scratch/demo.wav")"

# The default rack, in blocks of many sizes.
is "streaming" "$(render --config $config --meters "$scratch/demo.wav" "$scratch/1024.wav")" 0
is "streaming: frames" "$((($(wc -c <"$scratch/1024.wav") - 88) / 8))" \
	"$((($(wc -c <"$scratch/demo.wav") - 44) / 6))"
is "ceiling" "$(reading after/meter/true_peak_max | awk '{ print ($1 <= -0.7) }')" 1
for block in 64 257 8192; do
	is "block $block" "$(render --config $config --block $block \
		"$scratch/demo.wav" "$scratch/block.wav")" 0
	is "block $block: bytes" "$(sum "$scratch/block.wav")" "$(sum "$scratch/1024.wav")"
done
# A leveller's state depends on the silence before, and on bins of 10 ms of the frame counter.
for start in 48000 9600000; do
	is "from frame $start" "$(render --config $config --start-frame $start \
		"$scratch/demo.wav" "$scratch/$start.wav")" 0
done
is "start frame: bytes" "$(sum "$scratch/9600000.wav")" "$(sum "$scratch/48000.wav")"

# No half-written file stays; signals that were ignored at the start stay ignored.
stopped() { # SIGNAL [ignored]
	[ $# = 1 ] || trap '' "$1"
	"$build/lathe-render" --config $config --block 1 "$scratch/demo.wav" \
		"$scratch/stopped.wav" 2>"$scratch/err" &
	sleep 0.3
	kill -"$1" $!
	wait $!
	echo "$? $(find "$scratch" -name stopped.wav | wc -l)"
}
is "stopped: TERM" "$(stopped TERM)" "143 0"
is "stopped: HUP" "$(stopped HUP)" "129 0"
is "under nohup" "$(stopped HUP ignored)" "0 1"

is "meters, a full disk" "$("$build/lathe-render" --config $config --json \
	"$scratch/demo.wav" >/dev/full 2>"$scratch/err"; echo $?)" 1
is "describe, a full disk" "$("$build/lathed" --config $config --describe \
	>/dev/full 2>"$scratch/err"; echo $?)" 1

# Values from the command line.
# shellcheck disable=SC2046 # words
is "too many" "$(render --config "$scratch/through.conf" \
	$(yes -- '--set pass/gain=0' | head -n 257) "$scratch/demo.wav")" 2
is "set" "$(render --config "$scratch/through.conf" --set pass/gain=-6 --meters \
	"$scratch/demo.wav")" 0
is "set: heard" "$(reading pass/meter/out/1 | cut -d. -f1)" "-6"
is "set: unit" "$(render --config "$scratch/through.conf" --set 'pass/gain=-6 dB' \
	"$scratch/demo.wav")" 0
is "set: no param" "$(render --config "$scratch/through.conf" --set pass/gian=-6 \
	"$scratch/demo.wav")" 2
is "set: no value" "$(render --config "$scratch/through.conf" --set pass/gain=loud \
	"$scratch/demo.wav")" 2

# JSON that a program reads.
is "json" "$(render --config $config --json "$scratch/demo.wav")" 0
is "json: parses" "$(python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
print(found["rate"], "limit/meter/gr" in found["meters"])' "$scratch/out" 2>&1)" "48000 True"

# Other kinds of files.
is "flac" "$(render --config $config "$scratch/demo.wav" "$scratch/out.flac")" 0
is "flac: head" "$(head -c 4 "$scratch/out.flac")" "fLaC"
is "flac in" "$(render --config $config "$scratch/out.flac" "$scratch/out.wav")" 0
is "16 bits" "$(render --config $config --format 16 "$scratch/demo.wav" "$scratch/out.wav")" 0

# Other programs read every frame and every sample.
/usr/bin/python3 tests/system/render_files.py "$build/lathe-render" "$scratch" >"$scratch/files" 2>&1
is "files" "$? $(tail -n 1 "$scratch/files")" "0 168 passed, 0 failed"

# Errors and their reasons.
is "no file" "$(render --config $config "$scratch/none.wav" "$scratch/x.wav")" 1
is "not audio" "$(render --config $config "$scratch/bad.conf" "$scratch/x.wav")" 1
is "onto itself" "$(render --config $config "$scratch/demo.wav" "$scratch/demo.wav")" 1
head -c 40000 "$scratch/out.flac" >"$scratch/cut.flac"
is "cut short" "$(render --config $config "$scratch/cut.flac" "$scratch/x.wav")" 0
is "cut short: said" "$(grep -c 'cut.flac: is cut short: .* are there and were played' "$scratch/err")" 1
# A WAV is played as far as its data go, with a message.
size=$(wc -c <"$scratch/demo.wav")
head -c 240044 "$scratch/demo.wav" >"$scratch/cut.wav"
is "cut WAV" "$(render --config "$scratch/through.conf" --format 24 "$scratch/cut.wav" "$scratch/x.wav")" 0
is "cut WAV: frames" "$((($(wc -c <"$scratch/x.wav") - 44) / 6))" 40000
is "cut WAV: said" "$(grep -c "cut.wav: is cut short: its header promises $(((size - 44) / 6)) frames, 40000 are" "$scratch/err")" 1
is "whole WAV" "$(render --config "$scratch/through.conf" "$scratch/x.wav")$(cat "$scratch/err")" 0
rm "$scratch/x.wav"
head -c 44 "$scratch/demo.wav" >"$scratch/cut.wav"
is "no frames" "$(render --config "$scratch/through.conf" "$scratch/cut.wav" "$scratch/x.wav")" 1
is "no frames: said" "$(grep -c 'has no frames' "$scratch/err")$(ls "$scratch/x.wav" 2>/dev/null)" 1
is "no such format" "$(render --config $config --format s16 "$scratch/demo.wav" "$scratch/x.wav")" 2
is "no such format: said" "$(grep -c -- '--format s16: .*accept float, 24, 16 or' "$scratch/err")" 1
is "float FLAC" "$(render --config $config --format float "$scratch/demo.wav" "$scratch/x.flac")" 2
is "float FLAC: said" "$(grep -c -- '--format float: .*24 or 16' "$scratch/err")" 1
is "beyond a param" "$(render --config $config --set limit/ceiling=5 "$scratch/demo.wav" "$scratch/x.wav")" 2
is "no OUT" "$(render --config $config "$scratch/demo.wav")" 0
is "no OUT: meters" "$(grep -c after/meter/integrated "$scratch/out")" 1
is "no folder" "$(render --config $config "$scratch/demo.wav" "$scratch/no/x.wav")" 1
# An earlier file stays until the new one is complete, also if it never is.
echo precious >"$scratch/old.wav"
old=$(sum "$scratch/old.wav")
is "OUT: stopped" "$("$build/lathe-render" --config $config --block 1 "$scratch/demo.wav" "$scratch/old.wav" \
	2>/dev/null & sleep 0.3; kill $!; wait $!; echo $?)" 143
is "OUT: killed" "$("$build/lathe-render" --config $config --block 1 "$scratch/demo.wav" "$scratch/old.wav" \
	2>/dev/null & sleep 0.3; kill -9 $!; wait $!; echo $?)" 137
is "OUT: no frames" "$(render --config "$scratch/through.conf" "$scratch/cut.wav" "$scratch/old.wav")" 1
is "OUT: as it was" "$(sum "$scratch/old.wav")" "$old"
is "OUT: full disk" "$( (ulimit -f 100; trap '' XFSZ; for kind in wav flac aiff caf w64; do
	"$build/lathe-render" --config "$scratch/through.conf" "$scratch/demo.wav" "$scratch/old.$kind" 2>&1 | sed 's/.*: //'
	done) | sort | uniq -c | sed 's/^ *//')" "5 File too large"
is "OUT: as it was, still" "$(sum "$scratch/old.wav") $(find "$scratch" -name 'old.*' | wc -l)" "$old 1"
# After a SIGKILL the temporary file stays.
is "OUT: beside it" "$(find "$scratch" -name '.old.*' | wc -l)" 1
is "OUT: replaced" "$(render --config "$scratch/through.conf" "$scratch/demo.wav" "$scratch/old.wav")" 0
is "OUT: said" "$(grep -c 'old.wav: the file that was there was replaced' "$scratch/err")" 1
is "OUT: -y" "$(render -y --config "$scratch/through.conf" "$scratch/demo.wav" "$scratch/old.wav") $(cat "$scratch/err")" "0 "

# The true peak of an impulse in the last frame is measured; every bad sample is counted.
/usr/bin/python3 - "$scratch" <<'END'
import sys
import numpy
import soundfile
sound = numpy.zeros((48000, 2), numpy.float32)
sound[-1] = 0.5
soundfile.write(sys.argv[1] + "/last.wav", sound, 48000, "FLOAT")
sound[100:1100] = numpy.nan
soundfile.write(sys.argv[1] + "/nan.wav", sound, 48000, "FLOAT")
END
cat >"$scratch/meter.conf" <<'END'
nodes = ( { module = "loudness"; name = "after"; } );
END
is "the last frame" "$(render --config "$scratch/meter.conf" "$scratch/last.wav") $(reading after/meter/true_peak_max |
	awk '{ print ($1 > -6.1) }')" "0 1"
is "bad samples" "$(render --config "$scratch/meter.conf" "$scratch/nan.wav") $(grep -c 'nan.wav: 2000 samples are not numbers' "$scratch/err")" "0 1"

# Clipping is reported.
is "clipped" "$(render -y --config "$scratch/through.conf" --set pass/gain=20 --format 16 --json \
	"$scratch/demo.wav" "$scratch/old.wav")" 0
is "clipped: said" "$(grep -c 'old.wav: [0-9]* samples were clipped, the highest by [0-9.]* dB' "$scratch/err")" 1
is "clipped: JSON" "$(python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
print(found["clipped"] > 1000, found["peak_dbfs"] > 6)' "$scratch/out" 2>&1)" "True True"

# Usage errors and their texts.
is "no config" "$(render "$scratch/demo.wav") $(grep -c -- '--config FILE is wanted' "$scratch/err")" "2 1"
is "no IN" "$(render --config $config) $(grep -c 'IN is wanted' "$scratch/err")" "2 1"
is "three files" "$(render --config $config a b c) $(grep -c 'c: a file too many' "$scratch/err")" "2 1"
is "a slip in a node" "$(render --config $config --set limt/ceiling=-1 a) $(grep -c 'did you mean "limit"' "$scratch/err")" "2 1"
is "a slip in a param" "$(render --config $config --set limit/ceilng=-1 a) $(grep -c 'did you mean "ceiling"' "$scratch/err")" "2 1"
printf '\0\0\0\040ftypM4A xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' >"$scratch/x.m4a"
is "M4A" "$(render --config $config "$scratch/x.m4a") $(grep -c 'x.m4a: is an MP4 file.*ffmpeg -i' "$scratch/err")" "1 1"

is "no suffix" "$(render --config $config "$scratch/demo.wav" "$scratch/x")" 2
is "no config" "$(render "$scratch/demo.wav" "$scratch/x.wav")" 2
is "bad option" "$(render --config $config --loud "$scratch/demo.wav")" 2
is "bad block" "$(render --config $config --block 0 "$scratch/demo.wav")" 2
is "bad output" "$(render --config $config --output none "$scratch/demo.wav")" 2
is "bad config" "$(render --config "$scratch/bad.conf" "$scratch/demo.wav" "$scratch/x.wav")" 78
is "bad config: where" "$(grep -c 'bad.conf:1:.*gian' "$scratch/err")" 1
is "missing config" "$(render --config "$scratch/none.conf" "$scratch/demo.wav")" 78

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
