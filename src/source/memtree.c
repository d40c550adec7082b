// SPDX-License-Identifier: GPL-2.0-or-later
/* A file tree in memory. Large directories have a search tree, so a capture of
 * 65,536 functions, in whatever order, takes time in proportion to its size. */
#include "config.h"

#include <errno.h>
#include <search.h>

#include "base/errname.h"
#include "base/num.h"
#include "source/memtree.h"
#include "source/root.h"

#define LINKS_MAX 40
/* From this many entries on a directory gets its search tree. */
#define INDEX_FROM 16
/* Config space has 1024 dwords; anything else is read in one piece. */
#define EXTENTS_MAX 4096

struct vck_memtree {
	struct vck_mem_node root;
	/* The directory that was added to last, with its path: what is added next is mostly in
	 * it, and it may be 250 bridges deep. */
	struct vck_mem_node *at;
	char at_path[VCK_PATH_LEN];
	size_t at_len;
};

struct vck_memtree *vck_memtree_new(void)
{
	struct vck_memtree *t = calloc(1, sizeof(*t));

	if (t)
		t->root.parent = &t->root;
	return t;
}

struct vck_mem_node *vck_memtree_root(struct vck_memtree *t)
{
	return &t->root;
}

static void node_clear(struct vck_mem_node *n)
{
	for (size_t i = 0; i < n->n_extents; i++)
		free(n->extents[i].data);
	free(n->extents);
	free(n->target);
	n->extents = NULL;
	n->target = NULL;
	n->n_extents = 0;
	n->size = 0;
	n->unread = false;
	n->size_known = false;
}

static void node_free(struct vck_mem_node *n)
{
	free(n->name);
	free(n);
}

static void keep(void *node)
{
	(void)node;
}

/* Free everything below @top, from the leaves up: a capture may nest deeper than the
 * stack. */
static void children_free(struct vck_mem_node *top)
{
	struct vck_mem_node *n = top;

	for (;;) {
		struct vck_mem_node *up;

		if (n->index)
			tdestroy(TAKE_PTR(n->index), keep);
		if (n->n_children) {
			n = n->children[n->n_children - 1];
			continue;
		}
		free(n->children);
		n->children = NULL;
		n->cap_children = 0;
		if (n == top)
			return;
		up = n->parent;
		up->n_children--;
		node_clear(n);
		node_free(n);
		n = up;
	}
}

void vck_memtree_free(struct vck_memtree *t)
{
	if (!t)
		return;
	children_free(&t->root);
	node_clear(&t->root);
	free(t);
}

void vck_memtree_freep(struct vck_memtree **t)
{
	vck_memtree_free(*t);
}

static int child_cmp(const void *a, const void *b)
{
	const struct vck_mem_node *x = *(struct vck_mem_node *const *)a;
	const struct vck_mem_node *y = *(struct vck_mem_node *const *)b;
	int r = vck_natural_cmp(x->name, y->name);

	return r ? r : strcmp(x->name, y->name);
}

void vck_mem_sort(struct vck_mem_node *dir)
{
	if (dir->sorted || dir->n_children < 2)
		return;
	qsort(dir->children, dir->n_children, sizeof(*dir->children), child_cmp);
	for (size_t i = 0; i < dir->n_children; i++)
		dir->children[i]->slot = i;
	dir->sorted = true;
}

static int name_cmp(const void *a, const void *b)
{
	const struct vck_mem_node *x = a, *y = b;

	return strcmp(x->name, y->name);
}

struct vck_mem_node *vck_mem_child(struct vck_mem_node *dir, const char *name)
{
	struct vck_mem_node key = {.name = (char *)name};
	void *found;

	if (dir->index) {
		found = tfind(&key, &dir->index, name_cmp);
		return found ? *(struct vck_mem_node **)found : NULL;
	}
	for (size_t i = dir->n_children; i-- > 0;) {
		if (streq(dir->children[i]->name, name))
			return dir->children[i];
	}
	return NULL;
}

