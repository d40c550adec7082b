// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel of the host: release, architecture, command line, lockdown, memory
 * and limits. What only the running process can say (uname, limits) is asked
 * only when the root is the running host. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"
#include "source/gather.h"
#include "source/kernel.h"

static bool is_live(const struct vck_root *root)
{
	return vck_root_origin(root) == VCK_ORIGIN_LIVE;
}

/* --- release and architecture --- */

static int set_release(struct vck_host *h, const char *text)
{
	h->release = vck_arena_strdup(&h->arena, text);
	if (!h->release)
		return -ENOMEM;
	h->kver = vck_kver_parse(text);
	h->have |= VCK_EV_KERNEL;
	return 0;
}

static int set_arch(struct vck_host *h, const char *text)
{
	h->arch = vck_arch_parse(text);
	h->arch_name = vck_arch_name(h->arch);
	if (!h->arch_name)
		h->arch_name = vck_arena_strdup(&h->arena, text);
	if (!h->arch_name)
		return -ENOMEM;
	h->have |= VCK_EV_ARCH;
	return 0;
}

/* proc/sys/kernel/arch is there since Linux 6.1. */
static int read_uname(struct vck_host *h, struct vck_root *root)
{
	char text[256];
	struct utsname u;
	bool live = is_live(root) && uname(&u) == 0;
	ssize_t n = vck_root_attr(root, "proc/sys/kernel/osrelease", text, sizeof(text));
	int r = 0;

	if (n > 0)
		r = set_release(h, text);
	else if (live)
		r = set_release(h, u.release);
	else
		vck_problem(
			h, "kernel", "proc/sys/kernel/osrelease", n < 0 ? (int)n : 0,
			"kernel release: what depends on it is unknown (say it with --kernel)");
	if (r < 0)
		return r;
	n = vck_root_attr(root, "proc/sys/kernel/arch", text, sizeof(text));
	if (n > 0)
		return set_arch(h, text);
	if (live)
		return set_arch(h, u.machine);
	vck_problem(h, "kernel", "proc/sys/kernel/arch", n < 0 ? (int)n : 0,
		    "architecture: what depends on it is unknown (say it with --arch)");
	return 0;
}

/* COMMAND_LINE_SIZE is 4,096 at most (s390), and a boot configuration adds 32 KiB
 * (XBC_DATA_MAX). */
#define CMDLINE_MAX 65536

static int read_cmdline(struct vck_host *h, struct vck_root *root)
{
	char text[CMDLINE_MAX];
	ssize_t n = vck_root_attr(root, "proc/cmdline", text, sizeof(text));

	if (n < 0) {
		vck_problem(h, "kernel", "proc/cmdline", (int)n, "kernel command line");
		return n == -ENOMEM ? (int)n : 0;
	}
	h->cmdline = vck_arena_strdup(&h->arena, text);
	if (!h->cmdline)
		return -ENOMEM;
	h->have |= VCK_EV_CMDLINE;
	return 0;
}

/* --- lockdown: "none [integrity] confidentiality" --- */

static void read_lockdown(struct vck_host *h, struct vck_root *root)
{
	static const struct {
		const char *word;
		enum vck_lockdown level;
	} words[] = {
		{"[none]", VCK_LOCKDOWN_NONE},
		{"[integrity]", VCK_LOCKDOWN_INTEGRITY},
		{"[confidentiality]", VCK_LOCKDOWN_CONFIDENTIALITY},
	};
	char text[128];
	ssize_t n =
		vck_root_attr(root, "sys/kernel/security/lockdown", text, sizeof(text));

	for (size_t i = 0; n >= 0 && i < ARRAY_SIZE(words); i++) {
		if (!strstr(text, words[i].word))
			continue;
		h->lockdown = words[i].level;
		h->have |= VCK_EV_LOCKDOWN;
		return;
	}
	/* Every mounted securityfs lists its modules; without the file there is no
	 * lockdown. */
	if (n == -ENOENT && vck_root_exists(root, "sys/kernel/security/lsm")) {
		h->lockdown = VCK_LOCKDOWN_NONE;
		h->have |= VCK_EV_LOCKDOWN;
		return;
	}
	vck_problem(h, "kernel", "sys/kernel/security/lockdown", n < 0 ? (int)n : 0,
		    "kernel lockdown (mount securityfs to see it)");
}

