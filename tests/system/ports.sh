#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# ports.sh - a build that waits for its ports always ends: when the server has no port left,
# and when it hangs and is killed meanwhile. Then freewheel starts and ends.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

rack() { # OUTPUTS
	cat >"$work/rack.conf" <<END_CONF
rack = { name = "$lathe"; };
nodes = ( { module = "trim"; name = "gain"; }, { module = "loudness"; name = "level"; } );
outputs = ( $1 );
END_CONF
}
state() { ctl status | grep -q "^state  *$1"; }
frame() { ctl ping | sed -n 's/.*frame \([0-9]*\).*/\1/p'; }

rack '{ name = "a"; }'
# Sixteen ports in all.
jackd -S --no-realtime -p 16 -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 64 \
	>"$work/jackd.log" 2>&1 &
jackd_pid=$!
check "starts" start_lathed "$work/rack.conf"
check "plays" within 5 state playing

rack '{ name = "a"; }, { name = "b"; }, { name = "c"; }, { name = "d"; },
	{ name = "e"; }, { name = "f"; }, { name = "g"; }, { name = "h"; }'
check "reload to more ports than there are" ctl reload
check "says which it did not get" within 5 said "jack_port: JACK did not register"
check "plays with those it got" within 5 state playing
check "has some" has_port $lathe:b_1
rack '{ name = "a"; }'
check "reload to fewer" ctl reload
check "plays again" within 5 state playing
check "gives them back" within 5 not has_port $lathe:b_1

# Freewheel: the frames go on, without a clock.
before=$(frame)
check "freewheel begins" timeout -k 2 10 jack_freewheel y
beyond() { test "$(frame)" -gt "$((before + 100000))"; }
check "frames go on in freewheel" within 60 beyond
check "plays in freewheel" state playing
check "freewheel ends" timeout -k 2 10 jack_freewheel n
check "plays after it" within 5 state playing

# New ports are needed from a server that hangs, is killed and starts again.
rack '{ name = "late"; }'
kill -STOP "$jackd_pid"
sleep 0.2
check "reload while the server hangs" ctl reload
check "notices" within 5 said "jack_hung"
kill -KILL "$jackd_pid"
wait "$jackd_pid" 2>/dev/null
start_jackd -r 48000 -p 64
check "plays once it is back" within 10 state playing
check "with the new ports" within 5 has_port $lathe:late_2
check "without the old" not has_port $lathe:a_1
stop_lathed
check "ends" test "$status" = 0
finish
