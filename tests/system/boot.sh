#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# boot.sh - the units under a real systemd with a root of its own: a rack plays, is reloaded, found by
# its instance, killed, hung, stopped; no datagram is lost over a crash. Needs root, namespaces and an
# overlay; without them it says so.
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
cat >"$box/etc/lathe/radio.conf" <<'END'
rack = { name = "radio"; };
inputs = ( { name = "in"; } );
nodes = ( { module = "trim"; name = "gain"; }, { module = "limiter"; name = "limit"; } );
outputs = ( { name = "out"; } );
END
# 1500 pings at 1000 a second; after the first third each tells which were answered.
cat >"$box/usr/local/bin/pings" <<'END'
#!/usr/bin/python3
import os, select, signal, socket, struct, subprocess, sys, time
def pad(b): return b + b"\0" * (4 - len(b) % 4)
def ping(n): return pad(b"/rack/ping") + pad(b",i") + struct.pack(">i", n)
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
out.connect(("127.0.0.1", 3345))
answered = set()
def hear(seconds):
    end = time.monotonic() + seconds
    while select.select([out], [], [], max(0, end - time.monotonic()))[0]:
        got = out.recv(4096)
        # One message or a bundle of them; ",i...": what was sent comes first.
        start = got.find(b"/rack/pong")
        while start >= 0:
            at = start + 12
            types = got[at:].split(b"\0")[0]
            at += (len(types) // 4 + 1) * 4
            answered.add(struct.unpack(">i", got[at:at + 4])[0])
            start = got.find(b"/rack/pong", at)
pid = int(sys.argv[1])
for n in range(1500):
    try:
        out.send(ping(n))
    except ConnectionRefusedError:
        pass
    if n == 500:
        # What it has read is answered: a process that is killed within a message loses that.
        end = time.monotonic() + 5
        while n not in answered and time.monotonic() < end:
            hear(0.01)
        os.kill(pid, signal.SIGKILL)
    hear(0.001)
end = time.monotonic() + 20
while len(answered) < 1500 and time.monotonic() < end:
    hear(0.1)
print(f"{len(answered)} of 1500")
END
chmod 755 "$box/usr/local/bin/pings"

check "boots" box_boot
inside() { in_box sh -c "$1"; }
ctl() { in_box /usr/local/bin/lathectl --instance radio "$@"; }
plays() { ctl status | grep -q '^state *playing'; }
main_pid() { in_box systemctl show -p MainPID --value lathed@radio; }
heard() { [ "$(grep -c ' heard$' "$work/sink")" -ge "$1" ] && tail -n 1 "$work/sink" | grep -q ' heard$'; }
# anew PID: another process plays
anew() { [ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ] && plays; }

check "starts" in_box systemctl start lathed@radio
check "plays" within 10 plays
in_box setpriv --reuid=lathe --regid=audio --clear-groups env JACK_DEFAULT_SERVER=radio \
	/usr/local/bin/sink lathe-radio 300 >"$work/sink" 2>&1 &
others="$others $!"
check "is heard" within 10 heard 1
# In a container without CAP_SYS_RESOURCE systemd can't raise these limits.
if sh -c 'ulimit -l unlimited' 2>/dev/null; then
	# shellcheck disable=SC2016 # for the inner shell
	check "the audio thread has its priority" within 5 inside \
		'ps -L -o cls= -p $(systemctl show -p MainPID --value lathed@radio) | grep -q FF'
	# shellcheck disable=SC2016
	check "it is the last to go when memory is short" inside \
		'grep -qx -- -900 /proc/$(systemctl show -p MainPID --value lathed@radio)/oom_score_adj'
	check "memory is locked" not inside 'journalctl -b -u lathed@radio | grep "not locked"'
fi
check "no complaint" not inside 'journalctl -b -u "lathed@radio" | grep -i "denied\|not permitted"'
check "its address" inside 'grep -qx "127.0.0.1 3345" /run/lathe/radio/osc'
check "its state" ctl set gain/gain -6
check "is saved" within 5 inside 'grep -q "gain/gain -6" /var/lib/lathe/radio/*.state'

sed -i 's/name = "gain"; }/name = "gain"; }, { module = "eq"; name = "tone"; }/' "$box/etc/lathe/radio.conf"
check "reload" in_box systemctl reload lathed@radio
check "has taken effect" within 5 ctl get tone/band/1/gain
cp "$box/etc/lathe/radio.conf" "$work/radio.good"
sed -i 's/module = "eq"/module = "eqq"/' "$box/etc/lathe/radio.conf"
check "a refused reload fails" not in_box systemctl reload lathed@radio
check "and says why" within 5 inside 'journalctl -b -u lathed@radio | grep "sh.*unknown module .eqq"'
check "the rack plays on" within 5 ctl get tone/band/1/gain
cp "$work/radio.good" "$box/etc/lathe/radio.conf"
check "a good one is taken again" in_box systemctl reload lathed@radio

pid=$(main_pid)
in_box pings "$pid" >"$work/pings" 2>&1
cat "$work/pings"
check "no datagram is lost over a crash" grep -qx "1500 of 1500" "$work/pings"
check "it plays again" within 10 anew "$pid"
check "is heard again" within 10 heard 2

pid=$(main_pid)
in_box kill -STOP "$pid"
check "the watchdog ends what hangs" within 15 anew "$pid"
check "and is heard again" within 10 heard 3

in_box python3 -c '
import socket, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
end = time.monotonic() + 3
while time.monotonic() < end:
    out.sendto(b"/rack/ping\0\0,\0\0\0", ("127.0.0.1", 3345))
    time.sleep(0.002)' &
storm=$!
check "stop, while clients send" in_box systemctl stop lathed@radio
wait "$storm"
check "it stays down" not in_box systemctl -q is-active lathed@radio
check "so does its socket" not in_box systemctl -q is-active lathed@radio.socket
check "it answers nowhere" not inside 'test -e /run/lathe/radio/osc'

inside 'echo "osc = { port = 3346; };" >>/etc/lathe/radio.conf'
check "daemon-reload" in_box systemctl daemon-reload
check "starts at its new port" in_box systemctl start lathed@radio
check "is found there" within 10 inside 'grep -qx "127.0.0.1 3346" /run/lathe/radio/osc'
check "without an alarm" not inside 'lathectl --instance radio alarms | grep osc_address'
inside 'sed -i s/3346/3347/ /etc/lathe/radio.conf'
check "a reload can't move it" in_box systemctl reload lathed@radio
check "and an alarm tells" within 5 inside 'lathectl --instance radio alarms | grep "osc_address.*3346.*3347"'

# A server that is open to the group audio: a client of another user plays through the rack.
inside 'printf "%s\n" "JACKD=\"-d dummy -r 48000 -p 256\"" JACK_PROMISCUOUS_SERVER=audio >/etc/lathe/radio.jackd'
check "restarts for all of the group" in_box systemctl restart jackd@radio lathed@radio
check "plays there" within 10 inside 'lathectl --instance radio status | grep -q "^state *playing"'
in_box setpriv --reuid=nobody --regid=audio --clear-groups env JACK_DEFAULT_SERVER=radio JACK_PROMISCUOUS_SERVER=audio \
	/usr/local/bin/sink lathe-radio 60 >"$work/other-sink" 2>&1 &
others="$others $!"
check "another user is heard" within 10 grep -q " heard$" "$work/other-sink"
finish
