#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# live_air.sh - sense and failover play live, bit for bit, what lathe-render makes of the same input,
# whatever JACK's period is: the input falls silent, the last resort plays, the input comes back, with
# fades. Both cut time into bins of 480 frames that begin with the node, so the render is tried with
# each of the 15 leads of silence that a piece of 64 can have within one, and one of them must be it.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; files = "$work"; };
inputs = ( { name = "in"; channels = 2; connect = ["$PROBE-out:1", "$PROBE-out:2"]; } );
nodes = (
  { module = "sense"; name = "guard"; },
  { module = "failover"; name = "air"; last = "loop.wav"; last_level = -23.0; boot = 0.0;
    wait = 0.5; back = 0.5; fade = 30.0; fade_back = 100.0; }
);
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "$PROBE-in:2"]; } );
END
/usr/bin/python3 - "$work/day.wav" "$work/loop.wav" <<'PY'
import random, struct, sys, wave
random.seed(2)
def write(path, parts):
    with wave.open(path, "wb") as file:
        file.setparams((2, 2, 48000, 0, "NONE", ""))
        for seconds, gain in parts:
            file.writeframes(b"".join(struct.pack("<hh", *(int(gain * random.uniform(-1, 1)) for _ in "lr"))
                                      for _ in range(int(seconds * 48000))))
write(sys.argv[1], [(1.503, 9000), (1.2, 0), (1.7, 9000)])
write(sys.argv[2], [(2.0, 5000)])
PY
cat >"$work/compare.py" <<'PY'
# compare.py RENDER CONFIG SENT LIVE LATENCY
import subprocess, sys
import numpy as np, soundfile as sf
render, config, sent, live = sys.argv[1:5]
folder = config.rsplit("/", 1)[0]
said, rate = sf.read(sent, dtype="float32")
heard = sf.read(live, dtype="float32")[0][int(sys.argv[5]):]
frames = min(len(said), len(heard))
other = int((heard[:frames] != said[:frames]).any(1).sum())
least = 9.0
for lead in range(0, 15 * 64, 64):
    sf.write(folder + "/led.wav", np.concatenate([np.zeros((lead, 2), "float32"), said]), rate, "FLOAT")
    subprocess.run([render, "--force", "--config", config, folder + "/led.wav",
                    folder + "/rendered.wav"], check=True)
    made = sf.read(folder + "/rendered.wav", dtype="float32")[0][lead:]
    least = min(least, float(np.abs(made[:frames] - heard[:frames]).max()))
print("%d frames, %d of them not the input's, difference %g" % (frames, other, least))
assert frames > 4 * rate and other > rate and least == 0
PY

for period in 64 256 1024; do
	start_jackd -r 48000 -p $period
	check "starts, periods of $period" start_lathed "$work/rack.conf"
	check "it has ports" within 20 has_port "$lathe:out_2"
	latency=$(jack_lsp -l "$lathe:out_1" |
		sed -n 's/.*capture latency = \[ \([0-9]*\) .*/\1/p')
	check "records" "$probe" file 1 "$work/day.wav" "$work/sent.wav" "$work/live.wav"
	check "live is rendered, periods of $period" /usr/bin/python3 "$work/compare.py" \
		"$BUILD/lathe-render" "$work/rack.conf" "$work/sent.wav" "$work/live.wav" "$latency"
	sed 's/^/    /' "$work/check"
	stop_lathed
	check "ends" test "$status" = 0
	stop_jackd
done
finish