/* --- memory --- */

static bool parse_range(const char *line, size_t len, struct vck_region *ret)
{
	char text[64], *dash, *end;
	size_t blanks = 0;

	while (blanks < len && line[blanks] == ' ')
		blanks++;
	len -= blanks;
	if (len >= sizeof(text))
		len = sizeof(text) - 1;
	memcpy(text, line + blanks, len);
	text[len] = '\0';
	end = strstr(text, " : ");
	dash = strchr(text, '-');
	if (!end || !dash || dash > end)
		return false;
	*end = '\0';
	*dash++ = '\0';
	return vck_parse_u64(text, 16, UINT64_MAX, &ret->start) == 0 &&
	       vck_parse_u64(dash, 16, UINT64_MAX, &ret->end) == 0;
}

/* Boot loaders leave one framebuffer; each is compared with each BAR. */
#define RANGES_MAX 256

static int keep_range(struct vck_host *h, struct vck_region range, const char *name)
{
	if (h->n_iomem == RANGES_MAX)
		return -E2BIG;
	if (vck_arena_grow(&h->arena, &h->iomem, h->n_iomem, &h->cap_iomem,
			   sizeof(*h->iomem)) < 0)
		return -ENOMEM;
	range.type = name;
	h->iomem[h->n_iomem++] = range;
	return 0;
}

/* A line of iomem. *real: some address was not hidden. */
static int take_iomem_line(struct vck_host *h, const char *line, size_t len, bool *real)
{
	/* Framebuffers that the boot loader left behind (drivers/video/aperture.c and the
	 * drivers that request the range). */
	static const char *const names[] = {"BOOTFB", "simplefb", "simple-framebuffer",
					    "efifb", "vesafb"};
	const char *name = memmem(line, len, " : ", 3);
	size_t n;
	struct vck_region range;

	if (!name || !parse_range(line, len, &range))
		return 0;
	name += 3;
	n = len - (size_t)(name - line);
	*real = *real || range.end;
	if (n == strlen("System RAM") && strncmp(name, "System RAM", n) == 0 &&
	    range.end >= h->memory_top)
		h->memory_top = range.end + 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0)
			return keep_range(h, range, names[i]);
	}
	return 0;
}

static int read_iomem(struct vck_host *h, struct vck_root *root)
{
	cleanup_blob struct vck_blob b = {0};
	int r = vck_root_read(root, "proc/iomem", &b);
	const char *text = (const char *)b.data, *line;
	size_t left = b.len, len;
	bool real = false;

	while (r == 0 && vck_line_next(&text, &left, &line, &len))
		r = take_iomem_line(h, line, len, &real);
	if (r == -ENOMEM)
		return r;
	if (real && r == 0) {
		h->have |= VCK_EV_IOMEM;
		if (h->memory_top)
			h->have |= VCK_EV_MEMORY;
		return 0;
	}
	/* Without CAP_SYS_ADMIN every address reads zero: that is no evidence. */
	h->memory_top = 0;
	h->n_iomem = 0;
	vck_problem(h, "kernel", "proc/iomem", r, "memory map and boot framebuffer%s",
		    r == 0 ? ": addresses are hidden (run as root)" : "");
	return 0;
}

