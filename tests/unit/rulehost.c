// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "rulehost.h"

static struct vck_device *add(struct vck_host *h, const char *address)
{
	struct vck_device *d = vck_host_find_device(h, address);

	if (d)
		return d;
	d = vck_host_add_device(h, address);
	assert_non_null(d);
	assert_int_equal(vck_bdf_parse(address, &d->bdf), 0);
	d->have = ~0u;
	d->cap.header_known = VCK_YES;
	d->cap.multifunction = VCK_NO;
	d->cap.all_ones = d->cap.ats.present = d->cap.sriov.present = VCK_NO;
	d->cap.msi.present = d->cap.msix.present = VCK_YES;
	d->cap.exp.present = d->cap.exp.regs_known = VCK_YES;
	d->boot_vga = VCK_NO;
	d->power_state = "D0";
	d->class = 0x020000;
	vck_host_sort(h);
	return d;
}

static void join(struct rulehost *r, struct vck_device *d)
{
	assert_int_equal(vck_group_add_device(r->host, r->group, d), 0);
	d->group = r->group;
	d->unit = r->unit;
}

static void add_defaults(struct rulehost *r)
{
	struct vck_host *h = r->host;

	h->have = ~0u;
	h->release = "6.12.0";
	h->kver = VCK_KVER(6, 12);
	h->arch = VCK_ARCH_X86_64;
	h->arch_name = "x86_64";
	h->cmdline = "quiet intel_iommu=on";
	h->lockdown = VCK_LOCKDOWN_NONE;
	h->intr_remapping_in_use = VCK_YES;
	h->in_guest = VCK_NO;
	h->memlock = UINT64_MAX;
	h->memory_top = 1ull << 35;
	h->page_size = 4096;
	h->vfio.vfio_loaded = h->vfio.vfio_pci_loaded = h->vfio.type1_loaded = VCK_YES;
	h->vfio.vfio_pci_available = h->vfio.type1_available = VCK_YES;
	h->vfio.iommufd_loaded = h->vfio.iommufd_available = VCK_NO;
	h->vfio.platform_available = h->vfio.amba_available = VCK_NO;
	h->vfio.container_node = VCK_YES;
	h->vfio.iommufd_node = h->vfio.cdev = VCK_NO;
}

void rulehost_init(struct rulehost *r)
{
	static const char *const methods[] = {"flr"};

	*r = (struct rulehost){.host = vck_host_new()};
	assert_non_null(r->host);
	add_defaults(r);
	r->unit = vck_host_add_unit(r->host, "dmar0");
	assert_non_null(r->unit);
	r->unit->driver = VCK_IOMMU_INTEL;
	r->unit->driver_name = "intel-iommu";
	r->unit->active = true;
	r->unit->regs_known = VCK_YES;
	r->unit->cap = 0x2f0400; /* 48 bits */
	r->unit->ecap = 0x8a;	 /* QI, IR, SC */
	r->group = vck_host_add_group(r->host, "14");
	assert_non_null(r->group);
	r->group->regions_known = VCK_YES;
	r->port = add(r->host, "0000:00:01.0");
	r->port->cap.header_type = 1;
	r->port->cap.exp.type = VCK_PCIE_ROOT_PORT;
	r->port->cap.acs = (struct vck_cap_acs){.present = VCK_YES, .cap = 0x1d, .ctl = 0x1d};
	r->port->driver = "pcieport";
	r->device = add(r->host, "0000:01:00.0");
	r->device->upstream = r->port;
	r->device->vendor_id = 0x10de;
	r->device->device_id = 0x2204;
	r->device->reset.methods = methods;
	r->device->reset.n_methods = 1;
	join(r, r->device);
}

void rulehost_done(struct rulehost *r)
{
	vck_host_free(r->host);
	free(r->words);
}

/* --- words that set one field --- */

enum kind { STR, TRI, BOOL, U8, U16, U32, U64 };
enum base { HOST, DEVICE, UNIT, VFIO, PORT, PF };

