// SPDX-License-Identifier: GPL-2.0-or-later
/* IVRS: units and reserved memory of AMD hosts (AMD IOMMU specification 48882,
 * chapter 5; drivers/iommu/amd/init.c for which of several descriptions counts). */
#include "config.h"

#include <errno.h>

#include "source/acpi.h"

enum {
	ENTRY_END = 4,
	ENTRY_HID = 0xf0,
	IVHD_NEWEST = 0x40, /* the newest type that Linux reads (5.10 to 7.3) */
};

struct ivrs {
	struct vck_host *h;
	struct vck_ivrs *d;
	size_t cap_ivhds, cap_ivmds;
	bool any, chosen;
	uint16_t first; /* device id of the first block */
	uint8_t target; /* type that counts */
	const char *bad;
};

/* Length of a device entry: the two top bits of its type say it, except for the
 * variable one with an ACPI id. 0: not known or cut short. */
static size_t entry_length(struct vck_bytes b, size_t off)
{
	uint8_t type, uid;

	if (!vck_u8(b, off, &type))
		return 0;
	if (type < 0x80)
		return 4u << (type >> 6);
	if (type == ENTRY_HID && vck_u8(b, off + 21, &uid))
		return 22u + uid;
	return 0;
}

static bool is_range_start(uint8_t type)
{
	return type == 3 || type == 0x43 || type == 0x47;
}

/* One entry into @e; false when it only closes a range or says nothing (padding). */
static bool entry_read(struct vck_bytes b, size_t off, struct vck_ivhd_entry *e)
{
	*e = (struct vck_ivhd_entry){ 0 };
	if (!vck_u8(b, off, &e->type) || !vck_le16(b, off + 1, &e->devid) ||
	    !vck_u8(b, off + 3, &e->flags))
		return false;
	e->devid_end = e->devid;
	e->alias = e->devid;
	if (e->type == 1) {
		e->devid = 0;
		e->devid_end = 0xffff;
	}
	if (e->type == 0x42 || e->type == 0x43)
		return vck_le16(b, off + 5, &e->alias);
	if (e->type == 0x48) { /* IOAPIC or HPET: the id stands behind the handle */
		if (!vck_le16(b, off + 5, &e->devid))
			return false;
		e->devid_end = e->alias = e->devid;
	}
	return e->type != 0;
}

static int add_entries(struct ivrs *p, struct vck_ivhd *i, struct vck_bytes b, size_t off)
{
	struct vck_ivhd_entry e;
	size_t open = SIZE_MAX; /* the range start that waits for its end */
	size_t cap = 0, len;

	for (; off < b.len; off += len) {
		len = entry_length(b, off);
		if (!len || !vck_bytes_have(b, off, len)) {
			p->bad = "a device entry is cut short or of unknown length";
			break;
		}
		if (!entry_read(b, off, &e))
			continue;
		if (e.type == ENTRY_END) {
			if (open != SIZE_MAX && e.devid >= i->entries[open].devid)
				i->entries[open].devid_end = e.devid;
			else
				p->bad = "a range of device ids ends that never began";
			open = SIZE_MAX;
			continue;
		}
		if (vck_arena_grow(&p->h->arena, &i->entries, i->n_entries, &cap, sizeof(e)) < 0)
			return -ENOMEM;
		i->entries[i->n_entries++] = e;
		if (is_range_start(e.type))
			open = i->n_entries - 1;
	}
	return 0;
}

static int add_ivhd(struct ivrs *p, const struct vck_sub *s)
{
	struct vck_ivhd i = { .offset = s->offset, .type = (uint8_t)s->type };
	struct vck_ivrs *d = p->d;
	bool image = s->type != 0x10; /* 11h and 40h carry the EFR image */
	int r;

	if (!vck_u8(s->b, 1, &i.flags) || !vck_le16(s->b, 4, &i.devid) ||
	    !vck_le16(s->b, 6, &i.cap_offset) || !vck_le64(s->b, 8, &i.base) ||
	    !vck_le16(s->b, 16, &i.segment) ||
	    (image && (!vck_le32(s->b, 20, &i.attr) || !vck_le64(s->b, 24, &i.efr) || !vck_le64(s->b, 32, &i.efr2)))) {
		p->bad = "an IVHD is cut short";
		return 0;
	}
	r = add_entries(p, &i, s->b, image ? 40 : 24);
	if (r == 0)
		r = vck_arena_grow(&p->h->arena, &d->ivhds, d->n_ivhds, &p->cap_ivhds, sizeof(i));
	if (r == 0)
		d->ivhds[d->n_ivhds++] = i;
	return r;
}

