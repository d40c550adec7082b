// SPDX-License-Identifier: GPL-2.0-or-later
/* A walk over the namespace that AML declares, for one object: _CCA (ACPI 6.5,
 * chapter 20). It evaluates nothing. AML is read as a flat run of tokens: whatever
 * has a PkgLength and declares no scope is stepped over, so a method's body, where
 * bytes can look like anything, is never looked at. Each token takes at least one
 * byte and scopes lie inside of each other, so time is linear in the size.
 *
 * If, Else and While outside of methods run when the table is loaded. Their content
 * counts where the predicate is a constant; otherwise a _CCA in it is certain only
 * when its device is declared in the same place (the device exists only if the code
 * ran), and "cannot be told" when it would change a device from elsewhere. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "base/buf.h"
#include "source/acpi.h"

enum {
	MAX_DEPTH = 64,
	MAX_SEGS = 32,
	MAX_CCAS = 65536, /* real machines have some dozens */
	OP_NAME = 0x08,
	OP_METHOD = 0x14,
	OP_EXTERNAL = 0x15,
	OP_EXT = 0x5b,
	OP_RETURN = 0xa4,
};

#define SEG(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define SEG_CCA SEG('_', 'C', 'C', 'A')

/* A path from the namespace's root, as its segments. */
struct path {
	uint32_t segs[MAX_SEGS];
	size_t n;
};

struct scope {
	size_t end;
	struct path path;
	bool conditional; /* runs only if a predicate holds that cannot be told */
	bool own;	  /* the innermost device is declared inside of the condition */
	enum vck_tri branch; /* of the last If in here: what an Else that follows is */
};

struct aml {
	struct vck_host *h;
	struct vck_bytes b;
	struct vck_aml_scopes *scopes;
	const char *name;
	size_t at;
	struct scope *stack; /* MAX_DEPTH of them, owned by the caller */
	size_t depth;
	const char *bad;
	size_t bad_at;
};

static struct scope *top(struct aml *w)
{
	return &w->stack[w->depth - 1];
}

static void damaged(struct aml *w, const char *why)
{
	if (!w->bad) {
		w->bad = why;
		w->bad_at = w->at;
	}
}

/* --- declared paths --- */

static uint64_t path_hash(const struct path *p)
{
	uint64_t h = 14695981039346656037ull; /* FNV-1a, a segment at a time */

	for (size_t i = 0; i < p->n; i++) {
		h = (h ^ p->segs[i]) * 1099511628211ull;
		h ^= h >> 29;
	}
	return h ? h : 1;
}

/* --- tokens --- */

