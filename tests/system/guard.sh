#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# guard.sh - an unchanged lathed, watched from inside by guard.c, under storms and reloads: its
# audio thread allocates nothing, takes no lock, makes no system call and causes no page fault.
#   GUARD_SECONDS=15   how long
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"
# shellcheck source=tests/system/storm.inc
. "${0%/*}/storm.inc"

storm_racks
start_jackd -r 48000 -p 64
storm_watch
check "starts" start_lathed "$work/rack.conf"
check "plays" within 5 sh -c "'$lathectl' --port $port status | grep -q playing"

seconds=${GUARD_SECONDS:-15}
before=$(witnessed cycles "$(witness "$lathed_pid" "$log")")
storm_run "$seconds"
check "the storm was sent" grep -q "storm: [0-9]" "$work/storm"
check "reloads were done ($reloads)" test "$reloads" -ge 3
check "the last change is played" ctl --timeout 5 sync
check "comes to rest" within 5 sh -c "'$lathectl' --port $port status | grep -q playing"
line=$(witness "$lathed_pid" "$log")
cycles=$(witnessed cycles "$line")
echo "$line reloads=$reloads, $(cat "$work/storm")"
check "cycles went on" test "$((${cycles:-0} - ${before:-0}))" -ge 500
for count in heap=0 locks=0 calls=0 faults=0; do
	check "the audio thread keeps its rules: $count" \
		sh -c "echo '$line' | grep -q ' $count '"
done
# Seccomp-like sandboxes without Syscall User Dispatch can't count calls.
check "system calls are counted" sh -c "echo '$line' | grep -q 'dispatch=1'"
stop_lathed
check "ends" test "$status" = 0
finish
