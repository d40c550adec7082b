// SPDX-License-Identifier: GPL-2.0-or-later
/* lspci text as people paste it: whole, cut, quoted, with warnings in the middle. What
 * the text says is in the tree, byte for byte; what it does not say is a hole and not a
 * zero; damage never turns into a wrong byte. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "base/buf.h"
#include "source/lspci-text.h"
#include "source/root.h"

static struct vck_memtree *parse(const char *text, int functions, size_t skipped)
{
	struct vck_memtree *t = vck_memtree_new();
	struct vck_text_notes notes;

	assert_non_null(t);
	assert_int_equal(vck_lspci_parse(text, strlen(text), t, &notes), functions);
	assert_int_equal(notes.skipped + notes.strays, skipped);
	assert_true((notes.skipped > 0) == (notes.line > 0));
	assert_true((notes.strays > 0) == (notes.stray_line > 0));
	return t;
}

static struct vck_mem_node *node(struct vck_memtree *t, const char *path)
{
	struct vck_mem_node *n = NULL;

	if (vck_memtree_lookup(t, NULL, path, false, &n) < 0 && n == NULL)
		return NULL;
	return n;
}

static struct vck_mem_node *config(struct vck_memtree *t, const char *address)
{
	char path[128];
	struct vck_mem_node *n = NULL;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/config", address);
	assert_int_equal(vck_memtree_lookup(t, NULL, path, true, &n), 0);
	return n;
}

/* @n bytes of config space as one little-endian number; -1 when they are not all known.
 */
static int64_t reg(struct vck_memtree *t, const char *address, size_t off, size_t n)
{
	uint8_t b[8] = {0};
	int64_t v = 0;

	if (vck_mem_pread(config(t, address), b, n, off) != (ssize_t)n)
		return -1;
	for (size_t i = 0; i < n; i++)
		v |= (int64_t)b[i] << 8 * i;
	return v;
}

static void assert_file(struct vck_memtree *t, const char *path, const char *content)
{
	struct vck_mem_node *n = NULL;
	char buf[256] = "";

	if (!content) {
		assert_int_not_equal(vck_memtree_lookup(t, NULL, path, true, &n), 0);
		return;
	}
	assert_int_equal(vck_memtree_lookup(t, NULL, path, true, &n), 0);
	assert_true(vck_mem_pread(n, buf, sizeof(buf) - 1, 0) >= 0);
	assert_string_equal(buf, content);
}

static void assert_link(struct vck_memtree *t, const char *path, const char *target)
{
	struct vck_mem_node *n = node(t, path);

	assert_non_null(n);
	assert_int_equal(n->type, VCK_MEM_LINK);
	assert_string_equal(n->target, target);
}

static void assert_unknown(struct vck_memtree *t, const char *dir, const char *name)
{
	struct vck_mem_node *d = NULL, *n;

	assert_int_equal(vck_memtree_lookup(t, NULL, dir, true, &d), 0);
	n = vck_mem_child(d, name);
	assert_non_null(n);
	assert_int_equal(n->type, VCK_MEM_ERROR);
	assert_int_equal(n->err, ENODATA);
}

#define HEX_00 "00: 86 80 72 15 06 04 10 00 02 00 00 02 10 00 80 00\n"
#define HEX_10 "10: 0c 00 00 f8 00 00 00 00 00 00 00 00 0c 00 80 f9\n"
#define HEX_20 "20: 00 00 00 00 00 00 00 00 00 00 00 00 86 80 07 00\n"
#define HEX_30 "30: 00 00 00 00 40 00 00 00 00 00 00 00 ff 01 00 00\n"
#define OTHER_00 "00: ab 11 63 43 06 04 10 00 14 00 00 02 08 00 00 00\n"
#define OTHER_10 "10: 04 00 20 fc 00 00 00 00 01 30 00 00 00 00 00 00\n"
#define BRIDGE_10(secondary, subordinate) \
	"10: 00 00 00 00 00 00 00 00 00 " secondary " " subordinate " 00 f0 00 00 20\n"
#define HEX_64 HEX_00 HEX_10 HEX_20 HEX_30

