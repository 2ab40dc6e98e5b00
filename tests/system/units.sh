#!/bin/sh
# units.sh - what lathed tells systemd, and whether systemd accepts the units.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cd "${0%/*}/../.." || exit 1
# The units name the installed program; check them with the built one.
for unit in systemd/*.service systemd/*.timer; do
	sed "s|/usr/local/bin/|$(realpath "$BUILD")/|" "$unit" >"$work/${unit##*/}"
done
for unit in "$work"/*.service "$work"/*.timer; do
	systemd-analyze verify --man=no --recursive-errors=no "$unit" >"$work/verify" 2>&1
	verdict=$?
	check "${unit##*/} is taken" test "$verdict" = 0
	check "${unit##*/} has no warnings" sh -c "cat '$work/verify'; test ! -s '$work/verify'"
done

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
finish
