/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Macros and cleanup helpers used everywhere. No I/O, no state. */
#ifndef VCK_BASE_UTIL_H
#define VCK_BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a)	 (sizeof(a) / sizeof((a)[0]))
#define must_check	 __attribute__((warn_unused_result))
#define printf_like(f, a) __attribute__((format(printf, f, a)))
#define cleanup(fn)	 __attribute__((cleanup(fn)))
#define cleanup_free	 cleanup(vck_freep)

/* Hand a pointer over and leave NULL behind, so that its cleanup does nothing. */
#define TAKE_PTR(p)                     \
	({                              \
		__typeof__(p) p_ = (p); \
		(p) = NULL;             \
		p_;                     \
	})

static inline void vck_freep(void *p)
{
	free(*(void **)p);
}

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* NULL-safe equality: two NULLs are equal, NULL and a string are not. */
static inline bool streq0(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The rest of @s behind @prefix, or NULL. */
static inline const char *str_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

static inline bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

#endif
