#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# many.sh - one lathectl, three racks: the hosts that --host means, answers side by side,
# changes at a common time, the highest exit status. No JACK is needed.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

export XDG_CONFIG_HOME="$work/config"
hosts=$XDG_CONFIG_HOME/lathe/hosts
mkdir -p "$XDG_CONFIG_HOME/lathe"
ports=
for name in a b c; do
	mkdir "$work/$name"
	cat >"$work/$name/rack.conf" <<END
rack = { name = "$lathe-$name"; };
nodes = ( { module = "trim"; name = "input"; gain = -3.0; } );
END
	check "rack $name starts" start_lathed "$work/$name/rack.conf"
	others="$others $lathed_pid"
	ports="$ports $port"
done
lathed_pid=
# shellcheck disable=SC2086 # three words
set -- $ports
a=127.0.0.1:$1 b=127.0.0.1:$2 c=127.0.0.1:$3
all=$a,$b,$c
cat >"$hosts" <<END
# the hosts
studio = $a, $b   # the two upstairs
cellar=$c
house = $a, $b, $c
END
many() { "$lathectl" --host "$@"; }
# prints TEXT COMMAND...: exactly this, blanks squeezed
prints() {
	wanted=$1
	shift
	found=$("$@" 2>&1 | sed 's/  */ /g; s/ $//')
	echo "$found"
	[ "$found" = "$wanted" ]
}
ends() { # STATUS COMMAND...
	wanted=$1
	shift
	"$@"
	[ $? = "$wanted" ]
}

# Side by side.
check "get" prints " $a $b $c
input/gain -3.0 dB -3.0 dB -3.0 dB" many "$all" get input/gain
check "a group" prints " $a $b
input/gain -3.0 dB -3.0 dB" many studio get input/gain
check "a group of one" prints "input/gain -3.0 dB" many cellar get input/gain
check "groups and hosts" prints " $a $b $c
input/gain -3.0 dB -3.0 dB -3.0 dB" many "studio,$c" get input/gain
check "set on all" prints " $a $b $c
input/gain 1.5 dB 1.5 dB 1.5 dB" many house set input/gain 1.5
check "set on one" prints "input/gain 2.0 dB" many cellar set input/gain 2
check "they differ" prints " $a $b $c
input/gain 1.5 dB 1.5 dB 2.0 dB" many house get input/gain
check "set from lines" sh -c "printf 'input/gain 4 dB\ninput/bypass on\n' |
	'$lathectl' --host $all set - | grep -c 'on *on *on\|4.0 dB *4.0 dB *4.0 dB' | grep -qx 2"
check "status" sh -c "'$lathectl' --host $all status | grep -q '^jack  *waiting  *waiting  *waiting$'"
check "list" sh -c "'$lathectl' --host $all list | grep -q '^input/gain  *yes  *yes  *yes'"
check "lines" sh -c "'$lathectl' --host $all config | grep -c '^127.0.0.1:[0-9]*: .*module = ' | grep -qx 3"

# As JSON: an object per host.
many "$all" --json get input/gain >"$work/json"
check "json" python3 -c '
import json, sys
racks = [json.loads(line) for line in open(sys.argv[1])]
assert [r["host"] for r in racks] == sys.argv[2].split(","), racks
assert all(r["exit"] == 0 and r["errors"] == [] for r in racks), racks
assert all(r["answers"] == [{"path": "input/gain", "value": 4, "text": "4.0 dB"}]
	for r in racks), racks' "$work/json" "$all"

# Scenes, undo, mute; a script.
check "scene save" many "$all" scene save evening
many "$all" set input/gain 0 >/dev/null
check "scene load" many "$all" scene load evening
check "loaded" prints " $a $b $c
input/gain 4.0 dB 4.0 dB 4.0 dB" many "$all" get input/gain
check "scene list" prints " $a $b $c
evening active active active" many "$all" scene list
many "$c" scene save "late night" >/dev/null
check "a scene of one" sh -c "'$lathectl' --host $all scene | grep -qx 'late night  *-  *-  *active'"
check "mute" prints " $a $b $c
rack/mute on on on" many "$all" set rack/mute on
check "undo" many "$all" undo
check "script" sh -c "printf 'set input/gain 7\n@0.4 set input/gain 8\n' |
	'$lathectl' --host $all script -"
