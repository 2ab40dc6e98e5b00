#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# meters.sh - lathectl meters as an instrument: in pseudo-terminals of three sizes, of a rack that
# the test sets and of one that plays; the plain and the JSON output with its summary.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

sync=
start_jackd -r 48000 -p 256
cp config/streaming.conf "$work/rack.conf"
check "starts" start_lathed "$work/rack.conf" --name "$lathe"
check "it plays" within 20 has_port "$lathe:in_1"
if python3 "${0%/*}/meters.py" "$lathectl" "$port" >"$work/terminal"; then
	terminal=0
else
	terminal=1
fi
grep -v ' passed, ' "$work/terminal"
counted=$(sed -n 's/ passed, .*//p' "$work/terminal")
passed=$((passed + ${counted:-0}))
failed=$((failed + terminal))

summary() {
	ctl --json meters --seconds 1.6 --summary >"$work/json" && python3 - "$work/json" <<'PY'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert all("meters" in line for line in lines[:-1]) and len(lines) >= 2, "a line each second"
summary = lines[-1]["summary"]
assert summary["limit/meter/gr"].keys() == {"last", "least", "most"}
assert summary["level/meter/reason"].keys() == {"last"}, "a state has no order"
PY
}
check "--json --summary is JSON alone" summary
plain() { # NODE PATH: the lines of this one node
	ctl meters "$1" --seconds 1.6 >"$work/plain" &&
		[ "$(cut -d' ' -f1 "$work/plain" | sort -u)" = "$2" ]
}
check "one node" plain limit limit
check "an output by its path" plain /rack/output/main rack/output/main
check "an output by its name" plain main rack/output/main
check "no such node" not ctl meters nobody
stop_lathed
check "nobody there" test "$(ctl meters >/dev/null 2>&1; echo $?)" = 3
finish
