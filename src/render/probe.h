/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_RENDER_PROBE_H
#define VCK_RENDER_PROBE_H

#include "render/render.h"

/* What the kernel answered for a device whose probe is set. */
void vck_render_probe(FILE *out, const struct vck_device *d, const struct vck_style *style);

#endif