check "scripted" prints " $a $b $c
input/gain 8.0 dB 8.0 dB 8.0 dB" many "$all" get input/gain

# A common time: sent 200 ms before, and done within one tick of each other.
many "$all" --json --rate 50 --seconds 2.5 monitor /input/gain >"$work/monitor" &
monitor=$!
sleep 1
asked=$(cut -d' ' -f1 /proc/uptime)
check "set while watched" many "$all" set input/gain -6
wait $monitor
check "at one time" python3 -c '
import json, sys
came = {}
for line in open(sys.argv[1]):
	rack = json.loads(line)
	if rack["answer"]["path"] == "/input/gain" and rack["answer"]["arguments"] == [-6]:
		came.setdefault(rack["host"], rack["answer"]["at"])
print(came, "asked at", sys.argv[2])
assert len(came) == 3
assert max(came.values()) - min(came.values()) < 0.06
assert min(came.values()) - float(sys.argv[2]) > 0.19' "$work/monitor" "$asked"
check "watch" sh -c "'$lathectl' --host $all --seconds 0.5 watch input/gain | sort -u | wc -l | grep -qx 3"

# A rack whose clock is ahead.
python3 tests/system/late_clock.py >"$work/clock" &
clock=$!
others="$others $clock"
within 5 test -s "$work/clock"
late=127.0.0.1:$(head -n 1 "$work/clock")
many "$a,$late" --timeout 0.5 set input/gain 3 >"$work/out" 2>"$work/err"
check "its clock is told of" grep -qE "$late: its clock is [0-9.]+ s ahead of ours" "$work/err"
check "and allowed for" python3 -c '
import sys
ahead = float(open(sys.argv[1]).read().split()[1])
assert 0.15 < ahead < 0.25, ahead' "$work/clock"
check "the other one follows" prints "input/gain 3.0 dB" many "$a" get input/gain

# The highest status; a rack that doesn't answer does not affect the others.
check "refused by all" ends 1 many "$all" set input/gian 3
check "says who" sh -c "'$lathectl' --host $all get input/gian 2>&1 | grep -c '^lathectl: 127.*did you mean input/gain' | grep -qx 3"
check "no answer from one" ends 3 many "$a,127.0.0.1:1,$b" --timeout 0.3 set input/gain 5
check "the others have it" prints " $a $b
input/gain 5.0 dB 5.0 dB" many studio get input/gain
check "usage" ends 2 many "$all" set
check "abx" ends 2 many "$all" abx

# Mistakes in the file of hosts.
check "no such host" ends 3 many no.such.host.invalid get input/gain
check "a bad port" ends 2 many "$a,127.0.0.1:0" ping
check "brackets" ends 2 many "[::1:3345,$a" ping
check "IPv6" sh -c "'$lathectl' --host '[::1]:1,$a' --timeout 0.2 ping 2>&1 | grep -q '^lathectl: \[::1\]:1: no answer from ::1:1'"
printf 'studio = %s\nbad line\nworse = 1.2.3.4:99999\nstudio = %s\n' "$a" "$b" >"$hosts"
many studio ping >"$work/out" 2>"$work/err"
check "where it is wrong" grep -q "lathe/hosts:2: found \"bad line\", would accept NAME = HOST" "$work/err"
check "all of it" grep -q "lathe/hosts:3: found \"1.2.3.4:99999\"" "$work/err"
check "twice" grep -q "lathe/hosts:4: found \"studio\", would accept each name once" "$work/err"
check "an address needs no file" ends 0 many "$a" ping
finish
