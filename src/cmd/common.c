// SPDX-License-Identifier: GPL-2.0-or-later
/* What the commands share: messages, loading a host, closing standard output. */
#include "config.h"

#include <errno.h>
#include <langinfo.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/errname.h"
#include "base/oom.h"
#include "base/text.h"
#include "check/engine.h"
#include "cmd/acpiexec.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "cmd/sandbox.h"
#include "source/acpi.h"
#include "source/capture.h"
#include "source/gather.h"

static void printf_like(2, 0) say(const char *prefix, const char *fmt, va_list ap)
{
	cleanup_buf struct vck_buf raw = { 0 }, safe = { 0 };

	vck_buf_addvf(&raw, fmt, ap);
	vck_text_safe(&safe, vck_buf_str(&raw), raw.len);
	vck_progress_hide();
	if (raw.failed || safe.failed) {
		fprintf(stderr, "viommu-check: %sout of memory, too little for the message\n", prefix);
		return;
	}
	fprintf(stderr, "viommu-check: %s%s\n", prefix, vck_buf_str(&safe));
}

void vck_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void vck_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("warning: ", fmt, ap);
	va_end(ap);
}

bool vck_print(FILE *out, const char *fmt, ...)
{
	cleanup_buf struct vck_buf raw = { 0 }, safe = { 0 };
	va_list ap;

	va_start(ap, fmt);
	vck_buf_addvf(&raw, fmt, ap);
	va_end(ap);
	vck_text_safe_lines(&safe, vck_buf_str(&raw), raw.len);
	return fputs(vck_buf_str(&safe), out) != EOF && !raw.failed && !safe.failed;
}

void vck_ignore_write_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

/* stdio keeps that a write failed and not why: the output is cut short as it is, so what one byte
 * more comes to tells. Return: an errno, 0 unknown. */
static int why_cut(void)
{
	clearerr(stdout);
	errno = 0;
	if (putc('\n', stdout) == EOF || fflush(stdout) != 0)
		return errno;
	return 0;
}

int vck_stdout_whole(void)
{
	int err;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return VCK_EXIT_OK;
	err = why_cut();
	if (err && err != EPIPE) /* vck_flush_stdout() says it */
		return VCK_EXIT_OK;
	vck_error("standard output: cannot write: %s", vck_errno_text(err ? err : EIO));
	return VCK_EXIT_FAILED;
}

int vck_flush_stdout(int status)
{
	int bad = ferror(stdout), err = bad ? why_cut() : 0;

	errno = 0;
	if (fclose(stdout) != 0)
		bad = 1;
	err = err ? err : errno;
	vck_progress_stop();
	if (vck_oom_seen() && status != VCK_EXIT_FAILED) {
		vck_error("out of memory: what was printed may lack something");
		return status == VCK_EXIT_OK ? VCK_EXIT_FAILED : status;
	}
	if (!bad || err == EPIPE)
		return status;
	vck_error("standard output: cannot write: %s", vck_errno_text(err ? err : EIO));
	return status == VCK_EXIT_OK ? VCK_EXIT_FAILED : status;
}

void vck_expect_much(void)
{
	static char out[64 << 10];

	/* A host is read once, printed and freed as a whole: asking for memory 128 KiB at a time and
	 * giving it back 64 KiB at a time are 470 calls of brk(2) over 4,096 functions. */
#ifdef M_TOP_PAD /* glibc's allocator */
	(void)mallopt(M_TOP_PAD, 1 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, out, _IOFBF, sizeof(out));
}

int vck_style_init(struct vck_global *g)
{
	struct winsize ws;
	bool tty = isatty(STDOUT_FILENO);
	const char *no_color = secure_getenv("NO_COLOR");

	if (!streq(g->color, "auto") && !streq(g->color, "always") && !streq(g->color, "never")) {
		vck_error("--color: '%s' is not auto, always or never", g->color);
		return -EINVAL;
	}
	g->style.color = streq(g->color, "always") ||
			 (streq(g->color, "auto") && tty && !(no_color && *no_color));
	g->style.utf8 = !g->ascii && streq(nl_langinfo(CODESET), "UTF-8");
	if (tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col)
		g->style.width = ws.ws_col;
	return 0;
}

