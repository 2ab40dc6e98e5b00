#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# completion.sh - the completions of bash and zsh: commands, options, and the addresses of a
# running rack. No JACK is needed.
# shellcheck source=tests/system/common.inc
. "${0%/*}/common.inc"

cat >"$work/rack.conf" <<END
rack = { name = "$lathe"; };
nodes = ( { module = "trim"; name = "input"; }, { module = "eq"; name = "tone"; } );
END
check "starts" start_lathed "$work/rack.conf"
ctl scene save evening >/dev/null
ctl scene save "late night" >/dev/null
mkdir -p "$work/config/lathe" "$work/zsh"
export XDG_CONFIG_HOME="$work/config"
printf 'studio = 127.0.0.1:%s\n# stage = x\nstreet = 127.0.0.1:1\n' "$port" >"$work/config/lathe/hosts"
cp control/lathectl/completion.zsh "$work/zsh/_lathectl"
PATH=$(cd "$BUILD" && pwd):$PATH
cat >"$work/struck.bash" <<'END'
# bash splits words at blanks, ":" and "=" as readline does.
. control/lathectl/completion.bash
compopt() { :; }
read -ra COMP_WORDS <<<"$(sed -E 's/(:|=)/ \1 /g' <<<"$1")"
[[ $1 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function_of=$(complete -p "${COMP_WORDS[0]}" | sed -n 's/.*-F \([^ ]*\) .*/\1/p')
$function_of "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}"
printf '%s\n' "${COMPREPLY[@]}" | sort -u
END
shells=bash
if command -v zsh >/dev/null; then
	shells="bash zsh"
else
	check "zsh is here" false
fi
# offered SHELL LINE
offered() {
	if [ "$1" = bash ]; then
		bash "$work/struck.bash" "$2"
	else
		zsh -f tests/system/completion.zsh "$work/zsh" "$2"
	fi
}
# offers SHELL LINE WORD...: exactly these words
offers() {
	offered "$1" "$2" | grep . >"$work/offered"
	cat "$work/offered"
	shift 2
	printf '%s\n' "$@" | grep . | sort -u | cmp -s - "$work/offered"
}

for shell in $shells; do
	at="lathectl --port $port"
	check "$shell: commands" offers "$shell" "lathectl re" redo reload reset
	check "$shell: options" offers "$shell" "lathectl --s" --seconds --since --summary
	check "$shell: options after a command" offers "$shell" "lathectl set --js" --json
	check "$shell: groups of hosts" offers "$shell" "lathectl --host st" street studio
	check "$shell: nodes and outputs" offers "$shell" "$at get " input/ rack/ tone/
	check "$shell: of a group" offers "$shell" "lathectl --host studio get in" input/
	check "$shell: a part at a time" offers "$shell" "$at get tone/b" tone/band/ tone/bypass
	check "$shell: and the next" offers "$shell" "$at set tone/band/3/f" tone/band/3/freq
	check "$shell: with a slash" offers "$shell" "$at get /inp" /input/
	check "$shell: a meter can be read" offers "$shell" "$at get input/m" input/meter/
	check "$shell: but not set" offers "$shell" "$at set input/m" ""
	check "$shell: choices" offers "$shell" "$at set tone/band/1/type l" low_pass low_shelf
	check "$shell: a switch" offers "$shell" "$at set input/bypass " on off
	check "$shell: nodes for meters" offers "$shell" "$at meters input t" tone
	check "$shell: scene" offers "$shell" "$at scene re" rename
	check "$shell: comparison" offers "$shell" "$at compare b" b bypass
	check "$shell: the other programs" offers "$shell" "lathed --de" --describe
	check "$shell: lathe-render" offers "$shell" "lathe-render --ke" --keep-latency
	check "$shell: nobody there" offers "$shell" "lathectl --port 1 get in" ""
done
check "bash: scenes" offers bash "lathectl --port $port scene load " evening 'late\ night'
check "bash: one of them" offers bash "lathectl --port $port scene load late" 'late\ night'
check "bash: HOST:PORT" offers bash "lathectl --host 127.0.0.1:$port get inp" input/
check "bash: --port=" offers bash "lathectl --port=$port get inp" input/
[ "$shells" = bash ] || {
	check "zsh: scenes" offers zsh "lathectl --port $port scene load " evening 'late\ night'
	check "zsh: HOST:PORT" offers zsh "lathectl --host 127.0.0.1:$port get inp" input/
}
: >"$work/a.script"
check "bash: files" offers bash "lathectl script $work/a." "$work/a.script"

began=$(date +%s%N)
lathectl complete --port "$port" get tone/band/3/ >/dev/null
took=$((($(date +%s%N) - began) / 1000000))
check "at once ($took ms)" test $took -lt 100
finish
