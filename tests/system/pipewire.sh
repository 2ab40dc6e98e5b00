#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# pipewire.sh - docs/pipewire.md with a real PipeWire: two null sinks, the rack between them, a program
# that plays into the first, a recording of the second.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"
cd "${0%/*}/../.." || exit 1
: >"$log"
if ! command -v pw-jack >/dev/null || ! command -v wireplumber >/dev/null; then
	echo "skipped: no PipeWire is installed here"
	echo "1 passed, 0 failed"
	exit 0
fi
# A session of its own: bus, folders, PipeWire.
if [ -z "${PIPEWIRE_SESSION-}" ]; then
	clean_up
	PIPEWIRE_SESSION=1 exec dbus-run-session -- sh "$0"
fi
export HOME="$work" XDG_CONFIG_HOME="$work/.config" XDG_RUNTIME_DIR="$work" XDG_STATE_HOME="$work"
unset JACK_DEFAULT_SERVER

# What the page says is what is tried: its block after `# FILE`.
block() { # FILE, below the home folder
	mkdir -p "$HOME/${1%/*}"
	awk -v file="# ~/$1" '$0 == file { on = 1; next } /^```/ { on = 0 } on' docs/pipewire.md >"$HOME/$1"
}
block .config/pipewire/pipewire.conf.d/lathe.conf
block .config/lathe/rack.conf
block .config/systemd/user/lathed.service
check "the page has sinks" grep -q null-audio-sink "$HOME/.config/pipewire/pipewire.conf.d/lathe.conf"
check "the page has a rack" "$lathed" --config "$HOME/.config/lathe/rack.conf" --check

sed -i "s|/usr/bin/lathed|$(realpath "$lathed")|" "$HOME/.config/systemd/user/lathed.service"
check "the page has a unit" systemd-analyze --user verify --man=no --recursive-errors=no \
	"$HOME/.config/systemd/user/lathed.service"

pipewire 2>"$work/pipewire.log" &
others="$others $!"
within 10 test -S "$work/pipewire-0"
wireplumber 2>"$work/wireplumber.log" &
others="$others $!"
check "the sinks are there" within 10 sh -c 'pw-link -i | grep -q "^air:playback_FL"'

pw-jack "$lathed" --port 0 --no-state --config "$HOME/.config/lathe/rack.conf" 2>"$log" &
lathed_pid=$!
check "the rack starts" within 10 said "jack_found"
port=$(sed -n 's/.*OSC on .* port \([0-9]*\).*/\1/p' "$log")
linked() { pw-link -l | grep -q -- "$1"; }
check "it hears the first sink" within 10 linked '|-> rack:in_1'
check "it plays into the second" within 10 linked '|-> air:playback_FL'

# Ten seconds of a tone, as a browser plays it, and what is on air meanwhile.
python3 - "$work/tone.wav" <<'END'
import math, struct, sys, wave
with wave.open(sys.argv[1], "wb") as out:
    out.setparams((2, 2, 48000, 0, "NONE", ""))
    out.writeframes(b"".join(struct.pack("<hh", *[int(8000 * math.sin(n * math.pi / 24))] * 2)
                             for n in range(480000)))
END
pw-play --target mix "$work/tone.wav" 2>"$work/play.log" &
others="$others $!"
loud() { ctl get limit/meter/in | awk '{ exit $(NF - 1) == "-inf" || $(NF - 1) < -30 }'; }
check "the rack is played to" within 10 loud
pw-record --target air -P '{ stream.capture.sink=true }' "$work/air.wav" 2>"$work/record.log" &
recorder=$!
others="$others $recorder"
sleep 2
kill -INT "$recorder"
wait "$recorder" 2>/dev/null
check "what is on air is recorded" python3 - "$work/air.wav" <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()[100:]
values = struct.unpack(f"<{len(data) // 2}h", data[:len(data) // 2 * 2])
assert max(values, default=0) > 1000, (len(values), max(values, default=0))
END
stop_lathed
check "it ends" test "$status" = 0
finish