static int apply_overrides(struct vck_host *h, const struct vck_global *g)
{
	if (g->kernel) {
		unsigned v = vck_kver_parse(g->kernel);

		if (v < VCK_KVER(5, 10)) {
			vck_error("--kernel: '%s': %s (releases from 5.10 on are known)", g->kernel,
				  v ? "older than what the tables know"
				  : vck_release_is_mixed(g->kernel)
					  ? "its number does not say what its VFIO is"
					  : "not a kernel release");
			return -EINVAL;
		}
		h->release = vck_arena_strdup(&h->arena, g->kernel);
		h->kver = v;
		h->kver_overridden = true;
		h->have |= VCK_EV_KERNEL;
	}
	if (g->arch) {
		enum vck_arch a = vck_arch_parse(g->arch);

		if (!vck_arch_name(a)) {
			vck_error("--arch: '%s' is not x86_64, aarch64 or riscv64", g->arch);
			return -EINVAL;
		}
		h->arch = a;
		h->arch_name = vck_arch_name(a);
		h->arch_overridden = true;
		h->have |= VCK_EV_ARCH;
	}
	return 0;
}

static const char *open_failure(int err)
{
	if (err == -ENOSYS)
		return "this kernel has no openat2(2), without which a root cannot be contained";
	if (err == -EBADMSG)
		return "neither a capture nor lspci text (give a directory with a captured sys/, a capture file or the text of lspci -xxxx)";
	if (err == -ENOPKG)
		return "a packed file (give what is in it)";
	if (err == -EILSEQ)
		return "text in UTF-16 (save it as UTF-8)";
	if (err == -EPROTO)
		return "a capture of another format version (this program reads version 1)";
	if (err == -EMEDIUMTYPE)
		return "neither a directory nor a regular file";
	return vck_errno_text(err);
}

/* A capture comes from a stranger: what reads it can neither write, execute nor talk. */
static int confine(const struct vck_global *g)
{
	unsigned keep = (g->root ? 0 : VCK_KEEP_LIVE) | (g->writes_output ? VCK_KEEP_OUTPUT : 0);
	int r;

	if (g->keeps_rights || (g->root && g->no_sandbox))
		return 0;
	r = vck_sandbox_drop_capabilities(keep);
	if (r == 0 && g->root && !g->writes_output)
		r = vck_sandbox_enter();
	if (r < 0)
		vck_error("sandbox: cannot enter: %s (--no-sandbox reads without it)",
			  vck_errno_text(r));
	return r;
}

/* The root, and no more rights than reading it needs. A view of a directory is made while
 * there is the right to; a file is opened and parsed without it. */
static int open_confined(const struct vck_global *g, struct vck_root **ret)
{
	int view = -1, r;

	if (g->root && !*g->root) { /* "/." of it would be this host */
		vck_error("--root: '' is not a path");
		return -ENOENT;
	}
	if (g->root && !g->keeps_rights && !g->no_sandbox)
		view = vck_sandbox_seal(g->root);
	r = confine(g);
	if (r < 0) {
		if (view >= 0)
			close(view);
		return r;
	}
	r = view >= 0 ? vck_root_open_sealed(view, ret) : vck_root_open(g->root, ret);
	if (r < 0)
		vck_error("%s: cannot read: %s", g->root ? g->root : "/", open_failure(r));
	return r;
}

/* A directory without sys/ holds nothing that is looked for; where one was meant is said once. */
static void warn_of_no_sys(const struct vck_global *g, struct vck_root *root)
{
	cleanup_dir struct vck_dir *sys = NULL, *pci = NULL;

	if (vck_root_origin(root) != VCK_ORIGIN_ROOT ||
	    vck_root_opendir(root, "sys", &sys) != -ENOENT)
		return;
	if (vck_root_opendir(root, "bus/pci", &pci) == 0)
		vck_warn("%s: no sys/ in it, it is one itself (give the directory that holds it)",
			 g->root);
	else
		vck_warn("%s: no sys/ in it (give the directory that holds sys/)", g->root);
}

/* The rules over what was read; speaks when memory ran short anywhere. */
static int judge(struct vck_global *g, struct vck_host *h)
{
	int r = apply_overrides(h, g);

	if (r == 0)
		r = vck_check(h);
	/* A text or a problem line may be missing: what is printed would not be the whole truth. */
	if (r == 0 && vck_oom_seen())
		r = -ENOMEM;
	if (r == -ENOMEM)
		vck_error("out of memory");
	return r;
}

/* The file by its real path below the running host's root, the one way to open anything. */
static int add_table_file(struct vck_host *h, struct vck_root *root, const char *file,
			  struct vck_aml_scopes *scopes)
{
	cleanup_blob struct vck_blob blob = { 0 };
	cleanup_free char *path = realpath(file, NULL);
	int r = path ? 0 : -errno;

