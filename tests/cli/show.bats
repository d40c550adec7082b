#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# show: every register that it decodes against lspci, every value with its place, and
# nothing beyond the width of the terminal.

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
}

# The config files of a fixture host, named by their addresses; not those of VFs, which
# without their PF have no bits to compare.
configs_of() { # HOST DIRECTORY
	local config
	shopt -s globstar
	mkdir -p "$2" "$2.root"
	python3 "$srcdir/tests/unpack.py" "$srcdir/tests/hosts/$1.host" "$2.root"
	for config in "$2.root"/sys/devices/pci*/**/config; do
		if [ ! -s "$config" ] || [ -e "$(dirname "$config")/physfn" ]; then
			continue
		fi
		cp "$config" "$2/$(basename "$(dirname "$config")")"
	done
	rm -r "$2.root"
}

@test "an address as lspci -s takes it, with its zeros left out" {
	local host=$srcdir/tests/hosts/amd-desktop.host whole
	for c in show check 'explain group.viable'; do
		run "$VC" --root "$host" $c 0000:00:01.1
		whole=$output
		[[ $whole == *0000:00:01.1* ]]
		for short in 0:1.1 00:1.1 0:0:01.1; do
			run "$VC" --root "$host" $c $short
			[ "$output" = "$whole" ]
		done
	done
	run "$VC" --root "$host" show 0:20.0
	[ "$status" -eq 2 ]
}

@test "capabilities are decoded as lspci decodes them" {
	command -v lspci || skip "lspci is not installed"
	for host in intel-server amd-desktop arm-server; do
		configs_of $host "$BATS_TEST_TMPDIR/configs/$host"
	done
	run python3 "$srcdir/tests/check-corpus" "$VC" "$BATS_TEST_TMPDIR/configs"
	echo "$output"
	[ "$status" -eq 0 ]
}

# A driver of the program that says one thing wrong.
@test "a word that lspci does not say is found" {
	command -v lspci || skip "lspci is not installed"
	configs_of intel-server "$BATS_TEST_TMPDIR/configs"
	for word in NoSoftRst+ 'Total VFs: 64' 'Max PASID Width: 14' 'MaxReadReq 512' FLReset+; do
		cat >"$BATS_TEST_TMPDIR/liar" <<-END
			#!/bin/sh
			"$(realpath "$VC")" "\$@" | sed 's/${word}/${word%?}9/'
		END
		chmod +x "$BATS_TEST_TMPDIR/liar"
		run python3 "$srcdir/tests/check-corpus" "$BATS_TEST_TMPDIR/liar" \
			"$BATS_TEST_TMPDIR/configs"
		[[ "$output" == *"lspci does not say '"*9* ]] ||
			{ echo "$word: $output" >&2; return 1; }
	done
}

# Functions with each capability, one byte all over their registers.
functions_of_bits() { # DIRECTORY
	python3 - "$1" <<-'END'
		import sys
		put = []
		for byte in 0x00, 0xff, 0xa5, 0x5a:
		    for kind in 0, 1, 4, 6, 7, 9:
		        b = bytes([byte])
		        data = bytearray(4096)
		        for at, text in [
		                (0x00, bytes.fromhex("3412820a0000100003020801")),
		                (0x34, b"\x40"),
		                (0x40, b"\x01\x50" + b * 6),                   # PM
		                (0x50, b"\x05\x60" + b * 2),                   # MSI
		                (0x60, bytes([0x10, 0xa0, kind << 4 | 2, 0])),  # PCI Express
		                (0x64, b * 8),
		                (0xa0, b"\x13\xb0\x06" + b),                   # AF
		                (0xb0, b"\x11\x00" + b * 2),                   # MSI-X
		                (0x100, bytes.fromhex("0d000111") + b * 4),     # ACS
		                (0x110, bytes.fromhex("0f000112") + b * 4),     # ATS
		                (0x120, bytes.fromhex("13000113") + b * 4),     # PRI
		                (0x130, bytes.fromhex("1b000114") + b * 4),     # PASID
		                (0x140, bytes.fromhex("10000100") + b * 60)]:   # SR-IOV
		            data[at:at + len(text)] = text
		        put.append(data)
		for n, data in enumerate(put):
		    open("%s/0000:01:%02x.0" % (sys.argv[1], n), "wb").write(data)
	END
}

