// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of a root: whole, as a short attribute, in pieces, or only some lines.
 * Only regular files are opened, and their type is looked at before: opening a
 * device node or a FIFO can already have effects. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/text.h"
#include "source/root-internal.h"

void vck_blob_done(struct vck_blob *b)
{
	free(b->data);
	*b = (struct vck_blob){0};
}

/* --- directory back end --- */

/* Opening does nothing there: the kernel's own file systems hold no FIFOs and no device
 * nodes, and through a sealed root neither opens with an effect. */
static bool opens_safely(const struct vck_dir *d)
{
	return d->root->sealed ||
	       (d->root->origin == VCK_ORIGIN_LIVE &&
		(str_after(d->path, "sys/") || str_after(d->path, "proc/") ||
		 streq(d->path, "proc")));
}

static int error_of_mode(mode_t mode)
{
	if (S_ISREG(mode))
		return 0;
	return S_ISDIR(mode) ? -EISDIR : S_ISLNK(mode) ? -ELOOP : -EMEDIUMTYPE;
}

static int check_mode(const struct vck_dir *d, const char *name)
{
	struct stat st;

	if (fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return vck_refusal();
	return error_of_mode(st.st_mode);
}

/* Before it is opened, the type is known from a listing, from where it is, or by asking.
 */
static int check_type(const struct vck_dir *d, const char *name)
{
	unsigned char type;
	int r = vck_dir_type(d, name, &type);

	if (r < 0 || type == DT_REG || (type == DT_UNKNOWN && opens_safely(d)))
		return r;
	if (type != DT_UNKNOWN)
		return error_of_mode(DTTOIF(type));
	return check_mode(d, name);
}

/* A device node (EACCES on a mount without devices) or a socket (ENXIO) says what it is. */
static int open_error(const struct vck_dir *d, const char *name, int err)
{
	if (err != -EACCES && err != -ENXIO)
		return err;
	return check_mode(d, name) == -EMEDIUMTYPE ? -EMEDIUMTYPE : err;
}

static int fs_open(const struct vck_dir *d, const char *name)
{
	int fd, r = check_type(d, name);

	if (r < 0)
		return r;
	if (strchr(name, '/')) {
		fd = vck_root_openat(d->root, d->fd, name, VCK_WAY_FILE_BELOW);
		return fd < 0 ? open_error(d, name, fd) : fd;
	}
	/* A single name that is no link leads nowhere else. */
	if (streq(name, "..") || streq(name, "."))
		return -EISDIR;
	fd = openat(d->fd, name, (int)vck_root_ways[VCK_WAY_FILE_BELOW].flags);
	return fd < 0 ? open_error(d, name, vck_refusal()) : fd;
}

/* At @off, and so that a FIFO stays what it is: it has no such place. */
static ssize_t read_at(int fd, void *buf, size_t n, uint64_t off)
{
	ssize_t got;

	do {
		got = pread(fd, buf, n, (off_t)off);
	} while (got < 0 && errno == EINTR);
	if (got >= 0)
		return got;
	return errno == ESPIPE ? -EMEDIUMTYPE : vck_refusal();
}

/* Read into the buffer until it is full or the file ends. */
static ssize_t read_full(int fd, void *buf, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, (uint8_t *)buf + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vck_refusal();
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

/* Capacity for the next read; files of the kernel do not say how long they are. */
static int blob_grow(struct vck_blob *b, size_t *cap)
{
	uint8_t *p;

	if (*cap - b->len >= 2)
		return 0;
	p = realloc(b->data, *cap * 2);
	if (!p)
		return vck_oom();
	b->data = p;
	*cap *= 2;
	return 0;
}

int vck_fd_read(int fd, struct vck_blob *ret)
{
	cleanup_blob struct vck_blob b = {0};
	size_t cap = 4096;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return vck_refusal();
	if (error_of_mode(st.st_mode) < 0)
		return error_of_mode(st.st_mode);
	if (st.st_size > VCK_FILE_MAX)
		return -EFBIG;
	if ((size_t)st.st_size >= cap)
		cap = (size_t)st.st_size + 2;
	b.data = malloc(cap);
	if (!b.data)
		return vck_oom();
	do {
		if (blob_grow(&b, &cap) < 0)
			return vck_oom();
		n = read_full(fd, b.data + b.len, cap - b.len - 1);
		if (n < 0)
			return (int)n;
		b.len += (size_t)n;
		if (b.len > VCK_FILE_MAX)
			return -EFBIG;
	} while (n > 0);
	b.data[b.len] = '\0';
	*ret = b;
	b.data = NULL;
	return 0;
}

/* --- memory back end --- */

int vck_mem_below(struct vck_dir *d, const char *name, struct vck_mem_node **ret)
{
	struct vck_mem_node *n = d->node;
	char part[256];

	for (;;) {
		size_t len = strcspn(name, "/");

		if (len >= sizeof(part))
			return -ENAMETOOLONG;
		memcpy(part, name, len);
		part[len] = '\0';
		n = vck_mem_child(n, part);
		if (!n)
			return -ENOENT;
		if (n->type == VCK_MEM_ERROR)
			return -n->err;
		if (n->type == VCK_MEM_LINK)
			return -ELOOP;
		if (!name[len])
			break;
		if (n->type != VCK_MEM_DIR)
			return -ENOTDIR;
		name += len + 1;
	}
	*ret = n;
	return 0;
}

static int mem_file(struct vck_dir *d, const char *name, struct vck_mem_node **ret)
{
	struct vck_mem_node *n = NULL;
	int r = vck_mem_below(d, name, &n);

	if (r < 0)
		return r;
	if (n->type != VCK_MEM_FILE)
		return -EISDIR;
	if (n->unread)
		return -ENODATA;
	*ret = n;
	return 0;
}

static int mem_read(struct vck_dir *d, const char *name, struct vck_blob *ret)
{
	cleanup_blob struct vck_blob b = {0};
	struct vck_mem_node *n = NULL;
	ssize_t got;
	int r = mem_file(d, name, &n);

	if (r < 0)
		return r;
	b.data = malloc(n->size + 1);
	if (!b.data)
		return vck_oom();
	got = vck_mem_pread(n, b.data, n->size, 0);
	if (got < 0 || (size_t)got < n->size)
		return got < 0 ? (int)got : -ENODATA;
	b.len = n->size;
	b.data[b.len] = '\0';
	*ret = b;
	b.data = NULL;
	return 0;
}

/* --- whole files --- */

static int read_unrecorded(struct vck_dir *d, const char *name, struct vck_blob *ret)
{
	int fd, r;

	if (d->root->tree)
		return mem_read(d, name, ret);
	fd = fs_open(d, name);
	if (fd < 0)
		return fd;
	r = vck_fd_read(fd, ret);
	close(fd);
	return r;
}

int vck_dir_read(struct vck_dir *d, const char *name, struct vck_blob *ret)
{
	struct vck_blob b = {0};
	int r = read_unrecorded(d, name, &b);

	if (r < 0) {
		vck_note_error(d, name, r);
		return r;
	}
	vck_note_file(d, name, b.data, b.len);
	*ret = b;
	return 0;
}

static bool holds_one(const char *line, size_t len, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (memmem(line, len, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

/* Lines move towards the start of the text: it never grows. */
static void keep_lines(struct vck_blob *b, const char *const *words, size_t n)
{
	const char *text = (const char *)b->data, *line;
	size_t left = b->len, len, used = 0;

	while (vck_line_next(&text, &left, &line, &len)) {
		bool newline = line + len < (const char *)b->data + b->len;

		if (!holds_one(line, len, words, n))
			continue;
		memmove(b->data + used, line, len + newline);
		used += len + newline;
	}
	b->len = used;
	b->data[used] = '\0';
}

int vck_dir_lines(struct vck_dir *d, const char *name, const char *const *words, size_t n,
		  struct vck_blob *ret)
{
	struct vck_blob b = {0};
	int r = read_unrecorded(d, name, &b);

	if (r < 0) {
		vck_note_error(d, name, r);
		return r;
	}
	keep_lines(&b, words, n);
	vck_note_file(d, name, b.data, b.len);
	*ret = b;
	return 0;
}

/* --- attributes --- */

/* The fast way for what every device has: no allocation, mostly one read. */
static ssize_t fs_attr(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	int fd = fs_open(d, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read_at(fd, buf, size, 0);
	close(fd);
	return n;
}

static ssize_t mem_attr(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	struct vck_mem_node *node = NULL;
	ssize_t n = mem_file(d, name, &node);

	return n < 0 ? n : vck_mem_pread(node, buf, size, 0);
}

ssize_t vck_dir_attr(struct vck_dir *d, const char *name, char *buf, size_t size)
{
	ssize_t n = d->root->tree ? mem_attr(d, name, buf, size)
				  : fs_attr(d, name, buf, size);
	size_t len;
	char *s;

	if (n >= 0 && (size_t)n >= size)
		n = -EFBIG;
	if (n < 0) {
		vck_note_error(d, name, (int)n);
		return n;
	}
	buf[n] = '\0';
	vck_note_file(d, name, buf, (size_t)n);
	s = vck_strip(buf);
	len = strlen(s);
	memmove(buf, s, len + 1);
	return (ssize_t)len;
}

int vck_dir_attr_u64(struct vck_dir *d, const char *name, uint64_t *ret)
{
	char buf[64];
	ssize_t n = vck_dir_attr(d, name, buf, sizeof(buf));

	return n < 0 ? (int)n : vck_parse_u64(buf, 0, UINT64_MAX, ret);
}

/* --- in pieces --- */

int vck_file_open(struct vck_dir *d, const char *name, struct vck_file **ret)
{
	char path[VCK_PATH_LEN];
	struct vck_mem_node *node = NULL;
	struct vck_file *f;
	int fd = -1, r = 0;

	if (d->root->tree) {
		r = mem_file(d, name, &node);
	} else {
		fd = fs_open(d, name);
		r = fd < 0 ? fd : 0;
	}
	if (r < 0) {
		vck_note_error(d, name, r);
		return r;
	}
	f = calloc(1, sizeof(*f));
	if (f && d->root->record && vck_full_path(d, name, path, sizeof(path)))
		f->path = strdup(path);
	if (!f) {
		if (fd >= 0)
			close(fd);
		return vck_oom();
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
		got = vck_mem_pread(f->node, buf, n, off);
	else
		got = read_at(f->fd, buf, n, off);
	vck_note_piece(f, buf, n, off, got);
	return got;
}

void vck_file_close(struct vck_file *f)
{
	if (!f)
		return;
	vck_note_file_closed(f);
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}

void vck_file_closep(struct vck_file **f)
{
	vck_file_close(*f);
}