	if (r == 0)
		r = vck_root_read(root, path + 1, &blob);
	if (r < 0) {
		vck_error("%s: cannot read: %s", file,
			  r == -EMEDIUMTYPE ? "not a regular file" : vck_errno_text(r));
		return r;
	}
	r = vck_firmware_file(h, file, vck_blob_bytes(&blob), scopes);
	if (r > 0)
		return 0;
	if (r == 0)
		vck_error("%s: neither an ACPI table, acpidump text nor a device tree blob", file);
	else
		vck_error("out of memory");
	return r < 0 ? r : -EBADMSG;
}

static int load_tables(struct vck_global *g, const char *const *files, size_t n,
		       struct vck_host **ret)
{
	cleanup_aml_scopes struct vck_aml_scopes scopes = { 0 };
	cleanup_host struct vck_host *h = vck_host_new();
	cleanup_root struct vck_root *root = NULL;
	int r = vck_style_init(g);

	if (r == 0)
		r = h ? vck_sandbox_drop_capabilities(0) : -ENOMEM;
	if (r == 0 && !g->no_sandbox)
		r = vck_sandbox_enter();
	if (r == 0)
		r = vck_root_open(NULL, &root);
	if (r < 0) {
		vck_error("cannot start reading: %s", vck_errno_text(r));
		return r;
	}
	h->origin = VCK_ORIGIN_ROOT;
	h->root_path = vck_arena_strdup(&h->arena, files[0]);
	for (size_t i = 0; i < n; i++) {
		r = add_table_file(h, root, files[i], &scopes);
		if (r < 0)
			return r;
	}
	/* Of tables that were not given nothing is known: no evidence that there are none. */
	vck_aml_finish(h);
	if (h->acpi.n_tables)
		h->acpi.present = VCK_YES;
	if (h->dt.root)
		h->have |= VCK_EV_DT;
	vck_progress_phase("judging");
	r = judge(g, h);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(h);
	return 0;
}

/* From here on what is read is noted, and first the name that is to be left out of it. */
static void record_host_name(struct vck_root *root, struct vck_memtree *record)
{
	char name[256];

	vck_root_record(root, record);
	(void)!vck_root_attr(root, VCK_CAPTURE_HOSTNAME, name, sizeof(name));
}

static int load(struct vck_global *g, struct vck_memtree *record, struct vck_host **ret)
{
	cleanup_host struct vck_host *h = vck_host_new(), *evaluated = NULL;
	cleanup_root struct vck_root *root = NULL;
	int r = vck_style_init(g);

	if (r == 0 && g->acpiexec)
		r = vck_acpiexec_prepare(g->root, &evaluated);
	if (r == 0)
		r = open_confined(g, &root);
	if (r < 0)
		return r;
	if (!h) {
		vck_error("%s: cannot read: %s", g->root ? g->root : "/", vck_errno_text(ENOMEM));
		return -ENOMEM;
	}
	warn_of_no_sys(g, root);
	if (record)
		record_host_name(root, record);
	h->root_path = vck_arena_strdup(&h->arena, g->root);
	h->only_open_findings = g->only_open_findings;
	h->no_numa = g->no_numa;
	r = vck_gather(h, root);
	if (r == -ENOMEM)
		vck_error("out of memory");
	if (r == 0 && evaluated)
		vck_acpiexec_apply(evaluated, h);
	vck_progress_phase("judging");
	if (r == 0)
		r = judge(g, h);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(h);
	return 0;
}

/* Making the output takes its time as well, and where it does not show by itself, that is said
 * until vck_flush_stdout(). What changes the host speaks for itself. */
static int loaded(const struct vck_global *g, int r)
{
	if (r < 0 || g->keeps_rights || (isatty(STDOUT_FILENO) && !g->writes_output))
		vck_progress_stop();
	else
		vck_progress_phase("writing");
	return r;
}

int vck_load_tables(struct vck_global *g, const char *const *files, size_t n,
		    struct vck_host **ret)
{
	vck_progress_start("reading what --table names");
	return loaded(g, load_tables(g, files, n, ret));
}

int vck_load(struct vck_global *g, struct vck_memtree *record, struct vck_host **ret)
{
	vck_progress_start(g->root ? "reading what --root names" : "reading this host");
	return loaded(g, load(g, record, ret));
}
