// SPDX-License-Identifier: GPL-2.0-or-later
/* The host that fuzzed tables speak about. */
#include "config.h"

#include "check/engine.h"
#include "check/tables.h"
#include "fuzz.h"
#include "source/gather.h"

/* In the place of the one that reads all of pci.ids for each input. */
int __wrap_vck_read_names(struct vck_host *h);
int __wrap_vck_read_names(struct vck_host *h)
{
	(void)h;
	return 0;
}

static struct vck_device *device(struct vck_host *h, const char *address, struct vck_device *up)
{
	struct vck_device *d = vck_host_add_device(h, address);

	assert(d);
	d->have = VCK_EV_PATH | VCK_EV_FIRMWARE_NODE | VCK_EV_GROUP;
	d->upstream = up;
	return d;
}

struct vck_host *fuzz_host(void)
{
	struct vck_host *h = vck_host_new();
	struct vck_device *port, *fn, *dev;

	assert(h);
	h->arch = VCK_ARCH_AARCH64;
	h->arch_name = "aarch64";
	h->kver = VCK_KVER(6, 12);
	h->release = "6.12.0";
	h->have = VCK_EV_KERNEL | VCK_EV_ARCH | VCK_EV_ACPI | VCK_EV_DT | VCK_EV_UNITS;
	port = device(h, "0000:00:1c.0", NULL);
	port->bdf = (struct vck_bdf){ 0, 0, 0x1c, 0 };
	fn = device(h, "0000:01:00.0", port);
	fn->bdf = (struct vck_bdf){ 0, 1, 0, 0 };
	fn->bridge_acpi_path = "\\_SB_.PCI0";
	dev = device(h, "ARMH0001:00", NULL);
	dev->bus = VCK_BUS_PLATFORM;
	dev->acpi_path = "\\_SB_.DEV0";
	return h;
}

void fuzz_questions(struct vck_host *h)
{
	int r = vck_derive_table_units(h);

	assert(r == 0);
	r = vck_derive_coherency(h);
	assert(r == 0);
	for (size_t i = 0; i < h->n_devices; i++) {
		struct vck_region *regions;
		struct vck_unit *u;
		size_t n;

		r = vck_tables_regions(h, h->devices[i], &regions, &n);
		assert(r >= 0);
		(void)vck_tables_unit(h, h->devices[i], &u);
		(void)vck_tables_canwbs(h, h->devices[i]);
		(void)vck_tables_ats(h, h->devices[i]);
		(void)vck_tables_isolated_msi(h, h->devices[i]);
	}
}

void fuzz_table(fuzz_table_fn *parse, const uint8_t *data, size_t size)
{
	struct vck_acpi_table t = { .signature = "FUZZ", .path = "fuzz", .read = VCK_YES };
	cleanup_host struct vck_host *h = fuzz_host();
	int r = parse(h, &t, (struct vck_bytes){ data, size });

	assert(r == 0);
	fuzz_questions(h);
}

void fuzz_tree(struct vck_memtree *tree, enum vck_origin origin)
{
	cleanup_host struct vck_host *h = vck_host_new();
	cleanup_root struct vck_root *root = NULL;

	assert(h);
	assert(vck_root_from_tree(tree, origin, &root) == 0);
	assert(vck_gather(h, root) == 0);
	assert(vck_check(h) == 0);
}