static void test_plain_hex(void **state)
{
	struct vck_memtree *t = parse(
		"01:00.0 Ethernet controller: Intel thing (rev 02)\n" HEX_64 "\n"
		"00:01.0 PCI bridge: some bridge\n"
		"00: 86 80 01 19 07 04 10 00 05 00 04 06 10 00 81 00\n"
		"10: 00 00 00 00 00 00 00 00 00 01 01 00 e0 e0 00 20\n" HEX_20 HEX_30,
		2, 0);

	(void)state;
	assert_link(t, "sys/bus/pci/devices/0000:01:00.0",
		    "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0");
	assert_file(t, "sys/bus/pci/devices/0000:01:00.0/vendor", "0x8086\n");
	assert_file(t, "sys/bus/pci/devices/0000:01:00.0/device", "0x1572\n");
	assert_file(t, "sys/bus/pci/devices/0000:01:00.0/class", "0x020000\n");
	assert_file(t, "sys/bus/pci/devices/0000:01:00.0/revision", "0x02\n");
	assert_file(t, "sys/bus/pci/devices/0000:01:00.0/subsystem_vendor", "0x8086\n");
	assert_file(t, "sys/bus/pci/devices/0000:00:01.0/subsystem_vendor", NULL);
	assert_int_equal(config(t, "0000:01:00.0")->size, 64);
	assert_int_equal(reg(t, "0000:01:00.0", 0x34, 1), 0x40);
	assert_unknown(t, "sys/bus/pci/devices/0000:01:00.0", "driver");
	assert_unknown(t, "sys/bus/pci/devices/0000:01:00.0", "iommu_group");
	assert_unknown(t, "sys/kernel", "iommu_groups");
	vck_memtree_free(t);
}

/* The same bytes, whatever happened to the text on its way. */
static void test_pastes(void **state)
{
	static const char *const texts[] = {
		"0000:01:00.0 Ethernet\r\n00: 86 80 72 15 06 04 10 00 02 00 00 02 10 00 80 00\r\n" HEX_10,
		"> 01:00.0 Ethernet\n> " HEX_00 "> " HEX_10,
		">> > 01:00.0 Ethernet\n>> >  " HEX_00 ">> >  " HEX_10,
		"    01:00.0 Ethernet\n    " HEX_00 "    " HEX_10 "    -- \n",
		"$ lspci -x\nhello,\nhere it is:\n01:00.0 Ethernet\n" HEX_00
		"what is this?\n" HEX_10,
		"01:00.0\n" HEX_00 HEX_10,
		"[  1.0] pci 0000:01:00.0: [8086:1572]\n01:00.0 Ethernet\n" HEX_00 HEX_10
		"[  2.0] pci 0000:02:00.0: nothing\n",
		/* a warning in the middle of a line, at different bytes of it */
		"01:00.0 E\n00: 86 80 72 15 06 04 10 00 0pcilib: sysfs_read_vpd: read failed\n"
		"2 00 00 02 10 00 80 00\n" HEX_10,
		"01:00.0 E\n00: 86 80 72 15 06 04 10 00pcilib: sysfs_read_vpd: read failed\n"
		" 02 00 00 02 10 00 80 00\n" HEX_10,
		"01:00.0 E\n00: 86 80 72 15 06 04 10 00 pcilib: sysfs_read_vpd: read failed\n"
		"02 00 00 02 10 00 80 00\n" HEX_10,
		"01:00.0 E\n0pcilib: a\n0: 86 80 72 15 06 04 10 00 02 00 00 02 10 00 80 00\n" HEX_10,
		"01:00.0 E\n00: 86 80 72 15 06 04 10 00 02 00 00 02 10 00 80 00lspci: a\n\n" HEX_10,
		"01:00.0 E\n00: 86 80pcilib: a\npcilib: b\n 72 15 06 04 10 00 02 00 00 02 10 00 80 00\n" HEX_10,
		"pcilib: a\n01:00.0 E\npcilib: b\n" HEX_00 "pcilib: c\n" HEX_10,
		"01:00.0 E\n" HEX_00 "01:00.0 E again\n" HEX_10,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct vck_memtree *t = parse(texts[i], 1, 0);

		assert_int_equal(reg(t, "0000:01:00.0", 0x00, 4), 0x15728086);
		assert_int_equal(reg(t, "0000:01:00.0", 0x08, 4), 0x02000002);
		assert_int_equal(reg(t, "0000:01:00.0", 0x1c, 4), 0xf980000c);
		assert_int_equal(config(t, "0000:01:00.0")->size, 32);
		vck_memtree_free(t);
	}
}

