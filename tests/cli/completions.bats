#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Completions in the shells themselves: that they ask the program, with the words that the
# shell would make of the line, and what of the answer ends up on the line.

bats_require_minimum_version 1.5.0

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
	HOST=$BATS_TEST_TMPDIR/host
	make_host "$HOST"
	srcdir=$(realpath "$srcdir")
	mkdir "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/home" "$BATS_TEST_TMPDIR/a b"
	ln -s "$(readlink -f "$VC")" "$BATS_TEST_TMPDIR/bin/viommu-check"
	make_host "$BATS_TEST_TMPDIR/home/it's here"
	make_host "$BATS_TEST_TMPDIR/a b/host"
	export PATH="$BATS_TEST_TMPDIR/bin:$PATH" HOME=$BATS_TEST_TMPDIR/home
	cd "$BATS_TEST_TMPDIR" || return
}

# --- bash ---
bash_replies() { # LINE: what is offered for it
	COMP_LINE=$1 COMP_POINT=${#1}
	_viommu_check
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "completions: bash asks the program" {
	. "$srcdir/completions/viommu-check.bash"
	[ "$(bash_replies "viommu-check list --verdict=u")" = $'unsuitable\nunknown' ]
	[ "$(bash_replies "viommu-check --root $HOST show 0000:01:00")" = $'00.0\n00.1' ]
}

@test "completions: bash takes words as the shell does" {
	. "$srcdir/completions/viommu-check.bash"
	for root in "a\\ b/host" "'a b/host'" '"a b"/host' "~/it\\'s\\ here" '~/"it'"'"'s here"'; do
		run bash_replies "viommu-check --root $root show 0000:01"
		[ "$output" = $'01:00.0\n01:00.1' ]
	done
	[ "$(bash_replies "viommu-check --root='a b/host' show 0000:01")" = $'01:00.0\n01:00.1' ]
	[ "$(bash_replies "viommu-check --root a\\ b/host show '0000:01")" = $'0000:01:00.0\n0000:01:00.1' ]
	# Nothing is run or expanded that the program is not told of.
	[ -z "$(bash_replies 'viommu-check --root "$(touch ran)a b/host" show 0000:01')" ]
	[ ! -e ran ]
	[ -z "$(bash_replies "viommu-check --root '~/it'\\''s here' show 0000:01")" ]
}

@test "completions: bash completes paths" {
	. "$srcdir/completions/viommu-check.bash"
	[ "$(bash_replies "viommu-check --root ho")" = $'host\nhome' ] ||
		[ "$(bash_replies "viommu-check --root ho")" = $'home\nhost' ]
	[ "$(bash_replies "viommu-check --root=hos")" = host ]
	[ "$(bash_replies "viommu-check --root ~/i")" = "~/it's here" ]
	[ "$(bash_replies "viommu-check --root 'a b/h")" = "a b/host" ]
	mkdir x:y=z
	[ "$(bash_replies "viommu-check --root=x:y=")" = z ]
}

# --- fish ---
fish_replies() { # LINE
	fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
		"$srcdir/completions/viommu-check.fish" "$1" | cut -f1
}

@test "completions: fish asks the program, with the shell's words" {
	command -v fish >/dev/null || skip "no fish"
	[ "$(fish_replies "viommu-check list --verdict=u")" = $'--verdict=unknown\n--verdict=unsuitable' ]
	for root in "$HOST" "a\\ b/host" "'a b/host'" "~/it\\'s\\ here"; do
		run fish_replies "viommu-check --root $root show 0000:01"
		[ "$output" = $'0000:01:00.0\n0000:01:00.1' ]
	done
	[ "$(fish_replies "viommu-check --root='a b/host' show 0000:01:00.1")" = 0000:01:00.1 ]
}

@test "completions: fish completes paths" {
	command -v fish >/dev/null || skip "no fish"
	[ "$(fish_replies "viommu-check --root hos")" = host/ ]
	[ "$(fish_replies "viommu-check --root=hos")" = --root=host/ ]
	[ "$(fish_replies "viommu-check --root ~/i")" = "~/it's here/" ]
	[ "$(fish_replies "viommu-check --root 'a b/h")" = "a b/host/" ]
	[ "$(fish_replies "viommu-check --root=a\\ b/h")" = "--root=a b/host/" ]
}

# --- zsh ---
# Completion runs in the line editor alone: that of a shell on a terminal of its own, in
# which ^T completes the line typed and writes down what became of it.
zsh_line() { # LINE
	rm -f line
	zsh -f -s -- "$srcdir/completions" "$1" <<'EOF'
zmodload zsh/zpty
zpty shell "TERM=dumb zsh -f -i"
say() { zpty -w -n shell "$1" }
# What it prints is read and dropped: it must not wait for that.
until_there() {
	local out
	for ((i = 0; i < 300; i++)); do
		zpty -r -t shell out 2>/dev/null
		[[ -e $1 ]] && return
		sleep 0.1
	done
	exit 1
}
say "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -D -u; LISTMAX=1000; setopt NO_BEEP
function note { zle complete-word; print -r -- \$BUFFER >line.new; mv line.new line; BUFFER= }
zle -N note; bindkey '^T' note; : >ready
"
until_there ready
rm ready
say $2$'\x14'
until_there line
zpty -d shell
EOF
	cat line
}

@test "completions: zsh asks the program, with the shell's words" {
	command -v zsh >/dev/null || skip "no zsh"
	[ "$(zsh_line "viommu-check nosn")" = "viommu-check nosnoop " ]
	for root in "$HOST" "a\\ b/host" "'a b/host'" "~/it\\'s\\ here"; do
		run zsh_line "viommu-check --root $root show 0000:00:1"
		[ "$output" = "viommu-check --root $root show 0000:00:1f.0 " ]
	done
	run zsh_line "viommu-check --root='a b/host' show 0000:00:1"
	[ "$output" = "viommu-check --root='a b/host' show 0000:00:1f.0 " ]
}

@test "completions: zsh completes paths" {
	command -v zsh >/dev/null || skip "no zsh"
	[ "$(zsh_line "viommu-check --root hos")" = "viommu-check --root host/" ]
	[ "$(zsh_line "viommu-check --root=hos")" = "viommu-check --root=host/" ]
	[ "$(zsh_line "viommu-check --root ~/i")" = "viommu-check --root ~/it\\'s\\ here/" ]
	[ "$(zsh_line "viommu-check --root=a\\ b/h")" = "viommu-check --root=a\\ b/host/" ]
}
