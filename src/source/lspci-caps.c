// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities by the names that lspci prints: their ids, what their own line says,
 * and how they are linked. A name that is not known here leaves its id a hole, so the
 * list is then not known to be complete. */
#include "config.h"

#include "source/lspci-words.h"

/* --- SR-IOV: numbers over several lines, and the BARs of the VFs --- */

int vck_lspci_sriov_numbers(struct vck_lspci_fn *f, const char *s)
{
	static const struct {
		const char *name;
		uint8_t off, base, width;
	} rows[] = {
		{"Initial VFs: ", 0x0c, 10, 2},
		{"Total VFs: ", 0x0e, 10, 2},
		{"Number of VFs: ", 0x10, 10, 2},
		{"Function Dependency Link: ", 0x12, 16, 2},
		{"VF offset: ", 0x14, 10, 2},
		{"stride: ", 0x16, 10, 2},
		{"Device ID: ", 0x1a, 16, 2},
		{"Supported Page Size: ", 0x1c, 16, 4},
		{"System Page Size: ", 0x20, 16, 4},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && r == 0; i++) {
		uint32_t v;

		if (vck_lspci_number(s, rows[i].name, rows[i].base, &v))
			r = vck_lspci_put(f, f->cap_pos + rows[i].off, v, rows[i].width);
	}
	/* Reserved; and BARs that are not printed are zero. Printed ones come after this.
	 */
	if (r == 0 && strstr(s, "Device ID: "))
		r = vck_lspci_put(f, f->cap_pos + 0x18, 0, 2);
	for (unsigned i = 0; i < 6 && r == 0 && strstr(s, "System Page Size: "); i++)
		r = vck_lspci_put(f, f->cap_pos + 0x24 + 4 * i, 0, 4);
	return r;
}

/* "Region 0: Memory at 00000000c7440000 (64-bit, non-prefetchable)" */
int vck_lspci_sriov_region(struct vck_lspci_fn *f, const char *s)
{
	const char *p = strstr(s, "Memory at ");
	bool wide = strstr(s, "(64-bit") != NULL;
	char digits[17];
	uint32_t index, low;
	uint64_t v;
	size_t n;
	int r;

	if (!vck_lspci_number(s, "Region ", 10, &index) || index > 5 || !p)
		return 0;
	p += strlen("Memory at ");
	n = strspn(p, "0123456789abcdef");
	if (!n || n >= sizeof(digits))
		return 0;
	memcpy(digits, p, n);
	digits[n] = '\0';
	if (vck_parse_u64(digits, 16, UINT64_MAX, &v) < 0)
		return 0;
	low = (uint32_t)v | (wide ? 4u : 0u) | (strstr(s, "non-prefetchable") ? 0u : 8u);
	r = vck_lspci_put(f, f->cap_pos + 0x24 + 4 * index, low, 4);
	if (r == 0 && wide && index < 5)
		r = vck_lspci_put(f, f->cap_pos + 0x28 + 4 * index, (uint32_t)(v >> 32),
				  4);
	return r;
}

/* --- capabilities --- */

