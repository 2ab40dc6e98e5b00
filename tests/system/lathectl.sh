#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# lathectl.sh - the command line against a real lathed that plays in a JACK of its own.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/system/check.inc
. tests/system/check.inc
name=lathe-test-$$
jackd="" lathed=""

# shellcheck disable=SC2317 # called by the trap
finish() {
	[ -z "$lathed" ] || { kill "$lathed" 2>/dev/null; wait "$lathed"; }
	[ -z "$jackd" ] || { kill "$jackd" 2>/dev/null; wait "$jackd"; }
	rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Exit status; the output is in $scratch/out and $scratch/err.
ctl() {
	"$build/lathectl" --port "$port" "$@" >"$scratch/out" 2>"$scratch/err"
	echo $?
}

out() {
	cat "$scratch/out"
}

"${MAKE:-make}" -s "BUILD=$build" "$build/lathe-play" >/dev/null
port=$((20000 + $$ % 20000))
export JACK_DEFAULT_SERVER="$name" JACK_NO_AUDIO_RESERVATION=1
jackd -n "$name" -p 128 -d dummy -r 48000 -p 256 >"$scratch/jackd" 2>&1 &
jackd=$!
is "nobody there" "$(ctl ping)" 3
sed 's/name = "input";/& gain = -3.0;/' config/streaming.conf >"$scratch/rack.conf"
nodes=$(grep -c "{ module = " config/streaming.conf)
"$build/lathed" --config "$scratch/rack.conf" --port "$port" --name "$name" \
	2>"$scratch/lathed" &
lathed=$!
for _ in $(seq 50); do
	[ "$(ctl ping)" != 0 ] || break
	sleep 0.1
done
is "ping" "$(ctl ping)" 0
for _ in $(seq 50); do
	ctl status >/dev/null
	! grep -q '^jack *running' "$scratch/out" || break
	sleep 0.1
done
is "jack" "$(grep -c '^jack *running' "$scratch/out")" 1

# Its client was given the server's name; other clients can still use the server.
is "server stays" "$("$build/lathe-play" --probe)" "48000 Hz, 256 frames"

# set accepts what get prints.
is "get" "$(ctl get tone/band/2/gain)$(out)" "0tone/band/2/gain 1.0 dB"
is "get: slash" "$(ctl get /tone/band/2/gain)$(out)" "0tone/band/2/gain 1.0 dB"
is "set" "$(ctl set tone/band/2/gain 2.5 dB)$(out)" "0tone/band/2/gain 2.5 dB"
line=$("$build/lathectl" --port "$port" get tone/band/2/gain)
is "set: a line" "$(ctl set "$line")$(out)" "0$line"
is "set: negative" "$(ctl set input/gain -3)$(out)" "0input/gain -3.0 dB"
is "set: a choice" "$(ctl set tone/band/3/type notch)$(out)" "0tone/band/3/type notch"
"$build/lathectl" --port "$port" get input tone glue limit >"$scratch/printed"
grep -v /meter/ "$scratch/printed" >"$scratch/values"
is "get: nodes" "$(($(wc -l <"$scratch/values") > 40))" 1
"$build/lathectl" --port "$port" set input/gain 6 >/dev/null
is "set -" "$(ctl set - <"$scratch/printed"; out | sort | cksum)" \
	"0
$(sort "$scratch/values" | cksum)"
# More lines than fit in one change: all are set; none is set if one line is wrong.
for i in $(seq 600); do echo "input/gain -0.$((i % 2 + 1))"; done >"$scratch/many"
echo "limit/ceiling -2.5 dB" >>"$scratch/many"
is "set -: many lines" "$(ctl set - <"$scratch/many"; tail -1 "$scratch/out")" "0
limit/ceiling -2.5 dB"
{ cat "$scratch/many"; echo "limit/ceiling -3"; echo broken; } >"$scratch/more"
is "set -: one is broken" "$(ctl set - <"$scratch/more")$("$build/lathectl" --port "$port" get limit/ceiling)" \
	"2limit/ceiling -2.5 dB"
"$build/lathectl" --port "$port" set - <"$scratch/values" >/dev/null
is "patterns" "$(ctl set '*/bypass' on; out | sort -u | grep -c ' on$')" "0
$nodes"
is "patterns: back" "$(ctl set '*/bypass' off; grep -c ' off$' "$scratch/out")" "0
$nodes"
is "reset" "$(ctl reset input/gain)$(out)" "0input/gain 0.0 dB"
is "reset: a node" "$(ctl reset input)$(cat "$scratch/err")" \
	"1lathectl: input/reset: input is no parameter, it has some: did you mean input/* or input/*/*/*?"
is "reset: all nodes" "$(ctl reset '*'; grep -c 'did you mean \*/\*' "$scratch/err")" "1
1"
is "reset: as it says" "$(ctl reset 'input/*'; grep -cx 'input/gain 0.0 dB' "$scratch/out")" "0
1"
is "adjust" "$(ctl adjust input/gain -1.5)$(out)" "0input/gain -1.5 dB"
is "toggle" "$(ctl toggle input/bypass)$(out)" "0input/bypass on"
is "toggle: back" "$(ctl toggle input/bypass)$(out)" "0input/bypass off"
is "ramp" "$(ctl ramp input/gain 3 0.2)" 0
sleep 0.4
is "ramp: there" "$(ctl get input/gain)$(out)" "0input/gain 3.0 dB"
is "sync" "$(ctl sync)" 0
is "json" "$(ctl --json get input/gain)$(out)" \
	'0{"path": "input/gain", "value": 3, "text": "3.0 dB"}'

# The rack as a whole.
is "list" "$(ctl list; grep -cx 'limit/ceiling' "$scratch/out")" "0
1"
is "describe" "$(ctl describe; grep -c 'limit/ceiling' "$scratch/out")" "0
1"
is "describe: as lathed does" "$(sort "$scratch/out" | cksum)" \
	"$("$build/lathed" --config "$scratch/rack.conf" --describe | sort | cksum)"
is "graph" "$(ctl graph; grep -c '^rack/output/main output label="Output" from="after" channels=2 marks="master"$' "$scratch/out")" "0
1"
is "graph: as lathed does" "$(sort "$scratch/out" | cksum)" \
	"$("$build/lathed" --config "$scratch/rack.conf" --graph | sort | cksum)"
is "graph: json" "$(ctl --json graph; tail -n 1 "$scratch/out" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["from"])')" "0
after"
is "config" "$(ctl config)" 0
cp "$scratch/out" "$scratch/printed.conf"
is "config: loads" "$("$build/lathed" --config "$scratch/printed.conf" --check >/dev/null; echo $?)" 0
is "check" "$(ctl check)" 0
is "check: a name" "$(ctl check rack.conf)" 0
is "check: its path" "$(ctl check "$scratch/rack.conf")" 0
is "check: a path elsewhere" "$(ctl check config/streaming.conf)" 1
is "check: where it looks" "$(grep -c "folder of its config, $scratch " "$scratch/err")" 1
is "reload: a path elsewhere" "$(ctl reload config/streaming.conf)" 1
is "reload" "$(ctl reload)" 0
is "reload: its path" "$(ctl reload "$scratch/rack.conf")" 0
is "reload: keeps" "$(ctl get input/gain)$(out)" "0input/gain 3.0 dB"
is "reload --fresh" "$(ctl reload --fresh)" 0
is "reload: takes" "$(ctl get input/gain)$(out)" "0input/gain -3.0 dB"
echo 'nodes = ( { module = "trim"; gian = 1; } );' >"$scratch/rack.conf"
is "bad config" "$(ctl reload)" 1
is "bad config: where" "$(grep -c 'rack.conf:1:.*gian' "$scratch/err")" 1

# Files of editors that begin with a byte order mark.
printf '\357\273\277set input/gain -3\n' >"$scratch/bom"
is "script: a byte order mark" "$(ctl script "$scratch/bom")$(out)" "0input/gain -3.0 dB"
printf '\357\273\277input/gain -3\n' >"$scratch/bom"
is "set: a byte order mark" "$(ctl set - <"$scratch/bom")$(out)" "0input/gain -3.0 dB"
mkdir -p "$scratch/home/lathe"
printf '\357\273\277here = 127.0.0.1\n' >"$scratch/home/lathe/hosts"
is "hosts: a byte order mark" "$(XDG_CONFIG_HOME="$scratch/home" ctl --host here get input/gain)$(out)" \
	"0input/gain -3.0 dB"

# What comes by itself.
is "watch" "$(ctl watch input --seconds 0.5; grep -c '^input/gain -3.0 dB$' "$scratch/out")" "0
1"
is "meters" "$(ctl meters --seconds 2.2 --summary)" 0
is "meters: summary" "$(($(grep -c '^after .* LUFS$' "$scratch/out") > 2))" 1
is "meters: words" "$(grep -Ec '^level +Reason +(programme|silence|pause|ambience|steady|falling|new piece|at its limit|by hand)$' "$scratch/out")" 1
is "meters: words in a line" "$(($(grep -Ec '^level .* reason (programme|silence|pause|ambience|steady|falling|new_piece|at_its_limit|by_hand)( |$)' "$scratch/out") > 0))" 1
is "meters: in columns" "$(sed -n '/^node /,/^rack  /p' "$scratch/out" | sed '$d' |
	awk '{ print index($0, "Gain") + index($0, "meter") + index($0, "Louder") }' | sort -un | tail -n +2 | wc -l)" 1
