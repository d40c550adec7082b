// SPDX-License-Identifier: GPL-2.0-or-later
/* The "host" object of the JSON document. */
#include "config.h"

#include "render/json-host.h"

static void module_state(struct vck_json *j, const char *name, enum vck_tri loaded,
			 enum vck_tri available)
{
	vck_json_object(j, name);
	vck_json_tri(j, "loaded", loaded);
	vck_json_tri(j, "available", available);
	vck_json_end(j);
}

static void configured(struct vck_json *j, const struct vck_param *p)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "module", p->module);
	vck_json_str(j, "parameter", p->name);
	vck_json_str(j, "value", p->value);
	vck_json_str(j, "file", p->file);
	vck_json_end(j);
}

static void vfio(struct vck_json *j, const struct vck_vfio *v)
{
	cleanup_buf struct vck_buf key = { 0 };

	vck_json_object(j, "vfio");
	vck_json_object(j, "modules");
	module_state(j, "vfio", v->vfio_loaded, v->vfio_loaded);
	module_state(j, "vfio_pci", v->vfio_pci_loaded, v->vfio_pci_available);
	module_state(j, "vfio_iommu_type1", v->type1_loaded, v->type1_available);
	module_state(j, "iommufd", v->iommufd_loaded, v->iommufd_available);
	module_state(j, "vfio_platform", VCK_UNKNOWN, v->platform_available);
	vck_json_end(j);

	vck_json_object(j, "parameters");
	for (size_t i = 0; i < v->n_params; i++) {
		vck_buf_reset(&key);
		vck_buf_addf(&key, "%s.%s", v->params[i].module, v->params[i].name);
		vck_json_str_under(j, vck_buf_str(&key), v->params[i].value);
	}
	vck_json_end(j);

	vck_json_array(j, "configured");
	for (size_t i = 0; i < v->n_configured; i++)
		configured(j, &v->configured[i]);
	vck_json_end(j);

	vck_json_object(j, "nodes");
	vck_json_tri(j, "container", v->container_node);
	vck_json_tri(j, "iommufd", v->iommufd_node);
	vck_json_tri(j, "cdev", v->cdev);
	vck_json_end(j);
	vck_json_str(j, "container_of", vck_container_name(v->container_of));
	vck_json_end(j);
}

static void table(struct vck_json *j, const struct vck_acpi_table *t)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "signature", t->signature);
	vck_json_str(j, "path", t->path);
	if (t->length)
		vck_json_num(j, "length", t->length);
	else
		vck_json_null(j, "length");
	vck_json_tri(j, "read", t->read);
	vck_json_tri(j, "checksum_ok", t->checksum_ok);
	vck_json_tri(j, "complete", t->complete);
	vck_json_str(j, "describes", t->summary);
	vck_json_end(j);
}

static void firmware(struct vck_json *j, const struct vck_host *h)
{
	vck_json_object(j, "firmware");
	vck_json_tri(j, "acpi", h->acpi.present);
	vck_json_tri(j, "device_tree",
		     vck_host_has(h, VCK_EV_DT) ? vck_tri(h->dt.root != NULL) : VCK_UNKNOWN);
	vck_json_array(j, "tables");
	for (size_t i = 0; i < h->acpi.n_tables; i++)
		table(j, &h->acpi.tables[i]);
	vck_json_end(j);
	vck_json_end(j);
}

/* Bytes, "unlimited", or null. */
static void memlock(struct vck_json *j, const struct vck_host *h)
{
	if (!vck_host_has(h, VCK_EV_LIMITS))
		vck_json_null(j, "memlock");
	else if (h->memlock == UINT64_MAX)
		vck_json_str(j, "memlock", "unlimited");
	else
		vck_json_num(j, "memlock", h->memlock);
}

static void absent_locks(struct vck_json *j, const struct vck_host *h)
{
	vck_json_array(j, "absent_locks");
	for (size_t i = 0; i < h->n_absent_locks; i++) {
		const struct vck_absent_lock *l = &h->absent_locks[i];

		vck_json_object(j, NULL);
		vck_json_str(j, "path", l->path);
		vck_json_digits(j, "vendor_id", true, l->vendor, 4);
		vck_json_digits(j, "device_id", true, l->device, 4);
		vck_json_str(j, "lock", vck_lock_name(l->lock));
		vck_json_str(j, "file", l->file);
		vck_json_end(j);
	}
	vck_json_end(j);
}

void vck_json_host(struct vck_json *j, const struct vck_host *h,
		   const struct vck_json_options *o)
{
	vck_json_object(j, NULL);
	vck_json_str(j, "source", vck_origin_name(h->origin));
	vck_json_str(j, "kernel", h->release);
	vck_json_str(j, "architecture", h->arch_name);
	vck_json_tri(j, "privileged", h->privileged);
	vck_json_str(j, "lockdown", vck_lockdown_name(h->lockdown));
	vck_json_tri(j, "in_guest", h->in_guest);
	vck_json_str(j, "command_line", h->cmdline);
	memlock(j, h);
	vfio(j, &h->vfio);
	firmware(j, h);
	absent_locks(j, h);
	vck_json_findings(j, h->findings, h->n_findings, o);
	vck_json_end(j);
}
