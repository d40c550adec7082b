// SPDX-License-Identifier: GPL-2.0-or-later
/* `capture`: reads the host as every other command does, and writes down what was
 * read. So a capture holds what the rules need and nothing else, and --root with it
 * gives the same answers. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/errname.h"
#include "base/oom.h"
#include "cmd/commands.h"
#include "source/capture.h"
#include "write/file.h"

#define OSRELEASE "proc/sys/kernel/osrelease"
#define ARCH	  "proc/sys/kernel/arch"
#define LIMITS	  "proc/self/limits"
#define SMAPS	  "proc/self/smaps"

struct request {
	const char *output;
	bool keep_ids;
};

static const struct vck_option options[] = {
	{"output", 'o', "FILE", 0, "write FILE, whole or not at all", "@file",
	 0, VCK_TEXT(struct request, output)},
	{"keep-ids", 0, NULL, 0,
	 "keep what identifies this machine: serial numbers, addresses, names of disks and hosts",
	 NULL, 0, VCK_FLAG(struct request, keep_ids)},
	{0},
};

/* A file with one line, where the tree has none that was read. */
static int add_line(struct vck_memtree *t, const char *path, const char *text)
{
	cleanup_buf struct vck_buf b = {0};
	struct vck_mem_node *n;

	if (vck_memtree_lookup(t, NULL, path, true, &n) == 0 && n->type == VCK_MEM_FILE &&
	    !n->unread)
		return 0;
	vck_buf_addf(&b, "%s\n", text);
	return b.failed ? -ENOMEM : vck_memtree_file(t, path, b.data, b.len);
}

/* What the running kernel says of itself by uname(2); the file for the architecture is
 * there from 6.1 on. */
static int add_kernel(struct vck_memtree *t)
{
	struct utsname u;
	int r;

	if (uname(&u) < 0)
		return -errno;
	r = add_line(t, OSRELEASE, u.release);
	return r < 0 ? r : add_line(t, ARCH, u.machine);
}

/* The limit that was asked with getrlimit(2), as proc/self/limits has it. */
static int add_limit(struct vck_memtree *t, const struct vck_host *h)
{
	char line[64];

	if (!vck_host_has(h, VCK_EV_LIMITS))
		return 0;
	if (h->memlock == UINT64_MAX)
		return add_line(t, LIMITS, "Max locked memory unlimited");
	snprintf(line, sizeof(line), "Max locked memory %" PRIu64 " bytes", h->memlock);
	return add_line(t, LIMITS, line);
}

/* The page size, which was asked with sysconf(3), as a mapping of proc/self/smaps has it.
 */
static int add_page_size(struct vck_memtree *t, const struct vck_host *h)
{
	char line[64];

	if (!h->page_size)
		return 0;
	snprintf(line, sizeof(line), "KernelPageSize: %u kB", h->page_size >> 10);
	return add_line(t, SMAPS, line);
}

/* What nobody took of a captured directory, and what text of lspci says nothing of. In a
 * capture, what is missing below a directory that is there counts as absent. */
static int add_untaken(struct vck_memtree *t, enum vck_origin origin)
{
	static const char *const not_in_lspci[] = {
		"sys/bus/platform/devices",
		"sys/bus/amba/devices",
		"sys/bus/virtio/devices",
		"sys/class/iommu",
		"sys/module",
		"sys/kernel/iommu_groups",
		"sys/firmware/acpi/tables",
		"sys/firmware/devicetree/base",
		"sys/kernel/security/lockdown",
		"dev",
	};
	struct vck_mem_node *n;
	int r = 0;

	/* Where a host lacks this one, its kernel loads no modules. */
	if (vck_memtree_lookup(t, NULL, "proc/modules", false, &n) < 0)
		r = vck_memtree_unread(t, "proc/modules");
	for (size_t i = 0;
	     origin == VCK_ORIGIN_LSPCI && r == 0 && i < ARRAY_SIZE(not_in_lspci); i++) {
		if (vck_memtree_lookup(t, NULL, not_in_lspci[i], false, &n) < 0)
			r = vck_memtree_error(t, not_in_lspci[i], ENODATA);
	}
	return r;
}

static int record(const struct request *q, struct vck_global *g, struct vck_buf *out)
{
	cleanup_memtree struct vck_memtree *t = vck_memtree_new();
	cleanup_host struct vck_host *h = NULL;
	int r;

	if (!t) {
		vck_error("capture: out of memory");
		return -ENOMEM;
	}
	r = vck_load(g, t, &h);
	if (r < 0)
		return r;
	if (h->origin == VCK_ORIGIN_LIVE)
		r = add_kernel(t);
	if (r == 0 && h->origin == VCK_ORIGIN_LIVE)
		r = add_limit(t, h);
	if (r == 0 && h->origin == VCK_ORIGIN_LIVE)
		r = add_page_size(t, h);
	if (r == 0 && (h->origin == VCK_ORIGIN_ROOT || h->origin == VCK_ORIGIN_LSPCI))
		r = add_untaken(t, h->origin);
	if (r == 0)
		r = vck_capture_trim(t);
	if (r == 0 && !q->keep_ids)
		r = vck_capture_scrub(t);
	if (r == 0)
		vck_capture_format(t, out);
	if (out->failed || vck_oom_seen())
		r = -ENOMEM;
	if (r == -ENOMEM)
		vck_error("out of memory");
	return r;
}

static int write_out(const char *path, const struct vck_buf *text)
{
	int r;

	if (!path || streq(path, "-")) {
		fwrite(vck_buf_str(text), 1, text->len, stdout);
		return vck_stdout_whole();
	}
	/* What firmware tables and disks are called is nobody else's business. */
	r = vck_file_write(path, vck_buf_str(text), text->len, 0600);
	if (r == 0)
		return VCK_EXIT_OK;
	vck_error("%s: cannot write: %s", path, vck_errno_text(r));
	return VCK_EXIT_WRITE;
}

static int run(const struct vck_command *c, struct vck_global *g, int argc, char **argv)
{
	cleanup_buf struct vck_buf text = {0};
	struct request q = {.output = NULL};
	int status;

	if (vck_options_take(c, g, argc, argv, &q, NULL, NULL, &status) < 0)
		return status;
	if (optind < argc) {
		vck_error("capture: '%s': takes no operand (-o FILE names the file)",
			  argv[optind]);
		return VCK_EXIT_FAILED;
	}
	g->writes_output = q.output && !streq(q.output, "-");
	if (record(&q, g, &text) < 0)
		return VCK_EXIT_FAILED;
	return write_out(q.output, &text);
}

const struct vck_command vck_cmd_capture = {
	.name = "capture",
	.summary =
		"write down this host as one text file, for analysis elsewhere with --root",
	.options = options,
	.run = run,
};
