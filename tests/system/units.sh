#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# units.sh - what lathed tells systemd, and whether systemd accepts the units.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cd "${0%/*}/../.." || exit 1
# The units name the installed program; check them with the built one.
for unit in systemd/*.service systemd/*.socket systemd/*.timer; do
	sed "s|/usr/local/bin/|$(realpath "$BUILD")/|" "$unit" >"$work/${unit##*/}"
done
for unit in "$work"/*.service "$work"/*.socket "$work"/*.timer; do
	systemd-analyze verify --man=no --recursive-errors=no "$unit" >"$work/verify" 2>&1
	verdict=$?
	check "${unit##*/} is taken" test "$verdict" = 0
	check "${unit##*/} has no warnings" sh -c "cat '$work/verify'; test ! -s '$work/verify'"
done

# exposure UNIT MOST: what systemd-analyze security says of it, from 0 to 10
exposure() {
	said=$(systemd-analyze security --offline=yes "$work/$1" 2>&1 | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
	echo "$1: exposure $said, at most $2"
	echo "$said $2" | awk '{ exit NF != 2 || $1 > $2 }'
}
exposure lathed@.service 1.0
check "lathed@ may do little" exposure lathed@.service 1.0
exposure jackd@.service 1.5
check "jackd@ may do little" exposure jackd@.service 1.5
exposure lathe-hook@.service 1.5
check "lathe-hook@ may do little" exposure lathe-hook@.service 1.5

# The generator: each config sets the address of its socket; one with complaints sets none.
mkdir "$work/configs" "$work/units"
echo 'nodes = ( { module = "trim"; name = "a"; } ); osc = { listen = "0.0.0.0"; port = 3400; allow = ["10.0.0.0/8"]; };' >"$work/configs/lan.conf"
echo 'nodes = ( { module = "trim"; name = "a"; } );' >"$work/configs/local.conf"
echo 'nodes = ( { module = "trip"; name = "a"; } );' >"$work/configs/bad.conf"
sed "s|^LATHED=.*|LATHED=$(realpath "$lathed")|" systemd/lathe-generator >"$work/generator"
check "generator" env LATHE_CONFIGS="$work/configs" sh "$work/generator" "$work/units"
check "a socket for the network" grep -qx 'ListenDatagram=0.0.0.0:3400' "$work/units/lathed@lan.socket.d/osc.conf"
check "a local socket" grep -qx 'ListenDatagram=127.0.0.1:3345' "$work/units/lathed@local.socket.d/osc.conf"
check "none of a bad config" not test -e "$work/units/lathed@bad.socket.d"

cat >"$work/notified.py" <<'END'
import socket, sys
hearer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
hearer.bind(sys.argv[1])
with open(sys.argv[2], "w") as log:
    while True:
        log.write(hearer.recv(4096).decode().replace("\n", " ") + "\n")
        log.flush()
END
cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
nodes = ( { module = "trim"; name = "gain"; } );
END
python3 "$work/notified.py" "$work/notify" "$work/notified" &
others=$!
within 5 test -S "$work/notify"
heard() { grep -q -- "$1" "$work/notified"; }

start_jackd -r 48000 -p 256
export NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=400000 JOURNAL_STREAM=8:1
start_lathed "$work/rack.conf"
check "ready" within 3 heard "READY=1"
check "status" within 3 heard "STATUS=.*running, 48000 Hz, 256 frames"
check "watchdog is fed" within 2 heard "WATCHDOG=1"
kill -HUP "$lathed_pid"
check "reloading" within 2 heard "RELOADING=1 MONOTONIC_USEC="
kill -STOP "$jackd_pid"
check "status of a hung server" within 4 heard "STATUS=.*hung"
: >"$work/fed"
fed=$(grep -c WATCHDOG "$work/notified")
sleep 1
check "a hung server does not starve the watchdog" \
	test "$(grep -c WATCHDOG "$work/notified")" -ge $((fed + 3))
kill -CONT "$jackd_pid"
stop_lathed
check "stopping" heard "STOPPING=1"

# Output for the journal and for a terminal.
check "journal levels" grep -q "^<6>OSC on" "$log"

# A socket that systemd passes, at another port than the config's: it is used, an alarm tells.
unset NOTIFY_SOCKET WATCHDOG_USEC JOURNAL_STREAM
port=$((20000 + $$ % 20000))
mkdir "$work/run"
cat "$log" >>"$work/earlier.log"
# What socket activation needs to start is a first datagram.
systemd-socket-activate --datagram -l "127.0.0.1:$port" -E RUNTIME_DIRECTORY="$work/run" \
	"$lathed" --config "$work/rack.conf" --no-state 2>"$log" &
lathed_pid=$!
within 5 said "Listening on"
ctl ping >/dev/null 2>&1
check "the passed socket" within 5 said "OSC on 127.0.0.1, port $port"
check "the alarm" within 5 sh -c "'$lathectl' --port $port alarms | grep -q 'osc_address.*port $port; the config says 127.0.0.1 port 3345'"
check "where it is" grep -qx "127.0.0.1 $port" "$work/run/osc"
check "--instance finds it" "$lathectl" --instance "$work/run/osc" status
check "--instance of nothing" sh -c "'$lathectl' --instance nowhere status 2>&1 | grep -q '/run/lathe/nowhere/osc: found No such file'"
check "its version" sh -c "'$lathectl' --port $port status | grep -q '^version'"
stop_lathed
check "it is nowhere" not test -e "$work/run/osc"
finish
