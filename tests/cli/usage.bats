#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Usage errors, exit statuses, where messages go, output that cannot be written, roots that
# make no sense, and what the completions are told.

bats_require_minimum_version 1.5.0

setup() {
	. "${srcdir:-.}/tests/cli/lib.bash"
	HOST=$BATS_TEST_TMPDIR/host
	make_host "$HOST"
}

refused() { # TEXT ARGUMENTS...
	run "$VC" "${@:2}"
	[ "$status" -eq 2 ] || return 1
	[[ "$output" == *"$1"* ]] || return 1
	# On standard error, and nothing on standard output.
	[ -z "$("$VC" "${@:2}" 2>/dev/null)" ]
}

@test "help and version go to standard output and end 0" {
	run "$VC" --version
	[ "$status" -eq 0 ]
	[[ "$output" == "viommu-check "[0-9]* ]]
	for command in $("$VC" __complete -- "" | cut -f1); do
		run "$VC" "$command" --help
		[ "$status" -eq 0 ]
		[[ "$output" == "Usage: viommu-check"*"$command"* ]]
		[ -z "$("$VC" "$command" --help 2>&1 >/dev/null)" ]
	done
}

@test "usage errors end 2 with one line and a hint" {
	refused "'lst' is not a command" lst
	refused "unrecognized option" list --no-such-option
	[[ "$output" == "viommu-check: unrecognized option"* ]]
	refused "requires an argument" --root "$HOST" list --output
	refused "cannot be given together" --root "$HOST" list --json --raw
	refused "cannot be given together" --root "$HOST" list -J -o ADDRESS
	refused "--color: 'blue'" --root "$HOST" list --color=blue
	refused "no device is named" --root "$HOST" show
	refused "takes no device" --root "$HOST" host 01:00.0
}

@test "what options refuse is named, and made safe for a terminal" {
	refused "unrecognized option '--\\x1b[31mred'" list $'--\e[31mred=\e[0m'
	refused "unrecognized option '-\\x1b'" list $'-\e[31m'
	refused "unrecognized option '-y'" list -ny
	refused "unrecognized option '-y'" list --json -yn
	refused "unrecognized option '--'" list --=x
	refused "option '--output' requires an argument: LIST" list --output
	refused "option '-o' requires an argument: LIST" list -o
	refused "option '-o' requires an argument: LIST" list -nJo
	refused "option '--root' requires an argument: PATH" host --root
	refused "option '--json' takes no argument" list --json=$'\e[31m'
	refused "option '--no' is ambiguous (--noheadings, --no-sandbox)" list --no
	refused "option '--no' is ambiguous (--noheadings, --no-sandbox)" list --no=$'\e[31m'
	run "$VC" list $'--\e[31m' $'-\e'
	[[ "$output" != *$'\e'* ]]
	[ "${#lines[@]}" -eq 2 ]
}

@test "words that are no filter end 2" {
	refused "--slot: 'zz'" --root "$HOST" list -s zz
	refused "--slot: '20.0'" --root "$HOST" list -s 20.0
	refused "--slot: '0.8'" --root "$HOST" list -s 0.8
	refused "--id: '10de'" --root "$HOST" list -d 10de
	refused "--class: '03000000'" --root "$HOST" list -c 03000000
	refused "--class: '0x03'" --root "$HOST" list -c 0x03
	refused "--verdict: 'good'" --root "$HOST" list --verdict good
	refused "--arch: 'vax'" --root "$HOST" --arch vax list
	refused "--kernel: 'six'" --root "$HOST" --kernel six list
}

@test "what matches nothing ends 2 and says what" {
	refused "02:00.0: cannot find the device" --root "$HOST" list 02:00.0
	[[ "$output" == *"('viommu-check --root $HOST list' shows what there is)" ]]
	refused "group:77: cannot find the device" --root "$HOST" list group:77
	refused "ffff:ffff: cannot find the device" --root "$HOST" show 01:00.0 ffff:ffff
	refused "no device matches" --root "$HOST" list -s 0a:
}

