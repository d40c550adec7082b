// SPDX-License-Identifier: GPL-2.0-or-later
/* The text form of a tree: what is written is read back the same, damaged lines cost
 * what they said and no more, no path leaves the root, and time is in proportion to
 * the text. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "source/capture.h"
#include "source/root.h"

#define MAGIC VCK_CAPTURE_MAGIC "\n"

static struct vck_memtree *parse(const char *text, size_t skipped, size_t line)
{
	struct vck_memtree *t = vck_memtree_new();
	struct vck_text_notes notes;

	assert_non_null(t);
	assert_int_equal(vck_capture_parse(text, strlen(text), t, &notes), 0);
	assert_int_equal(notes.skipped, skipped);
	assert_int_equal(notes.line, line);
	return t;
}

static void assert_formats(struct vck_memtree *t, const char *text)
{
	cleanup_buf struct vck_buf b = {0};

	vck_capture_format(t, &b);
	assert_string_equal(vck_buf_str(&b), text);
}

/* Text that the writer writes, so that reading and writing it changes nothing. */
static void test_round_trip(void **state)
{
	static const char text[] = MAGIC
		"d proc/empty\n"
		"f proc/sys/kernel/osrelease \"6.12.0\\n\"\n"
		"f proc/two\n"
		"  \"one \\\"line\\\"\\n\"\n"
		"  \"\\tand another, caf\xc3\xa9\"\n"
		"l sys/bus/pci/devices/0000:00:01.0 -> ../../../devices/pci0000:00/0000:00:01.0\n"
		"f sys/compatible \"arm,smmu-v3\\0arm,smmu\\0\"\n"
		"x sys/config 256\n"
		"  0: 86 80 72 15\n"
		"  10+60: 00\n"
		"  70: 01 02\n"
		"f sys/empty \"\"\n"
		"f \"sys/with blank\" \"x\"\n"
		"u sys/not-read\n"
		"e sys/refused EACCES\n";
	struct vck_memtree *t = parse(text, 0, 0);
	cleanup_buf struct vck_buf b = {0};

	(void)state;
	vck_capture_format(t, &b);
	vck_memtree_free(t);
	t = parse(vck_buf_str(&b), 0, 0);
	assert_formats(t, vck_buf_str(&b));
	assert_non_null(strstr(vck_buf_str(&b), "\nf \"sys/with blank\" \"x\"\n"));
	assert_non_null(strstr(vck_buf_str(&b),
			       "f sys/compatible \"arm,smmu-v3\\0arm,smmu\\0\"\n"));
	assert_non_null(strstr(vck_buf_str(&b),
			       "x sys/config 256\n  0: 86 80 72 15\n  10+60: 00\n"));
	vck_memtree_free(t);
}

/* However the pieces of a file came, its text is the same. */
static void test_pieces(void **state)
{
	struct vck_memtree *t = parse(MAGIC "x sys/config 25\n"
					    "  1: 86 80 12 56\n"
					    "  0: 86 80 10 a1 07 04 10 00\n"
					    "  14: 05\n  12: 03 04\n  10: 01 02\n"
					    "x proc/cmdline 4\n  2: 63 0a\n  0: 61 62\n",
				      0, 0);

	(void)state;
	assert_formats(t, MAGIC "f proc/cmdline \"abc\\n\"\n"
				"x sys/config 25\n"
				"  0: 86 80 10 a1 07 04 10 00\n"
				"  10: 01 02 03 04 05\n");
	vck_memtree_free(t);
}