/* A damaged hex line is counted and leaves a hole; the lines around it stay. */
static void test_damage(void **state)
{
	static const char *const lines[] = {
		"10: 0c 00 00 f8\n",
		"10: 0c 00 00 f8 00 00 00 00 00 00 00 00 0c 00 80 f9 aa\n",
		"10: 0c 00 00 f8 00 00 00 0 00 00 00 00 0c 00 80 f9\n",
		"10: 0c 00 00 f8 00 00 00 zz 00 00 00 00 0c 00 80 f9\n",
		"10: 0c 00 00 f8 00 00 0000 00 00 00 00 0c 00 80 f9\n",
		"10: 0c 00 00 f8 0pcilib: cut\n\n", /* and its rest got lost */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		cleanup_buf struct vck_buf b = {0};
		struct vck_memtree *t;

		vck_buf_addf(&b, "01:00.0 E\n" HEX_00 "%s" HEX_20 HEX_30, lines[i]);
		t = parse(vck_buf_str(&b), 1, 1);
		assert_int_equal(reg(t, "0000:01:00.0", 0x00, 4), 0x15728086);
		assert_int_equal(reg(t, "0000:01:00.0", 0x10, 1), -1);
		assert_int_equal(reg(t, "0000:01:00.0", 0x1f, 1), -1);
		assert_int_equal(reg(t, "0000:01:00.0", 0x2c, 2), 0x8086);
		assert_int_equal(config(t, "0000:01:00.0")->size, 64);
		vck_memtree_free(t);
	}
}

/* A header that got lost or changed, and the dump below it: that is another function's. */
static void test_lost_header(void **state)
{
	static const char *const other[] = {
		"**04:00.0** Ethernet\n" OTHER_00 HEX_10 HEX_20,
		OTHER_00 HEX_10 HEX_20,
		"04:00.0: Ethernet\n\tKernel driver in use: e1000e\n" HEX_00 OTHER_10 HEX_20,
		"04:00.O Ethernet\n00: 86 80\n" OTHER_10 HEX_20,
	};
	static const size_t skipped[] = {3, 3, 2, 3};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		cleanup_buf struct vck_buf b = {0};
		struct vck_memtree *t;

		vck_buf_addf(&b, "01:00.0 E\n\tKernel driver in use: i40e\n" HEX_00 HEX_10
				 "\n%s\n05:00.0 E\n" OTHER_00, other[i]);
		t = parse(vck_buf_str(&b), 2, skipped[i]);
		assert_int_equal(reg(t, "0000:01:00.0", 0x00, 4), 0x15728086);
		assert_int_equal(reg(t, "0000:01:00.0", 0x1c, 4), 0xf980000c);
		assert_int_equal(config(t, "0000:01:00.0")->size, 32);
		assert_link(t, "sys/bus/pci/devices/0000:01:00.0/driver",
			    "../../../../bus/pci/drivers/i40e");
		assert_int_equal(reg(t, "0000:05:00.0", 0x00, 4), 0x436311ab);
		vck_memtree_free(t);
	}
	/* The same row twice says nothing new, a second dump of the function does. */
	vck_memtree_free(parse("01:00.0 E\n" HEX_00 HEX_00 HEX_10 HEX_10, 1, 0));
	vck_memtree_free(parse("01:00.0 E\n" HEX_00 HEX_10 "01:00.0 E\n" OTHER_00 HEX_10, 1, 0));
}

