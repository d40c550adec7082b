// SPDX-License-Identifier: GPL-2.0-or-later
/* Noting what is read through a root: that is what a capture holds. A missing
 * file needs no note, since a capture lacks it too. Running out of memory here
 * makes the capture short, not the reading fail: the notes are an extra. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/root-internal.h"

struct vck_memtree *vck_root_record(struct vck_root *r, struct vck_memtree *tree)
{
	struct vck_memtree *before = r->record;

	r->record = tree;
	return before;
}

const char *vck_full_path(const struct vck_dir *d, const char *name, char *buf,
			  size_t size)
{
	int n = snprintf(buf, size, "%s%s%s", d->path, *d->path ? "/" : "", name);

	return n >= 0 && (size_t)n < size ? buf : NULL;
}

/* The path to note @name under, NULL when nothing is recorded. */
static const char *note_path(const struct vck_dir *d, const char *name, char *buf,
			     size_t size)
{
	return d->root->record ? vck_full_path(d, name, buf, size) : NULL;
}

/* EISDIR says that there is a directory, which is noted when somebody opens it. */
static bool worth_noting(int err)
{
	return err != -ENOENT && err != -ENOTDIR && err != -EISDIR && err != -ENOMEM &&
	       err != -EMFILE && err != -ENFILE && err != -EFBIG;
}

void vck_note_path_error(const struct vck_root *r, const char *path, int err)
{
	struct vck_mem_node *n;
	int found;

	if (!r->record || !worth_noting(err))
		return;
	/* What was read before stays: a second look may fail in another way. */
	found = vck_memtree_lookup(r->record, NULL, path, false, &n);
	if (found == 0 && !n->unread)
		return;
	/* Nor does it make a directory of one that could not be opened. */
	if (found < 0 && found != -ENOENT)
		return;
	/* A capture of a capture: a file that was not taken then is not taken now. */
	if (err == -ENODATA && r->tree && vck_memtree_lookup(r->tree, NULL, path, false, &n) == 0 &&
	    n->type == VCK_MEM_FILE)
		(void)!vck_memtree_unread(r->record, path);
	else
		(void)!vck_memtree_error(r->record, path, err);
}

void vck_note_error(struct vck_dir *d, const char *name, int err)
{
	char path[VCK_PATH_LEN], target[VCK_PATH_LEN];

	if (!note_path(d, name, path, sizeof(path)))
		return;
	/* A link in place of a file: that it is one is the fact. */
	if (err == -ELOOP && !strchr(name, '/') &&
	    vck_dir_readlink(d, name, target, sizeof(target)) >= 0)
		return;
	vck_note_path_error(d->root, path, err);
}

void vck_note_file(const struct vck_dir *d, const char *name, const void *data, size_t n)
{
	char path[VCK_PATH_LEN];

	if (note_path(d, name, path, sizeof(path)))
		(void)!vck_memtree_file(d->root->record, path, data, n);
}

void vck_note_link(const struct vck_dir *d, const char *name, const char *target)
{
	char path[VCK_PATH_LEN];

	if (note_path(d, name, path, sizeof(path)))
		(void)!vck_memtree_link(d->root->record, path, target);
}

void vck_note_path_dir(const struct vck_root *r, const char *path)
{
	if (r->record)
		(void)!vck_memtree_dir(r->record, path);
}

void vck_note_dir(const struct vck_dir *d, const char *name)
{
	char path[VCK_PATH_LEN];

	if (note_path(d, name, path, sizeof(path)))
		vck_note_path_dir(d->root, path);
}

void vck_note_listed(struct vck_dir *d, const char *name, unsigned char type)
{
	char path[VCK_PATH_LEN], target[VCK_PATH_LEN];
	struct vck_mem_node *n;

	if (!note_path(d, name, path, sizeof(path)) ||
	    vck_memtree_lookup(d->root->record, NULL, path, false, &n) == 0)
		return; /* what was read of it is known already */
	if (type == DT_LNK)
		(void)!vck_dir_readlink(d, name, target, sizeof(target));
	else if (type == DT_DIR)
		(void)!vck_memtree_dir(d->root->record, path);
	else
		(void)!vck_memtree_unread(d->root->record, path);
}

/* Cut the first component off @todo. */
static int first_component(char *todo, char *name, size_t size)
{
	size_t n = strcspn(todo, "/"), rest = n + (todo[n] ? 1 : 0);

	if (n >= size)
		return -ENAMETOOLONG;
	memcpy(name, todo, n);
	name[n] = '\0';
	memmove(todo, todo + rest, strlen(todo + rest) + 1);
	return 0;
}

/* The text of a link, like readlink(2); @path holds no links in front of its last part.
 */
static ssize_t link_text(const struct vck_root *r, const char *path, char *buf,
			 size_t size)
{
	struct vck_mem_node *n = NULL;
	ssize_t len;
	int err;

	if (!r->tree) {
		len = readlinkat(r->fd, path, buf, size);
		return len < 0 ? vck_refusal() : len;
	}
	err = vck_memtree_lookup(r->tree, NULL, path, false, &n);
	if (err < 0 || n->type != VCK_MEM_LINK)
		return err < 0 ? err : -EINVAL;
	len = (ssize_t)strlen(n->target);
	memcpy(buf, n->target, (size_t)len < size ? (size_t)len : size);
	return (size_t)len < size ? len : -ENAMETOOLONG;
}

int vck_record_resolve(struct vck_root *r, const char *path, char *real, size_t size)
{
	char todo[VCK_PATH_LEN], next[VCK_PATH_LEN], here[VCK_PATH_LEN],
		target[VCK_PATH_LEN];
	char name[256];
	int links = 0;

	real[0] = '\0';
	if (vck_path_join("", path, todo, sizeof(todo)) < 0)
		return -ENAMETOOLONG;
	while (todo[0]) {
		ssize_t len = first_component(todo, name, sizeof(name));

		if (len < 0 || vck_path_join(real, name, here, sizeof(here)) < 0)
			return -ENAMETOOLONG;
		len = link_text(r, here, target, sizeof(target) - 1);
		if (len < 0) { /* no link: one step deeper */
			if (vck_path_join("", here, real, size) < 0)
				return -ENAMETOOLONG;
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

void vck_note_piece(const struct vck_file *f, const void *buf, size_t n, uint64_t off,
		    ssize_t got)
{
	struct vck_memtree *t = f->root->record;
	uint64_t end = off + (got > 0 ? (uint64_t)got : 0);

	if (!f->path || !t)
		return;
	if (got > 0)
		(void)!vck_memtree_extent(t, f->path, off, buf, (size_t)got);
	if (got == (ssize_t)n)
		return;
	/* What could not be read is a hole, and the file goes on behind it. */
	if (got < 0 || (f->node && end < f->node->size))
		(void)!vck_memtree_grow(t, f->path, f->node ? f->node->size : off + n);
	else
		(void)!vck_memtree_set_size(t, f->path, end);
}

void vck_note_file_closed(const struct vck_file *f)
{
	struct stat st;
	size_t size = 0;

	if (!f->path || !f->root->record)
		return;
	if (f->node)
		size = f->node->size;
	else if (fstat(f->fd, &st) == 0 && st.st_size > 0 && st.st_size <= VCK_FILE_MAX)
		size = (size_t)st.st_size;
	(void)!vck_memtree_grow(f->root->record, f->path, size);
}

void vck_root_note_unknown(struct vck_root *r, const char *path)
{
	if (r->record)
		(void)!vck_memtree_error(r->record, path, ENODATA);
}
