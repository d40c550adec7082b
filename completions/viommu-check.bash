# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion: asks the program, which knows its own tables.

# A word's tilde as the shell would read it; nothing else is expanded.
_viommu_check_tilde()
{
	local name=${1%%/*}

	[[ $name =~ ^~[A-Za-z0-9._-]*$ ]] && eval "name=$name"
	printf -v "$2" '%s' "$name${1#"${1%%/*}"}"
}

# What is typed up to the cursor as the words that the shell would make of it, into the
# caller's array: quotes gone, the last one may be open; and the quote that is.
_viommu_check_words()
{
	local line=$1 word='' c
	local -i begun=0 tilde=0

	words=() quote=
	while [[ $line ]]; do
		c=${line:0:1} line=${line:1}
		case $quote$c in
		"''" | '""')
			quote=
			;;
		"'"? | '"'[!\\])
			word+=$c
			;;
		\"\\)
			[[ $line == [\"\\\$\`]* ]] && c=${line:0:1} line=${line:1}
			word+=$c
			;;
		\\)
			word+=${line:0:1} line=${line:1} begun=1
			;;
		[\'\"])
			quote=$c begun=1
			;;
		[[:space:]])
			((begun)) || continue
			((tilde)) && _viommu_check_tilde "$word" word
			words+=("$word")
			word='' begun=0 tilde=0
			;;
		*)
			((begun)) || [[ $c != '~' ]] || tilde=1
			word+=$c begun=1
			;;
		esac
	done
	words+=("$word")
}

_viommu_check()
{
	local candidate cut='' quote current program
	local -a words

	# Bash would break words at "=" and ":", which addresses and options hold.
	_viommu_check_words "${COMP_LINE:0:COMP_POINT}"
	current=${words[${#words[@]} - 1]}
	_viommu_check_tilde "${words[0]}" program

	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [[ $candidate == @file ]]; then
			compopt -o filenames 2>/dev/null
			[[ $current == --*=* ]] && current=${current#*=}
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
			break
		fi
		[[ $candidate == *= || $candidate == *, ]] && compopt -o nospace 2>/dev/null
		COMPREPLY+=("$candidate")
	done < <("$program" __complete -- "${words[@]:1}" 2>/dev/null)

	# What stands before the last break is on the line already; in quotes there is none.
	[[ ! $quote && $current == *[=:]* ]] && cut=${current%"${current##*[=:]}"}
	COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}
complete -F _viommu_check viommu-check