#define H(key, kind, field)                                                              \
	{                                                                                \
		key, kind, HOST, offsetof(struct vck_host, field)                        \
	}
#define D(key, kind, field)                                                              \
	{                                                                                \
		key, kind, DEVICE, offsetof(struct vck_device, field)                    \
	}
#define P(key, kind, field)                                                              \
	{                                                                                \
		key, kind, PF, offsetof(struct vck_device, field)                        \
	}
#define U(key, kind, field)                                                              \
	{                                                                                \
		key, kind, UNIT, offsetof(struct vck_unit, field)                        \
	}
#define V(key, kind, field)                                                              \
	{                                                                                \
		key, kind, VFIO, offsetof(struct vck_vfio, field)                        \
	}

static const struct {
	const char *key;
	enum kind kind;
	enum base base;
	size_t offset;
} fields[] = {
	H("cmdline", STR, cmdline),
	H("ir", TRI, intr_remapping_in_use),
	H("guest", TRI, in_guest),
	H("memlock", U64, memlock),
	H("memtop", U64, memory_top),
	H("page", U32, page_size),
	D("driver", STR, driver),
	D("header", U8, cap.header_type),
	D("header-known", TRI, cap.header_known),
	D("class", U32, class),
	D("vendor", U16, vendor_id),
	D("device", U16, device_id),
	D("vfs", U32, sriov_numvfs),
	D("total-vfs", U32, sriov_totalvfs),
	D("holders", STR, holders),
	D("in-use", STR, in_use),
	D("best", STR, vfio_driver),
	D("boot-vga", TRI, boot_vga),
	D("power", STR, power_state),
	D("runtime", STR, runtime_status),
	D("control", STR, power_control),
	D("all-ones", TRI, cap.all_ones),
	D("exp", TRI, cap.exp.present),
	D("exp-regs", TRI, cap.exp.regs_known),
	D("devctl", U16, cap.exp.devctl),
	D("msi", TRI, cap.msi.present),
	D("msix", TRI, cap.msix.present),
	D("pin", U8, cap.intx_pin),
	D("acs", TRI, cap.acs.present),
	D("acs-cap", U16, cap.acs.cap),
	D("acs-ctl", U16, cap.acs.ctl),
	D("ats", TRI, cap.ats.present),
	D("ats-ctl", U16, cap.ats.ctl),
	D("sriov", TRI, cap.sriov.present),
	D("vf-bar0", U32, cap.sriov.vf_bar[0]),
	D("vf-ctl", U16, cap.sriov.ctl),
	D("record", BOOL, nosnoop.record_cleared),
	D("persistent", BOOL, nosnoop.conf_persistent),
	D("guarded", BOOL, nosnoop.conf_guarded),
	D("read-only", BOOL, nosnoop.held_read_only),
	D("msi-chip", STR, msi_chip),
	P("pf-driver", STR, driver),
	P("pf-devctl", U16, cap.exp.devctl),
	U("ecap", U64, ecap),
	U("cap", U64, cap),
	U("regs", TRI, regs_known),
	U("efr", U64, efr),
	U("active", BOOL, active),
	U("walk", TRI, coherent_walk),
	U("parent", STR, parent),
	V("vfio-pci", TRI, vfio_pci_available),
	V("vfio-pci-loaded", TRI, vfio_pci_loaded),
	V("vfio-loaded", TRI, vfio_loaded),
	V("type1", TRI, type1_available),
	V("type1-loaded", TRI, type1_loaded),
	V("iommufd", TRI, iommufd_available),
	V("iommufd-node", TRI, iommufd_node),
	V("cdev", TRI, cdev),
	V("misc", TRI, container_misc),
	V("platform", TRI, platform_available),
	V("amba", TRI, amba_available),
	V("config-unread", BOOL, config_unread),
};

static enum vck_tri tri_value(const char *v)
{
	return streq(v, "yes") ? VCK_YES : streq(v, "no") ? VCK_NO : VCK_UNKNOWN;
}