static int add_ivmd(struct ivrs *p, const struct vck_sub *s)
{
	struct vck_ivmd m = { .offset = s->offset, .type = (uint8_t)s->type };
	struct vck_ivrs *d = p->d;
	int r;

	/* The segment at 8 is of newer revisions; reserved and zero before. */
	if (!vck_u8(s->b, 1, &m.flags) || !vck_le16(s->b, 4, &m.devid) ||
	    !vck_le16(s->b, 6, &m.devid_end) || !vck_le16(s->b, 8, &m.segment) ||
	    !vck_le64(s->b, 16, &m.start) || !vck_le64(s->b, 24, &m.length)) {
		p->bad = "an IVMD is cut short";
		return 0;
	}
	if (m.type == 0x20) {
		m.devid = 0;
		m.devid_end = 0xffff;
	} else if (m.type == 0x21) {
		m.devid_end = m.devid;
	}
	r = vck_arena_grow(&p->h->arena, &d->ivmds, d->n_ivmds, &p->cap_ivmds, sizeof(m));
	if (r == 0)
		d->ivmds[d->n_ivmds++] = m;
	return r;
}

static int add_block(struct ivrs *p, const struct vck_sub *s)
{
	switch (s->type) {
	case 0x10:
	case 0x11:
	case 0x40:
		return add_ivhd(p, s);
	case 0x20:
	case 0x21:
	case 0x22:
		return add_ivmd(p, s);
	default: /* 51h is seen in the field; its layout is not published */
		return 0;
	}
}

/* Of several descriptions of the same units one type counts: that of the last block which has
 * the device id of the first, up to one that is too new
 * (amd/init.c:get_highest_supported_ivhd_type, 5.10 to 7.2). */
static void choose_type(struct ivrs *p, const struct vck_sub *s)
{
	uint16_t devid;

	if (p->chosen || !vck_le16(s->b, 4, &devid))
		return;
	if (!p->any)
		p->target = (uint8_t)s->type;
	if (!p->any)
		p->first = devid;
	p->any = true;
	p->chosen = s->type > IVHD_NEWEST;
	if (!p->chosen && devid == p->first)
		p->target = (uint8_t)s->type;
}

static size_t mark_used(const struct ivrs *p)
{
	struct vck_ivrs *d = p->d;
	size_t n = 0;

	for (size_t i = 0; i < d->n_ivhds; i++) {
		d->ivhds[i].used = d->ivhds[i].type == p->target;
		n += d->ivhds[i].used;
	}
	return n;
}

int vck_acpi_ivrs(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b)
{
	struct vck_sub_walk w = { .table = b, .next = 48, .left = UINT32_MAX,
				  .layout = VCK_SUB_8_8_16 };
	struct ivrs p = { .h = h };
	struct vck_sub s;
	size_t units;
	int r = 0;

	p.d = vck_arena_alloc(&h->arena, sizeof(*p.d));
	if (!p.d)
		return -ENOMEM;
	if (!vck_le32(b, 36, &p.d->ivinfo)) {
		vck_acpi_damaged(h, t, "shorter than its fixed part");
		return 0;
	}
	while (r == 0 && vck_sub_next(&w, &s)) {
		choose_type(&p, &s);
		r = add_block(&p, &s);
	}
	if (r < 0)
		return r;
	if (w.bad || p.bad)
		vck_acpi_damaged(h, t, "%s", w.bad ? w.bad : p.bad);
	units = mark_used(&p);
	if (!h->acpi.ivrs)
		h->acpi.ivrs = p.d;
	t->summary = vck_arena_printf(&h->arena, "%zu unit%s in %zu IVHD%s, %zu reserved range%s",
				      units, units == 1 ? "" : "s", p.d->n_ivhds,
				      p.d->n_ivhds == 1 ? "" : "s", p.d->n_ivmds,
				      p.d->n_ivmds == 1 ? "" : "s");
	return t->summary ? 0 : -ENOMEM;
}
