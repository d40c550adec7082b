#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Standard output that cannot be written: full, closed, over a limit, or its reader gone. And
# output files: whole or not at all.

# shellcheck disable=SC2086 # the words of a command
load lib

setup() {
	ROOT=$BATS_TEST_DIRNAME/../hosts/amd-desktop.host
	commands=(
		"--help" "--version" "list --help" "list -H" "explain group.viable" "explain --all"
		"list --root $ROOT" "list --json --root $ROOT" "list --tree --root $ROOT"
		"show --root $ROOT 0a:00.0" "show --json --root $ROOT 0a:00.0"
		"groups --root $ROOT" "groups --predict --root $ROOT" "host --root $ROOT"
		"host --json --root $ROOT" "nosnoop --root $ROOT" "nosnoop --json --root $ROOT"
		"capture --root $ROOT" "capture --root $ROOT -o -" "export --format prometheus --root $ROOT"
		"export --format nfd --root $ROOT" "export --format dot --root $ROOT"
	)
}

said() {
	cat "$BATS_TEST_TMPDIR/err"
}

@test "a full disk is said, with status 2" {
	[ -c /dev/full ] || skip "no /dev/full"
	for c in "${commands[@]}"; do
		status=0
		$VC $c >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
		echo "$c: $status: $(said)"
		[ "$status" -eq 2 ]
		[ "$(said)" = "viommu-check: standard output: cannot write: No space left on device" ]
	done
}

@test "a full disk does not hide what check found" {
	[ -c /dev/full ] || skip "no /dev/full"
	status=0
	$VC check --root "$ROOT" >/dev/full 2>"$BATS_TEST_TMPDIR/err" || status=$?
	[ "$status" -eq 1 ]
	[[ $(said) == *"No space left on device"* ]]
}

@test "closed standard output is said, with status 2" {
	for c in "${commands[@]}"; do
		status=0
		$VC $c >&- 2>"$BATS_TEST_TMPDIR/err" || status=$?
		echo "$c: $status: $(said)"
		[ "$status" -eq 2 ]
		[ "$(said)" = "viommu-check: standard output: cannot write: Bad file descriptor" ]
	done
}

@test "a limit of file size is said, with status 2" {
	for c in "list --root $ROOT" "capture --root $ROOT" "export --format nfd --root $ROOT"; do
		status=0
		(ulimit -f 0; exec $VC $c) >"$BATS_TEST_TMPDIR/out" 2>/dev/null || status=$?
		echo "$c: $status"
		[ "$status" -eq 2 ]
	done
}

# The reader is gone before the first byte: a FIFO that was opened and closed.
gone() {
	local fifo=$BATS_TEST_TMPDIR/fifo out
	rm -f "$fifo"
	mkfifo "$fifo"
	exec {in}<>"$fifo"
	exec {out}>"$fifo"
	exec {in}<&-
	status=0
	$VC "$@" >&"$out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
	exec {out}>&-
}

@test "a reader that goes away ends the output, not the status" {
	for c in "${commands[@]}"; do
		[[ $c != @(capture|export)* ]] || continue
		gone $c
		echo "$c: $status: $(said)"
		[ "$status" -eq 0 ]
		[ -z "$(said)" ]
	done
	gone capture --help
	[ "$status" -eq 0 ]
	gone check --root "$ROOT"
	[ "$status" -eq 1 ]
}

# Part of it is worth nothing, and the end of a pipe may be a host away.
@test "a reader that goes away is said where the output is whole or nothing, with status 2" {
	local n=0
	for c in "${commands[@]}"; do
		[[ $c == @(capture|export)* ]] || continue
		gone $c
		echo "$c: $status: $(said)"
		[ "$status" -eq 2 ]
		[ "$(said)" = "viommu-check: standard output: cannot write: Broken pipe" ]
		n=$((n + 1))
	done
	[ "$n" -eq 5 ]
	gone export --format nfd --root "$ROOT" -o "$BATS_TEST_TMPDIR/file"
	[ "$status" -eq 0 ]
}

# What somebody sees at a terminal, while the reader of a full pipe looks away for three seconds.
blocked() {
	local fifo=$BATS_TEST_TMPDIR/fifo hold
	rm -f "$fifo"
	mkfifo "$fifo"
	exec {hold}<>"$fifo"
	head -c 65536 /dev/zero >&"$hold"
	(sleep 3.5; timeout 2 cat <&"$hold" >/dev/null) &
	# dash takes no descriptor of two digits
	SHELL=/bin/bash script -qec "$VC $* >&$hold" /dev/null
	wait
	exec {hold}<&-
}

@test "what takes long to be written says so, where output is not the terminal" {
	command -v script >/dev/null || skip "no script(1)"
	for c in "host --table $BATS_TEST_DIRNAME/../acpi/scopes.dump" "list --json --root $ROOT"; do
		run blocked $c
		echo "$c: $output"
		[[ $output == *"viommu-check: writing, 2 s"* ]]
	done
}

@test "an output file that cannot be written: the old one stays, no other is left" {
	mkdir "$BATS_TEST_TMPDIR/dir"
	echo old >"$BATS_TEST_TMPDIR/dir/file"
	for c in "capture --root $ROOT" "export --format prometheus --root $ROOT"; do
		status=0
		(ulimit -f 0; exec $VC $c -o "$BATS_TEST_TMPDIR/dir/file") 2>&1 |
			cat >"$BATS_TEST_TMPDIR/err" || status=$?
		echo "$c: $(said)"
		[[ $(said) == *"dir/file: cannot write: File too large"* ]]
		[ "$(cat "$BATS_TEST_TMPDIR/dir/file")" = old ]
		[ "$(ls -A "$BATS_TEST_TMPDIR/dir")" = file ]
	done
	run $VC capture --root "$ROOT" -o /dev/full
	[ "$status" -eq 4 ]
	[ "$output" = "viommu-check: /dev/full: cannot write: No space left on device" ]
}
