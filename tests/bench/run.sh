#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# run.sh - prints every figure of speed as one Markdown page, for docs/bench.md: `make bench`.
#   QUICK=1  fewer and shorter runs: for a look, not for docs/bench.md
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
export BUILD LATHE_ISA=v3
bench=$BUILD/tests/bench/bench
reps=${QUICK:+5}
reps=${reps:-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Measures with real-time priority where that is allowed, so that nothing interrupts it.
real_time=
chrt -f 10 true 2>/dev/null && real_time="chrt -f 10"

cat <<END
# Speed

Made by \`make bench\` (tests/bench/run.sh) with $(gcc --version | head -n 1) on
$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors; AVX2 unless a row says otherwise.
Don't edit. Absolute figures belong to that machine at that hour, and neighbours make them up to
twice as large; **ratios within one table hold**: its rows were run in turn, again and again. A
cost is nanoseconds of CPU time per stereo frame at 48 kHz, the median of the repetitions;
what an empty rack costs is taken off Lathe's modules, but not off a whole rack. A frame
lasts 20833 ns. Worst block: the slowest place in the programme over the median one, each the
fastest of its repetitions, so that the machine's own hiccups are out, and so are the first
blocks after another subject ran. Silence: digital silence after music. Latency is what each says of itself (Calf's says 0, and is not).
END
for block in 64 1024; do
	$real_time "$bench" --block $block --reps "$reps"
done

if command -v valgrind >/dev/null; then
	cat <<-END

	## Instructions

	The same racks under callgrind: instructions per stereo frame, AVX2, blocks of 64. These
	figures repeat exactly.

	| what | who | instructions per frame | with the host |
	|---|---|---|---|
	END
	valgrind --tool=callgrind --callgrind-out-file="$work/count" "$bench" --count \
		--seconds 0.25 >"$work/valgrind.log" 2>&1 || tail -n 1 "$work/valgrind.log"
	# a file per subject; "desc: Trigger: Client Request: group | who | N frames"
	find "$work" -name "count.*" | sort -V | while read -r f; do
		awk '/^desc: Trigger: Client Request: / { sub(/.*Request: /, ""); what = $0 }
			/^summary: |^totals: / { sum = $2 }
			END { if (what != "") print what " | " sum }' "$f"
	done | awk -F' [|] ' '
		{ split($3, n, " "); cost = $4 / n[1]; what[NR] = $1; who[NR] = $2; all[NR] = cost
			if ($1 == "empty rack") empty = cost }
		END { for (i = 1; i <= NR; i++) if (who[i] !~ /SSE2|AVX-512/)
			printf "| %s | %s | %.0f | %.0f |\n", what[i], who[i],
				what[i] ~ /rack/ ? all[i] : all[i] - empty, all[i] }'
fi

# Seconds of audio for each second of CPU time, the best of three: faster WHAT OPTION...
faster() {
	local what=$1 best="" spent TIMEFORMAT=%U
	shift
	for _ in 1 2 3; do
		spent=$({ time "$BUILD/lathe-render" --config config/streaming.conf -y "$@" \
			"$work/demo.wav" "$work/master.wav" >/dev/null 2>&1; } 2>&1)
		best=$(printf '%s\n%s\n' "$best" "$spent" | grep . | sort -n | head -n 1)
	done
	awk -v what="$what" -v best="$best" -v bytes="$(wc -c <"$work/demo.wav")" 'BEGIN {
		speed = (bytes - 44) / 6 / 48000 / best
		printf "| %s | %.0f x real time | >= 40 | %s |\n", what, speed, (speed >= 40 ? "yes" : "NO") }'
}
"$BUILD/lathe-demo" "$work/demo.wav"
printf '\n## Files\n\nThe streaming rack over the demo programme, on one core.\n\n| what | speed | goal | pass |\n|---|---|---|---|\n'
faster 'lathe-render'
faster 'lathe-render --loudness -14 --peak -1, all passes' --loudness -14 --peak -1

printf '\n## The daemon\n\n'
tests/bench/daemon.sh 2>/dev/null
printf '\n## OSC\n\n```\n'
"$BUILD/tests/bench/bench_osc"
printf '```\n'
printf '\n## A crowd\n\n32 subscribers at 20 Hz, a million sets from 50 senders, and a client that asks.\n\n'
SETS=${QUICK:+200000} tests/bench/flood.sh
