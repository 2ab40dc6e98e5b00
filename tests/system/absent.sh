#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# absent.sh - hosts that are switched off, and senders that do not exist, cost nobody else
# anything. A network with a live host (a namespace) and four addresses that nobody has, and
# a second one with a tablet that comes later.
if [ "${1-}" != inside ]; then
	if ! command -v ip >/dev/null || ! unshare --mount --net true 2>/dev/null; then
		echo "skipped: network namespaces take root and the command ip"
		echo "0 passed, 0 failed"
		exit 0
	fi
	exec unshare --mount --net "$0" inside
fi
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"
here=${0%/*}

other_network() {
	test "$(readlink "/proc/$1/ns/net")" != "$(readlink "/proc/$$/ns/net")"
}
live() { nsenter -t "$host" -n "$@"; }
tablet() { nsenter -t "$late" -n "$@"; }
word() { ctl status | sed -n "s/^$1  *//p"; } # of the status
at_least() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }'; }

# wire PROCESS NAME NETWORK: .1 here, .2 there
wire() {
	within 3 other_network "$1"
	ip link add "$2" type veth peer name cable netns "$1"
	ip addr add "$3.1/16" dev "$2"
	ip link set "$2" up
	nsenter -t "$1" -n ip addr add "$3.2/16" dev cable
	nsenter -t "$1" -n ip link set cable up
}

unshare --net sleep 600 &
host=$!
unshare --net sleep 600 &
late=$!
others="$host $late"
ip link set lo up
wire "$host" lan 10.9.0
wire "$late" lan2 10.8.0

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
nodes = ( { module = "tone"; name = "gen"; signal = "pink"; }, { module = "limiter"; name = "limit"; } );
osc = { listen = "0.0.0.0"; allow = ( "10.8.0.0/15" ); clients = (
  { address = "10.9.0.11:9000"; }, { address = "10.9.0.12:9000"; },
  { address = "10.9.0.13:9000"; }, { address = "10.9.0.14:9000"; } ); };
END
start_jackd -r 48000 -p 256

# absent_tablets HOW: four tablets that are switched off, then on.
absent_tablets() {
	check "$1: plays" within 60 said "JACK server .* found"
	check "$1: an alarm tells" within 60 sh -c "'$lathectl' --port $port alarms | grep -q 'nothing can be sent to 10.9.0.11.*10.9.0.14'"
	check "$1: what was not sent is counted" at_least "$(word unsent)" 1
	lost=0
	for _ in $(seq 200); do
		ctl get limit/ceiling >/dev/null 2>&1 || lost=$((lost + 1))
	done
	check "$1: 200 questions, $lost without an answer" test "$lost" = 0
	rate=$(live "$here/lan_host.py" meters 10.9.0.1 "$port" 3)
	echo "$1, four absent clients: $lost of 200 questions unanswered, a live tablet gets meters $rate times a second"
	check "$1: a live tablet's meters: $rate a second" at_least "$rate" 18
	check "$1: in the metrics" sh -c "'$lathectl' --port $port metrics | grep -q '^lathe_osc_unsent_total{.*} [1-9]'"
	check "$1: as JSON" sh -c "'$lathectl' --port $port --json status | grep -q '\"unsent\": [1-9][0-9]*, \"refused\": 0, \"challenges\": [1-9]'"
	for number in 11 12 13 14; do
		live ip addr add "10.9.0.$number/16" dev cable
	done
	check "$1: the alarm ends" within 60 not sh -c "'$lathectl' --port $port alarms | grep -q unsent"
	before=$(word unsent)
	sleep 1
	check "$1: they are sent to again" test "$(word unsent)" = "$before"
	for number in 11 12 13 14; do
		live ip addr del "10.9.0.$number/16" dev cable
	done
	ip neigh flush dev lan
}

# As under systemd: one inherited socket, and no other can be opened.
usual=$lathed
cat >"$work/inherit" <<END
#!/bin/sh
exec $here/inherited_socket.py $usual "\$@"
END
chmod +x "$work/inherit"
lathed=$work/inherit
check "starts with an inherited socket" start_lathed "$work/rack.conf" --no-state
absent_tablets "one socket"
stop_lathed
check "ends" test "$status" = 0

lathed=$usual
check "starts" start_lathed "$work/rack.conf" --no-state
absent_tablets "a socket for each host"

# ---- senders that do not exist -------------------------------------------------------------
live "$here/lan_host.py" forge 10.9.0.1 "$port" 1000 14 >/dev/null &
forger=$!
sleep 1
# Another process may have taken the processor for long; a second round decides.
for _ in 1 2 3; do
	"$here/pings.py" "$port" 500 >"$work/pings"
	longest=$(sed 's/.*longest \([0-9.]*\) ms/\1/' "$work/pings")
	echo "1000 forged datagrams a second: $(cat "$work/pings")"
	if at_least 20 "$longest"; then break; fi
done
check "a local ping waits at most 20 ms: $longest" at_least 20 "$longest"
took=$(tablet "$here/lan_host.py" join 10.8.0.1 "$port")
echo "a new tablet is confirmed meanwhile within $took s"
check "a new tablet is confirmed meanwhile: $took s" at_least 2 "$took"
wait "$forger"

# Wrong confirms in the tablet's name, 300 a second: it proves its address all the same.
live "$here/lan_host.py" forge 10.9.0.1 "$port" 300 8 confirm 10.8.0.3 >/dev/null &
forger=$!
sleep 1
tablet ip addr add 10.8.0.3/16 dev cable
tablet ip route replace 10.8.0.1 dev cable src 10.8.0.3
check "a tablet in whose name wrong numbers come" tablet "$lathectl" --host 10.8.0.1 --port "$port" get limit/ceiling
check "and its set is done" tablet "$lathectl" --host 10.8.0.1 --port "$port" set limit/ceiling -3
check "once confirmed it is served" tablet "$lathectl" --host 10.8.0.1 --port "$port" get limit/ceiling
wait "$forger"

check "challenges have a budget" at_least 3000 "$(word challenges)"

stop_lathed
check "ends" test "$status" = 0
stop_jackd
finish
