/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Short words for people, shared by table, tree and detail. */
#ifndef VCK_RENDER_LABELS_H
#define VCK_RENDER_LABELS_H

#include "base/buf.h"
#include "model/host.h"

/* "endpoint", "root-port", …; NULL without a PCIe capability that was read. */
const char *vck_pcie_type_label(const struct vck_device *d);
/* Endpoints: the others cannot have a Function Level Reset (PCIe Base 7.5.3.3). */
bool vck_pcie_may_flr(const struct vck_cap_exp *e);
/* Resource @i of a PCI function: "BAR 0", "ROM", "VF BAR 0", "window". */
void vck_resource_label(struct vck_buf *b, const struct vck_device *d, size_t i);
/* "memory", "io", NULL for neither. */
const char *vck_resource_type(const struct vck_resource *r);
/* "yes", "no", "?". */
const char *vck_tri_label(enum vck_tri t);
/* "-" no such bit, "off", "on", "snooped" (on, and the platform overrides it), "?". */
const char *vck_nosnoop_label(const struct vck_device *d);
/* Of a PCI function whose ids are known: "030000", "0300??" without the last byte. */
void vck_class_label(struct vck_buf *b, const struct vck_device *d);
/* The ACS controls that are on ("SV RR CR UF"); "none" on, "-" no capability, "?". */
void vck_acs_label(struct vck_buf *b, const struct vck_device *d);
/* "accepted", "EPERM at group", "?"; with "(noiommu)" where it is. */
void vck_attach_label(struct vck_buf *b, const struct vck_attach *a);
/* Foreign text, neutralised; NULL adds @missing. */
void vck_label_text(struct vck_buf *b, const char *s, const char *missing);
/* How @command is asked about the host that was read: "viommu-check --root PATH COMMAND". */
void vck_command_label(struct vck_buf *b, const char *root, const char *command);
/* Escape sequence for a verdict or result word, "" without colour. */
const char *vck_verdict_color(enum vck_verdict v);

#endif
