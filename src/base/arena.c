// SPDX-License-Identifier: GPL-2.0-or-later
/* Region allocator: blocks of 64 KiB, larger objects in blocks of their own. */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/oom.h"

#define BLOCK_SIZE ((size_t)64 << 10)
#define ALIGN	   _Alignof(max_align_t)

#if defined(__SANITIZE_ADDRESS__)
#define ONE_OBJECT_A_BLOCK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_OBJECT_A_BLOCK 1
#endif
#endif
#ifndef ONE_OBJECT_A_BLOCK
#define ONE_OBJECT_A_BLOCK 0
#endif

struct vck_arena_block {
	struct vck_arena_block *next;
	size_t size, used;
	_Alignas(max_align_t) unsigned char data[];
};

static struct vck_arena_block *block_add(struct vck_arena *a, size_t size)
{
	struct vck_arena_block *b = calloc(1, sizeof(*b) + size);

	if (!b) {
		vck_oom_note();
		return NULL;
	}
	b->size = size;
	/* A block for one large object goes behind the current one, which keeps its room. */
	if (a->blocks && size > BLOCK_SIZE) {
		b->next = a->blocks->next;
		a->blocks->next = b;
	} else {
		b->next = a->blocks;
		a->blocks = b;
	}
	return b;
}

void *vck_arena_alloc(struct vck_arena *a, size_t size)
{
	struct vck_arena_block *b = a->blocks;
	size_t need;

	if (size > SIZE_MAX / 2)
		return NULL;
	need = ONE_OBJECT_A_BLOCK ? size : (size + ALIGN - 1) & ~(ALIGN - 1);
	if (!b || ONE_OBJECT_A_BLOCK || b->size - b->used < need) {
		size_t block = need > BLOCK_SIZE ? need + 1 : BLOCK_SIZE;

		b = block_add(a, ONE_OBJECT_A_BLOCK ? need : block);
		if (!b)
			return NULL;
	}
	b->used += need;
	a->used += need;
	return b->data + b->used - need;
}

void *vck_arena_calloc(struct vck_arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return vck_arena_alloc(a, bytes);
}

void *vck_arena_memdup(struct vck_arena *a, const void *p, size_t n)
{
	void *q = vck_arena_alloc(a, n);

	if (q && n)
		memcpy(q, p, n);
	return q;
}

char *vck_arena_strndup(struct vck_arena *a, const char *s, size_t n)
{
	char *p;

	n = strnlen(s, n);
	p = vck_arena_alloc(a, n + 1);
	if (p)
		memcpy(p, s, n);
	return p;
}

char *vck_arena_strdup(struct vck_arena *a, const char *s)
{
	return s ? vck_arena_memdup(a, s, strlen(s) + 1) : NULL;
}

char *vck_arena_vprintf(struct vck_arena *a, const char *fmt, va_list ap)
{
	char text[256]; /* most are short: formatted once, then copied */
	va_list copy;
	char *p;
	int n;

	va_copy(copy, ap);
	n = vsnprintf(text, sizeof(text), fmt, copy);
	va_end(copy);
	if (n < 0)
		return NULL;
	if ((size_t)n < sizeof(text))
		return vck_arena_memdup(a, text, (size_t)n + 1);
	p = vck_arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *vck_arena_printf(struct vck_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = vck_arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

char *vck_arena_cat(struct vck_arena *a, const char *s, ...)
{
	size_t n = strlen(s);
	va_list ap;
	char *p, *end;

	va_start(ap, s);
	for (const char *t; (t = va_arg(ap, const char *));)
		n += strlen(t);
	va_end(ap);
	p = end = vck_arena_alloc(a, n + 1);
	if (!p)
		return NULL;
	va_start(ap, s);
	for (; s; s = va_arg(ap, const char *))
		end = stpcpy(end, s);
	va_end(ap);
	return p;
}

int vck_arena_grow(struct vck_arena *a, void *array, size_t n, size_t *cap, size_t size)
{
	void **slot = array, *p;
	size_t want;

	if (n < *cap)
		return 0;
	want = *cap ? *cap * 2 : 8;
	p = vck_arena_calloc(a, want, size);
	if (!p)
		return -ENOMEM;
	if (n)
		memcpy(p, *slot, n * size);
	*slot = p;
	*cap = want;
	return 0;
}

void vck_arena_done(struct vck_arena *a)
{
	struct vck_arena_block *b = a->blocks, *next;

	for (; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct vck_arena){ 0 };
}
