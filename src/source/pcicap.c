// SPDX-License-Identifier: GPL-2.0-or-later
/* Decoding configuration space from bytes of which only some may be there. The
 * header comes in one read, after it nothing is read that is not decoded: on
 * hardware each dword costs about a microsecond. Of the second function of a model each
 * capability comes in one read as well: the first told how much of it is decoded. A
 * capability is called absent only when the list that would hold it was walked to its
 * end. */
#include "config.h"

#include <errno.h>

#include "source/gather.h"

/* Offsets of the headers, PCI Local Bus 3.0 6.1 and PCI-to-CardBus Bridge. */
#define HEADER_SIZE		0x40u
#define REG_CAP_POINTER		0x34u
#define REG_CAP_POINTER_CARDBUS 0x14u
#define STATUS_CAP_LIST		0x10u

#define STD_SIZE  0x100u
#define EXT_SIZE  0x1000u
#define STD_BOUND 48u  /* (256 - 64) / 4: no more can be in there */
#define EXT_BOUND 480u /* (4096 - 256) / 8 */

/* Capability ids, PCI Code and ID Assignment 2 and 3. */
enum {
	CAP_PM = 0x01,
	CAP_MSI = 0x05,
	CAP_EXP = 0x10,
	CAP_MSIX = 0x11,
	CAP_AF = 0x13,
	EXT_ACS = 0x0d,
	EXT_ATS = 0x0f,
	EXT_SRIOV = 0x10,
	EXT_PRI = 0x13,
	EXT_PASID = 0x1b,
};

struct cfg {
	struct vck_file *file;
	struct vck_pcicap *c;
	uint8_t head[HEADER_SIZE];
	int err;	 /* of the first read that failed, other than for a hole or the end */
	bool no_pointer; /* to the capability list: a hole in the header */
	struct vck_cap_layout *layout; /* NULL: each register is read by itself */
	unsigned n_caps;	       /* met so far */
	unsigned cap_pos, cap_end; /* the present one: what of it was decoded */
	uint8_t ahead[4 + VCK_LAYOUT_MORE]; /* what was read with its first dword */
	unsigned n_ahead;
};

static ssize_t read_at(struct cfg *g, unsigned off, void *buf, size_t n)
{
	ssize_t got = vck_file_pread(g->file, buf, n, off);

	if (got < 0 && got != -ENODATA && !g->err)
		g->err = (int)got;
	return got;
}

/* Up to @n bytes, from what came with the capability's first dword where that has them. */
static ssize_t read_some(struct cfg *g, unsigned off, void *buf, size_t n)
{
	if (off == g->cap_end)
		g->cap_end += (unsigned)n;
	if (off < g->cap_pos || off - g->cap_pos + n > g->n_ahead)
		return read_at(g, off, buf, n);
	memcpy(buf, g->ahead + (off - g->cap_pos), n);
	return (ssize_t)n;
}

/* All of [off, off+n), or nothing. What comes back tells how much there is. */
static bool get(struct cfg *g, unsigned off, void *buf, size_t n)
{
	ssize_t got = read_some(g, off, buf, n);

	if (got < 0 || (size_t)got < n)
		return false;
	if (off + n > STD_SIZE)
		g->c->size = EXT_SIZE;
	else if (off + n > HEADER_SIZE && g->c->size < STD_SIZE)
		g->c->size = STD_SIZE;
	return true;
}

static bool get32(struct cfg *g, unsigned off, uint32_t *ret)
{
	uint8_t b[4];

	return get(g, off, b, sizeof(b)) &&
	       vck_le32((struct vck_bytes){b, sizeof(b)}, 0, ret);
}

/* Two registers that share a dword. */
static bool get16x2(struct cfg *g, unsigned off, uint16_t *lo, uint16_t *hi)
{
	uint32_t v;

	if (!get32(g, off, &v))
		return false;
	*lo = (uint16_t)v;
	*hi = (uint16_t)(v >> 16);
	return true;
}

