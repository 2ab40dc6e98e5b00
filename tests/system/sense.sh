#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# sense.sh - each fault of a programme, played by a real client into a real JACK, is told by its own
# alarm and no other, not before its time, and its alarm ends when the programme is healthy again.
# Prints after how many frames each was told.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

faults=$BUILD/tests/system/faults
kinds=$("$faults" list | cut -d' ' -f1)
{
	echo "rack = { name = \"$lathe\"; };"
	echo "inputs = ("
	first=
	for kind in $kinds; do
		echo "$first { name = \"$kind\"; connect = [\"$PROBE:${kind}_1\", \"$PROBE:${kind}_2\"]; }"
		first=,
	done
	echo "); nodes = ("
	first=
	for kind in $kinds; do
		identical=$([ "$kind" != identical ] || echo 'identical = "alarm";')
		echo "$first { module = \"sense\"; name = \"on-$kind\"; from = [\"$kind\"]; $identical }"
		first=,
	done
	echo "); outputs = ( { name = \"out\"; from = [\"on-healthy\"]; connect = [\"system:playback_1\", \"system:playback_2\"]; } );"
} >"$work/rack.conf"
stands() { ctl alarms | grep -q -- "$1"; }

start_jackd -r 48000 -p 1024
check "starts" start_lathed "$work/rack.conf"
check "it has ports" within 10 has_port "$lathe:healthy_2"
"$lathectl" --port "$port" --json events >"$work/events" 2>/dev/null &
others="$others $!"
"$faults" 400 >"$work/began" &
others="$others $!"
began() { [ -s "$work/began" ]; }
check "it plays" within 30 began
# What the rack's frames are in JACK's, within the time that two answers take.
now=$(PROBE=clock-$$ "$faults" clock)
rack=$(ctl ping | sed -n 's/.*frame \([0-9]*\).*/\1/p')
told() { grep -q "\"code\": \"input_$1\".*\"edge\": \"raised\"" "$work/events"; }
for kind in $kinds; do
	[ "$kind" = healthy ] || check "$kind is told" within 400 told "$kind"
done
for kind in $kinds; do
	check "$kind is over" within 400 not stands " on-$kind "
done
check "each by its word, and not too early" /usr/bin/python3 - "$work/events" "$(cat "$work/began")" "$now" "$rack" <<'PY'
import json, sys
began = int(sys.argv[2]) - int(sys.argv[3]) + int(sys.argv[4])
least = {"zeros": 10, "quiet": 30, "one_leg": 30, "inverted": 5, "tone": 10, "static": 20,
         "stuck": 1, "dc": 5, "identical": 60, "clipping": 0}
told = {}
for line in open(sys.argv[1]):
    event = json.loads(line)
    if not event["code"].startswith("input_") or event["edge"] != "raised":
        continue
    assert event["address"] == "/on-" + event["code"][6:], event
    told[event["code"][6:]] = (event["frame"] - began) / 48000 - 4
for kind, after in told.items():
    print("%-10s told after %6.2f s of it" % (kind, after))
    assert after > least[kind] - 0.2, (kind, after)
assert set(told) == set(least), told
PY
sed 's/^/    /' "$work/check"
stop_lathed
check "ends" test "$status" = 0
finish
