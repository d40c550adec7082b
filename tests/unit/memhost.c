// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/errname.h"
#include "memhost.h"

static void add_text(struct vck_memtree *t, const char *path, const char *text)
{
	char out[2048];
	size_t n = 0;

	for (const char *s = text; *s && n < sizeof(out); s++) {
		if (s[0] == '\\' && s[1] == 'n') {
			out[n++] = '\n';
			s++;
		} else if (s[0] == '\\' && s[1] == 'x') {
			char hex[3] = {s[2], s[3], '\0'};

			out[n++] = (char)strtoul(hex, NULL, 16);
			s += 3;
		} else {
			out[n++] = *s;
		}
	}
	assert_int_equal(vck_memtree_file(t, path, out, n), 0);
}

static void add_line(struct vck_memtree *t, const char *line)
{
	const char *eq = strstr(line, " = "), *arrow = strstr(line, " -> "),
		   *bang = strstr(line, " ! ");
	const char *sep = eq ? eq : arrow ? arrow : bang;
	char path[512];
	int r = 0;

	snprintf(path, sizeof(path), "%.*s", sep ? (int)(sep - line) : (int)strlen(line),
		 line);
	if (eq)
		add_text(t, path, eq + 3);
	else if (arrow)
		r = vck_memtree_link(t, path, arrow + 4);
	else if (bang)
		r = vck_memtree_error(t, path, vck_errno_value(bang + 3));
	else
		r = vck_memtree_dir(t, path);
	assert_int_equal(r, 0);
}

void memhost_add(struct vck_memtree *t, const char *const *lines)
{
	for (; *lines; lines++)
		add_line(t, *lines);
}

void memhost_config(struct vck_memtree *t, const char *path, size_t n, bool pcie)
{
	uint8_t b[4096] = {0xf4, 0x1a, 0x41, 0x10, 0x06, 0x04,
			   0x00, 0x00, 0x01, 0x00, 0x00, 0x02};

	if (pcie) {
		b[0x06] = 0x10;
		b[0x34] = 0x40;
		b[0x40] = 0x10;
		b[0x42] = 0x02;
		b[0x49] = 0x08;
	}
	assert_int_equal(vck_memtree_file(t, path, b, n), 0);
}

struct vck_host *memhost_gather(struct vck_memtree *t, enum vck_origin origin)
{
	struct vck_root *r = NULL;
	struct vck_host *h = vck_host_new();

	assert_non_null(h);
	assert_int_equal(vck_root_from_tree(t, origin, &r), 0);
	assert_int_equal(vck_gather(h, r), 0);
	vck_root_close(r);
	return h;
}

const struct vck_problem *memhost_problem(const struct vck_host *h, const char *source,
					  const char *word)
{
	for (size_t i = 0; i < h->n_problems; i++) {
		if (streq(h->problems[i].source, source) &&
		    strstr(h->problems[i].unknown, word))
			return &h->problems[i];
	}
	return NULL;
}
