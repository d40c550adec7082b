// SPDX-License-Identifier: GPL-2.0-or-later
/* Neutralising foreign text: a device name, a firmware path or a line of a
 * stranger's capture must not move the cursor or reverse the line. */
#include "config.h"

#include <ctype.h>

#include "base/text.h"

size_t vck_utf8_next(const char *s, size_t n, uint32_t *ret)
{
	static const uint32_t min[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c;
	size_t len;

	if (!n)
		return 0;
	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	if (!len || p[0] > 0xf4 || len > n)
		return 0;
	c = p[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < min[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return len;
}

static bool is_hostile(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void vck_text_safe(struct vck_buf *b, const char *s, size_t n)
{
	while (n) {
		uint32_t c = 0;
		size_t len = vck_utf8_next(s, n, &c);

		if (len && !is_hostile(c)) {
			vck_buf_add(b, s, len);
		} else {
			len = len ? len : 1;
			for (size_t i = 0; i < len; i++)
				vck_buf_addf(b, "\\x%02x", (unsigned char)s[i]);
		}
		s += len;
		n -= len;
	}
}

void vck_text_safe_lines(struct vck_buf *b, const char *s, size_t n)
{
	const char *line;
	size_t len;

	while (vck_line_next(&s, &n, &line, &len)) {
		vck_text_safe(b, line, len);
		if (s != line + len)
			vck_buf_addc(b, '\n');
	}
}

const char *vck_text_safe_into(const char *s, char *out, size_t size)
{
	cleanup_buf struct vck_buf b = { 0 };
	size_t n;

	vck_text_safe(&b, s, strlen(s));
	n = b.len < size ? b.len : size - 1;
	/* Do not cut inside a character. */
	while (n && n < b.len && ((unsigned char)b.data[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, vck_buf_str(&b), n);
	out[n] = '\0';
	return out;
}

void vck_text_shell(struct vck_buf *b, const char *s)
{
	cleanup_buf struct vck_buf shown = { 0 };

	vck_text_safe(&shown, s, strlen(s));
	if (!*s || !streq(vck_buf_str(&shown), s)) {
		vck_buf_adds(b, *s ? "PATH" : "''");
		return;
	}
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 0x80 && !isalnum(c) && !strchr("_./:@%+=,-", c))
			vck_buf_addc(b, '\\');
		vck_buf_addc(b, *s);
	}
}

void vck_text_utf8(struct vck_buf *b, const char *s, size_t n)
{
	while (n) {
		uint32_t c;
		size_t len = vck_utf8_next(s, n, &c);

		if (len)
			vck_buf_add(b, s, len);
		else
			vck_buf_adds(b, "\xef\xbf\xbd");
		s += len ? len : 1;
		n -= len ? len : 1;
	}
}

bool vck_line_next(const char **text, size_t *left, const char **line, size_t *len)
{
	const char *nl;

	if (!*left)
		return false;
	nl = memchr(*text, '\n', *left);
	*line = *text;
	*len = nl ? (size_t)(nl - *text) : *left;
	*left -= *len + (nl ? 1 : 0);
	*text += *len + (nl ? 1 : 0);
	return true;
}

char *vck_strip(char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}
