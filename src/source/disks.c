// SPDX-License-Identifier: GPL-2.0-or-later
/* Disks in use: mounted, swapped to, or held by device mapper or md, and through
 * those again mounted or swapped to. Keys are device numbers, since names in
 * mountinfo may be anything ("/dev/root"). */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/oom.h"
#include "base/text.h"
#include "source/usage.h"

#define CLASS_DIR "sys/class/block"
#define DEPTH_MAX 8 /* lvm on crypt on md on a partition is four */

/* Part of a line of a file that was read. */
struct piece {
	const char *s;
	size_t n;
};

/* Where to find a disk by one of its names. */
struct place {
	struct piece key, where;
	size_t line;
};

/* Sorted by key and line. */
struct places {
	struct vck_blob text;
	struct place *rows;
	size_t n, cap;
};

struct disks {
	struct vck_host *h;
	struct vck_root *root;
	struct vck_dir *class;
	struct places mounts, swaps;
	size_t links_left; /* to holders and controllers */
};

/* Holders of all disks, and controllers of all namespaces: links from one directory to
 * another could make each disk have all of them. */
#define LINKS_MAX(disks) (4096 + 16 * (disks))

static ssize_t note_attr(const struct disks *k, ssize_t r)
{
	return vck_usage_note_attr(k->h, &k->h->usage_unread, CLASS_DIR, r);
}

static ssize_t note(const struct disks *k, ssize_t r)
{
	return vck_usage_note(k->h, &k->h->usage_unread, CLASS_DIR, r);
}

/* --- mountinfo and swaps --- */

/* Word @nth (from 0) of a line; false when there is none. */
static bool word(struct piece line, unsigned nth, struct piece *ret)
{
	const char *s = line.s, *end = s + line.n;

	for (;; nth--) {
		const char *start;

		while (s < end && isblank((unsigned char)*s))
			s++;
		start = s;
		while (s < end && !isblank((unsigned char)*s))
			s++;
		if (s == start)
			return false;
		if (nth)
			continue;
		*ret = (struct piece){start, (size_t)(s - start)};
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

static int piece_cmp(struct piece a, struct piece b)
{
	int r = memcmp(a.s, b.s, a.n < b.n ? a.n : b.n);

	return r ? r : a.n < b.n ? -1 : a.n > b.n;
}

static int place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int r = piece_cmp(x->key, y->key);

	return r ? r : x->line < y->line ? -1 : x->line > y->line;
}

static int add_place(struct places *p, struct piece key, struct piece where, size_t line)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;
		struct place *rows = reallocarray(p->rows, cap, sizeof(*rows));

		if (!rows)
			return vck_oom();
		p->rows = rows;
		p->cap = cap;
	}
	p->rows[p->n++] = (struct place){key, where, line};
	return 0;
}

/* A line of mountinfo: "36 35 98:0 /subtree /mnt rw,noatime opt:1 - ext4 /dev/sda1 rw".
 * File systems with numbers of their own (btrfs) are found by the name of the source. */
static int add_mount(struct places *p, struct piece line, size_t number)
{
	const char *dash = memmem(line.s, line.n, " - ", 3);
	struct piece key, where;
	int r;

	if (!word(line, 4, &where) || !word(line, 2, &key))
		return 0;
	r = add_place(p, key, where, number);
	if (r == 0 && dash &&
	    word((struct piece){dash + 3, line.n - (size_t)(dash + 3 - line.s)}, 1, &key))
		r = add_place(p, key, where, number);
	return r;
}

static int add_swap(struct places *p, struct piece line, size_t number)
{
	struct piece key;

	return word(line, 0, &key) ? add_place(p, key, key, number) : 0;
}

static int index_places(struct places *p,
			int (*add)(struct places *p, struct piece line, size_t number))
{
	const char *text = (const char *)p->text.data;
	size_t left = p->text.len, number = 0;
	struct piece line;
	int r = 0;

	while (r == 0 && left && vck_line_next(&text, &left, &line.s, &line.n))
		r = add(p, line, number++);
	if (p->n > 1)
		qsort(p->rows, p->n, sizeof(*p->rows), place_cmp);
	return r;
}

static void places_done(struct places *p)
{
	vck_blob_done(&p->text);
	free(p->rows);
}

/* The first line about @name, or NULL. */
static const struct place *find_place(const struct places *p, const char *name)
{
	const struct place key = {.key = {name, strlen(name)}};
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (place_cmp(&p->rows[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->n && piece_cmp(p->rows[low].key, key.key) == 0 ? &p->rows[low] : NULL;
}

static bool mounted_at(const struct places *p, const struct block *b, char *use, size_t size)
{
	const struct place *x = find_place(p, b->number), *y = find_place(p, b->dev_name);
	char where[1024];

	if (!x || (y && y->line < x->line))
		x = y;
	if (!x)
		return false;
	snprintf(where, sizeof(where), "%.*s", (int)x->where.n, x->where.s);
	unescape(where);
	snprintf(use, size, "mounted at %s", where);
	return true;
}

static bool swapped_to(const struct places *p, const struct block *b)
{
	char kernel_name[300];

	/* The kernel prints dm-0, tools resolve the other name first. */
	snprintf(kernel_name, sizeof(kernel_name), "/dev/%s", b->name);
	return find_place(p, b->dev_name) || find_place(p, kernel_name);
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

/* Are @n more links too many? Said once. */
static bool too_many(struct disks *k, size_t n)
{
	if (k->links_left && n >= k->links_left) {
		k->h->usage_unread = true;
		vck_problem(k->h, "usage", CLASS_DIR, E2BIG, "what the host uses disks for");
	}
	k->links_left -= n < k->links_left ? n : k->links_left;
	return k->links_left == 0;
}

/* What @name is used for, into @use; followed through what holds it. */
static bool use_of(struct disks *k, const char *name, unsigned depth, char *use,
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
	if (swapped_to(&k->swaps, &b)) {
		snprintf(use, size, "swap on %s", name);
		return true;
	}
	if (too_many(k, 1) || note(k, vck_dir_opendir(dir, "holders", &holders)) < 0 ||
	    note(k, vck_dir_list(holders, &names)) < 0 || too_many(k, names.n))
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
	if (too_many(k, 1) || note(k, vck_root_opendir(k->root, above, &dir)) < 0)
		return 0;
	r = (int)note(k, vck_dir_list(dir, &names));
	if (r == 0 && too_many(k, names.n))
		return 0;
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
	k.links_left = LINKS_MAX(names.n);
	/* Process 1 sees the host's mounts from inside of a container with privileges. */
	if (names.n &&
	    vck_root_lines(root, "proc/1/mountinfo", words, 1, &k.mounts.text) < 0 &&
	    vck_root_lines(root, "proc/self/mountinfo", words, 1, &k.mounts.text) < 0) {
		h->usage_unread = true;
		vck_problem(h, "usage", "proc/self/mountinfo", ENOENT,
			    "which disks are mounted");
	}
	if (names.n)
		vck_usage_note(h, &h->usage_unread, "proc/swaps",
			       vck_root_read(root, "proc/swaps", &k.swaps.text));
	if (r == 0)
		r = index_places(&k.mounts, add_mount);
	if (r == 0)
		r = index_places(&k.swaps, add_swap);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = read_disk(&k, names.names[i]);
	places_done(&k.mounts);
	places_done(&k.swaps);
	return r;
}
