/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device trees to the model: from the flattened form, or node by node. */
#ifndef VCK_SOURCE_FDT_H
#define VCK_SOURCE_FDT_H

#include "base/cursor.h"
#include "model/host.h"

/* Tokens of the structure block (Devicetree Specification 0.4, 5.4.1). */
enum {
	FDT_BEGIN_NODE = 1,
	FDT_END_NODE = 2,
	FDT_PROP = 3,
	FDT_NOP = 4,
	FDT_END = 9,
};

#define VCK_DT_DEPTH 64	     /* deepest nesting that is followed */
#define VCK_DT_NODES 65536   /* most nodes that are kept; real boards have some thousands */
#define VCK_DT_PATH 1024     /* longest path of a node */

/* Whether somebody reads the property; others are not kept. */
bool vck_dt_wanted(const char *name);
/* A node below @parent (NULL: the root) with a copy of @name; NULL when memory is short
 * or there are too many. Children keep their order. @last: the sibling before it. */
struct vck_dt_node *vck_dt_add_node(struct vck_host *h, struct vck_dt_node *parent,
				    struct vck_dt_node *last, const char *name) must_check;
int vck_dt_add_prop(struct vck_host *h, struct vck_dt_node *n, size_t *cap, const char *name,
		    struct vck_bytes value) must_check;
/* Once after the last node: the index of phandles. */
int vck_dt_finish(struct vck_host *h) must_check;

/* Does it begin as a flattened device tree? */
bool vck_fdt_is(struct vck_bytes b);
/**
 * vck_fdt_read - a flattened device tree into h->dt
 * @path: for the problem lines
 *
 * Devicetree Specification 0.4, chapter 5. What stands before damage is kept.
 * Return: 0 or -ENOMEM.
 */
int vck_fdt_read(struct vck_host *h, const char *path, struct vck_bytes b) must_check;

#endif
