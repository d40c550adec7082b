# SPDX-License-Identifier: GPL-2.0-or-later
# A host of a few files for the tests of the command line, and what they check with.
# shellcheck shell=bash

srcdir=${srcdir:-.}
VC=${VIOMMU_CHECK:-./viommu-check}

# Little-endian bytes at an offset of a file.
poke() { # FILE OFFSET HEX...
	local file=$1 at=$2 byte text=
	shift 2
	for byte; do text+="\\x$byte"; done
	# shellcheck disable=SC2059
	printf "$text" | dd of="$file" bs=1 seek=$((at)) conv=notrunc status=none
}

# A function: header, PCI Express capability at 0x40.
make_function() { # ROOT PARENT ADDRESS VENDOR DEVICE CLASS TYPE DEVCTL HEADER
	local root=$1 dir=$1/sys/devices/$2/$3 v=$4 d=$5 c=$6
	mkdir -p "$dir" "$root/sys/bus/pci/devices"
	ln -s "../../../devices/$2/$3" "$root/sys/bus/pci/devices/$3"
	echo "0x$v" >"$dir/vendor"
	echo "0x$d" >"$dir/device"
	echo "0x$c" >"$dir/class"
	printf 'PCI_CLASS=%X\nPCI_ID=%s:%s\nPCI_SLOT_NAME=%s\n' "0x$c" "${v^^}" "${d^^}" "$3" >"$dir/uevent"
	head -c 4096 /dev/zero >"$dir/config"
	poke "$dir/config" 0 "${v:2}" "${v:0:2}" "${d:2}" "${d:0:2}"
	poke "$dir/config" 6 10 00
	poke "$dir/config" 9 "${c:4}" "${c:2:2}" "${c:0:2}"
	poke "$dir/config" 0xe "$9"
	poke "$dir/config" 0x34 40
	poke "$dir/config" 0x40 10 00 "${7}2" 00
	poke "$dir/config" 0x48 "${8:2}" "${8:0:2}"
}

bind_driver() { # ROOT PARENT ADDRESS DRIVER
	mkdir -p "$1/sys/bus/pci/drivers/$4"
	ln -s "/sys/bus/pci/drivers/$4" "$1/sys/devices/$2/$3/driver"
}

join_group() { # ROOT PARENT ADDRESS GROUP
	local group=$1/sys/kernel/iommu_groups/$4
	mkdir -p "$group/devices"
	echo DMA >"$group/type"
	: >"$group/reserved_regions"
	ln -s "/sys/devices/$2/$3" "$group/devices/$3"
	ln -s "/sys/kernel/iommu_groups/$4" "$1/sys/devices/$2/$3/iommu_group"
}

# A port with a two-function card below it in one group, and one function on the root bus.
make_host() { # ROOT
	local root=$1 bus=pci0000:00 port
	port=$bus/0000:00:01.0
	make_function "$root" $bus 0000:00:01.0 1b36 000c 060400 4 0000 01
	make_function "$root" $port 0000:01:00.0 10de 2204 030000 0 0800 00
	make_function "$root" $port 0000:01:00.1 10de 1aef 040300 0 0000 00
	make_function "$root" $bus 0000:00:1f.0 8086 a30d 060100 9 0000 00
	poke "$root/sys/devices/$port/config" 0x18 00 01 01
	bind_driver "$root" $bus 0000:00:01.0 pcieport
	bind_driver "$root" $port 0000:01:00.1 snd_hda_intel
	join_group "$root" $bus 0000:00:01.0 1
	join_group "$root" $port 0000:01:00.0 10
	join_group "$root" $port 0000:01:00.1 10
	join_group "$root" $bus 0000:00:1f.0 2
	mkdir -p "$root/proc/sys/kernel" "$root/sys/class/iommu"
	echo 6.12.0 >"$root/proc/sys/kernel/osrelease"
	echo x86_64 >"$root/proc/sys/kernel/arch"
}
