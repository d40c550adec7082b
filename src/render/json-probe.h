/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_RENDER_JSON_PROBE_H
#define VCK_RENDER_JSON_PROBE_H

#include "model/probe.h"
#include "render/json-writer.h"

/* An answer: in devices[].attach a predicted one, in devices[].probe also the kernel's. */
void vck_attach_json(struct vck_json *j, const char *key, const struct vck_attach *a);
/* devices[].probe: null where nobody asked (@p NULL). */
void vck_probe_json(struct vck_json *j, const struct vck_probe *p);

#endif
