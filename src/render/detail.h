/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections of `show` that detail.c leaves to files of their own. */
#ifndef VCK_RENDER_DETAIL_H
#define VCK_RENDER_DETAIL_H

#include "render/sheet.h"

/* Of a PCI function: each capability that is there, decoded with lspci's names of bits.
 */
void vck_detail_capabilities(const struct vck_sheet *s, const struct vck_device *d);
/* Of a PCI function: BARs, ROM, BARs of its VFs, windows of a bridge. */
void vck_detail_resources(const struct vck_sheet *s, const struct vck_device *d);

#endif