static void *base_of(struct rulehost *r, enum base base)
{
	if (base == PF && !r->pf) {
		r->pf = add(r->host, "0000:02:00.0");
		r->device->physfn = r->pf;
	}
	switch (base) {
	case HOST:
		return r->host;
	case DEVICE:
		return r->device;
	case UNIT:
		return r->unit;
	case VFIO:
		return &r->host->vfio;
	case PORT:
		return r->port;
	case PF:
		return r->pf;
	}
	return NULL;
}

static void set_field(void *p, enum kind kind, const char *v)
{
	uint64_t n = 0;

	if (kind >= U8)
		assert_int_equal(vck_parse_u64(v, 0, UINT64_MAX, &n), 0);
	switch (kind) {
	case STR:
		*(const char **)p = *v ? v : NULL;
		return;
	case TRI:
		*(enum vck_tri *)p = tri_value(v);
		return;
	case BOOL:
		*(bool *)p = streq(v, "yes");
		return;
	case U8:
		*(uint8_t *)p = (uint8_t)n;
		return;
	case U16:
		*(uint16_t *)p = (uint16_t)n;
		return;
	case U32:
		*(uint32_t *)p = (uint32_t)n;
		return;
	case U64:
		*(uint64_t *)p = n;
		return;
	}
}

/* --- words that do more --- */

static void do_kernel(struct rulehost *r, const char *v)
{
	r->host->release = *v ? v : NULL;
	r->host->kver = *v ? vck_kver_parse(v) : 0;
	if (!*v)
		r->host->have &= ~(uint32_t)VCK_EV_KERNEL;
}

static void do_arch(struct rulehost *r, const char *v)
{
	r->host->arch = vck_arch_parse(v);
	r->host->arch_name = v;
}

static void do_lockdown(struct rulehost *r, const char *v)
{
	r->host->lockdown =
		streq(v, "integrity") ? VCK_LOCKDOWN_INTEGRITY : VCK_LOCKDOWN_UNKNOWN;
}

static void do_unit(struct rulehost *r, const char *v)
{
	static const char *const names[] = {"",	    "intel",  "amd",
					    "smmu", "smmuv3", "virtio"};

	r->unit->driver = VCK_IOMMU_OTHER;
	for (size_t i = 1; i < ARRAY_SIZE(names); i++) {
		if (streq(v, names[i]))
			r->unit->driver = (enum vck_iommu_driver)i;
	}
	r->unit->driver_name = v;
	if (streq(v, "none"))
		r->host->n_units = 0;
	if (streq(v, "none"))
		r->device->unit = NULL;
}

static void do_group(struct rulehost *r, const char *v)
{
	assert_string_equal(v, "none");
	r->device->group = NULL;
	r->device->unit = NULL;
	r->host->n_groups = 0;
}

static void do_not_read(struct rulehost *r, const char *v)
{
	const char **names = vck_arena_calloc(&r->host->arena, 1, sizeof(*names));

	assert_non_null(names);
	names[0] = v;
	r->group->not_read = names;
	r->group->n_not_read = 1;
}

/* What vfio makes where there is no IOMMU. */
static void do_noiommu_group(struct rulehost *r, const char *v)
{
	(void)v;
	r->group->name = "vfio-noiommu";
}

static void do_sibling(struct rulehost *r, const char *v)
{
	r->sibling = add(r->host, "0000:01:00.1");
	r->sibling->upstream = r->port;
	r->sibling->driver = *v ? v : NULL;
	join(r, r->sibling);
}

/* A second function of the same slot, in a group of its own. */
static void do_neighbour(struct rulehost *r, const char *v)
{
	struct vck_group *g = vck_host_add_group(r->host, v);

	assert_non_null(g);
	r->sibling = add(r->host, "0000:01:00.1");
	r->sibling->upstream = r->port;
	r->sibling->group = g;
	r->sibling->cap.acs = r->device->cap.acs;
	assert_int_equal(vck_group_add_device(r->host, g, r->sibling), 0);
	r->device->cap.multifunction = VCK_YES;
}

