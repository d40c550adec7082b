// SPDX-License-Identifier: GPL-2.0-or-later
/* Compiles the filter with libseccomp and loads it with flags of its own:
 * libseccomp 2.5 knows nothing of WAIT_KILLABLE_RECV. */
#include "config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lock/filter.h"
#include "write/env.h"

#define INSNS_MAX 4096u /* BPF_MAXINSNS, include/uapi/linux/bpf_common.h */

static void release(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

void vck_filter_program_done(struct vck_filter_program *p)
{
	free(p->insns);
	*p = (struct vck_filter_program){ 0 };
}

/* All three take the offset in their fourth argument. In pwritev and pwritev2 the
 * kernel shifts the fifth out on 64 bits (fs/read_write.c, pos_from_hilo). */
static int ask_about_writes(scmp_filter_ctx ctx)
{
	static const int calls[] = { SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(pwritev2) };
	static const uint64_t windows[] = { VCK_CONFIG_OFFSET, VCK_CONFIG_OFFSET_ISM };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(calls) * ARRAY_SIZE(windows) && r == 0; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, calls[i / ARRAY_SIZE(windows)], 1,
				     SCMP_A3(SCMP_CMP_MASKED_EQ, ~(VCK_CONFIG_WINDOW - 1),
					     windows[i % ARRAY_SIZE(windows)]));
	return r;
}

/* A ring set up before, and inherited, must not be of use either. */
static int refuse_io_uring(scmp_filter_ctx ctx)
{
	static const int calls[] = { SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
				     SCMP_SYS(io_uring_register) };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(calls) && r == 0; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), calls[i], 0);
	return r;
}

static int read_program(int fd, struct vck_filter_program *ret)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct sock_filter *insns;

	if (size < 0)
		return -errno;
	if (size == 0 || size > (off_t)(INSNS_MAX * sizeof(*insns)) ||
	    size % (off_t)sizeof(*insns))
		return -E2BIG;
	insns = malloc((size_t)size);
	if (!insns)
		return -ENOMEM;
	if (pread(fd, insns, (size_t)size, 0) != size) {
		free(insns);
		return -EIO;
	}
	*ret = (struct vck_filter_program){ insns, (size_t)size / sizeof(*insns) };
	return 0;
}

int vck_filter_build(bool allow_io_uring, struct vck_filter_program *ret)
{
	cleanup(release) scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	cleanup_fd int fd = memfd_create("viommu-check-filter", MFD_CLOEXEC);
	int r;

	if (!ctx)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (r == 0)
		r = ask_about_writes(ctx);
	if (r == 0 && !allow_io_uring)
		r = refuse_io_uring(ctx);
	if (r == 0)
		r = seccomp_export_bpf(ctx, fd);
	return r < 0 ? r : read_program(fd, ret);
}

/* SPEC_ALLOW: kernels before 5.16 would otherwise switch speculative store bypass
 * off for every process under a filter, which costs a VMM far more than the filter. */
int vck_filter_install(const struct vck_filter_program *p, int *ret)
{
	unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW |
			      SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	struct sock_fprog prog = { .len = (unsigned short)p->n, .filter = p->insns };
	bool no_new_privs = false;

	for (;;) {
		long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
		int err = errno;

		if (fd >= 0) {
			*ret = (int)fd;
			return 0;
		}
		if (err == EINVAL && flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
			flags &= ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV; /* before 5.19 */
		else if (err == EACCES && !no_new_privs &&
			 prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
			no_new_privs = true;
		else
			return -err;
	}
}
