#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `check` and `explain`: exit statuses and the first lines. The host is made here: one group of two
# functions, one of them bound to nvme, behind dmar0 with interrupt remapping.

setup() {
	srcdir=${srcdir:-.}
	VC=${VIOMMU_CHECK:-./viommu-check}
	HOST=$BATS_TEST_TMPDIR/host
	make_host >"$HOST"
}

# function ADDRESS DRIVER: an endpoint in group 14
function_of() {
	local dir=sys/devices/pci0000:00/$1

	cat <<-EOF
	l sys/bus/pci/devices/$1 -> ../../../devices/pci0000:00/$1
	f $dir/uevent "${2:+DRIVER=$2\n}PCI_CLASS=20000\nPCI_ID=8086:10D3\n"
	f $dir/vendor "0x8086\n"
	f $dir/device "0x10d3\n"
	f $dir/class "0x020000\n"
	f $dir/resource "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
	f $dir/reset_method "flr\n"
	x $dir/config 256
	  0: 86 80 d3 10 00 00 00 00 00 00 00 02 00 00 80 00
	  10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  20: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  30: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  40: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  50: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  60: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  70: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  80: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  90: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  a0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  b0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  c0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  d0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  e0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	  f0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
	l $dir/iommu_group -> ../../../kernel/iommu_groups/$3
	l $dir/iommu -> ../../virtual/iommu/dmar0
	l sys/kernel/iommu_groups/$3/devices/$1 -> ../../../../devices/pci0000:00/$1
	EOF
	[ -z "$2" ] || echo "l $dir/driver -> ../../../bus/pci/drivers/$2"
}

make_host() {
	cat <<-EOF
	# viommu-check capture 1
	f proc/sys/kernel/osrelease "6.12.0\n"
	f proc/sys/kernel/arch "x86_64\n"
	f proc/cmdline "quiet intel_iommu=on\n"
	f proc/interrupts "  9: 0 IR-IO-APIC 9-fasteoi acpi\n"
	d sys/module/vfio
	d sys/module/vfio_pci
	f sys/module/vfio_pci/parameters/disable_denylist "N\n"
	f sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts "N\n"
	d sys/bus/pci/drivers/nvme
	l sys/class/iommu/dmar0 -> ../../devices/virtual/iommu/dmar0
	f sys/devices/virtual/iommu/dmar0/intel-iommu/cap "d2008c222f0686\n"
	f sys/devices/virtual/iommu/dmar0/intel-iommu/ecap "f00fda\n"
	f sys/kernel/iommu_groups/14/type "DMA\n"
	f sys/kernel/iommu_groups/14/reserved_regions "0x00000000fee00000 0x00000000feefffff msi\n"
	f sys/kernel/iommu_groups/15/type "DMA\n"
	f sys/kernel/iommu_groups/15/reserved_regions "0x00000000fee00000 0x00000000feefffff msi\n"
	EOF
	function_of 0000:00:04.0 "" 14
	function_of 0000:00:04.1 nvme 14
	function_of 0000:00:05.0 "" 15
}

@test "check: 0 where every device is ready" {
	run "$VC" --root "$HOST" check 00:05.0
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "0000:00:05.0 ready" ]
}

@test "check: 1 where one is not, and the line names the reason" {
	run "$VC" --root "$HOST" check
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "${lines[0]}" == "0000:00:04.0 conditional: group.viable: 0000:00:04.1"*"bound to nvme"* ]]
}

@test "check: --allow-conditional widens what is accepted" {
	"$VC" --root "$HOST" check --allow-conditional group:14
}

@test "check -q: failures only" {
	run "$VC" --root "$HOST" check -q
	[ "$status" -eq 1 ]
	[[ "$output" != *" ready"* ]]
	run "$VC" --root "$HOST" check -q 00:05.0
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "check: 3 where evidence is missing, 1 outweighs it" {
	run "$VC" --root "$HOST" --kernel 7.9 check
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "0000:00:04.0 unknown: "* ]]
	grep -v interrupts "$HOST" >"$BATS_TEST_TMPDIR/less"
	run "$VC" --root "$BATS_TEST_TMPDIR/less" check 00:05.0
	[ "$status" -eq 3 ]
}

@test "check: 2 where nothing matches" {
	run "$VC" --root "$HOST" check 00:1f.0
	[ "$status" -eq 2 ]
	run "$VC" --root "$HOST" check --driver nothing
	[ "$status" -eq 2 ]
}

@test "check --json repeats the exit status" {
	run "$VC" --root "$HOST" check --json
	[ "$status" -eq 1 ]
	[[ "$output" == *'"exit_status": 1,'* ]]
	run "$VC" --root "$HOST" check --json 00:05.0
	[ "$status" -eq 0 ]
	[[ "$output" == *'"exit_status": 0,'* ]]
}

@test "--kernel: before 5.10 and nonsense are refused" {
	for v in 4.19 5.9.16 nonsense 6 ""; do
		run "$VC" --root "$HOST" --kernel "$v" check
		echo "$v: $output"
		[ "$status" -eq 2 ]
	done
}

@test "explain: the message of the issue says what to do, for the device in it" {
	run "$VC" --root "$HOST" explain 'vfio 0000:00:04.0: group 14 is not viable'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "group.viable"* ]]
	[[ "$output" == *"echo vfio-pci > /sys/bus/pci/devices/0000:00:04.1/driver_override"* ]]
	[[ "$output" == *"echo 0000:00:04.1 > /sys/bus/pci/drivers/nvme/unbind"* ]]
}

@test "explain: a device that is not here is said so, the rule still explained" {
	run "$VC" --root "$HOST" explain 'vfio 0000:77:00.0: group 14 is not viable'
	[ "$status" -eq 0 ]
	[[ "$output" == *"0000:77:00.0 is not on this host"* ]]
	[[ "$output" == *"group.viable"* ]]
}

@test "explain: a group alone stands for its endpoints" {
	run "$VC" --root "$HOST" explain 'group 14 is not viable'
	[[ "$output" == *"0000:00:04.1 conditional"* || "$output" == *"0000:00:04.1 ready"* ]]
	[[ "$output" != *"0000:00:05.0"* ]]
}

@test "explain: ids, the list, and what is neither" {
	"$VC" explain nosnoop.enforced
	[ "$("$VC" explain --all | wc -l)" -gt 50 ]
	run "$VC" explain no.such-rule
	[ "$status" -eq 2 ]
	[[ "$output" == *"--all"* ]]
	run "$VC" explain 'the cat sat on the mat'
	[ "$status" -eq 2 ]
	run "$VC" explain
	[ "$status" -eq 2 ]
}

@test "explain --json holds the rules" {
	"$VC" --root "$HOST" explain --json 'group 14 is not viable' >"$BATS_TEST_TMPDIR/j"
	python3 - "$BATS_TEST_TMPDIR/j" <<-EOF
	import json, sys
	d = json.load(open(sys.argv[1]))
	assert d["schema"] == "viommu-check/1" and d["exit_status"] == 0
	assert [r["id"] for r in d["rules"]] == ["group.viable"]
	assert {x["address"] for x in d["devices"]} == {"0000:00:04.0", "0000:00:04.1"}
	EOF
}
