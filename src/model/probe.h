/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's own answer for one device, step by step. Plain data without pointers
 * to anything but literals: it is filled in by a process of its own, in shared memory. */
#ifndef VCK_MODEL_PROBE_H
#define VCK_MODEL_PROBE_H

#include "model/host.h"

/* One question. */
struct vck_probe_step {
	const char *name;    /* "set_container" */
	const char *attempt; /* "VFIO_GROUP_SET_CONTAINER" */
	enum vck_stage stage; /* where a failure belongs; NONE: it says nothing about acceptance */
	bool node;	     /* it opens a node, which may be kept from who asks */
	enum vck_tri done;   /* unknown: it did not come to that */
	int err;	     /* positive errno where it failed */
	const char *meaning; /* of that errno at this step, or NULL */
};

#define VCK_PROBE_STEPS 8

/* One way to the device: the container or iommufd. */
struct vck_probe_path {
	enum vck_tri available; /* the kernel has it */
	struct vck_probe_step steps[VCK_PROBE_STEPS];
	size_t n;
};

struct vck_probe_region {
	uint32_t index, flags;
	uint64_t size, offset;
};

#define VCK_PROBE_REGIONS 16
#define VCK_PROBE_MEMBERS 256 /* a whole bus */

/* What the open device says. */
struct vck_probe_device {
	enum vck_tri known;
	enum vck_tri pci, reset; /* VFIO_DEVICE_FLAGS_PCI, _RESET */
	uint32_t num_regions, num_irqs;
	struct vck_probe_region regions[VCK_PROBE_REGIONS]; /* those of some size */
	size_t n_regions;
};

/* A function that a hot reset of this one would reset too. */
struct vck_probe_member {
	struct vck_bdf bdf;
	uint32_t group; /* UINT32_MAX: not told */
};

struct vck_probe_hot_reset {
	enum vck_tri possible; /* NO: err says why; unknown with an err: the kernel had no answer */
	int err;
	const char *meaning; /* of that errno, or NULL */
	struct vck_probe_member members[VCK_PROBE_MEMBERS];
	size_t n, total; /* total: also those for which there was no room */
};

enum vck_hw_type {
	VCK_HW_NONE = 0,
	VCK_HW_INTEL = 1,
	VCK_HW_SMMU_V3 = 2,
	VCK_HW_TEGRA241 = 3,
	VCK_HW_AMD = 4,
};

struct vck_hw_field {
	const char *name; /* "ecap.SC" */
	uint64_t value;
	bool hex; /* a whole register */
};

#define VCK_HW_FIELDS 32

/* IOMMU_GET_HW_INFO, decoded. */
struct vck_probe_hw {
	enum vck_tri known;
	uint32_t type; /* enum vck_hw_type, or a newer value */
	enum vck_tri capabilities_known; /* 6.6 does not tell them */
	uint64_t capabilities;
	struct vck_hw_field fields[VCK_HW_FIELDS];
	size_t n;
};

struct vck_probe {
	char driver[64];      /* vfio driver that it was asked through */
	bool moved;	      /* --bind moved it there */
	char moved_from[64];  /* "" no driver */
	enum vck_tri moved_back;
	struct vck_probe_path container, iommufd;
	enum vck_tri backend_loaded; /* vfio_iommu_type1, when the host was read */
	enum vck_tri compat;  /* iommufd serves /dev/vfio/vfio, not vfio_iommu_type1 */
	enum vck_tri viable;  /* VFIO_GROUP_FLAGS_VIABLE */
	enum vck_tri dma_cc;  /* VFIO_DMA_CC_IOMMU of the container */
	struct vck_probe_device device;
	struct vck_probe_hot_reset hot_reset;
	struct vck_probe_hw hw;
	struct vck_attach answer;    /* by the path that `attach` predicts */
	struct vck_attach predicted; /* attach.now when it was asked */
	enum vck_tri agrees;
};

/* Bit @bit of out_capabilities, NULL for one that is newer than 7.2. */
const char *vck_hw_capability_name(unsigned bit);
/* "none", "intel-vtd", "arm-smmu-v3", "tegra241-cmdqv", "amd"; NULL for a newer one. */
const char *vck_hw_type_name(uint32_t type);
/* The first step that failed and belongs to a stage, else accepted; unknown where a step
 * was not tried, or failed for who asked and not for the device: then with errno and stage. */
struct vck_attach vck_probe_path_answer(const struct vck_probe_path *p);
/* Fills answer and agrees. An errno that the prediction leaves open is not a disagreement. */
void vck_probe_judge(struct vck_probe *p);

#endif
