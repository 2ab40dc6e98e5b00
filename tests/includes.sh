#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# includes.sh - includes point one way: dsp <- modules <- daemon; control knows OSC alone, run
# JACK alone; share serves all. Prints those that do not, and the sources whose first line does not say what
# they are, whose functions pass 60 lines, or that pass 600 themselves.
set -u
cd "$(dirname "$0")/.." || exit 1

# FOLDER ALLOWED: an include of ours there starts with one of these
only() {
	grep -rn --include='*.[ch]' '#include "' "$1" | grep -v ':#include "\('"$2"'\)'
}

found=$(
	only dsp 'dsp/'
	only modules 'dsp/\|modules/\|share/' | grep -v '^modules/[a-z]*/test\.c:'
	only share 'dsp/\|share/'
	only daemon 'dsp/\|modules/\|share/\|daemon/'
	only control 'control/\|share/'
	only run 'run/\|share/'
	for file in $(git ls-files '*.[ch]'); do
		[ -f "$file" ] || continue
		awk -v name="$(basename "$file")" '
			NR == 1 && index($0, name " - ") == 0 { print FILENAME ": first line: " $0 }
			/^\{/ { began = FNR }
			/^\}/ { if (began && FNR - began > 61)
					print FILENAME ":" began ": " FNR - began - 1 " lines"
				began = 0 }
			END { if (NR > 600) print FILENAME ": " NR " lines" }' "$file"
	done
)
[ -z "$found" ] || printf '%s\n' "$found"
[ -z "$found" ]
