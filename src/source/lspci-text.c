// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of lspci text. People paste it from mails and forums, so a line counts for
 * what it looks like, not for where it stands: an address starts a function, sixteen
 * bytes behind an offset are config space, the rest is looked at by lspci-verbose.c
 * or ignored. A hex line that is damaged leaves a hole; nothing is guessed. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <search.h>
#include <stdio.h>

#include "base/text.h"
#include "source/lspci-text.h"
#include "source/lspci-words.h"
#include "source/root.h"

/* As many as a benchmark host has, four times over. */
#define FUNCTIONS_MAX (1u << 18)
#define CONFIG_MAX    4096u
#define HEX_LINE      16u
#define LINE_MAX_LEN  1024u

/* --- config space --- */

static int space_reserve(struct vck_lspci_space *s, size_t end)
{
	size_t cap = end <= 64 ? 64 : end <= 256 ? 256 : CONFIG_MAX;
	uint8_t *data, *known;

	if (end <= s->cap)
		return 0;
	data = calloc(1, cap);
	known = calloc(1, cap / 8);
	if (!data || !known) {
		free(data);
		free(known);
		return -ENOMEM;
	}
	if (s->cap) {
		memcpy(data, s->data, s->cap);
		memcpy(known, s->known, s->cap / 8);
	}
	free(s->data);
	free(s->known);
	*s = (struct vck_lspci_space){data, known, cap};
	return 0;
}

int vck_lspci_set(struct vck_lspci_space *s, size_t off, const void *data, size_t n)
{
	int r;

	if (!n || off >= CONFIG_MAX || n > CONFIG_MAX - off)
		return 0;
	r = space_reserve(s, off + n);
	if (r < 0)
		return r;
	memcpy(s->data + off, data, n);
	for (size_t i = off; i < off + n; i++)
		s->known[i / 8] |= (uint8_t)(1u << i % 8);
	return 0;
}

int vck_lspci_put(struct vck_lspci_fn *f, size_t off, uint32_t value, size_t n)
{
	uint8_t b[4];

	if (off < f->hex_end)
		return 0;
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(value >> 8 * i);
	return vck_lspci_set(&f->space, off, b, n);
}

bool vck_lspci_get(const struct vck_lspci_space *s, size_t off, void *buf, size_t n)
{
	if (off > s->cap || n > s->cap - off)
		return false;
	for (size_t i = off; i < off + n; i++) {
		if (!(s->known[i / 8] & 1u << i % 8))
			return false;
	}
	memcpy(buf, s->data + off, n);
	return true;
}

/* --- functions --- */

static int fn_cmp(const void *a, const void *b)
{
	const struct vck_lspci_fn *x = a, *y = b;

	return vck_bdf_cmp(x->bdf, y->bdf);
}

static void fn_free(struct vck_lspci_fn *f)
{
	if (!f)
		return;
	free(f->space.data);
	free(f->space.known);
	free(f->driver);
	free(f->group);
	free(f->node);
	vck_buf_done(&f->reg);
	free(f);
}

static int fns_push(struct vck_lspci *l, struct vck_lspci_fn *f)
{
	if (l->n == FUNCTIONS_MAX)
		return -EFBIG;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct vck_lspci_fn **p = realloc(l->fns, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		l->fns = p;
		l->cap = cap;
	}
	if (!tsearch(f, &l->index, fn_cmp))
		return -ENOMEM;
	l->fns[l->n++] = f;
	return 0;
}

