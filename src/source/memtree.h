/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file tree in memory: what a capture file describes, what lspci text is
 * turned into, and what a recording root notes down. */
#ifndef VCK_SOURCE_MEMTREE_H
#define VCK_SOURCE_MEMTREE_H

#include <sys/types.h>

#include "base/util.h"

enum vck_mem_type {
	VCK_MEM_DIR = 0,
	VCK_MEM_FILE,
	VCK_MEM_LINK,
	VCK_MEM_ERROR, /* reading it failed with node->err */
};

struct vck_extent {
	size_t off, len;
	uint8_t *data; /* owned */
};

struct vck_mem_node {
	char *name;
	struct vck_mem_node *parent;
	enum vck_mem_type type;
	int err;		    /* positive errno of VCK_MEM_ERROR */
	char *target;		    /* of a link */
	struct vck_extent *extents; /* of a file, sorted, not overlapping */
	size_t n_extents;
	size_t size;			/* of a file */
	bool unread;			/* known to be there, content not taken */
	bool size_known;		/* its end was seen, not only guessed */
	struct vck_mem_node **children; /* of a directory */
	size_t n_children, cap_children;
	size_t slot; /* index in the parent's children */
	void *index; /* search tree over many children, tsearch(3) */
	bool sorted;
};

struct vck_memtree;

/* What had to be left out of a text that was turned into a tree. */
struct vck_text_notes {
	size_t skipped; /* lines */
	size_t line;	/* number of the first of them */
	size_t strays;	/* whole lines of a dump that are of no function that is known */
	size_t stray_line;
};

struct vck_memtree *vck_memtree_new(void) must_check;
void vck_memtree_free(struct vck_memtree *t);
void vck_memtree_freep(struct vck_memtree **t);
#define cleanup_memtree cleanup(vck_memtree_freep)
struct vck_mem_node *vck_memtree_root(struct vck_memtree *t);

/* Make the node at @path (parents as directories), replacing what it was where the type
 * differs. All return 0, -ENOMEM, -EINVAL (a bad path) or -ENOTDIR. */
int vck_memtree_dir(struct vck_memtree *t, const char *path) must_check;
int vck_memtree_link(struct vck_memtree *t, const char *path,
		     const char *target) must_check;
int vck_memtree_error(struct vck_memtree *t, const char *path, int err) must_check;
/* The whole content. */
int vck_memtree_file(struct vck_memtree *t, const char *path, const void *data,
		     size_t n) must_check;
/* A piece of a file; later pieces overwrite earlier ones. -EFBIG: beyond VCK_FILE_MAX, or
 * too many separate pieces. */
int vck_memtree_extent(struct vck_memtree *t, const char *path, size_t off,
		       const void *data, size_t n) must_check;
/* A file that is there, of which nothing more is known. */
int vck_memtree_unread(struct vck_memtree *t, const char *path) must_check;
/* Where the file ends, as seen. */
int vck_memtree_set_size(struct vck_memtree *t, const char *path, size_t size) must_check;
/* The file is said to be @size bytes long: bytes not taken are a hole. Does nothing where
 * the end was seen. */
int vck_memtree_grow(struct vck_memtree *t, const char *path, size_t size) must_check;
/* Give a file other content, or make it one that was not read. For a node at hand. */
int vck_mem_replace(struct vck_mem_node *f, const void *data, size_t n) must_check;
void vck_mem_forget(struct vck_mem_node *f);
/* Take the bytes [off, off+n) out of a file: they become a hole. */
int vck_mem_punch(struct vck_mem_node *f, size_t off, size_t n) must_check;
/* Make one piece of those that touch. Return: 0 or -ENOMEM. */
int vck_mem_join(struct vck_mem_node *f) must_check;
/* Whether a file's content is known from its start to its end, in one piece or none;
 * after vck_mem_join(). */
bool vck_mem_is_whole(const struct vck_mem_node *f) must_check;
/* Remove a node and everything below; absent is fine. */
void vck_memtree_remove(struct vck_memtree *t, const char *path);

/**
 * vck_memtree_lookup - find a node, links resolved inside of the tree
 * @from: start, NULL for the root; an absolute @path starts at the root anyway
 * @follow: also resolve a link in the last component
 * Return: 0, -ENOENT, -ENOTDIR, -ELOOP (more than 40 links), or the error of a
 * VCK_MEM_ERROR node on the way.
 */
int vck_memtree_lookup(struct vck_memtree *t, struct vck_mem_node *from, const char *path,
		       bool follow, struct vck_mem_node **ret) must_check;
struct vck_mem_node *vck_mem_child(struct vck_mem_node *dir, const char *name);
/* Names of children were changed in place. Return: 0 or -ENOMEM. */
int vck_mem_renamed(struct vck_mem_node *dir) must_check;
/* The node behind @n in a walk of the whole tree, depth first; NULL at the end. */
struct vck_mem_node *vck_mem_next(struct vck_mem_node *n);
/* Sort the children by natural name. */
void vck_mem_sort(struct vck_mem_node *dir);
/* Bytes at @off: number got, 0 at the end, -ENODATA in a hole, -EISDIR, -EINVAL. */
ssize_t vck_mem_pread(const struct vck_mem_node *f, void *buf, size_t n,
		      size_t off) must_check;

#endif
