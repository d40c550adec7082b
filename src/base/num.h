/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers from text, whole and with a range; addresses of PCI functions. */
#ifndef VCK_BASE_NUM_H
#define VCK_BASE_NUM_H

#include "base/util.h"

/**
 * vck_parse_u64 - a whole string as an unsigned number
 * @s: digits only, no sign, no blanks; with @base 0 a leading 0x means hex
 * @base: 0, 10 or 16 (16 also takes a leading 0x)
 * @max: the largest value allowed
 * @ret: the number, written only on success
 *
 * Return: 0, -EINVAL (not a number, trailing text), -ERANGE (above @max).
 */
int vck_parse_u64(const char *s, int base, uint64_t max, uint64_t *ret) must_check;
int vck_parse_u32(const char *s, int base, uint32_t *ret) must_check;

/* A PCI function. Domains are 32 bits wide: VMD and Hyper-V use more than 16. */
struct vck_bdf {
	uint32_t domain;
	uint8_t bus, dev, fn;
};

#define VCK_BDF_LEN 20 /* "ffffffff:ff:1f.7" and its NUL, with room */

/**
 * vck_bdf_parse - "DDDD:BB:DD.F" or, in domain 0, "BB:DD.F"
 * Return: 0, or -EINVAL.
 */
int vck_bdf_parse(const char *s, struct vck_bdf *ret) must_check;
/* The same as people type it, who leave zeros out as for lspci -s: "1:0.0", "0:1:0.0". */
int vck_bdf_parse_typed(const char *s, struct vck_bdf *ret) must_check;
/* Writes "0000:01:00.0" to @out of at least VCK_BDF_LEN bytes and returns it. */
const char *vck_bdf_format(struct vck_bdf a, char *out);
/* Orders by domain, bus, device, function. */
int vck_bdf_cmp(struct vck_bdf a, struct vck_bdf b);

/* Device and function in one byte, as requester ids have it. */
static inline uint8_t vck_bdf_devfn(struct vck_bdf a)
{
	return (uint8_t)(a.dev << 3 | a.fn);
}

/* Orders names so that digit runs compare as numbers ("2" before "10"). */
int vck_natural_cmp(const char *a, const char *b);

#endif