@test "roots of nonsense end 2 with a reason" {
	refused "No such file or directory" --root "$BATS_TEST_TMPDIR/none" list
	refused "neither a directory nor a regular file" --root /dev/null list
	head -c 3000 /dev/urandom | tr -d 'a-z' >"$BATS_TEST_TMPDIR/noise"
	refused "neither a capture nor lspci text" --root "$BATS_TEST_TMPDIR/noise" list
	: >"$BATS_TEST_TMPDIR/nothing"
	refused "neither a capture nor lspci text" --root "$BATS_TEST_TMPDIR/nothing" list
	echo "# viommu-check capture 1" | gzip >"$BATS_TEST_TMPDIR/packed"
	refused "cannot read: a packed file (give what is in it)" --root "$BATS_TEST_TMPDIR/packed" list
	tar -C "$HOST" -cf "$BATS_TEST_TMPDIR/packed" sys
	refused "cannot read: a packed file (give what is in it)" --root "$BATS_TEST_TMPDIR/packed" list
	printf '\xff\xfe0\0000\000' >"$BATS_TEST_TMPDIR/wide"
	refused "cannot read: text in UTF-16 (save it as UTF-8)" --root "$BATS_TEST_TMPDIR/wide" list
	mkdir "$BATS_TEST_TMPDIR/empty"
	run "$VC" --root "$BATS_TEST_TMPDIR/empty" list
	[ "$status" -eq 0 ]
}

@test "roots without sys/ are told of, with the directory that was meant" {
	mkdir "$BATS_TEST_TMPDIR/empty"
	for root in "$BATS_TEST_TMPDIR/empty" "$HOST/.."; do
		run --separate-stderr "$VC" --root "$root" list
		[ "$status" -eq 0 ]
		[ "$stderr" = "viommu-check: warning: $root: no sys/ in it (give the directory that holds sys/)" ]
		[[ "${lines[0]}" == *"could not be read: 'viommu-check --root $root host' lists them" ]]
		[ "${#lines[@]}" -eq 1 ]
	done
	run --separate-stderr "$VC" --root "$HOST/sys" check
	[ "$status" -eq 2 ]
	[[ "$stderr" == "viommu-check: warning: $HOST/sys: no sys/ in it, it is one itself (give the directory that holds it)"* ]]
	run --separate-stderr "$VC" --root "$BATS_TEST_TMPDIR/empty" list --json
	jq -e . <<<"$output" >/dev/null
	run --separate-stderr "$VC" --root "$HOST" list
	[ -z "$stderr" ]
}

