// SPDX-License-Identifier: GPL-2.0-or-later
/* A tree as text. Files that are text are written as text, line by line, so that
 * a capture can be read and a difference of two means something; the rest as hex.
 * Formats only: where the text goes is the command's business. */
#include "config.h"

#include <errno.h>

#include "base/errname.h"
#include "base/text.h"
#include "source/capture.h"

/* From this many equal bytes on a run is written once. */
#define FILL_MIN 64

struct writer {
	struct vck_buf *out;
	size_t fill_left; /* of what a reader lets repeated bytes grow to */
};

/* --- strings --- */

static void put_escaped(struct vck_buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c;
		size_t len = vck_utf8_next(s + i, n - i, &c);

		if (s[i] == '\n')
			vck_buf_adds(out, "\\n");
		else if (s[i] == '\t')
			vck_buf_adds(out, "\\t");
		else if (s[i] == '"' || s[i] == '\\')
			vck_buf_addf(out, "\\%c", s[i]);
		else if (s[i] == '\0')
			vck_buf_adds(out, i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '7'
						  ? "\\x00"
						  : "\\0");
		else
			vck_text_safe(out, s + i, len ? len : 1);
		i += len ? len : 1;
	}
}

static void put_string(struct vck_buf *out, const char *s, size_t n)
{
	vck_buf_addc(out, '"');
	put_escaped(out, s, n);
	vck_buf_addc(out, '"');
}

/* A path or target: bare where it can be. */
static void put_word(struct vck_buf *out, const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\') {
			put_string(out, s, n);
			return;
		}
	}
	vck_buf_adds(out, s);
}

/* --- files --- */

/* Text as people write it. NULs only where one ends a string, as in the device tree. */
static bool is_text(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c = 0;
		size_t len = vck_utf8_next(s + i, n - i, &c);

		if (!len || (c < 0x20 && c != '\n' && c != '\t' && c != '\0') ||
		    c == 0x7f)
			return false;
		if (c == '\0' && (i == 0 || s[i - 1] == '\0'))
			return false;
		i += len;
	}
	return true;
}

static void put_text(struct vck_buf *out, const char *s, size_t n)
{
	const char *nl = memchr(s, '\n', n);
	size_t first = nl ? (size_t)(nl - s) + 1 : n;

	if (first == n) {
		vck_buf_addc(out, ' ');
		put_string(out, s, n);
		vck_buf_addc(out, '\n');
		return;
	}
	vck_buf_addc(out, '\n');
	while (n) {
		nl = memchr(s, '\n', n);
		first = nl ? (size_t)(nl - s) + 1 : n;
		vck_buf_adds(out, "  ");
		put_string(out, s, first);
		vck_buf_addc(out, '\n');
		s += first;
		n -= first;
	}
}

/* Length of the run of bytes equal to the first. */
static size_t run_length(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] == p[0])
		i++;
	return i;
}

static void put_hex_line(struct vck_buf *out, size_t off, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	vck_buf_addf(out, "  %zx:", off);
	for (size_t i = 0; i < n; i++) {
		char byte[3] = {' ', digits[p[i] >> 4], digits[p[i] & 15]};

		vck_buf_add(out, byte, sizeof(byte));
	}
	vck_buf_addc(out, '\n');
}

static void put_extent(struct writer *w, const struct vck_extent *e)
{
	for (size_t at = 0; at < e->len;) {
		size_t off = e->off + at, n = 16 - off % 16, left = e->len - at, run = 0;

		if (off % 16 == 0)
			run = run_length(e->data + at,
					 left < w->fill_left ? left : w->fill_left);
		run &= ~(size_t)15;
		if (run >= FILL_MIN) {
			vck_buf_addf(w->out, "  %zx+%zx: %02x\n", off, run, e->data[at]);
			w->fill_left -= run;
			at += run;
			continue;
		}
		n = n < left ? n : left;
		put_hex_line(w->out, off, e->data + at, n);
		at += n;
	}
}

static void put_file(struct writer *w, const char *path, struct vck_mem_node *f)
{
	struct vck_buf *out = w->out;
	const char *data;

	if (vck_mem_join(f) < 0)
		out->failed = true;
	data = f->n_extents ? (const char *)f->extents[0].data : "";
	if (f->unread) {
		vck_buf_adds(out, "u ");
		put_word(out, path);
		vck_buf_addc(out, '\n');
		return;
	}
	if (vck_mem_is_whole(f) && is_text(data, f->size)) {
		vck_buf_adds(out, "f ");
		put_word(out, path);
		put_text(out, data, f->size);
		return;
	}
	vck_buf_adds(out, "x ");
	put_word(out, path);
	vck_buf_addf(out, " %zu\n", f->size);
	for (size_t i = 0; i < f->n_extents; i++)
		put_extent(w, &f->extents[i]);
}

static void put_node(struct writer *w, const char *path, struct vck_mem_node *n)
{
	struct vck_buf *out = w->out;

	switch (n->type) {
	case VCK_MEM_DIR:
		/* What is in it says that it is there. */
		if (n->n_children)
			return;
		vck_buf_adds(out, "d ");
		put_word(out, path);
		break;
	case VCK_MEM_FILE:
		put_file(w, path, n);
		return;
	case VCK_MEM_LINK:
		vck_buf_adds(out, "l ");
		put_word(out, path);
		vck_buf_adds(out, " -> ");
		put_word(out, n->target);
		break;
	case VCK_MEM_ERROR:
		vck_buf_adds(out, "e ");
		put_word(out, path);
		/* An error without a name is still an error when it is read back. */
		vck_buf_addf(out, " %s",
			     vck_errno_value(vck_errno_name(n->err))
				     ? vck_errno_name(n->err)
				     : "EIO");
		break;
	}
	vck_buf_addc(out, '\n');
}

/* The node behind @n in depth-first order; @path follows along. */
static struct vck_mem_node *next_node(struct vck_mem_node *n, struct vck_buf *path)
{
	struct vck_mem_node *c;

	if (n->type == VCK_MEM_DIR && n->n_children) {
		vck_mem_sort(n);
		c = n->children[0];
	} else {
		for (;;) {
			if (n->parent == n)
				return NULL;
			path->len -= strlen(n->name);
			path->len -= path->len ? 1 : 0;
			if (n->slot + 1 < n->parent->n_children)
				break;
			n = n->parent;
		}
		c = n->parent->children[n->slot + 1];
	}
	if (path->len)
		vck_buf_addc(path, '/');
	vck_buf_adds(path, c->name);
	return c;
}

void vck_capture_format(struct vck_memtree *t, struct vck_buf *out)
{
	cleanup_buf struct vck_buf path = {0};
	struct writer w = {.out = out, .fill_left = VCK_CAPTURE_FILL_MAX};
	struct vck_mem_node *n = vck_memtree_root(t);

	vck_buf_adds(out, VCK_CAPTURE_MAGIC "\n");
	for (n = next_node(n, &path); n; n = next_node(n, &path))
		put_node(&w, vck_buf_str(&path), n);
	if (path.failed)
		out->failed = true;
}
