/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a whole host: the list of sources, in order. */
#ifndef VCK_SOURCE_GATHER_H
#define VCK_SOURCE_GATHER_H

#include "model/host.h"
#include "source/root.h"

/* What to read; more costs time. A bit that is not set leaves its evidence unset. */
enum vck_gather_what {
	VCK_GATHER_ALL = 0,
};

/**
 * vck_gather - fill the model from a root
 * @h: a new host
 * @root: where to read
 *
 * Every source that fails adds to h->problems and the rest goes on.
 * Return: 0 or -ENOMEM.
 */
int vck_gather(struct vck_host *h, struct vck_root *root) must_check;

/* The sources, one file each. All return 0 or -ENOMEM; everything else is a problem line. */
int vck_read_kernel(struct vck_host *h, struct vck_root *root) must_check;   /* release, arch, cmdline, lockdown, memory, iomem, limits */
int vck_read_modules(struct vck_host *h, struct vck_root *root) must_check;  /* VFIO modules, parameters, device nodes */
int vck_read_units(struct vck_host *h, struct vck_root *root) must_check;    /* /sys/class/iommu */
int vck_read_pci(struct vck_host *h, struct vck_root *root) must_check;	     /* /sys/bus/pci/devices */
int vck_read_interrupts(struct vck_host *h, struct vck_root *root) must_check; /* /proc/interrupts; needs the functions */
int vck_read_platform(struct vck_host *h, struct vck_root *root) must_check; /* platform and AMBA devices */
int vck_read_virtio(struct vck_host *h, struct vck_root *root) must_check;   /* /sys/bus/virtio/devices */
int vck_read_groups(struct vck_host *h, struct vck_root *root) must_check;   /* /sys/kernel/iommu_groups */
int vck_read_acpi(struct vck_host *h, struct vck_root *root) must_check;     /* tables: DMAR, IVRS, IORT, VIOT, RIMT, _CCA */
int vck_read_dt(struct vck_host *h, struct vck_root *root) must_check;	     /* device tree */
int vck_read_lock_state(struct vck_host *h, struct vck_root *root) must_check; /* /etc/viommu-check.d, /run/viommu-check */
int vck_read_names(struct vck_host *h) must_check;			     /* pci.ids of the running host, by libpci */
int vck_read_variants(struct vck_host *h, struct vck_root *root) must_check; /* vfio_pci: aliases, by libkmod */
int vck_read_usage(struct vck_host *h, struct vck_root *root) must_check;    /* what the host uses devices for; who holds groups */

/* What was decoded of the capabilities of one model, to read as much of the next function at once. */
#define VCK_LAYOUT_CAPS 24 /* more are read register by register */
#define VCK_LAYOUT_MORE 60 /* bytes behind the first dword */

struct vck_cap_layout {
	uint64_t model; /* ids, revision, header type; VFs share a layout */
	unsigned n;
	struct {
		uint16_t pos;
		uint8_t more;
	} caps[VCK_LAYOUT_CAPS]; /* in the order of the lists */
};

/**
 * vck_pcicap_read - decode config space
 * @f: the open `config` file; reads no more than is decoded
 * @layout: zeroed before the first function, kept for the next; NULL: none
 * @c: zeroed; filled with what could be read
 *
 * Return: 0, however little there was (c->size tells), or the error of the first read.
 */
int vck_pcicap_read(struct vck_file *f, struct vck_cap_layout *layout, struct vck_pcicap *c) must_check;

#endif
