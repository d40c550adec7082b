#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The JSON document: it follows the shipped schema in every command and for every fixture
# host, holds the same for the same input, and stays UTF-8 whatever it was read from.
# Documents that need a running host to act on (nosnoop, probe, watch) are held against
# the schema in tests/unit.

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
	HOST=$BATS_TEST_TMPDIR/host
	make_host "$HOST"
	python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
	command -v jq || skip "jq is not installed"
}

validate() {
	"$VC" --root "$1" "${@:2}" --json |
		"$srcdir/tests/cli/validate" "$srcdir/data/viommu-check.schema.json"
}

# Every command that prints a document of another root, with each of its forms.
every_document() { # ROOT
	local status words n=0 commands=(list show check host groups 'groups --predict' nosnoop
		'nosnoop --all' 'explain --all' 'explain group.viable 00:01.0'
		'list --verdict unsuitable' 'list --kernel 5.10' 'list --kernel 7.2 --arch aarch64')
	for words in "${commands[@]}"; do
		status=0
		# shellcheck disable=SC2086
		"$VC" --root "$1" $words --json 2>"$BATS_TEST_TMPDIR/messages" || status=$?
		[ $status -le 3 ] || { echo "$words: status $status" >&2; return 1; }
		n=$((n + 1))
	done
	[ $n = 13 ]
}