is "get: a word" "$(ctl get level/meter/reason; grep -Ec '^level/meter/reason (programme|silence|pause|ambience|steady|falling|new piece|at its limit|by hand)$' "$scratch/out")" "0
1"
is "describe: words" "$(ctl describe; grep -c '^/level/meter/reason .* curve=choice .* choices="programme|silence|pause|ambience|steady|falling|new_piece|at_its_limit|by_hand"' "$scratch/out")" "0
1"
"$build/lathectl" --port "$port" set limit/bypass on >/dev/null
is "spectrum: a table" "$(ctl spectrum level)$(grep -Ec '^ *[0-9.]+ +-?[0-9.]+ +-?[0-9.]+ +[-+][0-9.]+$' "$scratch/out")" 0121
is "spectrum: json" "$(ctl --json --seconds 2 spectrum level)$(head -n 1 "$scratch/out" |
	python3 -c 'import json, sys; print(len(json.load(sys.stdin)["bands"]))')" 0121
is "spectrum: no such node" "$(ctl spectrum nobody)" 1
is "meters: bypassed" "$(ctl meters --seconds 1.2 --summary; grep -q '^limit bypassed ' "$scratch/out" &&
	grep -c "^limit .*dB (bypassed)$" "$scratch/out" | sed "s,^[1-9].*,some,")" "0
