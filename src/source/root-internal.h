/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of root.c, root-dir.c, root-file.c and root-record.c; nobody else's. */
#ifndef VCK_SOURCE_ROOT_INTERNAL_H
#define VCK_SOURCE_ROOT_INTERNAL_H

#include <errno.h>

#include "base/errname.h"
#include "source/memtree.h"
#include "source/root.h"

struct vck_root {
	enum vck_origin origin;
	int fd;			  /* directory back end, else -1 */
	bool sealed;		  /* by vck_sandbox_seal() */
	bool no_openat2;	  /* the running host on a kernel or in a sandbox without it */
	struct vck_memtree *tree; /* memory back end, owned */
	struct vck_text_notes notes;
	struct vck_memtree *record;
};

/* What a directory listed: type and name of each entry, found by a hash. */
struct vck_peek {
	char *text;	 /* a byte of type (DT_*), the name and its NUL, one after another */
	size_t len, cap, n;
	uint32_t *slots; /* offset in text + 1, 0 = free */
	size_t mask;
};

struct vck_dir {
	struct vck_root *root;
	int fd;
	struct vck_mem_node *node;
	char *path;
	bool scanned; /* the position of fd is not at the start */
	bool has_peek;
	struct vck_peek peek;
};

struct vck_file {
	int fd;
	struct vck_mem_node *node;
	struct vck_root *root;
	char *path; /* only when recording */
};

/* errno of a call that failed, negative, as the answer of what was to be read. */
static inline int vck_refusal(void)
{
	return -vck_errno_there(errno);
}

/* --- root.c --- */
/* openat2(2); a descriptor or negative errno. */
int vck_root_openat(const struct vck_root *r, int at, const char *path, enum vck_root_way way);

/* --- root-dir.c --- */
/* Type of an entry (DT_*) by what was peeked, DT_UNKNOWN when nothing was; -ENOENT when it
 * is known not to be there. */
int vck_dir_type(const struct vck_dir *d, const char *name, unsigned char *ret);

/* --- root-file.c --- */
/* A whole open file; checks type and size first. */
int vck_fd_read(int fd, struct vck_blob *ret);
/* The node of @name, which may go down several directories, links not followed. */
int vck_mem_below(struct vck_dir *d, const char *name, struct vck_mem_node **ret);

/* --- root-record.c: nothing happens unless the root records --- */
void vck_note_error(struct vck_dir *d, const char *name, int err);
void vck_note_path_error(const struct vck_root *r, const char *path, int err);
void vck_note_file(const struct vck_dir *d, const char *name, const void *data, size_t n);
void vck_note_link(const struct vck_dir *d, const char *name, const char *target);
void vck_note_dir(const struct vck_dir *d, const char *name);
void vck_note_path_dir(const struct vck_root *r, const char *path);
/* An entry of a listing, which must be there again when the capture is read. */
void vck_note_listed(struct vck_dir *d, const char *name, unsigned char type);
/**
 * vck_record_resolve - the real path of a directory, the links on the way noted
 * A recorded path holds no links: else a directory would be in the capture twice.
 */
int vck_record_resolve(struct vck_root *r, const char *path, char *real, size_t size);
/* A read of @n bytes at @off and what came of it. */
void vck_note_piece(const struct vck_file *f, const void *buf, size_t n, uint64_t off,
		    ssize_t got);
/* What the file is said to hold beyond the pieces read is a hole in the recording. */
void vck_note_file_closed(const struct vck_file *f);
/* Full path of @name in @d; NULL when it does not fit. */
const char *vck_full_path(const struct vck_dir *d, const char *name, char *buf, size_t size);

#endif
