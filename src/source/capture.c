// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the text form of a tree. One line at a time, nothing looks back:
 * bytes and text of one file are gathered and handed over in one piece, so the
 * time is in proportion to the text. Every line stands for itself: a damaged one
 * costs what it said and no more. */
#include "config.h"

#include <errno.h>

#include "base/errname.h"
#include "base/num.h"
#include "base/text.h"
#include "source/capture.h"
#include "source/root.h"

#define MAGIC_ANY "# viommu-check capture "

enum mode {
	MODE_NONE = 0,
	MODE_TEXT, /* indented lines continue a text file */
	MODE_HEX,  /* indented lines are bytes of a file */
	MODE_SKIP, /* indented lines belong to a damaged one */
};

struct parser {
	struct vck_memtree *tree;
	struct vck_text_notes *notes;
	size_t line, fill_left;
	enum mode mode;
	struct vck_buf path,
		run; /* the file being read; text or bytes not yet handed over */
	size_t run_off;
};

/* One line, eaten from the left. */
struct words {
	const char *s;
	size_t n;
};

static void skip_blanks(struct words *w)
{
	while (w->n && (*w->s == ' ' || *w->s == '\t')) {
		w->s++;
		w->n--;
	}
}

static void eat(struct words *w, size_t n)
{
	w->s += n;
	w->n -= n;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* --- C strings --- */

/* The character behind a backslash; false when there is no such escape. */
static bool unescape(struct words *w, char *ret)
{
	static const char from[] = "ntrabfve\\\"'", to[] = "\n\t\r\a\b\f\v\033\\\"'";
	const char *p = memchr(from, *w->s, sizeof(from) - 1);
	unsigned v = 0, i = 0;

	if (p) {
		*ret = to[p - from];
		eat(w, 1);
		return true;
	}
	if (*w->s == 'x') {
		if (w->n < 3 || hex_digit(w->s[1]) < 0 || hex_digit(w->s[2]) < 0)
			return false;
		*ret = (char)(hex_digit(w->s[1]) << 4 | hex_digit(w->s[2]));
		eat(w, 3);
		return true;
	}
	for (; i < 3 && i < w->n && w->s[i] >= '0' && w->s[i] <= '7'; i++)
		v = v << 3 | (unsigned)(w->s[i] - '0');
	if (!i || v > 0xff)
		return false;
	*ret = (char)v;
	eat(w, i);
	return true;
}

/* A quoted string at the start of @w, appended to @out. */
static bool take_string(struct words *w, struct vck_buf *out)
{
	if (!w->n || *w->s != '"')
		return false;
	eat(w, 1);
	while (w->n && *w->s != '"') {
		size_t plain = 0;
		char c;

		while (plain < w->n && w->s[plain] != '"' && w->s[plain] != '\\')
			plain++;
		vck_buf_add(out, w->s, plain);
		eat(w, plain);
		if (!w->n || *w->s == '"')
			break;
		eat(w, 1);
		if (!w->n || !unescape(w, &c))
			return false;
		vck_buf_addc(out, c);
	}
	if (!w->n)
		return false;
	eat(w, 1);
	return true;
}

/* A word or a quoted string into @out, which is emptied before. */
static bool take_word(struct words *w, struct vck_buf *out)
{
	size_t n = 0;

	vck_buf_reset(out);
	skip_blanks(w);
	if (w->n && *w->s == '"')
		return take_string(w, out);
	while (n < w->n && w->s[n] != ' ' && w->s[n] != '\t')
		n++;
	vck_buf_add(out, w->s, n);
	eat(w, n);
	return n > 0;
}

static bool at_end(struct words *w)
{
	skip_blanks(w);
	return w->n == 0;
}

/* --- paths and numbers --- */

/* Relative, inside of the root, without empty, "." or ".." components. */
static bool is_good_path(const struct vck_buf *b)
{
	const char *s = vck_buf_str(b);

	if (!b->len || b->len >= VCK_PATH_LEN || memchr(s, '\0', b->len))
		return false;
	for (;;) {
		size_t n = strcspn(s, "/");

		if (!n || n > 255 || (n == 1 && s[0] == '.') ||
		    (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

static bool take_path(struct words *w, struct vck_buf *out)
{
	return take_word(w, out) && is_good_path(out);
}

/* Hex digits at the start of @w, up to 8. */
static bool take_hex(struct words *w, size_t *ret)
{
	size_t v = 0, n = 0;

	while (n < w->n && n < 9 && hex_digit(w->s[n]) >= 0)
		v = v << 4 | (size_t)hex_digit(w->s[n++]);
	eat(w, n);
	*ret = v;
	return n > 0 && n < 9;
}

/* --- files that are gathered over several lines --- */

static int flush(struct parser *p)
{
	int r = 0;

	if (p->path.failed || p->run.failed)
		return -ENOMEM;
	if (p->mode == MODE_TEXT)
		r = vck_memtree_file(p->tree, vck_buf_str(&p->path), vck_buf_str(&p->run),
				     p->run.len);
	else if (p->mode == MODE_HEX && p->run.len)
		r = vck_memtree_extent(p->tree, vck_buf_str(&p->path), p->run_off,
				       vck_buf_str(&p->run), p->run.len);
	vck_buf_reset(&p->run);
	return r;
}

/* "OFFSET: hex" or "OFFSET+LENGTH: hex": the bytes join the run, which is handed over
 * where they do not follow on. Return: 0, -EINVAL (damaged), -EFBIG, -ENOMEM. */
static int hex_line(struct parser *p, struct words w)
{
	size_t off, len = 0, had;
	uint8_t bytes[64];
	size_t n = 0;
	int r;

	if (!take_hex(&w, &off))
		return -EINVAL;
	if (w.n && *w.s == '+') {
		eat(&w, 1);
		if (!take_hex(&w, &len) || !len || len > p->fill_left)
			return -EINVAL;
		p->fill_left -= len;
	}
	if (!w.n || *w.s != ':')
		return -EINVAL;
	for (eat(&w, 1); !at_end(&w); eat(&w, 2)) {
		if (n == sizeof(bytes) || w.n < 2 || hex_digit(w.s[0]) < 0 ||
		    hex_digit(w.s[1]) < 0)
			return -EINVAL;
		bytes[n++] = (uint8_t)(hex_digit(w.s[0]) << 4 | hex_digit(w.s[1]));
	}
	len = len ? len : n;
	if (!n || len > VCK_FILE_MAX || off > VCK_FILE_MAX - len)
		return -EINVAL;
	if (p->run.len && p->run_off + p->run.len != off) {
		r = flush(p);
		if (r < 0)
			return r;
	}
	if (!p->run.len)
		p->run_off = off;
	/* The pattern again behind itself: megabytes are not added byte by byte. */
	for (had = n; n + had <= sizeof(bytes); n += had)
		memcpy(bytes + n, bytes, had);
	for (had = 0; had < len; had += n)
		vck_buf_add(&p->run, bytes, len - had < n ? len - had : n);
	return p->run.failed ? -ENOMEM : 0;
}

static int indented(struct parser *p, struct words w)
{
	int r;

	switch (p->mode) {
	case MODE_TEXT:
		skip_blanks(&w);
		if (take_string(&w, &p->run) && at_end(&w))
			return p->run.failed ? -ENOMEM : 0;
		/* With a piece missing the file would say something else. */
		vck_buf_reset(&p->run);
		p->mode = MODE_SKIP;
		r = vck_memtree_error(p->tree, vck_buf_str(&p->path), ENODATA);
		return r < 0 ? r : -EINVAL;
	case MODE_HEX:
		skip_blanks(&w);
		return hex_line(p, w);
	case MODE_NONE:
	case MODE_SKIP:
		break;
	}
	return -EINVAL;
}

/* --- lines that start something --- */

static int line_text(struct parser *p, struct words w)
{
	skip_blanks(&w);
	if (w.n && !take_string(&w, &p->run))
		return -EINVAL;
	if (!at_end(&w))
		return -EINVAL;
	p->mode = MODE_TEXT;
	return 0;
}

static int line_bytes(struct parser *p, struct words w)
{
	const char *path = vck_buf_str(&p->path);
	char size[16];
	uint64_t v;
	int r = 0;

	skip_blanks(&w);
	if (w.n) {
		if (w.n >= sizeof(size))
			return -EINVAL;
		memcpy(size, w.s, w.n);
		size[w.n] = '\0';
		if (vck_parse_u64(vck_strip(size), 10, VCK_FILE_MAX, &v) < 0)
			return -EINVAL;
		r = vck_memtree_file(p->tree, path, NULL, 0);
		if (r == 0)
			r = vck_memtree_set_size(p->tree, path, v);
	} else {
		r = vck_memtree_extent(p->tree, path, 0, NULL, 0);
	}
	if (r == 0)
		p->mode = MODE_HEX;
	return r;
}

static int line_link(struct parser *p, struct words w)
{
	cleanup_buf struct vck_buf target = {0};

	skip_blanks(&w);
	if (w.n < 3 || memcmp(w.s, "->", 2) != 0)
		return -EINVAL;
	eat(&w, 2);
	if (!take_word(&w, &target) || !at_end(&w) || target.len >= VCK_PATH_LEN)
		return -EINVAL;
	if (!target.len || memchr(vck_buf_str(&target), '\0', target.len))
		return target.failed ? -ENOMEM : -EINVAL;
	return vck_memtree_link(p->tree, vck_buf_str(&p->path), vck_buf_str(&target));
}

static int line_error(struct parser *p, struct words w)
{
	cleanup_buf struct vck_buf name = {0};
	int err;

	if (!take_word(&w, &name) || !at_end(&w))
		return -EINVAL;
	err = vck_errno_value(vck_buf_str(&name));
	return err ? vck_memtree_error(p->tree, vck_buf_str(&p->path), err) : -EINVAL;
}

static int line_bare(struct parser *p, char kind, struct words w)
{
	const char *path = vck_buf_str(&p->path);

	if (!at_end(&w))
		return -EINVAL;
	if (kind == 'd')
		return vck_memtree_dir(p->tree, path);
	if (kind == 'u')
		return vck_memtree_unread(p->tree, path);
	vck_memtree_remove(p->tree, path);
	return 0;
}

static int line_of(struct parser *p, char kind, struct words w)
{
	switch (kind) {
	case 'f':
		return line_text(p, w);
	case 'x':
		return line_bytes(p, w);
	case 'l':
		return line_link(p, w);
	case 'e':
		return line_error(p, w);
	default:
		return line_bare(p, kind, w);
	}
}

static int start_line(struct parser *p, struct words w)
{
	char kind = *w.s;
	int r;

	eat(&w, 1);
	if (!kind || !w.n || (*w.s != ' ' && *w.s != '\t') || !strchr("dflxue-", kind) ||
	    !take_path(&w, &p->path))
		return -EINVAL;
	r = line_of(p, kind, w);
	/* Something is there, and what is not known: that is no absence. */
	if (r == -EINVAL && kind != '-' &&
	    vck_memtree_error(p->tree, vck_buf_str(&p->path), ENODATA) == -ENOMEM)
		return -ENOMEM;
	return r;
}

static int one_line(struct parser *p, struct words w)
{
	int r;

	while (w.n && (w.s[w.n - 1] == '\r' || w.s[w.n - 1] == ' '))
		w.n--;
	if (!w.n || *w.s == '#')
		return 0;
	if (*w.s == ' ' || *w.s == '\t')
		return indented(p, w);
	r = flush(p);
	p->mode = MODE_SKIP;
	if (r < 0)
		return r;
	r = start_line(p, w);
	if (p->mode == MODE_SKIP && r == 0)
		p->mode = MODE_NONE;
	if (r < 0)
		vck_buf_reset(&p->run);
	return p->path.failed ? -ENOMEM : r;
}

static void note(struct parser *p)
{
	if (!p->notes->skipped++)
		p->notes->line = p->line;
}

bool vck_capture_is(const char *text, size_t n)
{
	return n >= sizeof(MAGIC_ANY) - 1 &&
	       memcmp(text, MAGIC_ANY, sizeof(MAGIC_ANY) - 1) == 0;
}

/* Digits of the version, then a blank or the end of the line. */
static bool is_this_version(const char *text, size_t n)
{
	size_t m = sizeof(VCK_CAPTURE_MAGIC) - 1;

	return n >= m && memcmp(text, VCK_CAPTURE_MAGIC, m) == 0 &&
	       (n == m || strchr(" \t\r\n", text[m]));
}

int vck_capture_parse(const char *text, size_t n, struct vck_memtree *t,
		      struct vck_text_notes *notes)
{
	struct parser p = {.tree = t, .notes = notes, .fill_left = VCK_CAPTURE_FILL_MAX};
	const char *line;
	size_t len;
	int r = 0;

	*notes = (struct vck_text_notes){0};
	if (vck_capture_is(text, n) && !is_this_version(text, n))
		return -EPROTO;
	while (r != -ENOMEM && vck_line_next(&text, &n, &line, &len)) {
		p.line++;
		r = one_line(&p, (struct words){line, len});
		if (r < 0 && r != -ENOMEM)
			note(&p);
	}
	if (r != -ENOMEM) {
		r = flush(&p);
		if (r < 0 && r != -ENOMEM)
			note(&p);
	}
	vck_buf_done(&p.path);
	vck_buf_done(&p.run);
	return r == -ENOMEM ? r : 0;
}