some"
"$build/lathectl" --port "$port" set limit/bypass off >/dev/null
is "meters: json" "$(ctl --json meters --seconds 1.2)$(head -n 1 "$scratch/out" |
	python3 -c 'import json, sys; print("limit/meter/gr" in json.load(sys.stdin)["meters"])')" "0True"

is "watch: json has the time" "$(ctl --json watch input --seconds 0.5; head -n 1 "$scratch/out" | python3 -c '
import json, sys, time
line = json.load(sys.stdin)
print(line["path"].split("/")[0], abs(time.time() - line["time"]) < 60)')" "0
input True"

# What is refused, and how it is said.
is "no such address" "$(ctl get input/gian)" 1
is "no such address: said" "$(grep -c 'input/gain' "$scratch/err")" 1
is "no such node" "$(ctl get nobody)" 1
is "an output by its name" "$(ctl get main; grep -c '^rack/output/main/mute off$' "$scratch/out")" "0
1"
is "what it is called in an address" "$(ctl set main/mute on)$(cat "$scratch/err")" \
	"1lathectl: main/mute: main is an output; did you mean rack/output/main/mute?"
is "no such value" "$(ctl set tone/band/3/type banana)" 1
is "no such value: said" "$(grep -c 'notch' "$scratch/err")" 1
is "no such value: as JSON" "$(ctl --json set tone/band/3/type banana)$(python3 -c '
import json, sys
line = json.load(open(sys.argv[1]))
print(line["ok"], line["path"], "notch" in line["text"])' "$scratch/out"; wc -c <"$scratch/err")" \
	"1False tone/band/3/type True
0"
is "no such node: as JSON" "$(ctl --json get nobody)$(out)" \
	'1{"ok": false, "path": "nobody", "text": "no node of that name (try lathectl list)"}'
is "nobody there: as JSON" "$(ctl --json --port "$((port + 1))" --timeout 0.2 get input/gain)$(out | cut -c1-37)" \
	'3{"ok": false, "text": "no answer from'
