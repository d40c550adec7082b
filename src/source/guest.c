// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether the host is a virtual machine. The hypervisor bit of x86 decides both
 * ways; elsewhere there is only evidence for it, so a "no" needs x86. */
#include "config.h"

#include <errno.h>

#include "base/text.h"
#include "source/kernel.h"

static int found(struct vck_host *h, enum vck_tri in_guest, const char *where,
		 const char *what)
{
	h->in_guest = in_guest;
	h->in_guest_why = vck_arena_printf(&h->arena, "%s: %s", where, what);
	return h->in_guest_why ? 0 : -ENOMEM;
}

static bool has_word(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);
	const char *p = s;

	while ((p = memmem(p, n - (size_t)(p - s), word, len))) {
		const char *end = p + len;

		if ((p == s || p[-1] == ' ' || p[-1] == '\t') &&
		    (end == s + n || *end == ' '))
			return true;
		p = end;
	}
	return false;
}

/* Xen's domain 0 has the bit too, and is the host: sys/hypervisor and proc/xen tell. */
static int from_xen(struct vck_host *h, struct vck_root *root)
{
	char text[256];

	if (vck_root_attr(root, "sys/hypervisor/type", text, sizeof(text)) < 0 ||
	    !streq(text, "xen"))
		return 0;
	if (vck_root_attr(root, "proc/xen/capabilities", text, sizeof(text)) >= 0 &&
	    strstr(text, "control_d"))
		return found(h, VCK_NO, "proc/xen/capabilities",
			     "control_d (Xen domain 0)");
	return found(h, VCK_YES, "sys/hypervisor/type", "xen");
}

/* X86_FEATURE_HYPERVISOR, CPUID 1 ECX bit 31. The first processor is enough, and the rest
 * of the file is long and slow to make. */
static int from_cpuinfo(struct vck_host *h, struct vck_root *root)
{
	cleanup_dir struct vck_dir *dir = NULL;
	cleanup_file struct vck_file *f = NULL;
	char buf[4096];
	const char *text = buf, *line;
	size_t left, len;
	ssize_t n = vck_root_opendir(root, "proc", &dir);

	if (n == 0)
		n = vck_file_open(dir, "cpuinfo", &f);
	if (n == 0)
		n = vck_file_pread(f, buf, sizeof(buf), 0);
	if (n < 0 && n != -ENOENT)
		vck_problem(h, "kernel", "proc/cpuinfo", (int)n,
			    "whether this is a virtual machine");
	left = n > 0 ? (size_t)n : 0;
	while (vck_line_next(&text, &left, &line, &len)) {
		/* The line must be whole: the bit may stand at its end. */
		if (len < 5 || strncmp(line, "flags", 5) != 0 || line + len == buf + n)
			continue;
		return has_word(line, len, "hypervisor")
			       ? found(h, VCK_YES, "proc/cpuinfo", "flag hypervisor")
			       : found(h, VCK_NO, "proc/cpuinfo", "no flag hypervisor");
	}
	return 0;
}

/* Only names that physical machines never bear. */
static int from_dmi(struct vck_host *h, struct vck_root *root)
{
	static const struct {
		const char *attr, *value;
	} rows[] = {
		{"sys_vendor", "QEMU"},
		{"sys_vendor", "Xen"},
		{"sys_vendor", "innotek GmbH"},
		{"sys_vendor", "Parallels"},
		{"product_name", "KVM"},
		{"product_name", "Virtual Machine"},
		{"product_name", "VMware"},
		{"product_name", "VirtualBox"},
		{"product_name", "Google Compute Engine"},
		{"product_name", "OpenStack"},
		{"product_name", "Apple Virtualization"},
	};
	char text[256];
	cleanup_dir struct vck_dir *dir = NULL;

	if (vck_root_opendir(root, "sys/class/dmi/id", &dir) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (vck_dir_attr(dir, rows[i].attr, text, sizeof(text)) > 0 &&
		    str_after(text, rows[i].value))
			return found(h, VCK_YES, "sys/class/dmi/id", text);
	}
	return 0;
}

/* A hypervisor that puts itself in the device tree (Xen, KVM on Power), and the machines
 * of QEMU and kvmtool, which exist only virtually. */
static int from_dt(struct vck_host *h, struct vck_root *root)
{
	cleanup_blob struct vck_blob b = {0};

	if (vck_root_exists(root, "sys/firmware/devicetree/base/hypervisor"))
		return found(h, VCK_YES, "device tree", "/hypervisor");
	if (vck_root_read(root, "sys/firmware/devicetree/base/compatible", &b) < 0)
		return 0;
	if (memmem(b.data, b.len, "dummy-virt", strlen("dummy-virt")))
		return found(h, VCK_YES, "device tree", "linux,dummy-virt");
	if (memmem(b.data, b.len, "riscv-virtio", strlen("riscv-virtio")))
		return found(h, VCK_YES, "device tree", "riscv-virtio");
	return 0;
}

int vck_read_guest(struct vck_host *h, struct vck_root *root)
{
	static int (*const sources[])(struct vck_host * h, struct vck_root * root) = {
		from_xen,
		from_cpuinfo,
		from_dmi,
		from_dt,
	};
	int r = 0;

	for (size_t i = 0;
	     r == 0 && h->in_guest == VCK_UNKNOWN && i < ARRAY_SIZE(sources); i++)
		r = sources[i](h, root);
	return r;
}