/* --- layouts: functions of one model have the same capabilities in the same places --- */

/* How many bytes behind the dword at @pos were decoded in the function before. */
static unsigned layout_more(const struct cfg *g, unsigned pos)
{
	const struct vck_cap_layout *l = g->layout;

	if (!l || g->n_caps >= l->n || l->caps[g->n_caps].pos != pos)
		return 0;
	return l->caps[g->n_caps].more;
}

/* The capability at @pos starts; true with its first dword. */
static bool cap_begin(struct cfg *g, unsigned pos, uint32_t *head)
{
	ssize_t got = read_at(g, pos, g->ahead, 4 + layout_more(g, pos));

	g->cap_pos = pos;
	g->cap_end = pos + 4;
	g->n_ahead = got < 0 ? 0 : (unsigned)got;
	return g->n_ahead >= 4 && get32(g, pos, head);
}

/* It was decoded: what of it was wanted is wanted of the next function, too. */
static void cap_end(struct cfg *g)
{
	struct vck_cap_layout *l = g->layout;

	if (l && g->n_caps < VCK_LAYOUT_CAPS) {
		unsigned more = g->cap_end - g->cap_pos - 4;

		l->caps[g->n_caps].pos = (uint16_t)g->cap_pos;
		l->caps[g->n_caps].more = more <= VCK_LAYOUT_MORE ? (uint8_t)more : 0;
		if (l->n <= g->n_caps)
			l->n = g->n_caps + 1;
	}
	g->n_caps++;
	g->n_ahead = 0;
}

/* --- standard capabilities; @head is their first dword --- */

static void decode_exp(struct cfg *g, unsigned pos, uint32_t head)
{
	struct vck_cap_exp *e = &g->c->exp;
	uint8_t raw[8];
	struct vck_bytes b = {raw, sizeof(raw)};

	e->present = VCK_YES;
	e->pos = (uint16_t)pos;
	e->version = head >> 16 & 0xf;
	e->type = head >> 20 & 0xf;
	e->regs_known = vck_tri(get(g, pos + 0x04, raw, sizeof(raw)) &&
				vck_le32(b, 0, &e->devcap) &&
				vck_le16(b, 4, &e->devctl) && vck_le16(b, 6, &e->devsta));
}

static void decode_pm(struct cfg *g, unsigned pos, uint32_t head)
{
	struct vck_cap_pm *pm = &g->c->pm;
	uint8_t b[4]; /* bridge extensions and data share the dword, and text leaves them
			 out */
	ssize_t got = read_some(g, pos + 4, b, sizeof(b));

	pm->pos = (uint8_t)pos;
	pm->pmc = (uint16_t)(head >> 16);
	if (got >= 2 && vck_le16((struct vck_bytes){b, sizeof(b)}, 0, &pm->pmcsr))
		pm->present = VCK_YES;
}

static void decode_msi(struct vck_cap_msi *m, unsigned pos, uint32_t head)
{
	m->present = VCK_YES;
	m->pos = (uint8_t)pos;
	m->ctl = (uint16_t)(head >> 16);
}

static void decode_std(struct cfg *g, unsigned pos, uint32_t head)
{
	struct vck_pcicap *c = g->c;
	unsigned id = head & 0xff;

	/* The kernel takes the first of each id. */
	if (id == CAP_EXP && !c->exp.pos)
		decode_exp(g, pos, head);
	else if (id == CAP_PM && !c->pm.pos)
		decode_pm(g, pos, head);
	else if (id == CAP_MSI && !c->msi.pos)
		decode_msi(&c->msi, pos, head);
	else if (id == CAP_MSIX && !c->msix.pos)
		decode_msi(&c->msix, pos, head);
	else if (id == CAP_AF && !c->af.pos)
		c->af = (struct vck_cap_af){VCK_YES, (uint8_t)pos, (uint8_t)(head >> 24)};
}

