#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# terminal.sh - the pictures of lathectl in the docs, from the real thing: a rack that plays the
# programme of `make run` in a JACK of its own. Needs tmux.
#   docs/terminal.sh [CONFIG COMMAND PICTURE]   after make all build/lathe-demo build/lathe-play
#   docs/terminal.sh                            docs/meters-60x20.svg, docs/meters.svg, docs/meters-200x60.svg
#   COLUMNS=112 LINES=48 docs/terminal.sh config/meters.conf meters docs/eyes.svg
#   COLUMNS=126 LINES=14 docs/terminal.sh config/streaming.conf "spectrum tone" docs/spectrum.svg
# shellcheck source=tests/system/common.inc
. "${0%/*}/../tests/system/common.inc"

config=${1:-config/streaming.conf}
command=${2:-meters}
if [ $# -eq 3 ]; then
	pictures="${COLUMNS:-86}x${LINES:-24}=$3"
else
	pictures="60x20=docs/meters-60x20.svg 80x24=docs/meters.svg 200x60=docs/meters-200x60.svg"
fi
[ -s "$BUILD/demo.wav" ] || "$BUILD/lathe-demo" "$BUILD/demo.wav" || exit 1
start_jackd -r 48000 -p 4096
start_lathed "$config" --name "$lathe" || exit 1
within 5 has_port "$lathe:in_1" || exit 1
"$BUILD/lathe-play" --into "$lathe" "$BUILD/demo.wav" >"$work/play" 2>&1 &
others=$!
for picture in $pictures; do
	size=${picture%%=*}
	tmux -S "$work/$size" -f /dev/null new-session -d -x "${size%x*}" -y "${size#*x}" \
		"$lathectl --port $port $command"
done
sleep "${SECONDS_PLAYED:-22}"
for picture in $pictures; do
	size=${picture%%=*}
	tmux -S "$work/$size" capture-pane -e -p >"$work/screen"
	tmux -S "$work/$size" kill-server
	python3 docs/terminal.py "lathectl $command  ($size)" <"$work/screen" >"${picture#*=}"
done