@test "a table without rows leaves no empty line, hints name the root" {
	local root="$BATS_TEST_TMPDIR/it's \$(empty)" hint
	mkdir -p "$root/sys/bus/pci/devices"
	run --separate-stderr "$VC" --root "$root" list
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$("$VC" --root "$root" list | head -c 1)" = 1 ]
	hint=${output#*: \'viommu-check }
	hint=${hint%\' lists them*}
	eval "set -- $hint"
	[ "$1" = --root ]
	[ "$2" = "$root" ]
	[ "$3" = host ]
	refused "'viommu-check --root $HOST list' lists them" --root "$HOST" show
	run "$VC" --root "$root" groups
	hint=${output#*\(\'viommu-check }
	hint=${hint%%\' says why*}
	eval "set -- $hint"
	[ "$2" = "$root" ]
	[ "$3" = host ]
	hint=${output##*, \'viommu-check }
	hint=${hint%\' what they would be*}
	eval "set -- $hint"
	[ "$2" = "$root" ]
	[ "$3 $4" = "groups --predict" ]
	[[ "$("$VC" --root "$HOST" groups)" != *"no IOMMU groups"* ]]
}

@test "a reader that goes away is no error" {
	[ -z "$( { "$VC" --root "$HOST" list -O; echo "$?" >"$BATS_TEST_TMPDIR/status"; } 2>&1 | true)" ]
	bash -o pipefail -c "'$VC' --root '$HOST' show --json 2>'$BATS_TEST_TMPDIR/err' | head -c 1" \
		>/dev/null || [ "$?" -eq 141 ]
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "output that cannot be written is an error" {
	[ -c /dev/full ] || skip "no /dev/full"
	for command in "list" "list --json" "show 01:00.0" "host" "--help"; do
		run bash -c "'$VC' --root '$HOST' $command >/dev/full"
		[ "$status" -eq 2 ]
		[[ "$output" == *"standard output: cannot write: No space left on device"* ]]
	done
}

@test "completions: commands, options, values, lists, devices" {
	complete() { "$VC" __complete -- "$@" | cut -f1 | tr '\n' ' '; }
	[[ "$(complete "")" == "list "* ]]
	[[ " $(complete "")" != *" __complete "* ]]
	[ "$(complete hos)" = "host " ]
	[ "$(complete list --nohead)" = "--noheadings " ]
	[ "$(complete list --verdict r)" = "ready " ]
	[ "$(complete list --verdict=ready,un)" = "--verdict=ready,unsuitable --verdict=ready,unknown " ]
	[ "$(complete list -o ADDRESS,VERD)" = "ADDRESS,VERDICT " ]
	[ "$(complete list -o +VERD)" = "+VERDICT " ]
	[ "$(complete --root "$HOST" show 0000:01:)" = "0000:01:00.0 0000:01:00.1 " ]
	[ "$(complete --root "$HOST" list -g 1)" = "1 10 " ]
	[ "$(complete --root="$HOST" list --driver=s)" = "--driver=snd_hda_intel " ]
	[ "$(complete list --root "")" = "@file " ]
}

@test "what writes ends 2 where it has no right to begin, and says what to do" {
	local name
	# A function that this host has: addresses are looked up first by some.
	name=$(find /sys/bus/pci/devices -name '*:*' -printf '%f\n' -quit 2>/dev/null) || true
	install -m 755 "$VC" "$BATS_TEST_TMPDIR/tool"
	chmod 755 "$BATS_TEST_TMPDIR"
	for c in "bind" "unbind" "probe --bind" "nosnoop --disable" "nosnoop --lock"; do
		if [ "$(id -u)" -eq 0 ]; then
			run setpriv --reuid 65534 --regid 65534 --clear-groups "$BATS_TEST_TMPDIR/tool" $c "${name:-0:0.0}"
		else
			run "$VC" $c "${name:-0:0.0}"
		fi
		echo "$c: $status: $output"
		[ "$status" -eq 2 ]
		[[ ! $output == *Permission* || $output == *"run as root"* ]]
	done
}

# --root "$UNSET" is a mistake, and not a question about this host.
@test "an empty root is none" {
	for option in --root= --sysroot=; do
		run --separate-stderr "$VC" "$option" list
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		[ "$stderr" = "viommu-check: --root: '' is not a path" ]
	done
	run --separate-stderr "$VC" list --root ''
	[ "$status" -eq 2 ]
}

# What a script computed to be no time at all must not become for ever.
@test "watch: no time is refused" {
	run timeout 10 "$VC" watch --for=0
	[ "$status" -eq 2 ]
	[ "$output" = "viommu-check: --for: '0' is not a number of seconds" ]
}

@test "unbind --dry-run does not promise to move what stays" {
	local link
	for link in /sys/bus/pci/devices/*/driver; do
		[[ -e $link && $(readlink "$link") != *vfio* ]] || continue
		run "$VC" unbind --dry-run "$(basename "$(dirname "$link")")"
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *"$(basename "$(readlink "$link")") -> what bind noted; without that it stays" ]]
		return 0
	done
}
