#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# capture: what identifies a machine is not in it, and the rest says the same.
#
# Theory of operation: a host that has a name, a person, addresses and serial numbers in
# every place that is read, each in some spelling. None of them may be in the capture. All
# are in it with --keep-ids.

bats_require_minimum_version 1.5.0

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
	HOST=$BATS_TEST_TMPDIR/host
	NVME=sys/devices/pci0000:16/0000:16:02.0/0000:18:00.0
}

# Names and numbers that are nobody's.
SECRETS=(gondolin GONDOLIN Gondolin elrond rivendell 192.0.2 198.51.100 2001:db8 fe80:: 5254 52:54
	00:a1 b2c3 5006016 dead4dad 0badc0de 33445566 iqn.2004 nqn.2014 eui.00 hunter2 imladris SN4711)

hostile() {
	cat "$srcdir/tests/hosts/intel-server.host"
	cat <<-'EOF'
		f proc/sys/kernel/hostname "gondolin\n"
		f proc/cmdline
		  "BOOT_IMAGE=/gondolin/vmlinuz-6.12.30-server root=/dev/mapper/gondolin--vg-root ro "
		  "resume=/dev/gondolin-vg/swap_1 md=/dev/md/gondolin:0,x a=/dev/md/GONDOLIN:1 intel_iommu=on "
		  "iommu=pt b=gondolin.rivendell.example.com:x c=Gondolin d=gondolin-7 gondolin "
		  "root=nfs:192.0.2.1:/export nfs=rivendell:/export e=https://rivendell/x f=elrond@rivendell "
		  "username=elrond user=elrond live-config.username=elrond live-config.hostname=gondolin7 "
		  "g=2001:db8::7 h=[2001:db8:0:1:2:3:4:5]:22 i=fe80::5054:ff:fe12:3456%eth0 j=198.51.100.7/24 "
		  "k=525400a1b2c3 m=5254.00a1.b2c3 n=525400fffea1b2c3 o=52-54-00-a1-b2-c3 "
		  "p=0x5006016000a1b2c3 q=52:54:00:a1:b2:c3:52:54 t=0badc0de0badc0de0badc0de0badc0de "
		  "r=/dev/disk/by-path/ip-192.0.2.7:3260-iscsi-iqn.2004-10.com.rivendell:x-lun-1 "
		  "s=iqn.2004-10.com.rivendell:elrond u=nqn.2014-08.org.nvmexpress:uuid:dead4dad w=eui.0025385b "
		  "nvme.hostnqn=nqn.2014-08:gondolin x_guid=5254:00ff nbdroot=rivendell:x fcoe=eth0:nodcb "
		  "dev.serial=SN4711 pw=x password=hunter2 usbhid.quirks=0x1234:0x5678:0x4 console=ttyS0\n"
		f proc/swaps
		  "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		  "/dev/mapper/gondolin--vg-swap_1         partition\t999420\t\t0\t\t-2\n"
		  "/home/elrond/swap                       file\t\t999420\t\t0\t\t-3\n"
		l proc/self -> 77
		f proc/77/mountinfo
		  "26 1 0:40 /@gondolin / rw,relatime shared:1 - btrfs /dev/mapper/gondolin--vg-root rw,subvol=/@gondolin\n"
		  "27 26 0:41 / /home/elrond rw - btrfs /dev/mapper/gondolin--vg-home rw\n"
		  "28 26 0:42 / /srv/gondolin/x rw - btrfs /dev/gondolin-vg/data rw\n"
		  "29 26 0:43 / /mnt rw - overlay /dev/x rw,lowerdir=/var/elrond,addr=192.0.2.9\n"
		  "30 26 0:44 / /run/media/elrond/imladris rw - ext4 /dev/sdz1 rw\n"
		f etc/modprobe.d/a.conf
		  "# elrond, ticket SN4711\n"
		  "options snd id=gondolin\n"
		  "install vfio /home/elrond/x\n"
		  "options iommufd allow_unsafe_interrupts=1 x=gondolin y=elrond@rivendell # for elrond\n"
		f etc/viommu-check.d/x.conf
		  "# elrond, ticket SN4711\n"
		  "path=pci0000:16/02.0/00.0\n"
		  " # of gondolin\n"
		  "nonsense"
		l sys/class/net/docker0 -> ../../devices/virtual/net/docker0
		l sys/class/net/gondolin-br -> ../../devices/virtual/net/gondolin-br
		l sys/class/net/eth0 -> ../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/MSFT1000:00/525400a1-b2c3-5254-00a1-b2c3525400a1/net/eth0
		l sys/class/net/enx525400a1b2c3 -> ../../devices/pci0000:16/0000:16:00.0/0000:17:00.0/net/enx525400a1b2c3
	EOF
	for disk in 0:root 1:swap_1 2:home 3:data; do
		local dm="sys/devices/virtual/block/dm-${disk%:*}"
		cat <<-EOF
			l sys/class/block/dm-${disk%:*} -> ../../devices/virtual/block/dm-${disk%:*}
			f $dm/dev "253:${disk%:*}\n"
			f $dm/dm/name "gondolin--vg-${disk#*:}\n"
			d $dm/holders
			l sys/class/block/nvme${disk%:*}n1 -> ../../devices/pci0000:16/0000:16:02.0/0000:18:00.0/nvme/nvme0/nvme${disk%:*}n1
			f $NVME/nvme/nvme0/nvme${disk%:*}n1/dev "259:${disk%:*}\n"
			l $NVME/nvme/nvme0/nvme${disk%:*}n1/holders/dm-${disk%:*} -> ../../../../../../../virtual/block/dm-${disk%:*}
		EOF
	done
}

