// SPDX-License-Identifier: GPL-2.0-or-later
/* The columns of `list`. A new column is one row and one small function. A value
 * that is unknown is "?", one that there is none of is "-". */
#include "config.h"

#include <libsmartcols/libsmartcols.h>
#include <strings.h>

#include "check/engine.h"
#include "render/columns.h"
#include "render/labels.h"
#include "render/render.h"

#define GETTER(name) \
	static void get_##name(struct vck_buf *b, const struct vck_device *d)

/* "-" where @evidence says that there is none, "?" where nobody looked. */
static const char *missing(const struct vck_device *d, uint32_t evidence)
{
	return vck_device_has(d, evidence) ? "-" : "?";
}

static bool is_pci(const struct vck_device *d)
{
	return d->bus == VCK_BUS_PCI;
}

GETTER(address)
{
	vck_label_text(b, d->address, "?");
}

GETTER(group)
{
	vck_label_text(b, d->group ? d->group->id : NULL, missing(d, VCK_EV_GROUP));
}

GETTER(driver)
{
	vck_label_text(b, d->driver, missing(d, VCK_EV_DRIVER));
}

GETTER(reset)
{
	if (d->reset.n_methods)
		vck_label_text(b, d->reset.methods[0], "?");
	else
		vck_buf_adds(b, d->reset.methods ? "-" : missing(d, VCK_EV_RESET));
	if (d->reset.n_methods && d->reset.works == VCK_NO)
		vck_buf_addc(b, '!');
}

GETTER(coherent)
{
	vck_buf_adds(b, vck_tri_label(d->coherent));
}

GETTER(nosnoop)
{
	vck_buf_adds(b, vck_nosnoop_label(d));
}

GETTER(verdict)
{
	vck_buf_adds(b, vck_verdict_name(d->verdict));
}

GETTER(why)
{
	const struct vck_finding *f[16];
	size_t n = vck_device_why(d, f, ARRAY_SIZE(f));

	vck_buf_adds(b, n ? f[0]->rule->id : "-");
	if (n > 1)
		vck_buf_addf(b, " +%zu", n - 1);
}

GETTER(reason)
{
	const struct vck_finding *f[1];
	size_t n = vck_device_why(d, f, ARRAY_SIZE(f));

	vck_label_text(b, n ? f[0]->summary : NULL, "-");
}

GETTER(name)
{
	vck_label_text(b, d->name, "-");
}

GETTER(id)
{
	if (is_pci(d) && vck_device_has(d, VCK_EV_IDS))
		vck_buf_addf(b, "%04x:%04x", d->vendor_id, d->device_id);
	else
		vck_buf_adds(b, is_pci(d) ? "?" : "-");
}

GETTER(class)
{
	if (is_pci(d) && vck_device_has(d, VCK_EV_IDS))
		vck_class_label(b, d);
	else
		vck_buf_adds(b, is_pci(d) ? "?" : "-");
}

GETTER(bus)
{
	vck_buf_adds(b, vck_bus_name(d->bus));
}

GETTER(type)
{
	const char *type = vck_pcie_type_label(d);

	if (type)
		vck_buf_adds(b, type);
	else
		vck_buf_adds(b, is_pci(d) && d->cap.exp.present == VCK_UNKNOWN ? "?" : "-");
}

GETTER(unit)
{
	vck_label_text(b, d->unit ? d->unit->name : NULL, missing(d, VCK_EV_GROUP));
}

GETTER(acs)
{
	vck_acs_label(b, d);
}

GETTER(lock)
{
	vck_buf_adds(b, is_pci(d) ? vck_lock_name(d->nosnoop.lock) : "-");
}

GETTER(enforced_by)
{
	vck_label_text(b, d->nosnoop.enforced_by,
		       d->nosnoop.enforced == VCK_UNKNOWN ? "?" : "-");
}

GETTER(coherency)
{
	vck_label_text(b, d->coherency_source, "-");
	if (d->coherency_property) {
		vck_buf_addc(b, ' ');
		vck_label_text(b, d->coherency_property, "");
	}
}

GETTER(resets)
{
	for (size_t i = 0; i < d->reset.n_methods; i++) {
		vck_buf_adds(b, i ? "," : "");
		vck_label_text(b, d->reset.methods[i], "?");
	}
	if (!d->reset.n_methods)
		vck_buf_adds(b, d->reset.methods ? "-" : missing(d, VCK_EV_RESET));
}

GETTER(reset_scope)
{
	vck_buf_adds(b, d->reset.scope ? d->reset.scope : "?");
}

GETTER(attach)
{
	vck_attach_label(b, &d->now);
}

GETTER(attach_group)
{
	vck_attach_label(b, &d->with_group);
}

GETTER(group_type)
{
	vck_label_text(b, d->group ? d->group->type : NULL, d->group ? "?" : "-");
}

GETTER(viable)
{
	vck_buf_adds(b, d->group ? vck_tri_label(d->group->viable) : "-");
}