is "no such command" "$(ctl dance)" 2
is "no such option" "$(ctl --loud get input/gain)" 2
is "no such port" "$(ctl --port 99999 get input/gain)" 2
is "nothing of two" "$(ctl get nobody nothing)" 1
is "one of two" "$(ctl get input/gain nobody)$(out)" "1input/gain -3.0 dB"
is "the same twice" "$(ctl get input/gain input/gain 'input/gai?')$(out)" "0input/gain -3.0 dB"
is "both forms" "$(ctl get input/gain/norm input/gain; wc -l <"$scratch/out")" "0
2"
is "all" "$(ctl get /; wc -l <"$scratch/out")" "0
$("$build/lathectl" --port "$port" get | wc -l)"
is "a norm that is not a number" "$(ctl set input/gain/norm banana)" 1
is "a step that is not a number" "$(ctl set input/gain/adjust banana)" 1
is "is left alone" "$(ctl get input/gain)$(out)" "0input/gain -3.0 dB"
is "a norm" "$(ctl set input/gain/norm 0.5)$(out)" "0input/gain 0.0 dB"
is "as a config says it" "$(ctl set input/gain = -3.0)$(out)" "0input/gain -3.0 dB"
is "no number" "$(ctl adjust input/gain nan)" 2
is "no list" "$(ctl list nobody)" 1
is "no description" "$(ctl describe nobody)" 1
is "no count" "$(ctl history x)" 2
is "nothing to set" "$(ctl set input/gain)" 2

is "nobody to watch" "$(ctl --port "$((port + 1))" --timeout 0.2 --seconds 5 watch)" 3

# A program that can't write its output ends with an error.
full() {
	timeout 5 "$build/lathectl" --port "$port" "$@" >/dev/full 2>"$scratch/err"
	echo $?
}
for words in watch meters describe status 'get input/gain'; do
	# shellcheck disable=SC2086 # a command and its address
	is "$words: a full disk" "$(full $words)" 1
done
is "a full disk is said" "$(grep -c 'could be written' "$scratch/err")" 1
is "a script that is a folder" "$(ctl script "$scratch")" 2

# set accepts all lines that get prints for params, also those of files.
printf '20 0\n20000 0\n' >"$scratch/flat.curve"
cat >"$scratch/files.conf" <<'END'
rack = { name = "files"; files = "."; };
nodes = ( { module = "trim"; name = "gain"; },
          { module = "tonematch"; name = "chosen"; curve = "file"; file = "flat.curve"; },
          { module = "tonematch"; name = "none"; } );
END
"$build/lathed" --no-state --config "$scratch/files.conf" --port "$((port + 1))" \
	--server "$name-none" 2>"$scratch/files.log" &
files=$!
for _ in $(seq 50); do
	[ "$(ctl --port "$((port + 1))" ping)" != 0 ] || break
	sleep 0.1
done
fctl() { "$build/lathectl" --port "$((port + 1))" "$@" 2>"$scratch/err"; }
is "a file" "$(fctl get chosen/file)" "chosen/file flat.curve"
fctl get >"$scratch/all"
is "get, then set" "$(fctl set - <"$scratch/all" >"$scratch/out"; echo $?)$(cat "$scratch/err")" 0
is "get, then set: the same" "$(diff "$scratch/out" "$scratch/all" | grep '^<')" ""
is "a line of get" "$(fctl set "$(fctl get none/file)"; echo $?)" "none/file 
0"
is "another file" "$(fctl set chosen/file other.curve; echo $?)$(grep -c 'in the config' "$scratch/err")" 11
kill "$files"
wait "$files"

# A list is complete on a very busy machine.
all=$("$build/lathectl" --port "$port" get | wc -l)
while kill -STOP "$lathed"; do
	sleep 0.12
	kill -CONT "$lathed"
	sleep 0.007
done &
starver=$!
is "a starved list" "$(for _ in 1 2 3 4 5; do ctl get >/dev/null; wc -l <"$scratch/out"; done | sort | uniq -c | tr -s ' ')" " 5 $all"
kill "$starver"
wait "$starver" 2>/dev/null
kill -CONT "$lathed"

# How long an answer takes, start of the program included: the median of 11, for the reader.
for _ in 1 2 3 4 5 6 7 8 9 10 11; do
	from=$(date +%s%N)
	ctl get input/gain >/dev/null
	echo $((($(date +%s%N) - from) / 1000))
done | sort -n >"$scratch/times"
median=$(sed -n 6p "$scratch/times")
echo "get answers in $median us"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
