#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# man.sh - the man pages: each is made without a warning and has every option of its program;
# lathe.conf(5) has every key that lathed accepts.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"
cd "${0%/*}/../.." || exit 1
: >"$log"

check "made" "${MAKE:-make}" -s "BUILD=$BUILD" man
# A page's text, without formatting.
text() { LC_ALL=C.UTF-8 MANWIDTH=500 man -l "$BUILD/man/$1" | col -b; }
# clean PAGE: man prints no warning about it
clean() {
	LC_ALL=C.UTF-8 man -l --warnings -E UTF-8 -Tutf8 -Z "$BUILD/man/$1" 2>&1 >/dev/null |
		tee "$work/warnings"
	[ ! -s "$work/warnings" ]
}
# has PAGE WORD
has() { grep -qF -- "$2" "$work/$1"; }

for page in lathed.1 lathectl.1 lathe-render.1 lathe-touchosc.1 lathe.conf.5 lathe-osc.7 \
	lathe-modules.7; do
	check "$page is clean" clean $page
	text $page >"$work/$page"
	check "$page has its name" has $page "${page%.*} - "
	check "$page has lines" test "$(wc -l <"$work/$page")" -gt 30
	# shellcheck disable=SC2016 # the quotes are Markdown's
	check "$page shows no marks" not grep -n '^@\|\*\*[A-Za-z]\|`[^`]*`[^`]*`$' "$work/$page"
done
for program in lathed lathectl lathe-render lathe-touchosc; do
	# What the program itself reads, not what it says: every "--name" in it.
	for option in $("$BUILD/$program" --help | grep -o -- ' --[a-z-]*'); do
		check "$program $option" has "$program.1" "$option"
	done
done
check "an option's words" has lathed.1 "the rack to play"
check "a command" has lathectl.1 "set ADDRESS VALUE"
check "a wrapped command" has lathectl.1 "scene [list|save|load|delete|rename]"
check "an address" has lathe-osc.7 "/rack/scene/load"
check "of a module" has lathe-osc.7 "/<node>/band/<1..8>/freq"
check "a param" has lathe-modules.7 "range: -20 to 0 dB"

# Keys: every section gets an unknown key, and lathed lists those that it would accept.
cat >"$work/all.conf" <<'END'
zzz = 1;
rack = { zzz = 1; };
inputs = ( { name = "in"; zzz = 1; } );
nodes = ( { module = "trim"; name = "n"; zzz = 1; },
          { module = "tone"; name = "t"; zzz = 1; } );
outputs = ( { name = "o"; from = ["n"]; zzz = 1; } );
osc = { zzz = 1; allow = ( { network = "10.0.0.0/8"; zzz = 1; } );
        clients = ( { address = "10.0.0.1:9000"; zzz = 1; } );
        limits = ( { param = "n/gain"; max = 1.0; zzz = 1; } ); };
schedule = ( { at = "06:00"; scene = "s"; zzz = 1; } );
END
"$lathed" --config "$work/all.conf" --check >"$work/complaints" 2>&1
sections=$(grep -c zzz "$work/complaints")
check "all sections complain ($sections)" test "$sections" -ge 9
# "... would accept: a, b, c": those that are not params of modules
keys=$(sed -n 's/.*zzz.*would accept//p' "$work/complaints" | grep -o '[a-z_]\{2,\}' | sort -u)
check "they name keys" test "$(echo "$keys" | wc -l)" -gt 15
for key in $keys; do
	if grep -qw -- "$key" "$work/lathe-modules.7"; then
		continue
	fi
	check "lathe.conf(5) has $key" grep -qw -- "$key" "$work/lathe.conf.5"
done

# Installed documents: all links lead to files.
"${MAKE:-make}" -s "BUILD=$BUILD" "DESTDIR=$work/root" install >"$work/installed" 2>&1
# dead_links: prints each one, with its document
dead_links() {
	find "$work/root/usr/local/share/doc" -name '*.md' | while read -r document; do
		grep -o '](\([^)#]*\)' "$document" | cut -c3- | grep -v '^https\{0,1\}:' | while read -r link; do
			[ -e "${document%/*}/$link" ] || echo "${document##*/}: $link"
		done
	done
}
check "installed" test -e "$work/root/usr/local/share/doc/lathe/docs/osc.md"
check "no dead link" test -z "$(dead_links | tee "$work/dead")"
cat "$work/dead"
finish
