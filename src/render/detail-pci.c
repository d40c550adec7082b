// SPDX-License-Identifier: GPL-2.0-or-later
/* `show DEVICE`: capabilities and resources of a PCI function. Bits have the names
 * that lspci -vv prints, so that both can be held next to each other. */
#include "config.h"

#include <inttypes.h>

#include "base/buf.h"
#include "render/detail.h"
#include "render/labels.h"

struct flag {
	uint32_t bit;
	const char *name;
};

/* "Name+ Other-", behind what is there. */
static void add_flags(struct vck_buf *b, uint32_t value, const struct flag *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vck_buf_addf(b, "%s%s%c", b->len ? " " : "", f[i].name,
			     value & f[i].bit ? '+' : '-');
}

static void put(const struct vck_sheet *s, const char *label, unsigned off,
		const char *value)
{
	char where[32];

	snprintf(where, sizeof(where), "config+0x%x", off);
	vck_sheet_field(s, label, where, "%s", value);
}

/* A register that is nothing but flags. */
static void put_flags(const struct vck_sheet *s, const char *label, unsigned off,
		      uint32_t value, const struct flag *f, size_t n)
{
	cleanup_buf struct vck_buf b = {0};

	add_flags(&b, value, f, n);
	put(s, label, off, vck_buf_str(&b));
}

/* --- PCI Express, PCIe Base 7.5.3 --- */

#define DEVCAP_FLR (1u << 28)
#define DEVCTL_15  (1u << 15) /* Initiate FLR, or Bridge Configuration Retry Enable */

static void devcap(const struct vck_sheet *s, const struct vck_cap_exp *e)
{
	static const struct flag flags[] = {{1u << 5, "ExtTag"}, {1u << 15, "RBE"}};
	static const struct flag flr[] = {{DEVCAP_FLR, "FLReset"}};
	cleanup_buf struct vck_buf b = {0};

	vck_buf_addf(&b, "MaxPayload %u bytes, PhantFunc %u,", 128u << (e->devcap & 7),
		     (1u << (e->devcap >> 3 & 3)) - 1);
	add_flags(&b, e->devcap, flags, ARRAY_SIZE(flags));
	if (vck_pcie_may_flr(e))
		add_flags(&b, e->devcap, flr, ARRAY_SIZE(flr));
	put(s, "DevCap", e->pos + 4u, vck_buf_str(&b));
}

static void devctl(const struct vck_sheet *s, const struct vck_cap_exp *e)
{
	static const struct flag flags[] = {
		{1u << 0, "CorrErr"},
		{1u << 1, "NonFatalErr"},
		{1u << 2, "FatalErr"},
		{1u << 3, "UnsupReq"},
		{1u << 4, "RlxdOrd"},
		{1u << 8, "ExtTag"},
		{1u << 9, "PhantFunc"},
		{1u << 10, "AuxPwr"},
		{VCK_DEVCTL_NOSNOOP, "NoSnoop"},
	};
	static const struct flag retry[] = {{DEVCTL_15, "BrConfRtry"}};
	static const struct flag flr[] = {{DEVCTL_15, "FLReset"}};
	cleanup_buf struct vck_buf b = {0};

	add_flags(&b, e->devctl, flags, ARRAY_SIZE(flags));
	if (e->type == VCK_PCIE_TO_PCI)
		add_flags(&b, e->devctl, retry, ARRAY_SIZE(retry));
	else if (vck_pcie_may_flr(e) && e->devcap & DEVCAP_FLR)
		add_flags(&b, e->devctl, flr, ARRAY_SIZE(flr));
	vck_buf_addf(&b, ", MaxPayload %u bytes, MaxReadReq %u bytes",
		     128u << (e->devctl >> 5 & 7), 128u << (e->devctl >> 12 & 7));
	put(s, "DevCtl", e->pos + 8u, vck_buf_str(&b));
}