GETTER(vfio_driver)
{
	vck_label_text(b, d->vfio_driver, "?");
}

GETTER(in_use)
{
	vck_label_text(b, d->in_use, "-");
}

GETTER(power)
{
	vck_label_text(b, d->power_state, "?");
}

GETTER(numa)
{
	if (d->numa_node >= 0)
		vck_buf_addf(b, "%d", d->numa_node);
	else
		vck_buf_addc(b, '-');
}

GETTER(vfs)
{
	if (vck_device_has(d, VCK_EV_SRIOV) && d->sriov_totalvfs)
		vck_buf_addf(b, "%u/%u", d->sriov_numvfs, d->sriov_totalvfs);
	else
		vck_buf_adds(b, missing(d, VCK_EV_SRIOV));
}

GETTER(pf)
{
	vck_label_text(b, d->physfn ? d->physfn->address : NULL, "-");
}

GETTER(upstream)
{
	vck_label_text(b, d->upstream ? d->upstream->address : NULL, "-");
}

GETTER(path)
{
	if (d->syspath)
		vck_buf_addc(b, '/');
	vck_label_text(b, d->syspath, "-");
}

#define TRUNC SCOLS_FL_TRUNC

const struct vck_column vck_columns[] = {
	{ "ADDRESS", 0, 0, "address of a PCI function or name of a platform device", get_address },
	{ "GROUP", 0, 0, "IOMMU group", get_group },
	{ "DRIVER", 0, 0, "driver that is bound to it", get_driver },
	{ "RESET", 0, 0, "first reset method of the kernel; '!': it cannot be carried out now",
	  get_reset },
	{ "COHERENT", 0, 0, "whether its DMA is coherent, by firmware and architecture",
	  get_coherent },
	{ "NOSNOOP", 0, 0, "Enable No Snoop: on, off, snooped (on, and the platform overrides it)",
	  get_nosnoop },
	{ "VERDICT", 0, 0, "ready, conditional, unsuitable or unknown", get_verdict },
	{ "WHY", 0, SCOLS_FL_WRAP, "first check behind the verdict, and how many more there are", get_why },
	{ "NAME", 0.1, TRUNC, "vendor and device, from pci.ids", get_name },
	{ "REASON", 0.1, TRUNC, "what the first check behind the verdict found", get_reason },
	{ "ID", 0, 0, "vendor and device id", get_id },
	{ "CLASS", 0, 0, "class code", get_class },
	{ "BUS", 0, 0, "pci, platform or amba", get_bus },
	{ "TYPE", 0, 0, "PCIe device or port type", get_type },
	{ "UNIT", 0, TRUNC, "IOMMU unit", get_unit },
	{ "ACS", 0, 0, "ACS controls that are on", get_acs },
	{ "LOCK", 0, 0, "what keeps Enable No Snoop cleared", get_lock },
	{ "ENFORCED-BY", 0, TRUNC, "what turns its no-snoop requests into snooped ones",
	  get_enforced_by },
	{ "COHERENCY", 0, TRUNC, "what decides whether its DMA is coherent", get_coherency },
	{ "RESETS", 0, TRUNC, "all reset methods, in the kernel's order", get_resets },
	{ "RESET-SCOPE", 0, 0, "what a reset reaches: function, slot, bus or none",
	  get_reset_scope },
	{ "ATTACH", 0, TRUNC, "what VFIO answers when only this device is moved to it", get_attach },
	{ "ATTACH-GROUP", 0, TRUNC, "what VFIO answers when its whole group is", get_attach_group },
	{ "GROUP-TYPE", 0, 0, "type of the group's default domain", get_group_type },
	{ "VIABLE", 0, 0, "whether the group can be opened as things stand", get_viable },
	{ "VFIO-DRIVER", 0, TRUNC, "the vfio driver that fits it best", get_vfio_driver },
	{ "IN-USE", 0, TRUNC, "what this host uses it for", get_in_use },
	{ "POWER", 0, 0, "power state", get_power },
	{ "NUMA", 0, SCOLS_FL_RIGHT, "NUMA node", get_numa },
	{ "VFS", 0, SCOLS_FL_RIGHT, "virtual functions: enabled and possible", get_vfs },
	{ "PF", 0, 0, "physical function of a virtual one", get_pf },
	{ "UPSTREAM", 0, 0, "bridge above", get_upstream },
	{ "PATH", 0, TRUNC, "directory in sysfs", get_path },
	{ 0 },
};

int vck_column_find(const char *name, size_t len)
{
	for (int i = 0; vck_columns[i].name; i++) {
		if (strlen(vck_columns[i].name) == len &&
		    strncasecmp(vck_columns[i].name, name, len) == 0)
			return i;
	}
	return -1;
}

const char *vck_column_name(size_t i)
{
	return i < ARRAY_SIZE(vck_columns) ? vck_columns[i].name : NULL;
}