@test "nothing that names the machine, its people or its parts is in a capture" {
	local word
	hostile >"$HOST"
	"$VC" --root "$HOST" capture >"$BATS_TEST_TMPDIR/capture"
	for word in "${SECRETS[@]}"; do
		run ! grep -n -F -e "$word" "$BATS_TEST_TMPDIR/capture"
	done
	# What rules read of the command line, and what is no name, stays.
	for word in intel_iommu=on iommu=pt usbhid.quirks=0x1234:0x5678:0x4 console=ttyS0 ro \
		"options iommufd allow_unsafe_interrupts=1"; do
		grep -q -F -e "$word" "$BATS_TEST_TMPDIR/capture"
	done
	grep -q -F 'path=pci0000:16/02.0/00.0' "$BATS_TEST_TMPDIR/capture"
	for root in "$HOST" "$BATS_TEST_TMPDIR/capture"; do
		"$VC" --root "$root" host --json | jq -c '.problems[] | select(.path | test("viommu-check.d"))'
	done | uniq | wc -l | grep -qx 1
	"$VC" --root "$BATS_TEST_TMPDIR/capture" capture | cmp - "$BATS_TEST_TMPDIR/capture"
	"$VC" --root "$HOST" capture --keep-ids >"$BATS_TEST_TMPDIR/kept"
	for word in gondolin--vg-root /home/elrond hostname enx525400a1b2c3 2001:db8::7; do
		grep -q -F -e "$word" "$BATS_TEST_TMPDIR/kept"
	done
}

@test "disks with other names are used for the same" {
	hostile >"$HOST"
	"$VC" --root "$HOST" capture >"$BATS_TEST_TMPDIR/capture"
	for root in "$HOST" "$BATS_TEST_TMPDIR/capture"; do
		run "$VC" --root "$root" list --json
		# Mounts of btrfs and swaps are found by the name of the disk alone.
		jq -c '[.devices[] | .. | strings | select(test("mounted at|swap on|dm-"))]' <<<"$output" |
			sed 's/elrond/redacted/g' >"$root.uses"
	done
	cat "$HOST.uses"
	grep -q "mounted at /[^h]" "$HOST.uses"
	grep -q "swap on dm-1" "$HOST.uses"
	grep -q "mounted at /home/redacted" "$HOST.uses"
	cmp "$HOST.uses" "$BATS_TEST_TMPDIR/capture.uses"
}

@test "a host that is called dev, or local" {
	for name in dev local; do
		{ cat "$srcdir/tests/hosts/intel-server.host"; cat <<-EOF; } >"$HOST"
			f proc/sys/kernel/hostname "$name\n"
			f proc/cmdline "root=/dev/sda2 foo=$name intel_iommu=on\n"
		EOF
		run -0 "$VC" --root "$HOST" capture
		[[ "$output" == *"root=/dev/sda2 foo=redacted intel_iommu=on"* ]]
	done
}

@test "a device tree blob and AML keep no serial numbers and addresses" {
	command -v dtc || skip "dtc is not installed"
	local tables=$HOST/sys/firmware/acpi/tables
	mkdir -p "$HOST/sys/firmware" "$HOST/sys/bus/pci/devices"
	dtc -q -I dts -O dtb -o "$HOST/sys/firmware/fdt" - <<-'EOF'
		/dts-v1/;
		/ { compatible = "x,board"; serial-number = "SN4711"; #address-cells = <1>; #size-cells = <1>;
		chosen { bootargs = "root=UUID=gondolin"; rng-seed = [0b ad c0 de]; };
		ethernet@1000 { reg = <0x1000 0x100>; local-mac-address = [52 54 00 a1 b2 c3]; dma-coherent; }; };
	EOF
	"$VC" --root "$HOST" capture >"$BATS_TEST_TMPDIR/capture"
	run ! grep -a -i -e "53 4e 34 37" -e "67 6f 6e 64 6f" -e "52 54 00 a1" -e "0b ad c0 de" "$BATS_TEST_TMPDIR/capture"
	run grep -c "sys/firmware/fdt" "$BATS_TEST_TMPDIR/capture"
	[ "$output" = 1 ]
	for root in "$HOST" "$BATS_TEST_TMPDIR/capture"; do
		"$VC" --root "$root" host --json | sed '/"source"/d' >"$root.json"
	done
	cmp "$HOST.json" "$BATS_TEST_TMPDIR/capture.json"

	rm "$HOST/sys/firmware/fdt"
	mkdir -p "$tables"
	python3 - "$tables/DSDT" <<-'EOF'
		import sys
		body = b"\x08AMAC\x11\x1a\x0a\x17_AUXMAC_#525400A1B2C3#\0"
		table = bytearray(b"DSDT" + (36 + len(body)).to_bytes(4, "little") + b"\2\0TEST  LARGE   " + bytes(4) +
		                  b"TEST" + bytes(4) + body)
		table[9] = -sum(table) & 255
		open(sys.argv[1], "wb").write(table)
	EOF
	"$VC" --root "$HOST" capture >"$BATS_TEST_TMPDIR/capture"
	"$VC" --root "$HOST" capture --keep-ids >"$BATS_TEST_TMPDIR/kept"
	# "525400A1B2C3" is on two lines of the dump
	grep -q -e "35 32 35 34" "$BATS_TEST_TMPDIR/kept"
	run ! grep -e "35 32 35 34" -e "42 32 43 33" "$BATS_TEST_TMPDIR/capture"
	for root in "$HOST" "$BATS_TEST_TMPDIR/capture"; do
		"$VC" --root "$root" host --json | sed '/"source"/d' >"$root.json"
	done
	run ! grep -i checksum "$HOST.json"
	cmp "$HOST.json" "$BATS_TEST_TMPDIR/capture.json"
}
