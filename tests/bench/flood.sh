#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# flood.sh - 32 subscribers at 20 Hz and a million sets from 50 senders on one lathed with
# audio; a client beside them waits for replies. Prints a Markdown table.
#   SETS=1000000  RATES="100000 200000 0"  (0: as fast as they come)
# shellcheck source=tests/system/common.inc
. "${0%/*}/../system/common.inc"

sets=${SETS:-1000000}
sed "s/name = \"streaming\"/name = \"$lathe\"/; s/port = 3345/port = 0/" config/streaming.conf \
	>"$work/rack.conf"
start_jackd -r 48000 -p 256
start_lathed "$work/rack.conf" --no-state
within 5 has_port "$lathe:main_1"
sleep 1
echo "| asked, sets/s | reached | reply p50, ms | p99, ms | worst, ms | kernel drops | lost in all | xruns | wrong last values |"
echo "|---|---|---|---|---|---|---|---|---|"
for rate in ${RATES:-100000 200000 0}; do
	"$lathed" --config "$work/rack.conf" --describe |
		"$BUILD/tests/bench/flood" "$port" "$sets" "$rate" >"$work/found" 2>"$work/wrong"
	verdict=$?
	awk -v asked="$rate" '{ gsub(/[a-z]+ [0-9]*,/, "&"); n = split($0, w, /[ ,]+/)
		for (i = 1; i < n; i++) v[w[i]] = w[i + 1]
		printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", asked ? asked : "any",
			v["rate"], v["p50"], v["p99"], v["max"], v["drops"], v["lost"], v["xruns"], v["wrong"] }' \
		"$work/found"
	# At the promised rates the last values must be right. At higher rates datagrams may be
	# lost; without loss the last values must be right there, too.
	if [ "$rate" != 0 ] || grep -q " lost 0," "$work/found"; then
		check "$rate sets a second: the last values" test "$verdict" = 0
	fi
done
stop_lathed
[ "$failed" = 0 ] || head -n 5 "$work/wrong"
[ "$failed" = 0 ]
