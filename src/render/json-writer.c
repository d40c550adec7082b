// SPDX-License-Identifier: GPL-2.0-or-later
/* One JSON value at a time. */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <json-c/json.h>

#include "base/text.h"
#include "render/json-writer.h"

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

void vck_json_done(struct vck_json *j)
{
	vck_buf_done(&j->text);
	*j = (struct vck_json){ 0 };
}

/* --- strings --- */

/* Length of a character that json-c writes as it is and that a terminal may act upon:
 * DEL, the C1 controls, bidirectional controls and line separators; 0 for any other. */
static size_t is_control(const char *s, size_t n, uint32_t *ret)
{
	size_t len;

	if ((unsigned char)*s < 0x7f)
		return 0;
	len = vck_utf8_next(s, n, ret);
	if (*ret < 0xa0 || *ret == 0x61c || *ret == 0x200e || *ret == 0x200f ||
	    (*ret >= 0x2028 && *ret <= 0x202e) || (*ret >= 0x2066 && *ret <= 0x2069) ||
	    *ret == 0xfeff)
		return len;
	return 0;
}

static void add_escaped(struct vck_buf *b, const char *s, size_t n)
{
	size_t start = 0;
	uint32_t c = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = is_control(s + i, n - i, &c);

		if (!len)
			continue;
		vck_buf_add(b, s + start, i - start);
		vck_buf_addf(b, "\\u%04x", c);
		start = i + len;
		i = start - 1;
	}
	vck_buf_add(b, s + start, n - start);
}

/* Anything else: made UTF-8 here, escaped by json-c. */
static int foreign(struct vck_json *j, const char *value, size_t n)
{
	cleanup_buf struct vck_buf utf8 = { 0 };
	struct json_object *o;
	const char *text;
	size_t len;

	vck_text_utf8(&utf8, value, n);
	if (utf8.failed)
		return -1;
	o = json_object_new_string_len(vck_buf_str(&utf8), (int)utf8.len);
	text = o ? json_object_to_json_string_length(o, PLAIN, &len) : NULL;
	if (text)
		add_escaped(&j->text, text, len);
	json_object_put(o);
	return text ? 0 : -1;
}

/* Printable ASCII but for what needs a backslash, eight bytes at a time: a byte is below n
 * where (x - n) & ~x has its high bit (Bit Twiddling Hacks), n up to 128. */