static void do_noiommu_neighbour(struct rulehost *r, const char *v)
{
	(void)v;
	r->sibling->group->name = "vfio-noiommu";
}

static void do_mate(struct rulehost *r, const char *v)
{
	(void)v;
	r->other = add(r->host, "0000:01:01.0");
	r->other->upstream = r->port;
}

static void do_twin(struct rulehost *r, const char *v)
{
	(void)v;
	r->other = add(r->host, "0000:05:00.0");
	r->other->vendor_id = r->device->vendor_id;
	r->other->device_id = r->device->device_id;
}

static void do_pf_joins(struct rulehost *r, const char *v)
{
	r->pf = add(r->host, "0000:02:00.0");
	r->pf->driver = v;
	r->device->physfn = r->pf;
	join(r, r->pf);
}

static void do_region(struct rulehost *r, const char *v)
{
	struct vck_region *g = vck_arena_calloc(&r->host->arena, 1, sizeof(*g));

	assert_non_null(g);
	*g = (struct vck_region){0x1000, 0x1fff, v};
	r->group->regions = g;
	r->group->n_regions = 1;
}

/* FLAGS:START:END of BAR 0 */
static void do_bar(struct rulehost *r, const char *v)
{
	struct vck_resource *b = vck_arena_calloc(&r->host->arena, 13, sizeof(*b));
	unsigned long long flags, start, end;

	assert_non_null(b);
	assert_int_equal(sscanf(v, "%llx:%llx:%llx", &flags, &start, &end), 3);
	b[0] = (struct vck_resource){start, end, flags};
	r->device->resources = b;
	r->device->n_resources = 13;
}

/* FLAGS:START:END of VF BAR 0, behind what "bar" gave */
static void do_vf_room(struct rulehost *r, const char *v)
{
	struct vck_resource *b = (struct vck_resource *)r->device->resources;
	unsigned long long flags, start, end;

	assert_int_equal(r->device->n_resources, 13);
	assert_int_equal(sscanf(v, "%llx:%llx:%llx", &flags, &start, &end), 3);
	b[7] = (struct vck_resource){start, end, flags};
}

/* As many lines of the resource file, as "bar" made it */
static void do_lines(struct rulehost *r, const char *v)
{
	assert_int_equal(r->device->n_resources, 13);
	r->device->n_resources = strtoul(v, NULL, 10);
}

static void do_iomem(struct rulehost *r, const char *v)
{
	struct vck_region *g = vck_arena_calloc(&r->host->arena, 1, sizeof(*g));
	unsigned long long start;

	assert_non_null(g);
	assert_int_equal(sscanf(v, "%llx", &start), 1);
	*g = (struct vck_region){start, start + 0xfff, "BOOTFB"};
	r->host->iomem = g;
	r->host->n_iomem = 1;
}

static void do_methods(struct rulehost *r, const char *v)
{
	const char **m = vck_arena_calloc(&r->host->arena, 2, sizeof(*m));

	assert_non_null(m);
	m[0] = v;
	r->device->reset.methods = m;
	r->device->reset.n_methods = *v ? 1 : 0;
}

/* MODULE.NAME=VALUE with ':' for '=' */
static void do_param(struct rulehost *r, const char *v)
{
	char *text = vck_arena_strdup(&r->host->arena, v);
	struct vck_vfio *f = &r->host->vfio;
	char *dot, *colon;

	assert_non_null(text);
	dot = strchr(text, '.');
	colon = strchr(text, ':');
	assert_true(dot && colon);
	*dot = *colon = '\0';
	assert_int_equal(vck_arena_grow(&r->host->arena, &f->params, f->n_params,
					&f->cap_params, sizeof(*f->params)),
			 0);
	f->params[f->n_params++] =
		(struct vck_param){.module = text, .name = dot + 1, .value = colon + 1};
}

