#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `list`, `show` and `host` for people: order, columns, filters, tree, colour, and foreign
# text that must not reach a terminal as it is.

bats_require_minimum_version 1.5.0

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
	HOST=$BATS_TEST_TMPDIR/host
	make_host "$HOST"
	unset NO_COLOR
	export LC_ALL=C
}

addresses() {
	"$VC" --root "$HOST" list -no ADDRESS "$@" | tr -d ' ' | tr '\n' ' '
}

@test "groups cuts and breaks for a terminal, and for nothing else" {
	command -v script || skip "script is not installed"
	local host=$srcdir/tests/hosts/intel-server.host
	"$VC" --root "$host" groups >"$BATS_TEST_TMPDIR/piped"
	script -qec "stty cols 60; '$VC' --root '$host' groups" /dev/null | tr -d '\r' >"$BATS_TEST_TMPDIR/narrow"
	script -qec "stty cols 400; '$VC' --root '$host' groups" /dev/null | tr -d '\r' >"$BATS_TEST_TMPDIR/wide"
	cmp "$BATS_TEST_TMPDIR/piped" "$BATS_TEST_TMPDIR/wide"
	[ "$(LC_ALL=C.UTF-8 wc -L <"$BATS_TEST_TMPDIR/narrow")" -le 60 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/narrow")" -gt "$(wc -l <"$BATS_TEST_TMPDIR/piped")" ]
}

@test "devices stand by group, and groups by number" {
	[ "$(addresses)" = "0000:00:01.0 0000:00:1f.0 0000:01:00.0 0000:01:00.1 " ]
}

@test "list is the default command, with options before and behind" {
	"$VC" --root "$HOST" >"$BATS_TEST_TMPDIR/a"
	"$VC" list --root "$HOST" >"$BATS_TEST_TMPDIR/b"
	"$VC" --sysroot="$HOST" list >"$BATS_TEST_TMPDIR/c"
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
	run "$VC" -o ADDRESS --root "$HOST"
	[ "${lines[0]// /}" = ADDRESS ]
}

@test "filters: words within one widen, options narrow" {
	[ "$(addresses -s 01:00.0,1f.0)" = "0000:00:1f.0 0000:01:00.0 " ]
	[ "$(addresses -s 01:)" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses -s .1)" = "0000:01:00.1 " ]
	[ "$(addresses -s '*:00.*')" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses -d 10de:)" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses -d :a30d)" = "0000:00:1f.0 " ]
	[ "$(addresses -d ::0300)" = "0000:01:00.0 " ]
	[ "$(addresses -g 10 -c 03)" = "0000:01:00.0 " ]
	[ "$(addresses -c 03,04)" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses --driver none -g 10)" = "0000:01:00.0 " ]
	[ "$(addresses --driver snd_hda_intel,pcieport)" = "0000:00:01.0 0000:01:00.1 " ]
	[ "$(addresses --verdict ready,conditional,unsuitable,unknown)" = "$(addresses)" ]
}

@test "filters: an option that is given again widens too" {
	[ "$(addresses -g 1 -g 2)" = "0000:00:01.0 0000:00:1f.0 " ]
	[ "$(addresses -g 1 --group=2,10 -g 11)" = "$(addresses)" ]
	[ "$(addresses -d 1b36: -d :a30d)" = "0000:00:01.0 0000:00:1f.0 " ]
	[ "$(addresses -s 1f.0 -s 01:)" = "0000:00:1f.0 0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses -c 03 -c 04)" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses --driver none --driver pcieport -s 01.0 -s 1f.0)" = "0000:00:01.0 0000:00:1f.0 " ]
	[ "$(addresses --verdict ready --verdict conditional --verdict unsuitable,unknown)" = "$(addresses)" ]
	run "$VC" --root "$HOST" list -g 1 -d nonsense -d 10de:
	[ "$status" -eq 2 ]
	[[ "$output" == *"--id: 'nonsense'"* ]]
}

