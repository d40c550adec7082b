/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only way to open anything for reading: a root (the running host, a
 * directory, or a tree in memory made from a capture file or lspci text) and
 * directories inside of it. Paths are relative to the root, without a leading
 * slash: "sys/bus/pci/devices". Symbolic links, absolute ones too, are
 * resolved inside of the root and never lead out of it (openat2(2),
 * RESOLVE_IN_ROOT); without openat2 only the running host can be read.
 *
 * Only regular files are read, up to VCK_FILE_MAX bytes. Errors are negative
 * errno values; -EFBIG: too large, -EMEDIUMTYPE: a FIFO, socket or device.
 *
 * A root can record what is read through it (vck_root_record): that recording
 * is what `capture` writes, so a capture holds what the sources read and
 * nothing else. */
#ifndef VCK_SOURCE_ROOT_H
#define VCK_SOURCE_ROOT_H

#include <linux/openat2.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "model/host.h"

#define VCK_FILE_MAX (256u << 20)
#define VCK_PATH_LEN 4096

/* With what openat2(2) is called; with nothing else. A filter of system calls cannot see what
 * a pointer leads to, but that it leads here. */
enum vck_root_way {
	VCK_WAY_ROOT,	    /* the root itself */
	VCK_WAY_DIR,	    /* a directory, by links inside of the root */
	VCK_WAY_DIR_BELOW,  /* a directory below another one, not by links */
	VCK_WAY_FILE_BELOW, /* a file, the same */
	VCK_N_WAYS,
};

extern const struct open_how vck_root_ways[VCK_N_WAYS];

struct vck_root;
struct vck_dir;
struct vck_file;
struct vck_memtree;
struct vck_text_notes;

/* Owned copy of a file's content; a NUL stands behind the last byte. */
struct vck_blob {
	uint8_t *data;
	size_t len;
};

void vck_blob_done(struct vck_blob *b);
#define cleanup_blob cleanup(vck_blob_done)

static inline struct vck_bytes vck_blob_bytes(const struct vck_blob *b)
{
	return (struct vck_bytes){ b->data, b->len };
}

/* Sorted names (natural order), owned. */
struct vck_names {
	char **names;
	size_t n, cap;
};

void vck_names_done(struct vck_names *n);
/* A copy of @name behind the others. Return: 0 or -ENOMEM. */
int vck_names_add(struct vck_names *n, const char *name) must_check;
#define cleanup_names cleanup(vck_names_done)

/**
 * vck_root_open - open a source of facts
 * @path: NULL for the running host; else a directory, a capture file or lspci text
 * @ret: the root, to be closed with vck_root_close()
 *
 * A file is told apart by its content: a capture by its first line, anything
 * that holds hex dumps or headers of lspci is lspci text.
 * Return: 0, -ENOSYS (a directory, and the kernel has no openat2), -EMEDIUMTYPE
 * (neither directory nor regular file), -EBADMSG (a file of no known kind), -ENOPKG (one that
 * is packed), -EILSEQ (text in UTF-16),
 * -EPROTO (a capture of another version), or the error of opening it.
 */
int vck_root_open(const char *path, struct vck_root **ret) must_check;
/**
 * vck_root_open_sealed - a directory in which no device node can be opened
 * @fd: of vck_sandbox_seal(); taken over, also where this fails
 * Files are opened without a look at their type first, since opening does nothing.
 */
int vck_root_open_sealed(int fd, struct vck_root **ret) must_check;
/* A root over a tree in memory, which it takes over. */
int vck_root_from_tree(struct vck_memtree *tree, enum vck_origin origin,
		       struct vck_root **ret) must_check;
void vck_root_close(struct vck_root *r);
void vck_root_closep(struct vck_root **r);
#define cleanup_root cleanup(vck_root_closep)

enum vck_origin vck_root_origin(const struct vck_root *r);
/* The tree in memory of a capture or lspci text, else NULL. Borrowed. */
struct vck_memtree *vck_root_tree(const struct vck_root *r);
/* What had to be skipped while a capture or lspci text was read; zeros for other roots. */
struct vck_text_notes vck_root_notes(const struct vck_root *r);
/* From now on note down every successful or refused read in @tree (borrowed); NULL: no more.
 * Returns what was noted in before, so that a reader can keep something out of captures. */
struct vck_memtree *vck_root_record(struct vck_root *r, struct vck_memtree *tree);

/* When recording: whether @path is there is not known, so that the capture does not read as "absent". */
void vck_root_note_unknown(struct vck_root *r, const char *path);

