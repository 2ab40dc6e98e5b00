#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# connect.sh - ports stay connected when other ports appear and disappear; connections that a
# user changed stay as the user left them.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
inputs = ( { name = "in"; channels = 2; connect = ["system:capture_1", "$PROBE-out:[12]"]; } );
nodes = ( { module = "trim"; name = "gain"; } );
outputs = ( { name = "out"; connect = ["$PROBE-in:1", "no (such"]; } );
END

probe_start() {
	"$probe" dc 60 >/dev/null 2>&1 &
	others=$!
	within 5 has_port $PROBE-out:2
}
probe_end() {
	end_process "$others"
	wait "$others"
	others=
	within 5 not has_port $PROBE-out:2
}

# On a busy machine a server may stall until a new client comes, 5 s later; connections made
# during a stall are seen only after it.
running() { ctl status | grep -q "^jack  *running"; }

sync=
start_jackd -r 48000 -p 256 -C 12 -P 12
check "starts" start_lathed "$work/rack.conf"
check "an exact name is connected" within 5 wired $lathe:in_1 system:capture_1
check "and not what only starts like it" not wired $lathe:in_1 system:capture_10

probe_start
check "a pattern takes all that match" within 5 wired $lathe:in_2 $PROBE-out:1
check "a pattern takes all that match" within 5 wired $lathe:in_2 $PROBE-out:2
check "a client that comes is connected" within 5 wired $lathe:out_1 $PROBE-in:1
within 10 running
jack_disconnect $lathe:out_1 $PROBE-in:1
jack_connect $lathe:out_1 $PROBE-in:2
sleep 0.3
check "what a user pulled stays out" not wired $lathe:out_1 $PROBE-in:1
check "what a user plugged stays in" wired $lathe:out_1 $PROBE-in:2
probe_end
probe_start
check "a client that returns is connected" within 5 wired $lathe:out_1 $PROBE-in:1
check "a client that returns is connected" within 5 wired $lathe:in_2 $PROBE-out:2

# A reload with other patterns: our connections are removed, the user's stays.
within 10 running
jack_connect $lathe:out_2 system:playback_3
within 2 wired $lathe:out_2 system:playback_3
sleep 0.2
sed -i "s/-in:1\", \"no (such/-in:2\", \"system:playback_1/" "$work/rack.conf"
kill -HUP "$lathed_pid"
check "a new pattern is connected" within 5 wired $lathe:out_1 $PROBE-in:2
check "the old one is not" within 5 not wired $lathe:out_1 $PROBE-in:1
check "a pattern that was no name" within 5 wired $lathe:out_2 system:playback_1
check "a user's stays over a reload" within 8 wired $lathe:out_2 system:playback_3
probe_end

# Ports that a reload adds and removes.
sed -i 's/^outputs = (/outputs = ( { name = "radio"; connect = ["system:playback_5", "system:playback_6"]; },/' \
	"$work/rack.conf"
kill -HUP "$lathed_pid"
check "a new output is connected" within 5 wired $lathe:radio_1 system:playback_5
check "a user's stays when ports come" within 8 wired $lathe:out_2 system:playback_3
sed -i 's/{ name = "radio";[^}]*},//' "$work/rack.conf"
kill -HUP "$lathed_pid"
check "an old output goes" within 5 not has_port $lathe:radio_1
check "a user's stays when ports go" within 8 wired $lathe:out_2 system:playback_3
stop_lathed
check "ends" test "$status" = 0
finish