/* Enter the newest child, or all of them when the directory just became large. */
static bool index_add(struct vck_mem_node *dir)
{
	size_t from = dir->index ? dir->n_children - 1 : 0;

	if (dir->n_children < INDEX_FROM && !dir->index)
		return true;
	for (size_t i = from; i < dir->n_children; i++) {
		if (tsearch(dir->children[i], &dir->index, name_cmp))
			continue;
		if (dir->index && !from)
			tdestroy(TAKE_PTR(dir->index), keep);
		return false;
	}
	return true;
}

/* Paths may lead elsewhere now, and nodes be gone. */
static void forget_at(struct vck_mem_node *n)
{
	while (n->parent != n)
		n = n->parent;
	((struct vck_memtree *)n)->at = NULL; /* its first member */
}

int vck_mem_renamed(struct vck_mem_node *dir)
{
	forget_at(dir);
	dir->sorted = false;
	if (!dir->index)
		return 0;
	tdestroy(TAKE_PTR(dir->index), keep);
	return index_add(dir) ? 0 : -ENOMEM;
}

struct vck_mem_node *vck_mem_next(struct vck_mem_node *n)
{
	if (n->type == VCK_MEM_DIR && n->n_children)
		return n->children[0];
	while (n->parent != n && n->slot + 1 == n->parent->n_children)
		n = n->parent;
	return n->parent == n ? NULL : n->parent->children[n->slot + 1];
}

static struct vck_mem_node *child_new(struct vck_mem_node *dir, const char *name)
{
	struct vck_mem_node *c = calloc(1, sizeof(*c));

	if (c)
		c->name = strdup(name);
	if (!c || !c->name) {
		free(c);
		return NULL;
	}
	c->parent = dir;
	c->slot = dir->n_children;
	return c;
}

static struct vck_mem_node *child_add(struct vck_mem_node *dir, const char *name)
{
	struct vck_mem_node *c, *last = NULL;

	if (dir->n_children == dir->cap_children) {
		size_t cap = dir->cap_children ? dir->cap_children * 2 : 4;
		struct vck_mem_node **p = realloc(dir->children, cap * sizeof(*p));

		if (!p)
			return NULL;
		dir->children = p;
		dir->cap_children = cap;
	}
	c = child_new(dir, name);
	if (!c)
		return NULL;
	if (dir->n_children)
		last = dir->children[dir->n_children - 1];
	dir->children[dir->n_children++] = c;
	if (!index_add(dir)) {
		dir->n_children--;
		node_free(c);
		return NULL;
	}
	/* Captures are written in order: then the array stays sorted by itself. */
	dir->sorted = !last || (dir->sorted && child_cmp(&last, &c) < 0);
	return c;
}

/* The next component of *path into @name; false at the end, -1 when it is too long. */
static int component(const char **path, char *name, size_t size)
{
	size_t n;

	while (**path == '/')
		(*path)++;
	n = strcspn(*path, "/");
	if (!n)
		return 0;
	if (n >= size)
		return -ENAMETOOLONG;
	memcpy(name, *path, n);
	name[n] = '\0';
	*path += n;
	return 1;
}

/* From where the walk to @path has to begin; *path becomes the rest. */
static struct vck_mem_node *start(struct vck_memtree *t, const char **path)
{
	if (!t->at || strncmp(*path, t->at_path, t->at_len) != 0 || (*path)[t->at_len] != '/')
		return &t->root;
	*path += t->at_len;
	return t->at;
}

/* @n is the directory of what @path leads to. */
static void note_at(struct vck_memtree *t, const char *path, struct vck_mem_node *n)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash && slash[1] ? (size_t)(slash - path) : 0;

	if (n == t->at)
		return;
	t->at = len && len < sizeof(t->at_path) ? n : NULL;
	t->at_len = len;
	if (t->at)
		memcpy(t->at_path, path, len);
}

