// SPDX-License-Identifier: GPL-2.0-or-later
/* Directories of a root: opening, listing, and what links in them say. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/oom.h"
#include "source/root-internal.h"

/* --- names --- */

void vck_names_done(struct vck_names *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->names[i]);
	free(n->names);
	*n = (struct vck_names){0};
}

int vck_names_add(struct vck_names *n, const char *name)
{
	char *copy;

	if (n->n == n->cap) {
		size_t cap = n->cap ? n->cap * 2 : 16;
		char **p = realloc(n->names, cap * sizeof(*p));

		if (!p)
			return vck_oom();
		n->names = p;
		n->cap = cap;
	}
	copy = strdup(name);
	if (!copy)
		return vck_oom();
	n->names[n->n++] = copy;
	return 0;
}

static int name_cmp(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int r = vck_natural_cmp(x, y);

	return r ? r : strcmp(x, y);
}

/* --- opening --- */

static int dir_new(struct vck_root *r, int fd, struct vck_mem_node *node,
		   const char *path, struct vck_dir **ret)
{
	struct vck_dir *d = calloc(1, sizeof(*d));

	if (d)
		d->path = strdup(path);
	if (!d || !d->path) {
		free(d);
		if (fd >= 0)
			close(fd);
		return vck_oom();
	}
	d->root = r;
	d->fd = fd;
	d->node = node;
	*ret = d;
	return 0;
}

static int mem_opendir(struct vck_root *r, struct vck_mem_node *from, const char *path,
		       struct vck_mem_node **ret)
{
	struct vck_mem_node *n = NULL;
	int err = vck_memtree_lookup(r->tree, from, path, true, &n);

	if (err < 0)
		return err;
	if (n->type == VCK_MEM_ERROR)
		return -n->err;
	if (n->type != VCK_MEM_DIR)
		return -ENOTDIR;
	*ret = n;
	return 0;
}

int vck_root_opendir(struct vck_root *r, const char *path, struct vck_dir **ret)
{
	char real[VCK_PATH_LEN];
	struct vck_mem_node *node = NULL;
	int fd, err;

	if (r->record && vck_record_resolve(r, path, real, sizeof(real)) == 0)
		path = real;
	if (r->tree) {
		err = mem_opendir(r, NULL, path, &node);
		if (err < 0)
			vck_note_path_error(r, path, err);
		else
			vck_note_path_dir(r, path);
		return err < 0 ? err : dir_new(r, -1, node, path, ret);
	}
	while (*path == '/')
		path++;
	fd = vck_root_openat(r, r->fd, *path ? path : ".", VCK_WAY_DIR);
	if (fd < 0) {
		vck_note_path_error(r, path, fd);
		return fd;
	}
	vck_note_path_dir(r, path);
	return dir_new(r, fd, NULL, path, ret);
}

/* A single name that is no link leads nowhere else, and openat(2) is the cheaper call. */
static int open_below(struct vck_dir *d, const char *name)
{
	int fd;

	if (strchr(name, '/') || streq(name, "..") || streq(name, "."))
		return vck_root_openat(d->root, d->fd, name, VCK_WAY_DIR_BELOW);
	fd = openat(d->fd, name, (int)vck_root_ways[VCK_WAY_DIR_BELOW].flags);
	return fd < 0 ? vck_refusal() : fd;
}

int vck_dir_opendir(struct vck_dir *d, const char *name, struct vck_dir **ret)
{
	char path[VCK_PATH_LEN];
	struct vck_mem_node *node = NULL;
	unsigned char type;
	int fd, err;

	if (!vck_full_path(d, name, path, sizeof(path)))
		return -ENAMETOOLONG;
	if (d->root->tree && d->root->record)
		return vck_root_opendir(d->root, path, ret);
	if (d->root->tree) {
		err = mem_opendir(d->root, d->node, name, &node);
		return err < 0 ? err : dir_new(d->root, -1, node, path, ret);
	}
	fd = vck_dir_type(d, name, &type);
	if (fd == 0)
		fd = open_below(d, name);
	/* A link may lead anywhere inside of the root: resolve it from there. */
	if (fd == -ELOOP || fd == -ENOTDIR)
		return vck_root_opendir(d->root, path, ret);
	if (fd < 0) {
		vck_note_error(d, name, fd);
		return fd;
	}
	vck_note_path_dir(d->root, path);
	return dir_new(d->root, fd, NULL, path, ret);
}

void vck_dir_close(struct vck_dir *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	free(d->peek.text);
	free(d->peek.slots);
	free(d->path);
	free(d);
}

