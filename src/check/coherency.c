// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a device's own DMA is coherent, as the kernel decides it and shows nowhere:
 * from the device tree (drivers/of/address.c:of_dma_is_coherent) or from _CCA
 * (drivers/acpi/scan.c:acpi_init_coherency). A PCI function takes its host bridge's
 * answer (pci-driver.c:pci_dma_configure), whatever its own node says. Some architectures
 * know only coherent DMA: there firmware is shown and does not count. */
#include "config.h"

#include <errno.h>

#include "check/coherency.h"
#include "check/engine.h"
#include "check/tables-internal.h"

enum {
	MAX_STEPS = 160, /* DMA parents are followed up to 128 times */
	MAX_PATH_SEGS = 64,
};

/* Steps while they are collected. */
struct chain {
	struct vck_host *h;
	struct vck_coherency_step steps[MAX_STEPS];
	size_t n;
	bool always; /* coherent whatever firmware says: its steps are shown only */
	bool failed;
};

static struct vck_coherency_step *add_step(struct chain *c, const char *source, const char *node,
					   const char *property, const char *value)
{
	struct vck_coherency_step *s = &c->steps[c->n];

	if (!value)
		c->failed = true;
	if (c->n < MAX_STEPS - 1)
		c->n++;
	*s = (struct vck_coherency_step){ source, node, property, value, NULL, false };
	return s;
}

/* Architectures that select none of ARCH_HAS_SYNC_DMA_FOR_{DEVICE,CPU,CPU_ALL}:
 * dev_is_dma_coherent() is true there without a look at the device
 * (include/linux/dma-map-ops.h, 5.10 to 7.2). */
static bool is_always_coherent(const struct vck_host *h)
{
	static const struct {
		const char *arch, *source;
	} rows[] = {
		{ "x86_64", "arch/x86/Kconfig, 5.10 to 7.2" },
		{ "i686", "arch/x86/Kconfig, 5.10 to 7.2" },
		{ "i586", "arch/x86/Kconfig, 5.10 to 7.2" },
		{ "loongarch64", "arch/loongarch/Kconfig, 7.2" },
		{ "s390x", "arch/s390/Kconfig, 7.2" },
		/* only the 32 bit NOT_COHERENT_CACHE selects them */
		{ "ppc64", "arch/powerpc/platforms/Kconfig.cputype, 7.2" },
		{ "ppc64le", "arch/powerpc/platforms/Kconfig.cputype, 7.2" },
	};

	if (h->arch == VCK_ARCH_X86_64)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (streq0(h->arch_name, rows[i].arch))
			return true;
	}
	return false;
}

static void decide(struct vck_device *d, struct vck_coherency_step *s, enum vck_tri coherent)
{
	s->decides = true;
	d->coherent = coherent;
	d->coherency_source = s->source;
	d->coherency_node = s->node;
	d->coherency_property = s->property;
}

/* What firmware says decides where the kernel looks at it. */
static void by_firmware(const struct chain *c, struct vck_device *d, struct vck_coherency_step *s,
			enum vck_tri coherent)
{
	if (!c->always)
		decide(d, s, coherent);
}

/* What the architecture says where firmware says nothing, or nothing that counts. */
static void by_architecture(struct chain *c, struct vck_device *d)
{
	const struct vck_host *h = c->h;
	const char *name = h->arch_name ? h->arch_name : "unknown architecture";
	enum vck_tri v = c->always || h->arch == VCK_ARCH_RISCV64 ? VCK_YES
			 : h->arch == VCK_ARCH_AARCH64		  ? VCK_NO
								  : VCK_UNKNOWN;
	struct vck_coherency_step *s =
		add_step(c, "architecture", name, NULL,
			 c->always     ? "coherent whatever firmware says"
			 : v == VCK_YES ? "coherent unless firmware says otherwise"
			 : v == VCK_NO  ? "not coherent unless firmware says otherwise"
					: "not known");

	if (v == VCK_UNKNOWN)
		return;
	decide(d, s, v);
	s->node = NULL;
	d->coherency_node = NULL;
}