/* A capability that was seen and whose registers could not be read stays unknown. */
static void absent(enum vck_tri *present, unsigned pos)
{
	if (!pos)
		*present = VCK_NO;
}

static void std_complete(struct vck_pcicap *c)
{
	c->std_known = VCK_YES;
	absent(&c->exp.present, c->exp.pos);
	absent(&c->pm.present, c->pm.pos);
	absent(&c->msi.present, c->msi.pos);
	absent(&c->msix.present, c->msix.pos);
	absent(&c->af.present, c->af.pos);
}

/* How a walk ended. */
enum walk {
	WALK_END = 0, /* at the end of the list */
	WALK_SHORT,   /* where no more bytes are to be had */
	WALK_BROKEN,  /* at something that is no list */
};

static enum walk walk_std(struct cfg *g, unsigned pos)
{
	uint64_t visited = 0; /* a bit for each dword of 256 bytes */

	for (unsigned n = 0; pos; n++) {
		uint32_t head;

		if (pos < HEADER_SIZE || n == STD_BOUND || visited & 1ull << pos / 4)
			return WALK_BROKEN;
		visited |= 1ull << pos / 4;
		if (!cap_begin(g, pos, &head))
			return WALK_SHORT;
		if ((head & 0xff) == 0xff) /* nothing answers there */
			return WALK_BROKEN;
		decode_std(g, pos, head);
		cap_end(g);
		pos = head >> 8 & 0xfc;
	}
	return WALK_END;
}

static void read_std(struct cfg *g)
{
	struct vck_pcicap *c = g->c;
	unsigned reg = c->header_type == 2 ? REG_CAP_POINTER_CARDBUS : REG_CAP_POINTER;
	enum walk w = WALK_END;

	if (c->status & STATUS_CAP_LIST && g->no_pointer)
		w = WALK_SHORT;
	else if (c->status & STATUS_CAP_LIST)
		w = walk_std(g, g->head[reg] & 0xfcu);
	if (w == WALK_END)
		std_complete(c);
	else
		c->std_known = VCK_NO;
	c->chain_broken = w == WALK_BROKEN ? VCK_YES
			  : w == WALK_END  ? VCK_NO
					   : VCK_UNKNOWN;
}

/* --- extended capabilities --- */

/* Root ports whose ACS registers are dwords: capability at +4, control at +8. Linux
 * drivers/pci/quirks.c, pci_quirk_intel_spt_pch_acs_match() [6.12, 7.3]: 100 and 200
 * series (Sunrise and Union Point) and the 7th and 8th generation mobile parts. */
static const struct {
	uint16_t first, last;
} acs_dword_ports[] = {
	{0xa110, 0xa11f}, {0xa167, 0xa16a}, {0xa290, 0xa29f},
	{0xa2e7, 0xa2ee}, {0x9d10, 0x9d1b},
};

static bool acs_in_dwords(const struct vck_pcicap *c)
{
	if (c->vendor != 0x8086 || c->exp.type != VCK_PCIE_ROOT_PORT)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(acs_dword_ports); i++) {
		if (c->device >= acs_dword_ports[i].first &&
		    c->device <= acs_dword_ports[i].last)
			return true;
	}
	return false;
}

static void decode_acs(struct cfg *g, unsigned pos)
{
	struct vck_cap_acs *a = &g->c->acs;
	uint16_t high;
	bool ok;

	a->dword_layout = acs_in_dwords(g->c);
	if (a->dword_layout)
		ok = get16x2(g, pos + 4, &a->cap, &high) &&
		     get16x2(g, pos + 8, &a->ctl, &high);
	else
		ok = get16x2(g, pos + 4, &a->cap, &a->ctl);
	a->pos = (uint16_t)pos;
	a->present = ok ? VCK_YES : VCK_UNKNOWN;
}

