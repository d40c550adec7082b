// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of network interfaces that are made from a MAC address, in a recorded tree: of
 * nodes, in links and in texts. Each gets another of the same length, the same one
 * wherever it stands, so that links still lead to it and offsets stay. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/num.h"
#include "source/capture.h"

/* systemd's udev-builtin-net_id.c: two letters of the kind, 'x', the address. */
#define NAME_LEN (3 + DIGITS)
#define DIGITS 12
/* What stands for the address: no hex digits, and a number. */
#define STAND_IN "redact"
#define NUMBER_LEN (DIGITS - (sizeof(STAND_IN) - 1))

struct name {
	char text[NAME_LEN + 1];
};

struct naming {
	struct name *names; /* sorted when complete, without doubles */
	size_t n, cap;
	unsigned taken; /* the highest number that is in the tree already */
};

static bool is_kind(const char *s)
{
	static const char *const kinds[] = {"en", "ib", "sl", "wl", "ww"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (memcmp(s, kinds[i], 2) == 0)
			return true;
	}
	return false;
}

static bool is_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return false;
	}
	return true;
}

static bool is_stand_in(const char *name)
{
	return memcmp(name + 3, STAND_IN, sizeof(STAND_IN) - 1) == 0 &&
	       is_hex(name + NAME_LEN - NUMBER_LEN, NUMBER_LEN);
}

/* The next name in @s from *@at on, its own or what stands for one; *@at is behind it then. */
static char *next_name(char *s, size_t n, size_t *at)
{
	while (*at + NAME_LEN <= n) {
		char *x = memchr(s + *at + 2, 'x', n - *at - 2);
		char *name = x ? x - 2 : NULL;
		size_t pos = x ? (size_t)(name - s) : n;

		if (!x || pos + NAME_LEN > n)
			return NULL;
		*at = pos + 1;
		if (!is_kind(name) || (pos && isalnum((unsigned char)name[-1])) ||
		    !(is_hex(name + 3, DIGITS) || is_stand_in(name)) ||
		    (pos + NAME_LEN < n && isxdigit((unsigned char)name[NAME_LEN])))
			continue;
		*at = pos + NAME_LEN;
		return name;
	}
	return NULL;
}

/* --- what names there are --- */

static int note_names(struct naming *g, char *s, size_t n)
{
	size_t at = 0;
	char *name;

	while ((name = next_name(s, n, &at))) {
		if (is_stand_in(name)) {
			char number[NUMBER_LEN + 1] = "";
			uint64_t v = 0;

			memcpy(number, name + NAME_LEN - NUMBER_LEN, NUMBER_LEN);
			if (vck_parse_u64(number, 16, UINT32_MAX, &v) == 0 && v > g->taken)
				g->taken = (unsigned)v;
			continue;
		}
		if (g->n == g->cap) {
			size_t cap = g->cap ? g->cap * 2 : 16;
			struct name *p = realloc(g->names, cap * sizeof(*p));

			if (!p)
				return -ENOMEM;
			g->names = p;
			g->cap = cap;
		}
		memcpy(g->names[g->n].text, name, NAME_LEN);
		g->names[g->n++].text[NAME_LEN] = '\0';
	}
	return 0;
}

/* As directories are sorted: then devices keep the order of their interfaces. */
static int name_cmp(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int r = vck_natural_cmp(x->text, y->text);

	return r ? r : strcmp(x->text, y->text);
}

static void sort_names(struct naming *g)
{
	size_t kept = 0;

	if (g->n)
		qsort(g->names, g->n, sizeof(*g->names), name_cmp);
	for (size_t i = 0; i < g->n; i++) {
		if (!kept || !streq(g->names[kept - 1].text, g->names[i].text))
			g->names[kept++] = g->names[i];
	}
	g->n = kept;
}

/* --- other names --- */

static int replace_names(struct naming *g, char *s, size_t n)
{
	size_t at = 0;
	char *name;
	int found = 0;

	while ((name = next_name(s, n, &at))) {
		struct name key = {""}, *row;
		char other[NAME_LEN + 16];

		memcpy(key.text, name, NAME_LEN);
		row = g->n ? bsearch(&key, g->names, g->n, sizeof(key), name_cmp) : NULL;
		if (!row)
			continue;
		snprintf(other, sizeof(other), STAND_IN "%0*zx", (int)NUMBER_LEN,
			 (g->taken + 1 + (size_t)(row - g->names)) & 0xffffff);
		memcpy(name + 3, other, DIGITS);
		found = 1;
	}
	return found;
}

/* --- the tree --- */

/* @f over every text of a node but its own name; configuration space holds no text. */
static int each_text(struct naming *g, struct vck_mem_node *n,
		     int (*f)(struct naming *g, char *s, size_t n))
{
	int r = 0;

	if (n->type == VCK_MEM_LINK)
		return f(g, n->target, strlen(n->target));
	if (n->type != VCK_MEM_FILE || streq(n->name, "config"))
		return 0;
	for (size_t i = 0; i < n->n_extents && r >= 0; i++)
		r = f(g, (char *)n->extents[i].data, n->extents[i].len);
	return r;
}

static int rename_children(struct naming *g, struct vck_mem_node *dir)
{
	int changed = 0;

	for (size_t i = 0; i < dir->n_children; i++)
		changed |= replace_names(g, dir->children[i]->name,
					 strlen(dir->children[i]->name));
	return changed ? vck_mem_renamed(dir) : 0;
}

int vck_capture_rename(struct vck_memtree *t)
{
	struct vck_mem_node *root = vck_memtree_root(t);
	struct naming g = {NULL};
	int r = 0;

	for (struct vck_mem_node *n = root; n && r >= 0; n = vck_mem_next(n)) {
		r = n == root ? 0 : note_names(&g, n->name, strlen(n->name));
		if (r == 0)
			r = each_text(&g, n, note_names);
	}
	sort_names(&g);
	for (struct vck_mem_node *n = root; g.n && n && r >= 0; n = vck_mem_next(n)) {
		r = each_text(&g, n, replace_names);
		if (r >= 0 && n->type == VCK_MEM_DIR)
			r = rename_children(&g, n);
	}
	free(g.names);
	return r < 0 ? r : 0;
}
