// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel will answer to a VMM that asks for a device: the steps that it
 * takes, in its own order, by release and by interface. Missing evidence makes
 * the answer unknown and never a guess. */
#include "config.h"

#include <errno.h>

#include "check/attach.h"
#include "check/rules.h"
#include "check/tables.h"
#include "check/units.h"

/* --- binding the driver --- */

/* vfio-pci that could not be looked for counts as there: the prediction is about a kernel
 * with its VFIO modules loaded, and hardly any is built without. The drivers for platform
 * and AMBA devices are in few kernels, so there it stays unknown. */
static enum vck_tri has_vfio_driver(const struct vck_case *c)
{
	const struct vck_vfio *v = &c->host->vfio;

	if (c->dev->bus != VCK_BUS_PCI && vck_driver_is_vfio(c->dev->driver))
		return VCK_YES;
	if (c->dev->bus == VCK_BUS_PLATFORM)
		return v->platform_available;
	if (c->dev->bus == VCK_BUS_AMBA)
		return v->amba_available;
	return vck_tri(vck_tri_or(v->vfio_pci_loaded, v->vfio_pci_available) != VCK_NO);
}

/* amd/init.c:iommu_init_pci clears match_driver of the IOMMU's own function, until "Revert
 * iommu/amd: Prevent binding other PCI drivers to IOMMU PCI devices" (3be5fa236649, 6.16 and
 * 6.15.5). From then on it is a function without a group. */
static enum vck_tri may_have_driver(const struct vck_case *c)
{
	const struct vck_unit *u = vck_device_is_unit(c->host, c->dev);

	if (!u || !u->active || u->driver != VCK_IOMMU_AMD)
		return VCK_YES;
	if (c->host->kver == VCK_KVER(6, 15))
		return vck_kver_patched(c->host->release, 5);
	return c->host->kver ? vck_tri(c->host->kver > VCK_KVER(6, 15)) : VCK_UNKNOWN;
}

static enum vck_tri not_deferred(const struct vck_case *c)
{
	return vck_tri_not(vck_device_deferred(c->host, c->dev));
}

/* vfio_platform_common.c:vfio_platform_init_common (5.10: _probe_common): no ACPI companion and
 * no "compatible", no device. */
static enum vck_tri firmware_names(const struct vck_case *c)
{
	return vck_device_named_by_firmware(c->host, c->dev);
}

/* vfio-platform wants a way to reset the device, unless told otherwise; vfio-amba does
 * not. It looks for one by the first string only (vfio_platform_of_probe), and what it finds
 * for these is a module of its own, which few kernels have. */
static enum vck_tri platform_reset(const struct vck_case *c)
{
	static const char *const known[] = {"calxeda,hb-xgmac", "amd,xgbe-seattle-v1a",
					    "brcm,iproc-flexrm-mbox"};
	const char *v = vck_host_param(c->host, "vfio_platform", "reset_required");
	enum vck_tri required =
		v ? vck_host_param_bool(c->host, "vfio_platform", "reset_required")
		  : vck_host_configured_bool(c->host, "vfio_platform", "reset_required",
					     VCK_YES);

	if (c->dev->bus != VCK_BUS_PLATFORM || firmware_names(c) == VCK_NO)
		return VCK_YES;
	if (required == VCK_NO)
		return VCK_YES;
	if (!v &&
	    (required == VCK_UNKNOWN || c->host->vfio.platform_available == VCK_UNKNOWN))
		return VCK_UNKNOWN;
	if (!c->dev->of_node)
		return VCK_UNKNOWN; /* ACPI: a _RST method would do */
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (vck_dt_string_index(c->dev->of_node, "compatible", known[i]) == 0)
			return VCK_UNKNOWN;
	}
	return c->dev->acpi_path ? VCK_UNKNOWN : VCK_NO;
}

static enum vck_tri not_denylisted(const struct vck_case *c)
{
	return vck_tri_not(vck_device_denylisted(c->host, c->dev));
}

static enum vck_tri plain_header(const struct vck_case *c)
{
	if (c->dev->bus != VCK_BUS_PCI)
		return VCK_YES;
	if (c->dev->cap.header_known != VCK_YES)
		return VCK_UNKNOWN;
	return vck_tri(c->dev->cap.header_type == 0);
}