/* As many repeated bytes as a reader takes stand as such, what is above that in full. */
static void test_fill_budget(void **state)
{
	cleanup_buf struct vck_buf text = {0}, want = {0};
	struct vck_memtree *t;
	unsigned half = VCK_CAPTURE_FILL_MAX / 2;

	(void)state;
	vck_buf_addf(&text, MAGIC "x a %u\n  0+%x: 00\n", half, half);
	vck_buf_addf(&text, "x b %u\n  0+%x: 01\n", half, half - 64);
	vck_buf_adds(&text, "x c 128\n");
	for (unsigned off = 0; off < 128; off += 16)
		vck_buf_addf(&text, "  %x: 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02\n",
			     off);
	t = parse(vck_buf_str(&text), 0, 0);
	vck_buf_addf(&want, MAGIC "x a %u\n  0+%x: 00\n", half, half);
	vck_buf_addf(&want, "x b %u\n  0+%x: 01\n", half, half - 64);
	vck_buf_adds(&want, "x c 128\n  0+40: 02\n");
	for (unsigned off = 64; off < 128; off += 16)
		vck_buf_addf(&want, "  %x: 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02 02\n",
			     off);
	assert_formats(t, vck_buf_str(&want));
	vck_memtree_free(t);
	vck_memtree_free(parse(vck_buf_str(&want), 0, 0));
}

/* Each of these lines is skipped, and nothing but it. */
static void test_damaged_lines(void **state)
{
	static const char *const lines[] = {
		"f ../etc/passwd \"x\"",
		"f /etc/passwd \"x\"",
		"f a/../b \"x\"",
		"f a//b \"x\"",
		"f a/ \"x\"",
		"f . \"x\"",
		"f \"a\\0b\" \"x\"",
		"f \"\" \"x\"",
		"f a \"x",
		"f a \"\\q\"",
		"f a \"\\x1\"",
		"f a \"x\" y",
		"f a x",
		"f",
		"z a",
		"d",
		"d a b",
		"l a",
		"l a ->",
		"l a -> b c",
		"l a - b",
		"e a",
		"e a ENOTANERROR",
		"e a EACCES x",
		"x a 268435457",
		"x a -1",
		"x a 0x10",
		"u a b",
		"- a b",
		"  stray",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		cleanup_buf struct vck_buf b = {0};
		struct vck_memtree *t;
		struct vck_mem_node *n;

		vck_buf_addf(&b, MAGIC "f first \"1\"\n%s\nf last \"2\"\n", lines[i]);
		t = parse(vck_buf_str(&b), 1, 3);
		assert_int_equal(vck_memtree_lookup(t, NULL, "first", true, &n), 0);
		assert_int_equal(vck_memtree_lookup(t, NULL, "last", true, &n), 0);
		assert_int_equal(vck_memtree_root(t)->n_children <= 3, 1);
		vck_memtree_free(t);
	}
}

/* What a damaged line is about is there and not known: it is not absent. */
static void test_damaged_is_not_absent(void **state)
{
	struct vck_memtree *t = parse(
		MAGIC "f a/b \"x\nf c\n  \"1\\n\"\n  2\n  \"3\\n\"\nl d ->\n", 4, 2);
	static const char *const names[] = {"a/b", "c", "d"};
	struct vck_mem_node *n = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(vck_memtree_lookup(t, NULL, names[i], true, &n), 0);
		assert_int_equal(n->type, VCK_MEM_ERROR);
		assert_int_equal(n->err, ENODATA);
	}
	vck_memtree_free(t);
}

static void test_hex(void **state)
{
	struct vck_memtree *t =
		parse(MAGIC "x c 256\r\n  0: 00 01 02 03\r\n  4: 0405\n  zz: 00\n"
			    "  10: 1\n  20: 2g\n  80+8: aa bb\n  fffffff0: 00\n"
			    "  0+ffffffff: 00\n",
		      5, 5);
	struct vck_mem_node *n = NULL;
	uint8_t b[16];

	(void)state;
	assert_int_equal(vck_memtree_lookup(t, NULL, "c", true, &n), 0);
	assert_int_equal(n->size, 256);
	assert_int_equal(vck_mem_pread(n, b, 16, 0), 6);
	assert_memory_equal(b, ((uint8_t[]){0, 1, 2, 3, 4, 5}), 6);
	assert_int_equal(vck_mem_pread(n, b, 16, 6), -ENODATA);
	assert_int_equal(vck_mem_pread(n, b, 16, 0x81), 7);
	assert_int_equal(b[0], 0xbb);
	assert_int_equal(b[6], 0xbb);
	assert_int_equal(vck_mem_pread(n, b, 16, 256), 0);
	vck_memtree_free(t);
}