static const struct {
	const char *name;
	unsigned id;
} cap_names[] = {
	{"Null", 0x00},
	{"Power Management version", CAP_PM},
	{"AGP version", 0x02},
	{"Vital Product Data", 0x03},
	{"Slot ID:", 0x04},
	{"MSI:", CAP_MSI},
	{"CompactPCI hot-swap", 0x06},
	{"PCI-X ", 0x07},
	{"HyperTransport:", 0x08},
	{"Vendor Specific Information", 0x09},
	{"Debug port:", 0x0a},
	{"CompactPCI central resource control", 0x0b},
	{"Hot-plug capable", 0x0c},
	{"Subsystem:", 0x0d},
	{"AGP3", 0x0e},
	{"Secure device", 0x0f},
	{"Express ", CAP_EXP},
	{"MSI-X:", CAP_MSIX},
	{"SATA HBA", 0x12},
	{"PCI Advanced Features", CAP_AF},
	{"Enhanced Allocation", 0x14},
	{"Advanced Error Reporting", EXT(0x01)},
	{"Virtual Channel", EXT(0x02)},
	{"Device Serial Number", EXT(0x03)},
	{"Power Budgeting", EXT(0x04)},
	{"Root Complex Link", EXT(0x05)},
	{"Root Complex Internal Link", EXT(0x06)},
	{"Root Complex Event Collector", EXT(0x07)},
	{"Multi-Function Virtual Channel", EXT(0x08)},
	{"Root Complex Register Block", EXT(0x0a)},
	{"Vendor Specific Information", EXT(0x0b)},
	{"Access Control Services", EXT(0x0d)},
	{"Alternative Routing-ID Interpretation", EXT(0x0e)},
	{"Address Translation Service", EXT(0x0f)},
	{"Single Root I/O Virtualization", EXT(0x10)},
	{"Multi-Root I/O Virtualization", EXT(0x11)},
	{"Multicast", EXT(0x12)},
	{"Page Request Interface", EXT(0x13)},
	{"Physical Resizable BAR", EXT(0x15)},
	{"Resizable BAR", EXT(0x15)},
	{"Dynamic Power Allocation", EXT(0x16)},
	{"Transaction Processing Hints", EXT(0x17)},
	{"Latency Tolerance Reporting", EXT(0x18)},
	{"Secondary PCI Express", EXT(0x19)},
	{"Protocol Multiplexing", EXT(0x1a)},
	{"Process Address Space ID", EXT(0x1b)},
	{"LN Requester", EXT(0x1c)},
	{"Downstream Port Containment", EXT(0x1d)},
	{"L1 PM Substates", EXT(0x1e)},
	{"Precision Time Measurement", EXT(0x1f)},
	{"PCI Express over M_PHY", EXT(0x20)},
	{"FRS Queueing", EXT(0x21)},
	{"Readiness Time Reporting", EXT(0x22)},
	{"Designated Vendor-Specific", EXT(0x23)},
	{"Virtual Resizable BAR", EXT(0x24)},
	{"Data Link Feature", EXT(0x25)},
	{"Physical Layer 16.0 GT/s", EXT(0x26)},
	{"Lane Margining", EXT(0x27)},
	{"Hierarchy ID", EXT(0x28)},
	{"Native PCIe Enclosure Management", EXT(0x29)},
	{"Physical Layer 32.0 GT/s", EXT(0x2a)},
	{"Alternate Protocol", EXT(0x2b)},
	{"System Firmware Intermediary", EXT(0x2c)},
	{"Shadow Functions", EXT(0x2d)},
	{"Data Object Exchange", EXT(0x2e)},
	{"Device 3", EXT(0x2f)},
	{"Integrity & Data Encryption", EXT(0x30)},
};

/* The id that a capability's name or number stands for; CAP_UNKNOWN when neither helps.
 */
static unsigned cap_id(const char *name, bool ext)
{
	static const char *const numbered[] = {"Capability ID 0x",
					       "Extended Capability ID 0x", "#"};
	uint32_t v;

	for (size_t i = 0; i < ARRAY_SIZE(cap_names); i++) {
		if (!!(cap_names[i].id & VCK_LSPCI_EXT) == ext &&
		    str_after(name, cap_names[i].name))
			return cap_names[i].id;
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbered); i++) {
		if (str_after(name, numbered[i]) &&
		    vck_lspci_number(name, numbered[i], 16, &v) &&
		    v < (ext ? 0x10000u : 0x100u))
			return v | (ext ? VCK_LSPCI_EXT : 0);
	}
	return CAP_UNKNOWN;
}

/* Version, device and port type, slot, message number: the register at +2 (PCIe 7.5.3.2).
 */
static int express_flags(struct vck_lspci_fn *f, const char *s)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = {
		{"Endpoint", 0},
		{"Legacy Endpoint", 1},
		{"Root Port", 4},
		{"Upstream Port", 5},
		{"Downstream Port", 6},
		{"PCI-Express to PCI", 7},
		{"PCI/PCI-X to PCI-Express", 8},
		{"Root Complex Integrated Endpoint", 9},
		{"Root Complex Event Collector", 10},
	};
	uint32_t version, message = 0, type = 16;

	if (!vck_lspci_number(s, "Express (v", 10, &version) || version > 15)
		return 0; /* -v alone does not print it */
	s = strchr(s, ')');
	if (!s || s[1] != ' ')
		return 0;
	s += 2;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		type = str_after(s, types[i].name) ? types[i].type : type;
	if (type == 16)
		return 0;
	if (!vck_lspci_number(s, "MSI ", 16, &message) &&
	    !vck_lspci_number(s, "IntMsgNum ", 10, &message))
		return 0;
	return vck_lspci_put(f, f->cap_pos + 2,
			     version | type << 4 | (strstr(s, "(Slot+)") ? 1u << 8 : 0) |
				     (message & 31) << 9,
			     2);
}

/* "MSI: Enable+ Count=1/32 Maskable- 64bit+" */
static int msi_control(struct vck_lspci_fn *f, const char *s)
{
	const char *slash = strchr(s, '/');
	char enable = vck_lspci_flag(s, "Enable"),
	     mask = vck_lspci_flag(s, "Maskable|Mask"), wide = vck_lspci_flag(s, "64bit");
	uint32_t used, able;

	if (!enable || !mask || !wide || !slash ||
	    !vck_lspci_number(s, "Count=", 10, &used) ||
	    !vck_lspci_number(slash, "/", 10, &able) || !vck_lspci_log2(used, &used) ||
	    !vck_lspci_log2(able, &able))
		return 0;
	return vck_lspci_put(f, f->cap_pos + 2,
			     (enable == '+' ? 1u : 0u) | (able & 7) << 1 |
				     (used & 7) << 4 | (wide == '+' ? 1u << 7 : 0u) |
				     (mask == '+' ? 1u << 8 : 0u),
			     2);
}