void vck_dir_closep(struct vck_dir **d)
{
	vck_dir_close(*d);
}

const char *vck_dir_path(const struct vck_dir *d)
{
	return d->path;
}

/* --- listing --- */

typedef int entry_fn(struct vck_dir *d, void *ctx, const char *name, unsigned char type);

/* The entries of one buffer that getdents64(2) filled. */
static int each_in_buffer(struct vck_dir *d, const char *buf, size_t len, entry_fn *fn,
			  void *ctx)
{
	for (size_t at = 0; at < len;) {
		const struct dirent64 *e = (const void *)(buf + at);
		int r;

		at += e->d_reclen;
		if (streq(e->d_name, ".") || streq(e->d_name, ".."))
			continue;
		r = fn(d, ctx, e->d_name, e->d_type);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Calls @fn for every entry; stops at the first negative result. Without readdir(3),
 * which would want a descriptor of its own for every directory. */
static int dir_each(struct vck_dir *d, entry_fn *fn, void *ctx)
{
	_Alignas(struct dirent64) char buf[16384];
	int r = 0;

	if (d->scanned && lseek(d->fd, 0, SEEK_SET) < 0)
		return vck_refusal();
	d->scanned = true;
	while (r == 0) {
		long n = syscall(SYS_getdents64, d->fd, buf, sizeof(buf));

		if (n < 0)
			return vck_refusal();
		if (n == 0)
			break;
		r = each_in_buffer(d, buf, (size_t)n, fn, ctx);
	}
	return r;
}

static int list_one(struct vck_dir *d, void *ctx, const char *name, unsigned char type)
{
	vck_note_listed(d, name, type);
	return vck_names_add(ctx, name);
}

/* A node's type as a listing has it. */
static unsigned char mem_type(const struct vck_mem_node *n)
{
	if (n->type == VCK_MEM_DIR)
		return DT_DIR;
	return n->type == VCK_MEM_LINK ? DT_LNK : DT_REG;
}

/* One that could not be read before is not one that was not read now. */
static void note_node(struct vck_dir *d, const struct vck_mem_node *n)
{
	if (n->type == VCK_MEM_ERROR)
		vck_note_error(d, n->name, -n->err);
	else
		vck_note_listed(d, n->name, mem_type(n));
}

int vck_dir_list(struct vck_dir *d, struct vck_names *ret)
{
	cleanup_names struct vck_names names = {0};
	int r = 0;

	if (d->root->tree) {
		vck_mem_sort(d->node);
		for (size_t i = 0; i < d->node->n_children && r == 0; i++) {
			note_node(d, d->node->children[i]);
			r = vck_names_add(&names, d->node->children[i]->name);
		}
	} else {
		r = dir_each(d, list_one, &names);
		if (names.n > 1)
			qsort(names.names, names.n, sizeof(char *), name_cmp);
	}
	if (r < 0)
		return r;
	*ret = names;
	names = (struct vck_names){0};
	return 0;
}

/* --- peeking --- */

static uint32_t hash_of(const char *s, size_t n)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)s[i]) * 16777619u;
	return h;
}

static int peek_one(struct vck_dir *d, void *ctx, const char *name, unsigned char type)
{
	struct vck_peek *p = ctx;
	size_t n = strlen(name) + 1;

	(void)d;
	if (p->cap - p->len < n + 1) {
		size_t cap = p->cap ? p->cap * 2 : 2048;
		char *text = realloc(p->text, cap);

		if (!text)
			return vck_oom();
		p->text = text;
		p->cap = cap;
	}
	p->text[p->len++] = (char)type;
	memcpy(p->text + p->len, name, n);
	p->len += n;
	p->n++;
	return 0;
}

static bool peek_index(struct vck_peek *p)
{
	size_t n = 16;

	while (n < p->n * 2)
		n *= 2;
	p->slots = calloc(n, sizeof(*p->slots));
	if (!p->slots)
		return false;
	p->mask = n - 1;
	for (size_t at = 0; at < p->len;) {
		size_t len = strlen(p->text + at + 1);
		size_t slot = hash_of(p->text + at + 1, len) & p->mask;

		while (p->slots[slot])
			slot = (slot + 1) & p->mask;
		p->slots[slot] = (uint32_t)at + 1;
		at += len + 2;
	}
	return true;
}

void vck_dir_peek(struct vck_dir *d)
{
	if (d->root->tree || d->has_peek)
		return;
	if (dir_each(d, peek_one, &d->peek) == 0 && peek_index(&d->peek)) {
		d->has_peek = true;
		return;
	}
	free(d->peek.text);
	d->peek = (struct vck_peek){0};
}

