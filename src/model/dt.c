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

struct vck_dt_node *vck_dt_find_path(const struct vck_dt *dt, const char *path)
{
	struct vck_dt_node *n = dt->root;

	while (n && *path == '/')
		path++;
	while (n && *path) {
		size_t len = strcspn(path, "/");
		struct vck_dt_node *c = n->child;

		while (c && (strlen(c->name) != len || strncmp(c->name, path, len) != 0))
			c = c->next;
		n = c;
		path += len;
		while (*path == '/')
			path++;
	}
	return n;
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
