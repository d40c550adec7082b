#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What make check-corpus takes for what: config files, texts, trees, archives, and the rest.

bats_require_minimum_version 1.5.0

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
	command -v lspci >/dev/null || skip "no lspci"
	command -v python3 >/dev/null || skip "no python3"
	CORPUS=$BATS_TEST_TMPDIR/corpus
	mkdir "$CORPUS"
}

corpus() {
	run --separate-stderr python3 "$srcdir/tests/check-corpus" "$VC" "$CORPUS"
	[ -z "$stderr" ]
}

@test "corpus: a tree is one file with all its functions, a link that leads nowhere none" {
	make_host "$CORPUS/host"
	ln -s ../nowhere "$CORPUS/host/sys/dangling"
	ln -s nowhere "$CORPUS/dangling"
	: >"$CORPUS/host/sys/devices/pci0000:00/0000:00:1f.0/config"
	corpus
	[ "$output" = "1 files, 3 functions, 0 disagreements" ]
	[ "$status" -eq 0 ]
}

@test "corpus: archives are unpacked, and what is in them is looked at" {
	make_host "$BATS_TEST_TMPDIR/host"
	tar -C "$BATS_TEST_TMPDIR/host" -czf "$CORPUS/host.tar.gz" sys proc
	tar -C "$BATS_TEST_TMPDIR" -cf "$CORPUS/below.tar" host
	corpus
	[ "$output" = "2 files, 8 functions, 0 disagreements" ]
	[ "$status" -eq 0 ]
}

@test "corpus: config files and texts count, other files do not" {
	make_host "$BATS_TEST_TMPDIR/host"
	cp "$BATS_TEST_TMPDIR/host/sys/devices/pci0000:00/0000:00:01.0/config" "$CORPUS/a.config"
	printf '%s\n' "00:1f.0 ISA bridge: a name" "00: 86 80 0d a3 00 00 00 00 00 00 01 06" \
		>"$CORPUS/text"
	head -c 1000 /dev/zero >"$CORPUS/noise"
	echo '{"not": "lspci"}' >"$CORPUS/some.json"
	corpus
	[ "$output" = "2 files, 2 functions, 0 disagreements" ]
	[ "$status" -eq 0 ]
}

@test "corpus: a tree that the tool reads otherwise is a disagreement" {
	make_host "$CORPUS/host"
	printf '#!/bin/sh\n"%s" "$@" | sed "s/\\"enabled\\": *true/\\"enabled\\": false/"\n' \
		"$(realpath "$VC")" >"$BATS_TEST_TMPDIR/liar"
	chmod +x "$BATS_TEST_TMPDIR/liar"
	VC=$BATS_TEST_TMPDIR/liar
	corpus
	[[ "$output" == *"host 0000:01:00.0: nosnoop: lspci True, viommu-check False"* ]]
	[[ "$output" == *"1 files, 4 functions, 1 disagreements" ]]
	[ "$status" -eq 1 ]
}

@test "corpus: a folder of nothing fails" {
	corpus
	[ "$output" = "0 files, 0 functions, 0 disagreements" ]
	[ "$status" -eq 1 ]
}
