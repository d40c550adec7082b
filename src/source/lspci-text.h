/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text as lspci prints it (-x, -xxx, -xxxx, with or without -v, pastes with
 * stray lines in between), turned into the tree that sysfs would have shown. */
#ifndef VCK_SOURCE_LSPCI_TEXT_H
#define VCK_SOURCE_LSPCI_TEXT_H

#include "source/memtree.h"

/**
 * vck_lspci_parse - fill @tree with what sysfs would have shown
 * @text, @n: the text; several outputs after each other are one host
 * @notes: hex lines that could not be used
 *
 * Hex lines become the `config` file. Where there are none, the registers that the
 * output of -vv and -vvv spells out in full are put together from it; everything else of
 * config space stays a hole. "Kernel driver in use:" and "IOMMU group:" make links, and
 * the bus numbers of bridges make the hierarchy below sys/devices. Nothing else of a host
 * is in the tree: the readers know by its origin that this proves nothing absent.
 * Return: number of functions, -EBADMSG when there is not one, -ENOMEM.
 */
int vck_lspci_parse(const char *text, size_t n, struct vck_memtree *tree,
		    struct vck_text_notes *notes) must_check;

#endif