static enum vck_tri no_vfs(const struct vck_case *c)
{
	if (c->dev->bus != VCK_BUS_PCI || c->dev->physfn)
		return VCK_YES;
	if (!vck_device_has(c->dev, VCK_EV_SRIOV))
		return VCK_UNKNOWN;
	if (!c->dev->sriov_numvfs)
		return VCK_YES;
	return vck_device_has(c->dev, VCK_EV_DRIVER)
		       ? vck_driver_drops_vfs(c->dev)
		       : VCK_UNKNOWN;
}

/* With its whole group moved, the driver of the PF may take the VF away, and VMD's what is
 * behind it (pci/controller/vmd.c:vmd_remove). */
static enum vck_tri still_there(const struct vck_case *c)
{
	const struct vck_device *pf = c->dev->physfn;

	if (c->whole_group && vck_device_behind_vmd(c->dev) &&
	    vck_membership_has(&c->members, c->dev->real_dma_dev))
		return VCK_NO;
	if (!pf || !c->whole_group || !pf->driver || vck_driver_is_vfio(pf->driver))
		return VCK_YES;
	if (vck_membership_has(&c->members, pf))
		return vck_tri_not(vck_driver_drops_vfs(pf));
	return VCK_YES;
}

static enum vck_tri has_group(const struct vck_case *c)
{
	return c->noiommu ? VCK_YES : vck_device_gets_group(c->host, c->dev);
}

static enum vck_tri coherent_mappings(const struct vck_case *c)
{
	return vck_device_cache_coherency(c->host, c->dev);
}

/* --- opening and attaching the group --- */

/* A group has one owner, also where a member is open through a node of its own: then
 * vfio_group_fops_open() says EBUSY (cdev_device_open_cnt). */
static enum vck_tri not_held(const struct vck_case *c)
{
	if (vck_membership_held(c))
		return VCK_NO;
	return c->host->holders_unread && vck_membership_holdable(c) ? VCK_UNKNOWN : VCK_YES;
}

static enum vck_tri viable(const struct vck_case *c)
{
	return vck_membership_viable(c, NULL);
}

/* The union over the group, as sysfs shows it; for a group still to come, what firmware
 * wants. */
static enum vck_tri no_direct_region(const struct vck_case *c)
{
	const struct vck_group *g = c->members.group;
	enum vck_tri all = VCK_YES;

	if (g && g->prepared)
		all = g->without_direct;
	else if (g)
		all = g->regions_known == VCK_YES
			      ? vck_regions_without_direct(g->regions, g->n_regions)
			      : VCK_UNKNOWN;
	if (c->members.late) {
		struct vck_region *r;
		size_t n;

		all = vck_tri_and(all, vck_tables_regions(c->host, c->dev, &r, &n) ==
						       (int)VCK_YES
					       ? vck_regions_without_direct(r, n)
					       : VCK_UNKNOWN);
	}
	return g || c->members.late ? all : VCK_UNKNOWN;
}

/* intel/iommu.c:device_is_rmrr_locked, the only driver that looked before the core did.
 */
static enum vck_tri no_locked_rmrr(const struct vck_case *c)
{
	const struct vck_unit *u = vck_device_unit(c->host, c->dev);

	if (u && u->driver != VCK_IOMMU_INTEL)
		return VCK_YES;
	return u ? no_direct_region(c) : vck_tri_or(no_direct_region(c), VCK_UNKNOWN);
}

static enum vck_tri has_backend(const struct vck_case *c)
{
	const struct vck_vfio *v = &c->host->vfio;

	return vck_tri(c->noiommu ||
		       vck_tri_or(v->type1_loaded, v->type1_available) != VCK_NO);
}

/* From 6.3 on each device of the group counts (iommu_group_has_isolated_msi). Before, one
 * controller that isolates nothing spoiled it for all (irq_domain_check_msi_remap), so on
 * Arm every host bridge counts: its devices on the root bus stand for it. */
static enum vck_tri every_bridge_isolates(const struct vck_host *h)
{
	enum vck_tri all = VCK_YES;

	for (size_t i = 0; i < h->n_devices && all != VCK_NO; i++) {
		if (h->devices[i]->bus == VCK_BUS_PCI && !h->devices[i]->upstream)
			all = vck_tri_and(all, vck_device_isolated_msi(h, h->devices[i]));
	}
	return all;
}