bool vck_root_is_direct(const struct vck_root *r)
{
	return !r->tree && !r->record;
}

int vck_dir_type(const struct vck_dir *d, const char *name, unsigned char *ret)
{
	const struct vck_peek *p = &d->peek;
	size_t n = strcspn(name, "/"), slot;

	*ret = DT_UNKNOWN;
	if (!d->has_peek)
		return 0;
	for (slot = hash_of(name, n) & p->mask; p->slots[slot];
	     slot = (slot + 1) & p->mask) {
		const char *e = p->text + p->slots[slot] - 1;

		if (strncmp(e + 1, name, n) != 0 || e[1 + n])
			continue;
		/* Of "power/control" only "power" was seen. */
		if (!name[n])
			*ret = (unsigned char)*e;
		return 0;
	}
	return -ENOENT;
}

/* What an entry is, links not followed; DT_UNKNOWN: not there, or not to be told. */
static unsigned char entry_type(struct vck_dir *d, const char *name)
{
	static const unsigned char types[] = {
		[VCK_MEM_DIR] = DT_DIR,
		[VCK_MEM_FILE] = DT_REG,
		[VCK_MEM_LINK] = DT_LNK,
		[VCK_MEM_ERROR] = DT_UNKNOWN,
	};
	const struct vck_mem_node *node;
	unsigned char type;
	struct stat st;

	if (strchr(name, '/'))
		return DT_UNKNOWN;
	if (d->root->tree) {
		node = vck_mem_child(d->node, name);
		return node ? types[node->type] : DT_UNKNOWN;
	}
	if (vck_dir_type(d, name, &type) < 0)
		return DT_UNKNOWN;
	if (type == DT_UNKNOWN && fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = IFTODT(st.st_mode);
	return type;
}

bool vck_dir_is_dir(struct vck_dir *d, const char *name)
{
	return entry_type(d, name) == DT_DIR;
}

bool vck_dir_is_link(struct vck_dir *d, const char *name)
{
	return entry_type(d, name) == DT_LNK;
}

bool vck_dir_has(struct vck_dir *d, const char *name)
{
	const struct vck_mem_node *n;
	unsigned char type;
	struct stat st;

	if (strchr(name, '/'))
		return false;
	if (d->root->tree) {
		n = vck_mem_child(d->node, name);
		if (n)
			note_node(d, n);
		return n != NULL;
	}
	if (vck_dir_type(d, name, &type) < 0)
		return false;
	if (type == DT_UNKNOWN) {
		if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return false;
		type = IFTODT(st.st_mode);
	}
	vck_note_listed(d, name, type);
	return true;
}

/* --- links --- */

static ssize_t mem_readlink(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	const struct vck_mem_node *node = vck_mem_child(d->node, name);
	size_t n;

	if (!node)
		return -ENOENT;
	if (node->type != VCK_MEM_LINK)
		return node->type == VCK_MEM_ERROR ? -node->err : -EINVAL;
	n = strlen(node->target);
	memcpy(buf, node->target, n < size ? n : size);
	return (ssize_t)n;
}

static ssize_t fs_readlink(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	unsigned char type;
	ssize_t n = vck_dir_type(d, name, &type);

	if (n < 0)
		return n;
	n = readlinkat(d->fd, name, buf, size);
	return n < 0 ? vck_refusal() : n;
}

ssize_t vck_dir_readlink(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	ssize_t n = -EINVAL;

	/* One component: in a path, a link on the way could lead out of the root. */
	if (!strchr(name, '/'))
		n = d->root->tree ? mem_readlink(d, name, buf, size)
				  : fs_readlink(d, name, buf, size);
	if (n >= 0 && (size_t)n >= size)
		n = -EFBIG;
	if (n < 0) {
		if (n != -EINVAL)
			vck_note_error(d, name, (int)n);
		return n;
	}
	buf[n] = '\0';
	vck_note_link(d, name, buf);
	return n;
}

ssize_t vck_dir_link_name(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	char target[VCK_PATH_LEN];
	ssize_t n = vck_dir_readlink(d, name, target, sizeof(target));
	const char *last;

	if (n < 0)
		return n;
	last = strrchr(target, '/');
	last = last ? last + 1 : target;
	n = (ssize_t)strlen(last);
	if ((size_t)n >= size)
		return -EFBIG;
	memcpy(buf, last, (size_t)n + 1);
	return n;
}

ssize_t vck_dir_link_path(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	char target[VCK_PATH_LEN];
	ssize_t n = vck_dir_readlink(d, name, target, sizeof(target));

	return n < 0 ? n : vck_path_join(d->path, target, buf, size);
}