@test "-d: 'x' is any digit of the class, as with lspci" {
	[ "$(addresses -d ::06xx)" = "0000:00:01.0 0000:00:1f.0 " ]
	[ "$(addresses -d ::0XX0)" = "0000:01:00.0 " ]
	[ "$(addresses -d ::xxxx)" = "$(addresses)" ]
	[ "$(addresses -d ::6x4)" = "0000:00:01.0 " ]
	[ "$(addresses -d ::06xx:00)" = "0000:00:01.0 0000:00:1f.0 " ]
	for word in ::06xx:xx xxxx: :2xxx ::06* ::xxxxx ::10604 ::x0604; do
		run "$VC" --root "$HOST" list -d "$word"
		[ "$status" -eq 2 ]
		[[ "$output" == *"--id: '$word' is not"* ]]
	done
	run "$VC" --root "$HOST" list -d ::06x # four digits, the first of them 0
	[[ "$output" == *"no device matches"* ]]
	command -v lspci || skip "lspci is not installed"
	for f in 00:01.0 00:1f.0 01:00.0 01:00.1; do
		echo "$f Device"
		od -An -v -tx1 -w16 "$HOST/sys/bus/pci/devices/0000:$f/config" | head -16 |
			awk '{ printf "%x0:%s\n", NR - 1, $0 }'
		echo
	done >"$BATS_TEST_TMPDIR/dump"
	lspci -F "$BATS_TEST_TMPDIR/dump" -d ::06xx >/dev/null || skip "lspci before 3.9"
	for word in ::06xx ::0XX0 ::xxxx ::6x4 ::x ::0x00 ::X3xX ::0604 ::00604 ::xx04:00 10de: :; do
		want=$(lspci -D -F "$BATS_TEST_TMPDIR/dump" -d "$word" | cut -d' ' -f1 | tr '\n' ' ')
		echo "$word: $want"
		[ "$(addresses -d "$word" 2>/dev/null)" = "$want" ]
	done
}

