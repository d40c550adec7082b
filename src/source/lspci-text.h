/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text as lspci prints it (-x, -xxx, -xxxx, with or without -v, pastes with
 * stray lines in between), turned into the tree that sysfs would have shown. */
#ifndef VCK_SOURCE_LSPCI_TEXT_H
#define VCK_SOURCE_LSPCI_TEXT_H

#include "source/memtree.h"

struct vck_host;

/**
 * vck_lspci_parse - fill @tree with sys/bus/pci/devices/… from lspci text
 *
 * Hex lines become the `config` file, "Kernel driver in use:" and "IOMMU group:" lines the
 * links of those names. What the text does not say is absent from the tree.
 * Return: number of functions, -EBADMSG when there is not one, -ENOMEM.
 */
int vck_lspci_parse(const char *text, size_t n, struct vck_memtree *tree) must_check;

#endif
