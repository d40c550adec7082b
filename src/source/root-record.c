// SPDX-License-Identifier: GPL-2.0-or-later
/* Noting what is read through a root: that is what a capture holds. A missing
 * file needs no note, since a capture lacks it too. Running out of memory here
 * makes the capture short, not the reading fail: the notes are an extra. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "source/root-internal.h"

struct vck_memtree *vck_root_record(struct vck_root *r, struct vck_memtree *tree)
{
	struct vck_memtree *before = r->record;

	r->record = tree;
	return before;
}

const char *vck_full_path(const struct vck_dir *d, const char *name, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s%s%s", d->path, *d->path ? "/" : "", name);

	return n >= 0 && (size_t)n < size ? buf : NULL;
}

/* The path to note @name under, NULL when nothing is recorded. */
static const char *note_path(const struct vck_dir *d, const char *name, char *buf, size_t size)
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

	if (!r->record || !worth_noting(err))
		return;
	/* What was read before stays: a second look may fail in another way. */
	if (vck_memtree_lookup(r->record, NULL, path, false, &n) == 0 && !n->unread)
		return;
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

	if (!note_path(d, name, path, sizeof(path)))
		return;
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

int vck_record_resolve(struct vck_root *r, const char *path, char *real, size_t size)
{
	char todo[VCK_PATH_LEN], next[VCK_PATH_LEN], here[VCK_PATH_LEN], target[VCK_PATH_LEN];
	char name[256];
	int links = 0;

	real[0] = '\0';
	if (vck_path_join("", path, todo, sizeof(todo)) < 0)
		return -ENAMETOOLONG;
	while (todo[0]) {
		ssize_t len = first_component(todo, name, sizeof(name));

		if (len < 0 || vck_path_join(real, name, here, sizeof(here)) < 0)
			return -ENAMETOOLONG;
		len = readlinkat(r->fd, here, target, sizeof(target) - 1);
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