/* The memory blocks say where memory ends without privileges, to a block's size. */
static int read_memory_blocks(struct vck_host *h, struct vck_root *root)
{
	cleanup_names struct vck_names names = {0};
	cleanup_dir struct vck_dir *dir = NULL;
	char text[64];
	uint64_t size, number, top = 0;
	int r;

	if (h->have & VCK_EV_MEMORY ||
	    vck_root_opendir(root, "sys/devices/system/memory", &dir) < 0)
		return 0;
	if (vck_dir_attr(dir, "block_size_bytes", text, sizeof(text)) <= 0 ||
	    vck_parse_u64(text, 16, UINT64_MAX, &size) < 0)
		return 0;
	r = vck_dir_list(dir, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		const char *s = str_after(names.names[i], "memory");

		if (s && vck_parse_u64(s, 10, UINT32_MAX, &number) == 0 &&
		    !__builtin_mul_overflow(number + 1, size, &number) && number > top)
			top = number;
	}
	if (top) {
		h->memory_top = top;
		h->have |= VCK_EV_MEMORY;
	}
	return r == -ENOMEM ? r : 0;
}

/* "Max locked memory   8388608   8388608   bytes": the soft limit, in a captured root. */
static void read_limits_file(struct vck_host *h, struct vck_root *root)
{
	static const char *const words[] = {"Max locked memory"};
	cleanup_blob struct vck_blob b = {0};
	char *save = NULL, *word;
	int r;

	r = vck_root_lines(root, "proc/self/limits", words, 1, &b);
	if (r < 0 && r != -ENOENT)
		vck_problem(h, "kernel", "proc/self/limits", r, "memlock limit");
	if (r < 0 || !b.len)
		return;
	word = strtok_r((char *)b.data + strlen(words[0]), " \t", &save);
	if (!word)
		return;
	if (streq(word, "unlimited"))
		h->memlock = UINT64_MAX;
	else if (vck_parse_u64(word, 10, UINT64_MAX, &h->memlock) < 0)
		return;
	h->have |= VCK_EV_LIMITS;
}

/* "KernelPageSize:        4 kB" of a mapping, in a captured root. */
static void read_page_size(struct vck_host *h, struct vck_root *root)
{
	static const char *const words[] = {"KernelPageSize:"};
	cleanup_blob struct vck_blob b = {0};
	char *save = NULL, *word;
	uint64_t kib;
	int r;

	r = vck_root_lines(root, "proc/self/smaps", words, 1, &b);
	if (r < 0 && r != -ENOENT)
		vck_problem(h, "kernel", "proc/self/smaps", r, "page size");
	if (r < 0 || !b.len)
		return;
	word = strtok_r((char *)b.data + strlen(words[0]), " \t", &save);
	if (word && vck_parse_u64(word, 10, UINT32_MAX >> 10, &kib) == 0)
		h->page_size = (unsigned)kib << 10;
}

static void read_limits(struct vck_host *h, struct vck_root *root)
{
	struct rlimit l;
	long page;

	if (h->arch == VCK_ARCH_X86_64)
		h->page_size = 4096;
	if (!is_live(root)) {
		read_limits_file(h, root);
		read_page_size(h, root);
		return;
	}
	page = sysconf(_SC_PAGESIZE);
	if (page > 0)
		h->page_size = (unsigned)page;
	if (getrlimit(RLIMIT_MEMLOCK, &l) == 0) {
		h->memlock =
			l.rlim_cur == RLIM_INFINITY ? UINT64_MAX : (uint64_t)l.rlim_cur;
		h->have |= VCK_EV_LIMITS;
	}
}

int vck_read_kernel(struct vck_host *h, struct vck_root *root)
{
	int r;

	/* The text of lspci holds functions and nothing about the kernel below them. */
	if (vck_root_origin(root) == VCK_ORIGIN_LSPCI)
		return 0;
	r = read_uname(h, root);
	if (r == 0)
		r = read_cmdline(h, root);
	if (r < 0)
		return r;
	read_lockdown(h, root);
	r = read_iomem(h, root);
	if (r == 0)
		r = read_memory_blocks(h, root);
	read_limits(h, root);
	return r < 0 ? r : vck_read_guest(h, root);
}
