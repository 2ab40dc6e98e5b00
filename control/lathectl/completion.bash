# Lathe's programs for bash. lathectl itself knows what may come next, and asks the rack for
# addresses, choices and scenes.
# SPDX-License-Identifier: GPL-3.0-or-later

# The words so far, joined where bash cuts at ":" and "=", without the quotes.
_lathe_words() {
	local i word joined=0
	words=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		word=${word//\\ / }
		[[ $word == [\"\']* ]] && word=${word:1} && word=${word%[\"\']}
		if [[ ${#words[@]} -gt 0 && ($word == [:=] || $joined == 1) ]]; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
		fi
		[[ ${COMP_WORDS[i]} == [:=] ]] && joined=1 || joined=0
	done
}

_lathectl() {
	local words word cut
	_lathe_words
	COMPREPLY=()
	# bash replaces what follows the last ":" or "=" of the word.
	cut=${words[-1]%"${words[-1]##*[:=]}"}
	while IFS=$'\t' read -r word _; do
		if [[ $word == :file ]]; then
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${words[-1]}")
			compopt -o filenames 2>/dev/null
			continue
		fi
		word=${word#"$cut"}
		COMPREPLY+=("${word// /\\ }")
		[[ $word == */ ]] && compopt -o nospace 2>/dev/null
	done < <(lathectl complete "${words[@]}" 2>/dev/null)
}
complete -F _lathectl lathectl

# The others have options and files.
_lathe_options() {
	COMPREPLY=()
	if [[ $2 == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("$1" --help 2>/dev/null |
			sed -nE 's/^ +(-[a-z], +)?(--[a-z-]+).*/\2/p')" -- "$2")
	fi
}
complete -o default -F _lathe_options lathed lathe-render lathe-touchosc
