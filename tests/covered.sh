#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# covered.sh - each source of daemon/ and share/ has tests/<room>/test_<file>.c, or a line in
# tests/covered.txt that names the test which covers it. Prints sources with neither, lines
# whose source or test is gone, and lines that a test of its own has made needless.
set -u
cd "$(dirname "$0")/.." || exit 1
list=tests/covered.txt

own() { # daemon/recall/scene.c: tests/recall/test_scene.c; share/pcm.c: tests/share/test_pcm.c
	echo "$1" | sed 's|^daemon/|tests/|; s|^share/|tests/share/|; s|\([^/]*\)$|test_\1|'
}

found=$(
	for file in daemon/*/*.c share/*.c; do
		[ -f "$(own "$file")" ] || grep -q "^$file " "$list" ||
			echo "$file: no $(own "$file"), and no line in $list"
	done
	grep -v '^#' "$list" | while read -r file test _; do
		[ -f "$file" ] || echo "$list: $file is gone"
		[ -f "$test" ] || echo "$list: $file: $test is gone"
		[ ! -f "$(own "$file")" ] || echo "$list: $file has a test of its own"
	done
)
[ -z "$found" ] || printf '%s\n' "$found"
[ -z "$found" ]