static void decode_sriov(struct cfg *g, unsigned pos)
{
	struct vck_cap_sriov *s = &g->c->sriov;
	uint8_t raw[0x3c - 0x08];
	struct vck_bytes b = {raw, sizeof(raw)};
	bool ok;

	s->pos = (uint16_t)pos;
	if (!get(g, pos + 0x08, raw, sizeof(raw)))
		return;
	ok = vck_le16(b, 0x00, &s->ctl) && vck_le16(b, 0x04, &s->initial_vfs) &&
	     vck_le16(b, 0x06, &s->total_vfs) && vck_le16(b, 0x08, &s->num_vfs) &&
	     vck_le16(b, 0x0c, &s->offset) && vck_le16(b, 0x0e, &s->stride) &&
	     vck_le16(b, 0x12, &s->vf_device);
	for (unsigned i = 0; i < ARRAY_SIZE(s->vf_bar); i++)
		ok = ok && vck_le32(b, 0x1c + 4 * i, &s->vf_bar[i]);
	s->present = ok ? VCK_YES : VCK_UNKNOWN;
}

static void decode_ext(struct cfg *g, unsigned pos, uint32_t head)
{
	struct vck_pcicap *c = g->c;
	unsigned id = head & 0xffff;

	if (id == EXT_ACS && !c->acs.pos) {
		decode_acs(g, pos);
	} else if (id == EXT_SRIOV && !c->sriov.pos) {
		decode_sriov(g, pos);
	} else if (id == EXT_ATS && !c->ats.pos) {
		c->ats.pos = (uint16_t)pos;
		if (get16x2(g, pos + 4, &c->ats.cap, &c->ats.ctl))
			c->ats.present = VCK_YES;
	} else if (id == EXT_PRI && !c->pri.pos) {
		c->pri.pos = (uint16_t)pos;
		if (get16x2(g, pos + 4, &c->pri.ctl, &c->pri.status))
			c->pri.present = VCK_YES;
	} else if (id == EXT_PASID && !c->pasid.pos) {
		c->pasid.pos = (uint16_t)pos;
		if (get16x2(g, pos + 4, &c->pasid.cap, &c->pasid.ctl))
			c->pasid.present = VCK_YES;
	}
}

static enum walk walk_ext(struct cfg *g)
{
	uint64_t visited[EXT_SIZE / 4 / 64] = {0};
	unsigned pos = STD_SIZE;

	for (unsigned n = 0; pos; n++) {
		uint64_t *word = &visited[pos / 4 / 64], bit = 1ull << pos / 4 % 64;
		uint32_t head;

		if (pos < STD_SIZE || n == EXT_BOUND || *word & bit)
			return WALK_BROKEN;
		*word |= bit;
		if (!cap_begin(g, pos, &head))
			return WALK_SHORT;
		if (head == 0xffffffff)
			return n ? WALK_BROKEN : WALK_SHORT;
		if (head == 0) /* no capability at all, PCIe Base 7.6.3 */
			return WALK_END;
		decode_ext(g, pos, head);
		cap_end(g);
		pos = head >> 20 & 0xffc;
	}
	return WALK_END;
}

static void ext_complete(struct vck_pcicap *c)
{
	c->ext_known = VCK_YES;
	absent(&c->acs.present, c->acs.pos);
	absent(&c->ats.present, c->ats.pos);
	absent(&c->pri.present, c->pri.pos);
	absent(&c->pasid.present, c->pasid.pos);
	absent(&c->sriov.present, c->sriov.pos);
}

static void read_ext(struct cfg *g)
{
	struct vck_pcicap *c = g->c;
	enum walk w = WALK_END; /* conventional functions have no extended space */

	if (c->exp.present == VCK_UNKNOWN)
		return;
	if (c->exp.present == VCK_YES)
		w = walk_ext(g);
	if (w == WALK_END)
		ext_complete(c);
	else
		c->ext_known = VCK_NO;
	if (w == WALK_BROKEN)
		c->chain_broken = VCK_YES;
}