/* "MSI-X: Enable+ Count=16 Masked-" */
static int msix_control(struct vck_lspci_fn *f, const char *s)
{
	char enable = vck_lspci_flag(s, "Enable"),
	     mask = vck_lspci_flag(s, "Masked|Mask");
	uint32_t count;

	if (!enable || !mask || !vck_lspci_number(s, "Count=", 10, &count) || !count ||
	    count > 2048)
		return 0;
	return vck_lspci_put(f, f->cap_pos + 2,
			     (count - 1) | (mask == '+' ? 1u << 14 : 0u) |
				     (enable == '+' ? 1u << 15 : 0u),
			     2);
}

/* What the capability's own line says beyond its name. */
static int cap_details(struct vck_lspci_fn *f, const char *name)
{
	uint32_t version;

	switch (f->cap) {
	case CAP_PM:
		if (vck_lspci_number(name, "version ", 10, &version) && version < 8)
			return vck_lspci_put(f, f->cap_pos + 2, version, 1);
		return 0;
	case CAP_EXP:
		return express_flags(f, name);
	case CAP_MSI:
		return msi_control(f, name);
	case CAP_MSIX:
		return msix_control(f, name);
	case CAP_AF:
		return vck_lspci_put(f, f->cap_pos + 2, 6, 1);
	default:
		return 0;
	}
}

/* Make the one before point here: lspci prints the list in its order. */
static int link_std(struct vck_lspci_fn *f, unsigned pos)
{
	unsigned at = f->last_std ? f->last_std + 1 : f->is_cardbus ? 0x14 : 0x34;

	f->last_std = pos;
	return vck_lspci_put(f, at, pos, 1);
}

/* The header of an extended capability is complete when the next one is known. */
int vck_lspci_ext_header(struct vck_lspci_fn *f, unsigned next)
{
	uint8_t b[3];

	if (!f->last_ext || !vck_lspci_get(&f->space, f->last_ext, b, sizeof(b)))
		return 0;
	return vck_lspci_put(f, f->last_ext + 2, (b[2] & 15u) | next << 4, 2);
}

static int link_ext(struct vck_lspci_fn *f, unsigned pos, unsigned version)
{
	int r = 0;

	/* The list starts at 100h (PCIe Base 7.6.3). Where the text does not show what is
	 * there, it was shortened: a null capability leads on. */
	if (!f->last_ext && pos != 0x100) {
		f->list = VCK_LSPCI_LIST_BROKEN;
		f->last_ext = 0x100;
		r = vck_lspci_put(f, 0x100, 0, 3);
	}
	if (r == 0)
		r = vck_lspci_ext_header(f, pos);
	f->last_ext = pos;
	if (r == 0 && f->cap != CAP_UNKNOWN)
		r = vck_lspci_put(f, pos, f->cap & 0xffff, 2);
	/* For now: its upper half waits for the next position. */
	return r < 0 ? r : vck_lspci_put(f, pos + 2, version & 15, 1);
}

/* "[40] Express (v2) …", "[100 v2] Advanced Error Reporting" */
static int cap_line(struct vck_lspci_fn *f, const char *s)
{
	uint32_t pos, version = 0;
	const char *name = strchr(s, ']');
	bool ext;
	int r;

	if (!vck_lspci_number(s, "[", 16, &pos) || pos < 0x40 || pos > 0xffc || pos & 3 ||
	    !name || name[1] != ' ')
		return 0;
	ext = pos >= 0x100;
	f->cap = cap_id(name + 2, ext);
	f->cap_pos = pos;
	if (ext) {
		/* -v alone prints no version: the header stays unknown. */
		if (!vck_lspci_number(s, " v", 10, &version) || strstr(s, " v") > name) {
			f->last_ext = 0;
			return 0;
		}
		return link_ext(f, pos, version);
	}
	r = link_std(f, pos);
	if (r == 0 && f->cap != CAP_UNKNOWN)
		r = vck_lspci_put(f, pos, f->cap, 1);
	return r == 0 ? cap_details(f, name + 2) : r;
}

int vck_lspci_capability(struct vck_lspci_fn *f, const char *s)
{
	f->detailed = true;
	if (*s == '[')
		return cap_line(f, s);
	if (str_after(s, "<access denied>"))
		f->list = VCK_LSPCI_LIST_DENIED;
	else
		f->list = VCK_LSPCI_LIST_BROKEN; /* <chain looped>, <chain broken> */
	return 0;
}
