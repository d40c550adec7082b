/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only way to look at bytes from outside: every access says whether the
 * bytes are there. A read beyond the end returns false and leaves the output
 * alone; nothing is ever taken for zero. */
#ifndef VCK_BASE_CURSOR_H
#define VCK_BASE_CURSOR_H

#include "base/util.h"

struct vck_bytes {
	const uint8_t *data;
	size_t len;
};

static inline bool vck_bytes_have(struct vck_bytes b, size_t off, size_t n)
{
	return off <= b.len && n <= b.len - off;
}

/* The part [off, off+n) of @b; false when it is not all there. */
static inline must_check bool vck_bytes_sub(struct vck_bytes b, size_t off, size_t n,
					    struct vck_bytes *ret)
{
	if (!vck_bytes_have(b, off, n))
		return false;
	*ret = (struct vck_bytes){ b.data + off, n };
	return true;
}

static inline must_check bool vck_u8(struct vck_bytes b, size_t off, uint8_t *ret)
{
	if (!vck_bytes_have(b, off, 1))
		return false;
	*ret = b.data[off];
	return true;
}

static inline must_check bool vck_le16(struct vck_bytes b, size_t off, uint16_t *ret)
{
	if (!vck_bytes_have(b, off, 2))
		return false;
	*ret = (uint16_t)(b.data[off] | b.data[off + 1] << 8);
	return true;
}

static inline must_check bool vck_le32(struct vck_bytes b, size_t off, uint32_t *ret)
{
	if (!vck_bytes_have(b, off, 4))
		return false;
	*ret = b.data[off] | (uint32_t)b.data[off + 1] << 8 |
	       (uint32_t)b.data[off + 2] << 16 | (uint32_t)b.data[off + 3] << 24;
	return true;
}

static inline must_check bool vck_le64(struct vck_bytes b, size_t off, uint64_t *ret)
{
	uint32_t lo, hi;

	if (!vck_bytes_have(b, off, 8) || !vck_le32(b, off, &lo) ||
	    !vck_le32(b, off + 4, &hi))
		return false;
	*ret = (uint64_t)hi << 32 | lo;
	return true;
}

static inline must_check bool vck_be32(struct vck_bytes b, size_t off, uint32_t *ret)
{
	if (!vck_bytes_have(b, off, 4))
		return false;
	*ret = (uint32_t)b.data[off] << 24 | (uint32_t)b.data[off + 1] << 16 |
	       (uint32_t)b.data[off + 2] << 8 | b.data[off + 3];
	return true;
}

static inline must_check bool vck_be64(struct vck_bytes b, size_t off, uint64_t *ret)
{
	uint32_t lo, hi;

	if (!vck_bytes_have(b, off, 8) || !vck_be32(b, off, &hi) ||
	    !vck_be32(b, off + 4, &lo))
		return false;
	*ret = (uint64_t)hi << 32 | lo;
	return true;
}

#endif