/* --- device tree --- */

static void by_device_tree(struct chain *c, struct vck_device *d, const struct vck_dt_node *from)
{
	const struct vck_dt_node *node;
	const char *property;
	enum vck_tri v = vck_dt_coherent(c->h, from, &node, &property);
	unsigned hops = 0;

	for (const struct vck_dt_node *n = from; n && n != node && hops < MAX_STEPS - 8;
	     n = vck_dt_dma_parent(c->h, n), hops++)
		add_step(c, "dt", n->path, "dma-coherent", "absent")->where = n->path;
	if (node) {
		struct vck_coherency_step *s = add_step(c, "dt", node->path, property, "present");

		s->where = vck_arena_printf(&c->h->arena, "/sys/firmware/devicetree/base%s%s%s",
					    node->path, node->parent ? "/" : "", property);
		by_firmware(c, d, s, v);
	} else if (c->h->dt.complete != VCK_YES) {
		add_step(c, "dt", from->path, "dma-coherent", "not all of the tree could be read");
	} else if (v == VCK_UNKNOWN && c->h->arch == VCK_ARCH_AARCH64) {
		add_step(c, "dt", from->path, NULL, "its DMA parents lead in a circle");
	} else {
		by_architecture(c, d);
	}
}

/* --- ACPI --- */