@test "every command follows the schema, for every fixture host, overlay and paste" {
	set -- "$HOST" "$srcdir"/tests/hosts/*.host "$srcdir"/tests/pastes/*
	for overlay in "$srcdir"/tests/hosts/*.overlay; do
		cat "$srcdir/tests/hosts/intel-server.host" "$overlay" \
			>"$BATS_TEST_TMPDIR/$(basename "$overlay")"
		set -- "$@" "$BATS_TEST_TMPDIR/$(basename "$overlay")"
	done
	for host; do
		every_document "$host" >>"$BATS_TEST_TMPDIR/documents"
	done
	"$srcdir/tests/cli/validate" "$srcdir/data/viommu-check.schema.json" \
		<"$BATS_TEST_TMPDIR/documents"
	[ "$(jq -s length "$BATS_TEST_TMPDIR/documents")" -ge $(($# * 8)) ]
}

@test "no command prints a document that is not looked at" {
	taken=" check explain groups host list nosnoop probe show watch "
	for command in $("$VC" __complete -- '' | cut -f1); do
		"$VC" __complete -- "$command" --j | grep -q '^--json' || continue
		[[ "$taken" == *" $command "* ]] || { echo "$command" >&2; return 1; }
	done
}

@test "firmware tables alone" {
	cp "$srcdir"/tests/acpi/*.dump "$BATS_TEST_TMPDIR"
	for table in "$BATS_TEST_TMPDIR"/*.dump; do
		"$VC" host --table "$table" --json
	done >"$BATS_TEST_TMPDIR/documents"
	"$srcdir/tests/cli/validate" "$srcdir/data/viommu-check.schema.json" \
		<"$BATS_TEST_TMPDIR/documents"
	[ "$(jq -s '[.[].host.firmware.tables | length] | min' "$BATS_TEST_TMPDIR/documents")" -ge 1 ]
}

@test "validate itself: wrong, strange and missing documents" {
	"$VC" --root "$HOST" list --json >"$BATS_TEST_TMPDIR/doc"
	check() {
		jq "$1" "$BATS_TEST_TMPDIR/doc" | "$srcdir/tests/cli/validate" \
			"$srcdir/data/viommu-check.schema.json" "${@:2}"
	}
	check .
	run check 'del(.units)'
	[ "$status" -eq 1 ]
	run check '.devices[0].strange = 1'
	[ "$status" -eq 1 ]
	run check '., (.exit_status = "0")'
	[ "$status" -eq 1 ]
	run check empty
	[ "$status" -eq 1 ]
	run check . watch_line
	[ "$status" -eq 1 ]
	check .host host
}

@test "a host of which nothing is known" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	validate "$BATS_TEST_TMPDIR/empty" list
	validate "$BATS_TEST_TMPDIR/empty" host
	"$VC" --root "$BATS_TEST_TMPDIR/empty" list --json |
		jq -e '.devices == [] and .host.kernel == null and .host.architecture == null'
}

@test "the same input gives the same bytes" {
	"$VC" --root "$HOST" show --json >"$BATS_TEST_TMPDIR/a"
	"$VC" --root "$HOST" show --json >"$BATS_TEST_TMPDIR/b"
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
}

@test "values: types, ids, registers, order" {
	"$VC" --root "$HOST" list --json >"$BATS_TEST_TMPDIR/doc"
	jq -e '.schema == "viommu-check/1" and .exit_status == 0 and .host.source == "root"
		and [.devices[].address] == ["0000:00:01.0", "0000:00:1f.0", "0000:01:00.0", "0000:01:00.1"]
		and [.groups[].id] == ["1", "2", "10"]
		and (.groups[2].devices | length) == 2' "$BATS_TEST_TMPDIR/doc"
	jq -e '.devices[2] | .vendor_id == "10de" and .device_id == "2204" and .class == "030000"
		and .group == "10" and .driver == null and .upstream == "0000:00:01.0"
		and .nosnoop.supported and .nosnoop.enabled and .pcie_type == "endpoint"' \
		"$BATS_TEST_TMPDIR/doc"
	jq -e '.devices[3].nosnoop | .supported and .enabled == false' "$BATS_TEST_TMPDIR/doc"
}

@test "selected devices, and the groups that they are in" {
	"$VC" --root "$HOST" list --json -s 01:00.1 |
		jq -e '[.devices[].address] == ["0000:01:00.1"] and [.groups[].id] == ["10"]'
}

@test "list holds failed and unknown findings, show all" {
	"$VC" --root "$HOST" list --json |
		jq -e '[.host, .devices[], .groups[]] | [.[].findings[].result]
			| all(. == "fail" or . == "unknown")'
	[ "$("$VC" --root "$HOST" show --json | jq '[.devices[].findings[]] | length')" -ge \
		"$("$VC" --root "$HOST" list --json | jq '[.devices[].findings[]] | length')" ]
}

@test "bytes that are not UTF-8, control and bidirectional characters" {
	bad=$'a\xff\033\x7f\xc2\x9b\xe2\x80\xae"\\z'
	bind_driver "$HOST" pci0000:00/0000:00:01.0 0000:01:00.0 "$bad"
	"$VC" --root "$HOST" list --json >"$BATS_TEST_TMPDIR/doc"
	LC_ALL=C.UTF-8 grep -qF 'a'$'\xef\xbf\xbd''\u001b\u007f\u009b\u202e\"\\z' "$BATS_TEST_TMPDIR/doc"
	jq -e '.devices[2].driver == "a\ufffd\u001b\u007f\u009b\u202e\"\\z"' "$BATS_TEST_TMPDIR/doc"
}

@test "a unit's list, else the function's own link, says which unit serves it" {
	local unit host=$BATS_TEST_TMPDIR/units
	make_host "$host"
	for unit in dmar0 dmar1; do
		mkdir -p "$host/sys/devices/virtual/iommu/$unit/devices"
		ln -s "../../devices/virtual/iommu/$unit" "$host/sys/class/iommu/$unit"
	done
	# listed by the second; listed by nobody and linked; neither
	ln -s gone "$host/sys/devices/virtual/iommu/dmar1/devices/0000:00:01.0"
	ln -s ../../virtual/iommu/dmar0 "$host/sys/devices/pci0000:00/0000:00:1f.0/iommu"
	output=$("$VC" list --json --root "$host")
	[ "$(jq -c '[.devices[] | [.address, .unit]]' <<<"$output")" = \
		'[["0000:00:01.0","dmar1"],["0000:00:1f.0","dmar0"],["0000:01:00.0",null],["0000:01:00.1",null]]' ]
}

@test "groups: what could not be listed is neither gone nor viable" {
	host=$srcdir/tests/hosts/intel-server.host
	{ cat "$host"; echo 'e sys/bus/pci/devices EACCES'; } >"$BATS_TEST_TMPDIR/bus"
	"$VC" --root "$BATS_TEST_TMPDIR/bus" list --json >"$BATS_TEST_TMPDIR/doc"
	jq -e '[.groups[] | .missing[]] == [] and [.groups[] | .viable] - [null] == []' "$BATS_TEST_TMPDIR/doc"
	jq -e '[.devices[] | .verdict] - ["unknown"] == []' "$BATS_TEST_TMPDIR/doc"
	[ "$(jq -c '[.devices[].address]' "$BATS_TEST_TMPDIR/doc")" = \
		"$("$VC" --root "$host" list --json | jq -c '[.devices[].address]')" ]
	{ cat "$host"; echo 'e sys/kernel/iommu_groups/30/devices EACCES'; } >"$BATS_TEST_TMPDIR/group"
	[ "$("$VC" --root "$host" list --json | jq '.groups[] | select(.id == "2").viable')" = true ]
	sed 's,/30/devices,/2/devices,' "$BATS_TEST_TMPDIR/group" >"$BATS_TEST_TMPDIR/port"
	[ "$("$VC" --root "$BATS_TEST_TMPDIR/port" list --json | jq '.groups[] | select(.id == "2").viable')" = null ]
	# What is seen to hold the group's DMA does so whoever else is in it
	[ "$("$VC" --root "$BATS_TEST_TMPDIR/group" list --json | jq '.groups[] | select(.id == "30").viable')" = false ]
}