static enum vck_tri all_isolated(const struct vck_case *c)
{
	const struct vck_host *h = c->host;

	if (h->arch == VCK_ARCH_AARCH64 && h->kver && h->kver < VCK_KVER(6, 3))
		return h->isolated_msi;
	return vck_membership_isolated(c);
}

static enum vck_tri isolated_msi(const struct vck_case *c)
{
	return vck_tri_or(all_isolated(c), vck_unsafe_interrupts(c->host, c->path));
}

/* --- the device's own descriptor --- */

/* With VFs that are open the PF too needs the token (vf_token->users). Who has the group or the
 * node of a VF open has most likely opened the VF, but nothing that can be read tells. */
static enum vck_tri pf_without_token(const struct vck_case *c)
{
	if (!c->dev->sriov_numvfs || !vck_driver_is_vfio(c->dev->driver))
		return VCK_YES;
	return c->dev->vf_in_use || c->host->holders_unread ? VCK_UNKNOWN : VCK_YES;
}

static enum vck_tri no_token(const struct vck_case *c)
{
	const struct vck_device *pf = c->dev->physfn;

	if (!pf)
		return pf_without_token(c);
	if (!vck_device_has(pf, VCK_EV_DRIVER))
		return VCK_UNKNOWN;
	return vck_tri(!vck_driver_is_vfio(pf->driver));
}

/* VFIO_DEVICE_BIND_IOMMUFD took no token, and asked for none, until 86624ba3b522 ("vfio/pci: Do
 * vf_token checks for VFIO_DEVICE_BIND_IOMMUFD", 6.17 and 6.16.1). */
static enum vck_tri no_token_asked(const struct vck_case *c)
{
	enum vck_tri asks = VCK_YES;

	if (c->host->kver == VCK_KVER(6, 16))
		asks = vck_kver_patched(c->host->release, 1);
	return vck_tri_or(no_token(c), vck_tri_not(asks));
}

static enum vck_tri bars_assigned(const struct vck_case *c)
{
	return vck_tri(!vck_device_unassigned_bar(c->dev));
}

/* What a function that fell off the bus makes of each step is not to be told. */
static enum vck_tri answers(const struct vck_case *c)
{
	if (c->dev->bus != VCK_BUS_PCI)
		return VCK_YES;
	return c->dev->cap.all_ones == VCK_NO ? VCK_YES : VCK_UNKNOWN;
}

#define AT(container, compat, iommufd)                                                   \
	{                                                                                \
		VCK_STAGE_##container, VCK_STAGE_##compat, VCK_STAGE_##iommufd           \
	}
#define AT_BIND AT(BIND, BIND, BIND)

