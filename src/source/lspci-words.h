/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by lspci-verbose.c, lspci-regs.c and lspci-caps.c: words of a line, and
 * which capability a line is about. */
#ifndef VCK_SOURCE_LSPCI_WORDS_H
#define VCK_SOURCE_LSPCI_WORDS_H

#include "source/lspci.h"

#define VCK_LSPCI_EXT 0x10000u /* marks ids of extended capabilities */
#define EXT(id)	      (VCK_LSPCI_EXT | (id))
#define CAP_UNKNOWN   0x2ffffu /* a capability whose id the text does not tell */

enum {
	CAP_PM = 0x01,
	CAP_MSI = 0x05,
	CAP_EXP = 0x10,
	CAP_MSIX = 0x11,
	CAP_AF = 0x13,
};

/* The sign behind one of the names ("NoSnoop", alternatives divided by '|'), or '\0'. */
char vck_lspci_flag(const char *text, const char *names);
/* The number right behind the first @name in @text. */
bool vck_lspci_number(const char *text, const char *name, int base, uint32_t *ret);
/* The exponent of a power of two; false for any other number. */
bool vck_lspci_log2(uint32_t v, uint32_t *ret);

/* Is it the first line of a register that is known for the current capability? */
bool vck_lspci_is_reg(const struct vck_lspci_fn *f, const char *line);
/* The text gathered in f->reg is complete. Return: 0 or -ENOMEM. */
int vck_lspci_reg_end(struct vck_lspci_fn *f) must_check;

/* What stands behind "Capabilities: ". Return: 0 or -ENOMEM, like the ones below. */
int vck_lspci_capability(struct vck_lspci_fn *f, const char *s) must_check;
/* The last extended capability's header is complete: the next one is at @next, 0 none. */
int vck_lspci_ext_header(struct vck_lspci_fn *f, unsigned next) must_check;
/* Lines of the SR-IOV capability. */
int vck_lspci_sriov_numbers(struct vck_lspci_fn *f, const char *s) must_check;
int vck_lspci_sriov_region(struct vck_lspci_fn *f, const char *s) must_check;

#endif
