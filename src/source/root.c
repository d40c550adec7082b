// SPDX-License-Identifier: GPL-2.0-or-later
/* Rooted reads. Two back ends: a directory of the file system, reached by
 * openat2(2) with RESOLVE_IN_ROOT, and a tree in memory. Here: what a root is,
 * and paths; directories, files and recording have a file each. Nothing else in
 * the program opens a file to read. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "source/capture.h"
#include "source/lspci-text.h"
#include "source/root-internal.h"

/* --- paths --- */

ssize_t vck_path_join(const char *dir, const char *rel, char *buf, size_t size)
{
	const char *parts[2] = {*rel == '/' ? "" : dir, rel};
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

/* O_CLOEXEC stands in each. */
const struct open_how vck_root_ways[VCK_N_WAYS] = {
	[VCK_WAY_ROOT] = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	},
	[VCK_WAY_DIR] = {
		.flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT,
	},
	[VCK_WAY_DIR_BELOW] = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	},
	[VCK_WAY_FILE_BELOW] = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	},
};

int vck_root_openat(const struct vck_root *r, int at, const char *path, enum vck_root_way way)
{
	const struct open_how *how = &vck_root_ways[way];
	long fd;

	if (r->no_openat2) {
		fd = openat(at, path, (int)how->flags);
		return fd < 0 ? vck_refusal() : (int)fd;
	}
	/* EAGAIN: something was renamed while ".." was walked. */
	for (int tries = 0; tries < 8; tries++) {
		fd = syscall(SYS_openat2, at, path, how, sizeof(*how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? vck_refusal() : (int)fd;
}

/* --- opening a root --- */

#define DIR_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)

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

int vck_root_from_tree(struct vck_memtree *tree, enum vck_origin origin,
		       struct vck_root **ret)
{
	return root_new(origin, -1, tree, ret);
}

/* Takes over @fd. */
static int root_open_dir(int fd, enum vck_origin origin, struct vck_root **ret)
{
	int probe, r;

	if (fd < 0)
		return vck_refusal();
	r = root_new(origin, fd, NULL, ret);
	if (r < 0) {
		close(fd);
		return r;
	}
	probe = vck_root_openat(*ret, fd, ".", VCK_WAY_ROOT);
	if (probe >= 0) {
		close(probe);
		return 0;
	}
	/* ENOSYS: before Linux 5.6; EPERM: a container's seccomp profile that does not
	 * know it. */
	if (origin == VCK_ORIGIN_LIVE) {
		(*ret)->no_openat2 = true;
		return 0;
	}
	vck_root_close(TAKE_PTR(*ret));
	return probe == -EPERM ? -ENOSYS : probe;
}

/* Why a file is of no known kind: people hand on captures packed, and some systems write
 * UTF-16 where text is redirected. */
static int unknown_kind(const char *text, size_t n)
{
	static const struct {
		const char *magic;
		size_t at, len;
		int err;
	} kinds[] = {
		{"\x1f\x8b", 0, 2, -ENOPKG},	   {"\xfd" "7zXZ", 0, 5, -ENOPKG},
		{"\x28\xb5\x2f\xfd", 0, 4, -ENOPKG}, {"BZh", 0, 3, -ENOPKG},
		{"PK\3\4", 0, 4, -ENOPKG},	   {"ustar", 257, 5, -ENOPKG},
		{"\xff\xfe", 0, 2, -EILSEQ},	   {"\xfe\xff", 0, 2, -EILSEQ},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (n >= kinds[i].at + kinds[i].len &&
		    memcmp(text + kinds[i].at, kinds[i].magic, kinds[i].len) == 0)
			return kinds[i].err;
	}
	return -EBADMSG;
}

static int root_open_file(int fd, struct vck_root **ret)
{
	cleanup_memtree struct vck_memtree *tree = vck_memtree_new();
	cleanup_blob struct vck_blob b = {0};
	struct vck_text_notes notes = {0};
	enum vck_origin origin = VCK_ORIGIN_LSPCI;
	const char *text;
	size_t skip;
	int r;

	if (!tree)
		return -ENOMEM;
	r = vck_fd_read(fd, &b);
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
	if (r == -EBADMSG)
		r = unknown_kind(text, b.len);
	if (r < 0)
		return r;
	r = vck_root_from_tree(tree, origin, ret);
	if (r < 0)
		return r;
	(*ret)->notes = notes;
	tree = NULL;
	return 0;
}

int vck_root_open_sealed(int fd, struct vck_root **ret)
{
	int r = root_open_dir(fd, VCK_ORIGIN_ROOT, ret);

	if (r == 0)
		(*ret)->sealed = true;
	return r;
}

int vck_root_open(const char *path, struct vck_root **ret)
{
	struct stat st;
	int fd, r;

	if (!path)
		return root_open_dir(open("/", DIR_FLAGS), VCK_ORIGIN_LIVE, ret);
	if (stat(path, &st) < 0)
		return vck_refusal();
	if (S_ISDIR(st.st_mode))
		return root_open_dir(open(path, DIR_FLAGS), VCK_ORIGIN_ROOT, ret);
	if (!S_ISREG(st.st_mode))
		return -EMEDIUMTYPE;
	if (st.st_size > VCK_FILE_MAX)
		return -EFBIG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return vck_refusal();
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

/* Links at the end of a path; the directories before it are up to the kernel. */
#define LINKS_MAX 8

int vck_root_read(struct vck_root *r, const char *path, struct vck_blob *ret)
{
	char next[VCK_PATH_LEN];

	/* Files are opened without following a link; here it is followed inside of the
	 * root. */
	for (int i = 0; i < LINKS_MAX; i++) {
		cleanup_dir struct vck_dir *d = NULL;
		const char *name;
		int err = open_parent(r, path, &d, &name);

		if (err == 0)
			err = vck_dir_read(d, name, ret);
		if (err != -ELOOP || !d ||
		    vck_dir_link_path(d, name, next, sizeof(next)) < 0)
			return err;
		path = next;
	}
	return -ELOOP;
}

ssize_t vck_root_attr(struct vck_root *r, const char *path, char *buf, size_t size)
{
	cleanup_dir struct vck_dir *d = NULL;
	const char *name;
	int err = open_parent(r, path, &d, &name);

	return err < 0 ? err : vck_dir_attr(d, name, buf, size);
}

int vck_root_lines(struct vck_root *r, const char *path, const char *const *words,
		   size_t n, struct vck_blob *ret)
{
	cleanup_dir struct vck_dir *d = NULL;
	const char *name;
	int err = open_parent(r, path, &d, &name);

	return err < 0 ? err : vck_dir_lines(d, name, words, n, ret);
}

bool vck_root_exists(struct vck_root *r, const char *path)
{
	cleanup_dir struct vck_dir *d = NULL;
	const char *name;

	return open_parent(r, path, &d, &name) == 0 && vck_dir_has(d, name);
}
