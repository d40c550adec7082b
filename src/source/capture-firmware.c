// SPDX-License-Identifier: GPL-2.0-or-later
/* What identifies a machine in what its firmware handed over. Bytes are changed in place,
 * so that everything else stays where it was. */
#include "config.h"

#include <ctype.h>

#include "base/cursor.h"
#include "source/capture-words.h"
#include "source/capture.h"
#include "source/fdt.h"

/* --- the flattened device tree --- */

/* Length of the NUL-terminated string at @off, with the NUL; 0: it does not end. */
static size_t string_size(struct vck_bytes b, size_t off)
{
	const uint8_t *nul = off < b.len ? memchr(b.data + off, 0, b.len - off) : NULL;

	return nul ? (size_t)(nul - (b.data + off)) + 1 : 0;
}

/* Zeroes for the value of a property that no reader asks for: serial numbers, MAC addresses,
 * the command line. False at the end of what can be followed. */
static bool scrub_prop(uint8_t *data, struct vck_bytes b, size_t strings, size_t *at)
{
	uint32_t len, name;

	if (!vck_be32(b, *at, &len) || !vck_be32(b, *at + 4, &name) ||
	    !vck_bytes_have(b, *at + 8, len))
		return false;
	if (!string_size(b, strings + name) ||
	    !vck_dt_wanted((const char *)b.data + strings + name))
		memset(data + *at + 8, 0, len);
	*at += 8 + (((size_t)len + 3) & ~(size_t)3);
	return true;
}

int vck_scrub_fdt(struct vck_mem_node *f)
{
	struct vck_bytes b;
	uint32_t structs, strings, token;
	size_t at;

	if (!f->n_extents || !vck_mem_is_whole(f)) {
		vck_mem_forget(f);
		return 0;
	}
	b = (struct vck_bytes){f->extents[0].data, f->extents[0].len};
	if (!vck_be32(b, 8, &structs) || !vck_be32(b, 12, &strings))
		return 0;
	for (at = structs; vck_be32(b, at, &token);) {
		at += 4;
		if (token == FDT_BEGIN_NODE)
			at += (string_size(b, at) + 3) & ~(size_t)3;
		else if (token == FDT_PROP ? !scrub_prop(f->extents[0].data, b, strings, &at)
					   : token != FDT_END_NODE && token != FDT_NOP)
			break;
	}
	return 0;
}

/* --- ACPI tables --- */

/* "_AUXMAC_#525400123456#": the address that a dock or USB adapter takes over from the
 * machine, which the firmware writes into the table. Its checksum stays as right as it was. */
int vck_scrub_acpi(struct vck_mem_node *f)
{
	static const char mark[] = "MAC_#";
	const size_t skip = sizeof(mark) - 1, digits = 12;
	uint8_t *data = f->n_extents ? f->extents[0].data : NULL;
	size_t len = f->n_extents ? f->extents[0].len : 0;
	uint8_t *p = data, sum = 0;

	while (p && (p = memmem(p, len - (size_t)(p - data), mark, skip))) {
		p += skip;
		for (size_t i = 0; i < digits && p < data + len && isxdigit(*p); i++, p++) {
			sum = (uint8_t)(sum + *p - '0');
			*p = '0';
		}
	}
	if (sum && f->extents[0].off == 0 && len > 9)
		data[9] = (uint8_t)(data[9] + sum);
	return 0;
}