const struct vck_step vck_steps[] = {
	{&vck_rule_device_vfio_driver, 0, 0, AT_BIND, ENOENT, false, has_vfio_driver,
	 "drivers/vfio/Kconfig"},
	{&vck_rule_device_is_iommu, 0, 0, AT_BIND, ENODEV, false, may_have_driver,
	 "drivers/iommu/amd/init.c:iommu_init_pci"},
	{&vck_rule_iommu_deferred, 0, 0, AT_BIND, EAGAIN, false, not_deferred,
	 "drivers/base/dd.c:device_driver_attach"},
	{&vck_rule_device_vf_vanishes, 0, 0, AT_BIND, ENODEV, false, still_there,
	 "drivers/pci/iov.c:sriov_disable"},
	{&vck_rule_device_vfio_driver, 0, 0, AT_BIND, EINVAL, false, firmware_names,
	 "drivers/vfio/platform/vfio_platform_common.c:vfio_platform_of_probe"},
	{&vck_rule_platform_reset, 0, 0, AT_BIND, ENOENT, false, platform_reset,
	 "drivers/vfio/platform/vfio_platform_common.c:vfio_platform_init_common"},
	{&vck_rule_device_denylist, 0, 0, AT_BIND, EINVAL, false, not_denylisted,
	 "drivers/vfio/pci/vfio_pci.c:vfio_pci_is_denylisted"},
	{&vck_rule_device_header, 0, 0, AT_BIND, EINVAL, false, plain_header,
	 "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_register_device"},
	{&vck_rule_device_sriov_pf, 0, 0, AT_BIND, EBUSY, false, no_vfs,
	 "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_register_device"},
	{&vck_rule_device_group, 0, 0, AT_BIND, EINVAL, false, has_group,
	 "drivers/vfio/group.c:vfio_group_find_or_alloc"},
	{&vck_rule_iommu_cache_coherency, VCK_KVER(5, 19), 0, AT_BIND, EINVAL, true,
	 coherent_mappings, "drivers/vfio/vfio_main.c:__vfio_register_dev"},
	{&vck_rule_group_in_use, 0, 0, AT(GROUP, GROUP, GROUP), EBUSY, false, not_held,
	 "drivers/vfio/group.c:vfio_group_fops_open"},
	/* With iommufd the token comes before the device is opened, which is what claims the
	 * group: vfio_df_ioctl_bind_iommufd(), and vfio_device_get_from_name() in compat. */
	{&vck_rule_device_vf_token, VCK_KVER(6, 16), 0, AT(NONE, NONE, GROUP), EACCES, false,
	 no_token_asked, "drivers/vfio/device_cdev.c:vfio_df_check_token"},
	{&vck_rule_device_vf_token, 0, 0, AT(NONE, DEVICE, NONE), EACCES, false, no_token,
	 "drivers/vfio/group.c:vfio_device_get_from_name"},
	/* iommufd looks at interrupts before it claims the group, type1 when it attaches. */
	{&vck_rule_group_isolated_msi, 0, 0, AT(NONE, DEVICE, GROUP), EPERM, true, isolated_msi,
	 "drivers/iommu/iommufd/device.c:iommufd_device_bind"},
	{&vck_rule_group_viable, VCK_KVER(5, 19), 0, AT(GROUP, DEVICE, GROUP), EPERM, true,
	 viable, "drivers/iommu/iommu.c:iommu_group_claim_dma_owner"},
	{&vck_rule_group_reserved_regions, VCK_KVER(6, 6), 0, AT(GROUP, DEVICE, GROUP), EINVAL,
	 true, no_direct_region, "drivers/iommu/iommu.c:__iommu_device_set_domain"},
	/* Until VT-d got a blocking domain of its own (6.2), the claim attached an empty
	 * one that its driver took for VFIO's (__iommu_group_alloc_blocking_domain). */
	{&vck_rule_group_reserved_regions, VCK_KVER(5, 19), VCK_KVER(6, 2),
	 AT(GROUP, DEVICE, GROUP), EPERM, true, no_locked_rmrr,
	 "drivers/iommu/intel/iommu.c:intel_iommu_attach_device, 6.1"},
	{&vck_rule_device_vfio_backend, 0, 0, AT(IOMMU, NONE, NONE), ENODEV, false, has_backend,
	 "drivers/vfio/container.c:vfio_ioctl_set_iommu"},
	{&vck_rule_group_reserved_regions, 0, VCK_KVER(6, 6), AT(IOMMU, DEVICE, IOMMU), EPERM,
	 true, no_locked_rmrr, "drivers/iommu/intel/iommu.c:intel_iommu_attach_device"},
	{&vck_rule_group_isolated_msi, 0, 0, AT(IOMMU, NONE, NONE), EPERM, true, isolated_msi,
	 "drivers/vfio/vfio_iommu_type1.c:vfio_iommu_type1_attach_group"},
	{&vck_rule_group_viable, 0, VCK_KVER(5, 19), AT(DEVICE, DEVICE, DEVICE), EINVAL, true,
	 viable, "drivers/vfio/vfio.c:vfio_group_get_device_fd, 5.10"},
	{&vck_rule_device_vf_token, 0, 0, AT(DEVICE, NONE, NONE), EACCES, false, no_token,
	 "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_validate_vf_token"},
	{&vck_rule_device_bars, 0, 0, AT(DEVICE, DEVICE, GROUP), EINVAL, false, bars_assigned,
	 "drivers/pci/setup-res.c:pci_enable_resources"},
	{&vck_rule_device_answers, 0, 0, AT(DEVICE, DEVICE, GROUP), EIO, false, answers,
	 "drivers/vfio/pci/vfio_pci_core.c:vfio_pci_core_enable"},
	{.rule = NULL},
};