/* An overlay is text behind text: it replaces, patches and removes. */
static void test_overlay(void **state)
{
	struct vck_memtree *t = parse(
		MAGIC
		"f a/gone \"x\"\nf a/kept \"x\"\nx c 4\n  0: 11 22 33 44\nf e \"x\"\n" MAGIC
		"- a/gone\n- never/there\nx c\n  2: ff\ne e EACCES\nd a/kept\n",
		0, 0);

	(void)state;
	assert_formats(t, MAGIC "d a/kept\nx c 4\n  0: 11 22 ff 44\ne e EACCES\n");
	vck_memtree_free(t);
}

static void test_versions(void **state)
{
	struct vck_memtree *t = vck_memtree_new();
	struct vck_text_notes notes;

	(void)state;
	assert_true(vck_capture_is("# viommu-check capture 2\n", 25));
	assert_int_equal(vck_capture_parse("# viommu-check capture 2\n", 25, t, &notes),
			 -EPROTO);
	assert_int_equal(vck_capture_parse("# viommu-check capture 10\n", 26, t, &notes),
			 -EPROTO);
	assert_int_equal(vck_capture_parse("# viommu-check capture 1\r\n", 26, t, &notes),
			 0);
	assert_false(vck_capture_is("00:00.0 Host bridge\n", 20));
	vck_memtree_free(t);
}

/* What identifies a machine goes, what the rules need stays, and nothing looks absent. */
static void test_scrub(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"root=UUID=0f9d2b4e-1111-2222-3333-444455556666 ro intel_iommu=on",
		 "root=UUID=redacted ro intel_iommu=on"},
		{"BOOT_IMAGE=/vmlinuz-6.12.0-1-amd64 root=/dev/nvme0n1p2 iommu=pt",
		 "BOOT_IMAGE=/vmlinuz-6.12.0-1-amd64 root=/dev/nvme0n1p2 iommu=pt"},
		{"root=/dev/disk/by-id/ata-Maker_S3R1AL-part2 vfio-pci.ids=10de:2204,10de:1aef",
		 "root=/dev/disk/by-id/redacted vfio-pci.ids=10de:2204,10de:1aef"},
		{"ip=10.0.0.7::10.0.0.1:255.255.255.0:host7:eth0:off systemd.machine_id=abc",
		 "ip=redacted systemd.machine_id=redacted"},
		{"ifname=eth0:52:54:00:12:34:56 x.mac=52:54:00:12:34:56,y",
		 "ifname=redacted x.mac=redacted,y"},
		{"pcie_acs_override=downstream,id:8086:a110 pci=0000:01:00.0@20",
		 "pcie_acs_override=downstream,id:8086:a110 pci=0000:01:00.0@20"},
		{"systemd.set_credential=pw:secretpw systemd.set-credential-binary=a:c2VjcmV0 x=1",
		 "systemd.set_credential=redacted systemd.set-credential-binary=redacted x=1"},
		{"vendor.serial=SN12345 SomePassword=x luks.passphrase=y my_key=1 crypt.keyfile=/k rd.luks-foo=1",
		 "vendor.serial=redacted SomePassword=redacted luks.passphrase=redacted my_key=redacted crypt.keyfile=redacted rd.luks-foo=1"},
		{"\"systemd.set_credential=pw:two words\" rd.vconsole.keymap=de console=ttyS0",
		 "\"systemd.set_credential=redacted\" rd.vconsole.keymap=de console=ttyS0"},
		{"bootif=01-52-54-00-12-34-56 a=01-52-54-00-12-34-56 b=52:54:00:12:34:56:78:9a",
		 "bootif=redacted a=redacted b=redacted"},
		{"zfs=rpool/ROOT/x root=ZFS=rpool/ROOT/x root=zfs:tank/y boot=zfs spl.spl_hostid=0x1 zfs.zfs_arc_max=1",
		 "zfs=redacted root=ZFS=redacted root=zfs:redacted boot=zfs spl.spl_hostid=redacted zfs.zfs_arc_max=1"},
		{"bridge=br0:enx001122aabbcc,enp3s0 vlan=v5:eth0",
		 "bridge=br0:enxredact000001,enp3s0 vlan=v5:eth0"},
		{"a=/dev/vg-host/root b=/dev/mapper/x--y-z,/dev/sda1 c=/dev/md/x:0 d=/dev/md127",
		 "a=/dev/redacted b=/dev/mapper/redacted,/dev/sda1 c=/dev/redacted:0 d=/dev/md127"},
		{"a=525400123456 b=0x525400123456 c=5254.0012.3456 d=0x5006016012345678 e=0x0000000112345678 f=1234567890123",
		 "a=redacted b=0x525400123456 c=redacted d=redacted e=0x0000000112345678 f=1234567890123"},
		{"a=2001:db8::7,x b=2001:db8:0:1:2:3:4:5 vfio-pci.ids=2646:5013:1af4:1100,10de::",
		 "a=redacted,x b=redacted vfio-pci.ids=2646:5013:1af4:1100,10de::"},
		{"a=srv:/export b=https://srv/x c=me@srv d=4G@8G pci=x:/y",
		 "a=redacted b=redacted c=redacted d=4G@8G pci=x:/y"},
		{"rd.luks.name=0f9d2b4e=\"a b\" some.password=x console=ttyS0,115200 server=192.168.1.1:80",
		 "rd.luks.name=redacted some.password=redacted console=ttyS0,115200 server=redacted:80"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vck_memtree *t = vck_memtree_new();
		struct vck_mem_node *n = NULL;

		assert_int_equal(vck_memtree_file(t, "proc/cmdline", rows[i].in,
						  strlen(rows[i].in)),
				 0);
		assert_int_equal(vck_capture_scrub(t), 0);
		assert_int_equal(vck_memtree_lookup(t, NULL, "proc/cmdline", false, &n),
				 0);
		assert_int_equal(n->size, strlen(rows[i].out));
		assert_memory_equal(n->extents[0].data, rows[i].out, n->size);
		vck_memtree_free(t);
	}
}

