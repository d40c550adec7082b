/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that read lspci text: lspci-text.c (lines and hex dumps),
 * lspci-verbose.c (registers spelled out) and lspci-tree.c (the tree made of it). */
#ifndef VCK_SOURCE_LSPCI_H
#define VCK_SOURCE_LSPCI_H

#include "base/buf.h"
#include "base/num.h"
#include "source/memtree.h"

/* How the list of capabilities ended. */
enum vck_lspci_list {
	VCK_LSPCI_LIST_OPEN = 0, /* nothing said, or the text may be cut */
	VCK_LSPCI_LIST_BROKEN,	 /* lspci gave up on it */
	VCK_LSPCI_LIST_DENIED,	 /* <access denied>: the kernel showed 64 bytes */
};

/* Configuration space as far as the text tells: a bit for each byte that is known. */
struct vck_lspci_space {
	uint8_t *data, *known; /* owned; @cap bytes and cap / 8 bytes */
	size_t cap;
};

/* One function; NULL strings were not in the text. All owned. */
struct vck_lspci_fn {
	struct vck_bdf bdf;
	struct vck_lspci_space space;
	size_t hex_end; /* where the hex dump ends, 0 without one */
	size_t row_end; /* where its last row below the last header ended, 0 without one */
	char *driver, *group, *node;
	bool verbose;  /* -vv: Control and Status were there */
	bool detailed; /* -v or more */
	bool gone;     /* "Unknown header type 7f": it does not answer */
	bool is_bridge, is_cardbus, is_intel;
	bool has_header; /* more than the address stood there */
	bool has_ids, has_sub, has_class, has_prog_if;
	uint16_t vendor, device, subvendor, subdevice, class;
	uint8_t prog_if, revision;
	enum vck_lspci_list list;
	/* the capability that following lines are about */
	unsigned cap, cap_pos;	     /* cap 0: none */
	unsigned last_std, last_ext; /* position of the one before, 0 none */
	bool list_complete;	     /* every line of the list was understood */
	struct vck_buf
		reg; /* text of the register being printed, with its continuation */
};

struct vck_lspci {
	struct vck_lspci_fn **fns; /* in the order of the text */
	size_t n, cap;
	void *index; /* tsearch(3) by address */
	struct vck_text_notes *notes;
};

/* Note @n bytes at @off; beyond 4096 they are dropped. */
int vck_lspci_set(struct vck_lspci_space *s, size_t off, const void *data,
		  size_t n) must_check;
/* The same for a little-endian register that was spelled out; a hex dump knows better. */
int vck_lspci_put(struct vck_lspci_fn *f, size_t off, uint32_t value,
		  size_t n) must_check;
/* All of [off, off+n) into @buf, or false. */
bool vck_lspci_get(const struct vck_lspci_space *s, size_t off, void *buf, size_t n);

/**
 * vck_lspci_verbose_line - a line that is neither header nor hex
 * @s: without quoting and blanks in front, terminated
 * Return: 0 or -ENOMEM; lines that mean nothing are ignored.
 */
int vck_lspci_verbose_line(struct vck_lspci_fn *f, const char *s) must_check;
/* The function's text has ended: what it says only as a whole. */
int vck_lspci_verbose_end(struct vck_lspci_fn *f) must_check;

/* A physical function whose VFs are enabled. */
struct vck_lspci_pf {
	const struct vck_lspci_fn *fn;
	uint32_t first, stride, n; /* requester ids of its VFs */
	uint32_t vf_device;	   /* their device id, 0 unknown */
};

/* All of them; the caller frees the array. Return: 0 or -ENOMEM. */
int vck_lspci_find_pfs(const struct vck_lspci *l, struct vck_lspci_pf **ret,
		       size_t *n) must_check;
/* The physical function of a virtual one, or NULL. */
const struct vck_lspci_pf *vck_lspci_pf_of(const struct vck_lspci_pf *pfs, size_t n,
					   const struct vck_lspci_fn *f);

/* Make the tree. Functions get sorted. Return: 0 or -ENOMEM. */
int vck_lspci_build(struct vck_lspci *l, struct vck_memtree *t) must_check;

#endif