/* lspci -PP names the buses on the way, -P does not: the bridges' registers do. */
static void test_paths(void **state)
{
	static const char *const texts[] = {
		"0001:00:1c.0 PCI bridge\n" HEX_00 BRIDGE_10("04", "07")
		"0001:00:1c.0/04:00.0 PCI bridge\n" HEX_00 BRIDGE_10("05", "06")
		"0001:00:1c.0/04:00.0/05:1f.7 Ethernet\n" OTHER_00,
		"0001:00:1c.0 PCI bridge\n" HEX_00 BRIDGE_10("04", "07")
		"0001:00:1c.0/00.0 PCI bridge\n" HEX_00 BRIDGE_10("05", "06")
		"0001:00:1c.0/00.0/1f.7 Ethernet\n" OTHER_00,
		"0001:00:1c.0 PCI bridge\n\tBus: primary=00, secondary=04, subordinate=07\n"
		"0001:00:1c.0/00.0 PCI bridge\n\tBus: primary=04, secondary=05, subordinate=06\n"
		"0001:00:1c.0/00.0/1f.7 Ethernet\n" OTHER_00,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct vck_memtree *t = parse(texts[i], 3, 0);

		assert_int_equal(reg(t, "0001:04:00.0", 0x19, 1), 5);
		assert_int_equal(reg(t, "0001:05:1f.7", 0x00, 4), 0x436311ab);
		vck_memtree_free(t);
	}
	/* Which bus that is cannot be told: neither the header nor the row counts. */
	vck_memtree_free(parse("00:1c.0 PCI bridge\n00:1c.0/00.0 Ethernet\n" OTHER_00, 1, 2));
	vck_memtree_free(parse("00:1c.0/03:00.0/x Ethernet\n01:00.0 E\n01:00.0/ E\n", 1, 0));
}

static void test_nothing(void **state)
{
	static const char *const texts[] = {"", "hello\n", HEX_64, "\n\n", "0:0.0 x\n"};
	struct vck_text_notes notes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct vck_memtree *t = vck_memtree_new();

		assert_int_equal(vck_lspci_parse(texts[i], strlen(texts[i]), t, &notes),
				 -EBADMSG);
		vck_memtree_free(t);
	}
}

static void test_numbers(void **state)
{
	struct vck_memtree *t = parse(
		"10000:e1:00.0 Non-Volatile memory controller [0108]: Maker [x:y] disk [144d:a808] (prog-if 02 [NVM Express])\n"
		"\tSubsystem: Maker [144d:a801]\n"
		"\tKernel driver in use: nvme\n\tKernel modules: nvme\n"
		"02:00.0 0300: 10de:2204 (rev a1)\n"
		"\tFlags: bus master, fast devsel, latency 0, IRQ 99, NUMA node 0, IOMMU group 17\n"
		"03:00.0 Class 0200: 8086:10fb\n"
		"04:00.0 USB controller [0c03]: A [1b21:1142] (rev 01)\n\tFlags: fast devsel\n",
		4, 0);

	(void)state;
	assert_file(t, "sys/bus/pci/devices/10000:e1:00.0/vendor", "0x144d\n");
	assert_file(t, "sys/bus/pci/devices/10000:e1:00.0/class", "0x010802\n");
	assert_file(t, "sys/bus/pci/devices/10000:e1:00.0/subsystem_device", "0xa801\n");
	assert_link(t, "sys/bus/pci/devices/10000:e1:00.0/driver",
		    "../../../../bus/pci/drivers/nvme");
	assert_file(t, "sys/bus/pci/devices/0000:02:00.0/class", "0x030000\n");
	assert_file(t, "sys/bus/pci/devices/0000:02:00.0/revision", "0xa1\n");
	assert_link(t, "sys/bus/pci/devices/0000:02:00.0/iommu_group",
		    "../../../../kernel/iommu_groups/17");
	/* others of the group may have been left out */
	assert_unknown(t, "sys/kernel", "iommu_groups");
	assert_file(t, "sys/bus/pci/devices/0000:03:00.0/device", "0x10fb\n");
	/* the text shows drivers elsewhere, and this one in detail */
	assert_null(node(t, "sys/bus/pci/devices/0000:04:00.0/driver"));
	assert_file(t, "sys/bus/pci/devices/0000:04:00.0/uevent", "");
	assert_unknown(t, "sys/bus/pci/devices/0000:04:00.0", "iommu_group");
	assert_unknown(t, "sys/bus/pci/devices/0000:03:00.0", "driver");
	vck_memtree_free(t);
}

#define VERBOSE_HEADER                                                                                              \
	"\tControl: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+\n" \
	"\tStatus: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-\n"