int vck_case_init(struct vck_case *c, struct vck_host *h, struct vck_device *d,
		  bool whole_group)
{
	*c = (struct vck_case){.host = h, .dev = d, .whole_group = whole_group};
	c->path = vck_host_path(h);
	c->path_doubted = vck_host_path_doubted(h);
	c->noiommu = vck_device_gets_group(h, d) == VCK_NO &&
		     vck_device_may_noiommu(h, d) == VCK_YES && !vck_device_is_unit(h, d);
	return vck_membership_init(h, d, &c->members);
}

/* It is bound to one already, under this very kernel: those steps lie behind it. */
static bool bound_already(const struct vck_case *c)
{
	return c->dev->driver && !c->host->kver_overridden && !c->host->arch_overridden &&
	       vck_driver_is_vfio(c->dev->driver);
}

/* Does the step exist on this kernel? */
static enum vck_tri step_exists(const struct vck_case *c, const struct vck_step *s)
{
	unsigned v = c->host->kver;

	if (s->stage[c->path] == VCK_STAGE_NONE || (s->iommu_only && c->noiommu))
		return VCK_NO;
	if (!s->since && !s->until)
		return VCK_YES;
	if (!v)
		return VCK_UNKNOWN;
	return vck_tri(v >= s->since && (!s->until || v < s->until));
}

static enum vck_tri step_result(const struct vck_case *c, const struct vck_step *s)
{
	enum vck_tri exists = step_exists(c, s), r;

	if (exists == VCK_NO || (s->stage[c->path] == VCK_STAGE_BIND && bound_already(c)))
		return VCK_YES;
	r = s->passes(c);
	return exists == VCK_YES || r == VCK_YES ? r : VCK_UNKNOWN;
}

static bool kernel_in_tables(const struct vck_host *h)
{
	return h->arch != VCK_ARCH_OTHER && (!h->kver || vck_kver_known(h->kver));
}

/* Until "driver core: Flow the return code from ->probe() through to sysfs bind" (45ddcb42949f,
 * 5.14) bind_store() said ENODEV of whatever the driver refused; only dmesg had its errno. A
 * release that is not known is taken for a later one, which nearly all are. */
static int errno_of(const struct vck_case *c, const struct vck_step *s)
{
	const struct vck_device *held =
		s->passes == not_held ? vck_membership_held(c) : NULL;
	bool hidden = c->host->kver && c->host->kver < VCK_KVER(5, 14) &&
		      s->stage[c->path] == VCK_STAGE_BIND && s->passes != has_vfio_driver;

	/* VFIO_DEVICE_BIND_IOMMUFD meets a group that is open (vfio_device_block_group), a second
	 * user of the device (vfio_df_open), or the owner of another in its group
	 * (iommu_device_claim_dma_owner), 6.12 and 7.2. */
	if (held && c->path == VCK_PATH_IOMMUFD && held->held_by_cdev)
		return c->dev->held_by_cdev ? EINVAL : EPERM;
	return hidden ? ENODEV : s->err;
}

/* The first step that refuses decides, provided that every step before it is known to
 * pass or would refuse at the same stage. */
static struct vck_attach walk(const struct vck_case *c)
{
	const struct vck_attach unknown = {.accepted = VCK_UNKNOWN};
	struct vck_attach refusal = {.accepted = VCK_NO}; /* of the steps in doubt */

	if (!kernel_in_tables(c->host))
		return unknown;
	for (const struct vck_step *s = vck_steps; s->rule; s++) {
		enum vck_tri r = step_result(c, s);
		enum vck_stage stage = s->stage[c->path];
		int err;

		if (r == VCK_YES)
			continue;
		if (refusal.stage && refusal.stage != stage)
			return unknown;
		err = errno_of(c, s);
		refusal.err = refusal.stage && refusal.err != err ? 0 : err;
		refusal.stage = stage;
		if (r == VCK_NO)
			return refusal;
	}
	return refusal.stage ? unknown
			     : (struct vck_attach){.accepted = VCK_YES, .noiommu = c->noiommu};
}

/* The other path of one in doubt. */
static struct vck_case doubted(const struct vck_case *c)
{
	struct vck_case other = *c;

	other.path = VCK_PATH_COMPAT;
	return other;
}

struct vck_attach vck_case_walk(const struct vck_case *c)
{
	struct vck_attach a = walk(c), b = a;

