/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A region allocator: everything in it dies together. The host model lives in
 * one. In sanitizer builds every object is its own malloc, so that an overrun
 * of one object is still seen. */
#ifndef VCK_BASE_ARENA_H
#define VCK_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/util.h"

struct vck_arena {
	struct vck_arena_block *blocks;
	size_t used; /* bytes handed out, for the memory figure of `make bench` */
};

/* Zeroed memory aligned for any type, or NULL when memory is short. */
void *vck_arena_alloc(struct vck_arena *a, size_t size) must_check;
/* Zeroed array; NULL also when @n * @size overflows. */
void *vck_arena_calloc(struct vck_arena *a, size_t n, size_t size) must_check;
/* Copy of @s (NULL gives NULL), of at most @n bytes for the second form. */
char *vck_arena_strdup(struct vck_arena *a, const char *s) must_check;
char *vck_arena_strndup(struct vck_arena *a, const char *s, size_t n) must_check;
void *vck_arena_memdup(struct vck_arena *a, const void *p, size_t n) must_check;
/* Strings one behind another, up to a NULL. */
char *vck_arena_cat(struct vck_arena *a, const char *s, ...) __attribute__((sentinel));
char *vck_arena_printf(struct vck_arena *a, const char *fmt, ...) must_check
	printf_like(2, 3);
char *vck_arena_vprintf(struct vck_arena *a, const char *fmt, va_list ap) must_check
	printf_like(2, 0);

/**
 * vck_arena_grow - make room for one more element of an array in the arena
 * @a: the arena; the old array stays in it until the end
 * @array: pointer to the array pointer; replaced when it had to grow
 * @n: elements in use
 * @cap: capacity, updated
 * @size: bytes an element
 *
 * Capacity doubles, so the waste is at most the size of the array.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int vck_arena_grow(struct vck_arena *a, void *array, size_t n, size_t *cap, size_t size)
	must_check;

/* Frees all of it; the struct can be used again. */
void vck_arena_done(struct vck_arena *a);

#endif
