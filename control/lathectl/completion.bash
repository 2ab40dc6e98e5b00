# lathectl for bash; zsh reads it after `autoload bashcompinit && bashcompinit`.
# Addresses come from the rack that answers, a part at a time.
_lathectl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} i command="" at=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--host | --port) at+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}") && ((i++)) ;;
		--timeout | --rate | --seconds | --since) ((i++)) ;;
		-*) ;;
		*) [[ -n $command ]] || command=${COMP_WORDS[i]} ;;
		esac
	done
	COMPREPLY=()
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "--host --port --json --seconds --since --rate --summary --timeout --fresh --help" -- "$word")
	elif [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(lathectl --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')" -- "$word")
	elif [[ $command == scene && $before == scene ]]; then
		mapfile -t COMPREPLY < <(compgen -W "list save load delete rename" -- "$word")
	elif [[ $command == scene && $before == @(save|load|delete|rename) ]]; then
		mapfile -t COMPREPLY < <(lathectl "${at[@]}" --timeout 0.2 scene 2>/dev/null |
			sed 's/  \(active\|changed\)$//' | grep -F -- "$word" | sed 's/ /\\ /g')
	elif [[ $command == @(compare|abx) ]]; then
		mapfile -t COMPREPLY < <(compgen -W "off a b bypass delta" -- "$word")
	elif [[ $command == script ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ $command == @(get|set|ramp|toggle|adjust|reset|list|describe|watch|monitor) && $before != --* ]]; then
		local parts=${word//[!\/]/}
		mapfile -t COMPREPLY < <(compgen -W "$(lathectl "${at[@]}" --timeout 0.2 list 2>/dev/null |
			cut -d/ -f "1-$((${#parts} + 1))" | sort -u)" -- "$word")
		compopt -o nospace 2>/dev/null
	fi
}
complete -F _lathectl lathectl