static void express(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag status[] = {
		{1u << 0, "CorrErr"},  {1u << 1, "NonFatalErr"}, {1u << 2, "FatalErr"},
		{1u << 3, "UnsupReq"}, {1u << 4, "AuxPwr"},	 {1u << 5, "TransPend"},
	};
	const struct vck_cap_exp *e = &d->cap.exp;
	cleanup_buf struct vck_buf b = {0};
	const char *type = vck_pcie_type_label(d);

	vck_buf_addf(&b, "version %u, ", e->version);
	if (type)
		vck_buf_adds(&b, type);
	else
		vck_buf_addf(&b, "type %u", e->type);
	put(s, "PCI Express", e->pos, vck_buf_str(&b));
	if (e->regs_known != VCK_YES) {
		put(s, "DevCap, DevCtl", e->pos + 4u, "unknown");
		return;
	}
	devcap(s, e);
	devctl(s, e);
	put_flags(s, "DevSta", e->pos + 10u, e->devsta, status, ARRAY_SIZE(status));
}

/* --- the other standard ones --- */

/* PCI Bus Power Management 1.2, 3.2.3 and 3.2.4 */
static void pm(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag cap[] = {
		{1u << 3, "PMEClk"},
		{1u << 5, "DSI"},
		{1u << 9, "D1"},
		{1u << 10, "D2"},
	};
	static const struct flag ctl[] = {
		{1u << 3, "NoSoftRst"},
		{1u << 8, "PME-Enable"},
		{1u << 15, "PME"},
	};
	const struct vck_cap_pm *p = &d->cap.pm;
	cleanup_buf struct vck_buf b = {0}, status = {0};

	vck_buf_addf(&b, "version %u,", p->pmc & 7u);
	add_flags(&b, p->pmc, cap, ARRAY_SIZE(cap));
	put(s, "Power Mgmt", p->pos + 2u, vck_buf_str(&b));
	vck_buf_addf(&status, "D%u", p->pmcsr & 3u);
	add_flags(&status, p->pmcsr, ctl, ARRAY_SIZE(ctl));
	put(s, "PM Status", p->pos + 4u, vck_buf_str(&status));
}

static void af(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag flags[] = {{1u << 0, "TP"}, {1u << 1, "FLR"}};
	const struct vck_cap_af *a = &d->cap.af;

	put_flags(s, "AFCap", a->pos + 3u, a->cap, flags, ARRAY_SIZE(flags));
}

/* PCI Local Bus 3.0, 6.8.1.3 */
static void msi(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag enable[] = {{1u << 0, "Enable"}};
	static const struct flag flags[] = {{1u << 8, "Maskable"}, {1u << 7, "64bit"}};
	const struct vck_cap_msi *m = &d->cap.msi;
	cleanup_buf struct vck_buf b = {0};

	add_flags(&b, m->ctl, enable, ARRAY_SIZE(enable));
	vck_buf_addf(&b, " Count=%u/%u", 1u << (m->ctl >> 4 & 7),
		     1u << (m->ctl >> 1 & 7));
	add_flags(&b, m->ctl, flags, ARRAY_SIZE(flags));
	put(s, "MSI", m->pos + 2u, vck_buf_str(&b));
}

/* 6.8.2.3 */
static void msix(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag enable[] = {{1u << 15, "Enable"}};
	static const struct flag masked[] = {{1u << 14, "Masked"}};
	const struct vck_cap_msi *m = &d->cap.msix;
	cleanup_buf struct vck_buf b = {0};

	add_flags(&b, m->ctl, enable, ARRAY_SIZE(enable));
	vck_buf_addf(&b, " Count=%u", (m->ctl & 0x7ffu) + 1);
	add_flags(&b, m->ctl, masked, ARRAY_SIZE(masked));
	put(s, "MSI-X", m->pos + 2u, vck_buf_str(&b));
}

/* --- extended ones --- */

static void acs(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag flags[] = {
		{VCK_ACS_SV, "SrcValid"},    {VCK_ACS_TB, "TransBlk"},
		{VCK_ACS_RR, "ReqRedir"},    {VCK_ACS_CR, "CmpltRedir"},
		{VCK_ACS_UF, "UpstreamFwd"}, {VCK_ACS_EC, "EgressCtrl"},
		{VCK_ACS_DT, "DirectTrans"},
	};
	const struct vck_cap_acs *a = &d->cap.acs;

	put_flags(s, "ACSCap", a->pos + 4u, a->cap, flags, ARRAY_SIZE(flags));
	put_flags(s, "ACSCtl", a->pos + (a->dword_layout ? 8u : 6u), a->ctl, flags,
		  ARRAY_SIZE(flags));
}

