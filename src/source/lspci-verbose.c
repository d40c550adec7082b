// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of -v, -vv and -vvv: what they are about and who turns them into bytes. */
#include "config.h"

#include <errno.h>

#include "source/lspci-words.h"

/* --- other lines --- */

static int set_string(char **field, const char *s)
{
	char *copy;

	if (!*s || strchr(s, '/') || streq(s, ".") || streq(s, ".."))
		return 0;
	copy = strdup(s);
	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

/* The group's number stands alone or in a list of flags. */
static int set_group(struct vck_lspci_fn *f, const char *s)
{
	size_t n = strspn(s, "0123456789");
	char word[16];

	if (!n || n >= sizeof(word))
		return 0;
	memcpy(word, s, n);
	word[n] = '\0';
	return set_string(&f->group, word);
}

/* "Bus: primary=00, secondary=01, subordinate=01, sec-latency=0" */
static int bus_numbers(struct vck_lspci_fn *f, const char *s)
{
	static const char *const names[] = {"primary=", "secondary=", "subordinate="};
	int r = 0;

	f->is_bridge = !f->is_cardbus;
	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		uint32_t v;

		if (vck_lspci_number(s, names[i], 16, &v) && v < 256)
			r = vck_lspci_put(f, 0x18 + i, v, 1);
	}
	return r;
}

static void subsystem(struct vck_lspci_fn *f, const char *s)
{
	const char *p = strrchr(s, '[');
	uint32_t v, d;

	if (p && vck_lspci_number(p, "[", 16, &v) && vck_lspci_number(p, ":", 16, &d) &&
	    v < 0x10000 && d < 0x10000) {
		f->subvendor = (uint16_t)v;
		f->subdevice = (uint16_t)d;
		f->has_sub = true;
	}
}

/* Somebody shortened the text here. */
static bool is_ellipsis(const char *s)
{
	return str_after(s, "...") || str_after(s, "[...") || str_after(s, "[snip") ||
	       str_after(s, "<snip") || str_after(s, "\xe2\x80\xa6") ||
	       str_after(s, "[\xe2\x80\xa6");
}

/* 1: the line was one of these, 0: not, -ENOMEM. */
static int common_line(struct vck_lspci_fn *f, const char *s)
{
	const char *rest, *group;
	int r = 0;

	if ((rest = str_after(s, "Kernel driver in use: "))) {
		r = set_string(&f->driver, rest);
	} else if (str_after(s, "Kernel modules:")) {
		f->list_complete = true;
	} else if ((rest = str_after(s, "IOMMU group: "))) {
		r = set_group(f, rest);
	} else if ((rest = str_after(s, "NUMA node: "))) {
		r = set_string(&f->node, rest);
	} else if ((rest = str_after(s, "Bus: "))) {
		r = bus_numbers(f, rest);
	} else if ((rest = str_after(s, "Subsystem: ")) && !f->cap) {
		subsystem(f, rest);
	} else if (str_after(s, "Interrupt: pin ") && s[15] >= 'A' && s[15] <= 'D') {
		r = vck_lspci_put(f, 0x3d, (uint32_t)(s[15] - 'A' + 1), 1);
	} else if ((rest = str_after(s, "Flags: ")) && !f->cap) {
		f->detailed = true;
		group = strstr(rest, "IOMMU group ");
		r = group ? set_group(f, group + strlen("IOMMU group ")) : 0;
	} else if (str_after(s, "!!! Unknown header type 7f")) {
		f->gone = true;
	} else {
		return 0;
	}
	f->list_complete |= str_after(s, "Kernel driver in use: ") != NULL;
	f->detailed = true;
	return r < 0 ? r : 1;
}

/* Does the line go on with the register of the line before? */
static bool is_continuation(const char *s)
{
	size_t n = strcspn(s, " \t");

	return (n && (s[n - 1] == '+' || s[n - 1] == '-')) || str_after(s, "MaxPayload ");
}

int vck_lspci_verbose_line(struct vck_lspci_fn *f, const char *s)
{
	const char *rest = str_after(s, "Capabilities: ");
	int r;

	if (f->reg.len && is_continuation(s)) {
		vck_buf_addc(&f->reg, ' ');
		vck_buf_adds(&f->reg, s);
		return f->reg.failed ? -ENOMEM : 0;
	}
	r = vck_lspci_reg_end(f);
	if (r < 0)
		return r;
	if (!*s)
		f->list_complete = true;
	if (is_ellipsis(s))
		f->list = VCK_LSPCI_LIST_BROKEN;
	if (rest)
		return vck_lspci_capability(f, rest);
	r = common_line(f, s);
	if (r)
		return r < 0 ? r : 0;
	if (vck_lspci_is_reg(f, s))
		vck_buf_adds(&f->reg, s);
	else if (f->cap == EXT(0x10) && str_after(s, "Region "))
		return vck_lspci_sriov_region(f, s);
	else if (f->cap == EXT(0x10))
		return vck_lspci_sriov_numbers(f, s);
	return 0;
}

/* The last position up to @pos of which no byte is known. */
static unsigned unknown_dword(const struct vck_lspci_fn *f, unsigned pos)
{
	uint8_t b;

	for (; pos > 0x40; pos -= 4) {
		unsigned i = 0;

		while (i < 4 && !vck_lspci_get(&f->space, pos + i, &b, 1))
			i++;
		if (i == 4)
			break;
	}
	return pos;
}

int vck_lspci_verbose_end(struct vck_lspci_fn *f)
{
	bool complete = f->list == VCK_LSPCI_LIST_OPEN && f->list_complete;
	int r = vck_lspci_reg_end(f);
	uint8_t pin;

	if (r == 0 && f->verbose && !f->gone) {
		f->has_prog_if = true;
		/* lspci leaves the line out where there is no pin. */
		if (!vck_lspci_get(&f->space, 0x3d, &pin, 1))
			r = vck_lspci_put(f, 0x3d, 0, 1);
	}
	/* The last of each list points nowhere, if it is the last. Else the list goes on
	 * at something that the text does not show. */
	if (r == 0 && f->last_std)
		r = vck_lspci_put(f, f->last_std + 1,
				  complete ? 0 : unknown_dword(f, 0xfc), 1);
	if (r == 0)
		r = vck_lspci_ext_header(f, complete ? 0 : unknown_dword(f, 0xffc));
	f->cap = f->cap_pos = f->last_std = f->last_ext = 0;
	return r;
}
