#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# disk.sh - a disk that hangs (a frozen file system of this test) delays neither OSC, nor the
# start, nor the stop. Needs root, namespaces and loop devices; without them it says so and
# checks what it can.
[ -n "${INSIDE-}" ] || {
	if unshare --mount true 2>/dev/null; then
		INSIDE=1 exec unshare --mount sh "$0" "$@"
	fi
	INSIDE=no exec sh "$0" "$@"
}
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

image=$work/image
mnt=$work/mnt
mkdir "$mnt"
truncate -s 64M "$image"
if [ "$INSIDE" = no ] || ! mkfs.ext4 -q "$image" || ! mount -o loop "$image" "$mnt" 2>/dev/null; then
	echo "skipped: no file system of its own can be mounted here"
	echo "1 passed, 0 failed"
	exit 0
fi
frozen=
freeze() { sync -f "$mnt"; fsfreeze -f "$mnt" && frozen=1; }
thaw() {
	[ -n "$frozen" ] && fsfreeze -u "$mnt"
	frozen=
}
leave() {
	thaw
	clean_up_processes
	umount "$mnt" 2>/dev/null
	rm -rf "$work"
}
clean_up_processes() {
	for process in $others $lathed_pid $jackd_pid; do
		end_process "$process"
	done
}
trap leave EXIT

mkdir "$mnt/state"
start_jackd -r 48000 -p 256
check "starts" start_lathed config/streaming.conf --name "$lathe" --state "$mnt/state"
check "plays" within 10 said "JACK server .* found"
check "saves" ctl scene save before

freeze
# A scene is saved; its answer must wait for the disk.
ctl --timeout 30 scene save during >"$work/save" 2>&1 &
save=$!
check "told" within 10 said "disk_hung: scenes"
check "pings are answered while it hangs" "$(dirname "$0")/pings.py" "$port" 100
check "an alarm stands" sh -c "'$lathectl' --port $port status | grep -q 'does not answer'"
check "values can be set" ctl set limit/ceiling -2
check "the audio plays on" sh -c "'$lathectl' --port $port status | grep -q playing"
thaw
wait "$save"
check "after the thaw the save is done" grep -q "saved during" "$work/save"
check "told, too" within 10 said "disk_hung: scenes: .*answers again"
check "it is there" sh -c "'$lathectl' --port $port scene | grep -q during"

# SIGTERM during the freeze: JACK is left and the socket is closed.
freeze
ctl set limit/ceiling -3 >/dev/null
ctl --timeout 30 scene save late >/dev/null 2>&1 &
others="$others $!"
check "told again" within 10 said_times 2 "disk_hung: scenes: the disk"
kill -TERM "$lathed_pid"
left() { ! jack_lsp 2>/dev/null | grep -q "^$lathe:"; }
closed() { ! ss -Hlun "sport = :$port" | grep -q .; }
check "JACK is left" within 6 left
check "the socket is closed" within 6 closed
check "says why" within 6 said "a disk does not answer"
thaw
wait "$lathed_pid"
lathed_pid=
check "the start after it" start_lathed config/streaming.conf --name "$lathe" --state "$mnt/state"
check "state is whole" within 5 said "values restored\|nothing saved yet"
stop_lathed

# A start on a disk that hangs.
freeze
check "starts on a hung disk" start_lathed config/streaming.conf --name "$lathe" --state "$mnt/state"
check "plays on a hung disk" within 10 said "JACK server .* found"
check "pings are answered" "$(dirname "$0")/pings.py" "$port" 20
thaw
check "the values come after the thaw" within 10 said "values restored"
stop_lathed
check "ends in order" [ "$status" = 0 ]

# A full disk.
cat /dev/zero >"$mnt/fill" 2>/dev/null

check "starts on a full disk" start_lathed config/streaming.conf --name "$lathe" --state "$mnt/state"
check "plays on a full disk" within 10 said "JACK server .* found"
rm "$mnt/fill"
stop_lathed

# A state that can't be read is not overwritten.
rm -f "$mnt"/state/*.state*
mkdir "$mnt/state/streaming.state"
check "starts beside what is no state" start_lathed config/streaming.conf --name "$lathe" --state "$mnt/state"
check "an alarm says so" within 5 said "state_read: "
ctl set limit/ceiling -4 >/dev/null
stop_lathed
check "what was there stays" [ -d "$mnt/state/streaming.state" ]

# A file of a node on a disk that does not answer: opening a FIFO hangs until somebody writes.
mkfifo "$mnt/curve.txt"
printf '%s\n' "rack = { files = \"$mnt\"; };" \
	'nodes = ( { module = "tonematch"; name = "curve"; file = "curve.txt"; } );' >"$work/late.conf"
check "starts without the file" start_lathed "$work/late.conf" --name "$lathe"
check "plays without it" within 10 said "JACK server .* found"
check "says what is missing" within 10 said "curve.txt: its disk has not answered yet"
check "an alarm stands" within 10 said "disk_hung: configs: the disk"
check "pings are answered" "$(dirname "$0")/pings.py" "$port" 20
printf '100 0\n1000 -3\n' >"$mnt/curve.txt"
check "the disk answers" within 10 said "disk_hung: configs: .*answers again"
check "a reload reads what has changed" sh -c "
	rm '$mnt/curve.txt' && echo nonsense >'$mnt/curve.txt' &&
	'$lathectl' --port $port reload"
check "and says what is wrong" within 10 said "curve.txt: line 1: would accept"
stop_lathed
check "ends in order" [ "$status" = 0 ]
finish
