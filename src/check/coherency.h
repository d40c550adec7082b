/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules about coherency share with its derivation. */
#ifndef VCK_CHECK_COHERENCY_H
#define VCK_CHECK_COHERENCY_H

#include "model/host.h"

/* The _CCA that decides for the object @path: the outermost one on the way to it. NULL:
 * there is none in what was read. */
const struct vck_cca *vck_cca_of(struct vck_host *h, const char *path);
/* What the kernel makes of it: its lowest bit; unknown where it cannot be evaluated. */
enum vck_tri vck_cca_value(const struct vck_cca *c);
/* The object whose _CCA counts for a device: the host bridge of a PCI function. Or NULL. */
const char *vck_coherency_path(const struct vck_device *d);

#endif
