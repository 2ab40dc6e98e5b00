#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# access.sh - lathed on a network of three hosts: roles, the challenge, the lock, and what
# is announced. Each host is a network namespace of its own.
if [ "${1-}" != inside ]; then
	if ! command -v ip >/dev/null || ! unshare --net true 2>/dev/null; then
		echo "skipped: network namespaces take root and the command ip"
		echo "0 passed, 0 failed"
		exit 0
	fi
	exec unshare --net "$0" inside
fi
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

# host NUMBER: 10.NUMBER.0.2, wired to us at 10.NUMBER.0.1; its process in $hosted.
host() {
	unshare --net sleep 600 &
	hosted=$!
	others="$others $hosted"
	within 3 other_network "$hosted"
	ip link add "wire$1" type veth peer name wire netns "$hosted" &&
		ip addr add "10.$1.0.1/24" dev "wire$1" && ip link set "wire$1" up &&
		nsenter -t "$hosted" -n ip addr add "10.$1.0.2/24" dev wire &&
		nsenter -t "$hosted" -n ip link set wire up
}
other_network() {
	test "$(readlink "/proc/$1/ns/net")" != "$(readlink "/proc/$$/ns/net")"
}
# from NUMBER ARGUMENT...: lathectl on that host.
from() {
	number=$1
	shift
	eval "at=\$host$number"
	# shellcheck disable=SC2154
	nsenter -t "$at" -n "$lathectl" --host "10.$number.0.1" --port "$port" "$@"
}
refused() { from "$@" 2>&1 | grep -q "takes the role"; }
silent() { from "$1" --timeout 0.3 ping 2>&1 | grep -q "no answer"; }

ip link set lo up
check "hosts" host 1
host1=$hosted
check "hosts" host 2
host2=$hosted
check "hosts" host 3
host3=$hosted
export host1 host2 host3

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
nodes = ( { module = "trim"; name = "gain"; }, { module = "limiter"; name = "limit"; ceiling = -2.0; } );
osc = { listen = "0.0.0.0"; allow = ( { network = "10.1.0.0/24"; role = "admin"; },
  "10.2.0.0/24" ); limits = ( { param = "gain/gain"; max = -10.0; } ); };
END
start_lathed "$work/rack.conf"

# Each is challenged and answers by itself; a datagram too short for a challenge asks for one.
check "a stranger's ping" from 1 ping
check "a stranger's status" from 2 status
check "an admin sets" from 1 set gain/gain -3
check "an admin's question" from 1 get gain/gain
check "an admin's file" from 1 reload
check "many answers" sh -c "nsenter -t $host1 -n '$lathectl' --host 10.1.0.1 --port $port describe | grep -c . | awk '{ exit \$1 < 10 }'"
check "control sets" from 2 set gain/gain -12
check "and no further than its limit" sh -c "nsenter -t $host2 -n '$lathectl' --host 10.2.0.1 --port $port set gain/gain -3 2>&1 | grep -q 'beyond what control may set'"
check "the limit" sh -c "'$lathectl' --port $port get gain/gain | grep -q -- '-10.0 dB'"
check "a ceiling is the config's" sh -c "nsenter -t $host2 -n '$lathectl' --host 10.2.0.1 --port $port set limit/ceiling 0; '$lathectl' --port $port get limit/ceiling | grep -q -- '-2.0 dB'"
check "control has no files" refused 2 reload
check "control has no config" refused 2 config
check "not on the list" silent 3
check "watches" sh -c "nsenter -t $host2 -n '$lathectl' --host 10.2.0.1 --port $port --seconds 0.5 watch '*' | grep -c . | awk '{ exit \$1 < 5 }'"

# The lock.
check "locks" from 2 lock
check "this machine goes on" ctl set gain/gain -20
check "an admin opens it" from 1 unlock
check "an admin locks" from 1 lock
check "control is kept out" sh -c "nsenter -t $host2 -n '$lathectl' --host 10.2.0.1 --port $port set gain/gain -15 2>&1 | grep -q 'locked by 10.1.0.2'"
check "in the status" sh -c "'$lathectl' --port $port status | grep -q 'lock *by 10.1.0.2'"
check "opens it" from 1 unlock
check "control is back" from 2 set gain/gain -15

# A layout of a rack on the network.
check "a layout" nsenter -t "$host2" -n "$BUILD/lathe-touchosc" --host 10.2.0.1 --port "$port" "$work/rack.tosc"
check "the layout" test -s "$work/rack.tosc"
stop_lathed
check "ends" test "$status" = 0

# The announcement.
check "a rack on the network" sh -c "'$lathed' --config '$work/rack.conf' --avahi - | grep -q '<type>_osc._udp</type>'"
check "to the file" "$lathed" --config "$work/rack.conf" --avahi "$work/lathe.service"
check "the file" grep -q "<port>3345</port>" "$work/lathe.service"
sed -i 's/0\.0\.0\.0/127.0.0.1/' "$work/rack.conf"
check "a rack of this machine" "$lathed" --config "$work/rack.conf" --avahi "$work/lathe.service"
check "is not announced" not test -e "$work/lathe.service"
# ... while it plays: with the port that is bound, and after a reload.
sed -i 's/127\.0\.0\.1/0.0.0.0/' "$work/rack.conf"
start_lathed "$work/rack.conf" --announce "$work/lathe.service"
check "while it plays" within 2 grep -q "<port>$port</port>" "$work/lathe.service"
sed -i "s/name = \"$lathe\"/name = \"renamed\"/" "$work/rack.conf"
check "reloads" ctl reload
check "the new name" within 2 grep -q "rack=renamed" "$work/lathe.service"
check "the port" grep -q "<port>$port</port>" "$work/lathe.service"
sed -i 's/osc = {/osc = { announce = false;/' "$work/rack.conf"
check "reloads again" ctl reload
check "quiet" within 2 test ! -e "$work/lathe.service"
sed -i 's/announce = false;//' "$work/rack.conf"
check "and again" ctl reload
check "heard" within 2 test -e "$work/lathe.service"
stop_lathed
check "taken back" test ! -e "$work/lathe.service"
finish
