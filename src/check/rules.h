/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All rules by name, and what their evaluation shares. A new rule is a line
 * here, a struct vck_rule and its function in a rules-FAMILY.c, and a passing
 * and a failing case in tests/rules/. */
#ifndef VCK_CHECK_RULES_H
#define VCK_CHECK_RULES_H

#include "check/attach.h"
#include "check/engine.h"

/* In the order in which findings are listed. */
#define VCK_RULES(X)                                                                     \
	X(host_kernel)                                                                   \
	X(host_iommu_groups)                                                             \
	X(host_vfio_modules)                                                             \
	X(host_iommufd)                                                                  \
	X(host_interrupt_remapping)                                                      \
	X(host_noiommu)                                                                  \
	X(host_lockdown)                                                                 \
	X(host_memlock)                                                                  \
	X(host_dma_entry_limit)                                                          \
	X(host_address_width)                                                            \
	X(host_caching_mode)                                                             \
	X(coherency_smmu_firmware)                                                       \
	X(firmware_iommu_unused)                                                         \
	X(group_isolation)                                                               \
	X(group_peer_to_peer)                                                            \
	X(group_acs_override)                                                            \
	X(group_address_spaces)                                                          \
	X(device_vfio_driver)                                                            \
	X(device_is_iommu)                                                               \
	X(iommu_deferred)                                                                \
	X(device_vf_vanishes)                                                            \
	X(platform_reset)                                                                \
	X(device_denylist)                                                               \
	X(device_header)                                                                 \
	X(device_sriov_pf)                                                               \
	X(device_group)                                                                  \
	X(iommu_cache_coherency)                                                         \
	X(group_in_use)                                                                  \
	X(group_viable)                                                                  \
	X(group_reserved_regions)                                                        \
	X(device_vfio_backend)                                                           \
	X(group_isolated_msi)                                                            \
	X(device_vf_token)                                                               \
	X(device_bars)                                                                   \
	X(device_answers)                                                                \
	X(device_noiommu)                                                                \
	X(group_unsafe_interrupts)                                                       \
	X(device_host_use)                                                               \
	X(device_vmd)                                                                    \
	X(device_boot_framebuffer)                                                       \
	X(device_rom)                                                                    \
	X(device_igd)                                                                    \
	X(device_intx)                                                                   \
	X(device_power)                                                                  \
	X(device_sriov_resources)                                                        \
	X(device_bar_page)                                                               \
	X(device_bar_window)                                                             \
	X(device_bound)                                                                  \
	X(device_same_ids)                                                               \
	X(reset_method)                                                                  \
	X(reset_dependencies)                                                            \
	X(iommu_ats)                                                                     \
	X(iommu_kvm_coherency)                                                           \
	X(iommu_amd_v2_tables)                                                           \
	X(virtio_access_platform)                                                        \
	X(coherency_device)                                                              \
	X(coherency_cca_missing)                                                         \
	X(coherency_iort_cca_mismatch)                                                   \
	X(coherency_virtio_mmio)                                                         \
	X(firmware_unit_mismatch)                                                        \
	X(nosnoop_enforced)                                                              \
	X(nosnoop_drifted)                                                               \
	X(nosnoop_lock)                                                                  \
	X(nosnoop_suspended)                                                             \
	X(nosnoop_pf)                                                                    \
	X(nosnoop_limits)

#define VCK_RULE_DECLARE(name) extern const struct vck_rule vck_rule_##name;
VCK_RULES(VCK_RULE_DECLARE)

/* A file-scope list of strings, NULL-terminated. */
#define VCK_STRINGS(...)                                                                 \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}

/**
 * vck_rule_step - ask the attach steps that a rule explains
 * @s: the subject, with a device
 * @f: the finding; f->rule->id names the steps
 * @c: filled with the case of this device alone
 * @step: the step that refuses or is not known; may be NULL
 *
 * Return: PASS, FAIL, UNKNOWN; NOT APPLICABLE in noiommu mode for what needs an IOMMU.
 * For UNKNOWN because of the kernel's release or architecture the summary is set.
 */
enum vck_result vck_rule_step(const struct vck_subject *s, struct vck_finding *f,
			      struct vck_case *c, const struct vck_step **step);

/* Applicability: PCI functions, endpoints (header type 0 or not known), platform and
 * AMBA. */
bool vck_applies_pci(const struct vck_subject *s);
bool vck_applies_endpoint(const struct vck_subject *s);

static inline enum vck_result vck_result_of(enum vck_tri pass)
{
	if (pass == VCK_UNKNOWN)
		return VCK_RESULT_UNKNOWN;
	return pass == VCK_YES ? VCK_RESULT_PASS : VCK_RESULT_FAIL;
}

/* "/sys/bus/pci/devices/0000:01:00.0/driver", in the arena; the device's own name
 * elsewhere. */
const char *vck_device_sysfs(const struct vck_subject *s, const struct vck_device *d,
			     const char *attribute);
/* The vfio driver to bind: the best by modules.alias where known, else the plain one of
 * its bus. */
const char *vck_device_best_driver(const struct vck_device *d);

/* As evidence: how a parameter is set for a module that is not loaded, else that it is
 * @value in sysfs. Return: where it is set for one that is not loaded, or NULL. */
const char *vck_finding_param(const struct vck_subject *s, struct vck_finding *f,
			      const char *module, const char *name, const char *value);

/* Evidence and remedy of a finding whose cause is the vmd driver of @vmd. */
void vck_finding_by_vmd(const struct vck_subject *s, struct vck_finding *f,
			const struct vck_device *vmd);

/* May the word stand in a command that somebody pastes? Names come from captures of
 * others. */
bool vck_shell_safe(const char *word);

/**
 * vck_bind_commands - shell lines, as root, that hand devices to their vfio drivers
 * @devices, @n: in this order; those that are bound to one already are left out, and of
 * bridges only a driver that keeps the group is taken off
 *
 * Begins with the modules that are not loaded. Lines, without the last newline, in the host's
 * arena; NULL where there is nothing to do, or a name is not fit to be pasted.
 */
const char *vck_bind_commands(const struct vck_subject *s, struct vck_device *const *devices, size_t n);
/* The same for the subject's device alone, also where it is bound to another vfio driver than
 * its best. */
const char *vck_rebind_commands(const struct vck_subject *s);

/**
 * vck_no_group_reason - say why there is no IOMMU group
 * @s: the subject; s->device NULL asks for the whole host
 * @f: summary, evidence and remedy are set
 */
void vck_no_group_reason(const struct vck_subject *s, struct vck_finding *f);

#endif
