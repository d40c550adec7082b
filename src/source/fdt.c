// SPDX-License-Identifier: GPL-2.0-or-later
/* The flattened form of a device tree (Devicetree Specification 0.4, chapter 5),
 * and what both forms share: adding nodes and properties to the model. */
#include "config.h"

#include <errno.h>

#include "source/fdt.h"

#define FDT_MAGIC 0xd00dfeedu

/* Sorted; only what check/ and the other sources ask for. */
static const char *const wanted[] = {
	"#address-cells", "#interconnect-cells", "#iommu-cells", "#msi-cells",
	"#size-cells",	  "compatible",		 "device_type",	 "dma-coherent",
	"dma-noncoherent", "dma-ranges",	 "interconnect-names", "interconnects",
	"iommu-addresses", "iommu-map",		 "iommu-map-mask", "iommus",
	"linux,pci-domain", "linux,phandle",	 "mbi-ranges",	 "memory-region",
	"msi-controller", "msi-map",		 "msi-map-mask", "msi-parent",
	"phandle",	  "ranges",		 "reg",		 "socionext,synquacer-pre-its",
	"status",
};

static int name_cmp(const void *key, const void *elem)
{
	return strcmp(key, *(const char *const *)elem);
}

bool vck_dt_wanted(const char *name)
{
	return bsearch(name, wanted, ARRAY_SIZE(wanted), sizeof(wanted[0]), name_cmp) != NULL;
}

static char *node_path(struct vck_host *h, const struct vck_dt_node *parent, const char *name)
{
	if (!parent)
		return vck_arena_strdup(&h->arena, "/");
	return vck_arena_printf(&h->arena, "%s/%s", parent->parent ? parent->path : "", name);
}

struct vck_dt_node *vck_dt_add_node(struct vck_host *h, struct vck_dt_node *parent,
				    struct vck_dt_node *last, const char *name)
{
	struct vck_dt_node *n;

	if (h->dt.n_nodes >= VCK_DT_NODES)
		return NULL;
	n = vck_arena_alloc(&h->arena, sizeof(*n));
	if (!n)
		return NULL;
	n->parent = parent;
	n->path = node_path(h, parent, name);
	if (!n->path)
		return NULL;
	n->name = parent ? strrchr(n->path, '/') + 1 : "";
	if (!parent)
		h->dt.root = n;
	else if (last)
		last->next = n;
	else
		parent->child = n;
	h->dt.n_nodes++;
	return n;
}

int vck_dt_add_prop(struct vck_host *h, struct vck_dt_node *n, size_t *cap, const char *name,
		    struct vck_bytes value)
{
	struct vck_dt_prop p = { .name = vck_arena_strdup(&h->arena, name),
				 .len = (uint32_t)value.len };

	if (!p.name)
		return -ENOMEM;
	/* One byte more, so that a property without a value has an address too. */
	uint8_t *copy = vck_arena_alloc(&h->arena, value.len + 1);
	if (!copy)
		return -ENOMEM;
	if (value.len)
		memcpy(copy, value.data, value.len);
	p.data = copy;
	if (vck_arena_grow(&h->arena, &n->props, n->n_props, cap, sizeof(p)) < 0)
		return -ENOMEM;
	n->props[n->n_props++] = p;
	if (streq(name, "phandle") || (streq(name, "linux,phandle") && !n->phandle))
		(void)!vck_be32(value, 0, &n->phandle);
	return 0;
}

static int phandle_cmp(const void *pa, const void *pb)
{
	const struct vck_dt_node *a = *(struct vck_dt_node *const *)pa;
	const struct vck_dt_node *b = *(struct vck_dt_node *const *)pb;

	if (a->phandle != b->phandle)
		return a->phandle < b->phandle ? -1 : 1;
	return strcmp(a->path, b->path);
}

static int path_cmp(const void *pa, const void *pb)
{
	return strcmp((*(struct vck_dt_node *const *)pa)->path,
		      (*(struct vck_dt_node *const *)pb)->path);
}

/* The next node in document order; ends because every node has one place. */
static struct vck_dt_node *next_node(struct vck_dt_node *n)
{
	if (n->child)
		return n->child;
	while (n && !n->next)
		n = n->parent;
	return n ? n->next : NULL;
}

int vck_dt_finish(struct vck_host *h)
{
	struct vck_dt *dt = &h->dt;

	if (!dt->root)
		return 0;
	dt->by_phandle = vck_arena_calloc(&h->arena, dt->n_nodes, sizeof(*dt->by_phandle));
	dt->by_path = vck_arena_calloc(&h->arena, dt->n_nodes, sizeof(*dt->by_path));
	if (!dt->by_phandle || !dt->by_path)
		return -ENOMEM;
	for (struct vck_dt_node *n = dt->root; n; n = next_node(n)) {
		dt->by_path[dt->n_paths++] = n;
		if (n->phandle)
			dt->by_phandle[dt->n_phandles++] = n;
	}
	qsort(dt->by_path, dt->n_paths, sizeof(*dt->by_path), path_cmp);
	if (dt->n_phandles)
		qsort(dt->by_phandle, dt->n_phandles, sizeof(*dt->by_phandle), phandle_cmp);
	return 0;
}

/* --- the blob --- */

struct fdt {
	struct vck_host *h;
	struct vck_bytes structs, strings;
	size_t at;
	struct {
		struct vck_dt_node *node, *last; /* last: newest child */
		size_t cap;
	} stack[VCK_DT_DEPTH];
	size_t depth;
	const char *bad;
};

