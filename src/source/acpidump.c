// SPDX-License-Identifier: GPL-2.0-or-later
/* Text of acpidump(8), as people paste it: "DSDT @ 0x00000000" and lines of
 * "  0000: 44 53 ...  DS..". Other lines between tables are passed over. */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "base/text.h"
#include "source/acpi.h"

/* "SIG @ 0x…": the signature, at most 8 characters ("RSD PTR "). */
static bool is_title(const char *line, size_t len, char *name)
{
	const char *at = memmem(line, len, " @ 0x", 5);
	size_t n = at ? (size_t)(at - line) : 0;

	if (n == 0 || n > 8)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isprint((unsigned char)line[i]))
			return false;
	}
	memcpy(name, line, n);
	name[n] = '\0';
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "  0010: xx xx …": bytes of the line into @out, at most 16; false when it is none. */
static bool hex_line(const char *line, size_t len, size_t *ret_off, uint8_t *out, size_t *ret_n)
{
	size_t i = 0, off = 0, digits = 0, n = 0;

	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	for (; i < len && hex_digit(line[i]) >= 0 && digits < 8; i++, digits++)
		off = off << 4 | (size_t)hex_digit(line[i]);
	if (!digits || i >= len || line[i] != ':')
		return false;
	i++;
	while (n < 16 && i + 2 < len && line[i] == ' ' && hex_digit(line[i + 1]) >= 0 &&
	       hex_digit(line[i + 2]) >= 0) {
		out[n++] = (uint8_t)(hex_digit(line[i + 1]) << 4 | hex_digit(line[i + 2]));
		i += 3;
	}
	*ret_off = off;
	*ret_n = n;
	return n > 0;
}

static int append(struct vck_acpidump *d, const uint8_t *p, size_t n)
{
	if (d->cap - d->len < n) {
		size_t cap = d->cap ? 2 * d->cap : 4096;
		uint8_t *data = realloc(d->data, cap);

		if (!data)
			return -ENOMEM;
		d->data = data;
		d->cap = cap;
	}
	memcpy(d->data + d->len, p, n);
	d->len += n;
	return 0;
}

/* The lines of one table; stops before the next title. */
static int read_lines(struct vck_acpidump *d)
{
	for (;;) {
		const char *text = d->text, *line;
		size_t left = d->left, len, off, n;
		uint8_t bytes[16];
		char name[16];

		if (!vck_line_next(&text, &left, &line, &len) || is_title(line, len, name))
			return 1;
		d->text = text;
		d->left = left;
		if (!hex_line(line, len, &off, bytes, &n)) {
			d->skipped += len > 0 && d->len == 0;
			continue;
		}
		/* A gap would put every later byte in the wrong place: end it there. */
		if (off != d->len)
			d->skipped++;
		else if (append(d, bytes, n) < 0)
			return -ENOMEM;
	}
}

int vck_acpidump_next(struct vck_acpidump *d)
{
	const char *line;
	size_t len;

	d->len = 0;
	d->skipped = 0;
	while (vck_line_next(&d->text, &d->left, &line, &len)) {
		if (is_title(line, len, d->name))
			return read_lines(d);
	}
	return 0;
}

void vck_acpidump_done(struct vck_acpidump *d)
{
	free(d->data);
	d->data = NULL;
}

bool vck_acpidump_is(struct vck_bytes b)
{
	const char *text = (const char *)b.data, *line;
	size_t left = b.len < 65536 ? b.len : 65536, len;
	char name[16];

	while (vck_line_next(&text, &left, &line, &len)) {
		if (is_title(line, len, name))
			return true;
	}
	return false;
}