static bool is_lead(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_start(uint8_t c)
{
	return is_lead(c) || c == '\\' || c == '^' || c == 0x2e || c == 0x2f;
}

/* PkgLength at @at (20.2.4): @ret is the end of the package, @at moves behind the
 * encoding. False when it does not fit inside of @limit. */
static bool pkg_length(const struct aml *w, size_t *at, size_t limit, size_t *ret)
{
	size_t start = *at, len;
	uint8_t lead, next;
	unsigned more;

	if (!vck_u8(w->b, start, &lead))
		return false;
	more = lead >> 6;
	len = more ? lead & 0x0f : lead & 0x3f;
	for (unsigned i = 0; i < more; i++) {
		if (!vck_u8(w->b, start + 1 + i, &next))
			return false;
		len |= (size_t)next << (4 + 8 * i);
	}
	if (len < 1 + more || start > limit || len > limit - start)
		return false;
	*at = start + 1 + more;
	*ret = start + len;
	return true;
}

/* A NameString as it stands. */
struct name {
	bool absolute;
	size_t carets;
	size_t first; /* offset of the first segment */
	size_t n;
};

static bool read_name(const struct aml *w, size_t *at, size_t limit, struct name *ret)
{
	struct name n = { 0 };
	size_t p = *at;
	uint8_t c = 0;

	if (p < limit && w->b.data[p] == '\\') {
		n.absolute = true;
		p++;
	}
	while (!n.absolute && p < limit && w->b.data[p] == '^') {
		n.carets++;
		p++;
	}
	if (p >= limit || !vck_u8(w->b, p, &c))
		return false;
	if (c == 0x00) {
		p++;
	} else if (c == 0x2e) {
		p++;
		n.n = 2;
	} else if (c == 0x2f) {
		if (!vck_u8(w->b, p + 1, &c))
			return false;
		n.n = c;
		p += 2;
	} else {
		n.n = 1;
	}
	if (p > limit || n.n * 4 > limit - p)
		return false;
	for (size_t i = 0; i < n.n; i++) {
		if (!is_lead(w->b.data[p + 4 * i]))
			return false;
	}
	n.first = p;
	*ret = n;
	*at = p + 4 * n.n;
	return true;
}

static uint32_t seg_at(const struct aml *w, const struct name *n, size_t i)
{
	const uint8_t *s = w->b.data + n->first + 4 * i;

	return SEG(s[0], s[1], s[2], s[3]);
}

/* Where a name leads from the scope at hand, as a declaration: no search upwards. */
static bool resolve(const struct aml *w, const struct name *n, struct path *ret)
{
	const struct path *from = &w->stack[w->depth - 1].path;
	size_t keep = n->absolute ? 0 : from->n;

	if (n->carets > keep)
		return false;
	keep -= n->carets;
	if (keep + n->n > MAX_SEGS)
		return false;
	memcpy(ret->segs, from->segs, keep * sizeof(from->segs[0]));
	for (size_t i = 0; i < n->n; i++)
		ret->segs[keep + i] = seg_at(w, n, i);
	ret->n = keep + n->n;
	return true;
}

/* The same for Scope (): a lone segment is searched upwards (5.3). */
static bool resolve_scope(const struct aml *w, const struct name *n, struct path *ret)
{
	struct path p;

	if (!resolve(w, n, ret))
		return false;
	if (n->absolute || n->carets || n->n != 1)
		return true;
	p = *ret;
	while (!vck_aml_scopes_has(w->scopes, path_hash(&p))) {
		if (p.n < 2)
			return true; /* declared nowhere: as if it were here */
		p.segs[p.n - 2] = p.segs[p.n - 1];
		p.n--;
	}
	*ret = p;
	return true;
}

/* --- what was looked for --- */

static const char *path_text(struct aml *w, const struct path *p)
{
	cleanup_buf struct vck_buf b = { 0 };

	vck_buf_addc(&b, '\\');
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			vck_buf_addc(&b, '.');
		for (int s = 24; s >= 0; s -= 8)
			vck_buf_addc(&b, (char)(p->segs[i] >> s));
	}
	return vck_arena_strdup(&w->h->arena, vck_buf_str(&b));
}

/* ConstObj and the integer forms of DataObject (20.2.3). */
static bool read_integer(struct vck_bytes b, size_t at, size_t limit, uint64_t *ret,
			 size_t *ret_end)
{
	uint8_t op, v8;
	uint16_t v16;
	uint32_t v32;
	size_t len;

	if (at >= limit || !vck_u8(b, at, &op))
		return false;
	len = op == 0x0a ? 2 : op == 0x0b ? 3 : op == 0x0c ? 5 : op == 0x0e ? 9 : 1;
	if (op == 0x00)
		*ret = 0;
	else if (op == 0x01)
		*ret = 1;
	else if (op == 0xff)
		*ret = UINT64_MAX;
	else if (op == 0x0a && vck_u8(b, at + 1, &v8))
		*ret = v8;
	else if (op == 0x0b && vck_le16(b, at + 1, &v16))
		*ret = v16;
	else if (op == 0x0c && vck_le32(b, at + 1, &v32))
		*ret = v32;
	else if (op != 0x0e || !vck_le64(b, at + 1, ret))
		return false;
	*ret_end = at + len;
	return at + len <= limit;
}

static int add_cca(struct aml *w, const struct path *full, size_t off, enum vck_cca_kind kind,
		   uint64_t value)
{
	struct vck_acpi *a = &w->h->acpi;
	const struct scope *s = top(w);
	struct path owner = *full;
	struct vck_cca c = { .kind = kind, .value = value, .offset = (uint32_t)off };

	if (a->n_ccas == MAX_CCAS) {
		damaged(w, "there are more than 65536 _CCA objects");
		return 0;
	}
	owner.n--;
	if (s->conditional && !s->own)
		c.kind = VCK_CCA_OTHER;
	c.path = path_text(w, &owner);
	c.table = vck_arena_strdup(&w->h->arena, w->name);
	if (!c.path || !c.table ||
	    vck_arena_grow(&w->h->arena, &a->ccas, a->n_ccas, &a->cap_ccas, sizeof(c)) < 0)
		return -ENOMEM;
	a->ccas[a->n_ccas++] = c;
	return 0;
}

