/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ACPI tables made by hand: appends little-endian fields to a buffer and closes it
 * with length and checksum. */
#ifndef VCK_TEST_TABLEBYTES_H
#define VCK_TEST_TABLEBYTES_H

#include "base/cursor.h"

struct tb {
	uint8_t data[8192];
	size_t len;
};

static inline void tb_u(struct tb *t, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		t->data[t->len++] = i < sizeof(v) ? (uint8_t)(v >> 8 * i) : 0;
}

static inline void tb_raw(struct tb *t, const void *p, size_t n)
{
	memcpy(t->data + t->len, p, n);
	t->len += n;
}

static inline void tb_at(struct tb *t, size_t off, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		t->data[off + i] = (uint8_t)(v >> 8 * i);
}

static inline void tb_begin(struct tb *t, const char *signature)
{
	*t = (struct tb){ 0 };
	tb_raw(t, signature, 4);
	tb_u(t, 0, 4);
	tb_u(t, 2, 1);
	tb_u(t, 0, 1);
	tb_raw(t, "VCKTST", 6);
	tb_raw(t, "TABLE   ", 8);
	tb_u(t, 1, 4);
	tb_raw(t, "VCK ", 4);
	tb_u(t, 1, 4);
}

static inline struct vck_bytes tb_end(struct tb *t)
{
	uint8_t sum = 0;

	tb_at(t, 4, t->len, 4);
	t->data[9] = 0;
	for (size_t i = 0; i < t->len; i++)
		sum = (uint8_t)(sum + t->data[i]);
	t->data[9] = (uint8_t)-sum;
	return (struct vck_bytes){ t->data, t->len };
}

#endif