	if (c->path_doubted) {
		struct vck_case other = doubted(c);

		b = walk(&other);
	}
	return a.accepted == b.accepted && a.stage == b.stage && a.err == b.err
		       ? a
		       : (struct vck_attach){.accepted = VCK_UNKNOWN};
}

static enum vck_tri case_rule(const struct vck_case *c, const struct vck_rule *rule,
			      const struct vck_step **ret)
{
	enum vck_tri all = VCK_YES;

	for (const struct vck_step *s = vck_steps; s->rule && all != VCK_NO; s++) {
		enum vck_tri r;

		if (s->rule != rule)
			continue;
		r = step_result(c, s);
		if (ret && r != VCK_YES && (all == VCK_YES || r == VCK_NO))
			*ret = s;
		all = vck_tri_and(all, r);
	}
	return kernel_in_tables(c->host) ? all : VCK_UNKNOWN;
}

enum vck_tri vck_case_rule(const struct vck_case *c, const struct vck_rule *rule,
			   const struct vck_step **ret)
{
	enum vck_tri a = case_rule(c, rule, ret), b = a;

	if (c->path_doubted) {
		struct vck_case other = doubted(c);

		b = case_rule(&other, rule, a == VCK_YES ? ret : NULL);
	}
	return a == b ? a : VCK_UNKNOWN;
}

static int derive_device(struct vck_host *h, struct vck_device *d)
{
	struct vck_case c;
	int r = vck_case_init(&c, h, d, false);

	if (r < 0)
		return r;
	d->now = vck_case_walk(&c);
	d->with_group = d->now;
	/* A group of one, a bridge, and a group that is still to come: no more than
	 * above. */
	if (!c.members.late && c.members.n_devices > 1 && !vck_device_is_bridge(d)) {
		c.whole_group = true;
		d->with_group = vck_case_walk(&c);
	}
	return 0;
}

/* As things stand: one unbound or vfio-bound member is opened, nothing else moves. */
static enum vck_tri group_viable(struct vck_host *h, struct vck_group *g)
{
	struct vck_case c = {.host = h};

	c.members = (struct vck_membership){.known = VCK_YES,
					    .group = g,
					    .devices = g->devices,
					    .n_devices = g->n_devices,
					    .incomplete = vck_group_is_incomplete(g)};
	return kernel_in_tables(h) ? vck_membership_viable(&c, NULL) : VCK_UNKNOWN;
}

/* A VMD takes along what is behind it: what the host uses of that, it uses of the VMD. */
static int pass_use_on(struct vck_host *h, const struct vck_device *d)
{
	struct vck_device *vmd;

	if (!d->in_use || !vck_device_behind_vmd(d) || d->real_dma_dev->in_use)
		return 0;
	vmd = vck_host_find_device(h, d->real_dma_dev->address);
	if (!vmd)
		return 0;
	vmd->in_use = vck_arena_printf(&h->arena, "%s behind it: %s", d->address, d->in_use);
	return vmd->in_use ? 0 : -ENOMEM;
}

static void note_vf(const struct vck_device *d)
{
	struct vck_device *pf = d->physfn;

	if (!pf)
		return;
	if (d->holders && !pf->vf_in_use)
		pf->vf_in_use = d;
	pf->vf_bound = vck_tri_or(pf->vfs_there++ ? pf->vf_bound : VCK_NO,
				  vck_device_has(d, VCK_EV_DRIVER) ? vck_tri(d->driver)
								   : VCK_UNKNOWN);
}

int vck_derive_attach(struct vck_host *h)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->n_devices; i++) {
		r = pass_use_on(h, h->devices[i]);
		note_vf(h->devices[i]);
	}
	h->deferral = vck_host_deferral(h);
	h->vfio.container_of = vck_host_container(h);
	vck_tables_note_msi(h);
	h->isolated_msi = every_bridge_isolates(h);
	for (size_t i = 0; r == 0 && i < h->n_groups; i++)
		r = vck_group_prepare(h, h->groups[i]);
	for (size_t i = 0; r == 0 && i < h->n_devices; i++)
		r = derive_device(h, h->devices[i]);
	for (size_t i = 0; r == 0 && i < h->n_groups; i++)
		h->groups[i]->viable = group_viable(h, h->groups[i]);
	return r;
}
