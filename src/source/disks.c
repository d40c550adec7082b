// SPDX-License-Identifier: GPL-2.0-or-later
/* Disks in use: mounted, swapped to, or held by device mapper or md, and through
 * those again mounted or swapped to. Keys are device numbers, since names in
 * mountinfo may be anything ("/dev/root"). */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "source/usage.h"

#define CLASS_DIR "sys/class/block"
#define DEPTH_MAX 8 /* lvm on crypt on md on a partition is four */

struct mounts {
	struct vck_blob info, swaps;
};

struct disks {
	struct vck_host *h;
	struct vck_root *root;
	struct vck_dir *class;
	struct mounts mounts;
};

static ssize_t note_attr(const struct disks *k, ssize_t r)
{
	return vck_usage_note_attr(k->h, &k->h->usage_unread, CLASS_DIR, r);
}

static ssize_t note(const struct disks *k, ssize_t r)
{
	return vck_usage_note(k->h, &k->h->usage_unread, CLASS_DIR, r);
}

/* --- mountinfo and swaps --- */

/* Word @nth (from 0) of a line into @buf; false when there is none, or it is too long. */
static bool word(const char *line, size_t len, unsigned nth, char *buf, size_t size)
{
	const char *end = line + len;

	for (;; nth--) {
		const char *start;

		while (line < end && isblank((unsigned char)*line))
			line++;
		start = line;
		while (line < end && !isblank((unsigned char)*line))
			line++;
		if (line == start)
			return false;
		if (nth)
			continue;
		if ((size_t)(line - start) >= size)
			return false;
		memcpy(buf, start, (size_t)(line - start));
		buf[line - start] = '\0';
		return true;
	}
}

/* Blanks and backslashes in paths are written as \ooo (fs/proc_namespace.c, mangle). */
static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
		    s[2] <= '7' && s[3] >= '0' && s[3] <= '7') {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
					(s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

struct block {
	const char *name;
	char number[32];    /* "259:1" */
	char dev_name[300]; /* "/dev/nvme0n1p1", "/dev/mapper/root" */
};

/* A line of mountinfo: "36 35 98:0 /subtree /mnt rw,noatime opt:1 - ext4 /dev/sda1 rw".
 * File systems with numbers of their own (btrfs) are found by the name of the source. */
static bool line_is_of(const char *line, size_t len, const struct block *b)
{
	const char *dash = memmem(line, len, " - ", 3);
	char text[300];

	if (word(line, len, 2, text, sizeof(text)) && streq(text, b->number))
		return true;
	return dash &&
	       word(dash + 3, len - (size_t)(dash + 3 - line), 1, text, sizeof(text)) &&
	       streq(text, b->dev_name);
}

static bool mounted_at(const struct mounts *m, const struct block *b, char *use,
		       size_t size)
{
	const char *text = (const char *)m->info.data, *line;
	size_t left = m->info.len, len;
	char where[1024];

	while (left && vck_line_next(&text, &left, &line, &len)) {
		if (!line_is_of(line, len, b) ||
		    !word(line, len, 4, where, sizeof(where)))
			continue;
		unescape(where);
		snprintf(use, size, "mounted at %s", where);
		return true;
	}
	return false;
}

static bool swapped_to(const struct mounts *m, const struct block *b)
{
	const char *text = (const char *)m->swaps.data, *line;
	size_t left = m->swaps.len, len;
	char dev[300], kernel_name[300];

	/* The kernel prints dm-0, tools resolve the other name first. */
	snprintf(kernel_name, sizeof(kernel_name), "/dev/%s", b->name);
	while (left && vck_line_next(&text, &left, &line, &len)) {
		if (word(line, len, 0, dev, sizeof(dev)) &&
		    (streq(dev, b->dev_name) || streq(dev, kernel_name)))
			return true;
	}
	return false;
}

/* --- block devices --- */

static bool read_block(const struct disks *k, struct vck_dir *dir, const char *name,
		       struct block *b)
{
	char dm[256];

	b->name = name;
	if (note_attr(k, vck_dir_attr(dir, "dev", b->number, sizeof(b->number))) <= 0)
		return false;
	if (note_attr(k, vck_dir_attr(dir, "dm/name", dm, sizeof(dm))) > 0)
		snprintf(b->dev_name, sizeof(b->dev_name), "/dev/mapper/%s", dm);
	else
		snprintf(b->dev_name, sizeof(b->dev_name), "/dev/%s", name);
	return true;
}

/* What @name is used for, into @use; followed through what holds it. */
static bool use_of(const struct disks *k, const char *name, unsigned depth, char *use,
		   size_t size)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *dir = NULL, *holders = NULL;
	struct block b;

	if (depth == DEPTH_MAX || note(k, vck_dir_opendir(k->class, name, &dir)) < 0 ||
	    !read_block(k, dir, name, &b))
		return false;
	if (mounted_at(&k->mounts, &b, use, size))
		return true;
	if (swapped_to(&k->mounts, &b)) {
		snprintf(use, size, "swap on %s", name);
		return true;
	}
	if (note(k, vck_dir_opendir(dir, "holders", &holders)) < 0 ||
	    note(k, vck_dir_list(holders, &names)) < 0)
		return false;
	for (size_t i = 0; i < names.n; i++) {
		if (use_of(k, names.names[i], depth + 1, use, size))
			return true;
	}
	if (names.n)
		snprintf(use, size, "%s is part of %s", name, names.names[0]);
	return names.n;
}

/* With native multipath a namespace hangs below the subsystem, which links its
 * controllers. */
static int add_to_controllers(struct disks *k, const char *path, const char *use)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *dir = NULL;
	char above[VCK_PATH_LEN], controller[VCK_PATH_LEN];
	const char *below = strstr(path, "/nvme-subsystem/");
	size_t n;
	int r;

	if (!below)
		return 0;
	n = (size_t)(below - path) + strlen("/nvme-subsystem/");
	n += strcspn(path + n, "/");
	if (n >= sizeof(above))
		return 0;
	memcpy(above, path, n);
	above[n] = '\0';
	if (note(k, vck_root_opendir(k->root, above, &dir)) < 0)
		return 0;
	r = (int)note(k, vck_dir_list(dir, &names));
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		struct vck_device *d;

		if (!str_after(names.names[i], "nvme") ||
		    note(k, vck_dir_link_path(dir, names.names[i], controller,
					      sizeof(controller))) < 0)
			continue;
		d = vck_owner_of(k->h, controller);
		if (d)
			r = vck_usage_add(k->h, d, use);
	}
	return r == -ENOMEM ? r : 0;
}

