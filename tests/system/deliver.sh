#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# deliver.sh - lathe-render for distribution: static loudness, albums, many files at once, names,
# what is done already, CUE sheets.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
trap 'rm -rf "$scratch"' EXIT

render() {
	"$build/lathe-render" "$@" >"$scratch/out" 2>"$scratch/err"
	echo $?
}

# The number after a word of a result line: reading FILE WORD
reading() {
	sed -n "s|^[^:]*$1[^:]*: .*$2 \\([-+0-9.]*\\).*|\\1|p" "$scratch/out"
}

near() {
	awk -v a="$1" -v b="$2" -v by="$3" 'BEGIN { print (a - b <= by && b - a <= by) }'
}

config=config/streaming.conf

# Twelve programmes, by an outside meter.
/usr/bin/python3 tests/system/deliver_programmes.py "$build/lathe-render" "$scratch" >"$scratch/files" 2>&1
is "programmes" "$? $(tail -n 1 "$scratch/files")" "0 52 passed, 0 failed"
[ "$failed" = 0 ] || cat "$scratch/files"

# Codecs beside ffmpeg's decoders; the page.
mkdir "$scratch/codecs"
/usr/bin/python3 tests/system/deliver_codecs.py "$build/lathe-render" "$scratch/codecs" >"$scratch/files" 2>&1
is "codecs" "$? $(tail -n 1 "$scratch/files")" "0 41 passed, 0 failed"
[ "$failed" = 0 ] || cat "$scratch/files"
is "no codec" "$(render --config $config --codec aac:128 x.wav y.wav) $(grep -c 'found "aac:128", would accept opus' \
	"$scratch/err")" "2 1"

# The gain is one gain: the rack with the gain in its config, at rest, makes the same samples.
a="$scratch/drums.wav" b="$scratch/swell.wav" c="$scratch/two seconds.wav"
cat >"$scratch/cut.conf" <<'END'
nodes = ( { module = "leveller"; name = "level"; target = -14.0; }, { module = "eq"; name = "tone"; },
  { module = "limiter"; name = "limit"; mode = "default"; ceiling = -2.0; target = -14.0; } );
END
sed 's/{ module = "limiter"/{ module = "trim"; name = "gain"; }, &/' "$scratch/cut.conf" >"$scratch/gain.conf"
is "one gain" "$(render --config "$scratch/cut.conf" --loudness -15 --json "$a" "$scratch/x.wav")" 0
gain=$(sed -n 's/.*"gain_db": \(.*\),/\1/p' "$scratch/out")
is "one gain: searched again" "$(render --config "$scratch/cut.conf" --loudness "$(sed -n \
	's/.*"integrated_lufs": \(.*\),/\1/p' "$scratch/out")" "$a") $(near "$(reading drums gain)" "$gain" 0.05)" "0 1"
is "one gain: by hand" "$(render --config "$scratch/gain.conf" --set "gain/gain=$gain" --set level/hold=on \
	--set limit/target=off "$a" "$scratch/y.wav")" 0
is "one gain: samples" "$(/usr/bin/python3 -c 'import sys, numpy, soundfile
x, y = (soundfile.read(path)[0] for path in sys.argv[1:])
print(x.shape == y.shape, numpy.abs(x - y).max() < 1e-3)' "$scratch/x.wav" "$scratch/y.wav")" "True True"

# Albums: one gain, the album at the target, or its loudest song.
is "album" "$(render --config $config --loudness -16 --album --cue "$scratch/m/album.cue" \
	--out "$scratch/m/{number} {title}.flac" "$a" "$b" "$c")" 0
is "album: loudness" "$(near "$(reading 'album of 3' I)" -16 0.1)" 1
is "album: one gain" "$(sed 's/.*gain \([-+0-9.]*\).*/\1/' "$scratch/out" | sort -u | wc -l)" 1
is "album: CUE" "$(grep -c -e 'FILE "0[123] .*.flac" WAVE' -e 'TRACK 0[123] AUDIO' "$scratch/m/album.cue")" 6
is "album: order" "$(sed -n 's/^FILE "\(.*\).flac" WAVE/\1/p' "$scratch/m/album.cue" | tr '\n' ,)" \
	"01 drums,02 swell,03 two seconds,"
