#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# live.sh - what a live rack played is what lathe-render makes of the same input, bit for
# bit, from a frame of silence that is a multiple of 64.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
inputs = ( { name = "in"; channels = 2; connect = ["$PROBE-out:1", "$PROBE-out:2"]; } );
nodes = (
  { module = "trim"; name = "input"; gain = 1.5; dc_block = true; },
  { module = "eq"; name = "tone"; band = ( { type = "high_pass"; freq = 25.0; },
    { type = "low_shelf"; freq = 90.0; gain = 2.0; }, { type = "bell"; freq = 900.0; gain = -3.0; } ); },
  { module = "comp"; name = "glue"; threshold = -24.0; ratio = 3.0; makeup = 2.0; },
  { module = "limiter"; name = "limit"; gain = 6.0; ceiling = -1.0; }
);
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "$PROBE-in:2"]; } );
END
cat >"$work/noise.py" <<'END'
import random, struct, sys, wave
random.seed(1)
with wave.open(sys.argv[1], "wb") as file:
    file.setparams((2, 2, 48000, 0, "NONE", ""))
    level = [0.9 if (i // 12000) % 2 else 0.1 for i in range(4 * 48000)]
    file.writeframes(b"".join(struct.pack("<hh", int(32767 * a * random.uniform(-1, 1)),
        int(32767 * a * random.uniform(-1, 1))) for a in level))
END
python3 "$work/noise.py" "$work/noise.wav"

start_jackd -r 48000 -p 256
check "starts" start_lathed "$work/rack.conf"
within 5 has_port $lathe:out_2
sleep 0.3
latency=$(jack_lsp -l $lathe:out_1 |
	sed -n 's/.*capture latency = \[ \([0-9]*\) .*/\1/p')
check "records the live rack" "$probe" file 1 "$work/noise.wav" "$work/sent.wav" \
	"$work/live.wav"
check "renders what was sent" "$BUILD/lathe-render" --config "$work/rack.conf" \
	--start-frame 64064 "$work/sent.wav" "$work/rendered.wav"
check "live is rendered" "$probe" compare "$work/rendered.wav" "$work/live.wav" "$latency"
# The comparison itself can fail.
check "another gain is another sound" "$BUILD/lathe-render" --config "$work/rack.conf" \
	--set input/gain=1.51 "$work/sent.wav" "$work/other.wav"
check "another gain is told apart" not "$probe" compare "$work/other.wav" \
	"$work/live.wav" "$latency"
stop_lathed
check "ends" test "$status" = 0
finish