/* The host's own name, once it is known, wherever it is a word; rules read on. */
static void test_scrub_host_name(void **state)
{
	struct vck_memtree *t = parse(
		MAGIC
		"f proc/sys/kernel/hostname \"iommu.some-where.example\\n\"\n"
		"f proc/cmdline \"iommu=pt intel_iommu=iommu a=iommu b=/x/IOMMU-1 c=iommu.where.example:1 d=xiommu\\n\"\n"
		"f proc/1/mountinfo \"1 2 8:1 /iommu /mnt/iommu rw,a - ext4 /dev/sda1 rw,x=iommu\\n\"\n"
		"f a/dm/name \"iommu-root\\n\"\nf b/dm/name \"iommu-home\\n\"\nf c/dm/name \"\"\nu d/dm/name\n"
		"f proc/swaps \"/dev/mapper/iommu-root x\\n\"\nf proc/sys/kernel/arch \"a\"\n",
		0, 0);

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(vck_capture_trim(t), 0);
		assert_int_equal(vck_capture_scrub(t), 0);
		assert_formats(
			t, MAGIC
			"f a/dm/name \"redacted2\\n\"\nf b/dm/name \"redacted1\\n\"\n"
			"f c/dm/name \"\"\nu d/dm/name\n"
			"f proc/1/mountinfo \"1 2 8:1 / /mnt/redacted rw - ext4 /dev/sda1 rw\\n\"\n"
			"f proc/cmdline \"iommu=pt intel_iommu=iommu a=redacted b=/x/redacted-1 c=redacted:1 d=xiommu\\n\"\n"
			"f proc/swaps \"/dev/mapper/redacted2 x\\n\"\nf proc/sys/kernel/arch \"a\"\n");
	}
	vck_memtree_free(t);
}

