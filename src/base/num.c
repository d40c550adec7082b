// SPDX-License-Identifier: GPL-2.0-or-later
/* Number and address parsing. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/num.h"

static int digit(char c)
{
	unsigned d = (unsigned char)c - (unsigned)'0', letter = (c | 0x20u) - (unsigned)'a';

	if (d < 10)
		return (int)d;
	return letter < 6 ? (int)letter + 10 : 16;
}

int vck_parse_u64(const char *s, int base, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (base != 10 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		s += 2;
		base = 16;
	}
	if (base == 0)
		base = 10;
	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		int d = digit(*s);

		if (d >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return -ERANGE;
	}
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int vck_parse_u32(const char *s, int base, uint32_t *ret)
{
	uint64_t v;
	int r = vck_parse_u64(s, base, UINT32_MAX, &v);

	if (r < 0)
		return r;
	*ret = (uint32_t)v;
	return 0;
}

/* Up to @max hex digits from *s into *ret; at least @min of them. */
static bool hex_field(const char **s, size_t min, size_t max, uint32_t *ret)
{
	uint32_t v = 0;
	size_t n;

	for (n = 0; n < max && digit((*s)[n]) < 16; n++)
		v = v << 4 | (uint32_t)digit((*s)[n]);
	if (n < min)
		return false;
	*s += n;
	*ret = v;
	return true;
}

/* At least @min digits of a bus or device. */
static int parse_bdf(const char *s, size_t min, struct vck_bdf *ret)
{
	uint32_t domain = 0, bus, dev, fn;

	if (strchr(s, ':') != strrchr(s, ':')) {
		if (!hex_field(&s, min == 1 ? 1 : 4, 8, &domain) || *s++ != ':')
			return -EINVAL;
	}
	if (!hex_field(&s, min, 2, &bus) || *s++ != ':' || !hex_field(&s, min, 2, &dev) ||
	    *s++ != '.' || !hex_field(&s, 1, 1, &fn) || *s || dev > 31 || fn > 7)
		return -EINVAL;
	*ret = (struct vck_bdf){ domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn };
	return 0;
}

int vck_bdf_parse(const char *s, struct vck_bdf *ret)
{
	return parse_bdf(s, 2, ret);
}

int vck_bdf_parse_typed(const char *s, struct vck_bdf *ret)
{
	return parse_bdf(s, 1, ret);
}

const char *vck_bdf_format(struct vck_bdf a, char *out)
{
	snprintf(out, VCK_BDF_LEN, "%04x:%02x:%02x.%x", a.domain, a.bus, a.dev & 31,
		 a.fn & 7);
	return out;
}

int vck_bdf_cmp(struct vck_bdf a, struct vck_bdf b)
{
	uint64_t x = (uint64_t)a.domain << 16 | (uint64_t)a.bus << 8 | vck_bdf_devfn(a);
	uint64_t y = (uint64_t)b.domain << 16 | (uint64_t)b.bus << 8 | vck_bdf_devfn(b);

	return (x > y) - (x < y);
}

static size_t digits(const char *s)
{
	size_t n = 0;

	while (isdigit((unsigned char)s[n]))
		n++;
	return n;
}

int vck_natural_cmp(const char *a, const char *b)
{
	while (*a && *b) {
		size_t n, m;
		int r;

		if (!isdigit((unsigned char)*a) || !isdigit((unsigned char)*b)) {
			if (*a != *b)
				return (unsigned char)*a - (unsigned char)*b;
			a++, b++;
			continue;
		}
		for (; *a == '0' && isdigit((unsigned char)a[1]); a++)
			;
		for (; *b == '0' && isdigit((unsigned char)b[1]); b++)
			;
		n = digits(a);
		m = digits(b);
		if (n != m)
			return n < m ? -1 : 1;
		r = strncmp(a, b, n);
		if (r)
			return r;
		a += n;
		b += m;
	}
	return (unsigned char)*a - (unsigned char)*b;
}