/* PCIe Base 10.5.1 */
static void ats(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag enable[] = {{1u << 15, "Enable"}};
	const struct vck_cap_ats *a = &d->cap.ats;
	cleanup_buf struct vck_buf cap = {0}, ctl = {0};

	vck_buf_addf(&cap, "Invalidate Queue Depth: %02x", a->cap & 0x1fu);
	put(s, "ATSCap", a->pos + 4u, vck_buf_str(&cap));
	add_flags(&ctl, a->ctl, enable, ARRAY_SIZE(enable));
	vck_buf_addf(&ctl, ", Smallest Translation Unit: %02x", a->ctl & 0x1fu);
	put(s, "ATSCtl", a->pos + 6u, vck_buf_str(&ctl));
}

/* PCIe Base 10.5.2 */
static void pri(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag ctl[] = {{1u << 0, "Enable"}, {1u << 1, "Reset"}};
	static const struct flag status[] = {
		{1u << 0, "RF"},
		{1u << 1, "UPRGI"},
		{1u << 8, "Stopped"},
	};
	const struct vck_cap_pri *p = &d->cap.pri;

	put_flags(s, "PRICtl", p->pos + 4u, p->ctl, ctl, ARRAY_SIZE(ctl));
	put_flags(s, "PRISta", p->pos + 6u, p->status, status, ARRAY_SIZE(status));
}

/* PCIe Base 7.8.9 */
static void pasid(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag bits[] = {
		{1u << 0, "Enable"},
		{1u << 1, "Exec"},
		{1u << 2, "Priv"},
	};
	const struct vck_cap_pasid *p = &d->cap.pasid;
	cleanup_buf struct vck_buf cap = {0};

	add_flags(&cap, p->cap, bits + 1, ARRAY_SIZE(bits) - 1);
	vck_buf_addf(&cap, ", Max PASID Width: %02x", p->cap >> 8 & 0x1fu);
	put(s, "PASIDCap", p->pos + 4u, vck_buf_str(&cap));
	put_flags(s, "PASIDCtl", p->pos + 6u, p->ctl, bits, ARRAY_SIZE(bits));
}

/* PCIe Base 9.3.3 */
static void sriov(const struct vck_sheet *s, const struct vck_device *d)
{
	static const struct flag flags[] = {
		{1u << 0, "Enable"}, {1u << 1, "Migration"},	{1u << 2, "Interrupt"},
		{1u << 3, "MSE"},    {1u << 4, "ARIHierarchy"},
	};
	const struct vck_cap_sriov *v = &d->cap.sriov;
	cleanup_buf struct vck_buf vfs = {0}, place = {0}, bars = {0};

	put_flags(s, "IOVCtl", v->pos + 8u, v->ctl, flags, ARRAY_SIZE(flags));
	vck_buf_addf(&vfs, "Initial VFs: %u, Total VFs: %u, Number of VFs: %u",
		     v->initial_vfs, v->total_vfs, v->num_vfs);
	put(s, "SR-IOV", v->pos + 0xcu, vck_buf_str(&vfs));
	vck_buf_addf(&place, "VF offset: %u, stride: %u, Device ID: %04x", v->offset,
		     v->stride, v->vf_device);
	put(s, "", v->pos + 0x14u, vck_buf_str(&place));
	for (size_t i = 0; i < ARRAY_SIZE(v->vf_bar); i++)
		vck_buf_addf(&bars, "%s%08" PRIx32, i ? " " : "", v->vf_bar[i]);
	put(s, "VF BARs", v->pos + 0x24u, vck_buf_str(&bars));
}

/* --- all of them --- */

struct cap {
	const char *name;
	enum vck_tri present;
	unsigned pos; /* 0: never met */
	void (*print)(const struct vck_sheet *s, const struct vck_device *d);
};