/* Long files are kept as far as readers look at them. */
static void test_trim(void **state)
{
	struct vck_memtree *t = parse(
		MAGIC
		"f proc/interrupts\n"
		"  \"           CPU0       CPU1\\n\"\n"
		"  \"   1:          0          9   IO-APIC   1-edge      i8042\\n\"\n"
		"  \"  24:         12          0  IR-PCI-MSI-0000:00:14.0    0-edge      xhci_hcd\\n\"\n"
		"  \" NMI:          1          2   Non-maskable interrupts\\n\"\n"
		"f proc/iomem\n"
		"  \"00000000-00000fff : Reserved\\n\"\n  \"00001000-0009ffff : System RAM\\n\"\n"
		"  \"000a0000-000bffff : PCI Bus 0000:00\\n\"\n"
		"f proc/self/mountinfo \"1 2 8:1 / /home/somebody rw - ext4 /dev/sda1 rw\\n\"\n",
		0, 0);

	(void)state;
	assert_int_equal(vck_capture_trim(t), 0);
	assert_int_equal(vck_capture_scrub(t), 0);
	assert_formats(
		t, MAGIC
		"f proc/interrupts\n"
		"  \"   1:   IO-APIC   1-edge      i8042\\n\"\n"
		"  \"  24:  IR-PCI-MSI-0000:00:14.0    0-edge      xhci_hcd\\n\"\n"
		"f proc/iomem\n"
		"  \"00000000-00000fff : Reserved\\n\"\n"
		"  \"00001000-0009ffff : System RAM\\n\"\n"
		"f proc/self/mountinfo \"1 2 8:1 / /home/redacted rw - ext4 /dev/sda1 rw\\n\"\n");
	vck_memtree_free(t);
}

/* Of a file that is known in pieces, a secret may be known in pieces. */
static void test_scrub_pieces(void **state)
{
	struct vck_memtree *t = parse(MAGIC "x proc/cmdline 9\n"
					    "  4: 31 2e 31 2e 31\n  0: 69 70 3d 31\n"
					    "x proc/cpuinfo 20\n  4: 53 65 72 69 61 6c\n"
					    "x proc/swaps 20\n  4: 53 65 72 69 61 6c\n"
					    "f sys/firmware/devicetree/base/chosen/bootargs\n",
				      0, 0);

	(void)state;
	assert_int_equal(vck_capture_trim(t), 0);
	assert_int_equal(vck_capture_scrub(t), 0);
	assert_formats(t, MAGIC "f proc/cmdline \"ip=redacted\"\n"
				"u proc/cpuinfo\nu proc/swaps\n"
				"f sys/firmware/devicetree/base/chosen/bootargs \"\"\n");
	vck_memtree_free(t);
}

static void test_scrub_files(void **state)
{
	struct vck_memtree *t = parse(
		MAGIC
		"x sys/devices/pci0000:00/0000:00:01.0/config 4096\n"
		"  100: 01 00 02 14 00 00 00 00\n"
		"  140: 03 00 01 16 11 22 33 44 55 66 77 88 99\n"
		"  160: 0d 00 01 00 5f 00 00 00\n"
		"f sys/firmware/devicetree/base/serial-number \"123\"\n"
		"f etc/viommu-check.d/a.conf \"\\t# me\\npath=a # b\\n#\\n  \"\n"
		"f sys/devices/x/net/eth0/address \"52:54\"\n"
		"f sys/class/iommu/dmar0/intel-iommu/address \"fed90000\"\n"
		"f proc/cpuinfo\n  \"processor\\t: 0\\n\"\n  \"flags\\t\\t: fpu hypervisor\\n\"\n"
		"  \"Serial\\t: 1234\\n\"\n",
		0, 0);

	(void)state;
	assert_int_equal(vck_capture_trim(t), 0);
	assert_int_equal(vck_capture_scrub(t), 0);
	assert_formats(t, MAGIC
		       "f etc/viommu-check.d/a.conf\n  \"\\t#\\n\"\n  \"path=a # b\\n\"\n  \"#\\n\"\n  \"  \"\n"
		       "f proc/cpuinfo \"flags\\t\\t: fpu hypervisor\\n\"\n"
		       "f sys/class/iommu/dmar0/intel-iommu/address \"fed90000\"\n"
		       "x sys/devices/pci0000:00/0000:00:01.0/config 4096\n"
		       "  100: 01 00 02 14 00 00 00 00\n  140: 03 00 01 16\n  14c: 99\n"
		       "  160: 0d 00 01 00 5f 00 00 00\n"
		       "u sys/devices/x/net/eth0/address\n"
		       "u sys/firmware/devicetree/base/serial-number\n");
	vck_memtree_free(t);
}