#define VERBOSE_PM                                                                         \
	"\tCapabilities: [40] Power Management version 3\n"                                \
	"\t\tFlags: PMEClk- DSI+ D1- D2- AuxCurrent=0mA PME(D0+,D1-,D2-,D3hot+,D3cold+)\n" \
	"\t\tStatus: D3 NoSoftRst+ PME-Enable- DSel=0 DScale=1 PME-\n"
#define VERBOSE_EXP                                                                      \
	"\tCapabilities: [70] Express (v2) Endpoint, MSI 01\n"                           \
	"\t\tDevCap:\tMaxPayload 512 bytes, PhantFunc 0, Latency L0s <512ns, L1 <64us\n" \
	"\t\t\tExtTag+ AttnBtn- AttnInd- PwrInd- RBE+ FLReset+ SlotPowerLimit 75W\n"     \
	"\t\tDevCtl:\tCorrErr+ NonFatalErr- FatalErr+ UnsupReq+\n"                       \
	"\t\t\tRlxdOrd+ ExtTag+ PhantFunc- AuxPwr- NoSnoop+ FLReset-\n"                  \
	"\t\t\tMaxPayload 256 bytes, MaxReadReq 512 bytes\n"                             \
	"\t\tDevSta:\tCorrErr+ NonFatalErr- FatalErr- UnsupReq+ AuxPwr+ TransPend-\n"    \
	"\t\tLnkCap:\tPort #0, Speed 8GT/s, Width x8, ASPM not supported\n"
#define VERBOSE_MSIX "\tCapabilities: [b0] MSI-X: Enable+ Count=129 Masked-\n"
#define VERBOSE_EXT                                                                                      \
	"\tCapabilities: [100 v2] Advanced Error Reporting\n"                                            \
	"\tCapabilities: [150 v1] Alternative Routing-ID Interpretation (ARI)\n"                         \
	"\tCapabilities: [160 v1] Single Root I/O Virtualization (SR-IOV)\n"                             \
	"\t\tIOVCap:\tMigration- 10BitTagReq- Interrupt Message Number: 000\n"                           \
	"\t\tIOVCtl:\tEnable+ Migration- Interrupt- MSE+ ARIHierarchy+ 10BitTagReq-\n"                   \
	"\t\tIOVSta:\tMigration-\n"                                                                      \
	"\t\tInitial VFs: 64, Total VFs: 64, Number of VFs: 2, Function Dependency Link: 00\n"           \
	"\t\tVF offset: 16, stride: 1, Device ID: 154c\n"                                                \
	"\t\tSupported Page Size: 00000553, System Page Size: 00000001\n"                                \
	"\t\tRegion 0: Memory at 00000020fb800000 (64-bit, prefetchable)\n"                              \
	"\t\tVF Migration: offset: 00000000, BIR: 0\n"                                                   \
	"\tCapabilities: [1b0 v1] Access Control Services\n"                                             \
	"\t\tACSCap:\tSrcValid- TransBlk- ReqRedir+ CmpltRedir- UpstreamFwd- EgressCtrl- DirectTrans+\n" \
	"\t\tACSCtl:\tSrcValid- TransBlk- ReqRedir- CmpltRedir- UpstreamFwd- EgressCtrl- DirectTrans-\n" \
	"\tCapabilities: [1c0 v1] Address Translation Service (ATS)\n"                                   \
	"\t\tATSCap:\tInvalidate Queue Depth: 05\n"                                                      \
	"\t\tATSCtl:\tEnable+, Smallest Translation Unit: 03\n"

