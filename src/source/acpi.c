// SPDX-License-Identifier: GPL-2.0-or-later
/* ACPI tables of a root: which there are, and the content of those that say
 * something about DMA. Others are listed by name only and never read: some hold
 * licence keys (MSDM, SLIC), and what is read ends up in captures. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "base/errname.h"
#include "source/acpi.h"
#include "source/gather.h"

#define TABLES "sys/firmware/acpi/tables"

/* Tables whose content is used. */
static const struct {
	char signature[5];
	int (*parse)(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b);
} parsers[] = {
	{ "DMAR", vck_acpi_dmar }, { "IVRS", vck_acpi_ivrs }, { "IORT", vck_acpi_iort },
	{ "VIOT", vck_acpi_viot }, { "RIMT", vck_acpi_rimt },
};

static bool is_aml(const char *signature)
{
	return streq(signature, "DSDT") || streq(signature, "SSDT");
}

static bool is_used(const char *signature)
{
	for (size_t i = 0; i < ARRAY_SIZE(parsers); i++) {
		if (streq(parsers[i].signature, signature))
			return true;
	}
	return is_aml(signature);
}

void vck_acpi_damaged(struct vck_host *h, struct vck_acpi_table *t, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	if (t->complete == VCK_NO)
		return;
	t->complete = VCK_NO;
	va_start(ap, fmt);
	text = vck_arena_vprintf(&h->arena, fmt, ap);
	va_end(ap);
	vck_problem(h, "acpi", t->path, 0, "%s: %s (what could be read of it is used)",
		    t->signature, text ? text : "malformed");
}

static struct vck_acpi_table *table_new(struct vck_host *h, const char *path, const char *name)
{
	struct vck_acpi *a = &h->acpi;
	struct vck_acpi_table *t;

	if (vck_arena_grow(&h->arena, &a->tables, a->n_tables, &a->cap_tables, sizeof(*t)) < 0)
		return NULL;
	t = &a->tables[a->n_tables];
	*t = (struct vck_acpi_table){ .path = vck_arena_strdup(&h->arena, path) };
	if (!t->path)
		return NULL;
	strncpy(t->signature, name, 4);
	a->n_tables++;
	return t;
}

static void copy_text(char *out, struct vck_bytes b, size_t off, size_t n)
{
	memcpy(out, b.data + off, n);
	out[n] = '\0';
}

/* Signature u32, length u32, revision, checksum, OEM id 6, OEM table id 8; ACPI 6.5, 5.2.6. */
static int read_header(struct vck_acpi_table *t, struct vck_bytes *b)
{
	uint8_t sum = 0;

	if (!vck_bytes_have(*b, 0, VCK_ACPI_HEADER))
		return -EBADMSG;
	for (size_t i = 0; i < 4; i++) {
		if (!isalnum(b->data[i]) && b->data[i] != '_')
			return -EBADMSG;
	}
	copy_text(t->signature, *b, 0, 4);
	copy_text(t->oem_id, *b, 10, 6);
	copy_text(t->oem_table_id, *b, 16, 8);
	if (!vck_le32(*b, 4, &t->length) || !vck_u8(*b, 8, &t->revision))
		return -EBADMSG;
	t->read = VCK_YES;
	t->complete = VCK_YES;
	if (t->length >= VCK_ACPI_HEADER && t->length <= b->len)
		b->len = t->length;
	for (size_t i = 0; i < b->len; i++)
		sum = (uint8_t)(sum + b->data[i]);
	t->checksum_ok = vck_tri(sum == 0);
	return 0;
}

static int parse(struct vck_host *h, struct vck_acpi_table *t, const char *name,
		 struct vck_bytes b, struct vck_aml_scopes *scopes)
{
	if (is_aml(t->signature))
		return vck_aml_walk(h, t, b, name, scopes);
	for (size_t i = 0; i < ARRAY_SIZE(parsers); i++) {
		if (streq(parsers[i].signature, t->signature))
			return parsers[i].parse(h, t, b);
	}
	return 0;
}

int vck_acpi_add(struct vck_host *h, const char *path, const char *name, struct vck_bytes b,
		 struct vck_aml_scopes *scopes)
{
	struct vck_acpi_table *t = table_new(h, path, name);

