// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tool makes of device trees, for the independent walk of tests/dt/walk:
 *   dtdump ARCH FILE...
 * One line a PCI host bridge and one a node with `iommus`. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "check/engine.h"
#include "check/tables.h"
#include "source/fdt.h"
#include "source/root.h"

static int read_file(const char *path, struct vck_blob *ret)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 16u << 20, n;
	uint8_t *data;

	if (!f)
		return -errno;
	data = malloc(cap);
	n = data ? fread(data, 1, cap, f) : 0;
	fclose(f);
	*ret = (struct vck_blob){ data, n };
	return data ? 0 : -ENOMEM;
}

static struct vck_dt_node *next_node(struct vck_dt_node *n)
{
	if (n->child)
		return n->child;
	while (n && !n->next)
		n = n->parent;
	return n ? n->next : NULL;
}

static bool is_pci(const struct vck_dt_node *n)
{
	return vck_dt_string_index(n, "device_type", "pci") == 0;
}

static int add(struct vck_host *h, struct vck_dt_node *n, bool pci, unsigned rid)
{
	struct vck_device *d = vck_host_add_device(h, n->path);

	if (!d)
		return -ENOMEM;
	d->have = VCK_EV_PATH | VCK_EV_FIRMWARE_NODE | VCK_EV_GROUP;
	d->bus = pci ? VCK_BUS_PCI : VCK_BUS_PLATFORM;
	d->bdf = (struct vck_bdf){ 0, (uint8_t)(rid >> 8), rid >> 3 & 31, rid & 7 };
	*(pci ? &d->bridge_of_node : &d->of_node) = n;
	return 0;
}

static int dump(enum vck_arch arch, const char *path)
{
	static const char *const tri[] = { "unknown", "no", "yes" };
	static const unsigned rids[] = { 0, 0x100, 0x0208 };
	cleanup_host struct vck_host *h = vck_host_new();
	cleanup_blob struct vck_blob blob = { 0 };
	int r = h ? read_file(path, &blob) : -ENOMEM;

	if (r == 0)
		r = vck_fdt_read(h, path, vck_blob_bytes(&blob));
	if (r < 0)
		return r;
	h->arch = arch;
	h->kver = VCK_KVER(6, 12);
	h->have = VCK_EV_KERNEL | VCK_EV_ARCH | VCK_EV_ACPI | VCK_EV_DT | VCK_EV_UNITS;
	h->acpi.present = VCK_NO;
	for (struct vck_dt_node *n = h->dt.root; n && r == 0; n = next_node(n)) {
		for (size_t i = 0; is_pci(n) && !is_pci(n->parent) && i < ARRAY_SIZE(rids); i++)
			r = add(h, n, true, rids[i]);
		if (r == 0 && vck_dt_prop(n, "iommus"))
			r = add(h, n, false, 0);
	}
	if (r == 0)
		r = vck_derive_table_units(h);
	if (r == 0)
		r = vck_derive_coherency(h);
	printf("file %s complete %s\n", path, tri[h->dt.complete]);
	for (size_t i = 0; r == 0 && i < h->n_devices; i++) {
		const struct vck_device *d = h->devices[i];
		struct vck_unit *u = NULL;
		enum vck_tri t = vck_tables_unit(h, d, &u);

		printf("%s %s %x coherent %s %s %s unit %s msi %s\n",
		       d->bus == VCK_BUS_PCI ? "pci" : "dev", d->address,
		       d->bdf.bus << 8 | vck_bdf_devfn(d->bdf), tri[d->coherent],
		       d->coherency_node ? d->coherency_node : "-",
		       d->coherency_property ? d->coherency_property : "-",
		       t == VCK_YES ? u->of_node->path : t == VCK_NO ? "none" : "unknown",
		       tri[vck_tables_isolated_msi(h, d)]);
	}
	return r;
}

int main(int argc, char **argv)
{
	enum vck_arch arch = argc > 1 ? vck_arch_parse(argv[1]) : VCK_ARCH_UNKNOWN;

	for (int i = 2; i < argc; i++) {
		if (dump(arch, argv[i]) < 0) {
			fprintf(stderr, "%s: cannot read\n", argv[i]);
			return 2;
		}
	}
	return 0;
}