static bool is_cca(const struct path *p)
{
	return p->n > 0 && p->segs[p->n - 1] == SEG_CCA;
}

/* Behind the op of Name. The value is left to the token loop. */
static int do_name(struct aml *w, size_t off)
{
	uint64_t value = 0;
	struct path p;
	struct name n;
	size_t end;
	bool ok;

	if (!read_name(w, &w->at, top(w)->end, &n)) {
		damaged(w, "a name is cut short");
		w->at = top(w)->end;
		return 0;
	}
	if (!n.n || seg_at(w, &n, n.n - 1) != SEG_CCA || !resolve(w, &n, &p) || !is_cca(&p))
		return 0;
	ok = read_integer(w->b, w->at, top(w)->end, &value, &end);
	return add_cca(w, &p, off, ok ? VCK_CCA_NAME : VCK_CCA_OTHER, ok ? value : 0);
}

static int do_method(struct aml *w, size_t off, size_t end)
{
	uint64_t value = 0;
	struct path p;
	struct name n;
	bool constant;
	uint8_t op;
	size_t rest;

	if (!read_name(w, &w->at, end, &n)) {
		damaged(w, "a method's name is cut short");
		return 0;
	}
	if (!n.n || seg_at(w, &n, n.n - 1) != SEG_CCA || !resolve(w, &n, &p) || !is_cca(&p))
		return 0;
	/* One byte of flags, then nothing but Return of a constant. */
	constant = w->at + 1 < end && vck_u8(w->b, w->at + 1, &op) && op == OP_RETURN &&
		   read_integer(w->b, w->at + 2, end, &value, &rest);
	return add_cca(w, &p, off, constant ? VCK_CCA_METHOD_CONST : VCK_CCA_METHOD,
		       constant ? value : 0);
}

/* Alias (source, alias): what the source is would have to be looked up. */
static int do_alias(struct aml *w, size_t off)
{
	struct name src, n;
	struct path p;

	if (!read_name(w, &w->at, top(w)->end, &src) ||
	    !read_name(w, &w->at, top(w)->end, &n)) {
		damaged(w, "an alias is cut short");
		w->at = top(w)->end;
		return 0;
	}
	if (!resolve(w, &n, &p) || !is_cca(&p))
		return 0;
	return add_cca(w, &p, off, VCK_CCA_OTHER, 0);
}

/* --- scopes --- */

static bool push(struct aml *w, size_t end)
{
	struct scope *s;

	if (w->depth == MAX_DEPTH) {
		damaged(w, "scopes are nested deeper than 64");
		w->at = end;
		return false;
	}
	s = &w->stack[w->depth++];
	s->end = end;
	s->conditional = s[-1].conditional;
	s->own = s[-1].own;
	s->path = s[-1].path;
	s->branch = VCK_UNKNOWN;
	return true;
}

/* Device, Scope and their like: @skip bytes stand between the name and the content. */
static int open_scope(struct aml *w, size_t end, size_t skip, bool declares)
{
	struct path p;
	struct name n;

	if (!read_name(w, &w->at, end, &n) || skip > end - w->at ||
	    !(declares ? resolve(w, &n, &p) : resolve_scope(w, &n, &p))) {
		damaged(w, "a scope's name is cut short or leads nowhere");
		w->at = end;
		return 0;
	}
	w->at += skip;
	if (!push(w, end))
		return 0;
	top(w)->path = p;
	top(w)->own = declares ? true : p.n > 0 && top(w)[-1].own && !top(w)->conditional;
	return vck_aml_scopes_add(w->scopes, path_hash(&p));
}

/* If and While: a constant predicate decides, another one makes it conditional. */
static void open_if(struct aml *w, size_t end)
{
	enum vck_tri taken = VCK_UNKNOWN;
	uint64_t value;
	size_t rest;

	if (read_integer(w->b, w->at, end, &value, &rest)) {
		taken = vck_tri(value != 0);
		w->at = rest;
	}
	top(w)->branch = vck_tri_not(taken);
	if (taken == VCK_NO) {
		w->at = end;
		return;
	}
	if (push(w, end) && taken == VCK_UNKNOWN) {
		top(w)->conditional = true;
		top(w)->own = false;
	}
}