/* Interfaces that are called after their MAC address get one other name wherever they
 * stand, in their order; two stay two, and doing it again changes nothing. */
static void test_scrub_interfaces(void **state)
{
	static const char expected[] = MAGIC
		"f proc/interrupts \"  24:  IR-PCI-MSI-0000:00:14.0    0-edge      enxredact000001-TxRx-0\\n\"\n"
		"l sys/class/net/enp3s0 -> ../../devices/a/net/enp3s0\n"
		"l sys/class/net/enxredact000001 -> ../../devices/a/net/enxredact000001\n"
		"l sys/class/net/enxredact000002 -> ../../devices/a/net/enxredact000002\n"
		"l sys/class/net/wlxredact000003 -> ../../devices/b/net/wlxredact000003\n"
		"d sys/devices/a/net/enp3s0\n"
		"f sys/devices/a/net/enxredact000001/flags \"0x1003\\n\"\n"
		"l sys/devices/a/net/enxredact000001/upper_enxredact000002 -> ../enxredact000002\n"
		"d sys/devices/a/net/enxredact000002\n"
		"d sys/devices/b/net/enxa\n"
		"d sys/devices/b/net/wlxredact000003\n";
	struct vck_memtree *t = parse(
		MAGIC
		"f proc/interrupts\n"
		"  \"  24:  IR-PCI-MSI-0000:00:14.0    0-edge      enx0a1122aabbcc-TxRx-0\\n\"\n"
		"l sys/class/net/wlx001122aabbcc -> ../../devices/b/net/wlx001122aabbcc\n"
		"l sys/class/net/enxf01122aabbcc -> ../../devices/a/net/enxf01122aabbcc\n"
		"l sys/class/net/enx0a1122aabbcc -> ../../devices/a/net/enx0a1122aabbcc\n"
		"l sys/class/net/enp3s0 -> ../../devices/a/net/enp3s0\n"
		"d sys/devices/a/net/enp3s0\n"
		"f sys/devices/a/net/enx0a1122aabbcc/flags \"0x1003\\n\"\n"
		"l sys/devices/a/net/enx0a1122aabbcc/upper_enxf01122aabbcc -> ../enxf01122aabbcc\n"
		"d sys/devices/a/net/enxf01122aabbcc\n"
		"d sys/devices/b/net/wlx001122aabbcc\n"
		"d sys/devices/b/net/enxa\n",
		0, 0);
	struct vck_mem_node *n = NULL;

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(vck_capture_scrub(t), 0);
		assert_formats(t, expected);
	}
	assert_int_equal(vck_memtree_lookup(t, NULL, "sys/class/net/enxredact000001/flags",
					    true, &n),
			 0);
	vck_memtree_free(t);
}