static int read_disk(struct disks *k, const char *name)
{
	char path[VCK_PATH_LEN], use[1200];
	struct vck_device *d;

	if (note(k, vck_dir_link_path(k->class, name, path, sizeof(path))) < 0)
		return 0;
	d = vck_owner_of(k->h, path);
	if (!d && !strstr(path, "/nvme-subsystem/"))
		return 0;
	if (!use_of(k, name, 0, use, sizeof(use)))
		return 0;
	return d ? vck_usage_add(k->h, d, use) : add_to_controllers(k, path, use);
}

int vck_read_disks(struct vck_host *h, struct vck_root *root)
{
	static const char *const words[] = {" /dev/"};
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *class = NULL;
	struct disks k = {.h = h, .root = root};
	int r = vck_root_opendir(root, CLASS_DIR, &class);

	if (r == 0)
		r = vck_dir_list(class, &names);
	if (note(&k, r) < 0)
		return r == -ENOMEM ? r : 0;
	k.class = class;
	/* Process 1 sees the host's mounts from inside of a container with privileges. */
	if (names.n &&
	    vck_root_lines(root, "proc/1/mountinfo", words, 1, &k.mounts.info) < 0 &&
	    vck_root_lines(root, "proc/self/mountinfo", words, 1, &k.mounts.info) < 0) {
		h->usage_unread = true;
		vck_problem(h, "usage", "proc/self/mountinfo", ENOENT,
			    "which disks are mounted");
	}
	if (names.n)
		vck_usage_note(h, &h->usage_unread, "proc/swaps",
			       vck_root_read(root, "proc/swaps", &k.mounts.swaps));
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = read_disk(&k, names.names[i]);
	vck_blob_done(&k.mounts.info);
	vck_blob_done(&k.mounts.swaps);
	return r;
}
