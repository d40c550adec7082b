/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing byte string. After a failed allocation it stays failed, so that a
 * run of appends needs one check at the end. Always NUL-terminated. */
#ifndef VCK_BASE_BUF_H
#define VCK_BASE_BUF_H

#include <stdarg.h>

#include "base/util.h"

struct vck_buf {
	char *data; /* NULL until the first append; owned */
	size_t len, cap;
	bool failed;
};

void vck_buf_add(struct vck_buf *b, const void *p, size_t n);
void vck_buf_adds(struct vck_buf *b, const char *s);
/* Strings one behind another, up to a NULL. */
void vck_buf_cat(struct vck_buf *b, const char *s, ...) __attribute__((sentinel));
void vck_buf_addc(struct vck_buf *b, char c);
void vck_buf_addf(struct vck_buf *b, const char *fmt, ...) printf_like(2, 3);
void vck_buf_addvf(struct vck_buf *b, const char *fmt, va_list ap) printf_like(2, 0);
/* Room for @n bytes behind the content, to be filled by the caller and made part of it by
 * vck_buf_used(); NULL when memory ran out. Borrowed until the next call. */
char *vck_buf_room(struct vck_buf *b, size_t n);
void vck_buf_used(struct vck_buf *b, size_t n);
/* Empty it and keep the memory. */
void vck_buf_reset(struct vck_buf *b);
/* The string, "" when nothing was added or memory ran out. */
const char *vck_buf_str(const struct vck_buf *b);
/* Hand the string over (caller frees); NULL when memory ran out. */
char *vck_buf_take(struct vck_buf *b) must_check;
void vck_buf_done(struct vck_buf *b);

#define cleanup_buf cleanup(vck_buf_done)

#endif
