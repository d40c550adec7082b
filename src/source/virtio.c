// SPDX-License-Identifier: GPL-2.0-or-later
/* Virtio devices: what they negotiated, put at the PCI function or platform
 * device that carries them. */
#include "config.h"

#include <errno.h>

#include "source/gather.h"
#include "source/tally.h"

#define BUS_DIR "sys/bus/virtio/devices"

/* The device whose directory holds @path; NULL when the model has none. */
static struct vck_device *carrier(const struct vck_host *h, const char *path)
{
	char above[VCK_PATH_LEN];
	const char *name;

	if (vck_path_join(path, "..", above, sizeof(above)) < 0)
		return NULL;
	name = strrchr(above, '/');
	return name ? vck_host_find_device(h, name + 1) : NULL;
}

/* What is there and could not be read. ENODATA: a capture does not say. */
static bool is_refused(ssize_t err)
{
	return err < 0 && err != -ENOENT && err != -ENODATA;
}

/* @err keeps the first refusal. */
static uint32_t attr_u32(struct vck_dir *dir, const char *name, int *err)
{
	uint64_t v;
	int r = vck_dir_attr_u64(dir, name, &v);

	if (is_refused(r) && !*err)
		*err = r;
	return r == 0 && v <= UINT32_MAX ? (uint32_t)v : 0;
}

/* A string of 0 and 1: 64 of them up to 6.16, 128 since. */
static bool is_features(const char *s)
{
	return *s && !s[strspn(s, "01")];
}

static int read_one(struct vck_host *h, struct vck_root *root, const char *name,
		    const char *path, struct vck_tally *tally)
{
	cleanup_dir struct vck_dir *dir = NULL;
	struct vck_device *d = carrier(h, path);
	char text[1024];
	struct vck_virtio *v;
	ssize_t n;
	int r, err = 0;

	if (!d)
		return 0;
	r = vck_root_opendir(root, path, &dir);
	if (r < 0) {
		vck_tally_add(tally, "features", NULL, r, name, path);
		return r == -ENOMEM ? r : 0;
	}
	v = vck_arena_alloc(&h->arena, sizeof(*v));
	if (!v)
		return -ENOMEM;
	v->name = vck_arena_strdup(&h->arena, name);
	v->device = attr_u32(dir, "device", &err);
	v->vendor = attr_u32(dir, "vendor", &err);
	if (err)
		vck_tally_add(tally, "ids", NULL, err, name, path);
	n = vck_dir_link_name(dir, "driver", text, sizeof(text));
	if (n >= 0)
		v->driver = vck_arena_strdup(&h->arena, text);
	else if (is_refused(n))
		vck_tally_add(tally, "driver", NULL, (int)n, name, path);
	if (!v->name || (n >= 0 && !v->driver))
		return -ENOMEM;
	d->virtio = v;
	n = vck_dir_attr(dir, "features", text, sizeof(text));
	if (n < 0 || !is_features(text)) {
		vck_tally_add(tally, "features", NULL, n < 0 ? (int)n : 0, name, path);
		return 0;
	}
	v->features = vck_arena_strdup(&h->arena, text);
	if (!v->features)
		return -ENOMEM;
	/* Without a driver nothing was negotiated, and what is offered is not shown. */
	if (v->driver)
		d->have |= VCK_EV_FEATURES;
	return 0;
}

static int read_all(struct vck_host *h, struct vck_root *root, struct vck_dir *bus,
		    struct vck_tally *tally)
{
	cleanup_names struct vck_names names = {0};
	int r = vck_dir_list(bus, &names);

	if (r < 0)
		return r;
	h->have |= VCK_EV_VIRTIO;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		char path[VCK_PATH_LEN];
		ssize_t n = vck_dir_link_path(bus, names.names[i], path, sizeof(path));

		if (n >= 0)
			r = read_one(h, root, names.names[i], path, tally);
		else
			vck_tally_add(tally, "features", NULL, (int)n, names.names[i],
				      BUS_DIR);
	}
	return r;
}

int vck_read_virtio(struct vck_host *h, struct vck_root *root)
{
	struct vck_tally tally = {.source = "virtio", .noun = "virtio device"};
	cleanup_dir struct vck_dir *bus = NULL;
	int r;

	if (vck_root_origin(root) == VCK_ORIGIN_LSPCI)
		return 0;
	r = vck_root_opendir(root, BUS_DIR, &bus);
	/* The bus appears with its driver. */
	if (r == -ENOENT && vck_root_exists(root, "sys/bus")) {
		h->have |= VCK_EV_VIRTIO;
		return 0;
	}
	if (r == 0)
		r = read_all(h, root, bus, &tally);
	if (r < 0)
		vck_problem(h, "virtio", BUS_DIR, r, "virtio devices");
	vck_tally_report(&tally, h);
	return r == -ENOMEM ? r : 0;
}
