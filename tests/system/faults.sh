#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# faults.sh - faults under a real systemd, one after the other, while a sink listens: after each the rack
# is heard again. Prints a table: fault, how long it was silent, what was told. Needs root, namespaces and
# an overlay; without them it says so.
[ -n "${INSIDE-}" ] || {
	if unshare --mount true 2>/dev/null; then
		INSIDE=1 exec unshare --mount sh "$0" "$@"
	fi
	INSIDE=no exec sh "$0" "$@"
}
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"
# shellcheck source=tests/system/box.inc
. "${0%/*}/box.inc"
cd "${0%/*}/../.." || exit 1
: >"$log"
if [ "$INSIDE" = no ] || ! box_root; then
	echo "skipped: no systemd can be booted here"
	echo "1 passed, 0 failed"
	exit 0
fi
leave() {
	box_end
	clean_up
}
trap leave EXIT

check "installs" box_install
cp "$BUILD/tests/system/sink" "$box/usr/local/bin/"
cat >"$work/rack.conf" <<'END'
rack = { name = "radio"; };
inputs = ( { name = "in"; } );
nodes = ( { module = "trim"; name = "gain"; }, { module = "limiter"; name = "limit"; } );
outputs = ( { name = "out"; } );
END
inside() { in_box sh -c "$1"; }
good_config() { cp "$work/rack.conf" "$box/etc/lathe/radio.conf"; }
main_pid() { in_box systemctl show -p MainPID --value "$1@radio"; }
start() {
	box_boot && in_box systemctl start lathed@radio
	in_box setpriv --reuid=lathe --regid=audio --clear-groups env JACK_DEFAULT_SERVER=radio \
		/usr/local/bin/sink lathe-radio 300 >>"$work/sink" 2>/dev/null &
	others="$others $!"
	within 20 heard
}
heard() { tail -n 1 "$work/sink" | grep -q ' heard$'; }
plays() { inside 'lathectl --instance radio status' | grep -q '^state *playing'; }
# again PID: another process plays, and is heard
again() { [ "$(main_pid lathed)" != "$1" ] && [ "$(main_pid lathed)" != 0 ] && plays && heard; }

begin() {
	fault=$1
	lines=$(wc -l <"$work/sink")
	cursor=$(inside 'journalctl -n 0 --show-cursor' | sed -n 's/^-- cursor: //p')
}
# end WHAT-IS-TOLD: a line of the table; the journal since begin() has the pattern
end() {
	silence=$(tail -n +"$lines" "$work/sink" | awk '
		$2 == "silent" { since = $1 }
		$2 == "heard" && since { sum += $1 - since; count++; since = 0 }
		END { printf "%d times, %.2f s in all", count, sum }')
	told=$(inside "journalctl --after-cursor '$cursor' -o cat -u lathed@radio -u jackd@radio -u lathed@radio.socket" |
		grep -m 1 -- "$1" | cut -c 1-90)
	printf '| %s | silent %s | %s |\n' "$fault" "$silence" "$told"
	check "$fault: is told" test -n "$told"
}
# killed FAULT PATTERN: SIGKILL to lathed, until it is heard again
killed() {
	pid=$(main_pid lathed)
	in_box kill -KILL "$pid"
	check "$fault: is heard again" within 30 again "$pid"
}

good_config
check "starts" start
sleep 2

begin "bad file, then SIGKILL"
echo 'nodes = ( { module = "trip"; } );' >"$box/etc/lathe/radio.conf"
killed
end 'last good'
good_config
in_box systemctl reload lathed@radio

begin "empty file, then SIGKILL"
: >"$box/etc/lathe/radio.conf"
killed
end 'last good'
good_config
in_box systemctl reload lathed@radio

begin "cut file, reload"
head -c 120 "$work/rack.conf" >"$box/etc/lathe/radio.conf"
in_box systemctl reload lathed@radio 2>/dev/null
sleep 1
check "$fault: plays on" heard
end 'radio.conf'
good_config
in_box systemctl reload lathed@radio

begin "SIGKILL ten times"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	pid=$(main_pid lathed)
	in_box kill -KILL "$pid"
	within 30 again "$pid"
done
check "$fault: is heard again" heard
check "$fault: safe mode" inside 'lathectl --instance radio alarms | grep -q "safe "'
check "$fault: is left" within 20 inside 'lathectl --instance radio safe off'
end 'code=killed'

begin "port in use at the start"
in_box systemctl stop lathed@radio
in_box python3 -c '
import socket, time
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("127.0.0.1", 3345))
time.sleep(5)' &
taker=$!
sleep 1
in_box systemctl start lathed@radio
check "$fault: is heard" within 10 heard
wait "$taker"
in_box systemctl restart lathed@radio.socket lathed@radio
check "$fault: answers when it is free" within 20 plays
within 20 heard
end 'in use\|ddress family'

begin "disk of the state full"
in_box mount -t tmpfs -o size=64k,uid="$(in_box id -u lathe)" tmpfs /var/lib/lathe/radio
in_box systemctl restart lathed@radio
within 20 plays
inside 'cat /dev/zero >/var/lib/lathe/radio/full 2>/dev/null; lathectl --instance radio set gain/gain -1 >/dev/null'
check "$fault: an alarm" within 10 inside 'lathectl --instance radio alarms | grep -q "^[^a-z]*state\|state "'
check "$fault: is heard" within 10 heard
end '^state: .*\(disk\|space\|saved\)'
in_box umount -l /var/lib/lathe/radio
in_box systemctl restart lathed@radio
within 20 plays
within 20 heard

begin "jackd killed"
in_box kill -KILL "$(main_pid jackd)"
sleep 1
check "$fault: is heard again" within 30 heard
end 'no_audio\|jack_lost\|jack_'

begin "jackd hung"
pid=$(main_pid jackd)
in_box kill -STOP "$pid"
anew() { [ "$(main_pid jackd)" != "$pid" ] && [ "$(main_pid jackd)" != 0 ] && heard; }
if within 40 anew >/dev/null 2>&1; then
	check "$fault: is heard again" heard
else
	echo "not mended: $fault"
	in_box kill -KILL "$pid"
	within 30 heard
fi
end 'jack_hung'

fault="power cut, boot"
inside 'lathectl --instance radio set gain/gain -3 >/dev/null'
sleep 2
box_power_cut
: >"$work/sink"
began=$(date +%s%N)
check "$fault: is heard again" start
printf '| %s | silent %.2f s | values: %s |\n' "$fault" "$(echo "$began $(date +%s%N)" | awk '{ print ($2 - $1) / 1e9 }')" \
	"$(inside 'lathectl --instance radio get gain/gain')"
check "$fault: its values are back" inside 'lathectl --instance radio get gain/gain | grep -q -- "-3"'
finish