/* A NUL-terminated string inside of @b; NULL when it does not end there. */
static const char *string_at(struct vck_bytes b, size_t off, size_t *ret_len)
{
	const uint8_t *s = b.data + off, *nul;

	if (off >= b.len)
		return NULL;
	nul = memchr(s, 0, b.len - off);
	if (!nul)
		return NULL;
	*ret_len = (size_t)(nul - s);
	return (const char *)s;
}

static int begin_node(struct fdt *f)
{
	struct vck_dt_node *parent = f->depth ? f->stack[f->depth - 1].node : NULL, *n;
	size_t len;
	const char *name = string_at(f->structs, f->at, &len);

	if (!name)
		f->bad = "a node's name does not end";
	else if (!parent && f->h->dt.root)
		f->bad = "there are two root nodes";
	else if (f->depth == VCK_DT_DEPTH)
		f->bad = "nodes are nested deeper than 64";
	else if (parent && strlen(parent->path) + len >= VCK_DT_PATH)
		f->bad = "a node's path is longer than 1024";
	else if (strchr(name, '/'))
		f->bad = "a node's name holds a slash";
	else if (f->h->dt.n_nodes >= VCK_DT_NODES)
		f->bad = "there are more than 65536 nodes";
	if (f->bad)
		return 0;
	n = vck_dt_add_node(f->h, parent, f->depth ? f->stack[f->depth - 1].last : NULL, name);
	if (!n)
		return -ENOMEM;
	if (f->depth)
		f->stack[f->depth - 1].last = n;
	f->stack[f->depth].node = n;
	f->stack[f->depth].last = NULL;
	f->stack[f->depth].cap = 0;
	f->depth++;
	f->at = (f->at + len + 1 + 3) & ~(size_t)3;
	return 0;
}

static int property(struct fdt *f)
{
	uint32_t len, name_off;
	struct vck_bytes value;
	const char *name;

	if (!vck_be32(f->structs, f->at, &len) || !vck_be32(f->structs, f->at + 4, &name_off) ||
	    !vck_bytes_sub(f->structs, f->at + 8, len, &value)) {
		f->bad = "a property is cut short";
		return 0;
	}
	f->at = (f->at + 8 + len + 3) & ~(size_t)3;
	if (name_off >= f->strings.len || !f->depth) {
		f->bad = name_off < f->strings.len ? "a property outside of any node"
						   : "a property's name is not there";
		return 0;
	}
	/* Names are at most 31 characters; a longer one is none of those wanted, and is not
	 * read to its end, which others may share. */
	name = (const char *)f->strings.data + name_off;
	if (strnlen(name, 32) > 31 || !vck_dt_wanted(name))
		return 0;
	return vck_dt_add_prop(f->h, f->stack[f->depth - 1].node, &f->stack[f->depth - 1].cap,
			       name, value);
}

/* Every token is four bytes at least, so this ends. */
static int read_structs(struct fdt *f)
{
	uint32_t token = 0;
	int r = 0;

	while (r == 0 && !f->bad) {
		if (!vck_be32(f->structs, f->at, &token)) {
			f->bad = "it ends without an end token";
			break;
		}
		f->at += 4;
		if (token == FDT_BEGIN_NODE)
			r = begin_node(f);
		else if (token == FDT_PROP)
			r = property(f);
		else if (token == FDT_END_NODE && f->depth)
			f->depth--;
		else if (token == FDT_END)
			break;
		else if (token != FDT_NOP)
			f->bad = "an unknown token";
	}
	if (!f->bad && f->depth)
		f->bad = "it ends inside of a node";
	return r;
}

bool vck_fdt_is(struct vck_bytes b)
{
	uint32_t magic;

	return vck_be32(b, 0, &magic) && magic == FDT_MAGIC;
}

/* The part of the blob that the header puts at @off; cut to what is there. */
static struct vck_bytes block(struct fdt *f, struct vck_bytes b, uint32_t off, uint32_t len)
{
	struct vck_bytes part = { b.data, 0 };

	if (off > b.len || len > b.len - off)
		f->bad = "its header points beyond its end";
	if (off <= b.len) {
		part.data = b.data + off;
		part.len = len < b.len - off ? len : b.len - off;
	}
	return part;
}

int vck_fdt_read(struct vck_host *h, const char *path, struct vck_bytes b)
{
	cleanup_free struct fdt *f = calloc(1, sizeof(*f));
	uint32_t structs, strings, version, strings_len, structs_len;
	const char *header_bad;
	int r;

	if (!f)
		return -ENOMEM;
	f->h = h;
	if (h->dt.root) {
		vck_problem(h, "dt", path, 0, "there is a device tree already; this one is left out");
		return 0;
	}
	if (!vck_be32(b, 8, &structs) || !vck_be32(b, 12, &strings) ||
	    !vck_be32(b, 20, &version) || !vck_be32(b, 32, &strings_len)) {
		vck_problem(h, "dt", path, 0, "the device tree is cut short in its header");
		h->dt.complete = VCK_NO;
		return 0;
	}
	if (version < 17 || !vck_be32(b, 36, &structs_len)) /* 16 has no size of this block */
		structs_len = structs <= b.len ? (uint32_t)(b.len - structs) : 0;
	f->structs = block(f, b, structs, structs_len);
	f->strings = block(f, b, strings, strings_len);
	/* Whatever starts before the last NUL ends. */
	while (f->strings.len && f->strings.data[f->strings.len - 1])
		f->strings.len--;
	header_bad = f->bad;
	f->bad = NULL;
	r = read_structs(f);
	if (r < 0)
		return r;
	if (!f->bad)
		f->bad = header_bad;
	h->dt.complete = vck_tri(!f->bad);
	if (f->bad)
		vck_problem(h, "dt", path, 0, "%s (what stands before is used)", f->bad);
	return vck_dt_finish(h);
}
