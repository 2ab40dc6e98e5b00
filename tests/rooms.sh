#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# rooms.sh - which room of daemon/ may include which: one line a room, the rule of
# daemon/README.md. Prints each include that goes up, and each source outside a room.
set -u
cd "$(dirname "$0")/.." || exit 1

# ROOM ALLOWED...: an include of daemon/ there is of the room itself or of one of these
room() {
	here=$1
	shift
	allowed=$(printf '\\|%s' "$here" "$@")
	grep -n "#include \"daemon/" "daemon/$here"/*.[ch] |
		grep -v "\"daemon/\\(${allowed#??}\\)[/\"]"
}

found=$(
	room base
	room rack base
	room net rack base
	room config rack base
	room audio base rack/port.h
	room disk base
	room worker audio rack base
	room engine worker audio rack base
	room jack engine audio rack base
	room desk engine config rack base
	room recall desk engine config disk rack base
	room unattended recall desk engine disk rack base
	room osc unattended recall desk engine config disk net worker audio rack base
	room render engine config disk audio rack base
	room lathed osc jack unattended recall desk engine config disk net worker audio rack base
	for file in daemon/*.[ch]; do
		[ ! -f "$file" ] || echo "$file: outside a room"
	done
)
[ -z "$found" ] || printf '%s\n' "$found"
[ -z "$found" ]
