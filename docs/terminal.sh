#!/bin/sh
# terminal.sh - the pictures of lathectl in the docs, from the real thing: a rack that plays the
# programme of `make run` in a JACK of its own. Needs tmux.
#   docs/terminal.sh [CONFIG [COMMAND PICTURE]]   after make all build/lathe-demo build/lathe-play
#   docs/terminal.sh                                            docs/meters.svg
#   COLUMNS=112 LINES=48 docs/terminal.sh config/meters.conf meters docs/eyes.svg
#   COLUMNS=126 LINES=14 docs/terminal.sh config/streaming.conf "spectrum tone" docs/spectrum.svg
# shellcheck source=tests/system/common.inc
. "${0%/*}/../tests/system/common.inc"

config=${1:-config/streaming.conf}
command=${2:-meters}
picture=${3:-docs/meters.svg}
player=$BUILD/lathe-play
screen=$work/tmux
[ -s "$BUILD/demo.wav" ] || "$BUILD/lathe-demo" "$BUILD/demo.wav" || exit 1
sync=
start_jackd -r 48000 -p 1024
start_lathed "$config" --name "$lathe" || exit 1
within 5 has_port "$lathe:in_1" || exit 1
"$player" --into "$lathe" "$BUILD/demo.wav" >"$work/play" 2>&1 &
others=$!
tmux -S "$screen" -f /dev/null new-session -d -x "${COLUMNS:-86}" -y "${LINES:-24}" \
	"$lathectl --port $port $command"
sleep "${SECONDS_PLAYED:-22}"
tmux -S "$screen" capture-pane -e -p >"$work/screen"
tmux -S "$screen" kill-server
python3 docs/terminal.py "lathectl $command" <"$work/screen" >"$picture"
