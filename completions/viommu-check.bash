# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion: asks the program, which knows its own tables.

_viommu_check()
{
	local line=${COMP_LINE:0:COMP_POINT} candidate cut=
	local -a words

	# Bash would break words at "=" and ":", which addresses and options hold.
	read -ra words <<< "$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	local current=${words[${#words[@]} - 1]}

	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [[ $candidate == @file ]]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "${current##*=}")
			return
		fi
		[[ $candidate == *= || $candidate == *, ]] && compopt -o nospace 2>/dev/null
		COMPREPLY+=("$candidate")
	done < <("${words[0]}" __complete -- "${words[@]:1}" 2>/dev/null)

	# What stands before the last break is on the line already.
	[[ $current == *[=:]* ]] && cut=${current%"${current##*[=:]}"}
	COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}
complete -F _viommu_check viommu-check