static void test_verbose(void **state)
{
	struct vck_memtree *t = parse(
		"01:00.0 Ethernet controller [0200]: Intel X [8086:1572] (rev 02)\n" VERBOSE_HEADER
		"\tInterrupt: pin A routed to IRQ 26\n"
		"\tIOMMU group: 0\n" VERBOSE_PM VERBOSE_EXP VERBOSE_MSIX VERBOSE_EXT
		"\tKernel driver in use: i40e\n\n",
		1, 0);
	static const struct {
		uint16_t off;
		uint8_t n;
		int64_t value;
	} rows[] = {
		{0x00, 4, 0x15728086},	{0x04, 2, 0x0406},	{0x06, 2, 0x0010},
		{0x08, 4, 0x02000002},	{0x0e, 1, 0x00},	{0x10, 1, -1},
		{0x34, 1, 0x40},	{0x3d, 1, 1},		{0x40, 4, 0xc8237001},
		{0x44, 2, 0x200b},	{0x70, 4, 0x0202b010},	{0x74, 4, 0x112c8ce2},
		{0x78, 2, 0x293d},	{0x7a, 2, 0x0019},	{0x7c, 1, -1},
		{0xb0, 4, 0x80800011},	{0x100, 4, 0x15020001}, {0x104, 1, -1},
		{0x160, 4, 0x1b010010}, {0x168, 4, 0x00000019}, {0x16c, 4, 0x00400040},
		{0x170, 4, 0x00000002}, {0x174, 4, 0x00010010}, {0x178, 4, 0x154c0000},
		{0x184, 4, 0xfb80000c}, {0x188, 4, 0x20},	{0x198, 4, 0},
		{0x1b0, 4, 0x1c01000d}, {0x1b4, 4, 0x00000044}, {0x1c0, 4, 0x0001000f},
		{0x1c4, 4, 0x80030005},
	};

	(void)state;
	assert_int_equal(config(t, "0000:01:00.0")->size, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t v = reg(t, "0000:01:00.0", rows[i].off, rows[i].n);

		if (v != rows[i].value)
			fail_msg("register %#x: %#llx, expected %#llx", rows[i].off,
				 (long long)v, (long long)rows[i].value);
	}
	assert_link(t, "sys/kernel/iommu_groups/0/devices/0000:01:00.0",
		    "../../../../bus/pci/devices/0000:01:00.0");
	vck_memtree_free(t);
}

/* What is not printed in full is not known; where the text was cut, the list has no end.
 */