static int make(struct vck_memtree *t, const char *path, struct vck_mem_node **ret)
{
	const char *whole = path;
	struct vck_mem_node *n = start(t, &path);
	char name[256];
	int r;

	while ((r = component(&path, name, sizeof(name))) > 0) {
		struct vck_mem_node *c;

		if (streq(name, ".") || streq(name, ".."))
			return -EINVAL;
		if (n->type != VCK_MEM_DIR) {
			node_clear(n);
			n->type = VCK_MEM_DIR;
		}
		c = vck_mem_child(n, name);
		if (!c)
			c = child_add(n, name);
		if (!c)
			return -ENOMEM;
		n = c;
	}
	if (r < 0)
		return r;
	note_at(t, whole, n->parent);
	*ret = n;
	return 0;
}

/* Make the node and turn it into an empty one of @type, unless it is one already. */
static int make_typed(struct vck_memtree *t, const char *path, enum vck_mem_type type,
		      bool keep, struct vck_mem_node **ret)
{
	int r = make(t, path, ret);

	if (r < 0)
		return r;
	if (*ret == &t->root)
		return type == VCK_MEM_DIR ? 0 : -EINVAL;
	if ((*ret)->type == type && keep)
		return 0;
	if ((*ret)->type == VCK_MEM_DIR && type != VCK_MEM_DIR) {
		t->at = NULL;
		children_free(*ret);
	}
	node_clear(*ret);
	(*ret)->type = type;
	return 0;
}

int vck_memtree_dir(struct vck_memtree *t, const char *path)
{
	struct vck_mem_node *n;

	return make_typed(t, path, VCK_MEM_DIR, true, &n);
}

int vck_memtree_link(struct vck_memtree *t, const char *path, const char *target)
{
	struct vck_mem_node *n;
	char *copy = strdup(target);
	int r;

	if (!copy)
		return -ENOMEM;
	r = make_typed(t, path, VCK_MEM_LINK, false, &n);
	if (r < 0) {
		free(copy);
		return r;
	}
	n->target = copy;
	return 0;
}

int vck_memtree_error(struct vck_memtree *t, const char *path, int err)
{
	struct vck_mem_node *n;
	int r = make_typed(t, path, VCK_MEM_ERROR, false, &n);

	if (r == 0)
		n->err = vck_errno_there(err < 0 ? -err : err);
	return r;
}

int vck_memtree_unread(struct vck_memtree *t, const char *path)
{
	struct vck_mem_node *n;
	int r = make_typed(t, path, VCK_MEM_FILE, true, &n);

	if (r == 0 && !n->n_extents)
		n->unread = true;
	return r;
}

int vck_memtree_set_size(struct vck_memtree *t, const char *path, size_t size)
{
	struct vck_mem_node *n;
	int r = size > VCK_FILE_MAX ? -EFBIG
				    : make_typed(t, path, VCK_MEM_FILE, true, &n);

	if (r == 0) {
		n->size = size;
		n->size_known = true;
		n->unread = false;
	}
	return r;
}

int vck_memtree_grow(struct vck_memtree *t, const char *path, size_t size)
{
	struct vck_mem_node *n;
	int r = size > VCK_FILE_MAX ? -EFBIG
				    : make_typed(t, path, VCK_MEM_FILE, true, &n);

	if (r == 0 && !n->size_known && n->size < size)
		n->size = size;
	return r;
}

int vck_memtree_file(struct vck_memtree *t, const char *path, const void *data, size_t n)
{
	struct vck_mem_node *node;
	int r = make_typed(t, path, VCK_MEM_FILE, false, &node);

	if (r < 0 || !n)
		return r;
	return vck_memtree_extent(t, path, 0, data, n);
}

/* Put the extent at index @i. */
static int extent_insert(struct vck_mem_node *f, size_t i, struct vck_extent e)
{
	struct vck_extent *p;

	if (f->n_extents >= EXTENTS_MAX)
		return -EFBIG;
	p = realloc(f->extents, (f->n_extents + 1) * sizeof(*p));
	if (!p)
		return -ENOMEM;
	f->extents = p;
	memmove(p + i + 1, p + i, (f->n_extents - i) * sizeof(*p));
	p[i] = e;
	f->n_extents++;
	return 0;
}

