#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# headers.sh - each header compiles alone, and beside every other that can be included with it.
# A header that its own source includes first is proved by that source. Prints what gcc says.
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD="${BUILD:-build}" CC="${CC:-gcc}"

# compile: the C source on standard input
compile() {
	$CC -I. -I"$BUILD" -D_GNU_SOURCE -DLATHE_VERSION='"0"' -std=c11 -pthread -Wall \
		-Wextra -Wshadow -Wno-unused -Werror -fsyntax-only -x c -
}

if [ "${1:-}" = alone ]; then
	shift
	for header in "$@"; do
		source=${header%.h}.c
		first=$(grep -m 1 '^#include' "$source" 2>/dev/null)
		[ "$first" != "#include \"$header\"" ] || continue
		echo "#include \"$header\"" | compile || echo "$header: does not compile alone"
	done
	exit
fi

# together HEADER...
together() {
	printf '#include "%s"\n' "$@" | compile || echo "these do not compile together: $*"
}

found=$(
	{
		printf '%s\n' dsp/*.h modules/*.h modules/*/*.h share/*.h daemon/*/*.h \
			control/*.h control/*/*.h | xargs -P 2 -n 16 tests/headers.sh alone
		together dsp/*.h modules/module.h share/*.h daemon/*/*.h
		for program in control/*/; do
			together share/json.h control/*.h "$program"*.h
		done
	} 2>&1
)
[ -z "$found" ] || printf '%s\n' "$found"
[ -z "$found" ]