@test "devices by address, ids and group" {
	[ "$(addresses 01:00.0)" = "0000:01:00.0 " ]
	[ "$(addresses 10de:2204 0000:00:1f.0)" = "0000:00:1f.0 0000:01:00.0 " ]
	[ "$(addresses group:10)" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(addresses group:10 -s .1)" = "0000:01:00.1 " ]
}

@test "columns: chosen, added, all, listed, unknown" {
	run "$VC" --root "$HOST" list -o address,verdict
	[ "$(echo ${lines[0]})" = "ADDRESS VERDICT" ]
	run "$VC" --root "$HOST" list -o +ID
	[[ "${lines[0]}" == ADDRESS*WHY*ID* ]]
	all=$("$VC" --root "$HOST" list -O | head -1 | wc -w)
	[ "$all" -eq "$("$VC" list --list-columns | wc -l)" ]
	run "$VC" --root "$HOST" list -o ADDRESS,COLOUR
	[ "$status" -eq 2 ]
	[[ "$output" == *"--output: 'COLOUR' is not a column"* ]]
}

@test "raw output has the same number of words in every line" {
	[ "$("$VC" --root "$HOST" list -rO | awk '{ print NF }' | sort -u | wc -l)" -eq 1 ]
}

@test "the default table fits into 80 columns, the sheet of a device too" {
	command -v script || skip "script is not installed"
	script -qec "stty cols 80; '$VC' --root '$HOST' list; '$VC' --root '$HOST' show 01:00.0" /dev/null |
		sed 's/\x1b\[[0-9;]*m//g' | tr -d '\r' >"$BATS_TEST_TMPDIR/out"
	grep -q VERDICT "$BATS_TEST_TMPDIR/out"
	! grep -v '^  *\(read in\|viommu-check\|echo\)' "$BATS_TEST_TMPDIR/out" | grep -nE '^.{81}'
}

# Long drivers' names, long addresses, long ids of checks: nothing is cut off.
@test "on a terminal the default table loses no character, whatever its width" {
	command -v script || skip "script is not installed"
	export NO_COLOR=1
	narrow=ADDRESS,GROUP,DRIVER,VERDICT,WHY
	usual=ADDRESS,GROUP,DRIVER,COHERENT,NOSNOOP,VERDICT,WHY
	for host in "$srcdir"/tests/hosts/*.host; do
		for width in "60 $narrow" "80 $usual" "90 ${usual/COHERENT/RESET,COHERENT}"; do
			script -qec "stty cols ${width% *}; '$VC' --root '$host' list" /dev/null |
				tr -d '\r' | sed '/^$/,$d' >"$BATS_TEST_TMPDIR/shown"
			[ -z "$(grep -nE "^.{$((${width% *} + 1))}" "$BATS_TEST_TMPDIR/shown")" ]
			"$VC" --root "$host" list -r -o "${width#* }" >"$BATS_TEST_TMPDIR/whole"
			diff <(tr -d ' \n' <"$BATS_TEST_TMPDIR/shown") \
				<(sed 's/\\x20//g' "$BATS_TEST_TMPDIR/whole" | tr -d ' \n')
		done
	done
}

@test "neither does the table of nosnoop" {
	command -v script || skip "script is not installed"
	export NO_COLOR=1
	for host in "$srcdir"/tests/hosts/*.host; do
		"$VC" --root "$host" nosnoop -r 2>&1 | sed 's/\(yes\):[^ ]*/\1/; s/\\x20/ /g' |
			sed 's/ clear it: .*/ clear it/; s/ none now; .*/ lock it/; s/ \(none\|unknown\): .*/ \1/' \
				>"$BATS_TEST_TMPDIR/whole"
		script -qec "stty cols 80; '$VC' --root '$host' nosnoop" /dev/null | tr -d '\r' |
			sed 's/  */ /g; s/ $//' >"$BATS_TEST_TMPDIR/shown"
		diff "$BATS_TEST_TMPDIR/whole" "$BATS_TEST_TMPDIR/shown"
	done
}

@test "tree: every hop, in ASCII and in UTF-8" {
	run "$VC" --root "$HOST" list --tree --ascii
	[ "$status" -eq 0 ]
	[[ "$output" == *"domain 0000"*"pci0000:00"*"0000:00:01.0"*"|-0000:01:00.0"*"\`-0000:01:00.1"*"\`-0000:00:1f.0"* ]]
	run "$VC" --root "$HOST" list --tree 01:00.1
	[[ "$output" == *0000:00:01.0*0000:01:00.1* ]]
	[[ "$output" != *01:00.0* ]]
	LC_ALL=C.UTF-8 run "$VC" --root "$HOST" list --tree
	[[ "$output" == *"└─0000:01:00.1"* ]]
}

@test "colour: on a terminal only, or when asked for, and not with NO_COLOR" {
	esc=$'\033'
	run "$VC" --root "$HOST" list
	[[ "$output" != *"$esc"* ]]
	run "$VC" --root "$HOST" --color=always list
	[[ "$output" == *"$esc["* ]]
	command -v script || skip "script is not installed"
	run script -qec "'$VC' --root '$HOST' list" /dev/null
	[[ "$output" == *"$esc["* ]]
	NO_COLOR=1 run script -qec "'$VC' --root '$HOST' list" /dev/null
	[[ "$output" != *"$esc["* ]]
}

# What steers: bytes below a blank but for newline and tab, DEL, C1, bidirectional controls, line
# separators, and what is not UTF-8.
is_tame() { # FILE
	iconv -f UTF-8 -t UTF-8 "$1" >"$1.utf8"
	if LC_ALL=C grep -naP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf' \
		"$1" >"$1.steers"; then
		head -20 "$1.steers" | cat -v
		return 1
	fi
}

# Each command that reads, as text and in each format.
say_all() { # ROOT
	local command words address
	for command in "list" "list -rO" "list -T" "list -O" "check" "host" "groups" "groups --predict" \
		"nosnoop --all" "nosnoop -r --all" "export -f prometheus" "export -f nfd" "export -f dot" \
		"capture -o -"; do
		echo "== $command"
		read -ra words <<<"$command"
		"$VC" --root "$1" "${words[@]}" || true
	done
	echo "== show"
	mapfile -d '' -t address < <("$VC" --root "$1" list --json | jq -j '.devices[].address | . + "\u0000"')
	[ "${#address[@]}" -eq 0 ] || "$VC" --root "$1" show -- "${address[@]}" || true
	echo "== explain"
	"$VC" --root "$1" explain group.viable 0a:00.0 17:00.0 01:00.0 || true
	for words in --driver= --group= "01"; do
		"$VC" --root "$1" __complete -- show --root "$1" "$words" || true
	done
}

@test "foreign text cannot steer the terminal" {
	bind_driver "$HOST" pci0000:00/0000:00:01.0 0000:01:00.0 $'evil\033[2J\nname'
	for command in "list" "list -r" "list -T" "show 01:00.0"; do
		run "$VC" --root "$HOST" $command
		[ "$status" -eq 0 ]
		[[ "$output" == *'evil'*'x1b[2J'*'x0aname'* ]]
		[[ "$output" != *$'\033'* ]]
	done
	names='cmdline|osrelease|/path$|uevent$|parameters/|reset_method|power_state|driver_override|interrupts|compatible'
	for kind in names addresses errors bytes "$names" '/(name|type|features|address|arch|lockdown)$|iomem|resource'; do
		for host in "$srcdir"/tests/hosts/*.host; do
			"$srcdir/tests/cli/plant" "$kind" <"$host" >"$BATS_TEST_TMPDIR/planted"
			# In the locale C libsmartcols spells out more than this tool does
			LC_ALL=C.UTF-8 say_all "$BATS_TEST_TMPDIR/planted" >"$BATS_TEST_TMPDIR/said" 2>&1
			echo "$kind in ${host##*/}:"
			is_tame "$BATS_TEST_TMPDIR/said"
		done
		[ "$kind" = bytes ] || grep -q 'x1b\[2J' "$BATS_TEST_TMPDIR/said"
	done
}

