// SPDX-License-Identifier: GPL-2.0-or-later
/* DMAR: units, reserved memory and ATS of Intel hosts (VT-d specification, chapter
 * 8; ACPICA actbl1.h for the newest structure types). */
#include "config.h"

#include <errno.h>

#include "source/acpi.h"

enum {
	DRHD = 0,
	RMRR = 1,
	ATSR = 2,
	SATC = 5,
};

struct dmar {
	struct vck_host *h;
	struct vck_dmar *d;
	size_t cap_units, cap_rmrrs, cap_atsrs, cap_satcs;
	const char *bad;
};

static int add_scope(struct dmar *p, struct vck_bytes s, struct vck_dmar_scope *sc)
{
	/* type u8, length u8, flags, reserved, enumeration id, start bus, then pairs */
	if (!vck_u8(s, 0, &sc->type) || !vck_u8(s, 4, &sc->enumeration_id) ||
	    !vck_u8(s, 5, &sc->start_bus))
		return 0;
	sc->n_path = (s.len - 6) / 2;
	if (sc->n_path == 0)
		return 0;
	sc->path = vck_arena_memdup(&p->h->arena, s.data + 6, sc->n_path * 2);
	return sc->path ? 0 : -ENOMEM;
}

static int read_scopes(struct dmar *p, struct vck_bytes b, size_t off,
		       struct vck_dmar_scope **ret, size_t *ret_n)
{
	size_t cap = 0;

	while (off < b.len) {
		struct vck_bytes s;
		uint8_t len;
		int r;

		if (!vck_u8(b, off + 1, &len) || len < 6 || !vck_bytes_sub(b, off, len, &s)) {
			p->bad = "a device scope is cut short";
			return 0;
		}
		r = vck_arena_grow(&p->h->arena, ret, *ret_n, &cap, sizeof(**ret));
		if (r < 0)
			return r;
		(*ret)[*ret_n] = (struct vck_dmar_scope){ 0 };
		r = add_scope(p, s, &(*ret)[*ret_n]);
		if (r < 0)
			return r;
		(*ret_n)++;
		off += len;
	}
	return 0;
}

/* DRHD, ATSR and SATC share flags at 4 and the segment at 6. */
static int add_unit(struct dmar *p, const struct vck_sub *s, struct vck_dmar_unit **array,
		    size_t *n, size_t *cap)
{
	struct vck_dmar_unit u = { .offset = s->offset, .type = s->type };
	int r;

	if (!vck_u8(s->b, 4, &u.flags) || !vck_le16(s->b, 6, &u.segment) ||
	    (s->type == DRHD && !vck_le64(s->b, 8, &u.base))) {
		p->bad = "a structure is shorter than its type needs";
		return 0;
	}
	r = read_scopes(p, s->b, s->type == DRHD ? 16 : 8, &u.scopes, &u.n_scopes);
	if (r == 0)
		r = vck_arena_grow(&p->h->arena, array, *n, cap, sizeof(u));
	if (r == 0)
		(*array)[(*n)++] = u;
	return r;
}

static int add_rmrr(struct dmar *p, const struct vck_sub *s)
{
	struct vck_dmar_rmrr m = { .offset = s->offset };
	struct vck_dmar *d = p->d;
	int r;

	if (!vck_le16(s->b, 6, &m.segment) || !vck_le64(s->b, 8, &m.start) ||
	    !vck_le64(s->b, 16, &m.end)) {
		p->bad = "an RMRR is cut short";
		return 0;
	}
	r = read_scopes(p, s->b, 24, &m.scopes, &m.n_scopes);
	if (r == 0)
		r = vck_arena_grow(&p->h->arena, &d->rmrrs, d->n_rmrrs, &p->cap_rmrrs, sizeof(m));
	if (r == 0)
		d->rmrrs[d->n_rmrrs++] = m;
	return r;
}

static int add_structure(struct dmar *p, const struct vck_sub *s)
{
	struct vck_dmar *d = p->d;

	switch (s->type) {
	case DRHD:
		return add_unit(p, s, &d->units, &d->n_units, &p->cap_units);
	case RMRR:
		return add_rmrr(p, s);
	case ATSR:
		return add_unit(p, s, &d->atsrs, &d->n_atsrs, &p->cap_atsrs);
	case SATC:
		return add_unit(p, s, &d->satcs, &d->n_satcs, &p->cap_satcs);
	default: /* RHSA, ANDD, SIDP and newer: nothing here rests on them */
		return 0;
	}
}

int vck_acpi_dmar(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b)
{
	struct vck_sub_walk w = { .table = b, .next = 48, .left = UINT32_MAX };
	struct dmar p = { .h = h };
	struct vck_sub s;
	int r = 0;

	p.d = vck_arena_alloc(&h->arena, sizeof(*p.d));
	if (!p.d)
		return -ENOMEM;
	if (!vck_u8(b, 36, &p.d->host_address_width) || !vck_u8(b, 37, &p.d->flags)) {
		vck_acpi_damaged(h, t, "shorter than its fixed part");
		return 0;
	}
	while (r == 0 && vck_sub_next(&w, &s))
		r = add_structure(&p, &s);
	if (r < 0)
		return r;
	if (w.bad || p.bad)
		vck_acpi_damaged(h, t, "%s", w.bad ? w.bad : p.bad);
	if (!h->acpi.dmar)
		h->acpi.dmar = p.d;
	t->summary = vck_arena_printf(&h->arena, "%zu unit%s, %zu reserved range%s%s%s",
				      p.d->n_units, p.d->n_units == 1 ? "" : "s", p.d->n_rmrrs,
				      p.d->n_rmrrs == 1 ? "" : "s",
				      p.d->flags & 1 ? ", interrupt remapping"
						     : ", no interrupt remapping",
				      p.d->flags & 4 ? ", wants DMA protection" : "");
	return t->summary ? 0 : -ENOMEM;
}
