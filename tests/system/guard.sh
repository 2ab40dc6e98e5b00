#!/bin/sh
# guard.sh - an unchanged lathed with a witness inside (guard.c) under storms and reloads: its
# audio thread allocates nothing, takes no lock, makes no system call, misses no page.
#   GUARD_SECONDS=15   how long
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

# All modules: the streaming rack, and what it lacks before its limiter.
more=
for module in modules/*/*_control.c; do
	id=$(basename "$module" _control.c)
	[ "$id" = output ] || grep -q "module = \"$id\"" config/streaming.conf ||
		more="$more { module = \"$id\"; name = \"${id}_more\"; },"
done
sed "s/name = \"streaming\"/name = \"$lathe\"/" config/streaming.conf >"$work/few.conf"
awk -v more="$more" '/module = "limiter"/ { print more } { print }' \
	"$work/few.conf" >"$work/all.conf"
# One node less, and one of another name: what comes and goes by a reload.
sed 's/saturator_more/saturator_other/; s/{ module = "stereo"; [^}]*},//' \
	"$work/all.conf" >"$work/other.conf"
cp "$work/all.conf" "$work/rack.conf"

start_jackd -r 48000 -p 64
printf '#!/bin/sh\nLD_PRELOAD="%s/guard.so" exec "%s" "$@"\n' "$BUILD" "$lathed" >"$work/watched"
chmod +x "$work/watched"
unwatched=$lathed lathed=$work/watched
check "starts" start_lathed "$work/rack.conf"
check "plays" within 5 sh -c "'$lathectl' --port $port status | grep -q playing"

# The witness speaks on SIGUSR2.
witness() {
	kill -USR2 "$lathed_pid"
	sleep 0.2
	grep '^guard:' "$log" | tail -n 1
}
witness_cycles() { witness | sed 's/.*cycles=\([0-9]*\).*/\1/'; }

seconds=${GUARD_SECONDS:-15}
before=$(witness_cycles)
"$unwatched" --config "$work/all.conf" --describe |
	"$BUILD/tests/system/storm" "$port" "$seconds" >"$work/storm" 2>&1 &
others=$!
reloads=0
while kill -0 "$others" 2>/dev/null; do
	for file in other few all; do
		cp "$work/$file.conf" "$work/rack.conf"
		ctl reload >/dev/null 2>&1 && reloads=$((reloads + 1))
		sleep 0.4
	done
done
wait "$others"
check "the storm was sent" grep -q "storm: [0-9]" "$work/storm"
others=
check "reloads were done ($reloads)" test "$reloads" -ge "$seconds"
check "the last change is played" ctl --timeout 5 sync
check "comes to rest" within 5 sh -c "'$lathectl' --port $port status | grep -q playing"
line=$(witness)
cycles=$(echo "$line" | sed 's/.*cycles=\([0-9]*\).*/\1/')
echo "$line reloads=$reloads, $(cat "$work/storm")"
check "cycles went on" test "$((${cycles:-0} - ${before:-0}))" -ge $((seconds * 100))
for count in heap=0 locks=0 calls=0 faults=0; do
	check "the audio thread keeps its rules: $count" \
		sh -c "echo '$line' | grep -q ' $count '"
done
# Seccomp-like sandboxes without Syscall User Dispatch can't count calls.
check "system calls are counted" sh -c "echo '$line' | grep -q 'dispatch=1'"
stop_lathed
check "ends" test "$status" = 0
finish
