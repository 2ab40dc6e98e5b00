# completion.zsh FOLDER LINE - what zsh offers when TAB is struck at the end of LINE, one a
# line. FOLDER holds the completion as _lathectl; a real zsh on a terminal of its own types.
# SPDX-License-Identifier: GPL-3.0-or-later
emulate -R zsh
zmodload zsh/zpty
folder=$1 line=$2
out=$folder/out
: >$out
zpty typist zsh -f -i
zpty -w typist "fpath=($folder \$fpath); autoload -Uz compinit; compinit -u -d $folder/dump"
zpty -w typist 'compadd() { local -a hits; builtin compadd -A hits "$@"
	(( $#hits )) && print -rl -- $hits >>'$out'; builtin compadd "$@" }'
zpty -w typist 'struck() { zle complete-word; print END >>'$out'; BUFFER= }
	zle -N struck; bindkey "^I" struck; print READY >>'$out
for (( i = 0; i < 100; i++ )); do
	[[ $(<$out) == *READY* ]] && break
	sleep 0.05
done
zpty -w -n typist "$line"$'\t'
for (( i = 0; i < 100; i++ )); do
	[[ $(<$out) == *END* ]] && break
	sleep 0.05
done
zpty -d typist
grep -vx 'READY\|END' $out | sort -u