/* The _CCA that the object @path holds itself; @path is padded. */
static const struct vck_cca *cca_at(const struct vck_host *h, const char *path)
{
	size_t lo = 0, hi = h->acpi.n_ccas;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int r = strcmp(h->acpi.ccas[mid].path, path);

		if (r == 0)
			return &h->acpi.ccas[mid];
		if (r < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* "\_SB.PC00" to the form of the namespace walk, "\_SB_.PC00"; NULL when it is no path. */
static char *padded(struct vck_host *h, const char *path)
{
	char out[1 + 5 * MAX_PATH_SEGS], *p = out;

	path += strspn(path, "\\");
	*p++ = '\\';
	for (unsigned i = 0; *path; i++) {
		size_t n = strcspn(path, ".");

		if (n > 4 || n == 0 || i == MAX_PATH_SEGS)
			return NULL;
		if (i)
			*p++ = '.';
		memset(p, '_', 4);
		memcpy(p, path, n);
		p += 4;
		path += n + (path[n] == '.');
	}
	return vck_arena_strndup(&h->arena, out, (size_t)(p - out));
}

/* The first @segs segments of a padded path; NULL when memory is short. */
static const char *prefix(struct vck_host *h, const char *path, size_t segs)
{
	size_t len = segs ? 5 * segs : 1;

	return strlen(path) <= len ? path : vck_arena_strndup(&h->arena, path, len);
}

static size_t count_segs(const char *path)
{
	return path[1] ? strlen(path) / 5 : 0;
}

/* The outermost _CCA on the way to @path: children inherit and their own is ignored. */
const struct vck_cca *vck_cca_of(struct vck_host *h, const char *path)
{
	const char *p = path ? padded(h, path) : NULL;
	const struct vck_cca *found = NULL;

	for (size_t i = 0; p && !found && i <= count_segs(p); i++) {
		const char *at = prefix(h, p, i);

		found = at ? cca_at(h, at) : NULL;
	}
	return found;
}

enum vck_tri vck_cca_value(const struct vck_cca *c)
{
	/* The kernel keeps it in a field of one bit. */
	if (c->kind == VCK_CCA_METHOD || c->kind == VCK_CCA_OTHER)
		return VCK_UNKNOWN;
	return vck_tri(c->value & 1);
}

static const char *cca_text(struct vck_host *h, const struct vck_cca *c)
{
	static const char *const how[] = { "", ", returned by a method", "", "",
					   ", evaluated by acpiexec" };

	if (c->kind == VCK_CCA_METHOD)
		return "a method; cannot be evaluated offline (--acpiexec does)";
	if (c->kind == VCK_CCA_OTHER)
		return "no plain value, or under a condition; cannot be evaluated offline (--acpiexec does)";
	return vck_arena_printf(&h->arena, "0x%llx%s", (unsigned long long)c->value,
				how[c->kind]);
}

static void add_cca_step(struct chain *c, struct vck_device *d, const char *node,
			 const struct vck_cca *cca)
{
	struct vck_coherency_step *s =
		add_step(c, "acpi", node, "_CCA", cca ? cca_text(c->h, cca) : "absent");

	if (!cca)
		return;
	s->where = vck_arena_printf(&c->h->arena, "%s+0x%x", cca->table, cca->offset);
	by_firmware(c, d, s, vck_cca_value(cca));
}

/* The IORT's word on the same device: shown, never used by Linux. */
static void add_iort_step(struct chain *c, const struct vck_device *d)
{
	const struct vck_iort_node *n = vck_iort_device(c->h, d);
	struct vck_coherency_step *s;

	if (!n)
		return;
	s = add_step(c, "iort", n->name ? n->name : "root complex", "Cache Coherency Attribute",
		     vck_arena_printf(&c->h->arena, "%u (Linux does not use it)", n->cca));
	s->where = vck_arena_printf(&c->h->arena, "IORT+0x%x", n->offset);
}

static void by_acpi(struct chain *c, struct vck_device *d, const char *path)
{
	struct vck_host *h = c->h;
	const char *p = padded(h, path);
	const struct vck_cca *cca = NULL;

	if (!p) {
		add_step(c, "acpi", path, "_CCA", "the object's path is not understood");
		return;
	}
	if (h->acpi.cca_known != VCK_YES) {
		add_step(c, "acpi", p, "_CCA",
			 "unknown: DSDT and SSDTs were not all read (root is needed)");
		return;
	}
	for (size_t i = 0; !cca && i <= count_segs(p); i++) {
		const char *at = prefix(h, p, i);

		cca = at ? cca_at(h, at) : NULL;
		add_cca_step(c, d, at, cca);
	}
	add_iort_step(c, d);
	/* CONFIG_ACPI_CCA_REQUIRED, which only arm64 selects: no _CCA, no DMA. */
	if (!cca && h->arch != VCK_ARCH_AARCH64)
		by_architecture(c, d);
}

/* --- all devices --- */

const char *vck_coherency_path(const struct vck_device *d)
{
	if (d->real_dma_dev)
		d = d->real_dma_dev;
	return d->bus == VCK_BUS_PCI ? d->bridge_acpi_path : d->acpi_path;
}

static int keep(struct chain *c, struct vck_device *d)
{
	d->steps = c->n ? vck_arena_memdup(&c->h->arena, c->steps, c->n * sizeof(c->steps[0]))
			: NULL;
	if (c->failed || (c->n && !d->steps))
		return -ENOMEM;
	d->n_steps = c->n;
	return 0;
}

static int derive(struct chain *c, struct vck_device *d)
{
	const struct vck_dt_node *n = vck_dt_dma_node(d->real_dma_dev ? d->real_dma_dev : d);
	const char *path = vck_coherency_path(d);
	struct vck_host *h = c->h;

	c->n = 0;
	if (n)
		by_device_tree(c, d, n);
	else if (path)
		by_acpi(c, d, path);
	else if (!vck_device_has(d, VCK_EV_FIRMWARE_NODE) || !vck_host_has(h, VCK_EV_ACPI) ||
		 !vck_host_has(h, VCK_EV_DT))
		add_step(c, "acpi", NULL, NULL, "unknown: what firmware says was not read");
	else
		by_architecture(c, d);
	if (c->always && !(c->n && c->steps[c->n - 1].decides))
		by_architecture(c, d);
	return keep(c, d);
}

int vck_derive_coherency(struct vck_host *h)
{
	cleanup_free struct chain *c = calloc(1, sizeof(*c));
	int r = c ? 0 : -ENOMEM;

	if (c) {
		c->h = h;
		c->always = is_always_coherent(h);
	}
	for (size_t i = 0; r == 0 && i < h->n_devices; i++)
		r = derive(c, h->devices[i]);
	return r;
}
