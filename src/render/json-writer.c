// SPDX-License-Identifier: GPL-2.0-or-later
/* One JSON value at a time on top of json-c. */
#include "config.h"

#include <assert.h>
#include <json-c/json.h>

#include "base/text.h"
#include "render/json-writer.h"

#define PLAIN	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define LITERAL (JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT)

void vck_json_done(struct vck_json *j)
{
	if (j->depth)
		json_object_put(j->stack[0]);
	vck_buf_done(&j->text);
	*j = (struct vck_json){ 0 };
}

/* Takes @value over; NULL stands for null, so an allocation that failed is told by @ok. */
static void add(struct vck_json *j, const char *key, struct json_object *value, bool ok)
{
	struct json_object *top = j->depth ? j->stack[j->depth - 1] : NULL;
	int r = -1;

	if (ok && !j->failed && top) {
		if (key)
			r = json_object_object_add_ex(top, key, value, LITERAL);
		else
			r = json_object_array_add(top, value);
	}
	if (r < 0) {
		json_object_put(value);
		j->failed = true;
	}
}

static void begin(struct vck_json *j, const char *key, struct json_object *value)
{
	assert(j->depth < VCK_JSON_DEPTH);
	if (j->depth)
		add(j, key, value, value != NULL);
	if (!value)
		j->failed = true;
	/* After a failure the value may be gone: nothing is added to it any more. */
	if (j->failed && j->depth)
		value = j->stack[0];
	j->stack[j->depth++] = value;
}

void vck_json_object(struct vck_json *j, const char *key)
{
	begin(j, key, json_object_new_object());
}

void vck_json_array(struct vck_json *j, const char *key)
{
	begin(j, key, json_object_new_array());
}

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

/* They can only stand inside of strings, so they are replaced in the finished text. */
static void write_text(FILE *out, const char *s, size_t n)
{
	size_t start = 0;
	uint32_t c = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = is_control(s + i, n - i, &c);

		if (!len)
			continue;
		fwrite(s + start, 1, i - start, out);
		fprintf(out, "\\u%04x", c);
		start = i + len;
		i = start - 1;
	}
	fwrite(s + start, 1, n - start, out);
}

void vck_json_end(struct vck_json *j)
{
	const char *text = NULL;
	size_t n = 0;

	assert(j->depth);
	if (--j->depth)
		return;
	if (!j->failed)
		text = json_object_to_json_string_length(j->stack[0], PLAIN, &n);
	if (text)
		write_text(j->out, text, n);
	else
		j->failed = true;
	json_object_put(j->stack[0]);
}

/* Most text is plain ASCII and needs no copy. */
static bool is_utf8(const char *s, size_t n)
{
	while (n) {
		uint32_t c;
		size_t len = vck_utf8_next(s, n, &c);

		if (!len)
			return false;
		s += len;
		n -= len;
	}
	return true;
}

static struct json_object *string(struct vck_json *j, const char *value)
{
	size_t n = strlen(value);

	if (is_utf8(value, n))
		return json_object_new_string_len(value, (int)n);
	vck_buf_reset(&j->text);
	vck_text_utf8(&j->text, value, n);
	if (j->text.failed)
		return NULL;
	return json_object_new_string_len(vck_buf_str(&j->text), (int)j->text.len);
}

void vck_json_str(struct vck_json *j, const char *key, const char *value)
{
	struct json_object *o = value ? string(j, value) : NULL;

	add(j, key, o, !value || o);
}

void vck_json_strf(struct vck_json *j, const char *key, const char *fmt, ...)
{
	cleanup_buf struct vck_buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vck_buf_addvf(&b, fmt, ap);
	va_end(ap);
	if (b.failed)
		j->failed = true;
	vck_json_str(j, key, vck_buf_str(&b));
}

void vck_json_num(struct vck_json *j, const char *key, uint64_t value)
{
	struct json_object *o = json_object_new_uint64(value);

	add(j, key, o, o);
}

void vck_json_bool(struct vck_json *j, const char *key, bool value)
{
	struct json_object *o = json_object_new_boolean(value);

	add(j, key, o, o);
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
	add(j, key, NULL, true);
}

void vck_json_hex(struct vck_json *j, const char *key, bool known, uint64_t value)
{
	if (known)
		vck_json_strf(j, key, "0x%llx", (unsigned long long)value);
	else
		vck_json_null(j, key);
}

void vck_json_str_under(struct vck_json *j, const char *key, const char *value)
{
	struct json_object *top = j->depth ? j->stack[j->depth - 1] : NULL;
	struct json_object *o = string(j, value);
	struct json_object *name = string(j, key);

	if (j->failed || !o || !name ||
	    json_object_object_add_ex(top, json_object_get_string(name), o, 0) < 0) {
		json_object_put(o);
		j->failed = true;
	}
	json_object_put(name);
}
