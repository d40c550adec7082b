#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `export`: formats that other engines read. The rules of the text exposition format and of NFD's labels
# are checked line by line; promtool and dot judge too where they are installed.

setup() {
	srcdir=${srcdir:-.}
	VC=${VIOMMU_CHECK:-./viommu-check}
	HOST=${HOST:-$srcdir/tests/hosts/intel-server.host}
	[ -e "$HOST" ] || skip "no fixture host in this tree"
}

@test "prometheus: every family has HELP and TYPE before its samples, every sample parses" {
	"$VC" --root "$HOST" export --format prometheus >"$BATS_TEST_TMPDIR/prom"
	awk '
		/^# HELP / { help[$3] = 1; next }
		/^# TYPE / { if (!help[$3] || $4 != "gauge" || type[$3]++) exit 1; next }
		/^viommu_check_[a-z_]+(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? [0-9]+$/ {
			name = $0; sub(/[{ ].*/, "", name)
			if (!type[name] || seen[$0]++ || name ~ /_(total|count|sum|bucket)$/) exit 1
			if (name != last && done[name]++) exit 1
			last = name; n++; next
		}
		{ exit 1 }
		END { if (n < 10) exit 1 }' "$BATS_TEST_TMPDIR/prom"
	if command -v promtool; then promtool check metrics <"$BATS_TEST_TMPDIR/prom"; fi
}

@test "nfd: every line is a label that Kubernetes takes" {
	run "$VC" --root "$HOST" export --format nfd
	[ "$status" -eq 0 ]
	while IFS= read -r line; do
		[[ "$line" =~ ^viommu-check\.[A-Za-z0-9._-]{1,50}=[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$ ]]
	done <<<"$output"
}

@test "dot: Graphviz reads it" {
	command -v dot || skip "graphviz is not installed"
	"$VC" --root "$HOST" export --format dot | dot -Tsvg | grep -q '<svg'
}

@test "--output is written whole, keeps the mode, and says when it cannot" {
	"$VC" --root "$HOST" export -f nfd >"$BATS_TEST_TMPDIR/want"
	"$VC" --root "$HOST" export -f nfd -o "$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/out"
	chmod 600 "$BATS_TEST_TMPDIR/out"
	"$VC" --root "$HOST" export -f nfd -o "$BATS_TEST_TMPDIR/out"
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/out")" = 600 ]
	run "$VC" --root "$HOST" export -f nfd -o "$BATS_TEST_TMPDIR/no/such/out"
	[ "$status" -eq 4 ]
	[[ "$output" == *"cannot write"* ]]
	[ -z "$(find "$BATS_TEST_TMPDIR" -name '*.new')" ]
	"$VC" --root "$HOST" export -f nfd -o /dev/stdout | cmp - "$BATS_TEST_TMPDIR/want"
}

@test "a format is needed, and an unknown one is refused" {
	run "$VC" --root "$HOST" export
	[ "$status" -eq 2 ]
	run "$VC" --root "$HOST" export --format xml
	[ "$status" -eq 2 ]
	[[ "$output" == *"'xml'"* ]]
}
