// SPDX-License-Identifier: GPL-2.0-or-later
/* The device tree of a root. The kernel's own tree comes first, because overlays
 * change it after boot; the blob that the loader handed over is read only where
 * that tree is not there. */
#include "config.h"

#include <errno.h>

#include "source/fdt.h"
#include "source/gather.h"

#define BASE "sys/firmware/devicetree/base"
#define BLOB "sys/firmware/fdt"

struct level {
	struct vck_dir *dir;
	struct vck_names names;
	size_t next;
	struct vck_dt_node *node, *last;
};

struct walk {
	struct vck_host *h;
	struct level stack[VCK_DT_DEPTH];
	size_t depth;
	bool incomplete;
};

static void walk_done(struct walk *w)
{
	for (size_t i = 0; i < w->depth; i++) {
		vck_dir_close(w->stack[i].dir);
		vck_names_done(&w->stack[i].names);
	}
}

static int read_prop(struct walk *w, struct level *l, const char *name, size_t *cap)
{
	cleanup_blob struct vck_blob blob = { 0 };
	int r = vck_dir_read(l->dir, name, &blob);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		char path[VCK_PATH_LEN];

		w->incomplete = true;
		if (vck_path_join(vck_dir_path(l->dir), name, path, sizeof(path)) < 0)
			return 0;
		vck_problem(w->h, "dt", path, r, "this property is unknown");
		return 0;
	}
	return vck_dt_add_prop(w->h, l->node, cap, name, vck_blob_bytes(&blob));
}

/* Takes over @dir; its wanted properties are read at once, its children later. */
static int enter(struct walk *w, struct vck_dir *dir, const char *name)
{
	struct level *up = w->depth ? &w->stack[w->depth - 1] : NULL;
	struct level *l = &w->stack[w->depth++];
	size_t cap = 0;
	int r;

	*l = (struct level){ .dir = dir };
	vck_dir_peek(dir);
	r = vck_dir_list(dir, &l->names);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		w->incomplete = true;
		vck_problem(w->h, "dt", vck_dir_path(dir), r, "this node is unknown");
	}
	l->node = vck_dt_add_node(w->h, up ? up->node : NULL, up ? up->last : NULL, name);
	if (!l->node)
		return -ENOMEM;
	if (up)
		up->last = l->node;
	for (size_t i = 0; i < l->names.n; i++) {
		/* A node and a property of one name: the kernel renames the node. */
		if (!vck_dt_wanted(l->names.names[i]) || vck_dir_is_dir(dir, l->names.names[i]))
			continue;
		r = read_prop(w, l, l->names.names[i], &cap);
		if (r < 0)
			return r;
	}
	return 0;
}

static int walk(struct walk *w)
{
	while (w->depth) {
		struct level *l = &w->stack[w->depth - 1];
		struct vck_dir *dir = NULL;
		const char *name;
		int r;

		if (l->next >= l->names.n) {
			vck_dir_close(l->dir);
			vck_names_done(&l->names);
			w->depth--;
			continue;
		}
		name = l->names.names[l->next++];
		if (!vck_dir_is_dir(l->dir, name))
			continue;
		if (w->depth == VCK_DT_DEPTH || w->h->dt.n_nodes >= VCK_DT_NODES ||
		    strlen(l->node->path) + strlen(name) >= VCK_DT_PATH) {
			w->incomplete = true;
			continue;
		}
		r = vck_dir_opendir(l->dir, name, &dir);
		if (r == 0)
			r = enter(w, dir, name);
		else if (r != -ENOMEM && r != -ENOENT && r != -ENOTDIR)
			w->incomplete = true;
		if (r == -ENOMEM)
			return r;
	}
	return 0;
}

static int read_base(struct vck_host *h, struct vck_dir *dir)
{
	cleanup_free struct walk *w = calloc(1, sizeof(*w));
	int r;

	if (!w) {
		vck_dir_close(dir);
		return -ENOMEM;
	}
	w->h = h;
	r = enter(w, dir, "");
	if (r == 0)
		r = walk(w);
	walk_done(w);
	if (r < 0)
		return r;
	h->dt.complete = vck_tri(!w->incomplete);
	return vck_dt_finish(h);
}

static int read_blob(struct vck_host *h, struct vck_root *root)
{
	cleanup_blob struct vck_blob blob = { 0 };
	cleanup_dir struct vck_dir *dir = NULL;
	cleanup_names struct vck_names names = { 0 };
	int r = vck_root_read(root, BLOB, &blob);

	if (r == 0) {
		r = vck_fdt_read(h, BLOB, vck_blob_bytes(&blob));
		if (r == 0 && h->dt.root)
			h->have |= VCK_EV_DT;
		return r;
	}
	if (r == -ENOMEM)
		return r;
	if (r != -ENOENT) {
		vck_problem(h, "dt", BLOB, r, "the device tree is unknown");
		return 0;
	}
	/* Known absent only where sys/firmware could be listed. */
	r = vck_root_opendir(root, "sys/firmware", &dir);
	if (r == 0)
		r = vck_dir_list(dir, &names);
	if (r == 0)
		h->have |= VCK_EV_DT;
	else if (r != -ENOENT)
		vck_problem(h, "dt", "sys/firmware", r, "whether there is a device tree");
	return 0;
}

int vck_read_dt(struct vck_host *h, struct vck_root *root)
{
	struct vck_dir *dir = NULL;
	int r = vck_root_opendir(root, BASE, &dir);

	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENOTDIR)
		return read_blob(h, root);
	if (r < 0) {
		vck_problem(h, "dt", BASE, r, "the device tree is unknown");
		return 0;
	}
	r = read_base(h, dir);
	if (r < 0)
		return r;
	if (h->dt.root)
		h->have |= VCK_EV_DT;
	return 0;
}