/* The function of this address, the one from further up where the text repeats it. */
static int fn_get(struct vck_lspci *l, struct vck_bdf bdf, struct vck_lspci_fn **ret)
{
	struct vck_lspci_fn key = {.bdf = bdf}, *f;
	void *found = tfind(&key, &l->index, fn_cmp);
	int r;

	if (found) {
		*ret = *(struct vck_lspci_fn **)found;
		return 0;
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->bdf = bdf;
	r = fns_push(l, f);
	if (r < 0) {
		fn_free(f);
		return r;
	}
	*ret = f;
	return 0;
}

static void keep(void *node)
{
	(void)node;
}

static void lspci_done(struct vck_lspci *l)
{
	if (l->index)
		tdestroy(l->index, keep);
	for (size_t i = 0; i < l->n; i++)
		fn_free(l->fns[i]);
	free(l->fns);
}

/* --- the line that starts a function --- */

/* @n hex digits at @s, not followed by another one. */
static bool hex_field(const char *s, size_t n, uint32_t *ret)
{
	char digits[9];
	uint32_t v;

	if (n >= sizeof(digits) || strnlen(s, n) < n || isxdigit((unsigned char)s[n]))
		return false;
	memcpy(digits, s, n);
	digits[n] = '\0';
	if (strspn(digits, "0123456789abcdefABCDEF") != n ||
	    vck_parse_u32(digits, 16, &v) < 0)
		return false;
	*ret = v;
	return true;
}

/* "8086:1572" */
static bool id_pair(const char *s, uint16_t *vendor, uint16_t *device)
{
	uint32_t v, d;

	if (!hex_field(s, 4, &v) || s[4] != ':' || !hex_field(s + 5, 4, &d))
		return false;
	*vendor = (uint16_t)v;
	*device = (uint16_t)d;
	return true;
}

/* The last "[8086:1572]" of @s; names can hold brackets of their own. */
static bool bracketed_ids(const char *s, uint16_t *vendor, uint16_t *device)
{
	bool found = false;

	for (const char *p = strchr(s, '['); p; p = strchr(p + 1, '[')) {
		if (id_pair(p + 1, vendor, device) && p[10] == ']')
			found = true;
	}
	return found;
}

static void take_class(struct vck_lspci_fn *f, uint32_t v)
{
	f->class = (uint16_t)v;
	f->has_class = true;
}

/* What stands behind the address: names with [ids] (-nn), ids alone (-n), or names. */
static void header_rest(struct vck_lspci_fn *f, const char *s)
{
	const char *p = str_after(s, "Class ");
	uint32_t v;

	p = p ? p : s;
	if (hex_field(p, 4, &v) && p[4] == ':' && p[5] == ' ' &&
	    id_pair(p + 6, &f->vendor, &f->device)) {
		f->has_ids = true;
		take_class(f, v);
	} else if (bracketed_ids(s, &f->vendor, &f->device)) {
		f->has_ids = true;
		for (p = strchr(s, '['); p; p = strchr(p + 1, '[')) {
			if (!hex_field(p + 1, 4, &v) || p[5] != ']' || p[6] != ':')
				continue;
			take_class(f, v);
			break;
		}
	}
	p = strstr(s, "(rev ");
	if (p && hex_field(p + 5, 2, &v))
		f->revision = (uint8_t)v;
	p = strstr(s, "(prog-if ");
	if (p && hex_field(p + 9, 2, &v)) {
		f->prog_if = (uint8_t)v;
		f->has_prog_if = true;
	}
	f->is_bridge |= str_after(s, "PCI bridge") != NULL;
	f->is_cardbus |= str_after(s, "CardBus bridge") != NULL;
	f->is_intel |= strstr(s, "Intel") != NULL;
	f->has_header |= *s != '\0';
}

/* Where the bus of a path's next part is not printed: the one behind the bridge @above. */
static int bus_below(const struct vck_lspci *l, struct vck_bdf above, uint8_t *ret)
{
	struct vck_lspci_fn key = {.bdf = above};
	void *found = tfind(&key, &l->index, fn_cmp);
	uint8_t bus;

	if (!found ||
	    !vck_lspci_get(&(*(struct vck_lspci_fn **)found)->space, 0x19, &bus, 1) ||
	    bus <= above.bus)
		return -ENXIO;
	*ret = bus;
	return 0;
}

/* A part of a path: "04:00.0" (lspci -PP), or "00.0" (-P). *@at is the function above, and
 * becomes this one. 1, 0: it is none, -ENXIO: on which bus it is cannot be told. */
static int path_part(const struct vck_lspci *l, const char *s, size_t n, struct vck_bdf *at)
{
	char word[VCK_BDF_LEN] = "00:";
	size_t skip = n == 4 ? 3 : 0;
	struct vck_bdf part;
	int r = 0;

	if (n != 4 && n != 7)
		return 0;
	memcpy(word + skip, s, n);
	word[skip + n] = '\0';
	if (vck_bdf_parse(word, &part) < 0)
		return 0;
	part.domain = at->domain;
	if (skip)
		r = bus_below(l, *at, &part.bus);
	*at = part;
	return r < 0 ? r : 1;
}

/*
 * "0000:01:00.0 VGA …": an address and a blank, or nothing behind it; or the path to it, which
 * begins with the domain: "0000:00:1c.0/01:00.0 VGA …". 1: it is one, 0: not, -ENXIO: it is
 * one, of which function cannot be told.
 */
static int header_address(const struct vck_lspci *l, const char *s, struct vck_bdf *ret,
			  const char **rest)
{
	char word[VCK_BDF_LEN];
	size_t end = strcspn(s, " \t"), n = strcspn(s, " \t/");
	int r = 1;

	if (n < 7 || n >= sizeof(word))
		return 0;
	memcpy(word, s, n);
	word[n] = '\0';
	if (vck_bdf_parse(word, ret) < 0)
		return 0;
	while (r > 0 && n < end) {
		const char *part = s + n + 1;
		size_t len = strcspn(part, " \t/");

		r = path_part(l, part, len, ret);
		n += 1 + len;
	}
	*rest = s + end + strspn(s + end, " \t");
	return r;
}

/* --- hex lines --- */

/* The offset at the start of a hex line; length of it with its colon, or 0. */
static size_t hex_offset(const char *s, size_t *off)
{
	size_t n = strspn(s, "0123456789abcdef");
	uint32_t v;

	if (n < 2 || n > 3 || s[n] != ':' || s[n + 1] != ' ' || !hex_field(s, n, &v) ||
	    v % HEX_LINE)
		return 0;
	*off = v;
	return n + 1;
}

/* Exactly sixteen bytes behind an offset. A shorter line lost some of them, and which is
 * not known. */
static bool hex_bytes(const char *s, uint8_t *out)
{
	for (size_t i = 0; i < HEX_LINE; i++) {
		uint32_t v;

		if (*s != ' ' || !hex_field(s + 1, 2, &v))
			return false;
		out[i] = (uint8_t)v;
		s += 3;
	}
	return s[strspn(s, " \t")] == '\0';
}

/* Does the row say what the function's dump said there already? */
static bool is_repeated(const struct vck_lspci_fn *f, size_t off, const uint8_t *bytes)
{
	uint8_t had[HEX_LINE];

	return vck_lspci_get(&f->space, off, had, sizeof(had)) &&
	       memcmp(had, bytes, sizeof(had)) == 0;
}

/* 1: it was one, 0: it is something else, -EINVAL: damaged, -ENXIO: it goes back and says
 * something else, so it is of another function, -ENOMEM. Without @f it is of no function. */
static int hex_line(struct vck_lspci_fn *f, const char *s)
{
	uint8_t bytes[HEX_LINE];
	size_t off, n = hex_offset(s, &off);
	bool whole;
	uint32_t v;
	int r;

	if (!n)
		return 0;
	whole = hex_bytes(s + n, bytes);
	if (!whole && !hex_field(s + n + 1, 2, &v))
		return 0;
	if (!f)
		return -ENXIO;
	if (off < f->row_end)
		return whole && is_repeated(f, off, bytes) ? 1 : -ENXIO;
	if (!whole)
		return -EINVAL;
	r = vck_lspci_reg_end(f);
	if (r == 0)
		r = vck_lspci_set(&f->space, off, bytes, sizeof(bytes));
	if (r < 0)
		return r;
	f->row_end = off + HEX_LINE;
	if (f->row_end > f->hex_end)
		f->hex_end = f->row_end;
	return 1;
}

/* --- lines --- */

struct lines {
	const char *text;
	size_t left, number;
};

/* Mail quoting and blanks in front are skipped. */
static const char *unquote(const char *s, const char *end)
{
	while (s < end && (*s == '>' || *s == '|' || *s == ' ' || *s == '\t'))
		s++;
	return s;
}

/* One line into @buf, without quoting and line end; false at the end. */
static bool raw_line(struct lines *l, struct vck_buf *buf)
{
	const char *line, *end;
	size_t n;

	if (!vck_line_next(&l->text, &l->left, &line, &n))
		return false;
	l->number++;
	end = line + n;
	line = unquote(line, end);
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	n = (size_t)(end - line);
	vck_buf_add(buf, line, n < LINE_MAX_LEN ? n : LINE_MAX_LEN);
	return true;
}

/* Where a message that went to standard error starts inside of the line. */
static const char *splice(const char *s)
{
	static const char *const who[] = {"pcilib: ", "lspci: "};

	for (size_t i = 0; i < ARRAY_SIZE(who); i++) {
		const char *p = strstr(s, who[i]);

		if (p)
			return p;
	}
	return NULL;
}

/* Did the line in front of a message stand in a hex dump? */
static bool is_hex_start(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	return n && n <= 3 && (!s[n] || (s[n] == ':' && (!s[n + 1] || s[n + 1] == ' ')));
}

/* How much of the raw line at @l is blank; quoting does not count. */
static bool next_starts_blank(const struct lines *l)
{
	size_t i = 0;

	while (i < l->left && (l->text[i] == '>' || l->text[i] == '|'))
		i++;
	return i < l->left && isspace((unsigned char)l->text[i]);
}

/*
 * The next line into @buf. Standard output is buffered, standard error is not: a warning
 * lands in the middle of a line, at any byte, and the line goes on below it.
 */
static bool next_line(struct lines *l, struct vck_buf *buf)
{
	vck_buf_reset(buf);
	if (!raw_line(l, buf))
		return false;
	for (unsigned i = 0; i < 8; i++) {
		const char *s = vck_buf_str(buf), *p = splice(s);
		size_t keep_len;

		if (!p || p == s)
			break;
		keep_len = (size_t)(p - s);
		buf->len = keep_len;
		buf->data[keep_len] = '\0';
		/* In a hex dump the rest follows in any case; elsewhere a line that
		 * starts with a blank is the next one. */
		if (!is_hex_start(buf->data) && next_starts_blank(l))
			break;
		if (is_hex_start(buf->data) && next_starts_blank(l) &&
		    buf->data[keep_len - 1] != ' ')
			vck_buf_addc(buf, ' ');
		if (!raw_line(l, buf))
			break;
	}
	return !buf->failed;
}

/* What follows is not about *@f any more. */
static int end_function(struct vck_lspci_fn **f)
{
	struct vck_lspci_fn *ended = *f;

	*f = NULL;
	return ended ? vck_lspci_verbose_end(ended) : 0;
}

static int start_function(struct vck_lspci *l, struct vck_bdf bdf, const char *rest,
			  struct vck_lspci_fn **f)
{
	int r;

	if (*f)
		(*f)->list_complete = true;
	r = end_function(f);
	if (r == 0)
		r = fn_get(l, bdf, f);
	if (r < 0)
		return r;
	(*f)->row_end = 0;
	header_rest(*f, rest);
	return 0;
}

/* lspci prints the dump of a function last. What names something behind it is about another
 * one, the header of which was not understood. */
static bool is_of_another(const struct vck_lspci_fn *f, const char *s)
{
	return f->row_end && strchr(s, ':');
}

/* 0; -EINVAL: damaged; -ENXIO: of a function that cannot be told; -ENOMEM. */
static int one_line(struct vck_lspci *l, struct vck_lspci_fn **f, const char *s)
{
	const char *rest;
	struct vck_bdf bdf;
	int r = header_address(l, s, &bdf, &rest), end;

	if (r > 0)
		return start_function(l, bdf, rest, f);
	if (r == 0 && (*f || l->n))
		r = hex_line(*f, s);
	if (r == 0 && *f && !is_of_another(*f, s))
		r = vck_lspci_verbose_line(*f, s);
	if (r != -ENXIO)
		return r;
	end = end_function(f);
	return end < 0 ? end : r;
}

static void note_line(struct vck_text_notes *notes, int err, size_t line)
{
	if (err == -ENXIO && !notes->strays++)
		notes->stray_line = line;
	if (err < 0 && err != -ENXIO && err != -ENOMEM && !notes->skipped++)
		notes->line = line;
}

int vck_lspci_parse(const char *text, size_t n, struct vck_memtree *tree,
		    struct vck_text_notes *notes)
{
	struct vck_lspci l = {.notes = notes};
	struct lines lines = {.text = text, .left = n};
	cleanup_buf struct vck_buf buf = {0};
	struct vck_lspci_fn *f = NULL;
	int r = 0;

	*notes = (struct vck_text_notes){0};
	while (r != -ENOMEM && next_line(&lines, &buf)) {
		r = one_line(&l, &f, vck_buf_str(&buf));
		note_line(notes, r, lines.number);
	}
	if (buf.failed)
		r = -ENOMEM;
	if (r != -ENOMEM)
		r = end_function(&f);
	if (r != -ENOMEM)
		r = l.n ? vck_lspci_build(&l, tree) : -EBADMSG;
	if (r == 0)
		r = (int)l.n;
	lspci_done(&l);
	return r;
}
