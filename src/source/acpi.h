/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of ACPI tables to the model. Every parser takes the bytes of one whole
 * table, header included, and reads what can be read: damage is noted in the
 * table's entry and in the host's problems, once a table. Nothing here opens a
 * file; source/acpi.c does. */
#ifndef VCK_SOURCE_ACPI_H
#define VCK_SOURCE_ACPI_H

#include "base/cursor.h"
#include "model/host.h"

#define VCK_ACPI_HEADER 36 /* ACPI 6.5, 5.2.6: bytes of the header of every table here */

/* Layout of the header of a structure inside of a table. */
enum vck_sub_layout {
	VCK_SUB_16_16 = 0, /* type u16, length u16: DMAR */
	VCK_SUB_8_8_16,	   /* type u8, one byte, length u16: IVRS, VIOT, RIMT */
	VCK_SUB_8_16,	   /* type u8, length u16: IORT */
};

struct vck_sub {
	uint32_t offset; /* from the start of the table */
	uint16_t type;
	struct vck_bytes b; /* the structure, header included */
};

struct vck_sub_walk {
	struct vck_bytes table;
	size_t next;
	enum vck_sub_layout layout;
	uint32_t left; /* structures that may still come */
	const char *bad; /* why the walk ended early, or NULL */
};

/**
 * vck_sub_next - the next structure of a table
 * Every structure is at least as long as its header, so the walk ends.
 * Return: false at the end, with w->bad set when the end is damage.
 */
bool vck_sub_next(struct vck_sub_walk *w, struct vck_sub *ret);

/* Note that @t is damaged; the first reason becomes a problem line. */
void vck_acpi_damaged(struct vck_host *h, struct vck_acpi_table *t, const char *fmt, ...)
	printf_like(3, 4);

/* All return 0 or -ENOMEM and set t->summary. */
int vck_acpi_dmar(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b) must_check;
int vck_acpi_ivrs(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b) must_check;
int vck_acpi_iort(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b) must_check;
int vck_acpi_viot(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b) must_check;
int vck_acpi_rimt(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b) must_check;

/**
 * vck_aml_walk - find _CCA in a DSDT or SSDT
 * @scopes: paths declared so far, carried from table to table in load order
 * @name: "DSDT", "SSDT3", for the evidence
 *
 * Time is linear in the size, nesting is bounded. Return: 0 or -ENOMEM.
 */
struct vck_aml_scopes {
	uint64_t *slots; /* hashes of paths, open addressing; owned */
	size_t n, cap;
};
int vck_aml_walk(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b,
		 const char *name, struct vck_aml_scopes *scopes) must_check;
/* A path by its hash, which is not 0; 0 or -ENOMEM. */
int vck_aml_scopes_add(struct vck_aml_scopes *s, uint64_t h) must_check;
bool vck_aml_scopes_has(const struct vck_aml_scopes *s, uint64_t h);
void vck_aml_scopes_done(struct vck_aml_scopes *s);
#define cleanup_aml_scopes cleanup(vck_aml_scopes_done)
/* Once after the last table: sort what was found and settle what was found twice. */
void vck_aml_finish(struct vck_host *h);

/**
 * vck_acpi_add - one table into the model
 * @path: where it came from, copied
 * @name: name of its file, "SSDT3"
 *
 * Return: 0, or -ENOMEM. Bytes that are no table are a problem line.
 */
int vck_acpi_add(struct vck_host *h, const char *path, const char *name, struct vck_bytes b,
		 struct vck_aml_scopes *scopes) must_check;

/* Once after the last table: what is known now, and whether every _CCA was seen. */
void vck_acpi_finish(struct vck_host *h);

/**
 * vck_firmware_file - a table given as a file: raw, acpidump text or a device tree
 * @path: for messages
 *
 * Return: number of tables (a device tree counts as one), 0 when it is none of these,
 * or -ENOMEM.
 */
int vck_firmware_file(struct vck_host *h, const char *path, struct vck_bytes b,
		      struct vck_aml_scopes *scopes) must_check;

/* The first table in acpidump text at *off: its signature and bytes (owned by the
 * caller), *off behind it; lines that are not understood are counted. Return: 1, 0 at
 * the end, -ENOMEM. */
struct vck_acpidump {
	const char *text;
	size_t left;
	size_t skipped; /* lines inside of tables that are no hex */
	char name[16];
	uint8_t *data; /* owned */
	size_t len, cap;
};
int vck_acpidump_next(struct vck_acpidump *d) must_check;
void vck_acpidump_done(struct vck_acpidump *d);
#define cleanup_acpidump cleanup(vck_acpidump_done)
bool vck_acpidump_is(struct vck_bytes b);

#endif