@test "neither can the name of a file, a word that was typed, or lspci text" {
	evil=$BATS_TEST_TMPDIR/$'evil\033[2J\r\n\302\233\342\200\256'
	printf '%s\n' '01:00.0 VGA compatible controller [0300]: Maker Card [10de:2204] (rev a1)' \
		$'\tControl: I/O+\e[2J Mem+\e[2J' $'\tIOMMU group: 1\e[2J\302\233' \
		$'\tKernel driver in use: e\e[2J\342\200\256\377' >"$evil"
	say_all "$evil" >"$BATS_TEST_TMPDIR/said" 2>&1
	is_tame "$BATS_TEST_TMPDIR/said"
	: >"$evil.2"
	word=$'evil\033[2J\r\n\177\302\233\342\200\256\377'
	{
		"$VC" --root "$HOST" explain "$word: error, group 1 is not viable" 01:00.0 "$word" || true
		"$VC" --root "$HOST" explain group.viable group:"1$word" || true
		for option in "" -d -g -s -c -o --driver --verdict --kernel --arch --color; do
			"$VC" --root "$HOST" list $option "$word" || true
		done
		"$VC" --root "$HOST" "$word" || true
		"$VC" --root "$HOST" export -f "$word" || true
		"$VC" --root "$evil.2" list || true
		"$VC" --root "$evil.3" list || true
		"$VC" host --table "$evil.2" || true
		"$VC" --root "$HOST" export -f nfd -o "$evil.4/x" || true
		"$VC" --root "$HOST" capture -o "$evil.4/x" || true
	} >"$BATS_TEST_TMPDIR/said" 2>&1
	grep -q 'x1b\[2J' "$BATS_TEST_TMPDIR/said"
	is_tame "$BATS_TEST_TMPDIR/said"
}