/* A directory of many names, which has a search tree; names that stand there already. */
static void test_scrub_many_interfaces(void **state)
{
	cleanup_buf struct vck_buf text = {0};
	struct vck_mem_node *n = NULL;
	struct vck_memtree *t;

	(void)state;
	vck_buf_adds(&text, MAGIC "d net/enxredact000005\n");
	for (unsigned i = 0; i < 100; i++)
		vck_buf_addf(&text, "d net/enx525400%06x\n", i);
	t = parse(vck_buf_str(&text), 0, 0);
	assert_int_equal(vck_capture_scrub(t), 0);
	assert_int_equal(vck_memtree_lookup(t, NULL, "net", true, &n), 0);
	assert_int_equal(n->n_children, 101);
	assert_null(vck_mem_child(n, "enx525400000001"));
	assert_non_null(vck_mem_child(n, "enxredact000005"));
	for (unsigned i = 6; i < 106; i++) {
		char name[32];

		snprintf(name, sizeof(name), "enxredact%06x", i);
		assert_non_null(vck_mem_child(n, name));
	}
	vck_memtree_free(t);
}

/* A directory or link that a root knows nothing about stays that, however often it is
 * captured: as a file it would be no directory, and then absent. */
static void test_record_unknown(void **state)
{
	static const char text[] =
		MAGIC "e sys/class/iommu ENODATA\ne sys/devices/a/driver ENODATA\n";
	struct vck_memtree *t = parse(text, 0, 0), *record = vck_memtree_new();
	cleanup_root struct vck_root *r = NULL;
	cleanup_dir struct vck_dir *d = NULL, *a = NULL;
	char buf[64];

	(void)state;
	assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &r), 0);
	(void)!vck_root_record(r, record);
	assert_int_equal(vck_root_opendir(r, "sys/class/iommu", &d), -ENODATA);
	assert_int_equal(vck_root_opendir(r, "sys/class/iommu/dmar0", &d), -ENODATA);
	assert_int_equal(vck_root_opendir(r, "sys/devices/a", &a), 0);
	assert_true(vck_dir_has(a, "driver"));
	assert_int_equal(vck_dir_readlink(a, "driver", buf, sizeof(buf)), -ENODATA);
	assert_formats(record, text);
	vck_memtree_free(record);
}

/* What is recorded from a root answers as the root did; recording it again changes
 * nothing. */