is "loudest" "$(render --config $config --loudness -16 --album=loudest --json --out "$scratch/m" "$a" "$b" "$c")" 0
is "loudest: JSON" "$(/usr/bin/python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
songs = [song["integrated_lufs"] for song in found["files"]]
print(abs(max(songs) + 16) < 0.1, abs(found["album"]["loudness_lufs"] - max(songs)) < 0.001, len(songs))' \
	"$scratch/out")" "True True 3"

# What is missed is said.
printf 'nodes = ( { module = "trim"; name = "pass"; } );\n' >"$scratch/through.conf"
is "no limiter" "$(render --config "$scratch/through.conf" --loudness -5 --peak -1 "$a") $(grep -c \
	'drums.wav: misses -5.0 LUFS by -[0-9.]* LU: the rack has no limiter' "$scratch/err")" "0 1"
/usr/bin/python3 -c 'import sys, numpy, soundfile
soundfile.write(sys.argv[1], numpy.zeros((48000, 2)), 48000)' "$scratch/silent.wav"
is "silence" "$(render --config $config --loudness -14 "$scratch/silent.wav" "$scratch/x.wav") $(grep -c \
	'silent.wav: is silent' "$scratch/err")" "0 1"
"${MAKE:-make}" -s "BUILD=$build" "$build/lathe-demo" >/dev/null
"$build/lathe-demo" "$scratch/demo.wav"
is "ridden" "$(render --config $config "$scratch/demo.wav" "$scratch/x.wav") $(grep -c \
	'demo.wav: a leveller moved by .* dB in the first 60 s' "$scratch/err")" "0 1"
is "off target" "$(render --config $config "$b" "$scratch/x.wav") $(grep -c \
	'swell.wav: .* LUFS, .* LU off the target of after/target' "$scratch/err")" "0 1"

# Many files: each has its line, one that fails harms no other.
is "many" "$(render --config "$scratch/through.conf" --jobs 3 --out "$scratch/n" "$a" "$scratch/none.wav" "$b" "$c")" 1
is "many: lines" "$(wc -l <"$scratch/out") $(find "$scratch/n" -type f | wc -l)" "3 3"
is "many: which" "$(grep -c 'none.wav: No such file' "$scratch/err")" 1
is "skip" "$(render --config "$scratch/through.conf" --skip-done --out "$scratch/n" "$a" "$b" "$c") $(grep -c \
	': is done: ' "$scratch/out")" "0 3"
touch "$b"
is "skip: not the newer one" "$(render --config "$scratch/through.conf" --skip-done -y --out "$scratch/n" "$a" "$b" \
	"$c") $(grep -c ': is done: ' "$scratch/out")" "0 2"
is "twins" "$(render --config "$scratch/through.conf" --out "$scratch/{album}.wav" "$a" "$b") $(grep -c \
	'would both become' "$scratch/err")" "2 1"
is "no such field" "$(render --config "$scratch/through.conf" --out "{titel}.wav" "$a") $(grep -c \
	'found "{titel}", would accept {title}' "$scratch/err")" "2 1"
