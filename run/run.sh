#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh - what `make run` does: finds or starts JACK, starts lathed, plays a programme
# through it in a loop and shows the meters. Stops what it started, and nothing else.
#   run.sh [--check] BUILD CONFIG [IN] [SECONDS] [DEVICE]
# --check: says only whether this can work, as far as that is known before the build.
# shellcheck disable=SC2317 # the traps call what looks unreachable
set -u
cd "$(dirname "$0")/.." || exit 1
check=""
[ "$1" != --check ] || { check=1; shift; }
build=$1 config=$2 in=${3:-} seconds=${4:-} device=${5:-}
scratch=$(mktemp -d) || exit 1
# A client must not have the name of its server: each makes a socket with its name.
server=lathe-run-$$ name=lathe-$$
pw="" jackd="" lathed="" player="" line="" view=""

say() {
	printf 'run: %s\n' "$*"
}

# One by one, the newest first; each has five seconds to end by itself.
stop() {
	[ -n "$1" ] || return 0
	kill "$1" 2>/dev/null
	for _ in $(seq 25); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.2
	done
	kill -9 "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

finish() {
	trap '' INT TERM
	stop "$view"
	stop "$player"
	stop "$line"
	stop "$lathed"
	stop "$jackd"
	rm -rf "$scratch"
}
trap finish EXIT
# The meters end first and print their summary; then everything else is stopped.
trap '[ -n "$view" ] || exit 130; kill "$view" 2>/dev/null' INT TERM

fail() {
	printf 'run: %s\n' "$1" >&2
	# Without the level in front of each line, which is meant for the journal.
	[ -z "${2:-}" ] || tail -n 20 "$2" | sed 's/^<[0-9]>//' >&2
	exit 1
}

seconds_check() {
	case "$seconds" in
	"") return ;;
	*[!0-9.]* | *.*.*) ;;
	*[1-9]*) return ;;
	esac
	fail "SECONDS=$seconds: would accept a number above 0, as in SECONDS=10; without it Ctrl-C ends the run."
}

in_check() {
	[ -n "$in" ] || return 0
	[ -e "$in" ] || fail "IN=$in: there is no such file."
	[ ! -d "$in" ] || fail "IN=$in: is a folder, would accept a sound file."
	[ -r "$in" ] || fail "IN=$in: can't be read by this user."
	[ -x "$build/lathe-play" ] || return 0
	"$build/lathe-play" --check "$in" 2>"$scratch/check"
	[ "$?" != 1 ] || fail "IN=$in: would accept a sound file (WAV, FLAC, AIFF, CAF, Ogg, Opus, MP3, ...):" "$scratch/check"
}

racks() {
	for file in config/*.conf; do
		rack=${file#config/}
		printf ' %s' "${rack%.conf}"
	done
}

config_check() {
	[ ! -d "$config" ] || fail "CONFIG=$config: is a folder, would accept a config file."
	[ ! -r "$config" ] || return 0
	[ ! -e "$config" ] || fail "CONFIG=$config: can't be read by this user."
	case "$config" in
	config/*.conf)
		rack=${config#config/}
		fail "RACK=${rack%.conf}: there is no such rack, would accept$(racks); CONFIG=my.conf plays your own."
		;;
	esac
	fail "CONFIG=$config: there is no such file."
}

# Checks what was asked for, before anything is started.
asked_check() {
	seconds_check
	config_check
	in_check
	[ -z "$check" ] || exit 0
	"$build/lathed" --config "$config" --check >"$scratch/check" 2>&1 ||
		fail "CONFIG=$config can't be played:" "$scratch/check"
}

probe() {
	timeout 5 $pw "$build/lathe-play" --probe 2>/dev/null
}

jackd_start() {
	export JACK_DEFAULT_SERVER="$server"
	JACK_NO_AUDIO_RESERVATION=1 setsid jackd -n "$server" -p 128 "$@" \
		>"$scratch/jackd" 2>&1 &
	jackd=$!
	for _ in $(seq 25); do
		found=$(probe) && return 0
		kill -0 "$jackd" 2>/dev/null || break
		sleep 0.2
	done
	[ -z "$device" ] || cards
	fail "jackd does not start:" "$scratch/jackd"
}

cards() {
	found=$(sed -n 's/^ *\([0-9][0-9]*\) .*: \(.*\)/hw:\1 (\2)/p' /proc/asound/cards 2>/dev/null)
	if [ -n "$found" ]; then
		say "DEVICE=$device does not open; the sound cards here are:" "$found"
	else
		say "DEVICE=$device does not open; this machine has no sound card. Without DEVICE it runs silently."
	fi
}

jack_find() {
	if found=$(probe); then
		say "JACK runs already ($found)."
		return
	fi
	if command -v pw-jack >/dev/null && pw="pw-jack" && found=$(probe); then
		say "PipeWire serves as JACK ($found)."
		return
	fi
	pw=""
	if [ -n "$device" ]; then
		jackd_start -d alsa -d "$device" -r 48000 -p 256
		say "started jackd on $device ($found)."
		return
	fi
	jackd_start -d dummy -r 48000 -p 256
	say "started a JACK without a sound card ($found): nothing will be heard; DEVICE=hw:0 plays on the first card."
}

# The first free UDP port from 3345 on.
port_find() {
	port=3345
	while grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") " /proc/net/udp /proc/net/udp6 2>/dev/null; do
		port=$((port + 1))
	done
}

lathed_start() {
	setsid $pw "$build/lathed" --config "$config" --port "$port" --name "$name" \
		>"$scratch/lathed" 2>&1 &
	lathed=$!
	for _ in $(seq 25); do
		"$build/lathectl" --port "$port" --timeout 0.2 ping >/dev/null 2>&1 &&
			return 0
		kill -0 "$lathed" 2>/dev/null || break
		sleep 0.1
	done
	fail "lathed does not start:" "$scratch/lathed"
}

asked_check
jack_find
port_find
lathed_start
say "lathed plays $config; ask it with: $build/lathectl --port $port list"

if [ -z "$in" ]; then
	in=$build/demo.wav
	[ -s "$in" ] || "$build/lathe-demo" "$in" || exit 1
fi
# The studio of the on-air rack falls silent once, and its line goes on.
silence=""
case "$config" in
*/on-air.conf)
	silence="--silence 10,20"
	setsid $pw "$build/lathe-play" --into "$name:line" "$in" >/dev/null 2>&1 &
	line=$!
	say "the studio falls silent after 10 s, for 20 s: the line plays from 20 s on, the studio from 35 s on; another terminal tells it, too: $build/lathectl --port $port events"
	;;
esac
# shellcheck disable=SC2086 # an option and its value
setsid $pw "$build/lathe-play" --into "$name" $silence "$in" >"$scratch/player" &
player=$!
until [ -s "$scratch/player" ]; do # a long file takes a while to read
	kill -0 "$player" 2>/dev/null || fail "$in cannot be played."
	sleep 0.1
done
say "playing $in in a loop${seconds:+ for $seconds s}; Ctrl-C stops."

"$build/lathectl" --port "$port" meters --summary ${seconds:+--seconds "$seconds"} &
view=$!
wait "$view"
status=$?
if [ "$status" -gt 128 ]; then # a signal came while waiting
	wait "$view"
	status=0
fi
view=""
exit "$status"
