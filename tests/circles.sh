#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# circles.sh - circles between object files: files that need each other's symbols, directly or
# by way of others. Prints each circle, and below it which file needs which symbol of which.
# Builds nothing: looks at what `make all` left in $BUILD (build).
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}

# circles OBJECT...
circles() {
	nm -A "$@" 2>/dev/null | awk -v build="$BUILD/" '
		# "build/a/b.o:0000 T name", "build/a/b.o: U name"
		{
			file = $1
			sub(/:[0-9a-f]*$/, "", file)
			sub(/\.o$/, "", file)
			if (index(file, build) == 1)
				file = substr(file, length(build) + 1)
			kind = $(NF - 1)
			if (kind ~ /^[TDBRCVW]$/)
				home[$NF] = file
			else if (kind == "U")
				needs[file, $NF] = 1
		}
		END {
			for (pair in needs) {
				split(pair, part, SUBSEP)
				to = home[part[2]]
				if (to == "" || to == part[1])
					continue
				edge[part[1], to] = edge[part[1], to] " " part[2]
				reach[part[1], to] = 1
				files[part[1]] = files[to] = 1
			}
			for (k in files)
				for (i in files)
					if ((i, k) in reach)
						for (j in files)
							if ((k, j) in reach)
								reach[i, j] = 1
			for (i in files) {
				if (!((i, i) in reach) || i in told)
					continue
				line = ""
				for (j in files)
					if ((i, j) in reach && (j, i) in reach) {
						told[j] = i
						line = line " " j
					}
				print "circle:" line
				for (pair in edge) {
					split(pair, part, SUBSEP)
					if (part[1] in told && part[2] in told &&
					    told[part[1]] == i && told[part[2]] == i)
						print "  " part[1] " needs" edge[pair] \
							" of " part[2]
				}
			}
		}'
}

# The objects of these sources; what is older than its source is to be built again.
objects() {
	for source in "$@"; do
		object=$BUILD/${source%.c}.o
		find "$object" -newer "$source" 2>/dev/null
	done
}

found=$(
	# shellcheck disable=SC2046 # one word an object
	circles $(objects daemon/*/*.c)
	for program in control/*/; do
		# shellcheck disable=SC2046
		circles $(objects control/*.c "$program"*.c)
	done
)
[ -z "$found" ] || printf '%s\n' "$found"
[ -z "$found" ]