/* "vfio.x=1": of a module that is not loaded */
static void do_configured(struct rulehost *r, const char *v)
{
	char *text = vck_arena_strdup(&r->host->arena, v);
	struct vck_vfio *f = &r->host->vfio;
	struct vck_bootopt o;
	const char *s;

	assert_non_null(text);
	s = strchr(text, '.');
	assert_non_null(s);
	text[s++ - text] = '\0';
	assert_true(vck_bootopt_next(&s, &o));
	assert_int_equal(vck_configure(r->host, text, &o, "/etc/modprobe.d/v.conf"), 1);
	if (streq(text, "vfio"))
		f->vfio_loaded = VCK_NO;
	else if (streq(text, "vfio_pci"))
		f->vfio_pci_loaded = VCK_NO;
	else if (streq(text, "vfio_iommu_type1"))
		f->type1_loaded = VCK_NO;
}

static void do_vmd(struct rulehost *r, const char *v)
{
	r->other = add(r->host, "0000:00:0e.0");
	r->other->driver = *v ? v : NULL;
	r->device->real_dma_dev = r->other;
}

/* A disk behind the device, which is a VMD. */
static void do_vmd_child(struct rulehost *r, const char *v)
{
	r->other = add(r->host, "10000:e1:00.0");
	r->other->real_dma_dev = r->device;
	r->other->in_use = v;
	r->device->driver = "vmd";
}

static void do_platform_bus(struct rulehost *r, const char *v)
{
	r->device->bus = streq(v, "amba") ? VCK_BUS_AMBA : VCK_BUS_PLATFORM;
	r->device->address = "9010000.dma";
	vck_host_sort(r->host);
}

/* Its device tree node has one string of this. */
static void do_compatible(struct rulehost *r, const char *v)
{
	struct vck_dt_prop *p = vck_arena_calloc(&r->host->arena, 1, sizeof(*p));
	struct vck_dt_node *n = vck_arena_calloc(&r->host->arena, 1, sizeof(*n));

	assert_true(p && n);
	*p = (struct vck_dt_prop){"compatible", (const uint8_t *)v, (uint32_t)strlen(v) + 1};
	*n = (struct vck_dt_node){.path = "/dma", .name = "dma", .props = p, .n_props = 1};
	r->device->of_node = n;
}

static void do_virtio(struct rulehost *r, const char *v)
{
	static const char off[] = "0000000000000000000000000000000000000000";
	static const char on[] = "0000000000000000000000000000000001000000";

	r->virtio = (struct vck_virtio){.name = "virtio0",
					.device = 1,
					.driver = "virtio_net",
					.features = streq(v, "platform") ? on : off};
	r->device->virtio = &r->virtio;
}

static void do_at(struct rulehost *r, const char *v)
{
	assert_int_equal(vck_bdf_parse(v, &r->device->bdf), 0);
	r->device->address = v;
	vck_host_sort(r->host);
}

static void do_bridge(struct rulehost *r, const char *v)
{
	r->other = add(r->host, "0000:00:00.0");
	r->other->class = 0x060000;
	r->other->vendor_id = streq(v, "intel") ? 0x8086 : 0x1af4;
}

static void do_lpc(struct rulehost *r, const char *v)
{
	struct vck_device *lpc = add(r->host, "0000:00:1f.0");

	lpc->class = 0x060100;
	lpc->vendor_id = streq(v, "intel") ? 0x8086 : 0x1af4;
}

/* No group, and a unit of firmware's that no driver runs; the port has the driver given, or
 * the device is alone behind that unit. */
static void do_waits(struct rulehost *r, const char *v)
{
	do_group(r, "none");
	r->unit->active = false;
	r->unit->driver = VCK_IOMMU_VIRTIO;
	r->device->unit = r->port->unit = r->unit;
	r->device->unit_from_tables = r->port->unit_from_tables = true;
	r->port->driver = *v ? v : NULL;
	if (streq(v, "alone"))
		r->port->unit = NULL;
}

static void do_dmar(struct rulehost *r, const char *v)
{
	struct vck_dmar *d = vck_arena_calloc(&r->host->arena, 1, sizeof(*d));

	assert_non_null(d);
	d->flags = streq(v, "ir");
	r->host->acpi.dmar = d;
}