static size_t plain_length(const char *s, size_t n)
{
	const uint64_t ones = UINT64_MAX / 255, high = ones * 128;
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		uint64_t x, quote, slash, del;

		memcpy(&x, s + i, 8);
		quote = x ^ ones * '"';
		slash = x ^ ones * '\\';
		del = x ^ ones * 0x7f;
		if ((x | ((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) |
		     ((slash - ones) & ~slash) | ((del - ones) & ~del)) &
		    high)
			break;
	}
	while (i < n && (unsigned char)s[i] - 0x20u < 0x5fu && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

/* @value at @p, which has room for twice its length and two; where it ends, or NULL when it
 * needs more than a backslash here and there. */
static char *plain_string(char *p, const char *value, size_t n)
{
	*p++ = '"';
	for (size_t i = 0; i < n; i++) {
		size_t k = plain_length(value + i, n - i);

		memcpy(p, value + i, k);
		p += k;
		i += k;
		if (i == n)
			break;
		if (value[i] != '\n' && value[i] != '"' && value[i] != '\\')
			return NULL;
		*p++ = '\\';
		*p++ = value[i] == '\n' ? 'n' : value[i];
	}
	*p++ = '"';
	return p;
}

/* --- structure --- */

/* What stands before a value, the comma and its key, with room for @extra bytes of the value
 * behind it; where that begins, or NULL when memory ran out. Not yet part of the text. */
static char *lead(struct vck_json *j, const char *key, size_t extra)
{
	size_t n = key ? strlen(key) : 0;
	char *p = vck_buf_room(&j->text, n + 4 + extra);

	if (!p)
		return NULL;
	if (j->follows)
		*p++ = ',';
	j->follows = true;
	if (key) {
		*p++ = '"';
		memcpy(p, key, n);
		memcpy(p + n, "\":", 2);
		p += n + 2;
	}
	return p;
}

/* The text goes up to @end. */
static void used_to(struct vck_json *j, const char *end)
{
	vck_buf_used(&j->text, (size_t)(end - j->text.data) - j->text.len);
}

/* A member whose value needs no escaping. */
static void member(struct vck_json *j, const char *key, const char *value, size_t n)
{
	char *p = lead(j, key, n);

	if (!p)
		return;
	memcpy(p, value, n);
	used_to(j, p + n);
}

static void begin(struct vck_json *j, const char *key, char open, char close)
{
	assert(j->depth < VCK_JSON_DEPTH);
	member(j, key, &open, 1);
	j->close[j->depth++] = close;
	j->follows = false;
}

void vck_json_object(struct vck_json *j, const char *key)
{
	begin(j, key, '{', '}');
}

void vck_json_array(struct vck_json *j, const char *key)
{
	begin(j, key, '[', ']');
}

void vck_json_end(struct vck_json *j)
{
	assert(j->depth);
	vck_buf_addc(&j->text, j->close[--j->depth]);
	j->follows = true;
	if (j->depth)
		return;
	j->failed = j->failed || j->text.failed;
	if (!j->failed)
		fwrite(vck_buf_str(&j->text), 1, j->text.len, j->out);
	vck_buf_reset(&j->text);
	j->follows = false;
}

/* --- members --- */

void vck_json_str(struct vck_json *j, const char *key, const char *value)
{
	size_t n = value ? strlen(value) : 0;
	char *p, *end;

	if (!value) {
		member(j, key, "null", 4);
		return;
	}
	p = lead(j, key, 2 * n + 2);
	if (!p)
		return;
	end = plain_string(p, value, n);
	used_to(j, end ? end : p);
	if (!end && foreign(j, value, n) < 0)
		j->failed = true;
}

void vck_json_strf(struct vck_json *j, const char *key, const char *fmt, ...)
{
	cleanup_buf struct vck_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vck_buf_addvf(&b, fmt, ap);
	va_end(ap);
	j->failed = j->failed || b.failed;
	vck_json_str(j, key, vck_buf_str(&b));
}

void vck_json_num(struct vck_json *j, const char *key, uint64_t value)
{
	member(j, key, "", 0);
	vck_buf_addf(&j->text, "%" PRIu64, value);
}

void vck_json_bool(struct vck_json *j, const char *key, bool value)
{
	member(j, key, value ? "true" : "false", value ? 4 : 5);
}

void vck_json_tri(struct vck_json *j, const char *key, enum vck_tri value)
{
	if (value == VCK_UNKNOWN)
		vck_json_null(j, key);
	else
		vck_json_bool(j, key, value == VCK_YES);
}

void vck_json_null(struct vck_json *j, const char *key)
{
	vck_json_str(j, key, NULL);
}

/* @value as @digits lower-case hex digits at the end of @out, which is terminated. */
static char *hex(char *out, size_t size, uint64_t value, unsigned digits)
{
	char *p = out + size - 1;

	*p = '\0';
	for (unsigned i = 0; i < digits || value; i++, value >>= 4)
		*--p = "0123456789abcdef"[value & 15];
	return p;
}

void vck_json_digits(struct vck_json *j, const char *key, bool known, uint32_t value,
		     unsigned digits)
{
	char text[20];

	vck_json_str(j, key, known ? hex(text, sizeof(text), value, digits) : NULL);
}

void vck_json_hex(struct vck_json *j, const char *key, bool known, uint64_t value)
{
	char text[20], *p = hex(text, sizeof(text), value, 1);

	*--p = 'x';
	*--p = '0';
	vck_json_str(j, key, known ? p : NULL);
}

void vck_json_str_under(struct vck_json *j, const char *key, const char *value)
{
	/* The key as a value, then its own, without a comma between them. */
	vck_json_str(j, NULL, key);
	vck_buf_addc(&j->text, ':');
	j->follows = false;
	vck_json_str(j, NULL, value);
}
