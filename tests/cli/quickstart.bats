#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What counts the tests counts right; quickstart refuses what it does not know.

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
	log gone SKIP ''
	count
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "9 passed, 0 failed, 2 skipped" ]
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
