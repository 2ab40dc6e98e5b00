#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# failover.sh - an input that falls silent on a real JACK: the frame where the second one takes
# over is counted; what is told, whom a hook tells, and what stands after a restart.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

line=line-$$
cat >"$work/air.conf" <<CONF
rack = { name = "$lathe"; };
inputs = (
  { name = "studio"; channels = 2; connect = ["$PROBE-out:1", "$PROBE-out:2"]; },
  { name = "line"; channels = 2; connect = ["$line:out_1", "$line:out_2"]; } );
nodes = ( { module = "failover"; name = "air"; from = ["studio"]; second = ["line"];
    wait = 2.0; back = 1.0; fade = 0.0; fade_back = 0.0; } );
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "$PROBE-in:2"]; } );
CONF
# Noise for 3 s, zeros for 4, noise for 3.
/usr/bin/python3 - "$work/day.wav" <<'PY'
import random, struct, sys
random.seed(1)
rate, seconds = 48000, [(3, 1), (4, 0), (3, 1)]
audio = b"".join(struct.pack("<2h", *(on * random.randint(-8000, 8000) for _ in "lr"))
                 for s, on in seconds for _ in range(s * rate))
with open(sys.argv[1], "wb") as f:
    f.write(b"RIFF" + struct.pack("<I", 36 + len(audio)) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, 2, rate, rate * 4, 4, 16) +
            b"data" + struct.pack("<I", len(audio)) + audio)
PY
source_is() { ctl get air/meter/source/text | grep -qw -- "$1"; }
alarm() { ctl alarms | grep -q -- "$1"; }
hooked() { grep -q -- "$1" "$work/hooked"; }

start_jackd -r 48000 -p 256
mkdir "$work/state"
check "starts" start_lathed "$work/air.conf" --state "$work/state"
check "it has ports" within 10 has_port "$lathe:line_1"
PROBE=$line "$probe" noise 300 >/dev/null 2>&1 &
others="$others $!"
: >"$work/hooked"
# shellcheck disable=SC2016
"$lathectl" --port "$port" events --on 'failover*' --run \
	'echo "$LATHE_CODE $LATHE_NODE $LATHE_EDGE $LATHE_LEVEL $LATHE_TEXT" >>"'"$work/hooked"'"' \
	>/dev/null 2>"$work/hook.log" &
hook_pid=$!
others="$others $hook_pid"
check "the second is connected" within 5 wired "$lathe:line_1" "$line:out_1"
"$probe" file 1 "$work/day.wav" "$work/sent.wav" "$work/got.wav" >"$work/played" 2>&1 &
player=$!
others="$others $player"
check "the second plays" within 20 source_is second
check "it is told" within 3 alarm "main is silent (zeros) for 2.0 s: second plays"
check "and why" within 3 alarm "input_zeros air  main: exact zeros"
check "main plays again" within 20 source_is main
check "its alarm ends" within 3 not alarm "second plays"
wait "$player"
check "played" cat "$work/played"

# The output is the input, sample by sample, but for the stretch that the second played.
check "frames" /usr/bin/python3 - "$work/sent.wav" "$work/got.wav" <<'PY'
import array, sys
def read(path):
    data = open(path, "rb").read()
    at = data.index(b"data") + 8
    return array.array("f", data[at:at + (len(data) - at) // 8 * 8])
sent, got = read(sys.argv[1]), read(sys.argv[2])
frames = min(len(sent), len(got)) // 2
sent, got = sent[:2 * frames], got[:2 * frames]
loud = [n for n in range(frames) if sent[2 * n]]
gap = max(range(len(loud) - 1), key=lambda i: loud[i + 1] - loud[i])
dead, alive = loud[gap] + 1, loud[gap + 1]
other = [n for n in range(frames) if got[2 * n] != sent[2 * n] or got[2 * n + 1] != sent[2 * n + 1]]
first, last = other[0], other[-1] + 1
print("dead at frame %d: the second plays %d frames later, until %d after main came back" %
      (dead, first - dead, last - alive))
assert abs(first - dead - 2 * 48000) <= 480, "wait is 96000 frames, +- 480"
assert 48000 - 480 <= last - alive <= 48000 + 960, "back is 48000 frames"
assert len(other) >= last - first - 3, "nothing else is heard"
PY
sed 's/^/    /' "$work/check"

check "the hook ran for the failover" within 5 hooked "failover air raised warning .*second plays"
check "and for its end" within 5 hooked "failover air cleared notice .*main plays again"
check "an input that is not there is refused" not ctl failover air third
check "another word is refused" not ctl failover air fourth
check "another node is refused" not ctl failover studio second
check "held by hand" ctl failover air second
check "it plays" within 5 source_is second
check "it stands as an alarm" within 3 alarm "second is held by hand"
kill "$hook_pid"
stop_lathed
check "starts again" start_lathed "$work/air.conf" --state "$work/state"
check "held after a restart" within 5 alarm "second is held by hand"
: >"$work/hooked"
# shellcheck disable=SC2016
"$lathectl" --port "$port" events --seconds 2 --on failover_hold --run \
	'echo "$LATHE_CODE $LATHE_EDGE" >>"'"$work/hooked"'"' >/dev/null 2>&1
check "a hook that starts late hears what stands" hooked "failover_hold raised"
check "it chooses again" ctl failover air auto
check "nothing is held" within 3 not alarm "held by hand"
stop_lathed
finish
