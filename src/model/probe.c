// SPDX-License-Identifier: GPL-2.0-or-later
/* What the steps of a probe amount to, and whether the prediction held. */
#include "config.h"

#include <errno.h>

#include "model/probe.h"

const char *vck_hw_type_name(uint32_t type)
{
	static const char *const names[] = {
		[VCK_HW_NONE] = "none",		  [VCK_HW_INTEL] = "intel-vtd",
		[VCK_HW_SMMU_V3] = "arm-smmu-v3", [VCK_HW_TEGRA241] = "tegra241-cmdqv",
		[VCK_HW_AMD] = "amd",
	};

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

/* linux/iommufd.h: enum iommufd_hw_capabilities */
const char *vck_hw_capability_name(unsigned bit)
{
	static const char *const names[] = {
		"dirty tracking",
		"PASID execute",
		"PASID privileged",
		"no ATS",
	};

	return bit < ARRAY_SIZE(names) ? names[bit] : NULL;
}

/* Mode bits, the device filter of a container, its own /dev, a limit: of the device they say
 * nothing. That there is no container and no iommufd does, and so do the refusals of
 * vfio_group_fops_open() and vfio_device_fops_cdev_open(); EPERM of these is for want of
 * CAP_SYS_RAWIO. */
static bool is_about_asker(const struct vck_probe_step *s)
{
	if (!s->node || s->err == ENODEV || s->err == EBUSY)
		return false;
	return s->err != ENOENT || s->stage == VCK_STAGE_GROUP;
}

struct vck_attach vck_probe_path_answer(const struct vck_probe_path *p)
{
	struct vck_attach a = { .accepted = p->n ? VCK_YES : VCK_UNKNOWN };

	for (size_t i = 0; i < p->n; i++) {
		const struct vck_probe_step *s = &p->steps[i];

		if (s->stage == VCK_STAGE_NONE || s->done == VCK_YES)
			continue;
		a.accepted = s->done == VCK_NO && is_about_asker(s) ? VCK_UNKNOWN : s->done;
		if (s->done == VCK_NO) {
			a.err = s->err;
			a.stage = s->stage;
		}
		return a;
	}
	return a;
}

/* The prediction is of a kernel with its VFIO modules loaded. That of vfio loads the backend only
 * by modprobe (MODULE_SOFTDEP in vfio_main.c, 5.10 to 7.2), built in it does not. */
static bool lacks_backend(const struct vck_probe *p)
{
	return p->backend_loaded == VCK_NO && p->answer.stage == VCK_STAGE_IOMMU &&
	       p->answer.err == ENODEV;
}

void vck_probe_judge(struct vck_probe *p)
{
	bool noiommu = p->answer.noiommu;

	/* a failed bind was set by who tried it */
	if (p->answer.stage != VCK_STAGE_BIND) {
		p->answer = vck_probe_path_answer(p->container.available == VCK_NO ? &p->iommufd :
										     &p->container);
		p->answer.noiommu = noiommu;
	}
	if (p->answer.accepted == VCK_UNKNOWN || p->predicted.accepted == VCK_UNKNOWN)
		p->agrees = VCK_UNKNOWN;
	else if (p->answer.accepted != p->predicted.accepted)
		p->agrees = lacks_backend(p) ? VCK_UNKNOWN : VCK_NO;
	else if (p->answer.accepted == VCK_YES)
		p->agrees = vck_tri(p->answer.noiommu == p->predicted.noiommu);
	else
		p->agrees = vck_tri(p->answer.stage == p->predicted.stage &&
				    (!p->predicted.err || p->predicted.err == p->answer.err));
}
