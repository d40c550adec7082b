// SPDX-License-Identifier: GPL-2.0-or-later
/* Which irq chips serve a function's MSIs, from proc/interrupts. The chip's name
 * tells whether interrupts are remapped ("IR-") or translated ("ITS-"). */
#include "config.h"

#include <ctype.h>
#include <errno.h>

#include "base/text.h"
#include "source/gather.h"

/* The interrupt number that the PCI-MSI domains of kernels without per-device domains
 * show (drivers/pci/msi/irqdomain.c, pci_msi_domain_calc_hwirq [5.10 to 6.1]): index in
 * bits 10:0, bus and devfn in 26:11, domain above. */
static struct vck_bdf bdf_of_hwirq(uint64_t hwirq)
{
	return (struct vck_bdf){
		.domain = (uint32_t)(hwirq >> 27),
		.bus = (uint8_t)(hwirq >> 19),
		.dev = hwirq >> 14 & 0x1f,
		.fn = hwirq >> 11 & 0x7,
	};
}

/* The chip and what follows it: "IR-PCI-MSI-0000:00:1f.2   0-edge   ahci". Lines begin
 * with a number, a colon and a count for each processor. */
static const char *skip_counts(const char *s, const char *end)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));

	for (s = colon ? colon + 1 : end; s < end;) {
		const char *word;

		while (s < end && isblank((unsigned char)*s))
			s++;
		word = s;
		while (s < end && isdigit((unsigned char)*s))
			s++;
		if (s < end && !isblank((unsigned char)*s))
			return word;
	}
	return end;
}

struct chip {
	char name[64];
	struct vck_bdf bdf;
};

/* Newer kernels put the address of the function behind the chip's name. */
static bool bdf_of_name(struct chip *c)
{
	for (char *dash = strchr(c->name, '-'); dash; dash = strchr(dash + 1, '-')) {
		if (vck_bdf_parse(dash + 1, &c->bdf) == 0)
			return true;
	}
	return false;
}

static bool parse_line(const char *line, size_t len, struct chip *c)
{
	const char *end = line + len, *s = skip_counts(line, end);
	size_t n = 0;
	uint64_t hwirq = 0;

	while (s < end && !isblank((unsigned char)*s) && n + 1 < sizeof(c->name))
		c->name[n++] = *s++;
	c->name[n] = '\0';
	if (!strstr(c->name, "MSI"))
		return false;
	if (bdf_of_name(c))
		return true;
	if (!str_ends(c->name, "PCI-MSI") && !streq(c->name, "ITS-MSI"))
		return false;
	while (s < end && isblank((unsigned char)*s))
		s++;
	if (s == end || !isdigit((unsigned char)*s))
		return false;
	for (; s < end && isdigit((unsigned char)*s) && hwirq < UINT64_MAX / 16; s++)
		hwirq = hwirq * 10 + (uint64_t)(*s - '0');
	c->bdf = bdf_of_hwirq(hwirq);
	return true;
}

/* Without interrupts at all nothing is known about their remapping. */
static void note_remapping(struct vck_host *h, const char *line, size_t len)
{
	if (memmem(line, len, " IR-", 4))
		h->intr_remapping_in_use = VCK_YES;
	else if (h->intr_remapping_in_use == VCK_UNKNOWN &&
		 (memmem(line, len, "IO-APIC", 7) || memmem(line, len, " PCI-MSI", 8)))
		h->intr_remapping_in_use = VCK_NO;
}

int vck_read_interrupts(struct vck_host *h, struct vck_root *root)
{
	cleanup_blob struct vck_blob b = {0};
	const char *text, *line;
	size_t left, len;
	int r = vck_root_read(root, "proc/interrupts", &b);

	if (r < 0) {
		if (vck_root_origin(root) != VCK_ORIGIN_LSPCI)
			vck_problem(h, "interrupts", "proc/interrupts", r,
				    "irq chips, and whether interrupts are remapped");
		return r == -ENOMEM ? r : 0;
	}
	text = (const char *)b.data;
	left = b.len;
	h->have |= VCK_EV_INTERRUPTS;
	while (vck_line_next(&text, &left, &line, &len)) {
		struct vck_device *d;
		struct chip c;

		note_remapping(h, line, len);
		if (!parse_line(line, len, &c))
			continue;
		d = vck_host_find_bdf(h, c.bdf);
		/* Functions have many interrupts and mostly one chip. */
		if (d && vck_list_add(h, &d->msi_chip, c.name) < 0)
			return -ENOMEM;
	}
	return 0;
}
