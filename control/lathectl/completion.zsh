#compdef lathectl lathed lathe-render lathe-touchosc
# SPDX-License-Identifier: GPL-3.0-or-later
# Lathe's programs for zsh. lathectl itself knows what may come next, and asks the rack for
# addresses, choices and scenes.

_lathectl() {
	local line word help
	local -a parts wholes shown
	for line in "${(@f)$(lathectl complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
		word=${line%%$'\t'*} help=${line#*$'\t'}
		if [[ $word == :file ]]; then
			_files
		elif [[ -z $word ]]; then
			continue
		elif [[ $word == */ ]]; then
			parts+=("$word")
		else
			wholes+=("$word")
			shown+=("${(r:28:)word} $help")
		fi
	done
	(( $#parts )) && compadd -S '' -- "${parts[@]}"
	(( $#wholes )) && compadd -l -d shown -- "${wholes[@]}"
}

# The others have options and files.
_lathe_options() {
	local -a options
	options=(${(f)"$($service --help 2>/dev/null |
		sed -nE 's/^ +(-[a-z], +)?(--[a-z-]+).*/\2/p')"})
	if [[ $PREFIX == -* ]]; then
		compadd -- "${options[@]}"
	else
		_files
	fi
}

if [[ $service == lathectl ]]; then
	_lathectl
else
	_lathe_options
fi
