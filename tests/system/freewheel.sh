#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# freewheel.sh - in freewheel nothing is lost: the output is bit for bit that of lathe-render,
# and the meter thread (libebur128) measures all of it.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
inputs = ( { name = "in"; channels = 2; connect = ["$PROBE-out:1", "$PROBE-out:2"]; } );
nodes = (
  { module = "trim"; name = "input"; gain = 1.5; },
  { module = "limiter"; name = "limit"; gain = 3.0; ceiling = -1.0; },
  { module = "loudness"; name = "level"; }, { module = "loudness"; name = "again"; }
);
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "$PROBE-in:2"]; } );
END
# Three levels, 20 s each, in silence: a missing part would change the loudness.
cat >"$work/noise.py" <<'END'
import random, struct, sys, wave
random.seed(1)
second = [[random.uniform(-1, 1) for _ in range(96000)] for _ in range(2)]
with wave.open(sys.argv[1], "wb") as file:
    file.setparams((2, 2, 48000, 0, "NONE", ""))
    for i in range(62):
        level = 32767 * (0, 0.05, 0.4, 0.15, 0)[(i + 19) // 20]
        file.writeframes(struct.pack("<96000h", *[int(level * x) for x in second[i % 2]]))
END
python3 "$work/noise.py" "$work/noise.wav"
state() { ctl status | grep -q "^state  *$1"; }
meter() { ctl get "level/meter/$1" | awk "{ print \$2 }"; }
past() { test "$(ctl ping | sed -n 's/.*frame \([0-9]*\).*/\1/p')" -gt "$1"; }
# near A B: within 0.01 and a rounding error
near() { awk -v a="$1" -v b="$2" 'BEGIN { print a, b; exit !(a - b < 0.0101 && b - a < 0.0101) }'; }

start_jackd -r 48000 -p 256
check "starts" start_lathed "$work/rack.conf"
within 5 has_port $lathe:out_2
sleep 0.3
latency=$(jack_lsp -l $lathe:out_1 |
	sed -n 's/.*capture latency = \[ \([0-9]*\) .*/\1/p')
began=$(date +%s)
timeout -k 5 100 "$probe" file 3 "$work/noise.wav" "$work/sent.wav" "$work/live.wav" >"$work/probe.out" 2>&1 &
player=$!
others=$player
check "is connected" within 5 wired $lathe:out_2 "$PROBE-in:2"
check "freewheel begins" timeout -k 2 10 jack_freewheel y
# Silence, the file, and the frames that are recorded after it.
check "plays 74 s" within 40 past 3552000
took=$(($(date +%s) - began))
check "freewheel ends" timeout -k 2 10 jack_freewheel n
wait "$player"
status=$?
others=
check "the file was played" test "$status" = 0
check "plays after it" within 5 state playing
check "faster than time ($took s)" test "$took" -lt 40
check "renders what was sent" "$BUILD/lathe-render" --config "$work/rack.conf" \
	--start-frame 64064 --meters "$work/sent.wav" "$work/rendered.wav"
cp "$work/check" "$work/meters"
check "what was played is rendered" "$probe" compare "$work/rendered.wav" \
	"$work/live.wav" "$latency"
for name in reference integrated true_peak_max; do
	check "$name is the rendered one" near "$(meter $name)" \
		"$(awk -v path="level/meter/$name" '$1 == path { print $2 }' "$work/meters")"
done
cat "$work/check"
check "nothing was left unmeasured" not said '^tap'
stop_lathed
check "ends" test "$status" = 0
finish