@test "no groups: says so under the table, and not with -n or -r" {
	rm -r "$HOST/sys/kernel/iommu_groups" "$HOST"/sys/devices/pci0000:00/*/iommu_group \
		"$HOST"/sys/devices/pci0000:00/*/*/iommu_group
	"$VC" --root "$HOST" list
	[ "$("$VC" --root "$HOST" list -n | wc -l)" -eq 4 ]
	[ "$("$VC" --root "$HOST" list -r | wc -l)" -eq 5 ]
	run "$VC" --root "$HOST" list group:10
	[ "$status" -eq 2 ]
	[[ "$output" == *"no IOMMU groups"* ]]
}

@test "show: values with their source" {
	run "$VC" --root "$HOST" show 01:00.0
	[ "$status" -eq 0 ]
	[[ "$output" == "0000:01:00.0"* ]]
	[[ "$output" == *"10de:2204  (vendor, device)"* ]]
	[[ "$output" == *"yes  (config+0x48: Device Control bit 11)"* ]]
	[[ "$output" == *"0000:01:00.1 snd_hda_intel"* ]]
}

@test "host: sections" {
	run "$VC" --root "$HOST" host
	[ "$status" -eq 0 ]
	[[ "$output" == *Checks*Host*6.12.0*VFIO*Firmware*"IOMMU units"* ]]
}

@test "a revision that was not read is unknown, not 00" {
	"$VC" --root "$HOST" show 01:00.0 | grep -q 'class .*030000, revision 00'
	: >"$HOST/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/config"
	"$VC" --root "$HOST" show 01:00.0 | grep -q 'class .*030000, revision unknown'
	echo 0xa1 >"$HOST/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/revision"
	"$VC" --root "$HOST" show 01:00.0 | grep -q 'class .*030000, revision a1'
}

@test "below the table: locks of functions that are not here" {
	mkdir -p "$HOST/etc/viommu-check.d"
	printf '%s\n' path=pci0000:00/1c.4/00.0 vendor=10de device=2204 nosnoop=persistent \
		>"$HOST/etc/viommu-check.d/gone.conf"
	run "$VC" --root "$HOST" list
	[[ "$output" == *"1 locked function is not here: 'viommu-check --root $HOST nosnoop' shows it"* ]]
	run "$VC" --root "$HOST" nosnoop
	[[ "$output" == *"pci0000:00/1c.4/00.0 [10de:2204]: locked (persistent), and not here"* ]]
	run "$VC" --root "$HOST" list -r
	[[ "$output" != *"not here"* ]]
}

@test "filters on a class of which the last byte is not known" {
	printf '%s\n' '01:00.0 VGA compatible controller [0300]: Maker Card [10de:2204] (rev a1)' \
		'02:00.0 0108: 144d:a808' >"$BATS_TEST_TMPDIR/nn"
	listed() { "$VC" --root "$BATS_TEST_TMPDIR/nn" list -n -o ADDRESS,ID,CLASS "$@"; }
	[ "$(listed -d 10de:2204)" = "0000:01:00.0 10de:2204 0300??" ]
	[ "$(listed -d ::0108)" = "0000:02:00.0 144d:a808 0108??" ]
	[ "$(listed -c 03)" = "0000:01:00.0 10de:2204 0300??" ]
	[ -z "$(listed -c 030000)" ]
	[ -z "$(listed -d ::0108:02)" ]
}

# In a container without /sys, or a copy that lacks the half of it.
@test "what could not be read is not said to be absent" {
	mkdir -p "$BATS_TEST_TMPDIR/part/proc/sys/kernel" "$BATS_TEST_TMPDIR/part/sys/devices"
	run --separate-stderr "$VC" --root "$BATS_TEST_TMPDIR/part" groups
	echo "$output / $stderr"
	[[ "$output" == "IOMMU groups could not be read ("*" host' says why, "* ]]
	run --separate-stderr "$VC" --root "$BATS_TEST_TMPDIR/part" nosnoop
	echo "$output / $stderr"
	[ -z "$output" ]
	[[ "$stderr" == *"PCI functions could not be read, so it is not known which of them have the bit" ]]
}