static void open_else(struct aml *w, size_t end)
{
	enum vck_tri taken = top(w)->branch;

	if (taken == VCK_NO) {
		w->at = end;
		return;
	}
	if (push(w, end) && taken == VCK_UNKNOWN) {
		top(w)->conditional = true;
		top(w)->own = false;
	}
}

/* What has a PkgLength; @op with 0x5b00 for the extended ones. */
static int do_package(struct aml *w, unsigned op, size_t off)
{
	size_t end;
	int r = 0;

	if (!pkg_length(w, &w->at, top(w)->end, &end)) {
		damaged(w, "a package's length is beyond what holds it");
		w->at = top(w)->end;
		return 0;
	}
	switch (op) {
	case 0x10:
		return open_scope(w, end, 0, false);
	case 0x5b82: /* Device */
	case 0x5b85: /* ThermalZone */
		return open_scope(w, end, 0, true);
	case 0x5b83: /* Processor: id u8, address u32, length u8 */
		return open_scope(w, end, 6, true);
	case 0x5b84: /* PowerResource: level u8, order u16 */
		return open_scope(w, end, 3, true);
	case 0xa0:
	case 0xa2:
		open_if(w, end);
		return 0;
	case 0xa1:
		open_else(w, end);
		return 0;
	case OP_METHOD:
		r = do_method(w, off, end);
		break;
	default: /* Buffer, Package, Field and their like */
		break;
	}
	w->at = end;
	return r;
}

static bool has_package(unsigned op)
{
	switch (op) {
	case 0x10: /* Scope */
	case 0x11: /* Buffer */
	case 0x12: /* Package */
	case 0x13: /* VarPackage */
	case OP_METHOD:
	case 0xa0: /* If */
	case 0xa1: /* Else */
	case 0xa2: /* While */
	case 0x5b81: /* Field */
	case 0x5b82: /* Device */
	case 0x5b83: /* Processor */
	case 0x5b84: /* PowerResource */
	case 0x5b85: /* ThermalZone */
	case 0x5b86: /* IndexField */
	case 0x5b87: /* BankField */
		return true;
	default:
		return false;
	}
}

/* Bytes of fixed operands that stand between an op and its terms, for those that have
 * no name before them; -1: not an op of AML. Terms themselves are tokens of their own. */
static int fixed_bytes(unsigned op)
{
	switch (op) {
	case 0x0a: /* BytePrefix */
		return 1;
	case 0x0b: /* WordPrefix */
		return 2;
	case 0x0c: /* DWordPrefix */
		return 4;
	case 0x0e: /* QWordPrefix */
		return 8;
	case 0x5b32: /* Fatal: type, code */
		return 5;
	case 0x5b01: /* Mutex, Event, OpRegion, DataRegion: a name, see name_bytes() */
	case 0x5b02:
	case 0x5b80:
	case 0x5b88:
	case 0x5b12: /* CondRefOf */
	case 0x5b13: /* CreateField */
	case 0x5b23: /* Acquire: its timeout of two bytes reads as tokens only by luck */
	case 0x5b30: /* Revision */
	case 0x5b31: /* Debug */
	case 0x5b33: /* Timer */
		return 0;
	default:
		break;
	}
	if (op <= 0x01 || op == 0xff)
		return 0;
	if (op <= 0x05) /* operators of Match */
		return 0;
	if (op >= 0x5b1f && op <= 0x5b2a)
		return 0;
	if ((op >= 0x60 && op <= 0x6e) || (op >= 0x70 && op <= 0xa5) || op == 0xcc)
		return 0;
	return -1;
}

/* Behind the name of a declaration: bytes of fixed operands, -1 when it has no name. */
static int name_bytes(unsigned op)
{
	switch (op) {
	case OP_EXTERNAL: /* type, number of arguments */
		return 2;
	case 0x5b01: /* Mutex: flags */
	case 0x5b80: /* OperationRegion: space */
		return 1;
	case 0x5b02: /* Event */
	case 0x5b88: /* DataTableRegion */
		return 0;
	case 0x5b23: /* Acquire: timeout */
		return 2;
	default:
		return -1;
	}
}

static void skip_string(struct aml *w)
{
	const uint8_t *from = w->b.data + w->at;
	const uint8_t *nul = memchr(from, 0, top(w)->end - w->at);

	if (!nul) {
		damaged(w, "a string does not end");
		w->at = top(w)->end;
		return;
	}
	w->at += (size_t)(nul - from) + 1;
}