@test "every bit of every register is decoded as lspci decodes it" {
	command -v lspci || skip "lspci is not installed"
	mkdir "$BATS_TEST_TMPDIR/configs"
	functions_of_bits "$BATS_TEST_TMPDIR/configs"
	run python3 "$srcdir/tests/check-corpus" "$VC" "$BATS_TEST_TMPDIR/configs"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == "24 files, 24 functions, 0 disagreements" ]]
}

# Of the functions above that whose bytes are a5, the first of its kind: 12 of 24.
@test "details of the JSON document: registers, and null for what is not known" {
	command -v jq || skip "jq is not installed"
	mkdir "$BATS_TEST_TMPDIR/configs"
	functions_of_bits "$BATS_TEST_TMPDIR/configs"
	mkdir -p "$BATS_TEST_TMPDIR/host/sys/bus/pci/devices/0000:01:0c.0"
	cp "$BATS_TEST_TMPDIR/configs/0000:01:0c.0" \
		"$BATS_TEST_TMPDIR/host/sys/bus/pci/devices/0000:01:0c.0/config"
	"$VC" --root "$BATS_TEST_TMPDIR/host" show --json >"$BATS_TEST_TMPDIR/doc"
	jq -c '.devices[0].details | .capabilities[], del(.capabilities)' "$BATS_TEST_TMPDIR/doc" |
		diff - <(cat <<-'END'
			{"supported":true,"offset":"0x60","version":2,"device_capabilities":"0xa5a5a5a5","device_control":"0xa5a5","device_status":"0xa5a5","flr":false,"max_payload_supported":4096,"max_payload":4096,"max_read_request":512}
			{"supported":true,"offset":"0x40","capabilities":"0xa5a5","control":"0xa5a5","no_soft_reset":false}
			{"supported":true,"offset":"0xa0","capabilities":"0xa5","flr":false}
			{"supported":true,"offset":"0x50","control":"0xa5a5","enabled":true,"vectors":4}
			{"supported":true,"offset":"0xb0","control":"0xa5a5","enabled":true,"vectors":1446}
			{"supported":true,"offset":"0x100","capability":"0xa5a5","control":"0xa5a5"}
			{"supported":true,"offset":"0x110","capability":"0xa5a5","control":"0xa5a5","enabled":true}
			{"supported":true,"offset":"0x120","control":"0xa5a5","status":"0xa5a5","enabled":true}
			{"supported":true,"offset":"0x130","capability":"0xa5a5","control":"0xa5a5","enabled":true,"width":5}
			{"supported":true,"offset":"0x140","control":"0xa5a5","enabled":true,"initial_vfs":42405,"total_vfs":42405,"num_vfs":42405,"first_vf_offset":42405,"vf_stride":42405,"vf_device_id":"a5a5"}
			{"revision":"03","power":{"state":null,"runtime_status":null,"control":null,"d3cold_allowed":null},"numa_node":null,"boot_vga":null,"sriov":{"total_vfs":null,"num_vfs":null},"resources":null,"config_size":4096,"virtio":null}
		END
		)
	"$VC" --root "$BATS_TEST_TMPDIR/host" list --json | jq -e '.devices[0] | has("details") | not'
	# 64 bytes tell of no capability, and of none that it is absent.
	truncate -s 64 "$BATS_TEST_TMPDIR/host/sys/bus/pci/devices/0000:01:0c.0/config"
	"$VC" --root "$BATS_TEST_TMPDIR/host" show --json |
		jq -e '[.devices[0].details.capabilities[][]] | length == 59 and all(. == null)'
}