/* An IVRS with one IVHD that has an EFR, and perhaps no host translation. */
static void do_ivrs(struct rulehost *r, const char *v)
{
	struct vck_ivrs *t = vck_arena_calloc(&r->host->arena, 1, sizeof(*t));
	struct vck_ivhd *i = vck_arena_calloc(&r->host->arena, 1, sizeof(*i));

	assert_true(t && i);
	*i = (struct vck_ivhd){.type = 0x11, .used = true, .efr = r->unit->efr,
			       .attr = streq(v, "hatdis")};
	*t = (struct vck_ivrs){.ivinfo = 1, .ivhds = i, .n_ivhds = 1};
	r->host->acpi.ivrs = t;
}

/* As do_waits(), but the unit is listed, and there is no group on the whole host. */
static void do_unserved(struct rulehost *r, const char *v)
{
	do_waits(r, "");
	r->unit->active = true;
	r->host->n_groups = 0;
	r->host->kver = vck_kver_parse(v);
}

static void do_missing(struct rulehost *r, const char *v)
{
	static const struct {
		const char *name;
		uint32_t host, device;
	} bits[] = {
		{"groups", VCK_EV_GROUPS, 0}, {"cmdline", VCK_EV_CMDLINE, 0},
		{"memory", VCK_EV_MEMORY, 0}, {"group", 0, VCK_EV_GROUP},
		{"driver", 0, VCK_EV_DRIVER}, {"caps", 0, VCK_EV_CAPS},
		{"reset", 0, VCK_EV_RESET},   {"ids", 0, VCK_EV_IDS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		if (!streq(v, bits[i].name))
			continue;
		r->host->have &= ~bits[i].host;
		r->device->have &= ~bits[i].device;
		return;
	}
	fail_msg("missing=%s: no such evidence", v);
}

static const struct {
	const char *key;
	void (*run)(struct rulehost *r, const char *v);
} actions[] = {
	{"kernel", do_kernel},	   {"arch", do_arch},	{"lockdown", do_lockdown},
	{"unit", do_unit},	   {"group", do_group}, {"sibling", do_sibling},
	{"mate", do_mate},	   {"twin", do_twin},	{"region", do_region},
	{"lines", do_lines},	   {"vf-room", do_vf_room},
	{"bar", do_bar},	   {"iomem", do_iomem}, {"methods", do_methods},
	{"param", do_param},	   {"configured", do_configured},
	{"vmd", do_vmd},	{"vmd-child", do_vmd_child},	{"bus", do_platform_bus},
	{"compatible", do_compatible},
	{"virtio", do_virtio},	   {"at", do_at},	{"host-bridge", do_bridge},
	{"pf-joins", do_pf_joins}, {"waits", do_waits}, {"dmar", do_dmar}, {"ivrs", do_ivrs},
	{"noiommu-group", do_noiommu_group}, {"not-read", do_not_read},
	{"neighbour", do_neighbour}, {"noiommu-neighbour", do_noiommu_neighbour},
	{"missing", do_missing}, {"unserved", do_unserved}, {"lpc", do_lpc},
};

static bool apply_word(struct rulehost *r, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (streq(fields[i].key, key)) {
			set_field((char *)base_of(r, fields[i].base) + fields[i].offset,
				  fields[i].kind, value);
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (streq(actions[i].key, key)) {
			actions[i].run(r, value);
			return true;
		}
	}
	return false;
}

/* '~' in a value is a blank. */
static void blanks(char *s)
{
	for (; *s; s++) {
		if (*s == '~')
			*s = ' ';
	}
}

const char *rulehost_apply(struct rulehost *r, const char *words)
{
	char *save = NULL;

	r->words = strdup(words);
	assert_non_null(r->words);
	for (char *w = strtok_r(r->words, " \t\n", &save); w;
	     w = strtok_r(NULL, " \t\n", &save)) {
		char *eq = strchr(w, '=');

		if (!eq)
			return w;
		*eq = '\0';
		blanks(eq + 1);
		if (!apply_word(r, w, eq + 1))
			return w;
	}
	return NULL;
}
