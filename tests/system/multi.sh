#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# multi.sh - config/multi.conf live: five masters at once, aligned to the frame; each is bit
# for bit what the rack of its name makes, with the same meters.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

export PROBE_INPUTS=10
wires() { echo "connect = [\"$PROBE-in:$1\", \"$PROBE-in:$(($1 + 1))\"];"; }
sed "s/name = \"multi\"/name = \"$lathe\"/
	s/name = \"in\";/& connect = [\"$PROBE-out:1\", \"$PROBE-out:2\"];/
	/^ *connect = \[\"system/d
	s/align = \"masters\"; }/align = \"masters\"; @ }/
	s/master = true;\$/& @ },/" config/multi.conf |
	awk -v one="$(wires 1)" -v two="$(wires 3)" -v three="$(wires 5)" -v four="$(wires 7)" \
		-v five="$(wires 9)" 'BEGIN { split(one "|" two "|" three "|" four "|" five, w, "|") }
		/ @ / { sub(/ @ /, " " w[++n] " ") } { print }' >"$work/rack.conf"
# Three kinds of programme, 7 s each; nothing above the record feed's ceiling.
cat >"$work/make.py" <<'END'
import sys
import numpy, soundfile
sys.path.insert(0, "tests/sound")
import programmes as pg
parts = [pg.at(make(48000, 7.0, 5), 48000, level)
         for make, level in ((pg.speech, -27), (pg.dense, -14), (pg.sparse, -22))]
soundfile.write(sys.argv[1], numpy.concatenate(parts, 1).T, 48000, subtype="PCM_16")
END
# One pair of recorded channels, in a file of its own.
cat >"$work/pair.py" <<'END'
import sys
import soundfile
x, rate = soundfile.read(sys.argv[1], dtype="float32")
first = 2 * int(sys.argv[3])
soundfile.write(sys.argv[2], x[:, first:first + 2], rate, subtype="FLOAT")
END
/usr/bin/python3 "$work/make.py" "$work/programme.wav"
reading() { awk -v path="$2" '$1 == path { print $2 }' "$1"; }
# near A B: within 0.2; live, what follows the recording's end counts too.
near() { awk -v a="$1" -v b="$2" 'BEGIN { print a, b; exit !(a != "" && a - b <= 0.2 && b - a <= 0.2) }'; }

# A period that is a multiple of the levellers' bins, so that a render can start at its frame.
start_jackd -r 48000 -p 4800
check "starts" start_lathed "$work/rack.conf"
within 5 has_port $lathe:record_2
sleep 0.3
latency=$(jack_lsp -l $lathe:streaming_1 |
	sed -n 's/.*capture latency = \[ \([0-9]*\) .*/\1/p')
check "records five masters" "$probe" file 1 "$work/programme.wav" "$work/sent.wav" \
	"$work/live.wav"
ctl get '*/meter' >"$work/meters" 2>/dev/null

pair=0
for name in streaming podcast broadcast vinyl; do
	/usr/bin/python3 "$work/pair.py" "$work/live.wav" "$work/pair.wav" $pair
	check "$name alone" "$BUILD/lathe-render" --config "config/$name.conf" --meters \
		--start-frame 480000 "$work/sent.wav" "$work/alone.wav"
	cp "$work/check" "$work/alone"
	check "$name is what it is alone, aligned" "$probe" compare "$work/alone.wav" \
		"$work/pair.wav" "$latency"
	for meter in integrated true_peak_max; do
		check "$name: $meter as alone" near \
			"$(reading "$work/meters" "${name}_after/meter/$meter")" \
			"$(reading "$work/alone" "after/meter/$meter")"
	done
	pair=$((pair + 1))
done
/usr/bin/python3 "$work/pair.py" "$work/live.wav" "$work/pair.wav" 4
check "the record feed is what came in, aligned" "$probe" compare "$work/sent.wav" \
	"$work/pair.wav" "$latency"
# The comparison itself can fail.
check "a frame beside is told apart" not "$probe" compare "$work/sent.wav" \
	"$work/pair.wav" $((latency + 1))
stop_lathed
check "ends" test "$status" = 0
finish
