// SPDX-License-Identifier: GPL-2.0-or-later
/* The vfio driver that fits a function best: variant drivers announce themselves
 * by aliases of their own, "vfio_pci:…", which nothing loads by itself. The rule
 * is libvirt's (10.0 and newer): seven fields, each equal or "*"; the alias with
 * the fewest wildcards wins, the first one when two are equal; vfio-pci else.
 * libkmod finds modules by alias and does not tell which alias matched, so the
 * text of modules.alias is read. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "source/modules.h"

enum { FIELDS = 7 };

/* "v00001B36d00000010sv…": scripts/mod/file2alias.c, do_pci_entry */
static const char *const keys[FIELDS] = {"v", "d", "sv", "sd", "bc", "sc", "i"};

struct fields {
	char value[FIELDS][9]; /* hex digits, or "*" */
};

struct alias {
	struct fields match;
	unsigned wildcards;
	const char *module; /* in the arena */
	const char *driver; /* of it, in the arena */
};

struct aliases {
	struct alias *rows; /* owned */
	size_t n, cap;
};

/* Returns the text behind the last field, or NULL. */
static const char *parse_fields(const char *s, const char *end, struct fields *ret)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t key = strlen(keys[i]), n = 0;

		if ((size_t)(end - s) < key || strncmp(s, keys[i], key) != 0)
			return NULL;
		s += key;
		while (s < end && (*s == '*' || (isxdigit((unsigned char)*s) &&
						 !islower((unsigned char)*s)))) {
			if (n + 1 >= sizeof(ret->value[i]))
				return NULL;
			ret->value[i][n++] = *s++;
		}
		if (!n)
			return NULL;
		ret->value[i][n] = '\0';
	}
	return s;
}

static bool matches(const struct alias *a, const struct fields *device)
{
	for (size_t i = 0; i < FIELDS; i++) {
		if (!streq(a->match.value[i], "*") &&
		    !streq(a->match.value[i], device->value[i]))
			return false;
	}
	return true;
}

/* --- the list of aliases --- */

/* Driver and module often differ in dashes: sys/module/MODULE/drivers tells when it is
 * loaded. */
static const char *driver_of(struct vck_host *h, struct vck_root *root,
			     const char *module)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *d = NULL;
	char path[VCK_PATH_LEN];
	int n = snprintf(path, sizeof(path), "sys/module/%s/drivers", module);

	if (n > 0 && (size_t)n < sizeof(path) && vck_root_opendir(root, path, &d) == 0 &&
	    vck_dir_list(d, &names) == 0) {
		for (size_t i = 0; i < names.n; i++) {
			const char *driver = str_after(names.names[i], "pci:");

			if (driver)
				return vck_arena_strdup(&h->arena, driver);
		}
	}
	return streq(module, "vfio_pci") ? "vfio-pci"
					 : vck_arena_strdup(&h->arena, module);
}

static int aliases_add(struct vck_host *h, struct vck_root *root, struct aliases *all,
		       struct alias a, const char *module)
{
	const struct alias *last = all->n ? &all->rows[all->n - 1] : NULL;

	if (all->n == all->cap) {
		size_t cap = all->cap ? all->cap * 2 : 64;
		struct alias *p = realloc(all->rows, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		all->rows = p;
		all->cap = cap;
		last = all->n ? &p[all->n - 1] : NULL;
	}
	/* Aliases of one module follow each other. */
	if (last && streq(last->module, module)) {
		a.module = last->module;
		a.driver = last->driver;
	} else {
		a.module = vck_arena_strdup(&h->arena, module);
		a.driver = driver_of(h, root, module);
	}
	if (!a.module || !a.driver)
		return -ENOMEM;
	for (size_t i = 0; i < FIELDS; i++)
		a.wildcards += streq(a.match.value[i], "*");
	all->rows[all->n++] = a;
	return 0;
}

/* "alias vfio_pci:v…i* module"; other lines are not for us. */
static int take_line(struct vck_host *h, struct vck_root *root, struct aliases *all,
		     const char *line, size_t len)
{
	static const char start[] = "alias vfio_pci:";
	struct alias a = {0};
	char module[128];
	const char *end = line + len, *s;
	size_t n = 0;

	if (len < sizeof(start) - 1 || strncmp(line, start, sizeof(start) - 1) != 0)
		return 0;
	s = parse_fields(line + sizeof(start) - 1, end, &a.match);
	if (!s || s == end || *s != ' ')
		return 0;
	for (s++; s < end && !isspace((unsigned char)*s) && n + 1 < sizeof(module); s++)
		module[n++] = *s;
	module[n] = '\0';
	/* It becomes part of a path. */
	if (!n || strchr(module, '/') || module[0] == '.')
		return 0;
	return aliases_add(h, root, all, a, module);
}

static int read_aliases(struct vck_host *h, struct vck_root *root, struct aliases *all)
{
	static const char *const words[] = {"alias vfio_pci:"};
	cleanup_blob struct vck_blob b = {0};
	const char *text, *line;
	size_t left, len;
	int r = vck_modules_lines(h, root, "modules.alias", words, 1, &b);

	if (r < 0)
		return r;
	text = (const char *)b.data;
	left = b.len;
	while (r == 0 && vck_line_next(&text, &left, &line, &len))
		r = take_line(h, root, all, line, len);
	return r;
}

/* --- functions --- */

static const char *best_driver(const struct aliases *all, const struct vck_device *d)
{
	const char *s = d->modalias ? str_after(d->modalias, "pci:") : NULL;
	const struct alias *best = NULL;
	struct fields f;

	if (!s || !parse_fields(s, s + strlen(s), &f))
		return NULL;
	for (size_t i = 0; i < all->n; i++) {
		if (matches(&all->rows[i], &f) &&
		    (!best || all->rows[i].wildcards < best->wildcards))
			best = &all->rows[i];
	}
	return best ? best->driver : "vfio-pci";
}

int vck_read_variants(struct vck_host *h, struct vck_root *root)
{
	struct aliases all = {0};
	int r;

	if (vck_root_origin(root) == VCK_ORIGIN_LSPCI)
		return 0;
	r = read_aliases(h, root, &all);
	if (r == 0) {
		h->have |= VCK_EV_MODALIAS;
		for (size_t i = 0; i < h->n_devices; i++) {
			if (h->devices[i]->bus == VCK_BUS_PCI)
				h->devices[i]->vfio_driver =
					best_driver(&all, h->devices[i]);
		}
	} else if (r != -ENOMEM) {
		vck_problem(h, "variants", "lib/modules", r,
			    "vfio drivers made for a device (modules.alias)");
	}
	free(all.rows);
	return r == -ENOMEM ? r : 0;
}