static void test_record(void **state)
{
	static const char text[] = MAGIC
		"l sys/bus/dev -> ../devices/a\nf sys/devices/a/one \"1\\n\"\nf sys/devices/a/two \"2\\n\"\n"
		"e sys/devices/a/no EACCES\nu sys/devices/a/later\nx sys/devices/a/config 256\n  0: 01 02 03 04\n"
		"f sys/devices/a/empty \"\"\nf sys/elsewhere \"x\"\n";
	static const char expected[] = MAGIC
		"l sys/bus/dev -> ../devices/a\nx sys/devices/a/config 256\n  0: 01 02\n"
		"f sys/devices/a/empty \"\"\nu sys/devices/a/later\ne sys/devices/a/no EACCES\n"
		"f sys/devices/a/one \"1\\n\"\nu sys/devices/a/two\n";
	const char *from = text;

	(void)state;
	for (unsigned round = 0; round < 2; round++, from = expected) {
		struct vck_memtree *t = parse(from, 0, 0), *record = vck_memtree_new();
		cleanup_root struct vck_root *r = NULL;
		cleanup_dir struct vck_dir *d = NULL;
		cleanup_names struct vck_names names = {0};
		cleanup_file struct vck_file *f = NULL;
		char buf[64];

		assert_int_equal(vck_root_from_tree(t, VCK_ORIGIN_CAPTURE, &r), 0);
		(void)!vck_root_record(r, record);
		assert_int_equal(vck_root_opendir(r, "sys/bus/dev", &d), 0);
		assert_int_equal(vck_dir_attr(d, "one", buf, sizeof(buf)), 1);
		assert_int_equal(vck_dir_attr(d, "no", buf, sizeof(buf)), -EACCES);
		assert_int_equal(vck_dir_attr(d, "later", buf, sizeof(buf)), -ENODATA);
		assert_int_equal(vck_dir_attr(d, "empty", buf, sizeof(buf)), 0);
		assert_int_equal(vck_file_open(d, "config", &f), 0);
		assert_int_equal(vck_file_pread(f, buf, 2, 0), 2);
		assert_int_equal(vck_file_pread(f, buf, 4, 64), -ENODATA);
		assert_int_equal(vck_dir_list(d, &names), 0);
		assert_int_equal(names.n, 6);
		vck_file_close(TAKE_PTR(f));
		assert_formats(record, expected);
		vck_memtree_free(record);
	}
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static double time_of(const char *line, const char *line2, unsigned n, bool backwards)
{
	cleanup_buf struct vck_buf b = {0};
	struct vck_memtree *t = vck_memtree_new();
	struct vck_text_notes notes;
	double start;

	vck_buf_adds(&b, MAGIC);
	if (line)
		vck_buf_adds(&b, line);
	for (unsigned i = 0; i < n; i++)
		vck_buf_addf(&b, line2, backwards ? n - i : i);
	start = seconds();
	assert_int_equal(vck_capture_parse(vck_buf_str(&b), b.len, t, &notes), 0);
	start = seconds() - start;
	vck_memtree_free(t);
	return start;
}
#pragma GCC diagnostic pop

/*
 * Eight times the text takes about eight times the time, whatever the order: a walk of
 * what was read before would make it 64. Generous, since other work runs on the machine.
 */
static void test_linear(void **state)
{
	static const struct {
		const char *first, *each;
		bool backwards;
	} rows[] = {
		{NULL, "f sys/d/%07u \"x\"\n", false},
		{NULL, "f sys/d/%07u \"x\"\n", true},
		{"x big 268435456\n",
		 "  %x0: 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff\n", false},
		{"x big 268435456\n", "  %x0: 00\n", true},
		{"f text\n", "  \"%u\\n\"\n", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		double small =
			time_of(rows[i].first, rows[i].each, 10000, rows[i].backwards);
		double large =
			time_of(rows[i].first, rows[i].each, 80000, rows[i].backwards);

		assert_true(large < 0.05 || large < 30 * small);
	}
}

/* A root over a capture answers as the files did, and says what was skipped. */
static void test_root(void **state)
{
	char path[] = "/tmp/vck-capture-XXXXXX";
	static const char text[] =
		"\xef\xbb\xbf" MAGIC
		"f sys/a/x \"value\\n\"\nl sys/b -> a\nu sys/a/later\nbroken\n"
		"e sys/a/no EACCES\nl sys/out -> ../../../../etc\n";
	cleanup_root struct vck_root *r = NULL;
	int fd = mkstemp(path);
	char buf[64];
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_int_equal(fwrite(text, 1, sizeof(text) - 1, f), sizeof(text) - 1);
	fclose(f);
	assert_int_equal(vck_root_open(path, &r), 0);
	remove(path);
	assert_int_equal(vck_root_origin(r), VCK_ORIGIN_CAPTURE);
	assert_int_equal(vck_root_notes(r).skipped, 1);
	assert_int_equal(vck_root_notes(r).line, 5);
	assert_int_equal(vck_root_attr(r, "sys/b/x", buf, sizeof(buf)), 5);
	assert_string_equal(buf, "value");
	assert_int_equal(vck_root_attr(r, "sys/b/later", buf, sizeof(buf)), -ENODATA);
	assert_int_equal(vck_root_attr(r, "sys/b/no", buf, sizeof(buf)), -EACCES);
	assert_int_equal(vck_root_attr(r, "sys/out/passwd", buf, sizeof(buf)), -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_fill_budget),
		cmocka_unit_test(test_damaged_lines),
		cmocka_unit_test(test_damaged_is_not_absent),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_overlay),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_scrub),
		cmocka_unit_test(test_scrub_host_name),
		cmocka_unit_test(test_scrub_pieces),
		cmocka_unit_test(test_scrub_files),
		cmocka_unit_test(test_scrub_interfaces),
		cmocka_unit_test(test_scrub_many_interfaces),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_record_unknown),
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
