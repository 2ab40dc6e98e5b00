#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# fuzz.sh [SECONDS] - fuzzes the OSC path under ASan and UBSan with clang's libFuzzer.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
build=${BUILD:-build}/fuzz
mkdir -p "$build/corpus"
python3 tests/fuzz/seeds.py "$build/corpus"
cat >"$build/words" <<'WORDS'
"/eq/" "/comp/" "/band/" "/gain" "/norm" "/text" "/ramp" "/rack/" "subscribe" "#bundle\x00" "/rack/lock" "/rack/confirm"
WORDS
tr ' ' '\n' <"$build/words" >"$build/words.dict"
make -s "BUILD=$build" CC=clang-14 OPT=-O1 \
	SANITIZE=address,undefined,fuzzer-no-link "$build/liblathe.a"
# shellcheck disable=SC2046 # one word per library
clang-14 -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	-D_GNU_SOURCE -I. -o "$build/fuzz_packet" tests/fuzz/fuzz_packet.c \
	"$build/liblathe.a" -pthread \
	$(pkg-config --libs liblo libconfig libebur128 jack libsystemd sndfile libmpg123 samplerate fftw3f) -lm
nice -n 15 "$build/fuzz_packet" -max_total_time="$seconds" -max_len=2048 -timeout=5 \
	-dict="$build/words.dict" -artifact_prefix="$build/" -print_final_stats=1 \
	"$build/corpus"
