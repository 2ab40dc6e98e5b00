#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# touchosc.sh - layouts for tablets: their grammar, their bytes, their appearance; and a
# simulated tablet that touches every control of a rack that plays.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

touchosc=$BUILD/lathe-touchosc
tools=${0%/*}/../touchosc

# Verdicts of a program that ends in "N passed, N failed".
count() {
	what=$1
	shift
	"$@" >"$work/counted" 2>&1
	counts=$(tail -n 1 "$work/counted" |
		sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
	[ -n "$counts" ] || counts="0 1"
	[ "${counts#* }" = 0 ] || { echo "FAIL $what"; cat "$work/counted"; }
	passed=$((passed + ${counts% *}))
	failed=$((failed + ${counts#* }))
}

# Twelve nodes, three outputs.
cat >"$work/twelve.conf" <<'END_CONF'
rack = { name = "lathe-tablet"; };
nodes = (
  { module = "loudness"; name = "before"; }, { module = "trim"; name = "input"; },
  { module = "eq"; name = "tone"; }, { module = "stereo"; name = "width"; },
  { module = "comp"; name = "glue"; }, { module = "multiband"; name = "bands"; },
  { module = "saturator"; name = "tape"; }, { module = "clipper"; name = "clip"; },
  { module = "limiter"; name = "limit"; }, { module = "loudness"; name = "after"; },
  { module = "limiter"; name = "radio"; from = ["tape"]; },
  { module = "loudness"; name = "radio_level"; });
outputs = ( { name = "stream"; from = ["after"]; }, { name = "radio"; from = ["radio_level"]; },
            { name = "monitor"; from = ["after"]; monitor = true; } );
END_CONF

# Long names, many outputs; many channels; almost nothing.
{
	echo 'nodes = ('
	for n in 1 2 3 4 5 6 7; do
		for module in eq comp limiter multiband; do
			echo "{ module = \"$module\"; name = \"a_name_as_long_as_one_$module$n\"; },"
		done
	done
	echo '{ module = "trim"; name = "end"; } ); outputs = ('
	for n in 1 2 3 4 5 6 7; do echo "{ name = \"out_$n\"; },"; done
	echo '{ name = "out_8"; } );'
} >"$work/many.conf"
cat >"$work/eight.conf" <<'END_CONF'
inputs = ( { name = "in"; channels = 8; } );
nodes = ( { module = "trim"; name = "t"; }, { module = "limiter"; name = "l"; },
          { module = "loudness"; name = "m"; } );
END_CONF
echo 'rack = { empty = true; };' >"$work/none.conf"

# Every module that needs only a name.
modules=
for folder in modules/*/; do
	id=$(basename "$folder")
	echo "nodes = ( { module = \"$id\"; name = \"one\"; } );" >"$work/one"
	"$lathed" --config "$work/one" --check >/dev/null 2>&1 &&
		modules="$modules{ module = \"$id\"; name = \"my_$id\"; },"
done
echo "nodes = ( ${modules%,} );" >"$work/all.conf"

for rack in "$work"/*.conf config/*.conf; do
	name=$(basename "$rack" .conf)
	"$lathed" --config "$rack" --describe >"$work/$name.txt"
	for size in phone tablet 1280x800; do
		layout=$work/$name-$size.tosc
		check "writes $name for $size" "$touchosc" --config "$rack" --size "$size" "$layout"
		count "$layout" python3 "$tools/grammar.py" "$work/$name.txt" "$layout"
		check "every text fits" /usr/bin/python3 "$tools/draw.py" "$layout" ""
		"$touchosc" --config "$rack" --size "$size" "$layout.again"
		check "the same bytes" cmp "$layout" "$layout.again"
	done
	check "a session of Open Stage Control" "$touchosc" --config "$rack" \
		--format open-stage-control "$work/$name.json"
	count "the session" python3 "$tools/session.py" "$work/$name.txt" "$work/$name.json"
done

# The overview shows the master: what the config says, not the first or the last.
sed 's/ master = true;//; s/{ name = "podcast"; from/{ name = "podcast"; master = true; from/' \
	config/multi.conf >"$work/podcast.conf"
for size in phone tablet; do
	"$touchosc" --config "$work/podcast.conf" --size "$size" "$work/podcast.tosc"
	count "the master's overview on a $size" python3 "$tools/overview.py" "$work/podcast.tosc" \
		podcast_after podcast
	"$touchosc" --config config/multi.conf --size "$size" "$work/podcast.tosc"
	count "the first output's overview on a $size" python3 "$tools/overview.py" "$work/podcast.tosc" \
		streaming_after streaming
done

status_of() { "$@" >"$work/said" 2>&1; echo $?; }
check "no OUT" test "$(status_of "$touchosc")" = 2
check "no such size" test "$(status_of "$touchosc" --size huge x)" = 2
check "it says what would do" grep -q "phone, tablet" "$work/said"
check "nobody there" test "$(status_of "$touchosc" --port 1 x)" = 3
echo 'nodes = ( { module = "nonsense"; name = "x"; } );' >"$work/bad.conf"
check "a bad config" test "$(status_of "$touchosc" --config "$work/bad.conf" x)" = 1
check "lathed says why" grep -q "nonsense" "$work/said"
check "no such folder" test "$(status_of "$touchosc" --config config/streaming.conf /no/x)" = 1

sync=
start_jackd -r 48000 -p 256
check "starts" start_lathed "$work/twelve.conf"
check "it plays" within 20 has_port lathe-tablet:in_1
check "of the rack that plays" "$touchosc" --port "$port" --size tablet "$work/live.tosc"
check "the same as of its config" cmp "$work/live.tosc" "$work/twelve-tablet.tosc"
count "a tablet" python3 "$tools/tablet.py" "$touchosc" "$port" tablet
count "a phone" python3 "$tools/tablet.py" "$touchosc" "$port" phone
for size in tablet phone; do
	/usr/bin/python3 "$tools/values.py" "$port" 1 >"$work/values"
	check "every text of a rack that plays fits" /usr/bin/python3 "$tools/draw.py" \
		"$work/twelve-$size.tosc" "" 1 "$work/values"
done
stop_lathed
check "lathed ends well" test "$status" = 0
finish