cp "$a" "$scratch/-a.wav"
case $build in /*) program=$build/lathe-render ;; *) program=$PWD/$build/lathe-render ;; esac
is "--" "$(cd "$scratch" && "$program" --config through.conf --out o -- -a.wav >out; echo $?) $(find "$scratch/o" -name '-a.wav' | wc -l)" "0 1"

# Rates, ends, tags, lossy kinds.
/usr/bin/python3 - "$scratch" <<'END'
import sys, numpy, soundfile
tone = 0.25 * numpy.sin(numpy.arange(44100 * 3) * 0.1)
tone[:44100] = tone[-22050:] = 0
with soundfile.SoundFile(sys.argv[1] + "/tone.flac", "w", 44100, 2, "PCM_24") as file:
    file.title, file.artist, file.album, file.tracknumber = "A: title", "Someone", "Album/1", "4"
    file.write(numpy.stack([tone, tone], 1))
END
is "rate" "$(render --config "$scratch/through.conf" --rate 96000 --trim both --fade-in 0.5 --fade-out 0.5 \
	"$scratch/tone.flac" "$scratch/tone.wav") $(grep -c 'aliases under -140 dB, linear phase' "$scratch/err")" "0 1"
is "rate: length, ends" "$(/usr/bin/python3 -c 'import sys, numpy, soundfile
sound, rate = soundfile.read(sys.argv[1])
print(rate, abs(len(sound) / rate - 1.56) < 0.005, abs(sound[:96]).max() < 1e-4, abs(sound[-96:]).max() < 1e-4)' \
	"$scratch/tone.wav")" "96000 True True True"
for kind in wav flac aiff caf ogg opus mp3; do
	is "$kind: name and tags" "$(render --config "$scratch/through.conf" -y --loudness -20 \
		--out "$scratch/k/{album}/{track} {title}.$kind" "$scratch/tone.flac") $(ffprobe -v error -show_entries \
		format_tags=title,artist:stream_tags=title,artist -of compact=nk=1:p=0 "$scratch/k/Album_1/04 A_ title.$kind" |
		grep -o -e 'A: title' -e Someone | sort -u | tr '\n' ,)" "0 A: title,Someone,"
done
is "Opus: R128" "$(ffprobe -v error -show_entries stream_tags=R128_TRACK_GAIN -of compact=nk=1:p=0 \
	"$scratch/k/Album_1/04 A_ title.opus" | awk '{ print ($1 >= -778 && $1 <= -758) }')" 1
is "Opus: 48 kHz" "$(ffprobe -v error -show_entries stream=sample_rate -of compact=nk=1:p=0 \
	"$scratch/k/Album_1/04 A_ title.opus")" 48000
is "no place" "$(render --config "$scratch/through.conf" "$scratch/tone.flac" "$scratch/tone.w64") $(grep -c \
	'tone.w64: has no place for: 4 texts' "$scratch/err")" "0 1"
is "a rate of no MP3" "$(render --config "$scratch/through.conf" --rate 96000 "$a" "$scratch/x.mp3") $(grep -c -- \
	'--rate 96000: .*x.mp3 would accept 48000' "$scratch/err")" "2 1"
is "a bit rate" "$(render --config "$scratch/through.conf" --format 128k "$a" "$scratch/x.mp3") $(ffprobe -v error \
	-show_entries stream=bit_rate -of compact=nk=1:p=0 "$scratch/x.mp3")" "0 128000"

# A pipe can be read but once.
head -c 100000000 "$a" | "$build/lathe-render" --config $config --loudness -14 -y /dev/stdin "$scratch/x.wav" >"$scratch/out"
is "a pipe" "$(near "$(sed -n 's/.*: I \([-0-9.]*\) LUFS.*/\1/p' "$scratch/out")" -14 0.1)" 1

# Stopped: no file is left half written, and the processes end.
"$build/lathe-render" --config $config --block 1 --jobs 2 --out "$scratch/s" "$a" "$b" "$c" >/dev/null 2>&1 &
sleep 0.3
kill $!
wait $!
is "stopped" "$? $(find "$scratch/s" -type f | wc -l)" "143 0"

# Usage.
is "a peak alone" "$(render --config $config --peak -1 "$a") $(grep -c -- '--peak goes with --loudness' "$scratch/err")" "2 1"
is "an album alone" "$(render --config $config --album --out "$scratch/m" "$a") $(grep -c -- '--album goes with' "$scratch/err")" "2 1"
is "no loudness" "$(render --config $config --loudness loud "$a") $(grep -c \
	'found "loud", would accept -60 to 0 LUFS' "$scratch/err")" "2 1"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
