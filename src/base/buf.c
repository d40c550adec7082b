// SPDX-License-Identifier: GPL-2.0-or-later
/* Growing byte string. */
#include "config.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/oom.h"

static bool reserve(struct vck_buf *b, size_t extra)
{
	size_t want, need;
	char *p;

	if (b->failed || __builtin_add_overflow(b->len + 1, extra, &need))
		return false;
	if (need <= b->cap)
		return true;
	want = b->cap ? b->cap : 256;
	while (want < need)
		want *= 2;
	p = realloc(b->data, want);
	if (!p) {
		b->failed = true;
		vck_oom_note();
		return false;
	}
	b->data = p;
	b->cap = want;
	return true;
}

char *vck_buf_room(struct vck_buf *b, size_t n)
{
	return reserve(b, n) ? b->data + b->len : NULL;
}

void vck_buf_used(struct vck_buf *b, size_t n)
{
	b->len += n;
	b->data[b->len] = '\0';
}

void vck_buf_add(struct vck_buf *b, const void *p, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void vck_buf_adds(struct vck_buf *b, const char *s)
{
	vck_buf_add(b, s, strlen(s));
}

void vck_buf_cat(struct vck_buf *b, const char *s, ...)
{
	va_list ap;

	va_start(ap, s);
	for (; s; s = va_arg(ap, const char *))
		vck_buf_adds(b, s);
	va_end(ap);
}

void vck_buf_addc(struct vck_buf *b, char c)
{
	vck_buf_add(b, &c, 1);
}

void vck_buf_addvf(struct vck_buf *b, const char *fmt, va_list ap)
{
	size_t room = b->cap - b->len;
	va_list copy;
	int n;

	/* Into what room there is; once more where that was too little. */
	va_copy(copy, ap);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, copy);
	va_end(copy);
	if (n < 0 || !reserve(b, (size_t)n)) {
		if (room)
			b->data[b->len] = '\0';
		b->failed = true;
		return;
	}
	if ((size_t)n >= room)
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void vck_buf_addf(struct vck_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vck_buf_addvf(b, fmt, ap);
	va_end(ap);
}

void vck_buf_reset(struct vck_buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

const char *vck_buf_str(const struct vck_buf *b)
{
	return b->data && !b->failed ? b->data : "";
}

char *vck_buf_take(struct vck_buf *b)
{
	char *p;

	vck_buf_add(b, "", 0);
	if (b->failed) {
		vck_buf_done(b);
		return NULL;
	}
	p = b->data;
	*b = (struct vck_buf){ 0 };
	return p;
}

void vck_buf_done(struct vck_buf *b)
{
	free(b->data);
	*b = (struct vck_buf){ 0 };
}
