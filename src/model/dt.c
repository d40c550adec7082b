// SPDX-License-Identifier: GPL-2.0-or-later
/* Looking things up in a device tree that is in memory. */
#include "config.h"

#include "model/host.h"

const struct vck_dt_prop *vck_dt_prop(const struct vck_dt_node *n, const char *name)
{
	for (size_t i = 0; n && i < n->n_props; i++) {
		if (streq(n->props[i].name, name))
			return &n->props[i];
	}
	return NULL;
}

struct vck_dt_node *vck_dt_find_phandle(const struct vck_dt *dt, uint32_t phandle)
{
	size_t lo = 0, hi = dt->n_phandles;

	while (phandle && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		struct vck_dt_node *n = dt->by_phandle[mid];

		if (n->phandle == phandle)
			return n;
		if (n->phandle < phandle)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static int path_key_cmp(const void *key, const void *node)
{
	return strcmp(key, (*(struct vck_dt_node *const *)node)->path);
}

struct vck_dt_node *vck_dt_find_path(const struct vck_dt *dt, const char *path)
{
	struct vck_dt_node **p = NULL;

	if (dt->n_paths)
		p = bsearch(*path ? path : "/", dt->by_path, dt->n_paths, sizeof(*dt->by_path),
			    path_key_cmp);
	return p ? *p : NULL;
}

int vck_dt_string_index(const struct vck_dt_node *n, const char *name, const char *value)
{
	const struct vck_dt_prop *p = vck_dt_prop(n, name);
	size_t off = 0;
	int i;

	for (i = 0; p && off < p->len; i++) {
		const char *s = (const char *)p->data + off;
		size_t len = strnlen(s, p->len - off);

		if (len == strlen(value) && memcmp(s, value, len) == 0)
			return i;
		off += len + 1;
	}
	return -1;
}