# Lines of `resource` as the kernel prints them, a zero for each that is not given.
write_resources() { # FILE LINE...
	local want at=1
	: >"$1"
	for want in "${@:2}"; do
		for (( ; at < ${want%%:*}; at++)); do
			printf '0x%016x 0x%016x 0x%016x\n' 0 0 0 >>"$1"
		done
		# shellcheck disable=SC2086
		printf '0x%016x 0x%016x 0x%016x\n' ${want#*:} >>"$1"
		at=$((at + 1))
	done
}

@test "resources: BARs, ROM, BARs of VFs and windows, each with its line" {
	HOST=$BATS_TEST_TMPDIR/host
	make_host "$HOST"
	gpu=$HOST/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0
	write_resources "$gpu/resource" "1:0xfb000000 0xfbffffff 0x40200" \
		"2:0xd0000000 0xdfffffff 0x14220c" "4:0 0x1ffffff 0x2014220c" \
		"6:0xe000 0xe07f 0x40101" "7:0xfc000000 0xfc07ffff 0x46200" \
		"8:0x380000000000 0x3800000fffff 0x14220c" 13:"0 0 0"
	write_resources "$HOST/sys/devices/pci0000:00/0000:00:01.0/resource" \
		"14:0xe000 0xefff 0x101" "15:0xfb000000 0xfc0fffff 0x200" \
		"16:0xd0000000 0xe1ffffff 0x102201" "17:0 0 0"
	sheet() { "$VC" --root "$HOST" show "$1" | sed -n '/^Resources/,/^$/p'; }
	diff - <(sheet 01:00.0) <<-'END'
		Resources
		  BAR 0            0xfb000000-0xfbffffff, 16M, memory 32-bit  (resource, line 1)
		  BAR 1            0xd0000000-0xdfffffff, 256M, memory 64-bit prefetchable  (resource, line 2)
		  BAR 3            not assigned, 32M, memory 64-bit prefetchable  (resource, line 4)
		  BAR 5            0xe000-0xe07f, 128, io  (resource, line 6)
		  ROM              0xfc000000-0xfc07ffff, 512K, memory 32-bit prefetchable  (resource, line 7)
		  VF BAR 0         0x380000000000-0x3800000fffff, 1M, memory 64-bit prefetchable  (resource, line 8)

	END
	diff - <(sheet 00:01.0) <<-'END'
		Resources
		  window           0xe000-0xefff, 4K, io  (resource, line 14)
		  window           0xfb000000-0xfc0fffff, 17M, memory 32-bit  (resource, line 15)
		  window           0xd0000000-0xe1ffffff, 288M, memory 64-bit prefetchable  (resource, line 16)

	END
	# A kernel without CONFIG_PCI_IOV has no lines for VFs.
	write_resources "$HOST/sys/devices/pci0000:00/0000:00:01.0/resource" "8:0xe000 0xefff 0x101"
	sheet 00:01.0 | grep -F 'window           0xe000-0xefff, 4K, io  (resource, line 8)'
	rm "$gpu/resource"
	sheet 01:00.0 | grep -F 'ranges           unknown  (resource)'
}

@test "what is read has a place, also where several files tell it" {
	root=$srcdir/tests/hosts/intel-server.host
	"$VC" --root "$root" show 17:02.0 >"$BATS_TEST_TMPDIR/sheet"
	place() { sed -n "s/^  $1  .*  (\(.*\))$/\1/p" "$BATS_TEST_TMPDIR/sheet"; }
	[ "$(place bus)" = /sys/bus/pci/devices ]
	[ "$(place upstream)" = "the path above" ]
	[ "$(place viable)" = "drivers of its members" ]
	[ "$(place members)" = iommu_group/devices ]
	[ "$(place supported)" = "config: PCI Express capability" ]
	[ "$(place enforced)" = /sys/class/iommu/dmar0/intel-iommu/ecap ]
	[ "$(place lock)" = "/etc/viommu-check.d, /run/viommu-check" ]
	# Between slots of a paste there are only bus numbers.
	HOST=$BATS_TEST_TMPDIR/host
	make_host "$HOST"
	{
		for function in 00:01.0 01:00.0; do
			echo "$function Unassigned class [ffff]: made of a config file"
			od -Ax -tx1 -v "$HOST/sys/bus/pci/devices/0000:$function/config" |
				sed 's/^0*\([0-9a-f]\{2,\}\) /\1: /; $d'
			echo
		done
	} >"$BATS_TEST_TMPDIR/text"
	"$VC" --root "$BATS_TEST_TMPDIR/text" show 01:00.0 >"$BATS_TEST_TMPDIR/sheet"
	[ "$(place upstream)" = "0000:00:01.0: bus numbers" ]
	# Text says nothing of the IOMMU: nowhere to name.
	grep -x '  enforced         ?' "$BATS_TEST_TMPDIR/sheet"
}

@test "nothing is wider than the terminal" {
	command -v script || skip "script is not installed"
	for host in intel-server amd-desktop virtio-guest; do
		root=$srcdir/tests/hosts/$host.host
		for device in $("$VC" --root "$root" list -rno ADDRESS); do
			script -qec "stty cols 80; '$VC' --root '$root' show $device" /dev/null
		done | tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g' >"$BATS_TEST_TMPDIR/sheets"
		grep -q DevCtl "$BATS_TEST_TMPDIR/sheets"
		# A command is never broken, and a path cannot be.
		if grep -vE '^ {12}[^ ]|/' "$BATS_TEST_TMPDIR/sheets" | grep -E '^.{81}'; then
			return 1
		fi
	done
}