/* --- header --- */

static bool is_all_ones(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0xff)
			return false;
	}
	return true;
}

static void decode_header(struct cfg *g)
{
	struct vck_pcicap *c = g->c;
	struct vck_bytes b = {g->head, sizeof(g->head)};
	uint8_t type;

	if (!vck_le16(b, 0x00, &c->vendor) || !vck_le16(b, 0x02, &c->device) ||
	    !vck_le16(b, 0x04, &c->command) || !vck_le16(b, 0x06, &c->status) ||
	    !vck_u8(b, 0x0e, &type) || !vck_u8(b, 0x3d, &c->intx_pin))
		return;
	c->header_known = VCK_YES;
	c->revision = g->head[0x08];
	c->class = (uint32_t)g->head[0x0b] << 16 | (uint32_t)g->head[0x0a] << 8 |
		   g->head[0x09];
	c->header_type = type & 0x7f;
	c->multifunction = vck_tri(type & 0x80);
	if (c->header_type == 0) {
		c->subvendor = (uint16_t)(g->head[0x2c] | g->head[0x2d] << 8);
		c->subdevice = (uint16_t)(g->head[0x2e] | g->head[0x2f] << 8);
	} else {
		c->primary = g->head[0x18];
		c->secondary = g->head[0x19];
		c->subordinate = g->head[0x1a];
	}
}

/*
 * A header with holes, as text of lspci -vvv gives it. Without command, status, type and
 * pin it says nothing; ids that are missing read 0, which no vendor has.
 */
static bool read_parts(struct cfg *g, ssize_t got)
{
	static const struct {
		uint8_t off, n;
		bool needed;
	} parts[] = {
		{0x04, 4, true},  {0x0e, 1, true},  {0x3d, 1, true},  {0x00, 4, false},
		{0x08, 1, false}, {0x09, 3, false}, {0x18, 3, false}, {0x2c, 4, false},
	};
	unsigned reg;
	uint8_t b;

	/* A file that ends there has no more parts. */
	if (got >= 0 && vck_file_pread(g->file, &b, 1, (uint64_t)got) != -ENODATA)
		return false;
	memset(g->head, 0, sizeof(g->head));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!get(g, parts[i].off, g->head + parts[i].off, parts[i].n) &&
		    parts[i].needed)
			return false;
	}
	reg = (g->head[0x0e] & 0x7f) == 2 ? REG_CAP_POINTER_CARDBUS : REG_CAP_POINTER;
	g->no_pointer = !get(g, reg, g->head + reg, 1);
	g->c->size = HEADER_SIZE;
	return true;
}

/* That of another model tells nothing. */
static void use_layout(struct cfg *g, struct vck_cap_layout *l)
{
	uint64_t model = (uint64_t)g->c->vendor << 48 | (uint64_t)g->c->device << 32 |
			 (uint64_t)g->c->revision << 8 | g->c->header_type;

	if (l && l->model != model)
		*l = (struct vck_cap_layout){.model = model};
	g->layout = l;
}

int vck_pcicap_read(struct vck_file *f, struct vck_cap_layout *layout,
		    struct vck_pcicap *c)
{
	struct cfg g = {.file = f, .c = c};
	ssize_t got = vck_file_pread(f, g.head, sizeof(g.head), 0);

	if (got < 0 && got != -ENODATA)
		return (int)got;
	c->size = (uint16_t)(got < 0 ? 0 : got);
	if (got < (ssize_t)HEADER_SIZE && !read_parts(&g, got))
		return got < 0 ? (int)got : 0;
	c->all_ones = vck_tri(is_all_ones(g.head, sizeof(g.head)));
	if (c->all_ones == VCK_YES)
		return 0;
	decode_header(&g);
	use_layout(&g, layout);
	read_std(&g);
	read_ext(&g);
	return g.err;
}
