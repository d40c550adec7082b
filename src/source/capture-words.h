/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that take out of a capture what identifies a machine. */
#ifndef VCK_SOURCE_CAPTURE_WORDS_H
#define VCK_SOURCE_CAPTURE_WORDS_H

#include "base/buf.h"
#include "source/memtree.h"

/* Names that nothing but this host tells: its own, and those of its mapped disks. */
struct vck_scrub_names {
	const char *host; /* borrowed */
	size_t host_len;  /* 0: not known, or too short to be told from other words */
	char **disks;	  /* owned, sorted by vck_scrub_sort() */
	size_t n_disks, cap_disks;
};

/* A name of the device mapper, as dm/name has it. Return: 0 or -ENOMEM. */
int vck_scrub_add_disk(struct vck_scrub_names *names, const char *s, size_t n) must_check;
/* When all were added, before the first is looked up. */
void vck_scrub_sort(struct vck_scrub_names *names);
void vck_scrub_done(struct vck_scrub_names *names);
#define cleanup_scrub_names cleanup(vck_scrub_done)

/* All three append to @out; check out->failed. */
/* What stands for a mapped disk: "redacted2" for the second of them, "redacted" for others. */
void vck_scrub_disk(const struct vck_scrub_names *names, const char *s, size_t n,
		    struct vck_buf *out);
/* Options as of the kernel command line. */
void vck_scrub_cmdline(const struct vck_scrub_names *names, const char *s, size_t n,
		       struct vck_buf *out);
/* Words parted by blanks. */
void vck_scrub_list(const struct vck_scrub_names *names, const char *s, size_t n,
		    struct vck_buf *out);

/* --- capture-firmware.c: of sys/firmware/fdt, and of a file of sys/firmware/acpi/tables --- */
int vck_scrub_fdt(struct vck_mem_node *f) must_check;
int vck_scrub_acpi(struct vck_mem_node *f) must_check;

#endif
