// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware tables that somebody has as a file and nothing else: a raw table, the
 * text of acpidump, a flattened device tree. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "source/acpi.h"
#include "source/fdt.h"

static int add_dump(struct vck_host *h, const char *path, struct vck_bytes b,
		    struct vck_aml_scopes *scopes)
{
	cleanup_acpidump struct vck_acpidump d = { .text = (const char *)b.data, .left = b.len };
	int n = 0, r;

	while ((r = vck_acpidump_next(&d)) > 0) {
		char where[512];

		snprintf(where, sizeof(where), "%s:%s", path, d.name);
		if (d.skipped)
			vck_problem(h, "acpidump", where, 0,
				    "%zu line%s of this table %s no hex of acpidump and left out",
				    d.skipped, d.skipped == 1 ? "" : "s",
				    d.skipped == 1 ? "is" : "are");
		/* FACS and RSDP have headers of their own and say nothing about DMA. */
		if (streq(d.name, "FACS") || str_after(d.name, "RSD"))
			continue;
		r = vck_acpi_add(h, where, d.name, (struct vck_bytes){ d.data, d.len }, scopes);
		if (r < 0)
			return r;
		n++;
	}
	return r < 0 ? r : n;
}

int vck_firmware_file(struct vck_host *h, const char *path, struct vck_bytes b,
		      struct vck_aml_scopes *scopes)
{
	size_t before = h->acpi.n_tables;
	int r;

	if (vck_fdt_is(b)) {
		r = vck_fdt_read(h, path, b);
		return r < 0 ? r : 1;
	}
	if (vck_acpidump_is(b))
		return add_dump(h, path, b, scopes);
	if (b.len < VCK_ACPI_HEADER)
		return 0;
	r = vck_acpi_add(h, path, "?", b, scopes);
	if (r < 0)
		return r;
	return h->acpi.tables[before].length || h->acpi.tables[before].revision ? 1 : 0;
}
