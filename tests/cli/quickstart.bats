#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What counts the tests counts right; quickstart refuses what it does not know and says what
# it lacks, as configure does.

setup() {
	srcdir=${srcdir:-.}
}

log() { # NAME RESULT TEXT
	echo ":global-test-result: $2" >"$BATS_TEST_TMPDIR/$1.trs"
	printf '%b' "$3" >"$BATS_TEST_TMPDIR/$1.log"
}

count() {
	run sh "$srcdir/tests/count" "$BATS_TEST_TMPDIR"
}

@test "TAP lines, cmocka totals and plain programs are summed" {
	log tap PASS 'ok 1 a\nok 2 b # skip no tool\n1..2\n'
	log unit PASS '[  PASSED  ] 7 test(s).\n'
	log plain PASS 'some text\n'
	log gone SKIP 'looks for it\nskipped: tool is not installed\n'
	count
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "9 passed, 0 failed, 2 skipped" ]
	[[ $output == *"skipped: gone.log: tool is not installed"* ]]
}

@test "a failure is counted, and is the exit status" {
	log tap FAIL 'ok 1 a\nnot ok 2 b\n'
	log unit FAIL '[  PASSED  ] 3 test(s).\n[  FAILED  ] 1 test(s), listed below:\n[  FAILED  ] x\n\n 1 FAILED TEST(S)\n'
	log crash FAIL 'Segmentation fault\n'
	log error ERROR ''
	count
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "4 passed, 4 failed, 0 skipped" ]
}

@test "nothing ran is a failure" {
	count
	[ "$status" -eq 1 ]
}

@test "quickstart: an unknown word ends 2" {
	run sh "$srcdir/quickstart" please
	[ "$status" -eq 2 ]
	run sh "$srcdir/quickstart" check --please
	[ "$status" -eq 2 ]
}

# stub NAME TEXT: a program of that name in the only directory of PATH
stub() {
	printf '#!/bin/sh\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

# In a copy, for it writes to ./build; with no package there and this user.
bare_quickstart() { # UID
	local tool
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	cp "$srcdir/quickstart" "$BATS_TEST_TMPDIR/"
	for tool in sh dirname mkdir cat; do
		ln -sf "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	stub id "echo $1"
	stub dpkg-query 'exit 1'
	stub apt-get 'echo "apt-get was here"; exit 100'
	run env PATH="$BATS_TEST_TMPDIR/bin" sh "$BATS_TEST_TMPDIR/quickstart"
}

@test "quickstart: who may not install packages is told so, and the command" {
	bare_quickstart 1000
	[ "$status" -eq 2 ]
	[[ "$output" == *"quickstart: installing: gcc "* ]]
	[[ "$output" == *"quickstart: cannot install packages: not root, and no sudo (as root: apt-get "* ]]
	[[ "$output" != *"apt-get was here"* ]]
}

@test "quickstart: what the packager said is shown where it fails" {
	bare_quickstart 0
	[ "$status" -eq 2 ]
	[[ "$output" == *"apt-get was here"*"quickstart: cannot install packages" ]]
	stub sudo 'echo "sudo $*"; exit 1'
	bare_quickstart 1000
	[ "$status" -eq 2 ]
	[[ "$output" == *"sudo apt-get update -q"*"quickstart: cannot install packages" ]]
}

@test "configure: without pkg-config it says so, not that a library is missing" {
	[ -x "$srcdir/configure" ] || skip "no configure"
	mkdir "$BATS_TEST_TMPDIR/build"
	srcdir=$(realpath "$srcdir")
	for program in /nonexistent/pkg-config "$(command -v false)"; do
		cd "$BATS_TEST_TMPDIR/build"
		run env PKG_CONFIG="$program" "$srcdir/configure" -q
		[ "$status" -ne 0 ]
		[[ "$output" == *"$program is missing or does not run (Debian package: pkg-config"* ]]
		[[ "$output" != *libpci* ]]
	done
}