	if (!t)
		return -ENOMEM;
	if (read_header(t, &b) < 0) {
		t->read = VCK_YES;
		t->complete = VCK_YES;
		vck_acpi_damaged(h, t, "not an ACPI table: no header of 36 bytes");
		return 0;
	}
	if (t->length < VCK_ACPI_HEADER || t->length > b.len)
		vck_acpi_damaged(h, t, "its header says %u bytes and there are %zu", t->length,
				 b.len);
	if (t->checksum_ok == VCK_NO && t->complete == VCK_YES)
		vck_problem(h, "acpi", path, 0,
			    "%s: its checksum is wrong (read all the same; the kernel warns and uses it too)",
			    t->signature);
	return parse(h, t, name, b, scopes);
}

/* --- the directory --- */

static int read_one(struct vck_host *h, struct vck_dir *dir, const char *name,
		    struct vck_aml_scopes *scopes)
{
	cleanup_blob struct vck_blob blob = { 0 };
	char path[VCK_PATH_LEN], signature[5] = { 0 };
	struct vck_acpi_table *t;
	int r;

	strncpy(signature, name, 4);
	if (vck_path_join(vck_dir_path(dir), name, path, sizeof(path)) < 0)
		return 0;
	if (!is_used(signature))
		return table_new(h, path, name) ? 0 : -ENOMEM;
	r = vck_dir_read(dir, name, &blob);
	if (r == -ENOMEM)
		return r;
	if (r == 0)
		return vck_acpi_add(h, path, name, vck_blob_bytes(&blob), scopes);
	t = table_new(h, path, name);
	if (!t)
		return -ENOMEM;
	t->read = VCK_NO;
	vck_problem(h, "acpi", path, r, "what %s says is unknown%s", t->signature,
		    r == -EACCES || r == -EPERM ? " (run as root)" : "");
	return 0;
}

static int read_directory(struct vck_host *h, struct vck_dir *dir, struct vck_aml_scopes *scopes)
{
	cleanup_names struct vck_names names = { 0 };
	int r = vck_dir_list(dir, &names);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		if (streq(names.names[i], "data") || streq(names.names[i], "dynamic"))
			continue;
		r = read_one(h, dir, names.names[i], scopes);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Nothing is known of _CCA unless every table that can hold it was walked to its end. */
static void judge_cca(struct vck_host *h)
{
	bool dsdt = false;

	h->acpi.cca_known = VCK_YES;
	for (size_t i = 0; i < h->acpi.n_tables; i++) {
		const struct vck_acpi_table *t = &h->acpi.tables[i];

		dsdt |= streq(t->signature, "DSDT");
		if (is_aml(t->signature) && (t->read != VCK_YES || t->complete != VCK_YES))
			h->acpi.cca_known = VCK_NO;
	}
	if (!dsdt)
		h->acpi.cca_known = VCK_NO;
}

void vck_acpi_finish(struct vck_host *h)
{
	h->have |= VCK_EV_ACPI;
	h->acpi.present = vck_tri(h->acpi.n_tables > 0);
	judge_cca(h);
	vck_aml_finish(h);
}

/* No directory of tables: a host without ACPI where sys/firmware is there, else nothing
 * is known. A root made of lspci text has no such directory. */
static int no_tables(struct vck_host *h, struct vck_root *root, int err)
{
	cleanup_dir struct vck_dir *dir = NULL;
	cleanup_names struct vck_names names = { 0 };

	if (err != -ENOENT) {
		vck_problem(h, "acpi", TABLES, err, "which ACPI tables there are is unknown");
		return 0;
	}
	err = vck_root_opendir(root, "sys/firmware", &dir);
	if (err == 0)
		err = vck_dir_list(dir, &names);
	if (err < 0) {
		if (err != -ENOENT && err != -ENODATA)
			vck_problem(h, "acpi", "sys/firmware", err, "whether there are ACPI tables");
		return 0;
	}
	h->acpi.present = VCK_NO;
	h->have |= VCK_EV_ACPI;
	return 0;
}

int vck_read_acpi(struct vck_host *h, struct vck_root *root)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	cleanup_dir struct vck_dir *dir = NULL, *dynamic = NULL;
	int r = vck_root_opendir(root, TABLES, &dir);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return no_tables(h, root, r);
	r = read_directory(h, dir, &scopes);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		vck_problem(h, "acpi", TABLES, r, "which ACPI tables there are is unknown");
		return 0;
	}
	/* Tables that the kernel was told to load later (Load, configfs, initrd). */
	if (vck_dir_has(dir, "dynamic") && vck_dir_opendir(dir, "dynamic", &dynamic) == 0 &&
	    read_directory(h, dynamic, &scopes) == -ENOMEM)
		return -ENOMEM;
	vck_acpi_finish(h);
	return 0;
}