static void skip_bytes(struct aml *w, int n)
{
	if (n < 0) {
		damaged(w, "a byte that is no opcode");
		w->at = top(w)->end;
		return;
	}
	if ((size_t)n > top(w)->end - w->at) {
		damaged(w, "an operand is cut short");
		w->at = top(w)->end;
		return;
	}
	w->at += (size_t)n;
}

static void skip_named(struct aml *w, int n)
{
	struct name name;

	/* Acquire may name Debug or a local instead, which are tokens. */
	if (w->at < top(w)->end && !is_name_start(w->b.data[w->at])) {
		skip_bytes(w, n + 1);
		return;
	}
	if (!read_name(w, &w->at, top(w)->end, &name)) {
		damaged(w, "a name is cut short");
		w->at = top(w)->end;
		return;
	}
	skip_bytes(w, n);
}

static int do_token(struct aml *w)
{
	size_t off = w->at;
	unsigned op = w->b.data[w->at];
	struct name n;

	if (is_name_start((uint8_t)op)) {
		if (!read_name(w, &w->at, top(w)->end, &n)) {
			damaged(w, "a name is cut short");
			w->at = top(w)->end;
		}
		return 0;
	}
	w->at++;
	if (op == OP_EXT && w->at < top(w)->end)
		op = 0x5b00u | w->b.data[w->at++];
	if (has_package(op))
		return do_package(w, op, off);
	if (op == OP_NAME)
		return do_name(w, off);
	if (op == 0x06)
		return do_alias(w, off);
	if (op == 0x0d) {
		skip_string(w);
		return 0;
	}
	if (name_bytes(op) >= 0)
		skip_named(w, name_bytes(op));
	else
		skip_bytes(w, fixed_bytes(op));
	return 0;
}

static int walk(struct aml *w)
{
	static const uint32_t predefined[] = { /* 5.3.1 */
		SEG('_', 'G', 'P', 'E'), SEG('_', 'P', 'R', '_'), SEG('_', 'S', 'B', '_'),
		SEG('_', 'S', 'I', '_'), SEG('_', 'T', 'Z', '_'),
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(predefined) && r == 0; i++)
		r = vck_aml_scopes_add(w->scopes, path_hash(&(struct path){ { predefined[i] }, 1 }));
	w->at = VCK_ACPI_HEADER;
	w->depth = 1;
	w->stack[0] = (struct scope){ .end = w->b.len, .own = true };
	while (r == 0 && w->depth) {
		if (w->at >= top(w)->end)
			w->depth--;
		else
			r = do_token(w);
	}
	return r;
}

/* The first few by name, so that a lone table already tells. */
static const char *summary(struct vck_host *h, size_t from)
{
	cleanup_buf struct vck_buf b = { 0 };
	size_t n = h->acpi.n_ccas - from;

	vck_buf_addf(&b, "%zu _CCA object%s", n, n == 1 ? "" : "s");
	for (size_t i = 0; i < n && i < 6; i++) {
		const struct vck_cca *c = &h->acpi.ccas[from + i];

		vck_buf_addf(&b, "%s%s = ", i ? ", " : ": ", c->path);
		if (c->kind == VCK_CCA_NAME || c->kind == VCK_CCA_METHOD_CONST)
			vck_buf_addf(&b, "%" PRIu64, c->value);
		else
			vck_buf_adds(&b, c->kind == VCK_CCA_METHOD ? "a method" : "not a constant");
	}
	if (n > 6)
		vck_buf_adds(&b, ", …");
	return vck_arena_strdup(&h->arena, vck_buf_str(&b));
}

int vck_aml_walk(struct vck_host *h, struct vck_acpi_table *t, struct vck_bytes b,
		 const char *name, struct vck_aml_scopes *scopes)
{
	cleanup_free struct scope *stack = calloc(MAX_DEPTH, sizeof(*stack));
	struct aml w = { .h = h, .b = b, .name = name, .scopes = scopes,
			 .stack = stack };
	size_t before = h->acpi.n_ccas;
	int r;

	if (!stack)
		return -ENOMEM;
	r = b.len > VCK_ACPI_HEADER ? walk(&w) : 0;
	if (r < 0)
		return r;
	if (w.bad)
		vck_acpi_damaged(h, t, "AML at offset 0x%zx: %s", w.bad_at, w.bad);
	t->summary = summary(h, before);
	return t->summary ? 0 : -ENOMEM;
}
