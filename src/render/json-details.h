/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VCK_RENDER_JSON_DETAILS_H
#define VCK_RENDER_JSON_DETAILS_H

#include "model/host.h"
#include "render/json-writer.h"

/* devices[].details, into the open object: what was read of a device and decides little.
 */
void vck_json_details(struct vck_json *j, const struct vck_device *d);

#endif
