// SPDX-License-Identifier: GPL-2.0-or-later
/* Rooted reads. Two back ends: a directory of the file system, reached by
 * openat2(2) with RESOLVE_IN_ROOT, and a tree in memory. A recording root
 * notes what it hands out. Nothing else in the program opens a file to read. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "source/capture.h"
#include "source/lspci-text.h"
#include "source/memtree.h"
#include "source/root.h"

struct vck_root {
	enum vck_origin origin;
	int fd;			  /* directory back end, else -1 */
	bool no_openat2;	  /* the running host on a kernel or in a sandbox without it */
	struct vck_memtree *tree; /* memory back end, owned */
	struct vck_text_notes notes;
	struct vck_memtree *record;
};

struct peeked {
	char *name;
	unsigned char type; /* DT_* */
};

struct vck_dir {
	struct vck_root *root;
	int fd;
	struct vck_mem_node *node;
	char *path;
	struct peeked *peeked; /* sorted */
	size_t n_peeked;
	bool has_peeked;
};

struct vck_file {
	int fd;
	struct vck_mem_node *node;
	struct vck_root *root;
	char *path; /* only when recording */
};

void vck_blob_done(struct vck_blob *b)
{
	free(b->data);
	*b = (struct vck_blob){ 0 };
}

void vck_names_done(struct vck_names *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->names[i]);
	free(n->names);
	*n = (struct vck_names){ 0 };
}

static int names_add(struct vck_names *n, const char *name)
{
	char *copy;

	if (n->n == n->cap) {
		size_t cap = n->cap ? n->cap * 2 : 16;
		char **p = realloc(n->names, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		n->names = p;
		n->cap = cap;
	}
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	n->names[n->n++] = copy;
	return 0;
}

static int name_cmp(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int r = vck_natural_cmp(x, y);

	return r ? r : strcmp(x, y);
}

/* --- paths --- */

ssize_t vck_path_join(const char *dir, const char *rel, char *buf, size_t size)
{
	const char *parts[2] = { *rel == '/' ? "" : dir, rel };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *s = parts[i];

		while (*s) {
			size_t n;

			s += strspn(s, "/");
			n = strcspn(s, "/");
			if (n == 2 && s[0] == '.' && s[1] == '.') {
				while (len && buf[--len] != '/')
					;
			} else if (n && !(n == 1 && s[0] == '.')) {
				if (len + n + 2 > size)
					return -EFBIG;
				if (len)
					buf[len++] = '/';
				memcpy(buf + len, s, n);
				len += n;
			}
			s += n;
		}
	}
	if (!size)
		return -EFBIG;
	buf[len] = '\0';
	return (ssize_t)len;
}

/* --- directory back end --- */

