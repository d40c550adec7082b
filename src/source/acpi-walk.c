// SPDX-License-Identifier: GPL-2.0-or-later
/* The one way to walk the structures inside of an ACPI table. */
#include "config.h"

#include "source/acpi.h"

/* Type and length of the structure at @off; false when the header is cut. */
static bool sub_header(const struct vck_sub_walk *w, uint16_t *type, uint16_t *len)
{
	uint8_t t8;

	if (w->layout == VCK_SUB_16_16)
		return vck_le16(w->table, w->next, type) &&
		       vck_le16(w->table, w->next + 2, len);
	if (!vck_u8(w->table, w->next, &t8))
		return false;
	*type = t8;
	return vck_le16(w->table, w->next + (w->layout == VCK_SUB_8_16 ? 1 : 2), len);
}

bool vck_sub_next(struct vck_sub_walk *w, struct vck_sub *ret)
{
	uint16_t type = 0, len = 0;

	if (w->left == 0 || w->bad)
		return false;
	if (w->next >= w->table.len) {
		if (w->left != UINT32_MAX)
			w->bad = "fewer structures than its header says";
		return false;
	}
	if (!sub_header(w, &type, &len)) {
		w->bad = "a structure's header is cut short";
		return false;
	}
	if (len < 4) {
		w->bad = "a structure's length is shorter than its header";
		return false;
	}
	ret->offset = (uint32_t)w->next;
	ret->type = type;
	if (!vck_bytes_sub(w->table, w->next, len, &ret->b)) {
		/* What is there of it may still be of use: the parsers check each field. */
		w->bad = "a structure ends beyond the table";
		ret->b = (struct vck_bytes){ w->table.data + w->next, w->table.len - w->next };
	}
	w->next += len;
	if (w->left != UINT32_MAX)
		w->left--;
	return true;
}
