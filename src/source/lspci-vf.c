// SPDX-License-Identifier: GPL-2.0-or-later
/* Which function a virtual function belongs to. lspci does not say; the SR-IOV
 * capability of the physical one does: its VFs have the requester ids that follow
 * from offset and stride (SR-IOV 1.1, 2.1.2). */
#include "config.h"

#include <errno.h>

#include "source/lspci.h"

#define EXT_SRIOV 0x10
/* A host has a few dozen; this bounds the time that a hostile text can take. */
#define PFS_MAX 4096

static uint32_t requester_id(struct vck_bdf a)
{
	return (uint32_t)a.bus << 8 | vck_bdf_devfn(a);
}

static bool get_le16(const struct vck_lspci_fn *f, size_t off, uint32_t *ret)
{
	uint8_t b[2];

	if (!vck_lspci_get(&f->space, off, b, sizeof(b)))
		return false;
	*ret = (uint32_t)b[1] << 8 | b[0];
	return true;
}

/* Position of an extended capability, 0 where it is not or not known. */
static size_t ext_find(const struct vck_lspci_fn *f, unsigned id)
{
	size_t pos = 0x100;

	for (unsigned i = 0; i < 480 && pos >= 0x100; i++) {
		uint8_t b[4];

		if (!vck_lspci_get(&f->space, pos, b, sizeof(b)))
			return 0;
		if ((b[0] | b[1] << 8) == (int)id)
			return pos;
		pos = (size_t)(b[3] << 4 | b[2] >> 4) & 0xffc;
	}
	return 0;
}

static bool pf_of(const struct vck_lspci_fn *f, struct vck_lspci_pf *ret)
{
	size_t pos = ext_find(f, EXT_SRIOV);
	uint32_t control, offset;

	if (!pos || !get_le16(f, pos + 0x08, &control) || !(control & 1) ||
	    !get_le16(f, pos + 0x10, &ret->n) || !get_le16(f, pos + 0x14, &offset) ||
	    !get_le16(f, pos + 0x16, &ret->stride) || !ret->n)
		return false;
	if (!get_le16(f, pos + 0x1a, &ret->vf_device))
		ret->vf_device = 0;
	ret->fn = f;
	ret->first = requester_id(f->bdf) + offset;
	return true;
}

int vck_lspci_find_pfs(const struct vck_lspci *l, struct vck_lspci_pf **ret, size_t *n)
{
	struct vck_lspci_pf *pfs = NULL, pf;
	size_t used = 0, cap = 0;

	for (size_t i = 0; i < l->n && used < PFS_MAX; i++) {
		if (!pf_of(l->fns[i], &pf))
			continue;
		if (used == cap) {
			struct vck_lspci_pf *p;

			cap = cap ? cap * 2 : 16;
			p = realloc(pfs, cap * sizeof(*p));
			if (!p) {
				free(pfs);
				return -ENOMEM;
			}
			pfs = p;
		}
		pfs[used++] = pf;
	}
	*ret = pfs;
	*n = used;
	return 0;
}

const struct vck_lspci_pf *vck_lspci_pf_of(const struct vck_lspci_pf *pfs, size_t n,
					   const struct vck_lspci_fn *f)
{
	uint32_t rid = requester_id(f->bdf);

	for (size_t i = 0; i < n; i++) {
		const struct vck_lspci_pf *p = &pfs[i];
		uint32_t at = rid - p->first;

		if (p->fn == f || p->fn->bdf.domain != f->bdf.domain || rid < p->first)
			continue;
		if (p->n == 1 || !p->stride
			    ? !at
			    : at % p->stride == 0 && at / p->stride < p->n)
			return p;
	}
	return NULL;
}
