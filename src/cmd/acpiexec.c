// SPDX-License-Identifier: GPL-2.0-or-later
/* --acpiexec: values of _CCA that only an interpreter can tell. This happens before the
 * process enters the filter, which would not let it start a program, so it reads no more
 * than the tables of AML. */
#include "config.h"

#include <errno.h>

#include "base/errname.h"
#include "cmd/acpiexec.h"
#include "cmd/cmd.h"
#include "cmd/sandbox.h"
#include "eval/acpiexec.h"
#include "source/acpi.h"
#include "source/gather.h"

enum {
	MAX_TABLES = 64,
};

static bool is_open(const struct vck_cca *c)
{
	return c->kind == VCK_CCA_METHOD || c->kind == VCK_CCA_OTHER;
}

/* DSDT and SSDTs as bytes, in the order in which they were found. */
static int read_tables(const struct vck_host *h, struct vck_root *root, struct vck_blob *blobs,
		       struct vck_bytes *tables, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < h->acpi.n_tables && n < MAX_TABLES; i++) {
		const struct vck_acpi_table *t = &h->acpi.tables[i];
		int r;

		if (!streq(t->signature, "DSDT") && !streq(t->signature, "SSDT"))
			continue;
		r = vck_root_read(root, t->path, &blobs[n]);
		if (r < 0)
			return r;
		tables[n] = vck_blob_bytes(&blobs[n]);
		n++;
	}
	*ret_n = n;
	return 0;
}

/* Notes the value in the host that was read for this; false when it cannot go on. */
static bool evaluate(struct vck_host *h, struct vck_cca *c, const struct vck_bytes *tables,
		     size_t n)
{
	const char *path = vck_arena_printf(&h->arena, "%s%s_CCA", c->path,
					    streq(c->path, "\\") ? "" : ".");
	int r = path ? vck_acpiexec_integer(tables, n, path, &c->value) : -ENOMEM;

	if (r == 0) {
		c->kind = VCK_CCA_EVALUATED;
		return true;
	}
	if (r == -ENOENT) {
		vck_error("--acpiexec: acpiexec is not installed (Debian package: acpica-tools)");
		return false;
	}
	vck_warn("%s: cannot evaluate: %s", path ? path : c->path,
		 r == -ENODATA ? "acpiexec gives no integer" : vck_errno_text(r));
	return true;
}

static int evaluate_all(struct vck_host *h, struct vck_root *root)
{
	struct vck_blob blobs[MAX_TABLES] = { 0 };
	struct vck_bytes tables[MAX_TABLES];
	size_t n = 0, done = 0;
	int r = read_tables(h, root, blobs, tables, &n);

	for (size_t i = 0; r == 0 && i < h->acpi.n_ccas; i++) {
		if (!is_open(&h->acpi.ccas[i]))
			continue;
		if (done++ == VCK_ACPIEXEC_MAX) {
			vck_warn("--acpiexec: more than %d objects; the rest stays unknown",
				 VCK_ACPIEXEC_MAX);
			break;
		}
		if (!evaluate(h, &h->acpi.ccas[i], tables, n))
			r = -ENOENT;
	}
	for (size_t i = 0; i < n; i++)
		vck_blob_done(&blobs[i]);
	return r;
}

int vck_acpiexec_prepare(const char *path, struct vck_host **ret)
{
	cleanup_host struct vck_host *h = vck_host_new();
	cleanup_root struct vck_root *root = NULL;
	int r = h ? vck_sandbox_drop_capabilities(VCK_KEEP_CHILD | (path ? 0 : VCK_KEEP_LIVE))
		  : -ENOMEM;

	if (r == 0)
		r = vck_root_open(path, &root);
	if (r == 0)
		r = vck_read_acpi(h, root);
	/* Unreadable tables are said by the reading that follows. */
	if (r == 0 && h->acpi.cca_known == VCK_YES)
		r = evaluate_all(h, root);
	if (r == -ENOMEM)
		vck_error("out of memory");
	if (r < 0)
		return r;
	*ret = TAKE_PTR(h);
	return 0;
}

void vck_acpiexec_apply(const struct vck_host *evaluated, struct vck_host *h)
{
	const struct vck_acpi *from = &evaluated->acpi;

	for (size_t i = 0; i < h->acpi.n_ccas; i++) {
		struct vck_cca *c = &h->acpi.ccas[i];

		for (size_t k = 0; is_open(c) && k < from->n_ccas; k++) {
			if (from->ccas[k].kind != VCK_CCA_EVALUATED ||
			    !streq(from->ccas[k].path, c->path))
				continue;
			c->kind = VCK_CCA_EVALUATED;
			c->value = from->ccas[k].value;
		}
	}
}