static void test_verbose_unknown(void **state)
{
	static const struct {
		const char *text;
		uint16_t off;
		uint8_t n;
	} rows[] = {
		/* a bit of Device Control is missing */
		{"\tCapabilities: [70] Express (v2) Endpoint, MSI 00\n\t\tDevCtl:\tCorrErr- NonFatalErr- FatalErr- UnsupReq-\n"
		 "\t\t\tRlxdOrd+ ExtTag+ PhantFunc- AuxPwr- FLReset-\n\t\t\tMaxPayload 256 bytes, MaxReadReq 512 bytes\n\n",
		 0x78, 2},
		/* so is a line of it */
		{"\tCapabilities: [70] Express (v2) Endpoint, MSI 00\n\t\tDevCtl:\tCorrErr- NonFatalErr- FatalErr- UnsupReq-\n"
		 "\t\t\tRlxdOrd+ ExtTag+ PhantFunc- AuxPwr- NoSnoop+ FLReset-\n\n",
		 0x78, 2},
		/* -v: no version */
		{"\tCapabilities: [70] Express Endpoint, MSI 00\n\n", 0x72, 1},
		/* a name that means nothing here */
		{"\tCapabilities: [70] Something New\n\n", 0x70, 1},
		/* no extended capability is no statement about there being none */
		{VERBOSE_EXP "\n", 0x100, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buf struct vck_buf b = {0};
		struct vck_memtree *t;

		vck_buf_addf(
			&b,
			"01:00.0 Ethernet controller [0200]: X [8086:1572]\n" VERBOSE_HEADER
			"%s",
			rows[i].text);
		t = parse(vck_buf_str(&b), 1, 0);
		if (reg(t, "0000:01:00.0", rows[i].off, rows[i].n) != -1)
			fail_msg("row %zu: register %#x is known", i, rows[i].off);
		vck_memtree_free(t);
	}
}

/* Where the text ends or was shortened, the list goes on at bytes that nobody knows: what
 * was printed is there, and the list is not known to be complete. */
static void test_verbose_cut(void **state)
{
	static const struct {
		const char *text;
		uint16_t last,
			next; /* position of the last one printed, of its pointer */
		bool open;
	} rows[] = {
		{VERBOSE_PM "\n", 0x40, 0x41, false},
		{VERBOSE_PM, 0x40, 0x41, true},
		{VERBOSE_PM "\t[...]\n\n", 0x40, 0x41, true},
		{VERBOSE_PM "\tCapabilities: <chain broken>\n\n", 0x40, 0x41, true},
		{VERBOSE_PM VERBOSE_EXP VERBOSE_EXT "\n", 0x1c0, 0x1c2, false},
		{VERBOSE_PM VERBOSE_EXP VERBOSE_EXT, 0x1c0, 0x1c2, true},
		{VERBOSE_EXP "\tCapabilities: [2a0 v1] Access Control Services\n\n",
		 0x2a0, 0x2a2, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		cleanup_buf struct vck_buf b = {0};
		struct vck_memtree *t;
		int64_t next;

		vck_buf_addf(
			&b,
			"01:00.0 Ethernet controller [0200]: X [8086:1572]\n" VERBOSE_HEADER
			"%s",
			rows[i].text);
		t = parse(vck_buf_str(&b), 1, 0);
		assert_true(reg(t, "0000:01:00.0", rows[i].last, 4) != -1);
		next = reg(t, "0000:01:00.0", rows[i].next, rows[i].next > 0xff ? 2 : 1);
		next = rows[i].next > 0xff ? next >> 4 : next;
		assert_int_equal(next != 0, rows[i].open);
		if (rows[i].open)
			assert_int_equal(reg(t, "0000:01:00.0", (size_t)next, 1), -1);
		vck_memtree_free(t);
	}
}

static void test_unprivileged_and_gone(void **state)
{
	struct vck_memtree *t = parse(
		"01:00.0 Ethernet controller [0200]: X [8086:1572]\n" VERBOSE_HEADER
		"\tCapabilities: <access denied>\n\n"
		"02:00.0 VGA compatible controller [0300]: Y [10de:2204] (rev ff) (prog-if ff)\n"
		"\t!!! Unknown header type 7f\n\n",
		2, 0);

	(void)state;
	assert_int_equal(config(t, "0000:01:00.0")->size, 64);
	assert_int_equal(reg(t, "0000:01:00.0", 0x34, 1), -1);
	assert_int_equal(config(t, "0000:02:00.0")->size, 64);
	assert_int_equal(reg(t, "0000:02:00.0", 0x00, 4), 0xffffffff);
	assert_file(t, "sys/bus/pci/devices/0000:02:00.0/vendor", "0x10de\n");
	vck_memtree_free(t);
}

/* With both, the dump decides. */
static void test_verbose_and_hex(void **state)
{
	struct vck_memtree *t = parse(
		"01:00.0 Ethernet controller [0200]: X [8086:1572]\n" VERBOSE_HEADER
			VERBOSE_PM VERBOSE_EXP "\n" HEX_64 "\n"
		"01:00.0 Ethernet controller [0200]: X [8086:1572]\n"
		"\tBus: primary=00, secondary=05, subordinate=06, sec-latency=0\n\n",
		1, 0);

	(void)state;
	assert_int_equal(reg(t, "0000:01:00.0", 0x04, 4), 0x00100406);
	assert_int_equal(reg(t, "0000:01:00.0", 0x18, 2), 0);
	assert_int_equal(reg(t, "0000:01:00.0", 0x78, 2), 0x293d);
	assert_int_equal(config(t, "0000:01:00.0")->size, 4096);
	vck_memtree_free(t);
}

#define BRIDGE(at, bus)                                                                  \
	at " PCI bridge [0604]: P [1022:1453]\n" VERBOSE_HEADER "\tBus: " bus            \
	   ", sec-latency=0\n\n"

static void test_hierarchy(void **state)
{
	struct vck_memtree *t = parse(
		BRIDGE("00:01.0", "primary=00, secondary=01, subordinate=05") BRIDGE(
			"01:00.0", "primary=01, secondary=02, subordinate=05")
			BRIDGE("02:00.0", "primary=02, secondary=03, subordinate=03") BRIDGE(
				"02:01.0", "primary=02, secondary=04, subordinate=05")
				BRIDGE("00:02.0",
				       "primary=00, secondary=00, subordinate=00")
					BRIDGE("00:03.0",
					       "primary=00, secondary=06, subordinate=ff") "04:00.0 E\n05:10.0 a VF\n17:00.0 no bridge above\n0001:04:00.0 other domain\n"
											   "40:00.0 Host bridge [0600]: H [1022:1450]\n40:01.0 beside it\n",
		12, 0);

	(void)state;
	assert_link(
		t, "sys/bus/pci/devices/0000:04:00.0",
		"../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:01.0/0000:04:00.0");
	assert_link(
		t, "sys/bus/pci/devices/0000:05:10.0",
		"../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:01.0/0000:05:10.0");
	assert_link(t, "sys/bus/pci/devices/0000:00:02.0",
		    "../../../devices/pci0000:00/0000:00:02.0");
	assert_link(t, "sys/bus/pci/devices/0000:40:01.0",
		    "../../../devices/pci0000:40/0000:40:01.0");
	assert_int_equal(node(t, "sys/bus/pci/devices/0000:17:00.0")->type, VCK_MEM_DIR);
	assert_int_equal(node(t, "sys/bus/pci/devices/0001:04:00.0")->type, VCK_MEM_DIR);
	vck_memtree_free(t);
}

/* The bus numbers of a CardBus bridge stand where those of a PCI bridge do. */
static void test_cardbus(void **state)
{
	static const char *const texts[] = {
		"03:03.0 CardBus bridge\n00: 17 12 e2 71 07 04 10 04 01 00 07 06 00 a8 82 00\n"
		BRIDGE_10("00", "00") "20: 00 00 00 00 00 00 00 00 00 00 00 00 86 80 07 00\n",
		"03:03.0 CardBus bridge\n00: 17 12 e2 71 07 04 10 04 01 00 07 06 00 a8 82 00\n"
		"10: 00 00 00 00 a0 00 00 02 03 1d 20 b0 00 00 00 00\n",
		"03:03.0 CardBus bridge: O2 (rev 01)\n"
		"\tBus: primary=03, secondary=1d, subordinate=20, sec-latency=176\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_buf struct vck_buf b = {0};
		struct vck_memtree *t;

		vck_buf_addf(&b, BRIDGE("00:1e.0", "primary=00, secondary=03, subordinate=20")
			     "%s1d:00.0 Network controller\n", texts[i]);
		t = parse(vck_buf_str(&b), 3, 0);
		assert_link(t, "sys/bus/pci/devices/0000:1d:00.0",
			    i == 0 ? "../../../devices/pci0000:00/0000:00:1e.0/0000:1d:00.0"
				   : "../../../devices/pci0000:00/0000:00:1e.0/0000:03:03.0/0000:1d:00.0");
		vck_memtree_free(t);
	}
}

/* Enabled VFs have the requester ids that their PF says; others are not taken for them.
 */
static void test_vfs(void **state)
{
	struct vck_memtree *t = parse(
		"01:00.0 Ethernet controller [0200]: Intel X [8086:1572]\n" VERBOSE_HEADER
			VERBOSE_EXP VERBOSE_EXT "\n"
		"01:02.0 first VF\n01:02.1 second VF\n01:02.2 beyond them\n01:00.1 next to it\n",
		5, 0);

	(void)state;
	assert_link(t, "sys/bus/pci/devices/0000:01:02.0/physfn",
		    "../../../../bus/pci/devices/0000:01:00.0");
	assert_link(t, "sys/bus/pci/devices/0000:01:02.1/physfn",
		    "../../../../bus/pci/devices/0000:01:00.0");
	assert_unknown(t, "sys/bus/pci/devices/0000:01:02.2", "physfn");
	assert_unknown(t, "sys/bus/pci/devices/0000:01:00.1", "physfn");
	assert_unknown(t, "sys/bus/pci/devices/0000:01:00.0", "physfn");
	vck_memtree_free(t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_hex),
		cmocka_unit_test(test_pastes),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_lost_header),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_verbose),
		cmocka_unit_test(test_verbose_unknown),
		cmocka_unit_test(test_verbose_cut),
		cmocka_unit_test(test_unprivileged_and_gone),
		cmocka_unit_test(test_verbose_and_hex),
		cmocka_unit_test(test_hierarchy),
		cmocka_unit_test(test_cardbus),
		cmocka_unit_test(test_vfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
