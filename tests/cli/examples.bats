#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The hooks under examples/ ask about the devices of a guest, all of them and only those, and refuse
# when the answer is no. viommu-check and qm are stand-ins that note how they were called.

setup() {
	srcdir=${srcdir:-.}
	export CALLS="$BATS_TEST_TMPDIR/calls"
	export VIOMMU_CHECK="$BATS_TEST_TMPDIR/viommu-check"
	printf '#!/bin/sh\necho "$*" >>"$CALLS"\nexit "${ANSWER:-0}"\n' >"$VIOMMU_CHECK"
	export QM="$BATS_TEST_TMPDIR/qm"
	printf '#!/bin/sh\ncat "%s/config"\n' "$BATS_TEST_TMPDIR" >"$QM"
	chmod +x "$VIOMMU_CHECK" "$QM"
	: >"$CALLS"
}

domain() {
	cat <<-XML
	<domain><devices>
	 <hostdev mode='subsystem' type='pci' managed='yes'><source>
	  <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>
	 <interface type='hostdev'><source>
	  <address type='pci' domain='0x0001' bus='0x0a' slot='0x1f' function='0x7'/></source></interface>
	 <hostdev mode='subsystem' type='usb'><source><address bus='1' device='2'/></source></hostdev>
	</devices></domain>
	XML
}

@test "libvirt: asks about every PCI host device" {
	run "$srcdir/examples/libvirt/qemu" guest prepare begin - < <(domain)
	[ "$status" -eq 0 ]
	[ "$(cat "$CALLS")" = "check --allow-conditional 0000:01:00.0 0001:0a:1f.7" ]
}

@test "libvirt: a device that is not ready refuses the start" {
	ANSWER=1 run "$srcdir/examples/libvirt/qemu" guest prepare begin - < <(domain)
	[ "$status" -eq 1 ]
	[[ "$output" == *"refuses guest"* ]]
}

@test "libvirt: other operations and guests without devices pass unasked" {
	run "$srcdir/examples/libvirt/qemu" guest stopped end - < <(domain)
	[ "$status" -eq 0 ]
	run "$srcdir/examples/libvirt/qemu" guest prepare begin - <<<"<domain><devices/></domain>"
	[ "$status" -eq 0 ]
	[ ! -s "$CALLS" ]
}

@test "proxmox: asks about every hostpci address" {
	printf 'name: guest\nhostpci0: 0000:01:00.0,pcie=1\nhostpci1: host=02:00;03:00.1,x-vga=1\nhostpci2: mapping=gpu\n' \
		>"$BATS_TEST_TMPDIR/config"
	run "$srcdir/examples/proxmox/viommu-check-hook" 100 pre-start
	[ "$status" -eq 0 ]
	[ "$(sort "$CALLS")" = "$(printf 'check --allow-conditional -s %s\n' 0000:01:00.0 02:00 03:00.1 | sort)" ]
}

@test "proxmox: a device that is not ready refuses the start, other phases pass" {
	printf 'hostpci0: 0000:01:00.0\n' >"$BATS_TEST_TMPDIR/config"
	ANSWER=1 run "$srcdir/examples/proxmox/viommu-check-hook" 100 pre-start
	[ "$status" -eq 1 ]
	[[ "$output" == *"guest 100 is not started"* ]]
	ANSWER=1 run "$srcdir/examples/proxmox/viommu-check-hook" 100 post-stop
	[ "$status" -eq 0 ]
}

@test "ansible: the fact is the JSON document" {
	run "$srcdir/examples/ansible/viommu_check.fact"
	[ "$status" -eq 0 ]
	[ "$(cat "$CALLS")" = "list --json" ]
}