/* Append to the extent that ends at @off. */
static int extent_extend(struct vck_extent *e, const void *data, size_t n)
{
	uint8_t *p = realloc(e->data, e->len + n);

	if (!p)
		return -ENOMEM;
	memcpy(p + e->len, data, n);
	e->data = p;
	e->len += n;
	return 0;
}

/* Index of the first extent that ends behind @off. */
static size_t extent_find(const struct vck_mem_node *f, size_t off)
{
	size_t lo = 0, hi = f->n_extents;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->extents[mid].off + f->extents[mid].len <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Fill a gap before extent @i: by making the one before it longer, or with a new one. */
static int extent_fill(struct vck_mem_node *f, size_t i, size_t off, const void *data,
		       size_t n)
{
	struct vck_extent e = {.off = off, .len = n};
	int r;

	if (i && f->extents[i - 1].off + f->extents[i - 1].len == off)
		return extent_extend(&f->extents[i - 1], data, n);
	e.data = malloc(n);
	if (!e.data)
		return -ENOMEM;
	memcpy(e.data, data, n);
	r = extent_insert(f, i, e);
	if (r < 0)
		free(e.data);
	return r;
}

int vck_memtree_extent(struct vck_memtree *t, const char *path, size_t off,
		       const void *data, size_t n)
{
	struct vck_mem_node *f;
	const uint8_t *p = data;
	int r;

	if (off > VCK_FILE_MAX || n > VCK_FILE_MAX - off)
		return -EFBIG;
	r = make_typed(t, path, VCK_MEM_FILE, true, &f);
	if (r < 0)
		return r;
	f->unread = false;
	while (n) {
		size_t i = extent_find(f, off), len;
		struct vck_extent *e = i < f->n_extents ? &f->extents[i] : NULL;

		if (e && e->off <= off) { /* overwrite */
			len = e->off + e->len - off;
			len = n < len ? n : len;
			memcpy(e->data + (off - e->off), p, len);
		} else {
			len = e && e->off - off < n ? e->off - off : n;
			r = extent_fill(f, i, off, p, len);
			if (r < 0)
				return r;
		}
		off += len;
		p += len;
		n -= len;
		if (off > f->size)
			f->size = off;
	}
	return 0;
}

/* How many pieces from @i on touch, and their bytes. */
static size_t touching(const struct vck_mem_node *f, size_t i, size_t *ret_len)
{
	size_t n = 1, len = f->extents[i].len;

	for (; i + n < f->n_extents; n++) {
		if (f->extents[i + n].off != f->extents[i].off + len)
			break;
		len += f->extents[i + n].len;
	}
	*ret_len = len;
	return n;
}

/* Done once, before somebody looks at a file as a whole: to join with every piece that is
 * added would copy the same bytes again and again where a text has them backwards. */
int vck_mem_join(struct vck_mem_node *f)
{
	size_t kept = 0, n, len;
	int r = 0;

	for (size_t i = 0; i < f->n_extents; i += n) {
		struct vck_extent e = f->extents[i];
		uint8_t *p = e.data;

		n = touching(f, i, &len);
		if (n > 1)
			p = realloc(e.data, len);
		if (p) {
			e.data = p;
		} else { /* stays apart from the next one */
			r = -ENOMEM;
			n = 1;
		}
		for (size_t k = i + 1; k < i + n; k++) {
			memcpy(e.data + e.len, f->extents[k].data, f->extents[k].len);
			e.len += f->extents[k].len;
			free(f->extents[k].data);
		}
		f->extents[kept++] = e;
	}
	f->n_extents = kept;
	return r;
}

bool vck_mem_is_whole(const struct vck_mem_node *f)
{
	if (!f->n_extents)
		return f->size == 0;
	return f->n_extents == 1 && f->extents[0].off == 0 &&
	       f->extents[0].len == f->size;
}

int vck_mem_replace(struct vck_mem_node *f, const void *data, size_t n)
{
	node_clear(f);
	if (!n)
		return 0;
	f->size = n;
	return extent_fill(f, 0, 0, data, n);
}

void vck_mem_forget(struct vck_mem_node *f)
{
	node_clear(f);
	f->unread = true;
}

int vck_mem_punch(struct vck_mem_node *f, size_t off, size_t n)
{
	struct vck_extent *old = f->extents;
	size_t n_old = f->n_extents;
	int r = 0;

	f->extents = NULL;
	f->n_extents = 0;
	for (size_t i = 0; i < n_old; i++) {
		const struct vck_extent *e = &old[i];
		size_t end = e->off + e->len;
		size_t head = e->off < off ? (end < off ? end : off) : e->off;
		size_t tail = end > off + n ? (e->off > off + n ? e->off : off + n) : end;

		if (r == 0 && head > e->off)
			r = extent_fill(f, f->n_extents, e->off, e->data, head - e->off);
		if (r == 0 && end > tail)
			r = extent_fill(f, f->n_extents, tail, e->data + (tail - e->off),
					end - tail);
		free(e->data);
	}
	free(old);
	return r;
}

void vck_memtree_remove(struct vck_memtree *t, const char *path)
{
	struct vck_mem_node *n, *up, *last;

	if (vck_memtree_lookup(t, NULL, path, false, &n) < 0 || n == &t->root)
		return;
	t->at = NULL;
	up = n->parent;
	if (up->index)
		tdelete(n, &up->index, name_cmp);
	last = up->children[--up->n_children];
	up->children[n->slot] = last;
	last->slot = n->slot;
	up->sorted = false;
	children_free(n);
	node_clear(n);
	node_free(n);
}

int vck_memtree_lookup(struct vck_memtree *t, struct vck_mem_node *from, const char *path,
		       bool follow, struct vck_mem_node **ret)
{
	/* Links still to be walked: the rest of the path behind each of them. */
	const char *rest[LINKS_MAX + 1];
	struct vck_mem_node *n = from && *path != '/' ? from : &t->root;
	size_t depth = 0, links = 0;
	char name[256];

	rest[0] = path;
	for (;;) {
		int r = component(&rest[depth], name, sizeof(name));
		struct vck_mem_node *c;
		bool last;

		if (r < 0)
			return r;
		if (r == 0) {
			if (depth-- == 0)
				break;
			continue;
		}
		if (n->type == VCK_MEM_ERROR)
			return -n->err;
		if (n->type != VCK_MEM_DIR)
			return -ENOTDIR;
		if (streq(name, "."))
			continue;
		c = streq(name, "..") ? n->parent : vck_mem_child(n, name);
		if (!c)
			return -ENOENT;
		last = depth == 0 && rest[0][strspn(rest[0], "/")] == '\0';
		if (c->type != VCK_MEM_LINK || (last && !follow)) {
			n = c;
			continue;
		}
		if (++links > LINKS_MAX)
			return -ELOOP;
		/* A link at the end of a text needs no return to it. */
		if (rest[depth][strspn(rest[depth], "/")] != '\0')
			depth++;
		else if (depth == 0)
			follow = true;
		rest[depth] = c->target;
		if (*c->target == '/')
			n = &t->root;
	}
	*ret = n;
	return 0;
}

ssize_t vck_mem_pread(const struct vck_mem_node *f, void *buf, size_t n, size_t off)
{
	size_t got = 0;

	if (f->type == VCK_MEM_ERROR)
		return -f->err;
	if (f->type != VCK_MEM_FILE)
		return f->type == VCK_MEM_DIR ? -EISDIR : -EINVAL;
	if (f->unread)
		return -ENODATA;
	for (size_t i = extent_find(f, off); i < f->n_extents && got < n; i++) {
		const struct vck_extent *e = &f->extents[i];
		size_t len;

		if (e->off > off)
			break;
		len = e->off + e->len - off;
		len = len < n - got ? len : n - got;
		memcpy((uint8_t *)buf + got, e->data + (off - e->off), len);
		got += len;
		off += len;
	}
	if (!got && n && off < f->size)
		return -ENODATA;
	return (ssize_t)got;
}