static int open_in_root(const struct vck_root *r, int at, const char *path, int flags,
			uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC,
		.resolve = resolve,
	};
	long fd;

	if (r->no_openat2) {
		fd = openat(at, path, flags | O_CLOEXEC);
		return fd < 0 ? -errno : (int)fd;
	}
	fd = syscall(SYS_openat2, at, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* A regular file of the directory @fd; its type is looked at before it is opened, since
 * opening a device node or a FIFO can already have effects. */
static int open_regular(const struct vck_dir *d, const char *name, unsigned char type)
{
	struct stat st;
	int fd;

	if (type == DT_LNK || (type != DT_UNKNOWN && type != DT_REG && type != DT_DIR))
		return type == DT_LNK ? -ELOOP : -EMEDIUMTYPE;
	if (type == DT_UNKNOWN && d->root->origin != VCK_ORIGIN_LIVE) {
		if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		if (S_ISDIR(st.st_mode))
			return -EISDIR;
		if (!S_ISREG(st.st_mode))
			return S_ISLNK(st.st_mode) ? -ELOOP : -EMEDIUMTYPE;
	}
	fd = open_in_root(d->root, d->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	return fd;
}

static int read_fd(int fd, struct vck_blob *ret)
{
	cleanup_blob struct vck_blob b = { 0 };
	size_t cap = 4096;

	b.data = malloc(cap);
	if (!b.data)
		return -ENOMEM;
	for (;;) {
		ssize_t n = read(fd, b.data + b.len, cap - b.len - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		b.len += (size_t)n;
		if (b.len > VCK_FILE_MAX)
			return -EFBIG;
		if (cap - b.len < 2) {
			uint8_t *p = realloc(b.data, cap * 2);

			if (!p)
				return -ENOMEM;
			b.data = p;
			cap *= 2;
		}
	}
	b.data[b.len] = '\0';
	*ret = b;
	b.data = NULL;
	return 0;
}

/* --- opening a root --- */

static int root_new(enum vck_origin origin, int fd, struct vck_memtree *tree,
		    struct vck_root **ret)
{
	struct vck_root *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->origin = origin;
	r->fd = fd;
	r->tree = tree;
	*ret = r;
	return 0;
}

int vck_root_from_tree(struct vck_memtree *tree, enum vck_origin origin, struct vck_root **ret)
{
	return root_new(origin, -1, tree, ret);
}

static int root_open_dir(const char *path, enum vck_origin origin, struct vck_root **ret)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), probe, r;

	if (fd < 0)
		return -errno;
	r = root_new(origin, fd, NULL, ret);
	if (r < 0) {
		close(fd);
		return r;
	}
	probe = open_in_root(*ret, fd, ".", O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT);
	if (probe >= 0) {
		close(probe);
		return 0;
	}
	/* ENOSYS: before Linux 5.6; EPERM: a container's seccomp profile that does not know it. */
	if (origin == VCK_ORIGIN_LIVE) {
		(*ret)->no_openat2 = true;
		return 0;
	}
	vck_root_close(TAKE_PTR(*ret));
	return probe == -EPERM ? -ENOSYS : probe;
}

static int root_open_file(int fd, struct vck_root **ret)
{
	cleanup_memtree struct vck_memtree *tree = vck_memtree_new();
	cleanup_blob struct vck_blob b = { 0 };
	struct vck_text_notes notes = { 0 };
	enum vck_origin origin = VCK_ORIGIN_LSPCI;
	const char *text;
	size_t skip;
	int r;

	if (!tree)
		return -ENOMEM;
	r = read_fd(fd, &b);
	if (r < 0)
		return r;
	text = (const char *)b.data;
	skip = str_after(text, "\xef\xbb\xbf") ? 3 : 0; /* what some editors put first */
	if (vck_capture_is(text + skip, b.len - skip)) {
		origin = VCK_ORIGIN_CAPTURE;
		r = vck_capture_parse(text + skip, b.len - skip, tree, &notes);
	} else {
		r = vck_lspci_parse(text + skip, b.len - skip, tree, &notes);
	}
	if (r < 0)
		return r;
	r = vck_root_from_tree(tree, origin, ret);
	if (r < 0)
		return r;
	(*ret)->notes = notes;
	tree = NULL;
	return 0;
}

int vck_root_open(const char *path, struct vck_root **ret)
{
	struct stat st;
	int fd, r;

	if (!path)
		return root_open_dir("/", VCK_ORIGIN_LIVE, ret);
	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return root_open_dir(path, VCK_ORIGIN_ROOT, ret);
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	if (st.st_size > VCK_FILE_MAX)
		return -EFBIG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	r = root_open_file(fd, ret);
	close(fd);
	return r;
}

void vck_root_close(struct vck_root *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	vck_memtree_free(r->tree);
	free(r);
}

void vck_root_closep(struct vck_root **r)
{
	vck_root_close(*r);
}

enum vck_origin vck_root_origin(const struct vck_root *r)
{
	return r->origin;
}

struct vck_memtree *vck_root_tree(const struct vck_root *r)
{
	return r->tree;
}

struct vck_text_notes vck_root_notes(const struct vck_root *r)
{
	return r->notes;
}

void vck_root_record(struct vck_root *r, struct vck_memtree *tree)
{
	r->record = tree;
}

/* --- recording --- */

/* Full path of @name in @d into @buf; NULL when it does not fit. */
static const char *full_path(const struct vck_dir *d, const char *name, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s%s%s", d->path, *d->path ? "/" : "", name);

	return n >= 0 && (size_t)n < size ? buf : NULL;
}

/* What a missing file means needs no record: a capture lacks it too. */
static bool worth_noting(int err)
{
	return err != -ENOENT && err != -ENOTDIR && err != -ENOMEM && err != -EMFILE;
}

/* Running out of memory while recording shows up when the capture is written: the note is
 * an extra, the read itself went well. */
static void note_error(const struct vck_dir *d, const char *name, int err)
{
	char path[VCK_PATH_LEN];

	if (d->root->record && worth_noting(err) && full_path(d, name, path, sizeof(path)))
		(void)!vck_memtree_error(d->root->record, path, err);
}

static void note_file(const struct vck_dir *d, const char *name, const struct vck_blob *b)
{
	char path[VCK_PATH_LEN];

	if (d->root->record && full_path(d, name, path, sizeof(path)))
		(void)!vck_memtree_file(d->root->record, path, b->data, b->len);
}

static void note_link(const struct vck_dir *d, const char *name, const char *target)
{
	char path[VCK_PATH_LEN];

	if (d->root->record && full_path(d, name, path, sizeof(path)))
		(void)!vck_memtree_link(d->root->record, path, target);
}

/* --- directories --- */

static int dir_new(struct vck_root *r, int fd, struct vck_mem_node *node, const char *path,
		   struct vck_dir **ret)
{
	struct vck_dir *d = calloc(1, sizeof(*d));

	if (d)
		d->path = strdup(path);
	if (!d || !d->path) {
		free(d);
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
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

/* When recording, the links on the way to @path are noted, and the rest goes under the real
 * path: else the same directory would be in the capture twice. */
static int record_resolve(struct vck_root *r, const char *path, char *real, size_t size)
{
	char todo[VCK_PATH_LEN], next[VCK_PATH_LEN], name[256], target[VCK_PATH_LEN];
	int links = 0;

	real[0] = '\0';
	if (vck_path_join("", path, todo, sizeof(todo)) < 0)
		return -ENAMETOOLONG;
	while (todo[0]) {
		size_t n = strcspn(todo, "/");
		char here[VCK_PATH_LEN];
		ssize_t len;

		if (n >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, todo, n);
		name[n] = '\0';
		memmove(todo, todo + n + (todo[n] ? 1 : 0), strlen(todo + n + (todo[n] ? 1 : 0)) + 1);
		if (vck_path_join(real, name, here, sizeof(here)) < 0)
			return -ENAMETOOLONG;
		len = readlinkat(r->fd, here, target, sizeof(target) - 1);
		if (len < 0) {
			memcpy(real, here, strlen(here) + 1 <= size ? strlen(here) + 1 : 0);
			continue;
		}
		target[len] = '\0';
		if (++links > 40)
			return -ELOOP;
		(void)!vck_memtree_link(r->record, here, target);
		if (vck_path_join(real, target, here, sizeof(here)) < 0 ||
		    vck_path_join(here, todo, next, sizeof(next)) < 0)
			return -ENAMETOOLONG;
		memcpy(todo, next, strlen(next) + 1);
		real[0] = '\0';
	}
	return 0;
}

int vck_root_opendir(struct vck_root *r, const char *path, struct vck_dir **ret)
{
	char real[VCK_PATH_LEN];
	struct vck_mem_node *node = NULL;
	int fd, err;

	if (r->tree) {
		err = mem_opendir(r, NULL, path, &node);
		return err < 0 ? err : dir_new(r, -1, node, path, ret);
	}
	if (r->record && record_resolve(r, path, real, sizeof(real)) == 0)
		path = real;
	while (*path == '/')
		path++;
	fd = open_in_root(r, r->fd, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK,
			  RESOLVE_IN_ROOT);
	if (fd < 0) {
		if (r->record && worth_noting(fd))
			(void)!vck_memtree_error(r->record, path, fd);
		return fd;
	}
	if (r->record)
		(void)!vck_memtree_dir(r->record, path);
	return dir_new(r, fd, NULL, path, ret);
}

int vck_dir_opendir(struct vck_dir *d, const char *name, struct vck_dir **ret)
{
	char path[VCK_PATH_LEN];
	struct vck_mem_node *node = NULL;
	int fd, err;

	if (!full_path(d, name, path, sizeof(path)))
		return -ENAMETOOLONG;
	if (d->root->tree) {
		err = mem_opendir(d->root, d->node, name, &node);
		return err < 0 ? err : dir_new(d->root, -1, node, path, ret);
	}
	fd = open_in_root(d->root, d->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK,
			  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
	/* A link may lead anywhere inside of the root: resolve it from there. */
	if (fd == -ELOOP || fd == -ENOTDIR)
		return vck_root_opendir(d->root, path, ret);
	if (fd < 0) {
		note_error(d, name, fd);
		return fd;
	}
	if (d->root->record)
		(void)!vck_memtree_dir(d->root->record, path);
	return dir_new(d->root, fd, NULL, path, ret);
}

void vck_dir_close(struct vck_dir *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	for (size_t i = 0; i < d->n_peeked; i++)
		free(d->peeked[i].name);
	free(d->peeked);
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

/* Calls @fn for every entry; stops at the first negative result. */
static int dir_each(struct vck_dir *d, int (*fn)(void *ctx, const char *name, unsigned char type),
		    void *ctx)
{
	struct dirent *e;
	DIR *stream;
	int fd, r = 0;

	/* A descriptor of its own: closedir() takes it, and the position is its own too. */
	fd = open_in_root(d->root, d->fd, ".", O_RDONLY | O_DIRECTORY, RESOLVE_BENEATH);
	if (fd < 0)
		return fd;
	stream = fdopendir(fd);
	if (!stream) {
		r = -errno;
		close(fd);
		return r;
	}
	for (;;) {
		errno = 0;
		e = readdir(stream);
		if (!e) {
			r = -errno;
			break;
		}
		if (streq(e->d_name, ".") || streq(e->d_name, ".."))
			continue;
		r = fn(ctx, e->d_name, e->d_type);
		if (r < 0)
			break;
	}
	closedir(stream);
	return r;
}

struct list_ctx {
	struct vck_dir *dir;
	struct vck_names *names;
};

/* In a recording, a listed name must be there again when the capture is read. */
static void note_listed(struct vck_dir *d, const char *name, unsigned char type)
{
	char path[VCK_PATH_LEN], target[VCK_PATH_LEN];

	if (!d->root->record || !full_path(d, name, path, sizeof(path)))
		return;
	if (type == DT_LNK)
		(void)!vck_dir_readlink(d, name, target, sizeof(target));
	else if (type == DT_DIR)
		(void)!vck_memtree_dir(d->root->record, path);
	else
		(void)!vck_memtree_unread(d->root->record, path);
}

static int list_one(void *ctx, const char *name, unsigned char type)
{
	struct list_ctx *c = ctx;

	note_listed(c->dir, name, type);
	return names_add(c->names, name);
}

int vck_dir_list(struct vck_dir *d, struct vck_names *ret)
{
	cleanup_names struct vck_names names = { 0 };
	int r = 0;

	if (d->root->tree) {
		vck_mem_sort(d->node);
		for (size_t i = 0; i < d->node->n_children && r == 0; i++)
			r = names_add(&names, d->node->children[i]->name);
	} else {
		r = dir_each(d, list_one, &(struct list_ctx){ d, &names });
		if (names.n > 1)
			qsort(names.names, names.n, sizeof(char *), name_cmp);
	}
	if (r < 0)
		return r;
	*ret = names;
	names = (struct vck_names){ 0 };
	return 0;
}

static int peek_cmp(const void *a, const void *b)
{
	return strcmp(((const struct peeked *)a)->name, ((const struct peeked *)b)->name);
}

static int peek_one(void *ctx, const char *name, unsigned char type)
{
	struct vck_dir *d = ctx;

	if ((d->n_peeked & (d->n_peeked - 1)) == 0) {
		size_t cap = d->n_peeked ? d->n_peeked * 2 : 1;
		struct peeked *p = realloc(d->peeked, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		d->peeked = p;
	}
	d->peeked[d->n_peeked] = (struct peeked){ strdup(name), type };
	if (!d->peeked[d->n_peeked].name)
		return -ENOMEM;
	d->n_peeked++;
	return 0;
}

void vck_dir_peek(struct vck_dir *d)
{
	if (d->root->tree || d->has_peeked)
		return;
	if (dir_each(d, peek_one, d) < 0)
		return;
	if (d->n_peeked > 1)
		qsort(d->peeked, d->n_peeked, sizeof(*d->peeked), peek_cmp);
	d->has_peeked = true;
}

/* Type of an entry by what was peeked; -ENOENT when it is not there. */
static int peek_type(const struct vck_dir *d, const char *name, unsigned char *ret)
{
	struct peeked key = { (char *)name, 0 }, *p = NULL;

	*ret = DT_UNKNOWN;
	if (!d->has_peeked)
		return 0;
	if (d->n_peeked)
		p = bsearch(&key, d->peeked, d->n_peeked, sizeof(*p), peek_cmp);
	if (!p)
		return -ENOENT;
	*ret = p->type;
	return 0;
}

bool vck_dir_has(struct vck_dir *d, const char *name)
{
	unsigned char type;

	if (d->root->tree)
		return vck_mem_child(d->node, name) != NULL;
	if (d->has_peeked)
		return peek_type(d, name, &type) == 0;
	return faccessat(d->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* --- files --- */

static int mem_file(struct vck_dir *d, const char *name, struct vck_mem_node **ret)
{
	struct vck_mem_node *n = vck_mem_child(d->node, name);

	if (!n)
		return -ENOENT;
	if (n->type == VCK_MEM_ERROR)
		return -n->err;
	if (n->type == VCK_MEM_LINK)
		return -ELOOP;
	if (n->type == VCK_MEM_DIR)
		return -EISDIR;
	if (n->unread)
		return -ENODATA;
	*ret = n;
	return 0;
}

static int mem_read(struct vck_dir *d, const char *name, struct vck_blob *ret)
{
	struct vck_mem_node *n = NULL;
	ssize_t got;
	int r = mem_file(d, name, &n);

	if (r < 0)
		return r;
	ret->data = malloc(n->size + 1);
	if (!ret->data)
		return -ENOMEM;
	got = vck_mem_pread(n, ret->data, n->size, 0);
	if (got < 0 || (size_t)got < n->size) {
		vck_blob_done(ret);
		return got < 0 ? (int)got : -ENODATA;
	}
	ret->len = n->size;
	ret->data[ret->len] = '\0';
	return 0;
}

static int fs_open_file(struct vck_dir *d, const char *name)
{
	unsigned char type;
	int r = peek_type(d, name, &type);

	return r < 0 ? r : open_regular(d, name, type);
}

int vck_dir_read(struct vck_dir *d, const char *name, struct vck_blob *ret)
{
	struct vck_blob b = { 0 };
	int fd, r;

	if (d->root->tree) {
		r = mem_read(d, name, &b);
	} else {
		fd = fs_open_file(d, name);
		r = fd;
		if (fd >= 0) {
			r = read_fd(fd, &b);
			close(fd);
		}
	}
	if (r < 0) {
		note_error(d, name, r);
		return r;
	}
	note_file(d, name, &b);
	*ret = b;
	return 0;
}

/* The fast way for what every device has: no allocation, one read. */
static ssize_t fs_read_into(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	int fd = fs_open_file(d, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	do {
		n = read(fd, buf, size);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

ssize_t vck_dir_attr(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	struct vck_mem_node *node = NULL;
	ssize_t n;
	char *s;

	if (d->root->tree) {
		n = mem_file(d, name, &node);
		if (n == 0)
			n = vck_mem_pread(node, buf, size, 0);
	} else {
		n = fs_read_into(d, name, buf, size);
	}
	if (n >= 0 && (size_t)n >= size)
		n = -EFBIG;
	if (n < 0) {
		note_error(d, name, (int)n);
		return n;
	}
	buf[n] = '\0';
	if (d->root->record)
		note_file(d, name, &(struct vck_blob){ (uint8_t *)buf, (size_t)n });
	s = vck_strip(buf);
	memmove(buf, s, strlen(s) + 1);
	return (ssize_t)strlen(buf);
}

int vck_dir_attr_u64(struct vck_dir *d, const char *name, uint64_t *ret)
{
	char buf[64];
	ssize_t n = vck_dir_attr(d, name, buf, sizeof(buf));

	return n < 0 ? (int)n : vck_parse_u64(buf, 0, UINT64_MAX, ret);
}

ssize_t vck_dir_readlink(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	struct vck_mem_node *node = NULL;
	ssize_t n;

	if (d->root->tree) {
		node = vck_mem_child(d->node, name);
		if (!node)
			return -ENOENT;
		if (node->type != VCK_MEM_LINK)
			return node->type == VCK_MEM_ERROR ? -node->err : -EINVAL;
		n = (ssize_t)strlen(node->target);
		if ((size_t)n < size)
			memcpy(buf, node->target, (size_t)n);
	} else {
		unsigned char type;

		n = peek_type(d, name, &type);
		if (n == 0) {
			n = readlinkat(d->fd, name, buf, size);
			if (n < 0)
				n = -errno;
		}
	}
	if (n >= 0 && (size_t)n >= size)
		n = -EFBIG;
	if (n < 0) {
		if (n != -EINVAL)
			note_error(d, name, (int)n);
		return n;
	}
	buf[n] = '\0';
	note_link(d, name, buf);
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

int vck_file_open(struct vck_dir *d, const char *name, struct vck_file **ret)
{
	char path[VCK_PATH_LEN];
	struct vck_mem_node *node = NULL;
	struct vck_file *f;
	int fd = -1, r = 0;

	if (d->root->tree) {
		r = mem_file(d, name, &node);
	} else {
		fd = fs_open_file(d, name);
		r = fd < 0 ? fd : 0;
	}
	if (r < 0) {
		note_error(d, name, r);
		return r;
	}
	f = calloc(1, sizeof(*f));
	if (f && d->root->record && full_path(d, name, path, sizeof(path)))
		f->path = strdup(path);
	if (!f) {
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
	}
	f->fd = fd;
	f->node = node;
	f->root = d->root;
	*ret = f;
	return 0;
}

ssize_t vck_file_pread(struct vck_file *f, void *buf, size_t n, uint64_t off)
{
	ssize_t got;

	if (f->node)
		return vck_mem_pread(f->node, buf, n, off);
	do {
		got = pread(f->fd, buf, n, (off_t)off);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		got = -errno;
	if (f->path && got > 0)
		(void)!vck_memtree_extent(f->root->record, f->path, off, buf, (size_t)got);
	else if (f->path && got == 0)
		(void)!vck_memtree_set_size(f->root->record, f->path, off);
	return got;
}

void vck_file_close(struct vck_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}

void vck_file_closep(struct vck_file **f)
{
	vck_file_close(*f);
}

/* --- shorthands --- */

static int open_parent(struct vck_root *r, const char *path, struct vck_dir **ret,
		       const char **name)
{
	const char *slash = strrchr(path, '/');
	char dir[VCK_PATH_LEN];
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, n);
	dir[n] = '\0';
	*name = slash ? slash + 1 : path;
	return vck_root_opendir(r, dir, ret);
}

int vck_root_read(struct vck_root *r, const char *path, struct vck_blob *ret)
{
	cleanup_dir struct vck_dir *d = NULL;
	const char *name;
	int err = open_parent(r, path, &d, &name);

	return err < 0 ? err : vck_dir_read(d, name, ret);
}

ssize_t vck_root_attr(struct vck_root *r, const char *path, char *buf, size_t size)
{
	cleanup_dir struct vck_dir *d = NULL;
	const char *name;
	int err = open_parent(r, path, &d, &name);

	return err < 0 ? err : vck_dir_attr(d, name, buf, size);
}

bool vck_root_exists(struct vck_root *r, const char *path)
{
	cleanup_dir struct vck_dir *d = NULL;
	const char *name;

	return open_parent(r, path, &d, &name) == 0 && vck_dir_has(d, name);
}