int vck_root_opendir(struct vck_root *r, const char *path, struct vck_dir **ret) must_check;
/* A directory below an open one; @name is one component. */
int vck_dir_opendir(struct vck_dir *d, const char *name, struct vck_dir **ret) must_check;
void vck_dir_close(struct vck_dir *d);
void vck_dir_closep(struct vck_dir **d);
#define cleanup_dir cleanup(vck_dir_closep)
/* Its path under the root, as opened. Borrowed. */
const char *vck_dir_path(const struct vck_dir *d);

/* Names in a directory, without "." and "..", in natural order. */
int vck_dir_list(struct vck_dir *d, struct vck_names *ret) must_check;
/* Read the directory once, so that later calls for names that are not in it fail
 * with -ENOENT at no cost. Not recorded. Errors are ignored: then nothing is known. */
void vck_dir_peek(struct vck_dir *d);
/* Whether reads go to a file system, and nobody records them: only then fewer of them are cheaper. */
bool vck_root_is_direct(const struct vck_root *r);
/* Whether the name (one component) is there, be it a link that leads nowhere; after
 * vck_dir_peek() this costs nothing. */
bool vck_dir_has(struct vck_dir *d, const char *name);
/* Whether the name (one component) is known to be a link: the kernel has none in some places,
 * where they would show one directory many times. After vck_dir_peek() this costs nothing. */
bool vck_dir_is_link(struct vck_dir *d, const char *name);
/* Whether the name may be opened as a directory: false for what is known to be none (links
 * are not followed); after vck_dir_peek() this costs nothing. */
bool vck_dir_is_dir(struct vck_dir *d, const char *name);

/* Names of files may go down: "power/control". No component of them may be a link (-ELOOP);
 * the shorthands below that take a whole path follow links. */

/* A whole file. */
int vck_dir_read(struct vck_dir *d, const char *name, struct vck_blob *ret) must_check;
/**
 * vck_dir_attr - a short text file: stripped of blanks at both ends
 * Return: its length, or a negative errno; -EFBIG when it does not fit in @size.
 */
ssize_t vck_dir_attr(struct vck_dir *d, const char *name, char *buf, size_t size) must_check;
/* An attribute that is one number (hex with 0x, else decimal); -EINVAL when it is none. */
int vck_dir_attr_u64(struct vck_dir *d, const char *name, uint64_t *ret) must_check;
/**
 * vck_dir_lines - the lines of a long text file that hold one of some words
 * @words: @n of them
 * @ret: these lines; a recording holds only them, too
 */
int vck_dir_lines(struct vck_dir *d, const char *name, const char *const *words, size_t n,
		  struct vck_blob *ret) must_check;
/* The text of a link (one component), not resolved; length or negative errno (-EFBIG when too long). */
ssize_t vck_dir_readlink(struct vck_dir *d, const char *name, char *buf, size_t size) must_check;
/* Last component of a link ("driver" -> "nvme"); -ENOENT when there is no such link. */
ssize_t vck_dir_link_name(struct vck_dir *d, const char *name, char *buf, size_t size) must_check;
/**
 * vck_dir_link_path - where a link leads, as a path under the root
 * Joined and normalised as text (sysfs links are relative and exact); a path that
 * would leave the root stays at it. Return: length or negative errno.
 */
ssize_t vck_dir_link_path(struct vck_dir *d, const char *name, char *buf, size_t size) must_check;

/* A file that is read in pieces (config space). */
int vck_file_open(struct vck_dir *d, const char *name, struct vck_file **ret) must_check;
/* Bytes got, 0 at the end; -ENODATA where a capture does not hold them. */
ssize_t vck_file_pread(struct vck_file *f, void *buf, size_t n, uint64_t off) must_check;
void vck_file_close(struct vck_file *f);
void vck_file_closep(struct vck_file **f);
#define cleanup_file cleanup(vck_file_closep)

/* Shorthands for one file by its whole path. */
int vck_root_read(struct vck_root *r, const char *path, struct vck_blob *ret) must_check;
ssize_t vck_root_attr(struct vck_root *r, const char *path, char *buf, size_t size) must_check;
int vck_root_lines(struct vck_root *r, const char *path, const char *const *words, size_t n,
		   struct vck_blob *ret) must_check;
bool vck_root_exists(struct vck_root *r, const char *path);

/* Resolve "a/b/../c" and "./" as text; never above the root. Return: length, -EFBIG. */
ssize_t vck_path_join(const char *dir, const char *rel, char *buf, size_t size) must_check;

#endif