/* Capabilities whose list was not walked to its end, in one line. */
static void unseen(const struct vck_sheet *s, const struct vck_device *d,
		   const struct cap *caps, size_t n)
{
	cleanup_buf struct vck_buf b = {0};
	char where[64];

	for (size_t i = 0; i < n; i++) {
		if (caps[i].present == VCK_UNKNOWN && !caps[i].pos)
			vck_buf_addf(&b, "%s%s", b.len ? ", " : "", caps[i].name);
	}
	if (!b.len)
		return;
	if (d->cap.all_ones == VCK_YES)
		snprintf(where, sizeof(where), "config: all ones");
	else
		snprintf(where, sizeof(where), "config: %u bytes readable%s", d->cap.size,
			 d->cap.chain_broken == VCK_YES ? ", list broken" : "");
	vck_sheet_field(s, "unknown", where, "%s", vck_buf_str(&b));
}

void vck_detail_capabilities(const struct vck_sheet *s, const struct vck_device *d)
{
	const struct vck_pcicap *c = &d->cap;
	const struct cap caps[] = {
		{"PCI Express", c->exp.present, c->exp.pos, express},
		{"PM", c->pm.present, c->pm.pos, pm},
		{"AF", c->af.present, c->af.pos, af},
		{"MSI", c->msi.present, c->msi.pos, msi},
		{"MSI-X", c->msix.present, c->msix.pos, msix},
		{"ACS", c->acs.present, c->acs.pos, acs},
		{"ATS", c->ats.present, c->ats.pos, ats},
		{"PRI", c->pri.present, c->pri.pos, pri},
		{"PASID", c->pasid.present, c->pasid.pos, pasid},
		{"SR-IOV", c->sriov.present, c->sriov.pos, sriov},
	};
	size_t absent = 0;

	vck_sheet_section(s, "Capabilities");
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		if (caps[i].present == VCK_YES)
			caps[i].print(s, d);
		else if (caps[i].pos)
			put(s, caps[i].name, caps[i].pos,
			    "there, its registers are unknown");
		absent += caps[i].present == VCK_NO;
	}
	unseen(s, d, caps, ARRAY_SIZE(caps));
	if (absent == ARRAY_SIZE(caps))
		vck_sheet_field(s, "all", "config", "none that this program decodes");
}

/* --- resources --- */

/* "16M": whole units, as lspci prints sizes. */
static void add_size(struct vck_buf *b, uint64_t n)
{
	static const char units[] = "\0KMGTPE";
	size_t i = 0;

	while (n && n % 1024 == 0 && i < sizeof(units) - 2) {
		n /= 1024;
		i++;
	}
	vck_buf_addf(b, "%" PRIu64 "%.1s", n, units + i);
}

static void resource(const struct vck_sheet *s, const struct vck_device *d, size_t i)
{
	const struct vck_resource *r = &d->resources[i];
	cleanup_buf struct vck_buf label = {0}, b = {0};
	const char *type = vck_resource_type(r);
	char where[40];

	vck_resource_label(&label, d, i);
	if (r->flags & VCK_RES_UNSET)
		vck_buf_adds(&b, "not assigned");
	else
		vck_buf_addf(&b, "0x%" PRIx64 "-0x%" PRIx64, r->start, r->end);
	if (r->end > r->start) {
		vck_buf_adds(&b, ", ");
		add_size(&b, r->end - r->start + 1);
	}
	vck_buf_addf(&b, ", %s", type ? type : "of no known kind");
	if (r->flags & VCK_RES_MEM)
		vck_buf_addf(&b, "%s%s",
			     r->flags & VCK_RES_MEM_64 ? " 64-bit" : " 32-bit",
			     r->flags & VCK_RES_PREFETCH ? " prefetchable" : "");
	snprintf(where, sizeof(where), "resource, line %zu", i + 1);
	vck_sheet_field(s, vck_buf_str(&label), where, "%s", vck_buf_str(&b));
}

void vck_detail_resources(const struct vck_sheet *s, const struct vck_device *d)
{
	bool known = vck_device_has(d, VCK_EV_RESOURCES);
	size_t n = 0;

	vck_sheet_section(s, "Resources");
	for (size_t i = 0; i < d->n_resources; i++) {
		if (!d->resources[i].flags)
			continue;
		resource(s, d, i);
		n++;
	}
	if (!n)
		vck_sheet_field(s, "ranges", "resource", "%s",
				known ? "none" : "unknown");
}
