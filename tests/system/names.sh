#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# names.sh - the names, order and icon that patchbays show: they exist while lathed runs, and
# lathed works without them if JACK has no metadata.
# All servers of a user share one store of metadata, in /dev/shm: common.inc makes a private one.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

config() { # OUTPUTS
	cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
nodes = ( { module = "trim"; name = "input"; } );
outputs = ( $1 );
END
}
known() { jack_property -l 2>/dev/null | grep -q -- "value: $1 type:"; }

start_jackd -r 48000 -p 256
config '{ name = "main"; }'
check "starts without them" start_lathed "$work/rack.conf"
within 5 has_port "$lathe:out_1" || within 2 has_port "$lathe:main_1"
check "and tells none" not known "Lathe.*"
stop_lathed
check "starts" start_lathed "$work/rack.conf" --pretty-names
check "an input's name" within 5 known "Lathe in 1 (left)"
check "an output's name" within 5 known "Lathe main 2 (right)"
check "its group" known "main"
check "its order" known "4"
check "what it carries" known "AUDIO"
check "the client's name" known "Lathe $lathe"
check "the client's icon" known "multimedia-volume-control"
config '{ name = "stage"; }'
check "another port" ctl reload
check "its name" within 5 known "Lathe stage 1 (left)"
check "the old one's is gone" within 5 not known "Lathe main 1 (left)"
stop_lathed
check "ends" test "$status" = 0
check "takes them along" not known "Lathe.*"

check "starts again" start_lathed "$work/rack.conf" --pretty-names
check "named again" within 5 known "Lathe stage 1 (left)"
kill -KILL "$lathed_pid"
wait "$lathed_pid" 2>/dev/null
check "killed: they are gone, too" within 5 not known "Lathe.*"

# A store of metadata that can't be opened.
stop_jackd
rm -rf "/dev/shm/jack_db-$(id -u)"
if [ -n "${LATHE_OWN_SHM:-}" ]; then
	start_jackd -r 48000 -p 256
	sleep 0.5
	rm -rf "/dev/shm/jack_db-$(id -u)"
	: >"/dev/shm/jack_db-$(id -u)"
	check "starts without names" start_lathed "$work/rack.conf" --pretty-names
	check "plays" within 5 sh -c "'$lathectl' --port $port status | grep -q '^jack  *running'"
	check "has its ports" within 5 has_port "$lathe:stage_1"
	stop_lathed
	check "and ends" test "$status" = 0
else
	echo "no unshare --mount here: an unreadable store of names is not tried"
fi
finish
