#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# tablets.sh - the pictures of tablets in the docs, from the real thing: racks that play the
# programme of `make run` in a JACK of their own, their layouts, and what they send to a tablet.
#   docs/tablets.sh     after make all build/lathe-demo build/lathe-play: docs/tablet.png,
#                       docs/phone.png, docs/bands.png
# shellcheck source=tests/system/common.inc
. "${0%/*}/../tests/system/common.inc"

tools=tests/touchosc
[ -s "$BUILD/demo.wav" ] || "$BUILD/lathe-demo" "$BUILD/demo.wav" || exit 1

# rack CONFIG: plays for a while; what it sends then lies in $work/values.
rack() {
	start_lathed "$1" --name "$lathe" || exit 1
	within 5 has_port "$lathe:in_1" || exit 1
	"$BUILD/lathe-play" --into "$lathe" "$BUILD/demo.wav" >"$work/play" 2>&1 &
	others=$!
	sleep "${SECONDS_PLAYED:-26}"
	/usr/bin/python3 "$tools/values.py" "$port" 1 >"$work/values"
}

rack_end() {
	end_process "$others"
	wait "$others" 2>/dev/null
	others=
	stop_lathed
}

# draw SIZE SCALE PAGE PICTURE: one page of the rack's layout.
draw() {
	"$BUILD/lathe-touchosc" --port "$port" --size "$1" "$work/layout.tosc" &&
		/usr/bin/python3 "$tools/draw.py" "$work/layout.tosc" "$work/page" "$2" "$work/values" &&
		cp "$work/page-$3.png" "$4" || exit 1
	rm -f "$work"/page-*.png
}

sync=
start_jackd -r 48000 -p 4096
rack config/streaming.conf
draw tablet 0.7 tone-band1_8 docs/tablet.png
draw phone 1.4 overview docs/phone.png
rack_end
rack config/meters.conf
draw tablet 1 bands docs/bands.png
rack_end
