/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host made in a test: a tree in memory that the sources read like a capture. */
#ifndef VCK_TEST_MEMHOST_H
#define VCK_TEST_MEMHOST_H

#include "source/gather.h"
#include "source/memtree.h"

/* Lines "PATH = TEXT" (a file; \n and \xNN in TEXT), "PATH -> TARGET" (a link), "PATH/" (a
 * directory) and "PATH ! ERRNO"; ends with NULL. */
void memhost_add(struct vck_memtree *t, const char *const *lines);
/* A config space of @n bytes: 1af4:1041 class 020000, no capabilities; as a PCIe endpoint with
 * @pcie. */
void memhost_config(struct vck_memtree *t, const char *path, size_t n, bool pcie);
/* Read it; takes @t over. */
struct vck_host *memhost_gather(struct vck_memtree *t, enum vck_origin origin);
/* The problem of @source whose text holds @word; NULL when there is none. */
const struct vck_problem *memhost_problem(const struct vck_host *h, const char *source,
					  const char *word);

#endif
