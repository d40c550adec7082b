#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `host --table`: somebody has one table and nothing else. A raw table, the text of acpidump and a
# device tree blob are told apart by their content; anything else is an error with a reason.

setup() {
	srcdir=${srcdir:-.}
	VC=${VIOMMU_CHECK:-./viommu-check}
	cd "$BATS_TEST_TMPDIR" || return
	# An SSDT: Device (DEV0) { Name (_CCA, One) }, made of hex as acpidump prints it
	cat >dump <<-EOF2
	a line of a mail
	SSDT @ 0x0000000000000000
	  0000: 53 53 44 54 31 00 00 00 02 BC 56 43 4B 54 53 54  SSDT1.....VCKTST
	  0010: 54 41 42 4C 45 20 20 20 01 00 00 00 56 43 4B 20  TABLE   ....VCK
	  0020: 01 00 00 00 5B 82 0B 44 45 56 30 08 5F 43 43 41  ....[..DEV0._CCA
	  0030: 01                                               .
	EOF2
	sed -n 's/^ *00[0-9]*: \(\([0-9A-F][0-9A-F] \)*\).*/\1/p' dump | xargs printf '\\x%s' | xargs -0 printf >raw
	cd - >/dev/null || return
}

@test "acpidump text" {
	run "$VC" host --table "$BATS_TEST_TMPDIR/dump"
	[ "$status" -eq 0 ]
	[[ $output == *'1 _CCA object: \DEV0 = 1'* ]]
}

@test "units: a table says nothing about the kernel" {
	sed 's/#.*//' "$srcdir/tests/fuzz/corpus/dmar/two-units.hex" | tr -s ' \n' '\n\n' |
		sed '/^$/d; s/^/\\x/' | tr -d '\n' | xargs -0 printf >"$BATS_TEST_TMPDIR/dmar"
	run "$VC" host --table "$BATS_TEST_TMPDIR/dmar"
	[ "$status" -eq 0 ]
	[[ $output == *'dmar1'*'whether a kernel drives it was not read'* ]]
	[[ $output != *'not driven by the kernel'* ]]
	[[ $output =~ groups\ +unknown ]]
	# The same table, and a kernel that shows no unit
	mkdir -p "$BATS_TEST_TMPDIR/made/sys/firmware/acpi/tables" "$BATS_TEST_TMPDIR/made/sys/class/iommu" \
		"$BATS_TEST_TMPDIR/made/sys/kernel/iommu_groups"
	cp "$BATS_TEST_TMPDIR/dmar" "$BATS_TEST_TMPDIR/made/sys/firmware/acpi/tables/DMAR"
	run "$VC" --root "$BATS_TEST_TMPDIR/made" host
	[[ $output == *'dmar1'*'not driven by the kernel: not in'* ]]
	[[ $output =~ groups\ +0 ]]
}

@test "by a name that is relative to where one is" {
	cd "$BATS_TEST_TMPDIR"
	run "$VC" host --table dump
	[ "$status" -eq 0 ]
	run "$VC" host --table "../${BATS_TEST_TMPDIR##*/}/dump"
	[ "$status" -eq 0 ]
}

@test "a raw table" {
	run "$VC" host --table "$BATS_TEST_TMPDIR/raw"
	[ "$status" -eq 0 ]
	[[ $output == *'1 _CCA object: \DEV0 = 1'* ]]
	[[ $output != *'its checksum is wrong'* ]]
}

@test "a raw table cut short still tells what is left" {
	head -c 46 "$BATS_TEST_TMPDIR/raw" >"$BATS_TEST_TMPDIR/cut"
	run "$VC" host --table "$BATS_TEST_TMPDIR/cut"
	[ "$status" -eq 0 ]
	[[ $output == *'cut short or malformed'* ]]
}

@test "files that are no table, and together with --root" {
	echo nothing >"$BATS_TEST_TMPDIR/none"
	run "$VC" host --table "$BATS_TEST_TMPDIR/none"
	[ "$status" -eq 2 ]
	[[ $output == *'neither an ACPI table'* ]]
	run "$VC" host --table "$BATS_TEST_TMPDIR"
	[ "$status" -eq 2 ]
	run "$VC" --root / host --table "$BATS_TEST_TMPDIR/raw"
	[ "$status" -eq 2 ]
}

@test "acpiexec tells what a method returns, on request" {
	command -v acpiexec >/dev/null || skip "acpiexec is not installed"
	dir=$BATS_TEST_TMPDIR/tree/sys/firmware/acpi/tables
	mkdir -p "$dir"
	sed -n 's/^ *[0-9A-F]*: \(\([0-9A-F][0-9A-F] \)*\).*/\1/p' "$srcdir/tests/acpi/forms.dump" |
		xargs printf '\\x%s' | xargs -0 printf >"$dir/DSDT"
	run "$VC" --root "$BATS_TEST_TMPDIR/tree" host
	[ "$status" -eq 0 ]
	[[ $output == *'12 _CCA objects'* ]]
	run "$VC" --root "$BATS_TEST_TMPDIR/tree" host --acpiexec
	[ "$status" -eq 0 ]
	[[ $output == *'\_SB_.MNAM: _CCA = 1, evaluated'* ]]
	[[ $output == *'\_SB_.MIF0: _CCA = 1, evaluated'* ]]
}
